//! What can go wrong, in the words a client gets. Nothing here knows of a transport beyond the status code.

use std::{fmt, sync::Arc};

use crate::text::{Language, Text};

pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($( $(#[$doc:meta])* $name:ident $code:literal $status:literal $en:literal $fr:literal; )*) => {
        /// A stable name for each way in which a request can fail. Clients branch on it, so a code never
        /// changes its meaning. `{n}` in a text stands for the limit that was passed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $( $(#[$doc])* $name, )* }

        impl Code {
            pub const ALL: &'static [Code] = &[$( Code::$name, )*];

            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            /// The HTTP status of a reply whose main error this is.
            pub const fn status(self) -> u16 {
                match self { $( Self::$name => $status, )* }
            }

            pub const fn text(self) -> Text {
                match self { $( Self::$name => Text::new($en, $fr), )* }
            }
        }
    };
}

codes! {
    // The request as such
    MalformedJson "malformed_json" 400 "The body is not valid JSON" "Le corps n'est pas du JSON valide";
    JsonTooDeep "json_too_deep" 400 "The body nests deeper than {n} levels" "Le corps dépasse {n} niveaux d'imbrication";
    InvalidCursor "invalid_cursor" 400 "The cursor does not belong to this query" "Le curseur n'appartient pas à cette requête";
    BodyTooLarge "body_too_large" 413 "The body is larger than {n} bytes" "Le corps dépasse {n} octets";
    UnsupportedMediaType "unsupported_media_type" 415 "The content type is not supported" "Le type de contenu n'est pas pris en charge";
    Invalid "invalid" 422 "The request is not valid" "La requête n'est pas valide";
    NotFound "not_found" 404 "Not found" "Introuvable";
    MethodNotAllowed "method_not_allowed" 405 "This method is not allowed here" "Cette méthode n'est pas permise ici";

    // Fields
    Missing "missing" 422 "This field is required" "Ce champ est obligatoire";
    UnknownField "unknown_field" 422 "There is no such field" "Ce champ n'existe pas";
    DuplicateField "duplicate_field" 422 "This field occurs more than once" "Ce champ apparaît plusieurs fois";
    WrongType "wrong_type" 422 "This value has the wrong type: expected {n}" "Cette valeur n'est pas du bon type : attendu {n}";
    TooShort "too_short" 422 "Must have a length of at least {n}" "Doit avoir une longueur d'au moins {n}";
    TooLong "too_long" 422 "Must have a length of at most {n}" "Doit avoir une longueur d'au plus {n}";
    TooSmall "too_small" 422 "Must be at least {n}" "Doit être au moins {n}";
    TooLarge "too_large" 422 "Must be at most {n}" "Doit être au plus {n}";
    InvalidValue "invalid_value" 422 "Must be one of: {n}" "Doit être l'une des valeurs : {n}";
    InvalidFormat "invalid_format" 422 "This value is not well-formed" "Cette valeur est mal formée";
    InvalidEmail "invalid_email" 422 "This is not an e-mail address" "Ce n'est pas une adresse e-mail";
    InvalidUrl "invalid_url" 422 "This is not an https address" "Ce n'est pas une adresse https";
    InvalidCharacters "invalid_characters" 422 "Only letters, digits and _ . - are allowed" "Seuls les lettres, les chiffres et _ . - sont permis";
    PasswordTooCommon "password_too_common" 422 "This password is among the most common ones" "Ce mot de passe est parmi les plus courants";
    PasswordIsIdentity "password_is_identity" 422 "The password must not be the username or the e-mail address" "Le mot de passe ne doit être ni le nom d'utilisateur ni l'adresse e-mail";
    UnknownInstrument "unknown_instrument" 422 "The catalogue has no such instrument" "Cet instrument n'est pas au catalogue";
    UnknownGenre "unknown_genre" 422 "The catalogue has no such genre" "Ce genre n'est pas au catalogue";
    UnknownTimeZone "unknown_time_zone" 422 "This is not an IANA time zone" "Ce n'est pas un fuseau horaire IANA";
    TimeInGap "time_in_gap" 422 "The clocks of this time zone skip this time" "Les horloges de ce fuseau sautent cette heure";
    AmbiguousTime "ambiguous_time" 422 "The clocks of this time zone show this time twice: add the offset" "Les horloges de ce fuseau montrent deux fois cette heure : précisez le décalage";
    StartsInThePast "starts_in_the_past" 422 "Must be in the future" "Doit être dans le futur";
    TooFarAhead "too_far_ahead" 422 "Must be within {n} days" "Doit être dans les {n} jours";
    EndsBeforeStart "ends_before_start" 422 "Must be after the start" "Doit être après le début";
    LastsTooLong "lasts_too_long" 422 "Must be within {n} days of the start" "Doit être à {n} jours du début au plus";
    FromAfterTo "from_after_to" 422 "Must be after `from`" "Doit être après `from`";
    RangeTooLong "range_too_long" 422 "Without a place, at most {n} months after `from`" "Sans lieu, au plus {n} mois après `from`";
    NeedsPlace "needs_place" 422 "Only together with `lat`, `lng` and `radius_km`" "Seulement avec `lat`, `lng` et `radius_km`";
    DuplicateEntry "duplicate_entry" 422 "This occurs more than once" "Ceci apparaît plusieurs fois";
    InstrumentNotPlayed "instrument_not_played" 422 "You do not play this instrument: add it to your profile first" "Vous ne jouez pas de cet instrument : ajoutez-le d'abord à votre profil";
    UnknownUser "unknown_user" 422 "There is no such member" "Cette personne n'est pas membre";
    UnknownMessage "unknown_message" 422 "The conversation has no such message" "La conversation n'a pas ce message";
    OneOrMany "one_or_many" 422 "A direct conversation is with exactly one other person" "Une conversation directe a exactement un autre participant";
    OnlyOne "only_one" 422 "Only one of these can be given" "Un seul de ces champs est permis";
    Oneself "oneself" 422 "You cannot do this to yourself" "Vous ne pouvez pas vous viser vous-même";
    IdempotencyKeyReused "idempotency_key_reused" 422 "This idempotency key was used with another request" "Cette clé d'idempotence a servi à une autre requête";

    // Who is calling
    Unauthenticated "unauthenticated" 401 "Log in first" "Connectez-vous d'abord";
    InvalidToken "invalid_token" 401 "The access token is not valid" "Le jeton d'accès n'est pas valide";
    TokenExpired "token_expired" 401 "The access token has expired" "Le jeton d'accès a expiré";
    SessionEnded "session_ended" 401 "This session has ended" "Cette session est terminée";
    WrongCredentials "wrong_credentials" 401 "Unknown account or wrong password" "Compte inconnu ou mot de passe incorrect";
    WrongPassword "wrong_password" 403 "The password is wrong" "Le mot de passe est incorrect";
    InvalidRefreshToken "invalid_refresh_token" 401 "The refresh token is not valid any more" "Le jeton de rafraîchissement n'est plus valide";
    Unreachable "unreachable" 403 "You cannot reach this person" "Vous ne pouvez pas joindre cette personne";
    ReadOnly "read_only" 403 "Only its admins write in a conversation this large" "Seuls ses administrateurs écrivent dans une conversation de cette taille";
    Forbidden "forbidden" 403 "You may not do this" "Vous n'avez pas le droit de faire cela";

    // The state of things
    UsernameTaken "username_taken" 409 "This username is taken" "Ce nom d'utilisateur est déjà pris";
    EmailTaken "email_taken" 409 "An account with this e-mail address exists" "Un compte existe avec cette adresse e-mail";
    AlreadyExists "already_exists" 409 "This exists already" "Cela existe déjà";
    InUse "in_use" 409 "This is still in use" "Cela est encore utilisé";
    LimitReached "limit_reached" 409 "The limit of {n} is reached" "La limite de {n} est atteinte";
    CapacityTaken "capacity_taken" 409 "{n} seats are taken already" "{n} places sont déjà prises";
    SlotsTaken "slots_taken" 409 "{n} take part with this instrument or wait for it" "{n} personnes participent avec cet instrument ou l'attendent";
    AlreadyPublished "already_published" 409 "A published event does not become a draft again" "Un événement publié ne redevient pas un brouillon";
    EventCancelled "event_cancelled" 409 "The event is cancelled" "L'événement est annulé";
    EventEnded "event_ended" 409 "The event is over" "L'événement est terminé";
    EventNotBegun "event_not_begun" 409 "The event has not begun" "L'événement n'a pas commencé";
    OwnEvent "own_event" 409 "This is your own event" "C'est votre propre événement";
    AlreadyJoined "already_joined" 409 "You have signed up already" "Vous êtes déjà inscrit";
    InstrumentNotWanted "instrument_not_wanted" 409 "The event does not look for this instrument" "L'événement ne cherche pas cet instrument";
    NoSlot "no_slot" 409 "All slots for this instrument are taken" "Toutes les places pour cet instrument sont prises";
    NotGoing "not_going" 409 "This person has no seat" "Cette personne n'a pas de place";
    NotAGroup "not_a_group" 409 "This conversation has its members by itself" "Les membres de cette conversation ne se choisissent pas";
    MessageDeleted "message_deleted" 409 "The message was deleted" "Le message a été supprimé";
    TooLate "too_late" 409 "A message can be changed for {n} hours" "Un message peut être modifié pendant {n} heures";
    Conflict "conflict" 409 "Somebody else changed this at the same time; try again" "Quelqu'un d'autre a modifié cela en même temps ; réessayez";
    PreconditionFailed "precondition_failed" 412 "This was changed since you read it" "Cela a changé depuis votre lecture";

    // Us
    TooManyRequests "too_many_requests" 429 "Too many attempts; try again later" "Trop de tentatives ; réessayez plus tard";
    Internal "internal" 500 "Something went wrong on our side" "Une erreur s'est produite de notre côté";
    PushUnavailable "push_unavailable" 503 "Nothing is pushed to this platform for now" "Rien n'est poussé vers cette plateforme pour le moment";
    Unavailable "unavailable" 503 "Try again in a moment" "Réessayez dans un instant";
}

impl Code {
    /// Whether a value with this fault cannot even be read.
    pub(crate) const fn is_of_shape(self) -> bool {
        matches!(self, Self::Missing | Self::UnknownField | Self::WrongType | Self::InvalidValue)
    }

    /// The error of one field, or of a part of it: `home.lat`.
    pub fn at(self, field: impl Into<String>) -> FieldError {
        FieldError { code: self, field: field.into(), limit: None }
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub code: Code,
    /// Path of the field in the body, or the name of the query parameter or header.
    pub field: String,
    limit: Option<String>,
}

impl FieldError {
    /// Names the limit that was passed, for the `{n}` of the text.
    #[must_use]
    pub fn limit(mut self, limit: impl fmt::Display) -> Self {
        self.limit = Some(limit.to_string());
        self
    }

    pub fn message(&self, language: Language) -> String {
        fill(self.code, self.limit.as_deref(), language)
    }
}

/// The failure of a call: one main code, the fields at fault, and a cause that is logged and never sent.
#[derive(Clone, Debug)]
pub struct Error {
    pub code: Code,
    pub fields: Vec<FieldError>,
    /// Seconds until a retry makes sense, for `Retry-After`.
    pub retry_after: Option<u32>,
    /// The methods that are allowed, for `Allow`.
    pub allow: Option<String>,
    limit: Option<Box<str>>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// The most faults that one reply names.
pub(crate) const MAX_FAULTS: usize = 100;

impl Error {
    /// A 422 over these fields, the first hundred of them.
    pub fn invalid(mut fields: Vec<FieldError>) -> Self {
        fields.truncate(MAX_FAULTS);
        Self { fields, ..Self::from(Code::Invalid) }
    }

    /// A fault of ours; the cause goes to the log alone.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into().into()), ..Self::from(Code::Internal) }
    }

    /// The store cannot answer now.
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into().into()), retry_after: Some(1), ..Self::from(Code::Unavailable) }
    }

    /// The path knows these methods and not the one that was used.
    pub fn method_not_allowed(allow: String) -> Self {
        Self { allow: Some(allow), ..Self::from(Code::MethodNotAllowed) }
    }

    #[must_use]
    pub fn limit(mut self, limit: impl fmt::Display) -> Self {
        self.limit = Some(limit.to_string().into());
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// Joins two failures of the same request, so that a client learns of all its mistakes at once: fields
    /// add up where the status is the same, otherwise the first stands.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if self.code.status() == other.code.status() && !self.fields.is_empty() {
            self.fields.extend(other.fields);
            self.fields.truncate(MAX_FAULTS);
        }
        self
    }

    pub fn message(&self, language: Language) -> String {
        fill(self.code, self.limit.as_deref(), language)
    }

    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.cause.as_deref()
    }
}

