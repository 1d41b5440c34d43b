//! What matching rules accept, in words: `any text`, `a text that matches \d+`.

use intact_pact_model::json::JsonKind;
use intact_pact_model::{Combine, Json, MatchingRules, RuleList};

use crate::rule::{Asks, CompileError, Compiling, Rule, RuleSet, describe_status};
use crate::rule_tree::{Cursor, RuleTree};

/// What the rules of one list accept, where the example is this value.
///
/// ```
/// use intact_matching::in_words;
/// use intact_pact_model::{Json, MatchingRule, RuleList};
///
/// let rules = RuleList::of(MatchingRule::Type { min: Some(1), max: None });
/// assert_eq!(in_words::rules(&rules, &Json::from("x"))?, "any text");
/// assert_eq!(in_words::rules(&rules, &Json::array([1]))?, "an array of at least 1 like these");
/// # Ok::<(), intact_matching::CompileError>(())
/// ```
///
/// # Errors
///
/// See [`CompileError`].
pub fn rules(list: &RuleList, example: &Json<'_>) -> Result<String, CompileError> {
    Ok(set(&RuleSet::compile(list, "", Compiling::category("rules"))?, example))
}

/// A value, cut if it is long.
pub(crate) fn shown(value: &Json<'_>) -> String {
    const LONGEST: usize = 80;
    let text = value.to_compact();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What compiled rules accept.
pub(crate) fn set(set: &RuleSet, example: &Json<'_>) -> String {
    let mut words: Vec<String> = set.rules.iter().map(|one| rule(one, example)).collect();
    words.dedup();
    words.join(if set.combine == Combine::Or { " or " } else { " and " })
}

/// What one of them accepts.
pub(crate) fn rule(rule: &Rule, example: &Json<'_>) -> String {
    match &rule.asks {
        Asks::Equality => format!("exactly {}", shown(example)),
        Asks::Regex(regex) => format!("a text that matches {}", regex.pattern()),
        Asks::Type { min, max } => of_type(example, *min, *max),
        Asks::Include(part) => format!("a text with {part:?} in it"),
        Asks::Number => "any number".to_owned(),
        Asks::Integer => "any integer".to_owned(),
        Asks::Decimal => "any decimal".to_owned(),
        Asks::Boolean => "true or false".to_owned(),
        Asks::Null => "null".to_owned(),
        Asks::DateTime(rule) => format!("{} of the form {}", rule.called, rule.format),
        Asks::ContentType(content_type) => format!("content of the type {content_type}"),
        Asks::Values => "any keys, with values like these".to_owned(),
        Asks::ArrayContains(variants) => match variants.len() {
            0 | 1 => "an array that contains this".to_owned(),
            many => format!("an array that contains these {many}"),
        },
        Asks::StatusCode(class) => describe_status(class),
        Asks::NotEmpty => "anything that is not empty".to_owned(),
        Asks::Semver => "a semantic version".to_owned(),
        Asks::EachKey(keys) => format!("keys that are each {}", set(keys, &Json::from("a key"))),
        Asks::EachValue(values) if values.rules.is_empty() => "any keys, with values like these".to_owned(),
        Asks::EachValue(values) => format!("values that are each {}", set(values, first(example))),
        Asks::Invalid(text) => format!("nothing ({text})"),
    }
}

fn first<'j, 'a>(example: &'j Json<'a>) -> &'j Json<'a> {
    match example {
        Json::Array(items) => items.first().unwrap_or(example),
        Json::Object(members) => members.values().next().unwrap_or(example),
        scalar => scalar,
    }
}

fn of_type(example: &Json<'_>, min: Option<u64>, max: Option<u64>) -> String {
    let (what, like) = match example.kind() {
        JsonKind::Null => return "null".to_owned(),
        JsonKind::Boolean => return "true or false".to_owned(),
        JsonKind::Integer | JsonKind::Decimal => return "any number".to_owned(),
        JsonKind::String => return "any text".to_owned(),
        JsonKind::Array => ("an array of", "like these"),
        JsonKind::Object => ("an object of", "with these members"),
    };
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("{what} {min} {like}"),
        (Some(min), Some(max)) => format!("{what} {min} to {max} {like}"),
        (Some(min), None) => format!("{what} at least {min} {like}"),
        (None, Some(max)) => format!("{what} at most {max} {like}"),
        (None, None) if example.as_array().is_some() => "an array like this".to_owned(),
        (None, None) => "by type".to_owned(),
    }
}

/// A line of a document that is shown with its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line, indented by two blanks for each level.
    pub text: String,
    /// What the rules that stand at the value of this line accept.
    pub note: Option<String>,
}

/// A document, line by line, with what its rules accept beside the values at which they stand.
///
/// ```
/// use intact_matching::in_words;
/// use intact_pact_model::{Json, MatchingRule, MatchingRules, RuleList};
///
/// let mut rules = MatchingRules::default();
/// rules.body.insert("$.id".to_owned(), RuleList::of(MatchingRule::Integer));
/// let lines = in_words::document(&Json::parse(br#"{"id":1,"name":"Ann"}"#)?, &rules)?;
/// assert_eq!((lines[1].text.as_str(), lines[1].note.as_deref()), (r#"  "id": 1,"#, Some("any integer")));
/// assert_eq!((lines[2].text.as_str(), lines[2].note.as_deref()), (r#"  "name": "Ann""#, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`CompileError`].
pub fn document(document: &Json<'_>, rules: &MatchingRules) -> Result<Vec<Line>, CompileError> {
    let tree = RuleTree::compile(&rules.body, Compiling::category("body"))?;
    let mut lines = Vec::new();
    print(document, &tree.cursor(), (String::new(), 0, ""), &mut lines);
    Ok(lines)
}

/// Prints a value: what stands before it, how deep it is, and what comes after it.
fn print(value: &Json<'_>, cursor: &Cursor<'_>, (before, depth, after): (String, usize, &str), lines: &mut Vec<Line>) {
    let indent = "  ".repeat(depth);
    let note = cursor.exact_rules().map(|own| set(own, value));
    let comma = |last: bool| if last { "" } else { "," };
    match value {
        Json::Object(members) if !members.is_empty() => {
            lines.push(Line { text: format!("{indent}{before}{{"), note });
            for (at, (name, below)) in members.iter().enumerate() {
                let before = format!("{}: ", Json::from(name));
                print(below, &cursor.field(name), (before, depth + 1, comma(at + 1 == members.len())), lines);
            }
            lines.push(Line { text: format!("{indent}}}{after}"), note: None });
        }
        Json::Array(items) if !items.is_empty() => {
            lines.push(Line { text: format!("{indent}{before}["), note });
            for (at, below) in items.iter().enumerate() {
                print(below, &cursor.index(at), (String::new(), depth + 1, comma(at + 1 == items.len())), lines);
            }
            lines.push(Line { text: format!("{indent}]{after}"), note: None });
        }
        scalar => lines.push(Line { text: format!("{indent}{before}{scalar}{after}"), note }),
    }
}
