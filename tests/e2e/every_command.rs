//! Every command there is, in a table: what it says and how it ends when all is well, when it is called in a wrong way, when the
//! broker is down, when the broker wants to know who asks, and when the answer is no.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::fmt::Write as _;

use insta::assert_snapshot;
use regex::Regex;

use crate::http::{port_of, status};
use crate::peer::{Peer, answer};
use crate::support::{Output, RunningServer, Workspace};
use crate::world::{World, web};

/// Command; arguments with which it succeeds; the flag for JSON; a wrong use. They are run in this order.
///
/// A command that begins with `*` asks a broker, and one with `^C` before its arguments serves until it is interrupted.
const TABLE: &str = r"
    generate-uuid                 |                                                      |               | --nonsense
    completions                   | zsh                                                  |               | csh
    man                           | generate-uuid                                        |               | nothing
    init                          | --role consumer --consumer Web --provider P --ci github --yes | | --role both
    demo                          |                                                      |               | --nonsense
    mock                          | ^C -f web.json -o written                            |               |
    mock start                    | ^C -p 0 --server-key KEY                             |               | --base-port 0
    mock create                   | -f web.json -p MASTER                                |               |
    mock list                     | -p MASTER                                            |               | --nonsense
    mock verify                   | -m MOCK -p MASTER                                    |               |
    mock shutdown                 | -m MOCK -p MASTER                                    |               |
    mock shutdown-master          | -k KEY --period 1 -p MASTER                          |               |
    stub                          | ^C web.json                                          |               | --nonsense
    pact lint                     | web.json                                             | --format json |
    pact diff                     | web.json web.json                                    | --format json | web.json
    pact show                     | web.json                                             | --format json |
    pact convert                  | web.json --to v3                                     |               | web.json --to v9
    pact merge                    | web.json                                             |               |
    broker serve                  | ^C -p 0 --database-url sqlite://FOLDER/served.sqlite |               | --port many
    broker clean                  | --database-url sqlite://FOLDER/served.sqlite         | -o json       | --nonsense
    * create-environment          | --name qa                                            | -o json       |
    * list-environments           |                                                      | -o json       | -o yaml
    * describe-environment        | --uuid ENVIRONMENT                                   | -o json       |
    * update-environment          | --uuid ENVIRONMENT --display-name Test               | -o json       |
    * create-or-update-pacticipant| --name Web --main-branch main                        | -o json       |
    * publish                     | web.json -a 1 --branch main                          | -o json       | web.json
    * list-pacticipants           |                                                      | -o json       | -o yaml
    * describe-pacticipant        | --name Web                                           | -o json       |
    * create-label                | -a Web --label red                                   |               | -a Web
    * delete-label                | -a Web --label red                                   |               | -a Web
    * create-or-update-version    | -a Spare -e 1 --branch main                          | -o json       | -a Spare
    * create-version-tag          | -a Web -e 1 -t prod                                  |               | -a Web
    * delete-version-tag          | -a Web -e 1 -t prod                                  |               | -a Web -e 1
    * describe-version            | -a Web -e 1                                          | -o json       | -e 1
    * list-versions               | -a Web                                               | -o json       | -a Web --limit 0
    * list-branches               | -a Web                                               | -o json       |
    * verify                      | -n P --provider-base-url WORLD -s WORLD/states --publish --provider-version 1 --provider-branch main | | --publish --nonsense
    * states                      | -n P                                                 | -o json       | nothing.json
    * provider-states list        | --provider P --branch main                           | -o json       |
    * can-i-deploy                | -a Web -e 1                                          | -o json       | -e 1
    * can-i-merge                 | -a Web -e 1                                          | -o json       | -e 1
    * matrix                      | -a Web                                               | -o json       | --limit many
    * record-deployment           | -a Web -e 1 --environment test                       | -o json       | -a Web -e 1
    * record-undeployment         | -a Web --environment test                            | -o json       | -a Web
    * record-release              | -a Web -e 1 --environment test                       | -o json       | -a Web -e 1
    * record-support-ended        | -a Web -e 1 --environment test                       | -o json       | -a Web -e 1
    * list-latest-pact-versions   |                                                      | -o json       | -o yaml
    * get-pacts                   | --provider P                                         | -o json       |
    * list-integrations           |                                                      | -o json       | -o yaml
    * create-webhook              | WORLD/one -X POST --provider P --contract-published  | -o json       | https://ci.example.com -X POST
    * create-or-update-webhook    | WORLD/one --uuid b7f1c3c2d4e5f6a7 -X POST --provider P --contract-published | -o json | https://ci.example.com
    * list-webhooks               |                                                      | -o json       | -o yaml
    * describe-webhook            | --uuid b7f1c3c2d4e5f6a7                                      | -o json       |
    * test-webhook                | --uuid b7f1c3c2d4e5f6a7                              | -o json       |
    * webhook-logs                | --consumer Web --provider P                          | -o json       | --consumer Web
    * delete-webhook              | --uuid b7f1c3c2d4e5f6a7                                      |               |
    * doctor                      |                                                      | -o json       | -o yaml
    * delete-pact                 | --consumer Web -e 1 --provider P --yes               |               | --consumer Web
    * delete-integration          | --consumer Web --provider P --yes                    |               | --consumer Web
    * delete-branch               | -a Spare --branch main                               |               | -a Spare
    * delete-version              | -a Spare -e 1 --yes                                  |               | -a Spare
    * delete-pacticipant          | --name Spare --yes                                   |               |
    * delete-environment          | --uuid ENVIRONMENT                                   | -o json       |
