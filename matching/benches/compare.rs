//! How long comparing takes: what grows with the body, and what must not grow with the number of rules.
//!
//! The measure is `serde_json`: reading both bodies into `serde_json::Value`, which is where any comparison has to begin.
//! Look at ratios within one run only. After the measurements the goals are printed, each with what this run made of it.

mod documents;
mod goals;

use std::time::Duration;

use divan::{Bencher, black_box};
use documents::{
    MB, catastrophic_values, expecting, headers, items_like_one_long, members_under_rules, orders, twelve_rules,
};
use goals::Goal;
use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::{HttpResponse, Json, JsonValue, SpecVersion};

fn main() {
    divan::main();
    goals::print(goals);
}

const SIZES: [usize; 2] = [1, 10];

/// From two texts to an answer under twelve rules: the contract's body is read, the actual one is read, and they are compared.
#[divan::bench(args = SIZES, sample_count = 20)]
fn read_both_and_compare(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    let expected = under_twelve_rules(&text);
    bencher.bench(|| compare_once(&expected, &text));
}

/// The measure for [`read_both_and_compare`].
#[divan::bench(args = SIZES, sample_count = 20)]
fn read_both_with_serde_json(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    bencher.bench(|| (read_with_serde_json(&text), read_with_serde_json(&text)));
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn read_one(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    bencher.bench(|| Json::parse(black_box(text.as_bytes())));
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn read_one_and_own_it(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    bencher.bench(|| JsonValue::parse_owned(black_box(text.as_bytes())));
}

fn under_twelve_rules(text: &str) -> HttpResponse {
    let mut expected = expecting(text);
    twelve_rules(&mut expected);
    expected
}

/// Everything from the texts to the answer.
fn compare_once(expected: &HttpResponse, text: &str) {
    let matcher = ResponseMatcher::compile(black_box(expected), SpecVersion::V4).expect("rules that compile");
    let headers = headers();
    let comparison = matcher.compare(&ActualResponse::new(200, &headers).with_body(black_box(text.as_bytes())));
    assert!(comparison.is_match(), "{:?}", comparison.mismatches());
}

fn read_with_serde_json(text: &str) -> serde_json::Value {
    serde_json::from_slice(black_box(text.as_bytes())).expect("a document")
}

/// What a mock server does for each request: the contract is compiled, the traffic is read and compared.
fn compare(bencher: Bencher<'_, '_>, expected: &HttpResponse, actual: &str, verdict: bool) {
    let matcher = ResponseMatcher::compile(expected, SpecVersion::V4).expect("rules that compile");
    let headers = headers();
    let actual = ActualResponse::new(200, &headers).with_body(actual.as_bytes());
    if verdict {
        bencher.bench(|| matcher.matches(black_box(&actual)));
    } else {
        bencher.bench(|| matcher.compare(black_box(&actual)));
    }
}

#[divan::bench]
fn one_megabyte_by_equality(bencher: Bencher<'_, '_>) {
    compare(bencher, &expecting(&orders(MB)), &orders(MB), false);
}

/// `eachLike`: one order is the example for all.
#[divan::bench]
fn one_megabyte_like_one_example(bencher: Bencher<'_, '_>) {
    let mut expected = expecting(&orders(20));
    twelve_rules(&mut expected);
    compare(bencher, &expected, &orders(MB), false);
}

#[divan::bench]
fn one_megabyte_all_different_report(bencher: Bencher<'_, '_>) {
    compare(bencher, &expecting(&orders(MB)), &orders(MB).replace("\"A-", "\"B-"), false);
}

#[divan::bench]
fn one_megabyte_all_different_verdict(bencher: Bencher<'_, '_>) {
    compare(bencher, &expecting(&orders(MB)), &orders(MB).replace("\"A-", "\"B-"), true);
}

/// Ten thousand members under one rule, or under a rule each: what a rule costs is paid when it is compiled.
#[divan::bench(args = [1, 100, 10_000])]
fn ten_thousand_members_under_rules(bencher: Bencher<'_, '_>, rules: usize) {
    let (expected, text) = members_under_rules(rules);
    compare(bencher, &expected, &text, false);
}

/// The same, with compiling: this part may grow with the rules.
#[divan::bench(args = [1, 100, 10_000])]
fn compile_rules_for_ten_thousand_members(bencher: Bencher<'_, '_>, rules: usize) {
    let (expected, _) = members_under_rules(rules);
    bencher.bench(|| ResponseMatcher::compile(black_box(&expected), SpecVersion::V4).expect("rules that compile"));
}

/// An expression that no text of this kind can be decided with in a lifetime: it ends at a limit, and is a mismatch.
#[divan::bench(args = [1, 10_000], sample_count = 5, sample_size = 1)]
fn catastrophic_regex_on_values(bencher: Bencher<'_, '_>, values: usize) {
    let (expected, text) = catastrophic_values(values);
    compare(bencher, &expected, &text, false);
}

/// Very many small items, each to be like one example that is much larger: it must not be read for each of them.
#[divan::bench(args = [400_000, 800_000], sample_count = 5, sample_size = 1)]
fn many_items_like_one_long_example(bencher: Bencher<'_, '_>, items: usize) {
    let (expected, text) = items_like_one_long(items);
    compare(bencher, &expected, &text, false);
}

fn goals() -> Vec<Goal> {
    let (small, large) = (orders(MB), orders(10 * MB));
    let (expect_small, expect_large) = (under_twelve_rules(&small), under_twelve_rules(&large));
    let [ours, theirs, small] = goals::fastest(
        10,
        [
            &|| compare_once(&expect_large, &large),
            &|| drop((read_with_serde_json(&large), read_with_serde_json(&large))),
            &|| compare_once(&expect_small, &small),
        ],
    );

    let (one, many) = (members_under_rules(1), members_under_rules(10_000));
    let compiled = [&one.0, &many.0].map(|own| ResponseMatcher::compile(own, SpecVersion::V4).expect("rules"));
    let headers = headers();
    let matches = |matcher: &ResponseMatcher, text: &str| {
        assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(black_box(text.as_bytes()))));
    };
    let [under_one, under_many] =
        goals::fastest(200, [&|| matches(&compiled[0], &one.1), &|| matches(&compiled[1], &many.1)]);

    let (expected, text) = catastrophic_values(10_000);
    let matcher = ResponseMatcher::compile(&expected, SpecVersion::V4).expect("rules");
    let actual = ActualResponse::new(200, &headers).with_body(text.as_bytes());
    let [gave_up] = goals::fastest(3, [&|| assert_eq!(matcher.compare(&actual).mismatches().len(), 10_000)]);

    vec![
        Goal::ratio(
            "read both sides of 10 MB and compare under 12 rules, to two parses by serde_json",
            ours,
            theirs,
            1.5,
        ),
        Goal::ratio("the same for 10 MB, to ten times the same for 1 MB", ours, small * 10, 1.5),
        Goal::ratio("10,000 members under a rule each, to all under one rule", under_many, under_one, 2.0),
        Goal::time("give up a catastrophic regex on 10,000 values", gave_up, Duration::from_secs(2)),
    ]
}
