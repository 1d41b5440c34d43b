//! Triggering the webhooks that listen to an event, in the transaction of what happened: if that is kept, so are they.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::api::links::Links;
use crate::correlation;
use crate::domain::id::{PacticipantId, VersionId};
use crate::domain::pact::PublishedPact;
use crate::domain::publishing::{PublishedChange, Triggered};
use crate::domain::selection_metadata::SelectionMetadata;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification::Verification;
use crate::domain::version::{BranchVersion, Tag};
use crate::domain::webhook::EventName;
use crate::domain::webhook_template::EventContext;
use crate::store::pacticipants::Label;
use crate::store::required_versions::RequiredVersion;
use crate::store::triggered_webhooks::NewTriggeredWebhook;
use crate::store::webhooks::StoredWebhook;
use crate::store::{ReadTx, StoreError, WriteTx};

/// What only the publisher of a pact knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Publisher<'a> {
    /// The address by which it knows the broker.
    pub(crate) base_url: &'a str,
    /// The branch it publishes for, if it says so.
    pub(crate) branch: Option<&'a str>,
    /// The build that publishes.
    pub(crate) build_url: Option<&'a str>,
}

/// Triggers what listens to the events of a publication, and says so in `change`.
pub(crate) async fn trigger_for_publication(
    tx: &mut WriteTx,
    change: &mut PublishedChange,
    publisher: &Publisher<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let pact = change.pact.clone();
    let webhooks = tx.webhooks().for_pair(pact.consumer_id, pact.provider_id).await?;
    change.webhook_exists = !webhooks.is_empty();
    let mut known: Option<EventContext> = None;
    for event in change.events() {
        let listening: Vec<&StoredWebhook> = listening(&webhooks, event.name).collect();
        if listening.is_empty() {
            continue;
        }
        let context = match &known {
            Some(context) => context.clone(),
            None => known.insert(context_of_publication(tx, &pact, publisher).await?).clone(),
        };
        let context = context.of_event(event.name);
        let contexts = if event.name == EventName::ContractRequiringVerificationPublished {
            contexts_of_required_versions(tx, &pact, &context).await?
        } else {
            vec![context]
        };
        for webhook in listening {
            for context in &contexts {
                change.triggered.push(trigger(tx, webhook, event.name, &pact, None, context, now).await?);
            }
        }
    }
    Ok(())
}

/// Triggers what listens to the events of a new result, once for each consumer version that it was `selected` for.
pub(crate) async fn trigger_for_verification(
    tx: &mut WriteTx,
    verification: &Verification,
    pact: &PublishedPact,
    selected: &[VersionId],
    base_url: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let webhooks = tx.webhooks().for_pair(pact.consumer_id, pact.provider_id).await?;
    let outcome = if verification.success { EventName::VerificationSucceeded } else { EventName::VerificationFailed };
    let events = [EventName::VerificationPublished, outcome];
    if events.into_iter().all(|event| listening(&webhooks, event).next().is_none()) {
        return Ok(());
    }
    let mut pacts = tx.pacts().of_versions(selected).await?;
    pacts.retain(|other| other.pact_content_id == pact.pact_content_id && other.provider_id == pact.provider_id);
    pacts.sort_by_key(|other| other.ord);
    if pacts.is_empty() {
        pacts.push(pact.clone());
    }
    let facts = Facts::about(tx, &pacts, Some(verification)).await?;
    let contexts: Vec<_> = pacts
        .into_iter()
        .map(|pact| {
            let context = facts.context_of_verification(verification, &pact, base_url);
            (pact, context)
        })
        .collect();
    for event in events {
        for webhook in listening(&webhooks, event) {
            for (pact, context) in &contexts {
                let context = context.clone().of_event(event);
                trigger(tx, webhook, event, pact, Some(verification), &context, now).await?;
            }
        }
    }
    Ok(())
}

fn listening(webhooks: &[StoredWebhook], event: EventName) -> impl Iterator<Item = &StoredWebhook> {
    webhooks.iter().filter(move |stored| {
        let definition = &stored.webhook.definition;
        definition.enabled && definition.events.contains(&event)
    })
}

