use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::endpoints::Endpoint;

/// How many pushes are kept.
const KEPT: usize = 1000;

/// A push that a phone would show.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    pub at: Timestamp,
    /// `APNS` or `GCM`.
    pub platform: String,
    pub token: String,
    pub endpoint: String,
    /// Whose the device is, as its registration said.
    pub user: Option<String>,
    /// What the platform gets.
    pub payload: Value,
    /// What is said to the platform beside it.
    pub attributes: serde_json::Map<String, Value>,
}

/// The last that were sent, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Pushes(VecDeque<Recorded>);

impl Pushes {
    pub(super) fn add(
        &mut self,
        arn: &str,
        to: &Endpoint,
        payload: Value,
        attributes: serde_json::Map<String, Value>,
    ) {
        let platform = to.platform().to_owned();
        let user = to.custom_user_data.split(' ').next().filter(|user| !user.is_empty()).map(str::to_owned);
        tracing::info!("push to {} of {}: {payload}", platform, user.as_deref().unwrap_or("nobody"));
        #[expect(clippy::disallowed_methods, reason = "SNS has a clock of its own")]
        let at = Timestamp::now();
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        let (token, endpoint) = (to.token.clone(), arn.to_owned());
        self.0.push_back(Recorded { at, platform, token, endpoint, user, payload, attributes });
    }

    pub(super) fn newest_first(&self) -> Vec<Recorded> {
        self.0.iter().rev().cloned().collect()
    }
}
