//! The documents that the measurements are about. Not every measurement needs all of them.
#![allow(dead_code, reason = "each of the benchmarks has a copy of its own")]

use intact_matching::{ActualResponse, ResponseMatcher};
use intact_pact_model::rules::MatchingRule;
use intact_pact_model::{Body, ContentType, Headers, HttpResponse, Json, JsonValue, RuleList, SpecVersion};

/// One megabyte.
pub(crate) const MB: usize = 1_000_000;

/// A list of orders of about so many bytes: objects in arrays, short texts, integers and decimals, an escape here and there.
pub(crate) fn orders(bytes: usize) -> String {
    let mut text = String::from("{\"orders\":[");
    let mut at = 0;
    while text.len() < bytes {
        let order = Json::object([
            ("id", Json::from(at)),
            ("customer", Json::from(format!("Customer number {at}"))),
            ("created", Json::from("2024-02-29T12:00:00Z")),
            ("note", Json::from(if at % 8 == 0 { "say \"when\"" } else { "nothing to say" })),
            ("express", Json::from(at % 3 == 0)),
            ("lines", Json::array((0..4).map(line))),
        ]);
        if at > 0 {
            text.push(',');
        }
        text.push_str(&order.to_compact());
        at += 1;
    }
    text.push_str("]}");
    text
}

fn line(at: usize) -> JsonValue {
    Json::object([
        ("sku", Json::from(format!("A-{at}"))),
        ("quantity", Json::from(at)),
        ("price", Json::parse(b"79.90").expect("a number")),
    ])
}

/// Twelve rules for [`orders`], as test authors write them.
pub(crate) fn twelve_rules(expected: &mut HttpResponse) {
    let like = || MatchingRule::Type { min: None, max: None };
    for (path, rule) in [
        ("$", like()),
        ("$.orders", MatchingRule::Type { min: Some(1), max: None }),
        ("$.orders[*].*", like()),
        ("$.orders[*].id", MatchingRule::Integer),
        ("$.orders[*].customer", MatchingRule::Regex(r"Customer number \d+".to_owned())),
        ("$.orders[*].created", MatchingRule::DateTime(String::new())),
        ("$.orders[*].note", MatchingRule::NotEmpty),
        ("$.orders[*].express", MatchingRule::Boolean),
        ("$.orders[*].lines", MatchingRule::Type { min: Some(1), max: Some(100) }),
        ("$.orders[*].lines[*].sku", MatchingRule::Include("A-".to_owned())),
        ("$.orders[*].lines[*].quantity", MatchingRule::Number),
        ("$.orders[*].lines[*].price", MatchingRule::Decimal),
    ] {
        expected.matching_rules.body.insert(path.to_owned(), RuleList::of(rule));
    }
}

/// A response that is expected to have this body.
pub(crate) fn expecting(document: &str) -> HttpResponse {
    HttpResponse { body: Body::new(document.to_owned(), Some(ContentType::json())), ..HttpResponse::default() }
}

/// The headers of an actual response with a JSON body.
pub(crate) fn headers() -> Headers {
    Headers::from_iter([("Content-Type".to_owned(), vec!["application/json".to_owned()])])
}

