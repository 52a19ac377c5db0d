use std::collections::HashMap;

use tunelink::domain::Slug;

use super::draw::{Draw, sums};
use crate::error::{Error, Result};

/// What is played together: a style's genres and its instruments, the more common first.
struct Style {
    /// How common the style is, in percent.
    share: u64,
    genres: &'static str,
    instruments: &'static str,
}

const STYLES: [Style; 8] = [
    Style {
        share: 18,
        genres: "jazz swing gypsy-jazz bebop jazz-fusion vocal-jazz big-band new-orleans-jazz latin-jazz \
         hard-bop dixieland acid-jazz free-jazz boogie-woogie ragtime free-improvisation",
        instruments: "piano double-bass drum-kit tenor-saxophone lead-vocals trumpet electric-guitar \
         alto-saxophone clarinet trombone gypsy-jazz-guitar violin flute vibraphone soprano-saxophone \
         hammond-organ baritone-saxophone flugelhorn scat-singing",
    },
    Style {
        share: 22,
        genres: "rock pop-rock blues indie-rock alternative-rock metal hard-rock blues-rock punk-rock \
         rock-and-roll heavy-metal progressive-rock grunge post-rock rockabilly psychedelic-rock \
         folk-rock metalcore death-metal post-punk garage-rock new-wave hardcore-punk stoner-rock \
         thrash-metal black-metal gothic-rock surf-rock shoegaze doom-metal math-rock nu-metal noise \
         industrial",
        instruments: "electric-guitar bass-guitar drum-kit lead-vocals keyboards backing-vocals harmonica \
         acoustic-guitar hammond-organ synthesizer harsh-vocals baritone-guitar lap-steel-guitar \
         resonator-guitar",
    },
    Style {
        share: 14,
        genres: "classical chamber-music choral baroque symphonic opera early-music romantic-music \
         contemporary-classical film-music minimal-music musical-theatre",
        instruments: "violin piano cello viola flute soprano clarinet tenor oboe double-bass french-horn bassoon \
         classical-guitar harp mezzo-soprano harpsichord trumpet bass-voice baritone-voice pipe-organ \
         timpani contralto recorder trombone tuba viola-da-gamba lute theorbo countertenor \
         english-horn",
    },
    Style {
        share: 13,
        genres: "folk irish-traditional celtic traditional-music balfolk country breton-traditional bluegrass \
         americana klezmer balkan musette cajun occitan-traditional zydeco corsican-polyphony fado \
         flamenco",
        instruments: "acoustic-guitar fiddle diatonic-accordion tin-whistle banjo mandolin bodhran lead-vocals \
         piano-accordion irish-flute uilleann-pipes double-bass clarinet celtic-harp hurdy-gurdy \
         bombarde biniou concertina harmonica flamenco-guitar bouzouki irish-bouzouki \
         pedal-steel-guitar washboard portuguese-guitar bagpipes cajon flamenco-singing",
    },
    Style {
        share: 9,
        genres: "salsa bossa-nova samba latin-music tango cumbia son-cubano choro bolero forro merengue mpb \
         mambo reggaeton mariachi calypso",
        instruments: "congas classical-guitar piano trumpet timbales lead-vocals bass-guitar bongos surdo pandeiro \
         bandoneon cavaquinho trombone repinique tamborim cuban-tres claves guiro charango cuica \
         violin flute steelpan agogo",
    },
    Style {
        share: 9,
        genres: "reggae afrobeat african-music zouk ska afrobeats dub highlife dancehall gnawa kompa maloya \
         mbalax congolese-rumba soukous coupe-decale mande-music gwoka biguine sega kizomba amapiano \
         rocksteady arabic-music rai indian-classical world-music",
        instruments: "djembe bass-guitar electric-guitar drum-kit lead-vocals kora balafon oud darbuka keyboards \
         percussion trombone saz tabla sitar guembri qraqeb dunun talking-drum ngoni kayamb \
         gwoka-drum bendir qanun ney bansuri sabar",
    },
    Style {
        share: 8,
        genres: "soul funk hip-hop rnb gospel neo-soul rap rhythm-and-blues slam disco brass-band trap lo-fi",
        instruments: "lead-vocals bass-guitar drum-kit keyboards electric-guitar alto-saxophone trumpet \
         backing-vocals rap-vocals electric-piano trombone turntables beatboxing clavinet sousaphone \
         spoken-word sampler congas",
    },
    Style {
        share: 7,
        genres: "pop chanson electronic techno house singer-songwriter indie-pop variete synth-pop electro \
         drum-and-bass ambient trance trip-hop experimental dubstep electro-swing k-pop j-pop \
         psytrance uk-garage",
        instruments: "lead-vocals synthesizer acoustic-guitar keyboards drum-machine ukulele dj-controller laptop \
         piano sampler modular-synthesizer looper groovebox synth-bass vocoder theremin \
         midi-controller handpan accordion",
    },
];

