//! Choosing the pacts a provider verifies: candidates and demands in, entries out.
//!
//! Every demand finds publications among the candidates the store has read. Publications of one consumer with the same
//! content are one entry: its newest version stands for it, and it keeps all the reasons why it was chosen.

use std::collections::HashMap;

use super::id::ContentId;
use super::matrix::PacticipantRef;
use super::matrix_selector::VersionRef;
use super::selection_metadata::SelectorMetadata;
use super::selector::{Branch, Demand, Wanted};

/// A pact that may be verified, and what it was found as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The pact.
    pub(crate) pact: CandidatePact,
    /// What its consumer version is.
    pub(crate) found: Found,
}

/// A published pact, as far as choosing it is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CandidatePact {
    /// Whose pact it is.
    pub(crate) consumer: PacticipantRef,
    /// The version that published it.
    pub(crate) consumer_version: VersionRef,
    /// Its content.
    pub(crate) content: ContentId,
    /// The identity of its content.
    pub(crate) sha: String,
}

/// What a consumer version is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// The newest version with a pact.
    Latest,
    /// The head of this branch.
    BranchHead(String),
    /// The newest version with this tag.
    TagHead(String),
    /// A version with this tag.
    Tagged(String),
    /// Deployed to this environment.
    Deployed(EnvironmentRef),
    /// Released and supported in this environment.
    Released(EnvironmentRef),
    /// The head of the main branch, which has this name.
    MainBranch(String),
    /// Deployed to or released in this environment.
    InEnvironment(EnvironmentRef),
}

/// An environment as texts need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnvironmentRef {
    /// Its name.
    pub(crate) name: String,
    /// Does it serve real users?
    pub(crate) production: bool,
}

/// What is known of a consumer when no selectors are given.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ConsumerLine {
    /// Its name.
    pub(crate) name: String,
    /// The name of its main branch.
    pub(crate) main_branch: Option<String>,
    /// Whether there is a version on a branch of that name.
    pub(crate) has_branch: bool,
    /// Whether there is a version with a tag of that name.
    pub(crate) has_tag: bool,
}

/// One reason why a pact was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    /// What the consumer version is.
    pub(crate) found: Found,
    /// The branch or tag that was asked for, when this one is its fallback.
    pub(crate) fallback_for: Option<String>,
    /// The consumer, if the selector named it.
    pub(crate) consumer: Option<String>,
    /// The consumer version.
    pub(crate) consumer_version: VersionRef,
    /// What the pact's address says about this reason.
    pub(crate) metadata: SelectorMetadata,
}

/// A content to verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The newest publication of the content among the chosen.
    pub(crate) pact: CandidatePact,
    /// Why it was chosen.
    pub(crate) reasons: Vec<Reason>,
}

/// What a provider verifies when it does not say: of every consumer its main branch, or else its newest version; and whatever
/// runs somewhere.
pub(crate) fn default_demands(consumers: &[ConsumerLine]) -> Vec<Demand> {
    let lines = consumers.iter().map(|consumer| {
        let wanted = match &consumer.main_branch {
            Some(_) if consumer.has_branch => Wanted::MainBranch { asked: false },
            Some(tag) if consumer.has_tag => Wanted::LatestTag { tag: tag.clone(), fallback: None },
            _ => Wanted::Latest,
        };
        Demand { wanted, consumer: Some(consumer.name.clone()) }
    });
    let running = [Wanted::Deployed(None), Wanted::Released(None)].map(|wanted| Demand { wanted, consumer: None });
    lines.chain(running).collect()
}

/// The entries that `demands` choose among `candidates`, by consumer name and age.
pub(crate) fn select(demands: &[Demand], candidates: &[Candidate]) -> Vec<Entry> {
    let mut chosen: Vec<(usize, &CandidatePact, Reason)> = Vec::new();
    for (place, demand) in demands.iter().enumerate() {
        for (candidate, reason) in fulfilling(demand, candidates) {
            chosen.push((place, &candidate.pact, reason));
        }
    }
    let mut entries = group(chosen.into_iter().map(|(place, pact, reason)| (pact, (place, reason))));
    let mut entries: Vec<Entry> = entries
        .drain(..)
        .map(|(pact, mut reasons)| {
            reasons.sort_by(|a, b| sort_key(a.0, &a.1).cmp(&sort_key(b.0, &b.1)));
            Entry { pact: pact.clone(), reasons: without_repetition(reasons.into_iter().map(|(_, reason)| reason)) }
        })
        .collect();
    entries.sort_by_cached_key(|entry| {
        let pact = &entry.pact;
        (pact.consumer.name.to_lowercase(), pact.consumer.name.clone(), pact.consumer_version.order)
    });
    entries
}

