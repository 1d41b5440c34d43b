//! What the memory answers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deployment, Model, Publication, Verification, Version};
use crate::domain::matrix::{LatestBy, Question};
use crate::domain::matrix_selector::{Criteria, Selector};

/// An answer, as far as it is compared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) deployable: Option<bool>,
    pub(crate) success: usize,
    pub(crate) failed: usize,
    pub(crate) unknown: usize,
    pub(crate) ignored: Option<usize>,
    pub(crate) rows: Vec<Row>,
    pub(crate) reasons: BTreeSet<&'static str>,
    /// Each cause with whom it concerns, sorted.
    pub(crate) causes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) consumer: String,
    pub(crate) consumer_version: String,
    pub(crate) revision: usize,
    pub(crate) provider: String,
    pub(crate) provider_version: Option<String>,
    pub(crate) success: Option<bool>,
    pub(crate) ignored: bool,
}

/// A selector with one version it found; with none, it found nothing or means all.
#[derive(Debug, Clone)]
struct Resolved {
    name: String,
    name_only: bool,
    criteria: Criteria,
    version: Option<usize>,
}

impl Resolved {
    fn is_missing(&self) -> bool {
        !self.name_only && self.version.is_none()
    }

    fn means(&self, name: &str, version: usize) -> bool {
        self.name == name && (self.name_only || self.version == Some(version))
    }
}

impl Model {
    /// A question about pacticipants that do not exist is refused before it is asked.
    pub(crate) fn knows_all(&self, question: &Question) -> bool {
        question.selectors.iter().all(|selector| self.pacticipants.contains_key(&selector.pacticipant))
    }

    fn is_in(&self, version: usize, environment: &str) -> bool {
        let deployed = |d: &Deployment| d.version == version && d.environment == environment && d.current;
        let released = |r: &(usize, String, bool)| r.0 == version && r.1 == environment && r.2;
        self.deployments.iter().any(deployed) || self.releases.iter().any(released)
    }

    fn fulfils(&self, version: &Version, criteria: &Criteria) -> bool {
        let name = &version.pacticipant;
        let is_on = |branch: &str| self.on_branch.contains(&(name.clone(), branch.to_owned(), version.id));
        criteria.version.as_ref().is_none_or(|number| *number == version.number)
            && criteria.branch.as_ref().is_none_or(|branch| is_on(branch))
            && (!criteria.main_branch || self.pacticipants[name].as_ref().is_some_and(|branch| is_on(branch)))
            && criteria.tag.as_ref().is_none_or(|tag| self.tags.contains(&(version.id, tag.clone())))
            && criteria.environment.as_ref().is_none_or(|environment| self.is_in(version.id, environment))
    }

    fn resolve(&self, Selector { pacticipant: name, criteria }: &Selector) -> Vec<Resolved> {
        let resolved = |version| Resolved {
            name: name.clone(),
            name_only: *criteria == Criteria::default(),
            criteria: criteria.clone(),
            version,
        };
        if *criteria == Criteria::default() {
            return vec![resolved(None)];
        }
        let of_it = self.versions.iter().filter(|version| version.pacticipant == *name);
        let mut found: Vec<usize> =
            of_it.filter(|version| self.fulfils(version, criteria)).map(|version| version.id).collect();
        if criteria.latest {
            // "The latest of a branch" is its head. Everything else is the newest of what fulfils all conditions.
            let branch_alone = match criteria {
                Criteria { branch: Some(branch), tag: None, environment: None, main_branch: false, .. } => {
                    Some(branch.clone())
                }
                Criteria { branch: None, tag: None, environment: None, main_branch: true, .. } => {
                    self.pacticipants.get(name).cloned().flatten()
                }
                _ => None,
            };
            found = match branch_alone {
                Some(branch) => self.branches.get(&(name.clone(), branch)).copied().flatten().into_iter().collect(),
                None => found.into_iter().max().into_iter().collect(),
            };
        }
        if found.is_empty() { vec![resolved(None)] } else { found.into_iter().map(|id| resolved(Some(id))).collect() }
    }

    fn is_latest_revision(&self, pact: &Publication) -> bool {
        !self.publications.iter().any(|other| {
            other.version == pact.version && other.provider == pact.provider && other.revision > pact.revision
        })
    }

