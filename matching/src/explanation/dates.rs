//! Which pattern a date is probably of, and numbers that are probably times.

use jiff::Timestamp;

use crate::rule::datetime::Pattern;

/// Patterns that people write, the likelier first.
const USUAL: [&str; 26] = [
    "yyyy-MM-dd'T'HH:mm:ssXXX",
    "yyyy-MM-dd'T'HH:mm:ss'Z'",
    "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX",
    "yyyy-MM-dd'T'HH:mm:ssZ",
    "yyyy-MM-dd'T'HH:mm:ss.SSSZ",
    "yyyy-MM-dd'T'HH:mm:ss",
    "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
    "yyyy-MM-dd'T'HH:mm",
    "yyyy-MM-dd HH:mm:ss",
    "yyyy-MM-dd HH:mm:ss.SSS",
    "yyyy-MM-dd",
    "dd/MM/yyyy",
    "MM/dd/yyyy",
    "dd.MM.yyyy",
    "dd-MM-yyyy",
    "yyyy/MM/dd",
    "dd/MM/yyyy HH:mm:ss",
    "dd.MM.yyyy HH:mm:ss",
    "EEE, dd MMM yyyy HH:mm:ss z",
    "EEE, dd MMM yyyy HH:mm:ss Z",
    "HH:mm:ss",
    "HH:mm:ss.SSS",
    "HH:mm",
];

/// The pattern that a text is probably of.
pub(super) fn pattern_of(text: &str) -> Option<&'static str> {
    const LONGEST: usize = 40;
    if text.len() > LONGEST || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    USUAL.into_iter().find(|pattern| Pattern::compile(pattern).is_ok_and(|pattern| pattern.check(text).is_ok()))
}

/// `looks like milliseconds since 1970 (2023-11-14T22:13:20Z)`, if the digits are such a number.
pub(super) fn since_1970(digits: &str) -> Option<String> {
    let number: i64 = digits.parse().ok()?;
    // From 1990 to 2100.
    let is_likely = |seconds: i64| (631_152_000..4_102_444_800).contains(&seconds);
    let (unit, time) = match number {
        seconds if is_likely(seconds) => ("seconds", Timestamp::from_second(seconds).ok()?),
        millis if is_likely(millis / 1000) => ("milliseconds", Timestamp::from_millisecond(millis).ok()?),
        _ => return None,
    };
    Some(format!("looks like {unit} since 1970 ({time})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_recognised() {
        assert_eq!(pattern_of("2024-02-30"), None, "there is no such day");
        assert_eq!(pattern_of("31/12/2024"), Some("dd/MM/yyyy"));
        assert_eq!(pattern_of("12/31/2024"), Some("MM/dd/yyyy"));
        assert_eq!(pattern_of("2024-01-31T10:00:00+01:00"), Some("yyyy-MM-dd'T'HH:mm:ssXXX"));
        assert_eq!(pattern_of("2024-01-31T10:00:00"), Some("yyyy-MM-dd'T'HH:mm:ss"));
        assert_eq!(since_1970("1700000000").as_deref(), Some("looks like seconds since 1970 (2023-11-14T22:13:20Z)"));
        assert_eq!(
            since_1970("1700000000000").as_deref(),
            Some("looks like milliseconds since 1970 (2023-11-14T22:13:20Z)")
        );
        assert_eq!(since_1970("42"), None);
    }
}
