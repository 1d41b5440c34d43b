//! Bytes to parts (RFC 2046, RFC 7578).

use base64::Engine as _;
use intact_pact_model::ContentType;

/// Parts beyond this number are refused.
const MOST_PARTS: usize = 10_000;

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: Option<String>,
    filename: Option<String>,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// Without its transfer encoding.
    pub(super) content: Vec<u8>,
}

impl Part {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn content_type(&self) -> Option<ContentType> {
        self.header("content-type").and_then(ContentType::parse)
    }

    /// Files have a file name, or nothing that says what they are.
    pub(super) fn is_file(&self) -> bool {
        self.filename.is_some() || self.header("content-disposition").is_none()
    }
}

/// Takes a body apart. Without a stated boundary, the body's first line names it.
pub(super) fn parse(body: &[u8], boundary: Option<&str>) -> Result<Vec<Part>, String> {
    let first_line = body.trim_ascii_start().split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let delimiter = match boundary {
        Some(boundary) => [b"--", boundary.as_bytes()].concat(),
        None if first_line.starts_with(b"--") && first_line.len() > 2 => first_line.to_vec(),
        None => return Err("the content type names no boundary".to_owned()),
    };
    let mut parts = Vec::new();
    // Where the content of the part that is being read begins.
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < body.len() {
        let end = body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |end| at + end + 1);
        let after = body[at..end].strip_prefix(delimiter.as_slice()).map(<[u8]>::trim_ascii);
        if let Some(after @ (b"" | b"--")) = after {
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
        at = end;
    }
    match open {
        Some(_) => Err("the last part is not closed by the boundary".to_owned()),
        None => Err("the boundary does not occur in the body".to_owned()),
    }
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}

fn part(bytes: &[u8]) -> Result<Part, String> {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let line = without_line_end(&rest[..end]);
        rest = &rest[end..];
        if line.is_empty() {
            break;
        }
        let text = String::from_utf8_lossy(line);
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
    } else {
        rest.to_vec()
    };
    let disposition = find("content-disposition").unwrap_or_default();
    let (name, filename) = (parameter(disposition, "name"), parameter(disposition, "filename"));
    Ok(Part { name, filename, headers, content })
}

/// A parameter of a `Content-Disposition` header, without quotes.
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
            (parts[0].name.as_deref(), parts[0].content.as_slice(), parts[0].is_file()),
            (Some("a \"b\""), &b"one\r\ntwo"[..], false)
        );
        assert_eq!(
            (parts[1].name.as_deref(), parts[1].filename.as_deref(), parts[1].content.as_slice()),
            (Some("f"), Some("x;y.txt"), &b"ne"[..])
        );
        assert!(parts[1].is_file());
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
        assert_eq!(parse(b"--X\n\na\n--X--", None).map(|parts| parts[0].content.clone()), Ok(b"a".to_vec()));
        assert_eq!(parse(b"--X--", Some("X")), Ok(Vec::new()));
    }
}
