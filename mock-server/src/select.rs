//! Which interaction a request is for.
//!
//! A request is offered to every HTTP interaction. One that it satisfies fully wins over any that it does not; among several
//! the best score does ([`Comparison::score`]), and the first defined on a tie. If there is none, the others are ranked by
//! how near the request came, so that the answer can say what was wrong: those whose method and path it has come first,
//! since a request to the right place with a wrong body is more likely meant for it than for some other place.

use std::cmp::Reverse;

use intact_matching::{ActualRequest, Comparison, CompileError, RequestMatcher};
use intact_pact_model::{Interaction, Pact};

/// The HTTP interactions of a pact, ready to be compared with requests.
#[derive(Debug)]
pub(crate) struct Candidates(Vec<Candidate>);

#[derive(Debug)]
struct Candidate {
    /// Position in the pact.
    at: usize,
    matcher: RequestMatcher,
}

/// An interaction that a request was compared with.
#[derive(Debug)]
pub(crate) struct Compared {
    /// Position in the pact.
    pub(crate) at: usize,
    pub(crate) comparison: Comparison,
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Selection {
    /// The interaction at this position answers it.
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
    /// The interaction whose matching rules cannot be compiled, and why.
    pub(crate) fn compile(
        pact: &Pact,
        take: impl Fn(&Interaction) -> bool,
    ) -> Result<Self, (&Interaction, CompileError)> {
        let mut candidates = Vec::new();
        for (at, interaction) in pact.interactions.iter().enumerate().filter(|(_, interaction)| take(interaction)) {
            if let Some((request, _)) = interaction.as_http() {
                let matcher = RequestMatcher::compile(request, pact.version).map_err(|error| (interaction, error))?;
                candidates.push(Candidate { at, matcher });
            }
        }
        Ok(Self(candidates))
    }

    /// The positions of the interactions in the pact.
    pub(crate) fn positions(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|candidate| candidate.at)
    }

    /// Compares the request with the interactions.
    pub(crate) fn compare_all(&self, request: &ActualRequest<'_>) -> impl Iterator<Item = Compared> {
        self.0.iter().map(|candidate| Compared { at: candidate.at, comparison: candidate.matcher.compare(request) })
    }

    /// The interaction that the request is for.
    pub(crate) fn select(&self, request: &ActualRequest<'_>) -> Selection {
        // Yes or no is much cheaper than a full report, and nearly every request is one that was expected.
        let full: Vec<&Candidate> = self.0.iter().filter(|candidate| candidate.matcher.matches(request)).collect();
        match full.as_slice() {
            [] => {}
            [only] => return Selection::Matched(only.at),
            // `min_by_key` keeps the first of equals.
            several => {
                let best = several.iter().min_by_key(|candidate| Reverse(candidate.matcher.compare(request).score()));
                if let Some(best) = best {
                    return Selection::Matched(best.at);
                }
            }
        }
        let mut near: Vec<Compared> = self.compare_all(request).collect();
        near.sort_by_key(|near| (near.comparison.has_method_or_path_mismatch(), Reverse(near.comparison.score())));
        near.truncate(REPORTED);
        match near.first() {
            Some(best) if !best.comparison.has_method_or_path_mismatch() => Selection::Mismatch(near),
            _ => Selection::NotFound(near),
        }
    }
}
