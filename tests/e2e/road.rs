//! From a pact file to the decision whether to deploy.

use crate::support::{Output, Provider, RunningBroker, Workspace};

/// What changes from run to run, made equal.
fn settled(text: &str, broker: &RunningBroker) -> String {
    text.replace(&broker.url, "http://BROKER")
}

fn publish(workspace: &Workspace, broker: &RunningBroker) -> Output {
    let pact = intact_tests::repository().join("examples/pacts/order-service-product-service.json");
    let pact = pact.display().to_string();
    workspace.intact([
        "publish",
        &pact,
        "--consumer-app-version",
        "1.0.0",
        "--branch",
        "main",
        "--broker-base-url",
        &broker.url,
    ])
}

fn verify(workspace: &Workspace, broker: &RunningBroker, provider: &Provider, version: &str) -> Output {
    workspace.intact([
        "verify",
        "--broker-url",
        &broker.url,
        "--provider-name",
        "product-service",
        "--hostname",
        "127.0.0.1",
        "--port",
        &provider.port(),
        "--state-change-url",
        &provider.state_change_url(),
        "--publish",
        "--provider-version",
        version,
        "--provider-branch",
        "main",
    ])
}

fn can_i_deploy(workspace: &Workspace, broker: &RunningBroker, application: &str, version: &str) -> Output {
    workspace.intact([
        "can-i-deploy",
        "-a",
        application,
        "-e",
        version,
        "--to-environment",
        "production",
        "-b",
        &broker.url,
    ])
}

fn record_deployment(workspace: &Workspace, broker: &RunningBroker, application: &str, version: &str) -> Output {
    workspace.intact([
        "record-deployment",
        "--pacticipant",
        application,
        "--version",
        version,
        "--environment",
        "production",
        "--broker-base-url",
        &broker.url,
    ])
}

