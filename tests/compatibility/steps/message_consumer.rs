//! Consumer tests of messages: the consumer is given the message with generated values; if it copes, the pact is written.

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use intact_matching::generate::{self, GenerateContext};
use intact_pact_model::{Headers, Kind, MessagePart};

use crate::fixture;
use crate::steps::definition::write;
use crate::steps::generating::assert_replaced;
use crate::steps::is_made_like;
use crate::suite::{Suite, plain, unquoted, value};
use crate::table;

#[given(regex = r#"^the message (?:request )?payload contains the "([^"]*)" (?:JSON )?document$"#)]
fn payload(suite: &mut Suite, name: String) {
    table::set_contents(suite.definition.message(), &file(&name), None);
}

#[given(regex = r#"^the message response payload contains the "([^"]*)" (?:JSON )?document$"#)]
fn response_payload(suite: &mut Suite, name: String) {
    table::set_contents(add_response(suite), &file(&name), None);
}

#[given(regex = r"^the message (?:request )?contains the following metadata:$")]
fn metadata(suite: &mut Suite, step: &Step) {
    for (key, value) in table::metadata(step) {
        suite.definition.message().metadata.insert(key, value);
    }
}

#[given(regex = r"^the message response contains the following metadata:$")]
fn response_metadata(suite: &mut Suite, step: &Step) {
    let Kind::SyncMessage { responses, .. } = &mut suite.definition.current().kind else {
        panic!("only synchronous messages have responses");
    };
    let response = responses.last_mut().expect("a response is being defined");
    for (key, value) in table::metadata(step) {
        response.metadata.insert(key, value);
    }
}

#[given(regex = r"^the message (?:request )?is configured with the following:$")]
fn configured(suite: &mut Suite, step: &Step) {
    table::change_message(suite.definition.message(), &table::row(step));
}

#[given(regex = r"^the message response is configured with the following:$")]
fn response_configured(suite: &mut Suite, step: &Step) {
    let row = table::row(step);
    table::change_message(add_response(suite), &row);
}

#[given(regex = r"^a (?:synchronous )?message is defined$")]
fn defined(suite: &mut Suite) {
    table::set_contents(suite.definition.message(), "a message", None);
}

fn add_response(suite: &mut Suite) -> &mut MessagePart {
    let Kind::SyncMessage { responses, .. } = &mut suite.definition.current().kind else {
        panic!("only synchronous messages have responses");
    };
    responses.push(MessagePart::default());
    responses.last_mut().expect("a response was added")
}

fn file(name: &str) -> String {
    if name.starts_with("file:") { name.to_owned() } else { format!("file: {name}.json") }
}

#[when(regex = r"^the message is successfully processed$")]
fn processed(suite: &mut Suite) {
    consume(suite, |_| Ok(()));
}

#[when(regex = r#"^the message is NOT successfully processed with an? "([^"]*)" exception$"#)]
fn not_processed(suite: &mut Suite, exception: String) {
    consume(suite, |_| Err(exception));
}

/// Gives the message to the consumer, and writes the pact if it copes.
fn consume(suite: &mut Suite, consumer: impl FnOnce(&[MessagePart]) -> Result<(), String>) {
    let parts = match &suite.definition.current().kind {
        Kind::AsyncMessage(message) => vec![message.clone()],
        Kind::SyncMessage { request, responses } => [request].into_iter().chain(responses).cloned().collect(),
        Kind::Http(..) => panic!("the interaction is no message"),
    };
    let prepare = |part: &MessagePart| {
        let context = GenerateContext::consumer(None, generate::now());
        let prepared = generate::message(part, &context, &mut generate::rng()).expect("values can be generated");
        assert_eq!(prepared.warnings, []);
        prepared.value
    };
    let received: Vec<MessagePart> = parts.iter().map(prepare).collect();
    let test = consumer(&received);
    if test.is_ok() {
        write(suite);
    }
    suite.definition.received = received;
    suite.definition.test = Some(test);
}

/// The message that a consumer waits for: the first response, if there are any.
fn received(suite: &Suite) -> &MessagePart {
    let received = &suite.definition.received;
    received.get(1).or(received.first()).expect("a message was received")
}

/// A synchronous message's request, or what is received of an asynchronous one.
fn received_part<'a>(suite: &'a Suite, part: &str) -> &'a MessagePart {
    if part.trim() == "request" { &suite.definition.received[0] } else { received(suite) }
}

#[then(regex = r#"^the received message payload will contain the "([^"]*)" (?:JSON )?document$"#)]
fn received_payload(suite: &mut Suite, name: String) {
    let (expected, _) = fixture::body(&file(&name), None, &Headers::default());
    assert_eq!(received(suite).contents.bytes(), expected.bytes());
}

#[then(regex = r#"^the received message content type will be "([^"]*)"$"#)]
fn received_type(suite: &mut Suite, content_type: String) {
    assert_eq!(received(suite).content_type().map(|own| own.to_string()), Some(content_type));
}

#[then(regex = r#"^the received message (request |response )?metadata will contain "([^"]*)" == "(.*)"$"#)]
fn received_metadata(suite: &mut Suite, part: String, key: String, expected: String) {
    let metadata = &received_part(suite, &part).metadata;
    assert_eq!(metadata.get(&key).map(plain), Some(plain(&value(&unquoted(&expected)))));
}

#[then(
    regex = r#"^the received message (request |response )?metadata will contain "([^"]*)" replaced with an? "([^"]*)"$"#
)]
fn generated_metadata(suite: &mut Suite, part: String, key: String, kind: String) {
    let example = match &suite.definition.interactions.last().expect("an interaction is being defined").kind {
        Kind::SyncMessage { responses, .. } if part.trim() == "response" => responses[0].metadata.get(&key).cloned(),
        _ => suite.definition.message().metadata.get(&key).cloned(),
    };
    let made = received_part(suite, &part).metadata.get(&key);
    assert_ne!(made, example.as_ref(), "the example was not replaced");
    let text = made.expect("the entry is there").to_text();
    assert!(is_made_like(&text, &kind), "{text} is no {kind}");
}

#[then(
    regex = r#"^the message (request |response )?contents for "([^"]*)" will have been replaced with an? "([^"]*)"$"#
)]
fn generated_contents(suite: &mut Suite, part: String, path: String, kind: String) {
    let example = match &suite.definition.interactions.last().expect("an interaction is being defined").kind {
        Kind::SyncMessage { responses, .. } if part.trim() == "response" => responses[0].contents.clone(),
        _ => suite.definition.message().contents.clone(),
    };
    assert_replaced(example.bytes(), received_part(suite, &part).contents.bytes(), &path, &kind);
}

#[then("the consumer test will have passed")]
fn passed(suite: &mut Suite) {
    assert_eq!(suite.definition.test, Some(Ok(())));
}

#[then("the consumer test will have failed")]
fn failed(suite: &mut Suite) {
    assert!(matches!(suite.definition.test, Some(Err(_))));
}

#[then(regex = r#"^the consumer test error will be "([^"]*)"$"#)]
fn test_error(suite: &mut Suite, error: String) {
    assert_eq!(suite.definition.test, Some(Err(error)));
}

#[then("a Pact file for the message interaction will have been written")]
fn written(suite: &mut Suite) {
    assert!(suite.written_pact().is_some());
}

#[then("a Pact file for the message interaction will NOT have been written")]
fn not_written(suite: &mut Suite) {
    assert_eq!(suite.written_pact(), None);
}
