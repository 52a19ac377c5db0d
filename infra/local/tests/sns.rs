//! What is asked of SNS, asked of the one on this machine, and of another at `TUNELINK_TEST_SNS` if that is set.
//!
//! `.ci/run` sets it to moto's (<https://docs.getmoto.org/en/latest/docs/server_mode.html>), so that both are known to
//! do the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use aws_sdk_sns::Client;
use aws_sdk_sns::error::ProvideErrorMetadata;
use serde_json::json;
use tunelink_local::clients;
use tunelink_local::sns::{APNS_APPLICATION, FCM_APPLICATION, Sns};
use uuid::Uuid;

/// An SNS with an application for each platform.
struct Target {
    client: Client,
    apns: String,
    fcm: String,
    /// The one on this machine.
    local: Option<Sns>,
}

impl Target {
    async fn local() -> Self {
        let sns = Sns::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/_local/sns", listener.local_addr().unwrap());
        let router = sns.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let (apns, fcm) = (APNS_APPLICATION.to_owned(), FCM_APPLICATION.to_owned());
        Self { client: clients::sns(&url), apns, fcm, local: Some(sns) }
    }

    async fn other() -> Option<Self> {
        #[allow(clippy::disallowed_methods)]
        let url = std::env::var("TUNELINK_TEST_SNS").ok()?;
        let client = clients::sns(&url);
        let application = async |platform: &str| {
            let name = format!("tunelink-{}", Uuid::now_v7());
            let call = client.create_platform_application().name(name).platform(platform);
            let call = call.attributes("PlatformPrincipal", "none").attributes("PlatformCredential", "none");
            call.send().await.unwrap().platform_application_arn.unwrap()
        };
        let (apns, fcm) = (application("APNS").await, application("GCM").await);
        Some(Self { client, apns, fcm, local: None })
    }

    async fn all() -> Vec<Self> {
        [Some(Self::local().await), Self::other().await].into_iter().flatten().collect()
    }

    async fn create(&self, application: &str, token: &str, owner: &str) -> Result<String, (String, String)> {
        let call = self.client.create_platform_endpoint().platform_application_arn(application);
        let call = call.token(token).custom_user_data(owner).attributes("Enabled", "true");
        call.send().await.map(|created| created.endpoint_arn.unwrap()).map_err(said)
    }

    async fn attributes(&self, endpoint: &str) -> HashMap<String, String> {
        let call = self.client.get_endpoint_attributes().endpoint_arn(endpoint);
        call.send().await.unwrap().attributes.unwrap()
    }

    async fn set(&self, endpoint: &str, name: &str, value: &str) -> Result<(), (String, String)> {
        let call = self.client.set_endpoint_attributes().endpoint_arn(endpoint).attributes(name, value);
        call.send().await.map(|_| ()).map_err(said)
    }

    async fn delete(&self, endpoint: &str) -> Result<(), (String, String)> {
        let call = self.client.delete_endpoint().endpoint_arn(endpoint);
        call.send().await.map(|_| ()).map_err(said)
    }

    async fn publish(&self, endpoint: &str, message: &str) -> Result<String, (String, String)> {
        let call = self.client.publish().target_arn(endpoint).message_structure("json").message(message);
        call.send().await.map(|sent| sent.message_id.unwrap()).map_err(said)
    }
}

