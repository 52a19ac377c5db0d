//! What happened, in words.

use super::{AccountChange, Announced, Bilingual, Notice, Outcome, Quoted};
use crate::{
    domain::ParticipationStatus,
    text::{Language, Text},
};

/// The most characters that a notification quotes of a message.
pub(super) const MAX_EXCERPT: usize = 140;

/// Stands in a text for the name of whoever did it.
const NAME: &str = "{name}";

impl Notice {
    /// Title and body.
    pub fn words(&self, language: Language, quoted: Quoted<'_>) -> (String, String) {
        (self.title(language, quoted), self.body(language, quoted))
    }

    fn title(&self, language: Language, quoted: Quoted<'_>) -> String {
        match self {
            Self::Message { conversation, count, .. } => {
                let place = conversation.as_ref().map(|title| format!(" · {title}")).unwrap_or_default();
                let number = if *count > 1 { format!(" ({count})") } else { String::new() };
                format!("{}{place}{number}", name(language, quoted))
            }
            Self::EventCancelled { event, .. } => {
                format!("{}{}", Text::new("Cancelled: ", "Annulé : ").in_language(language), event.as_str())
            }
            Self::EventChanged { event, .. }
            | Self::ParticipantJoined { event, .. }
            | Self::ParticipantLeft { event, .. }
            | Self::WaitingPromoted { event, .. }
            | Self::Approval { event, .. } => event.as_str().to_owned(),
            Self::Account { change: AccountChange::Password } => {
                Text::new("Password changed", "Mot de passe modifié").in_language(language).to_owned()
            }
            Self::Announcement { text, .. } => announced(text, language).title.clone(),
        }
    }

    fn body(&self, language: Language, quoted: Quoted<'_>) -> String {
        let text = match self {
            Self::Message { .. } => match quoted.said {
                Some(said) => return excerpt(said),
                None => Text::new("New message", "Nouveau message"),
            },
            Self::EventCancelled { reason: Some(reason), .. } => return reason.as_str().to_owned(),
            Self::EventCancelled { reason: None, .. } => {
                Text::new("The event is cancelled", "L'événement est annulé")
            }
            Self::EventChanged { time, place, .. } => changed(*time, *place),
            Self::ParticipantJoined { status, .. } => joined(*status),
            Self::ParticipantLeft { .. } => {
                Text::new("{name} does not take part any more", "{name} ne participe plus")
            }
            Self::WaitingPromoted { .. } => Text::new(
                "A place has come free, and it is yours",
                "Une place s'est libérée, et elle est pour vous",
            ),
            Self::Approval { outcome, .. } => decided(*outcome),
            Self::Account { change: AccountChange::Password } => Text::new(
                "Your other sessions have ended. If this was not you, get in touch",
                "Vos autres sessions sont terminées. Si ce n'était pas vous, contactez-nous",
            ),
            Self::Announcement { text, .. } => return announced(text, language).body.clone(),
        };
        text.in_language(language).replace(NAME, name(language, quoted))
    }
}

fn name(language: Language, quoted: Quoted<'_>) -> &str {
    quoted.who.unwrap_or(Text::new("Somebody", "Quelqu'un").in_language(language))
}

const fn changed(time: bool, place: bool) -> Text {
    match (time, place) {
        (true, true) => Text::new("Time and place have changed", "L'heure et le lieu ont changé"),
        (false, true) => Text::new("The place has changed", "Le lieu a changé"),
        (_, false) => Text::new("The time has changed", "L'heure a changé"),
    }
}

const fn joined(status: ParticipationStatus) -> Text {
    match status {
        ParticipationStatus::Pending => Text::new(
            "{name} would like to take part: you decide",
            "{name} souhaite participer : à vous de décider",
        ),
        ParticipationStatus::Waiting => {
            Text::new("{name} is on the waiting list", "{name} est sur la liste d'attente")
        }
        ParticipationStatus::Going | ParticipationStatus::Declined => {
            Text::new("{name} takes part", "{name} participe")
        }
    }
}

const fn decided(outcome: Outcome) -> Text {
    match outcome {
        Outcome::Going => Text::new("You are in", "Votre participation est acceptée"),
        Outcome::Waiting => Text::new(
            "You are accepted, and on the waiting list",
            "Vous êtes accepté, sur la liste d'attente",
        ),
        Outcome::Declined => {
            Text::new("The organiser has declined", "L'organisateur a décliné votre demande")
        }
        Outcome::Removed => {
            Text::new("The organiser has taken you off the list", "L'organisateur vous a retiré de la liste")
        }
    }
}

const fn announced(text: &Bilingual, language: Language) -> &Announced {
    match language {
        Language::En => &text.en,
        Language::Fr => &text.fr,
    }
}

/// How a text begins: its first words on one line, [`MAX_EXCERPT`] characters at most.
pub(super) fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_EXCERPT {
        return line;
    }
    let begins: String = line.chars().take(MAX_EXCERPT - 1).collect();
    format!("{}…", begins.trim_end())
}
