//! What a verification is given: the provider, its state callback, and the pacts.

use cucumber::gherkin::Step;
use cucumber::given;
use intact_pact_model::{Interaction, Json, Kind, MessagePart, Pact, ProviderState};

use crate::broker::{Broker, OwnBroker};
use crate::provider::{Canned, Running, state_callback};
use crate::steps::definition::add_comment;
use crate::suite::{Suite, json, unquoted};
use crate::table;

#[given(regex = r"^a provider is started that returns the response from interaction \{?(\d+)\}?$")]
fn provider(suite: &mut Suite, number: usize) {
    start(suite, number, None);
}

#[given(regex = r#"^a provider is started that returns the responses from interactions "([^"]*)"$"#)]
fn provider_of_several(suite: &mut Suite, numbers: String) {
    for number in numbers.split(',') {
        start(suite, number.trim().parse().expect("a number"), None);
    }
}

#[given(
    regex = r"^a provider is started that returns the response from interaction \{?(\d+)\}?, with the following changes:$"
)]
fn changed_provider(suite: &mut Suite, number: usize, step: &Step) {
    start(suite, number, Some(&table::response_row(table::row(step))));
}

fn start(suite: &mut Suite, number: usize, changes: Option<&table::Row>) {
    let (request, mut response) = suite.http(number);
    if let Some(changes) = changes {
        table::change_response(&mut response, changes);
    }
    suite.verification.canned.push(Canned { method: request.method, path: request.path, response });
}

#[given(regex = r#"^a provider is started that can generate the "([^"]*)" message with "(.*)"$"#)]
fn message_provider(suite: &mut Suite, name: String, contents: String) {
    let mut message = MessagePart::default();
    table::set_contents(&mut message, &unquoted(&contents), None);
    suite.verification.messages.push((name, message));
}

#[given(
    regex = r#"^a provider is started that can generate the "([^"]*)" message with "(.*)" and the following metadata:$"#
)]
fn message_provider_with_metadata(suite: &mut Suite, name: String, contents: String, step: &Step) {
    let mut message = MessagePart::default();
    table::set_contents(&mut message, &unquoted(&contents), None);
    for (key, value) in table::metadata(step) {
        message.metadata.insert(key, value);
    }
    suite.verification.messages.push((name, message));
}

#[given(regex = r"^a provider state callback is configured(, but will return a failure)?$")]
async fn callback(suite: &mut Suite, failing: String) {
    let app = state_callback(!failing.is_empty(), suite.verification.calls.clone());
    suite.verification.state_callback = Some(Running::start(app).await);
}

#[given(regex = r"^a [Pp]act file for interaction \{?(\d+)\}? is to be verified(, but is marked pending)?$")]
fn pact(suite: &mut Suite, number: usize, pending: String) {
    add(suite, number, |interaction| interaction.pending = !pending.is_empty());
}

#[given(
    regex = r#"^a [Pp]act file for interaction \{?(\d+)\}? is to be verified with a provider state "([^"]*)" defined$"#
)]
fn pact_with_state(suite: &mut Suite, number: usize, state: String) {
    add(suite, number, |interaction| interaction.provider_states.push(ProviderState::named(state)));
}

#[given(
    regex = r"^a [Pp]act file for interaction \{?(\d+)\}? is to be verified with the following provider states defined:$"
)]
fn pact_with_states(suite: &mut Suite, number: usize, step: &Step) {
    let states = table::rows(step).into_iter().map(|row| {
        let params = row.get("Parameters").map(|cell| match json(cell) {
            Json::Object(params) => params,
            other => panic!("{other} are no parameters"),
        });
        ProviderState { name: row["State Name"].clone(), params: params.unwrap_or_default() }
    });
    add(suite, number, |interaction| interaction.provider_states.extend(states));
}

#[given(regex = r"^a [Pp]act file for interaction \{?(\d+)\}? is to be verified with the following comments:$")]
fn pact_with_comments(suite: &mut Suite, number: usize, step: &Step) {
    add(suite, number, |interaction| comments(interaction, step));
}

