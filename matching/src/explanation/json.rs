//! Excerpts of JSON documents: the object or array that holds what differs, rules in words on the contract's side.

mod large;
mod nearest;
mod pair;

use intact_pact_model::Json;
use intact_pact_model::path::{PathExpression, Segment};

use crate::body::json::compare_below;
use crate::comparison::Verdict;
use crate::mismatch::{Mismatch, Reason};
use crate::rule::Asks;
use crate::rule_tree::{Cursor, RuleTree, Rules};

use super::parts::{Parts, with_context};
use super::visible::{WIDEST, cut_around, quoted, shown, visible};
use super::{Finding, Hide, Row, hints, rename, words};
use pair::{Child, Pair};

pub(super) use large::LargeJsonParts;

/// A JSON body.
pub(super) struct JsonParts<'b> {
    pub(super) expected: &'b Json<'b>,
    pub(super) actual: &'b Json<'b>,
    pub(super) rules: &'b RuleTree,
    pub(super) strict: bool,
    pub(super) hide: Hide<'b>,
}

impl Parts for JsonParts<'_> {
    fn part_of(&self, path: &str) -> String {
        innermost_collection(path, |steps| self.at(steps).is_collection())
    }

    fn show(&self, part: &str, mismatches: &[&Mismatch], finding: &mut Finding) {
        let steps = part.parse().unwrap_or_else(|_| PathExpression::root());
        self.show_pair(part, &self.at(steps.segments()), mismatches, finding);
    }
}

impl<'b> JsonParts<'b> {
    /// Shows the two values that are at this path.
    fn show_pair(&self, part: &str, pair: &Pair<'b>, mismatches: &[&Mismatch], finding: &mut Finding) {
        if !pair.is_collection() {
            self.show_value(pair, "the body", finding);
        } else if !self.show_variants(part, pair, finding) {
            let wrong_itself = mismatches.iter().any(|mismatch| {
                mismatch.identifier() == Some(part) && !matches!(mismatch.reason, Reason::Missing | Reason::Unexpected)
            });
            self.show_collection(pair, wrong_itself, finding);
        }
    }

