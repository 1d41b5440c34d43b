//! Our own cases, kept in `cases/*.toml`: compact tables that need no data from outside.
//!
//! A file is about one part (`what`). Each group has an example, the rules it stands under, and what they accept and refuse;
//! what is refused comes with the places of the mismatches. A group is tried in every version that can say it, on every
//! side (`of`), and each value is a test of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use intact_pact_model::SpecVersion;
use intact_pact_model::json::Json;
use intact_tests::repository;
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

use crate::case::{self, Side};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    what: What,
    #[serde(default)]
    of: Vec<Side>,
    group: Vec<Group>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Method,
    Path,
    Query,
    Headers,
    Status,
    Body,
    Metadata,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    about: String,
    versions: Vec<String>,
    #[serde(default)]
    of: Vec<Side>,
    /// Of a body; JSON if nothing is said.
    #[serde(default)]
    content_type: Option<String>,
    /// Of the body that came, if that is another.
    #[serde(default)]
    sent_as: Option<String>,
    #[serde(default)]
    rules: BTreeMap<String, Rules>,
    expected: String,
    #[serde(default)]
    accepts: Vec<String>,
    /// What came, and where it differs.
    #[serde(default)]
    refuses: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Rules {
    All(Vec<toml::Value>),
    Combined { combine: String, matchers: Vec<toml::Value> },
}

/// One trial for each value of each table.
pub(crate) fn trials() -> Vec<Trial> {
    let folder = repository().join("tests/conformance/cases");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder of the tables can be read").path())
        .collect();
    files.sort();
    let mut trials = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).expect("a table is readable text");
        let table: Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for group in &table.group {
            let sides = if group.of.is_empty() { &table.of } else { &group.of };
            for (version, side) in group.versions.iter().flat_map(|v| sides.iter().map(move |s| (v, *s))) {
                let version = SpecVersion::parse(version).unwrap_or_else(|| panic!("`{version}` is no version"));
                let accepted = group.accepts.iter().map(|actual| (actual.clone(), Vec::new()));
                let refused = group.refuses.iter().map(|refused| {
                    let (actual, places) = refused.split_first().expect("what is refused is named");
                    assert!(!places.is_empty(), "{}: where does {actual} differ?", group.about);
                    (actual.clone(), places.to_vec())
                });
                for (actual, places) in accepted.chain(refused) {
                    let verdict = if places.is_empty() { "accepts" } else { "refuses" };
                    let title =
                        format!("own/{name}/{}/{version}/{side}/{verdict} {}", group.about, actual.escape_debug());
                    let (what, group) = (table.what, group.clone());
                    trials.push(Trial::test(title, move || {
                        judge(what, &group, side, version, &actual, places).map_err(Failed::from)
                    }));
                }
            }
        }
    }
    trials
}

fn judge(
    what: What,
    group: &Group,
    side: Side,
    version: SpecVersion,
    actual: &str,
    mut places: Vec<String>,
) -> Result<(), String> {
    let expected = part(what, group, side, version, &group.expected, &rules(what, group, version)?);
    let sent = Group { content_type: group.sent_as.clone().or(group.content_type.clone()), ..group.clone() };
    let actual = part(what, &sent, side, version, actual, "");
    let parse =
        |text: &str| Json::parse(text.as_bytes()).map(Json::into_owned).map_err(|error| format!("{error} in {text}"));
    let comparison = case::compare(side, &parse(&expected)?, &parse(&actual)?, version)?;
    let place =
        |mismatch: &intact_matching::Mismatch| mismatch.identifier().unwrap_or_else(|| mismatch.attribute()).to_owned();
    let mut found: Vec<String> = comparison.mismatches().iter().map(place).collect();
    found.sort();
    found.dedup();
    places.sort();
    if found == places {
        return Ok(());
    }
    let mut why = format!("mismatches at {found:?} instead of {places:?}\nexpected {expected}\nactual   {actual}\n");
    for mismatch in comparison.mismatches() {
        let _ = writeln!(why, "  {} -> {mismatch}", place(mismatch));
    }
    Err(why)
}

