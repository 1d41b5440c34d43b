//! `intact pact`: linting, comparing, showing, converting and merging pact files, without a broker.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Output, Workspace};

const UUID: &str = "6f1c5a60-7f25-4f0c-a8a7-6b5ad1c6ab66";

/// A pact of version 2 with an interaction for each description and body.
fn pact(interactions: &[(&str, Value)]) -> Value {
    let interactions: Vec<Value> = interactions
        .iter()
        .map(|(description, body)| {
            json!({
                "description": description, "request": { "method": "GET", "path": "/orders" },
                "response": { "status": 200, "headers": { "Content-Type": "application/json" }, "body": body },
            })
        })
        .collect();
    json!({
        "consumer": { "name": "Web" }, "provider": { "name": "Orders" }, "interactions": interactions,
        "metadata": { "pactSpecification": { "version": "2.0.0" } },
    })
}

fn one(body: Value) -> String {
    pact(&[("an order", body)]).to_string()
}

/// Runs `intact` with this text on its standard input.
fn intact_with_input(workspace: &Workspace, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_intact"))
        .args(arguments)
        .current_dir(workspace.path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary can be started");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads its input");
    let output = child.wait_with_output().expect("it ends");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn lint_ends_as_bad_as_the_worst_finding() {
    let workspace = Workspace::new();
    workspace.file("good.json", &one(json!({ "a": "x" })));
    workspace.file("advice.json", &one(json!({ "a": UUID })));
    workspace.file("pacts/warning.json", &pact(&[("d", json!(1)), ("D", json!(1))]).to_string());
    let mut broken = pact(&[("d", json!({ "a": "x" }))]);
    broken["interactions"][0]["response"]["matchingRules"] =
        json!({ "$.body.a": { "match": "regex", "regex": "\\d+" } });
    workspace.file("error.json", &broken.to_string());
    workspace.file("text.json", "hello");
    for (arguments, code) in [
        ("good.json", 0),
        ("advice.json", 0),
        ("advice.json --deny warnings", 0),
        ("advice.json --deny advice", 1),
        ("advice.json --deny advice --allow exact-uuid", 0),
        ("pacts", 0),
        ("pacts/*.json --strict", 1),
        ("error.json good.json", 1),
        ("error.json --allow regex-misses-example", 0),
        ("text.json", 2),
        ("text.json error.json", 2),
        ("missing.json", 2),
        ("good.json --allow no-such-code", 2),
        ("--explain exact-uuid", 0),
        ("", 2),
    ] {
        let arguments = ["pact", "lint"].into_iter().chain(arguments.split_whitespace());
        workspace.intact(arguments).expect_code(code);
    }
    let both = workspace.intact(["pact", "lint", "text.json", "error.json"]);
    assert!(both.stdout.contains("text.json:1:1: error[unreadable]: not a JSON document"), "{}", both.stdout);
    assert!(
        both.stdout.contains("error[regex-misses-example]"),
        "a file that cannot be read does not hide others: {}",
        both.stdout
    );
    let input = intact_with_input(&workspace, &["pact", "lint", "-", "--format", "json"], &one(json!({ "a": UUID })))
        .expect_code(0);
    let json: Value = serde_json::from_str(&input.stdout).expect("nothing but JSON");
    assert_eq!(json["files"][0]["findings"][0]["code"], "exact-uuid");
    let explained = workspace.intact(["pact", "lint", "--explain", "exact-uuid"]).expect_code(0);
    assert!(explained.stdout.contains("What to do: match it"), "{}", explained.stdout);
}

#[test]
fn lint_has_no_errors_for_contracts_in_use() {
    let folder = std::env::var_os("INTACT_REAL_PACTS_DIR").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/real-pacts"),
        std::path::PathBuf::from,
    );
    if !folder.is_dir() {
        assert_ne!(std::env::var("INTACT_REQUIRE").as_deref(), Ok("all"), "there is no folder {}", folder.display());
        return;
    }
    let workspace = Workspace::new();
    let output =
        workspace.intact(["pact".as_ref(), "lint".as_ref(), folder.as_os_str(), "--format".as_ref(), "json".as_ref()]);
    let json: Value = serde_json::from_str(&output.stdout).expect("JSON");
    for file in json["files"].as_array().expect("files") {
        let errors = file["findings"].as_array().expect("findings").iter().filter(|found| found["severity"] == "error");
        let name = file["file"].as_str().expect("a name");
        // Its examples are at fault, as tests/conformance/known_failures.toml says.
        if name.contains("01-pact-php-matchersconsumer") {
            assert!(errors.clone().all(|found| found["code"] == "example-breaks-rule") && errors.count() > 0);
        } else {
            assert_eq!(errors.collect::<Vec<_>>(), Vec::<&Value>::new(), "{name}");
        }
    }
}

