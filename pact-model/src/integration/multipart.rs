//! Multipart bodies that grow part by part, as language bindings build them.

use super::IntegrationError;
use crate::body::{Body, Content};
use crate::content_type::ContentType;
use crate::http::Headers;
use crate::path::PathExpression;
use crate::place::At;
use crate::rules::{MatchingRule, MatchingRules, RuleList};

/// What the header may say: every client makes a boundary of its own.
const ANY_BOUNDARY: &str = r"multipart/form-data;(\s*charset=[^;]*;)?\s*boundary=.*";

/// A file in a multipart body.
#[derive(Debug, Clone, Copy)]
pub struct FilePart<'p> {
    /// The name of the form's field.
    pub name: &'p str,
    /// The name of the file, if it shall have one.
    pub file_name: Option<&'p str>,
    /// The type of the bytes; any file of this type will satisfy the contract.
    pub content_type: &'p str,
    /// The example.
    pub bytes: &'p [u8],
}

/// Adds a file to the multipart body of a request or response, whose headers, body and rules these are.
///
/// The first part makes the body: its `Content-Type` names `boundary`, and a rule accepts any other boundary. Later parts are
/// appended under the boundary that is there. For each part the body gets a rule `contentType` at `$.<name>`.
///
/// ```
/// use intact_pact_model::HttpRequest;
/// use intact_pact_model::integration::{FilePart, add_file_part};
///
/// let mut request = HttpRequest::default();
/// let photo = FilePart { name: "photo", file_name: Some("a.png"), content_type: "image/png", bytes: b"\x89PNG" };
/// let thumb = FilePart { name: "thumb", ..photo };
/// for part in [photo, thumb] {
///     add_file_part(&mut request.headers, &mut request.body, &mut request.matching_rules, &part, "xyz")?;
/// }
/// assert_eq!(request.headers.get("Content-Type"), Some(&["multipart/form-data; boundary=xyz".to_owned()][..]));
/// assert!(request.matching_rules.body.contains_key("$.thumb"));
/// # Ok::<(), intact_pact_model::integration::IntegrationError>(())
/// ```
///
/// # Errors
///
/// A name, content type or boundary that cannot be written; a boundary that occurs in the bytes; a body that is there already
/// and is not multipart. Nothing is changed then.
pub fn add_file_part(
    headers: &mut Headers,
    body: &mut Body,
    rules: &mut MatchingRules,
    part: &FilePart<'_>,
    boundary: &str,
) -> Result<(), IntegrationError> {
    let root = At::root();
    let fail = |name: &str, reason: String| Err(IntegrationError::new(&root.field(name), reason));
    let is_odd = |text: &str| text.is_empty() || text.contains(|c: char| c.is_control() || matches!(c, '"' | '\\'));
    for (member, text) in [("name", Some(part.name)), ("fileName", part.file_name)] {
        if text.is_some_and(is_odd) {
            return fail(member, "a name is not empty and has no quotes, backslashes or line breaks".to_owned());
        }
    }
    let content_type = ContentType::parse(part.content_type).filter(|_| !part.content_type.contains(char::is_control));
    let Some(content_type) = content_type else {
        return fail("contentType", format!("`{}` is no content type", part.content_type.escape_debug()));
    };
    let (boundary, before) = match (&*body, headers.content_type()) {
        (Body::Present(content), Some(stated)) if stated.is_multipart() => {
            let boundary = stated.parameter("boundary").unwrap_or_default().to_owned();
            let Some(before) = content.bytes.strip_suffix(closing(&boundary).as_bytes()) else {
                return fail("body", format!("does not end with the boundary `{boundary}` of its Content-Type"));
            };
            (boundary, before.to_vec())
        }
        (Body::Present(_), _) => return fail("body", "there is a body already, and it is not multipart".to_owned()),
        (_, Some(stated)) if !stated.is_multipart() => {
            return fail("headers", format!("the Content-Type is `{stated}`, not multipart"));
        }
        (_, stated) => {
            let own = stated.and_then(|stated| stated.parameter("boundary").map(ToOwned::to_owned));
            (own.unwrap_or_else(|| boundary.to_owned()), Vec::new())
        }
    };
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    if boundary.is_empty() || boundary.len() > 70 || !boundary.chars().all(is_allowed) || boundary.ends_with(' ') {
        return fail("boundary", "a boundary is 1 to 70 letters, digits or `'()+_,-./:=?`".to_owned());
    }
    if part.bytes.windows(boundary.len() + 2).any(|window| window == format!("--{boundary}").as_bytes()) {
        return fail("boundary", format!("`{boundary}` occurs in the bytes of the part"));
    }

    let mut bytes = before;
    let file_name = part.file_name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
    let disposition = format!("Content-Disposition: form-data; name=\"{}\"{file_name}", part.name);
    bytes.extend(format!("--{boundary}\r\n{disposition}\r\nContent-Type: {}\r\n\r\n", part.content_type).bytes());
    bytes.extend_from_slice(part.bytes);
    bytes.extend(b"\r\n");
    bytes.extend(closing(&boundary).bytes());
    *body = Body::Present(Content { bytes: bytes.into(), content_type: None, hint: None });
    if headers.content_type().is_none() {
        let needs_quotes = boundary.contains(|c: char| !c.is_ascii_alphanumeric() && !"+_-.'".contains(c));
        let quote = if needs_quotes { "\"" } else { "" };
        headers.set("Content-Type", vec![format!("multipart/form-data; boundary={quote}{boundary}{quote}")]);
    }
    if !rules.header.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
        rules.header.insert("Content-Type".to_owned(), RuleList::of(MatchingRule::Regex(ANY_BOUNDARY.to_owned())));
    }
    let rule = MatchingRule::ContentType(content_type.to_string());
    let list = rules.body.entry(PathExpression::root().field(part.name).to_string()).or_default();
    if !list.rules.contains(&rule) {
        list.rules.push(rule);
    }
    Ok(())
}

