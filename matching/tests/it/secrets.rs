//! What must not be shown is in no explanation, wherever in the traffic it stands and wherever texts are cut.

use std::borrow::Cow;

use intact_matching::{ActualRequest, ActualResponse, Explanation, RequestMatcher, ResponseMatcher};
use intact_pact_model::{Headers, SpecVersion};
use proptest::prelude::*;

use crate::{request, response};

/// Digits alone, so that it may stand in numbers and names of all kinds.
const SECRET: &str = "83759204618375920461";
/// So much of its beginning would give it away.
const TOO_MUCH: usize = 8;

/// As the verifier hides: also the beginnings of what was cut off.
fn hide(text: &str) -> Cow<'_, str> {
    let mut hidden = text.replace(SECRET, "[hidden]");
    for length in (4..SECRET.len()).rev() {
        hidden = hidden.replace(&format!("{}…", &SECRET[..length]), "[hidden]…");
    }
    if hidden == text { Cow::Borrowed(text) } else { Cow::Owned(hidden) }
}

fn assert_hidden(explanation: &Explanation, of: &str) {
    let beginning = &SECRET[..TOO_MUCH];
    for text in [explanation.to_string(), explanation.to_json().to_compact(), format!("{explanation:?}")] {
        assert!(!text.contains(beginning), "{of}: {text}");
        // Two columns of hexadecimal digits.
        assert!(!text.contains("38 33 37 35") && !text.contains("83759"), "{of}: {text}");
    }
    assert!(!explanation.is_empty(), "{of}: nothing to tell");
}

fn of_response(expected: &str, content_type: &str, body: &[u8], header: Option<(&str, &str)>) -> Explanation {
    let matcher = ResponseMatcher::compile(&response(expected), SpecVersion::V4).expect("rules that compile");
    let mut headers = Headers::default();
    headers.append_line("Content-Type", content_type);
    if let Some((name, value)) = header {
        headers.append_line(name, value);
    }
    let actual = ActualResponse::new(405, &headers).with_body(body);
    let mismatches = matcher.compare(&actual).into_mismatches();
    matcher.explain(&actual, &mismatches, &hide)
}

