//! A broker's memory as plain lists, and its verdicts by trying every combination.
//!
//! Nothing here is shared with the broker but the types of questions. It is slow and has no cleverness on purpose.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{Action, Event, Present};
use crate::domain::matrix::{LatestBy, Question};
use crate::domain::matrix_selector::{Criteria, Selector};

/// The interactions of a pact by description: whether request and response are of the second kind.
pub(super) type Content = BTreeMap<u8, (bool, bool)>;

/// The tag that is called like an environment.
pub(super) const RELEVANT_TAG: &str = "test";

/// An answer, as far as it is compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) deployable: Option<bool>,
    pub(super) success: usize,
    pub(super) failed: usize,
    pub(super) unknown: usize,
    pub(super) ignored: Option<usize>,
    pub(super) rows: Vec<Row>,
    pub(super) reasons: BTreeSet<&'static str>,
    /// Each cause with whom it concerns, sorted.
    pub(super) causes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) consumer: String,
    pub(super) consumer_version: String,
    pub(super) revision: usize,
    pub(super) provider: String,
    pub(super) provider_version: Option<String>,
    pub(super) success: Option<bool>,
    pub(super) ignored: bool,
}

#[derive(Debug, Clone)]
struct Version {
    /// Never used again, and higher for later ones.
    id: usize,
    pacticipant: String,
    number: String,
    created_at: u64,
}

#[derive(Debug, Clone)]
struct Publication {
    version: usize,
    consumer: String,
    provider: String,
    revision: usize,
    content: Content,
}

#[derive(Debug, Clone)]
struct Verification {
    id: usize,
    consumer: String,
    provider: String,
    content: Content,
    version: usize,
    success: bool,
}

#[derive(Debug, Clone)]
struct Deployment {
    version: usize,
    pacticipant: String,
    environment: String,
    instance: Option<String>,
    current: bool,
    open: bool,
}

/// Everything that is remembered.
#[derive(Debug, Default)]
pub(super) struct Model {
    now: u64,
    ids: usize,
    /// Names and main branches.
    pacticipants: BTreeMap<String, Option<String>>,
    versions: Vec<Version>,
    /// The head of each branch of a pacticipant.
    branches: BTreeMap<(String, String), Option<usize>>,
    on_branch: BTreeSet<(String, String, usize)>,
    tags: BTreeSet<(usize, String)>,
    integrations: BTreeSet<(String, String)>,
    publications: Vec<Publication>,
    verifications: Vec<Verification>,
    deployments: Vec<Deployment>,
    /// Version, environment, supported.
    releases: Vec<(usize, String, bool)>,
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
    pub(super) fn meant_by(&self, event: &Event) -> Option<Action> {
        let version = |id: usize| self.versions.iter().find(|version| version.id == id).expect("it is remembered");
        event.action(Present {
            pacticipants: self.pacticipants.keys().cloned().collect(),
            versions: self.versions.iter().map(|v| (v.pacticipant.clone(), v.number.clone())).collect(),
            pacts: self
                .publications
                .iter()
                .map(|p| (p.consumer.clone(), version(p.version).number.clone(), p.provider.clone(), p.content.clone()))
                .collect(),
            results: self
                .verifications
                .iter()
                .map(|v| (v.consumer.clone(), v.provider.clone(), v.content.clone(), v.id))
                .collect(),
            branches: self.branches.keys().cloned().collect(),
            deployed: self
                .deployments
                .iter()
                .filter(|deployment| deployment.current)
                .map(|d| (d.pacticipant.clone(), d.environment.clone(), d.instance.clone().unwrap_or_default()))
                .collect(),
            supported: self
                .releases
                .iter()
                .filter(|(_, _, supported)| *supported)
                .map(|(id, environment, _)| {
                    (version(*id).pacticipant.clone(), version(*id).number.clone(), environment.clone())
                })
                .collect(),
            next_result: self.ids + 1,
        })
    }

