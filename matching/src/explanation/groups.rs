//! Mismatches that are alike: the same rule broken in the same way, in items of one list.

use std::collections::HashMap;

use crate::mismatch::{Location, Mismatch, Reason};

/// The first of those that are alike, and how many there are.
pub(super) struct Group<'m> {
    pub(super) first: Vec<&'m Mismatch>,
    pub(super) count: usize,
}

/// Of mismatches that are alike, so many are shown.
const SHOWN: usize = 3;
/// So many groups are looked at.
const MOST: usize = 100;

/// What mismatches that are alike have in common.
#[derive(PartialEq, Eq, Hash)]
struct Kind<'m> {
    attribute: &'static str,
    shape: String,
    reason: Reason,
    rule: Option<(&'m str, &'m str)>,
}

/// The groups in the order of their first, and how many mismatches are in none.
pub(super) fn groups(mismatches: &[Mismatch]) -> (Vec<Group<'_>>, usize) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known: HashMap<Kind<'_>, usize> = HashMap::new();
    let mut left_out = 0;
    for mismatch in mismatches {
        let kind = Kind {
            attribute: mismatch.attribute(),
            shape: match &mismatch.at {
                Location::Body(path) => shape(path),
                _ => mismatch.identifier().unwrap_or_default().to_owned(),
            },
            reason: mismatch.reason,
            rule: mismatch.rule.as_ref().map(|governing| (governing.rule.as_str(), governing.key.as_str())),
        };
        match known.get(&kind) {
            Some(&at) => {
                let group = &mut groups[at];
                group.count += 1;
                if group.first.len() < SHOWN {
                    group.first.push(mismatch);
                }
            }
            None if groups.len() < MOST => {
                known.insert(kind, groups.len());
                groups.push(Group { first: vec![mismatch], count: 1 });
            }
            None => left_out += 1,
        }
    }
    (groups, left_out)
}

/// The path with `[*]` for each index.
fn shape(path: &str) -> String {
    let mut shape = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(start) = rest.find('[') {
        let (before, from) = rest.split_at(start);
        shape.push_str(before);
        let digits = from[1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && from[1 + digits..].starts_with(']') {
            shape.push_str("[*]");
            rest = &from[digits + 2..];
        } else {
            shape.push('[');
            rest = &from[1..];
        }
    }
    shape.push_str(rest);
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_differ_in_indexes_are_of_one_shape() {
        assert_eq!(shape("$.a[0].b[12]['c']"), "$.a[*].b[*]['c']");
        assert_eq!(shape("$['[1'][x]"), "$['[1'][x]");
    }

    #[test]
    fn of_many_that_are_alike_the_first_are_kept() {
        let at = |path: &str, reason| Mismatch::new(Location::Body(path.to_owned()), reason, "text");
        let mut all: Vec<Mismatch> = (0..500).map(|n| at(&format!("$[{n}]"), Reason::Different)).collect();
        all.push(at("$[7]", Reason::WrongType));
        let (groups, left_out) = groups(&all);
        let counts: Vec<_> = groups.iter().map(|group| (group.first.len(), group.count)).collect();
        assert_eq!((counts, left_out), (vec![(3, 500), (1, 1)], 0));
    }
}
