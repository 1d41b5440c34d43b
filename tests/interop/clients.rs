//! Clients of other languages, which send the same requests to the official servers and to ours.
//!
//! [`servers`](crate::servers) sends bytes as they are meant to be. A client adds headers of its own, keeps connections open and
//! tidies addresses up; what both servers say to that must be the same too.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::servers::comparison::Sender;
use crate::servers::requests::Request;
use crate::servers::wire::{Answer, is_of_connection};
use crate::servers::{SAMPLE, compare_mocks, compare_stubs};

/// Of each so many requests, clients send one: the raw requests are the thorough test.
const ONE_OF: usize = 5;

/// A script that sends requests, and its interpreter.
struct Script {
    interpreter: PathBuf,
    script: PathBuf,
}

impl Script {
    fn send_all(&self, ports: [u16; 2], pairs: &[[Request; 2]]) -> Vec<[Answer; 2]> {
        let base64 = |body: &Vec<u8>| STANDARD.encode(body);
        let one = |request: &Request| {
            let (headers, body) = (&request.headers, request.body.as_ref().map(base64));
            json!({ "method": request.method, "target": request.target(), "headers": headers, "body": body })
        };
        let task = json!({ "ports": ports, "requests": pairs.iter().map(|pair| pair.each_ref().map(one)).collect::<Vec<_>>() });
        let mut process = Command::new(&self.interpreter)
            .arg(&self.script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the interpreter can be started");
        let mut input = process.stdin.take().expect("it has an input");
        input.write_all(task.to_string().as_bytes()).expect("the script reads its task");
        drop(input);
        let output = process.wait_with_output().expect("the script ends");
        assert!(output.status.success(), "{}: {output:?}", self.script.display());
        let answers: Vec<[Value; 2]> = serde_json::from_slice(&output.stdout).expect("answers as JSON");
        answers.into_iter().map(|both| both.map(|answer| answer_of(&answer))).collect()
    }

    fn compare(&self, modules: &Path, one_of: usize) {
        let sender = Sender { send: &|ports, pairs| self.send_all(ports, pairs), one_of, tidies: true };
        let sent = compare_stubs(modules, &sender) + compare_mocks(modules, &sender, |_, _| {});
        assert!(sent > 8000 / one_of, "{sent} requests are too few");
    }
}

fn answer_of(answer: &Value) -> Answer {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for line in answer["headers"].as_array().expect("a list") {
        let [name, value] = [&line[0], &line[1]].map(|text| text.as_str().unwrap_or_default());
        let name = name.to_ascii_lowercase();
        if !is_of_connection(&name) {
            let values = headers.entry(name).or_default();
            *values += if values.is_empty() { "" } else { ", " };
            *values += value;
        }
    }
    let body = STANDARD.decode(answer["body"].as_str().unwrap_or_default()).expect("base64");
    let status = answer["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status");
    Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
}

#[test]
fn a_sample_of_requests_by_clients_of_pact_js_gets_the_same_answers_from_the_official_servers_and_from_ours() {
    by_pact_js(ONE_OF * SAMPLE);
}

#[test]
#[ignore = "takes minutes; runs with `cargo xtask soak`"]
fn all_requests_by_clients_of_pact_js_get_the_same_answers_from_the_official_servers_and_from_ours() {
    by_pact_js(ONE_OF);
}

#[test]
fn a_sample_of_requests_by_clients_of_pact_python_gets_the_same_answers_from_the_official_servers_and_from_ours() {
    by_pact_python(ONE_OF * SAMPLE);
}

#[test]
#[ignore = "takes minutes; runs with `cargo xtask soak`"]
fn all_requests_by_clients_of_pact_python_get_the_same_answers_from_the_official_servers_and_from_ours() {
    by_pact_python(ONE_OF);
}

fn by_pact_js(one_of: usize) {
    let Some(modules) = super::official_tools() else { return };
    let Some(interpreter) = intact_tests::required(super::find_node(), "node is not installed") else { return };
    Script { interpreter, script: modules.with_file_name("client.mjs") }.compare(&modules, one_of);
}

fn by_pact_python(one_of: usize) {
    let Some(modules) = super::official_tools() else { return };
    let folder = intact_tests::repository().join("tests/interop");
    let interpreter = folder.join(".venv/bin/python");
    let installed = Command::new(&interpreter).args(["-c", "import requests, httpx"]).stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        let text = "skipped: requests and httpx are not installed (python3 -m venv tests/interop/.venv && \
                    tests/interop/.venv/bin/pip install -r tests/interop/requirements.txt)";
        let _ = writeln!(std::io::stderr(), "{text}");
        return;
    }
    Script { interpreter, script: folder.join("client.py") }.compare(&modules, one_of);
}
