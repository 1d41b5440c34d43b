//! What is wrong with a single value, found out by trying: would it be right in lower case, as a number, out of its list?
//!
//! All sentences are without their subject: they follow the name of the value.

use intact_pact_model::Json;
use intact_pact_model::json::{JsonKind, Number};

use crate::rule::{Asks, RuleSet};

use super::visible::{WIDEST, has_hidden, quoted, shown, without_hidden};
use super::{Hide, dates};

/// Longer texts are not tried in other forms.
const LONGEST: usize = 64 * 1024;
/// So many members of an object, or items of a list, are tried in place of it.
const MOST_INSIDE: usize = 50;

/// What would make a text right; `fits` decides.
pub(super) fn of_text(actual: &str, fits: &dyn Fn(&str) -> bool) -> Option<String> {
    // What is missing is not to be had by changing it.
    if actual.is_empty() || actual.len() > LONGEST {
        return None;
    }
    let trimmed = actual.trim();
    let unquoted = ['"', '\''].iter().find_map(|quote| trimmed.strip_prefix(*quote)?.strip_suffix(*quote));
    let words: Vec<&str> = actual.split_whitespace().collect();
    let tries = [
        (trimmed.to_owned(), "would match without the white space around it"),
        (unquoted.unwrap_or(actual).to_owned(), "would match without the quotation marks around it"),
        (actual.to_lowercase(), "would match in lower case"),
        (actual.to_uppercase(), "would match in upper case"),
        (words.join(" "), "would match with single spaces"),
        (words.concat(), "would match without spaces"),
        (actual.replace("\r\n", "\n"), "would match with the line ends `\\n` in place of `\\r\\n`"),
        (actual.replace('\n', "\r\n"), "would match with the line ends `\\r\\n` in place of `\\n`"),
        (decoded(actual), "is encoded once too often: decoded, it would match"),
        (encoded(actual), "would match if it were percent-encoded"),
        (format!("{actual}\n"), "would match with a line end at its end"),
    ];
    if has_hidden(actual) && fits(&without_hidden(actual)) {
        return Some("holds characters that cannot be seen; without them it would match".to_owned());
    }
    tries.into_iter().find(|(changed, _)| changed != actual && fits(changed)).map(|(_, hint)| hint.to_owned())
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What a text is instead of what example and rules ask for: a date of another pattern, the time as a number, one of two
/// that differ in what cannot be seen.
pub(super) fn of_kind(example: &str, set: Option<&RuleSet>, actual: &str) -> Option<String> {
    let of_rule = set.and_then(|set| {
        set.rules.iter().find_map(|rule| match &rule.asks {
            Asks::DateTime(rule) => Some(rule.format.as_str()),
            _ => None,
        })
    });
    let wanted = of_rule.or_else(|| dates::pattern_of(example));
    match (wanted, dates::pattern_of(actual)) {
        (Some(wanted), Some(found)) if wanted != found => {
            return Some(format!("looks like `{found}`, where `{wanted}` is expected"));
        }
        (Some(_), None) => {
            if let Some(hint) = dates::since_1970(actual.trim()) {
                return Some(hint);
            }
        }
        _ => {}
    }
    if example == actual || example.len() > LONGEST || actual.len() > LONGEST {
        return None;
    }
    let same_if = |change: fn(&str) -> String| change(example) == change(actual);
    let hint = if same_if(without_hidden) {
        "differs only in characters that cannot be seen"
    } else if same_if(str::to_lowercase) {
        "differs from the example only in upper and lower case"
    } else if same_if(|text| text.split_whitespace().collect()) {
        "differs from the example only in white space"
    } else {
        return None;
    };
    Some(hint.to_owned())
}

/// What would make a JSON value right; `fits` decides.
pub(super) fn of_json(
    expected: &Json<'_>,
    set: Option<&RuleSet>,
    actual: &Json<'_>,
    fits: &dyn Fn(&Json<'_>) -> bool,
    hide: Hide<'_>,
) -> Option<String> {
    match actual {
        Json::String(text) => of_string(expected, set, text, fits, hide),
        Json::Number(number) => of_number(expected, set, number, fits),
        Json::Bool(value) if fits(&Json::from(value.to_string())) => {
            Some(format!("is the boolean {value}, not a string; \"{value}\" would match"))
        }
        Json::Null if !expected.is_null() => Some("is null; only a rule that says so lets a value be null".to_owned()),
        Json::Array(items) => match items.as_slice() {
            [only] if fits(only) => Some("is a list with one value; the value without the list would match".to_owned()),
            _ => None,
        },
        Json::Object(members) => members
            .iter()
            .take(MOST_INSIDE)
            .find(|(_, value)| fits(value))
            .map(|(name, _)| format!("is an object; its member {} would match in place of it", quoted(name, hide))),
        _ => None,
    }
    .or_else(|| {
        let in_list = matches!(expected, Json::Array(_)) && !matches!(actual, Json::Array(_));
        (in_list && fits(&Json::Array(vec![actual.clone()])))
            .then(|| "is not in a list; a list with it as the only item would match".to_owned())
    })
}

fn of_string(
    expected: &Json<'_>,
    set: Option<&RuleSet>,
    text: &str,
    fits: &dyn Fn(&Json<'_>) -> bool,
    hide: Hide<'_>,
) -> Option<String> {
    // Each try of a text walks through all of it.
    if text.len() > LONGEST {
        return None;
    }
    if let Ok(inner) = Json::parse(text.trim().as_bytes()) {
        let same_kind = is_number(inner.kind()) && is_number(expected.kind()) || inner.kind() == expected.kind();
        let holds = match &inner {
            Json::Null => "null".to_owned(),
            Json::Bool(value) => format!("the boolean {value}"),
            Json::Number(number) => format!("the number {}", shown(number.as_str(), WIDEST, hide)),
            Json::String(_) => "a JSON string".to_owned(),
            Json::Array(_) => "a JSON array".to_owned(),
            Json::Object(_) => "a JSON object".to_owned(),
        };
        if fits(&inner) {
            return Some(format!("is a string that holds {holds}, which would match"));
        }
        if same_kind && expected.as_str().is_none() {
            return Some(format!("is a string that holds {holds}"));
        }
    }
    let fits_text = |text: &str| fits(&Json::from(text.to_owned()));
    of_text(text, &fits_text).or_else(|| of_kind(expected.as_str().unwrap_or_default(), set, text))
}

fn of_number(
    expected: &Json<'_>,
    set: Option<&RuleSet>,
    number: &Number<'_>,
    fits: &dyn Fn(&Json<'_>) -> bool,
) -> Option<String> {
    let written = number.as_str();
    if written.len() > WIDEST {
        return None;
    }
    let as_date = of_kind(expected.as_str().unwrap_or_default(), set, written);
    if as_date.is_some() {
        return as_date;
    }
    if fits(&Json::from(written.to_owned())) {
        return Some(format!("is the number {written}, not a string; \"{written}\" would match"));
    }
    let other = if number.is_integer() {
        format!("{written}.0")
    } else {
        written.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|byte| byte == b'0'))?.0.to_owned()
    };
    let changed = Number::parse(&other).map(Json::from)?;
    let kind = if number.is_integer() { "an integer" } else { "a decimal number" };
    fits(&changed).then(|| format!("is {kind}; {other} would match"))
}

fn is_number(kind: JsonKind) -> bool {
    matches!(kind, JsonKind::Integer | JsonKind::Decimal)
}
