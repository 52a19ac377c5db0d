//! Which characters a name may hold.

use icu_properties::{
    CodePointSetData,
    props::{BidiControl, DefaultIgnorableCodePoint},
};

use crate::{error::Code, rules::broken};

/// Whether a character is drawn as nothing: joiners, fillers, variation selectors (`Default_Ignorable_Code_Point`,
/// Unicode §5.21).
pub(super) fn is_invisible(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// The rule of a text that stands on one line: something of it can be seen, and nothing of it breaks the line or
/// turns the direction of what follows.
pub(super) fn one_line(text: &str, (): &()) -> garde::Result {
    let harmful = |c: char| c.is_control() || CodePointSetData::new::<BidiControl>().contains(c);
    let breaks = |c: char| matches!(c, '\u{2028}' | '\u{2029}');
    let blank = |c: char| c.is_whitespace() || is_invisible(c);
    let seen = text.is_empty() || !text.chars().all(blank);
    if seen && !text.chars().any(|c| harmful(c) || breaks(c)) {
        Ok(())
    } else {
        Err(broken(Code::InvalidFormat))
    }
}

/// The rule of a text over several lines: nothing but line breaks and tabs beside what can be seen, and nothing that
/// turns the direction of what follows.
pub(super) fn lines(text: &str, (): &()) -> garde::Result {
    let breaks = |c: char| matches!(c, '\n' | '\r' | '\t');
    let harmful =
        |c: char| c.is_control() && !breaks(c) || CodePointSetData::new::<BidiControl>().contains(c);
    let blank = |c: char| c.is_whitespace() || is_invisible(c);
    let seen = text.is_empty() || !text.chars().all(blank);
    if seen && !text.chars().any(harmful) { Ok(()) } else { Err(broken(Code::InvalidFormat)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_lines_and_no_tricks() {
        for good in ["One\nTwo\r\nThree\tand four", "Zoé 👩‍🎤", ""] {
            assert!(lines(good, &()).is_ok(), "{good:?}");
        }
        for bad in ["a\0b", "a\u{202e}b", "\n \n", "a\u{7}"] {
            assert!(lines(bad, &()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_line_is_visible_and_stays_in_its_place() {
        for good in ["Django", "Zoé & Co", "浜崎", "👩‍🎤", "O’Neil", ""] {
            assert!(one_line(good, &()).is_ok(), "{good:?}");
        }
        let bad =
            [" ", "\u{200b}\u{202e}", "a\nb", "a\0b", "a\u{202e}b", "a\u{2028}b", "\u{3164}\u{3164}", "\t"];
        for bad in bad {
            assert!(one_line(bad, &()).is_err(), "{bad:?}");
        }
    }
}
