//! Profiles.

use super::{Condition, Store, Write, keys, nearby};
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

impl Changes {
    /// Whether it may change where searches nearby find somebody.
    fn of_the_place(&self) -> bool {
        self.home != Patch::Keep || self.visible_nearby != Patch::Keep
    }

    fn apply(&self, profile: &Profile) -> Profile {
        let mut profile = Profile { version: profile.version + 1, ..profile.clone() };
        self.display_name.clone().apply(&mut profile.display_name);
        self.bio.clone().apply(&mut profile.bio);
        self.photo_url.clone().apply(&mut profile.photo_url);
        self.home.clone().apply(&mut profile.home);
        self.visible_nearby.clone().apply(&mut profile.visible_nearby);
        self.language.clone().apply(&mut profile.language);
        profile
    }

    fn update(&self, user_id: UserId) -> Result<Write> {
        Ok(Write::update(keys::profile(user_id))
            .patch("display_name", &self.display_name)?
            .patch("bio", &self.bio)?
            .patch("photo_url", &self.photo_url)?
            .patch("home", &self.home)?
            .patch("visible_nearby", &self.visible_nearby)?
            .patch("language", &self.language)?
            .add("version", 1))
    }
}

/// Changes a profile and gives the new one.
pub async fn update(store: &Store, user_id: UserId, changes: &Changes, seen: &IfMatch) -> Result<Profile> {
    if changes.of_the_place() {
        return nearby::change(store, user_id, |person| {
            let before = &person.profile;
            if !seen.allows(before.version) {
                return Err(Code::PreconditionFailed.into());
            }
            let after = changes.apply(before);
            let as_read = Condition::equals("version", before.version);
            let update = changes.update(user_id)?.when(as_read, Code::Conflict);
            Ok((person.turn_into(&after, person.tastes.clone(), update)?, after))
        })
        .await;
    }
    let write = changes.update(user_id)?.when(seen.condition().and(is_active()), Code::PreconditionFailed);
    match store.update(write).await {
        // Without a precondition the only thing that can fail is the account itself.
        Err(Error { code: Code::PreconditionFailed, .. }) if *seen == IfMatch::any() => {
            Err(Code::SessionEnded.into())
        }
        updated => updated,
    }
}

pub(super) fn is_active() -> Condition {
    let active = serde_json::to_value(AccountStatus::Active).ok();
    Condition::is("status", active.as_ref().and_then(|status| status.as_str()).unwrap_or_default())
}

/// Fails once this person is being erased: nothing may be written for them any more. Who left for a while finds it when
/// they come back.
pub(super) fn must_not_be_erased(user_id: UserId, refusal: impl Into<Error>) -> Write {
    let erased = serde_json::to_value(AccountStatus::Erased).ok();
    let erased = erased.as_ref().and_then(|status| status.as_str()).unwrap_or_default();
    Write::check(keys::profile(user_id)).when(Condition::is_other("status", erased), refusal)
}

/// Fails unless this person takes part.
pub(super) fn must_be_active(user_id: UserId, refusal: impl Into<Error>) -> Write {
    Write::check(keys::profile(user_id)).when(is_active(), refusal)
}
