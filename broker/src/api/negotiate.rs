//! Which of the available forms of an answer a client accepts, and which types of bodies it may send.

use axum::extract::FromRequestParts;
use http::header::{ACCEPT, ACCEPT_CHARSET};
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::api::problem::ApiError;

/// What most resources answer.
pub(crate) const HAL: &str = "application/hal+json";
/// Accepted as another name of HAL by pacts and verification results only.
pub(crate) const JSON: &str = "application/json";
/// What patches are sent as.
pub(crate) const MERGE_PATCH: &str = "application/merge-patch+json";

/// What a client accepts, in its order of preference.
#[derive(Debug, Clone)]
pub(crate) struct Accept {
    ranges: Vec<String>,
    /// Every answer is UTF-8.
    reads_utf8: bool,
}

impl Accept {
    /// Reads the `Accept` headers; none, or an empty one, accepts anything.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let charsets = listed(headers, &ACCEPT_CHARSET);
        let quality = |name| charsets.iter().find(|(charset, _)| charset == name).map(|(_, quality)| *quality);
        // What is refused counts, too: a list of nothing else is not the same as none.
        let reads_utf8 = charsets.is_empty() || quality("utf-8").or(quality("*")).is_some_and(|quality| quality > 0.0);
        Self { ranges: preferred(headers, &ACCEPT), reads_utf8 }
    }

    /// Does the client ask for this form by name?
    pub(crate) fn names(&self, media: &str) -> bool {
        self.ranges.iter().any(|range| range == media)
    }

    /// The first of `available` the client accepts, by its preference; everything is accepted when nothing is said.
    pub(crate) fn choose<'a>(&self, available: &[&'a str]) -> Result<&'a str, ApiError> {
        if !self.reads_utf8 {
            return Err(ApiError::NotAcceptable);
        }
        if self.ranges.is_empty() {
            return available.first().copied().ok_or(ApiError::NotAcceptable);
        }
        self.ranges
            .iter()
            .find_map(|range| available.iter().copied().find(|media| covers(range, media)))
            .ok_or(ApiError::NotAcceptable)
    }
}

/// What a header lists, each with its quality. Zero is a refusal.
fn listed(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, f32)> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|item| {
            let mut parts = item.split(';');
            let item = parts.next()?.trim().to_ascii_lowercase();
            let quality = parts
                .filter_map(|parameter| parameter.trim().strip_prefix("q=").map(str::parse::<f32>))
                .find_map(Result::ok)
                .unwrap_or(1.0);
            (!item.is_empty()).then_some((item, quality))
        })
        .collect()
}

/// What a header lists, the most preferred first, without what it refuses.
fn preferred(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let mut items = listed(headers, name);
    items.retain(|(_, quality)| *quality > 0.0);
    items.sort_by(|a, b| b.1.total_cmp(&a.1));
    items.into_iter().map(|(item, _)| item).collect()
}

fn covers(range: &str, media: &str) -> bool {
    range == "*/*"
        || range == media
        || range.strip_suffix("/*").is_some_and(|kind| media.split('/').next() == Some(kind))
}

impl<S: Send + Sync> FromRequestParts<S> for Accept {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::of(&parts.headers))
    }
}

/// Refuses a request whose client does not accept HAL; stands first among a handler's arguments.
#[derive(Debug)]
pub(crate) struct AcceptsHal;

impl<S: Send + Sync> FromRequestParts<S> for AcceptsHal {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Accept::of(&parts.headers).choose(&[HAL])?;
        Ok(Self)
    }
}

/// Like [`AcceptsHal`] for the resources that also answer to `application/json`.
#[derive(Debug)]
pub(crate) struct AcceptsHalOrJson;

impl<S: Send + Sync> FromRequestParts<S> for AcceptsHalOrJson {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Accept::of(&parts.headers).choose(&[HAL, JSON])?;
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn choice(accept: &'static str, available: &[&'static str]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        Accept::of(&headers).choose(available).ok()
    }

    #[test]
    fn the_most_preferred_available_form_is_chosen() {
        assert_eq!(choice("text/plain;q=0.5, application/hal+json", &["text/plain", HAL]), Some(HAL));
        assert_eq!(choice("*/*", &["text/plain", HAL]), Some("text/plain"));
        assert_eq!(choice("application/*", &["text/plain", HAL]), Some(HAL));
        assert_eq!(choice("application/json", &[HAL]), None);
    }

    #[test]
    fn a_client_that_does_not_read_utf_8_is_refused() {
        for (charset, is_served) in [
            ("utf-8", true),
            ("UTF-8;q=0.1, iso-8859-1", true),
            ("*", true),
            ("", true),
            ("iso-8859-1", false),
            ("utf-8;q=0", false),
            ("*, utf-8; q=0.0", false),
            ("*;q=0", false),
            ("*;q=0, utf-8", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_CHARSET, HeaderValue::from_static(charset));
            assert_eq!(Accept::of(&headers).choose(&[HAL]).is_ok(), is_served, "{charset:?}");
        }
    }
}
