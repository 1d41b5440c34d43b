//! What is in the pact file that a consumer test wrote.

use cucumber::gherkin::Step;
use cucumber::then;
use intact_pact_model::Query;
use serde_json::Value;

use crate::fixture;
use crate::steps::consumer::done;
use crate::suite::{Suite, json, plain, unquoted, value};
use crate::table;
use crate::written;

fn pact(suite: &Suite) -> Value {
    suite.written_pact().expect("a pact file was written")
}

/// The interaction that `first`, `second` and so on name.
fn nth(suite: &Suite, ordinal: &str) -> Value {
    let pact = pact(suite);
    let interaction = written::interactions(&pact).get(position(ordinal));
    interaction.unwrap_or_else(|| panic!("no {ordinal} interaction in {pact:#}")).clone()
}

/// Where `first`, `second` and so on are in a list; the first if nothing is said.
fn position(ordinal: &str) -> usize {
    const ORDINALS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let at = if ordinal.is_empty() { Some(0) } else { ORDINALS.iter().position(|known| *known == ordinal) };
    at.unwrap_or_else(|| panic!("`{ordinal}` is no ordinal from first to tenth"))
}

fn document(name: &str) -> Value {
    let name = name.strip_prefix("file:").unwrap_or(name).trim();
    let name = if name.contains('.') { name.to_owned() } else { format!("{name}.json") };
    if name.ends_with("-body.xml") {
        let (body, _) = fixture::body(&format!("file: {name}"), None, &intact_pact_model::Headers::default());
        return Value::from(String::from_utf8_lossy(body.bytes()).into_owned());
    }
    serde_json::from_slice(&fixture::bytes(&name)).expect("the fixture is JSON")
}

#[then(regex = r"^the mock server will write out a Pact file for the interactions? when done$")]
async fn is_written(suite: &mut Suite) {
    when_done(suite).await;
    pact(suite);
}

/// Ends the consumer's test, if no step did.
async fn when_done(suite: &mut Suite) {
    if suite.consumer.outcome.is_none() {
        done(suite).await;
    }
}

#[then(regex = r"^the mock server will NOT write out a Pact file for the interactions? when done$")]
async fn is_not_written(suite: &mut Suite) {
    when_done(suite).await;
    assert_eq!(suite.written_pact(), None);
}

#[then(regex = r"^the [Pp]act file will contain \{?(\d+)\}? (?:message )?interactions?$")]
fn interaction_count(suite: &mut Suite, count: usize) {
    assert_eq!(written::interactions(&pact(suite)).len(), count);
}

#[then(regex = r#"^the \{?(\w+?)\}? interaction request will be for an? "([^"]*)"$"#)]
fn request_method(suite: &mut Suite, ordinal: String, method: String) {
    assert_eq!(nth(suite, &ordinal)["request"]["method"], method);
}

#[then(regex = r#"^the \{?(\w+?)\}? interaction request query parameters will be "([^"]*)"$"#)]
fn request_query(suite: &mut Suite, ordinal: String, query: String) {
    let interaction = nth(suite, &ordinal);
    match &interaction["request"]["query"] {
        Value::String(text) => assert_eq!(*text, query),
        Value::Object(names) => {
            let expected = Query::parse(&query);
            assert_eq!(names.len(), expected.len());
            for (name, values) in expected.iter() {
                assert_eq!(names[name], serde_json::json!(values), "{name}");
            }
        }
        other => panic!("the query is {other}"),
    }
}

#[then(
    regex = r#"^the \{?(\w+?)\}? interaction (request|response) will contain the header "([^"]*)" with value "([^"]*)"$"#
)]
fn header(suite: &mut Suite, ordinal: String, part: String, name: String, value: String) {
    assert_eq!(written::header(&nth(suite, &ordinal)[&part], &name), [value]);
}

#[then(regex = r#"^the \{?(\w+?)\}? interaction (request|response) content type will be "([^"]*)"$"#)]
fn body_type(suite: &mut Suite, ordinal: String, part: String, content_type: String) {
    assert_eq!(written::header(&nth(suite, &ordinal)[&part], "content-type"), [content_type]);
}

#[then(regex = r#"^the \{?(\w+?)\}? interaction (request|response) will contain the "([^"]*)" document$"#)]
fn body(suite: &mut Suite, ordinal: String, part: String, name: String) {
    assert_eq!(*written::body(&nth(suite, &ordinal)[&part]), document(&name));
}

#[then(
    regex = r"^the (?:\{?(\w+?)\}? )?(?:interaction|message) in the [Pp]act file will contain \{?(\d+)\}? provider states?$"
)]
fn state_count(suite: &mut Suite, ordinal: String, count: usize) {
    let interaction = nth(suite, &ordinal);
    assert_eq!(written::state_names(&interaction).len(), count);
}

