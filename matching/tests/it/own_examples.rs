//! `compare(x, x)` is empty: whatever is expected satisfies itself, without rules and under all rules that it satisfies, in
//! every part of a request or response.

use intact_matching::{ActualRequest, RequestMatcher, ResponseMatcher};
use intact_pact_model::integration::{self, FilePart};
use intact_pact_model::{
    Body, Combine, ContentType, Headers, HttpRequest, HttpResponse, Json, MatchingRule, MatchingRules, Query, RuleList,
    SpecVersion,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Texts of one kind, and rules that all of them satisfy.
fn kinds() -> Vec<(Vec<&'static str>, Vec<MatchingRule>)> {
    use MatchingRule as R;
    let any_text = [R::Type { min: None, max: None }, R::Equality, R::NotEmpty, R::Regex(".+".to_owned())];
    let with = |rules: &[R]| any_text.iter().chain(rules).cloned().collect();
    vec![
        (
            vec!["0", "7", "-12", "+3", "123456789012345678901234567890"],
            with(&[R::Integer, R::Number, R::Decimal, R::Regex(r"[-+]?\d+".to_owned())]),
        ),
        (vec!["1.5", "-0.25", "1e3", "15"], with(&[R::Number, R::Decimal, R::Regex("[-0-9.e]*".to_owned())])),
        (vec!["true", "false"], with(&[R::Boolean, R::Include("e".to_owned()), R::Regex("true|false".to_owned())])),
        (
            vec!["2024-02-29", "1999-12-31"],
            with(&[R::Date(String::new()), R::Date("yyyy-MM-dd".to_owned()), R::Include("-".to_owned())]),
        ),
        (vec!["00:00:00", "23:59:59"], with(&[R::Time(String::new()), R::Regex(r"(\d\d:?)+".to_owned())])),
        (vec!["2024-02-29T12:30:00Z", "2024-02-29T12:30:00+02:00"], with(&[R::DateTime(String::new())])),
        (vec!["1.0.0", "2.10.3-rc.1+build"], with(&[R::Semver, R::Include(".".to_owned())])),
        (vec!["grün & blau", "a=b", "50% off", "a/b?c#d", "/x/y", "it's"], with(&[R::Values])),
    ]
}

/// Values of one name with rules that they satisfy.
fn values(at_most: usize) -> impl Strategy<Value = (Vec<String>, RuleList)> {
    select(kinds()).prop_flat_map(move |(texts, rules)| {
        let texts = proptest::collection::vec(select(texts), 1..=at_most);
        let count = 0..=3.min(rules.len());
        (texts, subsequence(rules, count), any::<bool>(), any::<bool>()).prop_map(|(texts, mut rules, or, sized)| {
            let size = Some(texts.len() as u64);
            if sized && !rules.is_empty() {
                rules.push(MatchingRule::Type { min: size, max: size });
            }
            let combine = if or { Combine::Or } else { Combine::And };
            (texts.into_iter().map(ToOwned::to_owned).collect(), RuleList { combine, rules })
        })
    })
}

/// Under several names.
fn named(at_most: usize) -> impl Strategy<Value = Vec<(String, Vec<String>, RuleList)>> {
    let name = select(vec!["a", "B-c", "x_y", "Accept", "1", "vary"]);
    proptest::collection::btree_map(name, values(at_most), 0..4)
        .prop_map(|named| named.into_iter().map(|(name, (values, rules))| (name.to_owned(), values, rules)).collect())
}

fn rules_of(named: &[(String, Vec<String>, RuleList)]) -> impl Iterator<Item = (String, RuleList)> {
    named.iter().filter(|(_, _, list)| !list.is_empty()).map(|(name, _, list)| (name.clone(), list.clone()))
}

fn request_satisfies_itself(request: &HttpRequest) -> Result<(), TestCaseError> {
    let comparison =
        RequestMatcher::compile(request, SpecVersion::V4).expect("rules that compile").compare_with(request);
    prop_assert!(comparison.is_match(), "{:#?}\n{request:#?}", comparison.mismatches());
    Ok(())
}

fn response_satisfies_itself(response: &HttpResponse) -> Result<(), TestCaseError> {
    let comparison =
        ResponseMatcher::compile(response, SpecVersion::V4).expect("rules that compile").compare_with(response);
    prop_assert!(comparison.is_match(), "{:#?}\n{response:#?}", comparison.mismatches());
    Ok(())
}

/// A request and a response with this body.
fn both_satisfy_themselves(body: &Body, rules: MatchingRules) -> Result<(), TestCaseError> {
    let request = HttpRequest { body: body.clone(), matching_rules: rules.clone(), ..HttpRequest::default() };
    request_satisfies_itself(&request)?;
    response_satisfies_itself(&HttpResponse { body: body.clone(), matching_rules: rules, ..HttpResponse::default() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(512)))]

    #[test]
    fn queries(named in named(3)) {
        let mut query = Query::default();
        for (name, values, _) in &named {
            query.set(name.clone(), values.iter().cloned().map(Some).collect());
        }
        let matching_rules = MatchingRules { query: rules_of(&named).collect(), ..MatchingRules::default() };
        request_satisfies_itself(&HttpRequest { query, matching_rules, ..HttpRequest::default() })?;
    }

    #[test]
    fn queries_as_they_are_sent(text in "([a-z%=&+ü;\\[\\]]|%[0-9A-F]{2}){0,12}") {
        request_satisfies_itself(&HttpRequest { query: Query::parse(&text), ..HttpRequest::default() })?;
    }

    #[test]
    fn headers(named in named(3)) {
        let headers = named.iter().map(|(name, values, _)| (name.clone(), values.clone())).collect();
        let matching_rules = MatchingRules { header: rules_of(&named).collect(), ..MatchingRules::default() };
        response_satisfies_itself(&HttpResponse { headers, matching_rules, ..HttpResponse::default() })?;
    }

    #[test]
    fn headers_of_any_text(line in "[ -~]{0,16}", name in "(Accept|Content-Type|X-Any|Set-Cookie|Date)") {
        let mut response = HttpResponse::default();
        response.headers.append_line(&name, &line);
        response_satisfies_itself(&response)?;
    }

    #[test]
    fn paths(path in "(/[ -~é]{0,5}){1,3}", (mut values, rules) in values(1)) {
        request_satisfies_itself(&HttpRequest { path, ..HttpRequest::default() })?;
        let matching_rules = MatchingRules { path: rules, ..MatchingRules::default() };
        request_satisfies_itself(&HttpRequest { path: values.remove(0), matching_rules, ..HttpRequest::default() })?;
    }

    #[test]
    fn texts(text in "(?s).{0,16}", (values, rules) in values(1)) {
        let content_type = Some(ContentType::text());
        both_satisfy_themselves(&Body::new(text, content_type.clone()), MatchingRules::default())?;
        let body = [("$".to_owned(), rules)].into_iter().filter(|(_, list)| !list.is_empty()).collect();
        let rules = MatchingRules { body, ..MatchingRules::default() };
        both_satisfy_themselves(&Body::new(values[0].clone(), content_type), rules)?;
    }

    #[test]
    fn forms(named in named(3)) {
        let mut query = Query::default();
        for (name, values, _) in &named {
            query.set(name.clone(), values.iter().cloned().map(Some).collect());
        }
        let body = rules_of(&named).map(|(name, list)| (format!("$['{name}']"), list)).collect();
        let form = ContentType::parse("application/x-www-form-urlencoded");
        let rules = MatchingRules { body, ..MatchingRules::default() };
        both_satisfy_themselves(&Body::new(query.to_query_string(), form), rules)?;
    }

    #[test]
    fn bytes(bytes in proptest::collection::vec(any::<u8>(), 0..16), kind in "(application/octet-stream|image/png|text/plain|text/csv)") {
        both_satisfy_themselves(&Body::new(bytes, ContentType::parse(&kind)), MatchingRules::default())?;
    }
}

