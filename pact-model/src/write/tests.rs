use super::*;
use crate::body::Body;
use crate::content_type::ContentType;
use crate::generators::Generator;
use crate::http::{HttpRequest, HttpResponse, Query};
use crate::interaction::{Interaction, Kind};
use crate::message::MessagePart;
use crate::rules::{Combine, MatchingRule, RuleList};

/// One of everything that an HTTP interaction can say.
fn order() -> Interaction {
    let mut request =
        HttpRequest { method: "post".to_owned(), path: "/orders/10".to_owned(), ..HttpRequest::default() };
    request.query = Query::parse("flag&expand=lines&expand=the+customer");
    request.headers.set("X-Trace", vec!["1".to_owned()]);
    request.headers.set("Accept", vec!["application/json".to_owned(), "*/*".to_owned()]);
    request.matching_rules.path = RuleList::of(MatchingRule::Regex("/orders/\\d+".to_owned()));
    request.matching_rules.header.insert("X-Trace".to_owned(), RuleList::of(MatchingRule::Integer));
    request.generators.path = Some(Generator::named("ProviderState").with("expression", "/orders/${id}"));
    let mut response = HttpResponse { status: 201, ..HttpResponse::default() };
    response.headers.set("Content-Type", vec!["application/json".to_owned()]);
    response.body = Body::new(r#"{"total":79.90,"id":10,"lines":[{"sku":"A"}]}"#, Some(ContentType::json()));
    response.matching_rules.body.insert("$.total".to_owned(), RuleList::of(MatchingRule::Decimal));
    response.matching_rules.body.insert(
        "$.lines".to_owned(),
        RuleList {
            combine: Combine::Or,
            rules: vec![MatchingRule::Type { min: Some(1), max: None }, MatchingRule::Null],
        },
    );
    let mut interaction = Interaction::new("a new order", Kind::Http(request, response));
    let mut state = ProviderState::named("an order exists");
    state.params.insert("id", 10);
    interaction.provider_states = vec![state, ProviderState::named("the shop is open")];
    interaction.comments.insert("text", Json::array(["why not"]));
    interaction.comments.insert("references", Object::new());
    interaction.transport = Some("http".to_owned());
    interaction.unknown.insert("future", Json::object([("b", 1), ("a", 2)]));
    interaction.id = Some("of a broker".to_owned());
    interaction
}

fn shop() -> Pact {
    let mut pact = Pact::new("Web", "Orders");
    pact.metadata.insert("intact", Json::object([("version", "0.1.0")]));
    pact.interactions.push(order());
    pact
}

fn body_in(version: SpecVersion, content_type: Option<&str>, body: Body) -> String {
    let mut response = HttpResponse { body, ..HttpResponse::default() };
    if let Some(content_type) = content_type {
        response.headers.set("Content-Type", vec![content_type.to_owned()]);
    }
    let mut pact = Pact::new("a", "b");
    pact.interactions.push(Interaction::new("c", Kind::Http(HttpRequest::default(), response)));
    let document = pact.write(version).expect("can be said");
    let interaction = &document.get("interactions").and_then(Json::as_array).expect("interactions")[0];
    interaction.get("response").and_then(|response| response.get("body")).map_or_else(String::new, Json::to_compact)
}

#[test]
fn a_v4_file_looks_like_this() {
    insta::assert_snapshot!(shop().write(SpecVersion::V4).expect("can be said").to_pretty());
}

#[test]
fn a_v3_file_looks_like_this() {
    insta::assert_snapshot!(shop().write(SpecVersion::V3).expect("can be said").to_pretty());
}

#[test]
fn a_v2_file_looks_like_this() {
    insta::assert_snapshot!(shop().write(SpecVersion::V2).expect("can be said").to_pretty());
}

#[test]
fn what_a_version_cannot_say_is_refused() {
    let mut shop = shop();
    assert_eq!(
        shop.write(SpecVersion::V1).expect_err("rules").to_string(),
        "a matching rule for the request cannot be written in specification version V1 (the interaction \"a new order\")"
    );
    shop.interactions[0].kind = Kind::Http(HttpRequest::default(), HttpResponse::default());
    assert!(shop.write(SpecVersion::V1).is_ok());
    if let Kind::Http(_, response) = &mut shop.interactions[0].kind {
        response.matching_rules.status = RuleList::of(MatchingRule::NotEmpty);
    }
    assert_eq!(
        shop.write(SpecVersion::V2).expect_err("a rule for the status").to_string(),
        "a matching rule for the status cannot be written in specification version V2 (the interaction \"a new order\")"
    );
    shop.interactions.push(Interaction::new("news", Kind::AsyncMessage(MessagePart::default())));
    assert_eq!(
        shop.write(SpecVersion::V3).expect_err("mixed").to_string(),
        "HTTP interactions and messages in one pact need specification version 4, not V3 (the interaction \"news\" is of another kind than the first)"
    );
    assert_eq!(
        shop.write(SpecVersion::V2).map_err(|error| matches!(error, WriteError::Rule { .. } | WriteError::Kind { .. })),
        Err(true)
    );
    shop.interactions =
        vec![Interaction::new("call", Kind::SyncMessage { request: MessagePart::default(), responses: Vec::new() })];
    assert_eq!(
        shop.write(SpecVersion::V3).expect_err("synchronous").to_string(),
        "a synchronous message cannot be written in specification version V3 (the interaction \"call\")"
    );
}

#[test]
fn interactions_of_v4_are_sorted_and_older_ones_keep_their_order() {
    let http = |description: &str, state: &str| {
        let mut interaction =
            Interaction::new(description, Kind::Http(HttpRequest::default(), HttpResponse::default()));
        interaction.provider_states = vec![ProviderState::named(state)];
        interaction
    };
    let mut pact = Pact::new("a", "b");
    pact.interactions = vec![http("b", "1"), http("a", "2"), http("a", "1")];
    let order = |version| {
        let document = pact.write(version).expect("can be said");
        let interactions = document.get("interactions").and_then(Json::as_array).expect("interactions").to_vec();
        interactions
            .iter()
            .map(|own| format!("{} {}", own.get("description").expect("one"), own.get("providerStates").expect("one")))
            .collect::<Vec<_>>()
    };
    assert_eq!(order(SpecVersion::V4), [r#""a" [{"name":"1"}]"#, r#""a" [{"name":"2"}]"#, r#""b" [{"name":"1"}]"#]);
    assert_eq!(order(SpecVersion::V3)[0], r#""b" [{"name":"1"}]"#);
}

#[test]
fn bodies_of_v4_say_how_they_are_encoded() {
    let own = |bytes: &'static [u8], content_type: &str| Body::new(bytes, ContentType::parse(content_type));
    for (body, expected) in [
        (Body::Missing, ""),
        (Body::Empty, r#"{"content":""}"#),
        (Body::Null, r#"{"content":null}"#),
        (
            own(b"{ \"b\": 1.0, \"a\": 1 }", "application/json"),
            r#"{"content":{"b":1.0,"a":1},"contentType":"application/json","encoded":false}"#,
        ),
        (
            own(b"\"text\"", "application/json"),
            r#"{"content":"text","contentType":"application/json","encoded":false}"#,
        ),
        (own(b"null", "application/json"), r#"{"content":"null","contentType":"application/json","encoded":"JSON"}"#),
        (own(b"\"\"", "application/json"), r#"{"content":"\"\"","contentType":"application/json","encoded":"JSON"}"#),
        (
            own(b"{oops", "application/json"),
            r#"{"content":"e29vcHM=","contentType":"application/json","encoded":"base64"}"#,
        ),
        (own(b"hi", "text/plain"), r#"{"content":"hi","contentType":"text/plain","encoded":false}"#),
        (own(b"hi", "image/png"), r#"{"content":"aGk=","contentType":"image/png","encoded":"base64"}"#),
        (own(b"\xff", "text/plain"), r#"{"content":"/w==","contentType":"text/plain","encoded":"base64"}"#),
        (own(b"\xff", ""), r#"{"content":"/w==","contentType":"*/*","encoded":"base64"}"#),
        (own(b"<a/>", ""), r#"{"content":"<a/>","contentType":"application/xml","encoded":false}"#),
    ] {
        assert_eq!(body_in(SpecVersion::V4, None, body), expected);
    }
    let by_header = body_in(SpecVersion::V4, Some("text/csv"), Body::new("1", None));
    assert_eq!(by_header, r#"{"content":"1","contentType":"text/csv","encoded":false}"#);
}

#[test]
fn bodies_before_v4_are_bare() {
    for (content_type, bytes, expected) in [
        (Some("application/json"), "{ \"b\": 1, \"a\": 2 }", r#"{"b":1,"a":2}"#),
        (Some("application/json"), "\"text\"", r#""text""#),
        (Some("application/json"), "\"{}\"", r#""\"{}\"""#),
        (Some("application/json"), "{oops", r#""e29vcHM=""#),
        (Some("text/plain"), "{}", r#""{}""#),
        (Some("image/png"), "hello", r#""hello""#),
        (Some("image/png"), "aGk=", r#""YUdrPQ==""#),
        (None, "[1]", "[1]"),
        (None, "\"text\"", r#""\"text\"""#),
        (None, "text", r#""text""#),
    ] {
        for version in [SpecVersion::V1, SpecVersion::V2, SpecVersion::V3] {
            assert_eq!(body_in(version, content_type, Body::new(bytes, None)), expected, "{content_type:?} {bytes}");
        }
    }
    for (body, expected) in [(Body::Missing, ""), (Body::Empty, r#""""#), (Body::Null, "null")] {
        assert_eq!(body_in(SpecVersion::V3, None, body), expected);
    }
}

#[test]
fn a_body_too_deep_for_a_file_is_written_as_base64() {
    let deep = format!("{}{}", "[".repeat(250), "]".repeat(250));
    assert!(body_in(SpecVersion::V4, Some("application/json"), Body::new(deep, None)).contains("base64"));
    let high = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert!(!body_in(SpecVersion::V4, Some("application/json"), Body::new(high, None)).contains("base64"));
}

#[test]
fn a_v3_message_names_its_content_type_in_the_metadata() {
    let part = MessagePart { contents: Body::new("aGk=", ContentType::parse("image/png")), ..MessagePart::default() };
    let mut pact = Pact::new("a", "b");
    pact.interactions.push(Interaction::new("c", Kind::AsyncMessage(part)));
    assert_eq!(
        pact.write(SpecVersion::V3).expect("can be said").get("messages").expect("messages").to_compact(),
        r#"[{"contents":"YUdrPQ==","description":"c","metadata":{"contentType":"image/png"}}]"#
    );
}

#[test]
fn what_is_written_of_an_unreadable_rule_is_what_was_found() {
    let found = Json::parse(br#"{"match":"regex","z":1,"a":2}"#).expect("JSON").into_owned();
    assert_eq!(matching_rule(&crate::read::matching_rule(&found)).to_compact(), found.to_compact());
}

#[test]
fn a_rule_that_asks_for_nothing_is_not_written_where_it_would_be_read_as_none() {
    let text = br#"{"consumer":{"name":"a"},"provider":{"name":"b"},"interactions":[{"description":"d","request":{"path":"/"},
        "response":{"status":200,"matchingRules":{"body":{"$":{"matchers":[{}]}}}}}],"metadata":{"pactSpecification":{"version":"3.0.0"}}}"#;
    let pact = Pact::read(text).unwrap().value;
    let written = |version| pact.write(version).unwrap().to_compact();

    assert!(written(SpecVersion::V3).contains(r#""matchers":[{}]"#));
    assert!(!written(SpecVersion::V2).contains("matchingRules"));
}

#[test]
fn what_would_be_too_deep_to_be_read_is_refused() {
    let deep = (0..250).fold(Json::Null, |inner, _| Json::Array(vec![inner]));
    let mut shop = shop();
    shop.interactions[0].comments.insert("deep", deep);
    assert_eq!(shop.write(SpecVersion::V3).map(|_| ()), Ok(()));
    let text = shop.write(SpecVersion::V4).expect("just as deep as allowed").to_pretty();
    assert!(Pact::read(text.as_bytes()).is_ok());
    let deeper = Json::Array(vec![shop.interactions[0].comments.remove("deep").expect("inserted"); 1]);
    shop.interactions[0].comments.insert("deep", (0..6).fold(deeper, |inner, _| Json::Array(vec![inner])));
    let error = shop.write(SpecVersion::V4).expect_err("too deep").to_string();
    assert_eq!(error, "arrays and objects would nest deeper than 256 levels (the interaction \"a new order\")");
    assert_eq!(interaction_text(&shop.interactions[0], SpecVersion::V4).expect_err("too deep").to_string(), error);
    let deep = shop.interactions[0].comments.remove("deep").expect("inserted");
    shop.metadata.insert("deep", deep);
    let error = shop.write(SpecVersion::V3).expect_err("too deep").to_string();
    assert_eq!(error, "arrays and objects would nest deeper than 256 levels (around the interactions)");
    assert_eq!(text_around(&shop, false).expect_err("too deep").to_string(), error);
}