#[then(
    regex = r#"^the (?:\{?(\w+?)\}? )?(?:interaction|message) in the [Pp]act file will contain provider state "([^"]*)"$"#
)]
fn has_state(suite: &mut Suite, ordinal: String, state: String) {
    let interaction = nth(suite, &ordinal);
    let names = written::state_names(&interaction);
    assert!(names.contains(&&*state), "{names:?}");
}

#[then(
    regex = r#"^the provider state "([^"]*)" (?:(?:in the [Pp]act file|for the (?:HTTP |synchronous )?(?:message|interaction)) )?will contain the following parameters:$"#
)]
fn state_parameters(suite: &mut Suite, state: String, step: &Step) {
    let row = table::row(step);
    let interaction = nth(suite, "first");
    assert_eq!(*written::state_params(&interaction, &state), plain(&json(&row["parameters"])));
}

#[then(regex = r#"^the \{?(\w+?)\}? interaction in the [Pp]act file will have a type of "([^"]*)"$"#)]
fn interaction_type(suite: &mut Suite, ordinal: String, kind: String) {
    assert_eq!(nth(suite, &ordinal)["type"], kind);
}

#[then(regex = r#"^there will be an interaction in the [Pp]act file with a type of "([^"]*)"$"#)]
fn some_interaction_type(suite: &mut Suite, kind: String) {
    let pact = pact(suite);
    assert!(written::interactions(&pact).iter().any(|interaction| interaction["type"] == kind), "{pact:#}");
}

#[then(regex = r#"^the \{?(\w+?)\}? interaction in the [Pp]act file will have "([^"]*)" = '(.*)'$"#)]
fn interaction_member(suite: &mut Suite, ordinal: String, name: String, expected: String) {
    assert_eq!(nth(suite, &ordinal)[&name], plain(&json(&expected)));
}

#[then(regex = r#"^the \{?(\w+?)\}? message in the [Pp]act file will contain the "([^"]*)" document$"#)]
fn message_contents(suite: &mut Suite, ordinal: String, name: String) {
    assert_eq!(*written::contents(&nth(suite, &ordinal)), document(&name));
}

#[then(regex = r#"^the \{?(\w+?)\}? message in the [Pp]act file content type will be "([^"]*)"$"#)]
fn message_content_type(suite: &mut Suite, ordinal: String, content_type: String) {
    assert_eq!(written::contents_type(&nth(suite, &ordinal)), Some(&*content_type));
}

#[then(
    regex = r#"^the \{?(\w+?)\}? (?:message|interaction) in the [Pp]act file will contain the (request )?message metadata "([^"]*)" == "(.*)"$"#
)]
fn message_metadata(suite: &mut Suite, ordinal: String, request: String, key: String, expected: String) {
    let interaction = nth(suite, &ordinal);
    let message = if request.is_empty() { &interaction } else { &interaction["request"] };
    assert_eq!(written::metadata(message)[&key], plain(&value(&unquoted(&expected))));
}

#[then(
    regex = r#"^the \{?(\w+?)\}? interaction in the [Pp]act file will contain the "([^"]*)" document as the request$"#
)]
fn sync_request(suite: &mut Suite, ordinal: String, name: String) {
    assert_eq!(*written::contents(&nth(suite, &ordinal)["request"]), document(&name));
}

#[then(regex = r#"^the \{?(\w+?)\}? interaction in the [Pp]act file request content type will be "([^"]*)"$"#)]
fn sync_request_type(suite: &mut Suite, ordinal: String, content_type: String) {
    assert_eq!(written::contents_type(&nth(suite, &ordinal)["request"]), Some(&*content_type));
}

#[then(
    regex = r#"^the (\w+) interaction in the [Pp]act file will contain the "([^"]*)" document as (?:a|the (\w+)) response(?: message)?$"#
)]
fn sync_response(suite: &mut Suite, ordinal: String, name: String, response: String) {
    let interaction = nth(suite, &ordinal);
    assert_eq!(*written::contents(response_of(&interaction, &response)), document(&name));
}

#[then(
    regex = r#"^the \{?(\w+?)\}? interaction in the [Pp]act file (?:(\w+) )?response content type will be "([^"]*)"$"#
)]
fn sync_response_type(suite: &mut Suite, ordinal: String, response: String, content_type: String) {
    let interaction = nth(suite, &ordinal);
    assert_eq!(written::contents_type(response_of(&interaction, &response)), Some(&*content_type));
}

#[then(regex = r"^the \{?(\w+?)\}? interaction in the [Pp]act file will contain \{?(\d+)\}? response messages?$")]
fn sync_response_count(suite: &mut Suite, ordinal: String, count: usize) {
    assert_eq!(nth(suite, &ordinal)["response"].as_array().map(Vec::len), Some(count));
}

/// The response that `first` or `second` names; the first if nothing is said.
fn response_of<'a>(interaction: &'a Value, ordinal: &str) -> &'a Value {
    let responses = interaction["response"].as_array().expect("a list of responses");
    responses.get(position(ordinal)).unwrap_or_else(|| panic!("no such response in {interaction:#}"))
}
