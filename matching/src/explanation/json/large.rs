//! JSON documents that are too large for trees: they are walked as text to the part that differs, and only that becomes a tree.

use intact_pact_model::Json;
use intact_pact_model::json::JsonText;
use intact_pact_model::path::{PathExpression, Segment};

use super::{JsonParts, Pair, innermost_collection};
use crate::explanation::parts::Parts;
use crate::explanation::{Finding, Hide};
use crate::mismatch::Mismatch;
use crate::rule_tree::{Cursor, RuleTree};

/// A large JSON body. Of a part that holds very much itself nothing is shown: the sentences about it must do.
pub(in crate::explanation) struct LargeJsonParts<'b> {
    pub(in crate::explanation) expected: JsonText<'b>,
    pub(in crate::explanation) actual: JsonText<'b>,
    pub(in crate::explanation) rules: &'b RuleTree,
    pub(in crate::explanation) strict: bool,
    pub(in crate::explanation) hide: Hide<'b>,
}

/// A [`Pair`] that stays text.
struct TextPair<'b> {
    expected: Option<JsonText<'b>>,
    actual: Option<JsonText<'b>>,
    cursor: Cursor<'b>,
}

impl Parts for LargeJsonParts<'_> {
    fn part_of(&self, path: &str) -> String {
        innermost_collection(path, |steps| self.at(steps).is_collection())
    }

    fn show(&self, part: &str, mismatches: &[&Mismatch], finding: &mut Finding) {
        let steps = part.parse().unwrap_or_else(|_| PathExpression::root());
        let pair = self.at(steps.segments());
        if [pair.expected, pair.actual].into_iter().flatten().any(holds_much) {
            return;
        }
        let (expected, actual) = (pair.expected.map(JsonText::read), pair.actual.map(JsonText::read));
        let parts = JsonParts {
            expected: &Json::Null,
            actual: &Json::Null,
            rules: self.rules,
            strict: self.strict,
            hide: self.hide,
        };
        let pair = Pair { expected: expected.as_ref(), actual: actual.as_ref(), cursor: pair.cursor };
        parts.show_pair(part, &pair, mismatches, finding);
    }
}

impl<'b> LargeJsonParts<'b> {
    /// What is at these steps from the root: as in a tree.
    fn at(&self, steps: &[Segment]) -> TextPair<'b> {
        let root = TextPair { expected: Some(self.expected), actual: Some(self.actual), cursor: self.rules.cursor() };
        steps.iter().fold(root, |pair, step| match step {
            Segment::Index(index) if pair.actual.or(pair.expected).is_some_and(|text| begins(text, '[')) => {
                pair.item(*index)
            }
            Segment::Index(number) => pair.member(&number.to_string()),
            Segment::Field(name) => pair.member(name),
            Segment::Star | Segment::StarIndex => pair,
        })
    }
}

impl<'b> TextPair<'b> {
    fn is_collection(&self) -> bool {
        let (Some(expected), Some(actual)) = (self.expected, self.actual) else { return false };
        ['[', '{'].into_iter().any(|bracket| begins(expected, bracket) && begins(actual, bracket))
    }

    /// The rules, as a [`Pair`] without values knows them.
    fn rules(&self) -> Pair<'b> {
        Pair { expected: None, actual: None, cursor: self.cursor.clone() }
    }

    fn item(&self, index: usize) -> Self {
        let of = |side: Option<JsonText<'b>>, index| side?.items()?.nth(index);
        let has_template = self.cursor.rules().is_some();
        let template = || if has_template { of(self.expected, 0) } else { None };
        Self {
            expected: of(self.expected, index).or_else(template),
            actual: of(self.actual, index),
            cursor: self.rules().below(self.cursor.index(index)),
        }
    }

    fn member(&self, name: &str) -> Self {
        let rules = self.rules();
        let members = |side: Option<JsonText<'b>>| side?.members();
        let (expected, actual) = (members(self.expected), members(self.actual));
        let template = || {
            let members = expected.as_ref().filter(|_| rules.takes_any_name())?.iter();
            members.min_by_key(|(name, _)| *name).map(|(_, first)| first)
        };
        Self {
            expected: expected.as_ref().and_then(|members| members.get_near(0, name)).or_else(template),
            actual: actual.as_ref().and_then(|members| members.get_near(0, name)),
            cursor: rules.below(self.cursor.field(name)),
        }
    }
}

