use super::*;
use crate::generators::Generator;
use crate::http::{HttpRequest, HttpResponse};
use crate::json::Object;
use crate::message::MessagePart;
use crate::provider_state::ProviderState;
use crate::rules::{Combine, EachRule, MatchingRule, RuleList};

fn pact_of(kinds: impl IntoIterator<Item = Kind>) -> Pact {
    let interactions =
        kinds.into_iter().enumerate().map(|(at, kind)| Interaction::new(format!("interaction {at}"), kind));
    Pact { interactions: interactions.collect(), ..Pact::new("Web", "Orders") }
}

fn http() -> Kind {
    Kind::Http(HttpRequest::default(), HttpResponse::default())
}

fn sentences(pact: &Pact, version: SpecVersion) -> String {
    pact.losses(version).iter().map(|loss| format!("{} {loss}", loss.at)).collect::<Vec<_>>().join("\n")
}

/// One of everything that newer versions have.
fn rich() -> Pact {
    let (mut request, mut response) = (HttpRequest::default(), HttpResponse::default());
    request.matching_rules.query.insert("q".to_owned(), RuleList::of(MatchingRule::Integer));
    request.generators.path = Some(Generator::named("ProviderState"));
    let both = MatchingRule::Type { min: Some(1), max: Some(2) };
    response
        .matching_rules
        .body
        .insert("$.a".to_owned(), RuleList { combine: Combine::Or, rules: vec![both, MatchingRule::Null] });
    response.matching_rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::EachKey(EachRule::default())));
    response.body = Body::new("{}", ContentType::parse("application/hal+json"));
    response.headers.set("Set-Cookie", vec!["a=1".to_owned(), "b=2".to_owned()]);
    response.headers.set("X-Many", vec!["a, b".to_owned(), "c".to_owned()]);
    let mut pact = pact_of([Kind::Http(request, response)]);
    let own = &mut pact.interactions[0];
    own.pending = true;
    own.key = Some("k".to_owned());
    own.id = Some("of a broker".to_owned());
    own.transport = Some("grpc".to_owned());
    own.comments.insert("text", "why not");
    own.plugin_configuration.insert("plugin", Object::new());
    own.markup.insert("markup", "*x*");
    let mut state = ProviderState::named("one");
    state.params.insert("id", 1);
    own.provider_states = vec![state, ProviderState::named("two")];
    pact
}

