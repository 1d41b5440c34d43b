//! Credentials that look real. They are never repeated in a text.

use base64::Engine as _;

use intact_pact_model::{Headers, Json};

use super::file::Part;
use super::looks::{Generated, generated, is_jwt, is_made_up, is_random};
use super::{Code, Notes};

/// What the names of credentials have in them, without hyphens and underscores.
const SECRET_WORDS: [&str; 14] = [
    "accesskey",
    "apikey",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "sessionid",
    "token",
];

/// Names of credentials that are parts of other names too.
const SECRET_NAMES: [&str; 3] = ["auth", "pwd", "sid"];

/// What the tokens of well-known services begin with, and how long they are at least.
const WELL_KNOWN: [(&str, usize); 11] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 35),
    ("ghp_", 36),
    ("gho_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("sk_live_", 24),
    ("xoxb-", 24),
    ("xoxp-", 24),
    ("npm_", 36),
];

pub(super) fn check(part: &Part<'_>, notes: &mut Notes) {
    for (name, values) in part.headers().into_iter().flat_map(Headers::iter) {
        if values.iter().any(|value| is_secret(name, value)) {
            let text = || format!("the header {name} holds what looks like a real credential");
            notes.add(Code::ClearSecret, || part.place.member(&["headers", name]), text);
        }
    }
    for (name, values) in part.request.into_iter().flat_map(|request| request.query.iter()) {
        if values.iter().flatten().any(|value| is_secret(name, value)) {
            let text = || format!("the query parameter {name} holds what looks like a real credential");
            notes.add(Code::ClearSecret, || part.place.member(&["query", name]), text);
        }
    }
    let body = String::from_utf8_lossy(part.body.bytes());
    if has_well_known(&body) {
        let text = || "the body holds what looks like a private key or the token of a well-known service".to_owned();
        notes.add(Code::ClearSecret, || part.place.in_body(&[]), text);
    }
}

/// Does a header, parameter or member of this name, with this value, look like a real credential? Such values are not shown.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    has_well_known(value) || (is_name_of_secret(name) && (is_real(value) || is_password(name, value)))
}

/// Is there a secret in the value, or below it?
pub(crate) fn holds_secret(name: &str, value: &Json<'_>) -> bool {
    match value {
        Json::Object(members) => members.iter().any(|(name, below)| holds_secret(name, below)),
        Json::Array(items) => items.iter().any(|item| holds_secret(name, item)),
        scalar => is_secret(name, &scalar.to_text()),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|char| !"-_".contains(*char)).map(|char| char.to_ascii_lowercase()).collect()
}

fn is_name_of_secret(name: &str) -> bool {
    let name = plain(name);
    SECRET_NAMES.contains(&name.as_str()) || SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Passwords are shorter than tokens.
fn is_password(name: &str, value: &str) -> bool {
    let name = plain(name);
    ["passphrase", "passwd", "password", "pwd"].iter().any(|word| name.contains(word)) && is_real_password(value, value)
}

/// `around` is what it stands in, which may say that all of it is made up.
fn is_real_password(password: &str, around: &str) -> bool {
    password.len() >= 8 && password.bytes().any(|byte| byte.is_ascii_digit()) && !is_made_up(around)
}

/// Does the value under such a name look as if it opened a door?
fn is_real(value: &str) -> bool {
    let (scheme, credential) = value.trim().split_once(' ').unwrap_or(("", value.trim()));
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = base64::engine::general_purpose::STANDARD.decode(credential).ok();
        let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let password = text.split_once(':').map_or("", |(_, password)| password);
        return is_real_password(password, &text);
    }
    let is_generated = |piece: &str| {
        let looks_so = matches!(generated(piece), Some(Generated::Uuid | Generated::Token)) || is_random(piece, 20);
        looks_so && !is_made_up(piece)
    };
    // Cookies hold several, and some tokens are of parts.
    value
        .split([' ', ';', ',', '"', '\'', '='])
        .any(|piece| is_jwt(piece) || piece.split(['.', ':', '|']).any(is_generated))
}

fn has_well_known(text: &str) -> bool {
    let begins = |(prefix, least): &(&str, usize)| {
        text.match_indices(prefix).any(|(at, _)| {
            let token: &str = &text[at..];
            let length = token.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
            let bounded = at == 0 || !text.as_bytes()[at - 1].is_ascii_alphanumeric();
            bounded && length >= *least && length < 200 && !is_made_up(&token[prefix.len()..length])
        })
    };
    (text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----")) || WELL_KNOWN.iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_credentials_are_told_from_made_up_ones() {
        let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
        for value in [
            "Bearer aB3dE5fG7hI9jK1lM3nO5pQ7".to_owned(),
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJuIjoxfQ.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P".to_owned(),
            "session=aB3dE5fG7hI9jK1lM3nO5pQ7; Path=/".to_owned(),
            basic("ann:Kq8!vLw2"),
        ] {
            assert!(is_real(&value), "{value}");
        }
        for value in [
            "Bearer token",
            "Bearer 1234567890abcdef",
            "Bearer some-test-token-1234567890",
            "Basic dXNlcjpwYXNzd29yZA==",
            "session=abc",
            "",
        ] {
            assert!(!is_real(value), "{value}");
        }
        assert!(
            has_well_known("key: AKIAIOSFODNN7QZ4R2LM")
                && !has_well_known("AKIAIOSFODNN7EXAMPLE")
                && !has_well_known("AKIA")
        );
        assert!(has_well_known("-----BEGIN RSA PRIVATE KEY-----\nMIIE"));
    }

    #[test]
    fn a_secret_is_known_by_its_name_and_value() {
        for (name, value) in [
            ("api_key", "aB3dE5fG7hI9jK1lM3nO5pQ7"),
            ("apiKey", "6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66"),
            ("X-API-KEY", "5d41402abc4b2a76b9719d911017c592"),
            ("access_token", "ya29.aB3dE5fG7hI9jK1lM3nO5pQ7"),
            ("password", "Kq8!vLw2"),
            ("Authorization", "Bearer aB3dE5fG7hI9jK1lM3nO5pQ7"),
            ("note", "AKIAIOSFODNN7QZ4R2LM"),
        ] {
            assert!(is_secret(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("id", "6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66"),
            ("authorId", "aB3dE5fG7hI9jK1lM3nO5pQ7"),
            ("apiKey", "an-api-key"),
            ("password", "secret123"),
            ("tokens", "17"),
            ("", ""),
        ] {
            assert!(!is_secret(name, value), "{name}: {value}");
        }
        let document = |text: &'static str| Json::parse(text.as_bytes()).expect("JSON");
        assert!(holds_secret("", &document(r#"{"a":[{"tokens":["aB3dE5fG7hI9jK1lM3nO5pQ7"]}]}"#)));
        assert!(!holds_secret("", &document(r#"{"a":["aB3dE5fG7hI9jK1lM3nO5pQ7", null, 1]}"#)));
    }
}
