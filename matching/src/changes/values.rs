//! Headers and query parameters: names with lists of values, value by value, under the rules that the matcher finds for the name.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{Combine, Headers, Json, MatchingRules, RuleList};

use super::constraint::{Constraint, Limits, Relation, both_limits, bounds};
use super::parts::{UNREADABLE, constraint};
use super::{Changes, Class, Direction, hides};
use crate::in_words;
use crate::parts::headers::HeadersMatcher;
use crate::parts::values::{CompiledValueRules, NamedRules, ValueRules};
use crate::rule::{Asks, RuleSet};

/// Names with their values.
pub(super) type Named = Vec<(String, Vec<String>)>;

/// All headers or query parameters of one edition, with their rules.
pub(super) type Side<'s> = (Named, &'s IndexMap<String, RuleList>);

/// What tells headers from query parameters.
pub(super) struct Category {
    pub(super) place: &'static str,
    /// What the rules call them.
    rules: &'static str,
    direction: Direction,
    /// Makes the spellings of one name the same.
    fold: fn(&str) -> Cow<'_, str>,
    /// Without rules: do the lists mean the same?
    is_same: fn(&str, &[String], &[String]) -> bool,
    /// Without rules: are other values accepted than just this one?
    is_lenient: fn(&str, &str) -> bool,
}

/// The values of one name in one edition.
struct Values<'v> {
    examples: Vec<Json<'v>>,
    rules: ValueRules<'v>,
    is_hidden: bool,
}

impl Category {
    pub(super) fn query(place: &'static str, direction: Direction) -> Self {
        let is_same = |_: &str, one: &[String], other: &[String]| one == other;
        Self { place, rules: "query", direction, fold: |name| Cow::Borrowed(name), is_same, is_lenient: |_, _| false }
    }

    pub(super) fn header(place: &'static str, direction: Direction) -> Self {
        Self {
            place,
            rules: "header",
            direction,
            fold: |name| name.to_ascii_lowercase().into(),
            is_same: is_same_header,
            is_lenient: |name, value| {
                value.contains(',') || ["accept", "content-type"].iter().any(|own| name.eq_ignore_ascii_case(own))
            },
        }
    }

    pub(super) fn compare(&self, changes: &mut Changes, old: &Side<'_>, new: &Side<'_>) {
        let fold = self.fold;
        let rules = NamedRules::new(old.1, fold, self.rules);
        let new_rules = NamedRules::new(new.1, fold, self.rules);
        for (name, values) in &new.0 {
            let place = format!("{} {name}", self.place);
            let before = old.0.iter().find(|(own, _)| fold(own) == fold(name)).map(|(_, values)| values);
            if before == Some(values) && self.lists(old.1, name) == self.lists(new.1, name) {
                continue;
            }
            let (Ok(own), Ok(others)) = (rules.compile(name), new_rules.compile(name)) else {
                changes.add(Class::Breaking, place, UNREADABLE);
                continue;
            };
            let new = Values::new(name, values, &others);
            match before {
                None => {
                    let words: Vec<String> =
                        (0..values.len()).filter_map(|index| Some(new.constraint(index)?.in_words())).collect();
                    let text = format!("{}: {}", self.direction.appeared(), words.join(", "));
                    changes.add(Class::Breaking, place, text);
                }
                Some(before) => {
                    let old = Values::new(name, before, &own);
                    if !(old.rules.is_empty() && new.rules.is_empty() && (self.is_same)(name, before, values)) {
                        self.values(changes, name, &old, &new);
                    }
                }
            }
        }
        for (name, _) in old.0.iter().filter(|(name, _)| !new.0.iter().any(|(own, _)| fold(own) == fold(name))) {
            let (class, text) = self.direction.vanished();
            changes.add(class, format!("{} {name}", self.place), text);
        }
    }

