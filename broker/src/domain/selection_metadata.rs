//! What a pact's address remembers about why it was selected: the `/metadata/{m}` segment.
//!
//! The segment is the URL-safe Base64 of a nested query string (`s[][b]=main&s[][l]=true&s[][cv]=10&p=false`). When the pact is
//! fetched it says which consumer version is meant; when a result is published it says whether the pact was pending or
//! work in progress, and which consumer versions the result is for. Clients treat it as opaque, so reading it is lenient:
//! what cannot be understood is as if it were not there.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use url::form_urlencoded;

use super::id::VersionId;

/// How many bytes of an address tell of selectors; none is begun after these.
const MOST_OF_SELECTORS: usize = 4000;

/// Why a pact was selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SelectionMetadata {
    /// The selectors that chose the pact, each with the consumer version it found.
    pub(crate) selectors: Vec<SelectorMetadata>,
    /// The consumer version, by its row (older addresses, and those of "latest" pacts).
    pub(crate) consumer_version: Option<VersionId>,
    /// The consumer version, by its number (addresses in webhooks and of results).
    pub(crate) consumer_version_number: Option<String>,
    /// Tags of the consumer version.
    pub(crate) consumer_version_tags: Vec<String>,
    /// Whether the pact was pending; `None` when that was not asked.
    pub(crate) pending: Option<bool>,
    /// Whether the pact was selected as work in progress.
    pub(crate) wip: bool,
}

/// One selector of [`SelectionMetadata`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SelectorMetadata {
    /// The branch that was asked for.
    pub(crate) branch: Option<String>,
    /// The tag that was asked for, also when the fallback tag was used.
    pub(crate) tag: Option<String>,
    /// Whether the latest was asked for, if the selector said so.
    pub(crate) latest: Option<bool>,
    /// The environment that was asked for.
    pub(crate) environment: Option<String>,
    /// The consumer version that was found.
    pub(crate) consumer_version: Option<VersionId>,
}

impl SelectionMetadata {
    /// The metadata that name nothing but a consumer version, as links of results and of the matrix carry them.
    pub(crate) fn of_consumer_version(number: &str) -> Self {
        Self { consumer_version_number: Some(number.to_owned()), ..Self::default() }
    }

    /// The metadata of a pact that is selected as work in progress: that says everything.
    pub(crate) fn work_in_progress() -> Self {
        Self { wip: true, ..Self::default() }
    }

    /// The path segment.
    pub(crate) fn encode(&self) -> String {
        let mut query = Query::default();
        for selector in &self.selectors {
            // One content may be chosen by hundreds of branches and versions, and an address cannot be of any length. The first
            // reasons are enough to find the pact again.
            if query.0.len() > MOST_OF_SELECTORS {
                break;
            }
            let SelectorMetadata { branch, tag, latest, environment, consumer_version } = selector;
            query.add("s[][b]", branch.as_deref());
            query.add("s[][t]", tag.as_deref());
            query.add("s[][l]", latest.map(truth));
            query.add("s[][e]", environment.as_deref());
            query.add("s[][cv]", consumer_version.map(|id| id.0.to_string()).as_deref());
        }
        query.add("cvn", self.consumer_version_number.as_deref());
        for tag in &self.consumer_version_tags {
            query.add("cvt[]", Some(tag));
        }
        query.add("cv", self.consumer_version.map(|id| id.0.to_string()).as_deref());
        query.add("p", self.pending.map(truth));
        query.add("w", self.wip.then_some("true"));
        URL_SAFE_NO_PAD.encode(query.0)
    }

