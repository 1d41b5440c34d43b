//! What can happen in a broker: made up, told in names, and done to the database as the API does it.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::model::{Content, RELEVANT_TAG};
use crate::config::Config;
use crate::domain::content::{IdentifiedContent, identify};
use crate::domain::pacticipant::{Attributes, Pacticipant};
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::NewVerification;
use crate::domain::version::Version;
use crate::operations::delete_version::delete_version;
use crate::operations::record_deployment::{record_deployment, record_release};
use crate::operations::record_pact::{OnConflict, record_pact};
use crate::operations::tag_version::{add_to_branch, tag_version};
use crate::store::WriteTx;
use crate::store::pacticipants::Parties;
use crate::store::pacts::PactScope;

pub(super) const NAMES: [&str; 4] = ["Apple", "Berry", "Cherry", "Date"];
pub(super) const NUMBERS: [&str; 4] = ["1", "2", "3", "4"];
pub(super) const BRANCHES: [&str; 4] = ["main", "master", "feat", "fix"];
pub(super) const TAGS: [&str; 4] = ["main", "rc", RELEVANT_TAG, "feat"];
pub(super) const ENVIRONMENTS: [&str; 2] = ["test", "production"];
const INSTANCES: [Option<&str>; 4] = [None, None, Some(""), Some("blue")];