/// Ten thousand members under one rule, or under a rule each.
pub(crate) fn members_under_rules(rules: usize) -> (HttpResponse, String) {
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

/// A list of texts under an expression that takes the square of the square of their length to refuse them.
pub(crate) fn catastrophic_values(count: usize) -> (HttpResponse, String) {
    let mut expected = expecting(r#"["ac"]"#);
    let rules = &mut expected.matching_rules.body;
    rules.insert("$".to_owned(), RuleList::of(MatchingRule::Type { min: None, max: None }));
    rules.insert("$[*]".to_owned(), RuleList::of(MatchingRule::Regex(r"(?=x?)(a|a)*\1c".to_owned())));
    (expected, Json::array((0..count).map(|_| Json::from("a".repeat(60)))).to_compact())
}

/// So many empty lists, where each is to be like one of 6,500 numbers.
pub(crate) fn items_like_one_long(items: usize) -> (HttpResponse, String) {
    let mut expected = expecting(&format!("[[{}]]", vec!["1234567"; 6_500].join(",")));
    let like = RuleList::of(MatchingRule::Type { min: None, max: None });
    expected.matching_rules.body.insert("$".to_owned(), like);
    (expected, format!("[{}]", vec!["[]"; items].join(",")))
}

/// The orders as XML of about so many bytes, with a namespace, attributes, texts and a list.
pub(crate) fn xml_orders(bytes: usize) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<o:orders xmlns:o=\"urn:shop:orders\">");
    let mut at = 0;
    let lines = ["0", "1", "2", "3"]
        .map(|line| format!("<o:line sku=\"A-{line}\" count=\"{line}\"><price>79.90</price></o:line>"))
        .concat();
    while text.len() < bytes {
        let number = at.to_string();
        text.extend(["\n  <o:order id=\"", &number, "\"><customer>Customer number ", &number, "</customer>", &lines]);
        text.push_str("<note>say &quot;when&quot;</note></o:order>");
        at += 1;
    }
    text.push_str("</o:orders>");
    text
}

/// A response that is expected to have this document as XML, under rules as test authors write them.
pub(crate) fn expecting_xml(document: &str) -> HttpResponse {
    let mut expected =
        HttpResponse { body: Body::new(document.to_owned(), Some(ContentType::xml())), ..HttpResponse::default() };
    let order = "$['o:orders']['o:order']";
    for (path, rule) in [
        (order.to_owned(), MatchingRule::Type { min: Some(1), max: None }),
        (format!("{order}['@id']"), MatchingRule::Integer),
        (format!("{order}.customer['#text']"), MatchingRule::Regex(r"Customer number \d+".to_owned())),
        (format!("{order}['o:line']['@sku']"), MatchingRule::Include("A-".to_owned())),
        (format!("{order}['o:line'].price['#text']"), MatchingRule::Decimal),
    ] {
        expected.matching_rules.body.insert(path, RuleList::of(rule));
    }
    expected
}

/// An upload of a file of so many bytes, which are no text, and of a field beside it.
pub(crate) fn upload(bytes: usize) -> Vec<u8> {
    let mut body = b"--X\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na large file\r\n--X\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"large.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        .to_vec();
    // Bytes of all kinds, line breaks and dashes among them.
    body.extend((0..bytes).map(|at| (at.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]));
    body.extend(b"\r\n--X--\r\n");
    body
}

/// A response that is expected to have this upload.
pub(crate) fn expecting_upload(body: &[u8]) -> HttpResponse {
    let content_type = ContentType::parse("multipart/form-data; boundary=X");
    HttpResponse { body: Body::new(body.to_vec(), content_type), ..HttpResponse::default() }
}

/// The headers of an actual response of that type.
pub(crate) fn headers_of(content_type: &str) -> Headers {
    Headers::from_iter([("Content-Type".to_owned(), vec![content_type.to_owned()])])
}

/// Orders under twelve rules, and the same with a number in one of them that should be one, and is a text.
pub(crate) fn one_order_wrong(megabytes: usize) -> (HttpResponse, String) {
    let text = orders(megabytes * MB);
    let mut expected = expecting(&text);
    twelve_rules(&mut expected);
    let middle = text.len() / 2;
    let at = middle + text[middle..].find("\"quantity\":").expect("an order has a quantity");
    let wrong = format!("{}{}", &text[..at], text[at..].replacen("\"quantity\":", "\"quantity\":\"many\",\"was\":", 1));
    (expected, wrong)
}

/// From the texts to the explanation of one difference.
pub(crate) fn explain_once(expected: &HttpResponse, text: &str) {
    let matcher = ResponseMatcher::compile(expected, SpecVersion::V4).expect("rules that compile");
    let headers = headers();
    let actual = ActualResponse::new(200, &headers).with_body(text.as_bytes());
    let mismatches = matcher.compare(&actual);
    assert_eq!(mismatches.mismatches().len(), 1);
    let explanation = matcher.explain(&actual, mismatches.mismatches(), &|text| text.into());
    assert_eq!(explanation.findings.len(), 1);
}
