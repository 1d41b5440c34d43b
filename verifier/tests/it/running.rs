//! How a run goes: several interactions at once, messages made in this process, filters that wait, state commands.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::Uri;
use axum::routing::{any, get};
use intact_verifier::{BuildError, Message, VerificationEvent, Verifier};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{self, report, serve, text, verifying};

/// Requests `/0` to `/n`, each with this method.
fn many(count: usize, method: &str) -> Value {
    let interactions = (0..count).map(|n| {
        json!({
            "type": "Synchronous/HTTP", "description": format!("{method} {n}"),
            "request": { "method": method, "path": format!("/{n}") }, "response": { "status": 200 },
        })
    });
    interactions.collect()
}

/// Answers the later requests first, and counts how many it has at once.
async fn busy(most: Arc<AtomicUsize>) -> String {
    let now = Arc::new(AtomicUsize::new(0));
    serve(Router::new().fallback(any(async move |uri: Uri| {
        let running = now.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(running, Ordering::SeqCst);
        let number: u64 = uri.path().trim_start_matches('/').parse().unwrap_or_default();
        tokio::time::sleep(std::time::Duration::from_millis(20 - number.min(19))).await;
        now.fetch_sub(1, Ordering::SeqCst);
    })))
    .await
}

#[tokio::test]
async fn results_keep_the_order_of_the_pact_however_many_run_at_once() {
    let most = Arc::new(AtomicUsize::new(0));
    let url = busy(most.clone()).await;
    let report = report(verifying(&many(20, "POST")).provider_url(&url).jobs(8)).await;
    assert!(report.is_success());
    let order: Vec<_> = report.interactions().map(|interaction| interaction.description.clone()).collect();
    assert_eq!(order, (0..20).map(|n| format!("POST {n}")).collect::<Vec<_>>());
    let most = most.load(Ordering::SeqCst);
    assert!((2..=8).contains(&most), "{most} at once");
}

#[tokio::test]
async fn unsafe_methods_and_states_run_one_after_the_other_unless_told() {
    for (method, with_states, at_least, at_most) in [("GET", false, 2, 4), ("POST", false, 1, 1), ("GET", true, 1, 1)] {
        let most = Arc::new(AtomicUsize::new(0));
        let mut verification = verifying(&many(12, method)).provider_url(busy(most.clone()).await);
        if with_states {
            verification = verification.state_change_url(serve(Router::new().fallback(async || "")).await);
        }
        assert!(report(verification).await.is_success());
        let most = most.load(Ordering::SeqCst);
        assert!((at_least..=at_most).contains(&most), "{method}, states: {with_states}: {most} at once");
    }
}

#[tokio::test]
async fn closures_run_side_by_side_only_if_they_say_that_they_can() {
    let verification = || verifying(&many(4, "GET")).service(Router::new()).any_state(async |(), _| Ok(())).jobs(4);
    let error = verification().build().expect_err("refused");
    assert!(matches!(error, BuildError::NotIsolated { jobs: 4 }), "{error}");
    assert!(verification().isolated().build().is_ok());
}

#[tokio::test]
async fn events_of_several_pacts_come_in_order() {
    let mut events = Vec::new();
    struct Names<'a>(&'a mut Vec<String>);
    impl intact_verifier::Observer for Names<'_> {
        fn on(&mut self, event: &VerificationEvent<'_>) {
            self.0.push(match event {
                VerificationEvent::Planned { interactions } => format!("{interactions} planned"),
                VerificationEvent::PactStarted(_) => "begin".to_owned(),
                VerificationEvent::InteractionFinished(interaction) => interaction.description.clone(),
                VerificationEvent::PactFinished(pact) => format!("end of {}", pact.interactions.len()),
                VerificationEvent::Finished(_) => "over".to_owned(),
                other => format!("{other:?}"),
            });
        }
    }
    let pacts = [many(2, "GET"), json!([]), many(1, "GET")].map(|interactions| support::pact(&interactions));
    let [one, two, three] = pacts;
    Verifier::for_provider("Orders")
        .pact(one)
        .pact(two)
        .pact(three)
        .service(Router::new().fallback(async || ""))
        .run(&mut Names(&mut events))
        .await
        .expect("a run");
    let expected = "3 planned, begin, GET 0, GET 1, end of 2, begin, end of 0, begin, GET 0, end of 1, over";
    assert_eq!(events.join(", "), expected);
}

