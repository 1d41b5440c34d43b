//! Input that means harm, or is just very large: an answer, not a crash and not a wait.

use intact_matching::{ActualResponse, CompileError, ResponseMatcher};
use intact_pact_model::rules::{ArrayVariant, EachRule, MatchingRule};
use intact_pact_model::{Body, ContentType, HttpResponse, Json, RuleList, SpecVersion};

use crate::{compare_response_json, json_headers};

fn expecting(body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse { body: Body::new(body.into(), Some(ContentType::json())), ..HttpResponse::default() }
}

fn compile(expected: &HttpResponse) -> ResponseMatcher {
    ResponseMatcher::compile(expected, SpecVersion::V4).expect("rules that compile")
}

#[test]
fn a_hundred_thousand_rules_cost_no_more_than_the_values_they_govern() {
    let names: Vec<String> = (0..100_000).map(|at| format!("k{at}")).collect();
    let document = Json::object(names.iter().map(|name| (name.as_str(), 1))).to_compact();
    let mut expected = expecting(document.clone());
    for name in &names {
        expected.matching_rules.body.insert(format!("$.{name}"), RuleList::of(MatchingRule::Integer));
        expected.matching_rules.body.insert(format!("$.*.{name}"), RuleList::of(MatchingRule::Integer));
    }
    let matcher = compile(&expected);
    let headers = json_headers();
    assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(document.as_bytes())));
    let other = document.replace(":1,", ":true,");
    assert_eq!(
        matcher.compare(&ActualResponse::new(200, &headers).with_body(other.as_bytes())).mismatches().len(),
        99_999
    );
}

#[test]
fn documents_nest_as_deep_as_they_may_and_no_deeper() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let headers = json_headers();
    let mut expected = expecting(nested(256));
    for combine in [intact_pact_model::Combine::And, intact_pact_model::Combine::Or] {
        let rules = vec![MatchingRule::Type { min: None, max: None }, MatchingRule::Equality];
        expected.matching_rules.body.insert("$".to_owned(), RuleList { combine, rules });
        let matcher = compile(&expected);
        assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(nested(256).as_bytes())));
        let comparison = matcher.compare(&ActualResponse::new(200, &headers).with_body(nested(255).as_bytes()));
        assert!(combine == intact_pact_model::Combine::Or || !comparison.is_match());
        let too_deep = matcher.compare(&ActualResponse::new(200, &headers).with_body(nested(100_000).as_bytes()));
        assert!(too_deep.mismatches()[0].description().contains("nest deeper than 256 levels"));
    }
}

/// Every kind of step that a walk over a document can take, at every level of the deepest documents: none may need more
/// stack than a test thread has, which is as little as threads commonly get. And although rules of several kinds go through
/// the contents several times, the work must not double with each level.
#[test]
fn the_deepest_documents_are_compared_whatever_the_rules() {
    let any_key = || EachRule { rules: vec![MatchingRule::Regex(".*".to_owned())], ..EachRule::default() };
    let not_empty = || MatchingRule::EachValue(EachRule { rules: vec![MatchingRule::NotEmpty], ..EachRule::default() });
    let like = || MatchingRule::Type { min: None, max: None };
    let documents = [("{\"a\":", "}", ".a", 256), ("[", "]", "[0]", 256), ("{\"a\":[", "]}", ".*", 128)];
    for (open, close, step, levels) in documents {
        let nested = |leaf: &str| format!("{}{leaf}{}", open.repeat(levels), close.repeat(levels));
        for combine in [intact_pact_model::Combine::And, intact_pact_model::Combine::Or] {
            for rules in [
                vec![MatchingRule::Values, MatchingRule::EachKey(any_key())],
                vec![like(), not_empty()],
                vec![like(), not_empty(), not_empty()],
                vec![MatchingRule::ArrayContains(Vec::new()), like()],
                vec![MatchingRule::Equality, MatchingRule::NotEmpty],
            ] {
                let mut expected = expecting(nested("1"));
                for depth in 0..256 {
                    let path = format!("${}", step.repeat(depth));
                    expected.matching_rules.body.insert(path, RuleList { combine, rules: rules.clone() });
                }
                let (matcher, headers) = (compile(&expected), json_headers());
                let (same, other) = (nested("1"), nested("\"x\""));
                assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(same.as_bytes())), "{rules:?}");
                let other = ActualResponse::new(200, &headers).with_body(other.as_bytes());
                assert_eq!(matcher.matches(&other), matcher.compare(&other).is_match());
            }
        }
    }
}