    /// The rules of a name as they stand in the contract.
    fn lists<'r>(&self, rules: &'r IndexMap<String, RuleList>, name: &str) -> BTreeMap<&'r str, &'r RuleList> {
        let (fold, wanted) = (self.fold, (self.fold)(name));
        let is_own = |key: &str| {
            let path = || key.parse::<PathExpression>().ok();
            fold(key) == wanted
                || path().is_some_and(
                    |path| matches!(path.segments().first(), Some(Segment::Field(own)) if fold(own) == wanted),
                )
        };
        rules.iter().filter(|(key, list)| !list.is_empty() && is_own(key)).map(|(key, list)| (&**key, list)).collect()
    }

    fn values(&self, changes: &mut Changes, name: &str, old: &Values<'_>, new: &Values<'_>) {
        let place = format!("{} {name}", self.place);
        if old.examples.is_empty() || new.examples.is_empty() {
            return changes.add(Class::Breaking, place, "has other values, or other rules for them");
        }
        let mut found = Changes { list: Vec::new() };
        let (shorter, longer) = {
            let (one, other) = (old.examples.len(), new.examples.len());
            (one.min(other), one.max(other))
        };
        for index in old.positions(new) {
            let (Some(before), Some(now)) = (old.constraint(index), new.constraint(index)) else { continue };
            let place = if longer > 1 && index < longer { format!("{place}[{index}]") } else { place.clone() };
            let mut own = Changes { list: Vec::new() };
            let example = before.example.as_str().unwrap_or_default();
            let was_lenient = before.rules.is_none() && (self.is_lenient)(name, example);
            if self.direction == Direction::Needed && was_lenient && now.rules.is_some_and(|set| !takes_all(set)) {
                let text = format!("has to be {}, was {} or what means the same", now.in_words(), before.in_words());
                own.add(Class::Breaking, place, text);
            } else {
                constraint(&mut own, &place, self.direction, before, now);
            }
            // Where one edition has no such value, only its example is shorter.
            for change in own.list.into_iter().filter(|own| index < shorter || own.class == Class::Breaking) {
                if !found.list.iter().any(|said| said.text == change.text) {
                    found.list.push(change);
                }
            }
        }
        let (before, now) = (old.count(), new.count());
        let relation = if old.alternatives() == new.alternatives() { bounds(before, now) } else { Relation::Other };
        let class = self.direction.class(relation);
        // Any number instead of one goes without saying where other values are accepted, too.
        let is_any = |values: &Values<'_>| values.rules.whole.is_some() && values.count() == (None, None);
        let is_one = |values: &Values<'_>| values.count() == (Some(1), Some(1));
        let goes_without_saying = (is_any(old) && is_one(new)) || (is_one(old) && is_any(new));
        let is_new = found.list.iter().all(|said| said.class < class);
        if relation != Relation::Same && (is_new || !goes_without_saying) {
            let text = match (counted(before), counted(now)) {
                (before, now) if before == now => "has other alternatives for the number of its values".to_owned(),
                (before, now) => format!("has {now}, had {before}"),
            };
            found.add(class, place, text);
        }
        changes.list.append(&mut found.list);
    }
}

impl<'v> Values<'v> {
    fn new(name: &str, values: &'v [String], rules: &'v CompiledValueRules) -> Self {
        Self {
            examples: values.iter().map(|value| Json::from(value.as_str())).collect(),
            rules: rules.as_rules(),
            is_hidden: values.iter().any(|value| hides(name, value)),
        }
    }

    /// What is asked of the value at a position, if there may be one.
    fn constraint(&self, index: usize) -> Option<Constraint<'_>> {
        let first = || self.examples.first().filter(|_| self.rules.whole.is_some());
        let example = self.examples.get(index).or_else(first)?;
        let rules = self.rules.for_value(index);
        Some(Constraint { rules, example, is_text: true, is_hidden: self.is_hidden })
    }

    /// The positions that examples or rules of either edition speak of, and one beyond them all.
    fn positions(&self, other: &Self) -> BTreeSet<usize> {
        let at = self.rules.at.iter().chain(&other.rules.at).map(|(index, _)| *index);
        let mut all: BTreeSet<usize> = (0..self.examples.len().max(other.examples.len())).chain(at).collect();
        let beyond = all.last().map_or(0, |last| last.saturating_add(1));
        all.insert(beyond);
        all
    }

    /// How many values there may be: without a rule for all, as many as in the example.
    fn count(&self) -> Limits {
        let Some(whole) = self.rules.whole else {
            let count = Some(self.examples.len() as u64);
            return (count, count);
        };
        let all = whole.rules.iter().filter(|_| whole.combine == Combine::And);
        all.fold((None, None), |limits, rule| match rule.asks {
            Asks::Type { min, max } => both_limits(limits, (min, max)),
            _ => limits,
        })
    }

    /// Alternatives of which one counts the values: they are compared as a whole.
    fn alternatives(&self) -> Vec<String> {
        let counts = |set: &RuleSet| {
            set.combine == Combine::Or
                && set
                    .rules
                    .iter()
                    .any(|rule| matches!(rule.asks, Asks::Type { min: Some(_), .. } | Asks::Type { max: Some(_), .. }))
        };
        let Some(set) = self.rules.whole.filter(|set| counts(set)) else { return Vec::new() };
        let words = set.rules.iter().map(|rule| match rule.asks {
            Asks::Type { min, max } => format!("type {min:?} {max:?}"),
            _ => in_words::rule(rule, &self.examples[0]),
        });
        let mut words: Vec<String> = words.collect();
        words.sort();
        words
    }
}

/// Do the rules accept every text?
fn takes_all(set: &RuleSet) -> bool {
    set.rules.iter().all(|rule| matches!(rule.asks, Asks::Type { .. }))
}

/// Are these lines of a header the same to the matcher, by the spelling of lists and parameters?
fn is_same_header(name: &str, one: &[String], other: &[String]) -> bool {
    let accepts = |expected: &[String], actual: &[String]| {
        let mut headers = Headers::default();
        headers.append(name, expected.iter().cloned());
        HeadersMatcher::compile(&headers, &MatchingRules::default())
            .is_ok_and(|matcher| matcher.headers.iter().all(|header| header.accepts(actual)))
    };
    one == other || (!one.is_empty() && !other.is_empty() && accepts(one, other) && accepts(other, one))
}

fn counted(limits: Limits) -> String {
    let values = |count: u64| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
    match limits {
        (None, None) => "any number of values".to_owned(),
        (Some(min), Some(max)) if min == max => values(min),
        (Some(min), None) => format!("at least {}", values(min)),
        (None, Some(max)) => format!("at most {}", values(max)),
        (Some(min), Some(max)) => format!("{min} to {}", values(max)),
    }
}