#[given(regex = r"^a [Pp]act file for interaction \{?(\d+)\}? is to be verified from a [Pp]act [Bb]roker$")]
async fn pact_from_broker(suite: &mut Suite, number: usize) {
    let pact = pact_of(suite, number, |_| {});
    suite.verification.brokers.extend(Broker::start(number, &pact));
    publish(suite, &pact).await;
}

#[given(regex = r#"^a [Pp]act file for "([^"]*)":"(.*)" is to be verified from a [Pp]act [Bb]roker$"#)]
async fn message_pact_from_broker(suite: &mut Suite, name: String, contents: String) {
    let pact = suite.pact(&format!("c_{name}"), "p", vec![message(name, &contents)]);
    publish(suite, &pact).await;
}

async fn publish(suite: &mut Suite, pact: &Pact) {
    let broker = match &mut suite.verification.own_broker {
        Some(broker) => broker,
        none => none.insert(OwnBroker::start(suite.files.path()).await),
    };
    broker.publish(pact).await;
}

fn add(suite: &mut Suite, number: usize, change: impl FnOnce(&mut Interaction)) {
    let pact = pact_of(suite, number, change);
    suite.verification.pacts.push(pact);
}

fn pact_of(suite: &Suite, number: usize, change: impl FnOnce(&mut Interaction)) -> Pact {
    let mut interaction = suite.interaction(number).clone();
    change(&mut interaction);
    suite.pact(&format!("c_{number}"), "p", vec![interaction])
}

#[given(regex = r#"^a [Pp]act file for "([^"]*)":"(.*)" is to be verified(, but is marked pending)?$"#)]
fn message_pact(suite: &mut Suite, name: String, contents: String, pending: String) {
    let mut interaction = message(name, &contents);
    interaction.pending = !pending.is_empty();
    add_message(suite, interaction);
}

#[given(regex = r#"^a [Pp]act file for "([^"]*)":"(.*)" is to be verified with provider state "([^"]*)"$"#)]
fn message_pact_with_state(suite: &mut Suite, name: String, contents: String, state: String) {
    let mut interaction = message(name, &contents);
    interaction.provider_states.push(ProviderState::named(state));
    add_message(suite, interaction);
}

#[given(regex = r#"^a [Pp]act file for "([^"]*)":"(.*)" is to be verified with the following metadata:$"#)]
fn message_pact_with_metadata(suite: &mut Suite, name: String, contents: String, step: &Step) {
    let mut interaction = message(name, &contents);
    let Kind::AsyncMessage(part) = &mut interaction.kind else { unreachable!("it was just made") };
    for (key, value) in table::metadata(step) {
        part.metadata.insert(key, value);
    }
    add_message(suite, interaction);
}

#[given(regex = r#"^a [Pp]act file for "([^"]*)":"(.*)" is to be verified with the following comments:$"#)]
fn message_pact_with_comments(suite: &mut Suite, name: String, contents: String, step: &Step) {
    let mut interaction = message(name, &contents);
    comments(&mut interaction, step);
    add_message(suite, interaction);
}

#[given(regex = r#"^a [Pp]act file for "([^"]*)" is to be verified with the following:$"#)]
fn message_pact_with_properties(suite: &mut Suite, name: String, step: &Step) {
    let mut part = MessagePart::default();
    table::change_message(&mut part, &table::properties(step));
    add_message(suite, Interaction::new(name, Kind::AsyncMessage(part)));
}

fn message(name: String, contents: &str) -> Interaction {
    let mut part = MessagePart::default();
    table::set_contents(&mut part, &unquoted(contents), None);
    Interaction::new(name, Kind::AsyncMessage(part))
}

fn add_message(suite: &mut Suite, interaction: Interaction) {
    let consumer = format!("c_{}", suite.verification.pacts.len() + 1);
    let pact = suite.pact(&consumer, "p", vec![interaction]);
    suite.verification.pacts.push(pact);
}

/// A table of comments with their types.
fn comments(interaction: &mut Interaction, step: &Step) {
    for row in table::rows(step) {
        add_comment(&mut interaction.comments, &row["type"], row["comment"].clone());
    }
}
