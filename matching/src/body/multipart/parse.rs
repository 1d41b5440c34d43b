//! Bytes to parts (RFC 2046, RFC 7578).

use std::borrow::Cow;

use base64::Engine as _;
use bytes::Bytes;
use encoding_rs::Encoding;
use intact_pact_model::ContentType;
use memchr::{memchr, memmem};
use percent_encoding::percent_decode_str;

use crate::body::charset;

/// Parts beyond this number are refused.
const MOST_PARTS: usize = 10_000;

/// Header lines of a part beyond this number are refused.
const MOST_HEADERS: usize = 1_000;

/// One part. Its content is a piece of the whole body, shared or borrowed, unless it had to be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part<C = Bytes> {
    pub(crate) name: Option<String>,
    filename: Option<String>,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Without its transfer encoding.
    pub(crate) content: C,
}

/// A part of a body that someone else keeps.
pub(crate) type PartView<'b> = Part<Cow<'b, [u8]>>;

impl PartView<'_> {
    /// The same as a part of the body that it was read from.
    fn sharing(self, body: &Bytes) -> Part {
        let Self { name, filename, headers, content } = self;
        let content = match content {
            Cow::Borrowed(piece) => body.slice_ref(piece),
            Cow::Owned(decoded) => decoded.into(),
        };
        Part { name, filename, headers, content }
    }
}

impl<C: AsRef<[u8]>> Part<C> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers_called(name).next()
    }

    /// The values of all lines of a name, which is in lower case.
    pub(crate) fn headers_called<'s>(&'s self, name: &str) -> impl Iterator<Item = &'s str> {
        self.headers.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn content_type(&self) -> Option<ContentType> {
        self.header("content-type").and_then(ContentType::parse)
    }

    /// What it says as a text, in the charset that its type states.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        let content_type = self.content_type().unwrap_or_else(ContentType::text);
        match charset::to_utf8(self.content.as_ref(), Some(&content_type)) {
            Cow::Borrowed(text) => String::from_utf8_lossy(text),
            Cow::Owned(text) => String::from_utf8_lossy(&text).into_owned().into(),
        }
    }

    /// Files have a file name, or nothing that says what they are.
    pub(crate) fn is_file(&self) -> bool {
        self.filename.is_some() || self.header("content-disposition").is_none()
    }
}

/// Takes a body apart, as [`views`] does, into parts that keep it.
pub(crate) fn parse(body: &[u8], boundary: Option<&str>) -> Result<Vec<Part>, String> {
    shared(&Bytes::copy_from_slice(body), boundary)
}

/// Takes a body apart, as [`views`] does, into parts that share it.
pub(crate) fn shared(body: &Bytes, boundary: Option<&str>) -> Result<Vec<Part>, String> {
    Ok(views(body, boundary)?.into_iter().map(|part| part.sharing(body)).collect())
}

/// Takes a body apart. Without a stated boundary, the body's first line names it.
pub(crate) fn views<'b>(body: &'b [u8], boundary: Option<&str>) -> Result<Vec<PartView<'b>>, String> {
    let first_line = body.trim_ascii_start().split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    // As it stands in the body: behind the end of a line.
    let delimiter = match boundary {
        Some(boundary) => [b"\n--", boundary.as_bytes()].concat(),
        None if first_line.starts_with(b"--") && first_line.len() > 2 => [b"\n", first_line].concat(),
        None => return Err("the content type names no boundary".to_owned()),
    };
    let finder = memmem::Finder::new(&delimiter);
    let mut parts = Vec::new();
    // Where the content of the part that is being read begins.
    let mut open: Option<usize> = None;
    // Where the line with the next delimiter begins; the first line of all has no end of a line before it.
    let mut next = if body.starts_with(&delimiter[1..]) { Some(0) } else { finder.find(body).map(|end| end + 1) };
    while let Some(at) = next {
        let behind = at + delimiter.len() - 1;
        let end = memchr(b'\n', &body[behind..]).map_or(body.len(), |end| behind + end + 1);
        if let after @ (b"" | b"--") = body[behind..end].trim_ascii() {
            if let Some(start) = open {
                parts.push(part(without_line_end(&body[start..at]))?);
                if parts.len() > MOST_PARTS {
                    return Err(format!("there are more than {MOST_PARTS} parts"));
                }
            }
            if after == b"--" {
                return Ok(parts);
            }
            open = Some(end);
        }
        // The end of this line may be the one before the next delimiter.
        let from = behind.max(end - 1);
        next = finder.find(&body[from..]).map(|found| from + found + 1);
    }
    match open {
        Some(_) => Err("the last part is not closed by the boundary".to_owned()),
        None => Err("the boundary does not occur in the body".to_owned()),
    }
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}