/// XML that was described in JSON, with matchers of every place.
#[test]
fn described_xml() {
    let json = br#"{"headers": {"Content-Type": "application/xml"}, "method": "PUT", "body": {"root": {
        "name": "ns:orders", "attributes": {"xmlns:ns": "urn:shop"}, "children": [
          {"pact:matcher:type": "type", "examples": 2, "value": {"name": "ns:order",
            "attributes": {"id": {"pact:matcher:type": "integer", "value": 1}},
            "children": [{"name": "day", "children": [{"content": "2024-02-29", "matcher": {"pact:matcher:type": "date"}}]}]}},
          {"name": "total", "children": [{"content": "1.50", "matcher": {"pact:matcher:type": "decimal"}}]}]}}}"#;
    let json = Json::parse(json).expect("JSON");
    let request = integration::http_request(&json).unwrap_or_else(|error| panic!("{error}")).value;
    request_satisfies_itself(&request).unwrap_or_else(|error| panic!("{error}"));

    let places = |body: &str| {
        let matcher = RequestMatcher::compile(&request, SpecVersion::V4).expect("rules that compile");
        let actual = ActualRequest::new("PUT", "/", &request.headers).with_body(body.as_bytes());
        let comparison = matcher.compare(&actual);
        let places = comparison.mismatches().iter().filter_map(|mismatch| mismatch.identifier().map(ToOwned::to_owned));
        places.collect::<Vec<_>>()
    };
    let other = |id: &str, day: &str, total: &str| {
        format!(
            "<o:orders xmlns:o='urn:shop'><o:order id='{id}'><day>{day}</day></o:order><total>{total}</total></o:orders>"
        )
    };
    assert_eq!(places(&other("77", "1999-12-31", "9.99")), Vec::<String>::new());
    assert_eq!(
        places(&other("x", "today", "much")),
        [
            "$['urn:shop:orders']['urn:shop:order']['@id']",
            "$['urn:shop:orders']['urn:shop:order'].day['#text']",
            "$['urn:shop:orders'].total['#text']",
        ]
    );
}

/// Multipart bodies that were built part by part, and sent under another boundary.
#[test]
fn multipart_built_part_by_part() {
    let mut request = HttpRequest::default();
    let text = FilePart { name: "note", file_name: Some("a.txt"), content_type: "text/plain", bytes: b"hello" };
    let json = FilePart { name: "the order", file_name: None, content_type: "application/json", bytes: b"{\"a\":1}" };
    for part in [text, json] {
        integration::add_file_part(&mut request.headers, &mut request.body, &mut request.matching_rules, &part, "B")
            .unwrap_or_else(|error| panic!("{error}"));
    }
    request_satisfies_itself(&request).unwrap_or_else(|error| panic!("{error}"));

    let sent = |body: &str, note: &str| {
        let body = body.replace("--B", "--other").replace("hello", note);
        let headers = [("Content-Type".to_owned(), vec!["multipart/form-data; boundary=other".to_owned()])];
        let matcher = RequestMatcher::compile(&request, SpecVersion::V4).expect("rules that compile");
        let headers = Headers::from_iter(headers);
        matcher.matches(&ActualRequest::new(&request.method, &request.path, &headers).with_body(body.as_bytes()))
    };
    let body = str::from_utf8(request.body.bytes()).expect("text");
    assert!(sent(body, "any other text"));
    assert!(!sent(body, "GIF89a\u{1}\0\u{1}\0"), "an image");
    assert!(!sent(&body.replace("{\"a\":1}", "{"), "hello"), "not JSON");
}
