use std::cell::Cell;

use indexmap::IndexMap;
use intact_pact_model::json::CheckedJson;
use intact_pact_model::rules::EachRule;
use intact_pact_model::{JsonValue, MatchingRule, RuleList};
use proptest::prelude::*;

use super::*;
use crate::comparison::{Comparison, Report};
use crate::rule::Compiling;

fn rule_tree(rules: &[(&str, MatchingRule, Combine)]) -> RuleTree {
    let mut lists = IndexMap::<String, RuleList>::new();
    for (key, rule, combine) in rules {
        let list = lists.entry((*key).to_owned()).or_default();
        list.combine = *combine;
        list.rules.push(rule.clone());
    }
    RuleTree::compile(&lists, Compiling::category("body")).expect("rules")
}

/// What the walk over trees finds, and what the walks over texts find that make trees only where they must, or of all that is
/// not quite small.
fn all_ways(expected: &str, actual: &str, rules: &RuleTree, strict: bool) -> [Comparison; 3] {
    let (expected, actual) = (expected.as_bytes(), actual.as_bytes());
    let trees = [Json::parse(expected), Json::parse(actual)].map(|tree| tree.expect("JSON"));
    let texts = [CheckedJson::check(expected), CheckedJson::check(actual)].map(|text| text.expect("JSON"));
    let mut by_trees = Report::default();
    let _ = super::super::compare(&trees[0], &trees[1], rules, strict, &mut by_trees);
    let by_texts = |is_large| {
        let mut report = Report::default();
        let walk = TextWalk { strict, is_large, read: |text| text.read() };
        let _ = walk.value((texts[0].root(), texts[1].root()), &rules.cursor(), &Place::ROOT, &mut report);
        report.finish()
    };
    [by_trees.finish(), by_texts(|_| true), by_texts(|text| text.as_str().len() > 6)]
}

fn documents() -> impl Strategy<Value = JsonValue> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-2_i64..2).prop_map(Json::from),
        proptest::sample::select(vec!["a", "", "7"]).prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec(("[ab1]", inner), 0..4).prop_map(Json::object),
        ]
    })
}

fn any_rule() -> impl Strategy<Value = MatchingRule> {
    let each = || EachRule { rules: vec![MatchingRule::Type { min: None, max: None }], ..EachRule::default() };
    proptest::sample::select(vec![
        MatchingRule::Equality,
        MatchingRule::Type { min: None, max: None },
        MatchingRule::Type { min: Some(2), max: Some(3) },
        MatchingRule::Regex("[a7]*".to_owned()),
        MatchingRule::Integer,
        MatchingRule::Null,
        MatchingRule::NotEmpty,
        MatchingRule::Values,
        MatchingRule::ArrayContains(Vec::new()),
        MatchingRule::EachKey(each()),
        MatchingRule::EachValue(each()),
        MatchingRule::Other { name: "of-a-plugin".to_owned(), params: intact_pact_model::json::Object::new() },
    ])
}

fn any_rules() -> impl Strategy<Value = Vec<(&'static str, MatchingRule, Combine)>> {
    let key =
        proptest::sample::select(vec!["$", "$.a", "$[*]", "$.*", "$[1]", "$.a[*]", "$.a.b", "$[*].a", "$.b[*].*"]);
    let combine = proptest::sample::select(vec![Combine::And, Combine::And, Combine::And, Combine::Or]);
    proptest::collection::vec((key, any_rule(), combine), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2000)))]

    #[test]
    fn texts_are_compared_as_their_trees_are(
        expected in documents(),
        other in documents(),
        same in any::<bool>(),
        rules in any_rules(),
        strict in any::<bool>(),
    ) {
        let rules = rule_tree(&rules);
        let actual = if same { expected.to_compact() } else { other.to_pretty() };
        let [by_trees, by_texts, by_both] = all_ways(&expected.to_pretty(), &actual, &rules, strict);
        prop_assert_eq!(&by_trees, &by_texts);
        prop_assert_eq!(by_trees, by_both);
    }
}

#[test]
fn a_large_document_is_compared_part_by_part_and_all_that_differs_is_found() {
    let document = |count: usize, odd: usize| {
        let order = |at: usize| {
            let sku = if at == odd { "B-1" } else { "A-1" };
            format!(r#"{{"id":{at},"lines":[{{"sku":"{sku}","quantity":2}}],"note":null}}"#)
        };
        format!(r#"{{"total":{count},"orders":[{}]}}"#, (0..count).map(order).collect::<Vec<_>>().join(", "))
    };
    let kind = MatchingRule::Type { min: Some(1), max: None };
    for rules in [vec![], vec![("$.orders", kind, Combine::And), ("$.total", MatchingRule::Integer, Combine::And)]] {
        let (typed, rules) = (!rules.is_empty(), rule_tree(&rules));
        let compare = |expected: &str, actual: &str| {
            let mut report = Report::default();
            let texts = [expected, actual].map(|text| CheckedJson::check(text.as_bytes()).expect("JSON"));
            let _ = compare_texts(texts[0].root(), texts[1].root(), &rules, false, &mut report);
            report.finish()
        };
        let expected = document(20_000, usize::MAX);
        assert!(is_large(expected.as_bytes()));
        assert!(compare(&expected, &expected).is_match());
        let other = compare(&expected, &document(20_000, 19_999));
        let places: Vec<_> = other.mismatches().iter().map(|mismatch| mismatch.at.clone()).collect();
        let place = Location::Body("$.orders[19999].lines[0].sku".to_owned());
        assert_eq!(places, if typed { vec![] } else { vec![place] });
        let fewer = compare(&expected, &document(19_999, usize::MAX));
        assert_eq!(fewer.is_match(), typed);
        assert_eq!(compare(&document(1, usize::MAX), &expected).is_match(), typed, "like the one example");
    }
}

thread_local! {
    /// How many bytes of examples became trees.
    static READ: Cell<usize> = const { Cell::new(0) };
}

#[test]
fn an_example_is_read_once_for_all_the_items_that_are_to_be_like_it() {
    let numbers = format!("[{}]", vec!["1234567"; 10_000].join(","));
    let small = format!("[{}]", vec!["1234567"; 6_500].join(","));
    let object = format!(r#"{{"a":{numbers},"b":[{small},{small}]}}"#);
    let items = |item: &str| format!("[{}]", vec![item; 30_000].join(","));
    let kind = MatchingRule::Type { min: None, max: None };
    for (example, item) in [
        (&small, "[]"),
        (&small, "[7]"),
        (&numbers, "[7]"),
        (&format!("[{small},{small}]"), "[[1],[2],[3]]"),
        (&object, r#"{"a":[1],"b":[]}"#),
    ] {
        let (expected, actual) = (format!("[{example}]"), items(item));
        let texts = [&expected, &actual].map(|text| CheckedJson::check(text.as_bytes()).expect("JSON"));
        let rules = rule_tree(&[("$", kind.clone(), Combine::And)]);
        let walk = TextWalk {
            strict: false,
            is_large: |text| text.is_large(),
            read: |text| {
                READ.with(|read| read.set(read.get() + text.as_str().len()));
                text.read()
            },
        };
        READ.with(|read| read.set(0));
        let flow = walk.value((texts[0].root(), texts[1].root()), &rules.cursor(), &Place::ROOT, &mut Verdict);
        assert!(flow.is_continue(), "all items are of the type: {item}");
        let read = READ.with(Cell::get);
        assert!((1..=3 * expected.len()).contains(&read), "{read} bytes of an example of {} were read", expected.len());
    }
}
