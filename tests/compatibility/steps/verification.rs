//! Running a verification and looking at its result.

use cucumber::{given, then, when};
use intact_broker_client::BrokerClient;
use intact_matching::Location;
use intact_pact_model::{Headers, MessagePart, Pact};
use intact_verifier::report::{InteractionReport, terminal};
use intact_verifier::{BrokerSource, InteractionError, PactSource, PublishOptions, Report, Verifier};

use crate::broker::{Broker, OwnBroker};
use crate::provider::{Call, Calls, Canned, Running, http_provider, message_provider};
use crate::steps::listed;
use crate::suite::Suite;
use crate::table;

/// What a verification is made of, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Verification {
    /// Pacts in files.
    pub(crate) pacts: Vec<Pact>,
    /// Brokers with one pact each.
    pub(crate) brokers: Vec<Broker>,
    /// The broker with all of these pacts.
    pub(crate) own_broker: Option<OwnBroker>,
    pub(crate) canned: Vec<Canned>,
    pub(crate) messages: Vec<(String, MessagePart)>,
    pub(crate) calls: Calls,
    pub(crate) state_callback: Option<Running>,
    pub(crate) filter: Headers,
    pub(crate) publish: bool,
    pub(crate) report: Option<Report>,
}

impl Verification {
    fn report(&self) -> &Report {
        self.report.as_ref().expect("the verification was run")
    }

    fn text(&self) -> String {
        terminal::text(self.report())
    }

    /// The state changes of the kind `setup` or `teardown`: state and parameters.
    pub(crate) fn state_changes(&self, wanted: &str) -> Vec<(String, serde_json::Value)> {
        let changes = self.calls.all().into_iter().filter_map(|call| match call {
            Call::StateChange { action, state, params } if action == wanted => Some((state, params)),
            _ => None,
        });
        changes.collect()
    }
}

#[given("publishing of verification results is enabled")]
fn publish(suite: &mut Suite) {
    suite.verification.publish = true;
}

#[given("a request filter is configured to make the following changes:")]
fn filter(suite: &mut Suite, step: &cucumber::gherkin::Step) {
    let row = table::row(step);
    assert!(row.keys().all(|column| column == "headers"), "nobody knows how a filter makes the changes {row:?}");
    suite.verification.filter = table::parse_headers(&row["headers"]);
}

#[when("the verification is run")]
async fn run(suite: &mut Suite) {
    let verification = &suite.verification;
    let mut builder = Verifier::for_provider("p");
    for (number, pact) in verification.pacts.iter().enumerate() {
        let path = suite.files.path().join(format!("{number}.json"));
        let document = pact.write(pact.version).expect("the pact can be written");
        std::fs::write(&path, document.to_pretty()).expect("the file can be written");
        builder = builder.pact_file(path);
    }
    for broker in &verification.brokers {
        let client = BrokerClient::builder(broker.url()).retries(0).build().expect("a client");
        builder = builder.source(PactSource::Broker(BrokerSource { client, query: None }));
    }
    if let Some(broker) = &verification.own_broker {
        builder = builder.source(PactSource::Broker(BrokerSource { client: broker.client.clone(), query: None }));
    }
    if verification.publish {
        builder = builder.publish(PublishOptions { provider_version: "1.2.3".to_owned(), ..PublishOptions::default() });
    }
    if let Some(callback) = &verification.state_callback {
        builder = builder.state_change_url(&callback.url).state_change_teardown(true);
    }
    if !verification.filter.is_empty() {
        let added: Vec<_> = verification
            .filter
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name.to_owned(), value.clone())))
            .collect();
        builder = builder.request_filter(move |request| {
            for (name, value) in &added {
                let name: axum::http::HeaderName = name.parse()?;
                request.headers_mut().insert(name, value.parse()?);
            }
            Ok(())
        });
    }
    // Requests go over a socket, messages are asked for in this process: each way is in use.
    let running;
    builder = if verification.messages.is_empty() {
        running = Running::start(http_provider(verification.canned.clone(), verification.calls.clone())).await;
        builder.provider_url(&running.url)
    } else {
        builder.service(message_provider(verification.messages.clone(), verification.calls.clone()))
    };
    let report = builder.run(&mut ()).await.expect("the verification can run");
    suite.verification.report = Some(report);
}

#[then("the verification will be successful")]
fn successful(suite: &mut Suite) {
    assert!(suite.verification.report().is_success(), "{}", suite.verification.text());
    assert!(suite.verification.report().interactions().next().is_some(), "nothing was verified");
}

#[then("the verification will NOT be successful")]
fn not_successful(suite: &mut Suite) {
    assert!(!suite.verification.report().is_success(), "{}", suite.verification.text());
    assert!(suite.verification.report().failed_sources.is_empty(), "{}", suite.verification.text());
}

#[then(regex = r#"^the verification results will contain an? "([^"]*)" error$"#)]
fn has_error(suite: &mut Suite, error: String) {
    assert_error(&suite.verification, &error, false);
}

#[then(regex = r#"^there will be a pending "([^"]*)" error$"#)]
fn pending_error(suite: &mut Suite, error: String) {
    assert_error(&suite.verification, &error, true);
}

