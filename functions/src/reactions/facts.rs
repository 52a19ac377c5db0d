//! What a change of the table means, and what that may lead to.

use jiff::SignedDuration;
use tunelink::{
    Result,
    app::App,
    domain::{
        ConnectionId, Device, Event, EventId, EventStatus, Later, Membership, Message, Participation,
        ParticipationStatus, Seats, Session, UserId,
    },
    push,
    reaction::Change,
    store::{
        conversations as talk,
        erasure::Erasure,
        jobs::{Job, Step},
        keys::ItemKind,
        notifications::Notification,
        participations::Departure,
    },
};

use super::{accounts, conversations, events, jobs, notifications, participations};

/// So long after it happened, nothing is written by whoever does it.
const LOADED: SignedDuration = SignedDuration::from_hours(24);

/// Something that happened and has consequences.
#[derive(Debug)]
pub enum Fact {
    Joined(Participation),
    /// A place came free for somebody who waited.
    Promoted(Participation),
    /// The organiser decided about somebody.
    Decided(Participation),
    Departed(Departure),
    Cancelled(Event),
    Moved {
        event: Event,
        time: bool,
        place: bool,
    },
    /// A seat is free, and somebody waits for it.
    SeatFree(EventId),
    /// Somebody got a seat of an event, or has it no more.
    SeatMoved(EventId, UserId),
    MessageSent(Message),
    ConversationChanged(Later),
    ReadOn {
        before: Membership,
        after: Membership,
    },
    Renamed(EventId),
    ErasureListed(Erasure),
    SessionEnded(Session),
    SocketForgotten(ConnectionId),
    /// A device is registered no more, or by way of another endpoint.
    DeviceForgotten(Device),
    Told(Notification),
    Gather(Job),
    Deliver(Job),
}

macro_rules! kinds {
    ($($kind:ident: $($writes:ident)*;)*) => {
        /// The kinds of facts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($kind,)* }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The kinds of items that what is done about such a fact may change; those left out mean nothing.
            pub const fn writes(self) -> &'static [ItemKind] {
                match self {
                    $(Self::$kind => &[$(ItemKind::$writes,)*],)*
                }
            }
        }
    };
}

kinds! {
    Joined: Notification Push;
    Promoted: Notification Push;
    Decided: Notification Push;
    Departed: Notification Push Departure;
    Cancelled: Job;
    Moved: Job;
    SeatFree: Event Seats Participant;
    SeatMoved: Member Later;
    MessageSent: Connection Notification Push Job;
    ConversationChanged: Connection Notification Job;
    ReadOn: Connection Notification;
    Renamed: Later;
    ErasureListed: Event Seats Participant Member Message Later Session Connection Device Erasure Notification Push;
    SessionEnded: Connection Device;
    SocketForgotten: ;
    DeviceForgotten: ;
    Told: Connection Device;
    Gather: Job;
    Deliver: Job Notification Push Connection;
}

impl Kind {
    /// What changes of an item may mean.
    pub const fn of(item: ItemKind) -> &'static [Self] {
        match item {
            ItemKind::Event => &[Self::Cancelled, Self::Moved, Self::Renamed],
            ItemKind::Seats => &[Self::SeatFree],
            ItemKind::Participant => &[Self::Joined, Self::Promoted, Self::Decided, Self::SeatMoved],
            ItemKind::Departure => &[Self::Departed],
            ItemKind::Message => &[Self::MessageSent],
            ItemKind::Later => &[Self::ConversationChanged],
            ItemKind::Member => &[Self::ReadOn],
            ItemKind::Session => &[Self::SessionEnded],
            ItemKind::Connection => &[Self::SocketForgotten],
            ItemKind::Device => &[Self::DeviceForgotten],
            ItemKind::Notification | ItemKind::Push => &[Self::Told],
            ItemKind::Job => &[Self::Gather, Self::Deliver],
            ItemKind::Erasure => &[Self::ErasureListed],
        }
    }

    /// Whether a fact may lead to others that follow from the same item kinds and yet comes to an end: the next has
    /// less to do, for seats are given to those who wait, lists are read on, and parts are taken away.
    pub const fn dwindles(self) -> bool {
        matches!(self, Self::SeatFree | Self::Gather)
    }

    /// The kinds of facts that such a fact may lead to, those that dwindle on their own left aside.
    pub fn leads_to(self) -> impl Iterator<Item = Self> {
        let next = self.writes().iter().flat_map(|item| Self::of(*item)).copied();
        next.filter(move |next| !self.rules_out(*next))
    }

    /// What an item may mean in general, and cannot mean when this fact changed it.
    const fn rules_out(self, next: Self) -> bool {
        match (self, next) {
            // A part that is done is deleted, and a deletion of these means nothing.
            (Self::Deliver, Self::Gather | Self::Deliver)
            | (Self::Departed, Self::Departed)
            | (Self::ErasureListed, Self::ErasureListed) => true,
            (one, other) => one as u8 == other as u8 && one.dwindles(),
        }
    }
}

