//! docs/CAPACITY.md, of which the tables stand between marks.

use crate::{Result, tables::Section};

pub(crate) const FILE: &str = "docs/CAPACITY.md";

/// The document with these sections in the place of those that it has. An error where it has no marks for one.
pub(crate) fn with(document: &str, sections: &[Section]) -> Result<String> {
    let mut document = document.to_owned();
    for Section { name, text } in sections {
        let begin = format!("<!-- capacity: {name} -->\n");
        let parts =
            document.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let (before, after) = parts.ok_or_else(|| format!("{FILE} has no {}", begin.trim_end()))?;
        document = format!("{before}{begin}{text}{END}{after}");
    }
    Ok(document)
}

const END: &str = "<!-- end -->\n";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        SIZES,
        inputs::{Files, Inputs},
        root, tables,
    };

    #[test]
    fn what_is_between_the_marks_is_replaced() {
        let section = |name, text: &str| Section { name, text: text.to_owned() };
        let document = "a\n<!-- capacity: x -->\nold\n<!-- end -->\nb\n<!-- capacity: y -->\n<!-- end -->\n";
        let replaced = with(document, &[section("y", "2\n"), section("x", "1\n")]).unwrap();
        assert_eq!(
            replaced,
            "a\n<!-- capacity: x -->\n1\n<!-- end -->\nb\n<!-- capacity: y -->\n2\n<!-- end -->\n"
        );
        assert!(with(document, &[section("z", "3\n")]).is_err());
    }

    #[test]
    fn the_document_is_up_to_date_with_what_it_is_worked_out_from() {
        let inputs = Inputs::read(&Files::of_the_repository()).unwrap();
        let document = fs::read_to_string(root().join(FILE)).unwrap();
        let sections = tables::sections(&inputs, &SIZES).unwrap();
        let up_to_date = with(&document, &sections).unwrap() == document;
        assert!(up_to_date, "bring it up to date: cargo run --package capacity -- --write");
    }
}
