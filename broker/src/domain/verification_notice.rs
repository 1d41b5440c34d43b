//! What a verifier prints about a pact: why it is verified, and what success or failure will mean.
//!
//! The outcome is not known when the pact is handed out, so every notice says in [`VerificationNotice::when`] which outcome it
//! is for; the verifier prints those that fit.

use super::notice::{quoted_list, sentence_list};
use super::pending::{PendingStatus, ProviderLine};
use super::selection::{Entry, Found, Reason};
use super::selection_metadata::{SelectionMetadata, work_in_progress_notice_segment};

/// One text for the person who runs the verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerificationNotice {
    /// When to print it: before the verification, or after it with a certain outcome.
    pub(crate) when: &'static str,
    /// What is said.
    pub(crate) text: String,
}

/// A pact that is handed out to be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PactToVerify {
    /// The content and why it was chosen.
    pub(crate) entry: Entry,
    /// Whether it is pending; `None` when the provider did not ask.
    pub(crate) pending: Option<PendingStatus>,
    /// Whether it is work in progress.
    pub(crate) wip: bool,
}

const BEFORE: &str = "before_verification";
const BETA_API: &str = "WARNING - this version of the Pact library uses a beta version of the API which will be removed in the \
                        future. Please upgrade your Pact library. See \
                        https://docs.pact.io/pact_broker/advanced_topics/provider_verification_results/#pacts-for-verification \
                        for minimum required versions.";
const READ_PENDING: &str = "Read more at https://docs.pact.io/go/pending";

/// The metadata for the address of a pact.
pub(crate) fn metadata_of(pact: &PactToVerify) -> SelectionMetadata {
    if pact.wip {
        return SelectionMetadata::work_in_progress();
    }
    SelectionMetadata {
        selectors: pact.entry.reasons.iter().map(|reason| reason.metadata.clone()).collect(),
        pending: pact.pending.as_ref().map(|status| status.pending),
        ..SelectionMetadata::default()
    }
}

