//! How much memory comparing takes at most; see the `max alloc` lines, and the goals after them.
//!
//! Apart from the other measurements, because counting costs time.

mod documents;
mod goals;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use documents::{
    MB, expecting, expecting_upload, expecting_xml, explain_once, headers, headers_of, members_under_rules,
    one_order_wrong, orders, twelve_rules, upload, xml_orders,
};
use goals::Goal;
use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::{HttpResponse, Json, RuleList, SpecVersion};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATIONS: AllocProfiler<PeakAlloc> = AllocProfiler::new(PeakAlloc);

static PEAK: PeakAlloc = PeakAlloc;

fn main() {
    divan::main();
    goals::print(goals);
}

fn read_both_and_compare(bencher: Bencher<'_, '_>, expected: &HttpResponse, text: &str) {
    bencher.counter(BytesCount::new(2 * text.len())).bench(|| compare_once(expected, text));
}

/// Everything from the texts to the answer.
fn compare_once(expected: &HttpResponse, text: &str) {
    let matcher = ResponseMatcher::compile(black_box(expected), SpecVersion::V4).expect("rules that compile");
    let headers = headers();
    assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(black_box(text.as_bytes()))));
}

fn orders_and_rules(megabytes: usize) -> (HttpResponse, String) {
    let text = orders(megabytes * MB);
    let mut expected = expecting(&text);
    twelve_rules(&mut expected);
    (expected, text)
}

fn numbers_and_rule(megabytes: usize) -> (HttpResponse, String) {
    let text = Json::array((0..megabytes * MB / 4).map(|at| 100 + at % 900)).to_compact();
    let mut expected = expecting(&text);
    let like = intact_pact_model::MatchingRule::Type { min: None, max: None };
    expected.matching_rules.body.insert("$".to_owned(), RuleList::of(like));
    (expected, text)
}

/// Counted with an allocator that cannot grow what it has given away: while a list grows, its old and its new place count both.
/// That is what costs lists of nothing but small numbers most; the real allocator mostly grows in place (see `max alloc`).
fn goals() -> Vec<Goal> {
    let peak = |(expected, text): (HttpResponse, String)| {
        let before = PEAK.current_usage();
        PEAK.reset_peak_usage();
        compare_once(&expected, &text);
        (PEAK.peak_usage() - before, 2 * text.len())
    };
    let peak_of = |expected: HttpResponse, content_type: &str, body: &[u8]| {
        let before = PEAK.current_usage();
        PEAK.reset_peak_usage();
        let matcher = ResponseMatcher::compile(black_box(&expected), SpecVersion::V4).expect("rules that compile");
        let headers = headers_of(content_type);
        assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(black_box(body))));
        (PEAK.peak_usage() - before, 2 * body.len())
    };
    let (xml, upload) = (xml_orders(10 * MB), upload(50 * MB));
    let of_xml = peak_of(expecting_xml(&xml), "application/xml", xml.as_bytes());
    let of_upload = peak_of(expecting_upload(&upload), "multipart/form-data; boundary=X", &upload);
    let (expected, wrong) = one_order_wrong(10);
    let before = PEAK.current_usage();
    PEAK.reset_peak_usage();
    explain_once(&expected, &wrong);
    let explained = (PEAK.peak_usage() - before, 2 * wrong.len());
    let goal = |what, (peak, input), at_most| Goal::memory(what, peak, input, at_most);
    vec![
        goal("10 MB of orders under 12 rules, for each byte of both bodies", peak(orders_and_rules(10)), Some(12.0)),
        goal("10 MB of three-digit numbers, for each byte of both bodies", peak(numbers_and_rule(10)), None),
        goal("10 MB of XML under 5 rules, for each byte of both bodies", of_xml, Some(24.0)),
        goal("an upload of 50 MB, for each byte of both bodies", of_upload, Some(2.0)),
        goal("one difference in 10 MB of orders explained, for each byte of both bodies", explained, Some(12.0)),
        goal("10,000 members under a rule each, for each byte of both bodies", peak(members_under_rules(10_000)), None),
    ]
}

#[divan::bench(args = [1, 10], sample_count = 3, sample_size = 1)]
fn orders_under_twelve_rules(bencher: Bencher<'_, '_>, megabytes: usize) {
    let (expected, text) = orders_and_rules(megabytes);
    read_both_and_compare(bencher, &expected, &text);
}

/// The worst that honest documents do: nothing but small numbers.
#[divan::bench(args = [1, 10], sample_count = 3, sample_size = 1)]
fn small_numbers(bencher: Bencher<'_, '_>, megabytes: usize) {
    let (expected, text) = numbers_and_rule(megabytes);
    read_both_and_compare(bencher, &expected, &text);
}

/// The measure for [`orders_under_twelve_rules`].
#[divan::bench(args = [1, 10], sample_count = 3, sample_size = 1)]
fn orders_read_with_serde_json(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = orders(megabytes * MB);
    let read = || serde_json::from_slice::<serde_json::Value>(black_box(text.as_bytes())).expect("a document");
    bencher.counter(BytesCount::new(2 * text.len())).bench(|| (read(), read()));
}
