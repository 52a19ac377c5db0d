//! What pages of other origins may do, on AWS as on one machine: anything that needs no cookie.

pub const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
pub const REQUEST_HEADERS: [&str; 6] =
    ["authorization", "content-type", "accept-language", "if-match", "if-none-match", "idempotency-key"];
pub const REPLY_HEADERS: [&str; 4] = ["etag", "location", "retry-after", "x-request-id"];
/// How long a browser may keep the answer to a preflight request.
pub const MAX_AGE_SECONDS: u32 = 300;
