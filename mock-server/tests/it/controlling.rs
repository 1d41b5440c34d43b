//! Mock servers that are started and verified over HTTP.

use std::net::TcpListener;

use insta::assert_snapshot;
use intact_mock_server::{ControlOptions, ControlServer};
use intact_pact_model::file::PactFile;

use crate::support::{call, status};

const PACT: &str = r#"{"consumer":{"name":"C"},"provider":{"name":"P"},"interactions":[
    {"description":"one","request":{"method":"GET","path":"/one"},"response":{"status":204}}],
    "metadata":{"pactSpecification":{"version":"3.0.0"}}}"#;

fn control(options: ControlOptions) -> ControlServer {
    ControlServer::start(options.server_key("KEY")).expect("a free port")
}

/// Starts a mock server and gives its port and id.
fn create(control: &ControlServer, query: &str) -> (u16, String) {
    let answer = call(control.address(), &format!("POST /{query}\nContent-Type: application/json\n\n{PACT}"));
    assert_eq!(status(&answer), 200, "{answer}");
    let after = |mark: &str| answer.split(mark).nth(1).expect("it is told").to_owned();
    let port = after("\"port\":").split('}').next().and_then(|port| port.parse().ok()).expect("a port");
    (port, after("\"id\":\"")[..8].to_owned())
}

fn to_port(port: u16, request: &str) -> String {
    call(([127, 0, 0, 1], port).into(), request)
}

/// The body, with what changes from run to run replaced.
fn body(answer: &str, port: u16, id: &str) -> String {
    let (_, body) = answer.split_once("\n\n").expect("head and body");
    body.replace(&port.to_string(), "PORT").replace(id, "ID")
}

