//! JSON documents, walked together with the rules of both.

use indexmap::IndexMap;
use intact_pact_model::json::Object;
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::{Combine, Json, RuleList};

use super::constraint::{Constraint, Limits, Relation, bounds};
use super::own::{Own, size};
use super::parts::constraint;
use super::{Changes, Class, Direction, hides};
use crate::rule::{Asks, RuleSet};
use crate::rule_tree::Cursor;

/// A value and the rules there.
pub(super) type At<'a, 'j, 't> = (&'a Json<'j>, &'a Cursor<'t>);

/// The rules of a category as they stand in the contract.
type ListsByKey = IndexMap<String, RuleList>;

/// The walk over one document of each edition.
pub(super) struct Walk<'w> {
    direction: Direction,
    changes: &'w mut Changes,
    /// What the places begin with.
    place: String,
    path: Vec<Segment>,
    /// To look up what compiled rules do not tell any more.
    rules: (&'w ListsByKey, &'w ListsByKey),
    /// Is all of it a secret, which no text repeats?
    is_hidden: bool,
}

/// What the rules of a value ask, in words.
pub(super) fn in_words(value: &Json<'_>, cursor: &Cursor<'_>, is_hidden: bool) -> String {
    let rules = cursor.rules().map(|rules| rules.set);
    match value {
        Json::Array(_) | Json::Object(_) if rules.is_none() => "exactly this".to_owned(),
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        scalar => Constraint { rules, example: scalar, is_text: false, is_hidden }.in_words(),
    }
}

