//! How long comparing takes: what grows with the body, and what must not grow with the number of rules.
//!
//! The measure is `serde_json`: reading both bodies into `serde_json::Value`, which is where any comparison has to begin.
//! Look at ratios within one run only.

mod documents;

use divan::{Bencher, black_box};
use documents::{MB, expecting, headers, orders, twelve_rules};
use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::rules::MatchingRule;
use intact_pact_model::{HttpResponse, Json, JsonValue, RuleList, SpecVersion};

fn main() {
    divan::main();
}

const SIZES: [usize; 2] = [1, 10];

/// From two texts to an answer under twelve rules: the contract's body is read, the actual one is read, and they are compared.
#[divan::bench(args = SIZES, sample_count = 20)]
fn read_both_and_compare(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    let mut expected = expecting(&text);
    twelve_rules(&mut expected);
    let headers = headers();
    bencher.bench(|| {
        let matcher = ResponseMatcher::compile(black_box(&expected), SpecVersion::V4).expect("rules that compile");
        let comparison = matcher.compare(&ActualResponse::new(200, &headers).with_body(black_box(text.as_bytes())));
        assert!(comparison.is_match(), "{:?}", comparison.mismatches());
    });
}

/// The measure for [`read_both_and_compare`].
#[divan::bench(args = SIZES, sample_count = 20)]
fn read_both_with_serde_json(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    let read = || serde_json::from_slice::<serde_json::Value>(black_box(text.as_bytes())).expect("a document");
    bencher.bench(|| (read(), read()));
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

fn members_under_rules(rules: usize) -> (HttpResponse, String) {
    let name = |at: usize| format!("member{at}");
    let text = Json::object((0..10_000).map(|at| (name(at), at))).to_compact();
    let mut expected = expecting(&text);
    if rules == 1 {
        expected.matching_rules.body.insert("$.*".to_owned(), RuleList::of(MatchingRule::Integer));
    } else {
        for at in 0..rules {
            expected.matching_rules.body.insert(format!("$.{}", name(at)), RuleList::of(MatchingRule::Integer));
        }
    }
    (expected, text)
}
