//! Which interaction a request is for.
//!
//! A request that an interaction satisfies fully wins over any that it does not; among several the best score does
//! ([`Comparison::score`]), and the first defined on a tie. If there is none, the others are ranked by how near the request
//! came, so that the answer can say what was wrong: those whose method and path it has come first, since a request to the
//! right place with a wrong body is more likely meant for it than for some other place.
//!
//! Interactions are found by method and literal path, so that a request costs the same whether a contract has ten of them or
//! a thousand. Those with rules for method or path are in a list beside the index and are tried each time.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use intact_matching::explanation::hide_nothing;
use intact_matching::generate::Draws;
use intact_matching::{ActualRequest, Comparison, CompileError, Explanation, Mismatch, RequestMatcher};
use intact_pact_model::{HttpRequest, Interaction, Pact};
use percent_encoding::percent_decode_str;

use crate::outcome::InteractionName;

/// The HTTP interactions of pacts, ready to be compared with requests. Each has a number, in the order of definition.
#[derive(Debug)]
pub(crate) struct Candidates {
    pacts: Vec<Arc<Pact>>,
    all: Vec<Candidate>,
    by_target: HashMap<Vec<u8>, Vec<usize>>,
    by_rule: Vec<usize>,
    /// How often values were made for each answer.
    pub(crate) draws: Draws,
}

#[derive(Debug)]
struct Candidate {
    /// Position of the pact, and in the pact.
    place: (usize, usize),
    matcher: RequestMatcher,
}

/// An interaction that a request was compared with.
#[derive(Debug)]
pub(crate) struct Compared {
    /// The interaction's number.
    pub(crate) at: usize,
    pub(crate) comparison: Comparison,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Selection {
    /// The interaction of this number answers it.
    Matched(usize),
    /// It has the method and path of the first of these, but differs in something else.
    Mismatch(Vec<Compared>),
    /// No interaction has its method and path. The nearest ones, best first; none if the pact has no HTTP interactions.
    NotFound(Vec<Compared>),
}

/// How many near misses are reported.
pub(crate) const REPORTED: usize = 3;

impl Candidates {
    /// Prepares the interactions for which `take` holds.
    ///
    /// # Errors
    ///
    /// The description of the interaction whose matching rules cannot be compiled, and why.
    pub(crate) fn compile(
        pacts: Vec<Arc<Pact>>,
        take: impl Fn(&Interaction) -> bool,
    ) -> Result<Self, (String, CompileError)> {
        let draws = Draws::default();
        let mut this = Self { pacts, all: Vec::new(), by_target: HashMap::new(), by_rule: Vec::new(), draws };
        for (of, pact) in this.pacts.iter().enumerate() {
            for (at, interaction) in pact.interactions.iter().enumerate().filter(|(_, one)| take(one)) {
                let Some((request, _)) = interaction.as_http() else { continue };
                if let Some(warning) = InteractionName::of(pact, interaction).plugin_warning() {
                    tracing::warn!("{warning}");
                }
                let matcher = RequestMatcher::compile(request, pact.version)
                    .map_err(|error| (interaction.description.clone(), error))?;
                let number = this.all.len();
                this.all.push(Candidate { place: (of, at), matcher });
                if request.matching_rules.method.rules.is_empty() && request.matching_rules.path.rules.is_empty() {
                    this.by_target.entry(target(&request.method, &request.path)).or_default().push(number);
                } else {
                    this.by_rule.push(number);
                }
            }
        }
        Ok(this)
    }

    /// The interactions, by number.
    pub(crate) fn interactions(&self) -> impl ExactSizeIterator<Item = &Interaction> {
        (0..self.all.len()).map(|at| self.interaction(at))
    }

    /// The interaction of this number.
    pub(crate) fn interaction(&self, at: usize) -> &Interaction {
        let (of, at) = self.all[at].place;
        &self.pacts[of].interactions[at]
    }

    /// What people call the interaction of this number.
    pub(crate) fn name(&self, at: usize) -> InteractionName {
        InteractionName::of(&self.pacts[self.all[at].place.0], self.interaction(at))
    }

    /// What is to be said of plugins that interactions were made with.
    pub(crate) fn plugin_warnings(&self) -> Vec<String> {
        (0..self.all.len()).filter_map(|at| self.name(at).plugin_warning()).collect()
    }