#[test]
fn the_road_leads_to_yes_and_after_a_broken_contract_to_no() {
    let workspace = Workspace::new();
    let broker = workspace.start_broker();
    let provider = Provider::start();

    publish(&workspace, &broker).expect_code(0);
    let too_early = can_i_deploy(&workspace, &broker, "order-service", "1.0.0").expect_code(1);
    assert!(too_early.stdout.contains("There is no verified pact between"), "{too_early:?}");

    let verified = verify(&workspace, &broker, &provider, "1.0.0").expect_code(0);
    assert!(verified.stdout.contains("3 interactions verified"), "{verified:?}");
    for application in ["product-service", "order-service"] {
        can_i_deploy(&workspace, &broker, application, "1.0.0").expect_code(0);
        record_deployment(&workspace, &broker, application, "1.0.0").expect_code(0);
    }

    provider.break_contract();
    let failed = verify(&workspace, &broker, &provider, "2.0.0").expect_code(1);
    let explanation = failed.stdout.lines().find(|line| line.contains("$.price")).unwrap_or_default();
    insta::assert_snapshot!(explanation.trim(), @"body $.price  Expected '79.99' (String) to be equal to 79.99 (Decimal)");

    let no = can_i_deploy(&workspace, &broker, "product-service", "2.0.0").expect_code(1);
    let said: Vec<&str> =
        no.stdout.lines().filter(|line| line.contains("Computer") || line.contains("failed")).collect();
    insta::assert_snapshot!(said.join("\n"), @r"
    Computer says no ¯\_(ツ)_/¯
    The verification for the pact between the version of order-service currently in production (1.0.0) and version 2.0.0 of product-service failed
    ");
    let no = workspace
        .intact([
            "can-i-deploy",
            "-a",
            "product-service",
            "-e",
            "2.0.0",
            "--to-environment",
            "production",
            "-o",
            "json",
            "-b",
            &broker.url,
        ])
        .expect_code(1);
    let answer: serde_json::Value = serde_json::from_str(&no.stdout).expect("only JSON on standard output");
    assert_eq!(answer["summary"]["deployable"], false);
}

#[test]
fn what_was_published_survives_a_restart_of_the_broker() {
    let workspace = Workspace::new();
    let broker = workspace.start_broker();
    publish(&workspace, &broker).expect_code(0);
    drop(broker);

    let broker = workspace.start_broker();
    let again = publish(&workspace, &broker).expect_code(0);

    let first_lines: Vec<&str> = again.stdout.lines().take(2).collect();
    insta::assert_snapshot!(settled(&first_lines.join("\n"), &broker), @r"
    Updated order-service version 1.0.0 with branch main
    Pact successfully republished for order-service version 1.0.0 and provider product-service with no content changes.
    ");
}

#[test]
fn the_demo_goes_as_it_should() {
    let workspace = Workspace::new();
    let demo = workspace.intact(["demo"]).expect_code(0);
    for sign in ["Computer says yes", "Computer says no", "✗ a request for product 42", "every step went as it should"]
    {
        assert!(demo.stdout.contains(sign), "no `{sign}` in\n{}", demo.stdout);
    }
}

#[test]
fn exit_codes_tell_a_no_from_a_wrong_question_and_from_something_missing() {
    let workspace = Workspace::new();
    let broker = workspace.start_broker();
    let nobody = "http://127.0.0.1:9";

    // 2: wrong usage, unknown names, files that are no pacts.
    workspace.intact(["no-such-command"]).expect_code(2);
    workspace.intact(["publish", "missing.json", "-a", "1", "-b", &broker.url]).expect_code(2);
    let broken =
        workspace.file("broken.json", r#"{"consumer":{"name":"a"},"provider":{"name":"b"},"interactions":{}}"#);
    let refused =
        workspace.intact(["publish", &broken.display().to_string(), "-a", "1", "-b", &broker.url]).expect_code(2);
    assert!(refused.stderr.contains("broken.json") && refused.stderr.contains("$.interactions"), "{refused:?}");
    can_i_deploy(&workspace, &broker, "unknown", "1").expect_code(2);
    // 3: the broker is not there.
    let away = workspace.intact(["list-environments", "-b", nobody, "--retries", "0"]).expect_code(3);
    assert!(away.stderr.contains(nobody) && away.stdout.is_empty(), "{away:?}");
    // Names that no URL can hold would be published and never found again.
    let contract = intact_tests::repository().join("examples/pacts/order-service-product-service.json");
    workspace.intact(["publish", &contract.display().to_string(), "-a", "..", "-b", &broker.url]).expect_code(2);
    // 0: help is no error.
    workspace.intact(["--help"]).expect_code(0);
}

#[test]
fn verify_tells_a_broken_contract_from_a_wrong_question_and_from_a_provider_that_is_away() {
    let workspace = Workspace::new();
    let provider = Provider::start();
    let contract = intact_tests::repository().join("examples/pacts/order-service-product-service.json");
    let verify = |port: &str, more: &[&str]| {
        let (contract, states) = (contract.display().to_string(), provider.state_change_url());
        let arguments = ["verify", &contract, "-h", "127.0.0.1", "-p", port, "-s", &states];
        workspace.intact(arguments.iter().chain(more))
    };
    let port = provider.port();

    let report = workspace.path().join("report.json");
    let report = report.display().to_string();
    verify(&port, &["--json", &report]).expect_code(0);
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&report).expect("a report")).expect("JSON");
    assert_eq!(json["result"], true);
    // 1: nothing was verified, a pact that cannot be read, and at last a broken contract.
    verify(&port, &["--filter-description", "nothing is called so"]).expect_code(1);
    verify(&port, &["--file", "missing.json"]).expect_code(1);
    // 2: wrong usage.
    verify(&port, &["--filter-state", "("]).expect_code(2);
    verify(&port, &["--header", "no value"]).expect_code(2);
    verify(&port, &["--request-timeout", "0"]).expect_code(2);
    verify(&port, &["--publish", "--provider-version", "1"]).expect_code(2);
    let unwritten = verify(&port, &["--json", "no/such/folder/report.json"]).expect_code(2);
    assert!(unwritten.stderr.contains("there is no directory no/such/folder"), "{unwritten:?}");
    // 3: nobody is there.
    let away = verify("9", &[]).expect_code(3);
    assert!(away.stdout.contains("says nothing about the contracts"), "{away:?}");

    provider.break_contract();
    // A difference counts more than a source that is away.
    verify(&port, &["--url", "http://127.0.0.1:9/pact.json", "--retries", "0"]).expect_code(1);
}
