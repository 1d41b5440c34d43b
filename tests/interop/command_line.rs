//! The command line: the words of the official tools, said to ours.
//!
//! Flags are compared by both help texts, and by trying them ([`flags`]); what is sent, by a broker that writes down what both
//! tools ask of it ([`scripted`]); what comes of it, by our broker, driven by both ([`journey`]).

mod comparison;
mod flags;
mod help;
mod journey;
#[cfg(unix)]
mod pipelines;
mod recording;
mod scripted;
mod verification;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::Workspace;
use scripted::{PRODUCTION, TEST, WEBHOOK};

/// A contract of `Web` with `Orders`.
const PACT: &str = r#"{
  "consumer": { "name": "Web" }, "provider": { "name": "Orders" },
  "interactions": [{
    "description": "a request for an order", "providerState": "there is an order",
    "request": { "method": "GET", "path": "/orders/1" }, "response": { "status": 200, "body": { "id": 1 } }
  }],
  "metadata": { "pactSpecification": { "version": "2.0.0" } }
}"#;

/// Does something with each, several at once.
fn in_parallel<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((at, one)) = {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    all.get(at).map(|one| (at, one))
                } {
                    let result = work(one);
                    done.lock().expect("no worker has panicked here").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker has panicked here");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The words of a line; what stands in single quotes is one word.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("there is one").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A folder with the files that the rows name.
fn folder() -> Workspace {
    let workspace = Workspace::new();
    let of = |consumer: &str, provider: &str, description: &str| {
        PACT.replace("Web", consumer).replace("Orders", provider).replace("a request for an order", description)
    };
    let in_version = |interactions: &str, version: &str| {
        format!(
            r#"{{"consumer":{{"name":"Web"}},"provider":{{"name":"Orders"}},{interactions},
               "metadata":{{"pactSpecification":{{"version":"{version}"}}}}}}"#
        )
    };
    let text = "a request for an order";
    workspace.file("pact.json", PACT);
    workspace.file("other.json", &of("Web", "Stock", text));
    workspace.file("of-another.json", &of("Mobile", "Orders", text));
    workspace.file("more.json", &of("Web", "Orders", "another request"));
    workspace.file("contradiction.json", &PACT.replace("200", "201"));
    workspace.file("pacts/one.json", PACT);
    workspace.file("pacts/two.json", &of("Web", "Stock", text));
    workspace.file(
        "v2.json",
        &PACT.replace(r#""body""#, r#""matchingRules": { "$.body.id": { "match": "type" } }, "body""#),
    );
    let v4 = r#""interactions":[{"type":"Synchronous/HTTP","description":"d","request":{"method":"GET","path":"/"},
        "response":{"status":200,"body":{"content":{"id":1.50},"contentType":"application/json","encoded":false}}}]"#;
    workspace.file("v4.json", &in_version(v4, "4.0"));
    let messages =
        r#""messages":[{"description":"m","contents":{"id":1},"metaData":{"contentType":"application/json"}}]"#;
    workspace.file("messages.json", &in_version(messages, "3.0.0"));
    workspace.file("text.json", "hello");
    workspace.file("no-pact.json", "{}");
    workspace.file("hook.json", r#"{"from":"a file"}"#);
    workspace.file("certificate.pem", include_str!("command_line/certificate.pem"));
    workspace
}

/// The row with what it leaves open.
fn filled(text: &str, broker: &str) -> String {
    text.replace("{broker}", broker)
        .replace("{production}", PRODUCTION)
        .replace("{test}", TEST)
        .replace("{webhook}", WEBHOOK)
        .replace("{nobody}", "99999999-9999-4999-8999-999999999999")
}
