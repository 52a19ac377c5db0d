//! What is done for many: their list is read in pieces, each of which becomes some parts and one that reads on; each
//! part is done for at most 100. Every one of these is a change of the table of its own, so no other change waits long.

use std::collections::HashMap;

use futures_util::{TryStreamExt, stream};
use jiff::Timestamp;
use tunelink::{
    Error, Result,
    app::App,
    domain::{EventId, Notice, Participation, ParticipationStatus, UserId},
    store::{
        conversations,
        jobs::{self, Job, Step, Task},
        notifications, participations, preferences,
    },
};

use super::conversations as talk;

/// How many people one part is for.
const PART: usize = 100;
/// How many of a list are read at a time.
const PIECE: usize = 1000;
/// How many people of a part are told at a time.
const AT_ONCE: usize = 25;

/// Cuts the next piece of the list into parts.
pub(super) async fn gather(app: &App, job: &Job) -> Result<()> {
    let Step::Gather { after } = job.step else { return Err(Error::internal("not a list to be read")) };
    if !jobs::is_open(app.store(), job).await? {
        return Ok(());
    }
    let (people, rest) = match &job.task {
        Task::Notice { event_id, at, .. } => {
            let found = participations::list(app.store(), *event_id, after, PIECE).await?;
            let last = found.rows.last().map(|part| part.user_id).filter(|_| found.more);
            let concerned = found.rows.iter().filter(|part| concerns(part, *at));
            (concerned.map(|part| part.user_id).collect::<Vec<_>>(), last)
        }
        Task::Message { conversation_id, .. } | Task::Change { conversation_id, .. } => {
            let found = conversations::members(app.store(), *conversation_id, after, PIECE).await?;
            let last = found.rows.last().map(|member| member.user_id).filter(|_| found.more);
            let present = found.rows.iter().filter(|member| member.is_present());
            (present.map(|member| member.user_id).collect::<Vec<_>>(), last)
        }
    };
    let parts = people.chunks(PART).map(|people| Step::Deliver { to: people.to_vec() });
    let rest = rest.map(|last| Step::Gather { after: Some(last) });
    let made: Vec<Job> = parts.chain(rest).map(|step| job.part(step)).collect();
    jobs::finish(app.store(), job, &made, app.now()).await
}

/// Whoever signed up later knows already; whoever was declined does not take part.
fn concerns(part: &Participation, at: Timestamp) -> bool {
    part.status != ParticipationStatus::Declined && part.joined_at <= at
}

/// Does a part.
pub(super) async fn deliver(app: &App, job: &Job) -> Result<()> {
    let Step::Deliver { to } = &job.step else { return Err(Error::internal("not a part to be done")) };
    if !jobs::is_open(app.store(), job).await? {
        return Ok(());
    }
    match &job.task {
        Task::Notice { event_id, notice, at } => tell(app, *event_id, to, notice, &job.fact, *at).await?,
        Task::Message { conversation_id, seq } => {
            let members = conversations::present(app.store(), *conversation_id, to).await?;
            if let Some(conversation) = conversations::head(app.store(), *conversation_id).await? {
                talk::deliver_to(app, &conversation, *seq, members).await?;
            }
        }
        Task::Change { conversation_id, change } => {
            let members = conversations::present(app.store(), *conversation_id, to).await?;
            if let Some(change) = conversations::change(app.store(), *conversation_id, *change).await? {
                talk::deliver_change_to(app, &change, members).await?;
            }
        }
    }
    jobs::finish(app.store(), job, &[], app.now()).await
}

/// Tells those who still take part.
async fn tell(
    app: &App,
    event: EventId,
    to: &[UserId],
    notice: &Notice,
    fact: &str,
    at: Timestamp,
) -> Result<()> {
    let store = app.store();
    let (parts, wishes) =
        tokio::try_join!(participations::find_all(store, event, to), preferences::find_all(store, to))?;
    let ways: HashMap<UserId, _> = parts
        .iter()
        .filter(|part| concerns(part, at))
        .map(|part| (part.user_id, wishes.get(&part.user_id).cloned().unwrap_or_default()))
        .filter_map(|(user, wishes)| Some((user, wishes.way(notice.r#type())?)))
        .collect();
    stream::iter(ways.into_iter().map(Ok))
        .try_for_each_concurrent(AT_ONCE, |(user, way)| {
            notifications::post_by(store, way, user, notice, fact, at)
        })
        .await
}
