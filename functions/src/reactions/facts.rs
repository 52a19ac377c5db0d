//! What a change of the table means.

use tunelink::{
    Result,
    app::App,
    domain::{EventId, Later, Membership, Message, Participation, ParticipationStatus, UserId},
    reaction::Change,
    store::conversations as talk,
};

use super::conversations;

/// Something that happened and has consequences.
pub(super) enum Fact {
    MessageSent(Message),
    ConversationChanged(Later),
    ReadOn(Membership),
    /// Somebody got a seat of an event, or has it no more.
    SeatMoved(EventId, UserId),
}

impl Fact {
    /// What a change of one item means; most mean nothing.
    pub(super) fn of(change: &Change) -> Result<Vec<Self>> {
        let mut facts = Vec::new();
        let (pk, sk) = (change.key.pk.as_str(), change.key.sk.as_str());
        if pk.starts_with("C#") {
            if sk.starts_with("M#") && change.is_new() {
                facts.extend(change.after()?.map(Self::MessageSent));
            } else if sk.starts_with("X#") && change.is_new() {
                facts.extend(change.after()?.map(Self::ConversationChanged));
            } else if sk.starts_with("MEMBER#") {
                facts.extend(read_on(change)?);
            }
        } else if pk.starts_with("E#") && sk.starts_with("PARTICIPANT#") {
            facts.extend(seat_moved(change)?);
        }
        Ok(facts)
    }

    pub(super) async fn act(self, app: &App) -> Result<()> {
        match self {
            Self::MessageSent(message) => conversations::deliver_message(app, message).await,
            Self::ConversationChanged(change) => conversations::deliver_change(app, change).await,
            Self::ReadOn(member) => conversations::deliver_read_mark(app, &member).await,
            Self::SeatMoved(event, user) => talk::follow_event(app.store(), event, user, app.now()).await,
        }
    }
}

/// Who sends a message has read it, which needs no saying.
fn read_on(change: &Change) -> Result<Option<Fact>> {
    let (before, after): (Option<Membership>, Option<Membership>) = (change.before()?, change.after()?);
    let (Some(before), Some(after)) = (before, after) else { return Ok(None) };
    let sent = after.sent_seq != before.sent_seq;
    Ok((after.is_present() && after.read_seq > before.read_seq && !sent).then_some(Fact::ReadOn(after)))
}

fn seat_moved(change: &Change) -> Result<Option<Fact>> {
    let (before, after): (Option<Participation>, Option<Participation>) = (change.before()?, change.after()?);
    let seated = |part: &Option<Participation>| {
        part.as_ref().is_some_and(|part| part.status == ParticipationStatus::Going)
    };
    let Some(part) = after.as_ref().or(before.as_ref()) else { return Ok(None) };
    Ok((seated(&before) != seated(&after)).then_some(Fact::SeatMoved(part.event_id, part.user_id)))
}
