//! Figures and tables in Markdown.

use std::fmt::Write;

/// A page as a link, anything else as it is.
pub(crate) fn source(source: &str) -> String {
    match source.strip_prefix("https://").and_then(|page| page.split('/').rfind(|part| !part.is_empty())) {
        Some(page) => format!("[{page}]({source})"),
        None => source.to_owned(),
    }
}

/// The first line of a table with a column for each number of musicians.
pub(crate) fn head(what: &str, sizes: &[f64]) -> String {
    let mut table = String::new();
    row(&mut table, what, sizes.iter().map(|size| amount(*size)));
    table.push_str("|---|");
    table.push_str(&"--:|".repeat(sizes.len()));
    table.push('\n');
    table
}

/// A line of a table.
pub(crate) fn row(table: &mut String, what: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<_> = cells.collect();
    // Writing to a String cannot fail.
    let _ = writeln!(table, "| {what} | {} |", cells.join(" | "));
}

/// A figure of three digits that count, those from a thousand on with commas.
pub(crate) fn amount(figure: f64) -> String {
    if figure == 0.0 || !figure.is_finite() {
        return figure.to_string();
    }
    let magnitude = figure.abs().log10().floor();
    let unit = 10_f64.powf(magnitude - 2.0);
    let rounded = (figure / unit).round() * unit;
    if rounded < 100.0 {
        let places = if rounded < 1.0 {
            3
        } else if rounded < 10.0 {
            2
        } else {
            1
        };
        let text = format!("{rounded:.places$}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{rounded:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_of_a_figure_count() {
        let figures = [0.0, 0.01234, 0.5, 7.25, 43.21, 99.96, 512.4, 1234.0, 98_765_432.0, 1e8];
        let texts = ["0", "0.012", "0.5", "7.25", "43.2", "100", "512", "1,230", "98,800,000", "100,000,000"];
        assert_eq!(figures.map(amount), texts);
    }

    #[test]
    fn a_page_is_a_link() {
        assert_eq!(source("https://example.org/a/b.html"), "[b.html](https://example.org/a/b.html)");
        assert_eq!(source("template.yaml"), "template.yaml");
    }
}
