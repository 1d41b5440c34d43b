//! What each flag of `intact verify` does. The rows follow the list of the official verifier; ours come after them.

use std::fmt::Write as _;

use intact_mock_server::{MockServer, Options, TlsIdentity};
use intact_pact_model::Pact;
use regex::Regex;
use serde_json::json;

use crate::flags::{self, Flag, flag, variable};
use crate::support::Workspace;
use crate::world::{World, pact, web};

/// Words for the usual run, and for one from a broker.
const FILE: &str = "-f web.json -h 127.0.0.1 -p PORT";
const BROKER: &str = "-b WORLD -n P -h 127.0.0.1 -p PORT";
const PUBLISHING: &str = "-b WORLD -n P -h 127.0.0.1 -p PORT --publish --provider-version 1";
const TLS: &str = "-f web.json --transport https -h localhost -p TLSPORT";

#[rustfmt::skip] // A table.
const OFFICIAL: &[Flag] = &[
    // Log
    flag(&["-l debug", "--loglevel debug", "--loglevel DEBUG", "--log-level debug"], FILE, "DEBUG"),
    flag(&["--pretty-log"], "-f web.json -h 127.0.0.1 -p PORT -l debug", "\n    at "),
    flag(&["--full-log"], "-f web.json -h 127.0.0.1 -p PORT -l debug", "::client::"),
    flag(&["--compact-log"], "-f web.json -h 127.0.0.1 -p PORT -l debug", "\nDEBUG"),
    flag(&["--no-colour", "--no-color"], FILE, ""),
    // Reports
    variable("PACT_VERIFIER_JSON_REPORT", "r.json",
        flag(&["-j r.json", "--json r.json", "--json=r.json"], FILE, "r.json: {\n  \"result\": true")),
    variable("PACT_VERIFIER_JUNIT_REPORT", "r.xml",
        flag(&["-x r.xml", "--junit r.xml"], FILE, "r.xml: <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites")),
    variable("PACT_VERIFIER_HTML_REPORT", "r.html", flag(&["--html r.html"], FILE, "r.html: <!DOCTYPE html>")),
    // Pacts
    flag(&["-f app.json", "--file app.json", "app.json"], "-h 127.0.0.1 -p PORT", "App → P"),
    flag(&["-d pacts", "--dir pacts", "pacts"], "-n P -h 127.0.0.1 -p PORT", "App → P"),
    flag(&["-u WORLD/pact/web.json", "--url WORLD/pact/web.json", "WORLD/pact/web.json"], "-h 127.0.0.1 -p PORT", "GET /pact/web.json"),
    variable("PACT_BROKER_BASE_URL", "WORLD",
        flag(&["-b WORLD", "--broker-url WORLD", "--broker-base-url WORLD"], "-n P -h 127.0.0.1 -p PORT", "GET /latest/P")),
    variable("PACT_WEBHOOK_CALLBACK_URL", "WORLD/pact/web.json",
        flag(&["--webhook-callback-url WORLD/pact/web.json"], BROKER, "1:GET /pact/web.json")),
    flag(&["--ignore-no-pacts-error"], "-f web.json -h 127.0.0.1 -p PORT --filter-description nothing", "exit 0"),
    // Authentication
    variable("PACT_BROKER_USERNAME", "me",
        flag(&["--user me", "--broker-username me"], "-u WORLD/pact/web.json -h 127.0.0.1 -p PORT", "[authorization: Basic bWU6]")),
    variable("PACT_BROKER_PASSWORD", "pass",
        flag(&["--password pass", "--broker-password pass"], "-u WORLD/pact/web.json -h 127.0.0.1 -p PORT --user me", "[authorization: Basic bWU6cGFzcw==]")),
    variable("PACT_BROKER_TOKEN", "abc",
        flag(&["-t abc", "--token abc", "--broker-token abc"], "-u WORLD/pact/web.json -h 127.0.0.1 -p PORT", "[authorization: Bearer abc]")),
    // Provider
    variable("PACT_PROVIDER_HOSTNAME", "127.0.0.1",
        flag(&["-h 127.0.0.1", "--hostname 127.0.0.1"], "-f web.json -p PORT", "[host: 127.0.0.1:PORT]")),
    variable("PACT_PROVIDER_PORT", "PORT", flag(&["-p PORT", "--port PORT"], "-f web.json -h 127.0.0.1", "1:GET /one")),
    variable("PACT_PROVIDER_TRANSPORT", "https",
        flag(&["--transport https", "--scheme https"], "-f web.json -h localhost -p TLSPORT --disable-ssl-verification", "exit 0")),
    flag(&["--transports message:PORT/_messages"], "-f message.json -h 127.0.0.1 -p PORT", "POST /_messages"),
    flag(&["--transports http:PORT message:PORT/_messages"], "-f web.json -f message.json -h 127.0.0.1", "1:GET /one"),
    variable("PACT_PROVIDER_NAME", "P", flag(&["-n P", "--provider-name P", "--provider P"], "-d pacts -h 127.0.0.1 -p PORT", "GET /app")),
    variable("PACT_PROVIDER_BASE_PATH", "/api", flag(&["--base-path /api"], FILE, "GET /api/one")),
    variable("PACT_PROVIDER_REQUEST_TIMEOUT", "50",
        flag(&["--request-timeout 50"], "-f never.json -h 127.0.0.1 -p PORT --deadline 1", "within 50ms")),
    flag(&["-H X-A=b=c", "--header X-A=b=c"], FILE, "[x-a: b=c]"),
    variable("PACT_DISABLE_SSL_VERIFICATION", "true", flag(&["--disable-ssl-verification"], TLS, "exit 0")),
    // Provider states
    variable("PACT_PROVIDER_STATE_CHANGE_URL", "WORLD/states",
        flag(&["-s WORLD/states", "--state-change-url WORLD/states"], FILE, r#"{"action":"setup","params":{"a":1},"state":"it is so"}"#)),
    variable("PACT_PROVIDER_STATE_CHANGE_AS_QUERY", "true",
        flag(&["--state-change-as-query"], "-f web.json -h 127.0.0.1 -p PORT -s WORLD/states", "POST /states?action=setup&state=it+is+so&a=1")),
    variable("PACT_PROVIDER_STATE_CHANGE_TEARDOWN", "true",
        flag(&["--state-change-teardown"], "-f web.json -h 127.0.0.1 -p PORT -s WORLD/states", r#""action":"teardown""#)),
    // Filters
    variable("PACT_DESCRIPTION", "^o.e$", flag(&["--filter-description ^o.e$"], FILE, "1 interaction left out by filters")),
    variable("PACT_PROVIDER_STATE", "so", flag(&["--filter-state so"], FILE, "1 interaction left out by filters")),
    variable("PACT_PROVIDER_NO_STATE", "true", flag(&["--filter-no-state"], FILE, "1 interaction left out by filters")),
    flag(&["-c App", "--filter-consumer App"], "-f web.json -f app.json -h 127.0.0.1 -p PORT", "1 interaction verified"),
    // Publishing
    flag(&["--publish"], "-b WORLD -n P -h 127.0.0.1 -p PORT --provider-version 1", "POST /results"),
    flag(&["--provider-version 1.2"], "-b WORLD -n P -h 127.0.0.1 -p PORT --publish", r#""providerApplicationVersion":"1.2""#),
    flag(&["--provider-branch feat/x"], PUBLISHING, "PUT /branch/P/feat%2Fx/1"),
    flag(&["--provider-tags a,b", "--provider-tags a --provider-tags b"], PUBLISHING, "PUT /tag/P/1/b"),
    flag(&["--build-url http://ci/1"], PUBLISHING, r#""buildUrl":"http://ci/1""#),
    // Broker
    flag(&["--consumer-version-tags a,b"], BROKER, r#"[{"latest":true,"tag":"a"},{"latest":true,"tag":"b"}]"#),
    flag(&["--consumer-version-selectors {\"mainBranch\":true}", "--consumer-version-selectors [{\"mainBranch\":true}]"], BROKER, r#"[{"mainBranch":true}]"#),
    flag(&["--enable-pending"], BROKER, r#""includePendingStatus":true"#),
    flag(&["--include-wip-pacts-since 2024-01-01"], BROKER, r#""includeWipPactsSince":"2024-01-01""#),
    variable("PACT_BROKER_HTTP_RETRIES", "0",
        flag(&["--retries 0"], "-u WORLD/pact/unwell.json -h 127.0.0.1 -p PORT --deadline 1", "exit 3")),
    // Development
    flag(&["--exit-on-first-error"], "-f broken.json -h 127.0.0.1 -p PORT", "the run ended at the first failure"),
    flag(&["--last-failed"], "-f web.json -h 127.0.0.1 -p PORT --json last.json", "1 interaction left out by filters"),
    // Telemetry, version, help
    flag(&["--enable-otel"], FILE, "no telemetry is sent, in spite of --enable-otel\n"),
    flag(&["--enable-otel-logs"], FILE, "in spite of --enable-otel-logs\n"),
    flag(&["--enable-otel-traces"], FILE, "in spite of --enable-otel-traces\n"),
    flag(&["--otel-exporter stdout,otlp"], FILE, "in spite of --otel-exporter\n"),
    flag(&["--otel-exporter-endpoint http://localhost:4318"], FILE, "in spite of --otel-exporter-endpoint\n"),
    flag(&["--otel-exporter-protocol http/protobuf"], FILE, "in spite of --otel-exporter-protocol\n"),
    flag(&["-v", "--version"], "", "intact-verify "),
    flag(&["--help"], "", "Usage: intact verify [OPTIONS]"),
];

#[rustfmt::skip]
const OURS: &[Flag] = &[
    flag(&["--provider-base-url WORLD/api"], "-f web.json", "GET /api/one"),
    flag(&["--ssl-certificate ca.pem"], TLS, "exit 0"),
    variable("INTACT_STATE_COMMAND", "./states",
        flag(&["--state-command ./states"], FILE, "the state command failed")),
    flag(&["--require-states"], FILE, "exit 1"),
    variable("INTACT_JOBS", "4", flag(&["--jobs 4"], "-f pair.json -h 127.0.0.1 -p PORT --deadline 2", "2 interactions verified")),
    flag(&["--deadline 1"], "-f never.json -h 127.0.0.1 -p PORT", "deadline"),
    flag(&["--print-curl"], "-f broken.json -h 127.0.0.1 -p PORT", "curl "),
    flag(&["--publish-partial"], "-b WORLD -n P -h 127.0.0.1 -p PORT --publish --provider-version 1 --filter-description one", "POST /results"),
    flag(&["--markdown r.md"], FILE, "r.md: ### provider: the contracts are kept"),
];

/// Everything that can be seen of a run with these words and this variable.
fn run(world: &World, tls: &MockServer, certificate: &str, words: &str, variable: Option<(&str, &str)>) -> String {
    let workspace = Workspace::new();
    let files = [
        ("web.json", web()),
        ("app.json", pact("App", &[("app", "/app", None)])),
        ("pacts/app.json", pact("App", &[("app", "/app", None)])),
        ("broken.json", pact("Bad", &[("a", "/gone", None), ("b", "/gone", None)])),
        ("never.json", pact("Slow", &[("a", "/never", None)])),
        ("pair.json", pact("Pair", &[("a", "/pair", None), ("b", "/pair", None)])),
        (
            "last.json",
            json!({ "interactionResults": [
            { "description": "one", "result": "OK" }, { "description": "two", "result": "Error" },
        ] }),
        ),
        (
            "message.json",
            json!({
                "consumer": { "name": "Mail" }, "provider": { "name": "P" },
                "interactions": [{ "type": "Asynchronous/Messages", "description": "it happened",
                    "contents": { "content": { "id": 1 }, "contentType": "application/json" } }],
                "metadata": { "pactSpecification": { "version": "4.0" } },
            }),
        ),
    ];
    for (name, content) in &files {
        workspace.file(name, &content.to_string());
    }
    workspace.file("ca.pem", certificate);
    let (port, tls_port) = (world.port(), tls.port().to_string());
    let filled = |word: &str| word.replace("WORLD", &world.url()).replace("TLSPORT", &tls_port).replace("PORT", &port);
    let words: Vec<String> = words.split_whitespace().map(filled).collect();
    let value = variable.map(|(name, value)| (name, filled(value)));
    // One after the other, unless told, so that the provider is asked in one order.
    let mut variables = vec![("INTACT_JOBS", "1")];
    variables.extend(value.iter().map(|(name, value)| (*name, value.as_str())));
    world.asked();

    let output = workspace.intact_in(&variables, std::iter::once("verify".to_owned()).chain(words));

    let asked: Vec<String> = world.asked().lines().enumerate().map(|(at, line)| format!("{}:{line}", at + 1)).collect();
    let mut seen = format!("exit {}\n{}\n{}\n", output.code, asked.join("\n"), output.stdout);
    // Logs differ in their further lines: what comes first is enough.
    let stderr: Vec<&str> = output.stderr.lines().take(2).collect();
    _ = writeln!(seen, "\n{}", stderr.join("\n"));
    for report in ["r.json", "r.xml", "r.html", "r.md"] {
        if let Ok(text) = std::fs::read_to_string(workspace.path().join(report)) {
            let beginning: String = text.chars().take(60).collect();
            _ = writeln!(seen, "{report}: {beginning}");
        }
    }
    let seen = seen.replace(&port, "PORT").replace(&tls_port, "TLSPORT");
    let seen = seen.replace(&workspace.path().display().to_string(), "FOLDER");
    let time = Regex::new(r"\d+-\d+-\d+T[0-9:.]+Z|\d+(\.\d+)?(µs|ms|s)\b.").expect("an expression");
    if words_time_matters(&seen) { seen } else { time.replace_all(&seen, "TIME").into_owned() }
}

/// Limits are said in the report, and are not measured times.
fn words_time_matters(seen: &str) -> bool {
    seen.contains("within") || seen.contains("deadline")
}

fn holds(rows: &[Flag]) {
    let world = World::start();
    let identity = TlsIdentity::generate().expect("a certificate");
    let certificate = identity.certificate_pem().to_owned();
    let provider = Pact::read(web().to_string().as_bytes()).expect("a pact").value;
    let tls = MockServer::start(provider, Options::default().tls(identity)).expect("a TLS server");
    flags::hold(rows, |words, variable| run(&world, &tls, &certificate, words, variable));
}

#[test]
fn every_flag_of_the_official_verifier_means_the_same_in_every_spelling() {
    holds(OFFICIAL);
}

#[test]
fn our_own_flags_do_what_they_say() {
    holds(OURS);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_what_sets_up_its_states() {
    use std::io::Read as _;
    use std::process::{Command, Stdio};

    let workspace = Workspace::new();
    workspace.file("web.json", &web().to_string());
    let pipe = workspace.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let mut run = Command::new(env!("CARGO_BIN_EXE_intact"))
        .current_dir(workspace.path())
        .args(["verify", "web.json", "--request-timeout", "60000", "--state-command"])
        .arg("(sleep 20; echo alive) </dev/null >pipe 2>&1 & wait")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the run can be started");
    // Opens when the other end is opened, by what the command has started.
    let mut pipe = std::fs::File::open(pipe).expect("a pipe");
    let interrupted = Command::new("kill").args(["-INT", &run.id().to_string()]).status().expect("`kill` can be run");
    assert!(interrupted.success());

    assert_eq!(run.wait().expect("the run ends").code(), Some(130));
    let mut said = String::new();
    pipe.read_to_string(&mut said).expect("text");
    assert_eq!(said, "", "killed before it could say anything");
}
