//! How moments, versions, states and the parts of lists look on every page.

use crate::api::page::Page;
use crate::domain::dashboard::VerificationStatus;
use crate::domain::timestamp::Timestamp;
use crate::store::version_details::VersionDetails;

/// How many rows a page shows when the address does not say.
pub(crate) const ROWS: i64 = 50;
/// How many it shows at most.
const MOST_ROWS: i64 = 500;

/// A moment for people, with the exact one for programs.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// In the form of the API.
    pub(crate) exact: String,
    /// To the minute.
    pub(crate) text: String,
}

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        Self { exact: moment.to_string(), text: moment.civil().strftime("%-d %b %Y, %H:%M UTC").to_string() }
    }
}

/// How something stands: a word, and a class that colours it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// `good`, `bad` or `open`.
    pub(crate) class: &'static str,
    /// What a person reads; the colour alone says nothing.
    pub(crate) word: &'static str,
}

impl From<VerificationStatus> for State {
    fn from(status: VerificationStatus) -> Self {
        let (class, word) = match status {
            VerificationStatus::Never => ("open", "not verified"),
            VerificationStatus::Success => ("good", "verified"),
            VerificationStatus::Stale => ("open", "changed since verified"),
            VerificationStatus::Failed => ("bad", "failed"),
            VerificationStatus::FailedPending => ("open", "failed while pending"),
        };
        Self { class, word }
    }
}

impl From<Option<bool>> for State {
    /// The state of one result, if there is one.
    fn from(success: Option<bool>) -> Self {
        let (class, word) = match success {
            None => ("open", "no result"),
            Some(true) => ("good", "verified"),
            Some(false) => ("bad", "failed"),
        };
        Self { class, word }
    }
}

/// A version with what groups it.
#[derive(Debug, Clone, Default)]
pub(crate) struct VersionShown {
    /// Its number.
    pub(crate) number: String,
    /// Its branches.
    pub(crate) branches: Vec<String>,
    /// Its tags.
    pub(crate) tags: Vec<String>,
    /// The environments it is in now.
    pub(crate) environments: Vec<String>,
}

impl VersionShown {
    /// A version with its details, if it has any.
    pub(crate) fn new(number: &str, details: Option<&VersionDetails>) -> Self {
        let Some(details) = details else { return Self { number: number.to_owned(), ..Self::default() } };
        Self {
            number: number.to_owned(),
            branches: details.branches.iter().map(|branch| branch.name.clone()).collect(),
            tags: details.tags.iter().map(|tag| tag.name.clone()).collect(),
            environments: details.environments.iter().map(|one| one.shown_name().to_owned()).collect(),
        }
    }
}

/// The part of a list that is shown, and the way to the others.
#[derive(Debug, Clone)]
pub(crate) struct Pager {
    /// `1–50 of 120`
    pub(crate) shown: String,
    /// The address of what comes before.
    pub(crate) previous: Option<String>,
    /// The address of what comes after.
    pub(crate) next: Option<String>,
}

impl Pager {
    /// The page that is asked for, of a size that can be shown.
    pub(crate) fn bounded(page: Option<Page>) -> Page {
        let page = page.unwrap_or(Page { number: 1, size: ROWS });
        Page { number: page.number, size: page.size.min(MOST_ROWS) }
    }

    /// A part of `total` rows at `address`; `query` is what else the address says.
    pub(crate) fn new(page: Page, total: i64, address: &str, query: &[(&str, &str)]) -> Self {
        let to = |number: i64| {
            let mut pairs = url::form_urlencoded::Serializer::new(String::new());
            pairs.extend_pairs(query);
            pairs.append_pair("page", &number.to_string());
            if page.size != ROWS {
                pairs.append_pair("size", &page.size.to_string());
            }
            format!("{address}?{}", pairs.finish())
        };
        let first = page.offset().saturating_add(1);
        let last = page.offset().saturating_add(page.size).min(total);
        let shown = if first > last { format!("none of {total}") } else { format!("{first}–{last} of {total}") };
        Self {
            shown,
            previous: (page.number > 1).then(|| to(page.number - 1)),
            next: (last < total && first <= last).then(|| to(page.number + 1)),
        }
    }
}

/// An address somewhere else, if it is one that a browser may be sent to: anybody may publish one.
pub(crate) fn outside(address: Option<&str>) -> Option<String> {
    let url = url::Url::parse(address?).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}
