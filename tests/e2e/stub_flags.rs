//! What each flag of `intact stub` does. The rows follow the list of the official stub server; ours come after them.

use std::fmt::Write as _;

use intact_mock_server::{MockServer, Options, TlsIdentity};
use intact_pact_model::Pact;
use serde_json::{Value, json};

use crate::flags::{self, Flag, flag, variable};
use crate::http::{exchange, port_of};
use crate::support::Workspace;
use crate::world::{World, pact, web};

#[rustfmt::skip] // A table.
const FLAGS: &[Flag] = &[
    flag(&["-l debug", "--loglevel debug", "--log-level DEBUG"], "-u WORLD/pact/web.json", "DEBUG"),
    flag(&["-f a.json", "--file a.json", "a.json"], "other.json", "GET /a 200"),
    flag(&["-d folder", "--dir folder", "folder"], "other.json", "GET /x 200"),
    flag(&["-e pact", "--extension pact", "--extension .pact"], "-d folder", "GET /y 200"),
    flag(&["-u WORLD/pact/web.json", "--url WORLD/pact/web.json"], "other.json", "GET /one 200"),
    variable("PACT_BROKER_BASE_URL", "WORLD", flag(&["-b WORLD", "--broker-url WORLD"], "", "GET /one 200")),
    flag(&["--user me:pass"], "-u WORLD/pact/web.json", "[authorization: Basic bWU6cGFzcw==]"),
    flag(&["-t abc", "--token abc"], "-u WORLD/pact/web.json", "[authorization: Bearer abc]"),
    flag(&["-p FREE", "--port FREE"], "other.json", "listens on http://127.0.0.1:FREE"),
    flag(&["-o", "--cors"], "a.json", "Access-Control-Request-Method: GET 200"),
    flag(&["--cors-referer"], "a.json --cors", "access-control-allow-origin: http://site.example\n"),
    flag(&["--insecure-tls"], "-u https://localhost:TLSPORT/pact.json --retries 0", "GET /one 200"),
    flag(&["-s second", "--provider-state second", "-s ^t.*d$"], "states.json", "GET /stated 202"),
    flag(&["--provider-state-header-name X-State"], "states.json", "GET /stated X-State: the second 202"),
    flag(&["--empty-provider-state"], "states.json plain.json -s second", "GET /plain 200"),
    flag(&["--consumer-name A", "--consumer-name Z --consumer-name A", "--consumer-name [A]"], "a.json other.json", "with 1 interaction of 1 pact"),
    flag(&["--provider-name Q", "--provider-name [Q]"], "a.json q.json", "GET /a 404"),
    variable("PACT_BROKER_HTTP_RETRIES", "0", flag(&["--retries 0"], "-u WORLD/pact/unwell.json", "exit 3\nerror: a pact cannot be fetched")),
    flag(&["-w", "--watch"], "a.json", "Changed pact files are served anew"),
    flag(&["--enable-otel"], "a.json", "no telemetry is sent"),
    flag(&["--enable-otel-logs --enable-otel-traces"], "a.json", "no telemetry is sent"),
    flag(&["--otel-exporter otlp --otel-exporter-endpoint http://localhost:4318 --otel-exporter-protocol http"], "a.json", "no telemetry is sent"),
    flag(&["-v", "--version"], "", "intact-stub "),
    flag(&["--help"], "", "Usage: intact stub [OPTIONS]"),
    // Ours
    flag(&["--host 127.0.0.2"], "a.json", "listens on http://127.0.0.2:"),
];

