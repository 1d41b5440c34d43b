//! `intact can-i-deploy` and `can-i-merge`: every kind of "no", in every form.

use insta::assert_snapshot;
use intact_broker_client::{BrokerClient, VerificationResult};
use serde_json::{Value, json};

use crate::terminal::Terminal;
use crate::world::World;

/// Publishes what a version of the provider found of a contract.
fn verified(terminal: &Terminal, consumer: &str, version: &str, provider: (&str, &str), failed: &[&str]) {
    let results: Vec<Value> = failed
        .iter()
        .map(|description| json!({ "interactionId": description, "interactionDescription": description, "success": false }))
        .collect();
    let result = VerificationResult {
        success: failed.is_empty(),
        provider_application_version: provider.1.to_owned(),
        build_url: None,
        test_results: json!(results),
        verified_by: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = BrokerClient::builder(&terminal.broker.url).build().expect("a client");
        let pact = format!("/pacts/provider/{}/consumer/{consumer}/version/{version}", provider.0);
        let pact = client.fetch_pact(&pact).await.expect("a pact");
        client.publish_verification_results(&pact, &result).await.expect("it can be published");
    });
}

fn publish(terminal: &Terminal, consumer: &str, version: &str, provider: &str, path: &str) {
    let interaction = json!({ "description": path, "request": { "path": path }, "response": { "status": 200 } });
    let pact =
        json!({ "consumer": { "name": consumer }, "provider": { "name": provider }, "interactions": [interaction] });
    terminal.workspace.file("pact.json", &pact.to_string());
    let arguments = ["publish", "pact.json", "-a", version, "--branch", "main", "-b", &terminal.broker.url];
    terminal.workspace.intact(arguments).expect_code(0);
}

/// Runs a command that has to succeed.
fn done(terminal: &Terminal, line: &str) {
    let session = terminal.session(line);
    assert!(session.contains("\nexit 0\n"), "{session}");
}

fn tabs_shown(text: &str) -> String {
    text.replace('\t', " | ")
}

/// What is said after the table: the causes, and what to do.
fn next_steps(session: &str) -> String {
    let mut kept = Vec::new();
    let mut is_kept = false;
    for line in session.lines() {
        is_kept = match line {
            "WHAT TO DO NEXT" => true,
            line if line.starts_with("$ ") || line.starts_with("Computer ") || line.starts_with("exit ") => {
                kept.push(line);
                false
            }
            line if line.starts_with("Note: ") => true,
            _ => is_kept,
        };
        if is_kept {
            kept.push(line);
        }
    }
    kept.join("\n")
}

