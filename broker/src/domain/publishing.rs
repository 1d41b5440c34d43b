//! What publishing a pact means: which events it is, and what the publisher is told.

use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::pact::PublishedPact;
use crate::domain::webhook::EventName;

/// What publishing did to the pact of a consumer version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The version had none.
    New,
    /// It had the same.
    Unchanged,
    /// It had another, which was replaced.
    Overwritten,
    /// It had one, which was merged with the new one; true if that changed it.
    Merged(bool),
}

impl Change {
    /// Is there something to be seen that was not there before?
    pub(crate) fn is_new_revision(self) -> bool {
        matches!(self, Self::New | Self::Overwritten | Self::Merged(true))
    }
}

/// A pact that was published, and what the notices are made of.
#[derive(Debug, Clone)]
pub(crate) struct PublishedChange {
    /// The pact as it is now.
    pub(crate) pact: PublishedPact,
    /// What publishing did.
    pub(crate) change: Change,
    /// How the content compares with what was published before.
    pub(crate) history: History,
    /// Does a provider version that matters now still have to verify this content?
    pub(crate) requires_verification: bool,
    /// Was any pact of the pair ever verified?
    pub(crate) ever_verified: bool,
    /// Is there a webhook for the pair, enabled or not?
    pub(crate) webhook_exists: bool,
    /// The webhooks that were triggered, in the order of the events.
    pub(crate) triggered: Vec<Triggered>,
}

/// A webhook that was triggered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Triggered {
    /// The identity of the triggering.
    pub(crate) uuid: String,
    /// The webhook's.
    pub(crate) webhook_uuid: String,
    /// What people call the webhook.
    pub(crate) description: Option<String>,
    /// What triggered it.
    pub(crate) event: EventName,
}

/// How a new version's content compares with earlier versions', for each of its tags or, without tags, among untagged ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct History {
    /// The tags of the version; empty for an untagged one.
    pub(crate) tags: Vec<String>,
    /// For each tag (or once, without any): was there an earlier pact, and is this one the same?
    pub(crate) compared: Vec<Compared>,
}

/// This content beside an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// There is no earlier one.
    First,
    /// It is another.
    Changed,
    /// It is the same.
    Same,
}

/// An event with an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// What happened.
    pub(crate) name: EventName,
    /// Why it happened.
    pub(crate) comment: Option<String>,
}

impl PublishedChange {
    /// The events of this publication, in their order.
    pub(crate) fn events(&self) -> Vec<Event> {
        let (unchanged_comment, changed_comment) = match self.change {
            Change::New => self.history.comments(),
            Change::Unchanged | Change::Merged(false) => (None, None),
            Change::Overwritten | Change::Merged(true) => {
                let PublishedPact { consumer, number, .. } = &self.pact;
                let comment =
                    format!("pact content modified since previous publication for {consumer} version {number}");
                (None, Some(comment))
            }
        };
        let mut events = vec![Event { name: EventName::ContractPublished, comment: unchanged_comment.clone() }];
        if self.requires_verification {
            events.push(Event { name: EventName::ContractRequiringVerificationPublished, comment: unchanged_comment });
        }
        if changed_comment.is_some() {
            events.push(Event { name: EventName::ContractContentChanged, comment: changed_comment });
        }
        events
    }

