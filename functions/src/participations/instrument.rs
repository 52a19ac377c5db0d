//! That somebody plays what they sign up with.

use tunelink::{
    Code, Result,
    domain::{CatalogueKind, Instrument, Level, Slug, UserId},
    store::{Store, Write, catalogue, tastes},
};

/// How well somebody plays an instrument, and a write that fails once they play it no more.
pub(super) struct Played {
    pub(super) level: Level,
    pub(super) check: Write,
}

/// How well this person plays an instrument; refused if they do not.
pub(super) async fn played(store: &Store, user: UserId, instrument: &Slug) -> Result<Played> {
    let kind = CatalogueKind::Instrument;
    match tastes::find(store, user, kind, instrument).await?.and_then(|taste| taste.level) {
        Some(level) => {
            let check =
                tastes::must_be_there(user, kind, instrument, Code::InstrumentNotPlayed.at("instrument_id"));
            Ok(Played { level, check })
        }
        None if catalogue::find::<Instrument>(store, kind, instrument).await?.is_none() => {
            Err(Code::UnknownInstrument.at("instrument_id").into())
        }
        None => Err(Code::InstrumentNotPlayed.at("instrument_id").into()),
    }
}