#[test]
fn every_no_has_its_cause_and_what_to_do_about_it() {
    let terminal = Terminal::start();
    publish(&terminal, "Web", "1", "Orders", "/orders");
    let mut told = terminal.session(
        "can-i-deploy -a Web -e 9 --to-environment test
        can-i-deploy -a Web -e 1 --to-environment test",
    );
    verified(&terminal, "Web", "1", ("Orders", "5"), &[]);
    told += &terminal.session("can-i-deploy -a Web -e 1 --to-environment test");
    done(&terminal, "record-deployment -a Orders -e 5 --environment test");
    told += &terminal.session("can-i-deploy -a Web -e 1 --to-environment test");
    // Another version of the provider takes its place.
    done(&terminal, "create-or-update-version -a Orders -e 6 --branch main");
    done(&terminal, "record-deployment -a Orders -e 6 --environment test");
    told += &terminal.session("can-i-deploy -a Web -e 1 --to-environment test");
    publish(&terminal, "Web", "2", "Orders", "/other");
    told += &terminal.session("can-i-deploy -a Web -e 2 --to-environment test");
    verified(&terminal, "Web", "1", ("Orders", "6"), &[]);
    told += &terminal.session("can-i-deploy -a Web -e 2 --to-environment test");
    verified(&terminal, "Web", "2", ("Orders", "6"), &["a", "b", "c", "d", "e", "f", "g"]);
    told += &terminal.session("can-i-deploy -a Web -e 2 --to-environment test");
    done(&terminal, "create-or-update-version -a Lonely -e 1");
    told += &terminal.session("can-i-deploy -a Lonely -e 1 --to-environment test");
    assert_snapshot!(next_steps(&told), @r"
    $ intact can-i-deploy -a Web -e 9 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. Web 9 does not exist: nothing was ever published for it
       with the pacts that the tests of Web 9 wrote:
       intact publish PACTS --consumer-app-version 9
    exit 1
    $ intact can-i-deploy -a Web -e 1 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. no version of Orders is in test, and no version ever verified the pact of Web 1
       with Orders checked out:
       intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish
    exit 1
    $ intact can-i-deploy -a Web -e 1 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. no version of Orders is in test; 5 would do: it verified the pact of Web 1
       deploy Orders 5 to test, then record it:
       intact record-deployment --pacticipant Orders --version 5 --environment test
    exit 1
    $ intact can-i-deploy -a Web -e 1 --to-environment test
    Computer says yes \o/
    exit 0
    $ intact can-i-deploy -a Web -e 1 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. the pact of Web 1 was verified by 5, but not by Orders 6
       with Orders 6 checked out:
       intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish --provider-version 6
    exit 1
    $ intact can-i-deploy -a Web -e 2 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. Orders 6 never verified a pact of Web 2
       with Orders 6 checked out:
       intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 --publish --provider-version 6
    exit 1
    $ intact can-i-deploy -a Web -e 2 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. Orders 6 verified other pacts of the consumer, but not what Web 2 expects
       with Orders 6 checked out:
       intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 --publish --provider-version 6
    exit 1
    $ intact can-i-deploy -a Web -e 2 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. Orders 6 does not do what Web 2 expects in 7 interactions
       - a
       - b
       - c
       - d
       - e
       - and 2 more
       with Orders repaired:
       intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 --publish
    exit 1
    $ intact can-i-deploy -a Lonely -e 1 --to-environment test
    Computer says yes \o/
    Note: there are no contracts to hold it against
    exit 0
    ");
}

/// A consumer with two providers, of which one does not do what is expected and the other was never held against it.
fn failing() -> Terminal {
    let terminal = Terminal::start();
    publish(&terminal, "Web", "1", "Orders", "/orders");
    publish(&terminal, "Web", "1", "Stock", "/stock");
    verified(&terminal, "Web", "1", ("Orders", "6"), &["a request for orders"]);
    for (provider, version) in [("Orders", "6"), ("Stock", "3")] {
        done(&terminal, &format!("create-or-update-version -a {provider} -e {version} --branch main"));
        done(&terminal, &format!("record-deployment -a {provider} -e {version} --environment test"));
        done(&terminal, &format!("create-or-update-pacticipant --name {provider} --main-branch main"));
    }
    terminal
}

const NO: &str = "can-i-deploy -a Web -e 1 --to-environment test";

#[test]
fn a_no_can_be_read_in_every_form() {
    let terminal = failing();
    assert_snapshot!(terminal.session(NO), @r"
    $ intact can-i-deploy -a Web -e 1 --to-environment test
    Computer says no ¯\_(ツ)_/¯

    ┌──────────┬───────────┬──────────┬───────────┬──────────┬─────────┐
    │ CONSUMER ┆ C.VERSION ┆ PROVIDER ┆ P.VERSION ┆ SUCCESS? ┆ RESULT# │
    ╞══════════╪═══════════╪══════════╪═══════════╪══════════╪═════════╡
    │ Web      ┆ 1         ┆ Orders   ┆ 6         ┆ false    ┆ 1       │
    │ Web      ┆ 1         ┆ Stock    ┆ ???       ┆ ???      ┆         │
    └──────────┴───────────┴──────────┴───────────┴──────────┴─────────┘

    VERIFICATION RESULTS
    1. http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1 (failure)

    The verification for the pact between version 1 of Web and the version of Orders currently in test (6) failed
    There is no verified pact between version 1 of Web and the version of Stock currently in test (3)

    WHAT TO DO NEXT
    1. Orders 6 does not do what Web 1 expects in 1 interaction
       - a request for orders
       with Orders repaired:
       intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish
    2. Stock 3 never verified a pact of Web 1
       with Stock 3 checked out:
       intact verify --provider-name Stock --url http://BROKER_________/pacts/provider/Stock/consumer/Web/version/1 --publish --provider-version 3
    exit 1
    ");
    assert_snapshot!(tabs_shown(&terminal.session(&format!("{NO} -o plain"))), @r"
    $ intact can-i-deploy -a Web -e 1 --to-environment test -o plain
    verdict | no
    failed | Web | 1 | Orders | 6 | http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1
    unknown | Web | 1 | Stock | - | -
    notice | error | The verification for the pact between version 1 of Web and the version of Orders currently in test (6) failed
    notice | error | There is no verified pact between version 1 of Web and the version of Stock currently in test (3)
    reason | failed | Web | 1 | Orders | 6 | Orders 6 does not do what Web 1 expects in 1 interaction
    interaction | a request for orders
    run | intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish | with Orders repaired
    reason | never_verified | Web | 1 | Stock | 3 | Stock 3 never verified a pact of Web 1
    run | intact verify --provider-name Stock --url http://BROKER_________/pacts/provider/Stock/consumer/Web/version/1 --publish --provider-version 3 | with Stock 3 checked out
    exit 1
    ");
    assert_snapshot!(terminal.session(&format!("{NO} -o markdown")), @r"
    $ intact can-i-deploy -a Web -e 1 --to-environment test -o markdown
    ### Can I deploy Web 1 to test? No ❌

    | Consumer | Version | Provider | Version | Verified |
    |---|---|---|---|---|
    | Web | 1 | Orders | 6 | [❌ no](http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1) |
    | Web | 1 | Stock | ??? | ❔ never |

    - The verification for the pact between version 1 of Web and the version of Orders currently in test (6) failed
    - There is no verified pact between version 1 of Web and the version of Stock currently in test (3)

    #### What to do next

    1. Orders 6 does not do what Web 1 expects in 1 interaction
       - a request for orders

       with Orders repaired:

           intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish

    2. Stock 3 never verified a pact of Web 1

       with Stock 3 checked out:

           intact verify --provider-name Stock --url http://BROKER_________/pacts/provider/Stock/consumer/Web/version/1 --publish --provider-version 3
    exit 1
    ");
    let merge = terminal.session("can-i-merge -a Web -e 1 -o plain --ignore Stock");
    assert_snapshot!(tabs_shown(&merge), @r"
    $ intact can-i-merge -a Web -e 1 -o plain --ignore Stock
    verdict | no
    failed | Web | 1 | Orders | 6 | http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1
    ignored | Web | 1 | Stock | - | -
    notice | error | The verification for the pact between version 1 of Web and the latest version of Orders from branch main (6) failed
    reason | failed | Web | 1 | Orders | 6 | Orders 6 does not do what Web 1 expects in 1 interaction
    interaction | a request for orders
    run | intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish | with Orders repaired
    exit 1
    ");
    for form in ["json", "pretty"] {
        let arguments = NO.split(' ').chain(["-b", &terminal.broker.url, "-o", form]);
        let output = terminal.workspace.intact(arguments).expect_code(1);
        let answer: Value = serde_json::from_str(&output.stdout).expect("only JSON on standard output");
        assert_ne!(answer["summary"]["deployable"], Value::Bool(true));
        assert_eq!(output.stderr, "");
    }
}

#[test]
fn a_yes_can_be_read_in_every_form() {
    let terminal = Terminal::start();
    publish(&terminal, "Web", "1", "Orders", "/orders");
    verified(&terminal, "Web", "1", ("Orders", "5"), &[]);
    let session = terminal.session(
        "can-i-deploy -a Web -e 1 -a Orders -e 5
        can-i-deploy -a Web -e 1 -a Orders --latest -o plain
        can-i-deploy --pacticipant Web --branch main --pacticipant Orders --version 5 -o markdown",
    );
    assert_snapshot!(tabs_shown(&session), @r"
    $ intact can-i-deploy -a Web -e 1 -a Orders -e 5
    Computer says yes \o/

    ┌──────────┬───────────┬──────────┬───────────┬──────────┬─────────┐
    │ CONSUMER ┆ C.VERSION ┆ PROVIDER ┆ P.VERSION ┆ SUCCESS? ┆ RESULT# │
    ╞══════════╪═══════════╪══════════╪═══════════╪══════════╪═════════╡
    │ Web      ┆ 1         ┆ Orders   ┆ 5         ┆ true     ┆ 1       │
    └──────────┴───────────┴──────────┴───────────┴──────────┴─────────┘

    VERIFICATION RESULTS
    1. http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1 (success)

    All required verification results are published and successful
    exit 0

    $ intact can-i-deploy -a Web -e 1 -a Orders --latest -o plain
    verdict | yes
    verified | Web | 1 | Orders | 5 | http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1
    notice | success | All required verification results are published and successful
    exit 0

    $ intact can-i-deploy --pacticipant Web --branch main --pacticipant Orders --version 5 -o markdown
    ### Can I deploy the newest Web of main and Orders 5 together? Yes ✅

    | Consumer | Version | Provider | Version | Verified |
    |---|---|---|---|---|
    | Web | 1 | Orders | 5 | [✅ yes](http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1) |

    - All required verification results are published and successful
    exit 0
    ");
}

#[test]
fn github_is_told_in_its_own_way() {
    let terminal = failing();
    let summary = terminal.workspace.file("summary.md", "");
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().expect("a path in Unicode"))];
    let commands = |session: &str| {
        session
            .lines()
            .filter(|line| line.starts_with("::") || line.starts_with("exit "))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let read = || terminal.settled(&std::fs::read_to_string(&summary).expect("a summary"));

    assert_snapshot!(commands(&terminal.session_in(&github, NO)), @r"
    ::error title=cannot deploy Web 1 to test%3A Web 1 → Orders 6::Orders 6 does not do what Web 1 expects in 1 interaction%0A- a request for orders%0Awith Orders repaired:%0Aintact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish
    ::error title=cannot deploy Web 1 to test%3A Web 1 → Stock 3::Stock 3 never verified a pact of Web 1%0Awith Stock 3 checked out:%0Aintact verify --provider-name Stock --url http://BROKER_________/pacts/provider/Stock/consumer/Web/version/1 --publish --provider-version 3
    exit 1
    ");
    assert_snapshot!(read(), @r"
    ### Can I deploy Web 1 to test? No ❌

    | Consumer | Version | Provider | Version | Verified |
    |---|---|---|---|---|
    | Web | 1 | Orders | 6 | [❌ no](http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/fc079900a29043f328e5a4e47e478106b865792a/metadata/Y3ZuPTE/verification-results/1) |
    | Web | 1 | Stock | ??? | ❔ never |

    - The verification for the pact between version 1 of Web and the version of Orders currently in test (6) failed
    - There is no verified pact between version 1 of Web and the version of Stock currently in test (3)

    #### What to do next

    1. Orders 6 does not do what Web 1 expects in 1 interaction
       - a request for orders

       with Orders repaired:

           intact verify --provider-name Orders --url http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 --publish

    2. Stock 3 never verified a pact of Web 1

       with Stock 3 checked out:

           intact verify --provider-name Stock --url http://BROKER_________/pacts/provider/Stock/consumer/Web/version/1 --publish --provider-version 3
    ");
    let dry_run = terminal.session_in(&github, &format!("{NO} --dry-run"));
    assert!(commands(&dry_run).starts_with("::warning title=cannot deploy Web 1 to test"), "{dry_run}");
    assert!(read().contains("Can I deploy Web 1 to test? No ❌ (dry run)"));
    // Programs read standard output.
    let arguments = NO.split(' ').chain(["-b", &terminal.broker.url, "-o", "json"]);
    let output = terminal.workspace.intact_in(&github, arguments).expect_code(1);
    assert!(!output.stdout.contains("::error") && output.stderr.starts_with("::error "), "{output:?}");
    let off = terminal.session_in(&github, &format!("{NO} --annotations none"));
    assert_eq!(commands(&off), "exit 1");
    let on = terminal.session(&format!("{NO} --annotations github"));
    assert!(commands(&on).starts_with("::error "), "{on}");
}

#[test]
fn gitlab_gets_links_where_it_is_told_to_look_for_them() {
    let terminal = failing();
    let file = |name: &str| std::fs::read_to_string(terminal.workspace.path().join(name)).ok();

    terminal.session_in(&[("GITLAB_CI", "true")], NO);
    assert_eq!(file("intact-annotations.json"), None);
    terminal.session_in(&[("GITLAB_CI", "true")], &format!("{NO} --annotations-file links.json"));
    let links: Value = serde_json::from_str(&file("links.json").expect("a report")).expect("JSON");
    let shown = serde_json::to_string_pretty(&links).expect("JSON");
    let result = regex::Regex::new(r"pact-version/[^/]+/metadata/[^/]+/").expect("a pattern");
    assert_snapshot!(result.replace_all(&terminal.settled(&shown), "pact-version/SHA/metadata/DATA/"), @r#"
    {
      "Can I deploy Web 1 to test?": [
        {
          "external_link": {
            "label": "Web 1 → Orders 6: failed",
            "url": "http://BROKER_________/pacts/provider/Orders/consumer/Web/pact-version/SHA/metadata/DATA/verification-results/1"
          }
        },
        {
          "external_link": {
            "label": "Web 1 → Stock: unknown",
            "url": "http://BROKER_________/pacts/provider/Stock/consumer/Web/version/1"
          }
        }
      ]
    }
    "#);
    let away = terminal.session(&format!("{NO} --annotations gitlab --annotations-file no/such/folder.json"));
    assert!(away.contains("error: the report no/such/folder.json cannot be written"), "{away}");
    terminal.session(&format!("{NO} --annotations gitlab"));
    assert_eq!(file("intact-annotations.json"), file("links.json"));
}

/// A broker that gives rows and sentences, as the official one does, but no reasons.
fn official(_: &str, path: &str) -> Option<Value> {
    let row = |provider: &str, version: Option<&str>, success: Option<bool>| {
        json!({
            "consumer": { "name": "Web App", "version": { "number": "1" } },
            "provider": { "name": provider, "version": version.map(|version| json!({ "number": version })) },
            "pact": { "_links": { "self": { "href": format!("http://official/pacts/{provider}") } } },
            "verificationResult": success.map(|success| json!({
                "success": success, "_links": { "self": { "href": format!("http://official/results/{provider}") } },
            })),
        })
    };
    let error = |text: &str| json!({ "type": "error", "text": text });
    let missing = |rest: &str| error(&format!("There is no verified pact between version 1 of Web App and {rest}"));
    let answer = |deployable: Option<bool>, notices: Vec<Value>, rows: Vec<Value>| json!({ "summary": { "deployable": deployable, "reason": "why" }, "notices": notices, "matrix": rows });
    // Which versions verified the contract with one provider.
    let others = [("Orders", row("Orders", Some("41"), Some(true))), ("Stock", row("Stock", Some("2"), Some(true)))];
    if let Some((_, row)) = others.iter().find(|(name, _)| path.contains(&format!("pacticipant%5D={name}"))) {
        return Some(answer(Some(true), vec![], vec![row.clone()]));
    }
    if path.contains("=Gone") {
        let text = "No pacts or verifications have been published for version 7 of Gone";
        return Some(answer(Some(false), vec![error(text)], vec![]));
    }
    if path.contains("=Lonely") {
        return Some(answer(Some(true), vec![], vec![]));
    }
    path.starts_with("/matrix").then(|| {
        let nothing = "(no version is currently recorded as deployed/released in this environment)";
        let notices = vec![
            error("The verification for the pact between version 1 of Web App and the version of Payments currently in test (8) failed"),
            missing("the version of Orders currently in test (42)"),
            missing(&format!("a version of Stock currently in test {nothing}")),
            missing("the version of Mail currently in test (3)"),
            missing(&format!("a version of It's currently in test {nothing}")),
        ];
        let rows = vec![
            row("Payments", Some("8"), Some(false)),
            row("Orders", None, None),
            row("Stock", None, None),
            row("Mail", None, None),
            row("It's", None, None),
        ];
        answer(Some(false), notices, rows)
    })
}

#[test]
fn the_same_help_is_given_where_the_broker_gives_no_reasons() {
    let terminal = Terminal::start();
    let broker = World::broker(official);
    let session = |line: &str| terminal.session_in(&[("PACT_BROKER_BASE_URL", &broker.url())], line);
    let no = session("can-i-deploy -a 'Web App' -e 1 --to-environment test");
    assert_snapshot!(next_steps(&no), @r"
    $ intact can-i-deploy -a 'Web App' -e 1 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. Payments 8 does not do what Web App 1 expects
       with Payments repaired:
       intact verify --provider-name Payments --url http://official/pacts/Payments --publish
    2. the pact of Web App 1 was verified by 41, but not by Orders 42
       with Orders 42 checked out:
       intact verify --provider-name Orders --url http://official/pacts/Orders --publish --provider-version 42
    3. no version of Stock is in test; 2 would do: it verified the pact of Web App 1
       deploy Stock 2 to test, then record it:
       intact record-deployment --pacticipant Stock --version 2 --environment test
    4. Mail 3 never verified the pact of Web App 1
       with Mail 3 checked out:
       intact verify --provider-name Mail --url http://official/pacts/Mail --publish --provider-version 3
    5. no version of It's is in test, and no version ever verified the pact of Web App 1
       with It's checked out:
       intact verify --provider-name 'It'\''s' --url 'http://official/pacts/It'\''s' --publish
    exit 1
    ");
    assert_snapshot!(next_steps(&session("can-i-deploy -a Gone -e 7 --to-environment test")), @r"
    $ intact can-i-deploy -a Gone -e 7 --to-environment test
    Computer says no ¯\_(ツ)_/¯
    WHAT TO DO NEXT
    1. Gone 7 does not exist: nothing was ever published for it
       with the pacts that the tests of Gone 7 wrote, or after its verification:
       intact publish PACTS --consumer-app-version 7
    exit 1
    ");
    assert_snapshot!(next_steps(&session("can-i-deploy -a Lonely -e 7 --to-environment test")), @r"
    $ intact can-i-deploy -a Lonely -e 7 --to-environment test
    Computer says yes \o/
    Note: nothing was compared: it has no contract with anything that is in test
    exit 0
    ");
}
