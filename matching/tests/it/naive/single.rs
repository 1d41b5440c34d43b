//! What rules ask of a single value, without looking at how the engine decides.

use intact_pact_model::{Json, MatchingRule};

/// Does `a`, which may be anything, satisfy the rule where the example is the scalar `e`?
pub(super) fn scalar(rule: &MatchingRule, e: &Json<'_>, a: &Json<'_>) -> bool {
    use MatchingRule as R;
    let is_decimal = |text: &str| text.contains(['.', 'e', 'E']);
    let written = match a {
        Json::String(text) => Some(text.as_ref()),
        Json::Number(number) => Some(number.as_str()),
        _ => None,
    };
    match rule {
        R::Equality | R::Values => equal(e, a),
        R::Type { .. } => std::mem::discriminant(e) == std::mem::discriminant(a),
        R::Regex(regex) => written.is_some_and(|text| matches_regex(regex, text)),
        R::Include(part) => written.is_some_and(|text| text.contains(part.as_str())),
        R::Number => a.as_number().is_some(),
        R::Integer => a.as_number().is_some_and(|number| !is_decimal(number.as_str())),
        R::Decimal => a.as_number().is_some_and(|number| is_decimal(number.as_str())),
        R::Boolean => a.as_bool().is_some() || matches!(a.as_str(), Some("true" | "false")),
        R::Null => a.is_null(),
        R::Date(_) => written.is_some_and(is_iso_date),
        R::NotEmpty => match a {
            Json::Null => false,
            Json::String(text) => !text.is_empty(),
            Json::Array(items) => !items.is_empty(),
            Json::Object(members) => !members.is_empty(),
            Json::Bool(_) | Json::Number(_) => true,
        },
        R::Semver => a.as_str().is_some_and(is_semver),
        R::EachKey(_) | R::EachValue(_) | R::ArrayContains(_) => true,
        other => unreachable!("{other:?} is not generated"),
    }
}

/// Does a name satisfy the rule? Here numbers and booleans are text.
pub(super) fn text(rule: &MatchingRule, e: &str, a: &str) -> bool {
    use MatchingRule as R;
    let is_integer = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match rule {
        R::Equality | R::Values => e == a,
        R::Type { .. } => true,
        R::Regex(regex) => matches_regex(regex, a),
        R::Include(part) => a.contains(part.as_str()),
        R::Number | R::Decimal => {
            a.split_once('.').map_or(is_integer(a), |(whole, part)| is_integer(whole) && is_integer(part))
        }
        R::Integer => is_integer(a),
        R::Boolean => matches!(a, "true" | "false"),
        R::Date(_) => is_iso_date(a),
        R::NotEmpty => !a.is_empty(),
        R::Semver => is_semver(a),
        R::Null | R::EachKey(_) | R::EachValue(_) | R::ArrayContains(_) => false,
        other => unreachable!("{other:?} is not generated"),
    }
}

/// The patterns that the tests use, each with a judge of its own.
pub(crate) const PATTERNS: [&str; 4] = ["[ab]*", r"\d+", "a|ab", "^1.*"];

fn matches_regex(pattern: &str, text: &str) -> bool {
    match pattern {
        "[ab]*" => text.bytes().all(|byte| matches!(byte, b'a' | b'b')),
        r"\d+" => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
        "a|ab" => matches!(text, "a" | "ab"),
        "^1.*" => text.starts_with('1'),
        other => unreachable!("{other} is not generated"),
    }
}

fn is_iso_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let within = |text: &str, length: usize, most: u32| {
        text.len() == length
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse().is_ok_and(|number: u32| (1..=most).contains(&number))
    };
    within(year, 4, 9999) && within(month, 2, 12) && within(day, 2, 31)
}

fn is_semver(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let is_part = |part: &&str| {
        part.bytes().all(|byte| byte.is_ascii_digit()) && (*part == "0" || !part.is_empty() && !part.starts_with('0'))
    };
    parts.len() == 3 && parts.iter().all(is_part)
}

/// Equal as JSON values; an integer is not equal to a decimal.
pub(super) fn equal(e: &Json<'_>, a: &Json<'_>) -> bool {
    match (e, a) {
        (Json::Null, Json::Null) => true,
        (Json::Bool(e), Json::Bool(a)) => e == a,
        (Json::String(e), Json::String(a)) => e == a,
        (Json::Number(e), Json::Number(a)) => {
            let is_decimal = |text: &str| text.contains(['.', 'e', 'E']);
            let float = |text: &str| text.parse::<f64>().expect("a number");
            is_decimal(e.as_str()) == is_decimal(a.as_str())
                && float(e.as_str()).to_bits() == float(a.as_str()).to_bits()
        }
        (Json::Array(e), Json::Array(a)) => e.len() == a.len() && e.iter().zip(a).all(|(e, a)| equal(e, a)),
        (Json::Object(e), Json::Object(a)) => {
            e.len() == a.len() && e.iter().all(|(name, e)| a.get(name).is_some_and(|a| equal(e, a)))
        }
        _ => false,
    }
}