/// What an error is, in code and words.
fn said<E: ProvideErrorMetadata, R>(error: aws_sdk_sns::error::SdkError<E, R>) -> (String, String) {
    let error = error.as_service_error().expect("SNS says it");
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

fn token() -> String {
    format!("{}{}", Uuid::now_v7().simple(), Uuid::now_v7().simple())
}

fn message() -> String {
    let apns = json!({ "aps": { "alert": { "title": "A", "body": "<é & 🎸>" } } }).to_string();
    let gcm = json!({ "fcmV1Message": { "message": { "notification": { "title": "A" } } } }).to_string();
    json!({ "default": "A", "APNS": apns, "GCM": gcm }).to_string()
}

#[tokio::test]
async fn an_endpoint_is_created_once_for_a_token() {
    for target in Target::all().await {
        for application in [&target.apns, &target.fcm] {
            let token = token();
            let endpoint = target.create(application, &token, "somebody 1").await.unwrap();
            assert!(endpoint.starts_with(&application.replace(":app/", ":endpoint/")), "{endpoint}");
            assert_eq!(target.create(application, &token, "somebody 1").await.unwrap(), endpoint);
            let (code, words) = target.create(application, &token, "somebody 2").await.unwrap_err();
            assert_eq!(code, "InvalidParameter");
            let sentence =
                format!("Endpoint {endpoint} already exists with the same Token, but different attributes.");
            assert!(words.contains(&sentence), "{words}");

            let attributes = target.attributes(&endpoint).await;
            assert_eq!(attributes["Token"], token);
            assert_eq!(attributes["Enabled"], "true");
            // moto compares it and does not give it back.
            assert!(target.local.is_none() || attributes["CustomUserData"] == "somebody 1");
        }
    }
}

#[tokio::test]
async fn an_endpoint_is_given_another_token() {
    for target in Target::all().await {
        let endpoint = target.create(&target.apns, &token(), "somebody").await.unwrap();
        let renewed = token();
        target.set(&endpoint, "Token", &renewed).await.unwrap();
        assert_eq!(target.attributes(&endpoint).await["Token"], renewed);
        let (code, _) = target.set(&format!("{endpoint}0"), "Token", &renewed).await.unwrap_err();
        assert_eq!(code, "NotFound");
    }
}

#[tokio::test]
async fn an_endpoint_that_is_disabled_takes_nothing_until_it_is_enabled() {
    for target in Target::all().await {
        let endpoint = target.create(&target.fcm, &token(), "somebody").await.unwrap();
        target.publish(&endpoint, &message()).await.unwrap();
        target.set(&endpoint, "Enabled", "false").await.unwrap();
        let (code, _) = target.publish(&endpoint, &message()).await.unwrap_err();
        assert_eq!(code, "EndpointDisabled");
        target.set(&endpoint, "Enabled", "true").await.unwrap();
        target.publish(&endpoint, &message()).await.unwrap();
    }
}

#[tokio::test]
async fn an_endpoint_that_is_deleted_is_gone_and_another_comes() {
    for target in Target::all().await {
        let token = token();
        let endpoint = target.create(&target.apns, &token, "somebody 1").await.unwrap();
        for _ in 0..2 {
            target.delete(&endpoint).await.unwrap();
        }
        let (code, words) = target.publish(&endpoint, &message()).await.unwrap_err();
        assert!(
            code == "NotFound" || words.contains("No endpoint found for the target arn"),
            "{code} {words}"
        );
        assert_ne!(target.create(&target.apns, &token, "somebody 2").await.unwrap(), endpoint);
    }
}

#[tokio::test]
async fn a_message_is_json_for_each_platform() {
    for target in Target::all().await {
        let endpoint = target.create(&target.apns, &token(), "somebody").await.unwrap();
        target.publish(&endpoint, &message()).await.unwrap();
        // moto does not read what it is given, and nobody can read it there.
        let Some(local) = &target.local else { continue };
        let [push] = &local.pushes()[..] else { panic!("one push") };
        assert_eq!(push.payload["aps"]["alert"]["body"], "<é & 🎸>");
        assert_eq!(push.user.as_deref(), Some("somebody"));
        for bad in ["hello", "{\"APNS\":\"{}\"}", "{\"default\":\"A\",\"APNS\":{}}"] {
            let (code, _) = target.publish(&endpoint, bad).await.unwrap_err();
            assert_eq!(code, "InvalidParameter", "{bad}");
        }
        assert_eq!(local.pushes().len(), 1);
    }
}