    fn is_latest_result(&self, result: &Verification) -> bool {
        !self.verifications.iter().any(|other| {
            other.version == result.version
                && other.consumer == result.consumer
                && other.provider == result.provider
                && other.content == result.content
                && other.id > result.id
        })
    }

    /// Consumer and provider of each integration in question, and whether it is required.
    fn dependencies(&self, question: &Question, specified: &[Resolved]) -> BTreeMap<(String, String), bool> {
        let mut found: BTreeMap<(String, String), bool> = BTreeMap::new();
        let about_all = question.infers() || question.selectors.len() == 1;
        for selector in specified {
            for pact in self.publications.iter().filter(|pact| self.is_latest_revision(pact)) {
                let other_is_specified = specified.iter().any(|other| other.name == pact.provider);
                if selector.means(&pact.consumer, pact.version) && (about_all || other_is_specified) {
                    found.insert((pact.consumer.clone(), pact.provider.clone()), true);
                }
            }
            for (consumer, provider) in &self.integrations {
                if about_all && *provider == selector.name {
                    found.entry((consumer.clone(), provider.clone())).or_insert(false);
                }
            }
        }
        found
    }

    pub(crate) fn answer(&self, question: &Question) -> Expected {
        let specified: Vec<Resolved> = question.selectors.iter().flat_map(|selector| self.resolve(selector)).collect();
        let ignore: Vec<Resolved> = question.ignore.iter().flat_map(|selector| self.resolve(selector)).collect();
        let dependencies = self.dependencies(question, &specified);
        let mut selectors = specified.clone();
        if question.infers() {
            let names: BTreeSet<&String> =
                dependencies.keys().flat_map(|(consumer, provider)| [consumer, provider]).collect();
            for name in names {
                if specified.iter().all(|selector| selector.name != *name) {
                    let target = Selector { pacticipant: name.clone(), criteria: question.target.clone() };
                    selectors.extend(self.resolve(&target));
                }
            }
        }

        let mut found = self.combinations(question, &specified, &selectors);
        if question.latest_by == Some(LatestBy::ConsumerVersionAndProvider) {
            let all = found.clone();
            found.retain(|(pact, result)| {
                !all.iter().any(|(other, newer)| {
                    let same = other.version == pact.version && other.provider == pact.provider;
                    same && newer.as_ref().map(|(version, _)| version) > result.as_ref().map(|(version, _)| version)
                })
            });
        }
        if question.every_provider_version_needs_a_result {
            let missing = self.overlooked(&found, &selectors);
            found.extend(missing);
        }
        let is_ignored = |name: &str, version: Option<usize>| {
            ignore.iter().any(|selector| match version {
                Some(version) => selector.means(name, version),
                None => selector.name == name && selector.name_only,
            })
        };
        // Sorted by everything that is promised; the identity of a result comes last.
        let mut rows: Vec<_> = found
            .into_iter()
            .filter(|(_, result)| {
                let success = result.as_ref().and_then(|(_, result)| result.as_ref().map(|(_, success)| *success));
                question.success.is_empty() || question.success.contains(&success)
            })
            .map(|(pact, result)| {
                let provider_version = result.as_ref().map(|(version, _)| *version);
                let outcome = result.and_then(|(_, outcome)| outcome);
                let row = Row {
                    consumer_version: self.number(pact.version),
                    revision: pact.revision,
                    provider_version: provider_version.map(|version| self.number(version)),
                    success: outcome.map(|(_, success)| success),
                    ignored: is_ignored(&pact.consumer, Some(pact.version))
                        || is_ignored(&pact.provider, provider_version),
                    consumer: pact.consumer.clone(),
                    provider: pact.provider.clone(),
                };
                (pact.version, provider_version, outcome.map(|(id, _)| id), row)
            })
            .collect();
        rows.sort_by(|(version, provider_version, result, row), (version2, provider_version2, result2, row2)| {
            (row.ignored.cmp(&row2.ignored))
                .then(row.consumer.cmp(&row2.consumer))
                .then(version2.cmp(version))
                .then(row2.revision.cmp(&row.revision))
                .then(row.provider.cmp(&row2.provider))
                .then(provider_version2.cmp(provider_version))
                .then(result2.cmp(result))
        });
        let rows: Vec<Row> = rows.into_iter().map(|(.., row)| row).collect();
        let mut causes = self.causes(&selectors, &rows);
        let mut expected =
            Self::verdict(question, &specified, &ignore, &dependencies, rows.clone(), &is_ignored, &self.pacticipants);
        if expected.reasons.contains("missing") {
            let missing = specified.iter().filter(|s| s.is_missing() && !is_ignored(&s.name, None));
            causes = missing.map(|selector| format!("unknown_version {}", selector.name)).collect();
        } else if expected.deployable == Some(true) && rows.is_empty() {
            causes.push(if dependencies.is_empty() { "no_contracts" } else { "nobody_in_target" }.to_owned());
        } else {
            for ((consumer, provider), required) in &dependencies {
                if *required && !rows.iter().any(|row| row.consumer == *consumer && row.provider == *provider) {
                    causes.push(format!("not_considered {consumer} {provider}"));
                }
            }
        }
        causes.sort_unstable();
        expected.causes = causes;
        expected
    }

