//! `arrayContains` in lists that are too long to try every item for every variant.

use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::rules::{ArrayVariant, EachRule, MatchingRule};
use intact_pact_model::{Body, Combine, ContentType, HttpResponse, Json, JsonValue, RuleList, SpecVersion};
use proptest::prelude::*;

use crate::json_headers;

fn matches(expected: &[JsonValue], variants: Vec<ArrayVariant>, actual: &[JsonValue]) -> bool {
    let text = |items: &[JsonValue]| Json::array(items.iter().cloned()).to_compact();
    let body = Body::new(text(expected), Some(ContentType::json()));
    let mut response = HttpResponse { body, ..HttpResponse::default() };
    response.matching_rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::ArrayContains(variants)));
    let matcher = ResponseMatcher::compile(&response, SpecVersion::V4).expect("rules that compile");
    let (headers, actual) = (json_headers(), text(actual));
    matcher.matches(&ActualResponse::new(200, &headers).with_body(actual.as_bytes()))
}

fn by_id(id: impl Into<Json<'static>>, name: &str) -> JsonValue {
    Json::object([("kind", "line".into()), ("id", id.into()), ("name", Json::from(name.to_owned()))])
}

/// The same items, far from where they were.
fn shuffled<T: Clone>(items: &[T]) -> Vec<T> {
    let count = items.len();
    (0..count).map(|at| items[(at * 7919 + 13) % count].clone()).collect()
}

#[test]
fn items_in_any_order_are_looked_up() {
    let items: Vec<_> = (0..20_000).map(|at| by_id(at, "x")).collect();
    assert!(matches(&items, Vec::new(), &shuffled(&items)));
    let without_one: Vec<_> = shuffled(&items).into_iter().filter(|item| item.get("id") != Some(&7.into())).collect();
    assert!(!matches(&items, Vec::new(), &without_one));
    let with_type = |path: &str| {
        let variant = |index| {
            let rules = [(path.to_owned(), RuleList::of(MatchingRule::Type { min: None, max: None }))];
            ArrayVariant { index, rules: rules.into_iter().collect(), ..ArrayVariant::default() }
        };
        (0..items.len()).map(variant).collect::<Vec<_>>()
    };
    let renamed: Vec<_> = shuffled(&(0..20_000).map(|at| by_id(at, "y")).collect::<Vec<_>>());
    assert!(matches(&items, with_type("$.name"), &renamed));
    assert!(!matches(&items, with_type("$.kind"), &renamed));
    let lists: Vec<_> = (0..20_000).map(|at| Json::array([Json::from(1), Json::array([Json::from(at)])])).collect();
    assert!(matches(&lists, Vec::new(), &shuffled(&lists)));
}

#[test]
fn items_under_rules_alone_are_found_in_moved_and_turned_lists() {
    let items: Vec<_> = (0..5_000).map(|at| Json::from(format!("item {at}."))).collect();
    let including = |index: usize| {
        let rules = [("$".to_owned(), RuleList::of(MatchingRule::Include(format!(" {index}."))))];
        ArrayVariant { index, rules: rules.into_iter().collect(), ..ArrayVariant::default() }
    };
    let variants: Vec<_> = (0..items.len()).map(including).collect();
    let mut moved = items.clone();
    moved.insert(0, Json::from("new"));
    assert!(matches(&items, variants.clone(), &moved));
    let turned: Vec<_> = items.iter().rev().cloned().collect();
    assert!(matches(&items, variants, &turned));
}

fn scalars() -> impl Strategy<Value = JsonValue> {
    let texts =
        ["1", "1.0", "1.00", "100e-2", "-0", "0", "0.0", "12345678901234567890", "null", "true", "\"1\"", "\"a\""];
    proptest::sample::select(texts.to_vec()).prop_map(|text| JsonValue::parse_owned(text.as_bytes()).expect("a scalar"))
}

fn items() -> impl Strategy<Value = JsonValue> {
    let members = || proptest::collection::vec(("[ab]", scalars()), 0..3).prop_map(Json::object);
    prop_oneof![
        1 => scalars(),
        1 => proptest::collection::vec(scalars(), 0..3).prop_map(Json::from),
        3 => members(),
        2 => ("[ab]", members()).prop_map(|member| Json::object([member])),
    ]
}

fn variants() -> impl Strategy<Value = ArrayVariant> {
    let rule = proptest::sample::select(vec![
        MatchingRule::Equality,
        MatchingRule::Type { min: None, max: None },
        MatchingRule::Values,
        MatchingRule::Null,
        MatchingRule::NotEmpty,
        MatchingRule::EachKey(EachRule::default()),
    ]);
    let list = (any::<bool>(), proptest::collection::vec(rule, 1..3))
        .prop_map(|(or, rules)| RuleList { combine: if or { Combine::Or } else { Combine::And }, rules });
    let path = proptest::sample::select(vec!["$", "$.a", "$.b", "$.*", "$.a.b", "$[*]"]).prop_map(ToOwned::to_owned);
    (0..6_usize, proptest::collection::vec((path, list), 0..3)).prop_map(|(index, rules)| ArrayVariant {
        index,
        rules: rules.into_iter().collect(),
        ..ArrayVariant::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(512)))]

    #[test]
    fn a_long_list_has_a_variant_if_one_of_its_items_is_like_it(
        expected in proptest::collection::vec(items(), 6),
        actual in proptest::collection::vec(items(), 16..24),
        variant in variants(),
    ) {
        let alone = ArrayVariant { index: 0, ..variant.clone() };
        let example = &expected[variant.index..=variant.index];
        let wanted = actual.iter().any(|item| matches(example, vec![alone.clone()], std::slice::from_ref(item)));
        prop_assert_eq!(matches(&expected, vec![variant], &actual), wanted);
    }
}
