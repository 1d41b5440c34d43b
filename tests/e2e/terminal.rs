//! A terminal in which one command is run after the other against a broker of ours, and what then stands on it.

use std::fmt::Write as _;

use regex::{Captures, Regex};

use crate::support::{RunningBroker, Workspace};
use crate::world::World;

/// A broker, a world that webhooks may call, and a folder to be in.
pub(crate) struct Terminal {
    pub(crate) workspace: Workspace,
    pub(crate) broker: RunningBroker,
    pub(crate) world: World,
}

/// The address of a port at which nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";

impl Terminal {
    pub(crate) fn start() -> Self {
        let workspace = Workspace::new();
        let world = World::start();
        let database = format!("sqlite://{}", workspace.path().join("broker.sqlite").display());
        let broker = workspace.start([
            "broker",
            "serve",
            "--port",
            "0",
            "--database-url",
            &database,
            "--webhook-scheme-whitelist",
            "http",
            "--webhook-host-whitelist",
            "127.0.0.1",
            "--webhook-http-method-whitelist",
            "POST PUT",
        ]);
        Self { workspace, broker, world }
    }

    /// Publishes a contract of `consumer` with `provider`, given a state.
    pub(crate) fn publish(&self, consumer: &str, version: &str, provider: &str, branch: &str) {
        let pact = serde_json::json!({
            "consumer": { "name": consumer }, "provider": { "name": provider },
            "interactions": [{
                "description": "an order", "request": { "method": "GET", "path": "/" }, "response": { "status": 200 },
                "providerStates": [{ "name": "there is an order", "params": { "id": 1 } }],
            }],
            "metadata": { "pactSpecification": { "version": "3.0.0" } },
        });
        self.workspace.file("published.json", &pact.to_string());
        let arguments = ["publish", "published.json", "-a", version, "--branch", branch];
        self.workspace.intact_in(&self.variables(), arguments).expect_code(0);
    }

    /// Runs `intact` with each line, and shows what then stands on the terminal, with each exit code. Words are set apart by
    /// blanks, or held together by `'`; `BROKER`, `WORLD` and `NOBODY` are addresses.
    pub(crate) fn session(&self, lines: &str) -> String {
        self.session_in(&[], lines)
    }

    /// The same with these variables besides.
    pub(crate) fn session_in(&self, variables: &[(&str, &str)], lines: &str) -> String {
        let variables: Vec<(&str, &str)> = self.variables().into_iter().chain(variables.iter().copied()).collect();
        let mut shown = String::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words = words(line).into_iter().map(|word| {
                word.replace("BROKER", &self.broker.url).replace("WORLD", &self.world.url()).replace("NOBODY", NOBODY)
            });
            let output = self.workspace.intact_in(&variables, words);
            let said = format!("{}{}", output.stdout, output.stderr);
            let lines: Vec<&str> = said.trim_end().lines().map(str::trim_end).collect();
            _ = writeln!(shown, "$ intact {line}\n{}\nexit {}\n", lines.join("\n"), output.code);
        }
        self.settled(&shown)
    }

    fn variables(&self) -> [(&'static str, &str); 2] {
        [("PACT_BROKER_HTTP_RETRIES", "0"), ("PACT_BROKER_BASE_URL", &self.broker.url)]
    }

    /// The text with all that changes from run to run made equal; what has a length keeps it, for the tables around it.
    pub(crate) fn settled(&self, text: &str) -> String {
        let same_length = |place: &str, url: &str| format!("{place:_<width$}", width = url.len());
        let mut text = text.to_owned();
        for (place, url) in [("http://BROKER", self.broker.url.as_str()), ("http://WORLD", &self.world.url())] {
            let host = url.trim_start_matches("http://");
            text = text.replace(url, &same_length(place, url)).replace(host, &same_length("HOST", host));
        }
        text = text.replace(&self.workspace.path().display().to_string(), "FOLDER");
        for (pattern, kept) in [
            (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UUID"),
            (r"(?:\b[A-Za-z0-9_-]|-)[A-Za-z0-9_-]{21}(?: ┆|$)", "WEBHOOK"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)", "DATE"),
        ] {
            let pattern = Regex::new(&format!("(?m){pattern}")).expect("a pattern");
            let same = |found: &Captures<'_>| {
                let end = if found[0].ends_with(" ┆") { " ┆" } else { "" };
                let length = found[0].chars().count() - end.chars().count();
                format!("{kept:_<length$}{end}")
            };
            text = pattern.replace_all(&text, same).into_owned();
        }
        text
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split(' ').filter(|word| !word.is_empty()).map(str::to_owned));
        }
    }
    words
}
