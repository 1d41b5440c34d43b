//! Generated values in requests and responses.

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use intact_matching::generate::{self, GenerateContext, Generated};
use intact_pact_model::json::Object;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{Headers, Json, JsonValue};
use regex::Regex;

use crate::steps::is_made_like;
use crate::suite::{Suite, json};
use crate::table;

#[given(regex = r"^a request configured with the following generators:$")]
fn request_generators(suite: &mut Suite, step: &Step) {
    table::change_request(&mut suite.generating.request, &table::row(step));
}

#[given(regex = r"^a response configured with the following generators:$")]
fn response_generators(suite: &mut Suite, step: &Step) {
    table::change_response(&mut suite.generating.response, &table::response_row(table::row(step)));
}

#[given(regex = r#"^the generator test mode is set as "(Provider|Consumer)"$"#)]
fn test_mode(suite: &mut Suite, mode: String) {
    suite.generating.for_provider = mode == "Provider";
}

#[when(regex = r"^the (request|response) is prepared for use$")]
fn prepare(suite: &mut Suite, part: String) {
    prepare_part(suite, &part, &Object::new(), None);
}

#[when(regex = r#"^the (request|response) is prepared for use with an? "(providerState|mockServer)" context:$"#)]
fn prepare_with(suite: &mut Suite, part: String, context: String, step: &Step) {
    let Json::Object(values) = json(&table::cells(step)[0][0]) else { panic!("the context is no object") };
    if context == "providerState" {
        prepare_part(suite, &part, &values, None);
    } else {
        let url = values.get("href").and_then(Json::as_str).expect("the mock server has a URL");
        prepare_part(suite, &part, &Object::new(), Some(url));
    }
}

fn prepare_part(suite: &mut Suite, part: &str, states: &Object<'_>, url: Option<&str>) {
    let generating = &mut suite.generating;
    let context = if generating.for_provider {
        GenerateContext::provider(states, generate::now())
    } else {
        GenerateContext::consumer(url, generate::now())
    };
    if part == "request" {
        let prepared = generate::request(&generating.request, &context, &mut generate::rng("any"));
        generating.example = generating.request.body.bytes().to_vec();
        generating.request = without_warnings(prepared);
        generating.prepared = generating.request.body.bytes().to_vec();
    } else {
        let prepared = generate::response(&generating.response, &context, &mut generate::rng("any"));
        generating.example = generating.response.body.bytes().to_vec();
        generating.response = without_warnings(prepared);
        generating.prepared = generating.response.body.bytes().to_vec();
    }
}

fn without_warnings<T>(prepared: Result<Generated<T>, generate::GenerateError>) -> T {
    let prepared = prepared.expect("values can be generated");
    assert_eq!(prepared.warnings, []);
    prepared.value
}

#[then(regex = r#"^the body value for "([^"]*)" will have been replaced with (?:an? )?"([^"]*)"$"#)]
fn replaced(suite: &mut Suite, path: String, kind: String) {
    let generating = &suite.generating;
    assert_replaced(&generating.example, &generating.prepared, &path, &kind);
}

/// The value at the path is another one than before, and one of this kind.
pub(super) fn assert_replaced(example: &[u8], prepared: &[u8], path: &str, kind: &str) {
    let (before, after) = (at(example, path), at(prepared, path));
    assert_ne!(before, after, "the example was not replaced");
    assert!(is_made_like(&after.to_text(), kind), "{after} is no {kind}");
    if matches!(kind, "random string" | "string from the regex") {
        assert!(after.as_str().is_some(), "{after} is no string");
    }
}

/// The value at the path of a document.
fn at(document: &[u8], path: &str) -> JsonValue {
    let mut value = json(str::from_utf8(document).expect("JSON is text"));
    for segment in path.parse::<PathExpression>().expect("a path").segments() {
        let next = match segment {
            Segment::Field(name) => value.get(name).cloned(),
            Segment::Index(index) => value.as_array().and_then(|items| items.get(*index)).cloned(),
            Segment::Star | Segment::StarIndex => panic!("{path} names more than one value"),
        };
        value = next.unwrap_or_else(|| panic!("{value} has nothing at {path}"));
    }
    value
}

#[then(regex = r#"^the (request|response) "([^"]*)" will be set as "([^"]*)"$"#)]
fn set_as(suite: &mut Suite, part: String, place: String, value: String) {
    assert_eq!(values(suite, &part, &place), [value]);
}

#[then(regex = r#"^the (request|response) "([^"]*)" will not be "([^"]*)"$"#)]
fn is_not(suite: &mut Suite, part: String, place: String, value: String) {
    assert_ne!(values(suite, &part, &place), [value]);
}

#[then(regex = r#"^the (request|response) "([^"]*)" will match "([^"]*)"$"#)]
fn is_like(suite: &mut Suite, part: String, place: String, pattern: String) {
    let pattern = Regex::new(&format!("^(?:{pattern})$")).expect("a regular expression");
    let values = values(suite, &part, &place);
    assert!(!values.is_empty(), "there is no {place}");
    assert!(values.iter().all(|value| pattern.is_match(value)), "{values:?} do not match {pattern}");
}

/// `path`, `status`, `header[NAME]` or `queryParameter[NAME]` of the part.
fn values(suite: &Suite, part: &str, place: &str) -> Vec<String> {
    let generating = &suite.generating;
    let (kind, name) = place.trim_end_matches(']').split_once('[').unwrap_or((place, ""));
    let header = |headers: &Headers| headers.get(name).map(<[String]>::to_vec).unwrap_or_default();
    match (part, kind) {
        ("request", "method") => vec![generating.request.method.clone()],
        ("request", "path") => vec![generating.request.path.clone()],
        ("request", "header") => header(&generating.request.headers),
        ("request", "queryParameter") => {
            generating.request.query.get(name).into_iter().flatten().flatten().cloned().collect()
        }
        ("response", "status") => vec![generating.response.status.to_string()],
        ("response", "header") => header(&generating.response.headers),
        _ => panic!("a {part} has no {place}"),
    }
}