    /// The pacts they come from.
    pub(crate) fn pacts(&self) -> &[Arc<Pact>] {
        &self.pacts
    }

    /// The numbers of interactions that may have this method and path, in order. No other has.
    pub(crate) fn at_target(&self, method: &str, path: &str) -> Vec<usize> {
        let literal = self.by_target.get(&target(method, path)).map_or(&[][..], Vec::as_slice);
        let mut found = [literal, &self.by_rule].concat();
        if !literal.is_empty() && !self.by_rule.is_empty() {
            found.sort_unstable();
        }
        found
    }

    /// Does the request satisfy the interaction of this number?
    pub(crate) fn matches(&self, at: usize, request: &ActualRequest<'_>) -> bool {
        self.all[at].matcher.matches(request)
    }

    /// Compares the request with the interaction of this number.
    pub(crate) fn compare(&self, at: usize, request: &ActualRequest<'_>) -> Compared {
        Compared { at, comparison: self.all[at].matcher.compare(request) }
    }

    /// What differs between the request and the interaction of this number, for people.
    pub(crate) fn explain(&self, at: usize, request: &ActualRequest<'_>, mismatches: &[Mismatch]) -> Explanation {
        self.all[at].matcher.explain(request, mismatches, &hide_nothing)
    }

    /// Compares the example of a contract with the interaction of this number.
    pub(crate) fn compare_with(&self, at: usize, request: &HttpRequest) -> Comparison {
        self.all[at].matcher.compare_with(request)
    }

    /// The interactions that the request is nearest to, best first.
    pub(crate) fn nearest(
        &self,
        request: &ActualRequest<'_>,
        may_answer: impl Fn(&Interaction) -> bool,
    ) -> Vec<Compared> {
        let wanted = |at: &usize| may_answer(self.interaction(*at));
        let mut near: Vec<Compared> = self
            .at_target(request.method, request.path)
            .into_iter()
            .filter(wanted)
            .map(|at| self.compare(at, request))
            .collect();
        let at_place = near.iter().filter(|near| !near.comparison.has_method_or_path_mismatch()).count();
        if at_place < REPORTED {
            near = (0..self.all.len()).filter(wanted).map(|at| self.compare(at, request)).collect();
        }
        near.sort_by_key(|near| (near.comparison.has_method_or_path_mismatch(), Reverse(near.comparison.score())));
        near.truncate(REPORTED);
        near
    }

    /// The interaction that the request is for.
    pub(crate) fn select(&self, request: &ActualRequest<'_>) -> Selection {
        // Yes or no is much cheaper than a full report, and nearly every request is one that was expected.
        let mut full = self.at_target(request.method, request.path);
        full.retain(|&at| self.matches(at, request));
        match full.as_slice() {
            [] => {}
            [only] => return Selection::Matched(*only),
            // `min_by_key` keeps the first of equals.
            several => {
                let score = |at: usize| Reverse(self.compare(at, request).comparison.score());
                if let Some(best) = several.iter().min_by_key(|at| score(**at)) {
                    return Selection::Matched(*best);
                }
            }
        }
        let near = self.nearest(request, |_| true);
        match near.first() {
            Some(best) if !best.comparison.has_method_or_path_mismatch() => Selection::Mismatch(near),
            _ => Selection::NotFound(near),
        }
    }
}

/// Method and path as a key: equal for those that mean the same. A path is decoded segment by segment, since an encoded
/// slash stays apart from a slash.
fn target(method: &str, path: &str) -> Vec<u8> {
    let mut key = method.to_ascii_uppercase().into_bytes();
    for segment in path.split('/') {
        key.push(b'/');
        for byte in percent_decode_str(segment) {
            match byte {
                b'/' => key.extend_from_slice(b"%2F"),
                b'%' => key.extend_from_slice(b"%25"),
                other => key.push(other),
            }
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_equal_if_they_mean_the_same() {
        assert_eq!(target("get", "/a b/c"), target("GET", "/a%20b/%63"));
        assert_ne!(target("GET", "/a/b"), target("GET", "/a%2Fb"));
        assert_ne!(target("GET", "/a%252Fb"), target("GET", "/a%2Fb"));
        assert_eq!(target("GET", "/100%"), target("GET", "/100%25"), "a lone percent sign is one");
        assert_ne!(target("GET", "/a"), target("POST", "/a"));
        assert_ne!(target("GET", "/a"), target("GET", "/a/"));
    }
}
