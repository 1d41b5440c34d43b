//! Bodies of every kind, cookies, status codes, generators: what each accepts, and what is said of those that make no sense.

use insta::assert_snapshot;
use intact::generators::{self, DataType, UuidForm};
use intact::matchers::{self, each_key_like, integer, like, number, one_of, regex, status_code, uuid_as};
use intact::xml::element;
use intact::{Contract, GraphQl, Request, Response, SpecVersion, StatusClass, Template, json_like};
use intact_matching::{ActualRequest, ActualResponse, RequestMatcher, ResponseMatcher};
use intact_pact_model::Headers;
use serde_json::json;

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";

pub(crate) fn posting(describe: impl FnOnce(Request) -> Request) -> Contract {
    Contract::between("a", "b").upon_receiving("it", |i| describe(i.post("/")).will_respond_with(204))
}

fn answering(describe: impl FnOnce(Response) -> Response) -> Contract {
    Contract::between("a", "b").upon_receiving("it", |i| describe(i.get("/").will_respond_with(200)))
}

pub(crate) fn problems(contract: &Contract) -> Vec<String> {
    contract.pact().expect_err("a contract that makes no sense").problems
}

pub(crate) fn headers(lines: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::default();
    for (name, line) in lines {
        headers.append_line(name, line);
    }
    headers
}

/// Does the contract take a request of this type and body?
pub(crate) fn takes(contract: &Contract, content_type: &str, body: &[u8]) -> bool {
    let pact = contract.pact().unwrap_or_else(|error| panic!("{error}"));
    let (request, _) = pact.interactions[0].as_http().expect("an HTTP interaction");
    let matcher = RequestMatcher::compile(request, pact.version).expect("rules that can be used");
    let headers = headers(&[("Content-Type", content_type)]);
    matcher.compare(&ActualRequest::new("POST", "/", &headers).with_body(body)).mismatches().is_empty()
}

fn takes_headers(contract: &Contract, lines: &[(&str, &str)]) -> bool {
    let pact = contract.pact().unwrap_or_else(|error| panic!("{error}"));
    let (request, _) = pact.interactions[0].as_http().expect("an HTTP interaction");
    let matcher = RequestMatcher::compile(request, pact.version).expect("rules that can be used");
    matcher.matches(&ActualRequest::new("POST", "/", &headers(lines)))
}

fn takes_response(contract: &Contract, status: u16, lines: &[(&str, &str)], body: &[u8]) -> bool {
    let pact = contract.pact().unwrap_or_else(|error| panic!("{error}"));
    let (_, response) = pact.interactions[0].as_http().expect("an HTTP interaction");
    let matcher = ResponseMatcher::compile(response, pact.version).expect("rules that can be used");
    matcher.matches(&ActualResponse::new(status, &headers(lines)).with_body(body))
}

