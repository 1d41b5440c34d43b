use super::*;
use crate::body::{Body, Content, ContentTypeHint};
use crate::content_type::ContentType;
use crate::http::Query;
use crate::interaction::{Interaction, Kind};
use crate::rules::{Combine, MatchingRule, RuleList, StatusClass};

fn json(text: &str) -> Json<'_> {
    Json::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn pact_of(text: &str) -> Loaded<Pact> {
    Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A pact of the given version with one member besides the names.
fn with(version: &str, member: &str) -> String {
    format!(
        r#"{{ "consumer": {{ "name": "Web" }}, "provider": {{ "name": "Orders" }}, {member},
             "metadata": {{ "pactSpecification": {{ "version": "{version}" }} }} }}"#
    )
}

fn only_interaction(version: &str, interaction: &str) -> (Interaction, Vec<String>) {
    let mut loaded = pact_of(&with(version, &format!(r#""interactions": [{interaction}]"#)));
    (loaded.value.interactions.remove(0), loaded.warnings.iter().map(ToString::to_string).collect())
}

fn request(text: &str, version: SpecVersion) -> Loaded<HttpRequest> {
    http_request(&json(text), version).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rules(text: &str) -> Loaded<MatchingRules> {
    matching_rules(&json(text)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error_of(text: &str) -> String {
    Pact::read(text.as_bytes()).expect_err(text).to_string()
}

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

#[test]
fn bodies_before_v4_are_read_by_content_type() {
    for (content_type, body, bytes) in [
        ("application/json", r#"{ "b": 1, "a": 1.10 }"#, r#"{"b":1,"a":1.10}"#),
        ("application/json", r#""text""#, r#""text""#),
        ("application/json", r#""{ \"a\": 1 }""#, r#"{ "a": 1 }"#),
        ("application/json", r#""\"text\"""#, r#""text""#),
        ("application/json", r#""[1,2]""#, r#""[1,2]""#),
        ("application/json", r#""say \"hi\"""#, r#""say \"hi\"""#),
        ("application/json", "true", "true"),
        ("text/plain", r#""{ \"a\": 1 }""#, r#"{ "a": 1 }"#),
        ("text/plain", r#"{ "a": 1 }"#, r#"{"a":1}"#),
        ("image/png", r#""aGVsbG8=""#, "hello"),
        ("image/png", r#""not base64!""#, "not base64!"),
        ("", r#""just text""#, "just text"),
        ("", r#""aGVsbG8=""#, "aGVsbG8="),
        ("", r#""<a/>""#, "<a/>"),
        ("", r#""{\"a\":1}""#, r#"{"a":1}"#),
        ("nonsense", "[1]", "[1]"),
    ] {
        for version in [SpecVersion::V1, SpecVersion::V1_1, SpecVersion::V2, SpecVersion::V3] {
            let text = format!(r#"{{ "headers": {{ "content-type": "{content_type}" }}, "body": {body} }}"#);
            assert_eq!(request(&text, version).value.body, Body::new(bytes.to_owned(), None), "{text}");
        }
    }
    // Without a header, the quotes would hide what was detected.
    let body = request(r#"{ "body": "[1,2]" }"#, SpecVersion::V3).value.body;
    assert_eq!(body, Body::new(r#""[1,2]""#, Some(ContentType::json())));
    for (text, body) in [(r#"{ "body": "" }"#, Body::Empty), (r#"{ "body": null }"#, Body::Null), ("{}", Body::Missing)]
    {
        assert_eq!(request(text, SpecVersion::V2).value.body, body);
    }
}

#[test]
fn bodies_of_v4_are_unwrapped() {
    let present = |bytes: &'static str, content_type: &str, hint| {
        Body::Present(Content { bytes: bytes.into(), content_type: ContentType::parse(content_type), hint })
    };
    for (body, expected, warnings) in [
        (
            r#"{ "content": { "a": 1.0 }, "contentType": "application/json" }"#,
            present(r#"{"a":1.0}"#, "application/json", None),
            0,
        ),
        (
            r#"{ "content": "a \"b\"", "contentType": "application/json" }"#,
            present(r#""a \"b\"""#, "application/json", None),
            0,
        ),
        (r#"{ "content": "", "contentType": "application/json", "encoded": false }"#, Body::Empty, 0),
        (r#"{ "content": "x", "contentType": "text/plain" }"#, present("x", "text/plain", None), 0),
        (r#"{ "content": [1, 2], "contentType": "text/plain" }"#, present("[1,2]", "text/plain", None), 0),
        (
            r#"{ "content": "aGk", "encoded": "BASE64", "contentType": "a/b", "contentTypeHint": "BINARY" }"#,
            present("hi", "a/b", Some(ContentTypeHint::Binary)),
            0,
        ),
        (r#"{ "content": "a\nGk=\n", "encoded": "base64" }"#, present("hi", "", None), 0),
        (r#"{ "content": "?", "encoded": "base64" }"#, present("?", "", None), 1),
        (r#"{ "content": "null", "encoded": "JSON" }"#, present("null", "", None), 0),
        (r#"{ "content": "x", "encoded": true }"#, present("x", "", None), 1),
        (r#"{ "content": "x", "encoded": "rot13" }"#, present("x", "", None), 1),
        (r#"{ "content": "x", "contentType": "*/*" }"#, present("x", "", None), 0),
        (r#"{ "content": "x", "contentType": "nonsense", "contentTypeHint": "LOUD" }"#, present("x", "", None), 2),
        (r#"{ "content": null, "contentType": "application/json" }"#, Body::Null, 0),
        ("null", Body::Null, 0),
        ("{}", Body::Missing, 0),
        (r#"{ "contentType": "text/plain" }"#, Body::Missing, 0),
        (r#"{ "id": 7 }"#, present(r#"{"id":7}"#, "application/json", None), 1),
        (r#""bare""#, present(r#""bare""#, "", None), 1),
    ] {
        let loaded = request(&format!(r#"{{ "body": {body} }}"#), SpecVersion::V4);
        assert_eq!((&loaded.value.body, loaded.warnings.len()), (&expected, warnings), "{body}: {:?}", loaded.warnings);
    }
    let by_header = request(
        r#"{ "headers": { "Content-Type": ["application/json"] }, "body": { "content": "x" } }"#,
        SpecVersion::V4,
    );
    assert_eq!(by_header.value.body.bytes(), br#""x""#);
}

#[test]
fn headers_are_split_only_where_they_are_lists() {
    let request = request(
        r#"{ "headers": { "Accept": "a/b, c/d", "Date": "Tue, 15 Nov", "X-Many": ["a, b", 7], "x-number": 1, "DATE": "again", "Vary": ["a, b"] } }"#,
        SpecVersion::V2,
    );
    let headers: Vec<(&str, Vec<&str>)> = request
        .value
        .headers
        .iter()
        .map(|(name, values)| (name, values.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        headers,
        [
            ("Accept", vec!["a/b", "c/d"]),
            ("Date", vec!["Tue, 15 Nov", "again"]),
            ("X-Many", vec!["a, b", "7"]),
            ("x-number", vec!["1"]),
            ("Vary", vec!["a, b"]),
        ]
    );
}

#[test]
fn the_query_is_read_from_text_or_map_in_every_version() {
    for version in SpecVersion::ALL {
        let text = request(r#"{ "query": "b=x+y&a=1&b=2&flag" }"#, version).value.query;
        let map = request(r#"{ "query": { "b": ["x y", 2], "a": 1, "flag": null } }"#, version).value.query;
        assert_eq!(text.iter().collect::<Vec<_>>(), map.iter().collect::<Vec<_>>());
        assert_eq!(text.raw(), (version < SpecVersion::V3).then_some("b=x+y&a=1&b=2&flag"));
        for none in [r#"{ "query": "" }"#, r#"{ "query": [] }"#, r#"{ "query": null }"#, "{}"] {
            assert_eq!(request(none, version).value.query, Query::default());
        }
    }
    let loaded = request(r#"{ "query": { "a": { "b": 1 }, "c": [null, "x"] } }"#, SpecVersion::V4);
    assert_eq!(
        loaded.warnings[0].to_string(),
        "$.query.a: expected values of a query parameter, found an object; ignored"
    );
    assert_eq!(loaded.value.query.get("c"), Some(&[None, Some("x".to_owned())][..]));
}

#[test]
fn method_and_path_are_read_leniently() {
    let loaded = request(r#"{ "method": "post", "path": 12, "note": { "z": 1 } }"#, SpecVersion::V3);
    assert_eq!((loaded.value.method.as_str(), loaded.value.path.as_str()), ("POST", "12"));
    assert!(loaded.value.unknown.contains("note"));
    let error = http_request(&json(r#"{ "path": {} }"#), SpecVersion::V3).expect_err("no path");
    assert_eq!(error.to_string(), "$.path: expected a path, found an object");
}

#[test]
fn flat_rules_go_to_their_categories() {
    for (key, category, name) in [
        ("$.path", "path", ""),
        ("$.method", "method", ""),
        ("$.status", "status", ""),
        ("$['path']", "path", ""),
        ("$.body", "body", "$"),
        ("$.body.items[*].sku", "body", "$.items[*].sku"),
        ("$['body']['a']", "body", "$['a']"),
        ("$.body[0]", "body", "$[0]"),
        ("$.query.page", "query", "page"),
        ("$.query.page[0]", "query", "page"),
        ("$.query.page[*]", "query", "page"),
        ("$.query.ids[]", "query", "ids[]"),
        ("$.query.ids[][0]", "query", "ids[]"),
        ("$.query['a b']", "query", "a b"),
        ("$.query.filter.name", "query", "filter.name"),
        ("$.headers.X-Trace[0]", "header", "X-Trace"),
        ("$.header.X-Trace", "header", "X-Trace"),
        ("$.headers['X-B']", "header", "X-B"),
        ("$['headers']['X-B'][0]", "header", "X-B"),
        ("$.metadata.topic", "metadata", "$.topic"),
    ] {
        let loaded = rules(&format!(r#"{{ {}: {{ "match": "type" }} }}"#, Json::from(key)));
        let expected = RuleList::of(MatchingRule::Type { min: None, max: None });
        let rules = loaded.value;
        let found = match category {
            "path" => Some(&rules.path),
            "method" => Some(&rules.method),
            "status" => Some(&rules.status),
            "query" => rules.query.get(name),
            "header" => rules.header.get(name),
            "metadata" => rules.metadata.get(name),
            _ => rules.body.get(name),
        };
        assert_eq!(found, Some(&expected), "{key}: {rules:?}");
        assert!(loaded.warnings.is_empty(), "{key}: {:?}", loaded.warnings);
    }
    for key in ["$", "$.bodyguard", "$.query", "$..", "$[", "$['body'", "$.headers[0]"] {
        let loaded = rules(&format!(r#"{{ {}: {{ "match": "type" }} }}"#, Json::from(key)));
        assert!(loaded.value.is_empty(), "{key}");
        assert_eq!(loaded.warnings.len(), 1, "{key}");
    }
}

#[test]
fn categories_are_read_in_every_spelling() {
    let list = RuleList::of(MatchingRule::Integer);
    let matchers = r#"{ "matchers": [{ "match": "integer" }] }"#;
    for part in ["status", "path", "method"] {
        for form in [
            matchers.to_owned(),
            format!(r#"{{ "": {matchers} }}"#),
            format!(r#"{{ "$": {matchers} }}"#),
            format!(r#"{{ "$.{part}": {matchers} }}"#),
        ] {
            let rules = rules(&format!(r#"{{ "{part}": {form} }}"#)).value;
            let found = match part {
                "status" => &rules.status,
                "path" => &rules.path,
                _ => &rules.method,
            };
            assert_eq!(found, &list, "{form}");
        }
    }
    for category in ["body", "content", "contents", "BODY"] {
        let text = format!(r#"{{ "{category}": {{ "$.a": {matchers}, "data.*": {matchers}, "": {matchers} }} }}"#);
        assert_eq!(rules(&text).value.body.len(), 3, "{category}");
    }
    for (key, name) in [
        ("X-A", "X-A"),
        ("$.X-A", "X-A"),
        ("$['X-A']", "X-A"),
        ("$.X-A[0]", "X-A"),
        ("a.b[]", "a.b[]"),
        ("$odd", "$odd"),
    ] {
        let text = format!(r#"{{ "headers": {{ "{key}": {matchers} }} }}"#);
        assert_eq!(rules(&text).value.header.keys().collect::<Vec<_>>(), [name]);
    }
    let rules = rules(&format!(
        r#"{{ "query": {{ "$.q": {matchers}, "ids[]": {matchers} }}, "metadata": {{ "contentType": {matchers} }} }}"#
    ))
    .value;
    assert_eq!(rules.query.keys().collect::<Vec<_>>(), ["$.q", "ids[]"]);
    assert!(rules.metadata.contains_key("contentType"));
}

#[test]
fn empty_rules_are_no_rules() {
    for text in [
        "{}",
        "[]",
        "null",
        r#"{ "header": {}, "status": {}, "path": {}, "body": { "$": { "matchers": [] }, "$.a": { "combine": "AND" } } }"#,
    ] {
        let loaded = rules(text);
        assert!(loaded.value.is_empty() && loaded.warnings.is_empty(), "{text}: {loaded:?}");
    }
    assert!(matching_rules(&json("3")).is_err());
}

#[test]
fn rule_lists_are_read_in_every_form() {
    let rules = rules(
        r#"{ "body": {
            "$.or": { "combine": "or", "matchers": [{ "match": "null" }, { "match": "type" }] },
            "$.and": { "combine": "nonsense", "matchers": [{ "match": "null" }] },
            "$.bare": { "match": "null" },
            "$.list": [{ "match": "null" }, { "match": "number" }]
        } }"#,
    )
    .value;
    assert_eq!((rules.body["$.or"].combine, rules.body["$.or"].rules.len()), (Combine::Or, 2));
    assert_eq!(rules.body["$.and"], RuleList::of(MatchingRule::Null));
    assert_eq!(rules.body["$.bare"], RuleList::of(MatchingRule::Null));
    assert_eq!(rules.body["$.list"].rules, [MatchingRule::Null, MatchingRule::Number]);
}

#[test]
fn every_rule_is_read() {
    let both = |min, max| MatchingRule::Type { min, max };
    for (text, rule) in [
        (r#"{ "match": "equality" }"#, MatchingRule::Equality),
        (r#"{ "match": "regex", "regex": "\\d+" }"#, MatchingRule::Regex("\\d+".to_owned())),
        (r#"{ "regex": "a" }"#, MatchingRule::Regex("a".to_owned())),
        (r#"{ "match": "type" }"#, both(None, None)),
        (r#"{ "match": "type", "min": 0, "max": "7" }"#, both(Some(0), Some(7))),
        (r#"{ "match": "type", "min": 2.0, "max": null }"#, both(Some(2), None)),
        (r#"{ "min": 1, "max": 2 }"#, both(Some(1), Some(2))),
        (r#"{ "max": 2 }"#, both(None, Some(2))),
        (r#"{ "match": "min-type", "min": 1 }"#, both(Some(1), None)),
        (r#"{ "match": "max", "max": 1 }"#, both(None, Some(1))),
        (r#"{ "match": "include", "value": "x" }"#, MatchingRule::Include("x".to_owned())),
        (r#"{ "match": "number" }"#, MatchingRule::Number),
        (r#"{ "match": "integer" }"#, MatchingRule::Integer),
        (r#"{ "match": "real" }"#, MatchingRule::Decimal),
        (r#"{ "match": "decimal" }"#, MatchingRule::Decimal),
        (r#"{ "match": "boolean" }"#, MatchingRule::Boolean),
        (r#"{ "match": "null" }"#, MatchingRule::Null),
        (r#"{ "match": "date" }"#, MatchingRule::Date(String::new())),
        (r#"{ "match": "date", "date": "yyyy" }"#, MatchingRule::Date("yyyy".to_owned())),
        (r#"{ "time": "HH" }"#, MatchingRule::Time("HH".to_owned())),
        (r#"{ "timestamp": "HH" }"#, MatchingRule::DateTime("HH".to_owned())),
        (r#"{ "match": "timestamp", "format": "HH" }"#, MatchingRule::DateTime("HH".to_owned())),
        (r#"{ "match": "datetime", "datetime": "HH" }"#, MatchingRule::DateTime("HH".to_owned())),
        (r#"{ "match": "content-type", "value": "a/b" }"#, MatchingRule::ContentType("a/b".to_owned())),
        (r#"{ "match": "values" }"#, MatchingRule::Values),
        (r#"{ "match": "statusCode" }"#, MatchingRule::StatusCode(StatusClass::Success)),
        (r#"{ "match": "status-code", "status": "information" }"#, MatchingRule::StatusCode(StatusClass::Information)),
        (
            r#"{ "match": "statusCode", "status": [200, "201"] }"#,
            MatchingRule::StatusCode(StatusClass::Codes(vec![200, 201])),
        ),
        (r#"{ "match": "not-empty" }"#, MatchingRule::NotEmpty),
        (r#"{ "match": "semver" }"#, MatchingRule::Semver),
        (r#"{ "pact:matcher:type": "regex", "regex": "a", "value": "a" }"#, MatchingRule::Regex("a".to_owned())),
        (r#"{ "pact:matcher:type": "matching(regex, 'a', 'a')" }"#, MatchingRule::Regex("a".to_owned())),
    ] {
        assert_eq!(matching_rule(&json(text)), rule, "{text}");
    }
}

#[test]
fn nested_rules_are_read() {
    let each = matching_rule(&json(
        r#"{ "match": "eachKey", "rules": [{ "match": "regex", "regex": "a" }, { "match": "semver" }], "value": "k", "generator": { "type": "Uuid" } }"#,
    ));
    let MatchingRule::EachKey(each) = each else { panic!("eachKey") };
    assert_eq!((each.rules.len(), each.example.as_ref().and_then(Json::as_str)), (2, Some("k")));
    assert_eq!(each.generator.map(|generator| generator.kind).as_deref(), Some("Uuid"));
    assert_eq!(
        matching_rule(&json(r#"{ "match": "each-value" }"#)),
        MatchingRule::EachValue(crate::rules::EachRule::default())
    );

    let contains = matching_rule(&json(
        r#"{ "match": "array-contains", "variants": [
            { "index": 1, "rules": { "$.a": { "matchers": [{ "match": "type" }] }, "": { "matchers": [] } }, "generators": { "$.a": { "type": "RandomInt", "min": 1 } } },
            {}
        ] }"#,
    ));
    let MatchingRule::ArrayContains(variants) = contains else { panic!("arrayContains") };
    assert_eq!(
        (variants[0].index, variants[0].rules.len(), variants[0].generators["$.a"].kind.as_str()),
        (1, 1, "RandomInt")
    );
    assert_eq!(variants[1], crate::rules::ArrayVariant::default());
}

#[test]
fn unknown_rules_are_kept_with_their_parameters() {
    let MatchingRule::Other { name, params } =
        matching_rule(&json(r#"{ "match": "jwt", "alg": ["RS256"], "value": 1 }"#))
    else {
        panic!("a plugin's rule")
    };
    assert_eq!((name.as_str(), Json::Object(params).to_compact().as_str()), ("jwt", r#"{"alg":["RS256"],"value":1}"#));
    let integration =
        matching_rule(&json(r#"{ "pact:matcher:type": "jwt", "pact:generator:type": "Jwt", "alg": 1, "value": 1 }"#));
    let MatchingRule::Other { params, .. } = integration else { panic!("a plugin's rule") };
    assert_eq!(Json::Object(params).to_compact(), r#"{"alg":1}"#);
}

#[test]
fn rules_that_cannot_be_understood_are_kept_with_a_warning() {
    for (text, reason) in [
        ("7", "a matching rule is an object, found the number 7"),
        ("{}", "it has no `match`, and its members do not tell what it asks"),
        (r#"{ "match": "" }"#, "`match` is empty"),
        (r#"{ "match": 1 }"#, "`match` is a name, found the number 1"),
        (r#"{ "match": "regex" }"#, "`regex` is missing"),
        (r#"{ "match": "regex", "regex": {} }"#, "`regex` is a text, found an object"),
        (r#"{ "match": "min" }"#, "`min` is missing"),
        (r#"{ "match": "type", "min": -1 }"#, "`min` is a length, found the number -1"),
        (r#"{ "match": "type", "max": "many" }"#, "`max` is a length, found the string \"many\""),
        (r#"{ "match": "type", "max": 1e400 }"#, "`max` is a length, found the number 1e400"),
        (r#"{ "match": "include" }"#, "`value` is missing"),
        (r#"{ "pact:matcher:type": "atLeast(1), atMost(2)" }"#, "`atLeast(1), atMost(2)` is more than one rule"),
        (
            r#"{ "pact:matcher:type": "matching(" }"#,
            "`matching(` is no matching definition: expected the name of a matching rule or `$` at character 10, found the end",
        ),
        (r#"{ "match": "date", "format": 1 }"#, "`format` is a date or time pattern, found the number 1"),
        (
            r#"{ "match": "statusCode", "status": "good" }"#,
            "`status` is a class of status codes or a list of them, found the string \"good\"",
        ),
        (r#"{ "match": "statusCode", "status": [99999] }"#, "expected a status code, found the number 99999"),
        (r#"{ "match": "arrayContains" }"#, "`variants` is missing"),
        (r#"{ "match": "arrayContains", "variants": [1] }"#, "a variant is an object, found the number 1"),
        (
            r#"{ "match": "arrayContains", "variants": [{ "index": -1 }] }"#,
            "`index` of a variant is a position, found the number -1",
        ),
        (r#"{ "match": "eachKey", "rules": {} }"#, "`rules` is an array of rules, found an object"),
    ] {
        let MatchingRule::Unreadable { json: kept, reason: found } = matching_rule(&json(text)) else {
            panic!("{text}")
        };
        assert_eq!((kept, found.as_str()), (json(text).into_owned(), reason));
    }
    let loaded = rules(
        r#"{ "body": { "$.a": { "matchers": [{ "match": "type" }, { "match": "eachValue", "rules": [{ "match": "regex" }] }] }, "$.b": { "matchers": 1 } },
             "$.path": { "match": "regex" }, "madness": {} }"#,
    );
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "$.body['$.a'].matchers[1]: this matching rule cannot be understood: `regex` is missing; kept, but comparing this part will fail",
            "$.body['$.b']: this matching rule cannot be understood: `matchers` is an array of rules, found the number 1; kept, but comparing this part will fail",
            "$['$.path']: this matching rule cannot be understood: `regex` is missing; kept, but comparing this part will fail",
            "$.madness: unknown category of matching rules, ignored",
        ]
    );
}

#[test]
fn keys_that_are_no_paths_are_kept_with_a_warning() {
    let loaded = rules(r#"{ "body": { "$.a[": { "matchers": [{ "match": "type" }] } } }"#);
    assert!(loaded.value.body.contains_key("$.a["));
    assert_eq!(
        loaded.warnings[0].to_string(),
        "$.body['$.a[']: expected `*`, a quoted name or an index; kept, but comparing this part will fail"
    );
}

#[test]
fn generators_are_read_by_category() {
    let loaded = generators(&json(
        r#"{ "path": { "type": "Uuid" }, "status": { "": { "type": "RandomInt" } }, "method": {}, "headers": { "X": { "type": "Uuid", "format": "simple" } },
             "query": [], "body": { "$.a": { "type": "Odd", "x": 1 }, "$.b": "no" }, "metadata": { "k": { "type": "Uuid" } }, "soul": {} }"#,
    ))
    .expect("generators");
    let generators = loaded.value;
    assert_eq!(generators.header["X"].text("format"), Some("simple"));
    assert_eq!(
        (generators.path.map(|own| own.kind).as_deref(), generators.status.map(|own| own.kind).as_deref()),
        (Some("Uuid"), Some("RandomInt"))
    );
    assert_eq!((generators.method, generators.body.len(), generators.metadata.len()), (None, 1, 1));
    let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "$.body['$.b']: a generator is an object with a `type`, found the string \"no\"; ignored",
            "$.soul: unknown category of generators, ignored",
        ]
    );
}

#[test]
fn warnings_end_at_a_hundred() {
    let many: Vec<String> = (0..500).map(|index| format!(r#""c{index}": {{}}"#)).collect();
    let warnings = rules(&format!("{{ {} }}", many.join(","))).warnings;
    assert_eq!((warnings.len(), warnings[99].text.as_str()), (100, "and 401 more warnings"));
}

#[test]
fn a_byte_order_mark_and_repeated_members_are_no_obstacle() {
    let text = format!(
        "\u{feff}{}",
        with("3.0.0", r#""interactions": [], "interactions": [{ "description": "a", "description": "b" }]"#)
    );
    assert_eq!(pact_of(&text).value.interactions[0].description, "b");
}
