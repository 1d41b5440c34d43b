//! What each flag of `intact mock start` and its companions does. The rows follow the lists of the official stand-alone mock
//! server.

use std::fmt::Write as _;

use crate::flags::{self, Flag, flag};
use crate::http::{exchange, port_of};
use crate::support::Workspace;
use crate::world::pact;

/// Flags of the master itself.
#[rustfmt::skip] // A table.
const START: &[Flag] = &[
    flag(&["-p FREE", "--port FREE"], "start", "Master server started on port FREE"),
    flag(&["-h 127.0.0.2", "--host 127.0.0.2"], "start -p 0", "http://127.0.0.2:"),
    flag(&["--server-key KEY"], "start -p 0", "Server key: 'KEY'"),
    flag(&["-o made/here", "--output made/here"], "start -p 0 --server-key K", "made/here/C-P.json is written"),
    flag(&["--base-port FREE"], "start -p 0 --server-key K", "Mock server ID started on port FREE"),
    flag(&["-l debug", "--loglevel debug", "--log-level debug"], "start -p 0 --server-key K", "DEBUG Request-Matched"),
    flag(&["--no-term-log", "--no-file-log"], "start -p 0 --server-key K", ""),
    flag(&["--enable-otel"], "start -p 0 --server-key K", "no telemetry is sent"),
    flag(&["-v", "--version"], "", "intact-mock "),
    flag(&["-v", "--version"], "start", "intact-mock-start "),
    flag(&["--help"], "start", "Usage: intact mock start [OPTIONS]"),
];

/// Flags of a mock server without a master.
#[rustfmt::skip]
const PLAY: &[Flag] = &[
    flag(&["-f pact.json", "--file pact.json"], "-p 0", "The mock of P for C listens on"),
    flag(&["-p FREE", "--port FREE"], "-f pact.json", "listens on http://127.0.0.1:FREE"),
    flag(&["-h 127.0.0.2", "--host 127.0.0.2"], "-f pact.json", "listens on http://127.0.0.2:"),
    flag(&["-c", "--cors", "--cors-preflight"], "-f pact.json", "OPTIONS /other 204"),
    flag(&["-o made", "--output made", "--output-dir made"], "-f pact.json -c", "made/C-P.json is written"),
];

/// Flags of the commands that ask a master. Before each there is a mock server, of which `ID` and `MOCK` are id and port.
#[rustfmt::skip]
const COMMANDS: &[Flag] = &[
    flag(&["-f pact.json", "--file pact.json"], "create", "Mock server ID started on port"),
    flag(&["-c", "--cors-preflight", "--cors"], "create -f pact.json", "OPTIONS /one 204"),
    flag(&["--specification 3", "--specification V3", "--specification 3.0.0"], "create -f v4.json", "written as 3.0.0"),
    flag(&["--tls"], "create -f pact.json", "speaks TLS"),
    flag(&["--no-keep-alive"], "create -f pact.json", "closes connections"),
    flag(&["-i ID", "--mock-server-id ID"], "verify", "Mock server with id 'ID' verified ok"),
    flag(&["-m MOCK", "--mock-server-port MOCK"], "verify", "Mock server with port 'MOCK' verified ok"),
    flag(&["-i ID", "--mock-server-id ID"], "shutdown", "Mock server with id 'ID' shutdown ok"),
    flag(&["-m MOCK", "--mock-server-port MOCK"], "shutdown", "Mock server with port 'MOCK' shutdown ok"),
    flag(&["-k KEY", "--server-key KEY"], "shutdown-master", "Master server shutting down ok"),
    flag(&["--period 1"], "shutdown-master -k KEY", ""),
    flag(&["-l info", "--loglevel info", "--no-term-log", "--no-file-log"], "list", ""),
    flag(&["-v", "--version"], "list", "intact-mock-list "),
    flag(&["-v", "--version"], "create", "intact-mock-create "),
    flag(&["-v", "--version"], "verify", "intact-mock-verify "),
    flag(&["-v", "--version"], "shutdown", "intact-mock-shutdown "),
    flag(&["-v", "--version"], "shutdown-master", "intact-mock-shutdown-master "),
];