fn part(bytes: &[u8]) -> Result<PartView<'_>, String> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut rest = bytes;
    loop {
        let end = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = without_line_end(&rest[..end]);
        rest = &rest[end..];
        if line.is_empty() {
            break;
        }
        let text = String::from_utf8_lossy(line);
        if headers.len() == MOST_HEADERS {
            return Err(format!("a part has more than {MOST_HEADERS} headers"));
        }
        match (text.split_once(':'), headers.last_mut()) {
            // A folded line goes on with the one before.
            (_, Some((_, value))) if text.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(text.trim());
            }
            (Some((name, value)), _) => headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
            (None, _) => {
                return Err(format!("a part has the line '{}' where a header should be", crate::show::cut(&text)));
            }
        }
    }
    let find = |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let encoded = find("content-transfer-encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64"));
    let content = if encoded {
        let compact: Vec<u8> = rest.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        base64::engine::general_purpose::STANDARD
            .decode(compact)
            .map_err(|error| format!("a part is no base64: {error}"))?
            .into()
    } else {
        rest.into()
    };
    let disposition = find("content-disposition").unwrap_or_default();
    let (name, filename) = (text_parameter(disposition, "name"), text_parameter(disposition, "filename"));
    Ok(Part { name, filename, headers, content })
}

/// A parameter of a `Content-Disposition` header, as text. Its extended form `name*=UTF-8''%C3%BC` (RFC 5987) says it better
/// than the plain one beside it (RFC 6266, section 4.3), if it can be read.
fn text_parameter(header: &str, wanted: &str) -> Option<String> {
    let extended = parameter(header, &format!("{wanted}*"));
    extended.as_deref().and_then(extended_value).or_else(|| parameter(header, wanted)).or(extended)
}

/// `charset'language'percent-encoded` as text.
fn extended_value(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, encoded) = rest.split_once('\'')?;
    let encoding = Encoding::for_label(charset.as_bytes())?;
    let bytes: Cow<'_, [u8]> = percent_decode_str(encoded).into();
    encoding.decode_without_bom_handling_and_without_replacement(&bytes).map(Cow::into_owned)
}

