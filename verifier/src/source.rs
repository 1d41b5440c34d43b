//! Where pacts come from: files, directories, URLs and brokers.
//!
//! A source that fails is reported and the others go on; a pact that cannot be read is a failure, never a pact less.

use std::fmt;
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt as _;
use intact_broker_client::http::without_credentials;
use intact_broker_client::{
    BrokerClient, BrokerError, BrokerErrorKind, FetchedPact, PactForVerification, PactsForVerificationQuery,
    VerificationNotice,
};
use intact_pact_model::Pact;
use intact_pact_model::json::CheckedJson;
use intact_pact_model::read::Loaded;

/// Where pacts come from.
#[derive(Clone)]
#[non_exhaustive]
pub enum PactSource {
    /// A pact in memory.
    Pact(Box<Pact>),
    /// A file. Whose provider it names is not checked.
    File(PathBuf),
    /// All `*.json` files in a directory and below whose provider is the one to verify.
    Directory(PathBuf),
    /// One pact behind a URL; the client brings credentials. Results can be published if a broker serves the URL.
    Url(BrokerClient, String),
    /// The provider's pacts in a broker.
    Broker(BrokerSource),
}

impl fmt::Debug for PactSource {
    /// Without credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pact(pact) => write!(f, "Pact({} → {})", pact.consumer, pact.provider),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Directory(path) => f.debug_tuple("Directory").field(path).finish(),
            Self::Url(_, url) => f.debug_tuple("Url").field(&without_credentials(url)).finish(),
            Self::Broker(broker) => f.debug_tuple("Broker").field(&broker.client.base_url()).finish(),
        }
    }
}

/// The pacts that a broker has for the provider.
#[derive(Debug, Clone)]
pub struct BrokerSource {
    /// The broker.
    pub client: BrokerClient,
    /// Which pacts are wanted; without, the newest one of each consumer.
    pub query: Option<PactsForVerificationQuery>,
}

/// A source, or one pact of it, that could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFailure {
    /// What was asked for: a path or a URL.
    pub source: String,
    /// What went wrong.
    pub reason: String,
    /// What to try, if there is something to try.
    pub hint: Option<String>,
    /// Whether the source could not be reached, as opposed to being wrong.
    pub unavailable: bool,
}

/// A file in a directory that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedFile {
    /// The file.
    pub path: PathBuf,
    /// Why it was left out.
    pub reason: String,
}

/// A pact that is to be verified, and what its source says about it.
pub(crate) struct SourcedPact {
    pub(crate) pact: Pact,
    pub(crate) source: String,
    pub(crate) pending: bool,
    pub(crate) wip: bool,
    pub(crate) notices: Vec<VerificationNotice>,
    pub(crate) warnings: Vec<String>,
    pub(crate) broker: Option<(BrokerClient, FetchedPact)>,
}

/// Everything that the sources gave.
#[derive(Default)]
pub(crate) struct Sourced {
    pub(crate) pacts: Vec<SourcedPact>,
    pub(crate) failures: Vec<SourceFailure>,
    pub(crate) skipped: Vec<SkippedFile>,
}

/// How many documents are fetched at once.
const AT_ONCE: usize = 8;

/// Loads all pacts of `provider` in the order of the sources; those behind sockets side by side.
pub(crate) async fn load(sources: &[PactSource], provider: &str) -> Sourced {
    let mut loading: Vec<BoxFuture<'_, Sourced>> = Vec::new();
    for source in sources {
        loading.push(Box::pin(load_one(source, provider)));
    }
    gathered(loading).await
}

async fn gathered(loading: Vec<BoxFuture<'_, Sourced>>) -> Sourced {
    let mut parts = futures_util::stream::iter(loading).buffered(AT_ONCE);
    let mut all = Sourced::default();
    while let Some(part) = parts.next().await {
        all.pacts.extend(part.pacts);
        all.failures.extend(part.failures);
        all.skipped.extend(part.skipped);
    }
    all
}

async fn load_one(source: &PactSource, provider: &str) -> Sourced {
    let mut sourced = Sourced::default();
    match source {
        PactSource::Pact(pact) => sourced.pacts.push(SourcedPact::plain((**pact).clone(), "in memory".to_owned())),
        PactSource::File(path) => sourced.load_file(path),
        PactSource::Directory(path) => sourced.load_directory(path, provider),
        PactSource::Url(client, url) => sourced.load_url(client, url, None).await,
        PactSource::Broker(broker) => return load_broker(broker, provider).await,
    }
    sourced
}

impl SourcedPact {
    fn plain(pact: Pact, source: String) -> Self {
        Self { pact, source, pending: false, wip: false, notices: Vec::new(), warnings: Vec::new(), broker: None }
    }