/// Work in progress: every candidate is an entry, for the reason it was found; the order of reasons is that of `candidates`.
pub(crate) fn entries_of(candidates: &[Candidate]) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        group(candidates.iter().map(|candidate| (&candidate.pact, reason(candidate, None, None, None))))
            .into_iter()
            .map(|(pact, reasons)| Entry { pact: pact.clone(), reasons: without_repetition(reasons.into_iter()) })
            .collect();
    entries.sort_by_cached_key(|entry| (entry.pact.consumer.name.clone(), entry.pact.consumer_version.order));
    entries
}

/// Groups by consumer and content; the newest publication of a group stands for it.
fn group<'c, T>(chosen: impl Iterator<Item = (&'c CandidatePact, T)>) -> Vec<(&'c CandidatePact, Vec<T>)> {
    let mut groups: Vec<(&CandidatePact, Vec<T>)> = Vec::new();
    let mut places: HashMap<ContentId, usize> = HashMap::new();
    for (pact, item) in chosen {
        // A content belongs to one consumer and one provider.
        let place = *places.entry(pact.content).or_insert_with(|| {
            groups.push((pact, Vec::new()));
            groups.len() - 1
        });
        let (newest, items) = &mut groups[place];
        if pact.consumer_version.order > newest.consumer_version.order {
            *newest = pact;
        }
        items.push(item);
    }
    groups
}

fn without_repetition(reasons: impl Iterator<Item = Reason>) -> Vec<Reason> {
    let mut kept: Vec<Reason> = Vec::new();
    for reason in reasons {
        if !kept.contains(&reason) {
            kept.push(reason);
        }
    }
    kept
}

/// The candidates that fulfil a demand, each with the reason.
fn fulfilling<'c>(demand: &Demand, candidates: &'c [Candidate]) -> Vec<(&'c Candidate, Reason)> {
    let Demand { wanted, consumer } = demand;
    let of_consumer =
        |candidate: &&Candidate| consumer.as_ref().is_none_or(|name| *name == candidate.pact.consumer.name);
    let all = |is_wanted: &dyn Fn(&Found) -> bool| -> Vec<&'c Candidate> {
        candidates.iter().filter(of_consumer).filter(|candidate| is_wanted(&candidate.found)).collect()
    };
    let chosen = |found: Vec<&'c Candidate>,
                  asked: Option<&str>,
                  latest: Option<bool>|
     -> Vec<(&'c Candidate, Reason)> {
        found.into_iter().map(|candidate| (candidate, reason(candidate, consumer.as_deref(), asked, latest))).collect()
    };
    let in_environment =
        |asked: &Option<String>, found: &EnvironmentRef| asked.as_ref().is_none_or(|name| *name == found.name);
    match wanted {
        Wanted::MainBranch { asked } => {
            chosen(all(&|found| matches!(found, Found::MainBranch(_))), None, asked.then_some(true))
        }
        Wanted::Branch { branch, fallback } => {
            let head = |wanted: &str, found: &Found| matches!(found, Found::BranchHead(name) if name == wanted);
            let name = match branch {
                Branch::Any => return chosen(all(&|found| matches!(found, Found::BranchHead(_))), None, Some(true)),
                Branch::Named(name) => name,
            };
            let first = all(&|found| head(name, found));
            // Another than for tags, the fallback of a branch is decided for each consumer.
            let has_first =
                |candidate: &&Candidate| first.iter().any(|own| own.pact.consumer == candidate.pact.consumer);
            let second: Vec<_> = fallback
                .iter()
                .flat_map(|fallback| all(&|found| head(fallback, found)))
                .filter(|candidate| !has_first(candidate))
                .collect();
            let mut chosen_first = chosen(first, Some(name), Some(true));
            chosen_first.extend(chosen(second, Some(name), Some(true)));
            chosen_first
        }
        Wanted::LatestTag { tag, fallback } => {
            let head = |wanted: &str, found: &Found| matches!(found, Found::TagHead(name) if name == wanted);
            let first = all(&|found| head(tag, found));
            match fallback {
                Some(fallback) if first.is_empty() => {
                    chosen(all(&|found| head(fallback, found)), Some(tag), Some(true))
                }
                _ => chosen(first, Some(tag), Some(true)),
            }
        }
        Wanted::Tag { tag, said_not_latest } => {
            let found = all(&|found| matches!(found, Found::Tagged(name) if name == tag));
            chosen(found, Some(tag), said_not_latest.then_some(false))
        }
        Wanted::Latest => chosen(all(&|found| *found == Found::Latest), None, Some(true)),
        Wanted::Deployed(environment) => {
            let found = all(&|found| matches!(found, Found::Deployed(own) if in_environment(environment, own)));
            chosen(found, environment.as_deref(), None)
        }
        Wanted::Released(environment) => {
            let found = all(&|found| matches!(found, Found::Released(own) if in_environment(environment, own)));
            chosen(found, environment.as_deref(), None)
        }
        Wanted::InEnvironment(environment) => {
            let found = all(&|found| matches!(found, Found::InEnvironment(own) if own.name == *environment));
            chosen(found, Some(environment), None)
        }
    }
}

