use futures_util::future::BoxFuture;
use tunelink::{Result, app::App, reaction::Change};

use super::facts::Fact;

/// Does what follows from a change of the table. Every effect may come again and then changes nothing.
pub fn react<'a>(app: &'a App, change: &'a Change) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        for fact in Fact::of(change)? {
            fact.act(app).await?;
        }
        Ok(())
    })
}
