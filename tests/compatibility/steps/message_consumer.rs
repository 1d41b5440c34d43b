//! Consumer tests of messages: the consumer is given the message with generated values; if it copes, the pact is written.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use intact_matching::generate::{self, GenerateContext};
use intact_pact_model::{Headers, Kind, MatchingRules, MessagePart, SpecVersion};

use crate::fixture;
use crate::steps::definition::contract;
use crate::steps::generating::assert_replaced;
use crate::steps::is_made_like;
use crate::suite::{Delivered, Suite, plain, unquoted, value};
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
    if responses.is_empty() {
        responses.push(MessagePart::default());
    }
    let response = responses.last_mut().expect("there is one now");
    for (key, value) in table::metadata(step) {
        response.metadata.insert(key, value);
    }
}

#[given(regex = r"^the message (?:request )?(?:is )?configured with the following:$")]
fn configured(suite: &mut Suite, step: &Step) {
    table::change_message(suite.definition.message(), &table::row(step));
}

#[given(regex = r"^the message response (?:is )?configured with the following:$")]
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
    consume(suite, || Ok(()));
}

#[when(regex = r#"^the message is NOT successfully processed with an? "([^"]*)" exception$"#)]
fn not_processed(suite: &mut Suite, exception: String) {
    consume(suite, || Err(exception.clone()));
}

/// Runs the consumer's test, which gives the messages to `consumer` and writes the pact if it copes.
fn consume(suite: &mut Suite, consumer: impl Fn() -> Result<(), String>) {
    let contract = contract(suite);
    let parts = match &suite.definition.current().kind {
        Kind::AsyncMessage(message) => vec![message.clone()],
        Kind::SyncMessage { request, responses } => [request].into_iter().chain(responses).cloned().collect(),
        _ => panic!("the interaction is no message"),
    };
    let is_exchange = matches!(suite.definition.current().kind, Kind::SyncMessage { .. });
    // A generated value that no rule allows is an author's mistake to the DSL, but not to the specification.
    let is_unruled =
        |part: &MessagePart| !part.generators.is_empty() && part.matching_rules == MatchingRules::default();
    if parts.iter().any(is_unruled) {
        suite.definition.received = parts.iter().map(|part| Delivered::from(&generated(part))).collect();
        suite.definition.test = Some(consumer());
        if suite.definition.test == Some(Ok(())) {
            let pact = suite.pact("consumer", "provider", suite.definition.interactions.clone());
            suite.pact_file().merge(&pact).expect("the pact file can be written");
        }
        return;
    }
    let mut received = Vec::new();
    let test = catch_unwind(AssertUnwindSafe(|| {
        if is_exchange {
            contract.exchange_blocking(|exchange| {
                received = [exchange.request()].into_iter().chain(exchange.responses()).map(Delivered::from).collect();
                Ok(consumer()?)
            });
        } else {
            contract.handle_blocking(|message| {
                received = vec![Delivered::from(&message)];
                Ok(consumer()?)
            });
        }
    }));
    let why = |panic: Box<dyn Any + Send>| panic.downcast_ref::<String>().cloned().expect("a test that fails says why");
    suite.definition.received = received;
    suite.definition.test = Some(test.map_err(why));
}

fn generated(part: &MessagePart) -> MessagePart {
    let context = GenerateContext::consumer(None, generate::now());
    let prepared = generate::message(part, &context, &mut generate::rng("any")).expect("values can be generated");
    assert_eq!(prepared.warnings, []);
    prepared.value
}

/// The message that a consumer waits for: the first response, if there are any.
fn received(suite: &Suite) -> &Delivered {
    let received = &suite.definition.received;
    received.get(1).or(received.first()).expect("a message was received")
}

/// A synchronous message's request, or what is received of an asynchronous one.
fn received_part<'a>(suite: &'a Suite, part: &str) -> &'a Delivered {
    if part.trim() == "request" { &suite.definition.received[0] } else { received(suite) }
}

/// The same message as it was defined.
fn defined_part<'a>(suite: &'a mut Suite, part: &str) -> &'a MessagePart {
    match &mut suite.definition.current().kind {
        Kind::AsyncMessage(message) => message,
        Kind::SyncMessage { request, responses } if part.trim() == "request" || responses.is_empty() => request,
        Kind::SyncMessage { responses, .. } => &responses[0],
        Kind::Http(..) | Kind::Unknown { .. } => panic!("the interaction is no message"),
    }
}

#[then(regex = r#"^the received message payload will contain the "([^"]*)" (?:JSON )?document$"#)]
fn received_payload(suite: &mut Suite, name: String) {
    let (expected, _) = fixture::body(&file(&name), None, &Headers::default());
    assert_eq!(received(suite).contents, expected.bytes());
}

#[then(regex = r#"^the received message content type will be "([^"]*)"$"#)]
fn received_type(suite: &mut Suite, content_type: String) {
    assert_eq!(received(suite).content_type, Some(content_type));
}

#[then(regex = r#"^the received message (request |response )?metadata will contain "([^"]*)" == "(.*)"$"#)]
fn received_metadata(suite: &mut Suite, part: String, key: String, expected: String) {
    let metadata = &received_part(suite, &part).metadata;
    assert_eq!(metadata.get(&key), Some(&plain(&value(&unquoted(&expected)))));
}

#[then(
    regex = r#"^the received message (request |response )?metadata will contain "([^"]*)" replaced with (?:an? )?"([^"]*)"$"#
)]
fn generated_metadata(suite: &mut Suite, part: String, key: String, kind: String) {
    let example = defined_part(suite, &part).metadata.get(&key).map(plain);
    let made = received_part(suite, &part).metadata.get(&key).expect("the entry is there");
    assert_ne!(Some(made), example.as_ref(), "the example was not replaced");
    let text = made.as_str().map_or_else(|| made.to_string(), ToOwned::to_owned);
    assert!(is_made_like(&text, &kind), "{text} is no {kind}");
}

#[then(
    regex = r#"^the message (request |response )?contents for "([^"]*)" will have been replaced with (?:an? )?"([^"]*)"$"#
)]
fn generated_contents(suite: &mut Suite, part: String, path: String, kind: String) {
    let example = defined_part(suite, &part).contents.clone();
    assert_replaced(example.bytes(), &received_part(suite, &part).contents, &path, &kind);
}

#[then("the consumer test will have passed")]
fn passed(suite: &mut Suite) {
    assert_eq!(suite.definition.test, Some(Ok(())));
}

#[then("the consumer test will have failed")]
fn failed(suite: &mut Suite) {
    assert!(matches!(suite.definition.test, Some(Err(_))));
}

#[then(regex = r#"^the consumer? test error will be "([^"]*)"$"#)]
fn test_error(suite: &mut Suite, error: String) {
    let Some(Err(text)) = &suite.definition.test else { panic!("the test passed") };
    assert!(text.contains(&error), "{text}");
}

#[then(regex = r"^a [Pp]act file for the (?:synchronous )?message interactions? will have been written$")]
fn written(suite: &mut Suite) {
    let pact = suite.written_pact().expect("a pact file was written");
    let version = pact["metadata"]["pactSpecification"]["version"].as_str().and_then(SpecVersion::parse);
    assert_eq!(version, Some(suite.version), "{pact:#}");
}

#[then(regex = r"^a [Pp]act file for the (?:synchronous )?message interactions? will NOT have been written$")]
fn not_written(suite: &mut Suite) {
    assert!(suite.definition.test.is_some(), "no test was run");
    assert_eq!(suite.written_pact(), None);
}