fn fill(code: Code, limit: Option<&str>, language: Language) -> String {
    code.text().in_language(language).replace("{n}", limit.unwrap_or_default())
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self { code, fields: Vec::new(), retry_after: None, allow: None, limit: None, cause: None }
    }
}

/// A field at fault makes the whole request fail, with the status of the field's code.
impl From<FieldError> for Error {
    fn from(field: FieldError) -> Self {
        let code = if field.code.status() == 422 { Code::Invalid } else { field.code };
        Self { fields: vec![field], ..Self::from(code) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_unique_and_says_its_piece_in_both_languages() {
        let names: HashSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            let Text { en, fr } = code.text();
            assert_ne!(en, fr);
            assert_eq!(en.contains("{n}"), fr.contains("{n}"), "{code:?}");
        }
    }

    #[test]
    fn mistakes_of_one_kind_add_up() {
        let both = Error::from(Code::UsernameTaken.at("username")).and(Code::EmailTaken.at("email").into());
        assert_eq!(both.fields.len(), 2);
        let first = Error::from(Code::NotFound).and(Code::Missing.at("x").into());
        assert_eq!((first.code, first.fields.len()), (Code::NotFound, 0));
    }

    #[test]
    fn no_reply_names_more_than_a_hundred_faults() {
        let many = || Error::invalid(vec![Code::Missing.at("x"); 300]);
        assert_eq!(many().fields.len(), MAX_FAULTS);
        assert_eq!(many().and(Code::Missing.at("y").into()).fields.len(), MAX_FAULTS);
    }
}
