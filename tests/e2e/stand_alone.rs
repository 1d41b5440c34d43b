//! The master of mock servers as scripts use it, and the stub that follows its files.

use crate::http::{port_of, status};
use crate::support::{Output, Workspace};

const PACT: &str = r#"{"consumer":{"name":"C"},"provider":{"name":"P"},"interactions":[
    {"description":"one","request":{"method":"GET","path":"/one"},"response":{"status":203}}],
    "metadata":{"pactSpecification":{"version":"3.0.0"}}}"#;

#[test]
fn a_script_creates_uses_verifies_and_ends_mock_servers() {
    let workspace = Workspace::new();
    let pact = workspace.file("pact.json", PACT).display().to_string();
    let mut master = workspace.start(["mock", "start", "-o", "pacts", "-p", "0", "--server-key", "KEY"]);
    assert_eq!(master.wait_for("Server key"), "Server key: 'KEY'");
    let port = port_of(&master.url);
    let mock = |words: &[&str]| -> Output { workspace.intact(["mock"].iter().chain(words).chain(&["-p", &port])) };

    let created = mock(&["create", "--file", &pact]).expect_code(0).stdout;
    let words: Vec<&str> = created.split_whitespace().collect();
    let ["Mock", "server", id, "started", "on", "port", server] = words[..] else { panic!("{created}") };
    let list = mock(&["list"]).expect_code(0).stdout;
    assert!(list.contains(id) && list.contains(server) && list.contains("error"), "{list}");

    let failed = mock(&["verify", "-m", server]).expect_code(2).stdout;
    assert!(failed.contains("failed verification with 1 error\n"), "{failed}");
    assert!(failed.contains("0 - Expected request was not received - GET /one"), "{failed}");
    assert_eq!(status(server, "GET /one"), "203");
    let verified = mock(&["verify", "-i", id]).expect_code(0).stdout;
    assert_eq!(verified, format!("Mock server with id '{id}' verified ok\n"));
    assert!(workspace.path().join("pacts/C-P.json").is_file());

    mock(&["shutdown", "--mock-server-port", server]).expect_code(0);
    let gone = mock(&["shutdown", "--mock-server-port", server]).expect_code(3).stderr;
    assert!(gone.contains("No mock server found with port"), "{gone}");
    mock(&["shutdown-master", "-k", "wrong"]).expect_code(30);
    mock(&["shutdown-master", "-k", "KEY", "--period", "1"]).expect_code(0);
    master.wait_for("the master server has stopped");
    for (words, code) in [
        (&["list"][..], 10),
        (&["create", "-f", &pact], 20),
        (&["shutdown", "-m", "1"], 30),
        (&["shutdown-master", "-k", "KEY"], 30),
        (&["verify", "-m", "1"], 40),
        (&["create", "-f", "nothing.json"], 20),
    ] {
        mock(words).expect_code(code);
    }
}

#[test]
fn a_watched_file_is_served_anew_and_a_broken_one_is_not() {
    let workspace = Workspace::new();
    let file = workspace.file("pact.json", PACT);
    let mut stub = workspace.start(["stub", "--file", &file.display().to_string(), "--watch"]);
    let port = port_of(&stub.url);
    assert_eq!(status(&port, "GET /one"), "203");

    workspace.file("pact.json", &PACT.replace("203", "207"));
    stub.wait_for("Reloaded: 1 interaction of 1 pact");
    assert_eq!(status(&port, "GET /one"), "207");

    workspace.file("pact.json", "{");
    stub.wait_for("not served");
    stub.wait_for("pact.json");
    assert_eq!(status(&port, "GET /one"), "207");

    workspace.file("pact.json", PACT);
    stub.wait_for("Reloaded");
    assert_eq!(status(&port, "GET /one"), "203");
}

#[test]
fn a_stub_says_at_its_start_which_interactions_nobody_reaches() {
    let workspace = Workspace::new();
    let one = workspace.file("one.json", PACT).display().to_string();
    let two = workspace.file("two.json", &PACT.replace(r#""one""#, r#""other""#)).display().to_string();
    let mut stub = workspace.start(["stub", "-f", &one, "-f", &two]);
    let told = stub.wait_for("is answered by");
    assert_eq!(told, r#""other" (GET /one) is answered by "one", the first defined"#);
}
