//! Are bytes of a media type? Binary types are known by their first bytes, textual ones by their characters and syntax.
//!
//! Nothing here asks the computer it runs on: the same bytes are of the same type everywhere.

mod marks;

use intact_pact_model::ContentType;
use intact_pact_model::json::CheckedJson;

use self::marks::Mark;
use crate::body::charset::to_utf8;
use crate::body::xml::Element;

/// Are the bytes of the media type?
///
/// A binary type whose mark is known must carry it, or that of a type that it is a form of or that is a form of it. Any
/// other binary type only must not carry the mark of another, for nothing more can be said; a container such as a ZIP
/// archive may hold anything. Textual types must be text and, where they are JSON or XML, well-formed.
pub(crate) fn check(expected: &str, bytes: &[u8]) -> Result<(), ()> {
    let content_type = ContentType::parse(expected).ok_or(())?;
    if let Some(kind) = Textual::of(&content_type) {
        return kind.check(&content_type, bytes).map_err(drop);
    }
    let own_name = format!("{}/{}", content_type.main(), content_type.sub());
    let base_name = content_type.base_type().to_string();
    let fits = if base_name == "application/octet-stream" || content_type.is_unknown() {
        true
    } else if let Some(known) = [&own_name, &base_name].into_iter().find(|name| marks::is_known(name)) {
        Mark::find(bytes).is_some_and(|mark| mark.is_of(known))
    } else {
        Mark::find(bytes).is_none_or(|mark| mark.is_container() || !mark.is_proof(text_of(bytes).is_some()))
    };
    if fits { Ok(()) } else { Err(()) }
}

/// What the bytes seem to be, for people.
pub(crate) fn detect(bytes: &[u8]) -> String {
    match (Mark::find(bytes), text_of(bytes)) {
        (Some(mark), text) if mark.is_likely(text.is_some()) => mark.name.to_owned(),
        (_, Some(text)) => ContentType::detect_text(text).to_string(),
        _ => "application/octet-stream".to_owned(),
    }
}

fn text_of(bytes: &[u8]) -> Option<&str> {
    str::from_utf8(bytes).ok().filter(|text| first_control(text).is_none())
}

/// The first character that no text has, and how many are before it: those that the WHATWG's MIME Sniffing Standard (§3,
/// binary data bytes) lists. Escape is none of them, because coloured logs have it.
fn first_control(text: &str) -> Option<(usize, char)> {
    let is_control = |c: char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0e'..='\x1a' | '\x1c'..='\x1f');
    text.chars().enumerate().find(|(_, c)| is_control(*c))
}

/// What is text, also a type that is an image or a model otherwise: `image/svg+xml`.
#[derive(Clone, Copy)]
enum Textual {
    Json,
    Xml,
    Plain,
}

impl Textual {
    fn of(content_type: &ContentType) -> Option<Self> {
        match content_type.base_type().sub() {
            _ if content_type.is_json() => Some(Self::Json),
            "json" => Some(Self::Json),
            "xml" => Some(Self::Xml),
            _ if content_type.is_text() => Some(Self::Plain),
            _ => None,
        }
    }

    /// Are bytes of the type that was found perhaps meant to be of this syntax? Then where they fail says most.
    fn may_be(self, found: &str) -> bool {
        match self {
            Self::Json => found == "application/json",
            Self::Xml => matches!(found, "application/xml" | "text/html"),
            Self::Plain => true,
        }
    }

    fn check(self, content_type: &ContentType, bytes: &[u8]) -> Result<(), String> {
        let of_text = match self {
            Self::Json => ContentType::json(),
            Self::Xml => ContentType::xml(),
            Self::Plain => ContentType::text(),
        };
        let text = to_utf8(bytes, Some(if content_type.is_text() { content_type } else { &of_text }));
        match self {
            Self::Json => CheckedJson::check(&text).map(drop).map_err(|error| error.to_string()),
            Self::Xml if !str::from_utf8(&text).is_ok_and(is_like_xml) => Err("it does not look like XML".to_owned()),
            Self::Xml => Element::parse(&text).map(drop),
            Self::Plain => check_plain(bytes, &text),
        }
    }
}

/// Is it text? A mark of letters says nothing, for a text may begin with any; the rest of such a file shows what it is.
fn check_plain(bytes: &[u8], text: &[u8]) -> Result<(), String> {
    let text = str::from_utf8(text).map_err(|error| {
        format!("byte {} is no text in UTF-8, nor in the charset that is stated", error.valid_up_to() + 1)
    })?;
    if let Some((before, c)) = first_control(text) {
        return Err(format!("character {} is U+{:04X}, which no text has", before + 1, u32::from(c)));
    }
    match Mark::find(bytes).filter(|mark| mark.is_proof(true)) {
        Some(mark) => Err(format!("it begins as {} does", mark.name)),
        None => Ok(()),
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
        content_type.and_then(|own| Textual::of(&own).filter(|kind| kind.may_be(&found))?.check(&own, bytes).err());
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    format!(
        "Failed to match data to have a content type of '{expected}': Expected binary contents to have content type \
         '{expected}' but detected contents was '{found}'{why}"
    )
}

#[cfg(test)]
mod tests;
