use serde_json::{Map, Value};
use uuid::Uuid;

use super::endpoints::Endpoint;
use super::reply::{Done, Fault};
use super::{Inner, Parameters};

/// The longest message, in bytes.
const MESSAGE: usize = 256 * 1024;
/// The longest payload of either platform, in bytes.
const PAYLOAD: usize = 4096;

pub(super) fn run(sns: &mut Inner, action: &str, parameters: &Parameters) -> Result<Done, Fault> {
    let asked = Asked(parameters);
    match action {
        "CreatePlatformEndpoint" => {
            let mut new = Endpoint {
                application: asked.required("PlatformApplicationArn")?.to_owned(),
                token: asked.required("Token")?.to_owned(),
                enabled: true,
                custom_user_data: asked.optional("CustomUserData").unwrap_or_default().to_owned(),
            };
            change(&mut new, asked.entries("Attributes.entry", "key", "value"))?;
            let arn = sns.endpoints.create(new)?;
            Ok(Done::new(action, [("EndpointArn", arn)]))
        }
        "GetEndpointAttributes" => {
            let endpoint = sns.endpoints.get(asked.required("EndpointArn")?)?;
            let attributes = [
                ("CustomUserData", endpoint.custom_user_data.clone()),
                ("Enabled", endpoint.enabled.to_string()),
                ("Token", endpoint.token.clone()),
            ];
            Ok(Done::attributes(action, attributes.map(|(name, value)| (name.to_owned(), value))))
        }
        "SetEndpointAttributes" => {
            let arn = asked.required("EndpointArn")?;
            let mut endpoint = sns.endpoints.get(arn)?.clone();
            change(&mut endpoint, asked.entries("Attributes.entry", "key", "value"))?;
            sns.endpoints.replace(arn, endpoint)?;
            Ok(Done::new(action, []))
        }
        "DeleteEndpoint" => {
            sns.endpoints.delete(asked.required("EndpointArn")?);
            Ok(Done::new(action, []))
        }
        "Publish" => publish(sns, &asked),
        _ => Err(Fault::unknown(action)),
    }
}

fn publish(sns: &mut Inner, asked: &Asked<'_>) -> Result<Done, Fault> {
    let arn = asked.required("TargetArn")?;
    let message = asked.required("Message")?;
    if message.len() > MESSAGE {
        return Err(Fault::invalid("Message too long"));
    }
    let gone = |_| Fault::invalid("TargetArn Reason: No endpoint found for the target arn specified");
    let endpoint = sns.endpoints.get(arn).map_err(gone)?.clone();
    let payload = match asked.optional("MessageStructure") {
        None => Value::String(message.to_owned()),
        Some("json") => payload(endpoint.platform(), message)?,
        Some(_) => return Err(Fault::invalid("MessageStructure")),
    };
    if !endpoint.enabled {
        return Err(Fault::disabled());
    }
    let attributes = asked.entries("MessageAttributes.entry", "Name", "Value.StringValue");
    let attributes = attributes.into_iter().map(|(name, value)| (name, Value::String(value)));
    sns.pushes.add(arn, &endpoint, payload, attributes.collect::<Map<_, _>>());
    let id = Uuid::now_v7();
    Ok(Done::new("Publish", [("MessageId", id.to_string())]))
}

/// What a platform gets of a message for several.
fn payload(platform: &str, message: &str) -> Result<Value, Fault> {
    let parts: Map<String, Value> = serde_json::from_str(message).map_err(|_| {
        Fault::invalid("Message Reason: Message Structure - JSON message body failed to parse")
    })?;
    let default = parts.get("default").and_then(Value::as_str);
    let no_default = "Message Structure - No default entry in JSON message body";
    let default = default.ok_or_else(|| Fault::invalid(no_default))?;
    let Some(part) = parts.get(platform) else { return Ok(Value::String(default.to_owned())) };
    let text = part.as_str().ok_or_else(|| Fault::invalid("Message Reason: a payload is a string"))?;
    if platform == "APNS" && text.len() > PAYLOAD {
        return Err(Fault::invalid("Message too long"));
    }
    let payload: Value = serde_json::from_str(text)
        .map_err(|_| Fault::invalid("Message Reason: a payload is a string of JSON"))?;
    let known = match platform {
        "APNS" => payload["aps"].is_object(),
        _ => payload["fcmV1Message"]["message"].is_object(),
    };
    if known { Ok(payload) } else { Err(Fault::invalid("Message Reason: not a payload of this platform")) }
}

fn change(endpoint: &mut Endpoint, attributes: Vec<(String, String)>) -> Result<(), Fault> {
    for (name, value) in attributes {
        match name.as_str() {
            "Token" => endpoint.token = value,
            "CustomUserData" => endpoint.custom_user_data = value,
            "Enabled" => endpoint.enabled = value.eq_ignore_ascii_case("true"),
            _ => return Err(Fault::invalid(&format!("Attributes Reason: Invalid attribute name: {name}"))),
        }
    }
    Ok(())
}

/// The parameters of a call.
struct Asked<'a>(&'a Parameters);

impl<'a> Asked<'a> {
    fn optional(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(String::as_str)
    }

    fn required(&self, name: &str) -> Result<&'a str, Fault> {
        self.optional(name).ok_or_else(|| Fault::invalid(name))
    }

    /// A map as the Query protocol writes it: `{map}.{n}.{key}` and `{map}.{n}.{value}`, counted from 1.
    fn entries(&self, map: &str, key: &str, value: &str) -> Vec<(String, String)> {
        let entry = |n: usize| {
            let part = |part: &str| self.optional(&format!("{map}.{n}.{part}"));
            part(key).map(|name| (name.to_owned(), part(value).unwrap_or_default().to_owned()))
        };
        (1..).map_while(entry).collect()
    }
}
