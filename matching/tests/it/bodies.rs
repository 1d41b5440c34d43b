//! Content types, the states of a body, and bodies other than JSON and XML.

use insta::assert_snapshot;
use intact_matching::{ActualRequest, ActualResponse, RequestMatcher, ResponseMatcher};
use intact_pact_model::{
    Body, ContentType, Headers, HttpRequest, HttpResponse, Json, MatchingRules, SpecVersion, read,
};

use crate::lines;

fn rules(json: &str) -> MatchingRules {
    let json = Json::parse(json.as_bytes()).expect("the test's own JSON");
    read::matching_rules(&json).expect("the test's own rules").value
}

fn typed(content_type: &str) -> Headers {
    Headers::from_iter([("Content-Type".to_owned(), vec![content_type.to_owned()])])
}

/// Compares a response body of one type with one of another; `None` is no body.
fn compare(expected: (&str, Body), rule_json: &str, actual: (&str, Option<&[u8]>)) -> String {
    let body = match expected.1 {
        Body::Present(content) => Body::new(content.bytes, ContentType::parse(expected.0)),
        other => other,
    };
    let expected = HttpResponse { body, matching_rules: rules(rule_json), ..HttpResponse::default() };
    let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let headers = if actual.0.is_empty() { Headers::default() } else { typed(actual.0) };
    let actual = ActualResponse { status: 200, headers: &headers, body: actual.1 };
    let comparison = matcher.compare(&actual);
    assert_eq!(matcher.matches(&actual), comparison.is_match());
    lines(&comparison)
}

fn present(text: &str) -> Body {
    Body::new(text.as_bytes().to_vec(), None)
}

#[test]
fn content_types_must_be_equivalent_before_bodies_are_compared() {
    for (expected, actual, fits) in [
        ("application/json", "application/json; charset=utf-8", true),
        ("application/json;charset=utf-8", "application/json", false),
        ("application/json; charset=utf-8", "application/json; charset=utf-8; charset=utf-8", true),
        ("application/json; charset=utf-8; charset=utf-8", "application/json; charset=utf-8", true),
        ("application/json; charset=utf-8", "application/json; charset=utf-8; charset=latin1", false),
        ("application/json", "application/hal+json", true),
        ("application/hal+json", "application/json", false),
        ("application/json", "APPLICATION/JSON", true),
        ("application/json", "application/xml", false),
        ("application/json", "", true),
        ("application/json", "*/*", true),
    ] {
        let found = compare((expected, present("{}")), "{}", (actual, Some(b"{}")));
        assert_eq!(found.is_empty(), fits, "{expected} and {actual}: {found}");
    }
    assert_snapshot!(compare(("application/json", present("{}")), "{}", ("application/xml", Some(b"<a/>"))), @"body -> Expected a body of 'application/json' but the actual content type was 'application/xml'");
    // Nothing is said about the body, so its type does not matter.
    assert_eq!(compare(("application/json", Body::Missing), "{}", ("application/xml", Some(b"<a/>"))), "");
    let by_rule = r#"{"header": {"Content-Type": {"matchers": [{"match": "regex", "regex": "text/.*"}]}}}"#;
    assert_eq!(compare(("text/html", present("a")), by_rule, ("text/plain", Some(b"a"))), "");
}