fn messages() -> Value {
    json!([
        {
            "type": "Asynchronous/Messages", "description": "an order was created",
            "contents": { "content": { "id": 1 }, "contentType": "application/json" },
            "metadata": { "contentType": "application/json", "topic": "orders" },
        },
        {
            "type": "Synchronous/Messages", "description": "a sum",
            "request": { "contents": { "content": { "a": 1, "b": 2 }, "contentType": "application/json" } },
            "response": [
                { "contents": { "content": { "sum": 3 }, "contentType": "application/json" } },
                { "contents": { "content": { "done": true }, "contentType": "application/json" } },
            ],
        },
    ])
}

#[derive(Deserialize)]
struct Terms {
    a: u32,
    b: u32,
}

#[tokio::test]
async fn messages_are_produced_by_closures_without_any_provider() {
    verifying(&messages())
        .context("orders")
        .message("an order was created", async |topic: &str, _request| {
            Ok(Message::json(&json!({ "id": 1 }))?.with_metadata("topic", topic.to_owned()))
        })
        .message("a sum", async |_, request| {
            let terms: Terms = request.request.ok_or("no request")?.parse()?;
            Ok(vec![Message::json(&json!({ "sum": terms.a + terms.b }))?, Message::json(&json!({ "done": true }))?])
        })
        .verify()
        .await;
}

#[tokio::test]
async fn a_message_that_nobody_produces_fails_with_the_producer_to_write() {
    let verification = verifying(&messages())
        .message("an order was made", async |(), _| Ok(json!({ "id": 1 })))
        .message("a sum", async |(), _| Ok(json!({ "sum": 4 })));
    insta::assert_snapshot!(text(verification).await, @r#"
    Web → Orders   in memory (V4)
      ✗ an order was created
          the message could not be produced: no handler has this name; there are `an order was made`, `a sum`
          did you mean `an order was made`?
          or add a handler:
              .message("an order was created", async |_context, _request| Ok(serde_json::json!({})))
      ✗ a sum
          body $      Expected a message with 2 responses, but the actual response had 1
          body $.sum  Expected 4 (Integer) to be equal to 3 (Integer)
              expected      actual
              {             {
            ✗   "sum": 3  ✗   "sum": 4
              }             }

    2 of 2 interactions failed
    "#);
}

#[tokio::test]
async fn a_request_filter_may_wait_for_a_token() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let routes = Router::new().route(
        "/",
        get(async |headers: axum::http::HeaderMap| {
            if headers.get("authorization").is_some_and(|sent| sent == "Bearer fresh") {
                ""
            } else {
                panic!("no token")
            }
        }),
    );
    let verification = verifying(&support::get("/")).service(routes).context(seen.clone()).async_request_filter(
        async |seen: Arc<Mutex<Vec<String>>>, mut request| {
            tokio::task::yield_now().await;
            seen.lock().unwrap().push(request.uri().to_string());
            request.headers_mut().insert("authorization", "Bearer fresh".parse()?);
            Ok(request)
        },
    );
    assert!(report(verification).await.is_success());
    assert_eq!(*seen.lock().unwrap(), ["/"]);
}

fn with_state(params: Value) -> Value {
    let mut interactions = support::get("/orders/1");
    interactions[0]["providerStates"] = json!([{ "name": "an order exists", "params": params }]);
    interactions[0]["request"]["generators"] =
        json!({ "path": { "type": "ProviderState", "expression": "/orders/${id}" } });
    interactions
}

#[derive(Deserialize)]
struct Order {
    number: u32,
}

