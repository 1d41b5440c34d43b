//! Files as a whole: versions, metadata, names, what is no pact.

use super::*;

#[test]
fn the_version_is_found_in_every_spelling() {
    for (metadata, version, warned) in [
        (r#"{ "pactSpecification": { "version": "4.0" } }"#, SpecVersion::V4, false),
        (r#"{ "pactSpecification": { "version": "2" } }"#, SpecVersion::V2, false),
        (r#"{ "pactSpecification": { "version": 3 } }"#, SpecVersion::V3, false),
        (
            r#"{ "pact-specification": { "version": "2.0.0" }, "pactSpecification": { "version": "4" } }"#,
            SpecVersion::V2,
            false,
        ),
        (r#"{ "pactSpecificationVersion": "1.1.0" }"#, SpecVersion::V1_1, false),
        (r#"{ "pactSpecification": { "version": "1.7" } }"#, SpecVersion::V1, true),
        (r#"{ "pactSpecification": { "version": "9.0" } }"#, SpecVersion::V3, true),
        (r#"{ "pactSpecification": {} }"#, SpecVersion::V3, true),
        ("{}", SpecVersion::V3, true),
        ("null", SpecVersion::V3, true),
    ] {
        let loaded = pact_of(&format!(
            r#"{{ "consumer": {{ "name": "a" }}, "provider": {{ "name": "b" }}, "metadata": {metadata} }}"#
        ));
        assert_eq!((loaded.value.version, !loaded.warnings.is_empty()), (version, warned), "{metadata}");
        assert!(loaded.value.metadata.is_empty(), "{metadata}");
    }
}

#[test]
fn other_metadata_is_kept_and_old_names_are_renamed() {
    let loaded = pact_of(
        r#"{ "interactions": [], "metadata": { "pact-rust": { "version": "0.8" }, "mine": [1, 1.50], "pactSpecification": { "version": "4" } } }"#,
    );
    assert_eq!(Json::Object(loaded.value.metadata).to_compact(), r#"{"mine":[1,1.50],"pactRust":{"version":"0.8"}}"#);
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["$.consumer: has no name, `consumer` is taken", "$.provider: has no name, `provider` is taken"]
    );
}

#[test]
fn what_is_no_pact_is_refused_with_its_place() {
    let status = with("3.0.0", r#""interactions": [{}, { "description": "b", "response": { "status": "200 OK" } }]"#);
    for (text, expected) in [
        ("[]", "$: expected a pact, which is an object, found an array"),
        ("{}", "$: not a pact: it has neither `consumer`, `provider`, `interactions` nor `messages`"),
        (r#"{ "interactions": {} }"#, "$.interactions: expected an array of interactions, found an object"),
        (r#"{ "interactions": null }"#, "$.interactions: expected an array of interactions, found null"),
        (r#"{ "messages": "no" }"#, r#"$.messages: expected an array of messages, found the string "no""#),
        (
            r#"{ "interactions": [1] }"#,
            "$.interactions[0]: expected an interaction, which is an object, found the number 1",
        ),
        (
            &status,
            r#"$.interactions[1].response.status: expected a status code, found the string "200 OK" (in the interaction "b")"#,
        ),
        (
            &with("2.0.0", r#""messages": []"#),
            "$.messages: messages need specification version 3 or later, and the file says it is V2",
        ),
        (
            &with("4.0", r#""interactions": [{ "type": "Synchronous/Messages", "response": [] }]"#),
            "$.interactions[0]: the member `request` is missing",
        ),
        (
            &with("4.0", r#""interactions": [{ "type": "Synchronous/Messages", "request": {} }]"#),
            "$.interactions[0]: the member `response` is missing",
        ),
        (
            &with("4.0", r#""interactions": [{ "type": "Synchronous/HTTP", "request": { "headers": "no" } }]"#),
            r#"$.interactions[0].request.headers: expected an object of headers, found the string "no""#,
        ),
        (r#"{ "consumer""#, "$: not a JSON document: EOF while parsing an object at line 1, column 13"),
    ] {
        assert_eq!(error_of(text), expected, "{text}");
    }
    for status in ["\"200\"", "-1", "2e2", "200.0", "70000", "null", "[]", "true"] {
        let text = with(
            "4.0",
            &format!(r#""interactions": [{{ "type": "Synchronous/HTTP", "response": {{ "status": {status} }} }}]"#),
        );
        assert!(
            error_of(&text).starts_with("$.interactions[0].response.status: expected a status code, found "),
            "{status}"
        );
    }
}

#[test]
fn a_byte_order_mark_and_repeated_members_are_no_obstacle() {
    let text = format!(
        "\u{feff}{}",
        with("3.0.0", r#""interactions": [], "interactions": [{ "description": "a", "description": "b" }]"#)
    );
    assert_eq!(pact_of(&text).value.interactions[0].description, "b");
}

#[test]
fn warnings_end_at_a_hundred() {
    let many: Vec<String> = (0..500).map(|index| format!(r#""c{index}": {{}}"#)).collect();
    let warnings = rules(&format!("{{ {} }}", many.join(","))).warnings;
    assert_eq!((warnings.len(), warnings[99].text.as_str()), (100, "and 401 more warnings"));
}
