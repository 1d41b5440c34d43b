//! Random documents that resemble one another, and random rules about places that they have.

use intact_pact_model::rules::{ArrayVariant, EachRule, MatchingRule};
use intact_pact_model::{Combine, Json, JsonValue, RuleList};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::naive::PATTERNS;

/// Names: such that are identifiers, numbers, and neither.
const NAMES: [&str; 7] = ["a", "b", "c", "1", "0", "01", "x y"];

pub(crate) fn scalars() -> impl Strategy<Value = JsonValue> {
    let numbers = select(vec!["0", "1", "2", "-3", "15", "1.0", "1.5", "1.50", "1e0", "20240101"]);
    let texts =
        select(vec!["", "a", "ab", "b", "1", "15", "true", "1.5", "1.0.0", "01.0.0", "2024-01-01", "2024-13-01"]);
    prop_oneof![
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::from),
        4 => numbers.prop_map(|text| Json::parse(text.as_bytes()).expect("a number")),
        4 => texts.prop_map(Json::from),
    ]
}

pub(crate) fn documents() -> impl Strategy<Value = JsonValue> {
    let item = scalars().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            members(inner.clone()),
            // What contracts have most: items that are alike.
            (inner, 1..4_usize).prop_map(|(item, count)| Json::Array(vec![item; count])),
        ]
    });
    prop_oneof![6 => members(item.clone()), 3 => proptest::collection::vec(item.clone(), 0..4).prop_map(Json::from), 1 => item]
}

fn members(inner: impl Strategy<Value = JsonValue>) -> impl Strategy<Value = JsonValue> {
    proptest::collection::vec((select(NAMES.to_vec()), inner), 0..4).prop_map(Json::object)
}

/// A change of a document at some place.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Replace(JsonValue),
    /// A scalar becomes another of its kind.
    Similar,
    RemoveFirst,
    RemoveLast,
    RepeatFirst,
    Add(&'static str, JsonValue),
    Reverse,
}

pub(crate) fn changes(at_most: usize) -> impl Strategy<Value = Vec<(Index, Change)>> {
    let change = prop_oneof![
        2 => documents().prop_map(Change::Replace),
        2 => scalars().prop_map(Change::Replace),
        4 => Just(Change::Similar),
        1 => Just(Change::RemoveFirst),
        1 => Just(Change::RemoveLast),
        2 => Just(Change::RepeatFirst),
        2 => (select(NAMES.to_vec()), scalars()).prop_map(|(name, value)| Change::Add(name, value)),
        1 => Just(Change::Reverse),
    ];
    proptest::collection::vec((any::<Index>(), change), 0..=at_most)
}

pub(crate) fn changed(document: &JsonValue, changes: &[(Index, Change)]) -> JsonValue {
    let mut document = document.clone();
    for (at, change) in changes {
        let place = at.get(&places(&document)).clone();
        apply(value_at(&mut document, &place), change);
    }
    document
}

fn apply(value: &mut JsonValue, change: &Change) {
    match (change, value) {
        (Change::Replace(new), value) => *value = new.clone(),
        (Change::Similar, Json::Number(number)) => {
            let other = if number.is_integer() { "7" } else { "7.25" };
            *number = intact_pact_model::json::Number::parse(other).expect("a number");
        }
        (Change::Similar, Json::String(text)) => *text = if text == "a" { "b" } else { "a" }.into(),
        (Change::Similar, Json::Bool(value)) => *value = !*value,
        (Change::RemoveFirst, Json::Array(items)) if !items.is_empty() => _ = items.remove(0),
        (Change::RemoveLast, Json::Array(items)) => _ = items.pop(),
        (Change::RepeatFirst, Json::Array(items)) => items.extend(items.first().cloned()),
        (Change::Reverse, Json::Array(items)) => items.reverse(),
        (Change::Add(_, item), Json::Array(items)) => items.push(item.clone()),
        (Change::Add(name, value), Json::Object(members)) => members.insert(*name, value.clone()),
        (Change::RemoveFirst | Change::RemoveLast, Json::Object(members)) => {
            let names: Vec<String> = members.names().map(ToOwned::to_owned).collect();
            let name = if matches!(change, Change::RemoveFirst) { names.first() } else { names.last() };
            if let Some(name) = name {
                members.remove(name);
            }
        }
        _ => {}
    }
}

/// The way to a value: names and indexes.
pub(crate) type Place = Vec<Step>;

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Member(String),
    Item(usize),
}

/// The places of all values.
pub(crate) fn places(document: &JsonValue) -> Vec<Place> {
    let mut places = vec![Vec::new()];
    let below = |step: Step, value: &JsonValue| places_below(value, &step);
    match document {
        Json::Array(items) => {
            places.extend(items.iter().enumerate().flat_map(|(index, item)| below(Step::Item(index), item)));
        }
        Json::Object(members) => {
            places.extend(members.iter().flat_map(|(name, value)| below(Step::Member(name.to_owned()), value)));
        }
        _ => {}
    }
    places
}