async fn trigger(
    tx: &mut WriteTx,
    stored: &StoredWebhook,
    event: EventName,
    pact: &PublishedPact,
    verification: Option<&Verification>,
    context: &EventContext,
    now: Timestamp,
) -> Result<Triggered, StoreError> {
    let webhook = &stored.webhook;
    let uuid = new_uuid();
    let correlation_id = correlation::current();
    let new = NewTriggeredWebhook {
        uuid: &uuid,
        webhook_uuid: &webhook.uuid,
        event,
        publication: pact.id,
        pair: (pact.consumer_id, pact.provider_id),
        verification: verification.map(|verification| verification.id),
        context,
        correlation_id: correlation_id.as_deref(),
    };
    tx.triggered_webhooks().trigger(&new, now).await?;
    let description = webhook.definition.description.clone();
    Ok(Triggered { uuid, webhook_uuid: webhook.uuid.clone(), description, event })
}

/// The identity of something about webhooks: 22 letters that can stand in addresses.
pub(crate) fn new_uuid() -> String {
    URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes())
}

/// What templates can say of a publication: of the provider's side, what its latest result for the content says.
pub(crate) async fn context_of_publication(
    tx: &mut ReadTx,
    pact: &PublishedPact,
    publisher: &Publisher<'_>,
) -> Result<EventContext, StoreError> {
    let main = tx.verifications().latest_of_main_branch(pact.pact_content_id).await?;
    let verification = match main {
        Some(verification) => Some(verification),
        None => tx.verifications().latest(pact.pact_content_id).await?,
    };
    let facts = Facts::about(tx, std::slice::from_ref(pact), verification.as_ref()).await?;
    let mut context = facts.context_of(pact, verification.as_ref(), publisher.base_url);
    context.maybe("consumer_version_branch", publisher.branch);
    context.maybe("build_url", publisher.build_url);
    Ok(context)
}

/// What templates can say of a result for the pact of a consumer version.
pub(crate) async fn context_of_verification(
    tx: &mut ReadTx,
    verification: &Verification,
    pact: &PublishedPact,
    base_url: &str,
) -> Result<EventContext, StoreError> {
    let facts = Facts::about(tx, std::slice::from_ref(pact), Some(verification)).await?;
    Ok(facts.context_of_verification(verification, pact, base_url))
}

/// What templates can say beside what pacts and results say themselves, asked for once for all pacts of a pair.
struct Facts {
    labels: Vec<Label>,
    deployed_provider_versions: String,
    provider_version: Option<VersionId>,
    names: VersionNames,
}

impl Facts {
    /// The facts about pacts of one pair and a result for them.
    async fn about(
        tx: &mut ReadTx,
        pacts: &[PublishedPact],
        verification: Option<&Verification>,
    ) -> Result<Self, StoreError> {
        let mut facts = Self {
            labels: Vec::new(),
            deployed_provider_versions: String::new(),
            provider_version: None,
            names: VersionNames::default(),
        };
        let Some(pact) = pacts.first() else { return Ok(facts) };
        facts.labels = tx.pacticipants().labels(&[pact.consumer_id, pact.provider_id]).await?;
        let deployed = tx.deployments().currently_deployed_of(pact.provider_id).await?;
        let deployed: Vec<_> = deployed.iter().map(|deployed| deployed.number.as_str()).collect();
        facts.deployed_provider_versions = deployed.join(", ");
        if let Some(verification) = verification {
            let version = tx.versions().find(&pact.provider, &verification.provider_version).await?;
            facts.provider_version = version.map(|version| version.id);
        }
        let versions: Vec<VersionId> = pacts.iter().map(|pact| pact.version_id).chain(facts.provider_version).collect();
        facts.names = VersionNames::of(tx, &versions).await?;
        Ok(facts)
    }

