//! Who may do what: credentials that may be required, and the level a request needs.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use subtle::ConstantTimeEq as _;

/// Who may read and who may write.
///
/// Without credentials everybody may do everything. With them the reader and the writer may read, and only the writer may
/// write, except for what is public.
///
/// ```
/// use intact_broker::{Access, Credentials};
///
/// let mut access = Access::default();
/// access.writer = Some(Credentials::new("ci", "secret"));
/// access.public_read = true;
/// assert!(access.is_configured());
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Access {
    /// May do everything.
    pub writer: Option<Credentials>,
    /// May read, which includes asking for pacts to verify.
    pub reader: Option<Credentials>,
    /// Bearer tokens whose holders may do everything.
    pub write_tokens: Vec<Secret>,
    /// Bearer tokens whose holders may read.
    pub read_tokens: Vec<Secret>,
    /// Whether everybody may read.
    pub public_read: bool,
    /// Whether everybody may ask for the heartbeat.
    pub public_heartbeat: bool,
    /// Whether everybody may see badges. The reference broker's image has this on, its library off.
    pub public_badges: bool,
}

/// A user's name and password. Blank ones match nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    name: Secret,
    password: Secret,
}

impl Credentials {
    /// A name and a password.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: Secret::new(name), password: Secret::new(password) }
    }
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A password or token.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether `given` is this secret, in a time that does not tell how much of it is right. A blank one equals nothing.
    fn equals(&self, given: &str) -> bool {
        !self.0.trim().is_empty() && bool::from(self.0.as_bytes().ct_eq(given.as_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It needs credentials that it does not carry.
    Unauthorised,
    /// Its credentials cannot be understood.
    Malformed,
}

/// What a request has to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Public,
    Read,
    Write,
}

impl Access {
    /// Is anybody's access restricted?
    pub fn is_configured(&self) -> bool {
        self.writer.is_some() || self.reader.is_some() || !self.write_tokens.is_empty() || !self.read_tokens.is_empty()
    }

    /// May a request be answered?
    pub(crate) fn check(&self, method: &Method, path: &str, headers: &HeaderMap) -> Result<(), Refused> {
        if !self.is_configured() {
            return Ok(());
        }
        let needed = self.needed(method, path);
        // What is public is answered whatever credentials come with it.
        if needed == Level::Public || self.granted(headers)? >= needed { Ok(()) } else { Err(Refused::Unauthorised) }
    }

    fn needed(&self, method: &Method, path: &str) -> Level {
        let asks = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let reads = asks || (method == Method::POST && is_for_verification(path));
        let is_public = self.public_read
            // Who runs the broker has no credentials for it, and hears nothing but that it runs.
            || (asks && is_probe(path))
            || (asks && self.public_heartbeat && is_heartbeat(path))
            || (asks && self.public_badges && is_badge(path));
        match (reads, is_public) {
            (true, true) => Level::Public,
            (true, false) => Level::Read,
            (false, _) => Level::Write,
        }
    }

    fn granted(&self, headers: &HeaderMap) -> Result<Level, Refused> {
        let Some(header) = headers.get(AUTHORIZATION) else { return Ok(Level::Public) };
        let (scheme, value) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Refused::Malformed)?;
        let value = value.trim();
        if scheme.eq_ignore_ascii_case("basic") {
            let decoded = STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let decoded = decoded.ok_or(Refused::Malformed)?;
            let (name, password) = decoded.split_once(':').ok_or(Refused::Malformed)?;
            let is = |user: &Option<Credentials>| {
                // Both are compared whatever the first comparison says.
                user.as_ref().is_some_and(|user| user.name.equals(name) & user.password.equals(password))
            };
            return Ok(level(is(&self.writer), is(&self.reader)));
        }
        let takes_tokens = !self.write_tokens.is_empty() || !self.read_tokens.is_empty();
        if scheme.eq_ignore_ascii_case("bearer") && takes_tokens {
            let one_of = |tokens: &[Secret]| tokens.iter().any(|token| token.equals(value));
            return Ok(level(one_of(&self.write_tokens), one_of(&self.read_tokens)));
        }
        Err(Refused::Malformed)
    }
}