    fn read(bytes: &[u8], source: String) -> Result<Self, SourceFailure> {
        match Pact::read(bytes) {
            Ok(Loaded { value, warnings }) => {
                let warnings = warnings.iter().map(ToString::to_string).collect();
                Ok(Self { warnings, ..Self::plain(value, source) })
            }
            Err(error) => {
                let interaction =
                    error.interaction.as_ref().map(|name| format!(" (in interaction `{name}`)")).unwrap_or_default();
                Err(SourceFailure { source, reason: format!("{error}{interaction}"), hint: None, unavailable: false })
            }
        }
    }
}

impl Sourced {
    fn fail(&mut self, source: impl Into<String>, reason: impl Into<String>) {
        self.failures.push(SourceFailure {
            source: source.into(),
            reason: reason.into(),
            hint: None,
            unavailable: false,
        });
    }

    fn fail_by_broker(&mut self, source: impl Into<String>, error: &BrokerError) {
        self.failures.push(SourceFailure {
            source: source.into(),
            reason: error.to_string(),
            hint: error.hint(),
            unavailable: error.is_unavailable(),
        });
    }

    fn push(&mut self, read: Result<SourcedPact, SourceFailure>) {
        match read {
            Ok(pact) => self.pacts.push(pact),
            Err(failure) => self.failures.push(failure),
        }
    }

    fn load_file(&mut self, path: &Path) {
        let source = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => self.push(SourcedPact::read(&bytes, source)),
            Err(error) => {
                self.fail(source, format!("the file cannot be read: {error}"));
                self.hint_at_place(path, &error);
            }
        }
    }

    /// What is not there is often looked for in the wrong place.
    fn hint_at_place(&mut self, path: &Path, error: &std::io::Error) {
        if error.kind() == std::io::ErrorKind::NotFound
            && path.is_relative()
            && let (Ok(here), Some(failure)) = (std::env::current_dir(), self.failures.last_mut())
        {
            failure.hint = Some(format!("paths begin at {}", here.display()));
        }
    }

    fn load_directory(&mut self, directory: &Path, provider: &str) {
        for entry in walkdir::WalkDir::new(directory).sort_by_file_name() {
            let path = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                // One link whose file has gone says nothing about the contracts that are there.
                Ok(entry) if entry.path_is_symlink() && leads_nowhere(entry.path()) => {
                    if is_json(entry.path()) {
                        let reason = "it is a link that leads nowhere".to_owned();
                        self.skipped.push(SkippedFile { path: entry.into_path(), reason });
                    }
                    continue;
                }
                Ok(entry) => entry.into_path(),
                Err(error) => {
                    let path = error.path().unwrap_or(directory);
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    self.fail(path.display().to_string(), format!("the directory cannot be read: {reason}"));
                    if let Some(error) = error.io_error() {
                        self.hint_at_place(path, error);
                    }
                    continue;
                }
            };
            if !is_json(&path) {
                continue;
            }
            let bytes = match std::fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) => {
                    self.fail(path.display().to_string(), format!("the file cannot be read: {error}"));
                    continue;
                }
            };
            if let Some(reason) = reason_to_skip(&bytes, provider) {
                self.skipped.push(SkippedFile { path, reason });
            } else {
                self.push(SourcedPact::read(&bytes, path.display().to_string()));
            }
        }
    }

    async fn load_url(&mut self, client: &BrokerClient, url: &str, chosen: Option<&PactForVerification>) {
        let mut fetched = match client.fetch_pact(url).await {
            Ok(fetched) => fetched,
            Err(error) => return self.fail_by_broker(error.url(), &error),
        };
        // Once the pact is read, its text is not needed any more; its links are, to publish.
        let content = std::mem::take(&mut fetched.content);
        match SourcedPact::read(&content, fetched.url().to_owned()) {
            Ok(mut pact) => {
                if let Some(chosen) = chosen {
                    // Work in progress is pending by definition, also where a broker forgets to say so.
                    pact.pending = chosen.pending || chosen.wip;
                    pact.wip = chosen.wip;
                    pact.notices.clone_from(&chosen.notices);
                }
                pact.broker = Some((client.clone(), fetched));
                self.pacts.push(pact);
            }
            Err(failure) => self.failures.push(failure),
        }
    }

    fn failed_by_broker(client: &BrokerClient, error: &BrokerError) -> Self {
        let mut sourced = Self::default();
        sourced.fail_by_broker(client.base_url(), error);
        sourced
    }

    /// What there is when the time for the run was over before.
    pub(crate) fn late(limit: std::time::Duration) -> Self {
        let mut sourced = Self::default();
        sourced.fail("the pacts", format!("the run has reached its deadline of {limit:?}"));
        sourced
    }
}

