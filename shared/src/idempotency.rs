//! `Idempotency-Key`: a request that is sent again has its effect once and gets the first reply again.
//!
//! The record is written in the transaction of the effect, so there is never one without the other. It holds
//! for 24 hours and for its caller alone. (draft-ietf-httpapi-idempotency-key-header)

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use lambda_http::{Request, http::header::LOCATION};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

use crate::{
    app::App,
    domain::UserId,
    encoding::sha256,
    error::{Code, Error, Result},
    http::Reply,
    input::{Input, bytes, header},
    openapi::Description,
    operation::Route,
    output::Created,
    store::{Condition, Write, keys},
};

const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// The key of a request and what the request was. Taken as input by operations that create.
#[derive(Clone, Debug)]
pub struct Once {
    key: String,
    fingerprint: String,
}

/// [`Once`], where the caller may do without.
#[derive(Clone, Debug)]
pub struct Idempotent(Option<Once>);

/// What is kept of a request.
#[derive(Serialize, Deserialize)]
pub(crate) struct Record {
    fingerprint: String,
    location: String,
    data: String,
    expires: i64,
}

impl Input for Idempotent {
    fn extract(_: &Route, request: &Request) -> Result<Self> {
        let Some(key) = header(request, "Idempotency-Key")? else { return Ok(Self(None)) };
        if key.is_empty() || key.len() > 255 {
            return Err(Code::InvalidFormat.at("Idempotency-Key").into());
        }
        let what =
            [request.method().as_str().as_bytes(), request.uri().path().as_bytes(), bytes(request)].join(&0);
        Ok(Self(Some(Once { key: sha256(key.as_bytes()), fingerprint: sha256(&what) })))
    }

    fn describe(doc: &mut Description<'_>) {
        let what = "At most 255 characters; the same request with the same key within 24 hours has its effect \
                    once and gets the first reply again";
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
        doc.header("Idempotency-Key", what, "0190a6c2-7d1b-7f6e-9a0c-4d3f2b1a0c9e", &schema);
        doc.codes(&[Code::IdempotencyKeyReused]);
    }

    fn once(&self) -> Option<&Once> {
        self.0.as_ref()
    }
}

impl Idempotent {
    /// What has to be written along with the effect.
    pub fn record<T: Serialize>(
        &self,
        now: Timestamp,
        owner: UserId,
        created: &Created<T>,
    ) -> Result<Option<Write>> {
        let Some(once) = &self.0 else { return Ok(None) };
        let record = Record {
            fingerprint: once.fingerprint.clone(),
            location: created.location.clone(),
            data: serde_json::to_string(&created.data).map_err(Error::internal)?,
            expires: (now + KEPT).as_second(),
        };
        let free = Condition::absent().or(Condition::below("expires", now.as_second()));
        Ok(Some(Write::put(keys::once(owner, &once.key), &record)?.when(free, Code::Conflict)))
    }
}

/// Runs the operation unless it ran before. When it fails because its twin was faster, the twin's reply is
/// the answer.
pub(crate) async fn once(
    app: &App,
    owner: UserId,
    once: &Once,
    run: impl Future<Output = Result<Reply>>,
) -> Result<Reply> {
    if let Some(reply) = replay(app, owner, once).await? {
        return Ok(reply);
    }
    match run.await {
        Ok(reply) => Ok(reply),
        Err(error) => replay(app, owner, once).await?.ok_or(error),
    }
}

async fn replay(app: &App, owner: UserId, once: &Once) -> Result<Option<Reply>> {
    let record: Option<Record> = app.store().get(keys::once(owner, &once.key)).await?;
    let Some(record) = record.filter(|record| record.expires >= app.now().as_second()) else {
        return Ok(None);
    };
    if record.fingerprint != once.fingerprint {
        return Err(Code::IdempotencyKeyReused.at("Idempotency-Key").into());
    }
    let data = RawValue::from_string(record.data).map_err(Error::internal)?;
    Ok(Some(Reply::json(201, &data)?.header(LOCATION, record.location)))
}