#[test]
fn a_mock_server_is_created_used_verified_and_ended() {
    let folder = folder("created");
    let control = control(ControlOptions::default().output_dir(&folder));
    let at = control.address();
    assert_snapshot!(body(&call(at, "GET /"), 1, "-"), @r#"{"mockServers":[]}"#);

    let (port, id) = create(&control, "");
    let told = call(at, "POST /mockserver/nothing/verify");
    assert_eq!(status(&told), 404);
    let early = call(at, &format!("POST /mockserver/{id}/verify"));
    assert_eq!(status(&early), 422);
    assert_snapshot!(body(&early, port, &id), @r#"{"mockServer":{"address":"127.0.0.1:PORT","id":"ID","metrics":{"requests":0,"requests_by_path":{}},"port":PORT,"provider":"P","scheme":"http","status":"error"},"mismatches":[{"type":"missing-request","method":"GET","path":"/one","request":{"method":"GET","path":"/one"}}]}"#);

    assert_eq!(status(&to_port(port, "GET /one")), 204);
    assert_snapshot!(body(&call(at, &format!("GET /mockserver/{port}")), port, &id), @r#"{"address":"127.0.0.1:PORT","id":"ID","metrics":{"requests":1,"requests_by_path":{"/one":1}},"port":PORT,"provider":"P","scheme":"http","status":"ok"}"#);
    assert_eq!(status(&call(at, &format!("POST /mockserver/{port}/verify"))), 204);
    let written = PactFile::in_dir(&folder, "C", "P").read().expect("the pact is written").value;
    assert_eq!((written.interactions.len(), written.version.as_str()), (1, "3.0.0"));

    assert_eq!(status(&call(at, &format!("DELETE /mockserver/{id}"))), 204);
    assert_eq!(status(&call(at, &format!("DELETE /mockserver/{id}"))), 404);
    TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    std::fs::remove_dir_all(folder).expect("the folder can be removed");
}

#[test]
fn the_query_says_how_a_mock_server_behaves() {
    let folder = folder("query");
    let control = control(ControlOptions::default().output_dir(&folder));
    let (plain, _) = create(&control, "");
    let (cors, id) = create(&control, "?cors=true&specification=V4&keepAlive=false");

    assert_eq!(status(&to_port(plain, "OPTIONS /one")), 500);
    assert_eq!(status(&to_port(cors, "OPTIONS /one")), 204);
    to_port(cors, "GET /one");
    assert_eq!(status(&call(control.address(), &format!("POST /mockserver/{id}/verify"))), 204);
    let written = PactFile::in_dir(&folder, "C", "P").read().expect("the pact is written").value;
    assert_eq!((written.version.as_str(), written.interactions[0].transport.as_deref()), ("4.0", Some("http")));
    std::fs::remove_dir_all(folder).expect("the folder can be removed");
}

#[cfg(feature = "tls")]
#[test]
fn a_mock_server_may_speak_tls() {
    let control = control(ControlOptions::default());
    let (port, id) = create(&control, "?tls=true");
    let told = call(control.address(), &format!("GET /mockserver/{id}"));
    assert!(told.contains(r#""scheme":"https""#) && told.contains(&format!(":{port}")), "{told}");
}

#[cfg(not(feature = "tls"))]
#[test]
fn without_tls_it_says_so() {
    let control = control(ControlOptions::default());
    let answer = call(control.address(), &format!("POST /?tls=true\nContent-Type: application/json\n\n{PACT}"));
    assert!(status(&answer) == 422 && answer.contains("built without TLS"), "{answer}");
}

#[test]
fn what_is_no_pact_is_refused_with_the_reason() {
    let control = control(ControlOptions::default());
    let refused = |query: &str, content_type: &str, body: &str| {
        let answer = call(control.address(), &format!("POST /{query}\nContent-Type: {content_type}\n\n{body}"));
        let reason = answer.split_once("\n\n").map_or("", |(_, body)| body).to_owned();
        (status(&answer), reason)
    };
    assert_eq!(refused("", "text/plain", PACT).0, 415);
    let not_json = refused("", "application/json", "{");
    assert!(not_json.0 == 422 && not_json.1.contains("Failed to parse Pact JSON"), "{not_json:?}");
    let no_pact = refused("", "application/json", r#"{"interactions":3}"#);
    assert!(no_pact.0 == 422 && no_pact.1.contains("$.interactions"), "{no_pact:?}");
    let version = refused("?specification=V9", "application/json", PACT);
    assert!(version.0 == 422 && version.1.contains("`V9`"), "{version:?}");
    assert_eq!(status(&call(control.address(), "POST /")), 422);
}

#[test]
fn methods_and_places_that_are_not_there_are_told() {
    let control = control(ControlOptions::default());
    let at = control.address();
    assert_eq!(status(&call(at, "PUT /")), 405);
    assert!(call(at, "PUT /mockserver/1").contains("allow: OPTIONS, GET, HEAD, DELETE"));
    assert_eq!(status(&call(at, "OPTIONS /mockserver/1")), 204);
    assert_eq!(status(&call(at, "HEAD /")), 200);
    assert_eq!(status(&call(at, "GET /elsewhere")), 404);
}

#[test]
fn ports_are_counted_from_the_base_port_and_taken_ones_left_out() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = taken.local_addr().expect("an address").port();
    let control = control(ControlOptions::default().base_port(base));
    let (first, _) = create(&control, "");
    let (second, _) = create(&control, "");
    assert!(first > base && second > first, "{base} {first} {second}");
}

#[tokio::test]
async fn only_who_knows_the_key_ends_it() {
    let control = control(ControlOptions::default());
    let (port, _) = create(&control, "");
    let at = control.address();
    for wrong in ["", "\nAuthorization: Bearer nope", "\nAuthorization: KEY"] {
        assert_eq!(status(&call(at, &format!("POST /shutdown{wrong}"))), 403);
    }
    assert_eq!(status(&call(at, "POST /shutdown\nAuthorization: Bearer KEY\n\n{\"period\": 5}")), 204);
    assert_eq!(control.shut_down_requested().await.as_millis(), 5);
    control.finish().await;
    TcpListener::bind(at).expect("its port is free");
    TcpListener::bind(("127.0.0.1", port)).expect("the mock server's port is free");
}

#[test]
fn keys_are_made_anew_each_time() {
    let key = || ControlServer::start(ControlOptions::default()).expect("a free port").server_key().to_owned();
    let (one, other) = (key(), key());
    assert!(one.len() == 16 && one != other, "{one} {other}");
}

fn folder(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("intact-control-{name}-{}", std::process::id()))
}
