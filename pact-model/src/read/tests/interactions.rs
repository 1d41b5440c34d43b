//! Interactions, provider states and messages.

use super::*;

#[test]
fn interactions_of_unknown_types_are_kept_with_a_warning() {
    for (member, type_name, warning) in [
        (
            r#""type": "Smoke/Signals", "#,
            "Smoke/Signals",
            "$.interactions[0].type: an interaction of the unknown type `Smoke/Signals`: it is kept, but cannot be played or verified",
        ),
        ("", "", "$.interactions[0].type: an interaction of no type: it is kept, but cannot be played or verified"),
    ] {
        let text = with(
            "4.0",
            &format!(
                r#""interactions": [{{ {member}"description": "x", "key": "k", "pending": true, "providerStates": [{{ "name": "dry wood" }}],
                   "puffs": [{{ "z": 1.0, "a": [] }}], "request": {{ "matchingRules": {{ "puffs": 1 }} }} }}]"#
            ),
        );
        let loaded = pact_of(&text);
        assert_eq!(loaded.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(), [warning]);
        let interaction = &loaded.value.interactions[0];
        assert_eq!((interaction.kind.type_name(), interaction.key.as_deref()), (type_name, Some("k")));
        assert!(
            matches!(&interaction.kind, Kind::Unknown { members, .. } if members.len() == 2),
            "{:?}",
            interaction.kind
        );
        let written = loaded.value.write(SpecVersion::V4).expect("V4 says everything");
        assert_eq!(Json::parse(text.as_bytes()).expect("JSON").get("interactions"), written.get("interactions"));
        for version in [SpecVersion::V3, SpecVersion::V2, SpecVersion::V1] {
            let error = loaded.value.write(version).expect_err("not in V3").to_string();
            let expected = format!(
                "an interaction of the unknown type {type_name:?} cannot be written in specification version {version} (the interaction \"x\")"
            );
            assert_eq!(error, expected);
        }
        let mut other = Pact::new("Web", "Orders");
        assert!(other.merge(interaction.clone()).is_ok());
    }
}