/// How many items an array has.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Items {
    /// As many as the example, item by item.
    Exact(usize),
    /// Any number within bounds, each like the example's.
    Like(Limits),
    /// Some for each variant.
    Contains,
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        direction: Direction,
        changes: &'w mut Changes,
        place: String,
        rules: (&'w ListsByKey, &'w ListsByKey),
    ) -> Self {
        Self { direction, changes, place, path: Vec::new(), rules, is_hidden: false }
    }

    pub(super) fn hiding(self, is_hidden: bool) -> Self {
        Self { is_hidden, ..self }
    }

    /// Is the value here, or what it is in, a secret?
    fn hides(&self, value: &Json<'_>) -> bool {
        let text = value.as_str().unwrap_or_default();
        let by_name = |step: &Segment| matches!(step, Segment::Field(name) if hides(name, text));
        self.is_hidden || self.path.iter().any(by_name)
    }

    pub(super) fn value(&mut self, old: At<'_, '_, '_>, new: At<'_, '_, '_>) {
        // By the rule `equality` an array or object is all there is, while otherwise a response may have more members.
        if self.direction == Direction::Needed && is_whole(new) && !(is_whole(old) && old.0 == new.0) {
            return self.add(Class::Breaking, "has to be exactly as it is, without anything else");
        }
        let start = self.changes.list.len();
        self.inside(old, new);
        // Whatever the rules below say, nothing else might have been sent.
        if self.direction == Direction::Sent && is_whole(old) && old.0 != new.0 {
            let is_said = self.changes.list[start..].iter().any(|change| change.class == Class::Breaking);
            if !is_said {
                self.add(Class::Breaking, "is not exactly as it was");
            }
        }
    }

    fn inside(&mut self, old: At<'_, '_, '_>, new: At<'_, '_, '_>) {
        match (old.0, new.0) {
            (Json::Object(_), Json::Object(_)) => self.objects(old, new),
            (Json::Array(_), Json::Array(_)) => self.arrays(old, new),
            (Json::Object(_) | Json::Array(_), _) | (_, Json::Object(_) | Json::Array(_)) => {
                let text = format!("is {}, was {}", kind(new.0), kind(old.0));
                self.add(Class::Breaking, text);
            }
            _ => {
                let place = self.here();
                let is_hidden = self.hides(old.0) || self.hides(new.0);
                let one =
                    Constraint { rules: old.1.rules().map(|own| own.set), example: old.0, is_text: false, is_hidden };
                let other = Constraint { rules: new.1.rules().map(|own| own.set), example: new.0, ..one };
                constraint(self.changes, &place, self.direction, one, other);
            }
        }
    }

    fn objects(&mut self, old: At<'_, '_, '_>, new: At<'_, '_, '_>) {
        let (Some(own), Some(others)) = (old.0.as_object(), new.0.as_object()) else { return };
        let relation = self.itself(old, new);
        if like_first(old.1) && like_first(new.1) {
            return self.like_first((own, old.1), (others, new.1));
        }
        let are_free = any_key(old.1) && any_key(new.1);
        for (name, before) in own.iter() {
            self.path.push(Segment::Field(name.to_owned()));
            match others.get(name) {
                Some(now) => self.value((before, &child(old.1, name)), (now, &child(new.1, name))),
                None if relation == Relation::Other => {}
                None if are_free => self.add(self.direction.class(Relation::Looser), "is not looked at any more"),
                None if self.direction == Direction::Needed && new.1.names(name) => {
                    self.optional((before, &child(old.1, name)), &child(new.1, name));
                }
                None => {
                    let (class, text) = self.direction.vanished();
                    self.add(class, text);
                }
            }
            self.path.pop();
        }
        for (name, now) in others.iter().filter(|(name, _)| relation != Relation::Other && !own.contains(name)) {
            self.path.push(Segment::Field(name.to_owned()));
            if are_free {
                self.add(self.direction.class(Relation::Tighter), "is looked at now, if it is there");
            } else {
                let words = in_words(now, &child(new.1, name), self.hides(now));
                let text = format!("{}: {words}", self.direction.appeared());
                self.add(Class::Breaking, text);
            }
            self.path.pop();
        }
    }

    /// A member that the example does not have any more, but the rules still name: it may be absent; if it is there, they decide.
    fn optional(&mut self, old: At<'_, '_, '_>, new: &Cursor<'_>) {
        let rules = new.exact_rules();
        let is_scalar = old.0.as_object().is_none() && old.0.as_array().is_none();
        let now = Constraint { rules, example: old.0, is_text: false, is_hidden: self.hides(old.0) };
        let before = Constraint { rules: old.1.rules().map(|own| own.set), ..now };
        let is_harmless = is_scalar && rules.is_some() && before.implies(now);
        let words = rules.map_or_else(|| "as its rules say".to_owned(), |_| now.in_words());
        let class = if is_harmless { Class::Compatible } else { Class::Breaking };
        self.add(class, format!("is not needed any more; if it is there, it has to be {words}"));
    }

    /// Objects with any keys: values of those that the example does not have are like the first of its values.
    fn like_first(&mut self, old: (&Object<'_>, &Cursor<'_>), new: (&Object<'_>, &Cursor<'_>)) {
        /// A key that no contract has.
        const ANY: &str = "\u{0}";
        let first = |members: &Object<'_>| members.names().min().map(str::to_owned);
        let (Some(one), Some(other)) = (first(old.0), first(new.0)) else {
            match (old.0.is_empty(), new.0.is_empty()) {
                (true, false) => self.add(self.direction.class(Relation::Tighter), "its values are looked at now"),
                (false, true) => {
                    self.add(self.direction.class(Relation::Looser), "its values are not looked at any more");
                    let named = |name: &str| self.direction == Direction::Needed && new.1.names(name);
                    for (name, before) in old.0.iter().filter(|(name, _)| named(name)).collect::<Vec<_>>() {
                        self.path.push(Segment::Field(name.to_owned()));
                        self.optional((before, &child(old.1, name)), &child(new.1, name));
                        self.path.pop();
                    }
                }
                _ => {}
            }
            return;
        };
        let start = self.changes.list.len();
        let names = old.0.names().chain(new.0.names().filter(|name| !old.0.contains(name))).chain([ANY]);
        for name in names {
            let before = old.0.get(name).or_else(|| old.0.get(&one));
            let now = new.0.get(name).or_else(|| new.0.get(&other));
            let (Some(before), Some(now)) = (before, now) else { continue };
            let found = self.changes.list.len();
            let step = if name == ANY { Segment::Star } else { Segment::Field(name.to_owned()) };
            self.item(step, (before, &child(old.1, name)), (now, &child(new.1, name)));
            self.keep_news(start, found, old.0.contains(name) && new.0.contains(name));
        }
    }

    fn arrays(&mut self, one: At<'_, '_, '_>, other: At<'_, '_, '_>) {
        let (Some(own), Some(others)) = (one.0.as_array(), other.0.as_array()) else { return };
        let (old, new, whole) = ((own, one.1), (others, other.1), (one, other));
        let (before, now) = (items(whole.0), items(whole.1));
        match (before, now) {
            (Items::Exact(one), Items::Exact(other)) => {
                self.or_null(&Own::of(whole.0), &Own::of(whole.1));
                if one != other {
                    self.add(Class::Breaking, format!("has {}, had {one}", counted(other)));
                }
                for (index, (one, other)) in old.0.iter().zip(new.0).enumerate() {
                    self.item(Segment::Index(index), (one, &old.1.index(index)), (other, &new.1.index(index)));
                }
                return;
            }
            (Items::Contains, _) | (_, Items::Contains) => {
                let lists = (Self::list(self.rules.0, old.1), Self::list(self.rules.1, new.1));
                if before != now || lists.0 != lists.1 || old.0 != new.0 {
                    self.add(Class::Breaking, "other items have to be in it");
                }
                return;
            }
            (Items::Like(..), Items::Like(..)) => {
                self.itself(whole.0, whole.1);
            }
            (Items::Exact(count), Items::Like((min, max))) => {
                let own = Own::of(whole.1);
                let is_kept = within_limits(count, (min, max)) && own.accepts(new, old.0);
                let relation = if is_kept { Relation::Looser } else { Relation::Other };
                let asked =
                    if own.words.is_empty() { String::new() } else { format!(", but has to be {}", own.words()) };
                self.add(
                    self.direction.class(relation),
                    format!("may have any number of items{}{asked}, had {count}", within((min, max))),
                );
                self.or_null(&Own::of(whole.0), &own);
            }
            (Items::Like((min, max)), Items::Exact(count)) => {
                let own = Own::of(whole.0);
                let is_kept = within_limits(count, (min, max)) && own.accepts(old, new.0);
                let relation = if is_kept { Relation::Tighter } else { Relation::Other };
                self.add(
                    self.direction.class(relation),
                    format!("has exactly {}, might have any number{}", counted(count), within((min, max))),
                );
                self.or_null(&own, &Own::of(whole.1));
            }
        }
        match (old.0.first(), new.0.first()) {
            (Some(_), Some(_)) => self.like_items(old, new),
            (None, Some(_)) => self.add(self.direction.class(Relation::Tighter), "its items are looked at now"),
            (Some(_), None) => self.add(self.direction.class(Relation::Looser), "its items are not looked at any more"),
            (None, None) => {}
        }
    }

    /// Items of which there may be any number: those that the example does not have are like the first.
    fn like_items(&mut self, old: (&[Json<'_>], &Cursor<'_>), new: (&[Json<'_>], &Cursor<'_>)) {
        let item = |at: (&[Json<'_>], &Cursor<'_>), index: usize| at.0.get(index).is_some();
        let start = self.changes.list.len();
        for index in 0..old.0.len().max(new.0.len()) {
            let (one, other) = (old.0.get(index).unwrap_or(&old.0[0]), new.0.get(index).unwrap_or(&new.0[0]));
            let first = index == 0;
            let before = self.changes.list.len();
            let step = if first { Segment::StarIndex } else { Segment::Index(index) };
            // Where one edition has no such item, only the example is shorter.
            let at = |own: (&[Json<'_>], usize), index: usize| if index < own.0.len() { index } else { own.1 };
            let (one_at, other_at) = (at((old.0, 0), index), at((new.0, 0), index));
            self.item(step, (one, &each(old.1, one_at)), (other, &each(new.1, other_at)));
            if !first {
                self.keep_news(start, before, item(old, index) && item(new, index));
            }
        }
    }

    /// Of what was found since `found`, keeps what was not said since `start`; and if only one edition has the value itself, only what
    /// breaks: the other's example is just shorter.
    fn keep_news(&mut self, start: usize, found: usize, both: bool) {
        let new = self.changes.list.split_off(found);
        for change in new {
            let is_said = self.changes.list[start..].iter().any(|said| said.text == change.text);
            if !is_said && (both || change.class == Class::Breaking) {
                self.changes.list.push(change);
            }
        }
    }

    fn item(&mut self, step: Segment, old: At<'_, '_, '_>, new: At<'_, '_, '_>) {
        self.path.push(step);
        self.value(old, new);
        self.path.pop();
    }

    /// What is asked of the array or object itself.
    fn itself(&mut self, old: At<'_, '_, '_>, new: At<'_, '_, '_>) -> Relation {
        // Rules that stand above were compared there.
        if [old.1, new.1].iter().all(|cursor| cursor.rules().is_some_and(|rules| rules.cascaded)) {
            return Relation::Same;
        }
        let (before, now) = (Own::of(old), Own::of(new));
        let is_other_whole = !now.words.is_empty() && is_whole(old) && is_whole(new) && old.0 != new.0;
        if before.words != now.words || before.is_or != now.is_or || is_other_whole {
            let text = format!("is asked for {}, was {}", now.words(), before.words());
            self.add(Class::Breaking, text);
            return Relation::Other;
        }
        self.or_null(&before, &now);
        let relation = bounds(before.limits, now.limits);
        if relation != Relation::Same {
            let text = format!("has {}, had {}", size(now.limits), size(before.limits));
            self.add(self.direction.class(relation), text);
        }
        Relation::Same
    }

    /// May it be `null` instead?
    fn or_null(&mut self, old: &Own, new: &Own) {
        match (old.or_null, new.or_null) {
            (false, true) => self.add(self.direction.class(Relation::Looser), "may be null now"),
            (true, false) => self.add(self.direction.class(Relation::Tighter), "may not be null any more"),
            _ => {}
        }
    }

    /// The rules of a place as they stand in the contract.
    fn list<'r>(rules: &'r ListsByKey, cursor: &Cursor<'_>) -> Option<&'r RuleList> {
        rules.get(&cursor.rules()?.set.key)
    }

    fn here(&self) -> String {
        if self.path.is_empty() {
            return self.place.clone();
        }
        format!("{} {}", self.place, PathExpression::from(self.path.clone()))
    }

    fn add(&mut self, class: Class, text: impl Into<String>) {
        self.changes.add(class, self.here(), text);
    }
}

/// Are values of unknown keys held against the first of the example's?
fn like_first(cursor: &Cursor<'_>) -> bool {
    let about_values =
        |set: &RuleSet| set.rules.iter().any(|rule| matches!(rule.asks, Asks::Values | Asks::EachValue(_)));
    cursor.exact_rules().is_some_and(about_values)
}

fn any_key(cursor: &Cursor<'_>) -> bool {
    let about_keys = |set: &RuleSet| {
        set.rules.iter().any(|rule| matches!(rule.asks, Asks::Values | Asks::EachKey(_) | Asks::EachValue(_)))
    };
    cursor.exact_rules().is_some_and(about_keys)
}

/// At a member, by the rules for each value too, if there are some. Beside `values` the members have to be those of the example,
/// whatever `eachValue` asks.
fn child<'t>(cursor: &Cursor<'t>, name: &str) -> Cursor<'t> {
    let pins =
        |set: &RuleSet| set.combine == Combine::And && set.rules.iter().any(|rule| matches!(rule.asks, Asks::Values));
    let below = cursor.field(name);
    if cursor.exact_rules().is_some_and(pins) { below } else { with_each_value(cursor, below) }
}

fn each<'t>(cursor: &Cursor<'t>, index: usize) -> Cursor<'t> {
    with_each_value(cursor, cursor.index(index))
}

