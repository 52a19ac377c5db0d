//! What callers say that they can take (RFC 9110 §12.5).

/// More of them are not looked at.
const RANGES: usize = 32;

/// What such a header names, each with its quality (§12.4.2): 0 where it is none, so that this is not wanted.
pub(crate) fn ranges(header: &str) -> impl Iterator<Item = (&str, f32)> {
    header.split(',').take(RANGES).map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let parameters = parts.filter_map(|part| part.split_once('='));
        let given =
            parameters.filter(|(name, _)| name.eq_ignore_ascii_case("q")).map(|(_, given)| given).next();
        let quality = given.map_or(Some(1.0), |given| given.parse().ok());
        (name, quality.filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(0.0))
    })
}

/// Whether `Accept-Encoding` (§12.5.3) allows gzip; by what it says of all codings, if it does not name that one.
pub(crate) fn allows_gzip(header: &str) -> bool {
    let named = |wanted: &str| {
        ranges(header).find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, quality)| quality > 0.0)
    };
    named("gzip").or_else(|| named("x-gzip")).or_else(|| named("*")).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{allows_gzip, ranges};

    #[test]
    fn what_is_no_quality_is_none_that_is_wanted() {
        let header = "a, b;q=0.5, C ; Q=1, d;q=0, e;q=1.5, f;q=, g;q=-1, h;q=NaN, i;level=1;q=0.25,";
        let expected = [
            ("a", 1.0),
            ("b", 0.5),
            ("C", 1.0),
            ("d", 0.0),
            ("e", 0.0),
            ("f", 0.0),
            ("g", 0.0),
            ("h", 0.0),
            ("i", 0.25),
            ("", 1.0),
        ];
        assert_eq!(ranges(header).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn gzip_is_for_those_who_take_it() {
        for yes in ["gzip", "deflate, GZIP;q=0.1", "x-gzip", "*", "br, *;q=0.1", "identity;q=0, gzip"] {
            assert!(allows_gzip(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "gzip;q=0, *", "*;q=0", "identity", "gzipped"] {
            assert!(!allows_gzip(no), "{no}");
        }
    }
}
