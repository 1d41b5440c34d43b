//! The command against a server that gives prepared answers in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use anstream::ColorChoice;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};

use crate::cli::Cli;
use crate::context::{Context, Environment};
use crate::error;
use crate::exit::Exit;
use crate::printer::testing::keeping;

/// What a run of the command gave.
#[derive(Debug)]
struct Ran {
    exit: Exit,
    out: String,
    err: String,
    /// The queries that the server got.
    queries: Vec<String>,
}

fn answer(deployable: Option<bool>, failed: u32, unknown: u32) -> Value {
    json!({ "summary": { "deployable": deployable, "reason": "why", "failed": failed, "unknown": unknown }, "matrix": [] })
}

/// Runs `intact <arguments>` against a server with these matrix answers; the last one is repeated.
async fn run<const N: usize>(arguments: &str, answers: &[Value], variables: [(&str, &str); N]) -> Ran {
    let answers: Arc<Mutex<VecDeque<Value>>> = Arc::new(Mutex::new(answers.iter().cloned().collect()));
    let queries: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&queries);
    let app = axum::Router::new().fallback(async move |uri: Uri| match uri.path() {
        "/" => axum::Json(json!({ "_links": {
                "self": { "href": "/" },
                "pb:environments": { "href": "/environments" },
                "pb:pacticipants": { "href": "/pacticipants" },
            } }))
        .into_response(),
        "/environments" => {
            axum::Json(json!({ "_embedded": { "environments": [{ "name": "test" }, { "name": "live" }] } }))
                .into_response()
        }
        "/pacticipants" => axum::Json(json!({ "_embedded": { "pacticipants": [{ "name": "Web" }] } })).into_response(),
        _ => {
            seen.lock().expect("no panic").push(uri.query().unwrap_or_default().to_owned());
            let mut answers = answers.lock().expect("no panic");
            let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
            match answer {
                Some(errors) if errors.get("errors").is_some() => {
                    (StatusCode::BAD_REQUEST, axum::Json(errors)).into_response()
                }
                Some(answer) => axum::Json(answer).into_response(),
                None => StatusCode::NOT_IMPLEMENTED.into_response(),
            }
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });

    let broker = ["--broker-base-url", &url, "--retries", "0"];
    let words = ["intact"].into_iter().chain(arguments.split(' ')).chain(broker);
    let cli = Cli::from_arguments(words.map(Into::into)).expect("arguments");
    let (printer, out, err) = keeping(ColorChoice::Never);
    let context = Context { printer, environment: Environment::of(variables) };
    let exit = match cli.command.run(&context).await {
        Ok(exit) => exit,
        Err(error) => {
            context.printer.error(&error);
            error::exit(&error)
        }
    };
    let queries = queries.lock().expect("no panic").clone();
    Ran { exit, out: out.text(), err: err.text(), queries }
}

const NONE: [(&str, &str); 0] = [];

#[tokio::test]
async fn a_no_is_a_failure_in_every_format() {
    for format in ["table", "text", "json", "pretty", "plain", "markdown"] {
        let arguments = format!("can-i-deploy -a Web -e 1 --to-environment test -o {format}");
        for (deployable, expected) in [(Some(true), Exit::Success), (Some(false), Exit::Failed), (None, Exit::Failed)] {
            let ran = run(&arguments, &[answer(deployable, 0, 0)], NONE).await;
            assert_eq!(ran.exit, expected, "{format} {deployable:?}");
            assert_eq!(ran.out.starts_with('{'), ["json", "pretty"].contains(&format));
            assert_eq!(ran.err, "");
        }
    }
}