";

struct Row {
    command: &'static str,
    asks_broker: bool,
    serves: bool,
    succeeds: &'static str,
    json: &'static str,
    wrong: &'static str,
}

fn rows() -> Vec<Row> {
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [command, arguments, json, wrong] = cells[..] else { panic!("four cells: {line}") };
        Row {
            command: command.trim_start_matches("* "),
            asks_broker: command.starts_with('*'),
            serves: arguments.starts_with("^C"),
            succeeds: arguments.trim_start_matches("^C "),
            json,
            wrong,
        }
    };
    TABLE.lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

impl Row {
    fn succeeding(&self) -> String {
        format!("{} {}", self.command, self.succeeds).trim_end().to_owned()
    }
}

/// What a client asks of a server with the pact of these tests.
const USE: [&str; 2] = ["GET /one", "GET /two"];

fn ask(port: &str, requests: &[&str]) {
    for request in requests {
        status(port, request);
    }
}

/// A folder with a pact, and what answers.
struct Scene {
    workspace: Workspace,
    world: World,
    broker: String,
    /// The master of mock servers, once it is needed.
    master: OnceCell<RunningServer>,
    /// The port of the mock server that was created last.
    mock: RefCell<String>,
}

impl Scene {
    fn with_broker(broker: &str) -> Self {
        let workspace = Workspace::new();
        workspace.file("web.json", &web().to_string());
        let other = web().to_string().replace("/one", "/other").replace("200", "201");
        workspace.file("other.json", &other);
        workspace.file("bad.json", r#"{"consumer":{"name":"Web"},"provider":{"name":"P"},"interactions":[1]}"#);
        let (world, broker) = (World::start(), broker.to_owned());
        Self { workspace, world, broker, master: OnceCell::new(), mock: RefCell::default() }
    }

    /// Runs the words; those in capitals are filled in.
    fn run(&self, words: &str) -> Output {
        let output = self.workspace.intact_in(&self.variables(), self.filled(words).split_whitespace());
        if let Some((_, port)) = output.stdout.split_once(" started on port ") {
            port.trim().clone_into(&mut self.mock.borrow_mut());
        }
        output
    }

    /// Runs the words, which serve, asks them for something, and interrupts them.
    fn serve(&self, words: &str, requests: &[&str]) -> Output {
        match self.workspace.try_start(&self.variables(), self.filled(words).split_whitespace()) {
            Ok(server) => {
                ask(&port_of(&server.url), requests);
                server.interrupt()
            }
            Err(ended) => ended,
        }
    }

    /// Runs a row in the way in which it succeeds, with more words.
    fn succeed(&self, row: &Row, more: &str) -> Output {
        let words = format!("{} {more}", row.succeeding());
        let output = if row.serves { self.serve(&words, &USE) } else { self.run(&words) };
        if row.command == "mock create" {
            ask(&self.mock.borrow(), &USE);
        }
        output
    }

    fn variables(&self) -> [(&str, &str); 3] {
        let folder = self.workspace.path().to_str().expect("a temporary folder's name is text");
        [("PACT_BROKER_BASE_URL", &self.broker), ("PACT_BROKER_HTTP_RETRIES", "0"), ("TMPDIR", folder)]
    }

    fn filled(&self, words: &str) -> String {
        let folder = self.workspace.path().display().to_string();
        let mut words = words.replace("WORLD", &self.world.url()).replace("FOLDER", &folder);
        if words.contains("MASTER") {
            let master = || self.workspace.start(["mock", "start", "-p", "0", "-o", "written", "--server-key", "KEY"]);
            words = words.replace("MASTER", &port_of(&self.master.get_or_init(master).url));
        }
        words = words.replace("MOCK", &self.mock.borrow());
        if words.contains("ENVIRONMENT") {
            words = words.replace("ENVIRONMENT", &self.environment());
        }
        words
    }

    /// The id of the environment.
    fn environment(&self) -> String {
        let listed = self.run("list-environments -o json").stdout;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap_or_default();
        let listed = listed["_embedded"]["environments"].as_array().cloned().unwrap_or_default();
        let found = listed.iter().find(|environment| environment["name"] == "qa");
        let uuid = found.and_then(|environment| environment["uuid"].as_str());
        uuid.unwrap_or("00000000-0000-0000-0000-000000000000").to_owned()
    }

    /// What a run looks like, without what changes from run to run.
    fn shown(&self, words: &str, output: &Output) -> String {
        let mut text = format!("$ intact {words}\n");
        for (name, stream) in [("", &output.stdout), ("! ", &output.stderr)] {
            let lines: Vec<&str> = stream.lines().collect();
            for line in lines.iter().take(MOST) {
                _ = writeln!(text, "{}", format!("{name}{line}").trim_end());
            }
            if lines.len() > MOST {
                _ = writeln!(text, "{name}… and more");
            }
        }
        _ = writeln!(text, "exit {}\n", output.code);
        let text = text.replace(&self.broker, "BROKER").replace(&self.world.url(), "WORLD");
        let text = text.replace(&self.workspace.path().display().to_string(), "FOLDER");
        [
            (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
            (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?", "TIME"),
            (r"\b[0-9a-f]{40}\b", "SHA"),
            (r"(UUID |│ )[A-Za-z0-9_-]{22}\b", "${1}ID"),
            (r"\d+(\.\d+)? m?s\b", "DURATION"),
            (r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "TIME"),
            (r"intact-demo-\w+", "intact-demo"),
            // Kept as wide as they are, for the tables around them.
            (r"([:/' ])[1-6]\d{4}\b", "${1}PORT_"),
            (r"\b[0-9A-F]{8}\b", "MOCK_ID_"),
        ]
        .iter()
        .fold(text, |text, (pattern, name)| {
            Regex::new(pattern).expect("a pattern").replace_all(&text, *name).into_owned()
        })
    }
}

/// How many lines of a stream are shown.
const MOST: usize = 16;

fn with_running_broker() -> (Scene, RunningServer) {
    let home = Scene::with_broker("");
    let database = format!("sqlite://{}", home.workspace.path().join("broker.sqlite").display());
    let webhooks = ["--webhook-scheme-whitelist", "http", "--webhook-host-whitelist", "127.0.0.1"];
    let words = ["broker", "serve", "-p", "0", "--database-url", &database];
    let broker = home.workspace.start(words.iter().chain(&webhooks));
    (Scene { broker: broker.url.clone(), ..home }, broker)
}

#[test]
fn every_command_is_in_the_table() {
    let workspace = Workspace::new();
    workspace.intact(["man", "--dir", "man"]).expect_code(0);
    let pages: BTreeSet<String> = std::fs::read_dir(workspace.path().join("man"))
        .expect("a folder")
        .map(|page| page.expect("a file").file_name().to_string_lossy().into_owned())
        // They only hold commands.
        .filter(|page| !["intact.1", "intact-broker.1", "intact-pact.1", "intact-provider-states.1"].contains(&&**page))
        .collect();
    let table = rows().iter().map(|row| format!("intact-{}.1", row.command.replace(' ', "-"))).collect();
    assert_eq!(pages, table);
}

#[test]
fn when_all_is_well() {
    let (scene, _broker) = with_running_broker();
    let mut text = String::new();
    for row in rows() {
        let output = scene.succeed(&row, "");
        let shown = scene.shown(&row.succeeding(), &output);
        assert_eq!(output.code, 0, "{shown}");
        text.push_str(&shown);
    }
    assert_snapshot!(text);
}

#[test]
fn json_is_all_there_is_on_standard_output() {
    let (scene, _broker) = with_running_broker();
    let mut wrong = String::new();
    for row in rows() {
        let output = scene.succeed(&row, row.json);
        let is_json = row.json.is_empty() || is_json(&output.stdout);
        if output.code != 0 || !is_json {
            wrong.push_str(&scene.shown(&format!("{} {}", row.succeeding(), row.json), &output));
        }
    }
    assert_eq!(wrong, "");
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok()
}

#[test]
fn when_it_is_called_in_a_wrong_way() {
    let scene = Scene::with_broker("http://127.0.0.1:9");
    let mut text = String::new();
    for row in rows() {
        let words = format!("{} {}", row.command, row.wrong);
        let words = words.trim_end();
        let output = scene.run(words);
        assert_eq!(output.code, 2, "{}", scene.shown(words, &output));
        assert_eq!(output.stdout, "", "{words}");
        text.push_str(&scene.shown(words, &output));
    }
    assert_snapshot!(text);
}

/// What the commands that ask this broker say and how they end, as text and as JSON; a broker that has no answer makes no result.
fn asking(broker: &str) -> String {
    let scene = Scene::with_broker(broker);
    let mut text = String::new();
    for row in rows().into_iter().filter(|row| row.asks_broker) {
        let words = row.succeeding();
        let output = scene.run(&words);
        // A verification that loads nothing has failed, unless nobody could be reached, and a doctor's finding is a result.
        let is_found = row.command == "doctor";
        let expected = if is_found || row.command == "verify" { 1 } else { 3 };
        assert!([expected, 3].contains(&output.code), "{}", scene.shown(&words, &output));
        text.push_str(&scene.shown(&words, &output));
        if !row.json.is_empty() {
            let json = scene.run(&format!("{words} {}", row.json));
            assert_eq!((json.code, &json.stderr), (output.code, &output.stderr), "{words} {}", row.json);
            let is_right = if is_found { is_json(&json.stdout) } else { json.stdout.is_empty() };
            assert!(is_right, "{words} {}: {}", row.json, json.stdout);
        }
    }
    text
}

#[test]
fn when_the_broker_is_down() {
    assert_snapshot!(asking("http://127.0.0.1:9"));
}

#[test]
fn when_the_broker_wants_to_know_who_asks() {
    let broker = Peer::answering(answer("401 Unauthorized", r#"{"error":"Who are you?"}"#));
    assert_snapshot!(asking(&broker.url()));
}

#[test]
fn when_the_answer_is_no() {
    let (scene, _broker) = with_running_broker();
    scene.run("publish web.json -a 1 --branch main").expect_code(0);
    let mut text = String::new();
    for words in [
        "publish bad.json -a 1",
        "publish other.json -a 1",
        "can-i-deploy -a Web -e 1 --to-environment test",
        "can-i-deploy -a Web -e 1 --to-environment test -o json",
        "can-i-deploy -a Web -e 9",
        "can-i-deploy -a Web -e 1 --to-environment prod",
        "can-i-merge -a Web -e 1",
        "verify -n P --provider-base-url WORLD",
        "verify -n Nobody --provider-base-url WORLD",
        "describe-pacticipant --name Nobody",
        "describe-pacticipant --name Nobody -o json",
        "describe-version -a Web -e 9",
        "describe-environment --uuid 1",
        "describe-webhook --uuid 1",
        "create-environment --name test",
        "create-version-tag -a Web -e 9 -t prod",
        "record-deployment -a Web -e 9 --environment test",
        "record-deployment -a Web -e 1 --environment prodction",
        "record-undeployment -a Web --environment test",
        "record-support-ended -a Web -e 1 --environment test",
        "delete-branch -a Web --branch none",
        "delete-environment --uuid 1",
        "delete-pacticipant --name Web",
        "delete-webhook --uuid 1",
        "test-webhook --uuid 1",
        "create-or-update-webhook WORLD/none --uuid b7f1c3c2d4e5f6a7 -X POST --contract-published",
        "test-webhook --uuid b7f1c3c2d4e5f6a7",
        "doctor bad.json",
        "mock create -f bad.json -p MASTER",
        "mock create -f web.json -p MASTER",
        "mock verify -m MOCK -p MASTER",
        "mock verify -m 1 -p MASTER",
        "mock shutdown -m 1 -p MASTER",
        "mock shutdown-master -k wrong -p MASTER",
        "broker clean --database-url sqlite://FOLDER/none.sqlite",
        "list-versions -a Nobody",
        "pact lint bad.json",
        "pact diff web.json other.json --exit-code",
        "pact merge web.json other.json",
        "pact show bad.json",
    ] {
        let output = scene.run(words);
        text.push_str(&scene.shown(words, &output));
    }
    let unused = "mock -f web.json";
    text.push_str(&scene.shown(unused, &scene.serve(unused, &USE[..1])));
    assert_snapshot!(text);
}
