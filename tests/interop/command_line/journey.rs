//! A journey through all commands, once with the official command line and once with ours, each with a broker of ours.
//!
//! After each step of `journey.txt` both brokers must hold the same. Where a step ends otherwise on purpose, `known.toml` has it as
//! `journey` (another exit code) or `state` (something else was written).

use std::path::Path;

use regex::Regex;
use serde_json::Value;

use super::{folder, words};
use crate::known::Known;
use crate::servers::wire::{plain, port_of, send};
use crate::support::{Output, RunningBroker, Workspace};

/// What the state of a broker is read from.
const RESOURCES: [&str; 10] = [
    "/pacticipants",
    "/pacticipants/Web/versions",
    "/pacticipants/Web/branches",
    "/pacticipants/Orders/versions",
    "/pacticipants/Mobile/versions",
    "/environments",
    "/pacts/latest",
    "/pacts/provider/Orders",
    "/pacts/provider/Orders/provider-states",
    "/webhooks",
];

/// Commands after which a broker holds what it held before.
const QUESTIONS: [&str; 5] = ["list-", "describe-", "get-pacts", "provider-states", "can-i-"];

/// A command line, and the broker that it is run with.
struct Traveller<'a> {
    program: &'a Path,
    folder: Workspace,
    broker: RunningBroker,
}

impl<'a> Traveller<'a> {
    fn new(program: &'a Path) -> Self {
        let folder = folder();
        let broker = folder.start_broker();
        Self { program, folder, broker }
    }

    fn get(&self, path: &str) -> Value {
        let body = send(port_of(&self.broker.url), &plain("GET", path)).body;
        let mut told = serde_json::from_str(&body).unwrap_or(Value::String(body));
        // What the official tool adds to contracts that it prints anew.
        if let Some(metadata) = told.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("pactRust");
        }
        if let Some(events) = told.get_mut("events").and_then(Value::as_array_mut) {
            events.sort_by_key(Value::to_string);
        }
        let interactions = told.get_mut("interactions").and_then(Value::as_array_mut);
        for members in interactions.into_iter().flatten().filter_map(Value::as_object_mut) {
            if members.get("pending") == Some(&Value::Bool(false)) {
                members.remove("pending");
            }
        }
        told
    }

    /// Puts ids of this broker in.
    fn filled(&self, text: &str) -> String {
        let place = Regex::new(r"\{(environment|webhook):(\w+)\}").expect("an expression");
        let id = |found: &regex::Captures<'_>| {
            if &found[1] == "environment" {
                let environments = self.get("/environments");
                let mut all = environments["_embedded"]["environments"].as_array().into_iter().flatten();
                let uuid = all.find(|one| one["name"] == found[2]).and_then(|one| one["uuid"].as_str());
                return uuid.unwrap_or("gone").to_owned();
            }
            let at: usize = found[2].parse().expect("a number");
            let webhooks = self.get("/webhooks");
            let link = webhooks["_links"]["pb:webhooks"][at]["href"].as_str().unwrap_or_default().to_owned();
            link.rsplit('/').next().unwrap_or_default().to_owned()
        };
        super::filled(&place.replace_all(text, id), &self.broker.url)
    }

    fn take(&self, step: &str) -> Output {
        let words: Vec<String> = words(step).iter().map(|word| self.filled(word)).collect();
        let all = ["broker"].into_iter().chain(words.iter().map(String::as_str));
        self.folder.run(self.program, all.chain(["--broker-base-url", &self.broker.url, "--retries", "0"]))
    }

    /// All that the broker holds, without what differs from one broker to the next.
    fn state(&self) -> Vec<String> {
        let mut paths: Vec<String> = RESOURCES.map(str::to_owned).to_vec();
        for environment in self.get("/environments")["_embedded"]["environments"].as_array().into_iter().flatten() {
            let uuid = environment["uuid"].as_str().unwrap_or_default();
            paths.push(format!("/environments/{uuid}/deployed-versions/currently-deployed"));
            paths.push(format!("/environments/{uuid}/released-versions/currently-supported"));
        }
        for link in self.get("/webhooks")["_links"]["pb:webhooks"].as_array().into_iter().flatten() {
            let href = link["href"].as_str().unwrap_or_default();
            let path = href.replace(&self.broker.url, "").replace("http://localhost", "");
            paths.push(path);
        }
        for number in ["1", "2", "4"] {
            paths.push(format!("/pacts/provider/Orders/consumer/Web/version/{number}"));
        }
        let mut ids = Vec::new();
        paths.iter().map(|path| settled(&format!("{path} {}", self.get(path)), &self.broker.url, &mut ids)).collect()
    }
}

