//! What holds for every document and every rule.

use intact_matching::{ActualRequest, ActualResponse, RequestMatcher, ResponseMatcher};
use intact_pact_model::rules::{ArrayVariant, EachRule, MatchingRule};
use intact_pact_model::{
    Body, Combine, ContentType, HttpRequest, HttpResponse, Json, JsonValue, MatchingRules, RuleList, SpecVersion,
};
use proptest::prelude::*;

use crate::json_headers;

fn documents() -> impl Strategy<Value = JsonValue> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3_i64..3).prop_map(Json::from),
        proptest::sample::select(vec!["1.5", "1.0.0", "a", "b", "true", "", "2024-01-01", "5"]).prop_map(Json::from),
        Just(Json::parse(b"1.5").expect("a number")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::vec(("[abc1]", inner), 0..4).prop_map(Json::object),
        ]
    })
}

/// Two documents that have much in common: one with a value somewhere replaced by another.
fn pairs() -> impl Strategy<Value = (JsonValue, JsonValue)> {
    (documents(), documents(), proptest::collection::vec(any::<prop::sample::Index>(), 0..4)).prop_map(
        |(document, graft, at)| {
            let mut other = document.clone();
            replace(&mut other, &at, graft);
            (document, other)
        },
    )
}

fn replace(document: &mut JsonValue, at: &[prop::sample::Index], graft: JsonValue) {
    let Some((step, rest)) = at.split_first() else { return };
    match document {
        Json::Array(items) if !items.is_empty() => {
            let index = step.index(items.len());
            replace(&mut items[index], rest, graft);
        }
        Json::Object(members) if !members.is_empty() => {
            let name = members.names().nth(step.index(members.len())).expect("an index below the length").to_owned();
            replace(members.get_mut(&name).expect("its own name"), rest, graft);
        }
        value => *value = graft,
    }
}

fn simple_rules() -> impl Strategy<Value = MatchingRule> {
    prop_oneof![
        Just(MatchingRule::Equality),
        Just(MatchingRule::Type { min: None, max: None }),
        (0..3_u64, 0..3_u64).prop_map(|(min, max)| MatchingRule::Type { min: Some(min), max: Some(max) }),
        Just(MatchingRule::Regex("[ab]*".to_owned())),
        Just(MatchingRule::Include("a".to_owned())),
        Just(MatchingRule::Number),
        Just(MatchingRule::Integer),
        Just(MatchingRule::Decimal),
        Just(MatchingRule::Boolean),
        Just(MatchingRule::Null),
        Just(MatchingRule::Date(String::new())),
        Just(MatchingRule::NotEmpty),
        Just(MatchingRule::Values),
        Just(MatchingRule::Semver),
    ]
}

fn rules() -> impl Strategy<Value = MatchingRule> {
    let inner = || proptest::collection::vec(simple_rules(), 0..3);
    prop_oneof![
        4 => simple_rules(),
        1 => inner().prop_map(|rules| MatchingRule::EachKey(EachRule { rules, ..EachRule::default() })),
        1 => inner().prop_map(|rules| MatchingRule::EachValue(EachRule { rules, ..EachRule::default() })),
        1 => (0..3_usize, proptest::sample::select(vec!["$", "$.a", "$[*]"]), inner()).prop_map(|(index, path, rules)| {
            let mut variant = ArrayVariant { index, ..ArrayVariant::default() };
            variant.rules.insert(path.to_owned(), RuleList { combine: Combine::And, rules });
            MatchingRule::ArrayContains(vec![variant])
        }),
    ]
}

fn paths() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(vec![".a", ".b", "[0]", "[1]", "[*]", ".*", "['1']"]), 0..4)
        .prop_map(|steps| format!("${}", steps.concat()))
}

fn body_rules() -> impl Strategy<Value = MatchingRules> {
    let list = (any::<bool>(), proptest::collection::vec(rules(), 0..3))
        .prop_map(|(or, rules)| RuleList { combine: if or { Combine::Or } else { Combine::And }, rules });
    proptest::collection::vec((paths(), list), 0..5)
        .prop_map(|body| MatchingRules { body: body.into_iter().collect(), ..MatchingRules::default() })
}

fn body(document: &JsonValue) -> Body {
    Body::new(document.to_compact(), Some(ContentType::json()))
}

fn request_matches(expected: &JsonValue, rules: &MatchingRules, actual: &JsonValue) -> (bool, bool) {
    let expected = HttpRequest { body: body(expected), matching_rules: rules.clone(), ..HttpRequest::default() };
    let matcher = RequestMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let (headers, text) = (json_headers(), actual.to_compact());
    let actual = ActualRequest::new("GET", "/", &headers).with_body(text.as_bytes());
    (matcher.matches(&actual), matcher.compare(&actual).is_match())
}

fn response_matches(expected: &JsonValue, rules: &MatchingRules, actual: &JsonValue) -> (bool, bool) {
    let expected = HttpResponse { body: body(expected), matching_rules: rules.clone(), ..HttpResponse::default() };
    let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("rules that compile");
    let (headers, text) = (json_headers(), actual.to_compact());
    let actual = ActualResponse::new(200, &headers).with_body(text.as_bytes());
    (matcher.matches(&actual), matcher.compare(&actual).is_match())
}

fn at_root(combine: Combine, rules: Vec<MatchingRule>) -> MatchingRules {
    let mut all = MatchingRules::default();
    all.body.insert("$".to_owned(), RuleList { combine, rules });
    all
}

#[test]
fn matchers_serve_several_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<RequestMatcher>();
    shared::<ResponseMatcher>();
    shared::<intact_matching::MessageMatcher>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(512)))]

    #[test]
    fn yes_or_no_is_what_the_report_says((expected, actual) in pairs(), rules in body_rules()) {
        let (verdict, report) = request_matches(&expected, &rules, &actual);
        prop_assert_eq!(verdict, report);
        let (verdict, report) = response_matches(&expected, &rules, &actual);
        prop_assert_eq!(verdict, report);
    }

    #[test]
    fn yes_or_no_is_what_the_report_says_of_like_documents(expected in documents(), rules in body_rules()) {
        let (verdict, report) = request_matches(&expected, &rules, &expected);
        prop_assert_eq!(verdict, report);
    }

    #[test]
    fn a_document_matches_itself(document in documents()) {
        let none = MatchingRules::default();
        prop_assert_eq!(request_matches(&document, &none, &document), (true, true));
        prop_assert_eq!(response_matches(&document, &none, &document), (true, true));
        for rule in [MatchingRule::Equality, MatchingRule::Type { min: None, max: None }] {
            prop_assert!(request_matches(&document, &at_root(Combine::And, vec![rule]), &document).0);
        }
    }

    #[test]
    fn without_rules_a_request_matches_only_an_equal_document((expected, actual) in pairs()) {
        prop_assert_eq!(request_matches(&expected, &MatchingRules::default(), &actual).0, expected == actual);
    }

    #[test]
    fn a_response_matches_whatever_a_request_matches((expected, actual) in pairs()) {
        let none = MatchingRules::default();
        prop_assert!(!request_matches(&expected, &none, &actual).0 || response_matches(&expected, &none, &actual).0);
    }

    #[test]
    fn alternatives_are_weaker_than_all_together((expected, actual) in pairs(), rules in proptest::collection::vec(simple_rules(), 1..4)) {
        let all = response_matches(&expected, &at_root(Combine::And, rules.clone()), &actual).0;
        let any = response_matches(&expected, &at_root(Combine::Or, rules), &actual).0;
        prop_assert!(!all || any);
    }
}
