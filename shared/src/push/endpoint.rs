//! Endpoints of SNS: what it knows devices by.

use aws_sdk_sns::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};
use aws_smithy_types::error::display::DisplayErrorContext;

use crate::{
    domain::PushToken,
    error::{Code, Error, Result},
};

/// How often an endpoint that is in the way is deleted.
const ATTEMPTS: usize = 5;

/// A new endpoint for a token. One that has the token already is deleted first: what is under way to that one must not
/// reach whoever has the token from now on. `owner` is another text each time.
pub(super) async fn create(
    sns: &Client,
    application: &str,
    token: &PushToken,
    owner: &str,
) -> Result<String> {
    for _ in 0..ATTEMPTS {
        let call = sns.create_platform_endpoint().platform_application_arn(application);
        let call = call.token(token.as_str()).custom_user_data(owner).attributes("Enabled", "true");
        let error = match call.send().await {
            Ok(created) => {
                return created.endpoint_arn.ok_or_else(|| Error::internal("SNS gave the endpoint no name"));
            }
            Err(error) => error,
        };
        match in_the_way(message(&error)) {
            Some(endpoint) => delete(sns, endpoint).await?,
            None if is_about_token(message(&error)) => return Err(Code::InvalidFormat.at("token").into()),
            None => return Err(failed(error)),
        }
    }
    Err(Error::unavailable("others register the same token"))
}

/// Gives an endpoint its token and enables it again, as a push service may have disabled it
/// (<https://docs.aws.amazon.com/sns/latest/dg/mobile-platform-endpoint.html>). False when there is no such endpoint,
/// or another one has the token.
pub(super) async fn renew(sns: &Client, endpoint: &str, token: &PushToken) -> Result<bool> {
    let call = sns.set_endpoint_attributes().endpoint_arn(endpoint);
    let call = call.attributes("Token", token.as_str()).attributes("Enabled", "true");
    let Err(error) = call.send().await else { return Ok(true) };
    if is_gone(&error) || in_the_way(message(&error)).is_some() {
        Ok(false)
    } else if is_about_token(message(&error)) {
        Err(Code::InvalidFormat.at("token").into())
    } else {
        Err(failed(error))
    }
}

/// Deletes an endpoint; one that is gone is deleted already.
pub(super) async fn delete(sns: &Client, endpoint: &str) -> Result<()> {
    match sns.delete_endpoint().endpoint_arn(endpoint).send().await {
        Ok(_) => Ok(()),
        Err(error) if is_gone(&error) => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Whether SNS says that there is no such endpoint: `Publish` calls it a wrong parameter.
pub(super) fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    match code {
        Some("NotFound" | "NotFoundException") => true,
        Some("InvalidParameter") => message(error).contains("No endpoint found for the target arn specified"),
        _ => false,
    }
}

pub(super) fn failed<E, R>(error: SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    Error::unavailable(DisplayErrorContext(&error).to_string())
}

fn message<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default()
}

/// The endpoint that has a token already. SNS says it in a sentence and nowhere else: "Invalid parameter: Token Reason:
/// Endpoint arn:… already exists with the same Token, but different attributes."
fn in_the_way(message: &str) -> Option<&str> {
    let (_, endpoint) = message.split_once("Endpoint ")?;
    let (endpoint, _) = endpoint.split_once(" already exists with the same Token")?;
    endpoint.starts_with("arn:").then_some(endpoint)
}

fn is_about_token(message: &str) -> bool {
    message.starts_with("Invalid parameter: Token Reason:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_read_out_of_the_sentence_that_names_it() {
        let arn = "arn:aws:sns:eu-west-3:123456789012:endpoint/GCM/app/5e3e9847-3183-3f18-a7e8-671c3a57d4b3";
        let reason = "already exists with the same Token, but different attributes.";
        let sentence = format!("Invalid parameter: Token Reason: Endpoint {arn} {reason}");
        assert_eq!(in_the_way(&sentence), Some(arn));
        for other in [
            "",
            "Invalid parameter: Token",
            "Endpoint already exists",
            "Endpoint x already exists with the same Token",
        ] {
            assert_eq!(in_the_way(other), None, "{other}");
        }
    }
}
