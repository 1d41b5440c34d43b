//! How long comparing bodies other than JSON takes: XML with rules and uploads; and how long explaining what differs in a
//! large one. It must grow with their size and no faster.
//!
//! Look at ratios within one run only. After the measurements the goals are printed, each with what this run made of it.

mod documents;
mod goals;

use std::time::Duration;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use documents::{MB, expecting_upload, expecting_xml, explain_once, headers_of, one_order_wrong, upload, xml_orders};
use goals::Goal;
use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::{HttpResponse, SpecVersion};

fn main() {
    divan::main();
    goals::print(goals);
}

/// Everything from the bytes to the answer: the contract's body is read, the actual one is read, and they are compared.
fn compare_once(expected: &HttpResponse, content_type: &str, actual: &[u8]) {
    let matcher = ResponseMatcher::compile(black_box(expected), SpecVersion::V4).expect("rules that compile");
    let headers = headers_of(content_type);
    assert!(matcher.matches(&ActualResponse::new(200, &headers).with_body(black_box(actual))));
}

fn compare_xml(expected: &HttpResponse, actual: &str) {
    compare_once(expected, "application/xml", actual.as_bytes());
}

fn compare_upload(expected: &HttpResponse, actual: &[u8]) {
    compare_once(expected, "multipart/form-data; boundary=X", actual);
}

#[divan::bench(args = [1, 10], sample_count = 10)]
fn xml_under_five_rules(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = xml_orders(megabytes * MB);
    let expected = expecting_xml(&text);
    bencher.counter(BytesCount::new(2 * text.len())).bench(|| compare_xml(&expected, &text));
}

/// `eachLike`: one order is the example for all.
#[divan::bench(args = [1, 10], sample_count = 10)]
fn xml_like_one_example(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = xml_orders(megabytes * MB);
    let expected = expecting_xml(&xml_orders(100));
    bencher.counter(BytesCount::new(text.len())).bench(|| compare_xml(&expected, &text));
}

/// The measure: the reader alone.
#[divan::bench(args = [1, 10], sample_count = 10)]
fn xml_read_both_with_roxmltree(bencher: Bencher<'_, '_>, megabytes: usize) {
    let text = xml_orders(megabytes * MB);
    bencher.counter(BytesCount::new(2 * text.len())).bench(|| read_both(&text));
}

#[divan::bench(args = [5, 50], sample_count = 5, sample_size = 1)]
fn multipart_upload(bencher: Bencher<'_, '_>, megabytes: usize) {
    let body = upload(megabytes * MB);
    let expected = expecting_upload(&body);
    bencher.counter(BytesCount::new(2 * body.len())).bench(|| compare_upload(&expected, &body));
}

/// One difference in the middle: compared, and explained.
#[divan::bench(args = [1, 10], sample_count = 5, sample_size = 1)]
fn json_explained(bencher: Bencher<'_, '_>, megabytes: usize) {
    let (expected, text) = one_order_wrong(megabytes);
    bencher.counter(BytesCount::new(2 * text.len())).bench(|| explain_once(&expected, &text));
}

fn read_both(text: &str) {
    for _ in 0..2 {
        drop(black_box(roxmltree::Document::parse(black_box(text)).expect("a document")));
    }
}

fn goals() -> Vec<Goal> {
    let (small, large) = (xml_orders(MB), xml_orders(10 * MB));
    let (expect_small, expect_large) = (expecting_xml(&small), expecting_xml(&large));
    let like_one = expecting_xml(&xml_orders(100));
    let [of_one, of_ten, reader, like_of_one, like_of_ten] = goals::fastest(
        5,
        [
            &|| compare_xml(&expect_small, &small),
            &|| compare_xml(&expect_large, &large),
            &|| read_both(&small),
            &|| compare_xml(&like_one, &small),
            &|| compare_xml(&like_one, &large),
        ],
    );
    let pair = |bytes| {
        let body = upload(bytes);
        (expecting_upload(&body), body)
    };
    let compare = |(expected, body): &(HttpResponse, Vec<u8>)| compare_upload(expected, body);
    // Ten small ones, not ten times the same: that would stay in the processor's cache, and the memory be what is measured.
    let (small, large) = ([5 * MB; 10].map(pair), pair(50 * MB));
    let [ten_of_five, of_fifty] = goals::fastest(5, [&|| small.iter().for_each(compare), &|| compare(&large)]);
    let (wrong_small, wrong_large) = (one_order_wrong(1), one_order_wrong(10));
    let [explained_one, explained_ten] = goals::fastest(
        3,
        [&|| explain_once(&wrong_small.0, &wrong_small.1), &|| explain_once(&wrong_large.0, &wrong_large.1)],
    );
    vec![
        Goal::ratio(
            "XML: read both sides of 1 MB and compare under 5 rules, to two parses by roxmltree",
            of_one,
            reader,
            5.0,
        ),
        Goal::ratio("the same for 10 MB, to ten times the same for 1 MB", of_ten, of_one * 10, 1.5),
        Goal::ratio("XML like one example: 10 MB, to ten times 1 MB", like_of_ten, like_of_one * 10, 1.5),
        Goal::time("1 MB of XML under 5 rules", of_one, Duration::from_millis(150)),
        Goal::ratio("an upload of 50 MB, to ten of 5 MB", of_fifty, ten_of_five, 1.5),
        Goal::time("an upload of 50 MB", of_fifty, Duration::from_secs(1)),
        Goal::ratio(
            "one difference in 10 MB of JSON explained, to ten times in 1 MB",
            explained_ten,
            explained_one * 10,
            1.5,
        ),
        Goal::time("one difference in 10 MB of JSON explained", explained_ten, Duration::from_secs(1)),
    ]
}
