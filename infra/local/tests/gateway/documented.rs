//! `docs/GATEWAY.md` names the test of each behaviour.

use std::{fs, path::Path};

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_page_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../../docs/GATEWAY.md")).unwrap();
    let mut text = String::new();
    sources(&root.join("src"), &mut text);
    sources(&root.join("tests"), &mut text);
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    let named = rows.iter().flat_map(|row| row.split('`').skip(1).step_by(2));
    let tests: Vec<&str> =
        named.filter(|name| name.contains('_') && !name.contains([' ', '"', '.', '/'])).collect();
    assert!(tests.len() > 40, "{tests:?}");
    for name in tests {
        assert!(text.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}
