//! `intact doctor`: from a folder with nothing to a project in order, each remedy followed; what it has in capitals is filled in.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Workspace;
use crate::world::{World, pact};

/// What a build service says; without it, the answers would be about the folder that the tests are run in.
const BUILD: [(&str, &str); 3] =
    [("GITHUB_SHA", "abc123"), ("GITHUB_REF", "refs/heads/main"), ("PACT_BROKER_HTTP_RETRIES", "0")];

fn doctor(workspace: &Workspace, words: &str, variables: &[(&str, &str)]) -> String {
    let arguments = std::iter::once("doctor").chain(words.split_whitespace());
    let output = workspace.intact_in(variables, arguments);
    format!("{}{}exit {}", output.stdout, output.stderr, output.code)
}

#[test]
fn remedies_lead_from_nothing_to_a_project_in_order() {
    let workspace = Workspace::new();
    assert_snapshot!(doctor(&workspace, "", &BUILD), @r"
    ✔ intact      0.1.0
    ✔ version     abc123 (from GITHUB_SHA)
    ✔ branch      main (from GITHUB_REF)
    ✔ pact files  none in target/pacts, build/pacts, pacts: nothing to publish from here
    ! broker      none is named, so nothing of it was looked at
                  give --broker-base-url, or set PACT_BROKER_BASE_URL; `intact broker serve` runs one

    nothing is broken; 1 to look at
    exit 0
    ");

    workspace.file("target/pacts/Web-P.json", &pact("Web", &[("one", "/one", None)]).to_string());
    let broker = workspace.start_broker();
    let with_broker = format!("-b {}", broker.url);
    let told = |variables: &[(&str, &str)]| {
        let told = doctor(&workspace, &with_broker, variables).replace(&broker.url, "BROKER");
        regex::Regex::new(r"within \d+ ms").expect("a pattern").replace_all(&told, "within N ms").into_owned()
    };
    assert_snapshot!(told(&BUILD), @r"
    ✔ intact        0.1.0
    ✔ version       abc123 (from GITHUB_SHA)
    ✔ branch        main (from GITHUB_REF)
    ✔ pact files    target/pacts/Web-P.json: Web with P
    ✔ broker        BROKER answered within N ms, version 0.1.0
    ✔ clock         in step with the broker's
    ✔ credentials   may read and publish
    ✔ environments  production, test
    ! application   Web is not known to the broker
                    it will be when its contracts or a consumer's with it are published
    ! contract      Web abc123 with P is not published
                    intact publish PACTS --consumer-app-version abc123 --branch main -b BROKER

    nothing is broken; 2 to look at
    exit 0
    ");

    let run = |words: &str| {
        let arguments = words.split_whitespace().chain(["-b", &broker.url]);
        workspace.intact_in(&BUILD, arguments).expect_code(0);
    };
    run("publish target/pacts --consumer-app-version abc123 --branch main");
    run("create-or-update-pacticipant --name P --main-branch main");
    assert_snapshot!(told(&BUILD), @r"
    ✔ intact        0.1.0
    ✔ version       abc123 (from GITHUB_SHA)
    ✔ branch        main (from GITHUB_REF)
    ✔ pact files    target/pacts/Web-P.json: Web with P
    ✔ broker        BROKER answered within N ms, version 0.1.0
    ✔ clock         in step with the broker's
    ✔ credentials   may read and publish
    ✔ environments  production, test
    ✔ application   Web, main branch main
    ✔ contract      Web abc123 with P is published
    ! results       P's main branch has no result for the contract of Web's
                    run this in P's pipeline: intact verify --provider-name P --publish --provider-version VERSION --provider-branch BRANCH -b BROKER

    nothing is broken; 1 to look at
    exit 0
    ");

    let provider = World::start();
    let verify = format!("verify --provider-name P --publish --provider-branch main -p {}", provider.port());
    run(&format!("{verify} --provider-version 1"));
    let told_of_results = || {
        let told = told(&BUILD);
        told.lines().skip_while(|line| !line.contains("results")).map(str::trim).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(told_of_results(), @r"
    ✔ results       P's main branch keeps the contract of Web's

    all is well
    exit 0
    ");

    let broken = pact("Web", &[("missing", "/missing", None)]).to_string();
    workspace.file("next/Web-P.json", &broken);
    run("publish next --consumer-app-version def456 --branch main");
    let arguments = format!("{verify} --provider-version 2 -b {}", broker.url);
    workspace.intact_in(&BUILD, arguments.split_whitespace()).expect_code(1);
    assert_snapshot!(told_of_results(), @r"
    ! results       P's main branch does not keep the contract of Web's
    intact can-i-deploy -a Web --main-branch -a P --main-branch -b BROKER

    nothing is broken; 1 to look at
    exit 0
    ");
    let arguments = format!("can-i-deploy -a Web --main-branch -a P --main-branch -b {}", broker.url);
    let answer = workspace.intact_in(&BUILD, arguments.split_whitespace()).expect_code(1);
    assert!(answer.stdout.contains("def456"), "the versions of the main branches: {answer:?}");

    let json = workspace.intact_in(&BUILD, ["doctor", "-o", "json", "-b", &broker.url]);
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON and nothing else");
    assert_eq!((&json["bad"], &json["findings"][0]["topic"]), (&0.into(), &"intact".into()));
}

#[test]
fn a_broker_that_is_away_and_a_file_that_is_no_pact_are_bad() {
    let workspace = Workspace::new();
    workspace.file("pacts/text.json", "hello");
    let told = doctor(&workspace, "-b http://127.0.0.1:9", &BUILD);
    assert_snapshot!(told, @r"
    ✔ intact      0.1.0
    ✔ version     abc123 (from GITHUB_SHA)
    ✔ branch      main (from GITHUB_REF)
    ✘ pact files  the pact file pacts/text.json cannot be read: $: not a JSON document: expected value at line 1, column 1
                  a pact file is the JSON that a consumer's tests write
    ✘ broker      GET http://127.0.0.1:9/: the broker could not be reached (1 attempt): Connection refused (os error 111)
                  check the broker's base URL, and that the broker runs

    2 to mend
    exit 1
    ");
}

#[test]
fn what_an_old_broker_cannot_tell_is_no_fault_and_a_broker_in_the_environment_needs_no_flag() {
    let workspace = Workspace::new();
    let old = World::broker(|_, target| {
        let pacticipant = json!({ "name": "Web", "_links": { "self": { "href": "/pacticipants/Web" } } });
        match target {
            "/" => Some(json!({ "_links": {
                "pb:pacticipants": { "href": "/pacticipants" },
                "pb:pacticipant": { "href": "/pacticipants/{pacticipant}", "templated": true },
                "pb:latest-version": { "href": "/pacticipants/{pacticipant}/versions/latest", "templated": true },
            } })),
            "/pacticipants/Web" => Some(pacticipant),
            _ => None,
        }
    });
    let url = old.url();
    let variables = [&BUILD[..], &[("PACT_BROKER_BASE_URL", &url)]].concat();
    let told = doctor(&workspace, "-a Web", &variables);
    let told: Vec<&str> = told.lines().skip_while(|line| !line.contains("credentials")).collect();
    assert_snapshot!(told.join("\n"), @r"
    ✔ credentials   may read; whether they may publish cannot be told
    ! environments  this broker is too old to tell
                    bring the broker up to date
    ! application   Web has no main branch
                    intact create-or-update-pacticipant --name Web --main-branch BRANCH

    nothing is broken; 2 to look at
    exit 0
    ");
}