    /// What the publisher is told of this pact; `href` is where it can be seen, `base` the address of the broker.
    pub(crate) fn notices(&self, href: &str, base: &str) -> Vec<Notice> {
        let PublishedPact { consumer, number, provider, .. } = &self.pact;
        let (kind, text) = match self.change {
            Change::New => (
                NoticeKind::Success,
                format!("Pact successfully published for {consumer} version {number} and provider {provider}."),
            ),
            Change::Unchanged => (
                NoticeKind::Success,
                format!(
                    "Pact successfully republished for {consumer} version {number} and provider {provider} \
                     with no content changes."
                ),
            ),
            Change::Merged(_) => (
                NoticeKind::Success,
                format!(
                    "Pact content merged with existing content for {consumer} version {number} and provider {provider}."
                ),
            ),
            Change::Overwritten => (
                NoticeKind::Warning,
                format!(
                    "Pact with changed content published over existing content for {consumer} version {number} and \
                     provider {provider}. This is not recommended in normal circumstances and may indicate that you have \
                     not configured your Pact pipeline correctly. For more information see \
                     https://docs.pact.io/go/versioning"
                ),
            ),
        };
        let events: Vec<String> = self
            .events()
            .into_iter()
            .map(|event| match event.comment {
                Some(comment) => format!("{} ({comment})", event.name.as_str()),
                None => event.name.as_str().to_owned(),
            })
            .collect();
        let mut notices = vec![
            Notice::new(kind, text),
            Notice::new(NoticeKind::Debug, format!("  View the published pact at {href}")),
            Notice::new(NoticeKind::Debug, format!("  Events detected: {}", events.join(", "))),
        ];
        for Triggered { uuid, webhook_uuid, description, event } in &self.triggered {
            let webhook = description.as_ref().map_or_else(|| webhook_uuid.clone(), |text| format!("\"{text}\""));
            let event = event.as_str();
            let text = format!(
                "  Webhook {webhook} triggered for event {event}.\n    View logs at {base}/triggered-webhooks/{uuid}/logs"
            );
            notices.push(Notice::new(NoticeKind::Debug, text));
        }
        if self.webhook_exists && self.triggered.is_empty() {
            notices.push(Notice::new(NoticeKind::Debug, "  No enabled webhooks found for the detected events"));
        }
        if !self.ever_verified || !self.webhook_exists {
            notices.push(Notice::new(NoticeKind::Prompt, "  Next steps:"));
        }
        if !self.ever_verified {
            notices.push(Notice::new(
                NoticeKind::Prompt,
                format!(
                    "    * Add Pact verification tests to the {provider} build. \
                     See https://docs.pact.io/go/provider_verification"
                ),
            ));
        }
        if !self.webhook_exists {
            notices.push(Notice::new(
                NoticeKind::Prompt,
                format!(
                    "    * Configure separate {provider} pact verification build and webhook to trigger it when the pact \
                     content changes. See https://docs.pact.io/go/webhooks"
                ),
            ));
        }
        notices
    }
}

impl History {
    /// The comment of an unchanged publication, or that of a changed one.
    fn comments(&self) -> (Option<String>, Option<String>) {
        if self.compared.iter().all(|compared| *compared == Compared::Same) {
            let comment = match self.tags.as_slice() {
                [tag] => {
                    format!("pact content is the same as previous version with tag {tag} and no new tags were applied")
                }
                tags => format!(
                    "pact content is the same as previous versions with tags {} and no new tags were applied",
                    tags.join(", ")
                ),
            };
            return (Some(comment), None);
        }
        let tags = self.tags.iter().map(Some).chain(self.tags.is_empty().then_some(None));
        let comments: Vec<String> = tags
            .zip(&self.compared)
            .filter_map(|(tag, compared)| match (tag, compared) {
                (_, Compared::Same) => None,
                (Some(tag), Compared::First) => {
                    Some(format!("first time any pact published for this consumer with consumer version tagged {tag}"))
                }
                (Some(tag), Compared::Changed) => {
                    Some(format!("pact content has changed since the last consumer version tagged with {tag}"))
                }
                (None, Compared::First) => Some("first time untagged pact published".to_owned()),
                (None, Compared::Changed) => {
                    Some("pact content has changed since previous untagged version".to_owned())
                }
            })
            .collect();
        (None, Some(comments.join(", ")))
    }
}

/// What the publisher is told of the consumer version, before its pacts.
pub(crate) fn version_notices(
    pacticipant: &str,
    number: &str,
    created: bool,
    branch: Option<&str>,
    tags: &[String],
) -> Vec<Notice> {
    let mut text = format!("{} {pacticipant} version {number}", if created { "Created" } else { "Updated" });
    if let Some(branch) = branch {
        text.push_str(" with branch ");
        text.push_str(branch);
    }
    if !tags.is_empty() {
        let joint = if branch.is_some() { " and tags " } else { " with tags " };
        text.push_str(joint);
        text.push_str(&tags.join(", "));
    }
    let mut notices = vec![Notice::new(NoticeKind::Debug, text)];
    if branch.is_none() {
        notices.push(Notice::new(
            NoticeKind::Prompt,
            "  Next steps:\n    Configure the version branch to be the value of your repository branch.",
        ));
    }
    notices
}

/// Why changed content for a published version is refused.
pub(crate) fn changed_content(consumer: &str, number: &str, provider: &str) -> String {
    format!(
        "Cannot change the content of the pact for {consumer} version {number} and provider {provider}, as race conditions \
         will cause unreliable results for can-i-deploy. Each pact must be published with a unique consumer version number. \
         Some Pact libraries generate random data when a concrete value for a type matcher is not specified, and this can \
         cause the contract to mutate - ensure you have given example values for all type matchers. For more information \
         see https://docs.pact.io/go/versioning"
    )
}
