//! Are bytes of a media type? Binary types are known by their first bytes, textual ones by their syntax.
//!
//! Nothing here asks the computer it runs on: the same bytes are of the same type everywhere.

use intact_pact_model::ContentType;
use intact_pact_model::json::CheckedJson;

use crate::body::charset::to_utf8;
use crate::body::xml::Element;

/// Media type, where its mark begins, and the mark. The first that fits names the type.
const MARKS: [(&str, usize, &[u8]); 34] = [
    ("image/jpeg", 0, b"\xff\xd8\xff"),
    ("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/gif", 0, b"GIF87a"),
    ("image/gif", 0, b"GIF89a"),
    ("image/webp", 8, b"WEBP"),
    ("image/bmp", 0, b"BM"),
    ("image/tiff", 0, b"II*\0"),
    ("image/tiff", 0, b"MM\0*"),
    ("image/vnd.microsoft.icon", 0, b"\0\0\x01\0"),
    ("image/avif", 4, b"ftypavif"),
    ("image/heic", 4, b"ftypheic"),
    ("application/pdf", 0, b"%PDF-"),
    ("application/zip", 0, b"PK\x03\x04"),
    ("application/zip", 0, b"PK\x05\x06"),
    ("application/gzip", 0, b"\x1f\x8b"),
    ("application/x-bzip2", 0, b"BZh"),
    ("application/x-xz", 0, b"\xfd7zXZ\0"),
    ("application/zstd", 0, b"\x28\xb5\x2f\xfd"),
    ("application/x-7z-compressed", 0, b"7z\xbc\xaf\x27\x1c"),
    ("application/vnd.rar", 0, b"Rar!\x1a\x07"),
    ("application/x-tar", 257, b"ustar"),
    ("application/x-ole-storage", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("application/wasm", 0, b"\0asm"),
    ("application/vnd.sqlite3", 0, b"SQLite format 3\0"),
    ("audio/mpeg", 0, b"ID3"),
    ("audio/mpeg", 0, b"\xff\xfb"),
    ("audio/ogg", 0, b"OggS"),
    ("audio/flac", 0, b"fLaC"),
    ("audio/wav", 8, b"WAVE"),
    ("video/mp4", 4, b"ftyp"),
    ("video/webm", 0, b"\x1a\x45\xdf\xa3"),
    ("font/woff", 0, b"wOFF"),
    ("font/woff2", 0, b"wOF2"),
    ("font/otf", 0, b"OTTO"),
];

/// Other names of types in [`MARKS`], and types whose files are of that form.
const ALSO: [(&str, &str); 18] = [
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("image/x-ms-bmp", "image/bmp"),
    ("image/x-icon", "image/vnd.microsoft.icon"),
    ("image/heif", "image/heic"),
    ("application/x-pdf", "application/pdf"),
    ("application/x-zip-compressed", "application/zip"),
    ("application/java-archive", "application/zip"),
    ("application/epub", "application/zip"),
    ("application/x-gzip", "application/gzip"),
    ("application/x-rar-compressed", "application/vnd.rar"),
    ("application/msword", "application/x-ole-storage"),
    ("application/vnd.ms-excel", "application/x-ole-storage"),
    ("application/vnd.ms-powerpoint", "application/x-ole-storage"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/x-wav", "audio/wav"),
    ("video/quicktime", "video/mp4"),
    ("application/x-sqlite3", "application/vnd.sqlite3"),
];

/// The binary type whose mark the bytes carry.
fn marked(bytes: &[u8]) -> Option<&'static str> {
    let carries = |at: usize, mark: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(mark));
    MARKS.iter().find(|(_, at, mark)| carries(*at, mark)).map(|(name, ..)| *name)
}

/// What the bytes seem to be, for people.
pub(crate) fn detect(bytes: &[u8]) -> String {
    match marked(bytes) {
        Some(name) => name.to_owned(),
        None if str::from_utf8(bytes).is_ok() => {
            ContentType::detect(bytes).unwrap_or_else(ContentType::text).to_string()
        }
        None => "application/octet-stream".to_owned(),
    }
}

/// Are the bytes of the media type?
///
/// A binary type whose mark is known must carry it. Any other binary type only must not carry the mark of another, for
/// nothing more can be said. Textual types must be UTF-8 and, where they are JSON or XML, look like that.
pub(crate) fn check(expected: &str, bytes: &[u8]) -> Result<(), ()> {
    let Some(content_type) = ContentType::parse(expected) else { return Err(()) };
    let base = content_type.base_type();
    let base_name = base.to_string();
    let full_name = format!("{}/{}", content_type.main(), content_type.sub());
    let found = marked(bytes);
    let fits = if let Some(syntax) = Syntax::of(&content_type) {
        return if found.is_none() { syntax.check(&content_type, bytes).map_err(drop) } else { Err(()) };
    } else if content_type.is_text() {
        found.is_none() && str::from_utf8(&to_utf8(bytes, Some(&content_type))).is_ok()
    } else if base_name == "application/octet-stream" || content_type.is_unknown() {
        true
    } else {
        let form = form_of(&full_name).or_else(|| form_of(&base_name));
        match form {
            Some(form) => found == Some(form),
            None => found.is_none(),
        }
    };
    if fits { Ok(()) } else { Err(()) }
}