#[test]
fn text_may_be_one_of_many() {
    let contract = posting(|r| r.text(regex(r"order \d+", "order 7")));
    assert!(takes(&contract, "text/plain", b"order 12"));
    assert!(!takes(&contract, "text/plain", b"order x"));
    assert!(!takes(&contract, "application/json", b"order 12"));
    assert_snapshot!(problems(&posting(|r| r.text(regex(r"order \d+", "order x"))))[0], @r#""it": the example of the request does not satisfy its own matcher `regex`: body $: Expected 'order x' to match 'order \d+'"#);
    assert_snapshot!(problems(&posting(|r| r.text(["a", "b"])))[0], @r#""it": the request body: it is one text, not a list"#);
    assert_snapshot!(problems(&posting(|r| r.text(like("a").generated_by(generators::random_string(3)))))[0], @r#""it": the request body: values are generated in JSON, XML and forms only, not in text"#);
}

#[test]
fn forms_have_fields_with_matchers() {
    let form = "application/x-www-form-urlencoded";
    let contract =
        posting(|r| r.form(json_like!({ "name": like("Ann & Bob"), "count": integer(2), "tags": ["a", "b"] })));
    assert!(takes(&contract, form, b"count=7&name=Eve&tags=a&tags=b"));
    assert!(!takes(&contract, form, b"count=x&name=Eve&tags=a&tags=b"));
    assert!(!takes(&contract, form, b"count=7&name=Eve&tags=b&tags=a"));
    assert!(!takes(&contract, form, b"count=7&name=Eve&tags=a&tags=b&more=1"));
    let pact = contract.pact().unwrap();
    assert_eq!(pact.interactions[0].as_http().unwrap().0.body.bytes(), b"name=Ann+%26+Bob&count=2&tags=a&tags=b");
    assert_snapshot!(problems(&posting(|r| r.form(json!({ "a": { "b": 1 } }))))[0], @r#""it": the request body: the field `a` must be text or a list of texts, not Object"#);
    assert_snapshot!(problems(&posting(|r| r.form("a=b")))[0], @r#""it": the request body: a form is an object, not String"#);
}

#[test]
fn binary_bodies_are_of_a_type() {
    let contract = answering(|r| r.binary("image/png", PNG));
    let content_type = [("Content-Type", "image/png")];
    assert!(takes_response(&contract, 200, &content_type, b"\x89PNG\r\n\x1a\nother"));
    assert!(!takes_response(&contract, 200, &content_type, b"GIF89a"));
    assert_snapshot!(problems(&answering(|r| r.binary("image/png", *b"GIF89a\x01\0\x01\0")))[0], @r#""it": the example of the response does not satisfy its own matcher `contentType`: body $: Failed to match data to have a content type of 'image/png': Expected binary contents to have content type 'image/png' but detected contents was 'image/gif'"#);
    assert_snapshot!(problems(&answering(|r| r.binary("image/png", [])))[0], @r#""it": the response body: the example of image/png has no bytes"#);
}

#[test]
fn xml_documents_have_matchers_in_texts_and_attributes() {
    let order = || {
        element("order")
            .attribute("id", integer(7))
            .attribute("currency", "EUR")
            .child(element("note").text(like("a < b & \"c\"")))
            .each_like_times(element("line").attribute("sku", regex("[A-Z]-[0-9]", "A-1")).text(number(2)), 2)
    };
    let contract = posting(|r| r.xml(order()));
    let takes = |body: &str| takes(&contract, "application/xml", body.as_bytes());
    assert!(takes(r#"<order currency="EUR" id="12"><line sku="B-2">3</line><note>x</note></order>"#));
    assert!(!takes(r#"<order currency="USD" id="12"><line sku="B-2">3</line><note>x</note></order>"#));
    assert!(!takes(r#"<order currency="EUR" id="x"><line sku="B-2">3</line><note>x</note></order>"#));
    assert!(!takes(r#"<order currency="EUR" id="1"><line sku="b">3</line><note>x</note></order>"#));
    assert!(!takes(r#"<order currency="EUR" id="1"><line sku="B-2">many</line><note>x</note></order>"#));
    assert!(!takes(r#"<order currency="EUR" id="1"><note>x</note></order>"#));
    let pact = contract.pact().unwrap();
    let (request, _) = pact.interactions[0].as_http().unwrap();
    assert_snapshot!(String::from_utf8_lossy(request.body.bytes()), @r#"<?xml version="1.0" encoding="UTF-8"?><order id="7" currency="EUR"><note>a &lt; b &amp; &quot;c&quot;</note><line sku="A-1">2</line><line sku="A-1">2</line></order>"#);
    assert_snapshot!(request.matching_rules.body.keys().cloned().collect::<Vec<_>>().join("\n"), @"
    $.order['@id']
    $.order.note['#text']
    $.order.line
    $.order.line['@sku']
    $.order.line['#text']
    ");
    assert_snapshot!(problems(&posting(|r| r.xml(element("a b"))))[0], @r#""it": the request body: `a b` is no name of XML"#);
    assert_snapshot!(problems(&posting(|r| r.xml(element("a").attribute("x", json!([1, 2])))))[0], @r#""it": the request body: the attribute `x` of `a`: it is one text, not a list"#);
    assert_snapshot!(problems(&posting(|r| r.xml(element("p:a"))))[0], @r#""it": the example of the request does not satisfy its own matcher: body $: Failed to parse the expected body: 'an unknown namespace prefix 'p' at 1:40'"#);
}

#[test]
fn xml_namespaces_count_and_prefixes_do_not() {
    let contract = posting(|r| {
        r.xml(
            element("o:order")
                .attribute("xmlns:o", "urn:orders")
                .attribute("o:id", integer(7))
                .child(element("o:note").text(like("x"))),
        )
    });
    let takes = |body: &str| takes(&contract, "application/xml", body.as_bytes());
    assert!(takes(r#"<x:order xmlns:x="urn:orders" x:id="12"><x:note>y</x:note></x:order>"#));
    assert!(!takes(r#"<x:order xmlns:x="urn:other" x:id="12"><x:note>y</x:note></x:order>"#));
    assert!(!takes(r#"<x:order xmlns:x="urn:orders" x:id="y"><x:note>y</x:note></x:order>"#));
}

#[test]
fn cookies_come_in_any_order_among_others() {
    let contract =
        posting(|r| r.cookie("session", regex("[0-9a-f]+", "4af2")).cookie("theme", one_of(["dark", "light"])));
    assert!(takes_headers(&contract, &[("Cookie", "a=b; theme=light; session=ff; c=d")]));
    assert!(!takes_headers(&contract, &[("Cookie", "theme=light; session=xx")]));
    assert!(!takes_headers(&contract, &[("Cookie", "theme=light; mysession=ff")]));
    assert!(!takes_headers(&contract, &[("Cookie", "session=ff")]));
    assert!(takes_headers(&posting(|r| r.cookie("n", 7)), &[("Cookie", "n=7")]));
    assert!(!takes_headers(&posting(|r| r.cookie("n", 7)), &[("Cookie", "n=77")]));

    let contract = answering(|r| r.set_cookie("session", regex("[0-9a-f]+", "4af2")));
    assert!(takes_response(&contract, 200, &[("Set-Cookie", "session=ff; Path=/; HttpOnly")], b""));
    assert!(!takes_response(&contract, 200, &[("Set-Cookie", "other=ff")], b""));

    assert_snapshot!(problems(&posting(|r| r.cookie("a b", "x").cookie("a", "x;y").cookie("c", matchers::semver("1.0.0")))).join("\n"), @r#"
    "it": the cookie `a b`: HTTP allows no such name
    "it": the cookie `a`: the value of a cookie has no spaces, quotes, commas, semicolons or control characters
    "it": the cookie `c`: the matcher `semver` is not for cookies: use `regex`
    "#);
}

#[test]
fn a_status_may_be_of_a_class() {
    let of =
        |status: Template| Contract::between("a", "b").upon_receiving("it", |i| i.get("/").will_respond_with(status));
    let contract = of(status_code(StatusClass::Success, 204));
    assert!(takes_response(&contract, 201, &[], b""));
    assert!(!takes_response(&contract, 404, &[], b""));
    let contract = of(status_code(StatusClass::Codes(vec![200, 404]), 404));
    assert!(takes_response(&contract, 200, &[], b"") && !takes_response(&contract, 201, &[], b""));
    assert_snapshot!(problems(&of(status_code(StatusClass::Success, 404)))[0], @r#""it": the example of the response does not satisfy its own matcher `statusCode`: status: Expected status code 404 to be a Successful response (200–299)"#);
    assert_snapshot!(problems(&of(status_code(StatusClass::Success, 204)).spec(SpecVersion::V3))[0], @r#""it": the rule `statusCode` (response status) needs V4 of the specification, and the contract is written in V3"#);
    assert_snapshot!(problems(&of(like("many")))[0], @r#""it": a response has a status from 200 to 599, not "many""#);
}

#[test]
fn graphql_documents_may_be_laid_out_otherwise() {
    let contract = Contract::between("a", "b").upon_receiving("it", |i| {
        let query = GraphQl::document("query Product($id: ID!) {\n  product(id: $id) { name }\n}");
        i.graphql("/", query.operation("Product").variables(json_like!({ "id": like("42") })))
            .will_respond_with(200)
            .json(json!({ "data": null }))
    });
    let body = |query: &str, id: &str| {
        json!({ "operationName": "Product", "query": query, "variables": { "id": id } }).to_string()
    };
    let takes = |body: String| takes(&contract, "application/json", body.as_bytes());
    assert!(takes(body("query Product($id: ID!) { product(id: $id) { name } }", "7")));
    assert!(takes(body("query Product($id:ID!){product(id:$id){name}}", "7")));
    assert!(!takes(body("query Product($id: ID!) { product(id: $id) { price } }", "7")));
}

#[test]
fn generators_stand_beside_matchers() {
    let contract = answering(|r| {
        r.header("X-Id", regex("[0-9A-F]+", "4AF2").generated_by(generators::random_hexadecimal(8))).json(json_like!({
            "number": integer(7).generated_by(generators::random_int(1..=99)),
            "price": number(1.5).generated_by(generators::random_decimal(4)),
            "name": like("x").generated_by(generators::random_string(5)),
            "on": like(true).generated_by(generators::random_boolean()),
            "code": regex("[A-Z]{3}", "ABC").generated_by(generators::regex("[A-Z]{3}")),
            "id": uuid_as(UuidForm::Urn, "urn:uuid:3fa85f64-5717-4562-b3fc-2c963f66afa6").generated_by(generators::uuid(UuidForm::Urn)),
            "day": matchers::date("yyyy-MM-dd", "2024-03-05").generated_by(generators::date("yyyy-MM-dd").expression("+1 day")),
            "owner": like(42).generated_by(generators::provider_state("owner", DataType::Integer)),
            "prices": each_key_like("EUR", number(1)),
        }))
    });
    let pact = contract.pact().unwrap();
    let (_, response) = pact.interactions[0].as_http().unwrap();
    let lines: Vec<_> = response
        .generators
        .body
        .iter()
        .map(|(path, generator)| format!("{path} {}", intact_pact_model::write::generator(generator).to_compact()))
        .collect();
    assert_snapshot!(lines.join("\n"), @r#"
    $.number {"max":99,"min":1,"type":"RandomInt"}
    $.price {"digits":4,"type":"RandomDecimal"}
    $.name {"size":5,"type":"RandomString"}
    $.on {"type":"RandomBoolean"}
    $.code {"regex":"[A-Z]{3}","type":"Regex"}
    $.id {"format":"URN","type":"Uuid"}
    $.day {"expression":"+1 day","format":"yyyy-MM-dd","type":"Date"}
    $.owner {"dataType":"INTEGER","expression":"owner","type":"ProviderState"}
    "#);
    assert_eq!(response.matching_rules.body.len(), 10);
    assert_eq!(response.generators.header.len(), 1);
}

#[test]
fn what_a_generator_makes_satisfies_the_matcher() {
    let wrong = answering(|r| r.json(json_like!({ "n": integer(7).generated_by(generators::random_string(5)) })));
    let problems = problems(&wrong);
    assert!(
        problems[0].contains("a generated value of the response does not satisfy the matcher `integer`: body $.n"),
        "{problems:?}"
    );
    assert!(problems[0].contains("(String) to be an integer"), "{problems:?}");
}
