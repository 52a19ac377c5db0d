//! What is written about events, in English and French.

use tunelink::domain::EventType;

use super::draw::Draw;

/// The most characters of a title.
const TITLE: usize = 120;

/// What a title is made of.
pub(super) struct Subject<'a> {
    pub(super) kind: EventType,
    pub(super) french: bool,
    /// The name of a genre, if the event has any.
    pub(super) genre: Option<&'a str>,
    pub(super) city: &'a str,
    pub(super) venue: &'a str,
}

pub(super) fn title(draw: &mut Draw, subject: &Subject<'_>) -> String {
    let template = *draw.one(titles(subject.kind, subject.french));
    let title = match subject.genre {
        Some(genre) if subject.french => template.replace("{genre}", &within_a_sentence(genre)),
        Some(genre) => template.replace("{genre}", genre),
        None => template.replace("{genre}", if subject.french { "tous styles" } else { "All-styles" }),
    };
    let title = title.replace("{city}", subject.city).replace("{venue}", subject.venue);
    title.chars().take(TITLE).collect()
}

const fn titles(kind: EventType, french: bool) -> &'static [&'static str] {
    match (kind, french) {
        (EventType::Jam, false) => &[
            "{genre} jam at {venue}",
            "{genre} jam in {city}",
            "{genre} session, {venue}",
            "{genre} night: open jam",
        ],
        (EventType::Jam, true) => {
            &["Jam {genre} – {venue}", "Jam {genre} à {city}", "Bœuf {genre} – {venue}", "Soirée jam {genre}"]
        }
        (EventType::Rehearsal, false) => &[
            "{genre} band: rehearsal in {city}",
            "{genre} rehearsal, players wanted",
            "{genre} ensemble rehearses at {venue}",
        ],
        (EventType::Rehearsal, true) => &[
            "Répétition {genre} à {city}",
            "Groupe {genre} cherche musiciens : répétition",
            "Répétition {genre} – {venue}",
        ],
        (EventType::Concert, false) => &[
            "{genre} concert at {venue}",
            "{genre} live in {city}",
            "An evening of music: {genre}",
            "{genre} at {venue}",
        ],
        (EventType::Concert, true) => &[
            "Concert {genre} – {venue}",
            "Concert {genre} à {city}",
            "Soirée {genre} – {venue}",
            "Nuit {genre}",
        ],
        (EventType::OpenMic, false) => {
            &["Open mic at {venue}", "{genre} open mic, {city}", "Open stage in {city}", "{genre} open mic"]
        }
        (EventType::OpenMic, true) => {
            &["Scène ouverte – {venue}", "Scène ouverte {genre} à {city}", "Micro ouvert – {venue}"]
        }
        (EventType::Workshop, false) => &[
            "{genre} workshop in {city}",
            "{genre} workshop at {venue}",
            "{genre}: rhythm, phrasing, ensemble",
        ],
        (EventType::Workshop, true) => {
            &["Stage {genre} à {city}", "Atelier {genre} – {venue}", "Atelier {genre} : rythme et écoute"]
        }
        (EventType::Other, false) => &[
            "{genre} listening evening, {venue}",
            "Musicians' meet-up in {city}",
            "Instrument swap at {venue}",
        ],
        (EventType::Other, true) => &[
            "Écoute {genre} – {venue}",
            "Rencontre de musiciens à {city}",
            "Bourse aux instruments – {venue}",
        ],
    }
}

/// French names of genres begin with a capital that they lose in a sentence, unless they are initials (`MPB`).
fn within_a_sentence(genre: &str) -> String {
    let mut rest = genre.chars();
    let first = rest.next();
    match (first, rest.as_str()) {
        (Some(first), rest) if rest.starts_with(char::is_lowercase) => {
            first.to_lowercase().collect::<String>() + rest
        }
        _ => genre.to_owned(),
    }
}

/// What there is to say; some have nothing to say.
pub(super) fn description(draw: &mut Draw, kind: EventType, french: bool) -> Option<String> {
    if draw.chance(0.12) {
        return None;
    }
    let mut text = draw.one(openings(kind, french)).to_string();
    let more = if french { &MORE_FR } else { &MORE_EN };
    let from = draw.within(0..more.len());
    for sentence in more.iter().cycle().skip(from).take(draw.within(0..=3)) {
        text.push(' ');
        text.push_str(sentence);
    }
    Some(text)
}

