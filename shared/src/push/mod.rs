//! Pushes to phones, by way of SNS: <https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html>.

mod endpoint;
mod payload;
mod register;
mod send;

pub use self::{
    register::register,
    send::{forget, send},
};

/// What a phone shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    pub title: String,
    /// What of it is too long for a push is left out.
    pub body: String,
    /// How many notifications are unread.
    pub badge: u32,
    /// A push takes the place of an earlier one with the same id.
    pub collapse_id: String,
    /// Pushes of one thread are shown together.
    pub thread: Option<String>,
    /// Where a tap leads.
    pub link: String,
}