/// The entry of [`MARKS`] that files of the type carry.
fn form_of(name: &str) -> Option<&'static str> {
    let office = name.starts_with("application/vnd.openxmlformats-officedocument.")
        || name.starts_with("application/vnd.oasis.opendocument.");
    if office {
        return Some("application/zip");
    }
    let name = ALSO.iter().find(|(also, _)| *also == name).map_or(name, |(_, form)| form);
    MARKS.iter().find(|(known, ..)| *known == name).map(|(known, ..)| *known)
}

/// The syntax of a type, also of one that is an image or a model otherwise: `image/svg+xml`.
#[derive(Clone, Copy)]
enum Syntax {
    Json,
    Xml,
}

impl Syntax {
    fn of(content_type: &ContentType) -> Option<Self> {
        match content_type.base_type().sub() {
            _ if content_type.is_json() => Some(Self::Json),
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            _ => None,
        }
    }

    /// Are bytes of the type that was found perhaps meant to be of this syntax? Then where they fail says most.
    fn may_be(self, found: &str) -> bool {
        match self {
            Self::Json => found == "application/json",
            Self::Xml => matches!(found, "application/xml" | "text/html"),
        }
    }

    fn check(self, content_type: &ContentType, bytes: &[u8]) -> Result<(), String> {
        let of_text = match self {
            Self::Json => ContentType::json(),
            Self::Xml => ContentType::xml(),
        };
        let text = to_utf8(bytes, Some(if content_type.is_text() { content_type } else { &of_text }));
        match self {
            Self::Json => CheckedJson::check(&text).map(drop).map_err(|error| error.to_string()),
            Self::Xml if !str::from_utf8(&text).is_ok_and(is_like_xml) => Err("it does not look like XML".to_owned()),
            Self::Xml => Element::parse(&text).map(drop),
        }
    }
}

fn is_like_xml(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim();
    let begins =
        text.strip_prefix('<').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || "_?!".contains(c)));
    begins && text.ends_with('>')
}

/// The sentence about bytes that are not of the media type.
pub(crate) fn explain(expected: &str, bytes: &[u8]) -> String {
    let found = detect(bytes);
    let content_type = ContentType::parse(expected);
    let why =
        content_type.and_then(|own| Syntax::of(&own).filter(|syntax| syntax.may_be(&found))?.check(&own, bytes).err());
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    format!(
        "Failed to match data to have a content type of '{expected}': Expected binary contents to have content type \
         '{expected}' but detected contents was '{found}'{why}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_of_a_type_or_not() {
        for (expected, bytes, fits) in [
            ("image/jpeg", &b"\xff\xd8\xff\xe0\0\x10JFIF"[..], true),
            ("image/jpg", b"\xff\xd8\xff\xe0", true),
            ("image/jpeg", b"%PDF-1.4", false),
            ("application/pdf", b"%PDF-1.4", true),
            ("text/plain", b"%PDF-1.4", false),
            ("text/csv", b"a,b\n1,2", true),
            ("text/csv", b"\xff\xfe", false),
            ("application/json", b"{\"a\": 1}", true),
            ("application/json", b"{a}", false),
            ("application/hal+json", b"[]", true),
            ("text/xml", b"<a/>", true),
            ("image/svg+xml", b"<svg></svg>", true),
            ("application/xml", b"a", false),
            ("application/xml", b"<a>", false),
            ("application/xml", b"<!DOCTYPE a><a/>", true),
            ("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", false),
            ("application/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", false),
            ("application/xml", b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xfc</a>", true),
            ("image/svg+xml", b"<svg>", false),
            ("model/gltf+json", b"{\"asset\": {}}", true),
            ("model/gltf+json", b"glTF", false),
            ("text/csv;charset=iso-8859-1", b"a,\xfc", true),
            ("application/json", b"{\0}\0", true),
            ("application/octet-stream", b"anything", true),
            ("application/protobuf", b"\x0a\x01", true),
            ("application/protobuf", b"\x89PNG\r\n\x1a\n", false),
            ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04..", true),
            ("no type", b"", false),
        ] {
            assert_eq!(check(expected, bytes).is_ok(), fits, "{expected}");
        }
    }

    #[test]
    fn the_sentence_names_what_was_found() {
        insta::assert_snapshot!(explain("image/jpeg", b"%PDF-1.4"), @"Failed to match data to have a content type of 'image/jpeg': Expected binary contents to have content type 'image/jpeg' but detected contents was 'application/pdf'");
        insta::assert_snapshot!(explain("application/xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), @"Failed to match data to have a content type of 'application/xml': Expected binary contents to have content type 'application/xml' but detected contents was 'text/html' (the document type has declarations of its own, which could define entities without end)");
        insta::assert_snapshot!(explain("application/json", b"{\"a\": }"), @"Failed to match data to have a content type of 'application/json': Expected binary contents to have content type 'application/json' but detected contents was 'application/json' (expected value at line 1, column 7)");
        assert_eq!(detect(b"\xff\x00"), "application/octet-stream");
        assert_eq!(detect(b"{\"a\":1}"), "application/json");
    }
}
