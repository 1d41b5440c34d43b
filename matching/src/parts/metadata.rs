//! Metadata of messages.

use intact_pact_model::json::Object;
use intact_pact_model::{Json, MatchingRules};

use crate::body::json;
use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::parts::headers::is_same_with_parameters;
use crate::rule::{CompileError, Compiling, RuleSet};
use crate::rule_tree::RuleTree;
use crate::show;

/// Expected metadata, ready to be compared.
#[derive(Debug)]
pub(crate) struct MetadataMatcher {
    pub(crate) expected: Object<'static>,
    pub(crate) rules: RuleTree,
}

/// The two names of one thing.
fn is_content_type(key: &str) -> bool {
    key.eq_ignore_ascii_case("contentType") || key.eq_ignore_ascii_case("content-type")
}

/// The value of a key; the content type has two names, and may be known from elsewhere.
fn look_up<'m>(metadata: &'m Object<'_>, key: &str) -> Option<&'m Json<'m>> {
    let exact = metadata.get(key);
    if exact.is_some() || !is_content_type(key) {
        return exact;
    }
    content_type_entry(metadata)
}

/// The content type that metadata state.
pub(crate) fn content_type_entry<'m>(metadata: &'m Object<'_>) -> Option<&'m Json<'m>> {
    metadata.iter().find(|(key, _)| is_content_type(key)).map(|(_, value)| value)
}

impl MetadataMatcher {
    pub(crate) fn compile(expected: &Object<'static>, rules: &MatchingRules) -> Result<Self, CompileError> {
        let rules = RuleTree::compile(&rules.metadata, Compiling::category("metadata"))?;
        Ok(Self { expected: expected.clone(), rules })
    }

    /// The rules that decide whether one content type may stand for another.
    pub(crate) fn content_type_rules(&self) -> Option<&RuleSet> {
        let root = self.rules.cursor();
        ["contentType", "content-type"].iter().find_map(|key| root.field(key).exact_rules())
    }

    pub(crate) fn compare<S: Sink>(&self, actual: &Object<'_>, content_type: Option<&str>, sink: &mut S) -> Flow {
        for (key, error) in &self.rules.unreadable {
            sink.mismatch(|| {
                let text = format!("The matching rules at '{key}' cannot be applied: {error}");
                Mismatch::new(Location::Metadata(key.clone()), Reason::InvalidRule, text).ruled("", key)
            })?;
        }
        let root = self.rules.cursor();
        for (key, expected) in self.expected.iter() {
            let stated = content_type.filter(|_| is_content_type(key)).map(Json::from);
            let Some(actual) = look_up(actual, key).or(stated.as_ref()) else {
                sink.mismatch(|| {
                    let text = format!("Expected message metadata '{key}' but was missing");
                    Mismatch::new(Location::Metadata(key.to_owned()), Reason::Missing, text)
                        .showing(show::plain(expected), Shown::Nothing)
                })?;
                sink.part(false);
                continue;
            };
            let cursor = root.field(key);
            let matched = if cursor.rules().is_none()
                && is_content_type(key)
                && let (Some(expected), Some(actual)) = (expected.as_str(), actual.as_str())
            {
                let same = is_same_with_parameters(expected, actual);
                if !same {
                    sink.mismatch(|| {
                        mismatch(key, expected.into(), actual.into(), Reason::Different, "the types differ")
                    })?;
                }
                same
            } else {
                let put = |_: String| Location::Metadata(key.to_owned());
                let mut found = Vec::new();
                let mut collected = Collected { found: &mut found };
                let _ = json::compare_at(expected, actual, &cursor, &put, &mut collected);
                let matched = found.is_empty();
                for inner in found {
                    sink.mismatch(|| Mismatch {
                        rule: inner.rule.clone(),
                        ..mismatch(key, expected.clone(), actual.clone(), inner.reason, inner.description())
                    })?;
                }
                matched
            };
            sink.part(matched);
        }
        Flow::Continue(())
    }
}

fn mismatch(key: &str, expected: Json<'_>, actual: Json<'_>, reason: Reason, why: &str) -> Mismatch {
    let text = format!(
        "Expected metadata key '{key}' to have value '{}' but was '{}' - {why}",
        show::compact(&expected),
        show::compact(&actual)
    );
    Mismatch::new(Location::Metadata(key.to_owned()), reason, text)
        .showing(show::plain(&expected), show::plain(&actual))
}

struct Collected<'c> {
    found: &'c mut Vec<Mismatch>,
}

impl Sink for Collected<'_> {
    const WANTS_ALL: bool = true;

    fn mismatch(&mut self, make: impl FnOnce() -> Mismatch) -> Flow {
        self.found.push(make());
        Flow::Continue(())
    }

    fn part(&mut self, _matched: bool) {}
}