/// The member `matchingRules` of the version, with a comma before it; nothing if there are no rules.
fn rules(what: What, group: &Group, version: SpecVersion) -> Result<String, String> {
    if group.rules.is_empty() {
        return Ok(String::new());
    }
    let json = |value: &toml::Value| serde_json::to_string(value).map_err(|error| error.to_string());
    let mut members = Vec::new();
    for (key, rules) in &group.rules {
        let (combine, matchers) = match rules {
            Rules::All(matchers) => ("AND", matchers),
            Rules::Combined { combine, matchers } => (combine.as_str(), matchers),
        };
        let matchers = matchers.iter().map(json).collect::<Result<Vec<_>, _>>()?;
        if version >= SpecVersion::V3 {
            let list = format!(r#"{{"combine": "{combine}", "matchers": [{}]}}"#, matchers.join(","));
            members.push((key, list));
            continue;
        }
        let [matcher] = &matchers[..] else { return Err("version 2 has one rule for each path".to_owned()) };
        members.push((key, matcher.clone()));
    }
    let object = |members: Vec<(String, String)>| {
        let members = members.into_iter().map(|(key, value)| format!("{}: {value}", quoted(&key)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
    };
    let flat = |key: &str| match what {
        What::Body => format!("$.body{}", key.trim_start_matches('$')),
        What::Headers => format!("$.headers.{key}"),
        What::Query => format!("$.query.{key}"),
        _ => "$.path".to_owned(),
    };
    let category = match what {
        What::Method => "method",
        What::Path => "path",
        What::Query => "query",
        What::Headers => "header",
        What::Status => "status",
        What::Body => "body",
        What::Metadata => "metadata",
    };
    Ok(if version < SpecVersion::V3 {
        format!(r#", "matchingRules": {}"#, object(members.into_iter().map(|(key, rule)| (flat(key), rule)).collect()))
    } else if matches!(what, What::Method | What::Path | What::Status) {
        let (_, list) = members.swap_remove(0);
        format!(r#", "matchingRules": {{"{category}": {list}}}"#)
    } else {
        let members = object(members.into_iter().map(|(key, list)| (key.clone(), list)).collect());
        format!(r#", "matchingRules": {{"{category}": {members}}}"#)
    })
}

/// A request, response or message of the version that says nothing but `value` about the part.
fn part(what: What, group: &Group, side: Side, version: SpecVersion, value: &str, rules: &str) -> String {
    let member = match what {
        What::Method => format!(r#""method": {}"#, quoted(value)),
        What::Path => format!(r#""path": {}"#, quoted(value)),
        What::Query if version >= SpecVersion::V3 => format!(r#""query": {}"#, query_map(value)),
        What::Query => format!(r#""query": {}"#, quoted(value)),
        What::Headers => format!(r#""headers": {value}"#),
        What::Status => format!(r#""status": {value}"#),
        What::Metadata if version == SpecVersion::V3 => format!(r#""metaData": {value}"#),
        What::Metadata => format!(r#""metadata": {value}"#),
        What::Body => body(group, side, version, value),
    };
    format!("{{{member}{rules}}}")
}

fn body(group: &Group, side: Side, version: SpecVersion, value: &str) -> String {
    let content_type = group.content_type.as_deref().unwrap_or("application/json");
    let is_json = content_type.to_ascii_lowercase().split(';').next().is_some_and(|base| base.ends_with("json"));
    let name = if side == Side::Message { "contents" } else { "body" };
    let stated = match (side, version) {
        (Side::Message, SpecVersion::V4) => String::new(),
        (Side::Message, _) => format!(r#""metaData": {{"contentType": "{content_type}"}}, "#),
        _ => format!(r#""headers": {{"Content-Type": "{content_type}"}}, "#),
    };
    let content = match value {
        "<missing>" => return stated.trim_end_matches(", ").to_owned(),
        "<empty>" => "\"\"".to_owned(),
        "<null>" => "null".to_owned(),
        json if is_json => json.to_owned(),
        text => quoted(text),
    };
    if version < SpecVersion::V4 {
        return format!(r#"{stated}"{name}": {content}"#);
    }
    let (content, encoded) = match value {
        // A document that is a string is written as its text.
        json if is_json && json.starts_with('"') => (quoted(json), "\"JSON\""),
        _ => (content, "false"),
    };
    match value {
        "<null>" | "<empty>" => format!(r#"{stated}"{name}": {{"content": {content}}}"#),
        _ => format!(
            r#"{stated}"{name}": {{"content": {content}, "contentType": "{content_type}", "encoded": {encoded}}}"#
        ),
    }
}

/// `a=1&b=2` as version 3 writes it.
fn query_map(query: &str) -> String {
    let query = intact_pact_model::Query::parse(query);
    let values = |values: &[Option<String>]| {
        let values = values.iter().map(|value| value.as_deref().map_or_else(|| "null".to_owned(), quoted));
        values.collect::<Vec<_>>().join(", ")
    };
    let members = query.iter().map(|(name, list)| format!("{}: [{}]", quoted(name), values(list)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    Json::from(text).to_compact()
}
