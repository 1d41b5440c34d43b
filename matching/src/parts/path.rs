//! The method and the path.

use std::borrow::Cow;

use intact_pact_model::HttpRequest;
use percent_encoding::percent_decode_str;

use crate::comparison::{Flow, Sink, Verdict};
use crate::mismatch::{Location, Mismatch, Reason};
use crate::rule::{CompileError, Compiling, RuleSet};

/// Expected method and path, ready to be compared.
#[derive(Debug)]
pub(crate) struct TargetMatcher {
    method: String,
    method_rules: RuleSet,
    pub(crate) path: String,
    path_rules: RuleSet,
}

impl TargetMatcher {
    pub(crate) fn compile(expected: &HttpRequest) -> Result<Self, CompileError> {
        let rules = &expected.matching_rules;
        Ok(Self {
            method: expected.method.clone(),
            method_rules: RuleSet::compile(&rules.method, "", Compiling::category("method"))?,
            path: expected.path.clone(),
            path_rules: RuleSet::compile(&rules.path, "", Compiling::category("path"))?,
        })
    }

    pub(crate) fn compare<S: Sink>(&self, method: &str, path: &str, sink: &mut S) -> Flow {
        let same_method = if self.method_rules.rules.is_empty() {
            self.method.eq_ignore_ascii_case(method)
        } else {
            let (expected, actual) = (self.method.to_ascii_uppercase(), method.to_ascii_uppercase());
            self.method_rules.holds(|rule| rule.check_text(&expected, &actual))
        };
        if !same_method {
            sink.mismatch(|| {
                let text = format!("expected {} but was {method}", self.method);
                Mismatch::new(Location::Method, Reason::Different, text).showing(self.method.as_str(), method)
            })?;
        }
        sink.part(same_method);
        let same_path = self.compare_path(path, sink)?;
        sink.part(same_path);
        Flow::Continue(())
    }

    /// Is this the path that the contract expects?
    pub(crate) fn accepts_path(&self, path: &str) -> bool {
        self.compare_path(path, &mut Verdict).is_continue()
    }

    fn compare_path<S: Sink>(&self, path: &str, sink: &mut S) -> std::ops::ControlFlow<(), bool> {
        if self.path_rules.rules.is_empty() {
            let same = self.path == path || is_same_decoded(&self.path, path);
            if !same {
                sink.mismatch(|| {
                    let text = format!("Expected '{path}' to be equal to '{}'", self.path);
                    Mismatch::new(Location::Path, Reason::Different, text).showing(self.path.as_str(), path)
                })?;
            }
            return Flow::Continue(()).map_continue(|()| same);
        }
        let failures = self.path_rules.failing(|rule| rule.check_text(&self.path, path));
        for (rule, reason) in &failures {
            sink.mismatch(|| {
                Mismatch::new(Location::Path, *reason, rule.explain_text(&self.path, path, *reason))
                    .showing(self.path.as_str(), path)
                    .ruled(rule.name(), "")
            })?;
        }
        Flow::Continue(()).map_continue(|()| failures.is_empty())
    }
}

/// `/a b` in a contract means the path that travels as `/a%20b`. An encoded slash stays apart from a slash.
fn is_same_decoded(expected: &str, actual: &str) -> bool {
    fn decode(path: &str) -> impl Iterator<Item = Cow<'_, [u8]>> {
        path.split('/').map(|part| Cow::from(percent_decode_str(part)))
    }
    decode(expected).eq(decode(actual))
}
