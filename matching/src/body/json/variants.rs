//! `arrayContains`: for each variant, some item of the list must be like it.
//!
//! Trying every item for every variant costs their product. Mostly that is not needed: lists of one order are found in
//! order, and in others a variant is looked up by what it must equal ([`Directory`]). What stays is a variant with a rule
//! at every scalar, in a list of another order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use intact_pact_model::json::Number;
use intact_pact_model::{Combine, Json};

use super::place::Place;
use super::{Location, Walk};
use crate::comparison::{Flow, Verdict};
use crate::mismatch::Reason;
use crate::rule::{Asks, Rule, Variant};
use crate::rule_tree::{Cursor, RuleTree};
use crate::show;

/// What `arrayContains` misses in a list: reasons and sentences.
pub(crate) fn missing_variants(
    expected: &[Json<'_>],
    actual: &[Json<'_>],
    variants: &[Variant],
    strict: bool,
) -> Vec<(Reason, String)> {
    let mut missing = Vec::new();
    let _ = Walk::new(strict, &Location::Body).variants(expected, actual, variants, &mut |reason, text| {
        missing.push((reason, text()));
        Flow::Continue(())
    });
    missing
}

/// The items that are like the variants, for each variant, in a list that holds the variants' own examples.
pub(crate) fn like_variants(items: &[Json<'_>], variants: &[(usize, &RuleTree)]) -> Vec<Vec<usize>> {
    let walk = Walk::new(false, &Location::Body);
    let directory = Directory::new(items, items, variants);
    let like = variants.iter().enumerate().map(|(number, (index, rules))| {
        let Some(example) = items.get(*index) else { return Vec::new() };
        let cursor = rules.cursor();
        let is_like_it =
            |at: &usize| walk.value(example, &items[*at], &cursor, &Place::ROOT, &mut Verdict).is_continue();
        match directory.candidates(number) {
            Some(entries) => entries.iter().map(|entry| entry.item).filter(is_like_it).collect(),
            None => (0..items.len()).filter(is_like_it).collect(),
        }
    });
    like.collect()
}

impl Walk<'_> {
    /// For each variant, some item must match. Reports reason and sentence for those that none does.
    pub(super) fn variants(
        &self,
        expected: &[Json<'_>],
        actual: &[Json<'_>],
        variants: &[Variant],
        report: &mut dyn FnMut(Reason, &dyn Fn() -> String) -> Flow,
    ) -> Flow {
        let none = RuleTree::default();
        // Without variants every expected item is one, by equality.
        let every_item = (0..expected.len()).map(|index| (index, &none));
        let variants: Vec<(usize, &RuleTree)> = match variants {
            [] => every_item.collect(),
            _ => variants.iter().map(|variant| (variant.index, &variant.rules)).collect(),
        };
        let mut directory = None;
        // Where the variant before was found.
        let mut found = 0;
        for (number, &(index, rules)) in variants.iter().enumerate() {
            if let Some((key, error)) = rules.unreadable.first() {
                report(Reason::InvalidRule, &|| {
                    format!("The matching rules at '{key}' of a variant cannot be applied: {error}")
                })?;
            }
            let Some(example) = expected.get(index) else {
                report(Reason::Missing, &|| {
                    let length = expected.len();
                    format!(
                        "ArrayContains: variant {index} is missing from the expected list, which has {length} items"
                    )
                })?;
                continue;
            };
            let cursor = rules.cursor();
            let is_like_it = |&at: &usize| {
                actual
                    .get(at)
                    .is_some_and(|item| self.value(example, item, &cursor, &Place::ROOT, &mut Verdict).is_continue())
            };
            // In lists of one order it stands at the same place. No item is looked at twice, or rules in rules would
            // double the work at each level.
            if is_like_it(&index) {
                found = index;
                continue;
            }
            let directory = directory.get_or_insert_with(|| Directory::new(expected, actual, &variants));
            let elsewhere = match directory.candidates(number) {
                Some(items) => items.iter().map(|entry| entry.item).filter(|at| *at != index).find(is_like_it),
                None => outward(found, actual.len()).filter(|at| *at != index).find(is_like_it),
            };
            match elsewhere {
                Some(at) => found = at,
                None => report(Reason::Missing, &|| {
                    format!("Variant at index {index} ({}) was not found in the actual list", show::json(example))
                })?,
            }
        }
        Flow::Continue(())
    }
}

/// All positions, those near `start` first: what comes together in one list mostly comes together in the other.
fn outward(start: usize, length: usize) -> impl Iterator<Item = usize> {
    let around = (1..=length).flat_map(move |distance| [Some(start + distance), start.checked_sub(distance)]);
    std::iter::once(start).chain(around.flatten()).filter(move |at| *at < length)
}

/// Lists shorter than this are searched item by item.
const FEW: usize = 16;
/// So many places are looked at, those at which the variants differ most.
const MOST_PLACES: usize = 4;
/// So many of an example's scalars are considered,
const MOST_SCALARS: usize = 32;
/// so deep in it.
const DEEPEST: usize = 4;

/// The items of a list by the scalars at some places in them, for variants that cannot be like an item without the same
/// scalar at the same place.
struct Directory<'v> {
    /// Sorted by place and scalar.
    entries: Vec<Entry<'v>>,
    /// What each variant asks for: a place and a scalar there. `None` if it asks for nothing.
    asked: Vec<Option<(usize, Scalar<'v>)>>,
}

struct Entry<'v> {
    place: usize,
    scalar: Scalar<'v>,
    item: usize,
}

/// A way into an item.
type Steps<'v> = Vec<Step<'v>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step<'v> {
    Member(&'v str),
    Item(usize),
}

/// Orders what is equal as JSON together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scalar<'v> {
    Null,
    Bool(bool),
    Integer(i64),
    Number(ByValue<'v>),
    String(&'v str),
}

#[derive(Debug, Clone, Copy)]
struct ByValue<'v>(&'v Number<'v>);

impl Ord for ByValue<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.is_integer().cmp(&other.0.is_integer()).then_with(|| self.0.cmp_value(other.0))
    }
}

impl PartialOrd for ByValue<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByValue<'_> {}

impl<'v> Scalar<'v> {
    fn of(value: &'v Json<'_>) -> Option<Self> {
        Some(match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match number.as_i64().filter(|_| number.is_integer()) {
                Some(integer) => Self::Integer(integer),
                None => Self::Number(ByValue(number)),
            },
            Json::String(text) => Self::String(text),
            Json::Array(_) | Json::Object(_) => return None,
        })
    }
}

impl<'v> Directory<'v> {
    fn new(expected: &'v [Json<'_>], actual: &'v [Json<'_>], variants: &[(usize, &RuleTree)]) -> Self {
        if actual.len() < FEW {
            return Self { entries: Vec::new(), asked: Vec::new() };
        }
        let required: Vec<Vec<(Steps<'v>, Scalar<'v>)>> = variants
            .iter()
            .map(|(index, rules)| {
                let mut required = Vec::new();
                if let Some(example) = expected.get(*index) {
                    collect_required(example, &rules.cursor(), &mut Vec::new(), &mut required);
                }
                required
            })
            .collect();
        let mut values_at: BTreeMap<&Steps<'v>, BTreeSet<Scalar<'v>>> = BTreeMap::new();
        for (steps, scalar) in required.iter().flatten() {
            values_at.entry(steps).or_default().insert(*scalar);
        }
        let mut places: Vec<(&Steps<'v>, usize)> =
            values_at.into_iter().map(|(steps, values)| (steps, values.len())).collect();
        places.sort_by_key(|(_, values)| std::cmp::Reverse(*values));
        places.truncate(MOST_PLACES);

        let mut entries: Vec<Entry<'v>> = Vec::new();
        for (item, value) in actual.iter().enumerate() {
            for (place, (steps, _)) in places.iter().enumerate() {
                if let Some(scalar) = follow(value, steps).and_then(Scalar::of) {
                    entries.push(Entry { place, scalar, item });
                }
            }
        }
        entries.sort_by_key(|entry| (entry.place, entry.scalar, entry.item));
        let mut directory = Self { entries, asked: Vec::new() };
        let asked = required.iter().map(|required| {
            let known = required
                .iter()
                .filter_map(|(steps, scalar)| Some((places.iter().position(|(own, _)| *own == steps)?, *scalar)));
            known.min_by_key(|(place, scalar)| directory.of(*place, *scalar).len())
        });
        directory.asked = asked.collect();
        directory
    }

    fn of(&self, place: usize, scalar: Scalar<'_>) -> &[Entry<'v>] {
        let start = self.entries.partition_point(|entry| (entry.place, entry.scalar) < (place, scalar));
        let length = self.entries[start..].partition_point(|entry| (entry.place, entry.scalar) == (place, scalar));
        &self.entries[start..start + length]
    }

    /// The only items that can be like the variant; `None` if any may be.
    fn candidates(&self, variant: usize) -> Option<&[Entry<'v>]> {
        let (place, scalar) = self.asked.get(variant).copied().flatten()?;
        Some(self.of(place, scalar))
    }
}