/// Why `candidate` was chosen; `asked` is the branch, tag or environment that was asked for.
fn reason(candidate: &Candidate, consumer: Option<&str>, asked: Option<&str>, latest: Option<bool>) -> Reason {
    let mut metadata = SelectorMetadata {
        latest,
        consumer_version: Some(candidate.pact.consumer_version.id),
        ..SelectorMetadata::default()
    };
    let mut fallback_for = None;
    match &candidate.found {
        Found::BranchHead(name) => {
            metadata.branch = Some(asked.unwrap_or(name).to_owned());
            fallback_for = asked.filter(|asked| asked != name);
        }
        Found::TagHead(name) | Found::Tagged(name) => {
            metadata.tag = Some(asked.unwrap_or(name).to_owned());
            fallback_for = asked.filter(|asked| asked != name);
        }
        Found::Deployed(_) | Found::Released(_) | Found::InEnvironment(_) => {
            metadata.environment = asked.map(str::to_owned);
        }
        Found::Latest | Found::MainBranch(_) => {}
    }
    Reason {
        found: candidate.found.clone(),
        fallback_for: fallback_for.map(str::to_owned),
        consumer: consumer.map(str::to_owned),
        consumer_version: candidate.pact.consumer_version.clone(),
        metadata,
    }
}

