//! The files of the repository that are written from the operations: one generator, and a check that they are
//! up to date.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use axum::http::Method;
use serde_json::{Value, json};
use tunelink::{auth::Access, live::LiveFunction, operation::Function};

use crate::{
    costs::{self, COSTS},
    deployment,
    examples::{self, ASYNCAPI, DOCUMENT},
    gateway, live, matrix,
    rights::{self, Rights},
    watch,
};

/// How to bring them up to date.
pub const COMMAND: &str = "cargo run -p tunelink-local --bin generate";

/// A generated file and what it has to say.
pub struct File {
    pub path: PathBuf,
    pub content: String,
}

/// The root of the repository that this was built from.
pub fn root() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.ancestors().nth(2).unwrap_or(crate_folder)
}

/// Every generated file, as it should be.
pub fn files() -> io::Result<Vec<File>> {
    let mut files = vec![
        File { path: root().join("infra/openapi.json"), content: pretty(&DOCUMENT) },
        File { path: root().join("infra/asyncapi.json"), content: pretty(&ASYNCAPI) },
        partly(matrix::DOCUMENT, ["<!-- matrix:begin -->\n", "<!-- matrix:end -->"], &matrix::tables())?,
        partly(costs::DOCUMENT, ["<!-- costs:begin -->\n", "<!-- costs:end -->"], &costs::table(&COSTS))?,
        partly("README.md", ["<!-- operations:begin -->\n", "<!-- operations:end -->"], &table())?,
        partly(
            "template.yaml",
            [
                "  # functions:begin (written by `cargo run -p tunelink-local --bin generate`)\n",
                "\n  # functions:end",
            ],
            &deployment::resources(&listed_rights()?),
        )?,
        partly(
            "functions/Cargo.toml",
            ["# router:begin\n", "# router:end"],
            &watch::router(functions::ALL, &functions::NOT_FOUND),
        )?,
    ];
    let sample = |function: &&Function| File {
        path: root().join(format!("events/{}.json", function.name)),
        content: pretty(&sample(function)),
    };
    files.extend(functions::ALL.iter().map(sample));
    files.extend(others().into_iter().map(|(name, sample)| File {
        path: root().join(format!("events/{name}.json")),
        content: pretty(&sample),
    }));
    Ok(files)
}

/// The list of rights as it has to be where these are made use of.
pub fn rights(used: &Rights) -> File {
    File { path: root().join(rights::FILE), content: pretty(&serde_json::json!(used)) }
}

/// The list of rights as it is now.
pub fn listed_rights() -> io::Result<Rights> {
    serde_json::from_str(&fs::read_to_string(root().join(rights::FILE))?).map_err(io::Error::other)
}

