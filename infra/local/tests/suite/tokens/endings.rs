use serde_json::json;

use super::in_process::{Answer, Asked, Given};
use crate::{events::Dice, harness::World};

/// By which call a session ends.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Ending {
    This,
    All,
    /// From another session of the same person.
    Others,
    /// The same, by its id.
    Revoked,
}

impl Ending {
    pub(super) fn roll(dice: &mut Dice) -> Self {
        [Self::This, Self::All, Self::Others, Self::Revoked][dice.roll(4)]
    }

    /// Ends `session`; `other` is another one of the same person.
    pub(super) async fn end(self, world: &World, session: &Given, other: &Given) -> Answer {
        let asked = match self {
            Self::This => Asked::of(&functions::LOG_OUT, Some(json!({ "scope": "this" }))),
            Self::All => Asked::of(&functions::LOG_OUT, Some(json!({ "scope": "all" }))),
            Self::Others => Asked::of(&functions::LOG_OUT, Some(json!({ "scope": "others" }))),
            Self::Revoked => {
                let mut asked = Asked::of(&functions::REVOKE_SESSION, None);
                asked.parameters = vec![("session_id".to_owned(), session.id.clone())];
                asked
            }
        };
        asked.ask(world.app(), &self.by(session, other).token, "ending").await
    }

    /// The session that the call belongs to which ends the other, or itself.
    pub(super) const fn by<'a>(self, session: &'a Given, other: &'a Given) -> &'a Given {
        match self {
            Self::This | Self::All => session,
            Self::Others | Self::Revoked => other,
        }
    }
}