/// Reasons are told by kind, production environments last, then by name and age; main branches and bare environments stay in
/// the order they were asked for.
fn sort_key(place: usize, reason: &Reason) -> (u8, usize, bool, &str, i64) {
    let order = reason.consumer_version.order;
    match &reason.found {
        Found::Latest => (0, 0, false, "", order),
        Found::BranchHead(name) => (1, 0, false, name, order),
        Found::TagHead(name) => (2, 0, false, name, order),
        Found::Tagged(name) => (3, 0, false, name, order),
        Found::Deployed(environment) => (4, 0, environment.production, &environment.name, order),
        Found::Released(environment) => (5, 0, environment.production, &environment.name, order),
        Found::MainBranch(_) => (6, place, false, "", order),
        Found::InEnvironment(environment) => (6, place, environment.production, &environment.name, order),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{PacticipantId, VersionId};

    fn candidate(consumer: &str, order: i64, content: i64, found: Found) -> Candidate {
        Candidate {
            pact: CandidatePact {
                consumer: PacticipantRef {
                    id: PacticipantId(i64::from(consumer.as_bytes()[0])),
                    name: consumer.to_owned(),
                },
                consumer_version: VersionRef { id: VersionId(order), number: format!("c{order}"), order },
                content: ContentId(content),
                sha: content.to_string(),
            },
            found,
        }
    }

    fn environment(name: &str, production: bool) -> EnvironmentRef {
        EnvironmentRef { name: name.to_owned(), production }
    }

    fn shown(entries: &[Entry]) -> Vec<String> {
        entries
            .iter()
            .map(|entry| {
                let reasons: Vec<_> = entry.reasons.iter().map(|reason| format!("{:?}", reason.found)).collect();
                format!("{} {}: {}", entry.pact.consumer.name, entry.pact.consumer_version.number, reasons.join(", "))
            })
            .collect()
    }

    fn demand(wanted: Wanted) -> Demand {
        Demand { wanted, consumer: None }
    }

    #[test]
    fn one_content_is_one_entry_with_all_its_reasons_in_order() {
        let candidates = [
            candidate("web", 10, 1, Found::MainBranch("main".to_owned())),
            candidate("web", 1, 1, Found::Deployed(environment("test", false))),
            candidate("web", 2, 2, Found::Deployed(environment("production", true))),
            candidate("App", 7, 3, Found::MainBranch("main".to_owned())),
        ];
        let demands = [demand(Wanted::MainBranch { asked: true }), demand(Wanted::Deployed(None))];
        assert_eq!(
            shown(&select(&demands, &candidates)),
            [
                "App c7: MainBranch(\"main\")",
                "web c2: Deployed(EnvironmentRef { name: \"production\", production: true })",
                "web c10: Deployed(EnvironmentRef { name: \"test\", production: false }), MainBranch(\"main\")",
            ]
        );
    }

    #[test]
    fn the_fallback_branch_is_for_each_consumer_that_has_no_pact_on_the_branch() {
        let head = |name: &str| Found::BranchHead(name.to_owned());
        let candidates = [
            candidate("web", 1, 1, head("feat")),
            candidate("web", 2, 2, head("main")),
            candidate("mobile", 3, 3, head("main")),
        ];
        let branch = Wanted::Branch { branch: Branch::Named("feat".to_owned()), fallback: Some("main".to_owned()) };
        let entries = select(&[demand(branch)], &candidates);
        assert_eq!(shown(&entries), ["mobile c3: BranchHead(\"main\")", "web c1: BranchHead(\"feat\")"]);
        assert_eq!(entries[0].reasons[0].fallback_for.as_deref(), Some("feat"));
        assert_eq!(entries[0].reasons[0].metadata.branch.as_deref(), Some("feat"));
        assert_eq!(entries[1].reasons[0].fallback_for, None);
    }

    #[test]
    fn the_fallback_tag_is_used_only_when_nobody_has_the_tag() {
        let head = |name: &str| Found::TagHead(name.to_owned());
        let candidates = [
            candidate("web", 1, 1, head("prod")),
            candidate("web", 2, 2, head("main")),
            candidate("app", 3, 3, head("main")),
        ];
        let tag = |tag: &str| demand(Wanted::LatestTag { tag: tag.to_owned(), fallback: Some("main".to_owned()) });
        assert_eq!(shown(&select(&[tag("prod")], &candidates)), ["web c1: TagHead(\"prod\")"]);
        assert_eq!(
            shown(&select(&[tag("nope")], &candidates)),
            ["app c3: TagHead(\"main\")", "web c2: TagHead(\"main\")"]
        );
    }

    #[test]
    fn without_selectors_main_branches_their_tags_or_the_latest_are_chosen_and_what_runs() {
        let line = |name: &str, main_branch: Option<&str>, has_branch, has_tag| ConsumerLine {
            name: name.to_owned(),
            main_branch: main_branch.map(str::to_owned),
            has_branch,
            has_tag,
        };
        let demands = default_demands(&[
            line("a", Some("main"), true, true),
            line("b", Some("main"), false, true),
            line("c", Some("main"), false, false),
            line("d", None, false, false),
        ]);
        let wanted: Vec<_> =
            demands.into_iter().map(|demand| (demand.consumer.unwrap_or_default(), demand.wanted)).collect();
        assert_eq!(
            wanted,
            [
                ("a".to_owned(), Wanted::MainBranch { asked: false }),
                ("b".to_owned(), Wanted::LatestTag { tag: "main".to_owned(), fallback: None }),
                ("c".to_owned(), Wanted::Latest),
                ("d".to_owned(), Wanted::Latest),
                (String::new(), Wanted::Deployed(None)),
                (String::new(), Wanted::Released(None)),
            ]
        );
    }
}
