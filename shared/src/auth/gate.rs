use std::{future::Future, pin::pin};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Either, Shared, select},
};
use tokio::try_join;

use super::{Access, Claims};
use crate::{
    app::App,
    domain::Role,
    error::{Code, Error, Result},
    store::{sessions, throttle::Bucket},
};

/// Holds back what must not happen before the caller's session is confirmed. The session is read while the
/// operation makes its own reads; its commit and its reply wait here.
#[derive(Clone)]
pub struct Gate(Option<Shared<BoxFuture<'static, Result<(), Refusal>>>>);

/// Why the gate stays shut; like an [`Error`], but shared by all who wait.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    code: Code,
    retry_after: Option<u32>,
}

impl Gate {
    /// Lets everything pass: for calls without a session, and for what no caller has asked for.
    pub const fn wide_open() -> Self {
        Self(None)
    }

    /// Begins to read the session of these claims.
    pub(crate) fn open(app: &App, claims: Option<Claims>, access: Access) -> Self {
        let Some(claims) = claims else { return Self::wide_open() };
        let app = app.clone();
        Self(Some(async move { confirm(&app, claims, access).await }.boxed().shared()))
    }

    /// The same for what comes over a socket, of which there may be as much as the bucket has.
    pub fn of_frame(app: &App, claims: Claims, bucket: Bucket) -> Self {
        let app = app.clone();
        let admitted = async move {
            let taken = async { bucket.take(app.store(), app.now()).await.map_err(Refusal::from) };
            try_join!(confirm(&app, claims, Access::Member), taken).map(|_| ())
        };
        Self(Some(admitted.boxed().shared()))
    }

    /// Waits until the session is confirmed.
    pub async fn pass(&self) -> Result<()> {
        match &self.0 {
            None => Ok(()),
            Some(session) => session.clone().await.map_err(Error::from),
        }
    }

    /// Does the work beside the reading of the session, and gives its outcome once that is confirmed. A caller
    /// who is refused learns nothing else, not even that the work failed.
    pub async fn hold<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let (session, work) = (pin!(self.pass()), pin!(work));
        match select(session, work).await {
            Either::Left((session, work)) => {
                session?;
                work.await
            }
            Either::Right((outcome, session)) => {
                session.await?;
                outcome
            }
        }
    }
}

impl From<Refusal> for Error {
    fn from(Refusal { code, retry_after }: Refusal) -> Self {
        let mut error = Self::from(code);
        error.retry_after = retry_after;
        error
    }
}

async fn confirm(app: &App, claims: Claims, access: Access) -> Result<(), Refusal> {
    let refuse = |code| Err(Refusal { code, retry_after: None });
    match sessions::find(app.store(), claims.user_id, claims.session_id).await {
        Ok(Some(session)) if session.expires <= app.now().as_second() => refuse(Code::SessionEnded),
        Ok(Some(session)) if access == Access::Admin && session.role != Role::Admin => {
            refuse(Code::Forbidden)
        }
        Ok(Some(_)) => Ok(()),
        Ok(None) => refuse(Code::SessionEnded),
        Err(error) => Err(error.into()),
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if let Some(cause) = error.cause() {
            tracing::error!(%cause, "the caller could not be admitted");
        }
        Self { code: error.code, retry_after: error.retry_after }
    }
}
