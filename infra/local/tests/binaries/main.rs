//! Every function as Lambda runs it: its binary in a process of its own, under a Runtime API, with its sample request.
//!
//! `cargo test` builds no binaries of functions, so these wait to be asked for, see `docs/TESTING.md`.

#[path = "../suite/harness/document.rs"]
mod document;
mod people;
mod reply;
mod secret;

use std::{panic::AssertUnwindSafe, time::Instant};

use futures_util::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};
use tunelink::{auth::Access, operation::Function};
use tunelink_local::{
    backend::{Backend, Options},
    lambda::{Binary, Outcome, names, sample, with_tokens},
};

use crate::{people::somebody, reply::Reply};

/// How many run at a time.
const AT_A_TIME: usize = 4;
/// What the samples name that there is not.
const NOBODY: &str = "01900000-0000-7000-8000-000000000000";
/// What no function starts without.
const REQUIRED: [&str; 3] = ["TUNELINK_TABLE", "TUNELINK_VERIFYING_KEYS", "TUNELINK_LOG_SECRET"];
/// What one that issues tokens does not start without either.
const REQUIRED_TO_ISSUE: [&str; 3] =
    ["TUNELINK_SIGNING_KEY", "TUNELINK_SIGNING_KEY_ID", "TUNELINK_REFRESH_SECRET"];

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes the binaries of all functions"]
#[expect(clippy::print_stderr, reason = "how long a start and two calls of all take is worth knowing")]
async fn every_binary_answers_its_sample() {
    let began = Instant::now();
    let backend = backend().await;
    let mut names = names();
    names.sort_by_key(|name| turn(name));
    let first = names.partition_point(|name| turn(name) == 0);
    let last = names.partition_point(|name| turn(name) <= 1);
    let mut faults = Vec::new();
    for names in [&names[..first], &names[first..last], &names[last..]] {
        let checks = names.iter().map(|name| async {
            let outcome = AssertUnwindSafe(check(name, &backend)).catch_unwind().await;
            outcome.err().map(|_| name.as_str())
        });
        let checked: Vec<_> = stream::iter(checks).buffer_unordered(AT_A_TIME).collect().await;
        faults.extend(checked.into_iter().flatten());
    }
    backend.stop().await;
    assert!(faults.is_empty(), "these did not: {faults:?}");
    eprintln!("{} binaries answered in {:.1} s", names.len(), began.elapsed().as_secs_f32());
}

/// Who logs in by the samples is who registers by them; what is to be deleted from the catalogue others have
/// taken up by then.
fn turn(name: &str) -> u8 {
    match name {
        "register" => 0,
        "delete_genre" | "delete_instrument" => 2,
        _ => 1,
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes the binaries of all functions"]
async fn a_binary_that_lacks_a_setting_names_it_and_ends() {
    let backend = backend().await;
    let names = names();
    let required = REQUIRED.into_iter().chain(REQUIRED_TO_ISSUE);
    let each = names.iter().flat_map(|name| required.clone().map(move |missing| (name, missing)));
    let check = async |(name, missing): (&String, &str)| {
        let mut environment = backend.environment_of(name);
        if environment.remove(missing).is_none() {
            assert!(REQUIRED_TO_ISSUE.contains(&missing), "{missing}");
            return;
        }
        let (status, log) = Binary::start(name, &environment).await.end().await;
        assert!(!status.success(), "{name} ends well without {missing}");
        assert!(log.contains(&format!("{missing} is not set")), "{name} without {missing}: {log}");
    };
    stream::iter(each).for_each_concurrent(AT_A_TIME, check).await;
    backend.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes the binaries of all functions"]
async fn what_is_no_request_is_reported_as_an_error_and_the_next_is_answered() {
    let backend = backend().await;
    for name in ["get_health", "disconnect", "react"] {
        let mut binary = Binary::start(name, &backend.environment_of(name)).await;
        let outcome = binary.invoke("[]").await;
        let Outcome::Error(error) = outcome else { panic!("{name} understands it: {outcome:?}") };
        assert!(error["errorType"].is_string() && error["errorMessage"].is_string(), "{name}: {error:#}");
        answer(&mut binary, &sample(name)).await;
    }
    backend.stop().await;
}

/// Calls a function with its sample, and once more, where it takes one with a token that is good.
async fn check(name: &str, backend: &Backend) {
    let mut binary = Binary::start(name, &backend.environment_of(name)).await;
    let sample = sample(name);
    let first = answer(&mut binary, &sample).await;
    if let Some(function) = functions::ALL.iter().find(|function| function.name == name) {
        let first = Reply::read(&sample, &first);
        let again = with_tokens(&sample, &somebody(backend, function.access).await);
        let second = Reply::read(&again, &answer(&mut binary, &again).await);
        check_replies(function, &sample, &first, &second);
        assert!(!binary.log().contains("\"ERROR\""), "{name}: {}", binary.log());
        return;
    }
    let again = with_tokens(&sample, &somebody(backend, Access::Member).await);
    let second = answer(&mut binary, &again).await;
    match name {
        "connect" => {
            assert_eq!((&first["statusCode"], &second["statusCode"]), (&json!(401), &json!(200)));
        }
        "receive" | "disconnect" => {
            assert_eq!((&first["statusCode"], &second["statusCode"]), (&json!(200), &json!(200)));
        }
        "react" => {
            let nothing = json!({ "batchItemFailures": [] });
            assert_eq!((&first, &second), (&nothing, &nothing));
        }
        "erase_due" => assert_eq!((&first, &second), (&Value::Null, &Value::Null)),
        other => panic!("what does {other} answer?"),
    }
}

fn check_replies(function: &Function, sample: &Value, first: &Reply, second: &Reply) {
    let name = function.name;
    let first = (first.status, first.error());
    let second = (second.status, second.error());
    match function.access {
        Access::Member | Access::Admin => assert_eq!(first, (401, "invalid_token"), "{name}"),
        Access::Anyone | Access::Visitor => {
            let expected = match name {
                "register" => (201, ""),
                "refresh_session" => (401, "invalid_refresh_token"),
                _ => second,
            };
            assert_eq!(first, expected, "{name}");
        }
    }
    let expected: &[(u16, &str)] = match name {
        "register" => &[(409, "username_taken")],
        "create_genre" | "create_instrument" => &[(409, "already_exists")],
        "delete_genre" | "delete_instrument" => &[(409, "in_use")],
        "create_conversation" => &[(422, "unknown_user")],
        "not_found" | "remove_my_genre" | "remove_my_instrument" => &[(404, "not_found")],
        _ if names_nobody(sample) => &[(200, ""), (404, "not_found")],
        _ => &[(200, ""), (201, "")],
    };
    assert!(expected.contains(&second), "{name}: {second:?}");
}

fn names_nobody(sample: &Value) -> bool {
    [&sample["pathParameters"], &sample["body"]].iter().any(|part| part.to_string().contains(NOBODY))
}

async fn answer(binary: &mut Binary, event: &Value) -> Value {
    match binary.invoke(&event.to_string()).await {
        Outcome::Answer(answer) => answer,
        Outcome::Error(error) => panic!("{error:#}"),
    }
}

async fn backend() -> Backend {
    let mut options = Options::ephemeral();
    options.variables.insert("TUNELINK_ATTEMPTS_PER_ADDRESS".to_owned(), "1000".to_owned());
    Backend::start(options).await.expect("the backend starts")
}