async fn load_broker(broker: &BrokerSource, provider: &str) -> Sourced {
    let client = &broker.client;
    let newest = match &broker.query {
        Some(_) => None,
        None => match client.latest_provider_pacts(provider).await {
            Ok(links) => Some(links),
            // Not every broker offers the newest pacts; all offer the ones chosen by selectors, and none is a choice too.
            Err(error) if matches!(error.kind(), BrokerErrorKind::NoRelation { .. }) => None,
            Err(error) => return Sourced::failed_by_broker(client, &error),
        },
    };
    let wanted: Vec<(String, Option<PactForVerification>)> = if let Some(links) = newest {
        links.into_iter().map(|link| (link.href, None)).collect()
    } else {
        let query = broker.query.clone().unwrap_or_default();
        match client.pacts_for_verification(provider, &query).await {
            Ok(chosen) => chosen.unwrap_or_default().into_iter().map(|pact| (pact.href.clone(), Some(pact))).collect(),
            Err(error) => return Sourced::failed_by_broker(client, &error),
        }
    };
    let mut loading: Vec<BoxFuture<'_, Sourced>> = Vec::new();
    for (url, chosen) in &wanted {
        loading.push(Box::pin(async move {
            let mut sourced = Sourced::default();
            sourced.load_url(client, url, chosen.as_ref()).await;
            sourced
        }));
    }
    gathered(loading).await
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// What is behind a link is not there; that one may not look at it is another matter.
fn leads_nowhere(link: &Path) -> bool {
    std::fs::metadata(link).is_err_and(|error| error.kind() != std::io::ErrorKind::PermissionDenied)
}

/// Why a file of a directory is none of our business; `None` if it is, also if it is a pact with a fault.
fn reason_to_skip(bytes: &[u8], provider: &str) -> Option<String> {
    let document = CheckedJson::check(bytes).ok()?;
    let members = document.root().members();
    let member = |name| members.as_ref()?.get_near(0, name);
    if ["consumer", "provider", "interactions", "messages"].iter().all(|name| member(name).is_none()) {
        return Some("it is not a pact".to_owned());
    }
    let pacticipant = member("provider")?.read();
    let own = pacticipant.get("name")?.to_text();
    (own != provider).then(|| format!("its provider is `{own}`, not `{provider}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pact(provider: &str) -> String {
        format!(r#"{{"consumer": {{"name": "Web"}}, "provider": {{"name": "{provider}"}}, "interactions": []}}"#)
    }

    #[tokio::test]
    async fn a_directory_is_searched_below_and_says_what_it_leaves_out() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("nested")).unwrap();
        for (name, text) in [
            ("b.json", pact("Orders")),
            ("nested/a.JSON", pact("Orders")),
            ("other.json", pact("Payments")),
            ("package.json", r#"{"name": "web"}"#.to_owned()),
            ("broken.json", "{".to_owned()),
            ("readme.txt", "no pact".to_owned()),
        ] {
            std::fs::write(directory.path().join(name), text).unwrap();
        }

        let sourced = load(&[PactSource::Directory(directory.path().to_owned())], "Orders").await;

        assert_eq!(sourced.pacts.len(), 2);
        let skipped: Vec<_> = sourced.skipped.iter().map(|file| file.reason.as_str()).collect();
        assert_eq!(skipped, ["its provider is `Payments`, not `Orders`", "it is not a pact"]);
        assert_eq!(sourced.failures.len(), 1);
        assert!(sourced.failures[0].source.ends_with("broken.json"), "{:?}", sourced.failures);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_that_leads_nowhere_is_left_out_of_a_directory_and_told() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("good.json"), pact("Orders")).unwrap();
        for (target, link) in [("nowhere", "gone.json"), ("itself.json", "itself.json"), ("nowhere", "gone.txt")] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }

        let sourced = load(&[PactSource::Directory(directory.path().to_owned())], "Orders").await;

        assert_eq!((sourced.pacts.len(), &*sourced.failures), (1, &[][..]));
        let skipped: Vec<_> = sourced.skipped.iter().map(|file| (file.path.clone(), file.reason.as_str())).collect();
        let reason = "it is a link that leads nowhere";
        assert_eq!(skipped, [(at("gone.json"), reason), (at("itself.json"), reason)]);
        // Named, it is what was asked for.
        assert_eq!(load(&[PactSource::File(at("gone.json"))], "Orders").await.failures.len(), 1);
    }

    #[tokio::test]
    async fn a_source_that_fails_does_not_stop_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let good = directory.path().join("good.json");
        std::fs::write(&good, pact("Orders")).unwrap();
        let sources = [
            PactSource::File("/nowhere/pact.json".into()),
            PactSource::Directory("/nowhere".into()),
            PactSource::File(good),
        ];

        let sourced = load(&sources, "Orders").await;

        assert_eq!((sourced.pacts.len(), sourced.failures.len()), (1, 2));
        assert!(sourced.failures.iter().all(|failure| !failure.unavailable));
    }
}
