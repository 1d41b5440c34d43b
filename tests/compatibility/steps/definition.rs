//! Interactions of every kind that a consumer test defines, and the file they are written to.

use cucumber::gherkin::Step;
use cucumber::{given, when};
use intact::Contract;
use intact_pact_model::json::Object;
use intact_pact_model::{HttpRequest, HttpResponse, Interaction, Json, Kind, MessagePart, ProviderState};

use crate::suite::Suite;
use crate::table;

#[given(
    regex = r"^an? (HTTP |(?:asynchronous )?message |synchronous message )?(?:interaction|integration) is being defined for a consumer test$"
)]
fn define(suite: &mut Suite, kind: String) {
    let kind = match kind.trim() {
        "message" | "asynchronous message" => Kind::AsyncMessage(MessagePart::default()),
        "synchronous message" => Kind::SyncMessage { request: MessagePart::default(), responses: Vec::new() },
        _ => Kind::Http(HttpRequest::default(), HttpResponse::default()),
    };
    let description = format!("interaction {}", suite.definition.interactions.len() + 1);
    suite.definition.interactions.push(Interaction::new(description, kind));
}

#[given(
    regex = r#"^a provider state "([^"]*)"(?: for the (?:HTTP |synchronous )?(?:message|interaction))? is specified$"#
)]
fn state(suite: &mut Suite, name: String) {
    suite.definition.current().provider_states.push(ProviderState::named(name));
}

#[given(
    regex = r#"^a provider state "([^"]*)"(?: for the (?:HTTP |synchronous )?(?:message|interaction))? is specified with the following data:$"#
)]
fn state_with_data(suite: &mut Suite, name: String, step: &Step) {
    suite.definition.current().provider_states.push(ProviderState { name, params: table::values(step) });
}

#[given(
    regex = r#"^a key of "([^"]*)" is specified for the (?:HTTP |(?:asynchronous |synchronous )?message )?interaction$"#
)]
fn keyed(suite: &mut Suite, key: String) {
    suite.definition.current().key = Some(key);
}

#[given(regex = r"^the (?:HTTP |(?:asynchronous |synchronous )?message )?interaction is marked as pending$")]
fn pending(suite: &mut Suite) {
    suite.definition.current().pending = true;
}

#[given(
    regex = r#"^a comment "([^"]*)" is added to the (?:HTTP |(?:asynchronous |synchronous )?message )?interaction$"#
)]
fn comment(suite: &mut Suite, text: String) {
    add_comment(&mut suite.definition.current().comments, "text", text);
}

/// Adds to the list of texts, or sets a comment that is one value.
pub(super) fn add_comment(comments: &mut Object<'static>, kind: &str, text: String) {
    if kind != "text" {
        comments.insert(kind.to_owned(), text);
        return;
    }
    let known = comments.get("text").and_then(Json::as_array).unwrap_or_default();
    let texts: Vec<_> = known.iter().cloned().chain([Json::from(text)]).collect();
    comments.insert("text", texts);
}

#[when(regex = r"^the [Pp]act file for the test is (?:generated|written)$")]
fn generate(suite: &mut Suite) {
    let pact = contract(suite).pact().unwrap_or_else(|error| panic!("{error}"));
    suite.pact_file().merge(&pact).expect("the pact file can be written");
}

/// The defined interactions as a test's author has them.
pub(super) fn contract(suite: &Suite) -> Contract {
    let empty = Contract::between("consumer", "provider").spec(suite.version).output_dir(suite.files.path());
    suite.definition.interactions.iter().cloned().fold(empty, Contract::interaction)
}
