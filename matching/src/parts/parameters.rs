//! Names with lists of values, compared by name: query parameters and form posts.

use intact_pact_model::Query;
use intact_pact_model::path::PathExpression;

use crate::comparison::{Flow, Sink, Verdict};
use crate::mismatch::{Location, Mismatch, Reason};
use crate::parts::values::{self, ValueRules};
use crate::show;

/// What parameters are called in the sentences, and where their mismatches are.
pub(crate) struct Called {
    noun: &'static str,
    location: fn(&str) -> Location,
}

impl Called {
    pub(crate) const QUERY: Self = Self { noun: "query parameter", location: |name| Location::Query(name.to_owned()) };
    pub(crate) const FORM: Self = Self {
        noun: "form post parameter",
        location: |name| Location::Body(PathExpression::root().field(name).to_string()),
    };
}

/// Compares all parameters; `rules_of` gives the rules for a name with so many actual values.
pub(crate) fn compare<'r, S: Sink>(
    expected: &Query,
    actual: &Query,
    called: &Called,
    rules_of: impl Fn(&str, usize) -> ValueRules<'r>,
    sink: &mut S,
) -> Flow {
    let noun = called.noun;
    for (name, examples) in expected.iter() {
        let matched = match actual.get(name) {
            None => {
                sink.mismatch(|| {
                    let text = format!("Expected {noun} '{name}' but was missing");
                    Mismatch::new((called.location)(name), Reason::Missing, text)
                        .showing(show::texts(&as_texts(examples)), crate::Shown::Nothing)
                })?;
                false
            }
            Some(values) => {
                let rules = rules_of(name, values.len());
                compare_values(name, &as_texts(examples), &as_texts(values), &rules, called, sink)?
            }
        };
        sink.part(matched);
    }
    for (name, values) in actual.iter().filter(|(name, _)| expected.get(name).is_none()) {
        sink.mismatch(|| {
            let text = format!("Unexpected {noun} '{name}' received");
            Mismatch::new((called.location)(name), Reason::Unexpected, text)
                .showing(crate::Shown::Nothing, show::texts(&as_texts(values)))
        })?;
        sink.part(false);
    }
    Flow::Continue(())
}

/// Do the values satisfy what is expected of a parameter?
pub(crate) fn are_as_expected(expected: &[&str], actual: &[&str], rules: &ValueRules<'_>) -> bool {
    compare_values("", expected, actual, rules, &Called::QUERY, &mut Verdict).is_continue()
}

/// A parameter without `=` has the empty value.
pub(crate) fn as_texts(values: &[Option<String>]) -> Vec<&str> {
    values.iter().map(|value| value.as_deref().unwrap_or_default()).collect()
}

/// Breaks if the sink wants no more; else tells whether the parameter matched.
fn compare_values<S: Sink>(
    name: &str,
    expected: &[&str],
    actual: &[&str],
    rules: &ValueRules<'_>,
    called: &Called,
    sink: &mut S,
) -> std::ops::ControlFlow<(), bool> {
    let noun = called.noun;
    let mut matched = true;
    if rules.whole.is_some() {
        values::compare(rules, expected, actual, |finding| {
            matched = false;
            sink.mismatch(|| {
                let shown = |values: &[&str]| match finding.index {
                    Some(index) => show::cut(values.get(index).or(values.first()).copied().unwrap_or_default()),
                    None => show::texts(values),
                };
                Mismatch::new((called.location)(name), finding.reason, finding.text)
                    .showing(shown(expected), shown(actual))
                    .ruled(finding.rule.name(), &finding.set.key)
            })
        })?;
        return std::ops::ControlFlow::Continue(matched);
    }
    let mut fail = |make: &dyn Fn() -> Mismatch| {
        matched = false;
        sink.mismatch(make)
    };
    if expected.is_empty() && !actual.is_empty() {
        fail(&|| {
            let shown = show::texts(actual);
            let text = format!("Expected an empty parameter list for '{name}' but received {shown}");
            Mismatch::new((called.location)(name), Reason::Unexpected, text).showing("[]", shown)
        })?;
        return std::ops::ControlFlow::Continue(false);
    }
    for (index, (example, value)) in expected.iter().zip(actual).enumerate() {
        if let Some(set) = rules.for_value(index) {
            for (rule, reason) in set.failing(|rule| rule.check_text(example, value)) {
                fail(&|| {
                    Mismatch::new((called.location)(name), reason, rule.explain_text(example, value, reason))
                        .showing(*example, *value)
                        .ruled(rule.name(), &set.key)
                })?;
            }
        } else if example != value {
            fail(&|| {
                let (expected, actual) = (show::cut(example), show::cut(value));
                let text = format!("Expected {noun} '{name}' with value '{expected}' but was '{actual}'");
                Mismatch::new((called.location)(name), Reason::Different, text).showing(expected, actual)
            })?;
        }
    }
    if expected.len() != actual.len() {
        fail(&|| {
            let (wanted, received) = (expected.len(), actual.len());
            let text = format!("Expected {noun} '{name}' with {wanted} value(s) but received {received} value(s)");
            Mismatch::new((called.location)(name), Reason::WrongSize, text)
                .showing(show::texts(expected), show::texts(actual))
        })?;
    }
    std::ops::ControlFlow::Continue(matched)
}