fn with_each_value<'t>(cursor: &Cursor<'t>, below: Cursor<'t>) -> Cursor<'t> {
    match cursor.exact_rules().and_then(|set| set.each_value_rules().next().map(|(rule, _)| rule)) {
        Some(rule) => below.value_of(cursor, rule),
        None => below,
    }
}

/// Is it an array or object that is compared as a whole?
fn is_whole(at: At<'_, '_, '_>) -> bool {
    let is_container = matches!(at.0, Json::Array(_) | Json::Object(_));
    let is_equality = |set: &RuleSet| set.rules.iter().any(|rule| matches!(rule.asks, Asks::Equality));
    is_container && at.1.rules().is_some_and(|rules| is_equality(rules.set))
}

fn items(at: At<'_, '_, '_>) -> Items {
    let count = at.0.as_array().map_or(0, <[Json<'_>]>::len);
    let Some(rules) = at.1.rules() else { return Items::Exact(count) };
    let all = &rules.set.rules;
    if Own::is_equality(rules.set) {
        return Items::Exact(count);
    }
    if !rules.cascaded && all.iter().any(|rule| matches!(rule.asks, Asks::ArrayContains(_))) {
        return Items::Contains;
    }
    Items::Like(Own::of(at).limits)
}

fn within_limits(count: usize, (min, max): Limits) -> bool {
    crate::rule::within(count, min, max)
}

fn kind(value: &Json<'_>) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn counted(count: usize) -> String {
    format!("{count} {}", if count == 1 { "item" } else { "items" })
}

fn within(limits: Limits) -> String {
    match limits {
        (None, None) => String::new(),
        limits => format!(" ({})", size(limits)),
    }
}
