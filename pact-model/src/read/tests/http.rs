//! Method, path, query, headers and bodies.

use super::*;

#[test]
fn bodies_before_v4_are_read_by_content_type() {
    for (content_type, body, bytes) in [
        ("application/json", r#"{ "b": 1, "a": 1.10 }"#, r#"{"b":1,"a":1.10}"#),
        ("application/json", r#""text""#, r#""text""#),
        ("application/json", r#""{ \"a\": 1 }""#, r#"{ "a": 1 }"#),
        ("application/json", r#""\"text\"""#, r#""text""#),
        ("application/json", r#""[1,2]""#, r#""[1,2]""#),
        ("application/json", r#""say \"hi\"""#, r#""say \"hi\"""#),
        ("application/json", "true", "true"),
        ("text/plain", r#""{ \"a\": 1 }""#, r#"{ "a": 1 }"#),
        ("text/plain", r#"{ "a": 1 }"#, r#"{"a":1}"#),
        ("image/png", r#""aGVsbG8=""#, "hello"),
        ("image/png", r#""not base64!""#, "not base64!"),
        ("", r#""just text""#, "just text"),
        ("", r#""aGVsbG8=""#, "aGVsbG8="),
        ("", r#""<a/>""#, "<a/>"),
        ("", r#""{\"a\":1}""#, r#"{"a":1}"#),
        ("nonsense", "[1]", "[1]"),
    ] {
        for version in [SpecVersion::V1, SpecVersion::V1_1, SpecVersion::V2, SpecVersion::V3] {
            let text = format!(r#"{{ "headers": {{ "content-type": "{content_type}" }}, "body": {body} }}"#);
            assert_eq!(request(&text, version).value.body, Body::new(bytes.to_owned(), None), "{text}");
        }
    }
    // Without a header, the quotes would hide what was detected.
    let body = request(r#"{ "body": "[1,2]" }"#, SpecVersion::V3).value.body;
    assert_eq!(body, Body::new(r#""[1,2]""#, Some(ContentType::json())));
    for (text, body) in [(r#"{ "body": "" }"#, Body::Empty), (r#"{ "body": null }"#, Body::Null), ("{}", Body::Missing)]
    {
        assert_eq!(request(text, SpecVersion::V2).value.body, body);
    }
}

#[test]
fn bodies_of_v4_are_unwrapped() {
    let present = |bytes: &'static str, content_type: &str, hint| {
        Body::Present(Content { bytes: bytes.into(), content_type: ContentType::parse(content_type), hint })
    };
    for (body, expected, warnings) in [
        (
            r#"{ "content": { "a": 1.0 }, "contentType": "application/json" }"#,
            present(r#"{"a":1.0}"#, "application/json", None),
            0,
        ),
        (
            r#"{ "content": "a \"b\"", "contentType": "application/json" }"#,
            present(r#""a \"b\"""#, "application/json", None),
            0,
        ),
        (r#"{ "content": "", "contentType": "application/json", "encoded": false }"#, Body::Empty, 0),
        (r#"{ "content": "x", "contentType": "text/plain" }"#, present("x", "text/plain", None), 0),
        (r#"{ "content": [1, 2], "contentType": "text/plain" }"#, present("[1,2]", "text/plain", None), 0),
        (
            r#"{ "content": "aGk", "encoded": "BASE64", "contentType": "a/b", "contentTypeHint": "BINARY" }"#,
            present("hi", "a/b", Some(ContentTypeHint::Binary)),
            0,
        ),
        (r#"{ "content": "a\nGk=\n", "encoded": "base64" }"#, present("hi", "", None), 0),
        (r#"{ "content": "?", "encoded": "base64" }"#, present("?", "", None), 1),
        (r#"{ "content": "null", "encoded": "JSON" }"#, present("null", "", None), 0),
        (r#"{ "content": "x", "encoded": true }"#, present("x", "", None), 1),
        (r#"{ "content": "x", "encoded": "rot13" }"#, present("x", "", None), 1),
        (r#"{ "content": "x", "contentType": "*/*" }"#, present("x", "", None), 0),
        (r#"{ "content": "x", "contentType": "nonsense", "contentTypeHint": "LOUD" }"#, present("x", "", None), 2),
        (r#"{ "content": null, "contentType": "application/json" }"#, Body::Null, 0),
        ("null", Body::Null, 0),
        ("{}", Body::Missing, 0),
        (r#"{ "contentType": "text/plain" }"#, Body::Missing, 0),
        (r#"{ "id": 7 }"#, present(r#"{"id":7}"#, "application/json", None), 1),
        (r#""bare""#, present(r#""bare""#, "", None), 1),
    ] {
        let loaded = request(&format!(r#"{{ "body": {body} }}"#), SpecVersion::V4);
        assert_eq!((&loaded.value.body, loaded.warnings.len()), (&expected, warnings), "{body}: {:?}", loaded.warnings);
    }
    let by_header = request(
        r#"{ "headers": { "Content-Type": ["application/json"] }, "body": { "content": "x" } }"#,
        SpecVersion::V4,
    );
    assert_eq!(by_header.value.body.bytes(), br#""x""#);
}

#[test]
fn headers_are_split_only_where_they_are_lists() {
    let request = request(
        r#"{ "headers": { "Accept": "a/b, c/d", "Date": "Tue, 15 Nov", "X-Many": ["a, b", 7], "x-number": 1, "DATE": "again", "Vary": ["a, b"] } }"#,
        SpecVersion::V2,
    );
    let headers: Vec<(&str, Vec<&str>)> = request
        .value
        .headers
        .iter()
        .map(|(name, values)| (name, values.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        headers,
        [
            ("Accept", vec!["a/b", "c/d"]),
            ("Date", vec!["Tue, 15 Nov", "again"]),
            ("X-Many", vec!["a, b", "7"]),
            ("x-number", vec!["1"]),
            ("Vary", vec!["a, b"]),
        ]
    );
}

#[test]
fn the_query_is_read_from_text_or_map_in_every_version() {
    for version in SpecVersion::ALL {
        let text = request(r#"{ "query": "b=x+y&a=1&b=2&flag" }"#, version).value.query;
        let map = request(r#"{ "query": { "b": ["x y", 2], "a": 1, "flag": null } }"#, version).value.query;
        assert_eq!(text.iter().collect::<Vec<_>>(), map.iter().collect::<Vec<_>>());
        assert_eq!(text.raw(), (version < SpecVersion::V3).then_some("b=x+y&a=1&b=2&flag"));
        for none in [r#"{ "query": "" }"#, r#"{ "query": [] }"#, r#"{ "query": null }"#, "{}"] {
            assert_eq!(request(none, version).value.query, Query::default());
        }
    }
    let loaded = request(r#"{ "query": { "a": { "b": 1 }, "c": [null, "x"] } }"#, SpecVersion::V4);
    assert_eq!(
        loaded.warnings[0].to_string(),
        "$.query.a: expected values of a query parameter, found an object; kept, but not used"
    );
    assert_eq!(loaded.value.query.get("c"), Some(&[None, Some("x".to_owned())][..]));
}

#[test]
fn method_and_path_are_read_leniently() {
    let loaded = request(r#"{ "method": "post", "path": 12, "note": { "z": 1 } }"#, SpecVersion::V3);
    assert_eq!((loaded.value.method.as_str(), loaded.value.path.as_str()), ("POST", "12"));
    assert!(loaded.value.unknown.contains("note"));
    let error = http_request(&json(r#"{ "path": {} }"#), SpecVersion::V3).expect_err("no path");
    assert_eq!(error.to_string(), "$.path: expected a path, found an object");
}
