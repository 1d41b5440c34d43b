//! Lists of texts: the values of one header, query or form parameter under matching rules.

use indexmap::IndexMap;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::rules::RuleList;
use intact_pact_model::{Combine, Json};

use crate::body::json;
use crate::comparison::Flow;
use crate::mismatch::Reason;
use crate::rule::{CompileError, Compiling, Outcome, Rule, RuleSet, explain_size, within};
use crate::show;

/// The rules for the values of one name.
#[derive(Debug, Default)]
pub(crate) struct ValueRules<'r> {
    /// For all values.
    pub(crate) whole: Option<&'r RuleSet>,
    /// For the value at one position; they count before those for all.
    pub(crate) at: Vec<(usize, &'r RuleSet)>,
}

/// The same, owning its rules.
#[derive(Debug, Default)]
pub(crate) struct CompiledValueRules {
    whole: Option<RuleSet>,
    at: Vec<(usize, RuleSet)>,
}

impl CompiledValueRules {
    /// The rules that `rules` hold for `name`: under the plain name, else under a path such as `$.name`, `$['name']` or
    /// `$.name[0]`, which some tools write.
    pub(crate) fn compile(
        rules: &IndexMap<String, RuleList>,
        name: &str,
        same_name: fn(&str, &str) -> bool,
        category: &'static str,
    ) -> Result<Self, CompileError> {
        let mut found = Self::default();
        let compile = |key: &str, list: &RuleList| RuleSet::compile(list, key, Compiling::category(category).at(key));
        for (key, list) in rules.iter().filter(|(_, list)| !list.is_empty()) {
            if same_name(key, name) {
                found.whole = Some(compile(key, list)?);
                continue;
            }
            let Ok(path) = key.parse::<PathExpression>() else { continue };
            match path.segments() {
                [Segment::Field(field)] | [Segment::Field(field), Segment::StarIndex]
                    if same_name(field, name) && found.whole.is_none() =>
                {
                    found.whole = Some(compile(key, list)?);
                }
                [Segment::Field(field), Segment::Index(index)] if same_name(field, name) => {
                    found.at.push((*index, compile(key, list)?));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    pub(crate) fn as_rules(&self) -> ValueRules<'_> {
        ValueRules { whole: self.whole.as_ref(), at: self.at.iter().map(|(index, set)| (*index, set)).collect() }
    }
}

/// What is wrong with a list of values or, with an index, with one of them.
pub(crate) struct Finding<'r> {
    pub(crate) index: Option<usize>,
    pub(crate) reason: Reason,
    pub(crate) rule: &'r Rule,
    pub(crate) set: &'r RuleSet,
    pub(crate) text: String,
}

impl<'r> ValueRules<'r> {
    /// The rules for the value at `index`.
    pub(crate) fn for_value(&self, index: usize) -> Option<&'r RuleSet> {
        self.at.iter().find(|(at, _)| *at == index).map(|(_, set)| *set).or(self.whole)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.whole.is_none() && self.at.is_empty()
    }

    /// Is there a rule that is about the list rather than about each value?
    pub(crate) fn is_about_the_list(&self) -> bool {
        self.whole.is_some_and(|set| set.rules.iter().any(is_about_lists))
    }
}

fn is_about_lists(rule: &Rule) -> bool {
    matches!(rule, Rule::ArrayContains(_) | Rule::EachValue(_))
        || matches!(rule, Rule::Type { min, max } if min.is_some() || max.is_some())
}

/// Holds the values against the rules: any number of values, unless a rule counts them; each is compared with the expected
/// value at its position, or with the first if there is none.
pub(crate) fn compare<'r>(
    rules: &ValueRules<'r>,
    expected: &[&str],
    actual: &[&str],
    mut report: impl FnMut(Finding<'r>) -> Flow,
) -> Flow {
    let list_failures = rules.whole.map(|set| list_failures(set, expected, actual)).unwrap_or_default();
    if let Some(set) = rules.whole
        && set.combine == Combine::Or
        && set.rules.iter().any(is_about_lists)
        && list_failures.len() < set.rules.iter().filter(|rule| is_about_lists(rule)).count()
    {
        return Flow::Continue(());
    }
    for finding in list_failures {
        report(finding)?;
    }
    for (index, value) in actual.iter().enumerate() {
        let Some(set) = rules.for_value(index) else { continue };
        let Some(example) = expected.get(index).or(expected.first()) else { continue };
        for (rule, reason) in set.failing(|rule| check_value(rule, example, value)) {
            let text = rule.explain_text(example, value, reason);
            report(Finding { index: Some(index), reason, rule, set, text })?;
        }
    }
    Flow::Continue(())
}

/// What a rule asks of one value; rules about the list have had their say.
fn check_value(rule: &Rule, expected: &str, actual: &str) -> Outcome {
    match rule {
        Rule::ArrayContains(_) | Rule::EachValue(_) | Rule::EachKey(_) => Ok(()),
        _ => rule.check_text(expected, actual),
    }
}

fn list_failures<'r>(set: &'r RuleSet, expected: &[&str], actual: &[&str]) -> Vec<Finding<'r>> {
    let mut findings = Vec::new();
    for rule in &set.rules {
        let mut fail = |reason, text| findings.push(Finding { index: None, reason, rule, set, text });
        match rule {
            Rule::Type { min, max } if !within(actual.len(), *min, *max) => {
                fail(Reason::WrongSize, explain_size(&show::texts(actual), actual.len(), *min, *max));
            }
            Rule::NotEmpty if actual.is_empty() => {
                fail(Reason::RuleNotSatisfied, "Expected [] (Array) to not be empty".to_owned());
            }
            Rule::ArrayContains(variants) => {
                let strings =
                    |values: &[&str]| values.iter().map(|value| Json::from((*value).to_owned())).collect::<Vec<_>>();
                for (reason, text) in json::missing_variants(&strings(expected), &strings(actual), variants, true) {
                    fail(reason, text);
                }
            }
            Rule::EachValue(values) => {
                for value in actual {
                    let example = expected.first().copied().unwrap_or_default();
                    for (inner, reason) in values.failing(|inner| inner.check_text(example, value)) {
                        fail(reason, inner.explain_text(example, value, reason));
                    }
                }
            }
            _ => {}
        }
    }
    findings
}
