//! Planted faults, and what people are told about each. The faults are in `faults/`: a title, what the contract expects
//! and what came, both written as in V4 pact files.

use std::fmt::Write as _;

use intact_matching::explanation::{Layout, hide_nothing};
use intact_matching::{ActualMessage, ActualRequest, ActualResponse, Explanation, Mismatch};
use intact_matching::{MessageMatcher, RequestMatcher, ResponseMatcher};
use intact_pact_model::{
    Body, ContentType, Headers, HttpRequest, HttpResponse, Json, MatchingRules, SpecVersion, read,
};
use proptest::prelude::*;

use crate::random::{changed, changes, documents, path, picks, places};
use crate::{request, response};

/// What is told about all faults of a file.
fn told(faults: &str) -> String {
    let mut told = String::new();
    for fault in faults.split("## ").skip(1) {
        let (title, rest) = fault.split_once('\n').expect("a title");
        let (kind, rest) = rest.split_once(' ').expect("`request`, `response` or `message`");
        let (expected, actual) = rest.split_once("\nbut ").expect("what came instead");
        let (mismatches, explanation) = explained(kind, expected, actual);
        assert!(!mismatches.is_empty(), "{title}: is no fault");
        let layout = Layout { rules: true, ..Layout::default() };
        let mut text = String::new();
        explanation.write(&mut text, &layout).expect("writing to a string cannot fail");
        assert!(text.lines().all(|line| line.chars().count() <= 300), "{title}: {text}");
        assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)), "{title}: {text:?}");
        let rows = explanation.findings.iter().flat_map(|finding| &finding.excerpt);
        for line in rows.flat_map(|row| [&row.expected, &row.actual]).flatten() {
            assert!(!line.chars().any(is_hidden), "{title}: {line:?}");
        }
        _ = writeln!(told, "## {title}\n{text}");
    }
    told
}

/// Would a terminal obey it, or nobody see it?
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{a0}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn explained(kind: &str, expected: &str, actual: &str) -> (Vec<Mismatch>, Explanation) {
    let hide = &hide_nothing;
    match kind {
        "request" => {
            let matcher = RequestMatcher::compile(&request(expected), SpecVersion::V4).expect("rules that compile");
            let actual = request(actual);
            let query = actual.query.to_query_string();
            let actual = ActualRequest {
                method: &actual.method,
                path: &actual.path,
                query: Some(&query),
                headers: &actual.headers,
                body: Some(actual.body.bytes()),
            };
            let mismatches = matcher.compare(&actual).into_mismatches();
            let explanation = matcher.explain(&actual, &mismatches, hide);
            (mismatches, explanation)
        }
        "response" => {
            let matcher = ResponseMatcher::compile(&response(expected), SpecVersion::V4).expect("rules that compile");
            let actual = response(actual);
            let actual = ActualResponse::new(actual.status, &actual.headers).with_body(actual.body.bytes());
            let mismatches = matcher.compare(&actual).into_mismatches();
            let explanation = matcher.explain(&actual, &mismatches, hide);
            (mismatches, explanation)
        }
        _ => {
            let message = |json: &str| {
                let json = Json::parse(json.as_bytes()).expect("the test's own JSON");
                read::message_part(&json, SpecVersion::V4).expect("the test's own message").value
            };
            let matcher = MessageMatcher::compile(&message(expected), SpecVersion::V4).expect("rules that compile");
            let actual = message(actual);
            let content_type = actual.content_type().map(|own| own.to_string()).unwrap_or_default();
            let actual = ActualMessage::new(Some(actual.contents.bytes()), &actual.metadata);
            let actual = actual.with_content_type(&content_type);
            let mismatches = matcher.compare(&actual).into_mismatches();
            let explanation = matcher.explain(&actual, &mismatches, hide);
            (mismatches, explanation)
        }
    }
}

/// A test and its snapshot for each file.
macro_rules! faults {
    ($($name:ident in $file:literal)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(told(include_str!(concat!("faults/", $file))));
        }
    )*};
}

faults! {
    faults_of_json_documents in "json.txt"
    faults_of_lists in "lists.txt"
    faults_of_xml_documents in "xml.txt"
    faults_of_forms in "forms.txt"
    faults_of_multipart_bodies in "multipart.txt"
    faults_of_texts_and_bytes in "text_and_bytes.txt"
    faults_of_headers_queries_paths_and_statuses in "heads.txt"
    faults_of_messages in "messages.txt"
}