    /// What is at these steps from the root.
    fn at(&self, steps: &[Segment]) -> Pair<'b> {
        let root = Pair { expected: Some(self.expected), actual: Some(self.actual), cursor: self.rules.cursor() };
        steps.iter().fold(root, |pair, step| match step {
            Segment::Index(index) if matches!(pair.actual.or(pair.expected), Some(Json::Array(_))) => pair.item(*index),
            Segment::Index(number) => pair.member(&number.to_string()),
            Segment::Field(name) => pair.member(name),
            Segment::Star | Segment::StarIndex => pair,
        })
    }

    fn fits(&self, expected: &Json<'_>, actual: &Json<'_>, cursor: &Cursor<'_>) -> bool {
        compare_below(expected, actual, cursor, self.strict, &mut Verdict).is_continue()
    }

    /// Is a member or item what differs? What is inside of arrays and objects is shown as a part of its own.
    fn differs(&self, child: &Child<'_>) -> bool {
        let pair = &child.pair;
        child.out_of_place
            || match (pair.expected, pair.actual) {
                (Some(_), Some(_)) if pair.is_collection() => false,
                (Some(expected), Some(actual)) => !self.fits(expected, actual, &pair.cursor),
                _ => false,
            }
    }

    /// A value that is in nothing else.
    fn show_value(&self, pair: &Pair<'_>, name: &str, finding: &mut Finding) {
        let (Some(expected), Some(actual)) = (pair.expected, pair.actual) else { return };
        let (expected_line, actual_line) = self.lines(pair, true);
        let [expected_line, actual_line] = [expected_line, actual_line].map(|line| line.as_deref().map(visible));
        finding.excerpt.push(Row::different(expected_line, actual_line));
        self.hint(name, expected, actual, &pair.cursor, finding);
    }

    fn hint(&self, name: &str, expected: &Json<'_>, actual: &Json<'_>, cursor: &Cursor<'_>, finding: &mut Finding) {
        let set = cursor.rules().map(|rules| rules.set);
        let fits = |changed: &Json<'_>| self.fits(expected, changed, cursor);
        if let Some(hint) = hints::of_json(expected, set, actual, &fits, self.hide) {
            finding.hint((self.hide)(&format!("{name} {hint}")).into_owned());
        }
    }

    fn show_collection(&self, pair: &Pair<'b>, wrong_itself: bool, finding: &mut Finding) {
        let (Some(expected), Some(actual)) = (pair.expected, pair.actual) else { return };
        let (open, close, items) = match expected {
            Json::Array(_) => ("[", "]", "items"),
            _ => ("{", "}", "members"),
        };
        let children = pair.children(self.strict, self.hide);
        let differs: Vec<bool> = children.iter().map(|child| self.differs(child)).collect();
        let asked = words::of_collection(pair.cursor.rules(), items, self.hide).map(|words| format!("  ({words})"));
        let received = if wrong_itself {
            format!("  ({})", count(size_of(actual), items.trim_end_matches('s')))
        } else {
            String::new()
        };
        finding.excerpt.push(Row {
            expected: Some(visible(&format!("{open}{}", asked.unwrap_or_default()))),
            actual: Some(format!("{open}{received}")),
            differs: wrong_itself && !differs.contains(&true),
        });
        let any_missing = children.iter().any(|child| child.out_of_place && child.pair.actual.is_none());
        // What may be there besides is of interest if something else is missing.
        let (children, differs): (Vec<Child<'_>>, Vec<bool>) = children
            .into_iter()
            .zip(differs)
            .filter(|(child, differs)| child.pair.expected.is_some() || *differs || any_missing)
            .unzip();
        finding.excerpt.extend(with_context(&differs, "  ", |at| self.row(&children[at], differs[at])));
        finding.excerpt.push(Row::same(close, close));
        if any_missing && let Some(inside) = self.whole_inside(expected, actual, &pair.cursor) {
            finding.hint((self.hide)(&inside));
            return;
        }
        for (child, _) in children.iter().zip(&differs).filter(|(_, differs)| **differs).take(5) {
            self.hint_about(child, &children, finding);
        }
        if let (Json::Array(expected), Json::Array(actual), None) = (expected, actual, pair.cursor.rules())
            && let Some(hint) = moved(expected, actual)
        {
            finding.hint(hint);
        }
    }

    fn hint_about(&self, child: &Child<'b>, all: &[Child<'b>], finding: &mut Finding) {
        let name = child.name.map_or_else(|| "the item".to_owned(), |name| quoted(name, self.hide));
        match (child.pair.expected, child.pair.actual) {
            (Some(expected), Some(actual)) if child.name_rule.is_none() => {
                self.hint(&name, expected, actual, &child.pair.cursor, finding);
            }
            (Some(expected), None) => {
                if let Some(hint) = self.renamed(child, expected, all) {
                    finding.hint((self.hide)(&hint).into_owned());
                } else if expected.is_null() && child.name.is_some() {
                    finding.hint(format!("{name} is null in the contract, so it must be there and be null"));
                }
            }
            _ => {}
        }
    }

    /// Where the value of a missing member probably went.
    fn renamed(&self, missing: &Child<'b>, expected: &Json<'b>, all: &[Child<'b>]) -> Option<String> {
        let name = missing.name?;
        let extra: Vec<(&str, &Json<'_>)> = all
            .iter()
            .filter(|child| child.pair.expected.is_none())
            .filter_map(|child| Some((child.name?, child.pair.actual?)))
            .collect();
        let value_of = |name: &str| extra.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
        let fits = |value: &Json<'_>| self.fits(expected, value, &missing.pair.cursor);
        let alike = rename::like(name, extra.iter().map(|(name, _)| *name));
        let name = quoted(name, self.hide);
        if let Some(found) = alike.iter().find(|found| value_of(found).is_some_and(fits)) {
            return Some(format!("{name} is missing; {} is there and would match", quoted(found, self.hide)));
        }
        if let Some(found) = alike.first() {
            return Some(format!(
                "{name} is missing; {} is there, but its value would not match either",
                quoted(found, self.hide)
            ));
        }
        all.iter().take(100).find_map(|child| {
            let value = child.pair.actual?.get(missing.name?)?;
            fits(value).then(|| {
                let inside = quoted(child.name.unwrap_or_default(), self.hide);
                format!("{name} is missing here; it is in {inside} and would match")
            })
        })
    }

    /// Is all that is expected one level deeper?
    fn whole_inside(&self, expected: &Json<'_>, actual: &Json<'_>, cursor: &Cursor<'_>) -> Option<String> {
        let members = actual.as_object()?;
        let (name, _) = members.iter().take(20).find(|(_, value)| self.fits(expected, value, cursor))?;
        Some(format!("all of it is in {}, which would match in place of the object around it", quoted(name, self.hide)))
    }

    fn row(&self, child: &Child<'_>, differs: bool) -> Row {
        let (mut expected, mut actual) = self.lines(&child.pair, differs);
        if let Some(name) = child.name {
            let marked = |name: &str, value: String| {
                format!("  {}: {value}", Json::from(shown(name, WIDEST, self.hide)).to_compact())
            };
            expected = match &child.name_rule {
                Some(rule) => Some(format!("  (a name {rule})")),
                None => expected.map(|value| marked(name, value)),
            };
            actual = actual.map(|value| marked(name, value));
        } else {
            expected = expected.map(|value| format!("  {value}"));
            actual = actual.map(|value| format!("  {value}"));
        }
        Row { expected: expected.as_deref().map(visible), actual: actual.as_deref().map(visible), differs }
    }

    /// Both values in a line each; rules in words.
    fn lines(&self, pair: &Pair<'_>, differs: bool) -> (Option<String>, Option<String>) {
        if let (Some(Json::String(expected)), Some(Json::String(actual)), None, true) =
            (pair.expected, pair.actual, pair.cursor.rules(), differs)
        {
            let (expected, actual) = ((self.hide)(expected), (self.hide)(actual));
            let (expected, actual) = cut_around(&expected, &actual, WIDEST);
            return (Some(Json::from(expected).to_compact()), Some(Json::from(actual).to_compact()));
        }
        let expected = pair.expected.map(|expected| {
            let scalar = !matches!(expected, Json::Array(_) | Json::Object(_));
            let rules = pair.cursor.rules().filter(|rules| scalar || differs && !rules.cascaded && is_of_type(rules));
            words::of_scalar(rules, expected, self.hide).unwrap_or_else(|| self.value(expected))
        });
        (expected, pair.actual.map(|actual| self.value(actual)))
    }

    /// A value in one line.
    fn value(&self, value: &Json<'_>) -> String {
        match value {
            Json::String(text) => Json::from(shown(text, WIDEST, self.hide)).to_compact(),
            Json::Array(_) | Json::Object(_) => {
                let mut line = String::new();
                if self.print(value, &mut line) {
                    return line;
                }
                match value {
                    Json::Array(items) => format!("[… {}]", count(items.len(), "item")),
                    _ => format!("{{… {}}}", count(size_of(value), "member")),
                }
            }
            scalar => shown(&scalar.to_compact(), WIDEST, self.hide),
        }
    }

    /// Prints all of a value, unless that is too much for a line.
    fn print(&self, value: &Json<'_>, line: &mut String) -> bool {
        match value {
            Json::Array(items) => {
                line.push('[');
                for (at, item) in items.iter().enumerate() {
                    line.push_str(if at > 0 { ", " } else { "" });
                    if line.len() > WIDEST || !self.print(item, line) {
                        return false;
                    }
                }
                line.push(']');
            }
            Json::Object(members) => {
                line.push('{');
                for (at, (name, item)) in members.iter().enumerate() {
                    line.push_str(if at > 0 { ", " } else { "" });
                    line.push_str(&Json::from(shown(name, WIDEST, self.hide)).to_compact());
                    line.push_str(": ");
                    if line.len() > WIDEST || !self.print(item, line) {
                        return false;
                    }
                }
                line.push('}');
            }
            scalar => line.push_str(&self.value(scalar)),
        }
        line.len() <= WIDEST
    }
}

/// The array or object that a path leads to, else the one that holds what it leads to.
fn innermost_collection(path: &str, is_collection: impl Fn(&[Segment]) -> bool) -> String {
    let Ok(parsed) = path.parse::<PathExpression>() else { return "$".to_owned() };
    let steps = parsed.segments();
    match steps.split_last() {
        Some((_, above)) if !is_collection(steps) => PathExpression::from(above.to_vec()).to_string(),
        _ => parsed.to_string(),
    }
}

/// Rules that say of an array or object what it must be, where something else came.
fn is_of_type(rules: &Rules<'_>) -> bool {
    rules.set.rules.iter().any(|rule| !matches!(rule.asks, Asks::Type { .. }))
}

/// How a list without rules differs from the expected one as a whole: in one item too many or too few, or in its order.
fn moved(expected: &[Json<'_>], actual: &[Json<'_>]) -> Option<String> {
    const MOST: usize = 10_000;
    if expected.len() > MOST || actual.len() > MOST {
        return None;
    }
    let before = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let after = expected.iter().rev().zip(actual.iter().rev()).take_while(|(a, b)| a == b).count();
    if expected.len() == actual.len() + 1 && before + after >= actual.len() {
        return Some(format!("the item that is expected at [{before}] is missing; all others are there"));
    }
    if actual.len() == expected.len() + 1 && before + after >= expected.len() {
        return Some(format!("there is an item at [{before}] that is not expected; all others are"));
    }
    let sorted = |items: &[Json<'_>]| {
        let mut texts: Vec<String> = items.iter().map(Json::to_compact).collect();
        texts.sort_unstable();
        texts
    };
    (expected.len() == actual.len() && sorted(expected) == sorted(actual))
        .then(|| "the list has the expected items in another order".to_owned())
}

fn size_of(value: &Json<'_>) -> usize {
    match value {
        Json::Array(items) => items.len(),
        Json::Object(members) => members.len(),
        _ => 0,
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
