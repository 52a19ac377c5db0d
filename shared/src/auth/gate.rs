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
    error::{Code, Result},
    store::{sessions, throttle::Bucket},
};

/// Holds back what must not happen before the caller's session is confirmed. The session is read while the
/// operation makes its own reads; its commit and its reply wait here.
#[derive(Clone)]
pub struct Gate(Option<Shared<BoxFuture<'static, Result<()>>>>);

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
            let taken = bucket.take(app.store(), app.now());
            try_join!(confirm(&app, claims, Access::Member), taken).map(|_| ())
        };
        Self(Some(admitted.boxed().shared()))
    }

    /// Waits until the session is confirmed.
    pub async fn pass(&self) -> Result<()> {
        match &self.0 {
            None => Ok(()),
            Some(session) => session.clone().await,
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

async fn confirm(app: &App, claims: Claims, access: Access) -> Result<()> {
    match sessions::find(app.store(), claims.user_id, claims.session_id).await? {
        Some(session) if session.expires <= app.now().as_second() => Err(Code::SessionEnded.into()),
        Some(session) if access == Access::Admin && session.role != Role::Admin => {
            Err(Code::Forbidden.into())
        }
        Some(_) => Ok(()),
        None => Err(Code::SessionEnded.into()),
    }
}