const fn openings(kind: EventType, french: bool) -> &'static [&'static str] {
    match (kind, french) {
        (EventType::Jam, false) => {
            &["We play standards, and whatever comes up.", "Call a tune, count it in, and off we go."]
        }
        (EventType::Jam, true) => &[
            "On joue des standards, et ce qui vient.",
            "Proposez un morceau, comptez quatre, et c'est parti.",
        ],
        (EventType::Rehearsal, false) => &[
            "We rehearse every week and have a concert coming up.",
            "Three new pieces; the scores are sent in advance.",
        ],
        (EventType::Rehearsal, true) => &[
            "Nous répétons chaque semaine, un concert approche.",
            "Trois nouveaux morceaux, partitions envoyées à l'avance.",
        ],
        (EventType::Concert, false) => {
            &["Two sets with a break.", "The house band plays its new programme, with guests."]
        }
        (EventType::Concert, true) => {
            &["Deux sets et un entracte.", "Le groupe joue son nouveau programme, avec des invités."]
        }
        (EventType::OpenMic, false) => {
            &["Ten minutes each; sign up at the door.", "Songs, poems, anything with a voice or without."]
        }
        (EventType::OpenMic, true) => {
            &["Dix minutes chacun, inscription sur place.", "Chansons, poèmes, avec ou sans voix."]
        }
        (EventType::Workshop, false) => &[
            "We work on time, sound and listening in small groups.",
            "From the first steps to playing it together.",
        ],
        (EventType::Workshop, true) => &[
            "On travaille le rythme, le son et l'écoute en petits groupes.",
            "Des premiers pas au jeu d'ensemble.",
        ],
        (EventType::Other, false) => {
            &["Come and meet the musicians around.", "Bring something you love and tell us why."]
        }
        (EventType::Other, true) => &[
            "Venez rencontrer les musiciens du coin.",
            "Apportez ce que vous aimez et racontez-nous pourquoi.",
        ],
    }
}

const MORE_EN: [&str; 8] = [
    "There is a piano, a drum kit and a small PA.",
    "Bring your instrument and a tuner.",
    "All levels are welcome, beginners first.",
    "Please be on time: we begin with the easy ones.",
    "The bar is open until late.",
    "The neighbours sleep from eleven, so no amplifiers after that.",
    "There is a lift, and the door is wide enough for a double bass.",
    "Write to me if you want to know more.",
];

const MORE_FR: [&str; 8] = [
    "Sur place : un piano, une batterie et une petite sono.",
    "Apportez votre instrument et un accordeur.",
    "Tous les niveaux sont les bienvenus, les débutants d'abord.",
    "Soyez à l'heure : on commence par le plus simple.",
    "Le bar reste ouvert tard.",
    "Les voisins dorment à partir de onze heures : pas d'amplis ensuite.",
    "Il y a un ascenseur, et la porte laisse passer une contrebasse.",
    "Écrivez-moi pour en savoir plus.",
];

/// What a venue is called.
pub(super) fn venue(draw: &mut Draw, french: bool) -> String {
    const WHERE: [&str; 16] = [
        "Bridge", "Market", "Station", "Canal", "Garden", "Mill", "Clock", "River", "Harbour", "Lantern",
        "Orchard", "Tower", "Museum", "Tannery", "Foundry", "Corner",
    ];
    const WHAT: [&str; 14] = [
        "Café",
        "Cellar",
        "Studio",
        "Workshop",
        "House",
        "Theatre",
        "Vault",
        "Hall",
        "Works",
        "Warehouse",
        "Club",
        "Room",
        "Stage",
        "School",
    ];
    const QUOI: [&str; 14] = [
        "Le Café",
        "La Cave",
        "Le Studio",
        "L'Atelier",
        "La Maison",
        "Le Théâtre",
        "Le Caveau",
        "La Salle",
        "La Fabrique",
        "Le Hangar",
        "Le Club",
        "La Péniche",
        "La Scène",
        "L'École",
    ];
    const OU: [&str; 16] = [
        "du Pont",
        "du Marché",
        "de la Gare",
        "du Canal",
        "des Lilas",
        "du Moulin",
        "de l'Horloge",
        "du Port",
        "des Halles",
        "des Arts",
        "du Verger",
        "de la Tour",
        "du Musée",
        "des Remparts",
        "de la Fonderie",
        "Saint-Michel",
    ];
    if french {
        format!("{} {}", draw.one(&QUOI), draw.one(&OU))
    } else {
        format!("The {} {}", draw.one(&WHERE), draw.one(&WHAT))
    }
}

/// What a place in the country is called.
pub(super) fn barn(draw: &mut Draw, french: bool) -> String {
    const BARNS: [&str; 6] = ["Old Barn", "Village Hall", "Mill Farm", "Chapel", "Walled Garden", "Orchard"];
    const GRANGES: [&str; 6] = [
        "La Grange",
        "La Salle des fêtes",
        "La Ferme du Moulin",
        "La Chapelle",
        "Le Jardin clos",
        "Le Verger",
    ];
    (*draw.one(if french { &GRANGES } else { &BARNS })).to_owned()
}

/// Street and house.
pub(super) fn address(draw: &mut Draw, french: bool) -> String {
    const STREETS: [&str; 14] = [
        "Church Street",
        "Station Road",
        "Mill Lane",
        "Market Square",
        "King Street",
        "Park Avenue",
        "Bridge Street",
        "High Street",
        "School Lane",
        "River Road",
        "Garden Street",
        "Victoria Road",
        "Hill Street",
        "Harbour Street",
    ];
    const RUES: [&str; 14] = [
        "rue Victor-Hugo",
        "rue de la République",
        "place du Marché",
        "rue Pasteur",
        "avenue de la Gare",
        "rue des Écoles",
        "rue du Moulin",
        "quai de la Rivière",
        "rue de l'Église",
        "boulevard Voltaire",
        "rue Jean-Jaurès",
        "rue des Jardins",
        "rue du Port",
        "rue Georges-Brassens",
    ];
    let house: u32 = draw.within(1..=180);
    let street = draw.one(if french { &RUES } else { &STREETS });
    format!("{house} {street}")
}
