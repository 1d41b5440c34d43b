//! What other programs write and the specification does not say: every habit that is known is read, and what is odd is warned about.

use super::*;

/// What becomes of one interaction, written again in V4; and the warnings.
fn made_of(version: &str, interaction: &str) -> (String, Vec<String>) {
    let loaded = pact_of(&with(version, &format!(r#""interactions": [{interaction}]"#)));
    let written = loaded.value.write(SpecVersion::V4).unwrap_or_else(|error| panic!("{error}"));
    let interaction = &written.get("interactions").and_then(Json::as_array).expect("a list")[0];
    let mut shown = Object::new();
    for (name, value) in interaction.as_object().expect("an object").iter() {
        let is_default = match (name, value) {
            ("request", value) => value.to_compact() == r#"{"method":"GET","path":"/"}"#,
            ("response", value) => value.to_compact() == r#"{"status":200}"#,
            (name, _) => matches!(name, "pending" | "type"),
        };
        if !is_default {
            shown.insert(name.to_owned(), value.clone());
        }
    }
    (Json::Object(shown).to_compact(), loaded.warnings.iter().map(|warning| warning.at.clone()).collect())
}

#[test]
fn every_habit_of_other_programs_is_understood() {
    const V4: &str = r#""type": "Synchronous/HTTP", "description": "x""#;
    const X: &str = r#""description": "x""#;
    const REGEX: &str = r#"{"combine":"AND","matchers":[{"match":"regex","regex":"a"}]}"#;
    let rules = |category: &str| {
        format!(r#"{{"description":"x","request":{{"matchingRules":{category},"method":"GET","path":"/"}}}}"#)
    };
    let response = |member: &str| format!(r#"{{"description":"x","response":{{{member},"status":200}}}}"#);
    let request = |member: &str| format!(r#"{{"description":"x","request":{{{member}}}}}"#);
    let get = |member: &str| request(&format!(r#"{member},"method":"GET","path":"/""#));
    let all = ["1.0.0", "1.1.0", "2.0.0", "3.0.0", "4.0"];
    let (old, new) = (&all[..4], &all[4..]);
    for (versions, interaction, expected, warned) in [
        (&all[..], format!("{{ {V4} }}"), r#"{"description":"x"}"#.to_owned(), 0),
        (old, "{}".to_owned(), r#"{"description":"Interaction 0"}"#.to_owned(), 0),
        (
            old,
            r#"{ "description": null, "request": null, "response": null }"#.to_owned(),
            r#"{"description":"Interaction 0"}"#.to_owned(),
            0,
        ),
        (old, r#"{ "description": 12.50 }"#.to_owned(), r#"{"description":"12.50"}"#.to_owned(), 0),
        (old, format!(r#"{{ {X}, "_id": "of a broker" }}"#), r#"{"description":"x"}"#.to_owned(), 0),
        (
            &all,
            format!(r#"{{ {V4}, "providerState": "s" }}"#),
            r#"{"description":"x","providerStates":[{"name":"s"}]}"#.to_owned(),
            0,
        ),
        (
            &all,
            format!(r#"{{ {V4}, "provider_state": "s" }}"#),
            r#"{"description":"x","providerStates":[{"name":"s"}]}"#.to_owned(),
            0,
        ),
        (
            &all,
            format!(r#"{{ {V4}, "providerState": 7 }}"#),
            r#"{"description":"x","providerStates":[{"name":"7"}]}"#.to_owned(),
            0,
        ),
        (
            &all,
            format!(r#"{{ {V4}, "providerStates": [{{ "params": {{ "a": 1 }} }}] }}"#),
            r#"{"description":"x","providerStates":[{"name":"unknown provider states","params":{"a":1}}]}"#.to_owned(),
            1,
        ),
        (
            &all,
            format!(r#"{{ {V4}, "providerStates": ["s", {{ "name": "t", "params": [] }}] }}"#),
            r#"{"description":"x","providerStates":[{"name":"s"},{"name":"t"}]}"#.to_owned(),
            1,
        ),
        (
            &all,
            format!(r#"{{ {V4}, "request": {{ "method": "post", "path": 12 }} }}"#),
            request(r#""method":"POST","path":"12""#),
            0,
        ),
        (
            &all,
            format!(r#"{{ {V4}, "request": {{ "query": "a=1&a=2&" }} }}"#),
            request(r#""method":"GET","path":"/","query":{"a":["1","2"]}"#),
            0,
        ),
        (
            &all,
            format!(r#"{{ {V4}, "request": {{ "query": {{ "a": 1, "b": true, "c": null, "d": [null, 2] }} }} }}"#),
            request(r#""method":"GET","path":"/","query":{"a":["1"],"b":["true"],"c":[null],"d":[null,"2"]}"#),
            0,
        ),
        (
            &all,
            format!(
                r#"{{ {V4}, "request": {{ "headers": {{ "A": ["1", 2], "B": 3, "C": null, "Accept": "a/b, c/d" }} }} }}"#
            ),
            get(r#""headers":{"A":["1","2"],"Accept":["a/b","c/d"],"B":["3"],"C":["null"]}"#),
            0,
        ),
        (
            &all,
            format!(
                r#"{{ {V4}, "request": {{ "headers": [], "query": [], "matchingRules": {{}}, "generators": {{}} }} }}"#
            ),
            r#"{"description":"x"}"#.to_owned(),
            0,
        ),
        (
            &all,
            format!(
                r#"{{ {V4}, "request": {{ "matchingRules": {{ "path": {{ "matchers": [{{ "regex": "a" }}] }} }} }} }}"#
            ),
            rules(&format!(r#"{{"path":{REGEX}}}"#)),
            0,
        ),
        (
            &all,
            format!(
                r#"{{ {V4}, "request": {{ "requestMatchingRules": {{ "$.path": {{ "match": "regex", "regex": "a" }} }} }} }}"#
            ),
            rules(&format!(r#"{{"path":{REGEX}}}"#)),
            0,
        ),
        (
            &all,
            format!(
                r#"{{ {V4}, "response": {{ "responseMatchingRules": {{ "$.body": {{ "match": "regex", "regex": "a" }} }} }} }}"#
            ),
            response(&format!(r#""matchingRules":{{"body":{{"$":{REGEX}}}}}"#)),
            0,
        ),
        (
            &all,
            format!(
                r#"{{ {V4}, "request": {{ "matchingRules": {{ "header": {{}}, "status": {{}}, "body": {{ "$": {{ "matchers": [] }} }} }} }} }}"#
            ),
            r#"{"description":"x"}"#.to_owned(),
            0,
        ),
        (
            &all,
            format!(
                r#"{{ {V4}, "request": {{ "matchingRules": {{ "body": {{ "data.*": {REGEX}, "event": {REGEX} }} }} }} }}"#
            ),
            rules(&format!(r#"{{"body":{{"data.*":{REGEX},"event":{REGEX}}}}}"#)),
            0,
        ),
        (
            new,
            format!(r#"{{ {V4}, "request": {{ "body": {{ "content": {{ "a": 1.0 }} }} }} }}"#),
            request(
                r#""body":{"content":{"a":1.0},"contentType":"application/json","encoded":false},"method":"GET","path":"/""#,
            ),
            0,
        ),
        (
            new,
            format!(
                r#"{{ {V4}, "request": {{ "body": {{ "content": "eA==", "contentType": "text/plain", "encoded": "Base64" }} }} }}"#
            ),
            request(r#""body":{"content":"x","contentType":"text/plain","encoded":false},"method":"GET","path":"/""#),
            0,
        ),
        (
            new,
            format!(
                r#"{{ {V4}, "request": {{ "body": {{ "content": "[1]", "contentType": "application/json", "encoded": "json" }} }} }}"#
            ),
            request(
                r#""body":{"content":[1],"contentType":"application/json","encoded":false},"method":"GET","path":"/""#,
            ),
            0,
        ),
        (
            new,
            format!(
                r#"{{ {V4}, "request": {{ "body": {{ "content": "x", "contentType": "text/plain", "encoded": 1 }} }} }}"#
            ),
            request(r#""body":{"content":"x","contentType":"text/plain","encoded":false},"method":"GET","path":"/""#),
            1,
        ),
        (
            new,
            format!(
                r#"{{ {V4}, "comments": [], "interactionMarkup": {{ "markup": "", "markupType": "HTML" }}, "key": "", "transport": null }}"#
            ),
            r#"{"description":"x"}"#.to_owned(),
            1,
        ),
    ] {
        for version in versions {
            let (written, warnings) = made_of(version, &interaction);
            assert_eq!(
                (written.as_str(), warnings.len()),
                (expected.as_str(), warned),
                "{version}: {interaction} {warnings:?}"
            );
        }
    }
}

#[test]
fn the_pacticipants_are_read_in_every_form() {
    for (consumer, name, warned) in [
        (r#"{ "name": "Web" }"#, "Web", false),
        (r#"{ "name": 12 }"#, "12", false),
        (r#"{ "name": ["a"] }"#, "[\"a\"]", false),
        (r#""Web""#, "Web", true),
        ("{}", "consumer", true),
        (r#"{ "name": null }"#, "consumer", true),
        ("7", "consumer", true),
    ] {
        let loaded = pact_of(&format!(
            r#"{{ "consumer": {consumer}, "provider": {{ "name": "b" }}, "metadata": {{ "pactSpecification": {{ "version": "4.0" }} }} }}"#
        ));
        assert_eq!((loaded.value.consumer.as_str(), !loaded.warnings.is_empty()), (name, warned), "{consumer}");
        assert!(loaded.value.interactions.is_empty());
    }
}

#[test]
fn metadata_that_is_no_object_is_left_out_with_a_warning() {
    let loaded = pact_of(r#"{ "consumer": { "name": "a" }, "provider": { "name": "b" }, "metadata": "1.0" }"#);
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["$.metadata: not an object, ignored", "$.metadata: no specification version, read as version 3"]
    );
}

#[test]
fn messages_of_every_program_are_read() {
    let message = |text: &str| {
        let loaded = pact_of(&with("3.0.0", &format!(r#""messages": [{text}]"#)));
        let Kind::AsyncMessage(part) = loaded.value.interactions[0].kind.clone() else { panic!("a message") };
        (part, loaded.value.interactions[0].clone(), loaded.warnings.len())
    };
    let (part, _, warnings) =
        message(r#"{ "metaData": { "CONTENT-TYPE": "text/csv" }, "metadata": { "a": 1 }, "contents": "a" }"#);
    assert_eq!((part.content_type(), part.metadata.len(), warnings), (ContentType::parse("text/csv"), 1, 0));
    let (part, _, warnings) = message(r#"{ "content": { "a": 1 }, "contents": { "b": 1 } }"#);
    assert_eq!((part.contents.bytes(), warnings), (&br#"{"b":1}"#[..], 0));
    let (_, interaction, _) = message(r#"{ "_id": "1", "description": 7, "providerState": "s" }"#);
    assert_eq!((interaction.id.as_deref(), interaction.description.as_str()), (Some("1"), "7"));
    assert_eq!(interaction.provider_states[0].name, "s");
    for category in ["body", "content", "contents", "Body"] {
        let (part, ..) = message(&format!(
            r#"{{ "matchingRules": {{ "{category}": {{ "$": {{ "matchers": [{{ "match": "type" }}] }} }} }},
                  "generators": {{ "{category}": {{ "$": {{ "type": "Uuid" }} }} }} }}"#
        ));
        assert!(part.matching_rules.body.contains_key("$") && part.generators.body.contains_key("$"), "{category}");
    }
}

#[test]
fn examples_are_not_checked_against_their_own_rules() {
    let (_, warnings) = made_of(
        "3.0.0",
        r#"{ "description": "x", "response": { "body": { "at": "23:59::58", "id": "" }, "matchingRules": { "body": {
            "$.at": { "matchers": [{ "match": "time", "format": "HH:mm:ss" }] },
            "$.id": { "matchers": [{ "match": "regex", "regex": "\\d+" }] } } },
            "generators": { "body": { "$.id": { "type": "RandomInt" } } } } }"#,
    );
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn rules_of_either_form_are_read_whatever_the_version_and_even_side_by_side() {
    for version in SpecVersion::ALL {
        let text = r#"{ "matchingRules": { "$.body.a": { "match": "type" }, "body": { "$.b": { "matchers": [{ "match": "type" }] } }, "$.path": { "regex": "a" } } }"#;
        let rules = request(text, version).value.matching_rules;
        assert_eq!((rules.body.len(), rules.path.rules.len()), (2, 1), "{version}");
    }
}