#[test]
fn everything_that_a_version_cannot_say_is_named_with_its_place() {
    let pact = rich();
    assert_eq!(sentences(&pact, SpecVersion::V4), "");
    insta::assert_snapshot!(sentences(&pact, SpecVersion::V3), @r#"
    $.pending the interaction "interaction 0": `pending` needs specification version V4; left out
    $.comments the interaction "interaction 0": a comment needs specification version V4; left out
    $.key the interaction "interaction 0": a key needs specification version V4; left out
    $.transport the interaction "interaction 0": a transport needs specification version V4; left out
    $.pluginConfiguration the interaction "interaction 0": data of a plugin needs specification version V4; left out
    $.interactionMarkup the interaction "interaction 0": markup needs specification version V4; left out
    $.response.matchingRules.body['$'].matchers[0] the interaction "interaction 0": the rule `eachKey` (response body $) needs specification version V4; programs that know only V3 do not understand it
    $.response.body.contentType the interaction "interaction 0": the type of a body that no header or metadata names needs specification version V4; left out
    $.response.headers['Set-Cookie'] the interaction "interaction 0": the exact value at $.response.headers['Set-Cookie'] (there and back again: ["a=1","b=2"] and ["a=1, b=2"]) needs specification version V4; left out
    "#);
    insta::assert_snapshot!(sentences(&pact, SpecVersion::V2), @r#"
    $.pending the interaction "interaction 0": `pending` needs specification version V4; left out
    $.comments the interaction "interaction 0": a comment needs specification version V4; left out
    $.key the interaction "interaction 0": a key needs specification version V4; left out
    $.transport the interaction "interaction 0": a transport needs specification version V4; left out
    $.pluginConfiguration the interaction "interaction 0": data of a plugin needs specification version V4; left out
    $.interactionMarkup the interaction "interaction 0": markup needs specification version V4; left out
    $.providerStates[1] the interaction "interaction 0": a second provider state needs specification version V3; left out
    $.providerStates[0].params the interaction "interaction 0": a provider state with parameters needs specification version V3; left out
    $.request.matchingRules.query.q.matchers[0] the interaction "interaction 0": the rule `integer` (request query q) needs specification version V3; programs that know only V2 do not understand it
    $.request.generators the interaction "interaction 0": a value from a provider state or another generator (request) needs specification version V3; left out
    $.response.matchingRules.body['$.a'].matchers[0] the interaction "interaction 0": the rule `type` with `min` and `max` (response body $.a) needs specification version V3; programs that know only V2 do not understand it
    $.response.matchingRules.body['$.a'].matchers[1] the interaction "interaction 0": the rule `null` (response body $.a) needs specification version V3; left out
    $.response.matchingRules.body['$.a'] the interaction "interaction 0": more than one rule for a value (response body $.a) needs specification version V3; left out
    $.response.matchingRules.body['$'].matchers[0] the interaction "interaction 0": the rule `eachKey` (response body $) needs specification version V4; programs that know only V2 do not understand it
    $.response.body.contentType the interaction "interaction 0": the type of a body that no header or metadata names needs specification version V4; left out
    $.response.headers['Set-Cookie'] the interaction "interaction 0": the exact value at $.response.headers['Set-Cookie'] (there and back again: ["a=1","b=2"] and ["a=1, b=2"]) needs specification version V4; left out
    "#);
}

#[test]
fn what_cannot_even_be_left_out_is_refused_in_both_forms() {
    let mut request = HttpRequest::default();
    request.matching_rules.path = RuleList::of(MatchingRule::Regex("/".to_owned()));
    let mut response = HttpResponse::default();
    response.matching_rules.status = RuleList::of(MatchingRule::Integer);
    let call = Kind::SyncMessage { request: MessagePart::default(), responses: vec![MessagePart::default()] };
    let strange = Kind::Unknown { type_name: "Smoke/Signals".to_owned(), members: Object::new() };
    let message = Kind::AsyncMessage(MessagePart::default());
    let pact = pact_of([Kind::Http(request, response), call, strange, message]);
    for (version, count) in [(SpecVersion::V4, 0), (SpecVersion::V3, 3), (SpecVersion::V2, 4), (SpecVersion::V1, 5)] {
        assert_eq!(pact.losses(version).len(), count, "{}", sentences(&pact, version));
        assert_eq!(pact.convert_lossy(version).is_err(), pact.write(version).is_err(), "{version}");
        assert_eq!(pact.convert(version).is_err(), count > 0, "{version}");
    }
    insta::assert_snapshot!(pact.convert(SpecVersion::V3).expect_err("refused"), @r#"
    specification version V3 cannot say all of the pact between "Web" and "Orders":
      - the interaction "interaction 1": a synchronous message needs specification version V4
      - the interaction "interaction 2": an interaction of the unknown type "Smoke/Signals" needs specification version V4
      - the interaction "interaction 3": a pact with messages and HTTP interactions needs specification version V4
    "#);
    insta::assert_snapshot!(pact.convert_lossy(SpecVersion::V1).expect_err("refused"), @r#"
    specification version V1 cannot say all of the pact between "Web" and "Orders":
      - the interaction "interaction 0": the rule `regex` (request path) needs specification version V2
      - the interaction "interaction 0": a rule for the status (response status) needs specification version V3
      - the interaction "interaction 1": a synchronous message needs specification version V4
      - the interaction "interaction 2": an interaction of the unknown type "Smoke/Signals" needs specification version V4
      - the interaction "interaction 3": a message needs specification version V3
    "#);
}

#[test]
fn a_lossy_conversion_leaves_out_what_writing_leaves_out() {
    for version in [SpecVersion::V4, SpecVersion::V3, SpecVersion::V2] {
        let pact = rich();
        let (converted, losses) = pact.convert_lossy(version).expect("nothing is refused");
        assert_eq!((converted.version, losses), (version, pact.losses(version)));
        assert_eq!(converted.write(version), pact.write(version));
        assert_eq!(converted.interactions[0].id.as_deref(), Some("of a broker"));
        assert_eq!(converted.interactions[0].pending, version == SpecVersion::V4);
    }
}

#[test]
fn what_goes_without_saying_is_not_lost() {
    let mut pact = pact_of([http()]);
    pact.interactions[0].transport = Some("http".to_owned());
    pact.interactions[0].comments.insert("text", "");
    let Kind::Http(_, response) = &mut pact.interactions[0].kind else { panic!("HTTP") };
    response.headers.set("Content-Type", vec!["application/hal+json".to_owned()]);
    response.body = Body::new("{ \"a\": 1.0 }", ContentType::parse("application/hal+json"));
    for version in SpecVersion::ALL {
        assert_eq!(sentences(&pact, version), "", "{version}");
        assert_eq!(pact.convert(version).expect("all can be said").version, version);
    }
    let contents = Body::new("a,b", ContentType::parse("text/csv"));
    let message = pact_of([Kind::AsyncMessage(MessagePart { contents, ..MessagePart::default() })]);
    let converted = message.convert(SpecVersion::V3).expect("the metadata says it");
    let Kind::AsyncMessage(part) = &converted.interactions[0].kind else { panic!("a message") };
    assert_eq!(part.metadata("contentType").and_then(Json::as_str), Some("text/csv"));
}

#[test]
fn what_only_trying_shows_is_found_too() {
    for (headers, body, expected) in [
        (vec![("set-cookie", vec!["a=1", "b=1"])], Body::Missing, "$.response.headers['set-cookie']"),
        (vec![("X", vec![])], Body::Missing, "$.response.headers.X"),
        (vec![], Body::new(&b"\xff"[..], None), "$.response.body.content"),
        (vec![], Body::new("a,b", ContentType::parse("text/csv")), "$.response.body.contentType"),
        (vec![("Content-Type", vec!["text/plain"])], Body::new(&b"\xff"[..], None), "$.response.body.content"),
    ] {
        let mut response = HttpResponse { body, ..HttpResponse::default() };
        for (name, values) in headers {
            response.headers.set(name, values.into_iter().map(str::to_owned).collect());
        }
        let pact = pact_of([Kind::Http(HttpRequest::default(), response)]);
        for version in [SpecVersion::V3, SpecVersion::V2] {
            let losses = pact.losses(version);
            assert_eq!(losses.iter().map(|loss| loss.at.as_str()).collect::<Vec<_>>(), [expected], "{losses:?}");
            assert_eq!(losses[0].effect, Effect::LeftOut);
        }
    }
}

#[test]
fn a_rule_that_is_too_new_for_its_own_file_is_no_loss_there() {
    let mut request = HttpRequest::default();
    request.matching_rules.body.insert("$".to_owned(), RuleList::of(MatchingRule::ArrayContains(Vec::new())));
    let pact = Pact { version: SpecVersion::V3, ..pact_of([Kind::Http(request, HttpResponse::default())]) };
    let count = |version| (pact.losses(version).len(), pact.interactions[0].losses(version).len());
    assert_eq!((count(SpecVersion::V4), count(SpecVersion::V3), count(SpecVersion::V2)), ((0, 0), (0, 1), (1, 1)));
    assert!(pact.convert(SpecVersion::V3).is_ok() && pact.convert(SpecVersion::V2).is_err());
}

#[test]
fn an_upgrade_loses_nothing() {
    let text = br#"{ "consumer": { "name": "a" }, "provider": { "name": "b" }, "x": 1, "interactions": [{ "description": "c", "providerState": "s",
        "request": { "query": "b=1&a=2", "matchingRules": { "$.query.a": { "match": "type", "x": 1 } } } }],
        "metadata": { "pactSpecification": { "version": "2.0.0" } } }"#;
    let pact = Pact::read(text).expect("a pact").value;
    for version in [SpecVersion::V2, SpecVersion::V3, SpecVersion::V4] {
        let converted = pact.convert(version).expect("nothing is lost");
        let again = Pact::from_json(&converted.write(version).expect("can be written")).expect("a pact").value;
        assert_eq!(again, converted);
    }
}

#[test]
fn what_is_too_deep_is_refused_with_the_interaction() {
    let mut pact = pact_of([http()]);
    let deep = (0..255).fold(Json::Null, |inner, _| Json::Array(vec![inner]));
    let mut state = ProviderState::named("deep");
    state.params.insert("deep", deep);
    pact.interactions[0].provider_states = vec![state];
    insta::assert_snapshot!(pact.convert(SpecVersion::V3).expect_err("too deep"), @r#"
    specification version V3 cannot say all of the pact between "Web" and "Orders":
      - the interaction "interaction 0": an interaction that nests so deeply cannot be written in any version
    "#);
}

#[test]
fn long_lists_of_losses_are_cut() {
    let mut pact = pact_of((0..50).map(|_| http()));
    pact.interactions.iter_mut().for_each(|own| own.pending = true);
    let error = pact.convert(SpecVersion::V3).expect_err("pending");
    assert_eq!((error.losses.len(), error.to_string().lines().count()), (50, 22));
    assert!(error.to_string().ends_with("\n  - and 30 more"));
}

#[test]
fn a_list_that_is_unknown_in_v4_does_not_become_the_messages_of_an_older_pact() {
    let text = br#"{"consumer":{"name":"a"},"provider":{"name":"b"},"interactions":[],"messages":[{"description":"m"}],
        "x-kept":1,"metadata":{"pactSpecification":{"version":"4.0"}}}"#;
    let pact = Pact::read(text).expect("a pact").value;
    assert!(pact.convert(SpecVersion::V4).expect("nothing is lost").unknown.contains("messages"));
    for version in [SpecVersion::V3, SpecVersion::V2] {
        assert_eq!(
            sentences(&pact, version),
            "$.messages the pact: a list `messages` beside the interactions needs specification version V4; left out"
        );
        let (reduced, _) = pact.convert_lossy(version).expect("can be left out");
        let written = pact.write(version).expect("can be said");
        assert_eq!(Pact::from_json(&written).expect("a pact").value, reduced, "{written}");
        assert!(!reduced.unknown.contains("messages") && reduced.unknown.contains("x-kept"));
    }
}
