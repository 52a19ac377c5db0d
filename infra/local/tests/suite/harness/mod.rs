//! A world for one test: its own backend in memory, and people in it who speak HTTP.
//!
//! `TUNELINK_TEST_URL` points the suite at a deployed API instead; what needs more than that one offers is then left
//! out, and says so (`World::local`, `World::with_admins`, see `docs/TESTING.md`). `TUNELINK_TEST_DYNAMODB` points the
//! backends at another DynamoDB.

mod document;
mod faults;
mod frames;
mod log;
mod person;
mod secrets;
mod socket;
pub mod stage;
mod table;
mod traffic;
mod turns;

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr},
    sync::LazyLock,
};

use reqwest::Method;
use serde_json::{Value, json};
use tunelink::{
    app::App,
    config::{self, Config},
};
use tunelink_local::{
    backend::{Backend, Options},
    rights,
};
use uuid::Uuid;

pub use self::{
    faults::{Fault, Faults, conditions},
    log::Log,
    person::{Call, Person, Reply},
    socket::Socket,
    traffic::Traffic,
    turns::{Step, Turns, act},
};

pub const PASSWORD: &str = "nuages-1940-minor-swing";

/// One connection pool for all tests would tie their runtimes together; a client per world does not.
pub struct World {
    backend: Option<Backend>,
    /// The way to the table of the API that the suite is pointed at.
    remote: Option<App>,
    url: String,
    http: reqwest::Client,
    pub faults: Faults,
    pub traffic: Traffic,
    pub turns: Turns,
}

impl World {
    /// A world that is spoken to over HTTP alone.
    pub async fn new() -> Self {
        #[allow(clippy::disallowed_methods)]
        match std::env::var("TUNELINK_TEST_URL") {
            Ok(url) => Self {
                backend: None,
                remote: remote_table().await,
                url,
                http: reqwest::Client::new(),
                faults: Faults::default(),
                traffic: Traffic::default(),
                turns: Turns::default(),
            },
            Err(_) => Self::start(true).await,
        }
    }

    /// A world in which there are admins, which it takes the table to make. `None` when the suite is pointed at a
    /// deployed API and not given the settings of its functions.
    pub async fn with_admins() -> Option<Self> {
        let world = Self::new().await;
        if world.backend.is_none() && world.remote.is_none() {
            return left_out("an admin");
        }
        Some(world)
    }

    /// The same as [`local`](Self::local), but nothing is reacted to: for crowds of which the operations alone count.
    pub async fn still() -> Option<Self> {
        #[allow(clippy::disallowed_methods)]
        match std::env::var("TUNELINK_TEST_URL") {
            Ok(_) => left_out("a backend of its own"),
            Err(_) => Some(Self::start(false).await),
        }
    }

    /// A still one that gives a call up as soon as on AWS.
    pub async fn punctual() -> Option<Self> {
        #[allow(clippy::disallowed_methods)]
        if std::env::var("TUNELINK_TEST_URL").is_ok() {
            return left_out("a backend of its own");
        }
        let mut options = Options { reacts: false, ..Options::ephemeral() };
        // Whole crowds register from one address.
        options.variables.insert("TUNELINK_ATTEMPTS_PER_ADDRESS".into(), "10000".into());
        Some(Self::on(options).await)
    }

    /// One that reacts and lets as many people register as there are.
    pub async fn crowded() -> Option<Self> {
        #[allow(clippy::disallowed_methods)]
        if std::env::var("TUNELINK_TEST_URL").is_ok() {
            return left_out("a backend of its own");
        }
        let mut options = Options { reacts: true, ..Options::ephemeral() };
        options.variables.insert("TUNELINK_ATTEMPTS_PER_ADDRESS".into(), "1000000".into());
        Some(Self::on(options).await)
    }

    /// A world whose clock, table and faults are in the test's hands. `None` when the suite is pointed at a
    /// deployed API, where they are not.
    pub async fn local() -> Option<Self> {
        let world = Self::new().await;
        if world.is_local() { Some(world) } else { left_out("a backend of its own") }
    }

    /// Whether clock, table and faults are in the test's hands.
    pub const fn is_local(&self) -> bool {
        self.backend.is_some()
    }

    async fn start(reacts: bool) -> Self {
        let mut options = Options { reacts, ..Options::ephemeral() };
        // The machine may be busy with other tests; who waits for long is not what they are about.
        options.variables.insert("TUNELINK_LONGEST_CALL".into(), "25".into());
        Self::on(options).await
    }

