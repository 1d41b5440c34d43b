//! What is large is read from its text, and must come to the same as its tree.

use super::*;

/// More than is read as a tree; with a name that is there twice.
fn large() -> String {
    let items = (0..6_000).map(|at| format!("{{ \"id\": 0, \"id\": {at}.50 }}")).collect::<Vec<_>>().join(" ,\n");
    format!("[ {items} ]")
}

fn assert_same(text: &str) -> Loaded<Pact> {
    let tree = Json::parse(text.as_bytes()).expect("JSON");
    let by_tree = Pact::from_json(&tree);
    let by_text = Pact::read(text.as_bytes());
    // Not `assert_eq`: nobody reads differences of that size.
    assert!(by_tree == by_text, "{} …", &text[..200.min(text.len())]);
    by_text.expect("a pact")
}

#[test]
fn large_contents_are_those_of_the_tree() {
    let large = large();
    let (array, object) = (large.clone(), format!(r#"{{ "a\u0062": {large}, "n": null, "n": 1 }}"#));
    for content in [array, object, format!("\"{}\"", "a\\n".repeat(50_000))] {
        for (version, interaction) in [
            (
                "4.0",
                r#""type": "Synchronous/HTTP", "request": { "body": { "content": @ } }, "response": { "body": { "content": @, "x": @ } }"#,
            ),
            (
                "4.0",
                r#""type": "Synchronous/HTTP", "request": { "body": { "content": 1, "content": @ } }, "response": { "body": @ }"#,
            ),
            ("4.0", r#""type": "Synchronous/HTTP", "response": { "body": { "content": @, "encoded": "base64" } }"#),
            ("4.0", r#""type": "Synchronous/HTTP", "response": { "body": { "content": @, "encoded": "json" } }"#),
            ("4.0", r#""type": "Synchronous/HTTP", "response": { "body": { "content": @, "encoded": "klingon" } }"#),
            ("4.0", r#""type": "Synchronous/HTTP", "response": { "body": { "other": @ }, "later": @ }, "also": @"#),
            (
                "4.0",
                r#""type": "Asynchronous/Messages", "contents": { "content": @, "contentType": "application/json" }"#,
            ),
            (
                "4.0",
                r#""type": "Synchronous/Messages", "request": { "contents": { "content": @ } }, "response": [{ "contents": { "content": @ } }]"#,
            ),
            (
                "4.0",
                r#""type": "Later", "request": { "body": { "content": @ } }, "response": { "body": @ }, "contents": { "content": @ }"#,
            ),
            ("3.0", r#""request": { "body": @ }, "response": { "body": @, "later": @ }, "contents": @"#),
            ("2.0", r#""request": { "body": { "content": @ } }, "response": { "body": @ }"#),
        ] {
            let members = interaction.replace('@', &content);
            assert_same(&with(version, &format!(r#""interactions": [{{ "description": "d", {members} }}]"#)));
        }
        for message in [r#"{ "contents": @, "content": @ }"#, r#"{ "content": @, "later": @ }"#] {
            let message = message.replace('@', &content);
            assert_same(&with("3.0", &format!(r#""messages": [{message}]"#)));
            assert_same(&with("4.0", &format!(r#""messages": [{message}], "interactions": []"#)));
        }
    }
}

#[test]
fn the_body_is_the_compact_text() {
    let text = with(
        "4.0",
        &format!(
            r#""interactions": [{{ "type": "Synchronous/HTTP", "response": {{ "body": {{ "content": {} }} }} }}]"#,
            large()
        ),
    );
    let loaded = assert_same(&text);
    let (_, response) = loaded.value.interactions[0].as_http().expect("HTTP");
    assert!(response.body.bytes().starts_with(br#"[{"id":0.50},{"id":1.50},"#));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
}

#[test]
fn errors_and_warnings_name_the_same_places() {
    let large = large();
    for member in [
        r#""interactions": [1]"#,
        r#""interactions": 1"#,
        r#""interactions": [], "interactions": {}"#,
        r#""interactions": {}, "interactions": []"#,
        r#""interactions": [{ "description": "d", "response": { "status": "x", "body": @ } }]"#,
        r#""interactions": [{}, { "type": 1, "response": { "body": { "content": @ } } }]"#,
        r#""interactions": [{}, { "type": "Synchronous/HTTP", "response": { "body": { "content": @ }, "headers": 1 } }]"#,
        r#""messages": [{ "contents": @ }, 1]"#,
    ] {
        for version in ["1.0", "3.0", "4.0"] {
            let text = with(version, &member.replace('@', &large));
            let tree = Json::parse(text.as_bytes()).expect("JSON");
            assert!(Pact::from_json(&tree) == Pact::read(text.as_bytes()), "{version} {member}");
        }
    }
}
