//! The engine finds what the plain second implementation ([`naive`]) finds: the same verdict and the same places, for random
//! documents, rules and changes, whichever version of the specification the contract is written in.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use intact_matching::{ActualRequest, ActualResponse, Comparison, RequestMatcher, ResponseMatcher};
use intact_pact_model::json::Object;
use intact_pact_model::{Combine, Json, JsonValue, MatchingRules, RuleList, SpecVersion, read, write};
use proptest::prelude::*;
use proptest::sample::select;

use crate::json_headers;
use crate::naive::{self, Places};
use crate::random::{Pick, changed, changes, documents, path, picks, places};

type BodyRules = IndexMap<String, RuleList>;

/// The rule lists with paths to values of one of the documents.
fn body_rules(documents: [&JsonValue; 2], picks: &[Pick]) -> BodyRules {
    let places: Vec<_> = documents.into_iter().flat_map(places).collect();
    picks.iter().map(|(at, spellings, list)| (path(at.get(&places).as_slice(), spellings), list.clone())).collect()
}

/// A request or response as a pact file of the version has it.
fn part(document: &JsonValue, rules: &BodyRules, version: SpecVersion) -> JsonValue {
    let mut part = Object::new();
    part.insert("headers", Json::object([("Content-Type", "application/json")]));
    // In versions before 4 a body that is a string may be a text of JSON or a string of it.
    match version {
        SpecVersion::V4 => {
            let members = [("content", document.clone()), ("contentType", "application/json".into())];
            part.insert("body", Json::object(members.into_iter().chain([("encoded", false.into())])));
        }
        _ => part.insert("body", document.clone()),
    }
    let rules = if version == SpecVersion::V2 {
        let flat = rules.iter().map(|(key, list)| {
            let [rule] = &list.rules[..] else { unreachable!("version 2 has one rule for each path") };
            (key.replacen('$', "$.body", 1), write::matching_rule(rule))
        });
        Json::object(flat)
    } else {
        write::matching_rules(&MatchingRules { body: rules.clone(), ..MatchingRules::default() })
    };
    part.insert("matchingRules", rules);
    part.into()
}

/// What the engine says of the documents: the places where they differ.
fn engine(expected: &JsonValue, actual: &JsonValue, rules: &BodyRules, version: SpecVersion, strict: bool) -> Places {
    let part = part(expected, rules, version);
    let (headers, text) = (json_headers(), actual.to_compact());
    let (verdict, comparison) = if strict {
        let expected = read::http_request(&part, version).expect("a request").value;
        let matcher = RequestMatcher::compile(&expected, version).expect("rules that compile");
        let actual = ActualRequest::new("GET", "/", &headers).with_body(text.as_bytes());
        (matcher.matches(&actual), matcher.compare(&actual))
    } else {
        let expected = read::http_response(&part, version).expect("a response").value;
        let matcher = ResponseMatcher::compile(&expected, version).expect("rules that compile");
        let actual = ActualResponse::new(200, &headers).with_body(text.as_bytes());
        (matcher.matches(&actual), matcher.compare(&actual))
    };
    let found = found(&comparison);
    assert_eq!(verdict, found.is_empty(), "the short and the long form agree");
    found
}

fn found(comparison: &Comparison) -> BTreeSet<String> {
    let place = |mismatch: &intact_matching::Mismatch| {
        let other = format!("{:?}: {mismatch}", mismatch.at);
        mismatch.identifier().map_or(other, ToOwned::to_owned)
    };
    comparison.mismatches().iter().map(place).collect()
}

fn agree(
    expected: &JsonValue,
    actual: &JsonValue,
    rules: &BodyRules,
    version: SpecVersion,
) -> Result<(), TestCaseError> {
    for strict in [true, false] {
        let wanted = naive::compare(expected, actual, rules, strict);
        let found = engine(expected, actual, rules, version, strict);
        let rules = write::matching_rules(&MatchingRules { body: rules.clone(), ..MatchingRules::default() });
        prop_assert_eq!(
            found,
            wanted,
            "{}, strict: {}\nexpected {}\nactual   {}\nrules    {}",
            version,
            strict,
            expected,
            actual,
            rules
        );
    }
    Ok(())
}

/// A body that is a string, or `null`, is written in other ways too; they are tested elsewhere.
fn collections() -> impl Strategy<Value = JsonValue> {
    documents().prop_filter("an array or object", |document| matches!(document, Json::Array(_) | Json::Object(_)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(500)))]

    #[test]
    fn versions_with_rule_lists_are_judged_as_described(
        expected in collections(), changes in changes(4), picks in picks(5, 3), version in select(vec![SpecVersion::V3, SpecVersion::V4]),
    ) {
        let actual = changed(&expected, &changes);
        let rules = body_rules([&expected, &actual], &picks);
        agree(&expected, &actual, &rules, version)?;
    }

    #[test]
    fn version_2_is_judged_as_described(expected in collections(), changes in changes(4), picks in picks(5, 1)) {
        let actual = changed(&expected, &changes);
        let mut rules = body_rules([&expected, &actual], &picks);
        for list in rules.values_mut() {
            list.combine = Combine::And;
        }
        agree(&expected, &actual, &rules, SpecVersion::V2)?;
    }

    #[test]
    fn without_rules_all_versions_say_the_same(expected in collections(), changes in changes(3)) {
        let actual = changed(&expected, &changes);
        for version in [SpecVersion::V2, SpecVersion::V3, SpecVersion::V4] {
            agree(&expected, &actual, &BodyRules::new(), version)?;
        }
    }

    #[test]
    fn a_document_satisfies_the_rules_that_it_satisfies(expected in collections(), picks in picks(4, 2)) {
        let rules = satisfied(&expected, body_rules([&expected, &expected], &picks));
        for strict in [true, false] {
            prop_assert_eq!(engine(&expected, &expected, &rules, SpecVersion::V4, strict), Places::new());
        }
    }
}

/// The rules without those that the document itself does not satisfy.
fn satisfied(document: &JsonValue, mut rules: BodyRules) -> BodyRules {
    while !naive::compare(document, document, &rules, true).is_empty() {
        rules.pop();
    }
    rules
}

#[test]
fn rules_of_the_random_tests_are_neither_always_satisfied_nor_never() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut matched, mut kept) = (0, 0);
    for _ in 0..500 {
        let strategy = (collections(), changes(2), picks(3, 2));
        let (expected, changes, picks) = strategy.new_tree(&mut runner).expect("a strategy").current();
        let actual = changed(&expected, &changes);
        let rules = body_rules([&expected, &actual], &picks);
        matched += usize::from(expected != actual && naive::compare(&expected, &actual, &rules, false).is_empty());
        kept += usize::from(!satisfied(&expected, rules).is_empty());
    }
    assert!((20..450).contains(&matched), "{matched} of 500 changed documents match");
    assert!(kept > 150, "only {kept} of 500 documents satisfy a rule");
}