    async fn on(mut options: Options) -> Self {
        secrets::log_all();
        let (faults, traffic, turns) = (Faults::default(), Traffic::default(), Turns::default());
        options.transport = Some(turns.before(&traffic, &faults));
        #[allow(clippy::disallowed_methods)]
        if let Ok(endpoint) = std::env::var("TUNELINK_TEST_DYNAMODB") {
            let (own, table) = (Uuid::now_v7().simple(), Uuid::now_v7());
            options.external_dynamodb = Some(endpoint.replacen("://", &format!("://{own}@"), 1));
            options.variables.insert("TUNELINK_TABLE".into(), format!("tunelink-{table}"));
        }
        let backend = Backend::start(options).await.expect("the backend starts");
        // Limits are counted by the hour: no test may see one end unawares.
        let clock = backend.app().clock();
        let into_the_hour = clock.now().as_second().rem_euclid(3600).unsigned_abs();
        clock.advance(std::time::Duration::from_secs(3600 - into_the_hour));
        Self {
            url: backend.url(),
            backend: Some(backend),
            remote: None,
            http: reqwest::Client::new(),
            faults,
            traffic,
            turns,
        }
    }

    pub fn backend(&self) -> &Backend {
        self.backend.as_ref().expect("World::local was asked for")
    }

    pub fn app(&self) -> &App {
        self.backend().app()
    }

    /// Waits until everything that follows from what was written so far has happened.
    pub async fn settled(&self) {
        if let Some(pump) = self.backend().pump() {
            pump.idle().await;
        }
    }

    /// What the daily schedule does; the number of accounts that were erased.
    pub async fn erase_due(&self) -> tunelink::Result<usize> {
        rights::of(functions::ERASE_DUE.name, functions::admin::erase_due(self.app())).await
    }

    /// Opens a socket for somebody.
    pub async fn socket(&self, person: &Person) -> Socket {
        Socket::open(&self.url, &person.access_token).await.expect("the socket opens")
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets time pass, once everything that follows from what was written so far has happened: what is late would
    /// otherwise act on the later time.
    pub async fn pass(&self, time: std::time::Duration) {
        self.settled().await;
        self.app().clock().advance(time);
    }

    /// A call by nobody in particular.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.http.clone(), &self.url, method, path)
    }

    /// Calls come from this address from now on: one of this machine's own, such as 127.1.2.3.
    pub fn at(&self, address: Ipv4Addr) -> Somewhere<'_> {
        let http = reqwest::Client::builder().local_address(IpAddr::from(address)).build();
        Somewhere { world: self, http: http.expect("it is an address of this machine") }
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    /// A new member with a name of their own.
    pub async fn person(&self) -> Person {
        let name = unique("p");
        let reply = self.post("/v1/auth/register", account(&name)).await;
        Person::new(self.http.clone(), &self.url, name, &reply.created()["tokens"])
    }

    /// Lets what runs end.
    pub async fn stop(self) {
        if let Some(backend) = self.backend {
            backend.stop().await;
        }
    }

    /// Somebody who has these tokens.
    pub fn known(&self, name: String, tokens: &Value) -> Person {
        Person::new(self.http.clone(), &self.url, name, tokens)
    }

    /// A new admin; takes a world [`with_admins`](Self::with_admins).
    pub async fn admin(&self) -> Person {
        let person = self.person().await;
        let app = self.remote.as_ref().unwrap_or_else(|| self.app());
        functions::admin::make_admin(app, &person.name).await.expect("the person exists");
        self.log_in(&person.name).await
    }

    /// Somebody who logs in once more.
    pub async fn log_in(&self, name: &str) -> Person {
        let reply = self.post("/v1/auth/login", json!({ "identifier": name, "password": PASSWORD })).await;
        Person::new(self.http.clone(), &self.url, name.to_owned(), &reply.ok())
    }
}

/// An address that a world is called from.
pub struct Somewhere<'a> {
    world: &'a World,
    http: reqwest::Client,
}

impl Somewhere<'_> {
    pub fn post(&self, path: &str, body: Value) -> Call {
        Call::new(self.http.clone(), &self.world.url, Method::POST, path).json(body)
    }
}

/// The way to a table that the environment names as it does to a function.
async fn remote_table() -> Option<App> {
    let config = Config::from_env().ok()?;
    let clients = config::clients(&config).await;
    Some(App::new(config, clients).expect("the settings are good"))
}

/// Says that this test is left out: not by `eprintln!`, which is shown of tests alone that fail.
fn left_out(needs: &str) -> Option<World> {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default();
    writeln!(std::io::stderr(), "left out: {name} needs {needs}").expect("there is a terminal or a file");
    None
}

/// The request that registers somebody under this name.
pub fn account(name: &str) -> Value {
    json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD })
}

/// A name that no other test uses, in this run or in another.
pub fn unique(prefix: &str) -> String {
    static RUN: LazyLock<Uuid> = LazyLock::new(Uuid::now_v7);
    let id = Uuid::now_v7().simple().to_string();
    let run = RUN.simple().to_string();
    format!("{prefix}{}{}", &run[20..24], &id[18..])
}

/// A key without what is particular to it: `U#*`.
pub fn pattern(key: &str) -> String {
    let fixed = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let parts: Vec<_> = key.split('#').map(|part| if fixed(&part) { part } else { "*" }).collect();
    parts.join("#")
}
