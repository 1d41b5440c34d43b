//! Providers that are services in the test's own process.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use intact_verifier::Verifier;
use serde_json::json;

use crate::support::{self, SHORT, report, text, verifying};

#[derive(Clone, Default)]
struct Store(Arc<Mutex<Vec<u32>>>);

fn app(store: Store) -> Router {
    Router::new()
        .route(
            "/orders/{id}",
            get(async |State(store): State<Store>, Path(id): Path<u32>| {
                if store.0.lock().unwrap().contains(&id) {
                    Ok(Json(json!({ "id": id })))
                } else {
                    Err(StatusCode::NOT_FOUND)
                }
            }),
        )
        .with_state(store)
}

fn order_42(state: &str) -> serde_json::Value {
    json!([{
        "type": "Synchronous/HTTP", "description": "a request for order 42",
        "providerStates": [{ "name": state, "params": { "note": "kept" } }],
        "request": { "method": "GET", "path": "/orders/42" },
        "response": { "status": 200, "body": { "content": { "id": 42 }, "contentType": "application/json" } },
    }])
}

#[tokio::test]
async fn a_router_is_verified_without_a_socket() {
    let store = Store::default();
    verifying(&order_42("order 42 exists"))
        .service(app(store.clone()))
        .context(store)
        .state("order 42 exists", async |store, state| {
            assert_eq!(state.params.get("note").and_then(|note| note.as_str()), Some("kept"));
            store.0.lock().unwrap().push(42);
            Ok(())
        })
        .verify()
        .await;
}

#[tokio::test]
#[should_panic(expected = "status  expected 200 but was 404")]
async fn a_test_fails_with_the_report() {
    verifying(&order_42("order 42 exists"))
        .service(app(Store::default()))
        .state("order 42 exists", async |(), _| Ok(()))
        .verify()
        .await;
}

#[tokio::test]
async fn values_of_a_state_go_into_the_request() {
    let mut interactions = order_42("some order exists");
    interactions[0]["request"]["path"] = json!("/orders/1");
    interactions[0]["request"]["generators"] =
        json!({ "path": { "type": "ProviderState", "expression": "/orders/${id}", "dataType": "STRING" } });
    let store = Store::default();
    let verification = verifying(&interactions).service(app(store.clone())).context(store).state(
        "some order exists",
        async |store: Store, _state| {
            store.0.lock().unwrap().push(42);
            Ok(json!({ "id": 42 }))
        },
    );

    let report = report(verification).await;

    assert!(report.is_success(), "{report:?}");
    let exchange = report.pacts[0].interactions[0].exchange.as_ref().expect("it was sent");
    assert_eq!(exchange.request, "GET /orders/42");
}

#[tokio::test]
async fn a_value_that_no_state_gives_fails_the_interaction() {
    let mut interactions = order_42("some order exists");
    interactions[0]["request"]["generators"] =
        json!({ "path": { "type": "ProviderState", "expression": "/orders/${id}", "dataType": "STRING" } });
    let verification =
        verifying(&interactions).service(app(Store::default())).state("some order exists", async |(), _| Ok(()));
    let error = support::error(verification).await;
    assert!(
        error.starts_with("the request cannot be sent: ") && error.contains("`id`") | error.contains("'id'"),
        "{error}"
    );
}

