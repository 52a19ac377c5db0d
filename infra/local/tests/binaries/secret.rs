//! The keys of a function that issues tokens, from where it finds them on AWS.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use tunelink_local::{
    keys::Variables,
    lambda::{Binary, sample},
};

use crate::{REQUIRED_TO_ISSUE, answer, backend};

/// What was asked for, and what there is.
#[derive(Clone)]
struct Secrets {
    asked: Arc<Mutex<Vec<Value>>>,
    text: Arc<str>,
}

impl Secrets {
    /// Answers `GetSecretValue` as Secrets Manager does, at the URL that this returns:
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>.
    async fn serve(text: String) -> (Self, String) {
        let secrets = Self { asked: Arc::default(), text: text.into() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(get)).with_state(secrets.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (secrets, url)
    }
}

async fn get(State(secrets): State<Secrets>, headers: HeaderMap, body: String) -> Json<Value> {
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    secrets.asked.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    Json(json!({ "Name": "tunelink/issuing", "VersionId": "7", "SecretString": &*secrets.text }))
}

/// The environment of a function whose keys are in a secret, and the keys.
fn hidden(mut environment: Variables, url: &str) -> (Variables, Variables) {
    let keys = REQUIRED_TO_ISSUE.map(|name| (name.to_owned(), environment.remove(name).unwrap()));
    environment.insert("AWS_ENDPOINT_URL_SECRETS_MANAGER".to_owned(), url.to_owned());
    environment.insert("TUNELINK_ISSUING_SECRET".to_owned(), "tunelink/issuing".to_owned());
    (environment, keys.into())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes the binaries of all functions"]
async fn keys_are_taken_from_a_secret_in_the_version_that_is_named() {
    for (version, asked) in [
        ("", json!({ "SecretId": "tunelink/issuing" })),
        ("7", json!({ "SecretId": "tunelink/issuing", "VersionId": "7" })),
    ] {
        let backend = backend().await;
        let (_, keys) = hidden(backend.environment_of("register"), "");
        let (secrets, url) = Secrets::serve(json!(keys).to_string()).await;
        let (mut environment, _) = hidden(backend.environment_of("register"), &url);
        environment.insert("TUNELINK_ISSUING_SECRET_VERSION".to_owned(), version.to_owned());
        let mut binary = Binary::start("register", &environment).await;
        let registered = answer(&mut binary, &sample("register")).await;
        assert_eq!(registered["statusCode"], 201, "{}", binary.log());
        assert_eq!(secrets.asked.lock().unwrap().pop().unwrap(), asked);
        backend.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes the binaries of all functions"]
async fn a_secret_that_is_none_ends_the_start_and_is_not_told() {
    let backend = backend().await;
    for (text, why) in
        [("canary", "is no JSON object of variables"), ("{}", "TUNELINK_SIGNING_KEY is not set")]
    {
        let (_, url) = Secrets::serve(text.to_owned()).await;
        let (environment, _) = hidden(backend.environment_of("log_in"), &url);
        let (status, log) = Binary::start("log_in", &environment).await.end().await;
        assert!(!status.success() && log.contains(why) && !log.contains("canary"), "{log}");
    }
    backend.stop().await;
}
