//! The result of a run, as data; [`terminal`], [`json`], [`junit`], [`xml`], [`html`], [`markdown`] and [`github`] turn it into
//! text.

pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod terminal;
pub mod xml;

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use intact_broker_client::VerificationNotice;
use intact_broker_client::secrets::Secrets;
use intact_matching::{Explanation, Mismatch};
use intact_pact_model::json::Json;
use intact_pact_model::{Interaction, SpecVersion};

use crate::execute::InteractionError;
use crate::source::{SkippedFile, SourceFailure};

/// What a run found.
#[derive(Debug, Clone)]
pub struct Report {
    /// The provider's name.
    pub provider: String,
    /// The pacts that were verified, with their interactions.
    pub pacts: Vec<PactReport>,
    /// Sources that could not be loaded.
    pub failed_sources: Vec<SourceFailure>,
    /// Files of directories that were left out.
    pub skipped_files: Vec<SkippedFile>,
    /// Whether it is fine to verify nothing.
    pub nothing_is_fine: bool,
    /// Whether the run ended at its first failure, so that interactions after it are not in the report.
    pub stopped_early: bool,
    /// How long it took.
    pub duration: Duration,
}

/// What was found out about one pact.
#[derive(Debug, Clone)]
pub struct PactReport {
    /// The consumer's name.
    pub consumer: String,
    /// The provider's name in the pact.
    pub provider: String,
    /// The file or URL it came from.
    pub source: String,
    /// The version of the specification it is written in.
    pub version: SpecVersion,
    /// Whether failures do not count, because the provider never verified it.
    pub pending: bool,
    /// Whether the broker gave it as work in progress.
    pub wip: bool,
    /// The broker's remarks.
    pub notices: Vec<VerificationNotice>,
    /// What was odd in the file.
    pub warnings: Vec<String>,
    /// The interactions that were verified, in their order.
    pub interactions: Vec<InteractionReport>,
    /// How many interactions the filters left out.
    pub left_out: usize,
    /// Whether its result was published.
    pub publication: Publication,
}

/// Whether the result of a pact was published.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Publication {
    /// It was not to be published, or the pact is not from a broker.
    #[default]
    None,
    /// It was published, with its URL if the broker says it.
    Published(Option<String>),
    /// It could not be published; that fails the run.
    Failed {
        /// What the broker said.
        reason: String,
        /// Whether the broker could not be reached.
        unavailable: bool,
    },
}

/// What was found out about one interaction.
#[derive(Debug, Clone)]
pub struct InteractionReport {
    /// Its description.
    pub description: String,
    /// The names of its provider states.
    pub states: Vec<String>,
    /// The identifier that the broker gave it.
    pub id: Option<String>,
    /// The key in the file.
    pub key: Option<String>,
    /// Whether a failure does not count: the interaction or its whole pact is pending.
    pub pending: bool,
    /// The V4 name of its type, for example `Synchronous/HTTP`.
    pub kind: String,
    /// The test that made it, if the file says so.
    pub test_name: Option<String>,
    /// The comments in the file.
    pub comments: Vec<String>,
    /// What differs.
    pub mismatches: Vec<Mismatch>,
    /// The same as people want to see it.
    pub explanation: Explanation,
    /// Why it could not be verified, or not be torn down.
    pub errors: Vec<InteractionError>,
    /// What does not fail it but should be known.
    pub warnings: Vec<String>,
    /// What was sent and what came back.
    pub exchange: Option<Exchange>,
    /// How long it took, with setting up and tearing down its states.
    pub duration: Duration,
}

/// The essence of a request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Method, path and query.
    pub request: String,
    /// The status and the beginning of the body, if there was an answer. Of an interaction that succeeded there is no body.
    pub answer: Option<(u16, String)>,
    /// The `curl` command that repeats the request, without credentials, if that was asked for.
    pub curl: Option<String>,
}

/// What a run means for the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The provider keeps its contracts.
    Verified,
    /// It does not, or a pact could not be read.
    Failed,
    /// It does, but a broker refused a result.
    NotPublished,
    /// There was nothing to verify, and that is not fine.
    NothingVerified,
    /// Nothing is known to be wrong but something that was needed could not be reached: the provider, a pact's URL, the
    /// broker.
    Unavailable,
}

impl Report {
    /// What the run means. Failures of pending interactions do not count.
    pub fn verdict(&self) -> Verdict {
        let sources = self.failed_sources.iter().map(|failure| failure.unavailable);
        let publications = self.pacts.iter().filter_map(|pact| match pact.publication {
            Publication::Failed { unavailable, .. } => Some(unavailable),
            Publication::None | Publication::Published(_) => None,
        });
        let interactions = self
            .interactions()
            .filter(|interaction| !interaction.is_success() && !interaction.pending)
            .map(InteractionReport::is_unavailable);
        let failures: Vec<bool> = sources.chain(interactions).collect();
        let publications: Vec<bool> = publications.collect();
        if failures.contains(&false) {
            Verdict::Failed
        } else if failures.is_empty() && publications.contains(&false) {
            Verdict::NotPublished
        } else if !failures.is_empty() || !publications.is_empty() {
            Verdict::Unavailable
        } else if self.interactions().next().is_none() && !self.nothing_is_fine {
            Verdict::NothingVerified
        } else {
            Verdict::Verified
        }
    }

