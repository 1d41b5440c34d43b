//! What changed between two contents of a pact, as text.
//!
//! Both sides are printed with what is equal left out (members) or shortened to `... ` (elements), and the two texts are
//! compared line by line. Members that only the new side has are not found by comparing, but show where their parent does.

use std::time::Duration;

use intact_pact_model::json::{Json, JsonValue, Object};
use similar::{Algorithm, TextDiff};

/// How long the search for a short diff may take; after it a longer one is good enough.
const PATIENCE: Duration = Duration::from_secs(2);

/// The changes from `old` to `new`, or an empty text.
pub(crate) fn contract_diff(old: &Json<'_>, new: &Json<'_>) -> String {
    let old = without_ids(old);
    let new = without_ids(new);
    let (old, new) = match masked(&old, &new) {
        Some((old, new)) => (printed(&old), printed(&new)),
        None => return String::new(),
    };
    // The first finds the lines other brokers show, but its table is as large as the product of both texts.
    let is_small = old.lines().count().saturating_mul(new.lines().count()) < 4_000_000;
    let algorithm = if is_small { Algorithm::Lcs } else { Algorithm::Myers };
    let diff = TextDiff::configure().algorithm(algorithm).timeout(PATIENCE).diff_lines(old.as_str(), new.as_str());
    let text = diff.unified_diff().context_radius(3).to_string();
    // The first hunk needs no place: the text begins there.
    let text = match text.strip_prefix("@@") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, body)| body),
        None => &text,
    };
    without_last_commas(text.trim_end_matches('\n'))
}

/// Sorted throughout, without interaction ids, interactions in the order of their texts.
fn without_ids(pact: &Json<'_>) -> JsonValue {
    let mut pact = pact.clone().into_owned();
    sort(&mut pact);
    if let Json::Object(members) = &mut pact {
        for list in ["interactions", "messages"] {
            if let Some(Json::Array(items)) = members.get_mut(list) {
                for item in items.iter_mut() {
                    if let Json::Object(item) = item {
                        item.remove("_id");
                    }
                }
                items.sort_by_cached_key(Json::to_compact);
            }
        }
    }
    pact
}

fn sort(value: &mut JsonValue) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(sort),
        Json::Object(members) => {
            let names: Vec<String> = members.names().map(str::to_owned).collect();
            for name in names {
                if let Some(member) = members.get_mut(&name) {
                    sort(member);
                }
            }
            members.sort();
        }
        _ => {}
    }
}

/// Stands for an element that is equal on both sides.
const SAME: &str = "\u{1}same";

/// What is different of both, or nothing.
fn masked(old: &JsonValue, new: &JsonValue) -> Option<(JsonValue, JsonValue)> {
    match (old, new) {
        (Json::Object(old), Json::Object(new)) => {
            let mut olds = Object::new();
            let mut news = Object::new();
            for (name, old) in old.iter() {
                match new.get(name) {
                    Some(new) => {
                        if let Some((old, new)) = masked(old, new) {
                            olds.insert(name.to_owned(), old);
                            news.insert(name.to_owned(), new);
                        }
                    }
                    None => olds.insert(name.to_owned(), old.clone()),
                }
            }
            (!olds.is_empty()).then_some((Json::Object(olds), Json::Object(news)))
        }
        (Json::Array(old), Json::Array(new)) => {
            let mut olds = Vec::new();
            let mut news = Vec::new();
            for i in 0..old.len().max(new.len()) {
                match (old.get(i), new.get(i)) {
                    (Some(old), Some(new)) => {
                        let (old, new) = masked(old, new).unwrap_or_else(|| (SAME.into(), SAME.into()));
                        olds.push(old);
                        news.push(new);
                    }
                    (old, new) => {
                        olds.extend(old.cloned());
                        news.extend(new.cloned());
                    }
                }
            }
            let differ = old.len() != new.len() || olds.iter().any(|item| item.as_str() != Some(SAME));
            differ.then_some((Json::Array(olds), Json::Array(news)))
        }
        (old, new) if old == new => None,
        (old, new) => Some((old.clone(), new.clone())),
    }
}

/// Pretty text in which every element of an array ends with a comma, so that an element added at the end changes no line
/// before it.
fn printed(value: &JsonValue) -> String {
    let pretty = value.to_pretty().replace(&Json::from(SAME).to_compact(), "... ");
    let mut lines: Vec<String> = pretty.lines().map(str::to_owned).collect();
    for i in 1..lines.len() {
        if lines[i].trim_start().starts_with(']') && !lines[i - 1].ends_with('[') {
            lines[i - 1].push(',');
        }
    }
    lines.join("\n") + "\n"
}

fn without_last_commas(diff: &str) -> String {
    let mut lines: Vec<&str> = diff.lines().collect();
    for i in 1..lines.len() {
        let closes = lines[i].trim_start().starts_with(']');
        if closes && let Some(line) = lines[i - 1].strip_suffix(',') {
            lines[i - 1] = line;
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(old: &str, new: &str) -> String {
        contract_diff(&Json::parse(old.as_bytes()).unwrap(), &Json::parse(new.as_bytes()).unwrap())
    }

    #[test]
    fn equal_contents_have_no_difference_whatever_their_order_and_ids() {
        let old = r#"{"interactions":[{"_id":"1","description":"a"},{"description":"b"}]}"#;
        let new = r#"{"interactions":[{"description":"b"},{"_id":"2","description":"a"}]}"#;

        assert_eq!(diff(old, new), "");
    }

    #[test]
    fn an_added_interaction_changes_no_line_before_it() {
        let old = r#"{"interactions":[{"description":"a"}]}"#;
        let new = r#"{"interactions":[{"description":"a"},{"description":"b"}]}"#;

        insta::assert_snapshot!(diff(old, new), @r#"
         {
           "interactions": [
             ... ,
        +    {
        +      "description": "b"
        +    }
           ]
         }
        "#);
    }

    #[test]
    fn a_changed_status_is_shown_with_its_place() {
        let old = r#"{"interactions":[{"description":"a","response":{"body":{"x":1},"status":200}}]}"#;
        let new = r#"{"interactions":[{"description":"a","response":{"body":{"x":1},"status":404}}]}"#;

        insta::assert_snapshot!(diff(old, new), @r#"
           "interactions": [
             {
               "response": {
        -        "status": 200
        +        "status": 404
               }
             }
           ]
        "#);
    }
}
