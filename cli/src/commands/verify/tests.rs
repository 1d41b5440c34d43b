//! What flags and variables mean before anything is verified. What each does to a run is in `tests/e2e/verify_flags.rs`.

use clap::Parser as _;
use intact_verifier::{FailedInteraction, PublishOptions};

use super::Args;
use crate::context::Environment;
use crate::logging::LogLevel;

#[derive(Debug, clap::Parser)]
struct Command {
    #[command(flatten)]
    verify: Args,
}

fn args(arguments: &[&str]) -> Args {
    Command::try_parse_from(["test"].iter().chain(arguments)).unwrap_or_else(|error| panic!("{error}")).verify
}

fn refused<const N: usize>(arguments: &[&str], variables: [(&str, &str); N]) -> String {
    let args = args(arguments);
    let environment = Environment::of(variables);
    let published = args.publish.then(|| PublishOptions {
        provider_version: args.provider_version.clone().unwrap_or_default(),
        ..PublishOptions::default()
    });
    args.verifier_of(&environment, published, None).expect_err("not a verification").to_string()
}

#[test]
fn h_is_the_hostname_and_flags_win_over_variables() {
    let environment = Environment::of([("PACT_PROVIDER_PORT", "8080"), ("PACT_PROVIDER_HOSTNAME", "variable")]);
    let url = |arguments: &[&str]| args(arguments).provider_url(&environment).expect("a URL");
    assert_eq!(url(&["-h", "flag"]), "http://flag:8080");
    assert_eq!(url(&["-p", "1", "--scheme", "https"]), "https://variable:1");
    assert_eq!(url(&["--provider-base-url", "http://x:2/api"]), "http://x:2/api");
}

#[test]
fn the_letter_of_the_log_level_is_read() {
    assert!(matches!(args(&["-l", "DEBUG"]).log_level.level, Some(LogLevel::Debug)));
    assert!(matches!(args(&["--loglevel", "none"]).log_level.level, Some(LogLevel::Off)));
}

