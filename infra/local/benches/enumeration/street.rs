//! Those who have an account, names that nobody has, and the addresses from which somebody asks for both.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use reqwest::Client;
use serde_json::json;
use tunelink_local::backend::{Backend, Options};

use crate::Result;
use crate::doors::Door;
use crate::figures::Times;

/// How often each name is asked for at a door. More than ten wrong passwords an hour are refused unseen.
const PER_NAME: usize = 5;
/// How many pairs come from each address, of which a hundred wrong passwords an hour are looked at.
const PER_ADDRESS: usize = 40;
const HOUR: u64 = 3600;

pub(crate) struct Street {
    backend: Backend,
    places: Vec<Client>,
    pairs: usize,
}

impl Street {
    /// A backend with the limits that it has on AWS, and as many accounts as that takes.
    pub(crate) async fn new(pairs: usize) -> Result<Self> {
        let backend = Backend::start(Options { reacts: false, ..Options::ephemeral() }).await?;
        let places = (0..pairs.div_ceil(PER_ADDRESS)).map(place).collect::<Result<Vec<_>>>()?;
        let street = Self { backend, places, pairs };
        for number in 0..street.names() {
            street.wait_for_the_hour_at(number);
            street.register(number).await?;
        }
        Ok(street)
    }

    /// How many names there are of either kind.
    fn names(&self) -> usize {
        self.pairs.div_ceil(PER_NAME)
    }

    /// Lets the next hour begin, with all its attempts.
    pub(crate) fn wait_for_the_hour(&self) {
        let clock = self.backend.app().clock();
        let into = clock.now().as_second().unsigned_abs() % HOUR;
        clock.advance(Duration::from_secs(HOUR - into));
    }

    fn wait_for_the_hour_at(&self, number: usize) {
        // Registrations count, too.
        if number.is_multiple_of(PER_ADDRESS * self.places.len()) {
            self.wait_for_the_hour();
        }
    }

    async fn register(&self, number: usize) -> Result<()> {
        let name = known(number);
        let new = json!({
            "username": name, "email": format!("{name}@example.org"), "password": "nuages-1940-minor-swing",
        });
        let place = &self.places[number % self.places.len()];
        let request = place.post(format!("{}/v1/auth/register", self.backend.url())).json(&new);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Asks for one of each kind at a time, from one address, by name and by e-mail address in turn. Which comes first
    /// is tossed for, so that nothing that gets slower counts for one kind.
    pub(crate) async fn walk(&self, door: Door, seed: u64) -> Result<Times> {
        let mut coin = ChaCha8Rng::seed_from_u64(seed);
        let mut times = Times::default();
        for pair in 0..self.pairs {
            let number = pair % self.names();
            let place = &self.places[pair / PER_ADDRESS];
            let by_email = (pair / self.names()).is_multiple_of(2);
            let name = |name: String| if by_email { format!("{name}@example.org") } else { name };
            let mut kinds = [(name(known(number)), true), (name(unknown(number)), false)];
            if coin.random_bool(0.5) {
                kinds.reverse();
            }
            for (name, is_known) in kinds {
                let time = self.knock(door, place, &name).await?;
                if is_known { times.known.push(time) } else { times.unknown.push(time) }
            }
        }
        Ok(times)
    }

    /// How long the answer takes.
    async fn knock(&self, door: Door, place: &Client, name: &str) -> Result<Duration> {
        let request = door.knock(place, &self.backend.url(), name);
        let began = Instant::now();
        let reply = request.send().await?;
        let status = reply.status().as_u16();
        reply.bytes().await?;
        let time = began.elapsed();
        if status == door.refusal() { Ok(time) } else { Err(format!("{name}: {status}").into()) }
    }

    pub(crate) async fn close(self) {
        self.backend.stop().await;
    }
}

/// Somebody at an address of their own.
fn place(number: usize) -> Result<Client> {
    let [.., high, low] = u32::try_from(number + 1)?.to_be_bytes();
    let address = IpAddr::from(Ipv4Addr::new(127, 10, high, low));
    Ok(Client::builder().local_address(address).build()?)
}

/// Names of one length, for nobody is to be told by that.
fn known(number: usize) -> String {
    format!("somebody{number:06}")
}

fn unknown(number: usize) -> String {
    format!("whoever_{number:06}")
}
