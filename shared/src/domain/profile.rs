use garde::Validate;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Home, Level, LevelOfPlay, Role, Slug, UserId, text::one_line};
use crate::{error::Code, geo::Point, rules::broken, text::Language};

/// What others read above a bio: 1–60 characters, something of it visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "Django Reinhardt"))]
pub struct DisplayName(#[garde(length(chars, min = 1, max = 60), custom(one_line))] String);

impl DisplayName {
    /// `None` unless it keeps to the rules.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let name = Self(text.into());
        name.validate().is_ok().then_some(name)
    }
}

/// What someone says of themselves, at most 1,000 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("example" = "Gypsy jazz, mostly at night."))]
pub struct Bio(#[garde(length(chars, max = 1000))] String);

impl Bio {
    /// `None` when it is too long.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let bio = Self(text.into());
        bio.validate().is_ok().then_some(bio)
    }
}

/// An https URL of at most 2,000 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(transparent)]
#[garde(transparent)]
#[schemars(inline, extend("format" = "uri", "example" = "https://photos.example.org/django.jpg"))]
pub struct PhotoUrl(#[garde(length(chars, max = 2000), url, custom(plain_https))] String);

/// Whether an account takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    #[default]
    Active,
    /// Left, and may come back within 30 days.
    Deactivated,
    /// Being erased; there is no way back.
    Erased,
}

/// A profile as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Profile {
    pub user_id: UserId,
    pub username: String,
    pub email: String,
    pub display_name: Option<DisplayName>,
    pub bio: Option<Bio>,
    pub photo_url: Option<PhotoUrl>,
    pub home: Option<Home>,
    /// Absent means yes.
    pub visible_nearby: Option<bool>,
    /// Absent means English.
    pub language: Option<Language>,
    pub role: Role,
    pub status: AccountStatus,
    pub created_at: Timestamp,
    /// Counts the changes; the `ETag`.
    pub version: u64,
}

/// What someone sees of themselves.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MyProfile {
    pub user_id: UserId,
    pub username: String,
    pub email: String,
    pub display_name: Option<DisplayName>,
    pub bio: Option<Bio>,
    pub photo_url: Option<PhotoUrl>,
    pub home: Option<Home>,
    /// Whether searches nearby find this person.
    pub visible_nearby: bool,
    /// The language of notifications.
    pub language: Language,
    pub role: Role,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
}

/// What everybody else sees of a member.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PublicProfile {
    pub user_id: UserId,
    pub username: String,
    pub display_name: Option<DisplayName>,
    pub bio: Option<Bio>,
    pub photo_url: Option<PhotoUrl>,
    /// Rounded to about 5 km; null for those who do not want to be found nearby.
    pub home: Option<Home>,
    pub instruments: Vec<LevelOfPlay>,
    /// Ids of the catalogue's genres.
    pub genres: Vec<Slug>,
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
}

/// A musician found nearby.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct NearbyUser {
    pub user_id: UserId,
    pub username: String,
    pub display_name: Option<DisplayName>,
    pub photo_url: Option<PhotoUrl>,
    pub city: Option<String>,
    /// How well they play the instrument that was asked for; null when none was.
    pub level: Option<Level>,
    /// To about 5 km around their home.
    pub distance_km: u32,
}

impl Profile {
    /// What others call this person.
    pub fn name(&self) -> &str {
        self.display_name.as_ref().map_or(&self.username, |name| &name.0)
    }

    pub fn is_active(&self) -> bool {
        self.status == AccountStatus::Active
    }

    /// The home as others see it: no more precise than about 5 km, and none of those who do not want to be found nearby.
    pub fn shown_home(&self) -> Option<Home> {
        self.home.as_ref().filter(|_| self.visible_nearby.unwrap_or(true)).map(Home::shown)
    }

    /// Where searches nearby find this person, if they take part and let themselves be found. It is the home as others
    /// see it: the edge of a circle that is moved about, and the distances in it, would give away a finer one.
    pub fn found_at(&self) -> Option<Point> {
        self.shown_home().filter(|_| self.is_active()).map(|home| Point::new(home.lat, home.lng))
    }

