//! From mismatches to findings: those of one part together, the first of many.

use std::collections::HashMap;

use crate::actual::ActualBody;
use crate::body::BodyMatcher;
use crate::mismatch::{Location, Mismatch};
use crate::pact_regex::Budget;

use super::body::{Read, of_wrong_type, with_parts};
use super::groups::{Group, groups};
use super::parts::{Parts, Whole};
use super::visible::{cut, visible};
use super::{Explanation, Finding, Hide};

/// At most so many parts are shown.
const MOST_FINDINGS: usize = 20;
/// At most so many kinds of mismatches of one part are told.
const MOST_GROUPS: usize = 10;
/// Places longer than this are cut.
const WIDEST_PLACE: usize = 200;

/// The mismatches of one part.
struct Draft<'m> {
    part: String,
    groups: Vec<Group<'m>>,
}

/// Explains mismatches: those of a body here, others by `show`.
pub(crate) fn explain(
    mismatches: &[Mismatch],
    hide: Hide<'_>,
    (expected, actual): (&BodyMatcher, &ActualBody<'_>),
    show: &dyn Fn(&Mismatch, &mut Finding),
) -> Explanation {
    if mismatches.is_empty() {
        return Explanation::default();
    }
    // Hints are found out by comparing.
    let _budget = Budget::begin();
    let mut explanation = Explanation::default();
    let mut take = |parts: &dyn Parts| {
        let (drafts, more) = drafts(mismatches, parts);
        explanation.more += more;
        explanation.findings.extend(drafts.into_iter().map(|draft| {
            let all: Vec<&Mismatch> = draft.groups.iter().flat_map(|group| group.first.iter().copied()).collect();
            let mut finding = Finding { place: place_of(all[0], &draft.part, hide), ..Finding::default() };
            for group in &draft.groups {
                let alike = group.count - group.first.len();
                let last = group.first.len() - 1;
                finding.mismatches.extend(
                    group
                        .first
                        .iter()
                        .enumerate()
                        .map(|(at, mismatch)| (mismatch.map_texts(hide), if at == last { alike } else { 0 })),
                );
            }
            match &all[0].at {
                Location::Body(_) => parts.show(&draft.part, &all, &mut finding),
                Location::ContentType => of_wrong_type(expected, actual, hide, all[0], &mut finding),
                _ => show(all[0], &mut finding),
            }
            finding
        }));
    };
    // Taking bodies apart is work, with large ones at least.
    if mismatches.iter().any(|mismatch| matches!(mismatch.at, Location::Body(_))) {
        with_parts(expected, actual, hide, &Read::new(expected, actual, hide), &mut take);
    } else {
        take(&Whole { expected: expected.expected.bytes(), actual: actual.bytes(), hide });
    }
    explanation.hide(hide);
    explanation
}

fn drafts<'m>(mismatches: &'m [Mismatch], parts: &dyn Parts) -> (Vec<Draft<'m>>, usize) {
    let (groups, mut more) = groups(mismatches);
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    let mut known: HashMap<(&str, String), usize> = HashMap::new();
    for group in groups {
        let first = group.first[0];
        let part = match &first.at {
            Location::Body(path) => parts.part_of(path),
            _ => first.identifier().unwrap_or_default().to_owned(),
        };
        let kind = if first.at == Location::ContentType { "content type" } else { first.attribute() };
        match known.get(&(kind, part.clone())) {
            Some(&at) if drafts[at].groups.len() < MOST_GROUPS => drafts[at].groups.push(group),
            None if drafts.len() < MOST_FINDINGS => {
                known.insert((kind, part.clone()), drafts.len());
                drafts.push(Draft { part, groups: vec![group] });
            }
            Some(_) | None => more += group.count,
        }
    }
    (drafts, more)
}

fn place_of(first: &Mismatch, part: &str, hide: Hide<'_>) -> String {
    let place = match &first.at {
        Location::Body(_) if matches!(part, "/" | "$" | "") => "body".to_owned(),
        Location::Body(_) => format!("body {part}"),
        _ => first.place(),
    };
    visible(&cut(&hide(&place), WIDEST_PLACE))
}
