//! What a change of the table means, and what that may lead to.

use tunelink::{
    Result,
    app::App,
    domain::{ConnectionId, Event, EventId, EventStatus, Participation, ParticipationStatus, Seats, Session},
    reaction::Change,
    store::{
        erasure::Erasure,
        jobs::{Job, Step},
        keys::ItemKind,
        notifications::Notification,
        participations::Departure,
    },
};

use super::{accounts, events, jobs, notifications, participations};

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
    ErasureListed(Erasure),
    SessionEnded(Session),
    SocketForgotten(ConnectionId),
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
    ErasureListed: Event Seats Participant Session Connection Erasure Notification Push;
    SessionEnded: Connection;
    SocketForgotten: ;
    Told: Connection;
    Gather: Job;
    Deliver: Job Notification Push;
}

impl Kind {
    /// What changes of an item may mean.
    pub const fn of(item: ItemKind) -> &'static [Self] {
        match item {
            ItemKind::Event => &[Self::Cancelled, Self::Moved],
            ItemKind::Seats => &[Self::SeatFree],
            ItemKind::Participant => &[Self::Joined, Self::Promoted, Self::Decided],
            ItemKind::Departure => &[Self::Departed],
            ItemKind::Session => &[Self::SessionEnded],
            ItemKind::Connection => &[Self::SocketForgotten],
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
            ItemKind::Event => return of_event(change),
            ItemKind::Participant => of_participant(change)?,
            ItemKind::Seats => {
                let waits = change.after::<Seats>()?.is_some_and(|seats| seats.promotable().next().is_some());
                change.key.event().filter(|_| waits).map(Self::SeatFree)
            }
            ItemKind::Departure => change.after()?.map(Self::Departed),
            ItemKind::Erasure => change.after()?.map(Self::ErasureListed),
            ItemKind::Session if change.is_gone() => change.before()?.map(Self::SessionEnded),
            ItemKind::Connection if change.is_gone() => {
                let id = change.key.pk.split_once('#').map(|(_, id)| ConnectionId::new(id));
                id.map(Self::SocketForgotten)
            }
            ItemKind::Notification | ItemKind::Push => of_notification(change)?,
            ItemKind::Job => change.after()?.map(of_job),
            ItemKind::Session | ItemKind::Connection => None,
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
            Self::ErasureListed(_) => Kind::ErasureListed,
            Self::SessionEnded(_) => Kind::SessionEnded,
            Self::SocketForgotten(_) => Kind::SocketForgotten,
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
            Self::ErasureListed(erasure) => accounts::erase(app, &erasure).await,
            Self::SessionEnded(session) => accounts::session_ended(app, &session).await,
            Self::SocketForgotten(socket) => app.sockets().close(&socket).await,
            Self::Told(notification) => notifications::told(app, &notification).await,
            Self::Gather(job) => jobs::gather(app, &job).await,
            Self::Deliver(job) => jobs::deliver(app, &job).await,
        }
    }
}

fn of_event(change: &Change) -> Result<Vec<Fact>> {
    let (Some(before), Some(after)) = (change.before::<Event>()?, change.after::<Event>()?) else {
        return Ok(Vec::new());
    };
    let fact = match (before.status, after.status) {
        (EventStatus::Published, EventStatus::Cancelled) => Some(Fact::Cancelled(after)),
        (EventStatus::Published, EventStatus::Published) => {
            let times = |event: &Event| (event.schedule.starts_at, event.schedule.ends_at);
            let (time, place) = (times(&before) != times(&after), before.place != after.place);
            (time || place).then_some(Fact::Moved { event: after, time, place })
        }
        _ => None,
    };
    Ok(fact.into_iter().collect())
}

fn of_participant(change: &Change) -> Result<Option<Fact>> {
    use ParticipationStatus::{Going, Waiting};
    let before = change.before::<Participation>()?;
    let Some(after) = change.after::<Participation>()? else { return Ok(None) };
    let Some(before) = before.filter(|before| before.joined_at == after.joined_at) else {
        return Ok(Some(Fact::Joined(after)));
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

fn of_job(job: Job) -> Fact {
    match job.step {
        Step::Gather { .. } => Fact::Gather(job),
        Step::Deliver { .. } => Fact::Deliver(job),
    }
}