#[tokio::test]
async fn a_dry_run_says_no_and_exits_with_success() {
    let ran = run("can-i-deploy -a Web -e 1 --dry-run", &[answer(Some(false), 1, 0)], NONE).await;
    assert_eq!(ran.exit, Exit::Success);
    assert!(ran.out.starts_with("[dry-run] Computer says no"), "{}", ran.out);
    assert_eq!(ran.err, "dry run: whatever the answer is, the exit code is 0\n");
    let refused = [json!({ "errors": ["nonsense"] })];
    let ran = run("can-i-merge -a Web -e 1", &refused, [("PACT_BROKER_CAN_I_MERGE_DRY_RUN", "true")]).await;
    assert_eq!(ran.exit, Exit::Success);
    assert!(ran.err.starts_with("error: nonsense\n"), "{}", ran.err);
}

#[tokio::test]
async fn missing_results_are_waited_for_as_often_as_told() {
    let unknown = || answer(None, 0, 2);
    let waiting = "can-i-deploy -a Web -e 1 --retry-while-unknown 3 --retry-interval 0";
    let ran = run(waiting, &[unknown(), unknown(), answer(Some(true), 0, 0)], NONE).await;
    assert_eq!((ran.exit, ran.queries.len()), (Exit::Success, 3));
    insta::assert_snapshot!(ran.err, @r"
    waiting for 2 verification results (for 0 seconds at most)
    all results are there after 0 seconds
    ");
    let ran = run(waiting, &[unknown(), answer(None, 0, 1)], NONE).await;
    assert_eq!((ran.exit, ran.queries.len()), (Exit::Failed, 4));
    insta::assert_snapshot!(ran.err, @r"
    waiting for 2 verification results (for 0 seconds at most)
    still waiting for 1 verification result, since 0 seconds
    1 verification result still missing after 0 seconds
    ");
    // A broker that does not count, or that knows nothing of the version yet.
    let ran = run(waiting, &[answer(None, 0, 0), answer(Some(true), 0, 0)], NONE).await;
    assert_eq!((ran.exit, ran.queries.len()), (Exit::Success, 2));
    let ran = run("can-i-deploy -a Web -e 1", &[unknown()], NONE).await;
    assert_eq!((ran.exit, ran.queries.len()), (Exit::Failed, 1));
}

#[tokio::test]
async fn a_known_failure_ends_the_waiting_only_if_told() {
    let waiting = "can-i-deploy -a Web -e 1 --retry-while-unknown 2 --retry-interval 0";
    let ran = run(waiting, &[answer(None, 1, 1)], NONE).await;
    assert_eq!(ran.queries.len(), 3);
    let ran = run(&format!("{waiting} --fail-fast"), &[answer(None, 1, 1)], NONE).await;
    assert_eq!((ran.exit, ran.queries.len()), (Exit::Failed, 1));
}

#[tokio::test]
async fn what_is_to_be_ignored_may_be_said_by_a_variable() {
    let variables = [("PACT_BROKER_CAN_I_DEPLOY_IGNORE", "Old, Older,")];
    let ran =
        run("can-i-deploy -a Web -e 1 --to-environment test --ignore New", &[answer(None, 0, 0)], variables).await;
    assert_eq!(
        ran.queries,
        ["q%5B%5D%5Bpacticipant%5D=Web&q%5B%5D%5Bversion%5D=1&ignore%5B%5D%5Bpacticipant%5D=New\
          &ignore%5B%5D%5Bpacticipant%5D=Old&ignore%5B%5D%5Bpacticipant%5D=Older&latestby=cvpv&environment=test&reasons=true"]
    );
}

#[tokio::test]
async fn unknown_names_are_answered_with_those_that_exist() {
    let refused = [json!({ "errors": ["Environment with name 'tset' does not exist"] })];
    let ran = run("can-i-deploy -a Web -e 1 --to-environment tset", &refused, NONE).await;
    assert_eq!(ran.exit, Exit::Usage);
    insta::assert_snapshot!(ran.err, @r"
    error: Environment with name 'tset' does not exist
    hint: did you mean test?
    ");
    let refused = [json!({ "errors": ["Pacticipant Wob not found"] })];
    let ran = run("can-i-deploy -a Wob -e 1 --to-environment test", &refused, NONE).await;
    insta::assert_snapshot!(ran.err, @r"
    error: Pacticipant Wob not found
    hint: did you mean Web?
    ");
    let refused = [json!({ "errors": ["Environment with name 'staging' does not exist"] })];
    let ran = run("can-i-deploy -a Web -e 1 --to-environment staging", &refused, NONE).await;
    assert!(ran.err.ends_with("\nhint: the environments are: test, live\n"), "{}", ran.err);
}

#[tokio::test]
async fn the_exit_code_of_a_no_may_be_said_by_a_variable() {
    const NAME: &str = "PACT_BROKER_CAN_I_DEPLOY_EXIT_CODE_BETA";
    let asked = "can-i-deploy -a Web -e 1 -o json";
    for (code, missing) in [(0, 0), (99, 0), (255, 2)] {
        let answers = [answer(if missing == 0 { Some(false) } else { None }, 1, missing)];
        let ran = run(asked, &answers, [(NAME, &code.to_string())]).await;
        assert_eq!(ran.exit, Exit::Chosen(code));
        assert_eq!(ran.err, format!("the exit code is {code}, as {NAME} says\n"));
    }
    let yes = run(asked, &[answer(Some(true), 0, 0)], [(NAME, "99")]).await;
    assert_eq!((yes.exit, yes.err.as_str()), (Exit::Success, ""));
    // An error is no "no", a dry run has no exit code but 0, and merging is another question.
    let no = || [answer(Some(false), 1, 0)];
    assert_eq!(run(asked, &[], [(NAME, "0")]).await.exit, Exit::Unavailable);
    assert_eq!(run("can-i-deploy -a Web -e 1 --dry-run", &no(), [(NAME, "99")]).await.exit, Exit::Success);
    assert_eq!(run("can-i-merge -a Web -e 1", &no(), [(NAME, "99")]).await.exit, Exit::Failed);
    for wrong in ["256", "-1", "no"] {
        let ran = run(asked, &[answer(Some(true), 0, 0)], [(NAME, wrong)]).await;
        assert_eq!((ran.exit, ran.queries.len()), (Exit::Usage, 0));
        assert_eq!(ran.err, format!("error: {NAME} is `{wrong}`, expected a number in range\n"));
    }
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_not_a_no() {
    let ran = run("can-i-deploy -a Web -e 1", &[], NONE).await;
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::Unavailable, ""));
}

#[tokio::test]
async fn annotations_that_cannot_be_written_change_no_answer_unless_they_were_asked_for() {
    // No folder can be written to.
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().display().to_string();
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", folder.as_str())];
    let file = format!("--annotations-file {folder}");
    for (more, expected) in [
        ("", Exit::Success),
        ("--annotations auto -o json", Exit::Success),
        ("--annotations github", Exit::Usage),
        ("--annotations github --dry-run", Exit::Success),
        ("--annotations none", Exit::Success),
        (file.as_str(), Exit::Usage),
        (&format!("{file} --dry-run"), Exit::Success),
    ] {
        let words = format!("can-i-deploy -a Web -e 1 {more}");
        let ran = run(words.trim_end(), &[answer(Some(true), 0, 0)], github).await;
        assert_eq!(ran.exit, expected, "{more}: {}", ran.err);
        let level = if expected == Exit::Usage { "error" } else { "warning" };
        let told = format!("{level}: the summary {folder} cannot be written: Is a directory (os error 21)\n");
        // A file that was asked for comes after what nobody asked for.
        assert_eq!(ran.err.contains(&told), !more.ends_with("none") && more != file, "{more}: {}", ran.err);
        assert_eq!(ran.err.contains("error: "), expected == Exit::Usage, "{more}: {}", ran.err);
    }
    let ran = run("can-i-deploy -a Web -e 1", &[answer(Some(false), 1, 0)], github).await;
    assert_eq!(ran.exit, Exit::Failed, "{}", ran.err);
}