/// Everything that can be seen of a stub with these words: what it says, whom it asks, and how it answers.
fn run(world: &World, tls: &MockServer, words: &str, variable: Option<(&str, &str)>) -> String {
    let workspace = Workspace::new();
    let at = |consumer: &str, path: &str| pact(consumer, &[("it", path, None)]);
    let mut states = pact("S", &[("1", "/stated", Some("the first")), ("2", "/stated", Some("the second"))]);
    states["interactions"][0]["response"]["status"] = json!(201);
    states["interactions"][1]["response"]["status"] = json!(202);
    let mut of_q = at("A", "/q");
    of_q["provider"]["name"] = json!("Q");
    for (name, content) in [
        ("a.json", at("A", "/a")),
        ("other.json", at("B", "/other")),
        ("q.json", of_q),
        ("plain.json", at("S", "/plain")),
        ("states.json", states),
        ("folder/x.json", at("F", "/x")),
        ("folder/y.pact", at("F", "/y")),
    ] {
        workspace.file(name, &content.to_string());
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port").port();
    let (free, tls_port) = (free.to_string(), tls.port().to_string());
    let filled = |word: &str| word.replace("WORLD", &world.url()).replace("TLSPORT", &tls_port).replace("FREE", &free);
    let words = std::iter::once("stub".to_owned()).chain(words.split_whitespace().map(filled));
    let value = variable.map(|(name, value)| (name, filled(value)));
    let mut variables: Vec<(&str, &str)> = Vec::new();
    // Trying again takes its time; where nothing is said of it, once is enough.
    variables.push(("PACT_BROKER_HTTP_RETRIES", "1"));
    variables.extend(value.iter().map(|(name, value)| (*name, value.as_str())));
    world.asked();

    let seen = match workspace.try_start(&variables, words) {
        Err(ended) => format!("exit {}\n{}{}", ended.code, ended.stdout, ended.stderr),
        Ok(stub) => {
            let url = stub.url.clone();
            let mut seen = if url.contains("127.0.0.1") { answers(&port_of(&url)) } else { String::new() };
            let said = stub.interrupt();
            seen.push_str(&said.stdout);
            // Logs differ in their further lines.
            seen.extend(said.stderr.lines().take(2).flat_map(|line| [line, "\n"]));
            seen.replace(&format!(":{free}"), ":FREE").replace(&format!(":{}", port_of(&url)), ":SOME")
        }
    };
    let time = regex::Regex::new(r"\d+-\d+-\d+T[0-9:.]+Z").expect("an expression");
    let seen = format!("{seen}{}", world.asked()).replace(&world.port(), "PORT");
    time.replace_all(&seen, "TIME").into_owned()
}

fn answers(port: &str) -> String {
    let asked: [(&str, &[&str]); 10] = [
        ("GET /a", &[]),
        ("GET /x", &[]),
        ("GET /y", &[]),
        ("GET /one", &[]),
        ("GET /plain", &[]),
        ("GET /other", &[]),
        ("GET /stated", &[]),
        ("GET /stated", &["X-State: the second"]),
        ("OPTIONS /a", &["Origin: http://origin.example", "Access-Control-Request-Method: GET"]),
        ("GET /a", &["Origin: http://origin.example", "Referer: http://site.example/page"]),
    ];
    let mut seen = String::new();
    for (request, headers) in asked {
        let answer = exchange(port, request, headers);
        let status = answer.split(' ').nth(1).unwrap_or_default();
        let origin = answer.lines().find(|line| line.starts_with("access-control-allow-origin")).unwrap_or_default();
        _ = writeln!(seen, "{} {status} {origin}", [&[request], headers].concat().join(" "));
    }
    seen
}

#[cfg(unix)]
#[test]
fn every_flag_of_the_official_stub_server_means_the_same_in_every_spelling() {
    let world = World::start();
    // Serves a pact over TLS.
    let mut provider: Value = pact("Https", &[("a pact", "/pact.json", None)]);
    provider["interactions"][0]["response"] =
        json!({ "status": 200, "body": { "content": web(), "contentType": "application/json" } });
    let provider = Pact::read(provider.to_string().as_bytes()).expect("a pact").value;
    let identity = TlsIdentity::generate().expect("a certificate");
    let tls = MockServer::start(provider, Options::default().tls(identity)).expect("a TLS server");
    flags::hold(FLAGS, |words, variable| run(&world, &tls, words, variable));
}