fn workspace() -> Workspace {
    let workspace = Workspace::new();
    let mut v3 = pact("C", &[("it", "/one", None)]);
    v3["metadata"]["pactSpecification"]["version"] = "3.0.0".into();
    workspace.file("v4.json", &pact("C", &[("it", "/one", None)]).to_string());
    workspace.file("pact.json", &v3.to_string());
    workspace
}

fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port().to_string()
}

/// Id and port in `Mock server ID started on port PORT`.
fn created(said: &str) -> Option<(String, String)> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let ["Mock", "server", id, "started", "on", "port", port] = words[..] else { return None };
    Some((id.to_owned(), port.to_owned()))
}

/// What a master with these words says; if it runs on this machine's usual address, what becomes of a mock server too.
fn started(words: &str) -> String {
    let workspace = workspace();
    let free = free_port();
    let words: Vec<String> = words.split_whitespace().map(|word| word.replace("FREE", &free)).collect();
    let words = std::iter::once("mock").chain(words.iter().map(String::as_str));
    let master = match workspace.try_start(&[], words) {
        Ok(master) => master,
        Err(ended) => return format!("exit {}\n{}", ended.code, ended.stdout),
    };
    let port = port_of(&master.url);
    let mut seen = String::new();
    let mut ids = Vec::new();
    if master.url.contains("127.0.0.1") {
        let mock = |words: &str| {
            let words = format!("mock {words} -p {port}");
            workspace.intact(words.split(' ')).stdout
        };
        let said = mock("create -f pact.json");
        let (id, server) = created(&said).expect("a mock server");
        exchange(&server, "GET /one", &[]);
        _ = write!(seen, "{said}{}", mock(&format!("verify -m {server}")));
        for folder in [".", "made/here"] {
            if workspace.path().join(folder).join("C-P.json").is_file() {
                _ = writeln!(seen, "{folder}/C-P.json is written");
            }
        }
        ids = vec![(id, "ID"), (format!("port {server}"), "port SERVER"), (format!("'{server}'"), "'SERVER'")];
        if server == free {
            ids.truncate(1);
        }
    }
    let ended = master.interrupt();
    seen.push_str(&ended.stdout);
    seen.push_str(&ended.stderr);
    for (text, name) in ids {
        seen = seen.replace(&text, name);
    }
    let key = regex::Regex::new("Server key: '[A-Za-z0-9]{16}'").expect("an expression");
    let time = regex::Regex::new(r"\d+-\d+-\d+T[0-9:.]+Z").expect("an expression");
    let seen = time.replace_all(&seen, "TIME").replace(&free, "FREE").replace(&port, "PORT");
    key.replace(&seen, "Server key: 'RANDOM'").into_owned()
}

/// What a command says to a master with a used mock server, and what becomes of a mock server that it creates.
fn commanded(words: &str) -> String {
    let workspace = workspace();
    let master = workspace.start(["mock", "start", "-p", "0", "-o", "pacts", "--server-key", "KEY"]);
    let port = port_of(&master.url);
    let mock = |words: &str| workspace.intact(format!("mock {words} -p {port}").split_whitespace());
    let (id, server) = created(&mock("create -f v4.json").stdout).expect("a mock server");
    exchange(&server, "GET /one", &[]);
    let output = mock(&words.replace("ID", &id).replace("MOCK", &server));
    let mut seen = format!("exit {}\n{}", output.code, output.stdout);
    if let Some((id, server)) = created(&output.stdout) {
        seen = seen.replace(&id, "ID").replace(&server, "SERVER");
        let listed = mock("list").stdout;
        assert!(listed.contains(&id) && listed.contains(&server), "{listed}");
        if words.contains("--tls") {
            let words = format!("verify pact.json --transport https -p {server} --disable-ssl-verification");
            workspace.intact(words.split(' ')).expect_code(0);
            seen.push_str("speaks TLS\n");
        } else {
            let answer = exchange(&server, "OPTIONS /one", &["Origin: http://x", "Access-Control-Request-Method: GET"]);
            _ = writeln!(seen, "OPTIONS /one {}", answer.split(' ').nth(1).unwrap_or_default());
            seen.push_str(&keeps_alive(&server));
        }
        mock(&format!("verify -i {id}")).expect_code(0);
        let written = std::fs::read_to_string(workspace.path().join("pacts/C-P.json")).expect("a pact");
        let written: serde_json::Value = serde_json::from_str(&written).expect("JSON");
        let version = written["metadata"]["pactSpecification"]["version"].as_str().unwrap_or_default();
        _ = writeln!(seen, "written as {version}");
    }
    seen.replace(&id, "ID").replace(&format!("'{server}'"), "'MOCK'").replace(&server, "MOCK")
}