impl Fact {
    /// What a change of one item means; most mean nothing.
    pub fn of(change: &Change) -> Result<Vec<Self>> {
        let Some(kind) = change.key.kind() else { return Ok(Vec::new()) };
        let fact = match kind {
            ItemKind::Event => return Ok(of_event(change)?.into_iter().chain(renamed(change)?).collect()),
            ItemKind::Participant => {
                return Ok(of_participant(change)?.into_iter().chain(seat_moved(change)?).collect());
            }
            ItemKind::Seats => {
                let waits = change.after::<Seats>()?.is_some_and(|seats| seats.promotable().next().is_some());
                change.key.event().filter(|_| waits).map(Self::SeatFree)
            }
            ItemKind::Departure => change.after()?.map(Self::Departed),
            ItemKind::Message if change.is_new() => change.after()?.map(Self::MessageSent),
            ItemKind::Later if change.is_new() => change.after()?.map(Self::ConversationChanged),
            ItemKind::Member => read_on(change)?,
            ItemKind::Erasure => change.after()?.map(Self::ErasureListed),
            ItemKind::Session if change.is_gone() => change.before()?.map(Self::SessionEnded),
            ItemKind::Connection if change.is_gone() => {
                let id = change.key.pk.split_once('#').map(|(_, id)| ConnectionId::new(id));
                id.map(Self::SocketForgotten)
            }
            ItemKind::Device => of_device(change)?,
            ItemKind::Notification | ItemKind::Push => of_notification(change)?,
            ItemKind::Job => change.after()?.map(of_job),
            ItemKind::Session | ItemKind::Connection | ItemKind::Message | ItemKind::Later => None,
        };
        Ok(fact.into_iter().collect())
    }

    pub const fn kind(&self) -> Kind {
        match self {
            Self::Joined(_) => Kind::Joined,
            Self::Promoted(_) => Kind::Promoted,
            Self::Decided(_) => Kind::Decided,
            Self::Departed(_) => Kind::Departed,
            Self::Cancelled(_) => Kind::Cancelled,
            Self::Moved { .. } => Kind::Moved,
            Self::SeatFree(_) => Kind::SeatFree,
            Self::SeatMoved(..) => Kind::SeatMoved,
            Self::MessageSent(_) => Kind::MessageSent,
            Self::ConversationChanged(_) => Kind::ConversationChanged,
            Self::ReadOn { .. } => Kind::ReadOn,
            Self::Renamed(_) => Kind::Renamed,
            Self::ErasureListed(_) => Kind::ErasureListed,
            Self::SessionEnded(_) => Kind::SessionEnded,
            Self::SocketForgotten(_) => Kind::SocketForgotten,
            Self::DeviceForgotten(_) => Kind::DeviceForgotten,
            Self::Told(_) => Kind::Told,
            Self::Gather(_) => Kind::Gather,
            Self::Deliver(_) => Kind::Deliver,
        }
    }

    /// Does what follows.
    pub(super) async fn act(self, app: &App) -> Result<()> {
        match self {
            Self::Joined(part) => participations::joined(app, &part).await,
            Self::Promoted(part) => participations::promoted(app, &part).await,
            Self::Decided(part) => participations::decided(app, &part).await,
            Self::Departed(departure) => participations::departed(app, &departure).await,
            Self::Cancelled(event) => events::cancelled(app, event).await,
            Self::Moved { event, time, place } => events::moved(app, event, time, place).await,
            Self::SeatFree(event) => events::give_seats(app, event).await,
            Self::SeatMoved(event, user) => talk::follow_event(app.store(), event, user, app.now()).await,
            Self::MessageSent(message) => conversations::deliver_message(app, &message).await,
            Self::ConversationChanged(change) => conversations::deliver_change(app, &change).await,
            Self::ReadOn { before, after } => conversations::read_on(app, &before, &after).await,
            Self::Renamed(event) => talk::rename_with_event(app.store(), event, app.now()).await,
            Self::ErasureListed(erasure) => accounts::erase(app, &erasure).await,
            Self::SessionEnded(session) => accounts::session_ended(app, &session).await,
            Self::SocketForgotten(socket) => app.sockets().close(&socket).await,
            Self::DeviceForgotten(device) => push::forget(app, &device).await,
            Self::Told(notification) => notifications::told(app, &notification).await,
            Self::Gather(job) => jobs::gather(app, &job).await,
            Self::Deliver(job) => jobs::deliver(app, &job).await,
        }
    }
}