    /// Why each row that counts is not a success.
    fn causes(&self, selectors: &[Resolved], rows: &[Row]) -> Vec<String> {
        let mut causes = Vec::new();
        for row in rows.iter().filter(|row| !row.ignored && row.success != Some(true)) {
            let edge = format!("{} {} {}", row.consumer, row.consumer_version, row.provider);
            if row.success == Some(false) {
                causes.push(format!("failed {edge} {:?} None", row.provider_version));
                continue;
            }
            let of_provider = || selectors.iter().filter(|selector| selector.name == row.provider);
            let wanted: Vec<usize> = match &row.provider_version {
                Some(number) => {
                    let is_it = |known: &&Version| known.pacticipant == row.provider && known.number == *number;
                    self.versions.iter().filter(is_it).map(|version| version.id).collect()
                }
                None => of_provider().filter_map(|selector| selector.version).collect(),
            };
            let looked_for_some = of_provider().next().is_some_and(|selector| !selector.name_only);
            let is_pact = |pact: &&Publication| {
                pact.consumer == row.consumer
                    && pact.provider == row.provider
                    && pact.revision == row.revision
                    && self.number(pact.version) == row.consumer_version
            };
            let content = &self.publications.iter().find(is_pact).expect("a row has a pact").content;
            let by_anyone = self.verifications.iter().filter(|result| {
                result.consumer == row.consumer
                    && result.provider == row.provider
                    && result.content == *content
                    && result.success
                    && self.is_latest_result(result)
            });
            let verified_by = by_anyone.map(|result| result.version).max().map(|version| self.number(version));
            let knows_consumer = self
                .verifications
                .iter()
                .any(|result| result.consumer == row.consumer && wanted.contains(&result.version));
            let cause = if wanted.is_empty() && looked_for_some {
                "nothing_in_target"
            } else if verified_by.is_some() {
                "verified_by_other_version"
            } else if knows_consumer {
                "verified_for_other_content"
            } else {
                "never_verified"
            };
            let shown = match wanted.as_slice() {
                [only] => Some(self.number(*only)),
                _ => row.provider_version.clone(),
            };
            causes.push(format!("{cause} {edge} {shown:?} {verified_by:?}"));
        }
        causes
    }

    fn number(&self, id: usize) -> String {
        self.versions.iter().find(|version| version.id == id).expect("it is remembered").number.clone()
    }

    /// Every pact in question with every result in question, or alone.
    fn combinations(&self, question: &Question, specified: &[Resolved], selectors: &[Resolved]) -> Vec<Found> {
        let all_of_history = question.latest_by.is_none();
        let is_meant = |name: &str, version: usize| selectors.iter().any(|selector| selector.means(name, version));
        let is_named = |name: &str| selectors.iter().any(|selector| selector.name == name);
        let is_specified = |name: &str| specified.iter().any(|selector| selector.name == name);
        let alone = question.selectors.len() == 1 && selectors.len() == specified.len();
        let mut found: Vec<Found> = Vec::new();
        for pact in self.publications.iter().filter(|pact| all_of_history || self.is_latest_revision(pact)) {
            let consumer_is_meant = is_meant(&pact.consumer, pact.version);
            let results = self.verifications.iter().filter(|result| {
                result.consumer == pact.consumer
                    && result.provider == pact.provider
                    && result.content == pact.content
                    && (all_of_history || self.is_latest_result(result))
            });
            let mut results = results.peekable();
            if alone {
                // All of one pacticipant: its pacts with anybody's results, and the pacts that it has results for.
                if consumer_is_meant && results.peek().is_none() {
                    found.push((pact.clone(), None));
                }
                for result in results.filter(|result| consumer_is_meant || is_meant(&pact.provider, result.version)) {
                    found.push((pact.clone(), Some((result.version, Some((result.id, result.success))))));
                }
                continue;
            }
            let in_question = consumer_is_meant
                && is_named(&pact.provider)
                && (is_specified(&pact.consumer) || is_specified(&pact.provider));
            if !in_question {
                continue;
            }
            let mut results = results.filter(|result| is_meant(&pact.provider, result.version)).peekable();
            if results.peek().is_none() {
                found.push((pact.clone(), None));
            }
            for result in results {
                found.push((pact.clone(), Some((result.version, Some((result.id, result.success))))));
            }
        }
        found
    }

