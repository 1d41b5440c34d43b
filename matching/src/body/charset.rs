//! From the bytes of a textual body to UTF-8.
//!
//! What a contract holds is UTF-8 nearly always, whatever its content type says, because pact files are; and what providers
//! say of their charset is often wrong. So the bytes are asked first: a byte order mark and zero bytes tell UTF-16 and
//! UTF-32, and what is UTF-8 is taken for that. Only the rest is read in the charset that is stated, by the content type or,
//! in XML, by the document itself. What cannot be read so stays as it is, and the comparison says that it is no text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use intact_pact_model::ContentType;

/// How far into a document its XML declaration may reach.
const DECLARATION: usize = 200;

/// The bytes in UTF-8, if they are of a textual type.
pub(crate) fn to_utf8<'b>(bytes: &'b [u8], content_type: Option<&ContentType>) -> Cow<'b, [u8]> {
    let Some(content_type) = content_type.filter(|found| found.is_text()) else { return Cow::Borrowed(bytes) };
    let stated = content_type.parameter("charset").and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let has_units = content_type.is_json() || content_type.is_xml() || is_of_units(stated);
    let decoded = match wide(bytes).filter(|_| has_units) {
        Some(Wide::Utf32(order)) => utf_32(bytes, order),
        Some(Wide::Utf16(order)) => decode(stated.filter(|stated| *stated == UTF_16BE).unwrap_or(order), bytes),
        None if str::from_utf8(bytes).is_ok() => None,
        None => stated.or_else(|| declared(bytes).filter(|_| content_type.is_xml())).and_then(|own| decode(own, bytes)),
    };
    decoded.map_or(Cow::Borrowed(bytes), |text| Cow::Owned(text.into_bytes()))
}

/// Text whose characters are of two or four bytes.
#[derive(Clone, Copy)]
enum Wide {
    Utf16(&'static Encoding),
    Utf32(fn([u8; 4]) -> u32),
}

/// By the mark at the beginning, or by where the zero bytes of its first character are, which is of ASCII in JSON and XML and
/// nearly always in other texts (RFC 4627 §3, XML appendix F).
fn wide(bytes: &[u8]) -> Option<Wide> {
    Some(match bytes {
        [0xff, 0xfe, 0, 0, ..] | [1..=255, 0, 0, 0, ..] => Wide::Utf32(u32::from_le_bytes),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, 1..=255, ..] => Wide::Utf32(u32::from_be_bytes),
        [0xff, 0xfe, ..] | [1..=255, 0, ..] => Wide::Utf16(UTF_16LE),
        [0xfe, 0xff, ..] | [0, 1..=255, ..] => Wide::Utf16(UTF_16BE),
        _ => return None,
    })
}

fn is_of_units(stated: Option<&'static Encoding>) -> bool {
    stated.is_some_and(|stated| stated == UTF_16LE || stated == UTF_16BE)
}

/// `None` if that is not what the bytes are.
fn decode(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((marked, length)) => (marked, &bytes[length..]),
        None => (encoding, bytes),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(text.into_owned()).filter(|_| encoding != UTF_8)
}

fn utf_32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> Option<String> {
    let characters = bytes.chunks(4).map(|unit| char::from_u32(number(unit.try_into().ok()?)));
    characters.collect::<Option<String>>().map(|text| text.trim_start_matches('\u{feff}').to_owned())
}

/// The charset that an XML document declares for itself: `<?xml version="1.0" encoding="ISO-8859-1"?>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]);
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0.to_owned();
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| "\"'".contains(*quote))?;
    Encoding::for_label(value[1..].split_once(quote)?.0.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content_type: &str, bytes: &[u8]) -> String {
        let content_type = ContentType::parse(content_type).expect("a content type");
        match String::from_utf8(to_utf8(bytes, Some(&content_type)).into_owned()) {
            Ok(text) => text,
            Err(error) => format!("{:?}", error.as_bytes()),
        }
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn utf_32(text: &str, bytes: fn(u32) -> [u8; 4]) -> Vec<u8> {
        text.chars().flat_map(|c| bytes(u32::from(c))).collect()
    }

    #[test]
    fn wide_json_and_xml_are_known_by_their_first_bytes() {
        for (content_type, text) in [
            ("application/json", "{\"größe\": \"\u{1f600}\"}"),
            ("application/hal+json", "[\"ü\"]"),
            ("application/json", "7"),
            ("application/xml", "<größe>\u{1f600}</größe>"),
            ("text/xml;charset=utf-16", "<a>ü</a>"),
            ("text/plain;charset=utf-16", "grün"),
            ("text/csv; charset=UTF-16LE", "a,ü"),
        ] {
            for mark in ["", "\u{feff}"] {
                let marked = format!("{mark}{text}");
                for bytes in [utf_16(&marked, u16::to_le_bytes), utf_16(&marked, u16::to_be_bytes)] {
                    assert_eq!(read(content_type, &bytes), text, "{content_type} {bytes:?}");
                }
                for bytes in [utf_32(&marked, u32::to_le_bytes), utf_32(&marked, u32::to_be_bytes)] {
                    assert_eq!(read(content_type, &bytes), text, "{content_type} {bytes:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_utf_8_is_in_the_stated_charset() {
        let latin = b"gr\xfc\xdfe";
        for (content_type, bytes, text) in [
            ("text/plain;charset=iso-8859-1", &latin[..], "grüße"),
            ("text/plain;charset=\"ISO-8859-1\"", latin, "grüße"),
            ("text/plain;charset=latin1", latin, "grüße"),
            ("text/csv;charset=windows-1252", b"3 \x80", "3 €"),
            ("application/json;charset=iso-8859-1", b"\"gr\xfcn\"", "\"grün\""),
            ("application/xml;charset=iso-8859-1", b"<a>\xfc</a>", "<a>ü</a>"),
            ("application/x-www-form-urlencoded;charset=iso-8859-1", b"a=\xfc", "a=ü"),
            (
                "application/xml",
                b"<?xml version=\"1.0\" encoding='windows-1252'?><a>\x80</a>",
                "<?xml version=\"1.0\" encoding='windows-1252'?><a>€</a>",
            ),
            ("text/plain;charset=shift_jis", b"\x83\x65\x83\x58\x83\x67", "テスト"),
            // What is UTF-8 is that, whatever is said.
            ("text/plain;charset=iso-8859-1", "grüße".as_bytes(), "grüße"),
            ("text/plain;charset=utf-16", "grüße".as_bytes(), "grüße"),
            ("text/plain;charset=us-ascii", b"abc", "abc"),
        ] {
            assert_eq!(read(content_type, bytes), text, "{content_type}");
        }
    }

    #[test]
    fn what_cannot_be_read_stays() {
        for (content_type, bytes) in [
            ("text/plain", &b"gr\xfc"[..]),
            ("text/plain;charset=utf-8", b"gr\xfc"),
            ("text/plain;charset=klingon", b"gr\xfc"),
            ("application/octet-stream;charset=iso-8859-1", b"gr\xfc"),
            ("text/plain;charset=utf-16", b"\xd8\xd8\xd8\xd8"),
            ("application/json", b"1\0\0\0\0"),
            ("application/xml", b"<?xml version='1.0' encoding=\xfc?><a/>"),
            ("text/plain", b"a\0b\0"),
            ("application/json", b""),
        ] {
            let content_type = ContentType::parse(content_type).expect("a content type");
            assert_eq!(to_utf8(bytes, Some(&content_type)), bytes, "{content_type}");
        }
        assert_eq!(to_utf8(b"\xfc", None), &b"\xfc"[..]);
    }
}