#[test]
fn rules_in_rules_fit_on_the_stack_as_deep_as_they_may_nest() {
    let mut rule = MatchingRule::Integer;
    for _ in 0..60 {
        let mut variant = ArrayVariant::default();
        variant.rules.insert("$".to_owned(), RuleList::of(rule));
        rule = MatchingRule::ArrayContains(vec![variant]);
    }
    let nested = |leaf: &str| format!("{}{leaf}{}", "[".repeat(250), "]".repeat(250));
    let mut expected = expecting(nested("1"));
    expected.matching_rules.body.insert("$".to_owned(), RuleList::of(rule));
    let (matcher, headers) = (compile(&expected), json_headers());
    assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(nested("1").as_bytes())));
    assert!(!matcher.matches(&ActualResponse::new(200, &headers).with_body(nested("\"x\"").as_bytes())));
}

/// An `equality` says all there is to say about what is below it: it must not be asked again at every level.
#[test]
fn equality_costs_the_size_of_a_document_and_not_its_depth() {
    let deep = format!("{}{}{}", "[".repeat(250), vec!["1"; 40_000].join(","), "]".repeat(250));
    let mut expected = expecting(deep.clone());
    expected.matching_rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::Equality));
    let (matcher, headers) = (compile(&expected), json_headers());
    assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(deep.as_bytes())));
    let other = deep.replacen('1', "2", 1);
    let comparison = matcher.compare(&ActualResponse::new(200, &headers).with_body(other.as_bytes()));
    assert_eq!(comparison.mismatches().len(), 2, "the whole and the place");
}

#[test]
fn expressions_that_nest_without_end_are_refused() {
    for pattern in [
        format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("{}a{}", "(?=".repeat(100_000), ")".repeat(100_000)),
        format!("{}a{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a{}", "{1}".repeat(50_000)),
        format!("(?=a){}", "(a|".repeat(50_000)),
    ] {
        let mut expected = expecting("\"a\"");
        expected.matching_rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::Regex(pattern)));
        let headers = json_headers();
        let comparison = compile(&expected).compare(&ActualResponse::new(200, &headers).with_body(b"\"b\""));
        assert_eq!(comparison.mismatches().len(), 1);
    }
}

