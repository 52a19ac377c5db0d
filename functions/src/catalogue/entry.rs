//! What the operations on instruments and those on genres have in common.

use std::collections::HashMap;

use serde::{Serialize, de::DeserializeOwned};
use tokio::try_join;
use tunelink::{
    Code, Result,
    app::App,
    cursor::Cursors,
    domain::{
        CatalogueKind, Genre, Instrument, Level, Names, Profile, SearchText, Slug, UserId, UserOfEntry,
    },
    http::IfMatch,
    output::{Page, Resource},
    paging::{Paging, cut},
    store::{
        Found, Write, catalogue, profiles,
        tastes::{self, Fan},
    },
};

/// An entry of the catalogue.
pub(super) trait Entry: Serialize + DeserializeOwned + Send + 'static {
    const KIND: CatalogueKind;
    fn id(&self) -> &Slug;
    fn name(&self) -> &Names;
}

impl Entry for Instrument {
    const KIND: CatalogueKind = CatalogueKind::Instrument;

    fn id(&self) -> &Slug {
        &self.id
    }

    fn name(&self) -> &Names {
        &self.name
    }
}

impl Entry for Genre {
    const KIND: CatalogueKind = CatalogueKind::Genre;

    fn id(&self) -> &Slug {
        &self.id
    }

    fn name(&self) -> &Names {
        &self.name
    }
}

pub(super) async fn get<T: Entry>(app: &App, id: &Slug) -> Result<Resource<T>> {
    let row = catalogue::find::<T>(app.store(), T::KIND, id).await?.ok_or(Code::NotFound)?;
    Ok(Resource::versioned(row.entry, row.version).public())
}

/// `set` names what changes.
pub(super) async fn update<T: Entry>(
    app: &App,
    id: &Slug,
    seen: &IfMatch,
    set: impl FnOnce(Write) -> Result<Write> + Send,
) -> Result<Resource<T>> {
    let row = catalogue::update::<T>(app.store(), T::KIND, id, seen, set).await?;
    Ok(Resource::versioned(row.entry, row.version))
}

/// The entries that have the text and that `keep` lets through, by id.
pub(super) async fn list<T: Entry>(
    app: &App,
    cursors: &Cursors<'_>,
    paging: &Paging,
    text: Option<SearchText>,
    keep: impl Fn(&T) -> bool + Send,
) -> Result<Page<T>> {
    let mut entries = catalogue::list::<T>(app.store(), T::KIND).await?;
    entries.retain(keep);
    if let Some(found) = text.as_ref().map(SearchText::finder) {
        entries.retain(|entry| found(entry.id(), entry.name()));
    }
    Ok(cut(entries, cursors, paging.cursor(), paging.limit(), |entry| entry.id().clone())?.public())
}

/// Who plays an instrument (at this level, if one is given) or likes a genre, the most advanced first. Those who
/// no longer take part are left out, so a page may be shorter than its limit and still not be the last.
pub(super) async fn users<T: Entry>(
    app: &App,
    id: &Slug,
    level: Option<Level>,
    cursors: &Cursors<'_>,
    paging: &Paging,
) -> Result<Page<UserOfEntry>> {
    let store = app.store();
    let after: Option<(UserId, Option<Level>)> = cursors.open(paging.cursor())?;
    let after = after.map(|(user_id, level)| Fan { user_id, level });
    let (entry, Found { rows: fans, more }) = try_join!(
        catalogue::find::<T>(store, T::KIND, id),
        tastes::fans(store, T::KIND, id, level, after.as_ref(), paging.limit()),
    )?;
    entry.ok_or(Code::NotFound)?;
    let last = fans.last().filter(|_| more);
    let next = last.map(|fan| cursors.mint(&(fan.user_id, fan.level))).transpose()?;
    Ok(Page::new(people(app, fans).await?, next))
}

/// These people in this order.
async fn people(app: &App, fans: Vec<Fan>) -> Result<Vec<UserOfEntry>> {
    let profiles = profiles::find_all(app.store(), fans.iter().map(|fan| fan.user_id)).await?;
    let mut profiles: HashMap<UserId, Profile> = profiles.into_iter().map(|p| (p.user_id, p)).collect();
    let show = |Fan { user_id, level }: Fan| {
        let Profile { username, display_name, photo_url, .. } = profiles.remove(&user_id)?;
        Some(UserOfEntry { user_id, username, display_name, photo_url, level })
    };
    Ok(fans.into_iter().filter_map(show).collect())
}
