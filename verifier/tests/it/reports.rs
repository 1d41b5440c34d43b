//! The report as text, JSON and JUnit.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use intact_verifier::report::terminal::TerminalReport;
use intact_verifier::report::{json, junit};
use intact_verifier::{Report, Verifier};
use serde_json::json;

use crate::support::{pact, report};

/// One interaction of each fate, with awkward names; durations are set, since they differ from run to run.
async fn one_of_each() -> Report {
    let interaction = |description: &str, path: &str| {
        json!({
            "type": "Synchronous/HTTP", "description": description, "key": format!("key-{path}"),
            "request": { "method": "GET", "path": path }, "response": { "status": 200 },
        })
    };
    let mut pending = interaction("a pending one", "/gone");
    pending["pending"] = json!(true);
    let mut without_state = interaction("one that needs a state", "/");
    without_state["providerStates"] = json!([{ "name": "s" }, { "name": "t" }]);
    let mut interactions = json!([
        interaction("a request with <b>&\"quotes\"]]></b>", "/"),
        interaction("a request for \u{1b}[31mred\u{1b}[0m", "/gone"),
        pending,
        without_state,
    ]);
    interactions[1]["response"]["headers"] = json!({ "X-Id": "1" });
    let mut report = report(
        Verifier::for_provider("Orders")
            .pact(pact(&interactions))
            .pact_file("missing.json")
            .service(Router::new().route("/", get(async || "")))
            .state("s", async |(), _| Ok(())),
    )
    .await;
    report.duration = Duration::from_millis(1234);
    for interaction in report.pacts.iter_mut().flat_map(|pact| &mut pact.interactions) {
        interaction.duration = Duration::from_millis(12);
    }
    report
}

#[tokio::test]
async fn the_json_report_has_the_shape_of_other_verifiers() {
    insta::assert_snapshot!(json::document(&one_of_each().await).to_pretty());
}

#[tokio::test]
async fn the_junit_report_is_xml_whatever_the_names() {
    insta::assert_snapshot!(junit::document(&one_of_each().await));
}

#[tokio::test]
async fn the_terminal_report_is_streamed_with_colours_and_a_hint() {
    let verification =
        Verifier::for_provider("Orders").pact(pact(&crate::support::get("/it's (gone)"))).service(Router::new());
    let mut terminal = TerminalReport::new(Vec::new()).colour(true).hints(true);
    verification.run(&mut terminal).await.unwrap();
    let text = String::from_utf8(terminal.finish().unwrap()).unwrap();
    insta::assert_snapshot!(text.replace('\u{1b}', "␛"), @r"
    ␛[1mWeb → Orders␛[0m   ␛[2min memory (V4)␛[0m
      ␛[31m✗␛[0m a request for /it's (gone)
          ␛[2mGET /it's%20(gone) answered 404 Not Found␛[0m
          ␛[31mstatus␛[0m  expected 200 but was 404

    ␛[31m1 of 1 interaction failed␛[0m
    ␛[2mhint: run again with --filter-description '^a request for /it.s \(gone\)$' to repeat only this one␛[0m
    ");
}

#[tokio::test]
async fn a_terminal_that_cannot_be_written_to_says_so_at_the_end() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut terminal = TerminalReport::new(Full);
    let verification = Verifier::for_provider("Orders").pact(pact(&json!([]))).service(Router::new());
    verification.run(&mut terminal).await.unwrap();
    assert_eq!(terminal.finish().err().map(|error| error.kind()), Some(std::io::ErrorKind::StorageFull));
}
