//! Makes the documents that are served as they are, so that no function has to when it starts.

#![expect(clippy::disallowed_methods, reason = "the environment is where Cargo says where to write to")]

use std::{env, error::Error, fs, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

const OPENAPI: &str = "../infra/openapi.json";
const PAGE: &str = "src/platform/docs.html";
const STYLE: &str = "src/platform/swagger-ui/swagger-ui.css";
const BUNDLE: &str = "src/platform/swagger-ui/swagger-ui-bundle.js";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::var_os("OUT_DIR").ok_or("this is run by Cargo")?;
    let folder = Path::new(&folder);
    let document = for_clients(&read(OPENAPI)?);
    let document = document.map_err(|error| format!("{OPENAPI}, which has to come from git: {error}"))?;
    write(folder, "openapi.json", &document)?;
    write(folder, "docs.html", &page(&read(PAGE)?, &read(STYLE)?, &read(BUNDLE)?))
}

/// Writes a document, and the same compressed.
fn write(folder: &Path, name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    fs::write(folder.join(name), text)?;
    let mut gzip = GzEncoder::new(fs::File::create(folder.join(format!("{name}.gz")))?, Compression::best());
    gzip.write_all(text.as_bytes())?;
    gzip.finish()?;
    Ok(())
}

fn read(path: &str) -> Result<String, String> {
    println!("cargo::rerun-if-changed={path}");
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

/// The document without what concerns only the gateway.
fn for_clients(json: &str) -> serde_json::Result<String> {
    let mut document: Value = serde_json::from_str(json)?;
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|path, _| path != "/$default");
    }
    strip(&mut document);
    Ok(document.to_string())
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.starts_with("x-amazon-apigateway-"));
            members.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}

/// One page that needs nothing else but the document.
fn page(page: &str, style: &str, bundle: &str) -> String {
    // The map is not served; asking for it would only log errors.
    let style = style.split("/*# sourceMappingURL").next().unwrap_or_default();
    page.replace("{{style}}", style).replace("{{bundle}}", &inline(bundle))
}

/// A script that can stand inside a page. What HTML would take for its own occurs only in string and regular
/// expression literals, where `\x3C` means the same (HTML standard, "Restrictions for contents of script elements").
fn inline(script: &str) -> String {
    script.replace("<!--", r"\x3C!--").replace("<script", r"\x3Cscript").replace("</script", r"\x3C/script")
}
