//! Every operation that the broker describes, with every parameter and every field of a body filled with what does not belong
//! there, on every database.
//!
//! The description is taken at its word: an answer of a status that it does not name is a fault, as are failures of the broker.
//! Each part of a request is spoilt by itself while the rest is good, so that the broker comes as far as it can. Which of the
//! odd values a part is filled with changes from part to part; `INTACT_HOSTILE=all` has all of them everywhere.

mod description;
mod odd;
mod stock;

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use intact_broker::testing::TestBroker;
use intact_pact_model::json::Json;
use tower::ServiceExt as _;

use crate::description::{Description, Operation};
use crate::odd::{BODIES, HEADERS, QUERIES, SEGMENTS, spoilt};
use crate::stock::Stock;

/// How many of the odd values for a part are tried.
const SOME: usize = 1;

#[tokio::test]
async fn whatever_is_sent_to_a_broker_on_sqlite_the_answer_is_one_that_it_describes() {
    Trial::new(TestBroker::on_sqlite().await).await.run().await;
}

#[tokio::test]
async fn whatever_is_sent_to_a_broker_on_postgres_the_answer_is_one_that_it_describes() {
    if let Some(broker) = TestBroker::on_postgres().await {
        Trial::new(broker).await.run().await;
    }
}

/// A request that is to be sent.
#[derive(Debug, Clone)]
struct Sent {
    target: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

struct Trial {
    broker: TestBroker,
    stock: Stock,
    everything: bool,
    /// Where in the odd values the next part begins.
    next: usize,
    sent: usize,
    statuses: BTreeMap<u16, usize>,
    faults: Vec<String>,
}

impl Trial {
    async fn new(broker: TestBroker) -> Self {
        let stock = Stock::of(&broker).await;
        let everything = std::env::var("INTACT_HOSTILE").as_deref() == Ok("all");
        Self { broker, stock, everything, next: 0, sent: 0, statuses: BTreeMap::new(), faults: Vec::new() }
    }

    async fn run(mut self) {
        let description = Description::read();
        let (deleting, others): (Vec<_>, Vec<_>) =
            description.operations().into_iter().partition(|operation| operation.method == Method::DELETE);
        for operation in others.iter().chain(&deleting) {
            self.ask(&description, operation).await;
            if operation.method != Method::GET {
                self.stock = Stock::of(&self.broker).await;
            }
        }
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
        self.broker.get("/readyz").await.expect(200);
        let text =
            format!("{} requests to {} operations: {:?}\n", self.sent, others.len() + deleting.len(), self.statuses);
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    }

    /// Some of the odd values, others than the last time; or all of them.
    fn some<'v, T>(&mut self, values: &'v [T]) -> Vec<&'v T> {
        if self.everything {
            return values.iter().collect();
        }
        let chosen = values.iter().cycle().skip(self.next % values.len()).take(SOME.min(values.len())).collect();
        self.next += SOME;
        chosen
    }

    async fn ask(&mut self, description: &Description, operation: &Operation) {
        let variables = self.stock.variables(&operation.path);
        let good = Sent {
            target: operation.target(&variables),
            headers: vec![("accept", b"*/*".to_vec()), ("content-type", operation.content_type.clone().into_bytes())],
            body: operation.schema.as_deref().map(Stock::body).unwrap_or_default(),
        };
        if operation.method != Method::DELETE {
            self.send(operation, good.clone()).await;
        }
        for (name, _) in &variables {
            for odd in self.some(SEGMENTS) {
                let spoilt: Vec<_> = variables
                    .iter()
                    .map(|(other, value)| (*other, if other == name { odd().clone() } else { value.clone() }))
                    .collect();
                self.send(operation, Sent { target: operation.target(&spoilt), ..good.clone() }).await;
            }
        }
        for name in &operation.queries {
            for odd in self.some(QUERIES) {
                let target = format!("{}?{}", good.target, odd(name));
                self.send(operation, Sent { target, ..good.clone() }).await;
            }
        }
        for (name, value) in self.some(HEADERS) {
            let mut sent = good.clone();
            sent.headers.retain(|(header, _)| header != name);
            sent.headers.push((name, value.to_vec()));
            self.send(operation, sent).await;
        }
        let Some(schema) = &operation.schema else { return };
        let example = Stock::example(schema);
        description.covers(schema, &example);
        for odd in self.some(BODIES) {
            self.send(operation, Sent { body: odd(&good.body), ..good.clone() }).await;
        }
        let everything = self.everything;
        for body in spoilt(&example, &mut self.next, if everything { None } else { Some(SOME) }) {
            self.send(operation, Sent { body, ..good.clone() }).await;
        }
        // What was changed or deleted is put right for who comes next.
        self.send(operation, good).await;
    }

    async fn send(&mut self, operation: &Operation, sent: Sent) {
        let mut request = Request::builder().method(operation.method.clone()).uri(&sent.target);
        for (name, value) in &sent.headers {
            request = request.header(*name, value.as_slice());
        }
        let shown = || {
            let body = String::from_utf8_lossy(&sent.body[..sent.body.len().min(300)]).into_owned();
            let target: String = sent.target.chars().take(200).collect();
            format!("{} {target} {body:?}", operation.method)
        };
        let request = match request.body(Body::from(sent.body.clone())) {
            Ok(request) => request,
            Err(error) => panic!("{}: {error}", shown()),
        };
        let response = self.broker.router().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status();
        let kind = response.headers().get("content-type").cloned();
        let kind = kind.as_ref().and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("the broker's bodies are in memory");
        self.sent += 1;
        *self.statuses.entry(status.as_u16()).or_default() += 1;
        let fault = if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED && !operation.fails() {
            "the broker failed"
        } else if !operation.describes(status) {
            "not described"
        } else if kind.contains("json") && Json::parse(&body).is_err() && !body.is_empty() {
            "not JSON"
        } else {
            return;
        };
        let body = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
        self.faults.push(format!("{fault}: {status} {kind} {body}\n    of {}", shown()));
    }
}