#[tokio::test]
async fn parameters_of_a_state_have_a_type_of_their_own() {
    let routes = Router::new().route("/orders/8", get(async || ""));
    let verification = |params| {
        verifying(&with_state(params))
            .service(routes.clone())
            .state_with("an order exists", async |(), order: Order| Ok(json!({ "id": order.number + 1 })))
    };
    assert!(report(verification(json!({ "number": 7 }))).await.is_success());
    assert_eq!(
        support::error(verification(json!({ "number": "x" }))).await,
        "provider state `an order exists` could not be set up: its parameters {\"number\":\"x\"} are not what the handler takes: \
         invalid type: string \"x\", expected u32 at line 1 column 13"
    );
}

#[tokio::test]
async fn states_that_nothing_sets_up_fail_if_they_are_required() {
    let service = Router::new().fallback(async || "");
    let verification = verifying(&with_state(json!({ "id": 1 }))).service(service.clone()).require_states(true);
    assert_eq!(
        support::error(verification).await,
        "provider state `an order exists` could not be set up: no state handler is configured"
    );
    assert!(report(verifying(&support::get("/")).service(service).require_states(true)).await.is_success());
}

#[cfg(unix)]
mod commands {
    use super::*;

    #[tokio::test]
    async fn a_command_is_told_the_state_gives_values_and_is_told_of_the_end() {
        let directory = tempfile::tempdir().expect("a directory");
        let log = directory.path().join("log");
        let command = format!(
            "cat >> '{0}'; echo \"$INTACT_STATE_ACTION $INTACT_STATE_NAME\" >> '{0}'; echo '{{\"id\": 8}}'",
            log.display()
        );
        let verification = verifying(&with_state(json!({ "number": 7 })))
            .service(Router::new().route("/orders/8", get(async || "")))
            .state_command(command)
            .state_change_teardown(true);
        assert!(report(verification).await.is_success());
        insta::assert_snapshot!(std::fs::read_to_string(log).expect("a log"), @r#"
        {"action":"setup","params":{"number":7},"state":"an order exists"}
        setup an order exists
        {"action":"teardown","params":{"number":7},"state":"an order exists"}
        teardown an order exists
        "#);
    }

    #[tokio::test]
    async fn what_a_command_has_started_is_killed_with_it_but_may_outlive_one_that_has_done_its_work() {
        /// What a grandchild writes before it ends: `alive`, or nothing if it was killed.
        async fn written(pause: &str, then: &str) -> String {
            let directory = tempfile::tempdir().expect("a directory");
            let pipe = directory.path().join("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
            let command = format!("(sleep {pause}; echo alive) </dev/null >'{}' 2>&1 & {then}", pipe.display());
            let reading = tokio::task::spawn_blocking(move || std::fs::read_to_string(pipe).expect("text"));
            let verification = verifying(&with_state(json!({})))
                .service(Router::new().fallback(async || ""))
                .state_command(command)
                .request_timeout(std::time::Duration::from_millis(500));
            let _ = report(verification).await;
            reading.await.expect("no panic")
        }
        assert_eq!(written("20", "wait").await, "", "the command hangs, and all of it is killed");
        assert_eq!(written("0.7", "true").await, "alive\n", "the command has ended by itself");
    }

    #[tokio::test]
    async fn a_command_that_fails_hangs_or_babbles_fails_its_interaction() {
        let error = async |command: &str| {
            let verification = verifying(&with_state(json!({}))).service(Router::new()).state_command(command);
            let limited = verification.request_timeout(std::time::Duration::from_secs(1)).secret("s3cret-0123");
            let error = support::error(limited).await;
            error
                .trim_start_matches("provider state `an order exists` could not be set up: the state command ")
                .to_owned()
        };
        assert_eq!(error("echo no database >&2; exit 3").await, "failed (exit status: 3): no database");
        assert_eq!(error("sleep 60").await, "did not end within 1s and was killed");
        assert_eq!(
            error("echo my token is s3cret-0123 >&2; exit 1").await,
            "failed (exit status: 1): my token is [hidden]"
        );
        assert!(error("echo hello").await.starts_with("wrote something to standard output that is not JSON"));
        assert!(error("echo '[1]'").await.starts_with("wrote to standard output what it should not"));
    }
}
