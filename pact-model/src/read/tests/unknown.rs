//! What Intact does not know is kept.

use super::*;

#[test]
fn members_of_a_pact_that_nobody_knows_are_kept_and_those_of_a_broker_are_not() {
    for version in ["2.0.0", "3.0.0", "4.0"] {
        let text = with(
            version,
            r#""interactions": [], "x-team": { "b": 1.0, "a": [] }, "_links": { "self": {} }, "createdAt": "now""#,
        );
        let pact = pact_of(&text).value;
        assert_eq!(Json::Object(pact.unknown.clone()).to_compact(), r#"{"x-team":{"b":1.0,"a":[]}}"#);
        let written = pact.write(pact.version).expect("can be said").to_pretty();
        assert!(
            written.contains("x-team") && !written.contains("_links") && !written.contains("createdAt"),
            "{written}"
        );
        assert_eq!(pact_of(&written).value, pact);
    }
}

/// The text of the only interaction when the pact is written again.
fn written_again(version: &str, list: &str, interaction: &str) -> String {
    let pact = pact_of(&with(version, &format!(r#""{list}": [{interaction}]"#))).value;
    let written = pact.write(pact.version).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(pact_of(&written.to_pretty()).value, pact, "{written}");
    written.get(list).and_then(Json::as_array).expect("a list")[0].to_compact()
}

#[test]
fn members_that_nobody_knows_are_kept_everywhere_in_a_v4_interaction() {
    let http = r#"{
        "description": "x", "pending": false,
        "providerStates": [{ "name": "a", "x-a": {}, "x-z": 1.50 }, { "name": "b" }],
        "request": {
            "body": { "content": "hi", "contentType": "text/plain", "encoded": false, "x-body": [1] },
            "generators": { "body": { "$.a": { "type": "Uuid", "x-g": 1 }, "$.b": "no generator" }, "x-category": { "$": { "type": "Uuid" } } },
            "matchingRules": {
                "body": {
                    "$.a": { "combine": "AND", "matchers": [{ "match": "type" }, { "foo": 1, "match": "type", "min": 2 }], "x-list": 1e2 },
                    "$.empty": { "combine": "AND", "matchers": [], "x-note": "nothing yet" },
                    "$.keys": { "combine": "AND", "matchers": [{ "match": "eachKey", "rules": [{ "match": "regex", "regex": "a", "x-r": 1 }], "value": "k", "x-each": 2 }] },
                    "$.list": { "combine": "AND", "matchers": [{ "match": "arrayContains", "variants": [
                        { "index": 0, "rules": {} },
                        { "index": 1, "rules": { "$": { "combine": "AND", "matchers": [{ "match": "type", "x-inner": 1 }] } }, "x-v": 1 }
                    ] }] }
                },
                "path": { "combine": "AND", "matchers": [{ "match": "regex", "regex": "/", "x-p": null }], "x-path": 1 },
                "x-category": { "z": 1, "a": [2] }
            },
            "method": "GET", "path": "/", "query": { "a": ["1"], "b": { "c": 1 } },
            "x-request": 1
        },
        "response": { "body": { "content": "", "contentType": "application/json" }, "status": 200, "x-response": 1 },
        "type": "Synchronous/HTTP", "x-interaction": 1
    }"#;
    let as_text = json(http).to_compact();
    assert_eq!(written_again("4.0", "interactions", http), as_text);

    let message = r#"{
        "contents": { "content": "hi", "contentType": "text/plain", "encoded": false, "x-body": 1 }, "description": "x",
        "matchingRules": { "body": { "$": { "combine": "AND", "matchers": [{ "match": "type", "x-r": 1 }] } } },
        "pending": false, "providerStates": [{ "name": "a", "x-s": 1 }], "type": "Asynchronous/Messages", "x-message": 1
    }"#;
    assert_eq!(written_again("4.0", "interactions", message), json(message).to_compact());

    let call = r#"{
        "description": "x", "pending": false,
        "request": { "contents": { "content": "hi", "contentType": "text/plain", "encoded": false, "x-body": 1 }, "x-part": 1 },
        "response": [{ "contents": { "contentType": "text/plain" } },
            { "matchingRules": { "metadata": { "k": { "combine": "AND", "matchers": [{ "match": "type", "x-r": 1 }] } } } }],
        "type": "Synchronous/Messages"
    }"#;
    assert_eq!(written_again("4.0", "interactions", call), json(call).to_compact());
}

#[test]
fn members_that_nobody_knows_are_kept_in_older_versions() {
    let v3 = r#"{ "contents": { "x-this-is": "the content" }, "description": "x",
        "generators": { "x-category": 1 },
        "matchingRules": { "body": { "$": { "combine": "OR", "matchers": [{ "match": "type", "x-r": 1 }], "x-l": 2 } }, "x-category": {} },
        "metadata": { "x-free": 1 }, "providerStates": [{ "name": "a", "x-s": 1 }] }"#;
    assert_eq!(written_again("3.0.0", "messages", v3), json(v3).to_compact());
    let v2 = r#"{ "description": "x", "providerState": "a",
        "request": { "body": { "a": 1 }, "matchingRules": {
            "$.body.a": { "match": "type", "x-b": 1 }, "$.headers['X-A']": { "match": "type", "x-h": 1 }, "$.nonsense": 7,
            "$.path": { "match": "regex", "regex": "/", "x-p": 1 }, "$.query.q": { "match": "type", "x-q": [1.0] } },
            "method": "GET", "path": "/", "x-request": 1 },
        "response": { "status": 200 }, "x-interaction": 1 }"#;
    assert_eq!(written_again("2.0.0", "interactions", v2), json(v2).to_compact());
}