/// The reasons in few words: `latest from main branch, deployed to production`.
pub(crate) fn short_description(reasons: &[Reason]) -> String {
    let mut words: Vec<String> = Vec::new();
    for reason in reasons {
        let word = match &reason.found {
            Found::Latest => "latest".to_owned(),
            Found::BranchHead(name) => format!("latest from branch {name}"),
            Found::TagHead(name) => format!("latest with tag {name}"),
            Found::Tagged(name) => match &reason.consumer {
                Some(consumer) => format!("one of {consumer} {name}"),
                None => format!("one of {name}"),
            },
            Found::Deployed(environment) => format!("deployed to {}", environment.name),
            Found::Released(environment) => format!("released in {}", environment.name),
            Found::MainBranch(_) => "latest from main branch".to_owned(),
            Found::InEnvironment(environment) => format!("deployed or released in {}", environment.name),
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(", ")
}

/// The notices of a pact. `content` is the address of its content without metadata.
pub(crate) fn notices(
    pact: &PactToVerify,
    provider: &str,
    line: &ProviderLine,
    content: &str,
    is_beta_api: bool,
) -> Vec<VerificationNotice> {
    let mut notices = Vec::new();
    let mut say = |when, text: String| notices.push(VerificationNotice { when, text });
    let identity = Identity::new(provider, line, pact.pending.as_ref());
    if is_beta_api {
        say(BEFORE, BETA_API.to_owned());
    }
    say(BEFORE, if pact.wip { why_in_progress(pact, &identity, content) } else { why_chosen(pact, provider, content) });
    let Some(status) = &pact.pending else { return notices };
    if pact.wip {
        say(
            BEFORE,
            format!(
                "This pact is in pending state for this version of {provider} because it was included as a 'work in \
                 progress' pact. If this verification fails, it will not cause the overall build to fail. {READ_PENDING}"
            ),
        );
    } else if status.pending {
        let who = identity.in_pending_state("a");
        say(
            BEFORE,
            format!(
                "This pact is in pending state for this version of {provider} because a successful verification result for \
                 {who} has not yet been published. If this verification fails, it will not cause the overall build to fail. \
                 {READ_PENDING}"
            ),
        );
    } else {
        let who = identity.that_verified();
        say(
            BEFORE,
            format!(
                "This pact has previously been successfully verified by {who}. If this verification fails, it will fail the \
                 build. {READ_PENDING}"
            ),
        );
    }
    if status.pending {
        let (who, tags) = (identity.in_pending_state("any"), identity.with_these_tags());
        let still = format!(
            "This pact is still in pending state for {who} as a successful verification result {tags}has not yet been published"
        );
        say(
            "after_verification:success_true_published_false",
            format!(
                "This pact is still in pending state for {who} as the successful verification results {tags}have not yet \
                 been published."
            ),
        );
        say("after_verification:success_false_published_false", still.clone());
        say(
            "after_verification:success_true_published_true",
            format!(
                "This pact is no longer in pending state for {who}, as a successful verification result {tags}has been \
                 published. If a verification for a version of {provider} {tags}fails in the future, it will fail the build. \
                 {READ_PENDING}"
            ),
        );
        say("after_verification:success_false_published_true", still);
    }
    notices
}

fn why_chosen(pact: &PactToVerify, provider: &str, content: &str) -> String {
    let criteria = criteria(&pact.entry.reasons, provider);
    let matching = if pact.entry.reasons.len() > 1 {
        "the consumer versions matching the following criteria"
    } else {
        "the consumer version matching the following criterion"
    };
    let lines: Vec<String> = criteria.into_iter().map(|criterion| format!("    * {criterion}")).collect();
    format!(
        "The pact at {content} is being verified because the pact content belongs to {matching}:\n{}",
        lines.join("\n")
    )
}

/// One line for each reason; deployments of all places share one, and so do releases.
fn criteria(reasons: &[Reason], provider: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for reason in reasons {
        let number = &reason.consumer_version.number;
        let of = reason.consumer.as_ref().map(|consumer| format!(" of {consumer}")).unwrap_or_default();
        let consumer = reason.consumer.as_deref();
        let line = match &reason.found {
            Found::Latest => {
                let whose = consumer.unwrap_or("a consumer");
                format!("latest version of {whose} that has a pact with {provider} ({number})")
            }
            Found::BranchHead(name) => {
                let fallback = reason
                    .fallback_for
                    .as_ref()
                    .map(|asked| format!(" (fallback branch used as no pact was found from branch '{asked}')"));
                format!("latest version{of} from branch '{name}'{} ({number})", fallback.unwrap_or_default())
            }
            Found::TagHead(name) => {
                let fallback = reason
                    .fallback_for
                    .as_ref()
                    .map(|asked| format!(" (fallback tag used as no pact was found with tag '{asked}')"));
                format!("latest version{of} tagged '{name}'{} ({number})", fallback.unwrap_or_default())
            }
            Found::Tagged(name) => {
                format!("all {} versions tagged '{name}' ({number})", consumer.unwrap_or("consumer"))
            }
            Found::MainBranch(name) => format!("latest version{of} from the main branch '{name}' ({number})"),
            Found::InEnvironment(environment) => {
                format!("{} version in environment {} ({number})", consumer.unwrap_or("a consumer"), environment.name)
            }
            Found::Deployed(_) => running(reasons, reason, "currently deployed to", |found| match found {
                Found::Deployed(environment) => Some(&environment.name),
                _ => None,
            }),
            Found::Released(_) => running(reasons, reason, "released and supported in", |found| match found {
                Found::Released(environment) => Some(&environment.name),
                _ => None,
            }),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// All places where versions of the entry run, for the same consumer as `like`.
fn running(reasons: &[Reason], like: &Reason, how: &str, place: impl Fn(&Found) -> Option<&String>) -> String {
    let places = reasons
        .iter()
        .filter(|reason| reason.consumer == like.consumer)
        .filter_map(|reason| Some(format!("{} ({})", place(&reason.found)?, reason.consumer_version.number)));
    let mut unique: Vec<String> = Vec::new();
    for place in places {
        if !unique.contains(&place) {
            unique.push(place);
        }
    }
    let whose = match &like.consumer {
        Some(consumer) => format!("version(s) of {consumer}"),
        None => "consumer version(s)".to_owned(),
    };
    format!("{whose} {how} {}", sentence_list(unique))
}

fn why_in_progress(pact: &PactToVerify, identity: &Identity<'_>, content: &str) -> String {
    let reasons = &pact.entry.reasons;
    let names = |of: fn(&Found) -> Option<&str>| -> Vec<&str> {
        reasons.iter().filter_map(|reason| of(&reason.found)).collect()
    };
    let branches = names(|found| if let Found::BranchHead(name) = found { Some(name) } else { None });
    let tags = names(|found| if let Found::TagHead(name) = found { Some(name) } else { None });
    let version = if branches.len() == 1 || tags.len() == 1 { "version" } else { "versions" };
    let from = (!branches.is_empty()).then(|| {
        format!(
            "from {} {}",
            if branches.len() > 1 { "branches" } else { "branch" },
            quoted_list(branches.iter().copied())
        )
    });
    let tagged = (!tags.is_empty()).then(|| format!("tagged with {}", quoted_list(tags.iter().copied())));
    let place = [from, tagged].into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let same = match branches.len() + tags.len() {
        0 | 1 => "",
        2 => " (both have the same content)",
        _ => " (all have the same content)",
    };
    format!(
        "The pact at {content}/metadata/{} is being verified because it is a 'work in progress' pact (ie. it is the pact for the \
         latest {version} of {} {place}{same} and it has not yet been successfully verified by {} when the pact's application \
         version was explicitly specified in the consumer version selectors). Read more at https://docs.pact.io/go/wip",
        work_in_progress_notice_segment(),
        pact.entry.pact.consumer.name,
        identity.in_pending_state("a"),
    )
}

/// How the provider is called in the texts: by its branch, its tags, or its name alone.
struct Identity<'a> {
    provider: &'a str,
    line: &'a ProviderLine,
    status: Option<&'a PendingStatus>,
}

impl<'a> Identity<'a> {
    fn new(provider: &'a str, line: &'a ProviderLine, status: Option<&'a PendingStatus>) -> Self {
        Self { provider, line, status }
    }

    /// The tags for which the pact is pending; without an answer to that, all of them.
    fn pending_tags(&self) -> Vec<&str> {
        match (self.line, self.status) {
            (ProviderLine::Tags(_), Some(status)) => status.pending_tags.iter().map(String::as_str).collect(),
            (ProviderLine::Tags(tags), None) => tags.iter().map(|tag| tag.name.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// `a version of P from branch 'B'`; the article is `a` or `any`.
    fn in_pending_state(&self, article: &str) -> String {
        self.called(article, &self.pending_tags())
    }

    fn that_verified(&self) -> String {
        let tags: Vec<&str> =
            self.status.map(|status| status.other_tags.iter().map(String::as_str).collect()).unwrap_or_default();
        match self.line {
            ProviderLine::Tags(_) if !tags.is_empty() => {
                format!("a version of {} with tag {}", self.provider, quoted_list(tags))
            }
            _ => self.called("a", &tags),
        }
    }

    fn called(&self, article: &str, tags: &[&str]) -> String {
        let provider = self.provider;
        match self.line {
            ProviderLine::Branch(branch) => format!("{article} version of {provider} from branch '{}'", branch.name),
            ProviderLine::Tags(_) if !tags.is_empty() => {
                let version = if tags.len() > 1 { "versions" } else { "version" };
                format!("{article} {version} of {provider} with tag {}", quoted_list(tags.iter().copied()))
            }
            ProviderLine::Tags(_) | ProviderLine::Unknown => provider.to_owned(),
        }
    }

    fn with_these_tags(&self) -> &'static str {
        match self.pending_tags().len() {
            0 => "",
            1 => "with this tag ",
            _ => "with these tags ",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{ContentId, PacticipantId, VersionId};
    use crate::domain::matrix::PacticipantRef;
    use crate::domain::matrix_selector::VersionRef;
    use crate::domain::pending::{BranchLine, TagLine};
    use crate::domain::selection::{CandidatePact, EnvironmentRef};
    use crate::domain::selection_metadata::SelectorMetadata;

    fn version(number: &str) -> VersionRef {
        VersionRef { id: VersionId(1), number: number.to_owned(), order: 1 }
    }

    fn reason(found: Found, number: &str) -> Reason {
        Reason {
            found,
            fallback_for: None,
            consumer: None,
            consumer_version: version(number),
            metadata: SelectorMetadata::default(),
        }
    }

    fn pact(reasons: Vec<Reason>, pending: Option<PendingStatus>, wip: bool) -> PactToVerify {
        let pact = CandidatePact {
            consumer: PacticipantRef { id: PacticipantId(1), name: "C".to_owned() },
            consumer_version: version("2"),
            content: ContentId(1),
            sha: "abc".to_owned(),
        };
        PactToVerify { entry: Entry { pact, reasons }, pending, wip }
    }

    fn environment(name: &str) -> EnvironmentRef {
        EnvironmentRef { name: name.to_owned(), production: false }
    }

    fn branch() -> ProviderLine {
        ProviderLine::Branch(BranchLine { name: "main".to_owned(), created_at: None, first_version_at: None })
    }

    fn texts(pact: &PactToVerify, line: &ProviderLine) -> String {
        let notices = notices(pact, "P", line, "{pv}", false);
        notices.iter().map(|notice| format!("{}\n  {}", notice.when, notice.text)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_reason_is_told_and_places_share_a_line() {
        let mut fallback = reason(Found::TagHead("main".to_owned()), "4");
        fallback.fallback_for = Some("feat".to_owned());
        let mut of_consumer = reason(Found::Deployed(environment("prod")), "1");
        of_consumer.consumer = Some("C".to_owned());
        let reasons = vec![
            reason(Found::Latest, "9"),
            reason(Found::BranchHead("b".to_owned()), "3"),
            fallback,
            reason(Found::Tagged("t".to_owned()), "5"),
            reason(Found::Deployed(environment("dev")), "1"),
            reason(Found::Deployed(environment("test")), "2"),
            of_consumer,
            reason(Found::Released(environment("prod")), "2"),
            reason(Found::MainBranch("main".to_owned()), "2"),
            reason(Found::InEnvironment(environment("qa")), "2"),
        ];
        insta::assert_snapshot!(short_description(&reasons), @"latest, latest from branch b, latest with tag main, one of t, deployed to dev, deployed to test, deployed to prod, released in prod, latest from main branch, deployed or released in qa");
        insta::assert_snapshot!(texts(&pact(reasons, None, false), &branch()), @r"
        before_verification
          The pact at {pv} is being verified because the pact content belongs to the consumer versions matching the following criteria:
            * latest version of a consumer that has a pact with P (9)
            * latest version from branch 'b' (3)
            * latest version tagged 'main' (fallback tag used as no pact was found with tag 'feat') (4)
            * all consumer versions tagged 't' (5)
            * consumer version(s) currently deployed to dev (1) and test (2)
            * version(s) of C currently deployed to prod (1)
            * consumer version(s) released and supported in prod (2)
            * latest version from the main branch 'main' (2)
            * a consumer version in environment qa (2)
        ");
    }

    #[test]
    fn a_pending_pact_says_what_each_outcome_will_mean() {
        let status = PendingStatus { pending: true, ..PendingStatus::default() };
        let pact = pact(vec![reason(Found::Latest, "2")], Some(status), false);
        insta::assert_snapshot!(texts(&pact, &branch()), @r"
        before_verification
          The pact at {pv} is being verified because the pact content belongs to the consumer version matching the following criterion:
            * latest version of a consumer that has a pact with P (2)
        before_verification
          This pact is in pending state for this version of P because a successful verification result for a version of P from branch 'main' has not yet been published. If this verification fails, it will not cause the overall build to fail. Read more at https://docs.pact.io/go/pending
        after_verification:success_true_published_false
          This pact is still in pending state for any version of P from branch 'main' as the successful verification results have not yet been published.
        after_verification:success_false_published_false
          This pact is still in pending state for any version of P from branch 'main' as a successful verification result has not yet been published
        after_verification:success_true_published_true
          This pact is no longer in pending state for any version of P from branch 'main', as a successful verification result has been published. If a verification for a version of P fails in the future, it will fail the build. Read more at https://docs.pact.io/go/pending
        after_verification:success_false_published_true
          This pact is still in pending state for any version of P from branch 'main' as a successful verification result has not yet been published
        ");
    }

    #[test]
    fn provider_tags_are_named_pending_ones_apart_from_the_others() {
        let tag = |name: &str| TagLine { name: name.to_owned(), first_used_at: None };
        let line = ProviderLine::Tags(vec![tag("main"), tag("feat")]);
        let pending = |pending: &[&str], other: &[&str]| PendingStatus {
            pending: !pending.is_empty(),
            pending_tags: pending.iter().map(|&tag| tag.to_owned()).collect(),
            other_tags: other.iter().map(|&tag| tag.to_owned()).collect(),
        };
        let said = |status| texts(&pact(vec![reason(Found::Latest, "2")], Some(status), false), &line);
        assert!(said(pending(&["feat"], &["main"])).contains("no longer in pending state for any version of P with tag 'feat', as a successful verification result with this tag has been"));
        assert!(
            said(pending(&["main", "feat"], &[]))
                .contains("result for a versions of P with tag 'main' and 'feat' has not yet")
        );
        assert!(
            said(pending(&[], &["main", "feat"]))
                .contains("successfully verified by a version of P with tag 'main' and 'feat'. If")
        );
    }

    #[test]
    fn work_in_progress_says_where_it_is_the_latest() {
        let status = PendingStatus { pending: true, ..PendingStatus::default() };
        let heads = |found: Vec<Found>| {
            let reasons = found.into_iter().map(|found| reason(found, "2")).collect();
            let said = texts(&pact(reasons, Some(status.clone()), true), &branch());
            said.lines()
                .nth(1)
                .unwrap_or_default()
                .split(" when the pact's")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        };
        let (branch, tag) =
            (|name: &str| Found::BranchHead(name.to_owned()), |name: &str| Found::TagHead(name.to_owned()));
        assert_eq!(
            heads(vec![branch("a")]),
            "The pact at {pv}/metadata/d2lwPXRydWU is being verified because it is a 'work in progress' pact (ie. it is the pact \
             for the latest version of C from branch 'a' and it has not yet been successfully verified by a version of P from \
             branch 'main'"
        );
        assert!(
            heads(vec![branch("a"), branch("b")])
                .contains("latest versions of C from branches 'a' and 'b' (both have the same content) and it")
        );
        assert!(heads(vec![branch("a"), tag("x"), tag("y")]).contains(
            "latest version of C from branch 'a' and tagged with 'x' and 'y' (all have the same content) and it"
        ));
    }
}
