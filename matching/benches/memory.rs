//! How much memory comparing takes at most; see the `max alloc` lines.
//!
//! Apart from the other measurements, because counting costs time.

mod documents;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use documents::{MB, expecting, headers, orders, twelve_rules};
use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::{HttpResponse, Json, RuleList, SpecVersion};

#[global_allocator]
static ALLOCATIONS: AllocProfiler<std::alloc::System> = AllocProfiler::system();

fn main() {
    divan::main();
}

/// The goal is less than twelve bytes for each byte of both bodies together.
fn read_both_and_compare(bencher: Bencher<'_, '_>, text: &str, with_rules: impl Fn(&mut HttpResponse)) {
    let mut expected = expecting(text);
    with_rules(&mut expected);
    let headers = headers();
    bencher.counter(BytesCount::new(2 * text.len())).bench(|| {
        let matcher = ResponseMatcher::compile(black_box(&expected), SpecVersion::V4).expect("rules that compile");
        assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(black_box(text.as_bytes()))));
    });
}

#[divan::bench(args = [1, 10], sample_count = 3, sample_size = 1)]
fn orders_under_twelve_rules(bencher: Bencher<'_, '_>, megabytes: usize) {
    read_both_and_compare(bencher, &orders(megabytes * MB), twelve_rules);
}

/// The worst that honest documents do: nothing but small numbers.
#[divan::bench(args = [1, 10], sample_count = 3, sample_size = 1)]
fn small_numbers(bencher: Bencher<'_, '_>, megabytes: usize) {
    let numbers = Json::array((0..megabytes * MB / 4).map(|at| 100 + at % 900)).to_compact();
    read_both_and_compare(bencher, &numbers, |expected| {
        let like = intact_pact_model::MatchingRule::Type { min: None, max: None };
        expected.matching_rules.body.insert("$".to_owned(), RuleList::of(like));
    });
}

/// The measure for [`orders_under_twelve_rules`].
#[divan::bench(args = [1, 10], sample_count = 3, sample_size = 1)]
fn orders_read_with_serde_json(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    let read = || serde_json::from_slice::<serde_json::Value>(black_box(text.as_bytes())).expect("a document");
    bencher.counter(BytesCount::new(2 * text.len())).bench(|| (read(), read()));
}
