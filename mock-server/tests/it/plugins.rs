//! Interactions that were made with plugins: wherever something is wrong with them, the plugin is named.

use insta::assert_snapshot;
use intact_mock_server::{ControlOptions, ControlServer, MockServer, Options, StubOptions, StubServer};
use intact_pact_model::Pact;

use crate::support::{call, without_length};

/// A table that is sent; `configuration` is what the interaction says of its plugin.
fn contract(configuration: &str) -> String {
    let body = r#"{"content":"Name,100\n","contentType":"text/csv","encoded":false}"#;
    let rules = r#"{"body":{"column:1":{"combine":"AND","matchers":[{"match":"regex","regex":"\\w+"}]}}}"#;
    format!(
        r#"{{"consumer":{{"name":"C"}},"provider":{{"name":"P"}},"interactions":[
            {{"type":"Synchronous/HTTP","description":"a table",{configuration}
              "request":{{"method":"POST","path":"/table","headers":{{"Content-Type":["text/csv"]}},"body":{body},"matchingRules":{rules}}},
              "response":{{"status":201}}}},
            {{"type":"Synchronous/HTTP","description":"health","request":{{"method":"GET","path":"/health"}},"response":{{"status":204}}}}],
            "metadata":{{"pactSpecification":{{"version":"4.0"}},"plugins":[{{"name":"csv","version":"0.0.6","configuration":{{}}}}]}}}}"#
    )
}

const CONFIGURED: &str = r#""pluginConfiguration":{"csv":{"csvHeadersPresent":false}},"#;
const OTHER_TABLE: &str = "POST /table\nContent-Type: text/csv\n\nOther,100\n";
const SAID: &str =
    "was made with the plugin csv 0.0.6, which Intact does not run: its rules and generators are not applied";

fn read(contract: &str) -> Pact {
    Pact::read(contract.as_bytes()).expect("a pact").value
}

#[test]
fn a_refused_request_says_that_the_plugin_is_missing() {
    // One that says nothing of its plugin has a rule that is of one.
    for configuration in [CONFIGURED, ""] {
        let server = MockServer::start(read(&contract(configuration)), Options::default()).expect("a free port");
        let answer = call(server.address(), OTHER_TABLE);
        assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
        assert!(answer.contains(&format!("; the interaction {SAID}\",\n  \"interaction\"")), "{answer}");
        assert!(answer.contains(&format!("  \"warnings\": [\n    \"\\\"a table\\\" {SAID}\"\n  ]\n")), "{answer}");
        assert_eq!(server.warnings(), [format!("\"a table\" {SAID}")]);
        let outcome = server.finish_blocking();
        assert!(outcome.to_string().contains(&format!("\n      the interaction {SAID}")), "{outcome}");
        assert_eq!(outcome.mismatches[0].interaction.plugins, ["csv 0.0.6"]);
    }
}

#[test]
fn a_stub_that_has_no_answer_says_so_too() {
    let stub = StubServer::start([read(&contract(CONFIGURED))], StubOptions::default()).expect("a free port");
    let answer = call(stub.address(), OTHER_TABLE);
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains(&format!("  \"warnings\": [\n    \"\\\"a table\\\" {SAID}\"\n  ]\n")), "{answer}");
}

#[test]
fn whoever_creates_and_verifies_a_mock_server_is_told() {
    let control = ControlServer::start(ControlOptions::default()).expect("a free port");
    let pact = contract(CONFIGURED).replace('\n', " ");
    let created = call(control.address(), &format!("POST /\nContent-Type: application/json\n\n{pact}"));
    assert!(created.contains(&format!("\"warnings\":[\"\\\"a table\\\" {SAID}\"]")), "{created}");
    let id = &created.split("\"id\":\"").nth(1).expect("an id")[..8];
    let port: u16 =
        created.split("\"port\":").nth(1).and_then(|rest| rest.split('}').next()?.parse().ok()).expect("one");
    call(([127, 0, 0, 1], port).into(), OTHER_TABLE);

    let verified = call(control.address(), &format!("POST /mockserver/{id}/verify"));

    let (_, body) = verified.split_once("\"mismatches\":").expect("what was wrong");
    assert_snapshot!(body, @r#"[{"type":"request-mismatch","method":"POST","path":"/table","mismatches":[{"type":"BodyMismatch","path":"$","expected":"Name,100\n","actual":"Other,100\n","mismatch":"Expected body 'Name,100\n' to match 'Other,100\n' using equality but did not match"}],"warnings":["\"a table\" was made with the plugin csv 0.0.6, which Intact does not run: its rules and generators are not applied"]},{"type":"missing-request","method":"GET","path":"/health","request":{"method":"GET","path":"/health"}}]}"#);
}

#[test]
fn nothing_is_said_where_no_plugin_plays_a_role() {
    let server = MockServer::start(read(&contract(CONFIGURED)), Options::default()).expect("a free port");
    let answer = without_length(&call(server.address(), "DELETE /health"));
    assert!(!answer.contains("the interaction was made"), "{answer}");
    let plain = contract("").replace("column:1", "$").replace("text/csv", "text/plain");
    assert!(MockServer::start(read(&plain), Options::default()).expect("a free port").warnings().is_empty());
}