/// An explanation of a JSON response as text.
fn of_json(expected: &str, actual: &str) -> Explanation {
    let body = |content: &str| format!(r#"{{"body": {{"content": {content}, "contentType": "application/json"}}}}"#);
    explained("response", &body(expected), &body(actual)).1
}

#[test]
fn of_many_mismatches_the_first_are_told_and_the_others_counted() {
    let wrong = vec!["\"1\""; 99_000].join(",");
    let right = vec!["1"; 99_000].join(",");
    let explanation = of_json(&format!("[{right}]"), &format!("[{wrong}]"));
    let text = explanation.to_string();
    assert!(text.contains("and 98997 more like it"), "{text}");
    assert!(text.len() < 4000, "{} bytes", text.len());

    let members = |value: &str| {
        let members: Vec<String> = (0..5000).map(|n| format!("\"a{n}\": {{\"b{n}\": {value}}}")).collect();
        format!("{{{}}}", members.join(","))
    };
    let explanation = of_json(&members("1"), &members("2"));
    let text = explanation.to_string();
    assert_eq!(explanation.findings.len(), 20);
    assert!(text.ends_with("and 4980 more differences\n"), "{text}");
    assert!(text.len() < 10_000, "{} bytes", text.len());
}

#[test]
fn large_values_are_cut() {
    let long = |end: &str| format!("{{\"text\": \"{}{end}\"}}", "x".repeat(3_000_000));
    let text = of_json(&long("a"), &long("b")).to_string();
    assert!(text.contains("xxxa\"") && text.contains("xxxb\""), "{text}");
    assert!(text.len() < 2000, "{} bytes", text.len());
}

#[test]
fn what_must_not_be_shown_is_taken_out_before_texts_are_cut() {
    let expected = response(r#"{"body": {"content": {"note": "a", "id": 1}, "contentType": "application/json"}}"#);
    let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let headers = crate::json_headers();
    // Cut to what is shown, half of it would be left.
    let note = format!("{}s3cret-{}", "x".repeat(40), "y".repeat(100));
    let body = format!(r#"{{"note": "{note}", "id": "s3cret-", "s3cret-": {{"a": "s3cret-"}}}}"#);
    let actual = ActualResponse::new(200, &headers).with_body(body.as_bytes());
    let mismatches = matcher.compare(&actual).into_mismatches();
    let explanation = matcher.explain(&actual, &mismatches, &|text| text.replace("s3cret-", "[hidden]").into());
    assert!(!explanation.to_string().contains("s3c"), "{explanation}");
    assert!(explanation.to_string().contains("[hidden]"), "{explanation}");
    assert!(!explanation.to_json().to_compact().contains("s3c"));
}

#[test]
fn the_json_form_has_both_sides_and_what_differs() {
    insta::assert_snapshot!(of_json(r#"{"a": 1, "b": 2}"#, r#"{"a": "1", "b": 2}"#).to_json().to_pretty(), @r#"
    [
      {
        "place": "body",
        "expected": [
          "{",
          "  \"a\": 1",
          "  \"b\": 2",
          "}"
        ],
        "actual": [
          "{",
          "  \"a\": \"1\"",
          "  \"b\": 2",
          "}"
        ],
        "differs": [
          1
        ],
        "hints": [
          "`a` is a string that holds the number 1, which would match"
        ]
      }
    ]
    "#);
}

proptest! {
    /// Whatever differs is told, in few lines and with its place.
    #[test]
    fn explanations_name_the_first_mismatches_and_are_short(
        expected in documents(),
        picks in picks(4, 2),
        edits in changes(4),
        strict in any::<bool>(),
    ) {
        let actual = changed(&expected, &edits);
        let all = places(&expected);
        let rules = picks.iter().map(|(at, spellings, list)| (path(at.get(&all).as_slice(), spellings), list.clone())).collect();
        let body = Body::new(expected.to_compact(), Some(ContentType::json()));
        let matching_rules = MatchingRules { body: rules, ..MatchingRules::default() };
        let bytes = actual.to_compact();
        let headers = crate::json_headers();
        let (mismatches, explanation) = if strict {
            let expected = HttpRequest { body, matching_rules, ..HttpRequest::default() };
            let Ok(matcher) = RequestMatcher::compile(&expected, SpecVersion::V4) else { return Ok(()) };
            let actual = ActualRequest::new("GET", "/", &headers).with_body(bytes.as_bytes());
            let mismatches = matcher.compare(&actual).into_mismatches();
            let explanation = matcher.explain(&actual, &mismatches, &hide_nothing);
            (mismatches, explanation)
        } else {
            let expected = HttpResponse { body, matching_rules, ..HttpResponse::default() };
            let Ok(matcher) = ResponseMatcher::compile(&expected, SpecVersion::V4) else { return Ok(()) };
            let actual = ActualResponse::new(200, &headers).with_body(bytes.as_bytes());
            let mismatches = matcher.compare(&actual).into_mismatches();
            let explanation = matcher.explain(&actual, &mismatches, &hide_nothing);
            (mismatches, explanation)
        };
        let text = explanation.to_string();
        let told: usize = explanation.findings.iter().flat_map(|one| &one.mismatches).map(|(_, alike)| alike + 1).sum();
        prop_assert_eq!(told + explanation.more, mismatches.len(), "each mismatch is counted once");
        prop_assert_eq!(explanation.is_empty(), mismatches.is_empty());
        if let Some(first) = mismatches.first() {
            prop_assert!(text.contains(&first.place()), "{}\n{text}", first.place());
        }
        prop_assert!(text.len() < 30_000, "{} bytes", text.len());
        for finding in &explanation.findings {
            prop_assert!(finding.excerpt.len() < 100 && finding.hints.len() <= 5, "{text}");
        }
    }

    /// Texts of any kind: no panic, and nothing that a terminal would obey.
    #[test]
    fn any_bytes_are_explained(expected in "\\PC{0,20}|[ -~\n\r]{0,40}", actual in prop::collection::vec(any::<u8>(), 0..60), kind in 0..5_usize) {
        let kind = ["text/plain", "application/json", "application/xml", "application/x-www-form-urlencoded", "application/octet-stream"][kind];
        let body = Body::new(expected, ContentType::parse(kind));
        let expected = HttpResponse { body, ..HttpResponse::default() };
        let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("no rules");
        let headers = Headers::from_iter([("Content-Type".to_owned(), vec![kind.to_owned()])]);
        let actual = ActualResponse::new(200, &headers).with_body(&actual);
        let mismatches = matcher.compare(&actual).into_mismatches();
        let text = matcher.explain(&actual, &mismatches, &hide_nothing).to_string();
        prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    }
}
