//! What can be seen here: the version and branch that a build service or Git tells, and the pact files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::ci_environment::{self, Found};
use crate::context::Context;
use crate::pact_files::{self, Oddities};

/// Where consumers' tests leave their pact files, by the language they are written in.
const USUAL_PLACES: [&str; 3] = ["target/pacts", "build/pacts", "pacts"];

/// What this project has to do with a broker.
pub(super) struct Project {
    /// The version that is built.
    pub(super) version: Option<String>,
    /// The branch that is built.
    pub(super) branch: Option<String>,
    /// The consumers and providers of its pact files, each pair once.
    pub(super) pairs: BTreeSet<(String, String)>,
    /// Its applications, as far as they are known.
    pub(super) pacticipants: BTreeSet<String>,
}

impl Project {
    /// Looks at the working directory and the environment.
    pub(super) fn look(
        named: &[PathBuf],
        pacticipants: Vec<String>,
        context: &Context,
    ) -> anyhow::Result<(Self, Vec<Finding>)> {
        let [version, branch, build_url] = ci_environment::find(&context.environment);
        let mut findings = vec![
            Finding::good("intact", env!("CARGO_PKG_VERSION")),
            detected("version", version.as_ref(), "give it to each command with --consumer-app-version or --version"),
            detected(
                "branch",
                branch.as_ref(),
                "give it with --branch, and to `intact verify` with --provider-branch: without branches there is no newest \
                 version of a main branch",
            ),
        ];
        if let Some(Found { value, source }) = build_url {
            findings.push(Finding::good("build", format!("{value} (from {source})")));
        }
        let files = files(named)?;
        let mut project = Self {
            version: version.map(|found| found.value),
            branch: branch.map(|found| found.value),
            pairs: BTreeSet::new(),
            pacticipants: pacticipants.into_iter().collect(),
        };
        if files.is_empty() {
            let places = USUAL_PLACES.join(", ");
            let finding = Finding::good("pact files", format!("none in {places}: nothing to publish from here"));
            findings.push(finding);
        }
        for file in files {
            match pact_files::read(&file, Oddities::Warned) {
                Ok(found) => findings.push(project.add(&file, found.pact.consumer, found.pact.provider)),
                Err(error) => findings.push(Finding::of_error("pact files", &error)),
            }
        }
        Ok((project, findings))
    }

    fn add(&mut self, file: &Path, consumer: String, provider: String) -> Finding {
        let text = format!("{}: {consumer} with {provider}", file.display());
        self.pacticipants.insert(consumer.clone());
        if self.pairs.insert((consumer, provider)) {
            return Finding::good("pact files", text);
        }
        let finding = Finding::doubtful("pact files", format!("{text}, of which there is another file"));
        finding.remedy("`intact publish` merges them; a file of tests that are gone should be deleted")
    }
}

fn detected(topic: &'static str, found: Option<&Found>, remedy: &str) -> Finding {
    match found {
        Some(Found { value, source }) => Finding::good(topic, format!("{value} (from {source})")),
        None => Finding::doubtful(topic, "cannot be detected").remedy(remedy),
    }
}

fn files(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    if !named.is_empty() {
        return pact_files::find(named);
    }
    let places = USUAL_PLACES.iter().map(PathBuf::from).filter(|place| place.is_dir());
    // An empty directory is no fault of this command's.
    Ok(places.filter_map(|place| pact_files::find(&[place]).ok()).flatten().collect())
}