fn places_below(value: &JsonValue, step: &Step) -> Vec<Place> {
    places(value).into_iter().map(|place| std::iter::once(step.clone()).chain(place).collect()).collect()
}

pub(crate) fn value_at<'d>(document: &'d mut JsonValue, place: &[Step]) -> &'d mut JsonValue {
    place.iter().fold(document, |value, step| match (step, value) {
        (Step::Item(index), Json::Array(items)) => &mut items[*index],
        (Step::Member(name), Json::Object(members)) => members.get_mut(name).expect("a place of the document"),
        _ => unreachable!("a place of the document"),
    })
}

pub(crate) fn simple_rules() -> impl Strategy<Value = MatchingRule> {
    let bound = || proptest::option::of(0..3_u64);
    prop_oneof![
        2 => Just(MatchingRule::Equality),
        6 => Just(MatchingRule::Type { min: None, max: None }),
        3 => (bound(), bound()).prop_map(|(min, max)| MatchingRule::Type { min, max: max.map(|max| max + 1) }),
        3 => select(PATTERNS.to_vec()).prop_map(|pattern| MatchingRule::Regex(pattern.to_owned())),
        2 => select(vec!["a", "1", ""]).prop_map(|part| MatchingRule::Include(part.to_owned())),
        2 => Just(MatchingRule::Number),
        2 => Just(MatchingRule::Integer),
        2 => Just(MatchingRule::Decimal),
        1 => Just(MatchingRule::Boolean),
        2 => Just(MatchingRule::Null),
        1 => Just(MatchingRule::Date(String::new())),
        1 => Just(MatchingRule::Semver),
        1 => Just(MatchingRule::NotEmpty),
        2 => Just(MatchingRule::Values),
    ]
}

pub(crate) fn rules() -> impl Strategy<Value = MatchingRule> {
    simple_rules().prop_recursive(2, 6, 2, |inner| {
        let several = || proptest::collection::vec(inner.clone(), 1..3);
        let any_number = || proptest::collection::vec(inner.clone(), 0..3);
        let each = |rules| EachRule { rules, ..EachRule::default() };
        let path = select(vec!["$", "$.a", "$[*]", "$.*"]);
        let list = (any::<bool>(), several()).prop_map(|(or, rules)| list(or, rules));
        let variant = (0..3_usize, proptest::collection::btree_map(path, list, 0..3)).prop_map(|(index, rules)| {
            let rules = rules.into_iter().map(|(path, list)| (path.to_owned(), list)).collect();
            ArrayVariant { index, rules, ..ArrayVariant::default() }
        });
        prop_oneof![
            8 => simple_rules(),
            1 => any_number().prop_map(move |rules| MatchingRule::EachKey(each(rules))),
            2 => any_number().prop_map(move |rules| MatchingRule::EachValue(each(rules))),
            1 => proptest::collection::vec(variant, 0..3).prop_map(MatchingRule::ArrayContains),
        ]
    })
}

fn list(or: bool, rules: Vec<MatchingRule>) -> RuleList {
    RuleList { combine: if or { Combine::Or } else { Combine::And }, rules }
}

/// A rule list for some value of a document, and how its path is written: which of its steps are wildcards.
pub(crate) type Pick = (Index, Vec<Spelling>, RuleList);

#[derive(Debug, Clone, Copy)]
pub(crate) enum Spelling {
    Literal,
    /// `.*`
    Any,
    /// `[*]`, of an item.
    AnyIndex,
    /// `['1']` of an item, `[1]` of a member called `1`.
    OfTheOther,
}

/// Rule lists, each for a value of some document.
pub(crate) fn picks(at_most: usize, most_rules: usize) -> impl Strategy<Value = Vec<Pick>> {
    let spelling = prop_oneof![
        6 => Just(Spelling::Literal), 1 => Just(Spelling::Any), 2 => Just(Spelling::AnyIndex), 1 => Just(Spelling::OfTheOther)
    ];
    let rules = proptest::collection::vec(rules(), 1..=most_rules);
    let list = (proptest::bool::weighted(0.3), rules).prop_map(|(or, rules)| list(or, rules));
    proptest::collection::vec((any::<Index>(), proptest::collection::vec(spelling, 6), list), 0..=at_most)
}

/// The rule path for a place.
pub(crate) fn path(place: &[Step], spellings: &[Spelling]) -> String {
    let steps = place.iter().zip(spellings.iter().cycle()).map(|(step, spelling)| match (step, spelling) {
        (_, Spelling::Any) => ".*".to_owned(),
        (Step::Item(_), Spelling::AnyIndex) => "[*]".to_owned(),
        (Step::Item(index), Spelling::OfTheOther) => format!("['{index}']"),
        (Step::Item(index), Spelling::Literal) => format!("[{index}]"),
        (Step::Member(name), Spelling::OfTheOther) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("[{name}]")
        }
        (Step::Member(name), _) if name.bytes().all(|byte| byte.is_ascii_lowercase()) => format!(".{name}"),
        (Step::Member(name), _) => format!("['{name}']"),
    });
    format!("${}", steps.collect::<String>())
}