fn closing(boundary: &str) -> String {
    format!("--{boundary}--\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpRequest;

    fn add(request: &mut HttpRequest, part: &FilePart<'_>, boundary: &str) -> Result<(), String> {
        add_file_part(&mut request.headers, &mut request.body, &mut request.matching_rules, part, boundary)
            .map_err(|error| error.to_string())
    }

    const PART: FilePart<'_> =
        FilePart { name: "a", file_name: Some("a.txt"), content_type: "text/plain", bytes: b"one" };

    #[test]
    fn parts_are_appended_under_the_first_boundary() {
        let mut request = HttpRequest::default();
        add(&mut request, &PART, "B").expect("a part");
        let two = FilePart { name: "two words", file_name: None, content_type: "application/json", bytes: b"{}" };
        add(&mut request, &two, "other").expect("another part");
        add(&mut request, &PART, "B").expect("a part of the same name");
        let text = str::from_utf8(request.body.bytes()).expect("text");
        insta::assert_snapshot!(text.replace("\r\n", "\n"), @r#"
        --B
        Content-Disposition: form-data; name="a"; filename="a.txt"
        Content-Type: text/plain

        one
        --B
        Content-Disposition: form-data; name="two words"
        Content-Type: application/json

        {}
        --B
        Content-Disposition: form-data; name="a"; filename="a.txt"
        Content-Type: text/plain

        one
        --B--
        "#);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(request.headers.get("content-type"), Some(&["multipart/form-data; boundary=B".to_owned()][..]));
        insta::assert_snapshot!(crate::write::matching_rules(&request.matching_rules), @r#"{"body":{"$.a":{"combine":"AND","matchers":[{"match":"contentType","value":"text/plain"}]},"$['two words']":{"combine":"AND","matchers":[{"match":"contentType","value":"application/json"}]}},"header":{"Content-Type":{"combine":"AND","matchers":[{"match":"regex","regex":"multipart/form-data;(\\s*charset=[^;]*;)?\\s*boundary=.*"}]}}}"#);
    }

    #[test]
    fn boundaries_with_odd_characters_are_quoted_and_found_again() {
        let mut request = HttpRequest::default();
        add(&mut request, &PART, "a b=c").expect("a part");
        add(&mut request, &PART, "").expect("another part");
        assert_eq!(
            request.headers.get("content-type"),
            Some(&["multipart/form-data; boundary=\"a b=c\"".to_owned()][..])
        );
        assert_eq!(str::from_utf8(request.body.bytes()).expect("text").matches("--a b=c\r\n").count(), 2);
    }

    #[test]
    fn what_cannot_be_written_is_refused_and_changes_nothing() {
        let odd = |part: FilePart<'static>, boundary: &str| {
            let mut request = HttpRequest::default();
            let error = add(&mut request, &part, boundary).expect_err("an error");
            assert_eq!(request, HttpRequest::default());
            error
        };
        let name = "a name is not empty and has no quotes, backslashes or line breaks";
        assert_eq!(odd(FilePart { name: "a\"b", ..PART }, "B"), format!("$.name: {name}"));
        assert_eq!(odd(FilePart { name: "", ..PART }, "B"), format!("$.name: {name}"));
        assert_eq!(odd(FilePart { file_name: Some("a\r\nX: y"), ..PART }, "B"), format!("$.fileName: {name}"));
        assert_eq!(odd(FilePart { content_type: "text", ..PART }, "B"), "$.contentType: `text` is no content type");
        assert!(odd(FilePart { content_type: "text/plain\r\nX: y", ..PART }, "B").starts_with("$.contentType: "));
        assert_eq!(odd(FilePart { bytes: b"x --B x", ..PART }, "B"), "$.boundary: `B` occurs in the bytes of the part");
        for boundary in ["", "ü", "a\nb", "ends ", &"x".repeat(71)] {
            assert!(odd(PART, boundary).starts_with("$.boundary: a boundary is "), "{boundary}");
        }

        let body = Body::new("{}", Some(ContentType::json()));
        let mut request = HttpRequest { body, ..HttpRequest::default() };
        assert_eq!(
            add(&mut request, &PART, "B").expect_err("JSON"),
            "$.body: there is a body already, and it is not multipart"
        );
        let mut request = HttpRequest::default();
        request.headers.set("Content-Type", vec!["text/csv".to_owned()]);
        assert_eq!(
            add(&mut request, &PART, "B").expect_err("CSV"),
            "$.headers: the Content-Type is `text/csv`, not multipart"
        );
        let mut request = HttpRequest::default();
        add(&mut request, &PART, "B").expect("a part");
        request.headers.set("Content-Type", vec!["multipart/form-data; boundary=C".to_owned()]);
        assert_eq!(
            add(&mut request, &PART, "B").expect_err("another boundary"),
            "$.body: does not end with the boundary `C` of its Content-Type"
        );
    }
}
