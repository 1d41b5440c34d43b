//! A broker's memory as plain lists, and ([`verdict`]) its verdicts by trying every combination.
//!
//! Nothing here is shared with the broker but the types of questions. It is slow and has no cleverness on purpose.

mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use super::history::{Action, Event, Present};
pub(super) use verdict::{Expected, Row};

/// The interactions of a pact by description: whether request and response are of the second kind.
pub(super) type Content = BTreeMap<u8, (bool, bool)>;

/// The tag that is called like an environment.
pub(super) const RELEVANT_TAG: &str = "test";

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
}