#[test]
fn transports_have_a_port_and_perhaps_a_path() {
    let args = args(&["-h", "host", "--transports", "http:8080", "message:81/_messages"]);
    let urls: Vec<_> =
        args.transports.iter().map(|text| args.transport_url(text, &Environment::default()).expect("a URL")).collect();
    assert_eq!(urls[0], ("http".to_owned(), "http://host:8080/".to_owned()));
    assert_eq!(urls[1], ("message".to_owned(), "http://host:81/_messages".to_owned()));
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_verified() {
    let none: [(&str, &str); 0] = [];
    assert_eq!(refused(&[], none), "there is no source of pacts");
    assert_eq!(
        refused(&["-d", "pacts"], none),
        "pacts in directories and brokers are found by the name of their provider"
    );
    assert_eq!(refused(&["-f", "a.json", "-H", "x"], none), "the header `x` has no `=`");
    assert_eq!(
        refused(&["-f", "a.json", "--transports", "message"], none),
        "the transport `message` is not of the form NAME:PORT or NAME:PORT/PATH"
    );
    assert_eq!(
        refused(&["-f", "a.json"], [("PACT_PROVIDER_PORT", "x")]),
        "PACT_PROVIDER_PORT is `x`, expected a number in range"
    );
    assert_eq!(
        refused(&["-f", "a.json", "--publish", "--provider-version", "1"], none),
        "results are published to the broker that the pacts come from, but no source is a broker or a URL"
    );
    let filtered = ["-b", "http://broker", "-n", "P", "--publish", "--provider-version", "1", "--filter-state", "x"];
    assert_eq!(
        refused(&filtered, none),
        "the results of a run that verifies only a part of the pacts are not published (filters leave out interactions)"
    );
    assert!(
        refused(&["-b", "http://broker", "-n", "P", "--consumer-version-selectors", r#"{"brunch": "x"}"#], none)
            .contains("brunch")
    );
}

#[test]
fn the_broker_is_asked_for_the_newest_pacts_unless_something_is_said() {
    assert!(args(&["--provider-branch", "main"]).query(None).expect("a query").is_none());
    let none = args(&["--consumer-version-selectors", "[]"]).query(None).expect("a query").expect("a question");
    assert!(none.consumer_version_selectors.is_empty());
    let arguments = ["--consumer-version-tags", "a, b", "--consumer-version-selectors", r#"[{"mainBranch": true}]"#];
    let query = args(&arguments).query(None).expect("a query").expect("selectors");
    let json = serde_json::to_string(&query.consumer_version_selectors).expect("JSON");
    assert_eq!(json, r#"[{"tag":"a","latest":true},{"tag":"b","latest":true},{"mainBranch":true}]"#);
}

#[test]
fn every_variable_of_the_official_verifier_does_what_its_flag_does() {
    use clap::CommandFactory as _;
    let command = Command::command();
    for (flag, variable) in [
        ("broker-url", "PACT_BROKER_BASE_URL"),
        ("webhook-callback-url", "PACT_WEBHOOK_CALLBACK_URL"),
        ("user", "PACT_BROKER_USERNAME"),
        ("password", "PACT_BROKER_PASSWORD"),
        ("token", "PACT_BROKER_TOKEN"),
        ("retries", "PACT_BROKER_HTTP_RETRIES"),
        ("provider-name", "PACT_PROVIDER_NAME"),
        ("hostname", "PACT_PROVIDER_HOSTNAME"),
        ("port", "PACT_PROVIDER_PORT"),
        ("transport", "PACT_PROVIDER_TRANSPORT"),
        ("base-path", "PACT_PROVIDER_BASE_PATH"),
        ("request-timeout", "PACT_PROVIDER_REQUEST_TIMEOUT"),
        ("disable-ssl-verification", "PACT_DISABLE_SSL_VERIFICATION"),
        ("state-change-url", "PACT_PROVIDER_STATE_CHANGE_URL"),
        ("state-change-as-query", "PACT_PROVIDER_STATE_CHANGE_AS_QUERY"),
        ("state-change-teardown", "PACT_PROVIDER_STATE_CHANGE_TEARDOWN"),
        ("state-command", "INTACT_STATE_COMMAND"),
        ("filter-description", "PACT_DESCRIPTION"),
        ("filter-state", "PACT_PROVIDER_STATE"),
        ("filter-no-state", "PACT_PROVIDER_NO_STATE"),
        ("jobs", "INTACT_JOBS"),
        ("json", "PACT_VERIFIER_JSON_REPORT"),
        ("junit", "PACT_VERIFIER_JUNIT_REPORT"),
        ("html", "PACT_VERIFIER_HTML_REPORT"),
    ] {
        let argument = command.get_arguments().find(|argument| argument.get_long() == Some(flag));
        let help = argument.and_then(|argument| argument.get_help()).map(ToString::to_string);
        let described = help.unwrap_or_else(|| panic!("no --{flag}"));
        assert!(described.contains(&format!("[env: {variable}]")), "--{flag}: {described}");
    }
    // What a bad value does shows that the variable is read.
    for (variable, value, told) in [
        ("PACT_PROVIDER_STATE_CHANGE_URL", "nowhere", "the state-change URL `nowhere`"),
        ("PACT_DESCRIPTION", "(", "the description filter"),
        ("PACT_PROVIDER_STATE", "(", "the state filter"),
        ("PACT_PROVIDER_REQUEST_TIMEOUT", "x", "PACT_PROVIDER_REQUEST_TIMEOUT is `x`"),
        ("PACT_PROVIDER_TRANSPORT", "ftp", "the provider URL `ftp://localhost"),
        ("PACT_PROVIDER_PORT", "x", "PACT_PROVIDER_PORT is `x`"),
        ("INTACT_JOBS", "many", "INTACT_JOBS is `many`"),
    ] {
        let error = refused(&["-f", "a.json"], [(variable, value)]);
        assert!(error.starts_with(told), "{variable}: {error}");
    }
    let both = refused(&["-f", "a.json", "-s", "http://x"], [("INTACT_STATE_COMMAND", "./states")]);
    assert!(both.starts_with("provider states are set up in two ways"), "{both}");
    assert!(refused(&[], [("PACT_WEBHOOK_CALLBACK_URL", "http://x")]).contains("needs --broker-url"));
}

#[test]
fn only_what_failed_in_the_last_report_is_verified_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("report.json");
    let name = path.to_str().expect("text");
    let failed = |text: Option<&str>| {
        if let Some(text) = text {
            std::fs::write(&path, text).expect("a file");
        }
        args(&["--last-failed", "-j", name]).failed_before(&Environment::default()).map_err(|error| error.to_string())
    };
    assert_eq!(failed(None), Ok(None), "the first run");
    let report = r#"{"interactionResults": [{"description": "a", "result": "OK"}, {"description": "b", "interactionKey": "k", "result": "Error"}]}"#;
    let expected = FailedInteraction { key: Some("k".to_owned()), id: None, description: "b".to_owned() };
    assert_eq!(failed(Some(report)), Ok(Some(vec![expected])));
    assert_eq!(failed(Some(r#"{"interactionResults": []}"#)), Ok(None));
    assert!(failed(Some("[]")).unwrap_err().contains("is not the report of a verification"));
    let nowhere = args(&["--last-failed"]).failed_before(&Environment::default()).unwrap_err().to_string();
    assert_eq!(nowhere, "--last-failed needs the report of the last run");
}
