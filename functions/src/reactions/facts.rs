//! What a change of the table means.

use tunelink::{Result, app::App, reaction::Change};

/// Something that happened and has consequences.
pub(super) enum Fact {}

impl Fact {
    /// What a change of one item means; most mean nothing.
    pub(super) fn of(_change: &Change) -> Result<Vec<Self>> {
        Ok(Vec::new())
    }

    pub(super) async fn act(self, _app: &App) -> Result<()> {
        match self {}
    }
}