    fn labels_of(&self, pacticipant: PacticipantId) -> String {
        let names = self.labels.iter().filter(|label| label.pacticipant_id == pacticipant);
        names.map(|label| label.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn context_of(&self, pact: &PublishedPact, verification: Option<&Verification>, base_url: &str) -> EventContext {
        let links = Links::new(base_url, "/", None);
        let PublishedPact { consumer, provider, number, sha, .. } = pact;
        let mut context = EventContext::new(base_url, "");
        context.set("consumer_name", consumer.as_str());
        context.set("provider_name", provider.as_str());
        context.set("consumer_version_number", number.as_str());
        let tags = self.names.tags(pact.version_id);
        let metadata = SelectionMetadata {
            consumer_version_number: Some(number.clone()),
            consumer_version_tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            ..SelectionMetadata::default()
        };
        context.set("pact_url", links.pact_content(consumer, provider, sha, Some(&metadata.encode())));
        context.set("consumer_version_tags", tags.join(", "));
        context.maybe("consumer_version_branch", self.names.branches(pact.version_id).next_back());
        context.set("consumer_labels", self.labels_of(pact.consumer_id));
        context.set("provider_labels", self.labels_of(pact.provider_id));
        context.set("currently_deployed_provider_version_number", self.deployed_provider_versions.as_str());
        context.set_statuses(verification.map(|verification| verification.success));
        if let Some(verification) = verification {
            let number = &verification.provider_version;
            let url = links.verification(consumer, provider, &verification.sha, None, verification.number);
            context.set("verification_result_url", url);
            if let Some(id) = self.provider_version {
                set_provider_version(&mut context, &self.names, id, number);
            }
        }
        context
    }

    fn context_of_verification(
        &self,
        verification: &Verification,
        pact: &PublishedPact,
        base_url: &str,
    ) -> EventContext {
        let mut context = self.context_of(pact, Some(verification), base_url);
        context.maybe("build_url", verification.build_url.as_deref());
        context
    }
}

/// The tags and branches of several versions.
#[derive(Default)]
struct VersionNames {
    tags: Vec<Tag>,
    branches: Vec<BranchVersion>,
}

impl VersionNames {
    async fn of(tx: &mut ReadTx, versions: &[VersionId]) -> Result<Self, StoreError> {
        let tags = tx.tags().of_versions(versions).await?;
        Ok(Self { tags, branches: tx.branches().of_versions(versions).await? })
    }

    fn tags(&self, version: VersionId) -> Vec<&str> {
        self.tags.iter().filter(|tag| tag.version_id == version).map(|tag| tag.name.as_str()).collect()
    }

    /// The branches of a version, that which it was added to last at the end.
    fn branches(&self, version: VersionId) -> impl DoubleEndedIterator<Item = &str> {
        self.branches.iter().filter(move |branch| branch.version_id == version).map(|branch| branch.branch.as_str())
    }
}

fn set_provider_version(context: &mut EventContext, names: &VersionNames, id: VersionId, number: &str) {
    context.set("provider_version_number", number);
    context.set("provider_version_tags", names.tags(id).join(", "));
    context.set("provider_version_branch", names.branches(id).next_back().unwrap_or_default());
}

/// The context for each provider version whose result is wanted.
async fn contexts_of_required_versions(
    tx: &mut ReadTx,
    pact: &PublishedPact,
    context: &EventContext,
) -> Result<Vec<EventContext>, StoreError> {
    let main_branch = tx.pacticipants().find(&pact.provider).await?.and_then(|provider| provider.main_branch);
    let required = tx.required_versions(pact.provider_id, pact.pact_content_id).await?;
    let ids: Vec<VersionId> = required.iter().map(|required| required.id).collect();
    let names = VersionNames::of(tx, &ids).await?;
    let with_values_of = |required: RequiredVersion| {
        let mut context = context.clone();
        set_provider_version(&mut context, &names, required.id, &required.number);
        if names.branches(required.id).any(|branch| Some(branch) == main_branch.as_deref()) {
            context.maybe("provider_version_branch", main_branch.as_deref());
        }
        context.set("provider_version_descriptions", required.reasons.join(", "));
        context
    };
    Ok(required.into_iter().map(with_values_of).collect())
}