    /// A row for each provider version in an environment in question that has no result, for each pact that another version
    /// has one for. Only what a consumer version published last counts.
    fn overlooked(&self, found: &[Found], selectors: &[Resolved]) -> Vec<Found> {
        let mut missing: Vec<Found> = Vec::new();
        for (pact, result) in found {
            let told = |(other, _): &Found| other.version == pact.version && other.provider == pact.provider;
            let superseded = found.iter().any(|other| told(other) && other.0.revision > pact.revision);
            if !matches!(result, Some((_, Some(_)))) || superseded || missing.iter().any(told) {
                continue;
            }
            for selector in selectors {
                let Some(version) = selector.version.filter(|_| selector.name == pact.provider) else { continue };
                let has_result = self.verifications.iter().any(|result| {
                    result.version == version && result.consumer == pact.consumer && result.content == pact.content
                });
                let is_known = missing.iter().any(|other| told(other) && other.1 == Some((version, None)));
                if selector.criteria.environment.is_some() && !has_result && !is_known {
                    missing.push((pact.clone(), Some((version, None))));
                }
            }
        }
        missing
    }

    fn verdict(
        question: &Question,
        specified: &[Resolved],
        ignore: &[Resolved],
        dependencies: &BTreeMap<(String, String), bool>,
        mut rows: Vec<Row>,
        is_ignored: &dyn Fn(&str, Option<usize>) -> bool,
        pacticipants: &BTreeMap<String, Option<String>>,
    ) -> Expected {
        let missing = specified.iter().any(|selector| selector.is_missing() && !is_ignored(&selector.name, None));
        let without_row = dependencies
            .iter()
            .filter(|((consumer, provider), required)| {
                **required && !rows.iter().any(|row| row.consumer == *consumer && row.provider == *provider)
            })
            .count();
        let considered: Vec<&Row> = rows.iter().filter(|row| !row.ignored).collect();
        let count = |success| considered.iter().filter(|row| row.success == success).count();
        let unknown = without_row + count(None);
        let deployable = match (missing, unknown, count(Some(false))) {
            (true, ..) => Some(false),
            (false, 1.., _) => None,
            (false, 0, failed) => Some(failed == 0),
        };

        let mut reasons: BTreeSet<&'static str> = BTreeSet::new();
        let cannot_be_ignored =
            |selector: &Resolved| selector.is_missing() || !pacticipants.contains_key(&selector.name);
        if ignore.iter().any(cannot_be_ignored) {
            reasons.insert("cannot ignore");
        }
        let Criteria { tag, environment, branch, main_branch, .. } = &question.target;
        if specified.len() == 1 && tag.is_none() && environment.is_none() && branch.is_none() && !main_branch {
            reasons.insert("no environment");
        }
        if specified.iter().any(|selector| !selector.name_only)
            && specified.iter().all(|selector| selector.criteria.version.is_none())
        {
            reasons.insert("no version number");
        }
        if missing {
            reasons.insert("missing");
        } else {
            if count(Some(false)) > 0 {
                reasons.insert("failed");
            }
            if unknown > 0 {
                reasons.insert("unverified");
            }
        }
        if deployable == Some(true) {
            reasons.insert(if considered.is_empty() { "nothing needed" } else { "verified" });
        }
        let (success, failed) = (count(Some(true)), count(Some(false)));
        let ignored = question.counts_ignored.then(|| rows.len() - considered.len());
        rows.truncate(question.limit);
        Expected { deployable, success, failed, unknown, ignored, rows, reasons, causes: Vec::new() }
    }
}

/// A pact with the provider version it was held against, and with the id and outcome of the result if there is one.
type Found = (Publication, Option<(usize, Option<(usize, bool)>)>);