/// A parameter of a `Content-Disposition` header as it stands there, without quotes.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim_matches(|c: char| c == ';' || c.is_whitespace());
        let after = after.trim_start();
        let (value, tail) = if let Some(quoted) = after.strip_prefix('"') {
            let mut value = String::new();
            let mut escaped = false;
            let mut end = quoted.len();
            for (at, c) in quoted.char_indices() {
                match c {
                    '"' if !escaped => {
                        end = at + 1;
                        break;
                    }
                    '\\' if !escaped => escaped = true,
                    _ => {
                        escaped = false;
                        value.push(c);
                    }
                }
            }
            (value, &quoted[end..])
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_apart() {
        let body = b"preamble\r\n--X\r\nContent-Disposition: form-data; name=\"a \\\"b\\\"\"\r\n\r\none\r\ntwo\r\n--X\r\n\
            Content-Disposition: form-data;\r\n name=f; filename=\"x;y.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\nb\r\nmU=\r\n--X--\r\nepilogue";
        let parts = parse(body, Some("X")).expect("a multipart body");
        assert_eq!(parts.len(), 2);
        assert_eq!(
            (parts[0].name.as_deref(), &parts[0].content[..], parts[0].is_file()),
            (Some("a \"b\""), &b"one\r\ntwo"[..], false)
        );
        assert_eq!(
            (parts[1].name.as_deref(), parts[1].filename.as_deref(), &parts[1].content[..]),
            (Some("f"), Some("x;y.txt"), &b"ne"[..])
        );
        assert!(parts[1].is_file());
    }

    /// RFC 7578 has file names beyond ASCII as they are, but senders exist that write them as RFC 5987 does for headers.
    #[test]
    fn names_may_be_written_in_the_extended_form() {
        let read = |parameters: &str| {
            let body = format!("--X\r\nContent-Disposition: form-data; {parameters}\r\n\r\na\r\n--X--");
            let part = parse(body.as_bytes(), Some("X")).expect("a multipart body").remove(0);
            (part.name.clone(), part.filename.clone(), part.is_file())
        };
        let some = |text: &str| Some(text.to_owned());
        for (parameters, name, filename) in [
            ("name*=UTF-8''%C3%BC", some("ü"), None),
            ("NAME*=utf-8'de'%c3%bcb%20er", some("üb er"), None),
            ("name*=\"iso-8859-1''%FC\"", some("ü"), None),
            ("name=u; name*=UTF-8''%C3%BC", some("ü"), None),
            ("name*=UTF-8''%C3%BC; name=u", some("ü"), None),
            ("name=a; filename*=utf-8''%E2%82%AC.txt", some("a"), some("€.txt")),
            ("name=a; filename=\"EUR.txt\"; filename*=utf-8''%E2%82%AC.txt", some("a"), some("€.txt")),
            ("name=a; filename*=UTF-8''", some("a"), some("")),
            // What cannot be read is as if it were not there, unless nothing else is.
            ("name=u; name*=UTF-8''%FF", some("u"), None),
            ("name=u; name*=klingon''%C3%BC", some("u"), None),
            ("name=a; filename*=x.txt", some("a"), some("x.txt")),
        ] {
            let is_file = filename.is_some();
            assert_eq!(read(parameters), (name, filename, is_file), "{parameters}");
        }
    }

    /// What RFC 2046 allows around boundaries: a preamble and an epilogue, which say nothing, and white space behind each.
    #[test]
    fn only_lines_that_begin_with_the_whole_boundary_separate_parts() {
        let content = |body: &str| {
            let parts = parse(body.as_bytes(), Some("X"));
            parts.map(|parts| parts.iter().map(|part| String::from_utf8_lossy(&part.content).into_owned()).collect())
        };
        let one = "--X\r\n\r\na\r\n--X--";
        for (body, parts) in [
            (one.to_owned(), &["a"][..]),
            (format!("\r\n{one}"), &["a"]),
            (format!("a preamble: of two\r\nlines --X\r\n{one}"), &["a"]),
            (format!("{one}\r\nan epilogue\r\n--X\r\n\r\nb\r\n--X--"), &["a"]),
            ("--X \t\r\n\r\na\r\n--X  \r\n\r\nb\r\n--X--\t ".to_owned(), &["a", "b"]),
            (format!("--Xtra\r\n\r\n{one}"), &["a"]),
            ("--X\r\n\r\na--X\r\n --X\r\n--Xtra\r\n--X--".to_owned(), &["a--X\r\n --X\r\n--Xtra"]),
            ("--X\n\na\n--X--\n".to_owned(), &["a"]),
            ("--Xtra\n--X\n\na\n--X-\n\n\n--X\n\n--X\n--X--".to_owned(), &["a\n--X-\n\n", "", ""]),
        ] {
            assert_eq!(content(&body), Ok(parts.iter().map(ToString::to_string).collect::<Vec<_>>()), "{body:?}");
        }
        let within_a_line = content(&format!("preamble{one}"));
        assert_eq!(within_a_line, Ok(Vec::new()), "a boundary begins a line, so that there is only the last one here");
    }

    /// Contents may be large, and the body is there already.
    #[test]
    fn contents_are_pieces_of_the_body() {
        let body =
            Bytes::from_static(b"--X\r\n\r\none\r\n--X\r\nContent-Transfer-Encoding: base64\r\n\r\nb25l\r\n--X--");
        let views = views(&body, Some("X")).expect("a multipart body");
        assert!(matches!(&views[0].content, Cow::Borrowed(b"one")));
        assert!(matches!(&views[1].content, Cow::Owned(decoded) if decoded == b"one"));
        let shared = shared(&body, Some("X")).expect("a multipart body");
        assert_eq!(shared[0].content.as_ptr(), body[7..].as_ptr());
        assert_eq!(shared[1].content, "one");
        assert_eq!(parse(&body, Some("X")), Ok(shared));
    }

    #[test]
    fn what_is_no_multipart_body_says_so() {
        for (body, boundary, error) in [
            (&b"text"[..], None, "the content type names no boundary"),
            (b"text", Some("X"), "the boundary does not occur in the body"),
            (b"--X\r\n\r\na", Some("X"), "the last part is not closed by the boundary"),
            (
                b"--X\r\nno header\r\n\r\na\r\n--X--",
                Some("X"),
                "a part has the line 'no header' where a header should be",
            ),
        ] {
            assert_eq!(parse(body, boundary), Err(error.to_owned()));
        }
        assert_eq!(parse(b"--X\n\na\n--X--", None).map(|parts| parts[0].content.clone()), Ok(Bytes::from_static(b"a")));
        assert_eq!(parse(b"--X--", Some("X")), Ok(Vec::new()));
    }
}