fn assert_error(verification: &Verification, error: &str, pending: bool) {
    let of_kind = |interaction: &InteractionReport| {
        let differs = |kind: fn(&Location) -> bool| interaction.mismatches.iter().any(|mismatch| kind(&mismatch.at));
        match error {
            "Response status did not match" => differs(|at| matches!(at, Location::Status)),
            "Headers had differences" => differs(|at| matches!(at, Location::Header(_))),
            "Body had differences" => differs(|at| matches!(at, Location::Body(_))),
            "Metadata had differences" => differs(|at| matches!(at, Location::Metadata(_))),
            "State change request failed" => interaction
                .errors
                .iter()
                .any(|found| matches!(found, InteractionError::SetUp { .. }) && found.to_string().contains(error)),
            other => panic!("nobody knows the error `{other}`"),
        }
    };
    let mut interactions = verification.report().interactions().filter(|interaction| interaction.pending == pending);
    let mismatches = verification.report().interactions().flat_map(|interaction| &interaction.mismatches);
    assert!(interactions.any(of_kind), "{error}: mismatches are{}\n{}", listed(mismatches), verification.text());
}

#[then(
    regex = r#"^a warning will be displayed that there was no provider state callback configured for provider state "([^"]*)"$"#
)]
fn warning(suite: &mut Suite, state: String) {
    let warned = suite.verification.report().interactions().flat_map(|interaction| &interaction.warnings);
    let warned: Vec<_> = warned.filter(|warning| warning.contains(&state)).collect();
    assert!(!warned.is_empty(), "no warning about {state}");
    let text = suite.verification.text();
    assert!(warned.iter().all(|warning| text.contains(warning.as_str())), "the warning is not displayed:\n{text}");
}

#[then(regex = r#"^the comment "([^"]*)" will have been printed to the console$"#)]
fn printed_comment(suite: &mut Suite, comment: String) {
    let text = suite.verification.text();
    assert!(text.contains(&comment), "{text}");
}

#[then(regex = r#"^the "([^"]*)" will (?:be )?displayed as the original test name$"#)]
fn test_name(suite: &mut Suite, name: String) {
    let text = suite.verification.text();
    assert!(text.contains(&name), "{text}");
}

#[then(regex = r#"^the request to the provider will contain the header "([^"]*)"$"#)]
fn request_header(suite: &mut Suite, line: String) {
    let (name, value) = line.split_once(':').expect("a header");
    let calls = suite.verification.calls.all();
    let mut requests =
        calls.iter().filter_map(|call| if let Call::Request(headers) = call { Some(headers) } else { None });
    let found = requests.any(|headers| headers.get(name).is_some_and(|own| own == value.trim()));
    assert!(found, "{calls:?}");
}

#[then(regex = r"^the provider state callback will be called (before|after) the verification is run$")]
fn callback_order(suite: &mut Suite, when: String) {
    let calls = suite.verification.calls.all();
    let is_change = |call: &Call, wanted: &str| matches!(call, Call::StateChange { action, .. } if action == wanted);
    let request = calls.iter().position(|call| matches!(call, Call::Request(_)));
    let fits = if when == "before" {
        calls.iter().take(request.unwrap_or(calls.len())).any(|call| is_change(call, "setup"))
    } else {
        request.is_some_and(|request| calls[request..].iter().any(|call| is_change(call, "teardown")))
    };
    assert!(fits, "{calls:?}");
}

#[then(
    regex = r#"^the provider state callback will receive a (setup|teardown) call (?:with )?"([^"]*)" as the provider state parameter$"#
)]
fn callback_state(suite: &mut Suite, action: String, state: String) {
    let changes = suite.verification.state_changes(&action);
    assert!(changes.iter().any(|(own, _)| *own == state), "{changes:?}");
}

#[then(
    regex = r#"^the provider state callback will receive a (setup|teardown) call (?:with )?"([^"]*)" and the following parameters:$"#
)]
fn callback_parameters(suite: &mut Suite, action: String, state: String, step: &cucumber::gherkin::Step) {
    let expected = crate::suite::plain(&intact_pact_model::Json::Object(table::values(step)));
    let changes = suite.verification.state_changes(&action);
    assert!(changes.contains(&(state, expected)), "{changes:?}");
}

#[then("the provider state callback will NOT receive a teardown call")]
fn no_teardown(suite: &mut Suite) {
    assert!(suite.verification.report.is_some(), "no verification was run");
    assert_eq!(suite.verification.state_changes("teardown"), []);
}

#[then("a verification result will NOT be published back")]
async fn not_published(suite: &mut Suite) {
    let own = suite.verification.own_broker.as_ref().expect("a broker offers the pact");
    assert!(suite.verification.report.is_some(), "no verification was run");
    for consumer in &own.consumers {
        assert_eq!(own.result(consumer).await, None, "{consumer}");
    }
    for broker in &suite.verification.brokers {
        let outcome = broker.outcome();
        let used =
            outcome.matched.iter().any(|matched| matched.interaction.description.contains("verification results"));
        let tried = outcome.mismatches.iter().any(|seen| seen.request.path.ends_with("/verification-results"));
        assert!(!used && !tried, "{outcome}");
    }
}

#[then(
    regex = r"^a (successful|failed) verification result will be published back for (?:the )?interaction \{?(\d+)\}?$"
)]
async fn published(suite: &mut Suite, result: String, number: usize) {
    let own = suite.verification.own_broker.as_ref().expect("a broker offers the pact");
    assert_eq!(own.result(&format!("c_{number}")).await, Some(result == "successful"), "{}", suite.verification.text());
    let Some(broker) = suite.verification.brokers.iter().find(|broker| broker.number == number) else { return };
    let outcome = broker.outcome();
    let failed = if result == "failed" { "failed " } else { "" };
    let wanted = format!("publish {failed}verification results for c_{number}");
    let found = outcome.matched.iter().any(|matched| matched.interaction.description == wanted);
    assert!(found, "{wanted}: {outcome}\n{}", suite.verification.text());
}