fn level(may_write: bool, may_read: bool) -> Level {
    match (may_write, may_read) {
        (true, _) => Level::Write,
        (false, true) => Level::Read,
        (false, false) => Level::Public,
    }
}

/// `/pacts/provider/{provider}/for-verification`, which is asked by POST but changes nothing.
fn is_for_verification(path: &str) -> bool {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    matches!(segments[..], ["pacts", "provider", _, "for-verification"])
}

/// Routes are found with or without a slash at the end.
fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

fn is_probe(path: &str) -> bool {
    matches!(without_slash(path), "/livez" | "/readyz" | "/startupz")
}

fn is_heartbeat(path: &str) -> bool {
    without_slash(path) == "/diagnostic/status/heartbeat"
}

/// Exactly the routes of badges: other addresses may end in `badge` too, which may be anybody's name.
fn is_badge(path: &str) -> bool {
    let path = without_slash(path);
    let path = path.strip_suffix(".svg").unwrap_or(path);
    let segments: Vec<&str> = path.split('/').collect();
    matches!(
        segments[..],
        ["", "pacts", "provider", _, "consumer", _, "latest" | "latest-untagged", "badge"]
            | ["", "pacts", "provider", _, "consumer", _, "latest", _, "badge"]
            | ["", "matrix", "provider", _, "latest", _, "consumer", _, "latest", _, "badge"]
            | ["", "pacticipants", _, "latest-version", _, "can-i-deploy", "to", _, "badge"]
            | ["", "pacticipants", _, "branches", _, "latest-version", "can-i-deploy", "to-environment", _, "badge"]
            | ["", "pacticipants", _, "main-branch", "can-i-merge", "badge"]
    )
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn access() -> Access {
        Access {
            writer: Some(Credentials::new("admin", "secret")),
            reader: Some(Credentials::new("reader", "readpass")),
            ..Access::default()
        }
    }

    fn ask(access: &Access, method: &Method, path: &str, authorization: Option<&str>) -> Result<(), Refused> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        access.check(method, path, &headers)
    }

    fn basic(user: &str) -> String {
        format!("Basic {}", STANDARD.encode(user))
    }

    #[test]
    fn without_credentials_everybody_may_do_everything() {
        assert_eq!(ask(&Access::default(), &Method::DELETE, "/integrations", None), Ok(()));
        assert_eq!(ask(&Access::default(), &Method::GET, "/", Some("Nonsense")), Ok(()));
    }

    #[test]
    fn readers_read_and_ask_for_pacts_to_verify_and_writers_do_everything() {
        let (reader, writer) = (basic("reader:readpass"), basic("admin:secret"));
        for (method, path, may_reader) in [
            (Method::GET, "/pacticipants", true),
            (Method::HEAD, "/pacticipants", true),
            (Method::OPTIONS, "/pacticipants", true),
            (Method::POST, "/pacts/provider/A/for-verification", true),
            (Method::POST, "/pacts/provider/A/for-verification/x", false),
            (Method::POST, "/contracts/publish", false),
            (Method::DELETE, "/pacticipants/A", false),
        ] {
            let read = ask(&access(), &method, path, Some(&reader));
            assert_eq!(read.is_ok(), may_reader, "{method} {path}");
            assert_eq!(ask(&access(), &method, path, Some(&writer)), Ok(()), "{method} {path}");
            assert_eq!(ask(&access(), &method, path, None), Err(Refused::Unauthorised), "{method} {path}");
            assert_eq!(ask(&access(), &method, path, Some(&basic("admin:no"))), Err(Refused::Unauthorised));
        }
    }

    #[test]
    fn what_is_public_is_answered_whatever_comes_with_it() {
        let access = Access { public_heartbeat: true, public_badges: true, ..access() };

        for path in [
            "/diagnostic/status/heartbeat",
            "/diagnostic/status/heartbeat/",
            "/pacts/provider/A/consumer/B/latest/badge",
            "/pacts/provider/A/consumer/B/latest/badge/",
            "/pacts/provider/A/consumer/B/latest/badge.svg",
            "/pacts/provider/A/consumer/B/latest/badge.svg/",
            "/pacts/provider/A/consumer/B/latest/prod/badge",
            "/pacts/provider/A/consumer/B/latest-untagged/badge.svg",
            "/matrix/provider/A/latest/dev/consumer/B/latest/prod/badge",
            "/pacticipants/A/latest-version/dev/can-i-deploy/to/prod/badge",
            "/pacticipants/A/branches/main/latest-version/can-i-deploy/to-environment/prod/badge.svg",
            "/pacticipants/A/main-branch/can-i-merge/badge",
        ] {
            for authorization in [None, Some(basic("admin:no")), Some("Digest x".to_owned())] {
                assert_eq!(ask(&access, &Method::GET, path, authorization.as_deref()), Ok(()), "{path}");
            }
        }
        let probed = Access { public_heartbeat: false, public_badges: false, ..access.clone() };
        for probe in ["/livez", "/readyz", "/startupz/"] {
            assert_eq!(ask(&probed, &Method::GET, probe, None), Ok(()), "{probe}");
        }
        assert_eq!(ask(&access, &Method::GET, "/", None), Err(Refused::Unauthorised));
        let access = Access { public_read: true, ..access };
        assert_eq!(ask(&access, &Method::GET, "/", Some(&basic("admin:no"))), Ok(()));
        assert_eq!(ask(&access, &Method::POST, "/pacticipants", None), Err(Refused::Unauthorised));
    }

    #[test]
    fn what_only_ends_like_something_public_is_not() {
        let access = Access { public_heartbeat: true, public_badges: true, ..access() };

        for path in [
            "/pacts/provider/P/consumer/C/pact-version/abc/metadata/badge",
            "/pacts/provider/P/consumer/C/pact-version/abc/metadata/badge.svg",
            "/pacticipants/badge",
            "/pacticipants/badge.svg",
            "/groups/badge",
            "/pacts/provider/P/latest/badge",
            "/pacts/provider/P/consumer/C/version/badge",
            "/pacts/provider/P/consumer/C/latest/badge.svg.svg",
            "/pacts/provider/P/consumer/C/latest/badge//",
            "/pacts/provider/P/consumer/C/latest/badge/x",
            "/badge",
            "/diagnostic/status/heartbeat/x",
            "/diagnostic/status/heartbeat//",
        ] {
            assert_eq!(ask(&access, &Method::GET, path, None), Err(Refused::Unauthorised), "{path}");
        }
        let badge = "/pacts/provider/A/consumer/B/latest/badge";
        assert_eq!(ask(&access, &Method::POST, badge, None), Err(Refused::Unauthorised));
    }

    #[test]
    fn credentials_that_cannot_be_understood_are_told_apart() {
        for authorization in ["Bearer abc", "Basic !!!", "Basic", "Digest x y"] {
            assert_eq!(ask(&access(), &Method::GET, "/", Some(authorization)), Err(Refused::Malformed));
        }
    }

    #[test]
    fn tokens_are_accepted_where_there_are_any() {
        let access = Access {
            write_tokens: vec![Secret::new("w")],
            read_tokens: vec![Secret::new("r"), Secret::new(" ")],
            ..Access::default()
        };

        assert_eq!(ask(&access, &Method::DELETE, "/pacticipants/A", Some("Bearer w")), Ok(()));
        assert_eq!(ask(&access, &Method::GET, "/", Some("bearer r")), Ok(()));
        assert_eq!(ask(&access, &Method::DELETE, "/pacticipants/A", Some("Bearer r")), Err(Refused::Unauthorised));
        assert_eq!(ask(&access, &Method::GET, "/", Some("Bearer x")), Err(Refused::Unauthorised));
        assert_eq!(ask(&access, &Method::GET, "/", Some("Bearer  ")), Err(Refused::Unauthorised));
    }

    #[test]
    fn blank_credentials_match_nobody() {
        let access = Access { writer: Some(Credentials::new("", "")), ..Access::default() };

        assert_eq!(ask(&access, &Method::GET, "/", Some(&basic(":"))), Err(Refused::Unauthorised));
        assert_eq!(ask(&access, &Method::GET, "/", None), Err(Refused::Unauthorised));
    }

    #[test]
    fn secrets_are_never_shown() {
        assert!(!format!("{:?}", access()).contains("secret"));
    }
}
