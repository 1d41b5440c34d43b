use intact_pact_model::{Body, ContentType, MatchingRule, RuleList};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;
use crate::pact_regex::PactRegex;

fn at_noon() -> Zoned {
    "2024-02-29T12:00:00+01:00[+01:00]".parse().expect("an instant")
}

fn values() -> Object<'static> {
    let Ok(Json::Object(values)) = Json::parse(br#"{"id": 1000, "name": "Ann"}"#) else { panic!("an object") };
    values
}

fn generator(json: &'static str) -> Generator {
    let mut params = Json::parse(json.as_bytes()).expect("a document").as_object().expect("an object").clone();
    let kind = params.remove("type").and_then(|kind| kind.as_str().map(ToOwned::to_owned)).expect("a type");
    Generator { kind, params }
}

/// The body `{"one": "a", "two": 2}` after the generator stood at `path`.
fn in_body(path: &str, json: &'static str) -> Result<String, GenerateError> {
    let mut response = HttpResponse {
        body: Body::new(br#"{"one": "a", "two": 2, "list": [{"n": 1}, {"n": 2}]}"#.to_vec(), Some(ContentType::json())),
        ..HttpResponse::default()
    };
    response.generators.body.insert(path.to_owned(), generator(json));
    let values = values();
    let context = GenerateContext {
        mock_server_url: Some("http://127.0.0.1:1234"),
        ..GenerateContext::provider(&values, at_noon())
    };
    let context =
        GenerateContext { mode: if json.contains("MockServer") { Mode::Consumer } else { Mode::Provider }, ..context };
    let generated = super::response(&response, &context, &mut StdRng::seed_from_u64(1))?;
    if let Some(warning) = generated.warnings.first() {
        return Err(warning.clone());
    }
    Ok(String::from_utf8(generated.value.body.bytes().to_vec()).expect("text"))
}

#[test]
fn every_generator_makes_its_kind_of_value() {
    for (json, value) in [
        (r#"{"type": "RandomInt", "min": 5, "max": 7}"#, r#""[567]""#),
        (r#"{"type": "RandomInt"}"#, r#""([0-9]|10)""#),
        (r#"{"type": "RandomDecimal", "digits": 6}"#, r#""(?=.{7}"$)\d+\.\d+""#),
        (r#"{"type": "RandomDecimal", "digits": 1}"#, r#""\d""#),
        (r#"{"type": "RandomHexadecimal", "digits": 20}"#, r#""[0-9A-F]{20}""#),
        (r#"{"type": "RandomString", "size": 6}"#, r#""[0-9A-Za-z]{6}""#),
        (r#"{"type": "Regex", "regex": "\\d{1,8}"}"#, r#""\d{1,8}""#),
        (r#"{"type": "Uuid"}"#, r#""[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}""#),
        (r#"{"type": "Uuid", "format": "simple"}"#, r#""[0-9a-f]{32}""#),
        (r#"{"type": "Uuid", "format": "upper-case-hyphenated"}"#, r#""[0-9A-F-]{36}""#),
        (r#"{"type": "Uuid", "format": "URN"}"#, r#""urn:uuid:[0-9a-f-]{36}""#),
        (r#"{"type": "Date"}"#, r#""2024-02-29""#),
        (r#"{"type": "Date", "format": "dd/MM/yyyy", "expression": "+ 1 year"}"#, r#""28/02/2025""#),
        (r#"{"type": "Time", "expression": "+ 1 hour"}"#, r#""13:00:00""#),
        (r#"{"type": "DateTime"}"#, r#""2024-02-29T12:00:00.000\+0100""#),
        (
            r#"{"type": "DateTime", "format": "yyyy-MM-dd'T'HH:mm", "expression": "tomorrow @ midnight"}"#,
            r#""2024-03-01T00:00""#,
        ),
        (r#"{"type": "RandomBoolean"}"#, "true|false"),
        (r#"{"type": "ProviderState", "expression": "${id}"}"#, "1000"),
        (r#"{"type": "ProviderState", "expression": "/${name}", "dataType": "STRING"}"#, r#""/Ann""#),
        (
            r#"{"type": "MockServerURL", "regex": ".*(/a)", "example": "http://1234:8080/a"}"#,
            r#""http://127\.0\.0\.1:1234/a""#,
        ),
    ] {
        let body = in_body("$.one", json).unwrap_or_else(|error| panic!("{json}: {error}"));
        let regex = PactRegex::new(format!(r#"\{{"one":({value}),"two":2,"list":\[\{{"n":1\}},\{{"n":2\}}\]\}}"#));
        let regex =
            if value.contains("(?=") { PactRegex::new(r#"\{"one":"(?=[\d.]{7}")\d+\.\d+","two":2,.*"#) } else { regex };
        assert!(regex.matches(&body).is_ok(), "{json} gave {body}");
    }
}

#[test]
fn paths_reach_their_values_and_numbers_stay_numbers() {
    assert_eq!(
        in_body("$.list[*].n", r#"{"type": "RandomInt", "min": 7, "max": 7}"#).unwrap(),
        r#"{"one":"a","two":2,"list":[{"n":7},{"n":7}]}"#
    );
    assert_eq!(
        in_body("$.list[1].n", r#"{"type": "RandomInt", "min": 7, "max": 7}"#).unwrap(),
        r#"{"one":"a","two":2,"list":[{"n":1},{"n":7}]}"#
    );
    assert_eq!(
        in_body("$.*.*.n", r#"{"type": "RandomInt", "min": 7, "max": 7}"#).unwrap(),
        r#"{"one":"a","two":2,"list":[{"n":7},{"n":7}]}"#
    );
    assert_eq!(in_body("$", r#"{"type": "ProviderState", "expression": "name"}"#).unwrap(), r#""Ann""#);
    let decimal = in_body("$.two", r#"{"type": "RandomDecimal", "digits": 4}"#).unwrap();
    assert!(PactRegex::new(r#".*"two":\d+\.\d+,.*"#).matches(&decimal).is_ok(), "{decimal}");
    assert_eq!(
        in_body("$.absent.value", r#"{"type": "Uuid"}"#).unwrap(),
        r#"{"one":"a","two":2,"list":[{"n":1},{"n":2}]}"#
    );
}

#[test]
fn what_cannot_be_generated_is_a_warning_with_its_place() {
    let failure = |path, json| in_body(path, json).expect_err("a failure").to_string();
    insta::assert_snapshot!(failure("$.one", r#"{"type": "RandomInt", "min": 7, "max": 1}"#), @"the generator RandomInt of body $.one failed: its `min` 7 is greater than its `max` 1");
    insta::assert_snapshot!(failure("$.one", r#"{"type": "RandomString", "size": 4000000000}"#), @"the generator RandomString of body $.one failed: its `size` is 4000000000, but it must be from 0 to 100000");
    insta::assert_snapshot!(failure("$.one", r#"{"type": "Regex", "regex": "(a)\\1"}"#), @r"the generator Regex of body $.one failed: cannot make a text from '(a)\1': it uses what only a backtracking engine understands");
    insta::assert_snapshot!(failure("$.one", r#"{"type": "Colour"}"#), @"the generator Colour of body $.one failed: no plugin provides the generator 'Colour'");
    insta::assert_snapshot!(failure("$..one", r#"{"type": "Uuid"}"#), @"the generator Uuid of body $..one failed: `$..one` is not a path expression: expected a name or `*` at character 3");
    insta::assert_snapshot!(failure("$.one", r#"{"type": "Date", "expression": "soon"}"#), @"the generator Date of body $.one failed: the expression 'soon': 'soon' does not fit here");
    insta::assert_snapshot!(failure("$.one", r#"{"type": "ProviderState", "expression": "${user}"}"#), @"the generator ProviderState of body $.one failed: No value for 'user' found");
}

#[test]
fn all_parts_of_a_request_are_generated() {
    let mut request = HttpRequest { path: "/users/1".to_owned(), ..HttpRequest::default() };
    request.query.append("a", Some("1".to_owned()));
    request.query.append("a", Some("2".to_owned()));
    request.headers.append("X-Id", ["1".to_owned(), "2".to_owned()]);
    let id = generator(r#"{"type": "ProviderState", "expression": "${id}"}"#);
    request.generators.path = Some(generator(r#"{"type": "ProviderState", "expression": "/users/${id}"}"#));
    for name in ["a", "new"] {
        request.generators.query.insert(name.to_owned(), id.clone());
    }
    for name in ["x-id", "X-New"] {
        request.generators.header.insert(name.to_owned(), id.clone());
    }
    let values = values();

    let provider = GenerateContext::provider(&values, at_noon());
    let sent = super::request(&request, &provider, &mut StdRng::seed_from_u64(1)).expect("all values are there").value;
    assert_eq!((sent.path.as_str(), sent.query.to_query_string().as_str()), ("/users/1000", "a=1000&a=1000&new=1000"));
    assert_eq!(sent.headers.get("X-Id"), Some(&["1000".to_owned()][..]));
    assert_eq!(sent.headers.get("X-New"), Some(&["1000".to_owned()][..]));

    let consumer = GenerateContext::consumer(None, at_noon());
    let kept = super::request(&request, &consumer, &mut StdRng::seed_from_u64(1)).expect("nothing runs").value;
    assert_eq!(kept, request);

    request.generators.path = Some(generator(r#"{"type": "ProviderState", "expression": "/users/${user}"}"#));
    let error = super::request(&request, &provider, &mut StdRng::seed_from_u64(1)).expect_err("no such value");
    assert_eq!(error.to_string(), "the generator ProviderState of path failed: No value for 'user' found");
}

#[test]
fn a_status_is_only_what_can_be_one() {
    let status = |json| {
        let mut response = HttpResponse::default();
        response.generators.status = Some(generator(json));
        let context = GenerateContext::consumer(None, at_noon());
        let generated = super::response(&response, &context, &mut StdRng::seed_from_u64(1)).expect("no provider state");
        (generated.value.status, generated.warnings.len())
    };
    assert_eq!(status(r#"{"type": "RandomInt", "min": 404, "max": 404}"#), (404, 0));
    assert_eq!(status(r#"{"type": "RandomInt", "min": 99999, "max": 99999}"#), (200, 1));
    assert_eq!(status(r#"{"type": "Uuid"}"#), (200, 1));
}

#[test]
fn forms_messages_and_variants_are_generated() {
    let sevens = generator(r#"{"type": "RandomInt", "min": 7, "max": 7}"#);
    let context = GenerateContext::consumer(None, at_noon());
    let mut rng = StdRng::seed_from_u64(1);

    let mut form = HttpRequest {
        body: Body::new("a=1&b=2&a=3", ContentType::parse("application/x-www-form-urlencoded")),
        ..HttpRequest::default()
    };
    form.generators.body.insert("$.a[1]".to_owned(), sevens.clone());
    let sent = super::request(&form, &context, &mut rng).expect("no provider state").value;
    assert_eq!(sent.body.bytes(), b"a=1&a=7&b=2");

    let mut message =
        MessagePart { contents: Body::new("[1, 2]", Some(ContentType::json())), ..MessagePart::default() };
    message.metadata.insert("topic", "x");
    message.generators.metadata.insert("topic".to_owned(), sevens.clone());
    message.generators.body.insert("$[0]".to_owned(), sevens.clone());
    let sent = super::message(&message, &context, &mut rng).expect("no provider state").value;
    assert_eq!((sent.contents.bytes(), sent.metadata.get("topic")), (&b"[7,2]"[..], Some(&Json::from("7"))));

    let mut contains = HttpResponse {
        body: Body::new(r#"[{"k": "a", "id": 1}, {"k": "b", "id": 2}]"#, Some(ContentType::json())),
        ..HttpResponse::default()
    };
    let mut variant = intact_pact_model::rules::ArrayVariant { index: 1, ..Default::default() };
    variant.generators.insert("$.id".to_owned(), sevens);
    contains.matching_rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::ArrayContains(vec![variant])));
    let sent = super::response(&contains, &context, &mut rng).expect("no provider state").value;
    assert_eq!(sent.body.bytes(), br#"[{"k":"a","id":1},{"k":"b","id":7}]"#);
}

#[test]
fn texts_and_attributes_of_xml_are_generated() {
    let document = "<?xml version=\"1.0\"?>\n<!DOCTYPE o:order SYSTEM 'é.dtd'><o:order xmlns:o=\"urn:o\" id='1'><!-- kept --><line n=\"a\">x</line><line n=\"b\"/><note></note><o:total>\n 5 </o:total></o:order>";
    let generated = |path: &str, json| {
        let mut response =
            HttpResponse { body: Body::new(document, Some(ContentType::xml())), ..HttpResponse::default() };
        response.generators.body.insert(path.to_owned(), generator(json));
        let values = values();
        let context = GenerateContext::provider(&values, at_noon());
        let generated =
            super::response(&response, &context, &mut StdRng::seed_from_u64(1)).expect("all values are there");
        assert_eq!(generated.warnings, []);
        String::from_utf8(generated.value.body.bytes().to_vec()).expect("text")
    };
    let sevens = r#"{"type": "RandomInt", "min": 7, "max": 7}"#;
    for (path, json, before, after) in [
        ("$.o:order['@id']", sevens, "id='1'", "id='7'"),
        (
            "$.o:order.line['@n']",
            sevens,
            r#"<line n="a">x</line><line n="b"/>"#,
            r#"<line n="7">x</line><line n="7"/>"#,
        ),
        (
            "$.o:order[0].line.#text",
            sevens,
            r#"<line n="a">x</line><line n="b"/>"#,
            r#"<line n="a">7</line><line n="b">7</line>"#,
        ),
        ("$['urn:o:order'].note['#text']", sevens, "<note></note>", "<note>7</note>"),
        ("$.*.o:total", sevens, "\n 5 ", "7"),
        (
            "$.o:order.note",
            r#"{"type": "ProviderState", "expression": "<${name} & 'x'>"}"#,
            "<note></note>",
            "<note>&lt;Ann &amp; 'x'&gt;</note>",
        ),
        ("$.o:order.absent['#text']", sevens, "x", "x"),
        ("$.order['@id']", sevens, "x", "x"),
    ] {
        assert_eq!(generated(path, json), document.replace(before, after), "{path}");
    }
}
