//! Headers: names ignore case, additional ones are fine, and values that are lists of parameters are compared as such.

use std::borrow::Cow;

use intact_pact_model::{Headers, MatchingRules};

use crate::comparison::{Flow, Sink};
use crate::mismatch::{Location, Mismatch, Reason, Shown};
use crate::parts::values::{self, CompiledValueRules, NamedRules, ValueRules};
use crate::rule::{CompileError, RuleSet};
use crate::show;

/// Expected headers, ready to be compared.
#[derive(Debug)]
pub(crate) struct HeadersMatcher {
    pub(crate) headers: Vec<HeaderMatcher>,
    /// Rules for `Content-Type`, whether the header is expected or not: they also decide about the type of the body.
    content_type: CompiledValueRules,
}

#[derive(Debug)]
pub(crate) struct HeaderMatcher {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
    pub(crate) rules: CompiledValueRules,
    /// Is a value of the form `type/subtype; parameter=value`?
    has_parameters: bool,
}

/// Headers that never hold a list, so that a comma is part of their value.
const NEVER_LISTS: [&str; 9] = [
    "accept-datetime",
    "date",
    "expires",
    "if-modified-since",
    "if-unmodified-since",
    "last-modified",
    "retry-after",
    "set-cookie",
    "user-agent",
];

impl HeadersMatcher {
    pub(crate) fn compile(expected: &Headers, rules: &MatchingRules) -> Result<Self, CompileError> {
        let rules = NamedRules::new(&rules.header, |name| name.to_ascii_lowercase().into(), "header");
        let headers = expected.iter().map(|(name, values)| {
            let has_parameters = ["accept", "content-type"].iter().any(|own| name.eq_ignore_ascii_case(own));
            let values = values.iter().map(|value| value.trim().to_owned()).collect();
            Ok(HeaderMatcher { name: name.to_owned(), values, rules: rules.compile(name)?, has_parameters })
        });
        Ok(Self { headers: headers.collect::<Result<_, _>>()?, content_type: rules.compile("content-type")? })
    }

    /// The rules that decide whether one content type may stand for another.
    pub(crate) fn content_type_rules(&self) -> Option<&RuleSet> {
        self.content_type.as_rules().for_value(0)
    }

    pub(crate) fn compare<S: Sink>(&self, actual: &Headers, sink: &mut S) -> Flow {
        for header in &self.headers {
            let mut matched = true;
            header.compare(actual.get(&header.name), &mut |finding| {
                matched = false;
                sink.mismatch(|| {
                    let Finding { reason, expected, actual, rule, text } = finding();
                    let name = &header.name;
                    let text = format!("Mismatch with header '{name}': {text}");
                    let mismatch =
                        Mismatch::new(Location::Header(name.clone()), reason, text).showing(expected, actual);
                    match rule {
                        Some((rule, key)) => mismatch.ruled(&rule, &key),
                        None => mismatch,
                    }
                })
            })?;
            sink.part(matched);
        }
        Flow::Continue(())
    }
}

struct Finding {
    reason: Reason,
    expected: Shown,
    actual: Shown,
    rule: Option<(String, String)>,
    text: String,
}

impl Finding {
    fn new(reason: Reason, expected: &str, actual: &str, text: String) -> Self {
        Self { reason, expected: Shown::from(expected), actual: Shown::from(actual), rule: None, text }
    }
}

type Fail<'f> = &'f mut dyn FnMut(&dyn Fn() -> Finding) -> Flow;

impl HeaderMatcher {
    /// Are these values those that the contract expects?
    pub(crate) fn accepts(&self, actual: &[String]) -> bool {
        self.compare(Some(actual), &mut |_| Flow::Break(())).is_continue()
    }

    fn compare(&self, actual: Option<&[String]>, fail: Fail<'_>) -> Flow {
        let name = &self.name;
        let expected: Vec<&str> = self.values.iter().map(String::as_str).collect();
        let Some(actual) = actual else {
            return fail(&|| Finding {
                actual: Shown::Nothing,
                ..Finding::new(
                    Reason::Missing,
                    &expected.join(", "),
                    "",
                    format!("Expected a header '{name}' but was missing"),
                )
            });
        };
        let actual: Vec<&str> = actual.iter().map(|value| value.trim()).collect();
        if expected.is_empty() {
            if actual.iter().all(|value| value.is_empty()) {
                return Flow::Continue(());
            }
            return fail(&|| {
                let actual = actual.join(", ");
                Finding::new(
                    Reason::Unexpected,
                    "",
                    &actual,
                    format!("Expected an empty header '{name}' but was '{actual}'"),
                )
            });
        }
        let rules = self.rules.as_rules();
        if rules.whole.is_some() && (expected.len() > 1 || actual.len() > 1 || rules.is_about_the_list()) {
            return Self::by_list_rules(&rules, &expected, &actual, fail);
        }
        if let ([expected], [actual]) = (&expected[..], &actual[..]) {
            return self.value(&rules, 0, expected, actual, false, fail);
        }
        if rules.is_empty() && self.is_same_joined(&expected, &actual) {
            return Flow::Continue(());
        }
        for (index, example) in expected.iter().enumerate() {
            match actual.get(index) {
                Some(value) => self.value(&rules, index, example, value, true, fail)?,
                None => fail(&|| {
                    let count = actual.len();
                    let text = format!(
                        "Expected value '{example}' at index {index} but was missing (actual has {count} value(s))"
                    );
                    Finding { actual: Shown::Nothing, ..Finding::new(Reason::Missing, example, "", text) }
                })?,
            }
        }
        for (index, value) in actual.iter().enumerate().skip(expected.len()) {
            self.value(&ValueRules::default(), index, "", value, true, fail)?;
        }
        Flow::Continue(())
    }

