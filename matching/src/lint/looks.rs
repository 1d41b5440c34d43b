//! What a text looks like: made by a clock, by chance, or by a person who made it up.

/// What a generated value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generated {
    Uuid,
    Timestamp,
    Token,
}

/// What the text was generated as, if it looks so.
pub(super) fn generated(text: &str) -> Option<Generated> {
    if is_uuid(text) {
        Some(Generated::Uuid)
    } else if is_timestamp(text) {
        Some(Generated::Timestamp)
    } else if is_token(text) {
        Some(Generated::Token)
    } else {
        None
    }
}

/// `6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66`, but not the made up `11111111-1111-…`.
fn is_uuid(text: &str) -> bool {
    let text = text.strip_prefix("urn:uuid:").unwrap_or(text);
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && distinct(text) > 6
}

fn distinct(text: &str) -> usize {
    let mut seen = [false; 128];
    text.bytes().filter(u8::is_ascii).for_each(|byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|seen| **seen).count()
}

/// A date with a time: `2024-05-06T07:08:09Z`, `Mon, 06 May 2024 07:08:09 GMT`.
fn is_timestamp(text: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.as_bytes().get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is = |at: usize, allowed: &[u8]| text.as_bytes().get(at).is_some_and(|byte| allowed.contains(byte));
    let iso = digits(0..4)
        && is(4, b"-")
        && digits(5..7)
        && is(7, b"-")
        && digits(8..10)
        && is(10, b"T ")
        && digits(11..13)
        && is(13, b":")
        && digits(14..16);
    iso || (text.len() == 29 && text.ends_with(" GMT") && is(3, b",") && digits(12..16) && is(19, b":"))
}

/// Seconds or milliseconds since 1970, of the years 2001 to 2065, under a name that speaks of time.
pub(super) fn is_epoch(name: &str, number: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let speaks_of_time =
        ["time", "date", "expires", "created", "updated", "modified"].iter().any(|word| name.contains(word))
            || name.ends_with("at")
            || matches!(name.as_str(), "iat" | "exp" | "nbf");
    speaks_of_time
        && matches!(number.len(), 10 | 13)
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(number.as_bytes().first(), Some(b'1' | b'2'))
}

/// A JSON Web Token, a long hexadecimal number, or a long text without a meaning.
fn is_token(text: &str) -> bool {
    if text.len() > 4096 {
        return false;
    }
    let hexadecimal = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && distinct(text) > 8;
    is_jwt(text) || hexadecimal || is_random(text, 24)
}

pub(super) fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let is_part =
        |part: Option<&str>, least: usize| part.is_some_and(|part| part.len() >= least && part.bytes().all(is_base64));
    text.starts_with("eyJ")
        && is_part(parts.next(), 10)
        && is_part(parts.next(), 10)
        && is_part(parts.next(), 16)
        && parts.next().is_none()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)
}

/// At least so many letters and digits, mixed as no word mixes them.
pub(super) fn is_random(text: &str, least: usize) -> bool {
    let count = |is: fn(&u8) -> bool| text.bytes().filter(is).count();
    let changes = text.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    text.len() >= least
        && text.bytes().all(is_base64)
        && count(u8::is_ascii_digit) >= 3
        && count(u8::is_ascii_alphabetic) >= 3
        && distinct(text) >= 10
        // Names and URLs change from a kind of letter to another at the borders of words only.
        && changes * 3 >= text.len()
}

fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    }
}

/// Does the text say itself that it is made up?
pub(super) fn is_made_up(text: &str) -> bool {
    const WORDS: [&str; 17] = [
        "example",
        "test",
        "dummy",
        "fake",
        "sample",
        "token",
        "secret",
        "password",
        "xxx",
        "1234",
        "abcd",
        "placeholder",
        "valid",
        "your",
        "mock",
        "foo",
        "changeme",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_values_are_told_from_those_that_people_make_up() {
        for (text, expected) in [
            ("6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66", Some(Generated::Uuid)),
            ("urn:uuid:6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66", Some(Generated::Uuid)),
            ("11111111-1111-1111-1111-111111111111", None),
            ("2024-05-06T07:08:09Z", Some(Generated::Timestamp)),
            ("2024-05-06 07:08", Some(Generated::Timestamp)),
            ("Mon, 06 May 2024 07:08:09 GMT", Some(Generated::Timestamp)),
            ("2024-05-06", None),
            ("5d41402abc4b2a76b9719d911017c592", Some(Generated::Token)),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", Some(Generated::Token)),
            ("aB3dE5fG7hI9jK1lM3nO5pQ7", Some(Generated::Token)),
            ("an order of 24 items, version 3", None),
            ("https://example.com/orders/1234567", None),
            ("application/vnd.orders.v2+json", None),
            ("a-very-long-but-readable-name-2", None),
            ("größe", None),
            ("", None),
        ] {
            assert_eq!(generated(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_times_only_under_names_of_times() {
        assert!(is_epoch("createdAt", "1714979289") && is_epoch("exp", "1714979289000"));
        assert!(
            !is_epoch("phone", "1714979289") && !is_epoch("createdAt", "17149") && !is_epoch("createdAt", "1.71497928")
        );
    }
}
