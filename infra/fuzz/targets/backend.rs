//! What functions run on: keys that are the same each time, so that an input that was found once stays what it was.

use std::{cell::LazyCell, sync::LazyLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tunelink::{
    app::{App, Clients},
    auth::Claims,
    config::Config,
    domain::{SessionId, UserId},
    encoding::base64url,
};
use uuid::Uuid;

use crate::table::{Mood, Table};

/// Who calls.
pub(crate) const CALLER: Claims =
    Claims { user_id: UserId(Uuid::from_u128(1)), session_id: SessionId(Uuid::from_u128(2)) };

/// The socket that is open.
pub(crate) const SOCKET: &str = "socket";

const KEY_ID: &str = "key";

static KEY: LazyLock<Ed25519KeyPair> =
    LazyLock::new(|| Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("any 32 bytes are a seed"));

/// Signs like the functions that issue tokens.
pub(crate) fn sign(bytes: &[u8]) -> Vec<u8> {
    KEY.sign(bytes).as_ref().to_vec()
}

/// The settings of every function.
pub(crate) static CONFIG: LazyLock<Config> =
    LazyLock::new(|| Config::from_lookup(setting).expect("the settings are whole"));

fn setting(name: &str) -> Option<String> {
    let secret = |byte: u8| Some(STANDARD.encode([byte; 32]));
    match name {
        "TUNELINK_TABLE" => Some("table".to_owned()),
        "TUNELINK_SIGNING_KEY_ID" => Some(KEY_ID.to_owned()),
        "TUNELINK_SIGNING_KEY" => Some(STANDARD.encode(KEY.to_pkcs8v1().ok()?)),
        "TUNELINK_VERIFYING_KEYS" => {
            Some(json!({ KEY_ID: base64url(KEY.public_key().as_ref()) }).to_string())
        }
        "TUNELINK_REFRESH_SECRET" => secret(1),
        "TUNELINK_CURSOR_SECRET" => secret(2),
        "TUNELINK_LOG_SECRET" => secret(3),
        _ => None,
    }
}

thread_local! {
    static RUNTIME: LazyCell<Runtime> = LazyCell::new(|| {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().build().expect("a runtime needs nothing")
    });
}

/// Waits for a call.
pub(crate) fn wait<T>(call: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(call))
}

/// What functions run on while the table is down.
pub(crate) static DOWN: LazyLock<App> = LazyLock::new(|| app(Mood::Down).0);

/// What functions run on, over such a table.
pub(crate) fn app(mood: Mood) -> (App, Table) {
    let table = Table::new(vec![session(), connection()], mood);
    let dynamodb = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::for_tests())
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .http_client(table.client());
    let live = aws_sdk_apigatewaymanagement::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .endpoint_url("http://localhost/live")
        .credentials_provider(Credentials::for_tests())
        .http_client(table.client());
    let clients = Clients {
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        live: Some(aws_sdk_apigatewaymanagement::Client::from_conf(live.build())),
        sns: None,
    };
    (App::new(CONFIG.clone(), clients).expect("passwords can be hashed"), table)
}

/// The longest that anything lives here, in seconds since 1970.
const NEVER: &str = "32503680000";
const LONG_AGO: &str = "2020-01-01T00:00:00Z";

fn session() -> Value {
    let Claims { user_id, session_id } = CALLER;
    json!({
        "pk": { "S": format!("U#{user_id}") }, "sk": { "S": format!("SESSION#{session_id}") },
        "user_id": { "S": user_id.to_string() }, "session_id": { "S": session_id.to_string() },
        "role": { "S": "admin" }, "device_id": { "S": Uuid::nil().to_string() },
        "created_at": { "S": LONG_AGO }, "last_used_at": { "S": LONG_AGO }, "rotated_at": { "S": LONG_AGO },
        "generation": { "N": "1" }, "expires": { "N": NEVER },
    })
}

fn connection() -> Value {
    let Claims { user_id, session_id } = CALLER;
    let key = format!("CONNECTION#{SOCKET}");
    json!({
        "pk": { "S": key }, "sk": { "S": key }, "connection_id": { "S": SOCKET },
        "user_id": { "S": user_id.to_string() }, "session_id": { "S": session_id.to_string() },
        "connected_at": { "S": LONG_AGO }, "language": { "S": "en" }, "expires": { "N": NEVER },
    })
}