    /// Reads a path segment; what is not understood counts as absent.
    pub(crate) fn decode(segment: &str) -> Self {
        let text = segment.trim_end_matches('=');
        let Ok(query) = URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)) else {
            return Self::default();
        };
        let mut metadata = Self::default();
        let mut keys_of_last: Vec<String> = Vec::new();
        for (key, value) in form_urlencoded::parse(&query) {
            let id = || value.parse().ok().map(VersionId);
            match &*key {
                "cvn" => metadata.consumer_version_number = Some(value.into_owned()),
                "cvt[]" => metadata.consumer_version_tags.push(value.into_owned()),
                "cv" => metadata.consumer_version = id(),
                "p" => metadata.pending = value.parse().ok(),
                "w" | "wip" => metadata.wip = value == "true",
                key => {
                    let Some(key) = key.strip_prefix("s[][").and_then(|key| key.strip_suffix(']')) else { continue };
                    // As in every nested query string, a repeated key begins the next element. The version is written last,
                    // so whatever follows it belongs to the next element too.
                    if metadata.selectors.is_empty() || keys_of_last.iter().any(|known| known == key || known == "cv") {
                        metadata.selectors.push(SelectorMetadata::default());
                        keys_of_last.clear();
                    }
                    keys_of_last.push(key.to_owned());
                    let Some(selector) = metadata.selectors.last_mut() else { continue };
                    match key {
                        "b" => selector.branch = Some(value.into_owned()),
                        "t" => selector.tag = Some(value.into_owned()),
                        "l" => selector.latest = value.parse().ok(),
                        "e" => selector.environment = Some(value.into_owned()),
                        "cv" => selector.consumer_version = id(),
                        _ => {}
                    }
                }
            }
        }
        metadata
    }

    /// Every consumer version that is named by its row, in order and once each.
    pub(crate) fn consumer_versions(&self) -> Vec<VersionId> {
        let mut ids: Vec<VersionId> = Vec::new();
        for id in self.selectors.iter().filter_map(|selector| selector.consumer_version).chain(self.consumer_version) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

/// The segment that the notice of a work-in-progress pact shows; other than the one of its link, it spells the word out.
pub(crate) fn work_in_progress_notice_segment() -> String {
    URL_SAFE_NO_PAD.encode("wip=true")
}

fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

#[derive(Default)]
struct Query(String);

impl Query {
    fn add(&mut self, key: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(form_urlencoded::byte_serialize(key.as_bytes()));
        self.0.push('=');
        self.0.extend(form_urlencoded::byte_serialize(value.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(segment: &str) -> String {
        String::from_utf8(URL_SAFE_NO_PAD.decode(segment).unwrap()).unwrap()
    }

    #[test]
    fn selectors_are_written_in_order_with_their_present_keys_only() {
        let metadata = SelectionMetadata {
            selectors: vec![
                SelectorMetadata {
                    branch: Some("feat/é".to_owned()),
                    latest: Some(true),
                    consumer_version: Some(VersionId(10)),
                    ..SelectorMetadata::default()
                },
                SelectorMetadata {
                    environment: Some("my env".to_owned()),
                    consumer_version: Some(VersionId(7)),
                    ..SelectorMetadata::default()
                },
            ],
            pending: Some(false),
            ..SelectionMetadata::default()
        };

        let segment = metadata.encode();

        assert_eq!(
            decoded(&segment),
            "s%5B%5D%5Bb%5D=feat%2F%C3%A9&s%5B%5D%5Bl%5D=true&s%5B%5D%5Bcv%5D=10&s%5B%5D%5Be%5D=my+env&s%5B%5D%5Bcv%5D=7&p=false"
        );
        assert_eq!(SelectionMetadata::decode(&segment), metadata);
        assert_eq!(metadata.consumer_versions(), [VersionId(10), VersionId(7)]);
    }

    #[test]
    fn work_in_progress_says_nothing_else() {
        let segment = SelectionMetadata::work_in_progress().encode();

        assert_eq!(decoded(&segment), "w=true");
        assert!(SelectionMetadata::decode(&segment).wip);
        assert!(SelectionMetadata::decode(&work_in_progress_notice_segment()).wip);
    }

    #[test]
    fn addresses_of_webhooks_name_the_version_and_its_tags() {
        let metadata = SelectionMetadata::decode(&URL_SAFE_NO_PAD.encode("cvn=1.0+a&cvt[]=main&cvt%5B%5D=prod&w=true"));

        assert_eq!(metadata.consumer_version_number.as_deref(), Some("1.0 a"));
        assert_eq!(metadata.consumer_version_tags, ["main", "prod"]);
        assert!(metadata.wip);
    }

    #[test]
    fn garbage_is_as_if_absent() {
        for garbage in
            ["", "%%%", "w", "Zm9v", "____", "cz1b", &URL_SAFE_NO_PAD.encode("s[][cv]=x&p=maybe&s=1&s[]=2&[=]")]
        {
            let read = SelectionMetadata::decode(garbage);
            assert_eq!((read.pending, read.wip, read.consumer_versions()), (None, false, vec![]), "{garbage}");
        }
    }
}