/// Would its tree be large? Long texts are no matter: a tree borrows them.
fn holds_much(text: JsonText<'_>) -> bool {
    const MOST_VALUES: usize = 10_000;
    // Each value but the first follows one of these; those within texts do no harm.
    let before_values = text.as_str().bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{'));
    text.is_large() && before_values.take(MOST_VALUES + 1).count() > MOST_VALUES
}

fn begins(text: JsonText<'_>, bracket: char) -> bool {
    text.as_str().starts_with(bracket)
}

#[cfg(test)]
mod tests {
    use intact_pact_model::json::CheckedJson;
    use intact_pact_model::{Combine, MatchingRule, RuleList};

    use super::*;
    use crate::body::json::compare;
    use crate::comparison::Report;
    use crate::explanation::hide_nothing;
    use crate::rule::Compiling;

    #[test]
    fn parts_of_a_large_document_are_found_and_shown_as_those_of_its_tree() {
        let expected =
            r#"{"a": [{"b": 1, "c": {"x": [1, 2]}}], "m": {"k": {"n": "text"}}, "s": [1, 2], "z": {"q": null}}"#;
        let actual = r#"{"a": [{"b": 1, "c": {"x": [1, 2]}}, {"b": "1", "c": {"x": [1, true]}}],
            "m": {"other": {"n": 5}, "7": []}, "s": [2, 1, 3], "z": []}"#;
        let list = |rule| RuleList { combine: Combine::And, rules: vec![rule] };
        let kind = MatchingRule::Type { min: None, max: None };
        let rules = [("$.a".to_owned(), list(kind)), ("$.m".to_owned(), list(MatchingRule::Values))];
        let rules =
            RuleTree::compile(&rules.into_iter().collect(), Compiling::category("body")).expect("rules that compile");
        let texts = [expected, actual].map(|text| CheckedJson::check(text.as_bytes()).expect("JSON"));
        let trees = [expected, actual].map(|text| Json::parse(text.as_bytes()).expect("JSON"));
        let hide = &hide_nothing;
        let of_trees = JsonParts { expected: &trees[0], actual: &trees[1], rules: &rules, strict: true, hide };
        let (expected, actual) = (texts[0].root(), texts[1].root());
        let of_texts = LargeJsonParts { expected, actual, rules: &rules, strict: true, hide };
        let mut report = Report::default();
        let _ = compare(&trees[0], &trees[1], &rules, true, &mut report);
        let found = report.finish();
        assert!(found.mismatches().len() >= 6, "{found:#?}");
        for mismatch in found.mismatches() {
            let path = mismatch.identifier().expect("a path");
            let part = of_trees.part_of(path);
            assert_eq!(of_texts.part_of(path), part, "{path}");
            let shown = |parts: &dyn Parts| {
                let mut finding = Finding::default();
                parts.show(&part, &[mismatch], &mut finding);
                finding
            };
            let finding = shown(&of_texts);
            assert!(!finding.excerpt.is_empty(), "{path}");
            assert_eq!(finding, shown(&of_trees), "{path}");
        }
    }

    #[test]
    fn of_a_part_that_is_large_itself_no_tree_is_made() {
        let [expected, actual] = ["1", "2"].map(|item| format!("[{}]", vec![item; 100_000].join(",")));
        let texts = [&expected, &actual].map(|text| CheckedJson::check(text.as_bytes()).expect("JSON"));
        let (expected, actual) = (texts[0].root(), texts[1].root());
        let rules = RuleTree::default();
        let parts = LargeJsonParts { expected, actual, rules: &rules, strict: true, hide: &hide_nothing };
        let mut finding = Finding::default();
        assert_eq!(parts.part_of("$[99999]"), "$");
        parts.show("$", &[], &mut finding);
        assert_eq!(finding, Finding::default());
    }
}