fn of_event(change: &Change) -> Result<Option<Fact>> {
    let (Some(before), Some(after)) = (change.before::<Event>()?, change.after::<Event>()?) else {
        return Ok(None);
    };
    Ok(match (before.status, after.status) {
        (EventStatus::Published, EventStatus::Cancelled) => Some(Fact::Cancelled(after)),
        (EventStatus::Published, EventStatus::Published) => {
            let times = |event: &Event| (event.schedule.starts_at, event.schedule.ends_at);
            let (time, place) = (times(&before) != times(&after), before.place != after.place);
            (time || place).then_some(Fact::Moved { event: after, time, place })
        }
        _ => None,
    })
}

fn of_participant(change: &Change) -> Result<Option<Fact>> {
    use ParticipationStatus::{Going, Waiting};
    let before = change.before::<Participation>()?;
    let Some(after) = change.after::<Participation>()? else { return Ok(None) };
    let Some(before) = before.filter(|before| before.joined_at == after.joined_at) else {
        // Who signed up long before it was written came with a world that was loaded.
        let new = after.joined_at + LOADED > change.at;
        return Ok(new.then_some(Fact::Joined(after)));
    };
    Ok(match (before.status, after.status) {
        (one, other) if one == other || before.settled_at == after.settled_at => None,
        (Waiting, Going) => Some(Fact::Promoted(after)),
        _ => Some(Fact::Decided(after)),
    })
}

/// A notification is told when it comes and when it is raised, not when it is read.
fn of_notification(change: &Change) -> Result<Option<Fact>> {
    let before = change.before::<Notification>()?;
    let after = change.after::<Notification>()?;
    let after = after.filter(|after| before.is_none_or(|before| before.seq < after.seq));
    Ok(after.filter(|after| after.read_at.is_none()).map(Fact::Told))
}

fn of_device(change: &Change) -> Result<Option<Fact>> {
    let (before, after) = (change.before::<Device>()?, change.after::<Device>()?);
    let former = before.filter(|before| after.is_none_or(|after| after.endpoint_arn != before.endpoint_arn));
    Ok(former.map(Fact::DeviceForgotten))
}

fn of_job(job: Job) -> Fact {
    match job.step {
        Step::Gather { .. } => Fact::Gather(job),
        Step::Deliver { .. } => Fact::Deliver(job),
    }
}

fn renamed(change: &Change) -> Result<Option<Fact>> {
    let (Some(before), Some(after)) = (change.before::<Event>()?, change.after::<Event>()?) else {
        return Ok(None);
    };
    Ok((before.title != after.title).then_some(Fact::Renamed(after.event_id)))
}

fn read_on(change: &Change) -> Result<Option<Fact>> {
    let (before, after): (Option<Membership>, Option<Membership>) = (change.before()?, change.after()?);
    let (Some(before), Some(after)) = (before, after) else { return Ok(None) };
    let further =
        after.is_present() && after.joined_at == before.joined_at && after.read_seq > before.read_seq;
    Ok(further.then_some(Fact::ReadOn { before, after }))
}

fn seat_moved(change: &Change) -> Result<Option<Fact>> {
    let (before, after): (Option<Participation>, Option<Participation>) = (change.before()?, change.after()?);
    let seated = |part: &Option<Participation>| {
        part.as_ref().is_some_and(|part| part.status == ParticipationStatus::Going)
    };
    let Some(part) = after.as_ref().or(before.as_ref()) else { return Ok(None) };
    Ok((seated(&before) != seated(&after)).then_some(Fact::SeatMoved(part.event_id, part.user_id)))
}