    /// Is the verdict [`Verdict::Verified`]?
    pub fn is_success(&self) -> bool {
        self.verdict() == Verdict::Verified
    }

    /// The interactions of all pacts.
    pub fn interactions(&self) -> impl Iterator<Item = &InteractionReport> {
        self.pacts.iter().flat_map(|pact| &pact.interactions)
    }
}

impl PactReport {
    /// Did all interactions succeed? For a pending pact too: this is what is published.
    pub fn is_success(&self) -> bool {
        self.interactions.iter().all(InteractionReport::is_success)
    }

    /// The broker's remarks for before the verification.
    pub(crate) fn notices_before(&self) -> impl Iterator<Item = &str> {
        self.notices.iter().filter(|notice| notice.when == "before_verification").map(|notice| notice.text.as_str())
    }

    /// The broker's remarks for this outcome.
    pub(crate) fn notices_after(&self) -> impl Iterator<Item = &str> {
        let published = matches!(self.publication, Publication::Published(_));
        let exact = format!("after_verification:success_{}_published_{published}", self.is_success());
        let fits = move |when: &str| when == "after_verification" || when == exact;
        self.notices.iter().filter(move |notice| fits(&notice.when)).map(|notice| notice.text.as_str())
    }
}

impl InteractionReport {
    pub(crate) fn of(interaction: &Interaction, pact_is_pending: bool) -> Self {
        let comments = match interaction.comments.get("text") {
            Some(Json::Array(lines)) => lines.iter().map(|line| line.to_text().into_owned()).collect(),
            Some(Json::Null) | None => Vec::new(),
            Some(line) => vec![line.to_text().into_owned()],
        };
        Self {
            description: interaction.description.clone(),
            states: interaction.provider_states.iter().map(|state| state.name.clone()).collect(),
            id: interaction.id.clone(),
            key: interaction.key.clone(),
            pending: interaction.pending || pact_is_pending,
            kind: interaction.kind.type_name().to_owned(),
            test_name: interaction.comments.get("testname").map(|name| name.to_text().into_owned()),
            comments,
            mismatches: Vec::new(),
            explanation: Explanation::default(),
            errors: Vec::new(),
            warnings: Vec::new(),
            exchange: None,
            duration: Duration::ZERO,
        }
    }

    /// Does the provider do what the interaction expects?
    pub fn is_success(&self) -> bool {
        self.mismatches.is_empty() && self.errors.is_empty()
    }

    /// Did it fail for no other reason than that the provider could not be reached?
    pub(crate) fn is_unavailable(&self) -> bool {
        self.mismatches.is_empty()
            && !self.errors.is_empty()
            && self.errors.iter().all(InteractionError::is_unavailable)
    }

    /// Errors and differences as text.
    pub(crate) fn details(&self) -> String {
        let errors = self.errors.iter().map(|error| format!("{error}\n"));
        let text = errors.chain([self.explanation.to_string()]).collect::<String>();
        text.trim_end().to_owned()
    }

    /// `Verifying a pact between C and P Given s - d`: the name that other tools' reports give it.
    pub(crate) fn long_name(&self, pact: &PactReport) -> String {
        let mut name = format!("Verifying a pact between {} and {}", pact.consumer, pact.provider);
        for (at, state) in self.states.iter().enumerate() {
            name.push_str(if at == 0 { " Given " } else { " And " });
            name.push_str(state);
        }
        name.push_str(" - ");
        name.push_str(&self.description);
        name
    }
}

impl Exchange {
    pub(crate) fn of(request: &Request<Bytes>) -> Self {
        Self { request: format!("{} {}", request.method(), request.uri()), answer: None, curl: None }
    }

    /// Notes the beginning of the answer, without secrets. They are taken out before it is cut off, since half of a secret
    /// would not be recognised.
    pub(crate) fn answered(&mut self, status: u16, body: &[u8], secrets: &Secrets) {
        const EXCERPT: usize = 300;
        let excerpt = match str::from_utf8(body) {
            Ok(text) => {
                let hidden = secrets.hide(text);
                match hidden.char_indices().nth(EXCERPT) {
                    None => hidden.into_owned(),
                    Some((end, _)) => format!("{}…", &hidden[..end]),
                }
            }
            Err(_) => format!("({} bytes)", body.len()),
        };
        self.answer = Some((status, excerpt));
    }
}
