//! The broker keeps the pact.
//!
//! Each interaction meets a fresh broker on an empty database. States are set up through the broker's own API, as its users
//! would bring it there; several states of an interaction build on one another.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Request;
use intact_broker::testing::{TestBroker, pact, publication};
use intact_verifier::{BoxError, Verifier};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::kept_pact;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// The broker of the interaction at hand.
#[derive(Debug, Clone)]
struct Current {
    engine: Engine,
    broker: Arc<Mutex<Arc<TestBroker>>>,
}

impl Current {
    /// `None` if the engine is not there.
    async fn on(engine: Engine) -> Option<Self> {
        let broker = Arc::new(Mutex::new(Arc::new(fresh(engine).await?)));
        Some(Self { engine, broker })
    }

    fn broker(&self) -> Arc<TestBroker> {
        Arc::clone(&self.broker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn replace(&self) {
        let fresh = Arc::new(fresh(self.engine).await.expect("the engine has been there before"));
        *self.broker.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// Whichever broker is the current one when a request comes.
    fn service(&self) -> Router {
        let current = self.clone();
        Router::new().fallback(async move |request: Request| current.broker().router().oneshot(request).await)
    }
}

async fn fresh(engine: Engine) -> Option<TestBroker> {
    match engine {
        Engine::Sqlite => Some(TestBroker::on_sqlite().await),
        Engine::Postgres => TestBroker::on_postgres().await,
    }
}

#[tokio::test]
async fn the_broker_keeps_its_contract_with_our_client_on_sqlite() {
    verify(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_broker_keeps_its_contract_with_our_client_on_postgres() {
    verify(Engine::Postgres).await;
}

async fn verify(engine: Engine) {
    let Some(current) = Current::on(engine).await else { return };
    Verifier::for_provider("intact-broker")
        .pact_file(kept_pact())
        .service(current.service())
        .context(current)
        .before_each(async |current: Current| {
            current.replace().await;
            Ok(())
        })
        .state("Web 1.0.0 (branch main, tag dev) has a pact with Orders", async |current, _| {
            publish_web(&current.broker()).await;
            content_of_pact(&current.broker()).await
        })
        .state("Web 1.0.0 has another pact with Orders", async |current, _| {
            let other = pact("Web", "Orders", "/another");
            current
                .broker()
                .post("/contracts/publish", &publication("Web", "1.0.0", "Orders", &other))
                .await
                .expect(200);
            Ok(())
        })
        .state("Web 1.1.0 (branch feat/gifts) has another pact with Orders", async |current, _| {
            let mut body = publication("Web", "1.1.0", "Orders", &pact("Web", "Orders", "/gifts"));
            body["branch"] = json!("feat/gifts");
            current.broker().post("/contracts/publish", &body).await.expect(200);
            Ok(())
        })
        .state("Orders 2.0.0 (branch main) keeps the pact of Web 1.0.0", async |current, _| {
            verified(&current.broker(), true).await;
            Ok(())
        })
        .state("Orders 2.0.0 (branch main) breaks the pact of Web 1.0.0", async |current, _| {
            verified(&current.broker(), false).await;
            Ok(())
        })
        .state("there is an environment staging", async |current, _| {
            let body = json!({ "name": "staging", "displayName": "Staging", "production": false });
            let environment = current.broker().post("/environments", &body).await.expect(201).json();
            Ok(json!({ "environment": environment["uuid"] }))
        })
        .state("Orders 2.0.0 is deployed to staging", async |current, _| {
            let broker = current.broker();
            broker.add_to_branch("Orders", "main", "2.0.0").await;
            Ok(json!({ "record": broker.deploy("Orders", "2.0.0", "staging").await.expect(201).json()["uuid"] }))
        })
        .state("Orders 2.0.0 is released to staging", async |current, _| {
            let broker = current.broker();
            broker.add_to_branch("Orders", "main", "2.0.0").await;
            Ok(json!({ "record": broker.release("Orders", "2.0.0", "staging").await.expect(201).json()["uuid"] }))
        })
        .verify()
        .await;
}

async fn publish_web(broker: &TestBroker) {
    let mut body = publication("Web", "1.0.0", "Orders", &pact("Web", "Orders", "/orders/7"));
    body["tags"] = json!(["dev"]);
    broker.post("/contracts/publish", &body).await.expect(200);
}

/// Publishes the pact of Web 1.0.0 and the result of verifying it.
async fn verified(broker: &TestBroker, success: bool) {
    publish_web(broker).await;
    broker.add_to_branch("Orders", "main", "2.0.0").await;
    broker.verify("Web", "1.0.0", "Orders", "2.0.0", success).await.expect(201);
}

/// Where the content of the only pact of Orders is, as its verifications are told.
async fn content_of_pact(broker: &TestBroker) -> Result<Value, BoxError> {
    let pacts = broker.post("/pacts/provider/Orders/for-verification", &json!({})).await.expect(200).json();
    let href = pacts["_embedded"]["pacts"][0]["_links"]["self"]["href"].as_str().ok_or("no pact has to be verified")?;
    let path = href.strip_prefix("http://broker").ok_or("the pact is at another address")?;
    Ok(json!({ "pact": path }))
}