#[test]
fn alternatives_at_every_level_do_not_multiply() {
    let nested = |leaf: &str| format!("{}{leaf}{}", r#"{"a":["#.repeat(100), "]}".repeat(100));
    let mut expected = expecting(nested("1"));
    let rules = vec![
        MatchingRule::Type { min: None, max: None },
        MatchingRule::Null,
        MatchingRule::NotEmpty,
        MatchingRule::Regex("x".to_owned()),
    ];
    expected.matching_rules.body.insert("$".to_owned(), RuleList { combine: intact_pact_model::Combine::Or, rules });
    let headers = json_headers();
    let actual = nested("\"\"");
    let actual = ActualResponse::new(200, &headers).with_body(actual.as_bytes());
    assert!(!compile(&expected).matches(&actual));
    assert!(!compile(&expected).compare(&actual).is_match());
}

#[test]
fn a_catastrophic_expression_gives_up_and_says_so() {
    let actual = format!(r#"{{"v": "{}"}}"#, "a".repeat(60));
    let found = compare_response_json(
        r#"{"v": "ac"}"#,
        r#"{"$.v": {"matchers": [{"match": "regex", "regex": "(?=x?)(a|a)*\\1c"}]}}"#,
        &actual,
    );
    assert!(found.ends_with("could not be decided: the expression needs too many steps"), "{found}");
}

/// What one value may take is a fraction of a second; ten thousand of them would take hours.
#[test]
fn catastrophic_expressions_end_for_a_whole_document_too() {
    let value = format!("\"{}\"", "a".repeat(60));
    let list = format!("[{}]", vec![value; 10_000].join(","));
    let found = compare_response_json(
        r#"["ac"]"#,
        r#"{"$": {"matchers": [{"match": "type"}]}, "$[*]": {"matchers": [{"match": "regex", "regex": "(?=x?)(a|a)*\\1c"}]}}"#,
        &list,
    );
    assert_eq!(found.lines().count(), 10_000);
    assert!(found.lines().all(|line| line.ends_with("could not be decided: the expression needs too many steps")));
}

#[test]
fn there_is_an_end_to_what_is_listed() {
    let zeros = format!("[{}0]", "0,".repeat(150_000));
    let comparison = compare_response_json(
        "[1]",
        r#"{"$[*]": {"matchers": [{"match": "equality"}]}, "$": {"matchers": [{"match": "type"}]}}"#,
        &zeros,
    );
    assert_eq!(comparison.lines().count(), 100_001);
    assert!(comparison.ends_with("There are more than 100000 differences: the others are not listed"));
}

#[test]
fn what_is_no_text_is_no_document() {
    let headers = json_headers();
    let matcher = compile(&expecting("{\"a\": \"x\"}"));
    for (body, why) in [
        (&b"{\"a\": \"\xff\"}"[..], "invalid unicode code point at line 1, column 8"),
        (br#"{"a": "\ud83d"}"#, "surrogate"),
        (br#"{"a": "\ude00\ud83d"}"#, "surrogate"),
    ] {
        let comparison = matcher.compare(&ActualResponse::new(200, &headers).with_body(body));
        assert_eq!(comparison.mismatches().len(), 1);
        let text = comparison.mismatches()[0].description();
        assert!(text.starts_with("Failed to parse the actual body: '") && text.contains(why), "{text}");
    }
}

#[test]
fn of_repeated_names_the_last_counts_however_many_there_are() {
    let actual = format!("{{{}\"a\": 2}}", "\"a\": 1, ".repeat(100_000));
    assert_eq!(compare_response_json(r#"{"a": 2}"#, "{}", &actual), "");
}

#[test]
#[ignore = "long: run by cargo xtask soak"]
fn a_hundred_megabytes_are_compared_on_either_side() {
    let large = format!("[{}0]", "1234567,".repeat(12_500_000));
    let mut expected = expecting("[1]");
    expected.matching_rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::Type { min: None, max: None }));
    let headers = json_headers();
    assert!(compile(&expected).matches(&ActualResponse::new(200, &headers).with_body(large.as_bytes())));
    let whole = compile(&expecting(large.as_str()));
    assert!(whole.matches(&ActualResponse::new(200, &headers).with_body(large.as_bytes())));
    let comparison = whole.compare(&ActualResponse::new(200, &headers).with_body(b"[]"));
    assert_eq!(comparison.mismatches().len(), 100_001);
}

#[test]
fn rules_that_hold_rules_without_end_are_an_error() {
    let mut rule = MatchingRule::Integer;
    for _ in 0..200 {
        rule = MatchingRule::EachValue(EachRule { rules: vec![rule], ..EachRule::default() });
    }
    let mut expected = expecting("{}");
    expected.matching_rules.body.insert("$.a".to_owned(), RuleList::of(rule));
    let error = ResponseMatcher::compile(&expected, SpecVersion::V4).expect_err("too deep");
    assert!(matches!(error, CompileError::NestedTooDeeply { .. }));
    insta::assert_snapshot!(error, @"the matching rules of the body at `$.a` nest deeper than 64 levels");
}

#[test]
fn long_values_are_cut_in_the_sentences() {
    let list = format!("[{}0]", "0,".repeat(50_000));
    let comparison = compare_response_json(&list, "{}", "[0]");
    assert!(comparison.len() < 5_000_000, "one short line for each missing item");
    let nested = compare_response_json("1", "{}", &list);
    assert!(nested.len() < 5_000, "{}", nested.len());
    let wide = compare_response_json(&format!(r#"{{"a": "{}"}}"#, "x".repeat(1_000_000)), "{}", r#"{"a": "y"}"#);
    assert!(wide.len() < 5_000, "{}", wide.len());
}

#[test]
fn markup_and_sql_in_names_are_just_names() {
    let name = "<script>alert('1')</script>'; DROP TABLE x; --";
    let expected = Json::object([(name, 1)]).to_compact();
    let actual = Json::object([(name, 2)]).to_compact();
    let found = compare_response_json(&expected, "{}", &actual);
    assert_eq!(
        found,
        r"$['<script>alert(\'1\')</script>\'; DROP TABLE x; --'] -> Expected 2 (Integer) to be equal to 1 (Integer)"
    );
}
