//! Keeps credentials out of everything that is shown, written or published.
//!
//! A broker or a provider may well repeat the token that it refuses. What is known to be secret is therefore taken out of the
//! texts that the outside world puts into errors and reports, at the moment when they get there.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::header::HeaderMap;
use url::Url;

/// What stands in place of a secret.
pub const HIDDEN: &str = "[hidden]";

/// Shorter texts are no secrets worth the name, and taking them out would make reports unreadable.
const SHORTEST: usize = 4;

/// Texts that must not be shown.
#[derive(Clone, Default)]
pub struct Secrets(Arc<[String]>);

impl Secrets {
    /// These, and nothing shorter than four bytes.
    pub fn of(texts: impl IntoIterator<Item = String>) -> Self {
        let mut texts: Vec<_> = texts.into_iter().filter(|text| text.len() >= SHORTEST).collect();
        // Longer ones first: one may be part of another.
        texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        texts.dedup();
        Self(texts.into())
    }

    /// These and more.
    pub fn and(&self, more: impl IntoIterator<Item = String>) -> Self {
        let mut more = more.into_iter().peekable();
        if more.peek().is_none() { self.clone() } else { Self::of(self.0.iter().cloned().chain(more)) }
    }

    /// Is nothing secret?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without secrets. Where it says by `…` that something was cut off, what stands before may be the beginning of a
    /// secret: that is taken out too.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // First the beginnings: what is left of one when a shorter secret in it is taken out would not be recognised.
        let mut text = self.without_beginnings(text).map_or(Cow::Borrowed(text), Cow::Owned);
        for secret in self.0.iter() {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), HIDDEN));
            }
        }
        text
    }

    /// The text without beginnings of secrets before `…`, if there are any.
    fn without_beginnings(&self, text: &str) -> Option<String> {
        let begun = |head: &str, secret: &str| {
            let lengths = (SHORTEST..secret.len()).rev().filter(|&length| secret.is_char_boundary(length));
            lengths.into_iter().find(|&length| head.ends_with(&secret[..length]))
        };
        let (mut whole, mut found) = (String::new(), false);
        let mut pieces = text.split('…').peekable();
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                whole.push_str(piece);
                break;
            }
            match self.0.iter().filter_map(|secret| begun(piece, secret)).max() {
                Some(length) => {
                    found = true;
                    whole.push_str(&piece[..piece.len() - length]);
                    whole.push_str(HIDDEN);
                }
                None => whole.push_str(piece),
            }
            whole.push('…');
        }
        found.then_some(whole)
    }

    /// The beginning of a text, at most so many characters. Secrets are taken out before it is cut off, since half of a secret
    /// would not be recognised.
    pub fn excerpt(&self, text: &str, most: usize) -> String {
        let hidden = self.hide(text.trim());
        match hidden.char_indices().nth(most) {
            None => hidden.into_owned(),
            Some((end, _)) => format!("{}…", &hidden[..end]),
        }
    }

    /// Takes them out of a text.
    pub fn take_out(&self, text: &mut String) {
        if let Cow::Owned(hidden) = self.hide(text) {
            *text = hidden;
        }
    }
}

/// The secrets in headers that are not the contract's.
pub fn in_headers(headers: &HeaderMap) -> Vec<String> {
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

/// The secrets in a URL: its password, what a client makes of user name and password, and query parameters that are called
/// like secrets; each as it is written and as it is meant.
pub fn in_url(url: &Url) -> Vec<String> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (user, password) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
    let mut found = vec![url.password().unwrap_or_default().to_owned(), password.clone()];
    if url.password().is_none() {
        // A token may stand where others have their name.
        found.extend([url.username().to_owned(), user.clone()]);
    }
    if !user.is_empty() || !password.is_empty() {
        found.push(STANDARD.encode(format!("{user}:{password}")));
    }
    for pair in url.query().unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if is_sensitive(&decoded(name)) || name.to_ascii_lowercase().contains("signature") {
            found.extend([value.to_owned(), decoded(value)]);
        }
    }
    found
}

/// Is something of this name probably a secret? Names of headers and of query parameters.
pub fn is_sensitive(name: &str) -> bool {
    const PARTS: [&str; 9] =
        ["auth", "token", "secret", "password", "cookie", "credential", "api-key", "apikey", "api_key"];
    // `author` is no credential, `authorization` is one.
    let name = name.to_ascii_lowercase().replace("authori", "auth").replace("author", "");
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
        assert_eq!(secrets.hide("cut: Bearer s3cret-t…, s3cr… and s3c…"), "cut: [hidden]…, [hidden]… and s3c…");
        assert_eq!(secrets.excerpt(" 0123456789 s3cret-token ", 14), "0123456789 [hi…");
        assert_eq!(secrets.excerpt(" 0123456789 s3cret-token ", 19), "0123456789 [hidden]");
    }

    #[test]
    fn urls_hold_secrets_in_several_places_and_spellings() {
        let hidden = |url: &str, text: &str| Secrets::of(in_url(&Url::parse(url).unwrap())).hide(text).into_owned();
        let url = "https://bob:p%40ssword@host/states?access_token=a%2Bbc&page=12345&X-Amz-Signature=0f0f";
        assert_eq!(
            hidden(url, "p%40ssword p@ssword Ym9iOnBAc3N3b3Jk a%2Bbc a+bc 12345 0f0f bob"),
            "[hidden] [hidden] [hidden] [hidden] [hidden] 12345 [hidden] bob"
        );
        assert_eq!(hidden("https://ghp_token@host/", "ghp_token Z2hwX3Rva2VuOg=="), "[hidden] [hidden]");
        assert_eq!(hidden("https://host/?author=ann-lee&oauth=xyzw", "ann-lee xyzw"), "ann-lee [hidden]");
        assert_eq!(hidden("https://host/?token", "https://host/?token"), "https://host/?token");
    }
}