#[test]
fn lint_of_a_large_file_names_each_place() {
    let many: Vec<(String, Value)> =
        (0..1_000).map(|number| (format!("order {number}"), json!({ "a": UUID, "b": [1, 2, 3] }))).collect();
    let many: Vec<(&str, Value)> =
        many.iter().map(|(description, body)| (description.as_str(), body.clone())).collect();
    let workspace = Workspace::new();
    workspace.file("many.json", &serde_json::to_string_pretty(&pact(&many)).expect("JSON"));
    let output = workspace.intact(["pact", "lint", "many.json", "--format", "json"]).expect_code(0);
    let json: Value = serde_json::from_str(&output.stdout).expect("JSON");
    let found = json["files"][0]["findings"].as_array().expect("findings");
    let uuids: Vec<_> = found.iter().filter(|found| found["code"] == "exact-uuid").collect();
    assert_eq!(uuids.len(), 1_000);
    let lines: std::collections::BTreeSet<u64> = uuids.iter().filter_map(|found| found["line"].as_u64()).collect();
    assert_eq!(lines.len(), 1_000, "each in its own line");
}

#[test]
fn diff_tells_what_breaks_and_ends_so_if_asked() {
    let workspace = Workspace::new();
    workspace.file("old.json", &one(json!({ "a": 1, "b": 2 })));
    workspace.file("less.json", &one(json!({ "a": 1 })));
    for (old, new, code) in [
        ("old.json", "old.json", 0),
        ("old.json", "less.json", 0),
        ("less.json", "old.json", 1),
        ("old.json", "missing.json", 2),
    ] {
        workspace.intact(["pact", "diff", old, new, "--exit-code"]).expect_code(code);
    }
    let breaking = workspace.intact(["pact", "diff", "less.json", "old.json"]).expect_code(0);
    assert!(
        breaking.stdout.contains("✗ breaking       response body $.b: is needed now: exactly 2"),
        "{}",
        breaking.stdout
    );
    let input =
        intact_with_input(&workspace, &["pact", "diff", "-", "old.json", "--format", "json"], &one(json!({ "a": 1 })));
    let json: Value = serde_json::from_str(&input.expect_code(0).stdout).expect("nothing but JSON");
    assert_eq!((&json["summary"]["breaking"], &json["old"]), (&json!(1), &json!("standard input")));
    workspace.intact(["pact", "diff", "-", "-"]).expect_code(2);
}

#[test]
fn diff_reads_a_url() {
    let text = one(json!({ "a": 1 }));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/pact.json", listener.local_addr().expect("an address"));
    let served = text.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            let _ = std::io::Read::read(&mut stream, &mut request);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{served}",
                served.len()
            );
        }
    });
    let workspace = Workspace::new();
    workspace.file("pact.json", &text);
    let output = workspace.intact(["pact", "diff", &url, "pact.json"]).expect_code(0);
    assert_eq!(output.stdout, "Web → Orders: nothing changed\n");
}