fn follow<'v, 'a>(item: &'v Json<'a>, steps: &[Step<'_>]) -> Option<&'v Json<'a>> {
    steps.iter().try_fold(item, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Item(index) => value.as_array()?.get(*index),
    })
}

/// The scalars that an item must have at the same place to be like the example.
fn collect_required<'v>(
    example: &'v Json<'_>,
    cursor: &Cursor<'_>,
    steps: &mut Steps<'v>,
    required: &mut Vec<(Steps<'v>, Scalar<'v>)>,
) {
    if required.len() == MOST_SCALARS {
        return;
    }
    let rules = cursor.rules();
    let all_of = |rules: &crate::rule_tree::Rules<'_>| rules.set.combine == Combine::And;
    match example {
        _ if steps.len() > DEEPEST => {}
        Json::Object(members) => {
            // These let names be missing.
            let is_about_members = |rule: &Rule| {
                matches!(rule.asks, Asks::Values | Asks::EachKey(_) | Asks::EachValue(_) | Asks::ArrayContains(_))
            };
            if rules.is_none_or(|rules| all_of(&rules) && !rules.set.rules.iter().any(is_about_members)) {
                for (name, value) in members.iter() {
                    steps.push(Step::Member(name));
                    collect_required(value, &cursor.field(name), steps, required);
                    steps.pop();
                }
            }
        }
        // Under a rule, any number of items will do.
        Json::Array(items) if rules.is_none() => {
            for (index, value) in items.iter().enumerate() {
                steps.push(Step::Item(index));
                collect_required(value, &cursor.index(index), steps, required);
                steps.pop();
            }
        }
        scalar => {
            let is_equality = |rule: &Rule| matches!(rule.asks, Asks::Equality | Asks::Values);
            if rules.is_none_or(|rules| all_of(&rules) && rules.set.rules.iter().any(is_equality)) {
                required.extend(Scalar::of(scalar).map(|scalar| (steps.clone(), scalar)));
            }
        }
    }
}