/// Addresses, times and ids are those of no broker; the same id is the same again.
fn settled(text: &str, url: &str, ids: &mut Vec<String>) -> String {
    let time = Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|Z)").expect("an expression");
    let id = Regex::new(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{40}\b")
        .expect("an expression");
    // Ids of webhooks that the broker makes.
    let webhook = Regex::new(r#"(/webhooks/|"uuid":")[\w-]{22}\b"#).expect("an expression");
    let text = webhook.replace_all(text, "${1}{webhook}");
    let text = text.replace(url, "{broker}").replace("http://localhost", "{broker}");
    let text = time.replace_all(&text, "{time}");
    let numbered = |found: &regex::Captures<'_>| {
        let at = ids.iter().position(|known| *known == found[0]).unwrap_or_else(|| {
            ids.push(found[0].to_owned());
            ids.len() - 1
        });
        format!("{{id {at}}}")
    };
    id.replace_all(&text, numbered).into_owned()
}

#[test]
#[ignore = "takes a minute; runs with `cargo xtask soak`"]
fn both_command_lines_lead_our_broker_through_all_commands_to_the_same_state() {
    let Some(modules) = crate::official_tools() else { return };
    let pact = crate::official_pact(&modules);
    let (mut official, mut ours) = (Traveller::new(&pact), Traveller::new(Path::new(env!("CARGO_BIN_EXE_intact"))));
    let mut known = Known::read(include_str!("journey.toml"));
    let mut wrong = Vec::new();
    let mut differing = [Vec::new(), Vec::new()];
    let steps = include_str!("journey.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in steps {
        let (code, step) = line.split_once(' ').expect("a code and a step");
        let is_question = QUESTIONS.iter().any(|command| step.starts_with(command));
        let take = |traveller: &Traveller<'_>| {
            let output = traveller.take(step);
            (output, if is_question { Vec::new() } else { traveller.state() })
        };
        // Exclusive, for their threads.
        let (official, ours) = (&mut official, &mut ours);
        let taken = std::thread::scope(|scope| {
            let official = scope.spawn(move || take(official));
            let ours = take(ours);
            [official.join().expect("no traveller panics"), ours]
        });
        for (who, (output, _)) in ["official", "ours"].into_iter().zip(&taken) {
            let as_wanted = (output.code == 0) == (code == "0") && output.code != 101;
            if as_wanted {
                known.is_equal(&[who], step);
            } else if !known.covers(who, step) {
                wrong.push(format!("{who}: {line}\n{}\n{}{}", output.code, output.stdout, output.stderr));
            }
        }
        if is_question {
            continue;
        }
        let states = [&taken[0].1, &taken[1].1];
        let [missing, more] = [[0, 1], [1, 0]].map(|[one, other]| {
            states[one].iter().filter(|line| !states[other].contains(line)).cloned().collect::<Vec<_>>()
        });
        // What differed before is no news.
        let news = |lines: &[String], before: &[String]| -> String {
            lines.iter().filter(|line| !before.contains(line)).flat_map(|line| ["  ", line, "\n"]).collect()
        };
        let text = format!("they:\n{}ours:\n{}", news(&missing, &differing[0]), news(&more, &differing[1]));
        differing = [missing, more];
        if text == "they:\nours:\n" {
            known.is_equal(&["state"], step);
        } else if !known.covers("state", step) {
            wrong.push(format!("state after {line}:\n{text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n═════════\n"));
    known.finish(&["official", "ours", "state"]);
}
