//! Profiles.

use super::{Condition, Store, Write, keys};
use crate::{
    domain::{AccountStatus, Bio, DisplayName, Home, PhotoUrl, Profile, UserId},
    error::{Code, Error, Result},
    http::IfMatch,
    input::Patch,
    text::Language,
};

/// A merge patch of a profile.
#[derive(Debug)]
pub struct Changes {
    pub display_name: Patch<DisplayName>,
    pub bio: Patch<Bio>,
    pub photo_url: Patch<PhotoUrl>,
    pub home: Patch<Home>,
    pub visible_nearby: Patch<bool>,
    pub language: Patch<Language>,
}

/// The profile of an account that takes part, as it is now.
pub async fn find(store: &Store, user_id: UserId) -> Result<Option<Profile>> {
    Ok(store.get::<Profile>(keys::profile(user_id)).await?.filter(Profile::is_active))
}

/// The same, perhaps a second old.
pub async fn glance(store: &Store, user_id: UserId) -> Result<Option<Profile>> {
    Ok(store.glance::<Profile>(keys::profile(user_id)).await?.filter(Profile::is_active))
}

/// The profiles of those among these people who take part, in any order.
pub async fn find_all(store: &Store, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<Profile>> {
    let mut profiles = store.get_all::<Profile>(ids.into_iter().map(keys::profile).collect()).await?;
    profiles.retain(Profile::is_active);
    Ok(profiles)
}

/// Changes a profile and gives the new one.
pub async fn update(store: &Store, user_id: UserId, changes: &Changes, seen: &IfMatch) -> Result<Profile> {
    let write = Write::update(keys::profile(user_id))
        .patch("display_name", &changes.display_name)?
        .patch("bio", &changes.bio)?
        .patch("photo_url", &changes.photo_url)?
        .patch("home", &changes.home)?
        .patch("visible_nearby", &changes.visible_nearby)?
        .patch("language", &changes.language)?
        .add("version", 1)
        .when(seen.condition().and(is_active()), Code::PreconditionFailed);
    match store.update(write).await {
        // Without a precondition the only thing that can fail is the account itself.
        Err(Error { code: Code::PreconditionFailed, .. }) if *seen == IfMatch::any() => {
            Err(Code::NotFound.into())
        }
        updated => updated,
    }
}

pub(super) fn is_active() -> Condition {
    let active = serde_json::to_value(AccountStatus::Active).ok();
    Condition::is("status", active.as_ref().and_then(|status| status.as_str()).unwrap_or_default())
}

/// Fails unless this person takes part.
pub(super) fn must_be_active(user_id: UserId, refusal: impl Into<Error>) -> Write {
    Write::check(keys::profile(user_id)).when(is_active(), refusal)
}
