use std::time::Duration;

/// What a socket may do; the default is what AWS grants.
///
/// The figures of AWS:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest frame in bytes, either way: a longer one from the client closes the socket with 1009, a longer
    /// message to the client goes in several frames.
    pub frame: usize,
    /// The longest message in bytes, either way: a longer one from the client closes the socket with 1009, one to
    /// the client is refused with 413.
    pub message: usize,
    /// How long a socket stays open on which nothing passes, pings included.
    pub idle: Duration,
    /// How long a socket stays open at all.
    pub duration: Duration,
    /// How long the gateway waits for a function.
    pub patience: Duration,
    /// How long a client has to take what is left for it and its close frame. Our choice; AWS states none.
    pub closing: Duration,
    /// How many messages wait for a client that reads slowly before further ones are refused with 429. Our choice;
    /// AWS states none.
    pub waiting: usize,
    /// How many messages of one socket are handled at once before the gateway reads no further. Our choice: AWS
    /// limits the account instead.
    pub in_flight: usize,
    /// How many times at once `$disconnect` is called, however many sockets close. Our choice, for one machine.
    pub disconnecting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame: 32 * 1024,
            message: 128 * 1024,
            idle: Duration::from_mins(10),
            duration: Duration::from_hours(2),
            patience: Duration::from_secs(29),
            closing: Duration::from_secs(2),
            waiting: 256,
            in_flight: 32,
            disconnecting: 16,
        }
    }
}
