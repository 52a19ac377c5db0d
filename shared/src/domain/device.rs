//! Devices to which pushes go.

use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{PushDeviceId, SessionId, UserId};
use crate::{
    error::{Code, FieldError},
    rules::broken,
};

/// Whose push service a device listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Platform {
    Ios,
    Android,
}

/// What a push service knows an app on a device by: 1–4,096 characters of printable ASCII without blanks; for iOS 64–200
/// hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline)]
pub struct PushToken(#[garde(length(chars, min = 1, max = 4096), custom(printable))] String);

/// A device, and whose session registered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub user_id: UserId,
    pub device_id: PushDeviceId,
    pub session_id: SessionId,
    pub platform: Platform,
    pub token: PushToken,
    /// Where SNS takes what is pushed to it.
    pub endpoint_arn: String,
    pub registered_at: Timestamp,
    /// Another one each time it is registered.
    pub revision: Uuid,
}

/// A device that gets pushes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DeviceView {
    pub device_id: PushDeviceId,
    pub platform: Platform,
    /// When it was last registered
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub registered_at: Timestamp,
}

impl Platform {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Android => "android",
        }
    }
}

impl PushToken {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The token in the one form that it has on this platform. Apple's are bytes in hexadecimal, 32 of them so far:
    /// their number may change
    /// (<https://developer.apple.com/documentation/usernotifications/registering-your-app-with-apns>).
    pub fn on(self, platform: Platform) -> Result<Self, FieldError> {
        match platform {
            Platform::Android => Ok(self),
            Platform::Ios if self.0.len() < 64 => Err(Code::TooShort.at("token").limit(64)),
            Platform::Ios if self.0.len() > 200 => Err(Code::TooLong.at("token").limit(200)),
            Platform::Ios if self.0.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self(self.0.to_ascii_lowercase()))
            }
            Platform::Ios => Err(Code::InvalidFormat.at("token")),
        }
    }
}

impl From<&Device> for DeviceView {
    fn from(device: &Device) -> Self {
        Self { device_id: device.device_id, platform: device.platform, registered_at: device.registered_at }
    }
}

fn printable(token: &str, (): &()) -> garde::Result {
    let printable = token.bytes().all(|byte| byte.is_ascii_graphic());
    if printable { Ok(()) } else { Err(broken(Code::InvalidFormat)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, platform: Platform) -> Result<String, Code> {
        let token = PushToken(text.to_owned());
        if let Some(fault) = crate::rules::faults(&token).first() {
            return Err(fault.code);
        }
        token.on(platform).map(|token| token.0).map_err(|field| field.code)
    }

    #[test]
    fn a_token_has_the_form_of_its_platform() {
        let hex = "0aF".repeat(30);
        for (text, platform, expected) in [
            (hex.as_str(), Platform::Ios, Ok(hex.to_ascii_lowercase())),
            (&hex[..63], Platform::Ios, Err(Code::TooShort)),
            (&"a".repeat(201), Platform::Ios, Err(Code::TooLong)),
            (&"g".repeat(64), Platform::Ios, Err(Code::InvalidFormat)),
            ("dQw4:APA91b-_x", Platform::Android, Ok("dQw4:APA91b-_x".to_owned())),
            (&"x".repeat(4096), Platform::Android, Ok("x".repeat(4096))),
            (&"x".repeat(4097), Platform::Android, Err(Code::TooLong)),
            ("", Platform::Android, Err(Code::TooShort)),
            ("a b", Platform::Android, Err(Code::InvalidFormat)),
            ("é", Platform::Android, Err(Code::InvalidFormat)),
        ] {
            assert_eq!(token(text, platform), expected, "{text:?}");
        }
    }
}
