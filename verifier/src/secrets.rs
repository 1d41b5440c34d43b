//! Keeps credentials out of everything that is shown, written or published.
//!
//! A provider may well repeat the token that it refuses. What is known to be secret is therefore taken out of the texts that the
//! outside world put into a report, at the moment when they get there.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderMap;

/// What stands in place of a secret.
pub(crate) const HIDDEN: &str = "[hidden]";

/// Shorter texts are no secrets worth the name, and taking them out would make reports unreadable.
const SHORTEST: usize = 4;

/// Texts that must not be shown.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<[String]>);

impl Secrets {
    pub(crate) fn of(texts: impl IntoIterator<Item = String>) -> Self {
        let mut texts: Vec<_> = texts.into_iter().filter(|text| text.len() >= SHORTEST).collect();
        // Longer ones first: one may be part of another.
        texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        texts.dedup();
        Self(texts.into())
    }

    pub(crate) fn and(&self, more: impl IntoIterator<Item = String>) -> Self {
        let mut more = more.into_iter().peekable();
        if more.peek().is_none() { self.clone() } else { Self::of(self.0.iter().cloned().chain(more)) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without secrets.
    pub(crate) fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in self.0.iter() {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), HIDDEN));
            }
        }
        text
    }
}

/// The secrets in headers that are not the contract's.
pub(crate) fn in_headers(headers: &HeaderMap) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in headers.iter().filter(|(name, _)| is_sensitive(name.as_str())) {
        let Ok(value) = value.to_str() else { continue };
        tracing::trace!("{name} is kept out of reports");
        found.push(value.to_owned());
        // `Bearer TOKEN`: the scheme is no secret, the rest is, also without it.
        found.extend(value.split_once(' ').map(|(_, credentials)| credentials.trim().to_owned()));
    }
    found
}

/// Is something of this name probably a secret? Names of headers and of query parameters.
pub(crate) fn is_sensitive(name: &str) -> bool {
    const PARTS: [&str; 9] =
        ["auth", "token", "secret", "password", "cookie", "credential", "api-key", "apikey", "api_key"];
    let name = name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part))
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_stand_and_short_texts_are_left_alone() {
        let mut headers = HeaderMap::new();
        headers.insert("Authorization", "Bearer s3cret-token".parse().unwrap());
        headers.insert("X-Api-Key", "abc".parse().unwrap());
        headers.insert("X-Environment", "staging".parse().unwrap());
        let secrets = Secrets::of(in_headers(&headers)).and(["s3cret".to_owned()]);
        assert_eq!(
            secrets.hide("no s3cret-token or Bearer s3cret-token, s3cret; abc staging"),
            "no [hidden] or [hidden], [hidden]; abc staging"
        );
        assert_eq!(format!("{secrets:?}"), "3 secrets");
    }
}