#[test]
fn members_around_the_interactions_are_kept() {
    let text = r#"{"consumer":{"name":"Web","x-team":{"z":1,"a":2}},"interactions":[],"messages":["V4 has none here"],"metadata":{"mine":1.0,"pact-rust":{"old":1},"pactRust":{"new":1},"pactSpecification":{"version":"4.0","x-draft":true}},"provider":{"name":"Orders","x-url":null},"x-pact":1}"#;
    let loaded = pact_of(text);
    assert_eq!(loaded.value.write(SpecVersion::V4).expect("V4").to_compact(), text);
    assert_eq!(loaded.warnings.len(), 1, "{:?}", loaded.warnings);
}

#[test]
fn unknown_members_of_a_rule_move_with_it_from_version_to_version() {
    let flat = with(
        "2.0.0",
        r#""interactions": [{ "description": "x", "response": { "body": { "a": 1 },
            "matchingRules": { "$.body.a": { "match": "type", "foo": 1 }, "$.strange": { "match": "type" } } } }]"#,
    );
    let pact = pact_of(&flat).value;
    let rules = |document: &Json<'_>| {
        let interaction = &document.get("interactions").and_then(Json::as_array).expect("a list")[0];
        interaction.get("response").and_then(|response| response.get("matchingRules")).expect("rules").to_compact()
    };
    let v4 = pact.write(SpecVersion::V4).expect("V4");
    assert_eq!(rules(&v4), r#"{"body":{"$.a":{"combine":"AND","matchers":[{"foo":1,"match":"type"}]}}}"#);
    let back = Pact::from_json(&v4).expect("a pact").value.write(SpecVersion::V2).expect("V2");
    assert_eq!(rules(&back), r#"{"$.body.a":{"foo":1,"match":"type"}}"#);
    let kept = pact.write(SpecVersion::V2).expect("V2");
    assert_eq!(rules(&kept), r#"{"$.body.a":{"foo":1,"match":"type"},"$.strange":{"match":"type"}}"#);
}

#[test]
fn what_was_taken_out_does_not_come_back_as_its_leftovers() {
    let text = with(
        "4.0",
        r#""interactions": [{ "type": "Synchronous/HTTP", "description": "d", "providerStates": [{ "name": "a", "x": 1 }],
            "request": { "body": { "content": "a", "x": 1 }, "matchingRules": { "path": { "matchers": [{ "match": "type" }], "x": 1 },
                "body": { "$": { "matchers": [{ "match": "type", "x": 1 }] } } } } }]"#,
    );
    let mut pact = pact_of(&text).value;
    pact.interactions[0].provider_states.clear();
    let Kind::Http(request, _) = &mut pact.interactions[0].kind else { panic!("HTTP") };
    (request.body, request.matching_rules) = (Body::Missing, MatchingRules::default());
    let written = pact.write(SpecVersion::V4).expect("V4");
    assert!(!written.to_compact().contains(r#""x""#), "{written}");
}

#[test]
fn an_older_form_of_the_provider_state_is_kept_where_it_says_something_else() {
    let (interaction, _) = only_interaction(
        "3.0.0",
        r#"{ "description": "x", "providerState": "a", "provider_state": "c", "providerStates": [{ "name": "a" }] }"#,
    );
    assert_eq!(Json::Object(interaction.unknown.clone()).to_compact(), r#"{"provider_state":"c"}"#);
}

#[test]
fn an_older_form_that_was_not_used_is_not_used_after_writing_either() {
    for (version, kind) in [("3.0.0", ""), ("4.0", r#""type": "Synchronous/HTTP","#)] {
        let of_request =
            r#"{ "matchingRules": { "body": {} }, "requestMatchingRules": { "$.path": { "match": "type" } } }"#;
        let of_response = r#"{ "matchingRules": {}, "responseMatchingRules": { "$.body": { "match": "type" } } }"#;
        for states in
            [r#""providerStates": [], "providerState": "x""#, r#""providerStates": [], "provider_state": "x""#]
        {
            let text = format!(
                r#"{{ {kind} "description": "x", {states}, "request": {of_request}, "response": {of_response} }}"#
            );
            let loaded = pact_of(&with(version, &format!(r#""interactions": [{text}]"#)));
            let own = &loaded.value.interactions[0];
            let (request, response) = own.as_http().expect("HTTP");
            assert!(own.provider_states.is_empty(), "{own:?}");
            assert!(request.matching_rules.is_empty() && response.matching_rules.is_empty(), "{own:?}");
            let warned: Vec<&str> = loaded.warnings.iter().map(|warning| warning.at.as_str()).collect();
            for at in ["request.requestMatchingRules", "response.responseMatchingRules"] {
                assert!(warned.contains(&format!("$.interactions[0].{at}").as_str()), "{warned:?}");
            }
            for written_in in [SpecVersion::V2, SpecVersion::V3, SpecVersion::V4] {
                let written = loaded.value.write(written_in).expect("can be said").to_pretty();
                let again = &pact_of(&written).value.interactions[0];
                assert_eq!((&again.kind, &again.provider_states), (&own.kind, &own.provider_states), "{written}");
            }
        }
    }
}

#[test]
fn states_that_were_taken_out_do_not_come_back_in_an_older_form() {
    let text = r#""interactions": [{ "description": "x", "providerState": "b", "provider_state": "c", "providerStates": [{ "name": "a" }] }]"#;
    let mut pact = pact_of(&with("3.0.0", text)).value;
    pact.interactions[0].provider_states.clear();
    for version in [SpecVersion::V2, SpecVersion::V3, SpecVersion::V4] {
        let written = pact.write(version).expect("can be said").to_pretty();
        assert!(pact_of(&written).value.interactions[0].provider_states.is_empty(), "{written}");
    }
}

#[test]
fn what_means_something_only_in_a_newer_version_is_not_taken_there() {
    let interaction = r#"{"description":"x","key":[],"pending":"no","x-note":1,"request":{"method":"GET","path":"/"},"response":{"status":200}}"#;
    let pact = pact_of(&with("3.0.0", &format!(r#""interactions": [{interaction}]"#))).value;

    assert!(pact.write(SpecVersion::V3).expect("can be said").to_compact().contains(r#""key":[],"pending":"no""#));
    let newer = pact.write(SpecVersion::V4).expect("can be said").to_compact();
    assert!(newer.contains(r#""x-note":1"#) && !newer.contains(r#""key""#), "{newer}");
    pact_of(&newer);
}
