//! The suite's fixtures, and bodies as cells of tables name them.

use std::path::PathBuf;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use intact_pact_model::{Body, ContentType, Generators, Headers, MatchingRules, read};

use crate::suite::json;

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Says where the fixtures are.
pub(crate) fn read_from(folder: PathBuf) {
    FOLDER.set(folder).expect("the folder is set once");
}

fn path(name: &str) -> PathBuf {
    FOLDER.get().expect("the folder was set when the program started").join(name)
}

/// Is there a fixture of this name?
pub(crate) fn exists(name: &str) -> bool {
    path(name).is_file()
}

/// The bytes of a fixture.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let path = path(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap_or_else(|_| panic!("{name} is no text"))
}

/// Matching rules in a file or behind `JSON:`.
pub(crate) fn matching_rules(cell: &str) -> MatchingRules {
    let loaded = read::matching_rules(&json(&inline_or_file(cell))).unwrap_or_else(|error| panic!("{cell}: {error}"));
    assert_eq!(loaded.warnings, [], "{cell}");
    loaded.value
}

/// Generators in a file or behind `JSON:`.
pub(crate) fn generators(cell: &str) -> Generators {
    let loaded = read::generators(&json(&inline_or_file(cell))).unwrap_or_else(|error| panic!("{cell}: {error}"));
    assert_eq!(loaded.warnings, [], "{cell}");
    loaded.value
}

fn inline_or_file(cell: &str) -> String {
    match cell.strip_prefix("JSON:") {
        Some(inline) => inline.to_owned(),
        None => text(cell.strip_prefix("file:").unwrap_or(cell).trim()),
    }
}

/// A body and its type. `column` is the type that the table states, `headers` are those of the part the body belongs to.
pub(crate) fn body(cell: &str, column: Option<&str>, headers: &Headers) -> (Body, ContentType) {
    let stated =
        column.map(|column| ContentType::parse(column).unwrap_or_else(|| panic!("{column} is no content type")));
    let fallback = || stated.clone().or_else(|| headers.content_type()).unwrap_or_else(ContentType::text);
    let cell = cell.trim();
    if cell == "EMPTY" {
        return (Body::Empty, fallback());
    }
    let (bytes, content_type) = if let Some(document) = cell.strip_prefix("JSON:") {
        (document.trim().as_bytes().to_vec(), ContentType::json())
    } else if let Some(document) = cell.strip_prefix("XML:") {
        (document.trim().as_bytes().to_vec(), ContentType::xml())
    } else if let Some(name) = cell.strip_prefix("file:").map(str::trim).or(exists(cell).then_some(cell)) {
        if name.ends_with("-body.xml") {
            described(name)
        } else {
            (bytes(name), stated.clone().unwrap_or_else(|| of_extension(name).unwrap_or_else(fallback)))
        }
    } else {
        (cell.as_bytes().to_vec(), fallback())
    };
    (Body::new(bytes, Some(content_type.clone())), content_type)
}

fn of_extension(name: &str) -> Option<ContentType> {
    let (_, extension) = name.rsplit_once('.')?;
    let found = match extension {
        "json" => "application/json",
        "xml" => "application/xml",
        "jpg" => "image/jpeg",
        "pdf" => "application/pdf",
        _ => return None,
    };
    ContentType::parse(found)
}

/// `<body><contentType>…</contentType><contents eol="CRLF">…</contents></body>`; contents may be `encoding="base64"`.
fn described(name: &str) -> (Vec<u8>, ContentType) {
    let source = text(name);
    let document = roxmltree::Document::parse(&source).unwrap_or_else(|error| panic!("{name}: {error}"));
    let child = |tag: &str| {
        let found = document.root_element().children().find(|child| child.has_tag_name(tag));
        found.unwrap_or_else(|| panic!("{name} has no {tag}"))
    };
    let content_type = child("contentType").text().and_then(|text| ContentType::parse(text.trim()));
    let contents = child("contents");
    let pieces = contents.children().filter_map(|piece| piece.text()).map(str::trim);
    let mut text: String = pieces.collect();
    if contents.attribute("eol") == Some("CRLF") {
        text = text.replace('\n', "\r\n");
    }
    let bytes = match contents.attribute("encoding") {
        None => text.into_bytes(),
        Some("base64") => STANDARD.decode(text).unwrap_or_else(|error| panic!("{name}: {error}")),
        Some(other) => panic!("{name}: nobody knows the encoding `{other}`"),
    };
    (bytes, content_type.unwrap_or_else(|| panic!("{name} names no content type")))
}
