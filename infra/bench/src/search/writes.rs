//! What it costs to announce an event, to change it and to call it off.

use std::fmt::{self, Write};

use jiff::SignedDuration;
use tunelink::app::App;
use tunelink::domain::{Title, UserId};
use tunelink::store::events::{self, Standing};
use tunelink_local::backend::Options;
use tunelink_local::data::LocalData;
use tunelink_local::error::Error;
use tunelink_local::world::load::load;
use tunelink_local::world::{Plan, World};

pub(super) async fn measure(text: &mut String) -> crate::Result<()> {
    let data = LocalData::open(&Options::ephemeral()).await?;
    let app = &data.app;
    let plan = Plan { seed: 1, events: 0, musicians: 1, now: app.now(), around: None };
    let world = load(app, None, plan, |_| {}).await?.world;
    let standing = upcoming(&world)?;
    writeln!(text, "\n| write | calls | WCU, in a transaction and so doubled |\n|---|---|---|")?;
    let store = app.store().metered();
    events::create(&store, &standing, None).await.map_err(Error::App)?;
    let wanted = standing.seats.wanted().count();
    let create = format!("create, with a text and {wanted} instruments wanted");
    print(text, &create, store.cost())?;
    let title = Title::new("Another title");
    edit(text, app, &standing, "edit a projected field", |standing| {
        standing.event.title = title.clone().unwrap_or(standing.event.title.clone());
    })
    .await?;
    edit(text, app, &standing, "edit another field", |standing| {
        standing.event.updated_at += SignedDuration::from_secs(1);
    })
    .await?;
    edit(text, app, &standing, "reschedule", |standing| {
        standing.event.schedule.starts_at -= SignedDuration::from_hours(1);
    })
    .await?;
    edit(text, app, &standing, "move", |standing| standing.event.place.lng += 3.0).await?;
    edit(text, app, &standing, "cancel", |standing| standing.event.cancel(None, app.now())).await?;
    data.close().await;
    Ok(())
}

/// The first event of the world that is to come and that searches find.
fn upcoming(world: &World) -> Result<Standing, Error> {
    let mut number = 0;
    loop {
        let new = world.event(number)?;
        if new.event.is_listed() && new.event.schedule.starts_at > world.plan().now {
            return Ok(events::new(new.event, new.text, new.seats));
        }
        number += 1;
    }
}

async fn edit(
    text: &mut String,
    app: &App,
    standing: &Standing,
    what: &str,
    change: impl Fn(&mut Standing) + Send + Sync,
) -> crate::Result<()> {
    let store = app.store().metered();
    let UserId(organiser) = standing.event.organiser.user_id;
    let edit = |standing: &mut Standing| {
        change(standing);
        Ok(())
    };
    events::edit(&store, standing.event.event_id, UserId(organiser), app.now(), edit)
        .await
        .map_err(Error::App)?;
    print(text, what, store.cost())?;
    Ok(())
}

fn print(text: &mut String, what: &str, cost: tunelink::store::Cost) -> fmt::Result {
    writeln!(text, "| {what} | {} | {} |", cost.calls, cost.wcu)
}
