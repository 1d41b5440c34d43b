//! The member `reasons` of an answer of the matrix: why not, edge by edge, and what to do next.
//!
//! It is ours alone: Pact Brokers have no such member, and their clients overlook it. Each element has
//!
//! | Member | What it is |
//! |---|---|
//! | `cause` | one of the names of [`Cause`]; they never change |
//! | `text` | the cause in words; may change |
//! | `consumer`, `provider` | `name`, and `version` if it is a certain one; `pacticipant` in their place if only one is concerned |
//! | `verifiedBy` | the number of the newest provider version that verified the pact successfully |
//! | `failedInteractions` | `id` and `description` of what failed, if the verifier reported it; the first hundred |
//! | `command` | what to run next; a name in capitals is to be filled in |
//! | `precondition` | in words, what must be so before `command` is run, or its result would be wrong; may change |
//! | `_links` | `pb:pact-version`, the pact; `pb:verification-result`, the failed result |

use crate::api::hal::{Doc, Link, list};
use crate::api::links::Links;
use crate::domain::matrix_selector::Criteria;
use crate::domain::reason::{Cause, Party, Reason};

/// One element of `reasons`.
pub(crate) fn reason_document(reason: &Reason, links: &Links) -> Doc {
    let party = |party: &Party| Doc::new().with("name", party.name.clone()).maybe("version", party.version.clone());
    let consumer = if reason.provider.is_some() { "consumer" } else { "pacticipant" };
    let failed = reason.failures.some.iter().map(|interaction| {
        Doc::new().with("id", interaction.id.clone()).maybe("description", interaction.description.clone())
    });
    let step = next_step(reason, links);
    let mut document = Doc::new()
        .with("cause", reason.cause.as_str())
        .with("text", reason.describe())
        .maybe(consumer, reason.consumer.as_ref().map(party))
        .maybe("provider", reason.provider.as_ref().map(party))
        .maybe("verifiedBy", reason.verified_by.clone())
        .maybe("failedInteractions", (!reason.failures.some.is_empty()).then(|| list(failed)))
        .maybe("precondition", step.as_ref().map(|step| step.precondition.clone()))
        .maybe("command", step.map(|step| step.command));
    if let Some(pact) = &reason.pact {
        let (consumer, provider) = (&pact.consumer.name, &pact.provider.name);
        let href = links.pact(consumer, provider, &pact.consumer_version.number);
        document = document.link("pb:pact-version", Link::to(href));
        if let Some(number) = reason.result {
            let href = links.verification(consumer, provider, &pact.sha, None, number);
            document = document.link("pb:verification-result", Link::to(href));
        }
    }
    document
}

/// What to do next.
struct Step {
    /// What must be so before: a command only records or checks what people have built and deployed.
    precondition: String,
    /// What to run then, in the words of our own command.
    command: String,
}

fn next_step(reason: &Reason, links: &Links) -> Option<Step> {
    let consumer = reason.consumer.as_ref();
    let provider = reason.provider.as_ref();
    let verify = |version: Option<&str>| {
        let pact = reason.pact.as_ref()?;
        let pact = links.pact(&pact.consumer.name, &pact.provider.name, &pact.consumer_version.number);
        Some(Step::verify(&provider?.name, version, Some(&pact)))
    };
    let wanted = provider.and_then(|provider| provider.version.as_deref());
    match reason.cause {
        Cause::UnknownVersion => Some(unknown_version(reason, consumer?)),
        // Another version of the provider is needed, which does what is expected.
        Cause::Failed => Some(Step { precondition: format!("with {} repaired", provider?.name), ..verify(None)? }),
        Cause::NothingInTarget => match &reason.verified_by {
            Some(number) => Step::bring(&provider?.name, Some(number), &reason.target).or_else(|| verify(None)),
            None => verify(None),
        },
        Cause::VerifiedByOtherVersion | Cause::VerifiedForOtherContent | Cause::NeverVerified => verify(wanted),
        Cause::NotConsidered | Cause::NoContracts | Cause::NobodyInTarget => None,
    }
}

impl Step {
    /// A result is of the version that runs, whatever number it is published for.
    fn verify(provider: &str, version: Option<&str>, pact: Option<&str>) -> Self {
        let checked_out = version.map_or_else(|| provider.to_owned(), |version| format!("{provider} {version}"));
        let url = pact.map(|pact| format!(" --url {}", quoted(pact))).unwrap_or_default();
        let version = version.map(|version| format!(" --provider-version {}", quoted(version))).unwrap_or_default();
        Self {
            precondition: format!("with {checked_out} checked out"),
            command: format!("intact verify --provider-name {}{url} --publish{version}", quoted(provider)),
        }
    }

    /// How a version comes to where the question looks.
    fn bring(pacticipant: &str, number: Option<&str>, target: &Criteria) -> Option<Self> {
        let version = number.map_or_else(|| format!("a version of {pacticipant}"), |it| format!("{pacticipant} {it}"));
        let number = number.unwrap_or("VERSION");
        let of = format!("--pacticipant {} --version {}", quoted(pacticipant), quoted(number));
        let (precondition, command) = if let Some(environment) = &target.environment {
            let command = format!("intact record-deployment {of} --environment {}", quoted(environment));
            (format!("deploy {version} to {environment}, then record it"), command)
        } else if let Some(tag) = &target.tag {
            let command = format!("intact create-version-tag {of} --tag {}", quoted(tag));
            (format!("if {version} is what {tag} stands for"), command)
        } else {
            let branch = target.branch.as_ref()?;
            let command = format!("intact create-or-update-version {of} --branch {}", quoted(branch));
            (format!("if {version} was built from {branch}"), command)
        };
        Some(Self { precondition, command })
    }
}

fn unknown_version(reason: &Reason, of: &Party) -> Step {
    if of.version.is_none()
        && let Some(step) = Step::bring(&of.name, None, &reason.target)
    {
        return step;
    }
    let number = of.version.as_deref().unwrap_or("VERSION");
    // One that others depend on is made known by its results, any other by its pacts.
    if reason.is_provider {
        Step::verify(&of.name, Some(number), None)
    } else {
        Step {
            precondition: format!("with the pacts that the tests of {} {number} wrote", of.name),
            command: format!("intact publish PACTS --consumer-app-version {}", quoted(number)),
        }
    }
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/:@%+=,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests;
