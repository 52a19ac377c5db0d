//! Many people at once, put into the table without the hashing of passwords; and whom a search has to find.

use jiff::Timestamp;
use tunelink::{
    domain::{
        AccountStatus, CatalogueKind, DeviceId, Home, Level, Profile, Role, Session, SessionId, Slug, UserId,
    },
    geo::Point,
    store::{
        accounts::{self, Credential},
        tastes,
    },
};

use super::races::Dice;
use crate::harness::{World, unique};

pub(super) const INSTRUMENTS: [&str; 3] = ["violin", "cello", "viola"];
pub(super) const GENRES: [&str; 3] = ["swing", "blues", "bossa-nova"];
pub(super) const LEVELS: [(&str, Level); 4] = [
    ("beginner", Level::Beginner),
    ("intermediate", Level::Intermediate),
    ("advanced", Level::Advanced),
    ("professional", Level::Professional),
];

pub(super) struct Musician {
    pub(super) id: String,
    /// Where others see them, in degrees north and east.
    pub(super) place: (f64, f64),
    pub(super) plays: Vec<(&'static str, &'static str)>,
    pub(super) likes: Vec<&'static str>,
}

impl Musician {
    /// In metres, on a sphere of the mean radius (the haversine formula).
    pub(super) fn distance(&self, (lat, lng): (f64, f64)) -> f64 {
        let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
        let across = lat.to_radians().cos() * self.place.0.to_radians().cos() * half(self.place.1 - lng);
        2.0 * 6_371_008.8 * (half(self.place.0 - lat) + across).sqrt().min(1.0).asin()
    }
}

/// So many people within about a degree of a centre, half of them in a handful of places.
pub(super) async fn crowd(
    world: &World,
    dice: &mut Dice,
    (lat, lng): (f64, f64),
    number: usize,
) -> Vec<Musician> {
    let mut crowd = Vec::new();
    for _ in 0..number {
        let spread = if dice.below(2) == 0 { 5 } else { 20_001 };
        let mut off = || f64::from(u32::try_from(dice.below(spread)).unwrap()) / 10_000.0 - 1.0;
        let (north, east) = (off(), off());
        let home = Home {
            lat: (lat + north).clamp(-90.0, 90.0),
            lng: (lng + east + 540.0).rem_euclid(360.0) - 180.0,
            city: "X".to_owned(),
        };
        crowd.push(settle(world, dice, home).await);
    }
    crowd
}

async fn settle(world: &World, dice: &mut Dice, home: Home) -> Musician {
    let (app, name) = (world.app(), unique("m"));
    let (store, now, user_id) = (app.store(), app.now(), UserId(app.new_id()));
    let shown = home.shown();
    let profile = profile(user_id, name, home.kept(), now);
    let credential = Credential {
        user_id,
        hash: String::new(),
        role: Role::Member,
        deactivated_at: None,
        version: 1,
        logins: 1,
    };
    let session = Session {
        session_id: SessionId(app.new_id()),
        user_id,
        role: Role::Member,
        device_id: DeviceId(app.new_id()),
        device_name: None,
        created_at: now,
        last_used_at: now,
        generation: 1,
        rotated_at: now,
        expires: now.as_second() + 3600,
    };
    accounts::create(store, &profile, &credential, &session).await.unwrap();
    let (mut plays, mut likes) = (Vec::new(), Vec::new());
    let set = async |kind, id: &str, level| {
        tastes::set(store, user_id, kind, &Slug::new(id).unwrap(), level, now).await.unwrap();
    };
    for id in INSTRUMENTS {
        let (name, level) = LEVELS[usize::try_from(dice.below(4)).unwrap()];
        if dice.below(3) == 0 {
            set(CatalogueKind::Instrument, id, Some(level)).await;
            plays.push((id, name));
        }
    }
    for id in GENRES {
        if dice.below(3) == 0 {
            set(CatalogueKind::Genre, id, None).await;
            likes.push(id);
        }
    }
    Musician { id: user_id.to_string(), place: (shown.lat, Point::new(0.0, shown.lng).lng()), plays, likes }
}

fn profile(user_id: UserId, name: String, home: Home, now: Timestamp) -> Profile {
    Profile {
        user_id,
        email: format!("{name}@example.org"),
        username: name,
        display_name: None,
        bio: None,
        photo_url: None,
        home: Some(home),
        visible_nearby: None,
        language: None,
        role: Role::Member,
        status: AccountStatus::Active,
        created_at: now,
        version: 1,
    }
}