/// Whether a connection can be used twice.
fn keeps_alive(port: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("the server listens");
    let request = format!("GET /one HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    let last = format!("GET /one HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    let mut answers = String::new();
    let sent = stream.write_all(request.as_bytes()).and_then(|()| stream.write_all(last.as_bytes()));
    // A server that closes may do so before the second request has arrived.
    let _ = sent.and_then(|()| stream.read_to_string(&mut answers));
    if answers.matches("HTTP/1.1 200").count() == 2 { "keeps connections\n" } else { "closes connections\n" }.to_owned()
}

/// What a mock server without a master says and does.
fn played(words: &str) -> String {
    let workspace = workspace();
    let free = free_port();
    let words: Vec<String> = words.split_whitespace().map(|word| word.replace("FREE", &free)).collect();
    let mock = match workspace.try_start(&[], std::iter::once("mock").chain(words.iter().map(String::as_str))) {
        Ok(mock) => mock,
        Err(ended) => return format!("exit {}\n{}", ended.code, ended.stderr),
    };
    let port = port_of(&mock.url);
    let mut seen = String::new();
    if mock.url.contains("127.0.0.1") {
        exchange(&port, "GET /one", &[]);
        let answer = exchange(&port, "OPTIONS /other", &["Origin: http://x", "Access-Control-Request-Method: GET"]);
        _ = writeln!(seen, "OPTIONS /other {}", answer.split(' ').nth(1).unwrap_or_default());
    }
    let ended = mock.interrupt();
    _ = writeln!(seen, "exit {}\n{}{}", ended.code, ended.stdout, ended.stderr);
    if workspace.path().join("made/C-P.json").is_file() {
        seen.push_str("made/C-P.json is written\n");
    }
    seen.replace(&free, "FREE").replace(&port, "PORT")
}

#[cfg(unix)]
#[test]
fn every_flag_of_a_mock_server_of_its_own_does_what_it_says() {
    flags::hold(PLAY, |words, _| played(words));
}

#[cfg(unix)]
#[test]
fn every_flag_of_the_official_master_means_the_same_in_every_spelling() {
    flags::hold(START, |words, _| started(words));
}

#[test]
fn every_flag_of_the_commands_to_a_master_means_the_same_in_every_spelling() {
    flags::hold(COMMANDS, |words, _| commanded(words));
}

#[test]
fn a_mock_server_with_tls_has_the_id_it_was_created_with_and_is_called_over_tls() {
    let workspace = workspace();
    let master = workspace.start(["mock", "start", "-p", "0", "-o", "pacts", "--server-key", "KEY"]);
    let port = port_of(&master.url);
    let mock = |words: &str| workspace.intact(format!("mock {words} -p {port}").split(' ')).expect_code(0).stdout;
    let (id, server) = created(&mock("create -f pact.json --tls")).expect("a mock server");

    let words = format!("verify pact.json --transport https -p {server} --disable-ssl-verification");
    workspace.intact(words.split(' ')).expect_code(0);
    // The same without TLS does not reach it.
    let plain = format!("verify pact.json -p {server}");
    assert_ne!(workspace.intact(plain.split(' ')).code, 0);

    assert!(mock("list").contains(&id));
    mock(&format!("verify -i {id}"));
    assert!(workspace.path().join("pacts/C-P.json").is_file());
    mock(&format!("shutdown -i {id}"));
}