impl File {
    pub fn is_up_to_date(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|content| content == self.content)
    }

    pub fn write(&self) -> io::Result<()> {
        fs::write(&self.path, &self.content)
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A file that is written by hand but for what stands between two marks.
fn partly(path: &str, [begin, end]: [&str; 2], between: &str) -> io::Result<File> {
    let path = root().join(path);
    let text = fs::read_to_string(&path)?;
    let parts = text.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = parts.ok_or_else(|| {
        io::Error::other(format!("{} has lost its {} or {end}", path.display(), begin.trim_end()))
    })?;
    Ok(File { content: format!("{before}{begin}{between}{end}{after}"), path })
}

fn table() -> String {
    let mut table = String::new();
    for section in functions::SECTIONS {
        let heading = format!(
            "\n**{}**: {}\n\n| operation | route | caller | |\n|---|---|---|---|\n",
            section.name, section.about
        );
        table.push_str(&heading);
        table.extend(section.functions.iter().map(|function| row(function)));
    }
    table.push('\n');
    table
}

fn row(function: &Function) -> String {
    let caller = match function.access {
        Access::Anyone => "anyone",
        Access::Visitor => "visitor",
        Access::Member => "member",
        Access::Admin => "admin",
    };
    let route = &function.route;
    format!("| `{}` | `{} {}` | {caller} | {} |\n", function.name, route.method, route.path, route.summary)
}

/// What the functions are given that are no operations of the HTTP API.
fn others() -> Vec<(&'static str, Value)> {
    let message = json!({
        "action": "send_message", "request_id": "1", "data": examples::frame("send_message"),
    });
    let [connect, receive, disconnect] = live::samples(&message.to_string());
    let live = [
        (&functions::CONNECT, connect),
        (&functions::RECEIVE, receive),
        (&functions::DISCONNECT, disconnect),
    ];
    let sample = |(function, sample): (&LiveFunction, _)| {
        (function.name, serde_json::to_value(sample).unwrap_or_default())
    };
    live.into_iter()
        .map(sample)
        .chain([(functions::REACT.name, record()), (functions::ERASE_DUE.name, tick())])
        .collect()
}

/// What `EventBridge` Scheduler sends where a schedule says nothing else:
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>.
fn tick() -> Value {
    json!({
        "version": "0", "id": "01900000-0000-7000-8000-000000000000", "detail-type": "Scheduled Event",
        "source": "aws.scheduler", "account": "000000000000", "time": "1970-01-01T00:00:00Z",
        "region": "eu-west-3", "resources": ["arn:aws:scheduler:eu-west-3:000000000000:schedule/default/tunelink"],
        "detail": "{}",
    })
}

/// A batch of one record: somebody has got a notification.
fn record() -> Value {
    let user = "01900000-0000-7000-8000-000000000000";
    let id = "01900000-0000-8000-8000-000000000000";
    let text = |text: &str| json!({ "S": text });
    let number = |number: i64| json!({ "N": number.to_string() });
    let key = json!({ "pk": text(&format!("U#{user}")), "sk": text(&format!("N#{id}")) });
    let mut image = json!({
        "notification_id": text(id), "owner": text(user), "way": text("kept"),
        "notice": { "M": { "type": text("account"), "change": text("password") } },
        "created_at": text("1970-01-01T00:00:00Z"), "updated_at": text("1970-01-01T00:00:00Z"),
        "expires": number(7_776_000), "related": text(&format!("U#{user}#UNREAD")), "related_sk": text(id),
        "card": { "M": { "expires": number(7_776_000) } },
    });
    for name in ["pk", "sk"] {
        image[name] = key[name].clone();
    }
    json!({ "Records": [{
        "eventID": "1", "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-3",
        "eventSourceARN": "arn:aws:dynamodb:eu-west-3:000000000000:table/tunelink/stream/1970-01-01T00:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": 0, "Keys": key, "NewImage": image,
            "SequenceNumber": "100000000000000000001", "SizeBytes": 512, "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }] })
}

/// A request to the operation, as API Gateway hands it over.
fn sample(function: &Function) -> Value {
    let method = Method::from_bytes(function.route.method.as_bytes()).unwrap_or_default();
    let (key, method, path) = match function.route.path {
        "$default" => ("$default".to_owned(), Method::GET, "/v1/no-such-thing".to_owned()),
        path => (format!("{method} {path}"), method, examples::path(function)),
    };
    let mut request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:3000")
        .header("accept-encoding", "gzip")
        .header("accept-language", "en")
        .header("user-agent", "sample");
    if matches!(function.access, Access::Member | Access::Admin) {
        request = request.header("authorization", "Bearer <access token>");
    }
    let body = examples::body(function);
    if let Some((content_type, _)) = body {
        request = request.header("content-type", content_type);
    }
    let body = body.map(|(content_type, body)| encode(content_type, &body)).unwrap_or_default();
    let parameters =
        examples::path_parameters(function).into_iter().map(|(name, value)| (name.to_owned(), value));
    let request = request.body(body).unwrap_or_default();
    let event = gateway::sample(&key, parameters, request);
    let mut event = serde_json::to_value(event).unwrap_or_default();
    if let Some(event) = event.as_object_mut() {
        // The type serves authorizers, too; these are theirs.
        for name in ["type", "methodArn", "httpMethod", "identitySource", "authorizationToken", "resource"] {
            event.remove(name);
        }
    }
    event
}

fn encode(content_type: &str, body: &Value) -> String {
    if content_type == "application/json" {
        return body.to_string();
    }
    let fields = body.as_object().into_iter().flatten();
    let pair = |(name, value): (&String, &Value)| format!("{name}={}", value.as_str().unwrap_or_default());
    fields.map(pair).collect::<Vec<_>>().join("&")
}