#[test]
fn a_type_mismatch_shows_both_bodies_in_json() {
    let expected = HttpResponse { body: Body::new("{}", Some(ContentType::json())), ..HttpResponse::default() };
    let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("no rules");
    let headers = typed("image/png");
    let comparison = matcher.compare(&ActualResponse::new(200, &headers).with_body(b"\x89PNG"));
    assert_snapshot!(comparison.mismatches()[0].to_json().to_compact(), @r#"{"type":"BodyTypeMismatch","expected":"application/json","actual":"image/png","mismatch":"Expected a body of 'application/json' but the actual content type was 'image/png'","expectedBody":"{}","actualBody":null}"#);
    assert_eq!(comparison.score(), 1 - 1);
}

#[test]
fn missing_empty_and_null_bodies_are_told_apart() {
    let json = "application/json";
    for actual in [None, Some(&b""[..]), Some(b"{}")] {
        assert_eq!(compare((json, Body::Missing), "{}", (json, actual)), "");
    }
    for expected in [Body::Empty, Body::Null] {
        assert_eq!(compare((json, expected.clone()), "{}", (json, None)), "");
        assert_eq!(compare((json, expected.clone()), "{}", (json, Some(b""))), "");
        assert_eq!(
            compare((json, expected), "{}", (json, Some(b"{}"))),
            "/ -> Expected empty body but received Present(2 bytes, application/json)"
        );
    }
    assert_eq!(compare((json, Body::Null), "{}", (json, Some(b" null "))), "");
    assert_ne!(compare((json, Body::Empty), "{}", (json, Some(b"null"))), "");
    assert_snapshot!(compare((json, present("{}")), "{}", (json, None)), @"/ -> Expected body Present(2 bytes, application/json) but was missing");
    assert_snapshot!(compare((json, present("{}")), "{}", (json, Some(b""))), @"/ -> Expected body Present(2 bytes, application/json) but was empty");
    assert_snapshot!(compare((json, present("{}")), "{}", (json, Some(b"{"))), @"$ -> Failed to parse the actual body: 'EOF while parsing an object at line 1, column 2'");
    assert_snapshot!(compare((json, present("{")), "{}", (json, Some(b"{}"))), @"$ -> Failed to parse the expected body: 'EOF while parsing an object at line 1, column 2'");
}

#[test]
fn a_rule_not_empty_at_the_root_says_why_an_empty_body_does_not_do() {
    let rule = r#"{"body": {"$": {"matchers": [{"match": "notEmpty"}]}}}"#;
    let jpeg = "image/jpeg";
    assert_eq!(compare((jpeg, present("a")), rule, (jpeg, Some(b"b"))), "");
    assert_snapshot!(compare((jpeg, present("a")), rule, (jpeg, Some(b""))), @"$ -> Expected [] (0 bytes) to not be empty");
    assert_snapshot!(compare((jpeg, present("a")), rule, (jpeg, None)), @"/ -> Expected body Present(1 bytes, image/jpeg) but was missing");
}

#[test]
fn json_may_stand_behind_the_frame_of_a_schema_registry() {
    let kafka = "application/vnd.schemaregistry.v1+json";
    let framed = b"\0\0\0\0\x02{\"a\": 1}";
    assert_eq!(compare((kafka, present(r#"{"a":1}"#)), "{}", (kafka, Some(framed))), "");
    assert_eq!(compare((kafka, present(r#"{"a":1}"#)), "{}", (kafka, Some(br#"{"a": 1}"#))), "");
    assert_ne!(compare((kafka, present(r#"{"a":2}"#)), "{}", (kafka, Some(framed))), "");
    let json = "application/json";
    assert_ne!(compare((json, present(r#"{"a":1}"#)), "{}", (json, Some(framed))), "", "other JSON has no frame");
}

#[test]
fn text_is_equal_or_follows_the_rules_at_the_root() {
    let text = "text/plain";
    assert_snapshot!(compare((text, present("Hello World!")), "{}", (text, Some(b"Hello Mars!"))), @"$ -> Expected body 'Hello World!' to match 'Hello Mars!' using equality but did not match");
    let rule = r#"{"body": {"$": {"matchers": [{"match": "regex", "regex": "Hello \\w+!"}]}}}"#;
    assert_eq!(compare((text, present("Hello World!")), rule, (text, Some(b"Hello Mars!"))), "");
    assert_snapshot!(compare((text, present("Hello World!")), rule, (text, Some(b"Bye"))), @r"$ -> Expected 'Bye' to match 'Hello \w+!'");
}

#[test]
fn bytes_are_equal_or_of_a_type() {
    let image = "image/png";
    let expected = || Body::new(b"\x89PNG\r\n\x1a\n1".to_vec(), None);
    assert_snapshot!(compare((image, expected()), "{}", (image, Some(b"\x89PNG\r\n\x1a\n22"))), @"$ -> Actual body [image/png, 10 bytes, starting with 89504e470d0a1a0a3232] is not equal to the expected body [image/png, 9 bytes, starting with 89504e470d0a1a0a31]");
    let rule = r#"{"body": {"$": {"matchers": [{"match": "contentType", "value": "image/png"}]}}}"#;
    assert_eq!(compare((image, expected()), rule, (image, Some(b"\x89PNG\r\n\x1a\n22"))), "");
    assert_snapshot!(compare((image, expected()), rule, (image, Some(b"%PDF-1.5"))), @"$ -> Failed to match data to have a content type of 'image/png': Expected binary contents to have content type 'image/png' but detected contents was 'application/pdf'");
    let rule = r#"{"body": {"$": {"matchers": [{"match": "contentType", "value": "application/json"}]}}}"#;
    assert_eq!(compare(("application/json", present("{\"a\": 1}")), rule, ("application/json", Some(b"[2]"))), "");
    let rule = r#"{"body": {"$": {"matchers": [{"match": "include", "value": "x"}]}}}"#;
    assert_snapshot!(compare((image, expected()), rule, (image, Some(b"\xff"))), @"$ -> Unable to match [image/png, 1 bytes, starting with ff] using include: the bytes are no UTF-8 text");
}

#[test]
fn of_a_json_string_the_bytes_that_it_stands_for_are_of_a_type() {
    let json = "application/json";
    let png = r#"{"body": {"$": {"matchers": [{"match": "contentType", "value": "image/png"}]}}}"#;
    let picture = r#""iVBORw0KGgo=""#;
    assert_eq!(compare((json, present(picture)), png, (json, Some(picture.as_bytes()))), "");
    assert_eq!(compare((json, present(picture)), png, (json, Some(br#" "iVBORw0KGgoAAAAN" "#))), "");
    assert_snapshot!(compare((json, present(picture)), png, (json, Some(br#""/9j/4AAQ""#))), @"$ -> Failed to match data to have a content type of 'image/png': Expected binary contents to have content type 'image/png' but detected contents was 'image/jpeg'");
    assert_snapshot!(compare((json, present(picture)), png, (json, Some(b"[1]"))), @"$ -> Failed to match data to have a content type of 'image/png': Expected binary contents to have content type 'image/png' but detected contents was 'application/json'");
    // Where only the document as a whole is of the type, it is what is meant.
    let of_json = r#"{"body": {"$": {"matchers": [{"match": "contentType", "value": "application/json"}]}}}"#;
    assert_eq!(compare((json, present(r#""text""#)), of_json, (json, Some(br#""other""#))), "");
    assert_eq!(compare_parts(&[(FILE, picture)], &png.replace("\"$\"", "\"$.f\""), &[(FILE, picture)]), "");
}

#[test]
fn forms_are_compared_like_queries() {
    let form = "application/x-www-form-urlencoded";
    assert_eq!(compare((form, present("a=1&b=2")), "{}", (form, Some(b"b=2&a=1"))), "");
    assert_snapshot!(compare((form, present("a=1&b=2&c=3&x[]=1")), "{}", (form, Some(b"a=1&c=33&x[]=2&d=4"))), @r"
    $.b -> Expected form post parameter 'b' but was missing
    $.c -> Expected form post parameter 'c' with value '3' but was '33'
    $['x[]'] -> Expected form post parameter 'x[]' with value '1' but was '2'
    $.d -> Unexpected form post parameter 'd' received
    ");
    let rule =
        r#"{"body": {"$.a": {"matchers": [{"match": "integer"}]}, "$.b[0]": {"matchers": [{"match": "type"}]}}}"#;
    assert_eq!(compare((form, present("a=1&b=2")), rule, (form, Some(b"a=5&a=6&b=x"))), "");
    assert_snapshot!(compare((form, present("a=1&b=2")), rule, (form, Some(b"a=5&a=x&b=x"))), @"$.a -> Expected 'x' to match an integer number");
    // What is no text takes nothing from the fields beside it.
    let rule = r#"{"body": {"$.a": {"matchers": [{"match": "type"}]}}}"#;
    assert_eq!(compare((form, present("a=1&b=2")), rule, (form, Some(b"a=\xff&b=2"))), "");
    assert_snapshot!(compare((form, present("a=1&b=2")), rule, (form, Some(b"a=5&b=\xff"))), @"$.b -> Expected form post parameter 'b' with value '2' but was '�'");
}

#[test]
fn requests_take_the_type_from_the_header() {
    let expected = HttpRequest {
        headers: typed("application/json"),
        body: Body::new("{\"a\":1}", None),
        ..HttpRequest::default()
    };
    let matcher = RequestMatcher::compile(&expected, SpecVersion::V3).expect("no rules");
    let headers = typed("application/json;charset=utf-8");
    assert!(matcher.matches(&ActualRequest::new("GET", "/", &headers).with_body(b"{ \"a\" : 1 }")));
    // Without a header the bytes are looked at.
    let none = Headers::default();
    let found = matcher.compare(&ActualRequest::new("GET", "/", &none).with_body(b"<a/>"));
    assert_snapshot!(lines(&found), @r"
    Content-Type -> Mismatch with header 'Content-Type': Expected a header 'Content-Type' but was missing
    body -> Expected a body of 'application/json' but the actual content type was 'application/xml'
    ");
}

/// A multipart body of parts given as headers and content.
fn parts(boundary: &str, parts: &[(&str, &str)]) -> String {
    let part = |(headers, content): &(&str, &str)| {
        format!("--{boundary}\r\n{}\r\n\r\n{content}\r\n", headers.replace('\n', "\r\n"))
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    format!("{}--{boundary}--\r\n", parts.concat())
}

const FIELD: &str = "Content-Disposition: form-data; name=\"n\"";
const FILE: &str = "Content-Disposition: form-data; name=\"f\"; filename=\"f.json\"\nContent-Type: application/json";

fn compare_parts(expected: &[(&str, &str)], rules: &str, actual: &[(&str, &str)]) -> String {
    compare(
        ("multipart/form-data; boundary=one", present(&parts("one", expected))),
        rules,
        ("multipart/form-data; boundary=two", Some(parts("two", actual).as_bytes())),
    )
}

#[test]
fn multipart_bodies_are_compared_part_by_part_whatever_their_boundaries() {
    let expected = &[(FIELD, "1"), (FILE, r#"{"k": 1}"#)];
    assert_eq!(compare_parts(expected, "{}", &[(FILE, r#"{ "k" : 1, "more": 2 }"#), (FIELD, "1"), (FIELD, "2")]), "");
    assert_snapshot!(compare_parts(expected, "{}", &[(FILE, r#"{"k": 2}"#), (FIELD, "2")]), @r"
    $.n -> MIME part 'n': Expected '2' to be equal to '1'
    $.f.k -> MIME part 'f': Expected 2 (Integer) to be equal to 1 (Integer)
    ");
    assert_snapshot!(compare_parts(expected, "{}", &[(FILE, "[")]), @r"
    $.n -> Expected a MIME part 'n' but was missing
    $.f -> MIME part 'f': Failed to parse the actual body: 'EOF while parsing a list at line 1, column 2'
    ");
    let as_file = "Content-Disposition: form-data; name=\"n\"; filename=\"n\"";
    assert_snapshot!(compare_parts(&[(FIELD, "1")], "{}", &[(as_file, "1")]), @"$.n -> Expected a MIME field 'n' but was file");
    assert_eq!(compare_parts(&[(FIELD, "1"), (FIELD, "2")], "{}", &[(FIELD, "1"), (FIELD, "2")]), "");
    assert_snapshot!(compare_parts(&[(FIELD, "1"), (FIELD, "2")], "{}", &[(FIELD, "1"), (FIELD, "3")]), @"$.n -> MIME part 'n': Expected '3' to be equal to '2'");
    let image = "Content-Disposition: form-data; name=\"f\"; filename=\"f.png\"\nContent-Type: image/png";
    assert_snapshot!(compare_parts(&[(FILE, "{}")], "{}", &[(image, "x")]), @"$.f -> MIME part 'f': Expected a body of 'application/json' but the actual content type was 'image/png'");
}

#[test]
fn several_header_lines_of_one_name_are_paired_in_order() {
    let field = |first: &str, second: &str| format!("{FIELD}\nX-Id: {first}\nX-Id: {second}");
    let compare = |actual: &str| compare_parts(&[(&*field("1", "2"), "x")], "{}", &[(actual, "x")]);
    assert_eq!(compare(&field("1", "2")), "");
    assert_snapshot!(compare(&field("1", "3")), @"$.n['x-id'] -> MIME part 'n': Expected header 'x-id' to have value '2' but was '3'");
    assert_snapshot!(compare(&format!("{FIELD}\nX-Id: 1")), @"$.n['x-id'] -> MIME part 'n': Expected a header 'x-id' but was missing");
    let many = format!("{FIELD}{}", "\nX-Id: 1".repeat(1_000));
    assert_snapshot!(compare(&many), @"$ -> Failed to parse the actual body: 'a part has more than 1000 headers'");
}

/// The charset of a text is not what it says.
#[test]
fn texts_are_compared_in_whatever_charset_they_came() {
    let compare = |content_type: &str, expected: &[u8], actual_type: &str, actual: &[u8]| {
        let response = HttpResponse {
            body: Body::new(expected.to_vec(), ContentType::parse(content_type)),
            ..HttpResponse::default()
        };
        let matcher = ResponseMatcher::compile(&response, SpecVersion::V4).expect("no rules");
        let headers = typed(actual_type);
        lines(&matcher.compare(&ActualResponse::new(200, &headers).with_body(actual)))
    };
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let json = r#"{"name": "grün"}"#;
    assert_eq!(compare("application/json", json.as_bytes(), "application/json", &utf_16(json)), "");
    assert_eq!(compare("application/json", json.as_bytes(), "application/json;charset=utf-16", &utf_16(json)), "");
    assert_eq!(compare("text/plain", "grün".as_bytes(), "text/plain;charset=ISO-8859-1", b"gr\xfcn"), "");
    assert_eq!(compare("text/plain;charset=latin1", b"gr\xfcn", "text/plain;charset=latin1", "grün".as_bytes()), "");
    let xml = "<?xml version='1.0' encoding='ISO-8859-1'?><a>grün</a>";
    let latin = xml.chars().map(|c| u8::try_from(c).expect("of Latin 1")).collect::<Vec<u8>>();
    assert_eq!(compare("application/xml", xml.as_bytes(), "text/xml", &latin), "");
    assert_eq!(compare("application/xml", &latin, "application/xml", xml.as_bytes()), "");
    assert_snapshot!(compare("application/xml", xml.as_bytes(), "application/xml", &utf_16("<a>grau</a>")), @"$.a['#text'] -> Expected 'grau' to be equal to 'grün'");
    assert_snapshot!(compare("text/plain", "grün".as_bytes(), "text/plain", b"gr\xfcn"), @"$ -> Expected body 'grün' to match 'gr�n' using equality but did not match");
}

#[test]
fn rules_reach_into_the_parts() {
    let rules = r#"{"body": {"$.n": {"matchers": [{"match": "regex", "regex": "\\d+"}]}, "$.f.k": {"matchers": [{"match": "integer"}]},
        "$.n['x-id']": {"matchers": [{"match": "type"}]}}}"#;
    let field = |id: &str| format!("{FIELD}\nX-Id: {id}\nX-Other: a");
    let expected = &[(&*field("1"), "1"), (FILE, r#"{"k": 1}"#)];
    assert_eq!(compare_parts(expected, rules, &[(&*field("2"), "22"), (FILE, r#"{"k": 7}"#)]), "");
    let other = field("2").replace("X-Other: a", "X-Other: b");
    assert_snapshot!(compare_parts(expected, rules, &[(&*other, "x"), (FILE, r#"{"k": "y"}"#)]), @r"
    $.n['x-other'] -> MIME part 'n': Expected header 'x-other' to have value 'a' but was 'b'
    $.n -> MIME part 'n': Expected 'x' to match '\d+'
    $.f.k -> MIME part 'f': Expected 'y' (String) to be an integer
    ");
    let of_type = r#"{"body": {"$.f": {"matchers": [{"match": "contentType", "value": "application/json"}]}}}"#;
    assert_eq!(compare_parts(&[(FILE, r#"{"k": 1}"#)], of_type, &[(FILE, "[1, 2]")]), "");
    assert_snapshot!(compare_parts(&[(FILE, "{}")], "{}", &[]), @"$.f -> Expected a MIME part 'f' but was missing");
}

/// A part is always there: without bytes it is an empty text, in files as in fields.
#[test]
fn an_empty_part_is_an_empty_text() {
    let file = |content_type: &str| {
        format!("Content-Disposition: form-data; name=\"f\"; filename=\"f\"\nContent-Type: {content_type}")
    };
    let (text, json, image) = (file("text/plain"), file("application/json"), file("image/png"));
    let ruled = |rule: &str, (of, example): (&str, &str), actual: &str| {
        let rules = format!(r#"{{"body": {{"$.f": {{"matchers": [{rule}]}}}}}}"#);
        compare_parts(&[(of, example)], &rules, &[(of, actual)])
    };
    let of_type = |name: &str| format!(r#"{{"match": "contentType", "value": "{name}"}}"#);
    let any = r#"{"match": "regex", "regex": ".*"}"#;
    for (rule, headers, example) in [
        (r#"{"match": "type"}"#, &*text, "t"),
        (any, &text, "t"),
        (&of_type("text/plain"), &text, "t"),
        (r#"{"match": "type"}"#, &image, "\0"),
        (any, "Content-Disposition: form-data; name=\"f\"", "t"),
    ] {
        assert_eq!(ruled(rule, (headers, example), ""), "", "{rule} {headers}");
        assert_eq!(ruled(rule, (headers, ""), ""), "", "{rule} {headers}");
    }
    // An empty example says no more than another.
    assert_eq!(ruled(any, (&text, ""), "t"), "");
    assert_eq!(ruled(&of_type("image/png"), (&image, ""), "\u{fffd}").lines().count(), 1);
    for headers in [&*text, &json, &image] {
        assert_eq!(compare_parts(&[(headers, "")], "{}", &[(headers, "")]), "", "{headers}");
    }
    let untyped = "Content-Disposition: form-data; name=\"f\"; filename=\"f\"";
    assert_eq!(compare_parts(&[(untyped, "")], "{}", &[(&*image, "")]), "");
    assert_eq!(ruled(any, (&text, "t"), ""), "");

    assert_snapshot!(compare_parts(&[(&*text, "t")], "{}", &[(&*text, "")]), @"$.f -> MIME part 'f': Expected body 't' to match '' using equality but did not match");
    assert_snapshot!(compare_parts(&[(&*text, "")], "{}", &[(&*text, "t")]), @"$.f -> MIME part 'f': Expected body '' to match 't' using equality but did not match");
    assert_snapshot!(compare_parts(&[(&*json, "{}")], "{}", &[(&*json, "")]), @"$.f -> MIME part 'f': Failed to parse the actual body: 'EOF while parsing a value at line 1, column 1'");
    assert_snapshot!(ruled(r#"{"match": "notEmpty"}"#, (&text, "t"), ""), @"$.f -> MIME part 'f': Expected '' to not be empty");
    assert_snapshot!(ruled(r#"{"match": "notEmpty"}"#, (&image, "t"), ""), @"$.f -> MIME part 'f': Expected [] (0 bytes) to not be empty");
    assert_snapshot!(ruled(&of_type("image/png"), (&image, "t"), ""), @"$.f -> MIME part 'f': Failed to match data to have a content type of 'image/png': Expected binary contents to have content type 'image/png' but detected contents was 'text/plain'");
    assert_snapshot!(ruled(r#"{"match": "regex", "regex": ".+"}"#, (&text, "t"), ""), @"$.f -> MIME part 'f': Expected '' to match '.+'");
    assert_snapshot!(compare_parts(&[(&*image, "")], "{}", &[(&*text, "t")]), @"$.f -> MIME part 'f': Expected a body of 'image/png' but the actual content type was 'text/plain'");
}

/// `$.f.*` is about the members of a document, not about the headers that come with it.
#[test]
fn wildcards_are_no_rules_for_headers_of_parts() {
    let rules = r#"{"body": {"$.f.*": {"matchers": [{"match": "integer"}]}}}"#;
    let file = |id: &str| format!("{FILE}\nX-Id: {id}");
    let compare =
        |id: &str, content: &str| compare_parts(&[(&*file("a"), r#"{"k": 1}"#)], rules, &[(&*file(id), content)]);
    assert_eq!(compare("a", r#"{"k": 2}"#), "");
    assert_snapshot!(compare("7", r#"{"k": "x"}"#), @r"
    $.f['x-id'] -> MIME part 'f': Expected header 'x-id' to have value 'a' but was '7'
    $.f.k -> MIME part 'f': Expected 'x' (String) to be an integer
    ");
}

/// RFC 5987: `name*=UTF-8''…`, as some senders write what is not ASCII.
#[test]
fn parts_are_found_by_names_in_the_extended_form() {
    let named = |disposition: &str| format!("Content-Disposition: form-data; {disposition}\nContent-Type: text/plain");
    let (plain, extended) = (named("name=\"ü\""), named("name*=UTF-8''%C3%BC"));
    for (expected, actual) in [(&plain, &extended), (&extended, &plain), (&extended, &extended)] {
        assert_eq!(compare_parts(&[(expected, "1")], "{}", &[(actual, "1")]), "");
        assert_ne!(compare_parts(&[(expected, "1")], "{}", &[(actual, "2")]), "");
        let rules = r#"{"body": {"$['ü']": {"matchers": [{"match": "integer"}]}}}"#;
        assert_eq!(compare_parts(&[(expected, "1")], rules, &[(actual, "2")]), "");
        assert_ne!(compare_parts(&[(expected, "1")], rules, &[(actual, "x")]), "");
    }
    let (file, extended) = (named("name=f; filename=\"ü\""), named("name=f; filename*=utf-8''%C3%BC"));
    assert_eq!(compare_parts(&[(&*file, "1")], "{}", &[(&*extended, "1")]), "");
    assert_eq!(compare_parts(&[(&*extended, "1")], "{}", &[(&*file, "1")]), "");
    let field = named("name=f");
    assert_snapshot!(compare_parts(&[(&*field, "1")], "{}", &[(&*extended, "1")]), @"$.f -> Expected a MIME field 'f' but was file");
}

#[test]
fn another_type_of_a_part_is_a_difference_in_the_body() {
    let file = |content_type: &str| {
        format!("Content-Disposition: form-data; name=\"f\"; filename=\"f\"\nContent-Type: {content_type}")
    };
    let compare = |expected: &str, actual: &str, rules: &str| {
        compare_parts(&[(&file(expected), "x")], rules, &[(&file(actual), "x")])
    };
    assert_snapshot!(compare("text/plain", "text/other", "{}"), @"$.f -> MIME part 'f': Expected a body of 'text/plain' but the actual content type was 'text/other'");
    // What is no type is like nothing but itself.
    let none = "text/other+text/plain";
    assert_eq!(compare(none, none, "{}"), "");
    assert_snapshot!(compare("text/plain", none, "{}"), @"$.f['content-type'] -> MIME part 'f': Expected header 'content-type' to have value 'text/plain' but was 'text/other+text/plain'");
    assert_snapshot!(compare(none, "text/plain", "{}"), @"$.f['content-type'] -> MIME part 'f': Expected header 'content-type' to have value 'text/other+text/plain' but was 'text/plain'");
    let any = r#"{"body": {"$.f['content-type']": {"matchers": [{"match": "type"}]}}}"#;
    assert_eq!(compare("text/plain", none, any), "");

    let body = |content_type: &str| parts("one", &[(&file(content_type), "x")]);
    let expected = HttpRequest {
        body: Body::new(body("text/plain"), ContentType::parse("multipart/form-data; boundary=one")),
        ..HttpRequest::default()
    };
    let matcher = RequestMatcher::compile(&expected, SpecVersion::V4).expect("no rules");
    let headers = typed("multipart/form-data; boundary=one");
    let actual = body("text/other");
    let found = matcher.compare(&ActualRequest::new("GET", "/", &headers).with_body(actual.as_bytes()));
    assert_snapshot!(found.mismatches()[0].to_json().to_compact(), @r#"{"type":"BodyMismatch","path":"$.f","expected":"text/plain","actual":"text/other","mismatch":"MIME part 'f': Expected a body of 'text/plain' but the actual content type was 'text/other'"}"#);
}