    /// Takes the parts that others may see.
    pub fn public(self, instruments: Vec<LevelOfPlay>, genres: Vec<Slug>) -> PublicProfile {
        PublicProfile {
            home: self.shown_home(),
            user_id: self.user_id,
            username: self.username,
            display_name: self.display_name,
            bio: self.bio,
            photo_url: self.photo_url,
            instruments,
            genres,
            created_at: self.created_at,
        }
    }
}

impl From<Profile> for MyProfile {
    fn from(profile: Profile) -> Self {
        Self {
            user_id: profile.user_id,
            username: profile.username,
            email: profile.email,
            display_name: profile.display_name,
            bio: profile.bio,
            photo_url: profile.photo_url,
            home: profile.home,
            visible_nearby: profile.visible_nearby.unwrap_or(true),
            language: profile.language.unwrap_or_default(),
            role: profile.role,
            created_at: profile.created_at,
        }
    }
}

/// Only what RFC 3986 lets stand in a URL, and nobody's password. The host is looked at elsewhere.
fn plain_https(text: &str, (): &()) -> garde::Result {
    let scheme = text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    let rest = text.get(8..).unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (path, fragment) = path.split_once('#').unwrap_or((path, ""));
    // §3.3 to §3.5; brackets are for the addresses of §3.2.2 alone.
    let stands = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/?".contains(&b);
    let stand = authority.bytes().all(|b| (stands(b) || b"[]".contains(&b)) && b != b'@')
        && path.bytes().chain(fragment.bytes()).all(stands);
    if scheme && stand && is_percent_encoded(rest) { Ok(()) } else { Err(broken(Code::InvalidUrl)) }
}

/// Whether each `%` has its two digits (RFC 3986 §2.1).
fn is_percent_encoded(text: &str) -> bool {
    let digits = |after: &str| after.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    text.split('%').skip(1).all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_https() {
        let good = |url: &str| PhotoUrl(url.to_owned()).validate().is_ok();
        for url in [
            "https://example.org/a.jpg",
            "HTTPS://example.org:8443?size=2&of=/a#top",
            "https://[2001:db8::1]/%C3%A9.jpg",
        ] {
            assert!(good(url), "{url}");
        }
        for bad in [
            "https://me:secret@example.org/a.jpg",
            "https://example.org/a b.jpg",
            "https://example.org/a[1].jpg",
            "https://example.org/a?of[]=1",
            "https://example.org/a#b#c",
            "https://example.org/%zz",
            "https://example.org/%e",
            "https://exam[ple.org/",
            "http://example.org/a.jpg",
            "javascript:alert(1)",
            "https://",
            "example.org",
            "",
            "data:image/png,x",
        ] {
            assert!(!good(bad), "{bad}");
        }
    }

    #[test]
    fn names_are_visible() {
        for (name, good) in [("Django", true), ("", false), ("  \t", false), ("é", true)] {
            assert_eq!(DisplayName(name.to_owned()).validate().is_ok(), good, "{name:?}");
        }
    }

    #[test]
    fn only_those_who_take_part_and_let_themselves_be_found_are_found() {
        let home = Home { lat: 48.8867, lng: 2.3431, city: "Paris".into() };
        let someone = Profile {
            user_id: UserId(uuid::Uuid::nil()),
            username: "django".into(),
            email: "django@example.org".into(),
            display_name: None,
            bio: None,
            photo_url: None,
            home: Some(home.kept()),
            visible_nearby: None,
            language: None,
            role: Role::Member,
            status: AccountStatus::Active,
            created_at: Timestamp::UNIX_EPOCH,
            version: 1,
        };
        let Home { lat, lng, .. } = home.shown();
        assert_eq!(someone.found_at(), Some(Point::new(lat, lng)));
        let hidden = Profile { visible_nearby: Some(false), ..someone.clone() };
        assert_eq!((hidden.found_at(), hidden.shown_home()), (None, None));
        assert_eq!(Profile { home: None, ..someone.clone() }.found_at(), None);
        for status in [AccountStatus::Deactivated, AccountStatus::Erased] {
            assert_eq!(Profile { status, ..someone.clone() }.found_at(), None);
        }
    }
}
