//! What of two JSON documents is compared with what: members by name, items by place, under the rules that stand there.

use intact_pact_model::Json;
use intact_pact_model::json::Object;

use crate::explanation::{Hide, words};
use crate::rule::Asks;
use crate::rule_tree::{Cursor, Rules};

/// A value of the contract, the value of the traffic that is compared with it, and the rules.
#[derive(Clone)]
pub(super) struct Pair<'b> {
    pub(super) expected: Option<&'b Json<'b>>,
    pub(super) actual: Option<&'b Json<'b>>,
    pub(super) cursor: Cursor<'b>,
}

/// A member or item of a pair.
pub(super) struct Child<'b> {
    /// The name of a member.
    pub(super) name: Option<&'b str>,
    pub(super) pair: Pair<'b>,
    /// Is it there although it may not be, or not there although it must? Or is its name wrong?
    pub(super) out_of_place: bool,
    /// What is asked of names, if that is it.
    pub(super) name_rule: Option<String>,
}

impl<'b> Pair<'b> {
    /// Are both arrays, or both objects?
    pub(super) fn is_collection(&self) -> bool {
        matches!(
            (self.expected, self.actual),
            (Some(Json::Array(_)), Some(Json::Array(_))) | (Some(Json::Object(_)), Some(Json::Object(_)))
        )
    }

    /// The rules that stand exactly here.
    pub(super) fn exact(&self) -> Option<Rules<'b>> {
        self.cursor.rules().filter(|rules| !rules.cascaded)
    }

    /// At a value of this one, for which an `eachValue` rule may speak.
    pub(super) fn below(&self, cursor: Cursor<'b>) -> Cursor<'b> {
        let each_value = |rules: Rules<'_>| rules.set.each_value_rules().next().map(|(at, _)| at);
        match self.exact().and_then(each_value) {
            Some(rule) => cursor.value_of(&self.cursor, rule),
            None => cursor,
        }
    }

    pub(super) fn item(&self, index: usize) -> Self {
        let of = |side: Option<&'b Json<'b>>| side?.as_array()?.get(index);
        let any = |side: Option<&'b Json<'b>>| side?.as_array()?.first();
        let has_template = self.cursor.rules().is_some();
        Self {
            expected: of(self.expected).or_else(|| any(self.expected).filter(|_| has_template)),
            actual: of(self.actual),
            cursor: self.below(self.cursor.index(index)),
        }
    }

    pub(super) fn member(&self, name: &str) -> Self {
        let of = |side: Option<&'b Json<'b>>| side?.get(name);
        let any = |side: Option<&'b Json<'b>>| {
            let members = side?.as_object()?.iter();
            members.min_by_key(|(name, _)| *name).map(|(_, first)| first)
        };
        let has_template = self.takes_any_name();
        Self {
            expected: of(self.expected).or_else(|| any(self.expected).filter(|_| has_template)),
            actual: of(self.actual),
            cursor: self.below(self.cursor.field(name)),
        }
    }

    /// Do the names of members not matter?
    pub(super) fn takes_any_name(&self) -> bool {
        let about_names = |asks: &Asks| matches!(asks, Asks::Values | Asks::EachKey(_) | Asks::EachValue(_));
        self.exact().is_some_and(|rules| rules.set.rules.iter().any(|rule| about_names(&rule.asks)))
    }

    /// Members in the order of the contract, then those that only the traffic has; or items.
    pub(super) fn children(&self, strict: bool, hide: Hide<'_>) -> Vec<Child<'b>> {
        match (self.expected, self.actual) {
            (Some(Json::Array(expected)), Some(Json::Array(actual))) => self.items(expected, actual),
            (Some(Json::Object(expected)), Some(Json::Object(actual))) => self.members(expected, actual, strict, hide),
            _ => Vec::new(),
        }
    }

    fn items(&self, expected: &'b [Json<'b>], actual: &'b [Json<'b>]) -> Vec<Child<'b>> {
        let ruled = self.cursor.rules().is_some();
        let count = if ruled { actual.len() } else { expected.len().max(actual.len()) };
        let cursors = self.cursor.items();
        let children = (0..count).map(|index| {
            let example = expected.get(index).or_else(|| expected.first().filter(|_| ruled));
            let cursor = self.below(cursors.at(index).into_owned());
            let pair = Pair { expected: example, actual: actual.get(index), cursor };
            let out_of_place = pair.expected.is_none() && !ruled || pair.actual.is_none();
            Child { name: None, pair, out_of_place, name_rule: None }
        });
        children.collect()
    }

    fn members(
        &self,
        expected: &'b Object<'b>,
        actual: &'b Object<'b>,
        strict: bool,
        hide: Hide<'_>,
    ) -> Vec<Child<'b>> {
        let any_name = self.takes_any_name();
        let template = expected.iter().min_by_key(|(name, _)| *name).map(|(_, first)| first).filter(|_| any_name);
        let keys = self.exact().and_then(|rules| {
            rules.set.rules.iter().find_map(|rule| match &rule.asks {
                Asks::EachKey(keys) => Some(keys),
                _ => None,
            })
        });
        let child = |name: &'b str, example, value: Option<&'b Json<'b>>| {
            let pair = Pair { expected: example, actual: value, cursor: self.below(self.cursor.field(name)) };
            let wrong_name =
                keys.filter(|keys| value.is_some() && !keys.failing(|rule| rule.check_text(name, name)).is_empty());
            let not_allowed = pair.expected.is_none() && strict && !any_name && !self.cursor.names(name);
            let missing = pair.actual.is_none() && !any_name;
            Child {
                name: Some(name),
                pair,
                out_of_place: wrong_name.is_some() || not_allowed || missing,
                name_rule: wrong_name.map(|keys| words::of_text(Some(keys), hide).unwrap_or_default()),
            }
        };
        let ours = expected.iter().enumerate().filter_map(|(at, (name, example))| {
            let value = actual.get_near(at, name);
            (value.is_some() || !any_name).then(|| child(name, Some(example), value))
        });
        let theirs = actual.iter().enumerate().filter(|(at, (name, _))| expected.get_near(*at, name).is_none());
        ours.chain(theirs.map(|(_, (name, value))| child(name, template, Some(value)))).collect()
    }
}
