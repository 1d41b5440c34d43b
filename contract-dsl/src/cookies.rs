//! Cookies: several values in one header, in any order, so each is a rule of its own about the whole header.

use indexmap::IndexMap;
use intact_pact_model::{Combine, Headers, MatchingRule, RuleList};

use crate::matchers::escape;
use crate::text_part::{TextPart, is_token};

/// Adds a cookie to the `Cookie` header of a request.
pub(crate) fn add(
    name: &str,
    part: TextPart,
    headers: &mut Headers,
    rules: &mut IndexMap<String, RuleList>,
) -> Result<(), String> {
    let (text, pattern) = text_and_pattern(name, part)?;
    let known = headers.get("Cookie").map(|values| values.join("; "));
    if known.is_some() && !rules.contains_key("Cookie") {
        return Err("the header `Cookie` is given already".to_owned());
    }
    headers.set("Cookie", vec![known.map_or_else(|| text.clone(), |known| format!("{known}; {text}"))]);
    let list = rules.entry("Cookie".to_owned()).or_insert(RuleList { combine: Combine::And, rules: Vec::new() });
    list.rules.push(MatchingRule::Regex(format!(r"(.*;\s*)?{pattern}(\s*;.*)?")));
    Ok(())
}

/// Adds the `Set-Cookie` header of a response, whatever attributes the cookie has.
pub(crate) fn set(
    name: &str,
    part: TextPart,
    headers: &mut Headers,
    rules: &mut IndexMap<String, RuleList>,
) -> Result<(), String> {
    let (text, pattern) = text_and_pattern(name, part)?;
    if headers.get("Set-Cookie").is_some() {
        return Err("a second cookie cannot be told from the first: expect one, or all by `header(\"Set-Cookie\", …)`"
            .to_owned());
    }
    headers.set("Set-Cookie", vec![text]);
    rules.insert("Set-Cookie".to_owned(), RuleList::of(MatchingRule::Regex(format!(r"{pattern}(\s*;.*)?"))));
    Ok(())
}

/// `name=value`, and a regular expression for all that would do.
fn text_and_pattern(name: &str, part: TextPart) -> Result<(String, String), String> {
    let TextPart { values, rules, generator } = part;
    if !is_token(name) {
        return Err("HTTP allows no such name".to_owned());
    }
    if generator.is_some() {
        return Err("the value of a cookie cannot be generated".to_owned());
    }
    let [value] = <[String; 1]>::try_from(values).map_err(|_| "it is one text, not a list".to_owned())?;
    if value.contains(|c: char| c.is_control() || matches!(c, ';' | ',' | '"' | ' ')) {
        return Err("the value of a cookie has no spaces, quotes, commas, semicolons or control characters".to_owned());
    }
    let value_pattern = match rules.rules.as_slice() {
        [] => escape(&value),
        [MatchingRule::Regex(pattern)] => format!("(?:{pattern})"),
        [MatchingRule::Type { .. }] => "[^;]*".to_owned(),
        [MatchingRule::NotEmpty] => "[^;]+".to_owned(),
        [MatchingRule::Integer] => r"[+-]?\d+".to_owned(),
        [MatchingRule::Number | MatchingRule::Decimal] => r"[+-]?\d+(?:\.\d+)?".to_owned(),
        [MatchingRule::Boolean] => "(?:true|false)".to_owned(),
        [rule] => return Err(format!("the matcher `{}` is not for cookies: use `regex`", rule.name())),
        _ => return Err("one matcher is all that a cookie can have".to_owned()),
    };
    Ok((format!("{name}={value}"), format!("{}={value_pattern}", escape(name))))
}