    /// Several lines of a header may be joined by commas on their way (RFC 9110), unless a comma means something else.
    fn is_same_joined(&self, expected: &[&str], actual: &[&str]) -> bool {
        let never = NEVER_LISTS.iter().any(|name| self.name.eq_ignore_ascii_case(name));
        !never && without_space_at_commas(&expected.join(",")) == without_space_at_commas(&actual.join(","))
    }

    fn by_list_rules(rules: &ValueRules<'_>, expected: &[&str], actual: &[&str], fail: Fail<'_>) -> Flow {
        values::compare(rules, expected, actual, |finding| {
            fail(&|| {
                let rule = Some((finding.rule.name().to_owned(), finding.set.key.clone()));
                let (shown_expected, shown_actual, text) = match finding.index {
                    Some(index) => {
                        let example = expected.get(index).or(expected.first()).copied().unwrap_or_default();
                        let text = match expected.len().max(actual.len()) {
                            1 => finding.text.clone(),
                            _ => format!("{} for value at index {index}", finding.text),
                        };
                        (example.to_owned(), actual[index].to_owned(), text)
                    }
                    None => (show::texts(expected), show::texts(actual), finding.text.clone()),
                };
                Finding { rule, ..Finding::new(finding.reason, &shown_expected, &shown_actual, text) }
            })
        })
    }

    /// One value against one.
    fn value(
        &self,
        rules: &ValueRules<'_>,
        index: usize,
        expected: &str,
        actual: &str,
        in_list: bool,
        fail: Fail<'_>,
    ) -> Flow {
        if let Some(set) = rules.for_value(index) {
            for (rule, reason) in set.failing(|rule| rule.check_text(expected, actual)) {
                fail(&|| Finding {
                    rule: Some((rule.name().to_owned(), set.key.clone())),
                    ..Finding::new(reason, expected, actual, rule.explain_text(expected, actual, reason))
                })?;
            }
            return Flow::Continue(());
        }
        let same = if self.has_parameters {
            is_same_with_parameters(expected, actual)
        } else {
            expected == actual || without_space_at_commas(expected) == without_space_at_commas(actual)
        };
        if same {
            return Flow::Continue(());
        }
        fail(&|| {
            let name = &self.name;
            let place = if in_list { format!(" at index {index}") } else { String::new() };
            let (shown_expected, shown_actual) = (show::cut(expected), show::cut(actual));
            let text =
                format!("Expected header '{name}'{place} to have value '{shown_expected}' but was '{shown_actual}'");
            Finding::new(Reason::Different, expected, actual, text)
        })
    }
}

/// White space around commas says nothing.
fn without_space_at_commas(value: &str) -> Cow<'_, str> {
    if value.contains(',') {
        Cow::Owned(value.split(',').map(str::trim).collect::<Vec<_>>().join(","))
    } else {
        Cow::Borrowed(value)
    }
}

/// Compares `value; name=value…`: the value itself, ignoring case if both are media types, and each expected parameter;
/// their order does not matter, and more of them are fine.
pub(crate) fn is_same_with_parameters(expected: &str, actual: &str) -> bool {
    let (expected, expected_parameters) = split_parameters(expected);
    let (actual, actual_parameters) = split_parameters(actual);
    let same_value = expected == actual
        || (is_media_type(expected) && is_media_type(actual) && expected.eq_ignore_ascii_case(actual));
    // The boundary of a multipart body is made up anew for each.
    let is_boundary =
        |name: &str| name.eq_ignore_ascii_case("boundary") && expected.to_ascii_lowercase().starts_with("multipart/");
    same_value
        && expected_parameters.iter().all(|(name, value)| {
            is_boundary(name)
                || actual_parameters
                    .iter()
                    .any(|(own, actual)| own.eq_ignore_ascii_case(name) && actual.eq_ignore_ascii_case(value))
        })
}

type Parameters<'v> = Vec<(&'v str, &'v str)>;

fn split_parameters(value: &str) -> (&str, Parameters<'_>) {
    let mut parts = split_outside_quotes(value).into_iter();
    let first = parts.next().unwrap_or_default();
    let parameters = parts.filter(|part| !part.is_empty()).map(|part| match part.split_once('=') {
        Some((name, value)) => (name.trim(), unquoted(value.trim())),
        None => (part, ""),
    });
    (first, parameters.collect())
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

fn split_outside_quotes(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                parts.push(value[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(value[start..].trim());
    parts
}

fn is_media_type(value: &str) -> bool {
    let is_token = |part: &str| !part.is_empty() && !part.contains(['/', ' ', ',']);
    value.split_once('/').is_some_and(|(main, sub)| is_token(main) && is_token(sub))
}
