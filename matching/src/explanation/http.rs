//! Hints about paths, queries, headers and metadata.

use intact_pact_model::json::Object;
use intact_pact_model::{Headers, Json, Query};

use crate::body::json::compare_below;
use crate::comparison::Verdict;
use crate::parts::headers::HeadersMatcher;
use crate::parts::metadata::MetadataMatcher;
use crate::parts::parameters::{are_as_expected, as_texts};
use crate::parts::path::TargetMatcher;
use crate::parts::query::QueryMatcher;

use super::named::{Named, surplus_of};
use super::visible::{WIDEST, cut, quoted, shown, visible};
use super::{Finding, Hide, hints, rename};

impl TargetMatcher {
    /// What the path probably should be.
    pub(crate) fn explain_path(&self, actual: &str, hide: Hide<'_>, finding: &mut Finding) {
        let fits = |path: &str| self.accepts_path(path);
        let expected = self.path.as_str();
        let without_slash = actual.strip_suffix('/').unwrap_or(actual);
        // What is before a part of the path may be the beginning of what must not be shown.
        let (all_expected, all_actual) = (hide(expected), hide(actual));
        let code = |text: &str| format!("`{}`", visible(&cut(text, WIDEST)));
        let hint = if fits(&format!("{actual}/")) {
            "the path would match with a `/` at its end".to_owned()
        } else if fits(without_slash) {
            "the path would match without the `/` at its end".to_owned()
        } else if actual.contains("//") && fits(&single_slashes(actual)) {
            "the path would match with single slashes".to_owned()
        } else if let Some(before) = all_actual.strip_suffix(&*all_expected).filter(|_| expected.len() > 1) {
            format!("the path has {} before what is expected", code(before))
        } else if let Some(before) = all_expected.strip_suffix(&*all_actual).filter(|_| actual.len() > 1) {
            format!("the path would match with {} before it", code(before))
        } else if let Some(hint) = hints::of_text(actual, &fits) {
            format!("the path {hint}")
        } else {
            return;
        };
        finding.hint(hint);
    }
}

fn single_slashes(path: &str) -> String {
    let mut single = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !single.ends_with('/') {
            single.push(c);
        }
    }
    single
}

impl QueryMatcher {
    /// What probably happened to a parameter.
    pub(crate) fn explain(&self, name: &str, actual: Option<&str>, hide: Hide<'_>, finding: &mut Finding) {
        let actual = Query::parse(actual.unwrap_or_default());
        let Some(expected) = self.expected.get(name) else { return };
        let expected = as_texts(expected);
        let rules = self.rules.get(name).map(crate::parts::values::CompiledValueRules::as_rules).unwrap_or_default();
        let named = Named {
            name,
            actual: actual.get(name).map(as_texts),
            others: surplus_of(&self.expected, &actual),
            fits: &|values| are_as_expected(&expected, values, &rules),
            set: rules.for_value(0),
            expected: expected.clone(),
        };
        named.hint(hide, finding);
        named.show_values(hide, finding);
    }
}

impl HeadersMatcher {
    /// What probably happened to a header.
    pub(crate) fn explain(&self, name: &str, actual: &Headers, hide: Hide<'_>, finding: &mut Finding) {
        let Some(header) = self.headers.iter().find(|header| header.name == name) else { return };
        let is_expected = |name: &str| self.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
        let others: Vec<(&str, Vec<&str>)> = actual
            .iter()
            .filter(|(name, _)| !is_expected(name))
            .map(|(name, values)| (name, values.iter().map(String::as_str).collect()))
            .collect();
        let rules = header.rules.as_rules();
        let named = Named {
            name,
            expected: header.values.iter().map(String::as_str).collect(),
            actual: actual.get(name).map(|values| values.iter().map(String::as_str).collect()),
            others,
            fits: &|values| {
                let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
                header.accepts(&values)
            },
            set: rules.for_value(0),
        };
        named.hint(hide, finding);
        if !holds_credentials(name) {
            named.show_values(hide, finding);
        }
    }
}

/// Values of such headers are shown no more often than they are in the mismatches.
fn holds_credentials(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "cookie", "token", "secret", "key", "password"].iter().any(|part| name.contains(part))
}

/// What an answer of another status says in its headers.
pub(crate) fn explain_status(actual: u16, headers: &Headers, hide: Hide<'_>, finding: &mut Finding) {
    let first =
        |name: &str| headers.get(name).and_then(<[String]>::first).map(|value| visible(&shown(value, WIDEST, hide)));
    match actual {
        300..400 => {
            if let Some(target) = first("Location") {
                let target = target.split(['?', '#']).next().unwrap_or_default();
                finding.hint(format!("the answer redirects to {target}"));
            }
        }
        405 => {
            if let Some(allowed) = headers.get("Allow") {
                finding
                    .hint(format!("the provider allows {} there", visible(&shown(&allowed.join(", "), WIDEST, hide))));
            }
        }
        _ => {}
    }
}

impl MetadataMatcher {
    /// What probably happened to an entry.
    pub(crate) fn explain(&self, key: &str, actual: &Object<'_>, hide: Hide<'_>, finding: &mut Finding) {
        let Some(expected) = self.expected.get(key) else { return };
        let cursor = self.rules.cursor().field(key);
        let fits = |value: &Json<'_>| compare_below(expected, value, &cursor, false, &mut Verdict).is_continue();
        let name = quoted(key, hide);
        let hint = if let Some(actual) = actual.get(key) {
            hints::of_json(expected, cursor.rules().map(|rules| rules.set), actual, &fits, hide)
                .map(|hint| format!("{name} {hint}"))
        } else {
            let others = actual.names().filter(|name| !self.expected.contains(name));
            let alike = rename::like(key, others);
            let found = alike.iter().find(|found| actual.get(found).is_some_and(fits));
            found.map(|found| format!("{name} is missing; {} is there and would match", quoted(found, hide)))
        };
        if let Some(hint) = hint {
            finding.hint(hide(&hint));
        }
    }
}