    pub(super) fn happen(&mut self, action: &Action, at_once: bool) {
        self.now += if at_once { 1 } else { 60 };
        match action.clone() {
            Action::Publish { consumer, number, provider, content, merge } => {
                self.pacticipants.entry(provider.clone()).or_default();
                let version = self.version(&consumer, &number);
                self.publish(version, consumer, provider, content, merge);
            }
            Action::Verify { consumer, provider, content, number, success, id } => {
                let version = self.version(&provider, &number);
                self.ids = self.ids.max(id);
                self.verifications.push(Verification { id, consumer, provider, content, version, success });
            }
            Action::NewVersion { name, number } => {
                self.version(&name, &number);
            }
            Action::Branch { name, number, branch } => {
                let version = self.version(&name, &number);
                self.detect_main_branch(&name, &branch);
                self.put_on_branch(&name, &branch, version);
            }
            Action::Tag { name, number, tag } => self.tag(&name, &number, tag),
            Action::Deploy { name, number, environment, instance } => {
                let version = self.version(&name, &number);
                self.deploy(name, version, environment, instance);
            }
            Action::Release { name, number, environment } => {
                let version = self.version(&name, &number);
                self.releases.retain(|(of, to, _)| *of != version || *to != environment);
                self.releases.push((version, environment, true));
            }
            Action::Unbranch { name, number, branch } => {
                let version = self.version(&name, &number);
                self.on_branch.remove(&(name, branch, version));
                self.repair_heads();
            }
            Action::Untag { name, number, tag } => {
                let version = self.version(&name, &number);
                self.tags.remove(&(version, tag));
            }
            Action::DeleteVersion { name, number } => {
                let version = self.version(&name, &number);
                self.versions.retain(|known| known.id != version);
                self.forget_what_belongs_to_no_version();
            }
            Action::MainBranch { name, branch } => {
                self.pacticipants.insert(name, branch);
            }
            Action::Undeploy { name, environment, place } => {
                for deployment in self.deployments.iter_mut().filter(|deployment| deployment.current) {
                    let here = deployment.instance.as_deref().unwrap_or_default() == place;
                    if deployment.pacticipant == name && deployment.environment == environment && here {
                        (deployment.current, deployment.open) = (false, false);
                    }
                }
            }
            Action::EndSupport { name, number, environment } => {
                let version = self.version(&name, &number);
                for (of, to, supported) in &mut self.releases {
                    if *of == version && *to == environment {
                        *supported = false;
                    }
                }
            }
            Action::DeletePact { consumer, number, provider } => {
                let version = self.version(&consumer, &number);
                self.publications.retain(|pact| pact.version != version || pact.provider != provider);
            }
            Action::DeleteResult { id, .. } => self.verifications.retain(|result| result.id != id),
            Action::DeleteBranch { name, branch } => {
                self.on_branch.retain(|(of, on, _)| *of != name || *on != branch);
                self.branches.remove(&(name, branch));
            }
            Action::DeletePair { consumer, provider } => {
                self.publications.retain(|pact| pact.consumer != consumer || pact.provider != provider);
                self.verifications.retain(|result| result.consumer != consumer || result.provider != provider);
                self.integrations.remove(&(consumer, provider));
            }
            Action::DeletePacticipant { name } => {
                self.pacticipants.remove(&name);
                self.versions.retain(|version| version.pacticipant != name);
                self.publications.retain(|pact| pact.provider != name);
                self.verifications.retain(|result| result.consumer != name);
                self.integrations.retain(|(consumer, provider)| *consumer != name && *provider != name);
                self.branches.retain(|(of, _), _| *of != name);
                self.forget_what_belongs_to_no_version();
            }
        }
    }

    /// The version, new if need be.
    fn version(&mut self, pacticipant: &str, number: &str) -> usize {
        self.pacticipants.entry(pacticipant.to_owned()).or_default();
        let known = self.versions.iter().find(|known| known.pacticipant == pacticipant && known.number == number);
        if let Some(known) = known {
            return known.id;
        }
        self.ids += 1;
        let (pacticipant, number) = (pacticipant.to_owned(), number.to_owned());
        self.versions.push(Version { id: self.ids, pacticipant, number, created_at: self.now });
        self.ids
    }