#[test]
fn show_is_read_by_people_and_programs() {
    let workspace = Workspace::new();
    workspace.file("pact.json", &pact(&[("an order", json!({ "a": 1 })), ("all orders", json!([]))]).to_string());
    let shown = workspace.intact(["pact", "show", "pact.json", "--description", "^an"]).expect_code(0);
    assert!(
        shown
            .stdout
            .starts_with("Web → Orders (specification V2, 1 of 2 interactions)\n\nan order\n  request: GET /orders\n"),
        "{}",
        shown.stdout
    );
    let json =
        workspace.intact(["pact", "show", "pact.json", "--format", "json", "--description", "all"]).expect_code(0);
    let json: Value = serde_json::from_str(&json.stdout).expect("nothing but JSON");
    assert_eq!(json["interactions"].as_array().map(Vec::len), Some(1));
    workspace.intact(["pact", "show", "pact.json", "--state", "("]).expect_code(2);
    workspace.intact(["pact", "show", "missing.json"]).expect_code(2);
}

#[test]
fn convert_refuses_to_lose_anything_unless_told_so() {
    let workspace = Workspace::new();
    let text = one(json!({ "a": 1 }));
    workspace.file("v2.json", &text);
    workspace.intact(["pact", "convert", "v2.json", "--to", "v4", "-o", "out/v4.json"]).expect_code(0);
    workspace.intact(["pact", "diff", "v2.json", "out/v4.json", "--exit-code"]).expect_code(0);
    let mut v4: Value =
        serde_json::from_str(&std::fs::read_to_string(workspace.path().join("out/v4.json")).expect("written"))
            .expect("JSON");
    assert_eq!(v4["metadata"]["pactSpecification"]["version"], "4.0");
    v4["interactions"][0]["pending"] = json!(true);
    workspace.file("pending.json", &v4.to_string());
    let refused = workspace.intact(["pact", "convert", "pending.json", "--to", "v3", "-o", "v3.json"]).expect_code(1);
    assert!(
        refused.stderr.contains("the interaction \"an order\": `pending` needs specification version V4"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("--lossy"), "{}", refused.stderr);
    assert!(!workspace.path().join("v3.json").exists(), "nothing is written");
    let lossy =
        intact_with_input(&workspace, &["pact", "convert", "--to", "v2", "--lossy"], &v4.to_string()).expect_code(0);
    let v2: Value = serde_json::from_str(&lossy.stdout).expect("nothing but JSON");
    assert_eq!(v2["metadata"]["pactSpecification"]["version"], "2.0.0");
    assert!(lossy.stderr.contains("left out"), "{}", lossy.stderr);
    workspace.intact(["pact", "convert", "v2.json", "--to", "v9"]).expect_code(2);
}

#[test]
fn merge_names_every_contradiction() {
    let workspace = Workspace::new();
    workspace.file("a.json", &pact(&[("a", json!(1)), ("b", json!(1))]).to_string());
    workspace.file("b.json", &pact(&[("b", json!(2)), ("c", json!(3))]).to_string());
    workspace.file("c.json", &pact(&[("d", json!(4))]).to_string());
    let mut other = pact(&[("a", json!(1))]);
    other["provider"]["name"] = json!("Payments");
    workspace.file("other.json", &other.to_string());

    workspace.intact(["pact", "merge", "a.json", "c.json", "-o", "merged.json"]).expect_code(0);
    let changes = workspace.intact(["pact", "diff", "a.json", "merged.json", "--format", "json"]).expect_code(0);
    let changes: Value = serde_json::from_str(&changes.stdout).expect("JSON");
    assert_eq!(changes["changes"].as_array().map(Vec::len), Some(1), "only what was added: {changes}");

    let conflict = workspace.intact(["pact", "merge", "a.json", "b.json", "-o", "not.json"]).expect_code(1);
    assert!(conflict.stderr.contains("b.json: the interaction \"b\" is defined differently"), "{}", conflict.stderr);
    assert!(!workspace.path().join("not.json").exists(), "nothing is written");
    let overwritten = workspace.intact(["pact", "merge", "a.json", "b.json", "--overwrite"]).expect_code(0);
    let merged: Value = serde_json::from_str(&overwritten.stdout).expect("nothing but JSON");
    assert_eq!(merged["interactions"].as_array().map(Vec::len), Some(3));
    let refused = workspace.intact(["pact", "merge", "a.json", "other.json"]).expect_code(1);
    assert!(refused.stderr.contains("\"Web\" and \"Payments\""), "{}", refused.stderr);
    workspace.intact(["pact", "merge", "missing.json"]).expect_code(2);
}
