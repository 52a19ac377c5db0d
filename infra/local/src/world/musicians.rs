use jiff::Timestamp;
use tunelink::domain::{AccountStatus, Bio, DisplayName, Home, Level, Profile, Role, Slug, UserId};
use tunelink::text::Language;

use super::draw::{Draw, Of};
use super::{World, names};

/// A musician, with what they play and like.
#[derive(Clone, Debug)]
pub struct Musician {
    pub profile: Profile,
    pub instruments: Vec<(Slug, Level)>,
    pub genres: Vec<Slug>,
}

/// What events show of a musician.
pub(super) struct Identity {
    pub(super) user_id: UserId,
    pub(super) username: String,
    first: &'static str,
    last: &'static str,
    created_at: Timestamp,
}

/// When accounts were made, in days before the present: all of them before any event was announced.
const OLDEST: i64 = 3 * 365;
const YOUNGEST: i64 = 366;

const DAY: i64 = 24 * 60 * 60;

impl World {
    /// The musician of this number, which is below the plan's.
    pub fn musician(&self, number: u32) -> Musician {
        let person = self.people.get(number);
        let city = &self.cities.all()[person.city];
        let identity = self.identity(number);
        let mut draw = Draw::new(self.plan.seed, Of::Musician, u64::from(number), 1);
        let (lat, lng) = draw.scatter(city.centre(), city.radius() / 2.0);
        let home = Home { lat, lng, city: city.name.clone() }.kept();
        let liked = draw.within(0..=5);
        let genres = self.music.genres(&mut draw, person.style, liked);
        let profile = Profile {
            user_id: identity.user_id,
            username: identity.username,
            email: format!("musician-{}@example.org", self.suffix(number)),
            display_name: DisplayName::new(format!("{} {}", identity.first, identity.last)),
            bio: bio(&mut draw, city.french),
            photo_url: None,
            home: draw.chance(0.96).then_some(home),
            visible_nearby: draw.chance(0.1).then_some(false),
            language: city.french.then_some(Language::Fr),
            role: Role::Member,
            status: AccountStatus::Active,
            created_at: identity.created_at,
            version: 1,
        };
        Musician { profile, instruments: person.instruments.clone(), genres }
    }

    /// What they are called, and their id.
    pub(super) fn name(&self, number: u32) -> (String, UserId) {
        let Identity { user_id, username, .. } = self.identity(number);
        (username, user_id)
    }

    pub(super) fn identity(&self, number: u32) -> Identity {
        let mut draw = Draw::new(self.plan.seed, Of::Musician, u64::from(number), 0);
        let (first, last) = names::draw(&mut draw, &self.cities.all()[self.people.get(number).city].country);
        let created_at = draw.moment(self.plan.now, -OLDEST * DAY..=-YOUNGEST * DAY);
        Identity {
            user_id: UserId(draw.id(created_at)),
            username: format!("{}.{}", first.to_lowercase(), self.suffix(number)),
            first,
            last,
            created_at,
        }
    }

    /// What tells the musicians of all worlds apart.
    fn suffix(&self, number: u32) -> String {
        format!("{}-{}", base36(u64::from(number)), base36(self.plan.seed))
    }
}

fn bio(draw: &mut Draw, french: bool) -> Option<Bio> {
    const BIOS: [[&str; 2]; 6] = [
        ["I play by ear and learn to read.", "Je joue à l'oreille et j'apprends à lire."],
        ["Looking for a band that rehearses weekly.", "Cherche un groupe qui répète chaque semaine."],
        ["Mostly weekends.", "Plutôt le week-end."],
        ["Back at it after ten years.", "De retour après dix ans."],
        ["I teach, I record, I get around.", "J'enseigne, j'enregistre, je bouge."],
        ["Happy to fill in at short notice.", "Dispo pour remplacer au pied levé."],
    ];
    draw.chance(0.6).then(|| draw.one(&BIOS)[usize::from(french)]).and_then(Bio::new)
}

/// Short, and fit for a username.
fn base36(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(DIGITS[usize::try_from(number % 36).unwrap_or_default()]));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}