/// Something random. What exists is meant by its place in a list of all of its kind, so that any part of a history makes sense.
#[derive(Debug, Clone)]
pub(super) struct Event {
    kind: Kind,
    /// Does it happen a second after the one before it, or much later?
    pub(super) at_once: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    Publish { consumer: usize, number: &'static str, other: usize, content: Content, merge: bool },
    Verify { pact: Index, number: &'static str, success: bool },
    Version { of: Index, what: OfVersion },
    NewVersion { name: &'static str, number: &'static str },
    MainBranch { name: Index, branch: Option<&'static str> },
    Undeploy(Index),
    EndSupport(Index),
    DeletePact(Index),
    DeleteResult(Index),
    DeleteBranch(Index),
    DeletePair(Index),
    DeletePacticipant(Index),
}

#[derive(Debug, Clone)]
enum OfVersion {
    Branch(&'static str),
    Tag(&'static str),
    Deploy(&'static str, Option<&'static str>),
    Release(&'static str),
    Unbranch(&'static str),
    Untag(&'static str),
    Delete,
}

/// Something that happens, by names.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Publish { consumer: String, number: String, provider: String, content: Content, merge: bool },
    Verify { consumer: String, provider: String, content: Content, number: String, success: bool, id: usize },
    NewVersion { name: String, number: String },
    Branch { name: String, number: String, branch: String },
    Tag { name: String, number: String, tag: String },
    Deploy { name: String, number: String, environment: String, instance: Option<String> },
    Release { name: String, number: String, environment: String },
    Unbranch { name: String, number: String, branch: String },
    Untag { name: String, number: String, tag: String },
    DeleteVersion { name: String, number: String },
    MainBranch { name: String, branch: Option<String> },
    Undeploy { name: String, environment: String, place: String },
    EndSupport { name: String, number: String, environment: String },
    DeletePact { consumer: String, number: String, provider: String },
    DeleteResult { consumer: String, provider: String, content: Content, id: usize },
    DeleteBranch { name: String, branch: String },
    DeletePair { consumer: String, provider: String },
    DeletePacticipant { name: String },
}

/// What there is to choose from when an event is given its meaning.
pub(super) struct Present {
    pub(super) pacticipants: Vec<String>,
    /// Pacticipant and number.
    pub(super) versions: Vec<(String, String)>,
    /// Consumer, number, provider, content; overwritten ones too.
    pub(super) pacts: Vec<(String, String, String, Content)>,
    /// Consumer, provider, content, id.
    pub(super) results: Vec<(String, String, Content, usize)>,
    /// Pacticipant and branch.
    pub(super) branches: Vec<(String, String)>,
    /// Pacticipant, environment, place.
    pub(super) deployed: Vec<(String, String, String)>,
    /// Pacticipant, number, environment.
    pub(super) supported: Vec<(String, String, String)>,
    pub(super) next_result: usize,
}

impl Event {
    /// What the event means here; nothing if there is nothing it could happen to.
    pub(super) fn action(&self, present: Present) -> Option<Action> {
        fn one<T: Clone>(index: Index, of: &[T]) -> Option<T> {
            (!of.is_empty()).then(|| index.get(of).clone())
        }
        Some(match &self.kind {
            Kind::Publish { consumer, number, other, content, merge } => Action::Publish {
                consumer: NAMES[*consumer].to_owned(),
                number: (*number).to_owned(),
                provider: NAMES[(consumer + other) % NAMES.len()].to_owned(),
                content: content.clone(),
                merge: *merge,
            },
            Kind::Verify { pact, number, success } => {
                let (consumer, _, provider, content) = one(*pact, &present.pacts)?;
                let (number, id) = ((*number).to_owned(), present.next_result);
                Action::Verify { consumer, provider, content, number, success: *success, id }
            }
            Kind::NewVersion { name, number } => {
                Action::NewVersion { name: (*name).to_owned(), number: (*number).to_owned() }
            }
            Kind::Version { of, what } => {
                let (name, number) = one(*of, &present.versions)?;
                match what {
                    OfVersion::Branch(branch) => Action::Branch { name, number, branch: (*branch).to_owned() },
                    OfVersion::Tag(tag) => Action::Tag { name, number, tag: (*tag).to_owned() },
                    OfVersion::Deploy(environment, instance) => Action::Deploy {
                        name,
                        number,
                        environment: (*environment).to_owned(),
                        instance: instance.map(str::to_owned),
                    },
                    OfVersion::Release(environment) => {
                        Action::Release { name, number, environment: (*environment).to_owned() }
                    }
                    OfVersion::Unbranch(branch) => Action::Unbranch { name, number, branch: (*branch).to_owned() },
                    OfVersion::Untag(tag) => Action::Untag { name, number, tag: (*tag).to_owned() },
                    OfVersion::Delete => Action::DeleteVersion { name, number },
                }
            }
            Kind::MainBranch { name, branch } => {
                Action::MainBranch { name: one(*name, &present.pacticipants)?, branch: branch.map(str::to_owned) }
            }
            Kind::Undeploy(index) => {
                let (name, environment, place) = one(*index, &present.deployed)?;
                Action::Undeploy { name, environment, place }
            }
            Kind::EndSupport(index) => {
                let (name, number, environment) = one(*index, &present.supported)?;
                Action::EndSupport { name, number, environment }
            }
            Kind::DeletePact(index) => {
                let (consumer, number, provider, _) = one(*index, &present.pacts)?;
                Action::DeletePact { consumer, number, provider }
            }
            Kind::DeleteResult(index) => {
                let (consumer, provider, content, id) = one(*index, &present.results)?;
                Action::DeleteResult { consumer, provider, content, id }
            }
            Kind::DeleteBranch(index) => {
                let (name, branch) = one(*index, &present.branches)?;
                Action::DeleteBranch { name, branch }
            }
            Kind::DeletePair(index) => {
                let (consumer, _, provider, _) = one(*index, &present.pacts)?;
                Action::DeletePair { consumer, provider }
            }
            Kind::DeletePacticipant(index) => Action::DeletePacticipant { name: one(*index, &present.pacticipants)? },
        })
    }
}

/// Up to 30 events.
pub(super) fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (kinds(), prop::bool::weighted(0.5)).prop_map(|(kind, at_once)| Event { kind, at_once });
    prop::collection::vec(event, 1..30)
}

fn kinds() -> impl Strategy<Value = Kind> {
    let number = || select(&NUMBERS[..]);
    let index = any::<Index>;
    prop_oneof![
        10 => (0..NAMES.len(), number(), 1..NAMES.len(), contents(), any::<bool>())
            .prop_map(|(consumer, number, other, content, merge)| Kind::Publish { consumer, number, other, content, merge }),
        10 => (index(), number(), prop::bool::weighted(0.7))
            .prop_map(|(pact, number, success)| Kind::Verify { pact, number, success }),
        16 => (index(), of_version()).prop_map(|(of, what)| Kind::Version { of, what }),
        1 => (select(&NAMES[..]), number()).prop_map(|(name, number)| Kind::NewVersion { name, number }),
        1 => (index(), prop::option::of(select(&BRANCHES[..]))).prop_map(|(name, branch)| Kind::MainBranch { name, branch }),
        1 => index().prop_map(Kind::Undeploy),
        1 => index().prop_map(Kind::EndSupport),
        1 => index().prop_map(Kind::DeletePact),
        1 => index().prop_map(Kind::DeleteResult),
        1 => index().prop_map(Kind::DeleteBranch),
        1 => index().prop_map(Kind::DeletePair),
        1 => index().prop_map(Kind::DeletePacticipant),
    ]
}

fn of_version() -> impl Strategy<Value = OfVersion> {
    let branch = || select(&BRANCHES[..]);
    let tag = || select(&TAGS[..]);
    let environment = || select(&ENVIRONMENTS[..]);
    prop_oneof![
        4 => branch().prop_map(OfVersion::Branch),
        3 => tag().prop_map(OfVersion::Tag),
        6 => (environment(), select(&INSTANCES[..])).prop_map(|(place, instance)| OfVersion::Deploy(place, instance)),
        2 => environment().prop_map(OfVersion::Release),
        1 => branch().prop_map(OfVersion::Unbranch),
        1 => tag().prop_map(OfVersion::Untag),
        1 => Just(OfVersion::Delete),
    ]
}

/// A few interactions in any order. There are few different ones, so that contents come again.
fn contents() -> impl Strategy<Value = Content> {
    let interaction = (0..2_u8, prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    prop::collection::vec(interaction, 1..3).prop_map(|interactions| {
        let mut content = Content::new();
        for (description, request, response) in interactions {
            content.insert(description, (request, response));
        }
        content
    })
}

/// The content as a pact file has it; the order of interactions means nothing.
fn pact(consumer: &str, provider: &str, content: &Content, reversed: bool) -> IdentifiedContent {
    let mut interactions: Vec<String> = content
        .iter()
        .map(|(description, (request, response))| {
            let (method, status) = (if *request { "POST" } else { "GET" }, if *response { 404 } else { 200 });
            format!(
                r#"{{"description":"{description}","request":{{"method":"{method}","path":"/"}},"response":{{"status":{status}}}}}"#
            )
        })
        .collect();
    if reversed {
        interactions.reverse();
    }
    let pact = format!(
        r#"{{"consumer":{{"name":"{consumer}"}},"provider":{{"name":"{provider}"}},"interactions":[{}]}}"#,
        interactions.join(",")
    );
    identify(pact.as_bytes()).expect("it is a pact")
}

/// A history as it happens in the database.
pub(super) struct History<'c> {
    config: &'c Config,
    now: Timestamp,
    /// The number that each result was given.
    numbers: HashMap<usize, i64>,
    happened: usize,
}

impl<'c> History<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        Self { config, now: Timestamp::from_micros(1_000_000_000_000), numbers: HashMap::new(), happened: 0 }
    }

    /// Lets it happen as the API does.
    pub(super) async fn happen(&mut self, tx: &mut WriteTx, action: &Action, at_once: bool) {
        self.now = self.now.plus(Duration::from_secs(if at_once { 1 } else { 60 }));
        self.happened += 1;
        let now = self.now;
        match action {
            Action::Publish { consumer, number, provider, content, merge } => {
                let pact = pact(consumer, provider, content, self.happened.is_multiple_of(2));
                let Parties { consumer, providers, .. } =
                    tx.pacticipants().consumer_and_providers(consumer, &[provider], now).await.expect("pacticipants");
                let (version, _) =
                    tx.versions().find_or_create_implicitly(&consumer, number, now).await.expect("a version");
                let on_conflict = if *merge { OnConflict::Merge } else { OnConflict::Overwrite };
                let recorded = record_pact(tx, &consumer, &version, &providers[0], &pact, on_conflict, now).await;
                // A refusal changes nothing.
                let _ = recorded.expect("a pact is recorded or refused");
            }
            Action::Verify { consumer, provider, content, number, success, id } => {
                let sha = pact(consumer, provider, content, false).sha;
                let pact = tx.pacts().with_content(consumer, provider, &sha, &[]).await.expect("pacts");
                let pact = pact.expect("only what was published is verified");
                let (_, version) = find_or_create(tx, provider, number, now).await;
                let result = NewVerification {
                    success: *success,
                    provider_version: number.clone(),
                    build_url: None,
                    verified_by: None,
                    test_results: None,
                    interactions: Vec::new(),
                    wip: self.happened.is_multiple_of(3),
                    pending: self.happened.is_multiple_of(5),
                    selectors: None,
                };
                let recorded = tx.verifications().record(&pact, &version, &result, now).await.expect("a result");
                self.numbers.insert(*id, recorded);
            }
            Action::NewVersion { name, number } => {
                find_or_create(tx, name, number, now).await;
            }
            Action::Branch { name, number, branch } => {
                let (pacticipant, version) = find_or_create(tx, name, number, now).await;
                add_to_branch(tx, self.config, &pacticipant, &version, branch, now).await.expect("a branch");
            }
            Action::Tag { name, number, tag } => {
                let (pacticipant, version) = find_or_create(tx, name, number, now).await;
                tag_version(tx, self.config, &pacticipant, &version, tag, now).await.expect("a tag");
            }
            Action::Deploy { name, number, environment, instance } => {
                let version = find(tx, name, number).await;
                let environment = tx.environments().find_by_name(environment).await.expect("environments");
                let environment = environment.expect("a new broker has it").id;
                let (uuid, instance) = (format!("deployment-{}", self.happened), instance.as_deref());
                let recorded = record_deployment(tx, &uuid, environment, &version, instance, false, now).await;
                recorded.expect("a deployment");
            }
            Action::Release { name, number, environment } => {
                let version = find(tx, name, number).await;
                let environment = tx.environments().find_by_name(environment).await.expect("environments");
                let environment = environment.expect("a new broker has it").id;
                let uuid = format!("release-{}", self.happened);
                record_release(tx, &uuid, environment, &version, now).await.expect("a release");
            }
            Action::Unbranch { name, number, branch } => {
                let version = find(tx, name, number).await;
                if let Some(branch) = tx.branches().find(name, branch).await.expect("branches") {
                    tx.branches().remove_version(branch.id, version.id).await.expect("a branch version");
                }
            }
            Action::Untag { name, number, tag } => {
                let version = find(tx, name, number).await;
                tx.tags().remove(&version, tag).await.expect("a tag");
            }
            Action::DeleteVersion { name, number } => {
                let version = find(tx, name, number).await;
                delete_version(tx, &version).await.expect("a version");
            }
            Action::MainBranch { name, branch } => {
                let attributes = Attributes { main_branch: branch.clone(), ..Attributes::default() };
                tx.pacticipants().set(name, &attributes, now).await.expect("a pacticipant");
            }
            Action::Undeploy { name, environment, place } => {
                let pacticipant = tx.pacticipants().find(name).await.expect("pacticipants").expect("it exists");
                let environment = tx.environments().find_by_name(environment).await.expect("environments");
                let environment = environment.expect("a new broker has it").id;
                let current = tx
                    .deployments()
                    .currently_deployed(environment, Some(name), Some(place))
                    .await
                    .expect("deployments");
                tx.deployments().undeploy(&current[0].uuid, now).await.expect("a deployment");
                tx.deployments().set_present(environment, pacticipant.id).await.expect("an environment");
            }
            Action::EndSupport { name, number, environment } => {
                let version = find(tx, name, number).await;
                let environment = tx.environments().find_by_name(environment).await.expect("environments");
                let environment = environment.expect("a new broker has it").id;
                let released = tx.deployments().released_to(environment, version.id).await.expect("releases");
                tx.deployments().set_support_ended(&released[0].uuid, Some(now), now).await.expect("a release");
                tx.deployments().set_present(environment, version.pacticipant_id).await.expect("an environment");
            }
            Action::DeletePact { consumer, number, provider } => {
                tx.pacts().delete(consumer, provider, PactScope::All, Some(number)).await.expect("pacts");
            }
            Action::DeleteResult { consumer, provider, content, id } => {
                let sha = pact(consumer, provider, content, false).sha;
                let result =
                    tx.verifications().find(consumer, provider, &sha, self.numbers[id]).await.expect("results");
                tx.verifications().delete(&result.expect("it was recorded")).await.expect("a result");
            }
            Action::DeleteBranch { name, branch } => {
                let branch = tx.branches().find(name, branch).await.expect("branches").expect("it exists");
                tx.branches().delete(branch.id).await.expect("a branch");
            }
            Action::DeletePair { consumer, provider } => {
                tx.integrations().delete(consumer, provider).await.expect("an integration");
            }
            Action::DeletePacticipant { name } => {
                tx.pacticipants().delete(name).await.expect("a pacticipant");
            }
        }
    }
}

async fn find_or_create(tx: &mut WriteTx, name: &str, number: &str, now: Timestamp) -> (Pacticipant, Version) {
    let pacticipant = tx.pacticipants().find_or_create(name, now).await.expect("a pacticipant");
    let (version, _) = tx.versions().find_or_create_implicitly(&pacticipant, number, now).await.expect("a version");
    (pacticipant, version)
}

async fn find(tx: &mut WriteTx, name: &str, number: &str) -> Version {
    tx.versions().find(name, number).await.expect("versions").expect("only versions that exist are meant")
}
