//! The report as text, JSON, JUnit, XML, HTML, Markdown and annotations.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use intact_verifier::report::terminal::TerminalReport;
use intact_verifier::report::{Publication, github, html, json, junit, markdown, xml};
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
async fn the_xml_report_is_xml_whatever_the_names() {
    insta::assert_snapshot!(xml::document(&one_of_each().await));
}

#[tokio::test]
async fn the_html_page_has_no_markup_but_its_own() {
    insta::assert_snapshot!(html::document(&one_of_each().await));
}

#[tokio::test]
async fn the_markdown_summary_has_a_table_and_what_failed_without_foreign_markup() {
    insta::assert_snapshot!(markdown::document(&one_of_each().await));
}

#[tokio::test]
async fn the_annotations_are_workflow_commands_in_one_line_each() {
    let mut report = one_of_each().await;
    report.pacts[0].publication = Publication::Failed { reason: "the broker said: no".to_owned(), unavailable: false };
    insta::assert_snapshot!(github::annotations(&report).join("\n"));
}

#[tokio::test]
async fn a_summary_says_what_the_run_means() {
    let first_line = |report: &Report| markdown::document(report).lines().next().unwrap_or_default().to_owned();
    let good = || {
        let routes = Router::new().route("/", get(async || ""));
        report(Verifier::for_provider("Orders").pact(pact(&crate::support::get("/"))).service(routes))
    };
    assert_eq!(first_line(&good().await), "### Orders: the contracts are kept ✅");
    assert!(github::annotations(&good().await).is_empty());
    let mut unpublished = good().await;
    unpublished.pacts[0].publication = Publication::Failed { reason: "no".to_owned(), unavailable: false };
    assert_eq!(first_line(&unpublished), "### Orders: the contracts are kept, but the results are not published ❌");
    unpublished.pacts[0].publication = Publication::Failed { reason: "no".to_owned(), unavailable: true };
    assert_eq!(first_line(&unpublished), "### Orders: something needed could not be reached ❌");
    let mut nothing = good().await;
    nothing.pacts.clear();
    assert_eq!(first_line(&nothing), "### Orders: nothing was verified ❌");
}

#[tokio::test]
async fn what_failed_is_read_back_from_the_report_for_the_next_run() {
    let written = json::document(&one_of_each().await).to_pretty();
    let failed = json::failed(written.as_bytes()).expect("a report");
    let keys: Vec<_> = failed.iter().map(|one| one.key.as_deref().unwrap_or_default()).collect();
    assert_eq!(keys, ["key-/gone", "key-/gone", "key-/"]);
    assert!(json::failed(b"{}").is_err() && json::failed(b"oops").is_err());
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