/// A body in the words of the pact file, and one that came; `S` stands for the secret with something around it.
const BODIES: [(&str, &str, &str); 22] = [
    (r#"{"note": "a"}"#, "application/json", r#"{"note": "S"}"#),
    (r#"{"note": "a"}"#, "application/json", r#"{"note": 1D}"#),
    (r#"{"note": "a"}"#, "application/json", r#"{"note": -0.D}"#),
    (r#"{"note": 1}"#, "application/json", r#"{"note": "D"}"#),
    (r#"{"note": 1}"#, "application/json", r#"{"note": {"S": 1}}"#),
    (r#"{"note": 1}"#, "application/json", r#"{"S": {"note": 1}}"#),
    (r#"{"note": {"a": 1}}"#, "application/json", r#"{"note": {"S": [1, "S"]}, "S": "S"}"#),
    (r#"{"S": 1, "T": {"a": 1}}"#, "application/json", r#"{"S": 2, "T": {"a": 2}}"#),
    (r#"{"S": {"a": [1, 2]}}"#, "application/json", r#"{"S": {"a": [2, "S", 1]}}"#),
    (r#"["a", "b"]"#, "application/json", r#"["S", {"S": "S"}]"#),
    (r#"{"note": "a"}"#, "application/json", r#""S""#),
    (r#"{"note": "a"}"#, "application/json", r#"{"note": "S"#),
    (r#"{"note": "a"}"#, "text/plain; x=S", r#"{"note": "S"}"#),
    ("<a><b>x</b></a>", "application/xml", "<a><b>S</b></a>"),
    ("<a><b c='x'/></a>", "application/xml", "<a><b c='S' xS='S'/></a>"),
    ("<a><b>x</b></a>", "application/xml", "<a><xS>x</xS></a>"),
    ("<a><xS>x</xS><c>S</c></a>", "application/xml", "<a><xSy>x</xSy></a>"),
    ("<a><b>x</b></a>", "application/xml", "<xS>S</xS>"),
    ("a=1&b=2", "application/x-www-form-urlencoded", "a=S&S=2&bS=3"),
    ("one\ntwo", "text/plain", "one\nS\ntwo"),
    ("one", "application/octet-stream", "onS"),
    (
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=\"S\"\r\n\r\nS\r\n--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nS\r\n--x--\r\n",
    ),
];

/// The texts around the secret: short, as long as lines of excerpts, as long as texts of mismatches.
fn around() -> impl Strategy<Value = String> {
    let lengths = prop_oneof![4 => 0..70usize, 1 => 180..210usize, 2 => 4050..4110usize];
    lengths.prop_map(|length| "x".repeat(length))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_body_brings_it_into_an_explanation(before in around(), after in around(), pick in 0..BODIES.len()) {
        let (expected, content_type, actual) = BODIES[pick];
        let whole = format!("{before}{SECRET}{after}");
        let filled = |text: &str| text.replace('S', &whole).replace('D', SECRET);
        let (expected, actual) = (filled(&expected.replace("\"T\"", "\"other\"")), filled(&actual.replace("\"T\"", "\"other\"")));
        let own = content_type.replace("; x=S", "").replace("text/plain", if expected.starts_with('{') { "application/json" } else { "text/plain" });
        let content = if own == "application/json" { expected.clone() } else { format!("{expected:?}") };
        let body = format!(r#"{{"status": 200, "body": {{"content": {content}, "contentType": {own:?}, "encoded": false}}}}"#);
        let explanation = of_response(&body, &filled(content_type), actual.as_bytes(), Some(("Allow", &whole)));
        assert_hidden(&explanation, BODIES[pick].2);
    }

    #[test]
    fn no_header_query_or_path_brings_it_into_an_explanation(before in around(), after in around()) {
        let whole = format!("{before}{SECRET}{after}");
        let expected = r#"{"method": "GET", "path": "/a/b", "query": {"q": ["1"], "page": ["2"]}, "headers": {"X-Id": ["1"], "X-Other": ["2"]}}"#;
        let matcher = RequestMatcher::compile(&request(expected), SpecVersion::V4).expect("rules that compile");
        for path in [format!("/{whole}/a/b"), format!("/a/{whole}"), "/a/b".to_owned()] {
            let query = format!("q={whole}&{whole}=1&pages={whole}");
            let mut headers = Headers::default();
            headers.append_line("X-Id", &whole);
            headers.append_line(&format!("X-Other{whole}"), "2");
            let actual = ActualRequest { method: "GET", path: &path, query: Some(&query), headers: &headers, body: None };
            let mismatches = matcher.compare(&actual).into_mismatches();
            assert_hidden(&matcher.explain(&actual, &mismatches, &hide), &path);
        }
        let named = format!(r#"{{"method": "GET", "path": "/a", "query": {{"{whole}": ["1"]}}, "headers": {{"X-{whole}": ["1"]}}}}"#);
        let matcher = RequestMatcher::compile(&request(&named), SpecVersion::V4).expect("rules that compile");
        let headers = Headers::default();
        let actual = ActualRequest { method: "GET", path: "/a", query: None, headers: &headers, body: None };
        let mismatches = matcher.compare(&actual).into_mismatches();
        assert_hidden(&matcher.explain(&actual, &mismatches, &hide), "names of the contract");
    }
}

#[test]
fn a_name_that_terminals_would_obey_is_escaped() {
    let xml = r#"{"body": {"content": "<a/>", "contentType": "application/xml"}}"#;
    let json = r#"{"body": {"content": "\u202eabc", "contentType": "application/json"}}"#;
    let of_xml = of_response(xml, "application/xml", "<b c='\u{202e}\u{200b}'/>".as_bytes(), None);
    let of_json = of_response(json, "application/json", "\"\u{202e}\u{200b}x\"".as_bytes(), None);
    for explanation in [of_xml, of_json] {
        let text = explanation.to_string();
        assert!(text.contains("\\u{202e}\\u{200b}"), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{200b}']), "{text}");
    }
}