    fn publish(&mut self, version: usize, consumer: String, provider: String, mut content: Content, merge: bool) {
        let of_version = self.publications.iter().filter(|pact| pact.version == version && pact.provider == provider);
        let before = of_version.max_by_key(|pact| pact.revision).cloned();
        if let (Some(before), true) = (&before, merge) {
            let contradicts = |(description, (request, _)): (&u8, &(bool, bool))| {
                before.content.get(description).is_some_and(|known| known.0 != *request)
            };
            if content.iter().any(contradicts) {
                return;
            }
            let mut merged = before.content.clone();
            merged.extend(content);
            content = merged;
        }
        self.integrations.insert((consumer.clone(), provider.clone()));
        if before.as_ref().is_some_and(|before| before.content == content) {
            return;
        }
        let revision = before.map_or(1, |before| before.revision + 1);
        self.publications.push(Publication { version, consumer, provider, revision, content });
    }

    fn detect_main_branch(&mut self, name: &str, candidate: &str) {
        let main_branch = self.pacticipants.get_mut(name).expect("it was created");
        if main_branch.is_none() && ["develop", "main", "master"].contains(&candidate) {
            *main_branch = Some(candidate.to_owned());
        }
    }

    /// The version that comes to a branch is its head, whatever its age.
    fn put_on_branch(&mut self, name: &str, branch: &str, version: usize) {
        let is_new = self.on_branch.insert((name.to_owned(), branch.to_owned(), version));
        if is_new {
            self.branches.insert((name.to_owned(), branch.to_owned()), Some(version));
        }
    }

    fn tag(&mut self, name: &str, number: &str, tag: String) {
        let version = self.version(name, number);
        let created_at = self.versions.iter().find(|known| known.id == version).expect("it was created").created_at;
        let has_tags = self.tags.iter().any(|(of, _)| *of == version);
        let has_branch = self.on_branch.iter().any(|(_, _, on)| *on == version);
        if self.tags.insert((version, tag.clone())) {
            if !has_tags && !has_branch && self.now - created_at <= 10 {
                self.put_on_branch(name, &tag, version);
            }
            self.detect_main_branch(name, &tag);
        }
        if tag == RELEVANT_TAG {
            self.deploy(name.to_owned(), version, tag, None);
        }
    }

    fn deploy(&mut self, pacticipant: String, version: usize, environment: String, instance: Option<String>) {
        let place = |deployment: &Deployment| deployment.instance.clone().unwrap_or_default();
        let there =
            |deployment: &Deployment| deployment.pacticipant == pacticipant && deployment.environment == environment;
        let is_there = |deployment: &Deployment| {
            there(deployment) && deployment.current && deployment.instance == instance && deployment.version == version
        };
        if self.deployments.iter().any(is_there) {
            return;
        }
        for index in 0..self.deployments.len() {
            let before = &self.deployments[index];
            if there(before) && before.instance == instance && before.open {
                self.deployments[index].open = false;
                self.deployments[index].current = false;
            } else if there(before) && place(before) == instance.clone().unwrap_or_default() {
                self.deployments[index].current = false;
            }
        }
        let deployment = Deployment { version, pacticipant, environment, instance, current: true, open: true };
        self.deployments.push(deployment);
    }

    fn repair_heads(&mut self) {
        for ((name, branch), head) in &mut self.branches {
            let on_it = |version: &usize| self.on_branch.contains(&(name.clone(), branch.clone(), *version));
            if !head.as_ref().is_some_and(on_it) {
                *head = self.versions.iter().map(|version| version.id).filter(on_it).max();
            }
        }
    }

    fn forget_what_belongs_to_no_version(&mut self) {
        let ids: BTreeSet<usize> = self.versions.iter().map(|version| version.id).collect();
        self.on_branch.retain(|(_, _, version)| ids.contains(version));
        self.tags.retain(|(version, _)| ids.contains(version));
        self.publications.retain(|pact| ids.contains(&pact.version));
        self.verifications.retain(|result| ids.contains(&result.version));
        self.deployments.retain(|deployment| ids.contains(&deployment.version));
        self.releases.retain(|(version, _, _)| ids.contains(version));
        self.repair_heads();
    }

    /// A question about pacticipants that do not exist is refused before it is asked.
    pub(super) fn knows_all(&self, question: &Question) -> bool {
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

    pub(super) fn answer(&self, question: &Question) -> Expected {
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