#[test]
fn what_is_absent_has_the_value_of_the_specification() {
    let (interaction, warnings) = only_interaction("2.0.0", "{}");
    assert_eq!(interaction.description, "Interaction 0");
    assert_eq!(interaction.kind, Kind::Http(HttpRequest::default(), HttpResponse::default()));
    assert_eq!(warnings, [""; 0]);
    let message = pact_of(&with("3.0.0", r#""messages": [{}]"#)).value.interactions.remove(0);
    assert_eq!(
        (message.description.as_str(), &message.kind),
        ("Message 0", &Kind::AsyncMessage(MessagePart::default()))
    );
}

#[test]
fn provider_states_are_read_in_every_form() {
    for (member, expected) in [
        (r#""providerState": "a""#, vec!["a"]),
        (r#""provider_state": "a""#, vec!["a"]),
        (r#""providerState": """#, vec![]),
        (r#""providerState": null"#, vec![]),
        (r#""providerState": "a", "providerStates": [{ "name": "b" }, { "name": "c", "params": [] }]"#, vec!["b", "c"]),
        (r#""providerStates": ["b", {}]"#, vec!["b", "unknown provider states"]),
        (r#""providerStates": { "name": "b" }"#, vec!["b"]),
    ] {
        for (version, kind) in [("2.0.0", ""), ("4.0", r#""type": "Synchronous/HTTP", "#)] {
            let (interaction, _) = only_interaction(version, &format!("{{ {kind}{member} }}"));
            let names: Vec<&str> = interaction.provider_states.iter().map(|state| state.name.as_str()).collect();
            assert_eq!(names, expected, "{member}");
        }
    }
    let (interaction, _) =
        only_interaction("3.0.0", r#"{ "providerStates": [{ "name": "b", "params": { "id": 1.0 } }] }"#);
    assert_eq!(interaction.provider_states[0].params.get("id").map(Json::to_compact).as_deref(), Some("1.0"));
    let error = error_of(&with("3.0.0", r#""interactions": [{ "providerStates": [7] }]"#));
    assert_eq!(error, "$.interactions[0].providerStates[0]: expected a provider state, found the number 7");
}

#[test]
fn the_members_of_a_v4_interaction_are_read() {
    let (interaction, warnings) = only_interaction(
        "4.0",
        r#"{ "type": "Asynchronous/Messages", "_id": "abc", "key": "k", "pending": true, "transport": "kafka", "description": 12,
             "comments": { "text": ["hi"] }, "pluginConfiguration": { "protobuf": { "a": 1 } },
             "interactionMarkup": { "markup": "x", "markupType": "HTML" }, "contents": { "content": "x" }, "future": { "b": 1, "a": 2 } }"#,
    );
    assert_eq!(
        (
            interaction.id.as_deref(),
            interaction.key.as_deref(),
            interaction.pending,
            interaction.transport.as_deref(),
            interaction.description.as_str()
        ),
        (Some("abc"), Some("k"), true, Some("kafka"), "12")
    );
    assert!(
        interaction.comments.contains("text")
            && interaction.plugin_configuration.contains("protobuf")
            && interaction.markup.contains("markup")
    );
    assert_eq!(Json::Object(interaction.unknown).to_compact(), r#"{"future":{"b":1,"a":2}}"#);
    assert_eq!(warnings, [""; 0]);
    let (_, warnings) = only_interaction("4.0", r#"{ "type": "Synchronous/HTTP", "comments": "no", "pending": 1 }"#);
    assert_eq!(
        warnings,
        [
            "$.interactions[0].pending: expected `true` or `false`, found the number 1; taken as `false`",
            "$.interactions[0].comments: expected an object, found the string \"no\"; ignored",
        ]
    );
}

#[test]
fn synchronous_messages_have_a_request_and_responses() {
    let (interaction, _) = only_interaction(
        "4.0",
        r#"{ "type": "Synchronous/Messages", "request": { "contents": { "content": "ping" }, "metadata": { "a": 1 } },
             "response": [{ "contents": { "content": "pong" }, "extra": 1 }, {}] }"#,
    );
    let Kind::SyncMessage { request, responses } = interaction.kind else { panic!("a synchronous message") };
    assert_eq!(
        (request.contents.bytes(), responses.len(), responses[0].contents.bytes()),
        (&b"ping"[..], 2, &b"pong"[..])
    );
    assert!(request.metadata.contains("a") && responses[0].unknown.contains("extra"));
}

#[test]
fn messages_of_v3_are_read() {
    for (message, contents, warnings) in [
        (r#"{ "contents": { "a": [1.0] } }"#, Body::new(r#"{"a":[1.0]}"#, None), 0),
        (r#"{ "content": "hello" }"#, Body::new("hello", None), 1),
        (r#"{ "contents": "aGk=", "metaData": { "contentType": "image/png" } }"#, Body::new("hi", None), 0),
        (r#"{ "contents": "aGk=", "metadata": { "Content-Type": "text/plain" } }"#, Body::new("aGk=", None), 0),
        (r#"{ "contents": "" }"#, Body::Empty, 0),
        (r#"{ "contents": null }"#, Body::Null, 0),
        (r#"{ "metadata": [] }"#, Body::Missing, 0),
    ] {
        let loaded = message_part(&json(message), SpecVersion::V3).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((&loaded.value.contents, loaded.warnings.len()), (&contents, warnings), "{message}");
    }
    let text = r#"{ "messages": [{ "contents": 1, "generators": { "content": { "$": { "type": "Uuid" } } }, "matchingRules": { "contents": { "$": { "matchers": [{ "match": "type" }] } } }, "mine": 1 }] }"#;
    let interaction = pact_of(text).value.interactions.remove(0);
    assert!(interaction.unknown.contains("mine"));
    let Kind::AsyncMessage(part) = interaction.kind else { panic!("a message") };
    assert!(
        part.generators.body.contains_key("$") && part.matching_rules.body.contains_key("$") && part.unknown.is_empty()
    );
}
