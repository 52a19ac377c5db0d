use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DeviceId, SessionId, UserId, text::one_line};

/// What someone may do beyond their own things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Role {
    #[default]
    Member,
    Admin,
}

/// What a person calls a device: 1–60 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "Django's phone"))]
pub struct DeviceName(#[garde(length(chars, min = 1, max = 60), custom(one_line))] pub String);

/// A device on which someone is logged in. It ends 60 days after it was last refreshed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub session_id: SessionId,
    pub user_id: UserId,
    pub role: Role,
    pub device_id: DeviceId,
    pub device_name: Option<DeviceName>,
    pub created_at: Timestamp,
    /// Set when the session is refreshed, not at every call.
    pub last_used_at: Timestamp,
    /// Which refresh token is the current one.
    pub generation: u32,
    /// When the current refresh token replaced its parent.
    pub rotated_at: Timestamp,
    /// When it ends, in seconds since 1970. Named for DynamoDB's TTL.
    pub expires: i64,
}

/// What a client needs to act for a session.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tokens {
    pub user_id: UserId,
    pub session_id: SessionId,
    /// A JWT for the `Authorization: Bearer` header.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Good for one refresh; keep the one that the refresh returns.
    pub refresh_token: String,
    /// Send it along with later log-ins from this device: nobody who guesses at the password can lock it out.
    pub device_proof: String,
}
