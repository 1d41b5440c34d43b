//! Requests with bodies that are not JSON: the stubs of both take them, or both do not.
//!
//! What is expected and what is sent are those of `of_bodies`, now on the side of the consumer, which may send no more than
//! the contract has. Differences on purpose are in `asked.toml`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::contract::{Answer, Expectation, Version};
use super::{KINDS, of_bodies};
use crate::known::Known;
use crate::servers::requests::Request;
use crate::servers::wire::{Official, free_port, plain, port_of, send};
use crate::support::Workspace;

const KNOWN: &str = include_str!("asked.toml");
/// How many interactions a stub has at most: the official one compares each request with all of them.
const AT_ONCE: usize = 8;
/// What a request that fits is answered with.
const TAKEN: u16 = 202;

/// What a contract expects in a request, and what is sent.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) expected: Expectation,
    /// What each is called, with the head and the body of a request.
    pub(super) sent: Vec<(String, Answer)>,
}

#[test]
fn both_stubs_take_and_refuse_the_same_bodies() {
    let Some(modules) = crate::official_tools() else { return };
    let official = crate::official_pact(&modules);
    let mut known = Known::read(KNOWN);
    let (mut taken, mut refused, mut unknown) = (0, 0, String::new());
    for bodies in of_bodies::asked().chunks(AT_ONCE) {
        let path_of = |at: usize| format!("/asked/{at}");
        let interactions: Vec<Value> = bodies
            .iter()
            .enumerate()
            .map(|(at, asked)| asked.expected.asking(Version::Four, &asked.name, &path_of(at)))
            .collect();
        let contract = json!({
            "consumer": { "name": "asker" }, "provider": { "name": "teller" }, "interactions": interactions,
            "metadata": { "pactSpecification": { "version": "4.0" } },
        });
        let workspace = Workspace::new();
        let file = workspace.file("contract.json", &contract.to_string()).display().to_string();
        let port = free_port();
        let arguments = ["stub", "--port", &port.to_string(), "--loglevel", "none", "--file", &file];
        let _official = Official::start(&official, &arguments, port);
        let ours = workspace.start(["stub", "--file", &file]);
        for (at, asked) in bodies.iter().enumerate() {
            for (what, sent) in &asked.sent {
                let headers = sent.headers.iter().filter_map(|line| line.split_once(": "));
                let request = Request {
                    headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
                    body: Some(sent.body.clone()),
                    ..plain("POST", &path_of(at))
                };
                let name = format!("{}: {what}", asked.name);
                let theirs = send(port, &request).status == TAKEN;
                let own = send(port_of(&ours.url), &request);
                let takes = own.status == TAKEN;
                if takes {
                    taken += 1;
                } else {
                    refused += 1;
                }
                if theirs == takes {
                    known.is_equal(&KINDS, &name);
                } else if !known.covers(KINDS[usize::from(takes)], &name) {
                    let body = String::from_utf8_lossy(&sent.body);
                    let _ = write!(unknown, "\n{name}\n  intact {own:?}\n  sent {:?} {body:?}", sent.headers);
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{taken} taken, {refused} refused; the official stub does otherwise with:{unknown}");
    assert!(taken > 200 && refused > 200, "{taken} taken, {refused} refused");
    known.finish(&KINDS);
}
