//! A pact that was made with plugins: it is kept whole, and whoever would need a plugin for it says so by name.

use serde_json::{Value, json};

use crate::http::{exchange, port_of};
use crate::support::Workspace;

/// A download in a format of a plugin, a call over a transport of another, and a request that needs neither.
fn pact() -> Value {
    json!({
        "consumer": { "name": "C" }, "provider": { "name": "P" },
        "interactions": [
            {
                "type": "Synchronous/HTTP", "description": "a table", "pending": false,
                "request": { "method": "GET", "path": "/table" },
                "response": {
                    "status": 200, "headers": { "content-type": ["text/csv;charset=UTF-8"] },
                    "body": { "content": "Name,100\n", "contentType": "text/csv;charset=UTF-8", "contentTypeHint": "DEFAULT", "encoded": false },
                    "matchingRules": { "body": { "column:1": { "combine": "AND", "matchers": [{ "match": "csv-number", "digits": 3 }] } } },
                    "generators": { "body": { "column:1": { "type": "CsvNumber", "digits": 3 } } },
                },
                "pluginConfiguration": { "csv": { "csvHeadersPresent": false } },
                "interactionMarkup": { "markup": "# A table\n", "markupType": "COMMON_MARK" },
            },
            {
                "type": "Synchronous/Messages", "description": "a call", "pending": false, "transport": "grpc",
                "request": { "contents": { "content": "CgVoZWxsbw==", "contentType": "application/protobuf;message=Word", "contentTypeHint": "BINARY", "encoded": "base64" } },
                "response": [{ "contents": { "content": "CgVoZWxsbw==", "contentType": "application/protobuf;message=Word", "contentTypeHint": "BINARY", "encoded": "base64" } }],
                "pluginConfiguration": { "protobuf": { "descriptorKey": "d58838959e37498cddf51805bedf4dca", "service": ".words.Words/Say" } },
            },
            {
                "type": "Synchronous/HTTP", "description": "health", "pending": false,
                "request": { "method": "GET", "path": "/health" }, "response": { "status": 204 },
            },
        ],
        "metadata": {
            "pactSpecification": { "version": "4.0" },
            "plugins": [
                { "name": "csv", "version": "0.0.6", "configuration": {} },
                { "name": "protobuf", "version": "0.3.15", "configuration": { "d58838959e37498cddf51805bedf4dca": { "protoDescriptors": "Cgp3b3Jkcy5wcm90bw==", "protoFile": "syntax = \"proto3\";" } } },
            ],
        },
    })
}

#[test]
fn what_needs_a_plugin_is_not_verified_and_the_rest_is() {
    let workspace = Workspace::new();
    workspace.file("pact.json", &pact().to_string());
    // Its table is the very one of the contract, which says nothing: the plugin might want more.
    let provider = workspace.start(["stub", "--file", "pact.json", "-p", "0"]);

    let verified = workspace.intact(["verify", "-f", "pact.json", "-n", "P", "--provider-base-url", &provider.url]);

    let verified = verified.expect_code(1);
    for said in [
        "the pact was made with plugins (csv 0.0.6, protobuf 0.3.15), which Intact does not run",
        "interactions made with the plugin csv 0.0.6",
        "interactions made with the plugin protobuf 0.3.15",
    ] {
        assert!(verified.stdout.contains(said) || verified.stderr.contains(said), "{said:?} is not in {verified:?}");
    }
    assert!(verified.stdout.contains("2 of 3 interactions failed"), "{}", verified.stdout);
}

#[test]
fn a_stub_says_what_it_takes_literally_for_want_of_a_plugin() {
    let workspace = Workspace::new();
    workspace.file("pact.json", &pact().to_string());

    let stub = workspace.start(["stub", "--file", "pact.json", "-p", "0"]);

    let answer = exchange(&port_of(&stub.url), "GET /table", &[]);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("Name,100\n"), "{answer}");
    let said = stub.interrupt().stderr;
    assert!(said.contains(r#""a table" was made with the plugin csv 0.0.6, which Intact does not run"#), "{said}");
}

#[test]
fn a_mock_says_so_too_and_writes_all_of_it_again() {
    let workspace = Workspace::new();
    workspace.file("pact.json", &pact().to_string());
    let mock = workspace.start(["mock", "-f", "pact.json", "-p", "0", "-o", "made"]);
    for path in ["/table", "/health"] {
        exchange(&port_of(&mock.url), &format!("GET {path}"), &[]);
    }

    let ended = mock.interrupt();

    assert!(
        ended.stderr.contains(r#""a table" was made with the plugin csv 0.0.6, which Intact does not run"#),
        "{ended:?}"
    );
    let written = std::fs::read_to_string(workspace.path().join("made/C-P.json"))
        .unwrap_or_else(|error| panic!("nothing is written: {error}: {ended:?}"));
    let mut written: Value = serde_json::from_str(&written).expect("the pact is JSON");
    let metadata = written["metadata"].as_object_mut().expect("an object");
    metadata.remove("intact");
    assert_eq!(written["metadata"], pact()["metadata"]);
    let named = |pact: &Value, name: &str| {
        let all = pact["interactions"].as_array().expect("a list");
        all.iter()
            .find(|one| one["description"] == name)
            .cloned()
            .unwrap_or_else(|| panic!("{name:?} is not in {pact}"))
    };
    for name in ["a table", "a call", "health"] {
        let mut written = named(&written, name);
        written.as_object_mut().expect("an object").remove("key");
        assert_eq!(written, named(&pact(), name));
    }
}