#[tokio::test]
async fn a_state_without_a_handler_fails_its_interaction_and_names_those_there_are() {
    let verification = verifying(&order_42("order 42 exits"))
        .service(app(Store::default()))
        .state("order 42 exists", async |(), _| Ok(()));
    insta::assert_snapshot!(text(verification).await, @r#"
    Web → Orders   in memory (V4)
      ✗ a request for order 42, given order 42 exits
          provider state `order 42 exits` could not be set up: no handler has this name; there are `order 42 exists`
          did you mean `order 42 exists`?
          or add a handler:
              .state_with("order 42 exits", async |_context, params: serde_json::Value| {
                  // {"note":"kept"}
                  Ok(())
              })

    1 of 1 interaction failed
    "#);
}

#[tokio::test]
async fn without_any_handler_states_are_a_warning() {
    let store = Store(Arc::new(Mutex::new(vec![42])));
    let report = report(verifying(&order_42("order 42 exists")).service(app(store))).await;
    assert!(report.is_success());
    assert_eq!(
        report.pacts[0].interactions[0].warnings,
        ["nothing sets up the provider state `order 42 exists`: no state handler is configured"]
    );
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_fails_its_interaction_only() {
    let mut interactions = order_42("fails");
    let others = ["panics", "panics at once", "works"].map(|state| order_42(state)[0].clone());
    interactions.as_array_mut().unwrap().extend(others);
    let store = Store::default();
    let verification = verifying(&interactions)
        .service(app(store.clone()))
        .context(store)
        .before_each(async |store: Store| {
            store.0.lock().unwrap().clear();
            Ok(())
        })
        .state("fails", async |_, _| {
            let _: u32 = "x".parse()?;
            Ok(())
        })
        .state("panics", async |_, _| -> Result<(), intact_verifier::BoxError> { panic!("no database") })
        .state("panics at once", |_, _| -> std::future::Ready<Result<(), intact_verifier::BoxError>> {
            panic!("no future")
        })
        .any_state(async |store, _| {
            store.0.lock().unwrap().push(42);
            Ok(())
        });

    let report = report(verification).await;

    let errors: Vec<_> =
        report.interactions().map(|interaction| interaction.errors.first().map(ToString::to_string)).collect();
    assert_eq!(
        errors,
        [
            Some("provider state `fails` could not be set up: invalid digit found in string".to_owned()),
            Some("provider state `panics` could not be set up: its handler panicked: no database".to_owned()),
            Some("provider state `panics at once` could not be set up: its handler panicked: no future".to_owned()),
            None
        ]
    );
}

#[tokio::test]
async fn a_teardown_that_fails_is_reported_beside_the_differences() {
    let verification = verifying(&order_42("order 42 exists"))
        .service(app(Store::default()))
        .state("order 42 exists", async |(), _| Ok(()))
        .tear_down("order 42 exists", async |(), _| Err("still in use".into()));

    let report = report(verification).await;

    let interaction = &report.pacts[0].interactions[0];
    assert!(!interaction.mismatches.is_empty());
    assert_eq!(
        interaction.errors[0].to_string(),
        "provider state `order 42 exists` could not be torn down: still in use"
    );
}

#[tokio::test]
async fn a_service_that_panics_or_hangs_fails_its_interaction() {
    let routes = Router::new()
        .route("/panic", get(async || -> () { panic!("at the desk") }))
        .route("/hang", get(async || std::future::pending::<()>().await));
    let verification = |path: &str| verifying(&support::get(path)).service(routes.clone());
    assert_eq!(
        support::error(verification("/panic")).await,
        "the provider's answer cannot be used: the service panicked: at the desk"
    );
    let hanging = verification("/hang").request_timeout(SHORT);
    assert_eq!(support::error(hanging).await, "the provider did not answer within 50ms");
}

#[tokio::test]
#[should_panic(expected = "nothing was verified: there is no source of pacts")]
async fn a_test_without_pacts_fails() {
    Verifier::for_provider("Orders").service(Router::new()).verify().await;
}

#[tokio::test]
#[ignore = "it fails; another test runs it to see how"]
async fn of_two_interactions_the_second_fails() {
    let mut interactions = order_42("order 42 exists");
    let mut second = order_42("another one exists")[0].clone();
    second["description"] = json!("it's (another) one");
    let third = support::get("/without-state")[0].clone();
    interactions.as_array_mut().unwrap().extend([second, third]);
    verifying(&interactions).service(Router::new()).any_state(async |(), _| Ok(())).verify().await;
}

/// Runs that test in a process of its own; gives the lines about interactions, and all it said.
fn run_alone(variables: &[(&str, &str)]) -> (Vec<String>, String) {
    let mut test = std::process::Command::new(std::env::current_exe().expect("this program"));
    for name in ["PACT_DESCRIPTION", "PACT_PROVIDER_STATE", "PACT_PROVIDER_NO_STATE"] {
        test.env_remove(name);
    }
    test.args(["--exact", "in_process::of_two_interactions_the_second_fails", "--ignored", "--nocapture"]);
    let output = test.envs(variables.iter().copied()).output().expect("it runs");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = out.lines().filter(|line| line.ends_with("... ok") || line.ends_with("... FAILED"));
    // The first line is behind what the harness says of the test, the last is the harness's own.
    let lines = lines.filter_map(|line| line.rsplit_once("fails ... ").map_or(Some(line), |(_, rest)| Some(rest)));
    (
        lines.map(str::to_owned).filter(|line| line.contains("... ")).collect(),
        format!("{out}{}", String::from_utf8_lossy(&output.stderr)),
    )
}

#[test]
fn one_failing_interaction_can_be_run_alone() {
    let (all, said) = run_alone(&[]);
    assert_eq!(
        all,
        [
            "a request for order 42 ... FAILED",
            "it\\'s (another) one ... FAILED",
            "a request for /without-state ... FAILED"
        ],
        "{said}"
    );
    let hint =
        "PACT_DESCRIPTION='^a request for order 42$' cargo test in_process::of_two_interactions_the_second_fails";
    assert!(said.contains(hint), "{said}");

    let (one, said) = run_alone(&[("PACT_DESCRIPTION", r"^it.s \(another\) one$")]);
    assert_eq!(one, ["it\\'s (another) one ... FAILED"], "{said}");
    assert!(said.contains("1 of 1 interaction failed") && said.contains("2 interactions left out"), "{said}");

    assert_eq!(run_alone(&[("PACT_PROVIDER_STATE", "another")]).0, ["it\\'s (another) one ... FAILED"]);
    assert_eq!(run_alone(&[("PACT_PROVIDER_NO_STATE", "true")]).0, ["a request for /without-state ... FAILED"]);
    let (none, said) = run_alone(&[("PACT_DESCRIPTION", "nothing like it")]);
    assert!(none.is_empty() && said.contains("nothing was verified"), "{said}");
}