/// What is played, in the slugs of the catalogue.
pub(super) struct Music {
    styles: Vec<Vocabulary>,
    shares: Vec<u64>,
    /// The instruments of no style in particular are played, too.
    instruments: Vec<Slug>,
    names: HashMap<Slug, [String; 2]>,
}

struct Vocabulary {
    genres: Vec<Slug>,
    genre_sums: Vec<u64>,
    instruments: Vec<Slug>,
    instrument_sums: Vec<u64>,
}

impl Music {
    pub(super) fn load() -> Result<Self> {
        let genres = functions::catalogue::genres().map_err(Error::App)?;
        let instruments = functions::catalogue::instruments().map_err(Error::App)?;
        let names = genres.into_iter().map(|genre| (genre.id, [genre.name.en, genre.name.fr])).collect();
        let instruments = instruments.into_iter().map(|instrument| instrument.id).collect();
        let styles = STYLES.iter().map(Vocabulary::of).collect::<Result<_>>()?;
        Ok(Self { styles, shares: sums(STYLES.iter().map(|style| style.share)), instruments, names })
    }

    /// A style, the common ones more often.
    pub(super) fn style(&self, draw: &mut Draw) -> usize {
        draw.weighted(&self.shares)
    }

    /// At most so many different genres of a style.
    pub(super) fn genres(&self, draw: &mut Draw, style: usize, number: usize) -> Vec<Slug> {
        let style = &self.styles[style];
        draw.several(number, &style.genre_sums).into_iter().map(|index| style.genres[index].clone()).collect()
    }

    /// At most so many different instruments of a style; now and then there is one among them that nobody expects.
    pub(super) fn instruments(&self, draw: &mut Draw, style: usize, number: usize) -> Vec<Slug> {
        const UNEXPECTED: f64 = 0.04;
        let style = &self.styles[style];
        let usual = draw.several(number, &style.instrument_sums);
        let mut instruments: Vec<Slug> =
            usual.into_iter().map(|index| style.instruments[index].clone()).collect();
        if draw.chance(UNEXPECTED) {
            let other = draw.one(&self.instruments);
            if !instruments.contains(other) && !instruments.is_empty() {
                instruments[0] = other.clone();
            }
        }
        instruments
    }

    /// What a genre is called.
    pub(super) fn name<'a>(&'a self, genre: &'a Slug, french: bool) -> &'a str {
        self.names.get(genre).map_or(genre.as_str(), |names| &names[usize::from(french)])
    }
}

impl Vocabulary {
    fn of(style: &Style) -> Result<Self> {
        Ok(Self {
            genres: slugs(style.genres)?,
            genre_sums: falling(style.genres.split(' ').count()),
            instruments: slugs(style.instruments)?,
            instrument_sums: falling(style.instruments.split(' ').count()),
        })
    }
}

/// Weights that fall from rank to rank, as the frequencies of words do (Zipf's law).
fn falling(number: usize) -> Vec<u64> {
    sums((1..=number as u64).map(|rank| 10_000 / (rank + 1)))
}

fn slugs(texts: &str) -> Result<Vec<Slug>> {
    let slug = |text: &str| Slug::new(text).ok_or_else(|| Error::World(format!("{text} is no slug")));
    texts.split(' ').map(slug).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_genre_of_the_catalogue_is_of_one_style_and_every_instrument_exists() {
        let genres: Vec<&str> = STYLES.iter().flat_map(|style| style.genres.split(' ')).collect();
        let known = functions::catalogue::genres().unwrap();
        let known: BTreeSet<&str> = known.iter().map(|genre| genre.id.as_str()).collect();
        assert_eq!(genres.iter().copied().collect::<BTreeSet<_>>(), known);
        assert_eq!(genres.len(), known.len(), "a genre is of two styles");

        let known = functions::catalogue::instruments().unwrap();
        let known: BTreeSet<&str> = known.iter().map(|instrument| instrument.id.as_str()).collect();
        for style in &STYLES {
            let instruments: BTreeSet<&str> = style.instruments.split(' ').collect();
            assert_eq!(
                instruments.len(),
                style.instruments.split(' ').count(),
                "an instrument is there twice"
            );
            assert!(instruments.is_subset(&known), "{:?}", instruments.difference(&known));
        }
        assert_eq!(STYLES.iter().map(|style| style.share).sum::<u64>(), 100);
    }
}
