//! The commands that ask a broker or delete from it, against a broker of ours.

use std::fmt::Write as _;

use insta::assert_snapshot;
use intact_broker_client::{BrokerClient, VerificationResult};

use crate::support::Workspace;
use crate::terminal::Terminal;

#[test]
fn pacts_are_listed_and_downloaded() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    terminal.publish("Web", "2", "Orders", "main");
    terminal.publish("App", "7", "Orders", "feat/x");
    let session = terminal.session(
        "get-pacts --provider Orders
        get-pacts --provider Orders --latest
        get-pacts --provider Orders --branch feat/x
        get-pacts --provider Orders --consumer Web --branch main --latest
        get-pacts --provider Orders --consumer Web --branch feat/x
        get-pacts --provider Orders --consumer Wep
        get-pacts --provider orders
        get-pacts --provider Orders --latest --download --download-dir got",
    );
    assert_snapshot!(session, @r"
    $ intact get-pacts --provider Orders
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (1) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/1 │
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --latest
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --branch feat/x
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ App      ┆ Pact between App (7) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/App/version/7 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --consumer Web --branch main --latest
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    exit 0

    $ intact get-pacts --provider Orders --consumer Web --branch feat/x
    error: Web has no branch feat/x
    hint: the branches are: main
    exit 2

    $ intact get-pacts --provider Orders --consumer Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact get-pacts --provider orders
    error: there is no application orders
    hint: did you mean Orders?
    exit 2

    $ intact get-pacts --provider Orders --latest --download --download-dir got
    ┌──────────┬─────────────────────────────────┬─────────────────────────────────────────────────────────────────────┐
    │ CONSUMER ┆ TITLE                           ┆ LINK                                                                │
    ╞══════════╪═════════════════════════════════╪═════════════════════════════════════════════════════════════════════╡
    │ Web      ┆ Pact between Web (2) and Orders ┆ http://BROKER_________/pacts/provider/Orders/consumer/Web/version/2 │
    └──────────┴─────────────────────────────────┴─────────────────────────────────────────────────────────────────────┘
    wrote got/Web-Orders-2.json
    exit 0
    ");
    let file = terminal.workspace.path().join("got/Web-Orders-2.json");
    let pact = std::fs::read(&file).expect("a file");
    let pact: serde_json::Value = serde_json::from_slice(&pact).expect("JSON");
    assert_eq!(pact["interactions"][0]["description"], "an order");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |file: &std::path::Path| std::fs::metadata(file).expect("a file").permissions().mode() & 0o777;
        let plain = terminal.workspace.file("plain.json", "");
        assert_eq!(mode(&file), mode(&plain), "those who may read new files may read a download");
    }
}

#[test]
fn names_of_others_cannot_lead_a_download_out_of_its_folder() {
    let terminal = Terminal::start();
    terminal.publish("../../Web", "..\\1", "/etc/Orders", "main");
    let session = terminal.session("get-pacts --provider /etc/Orders --download --download-dir got -o json");
    assert!(session.contains("exit 0"), "{session}");
    let got: Vec<String> = std::fs::read_dir(terminal.workspace.path().join("got"))
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(got, ["_._.._Web-_etc_Orders-.._1.json"]);
}

#[test]
fn provider_states_are_listed_as_the_broker_knows_them() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    let session = terminal.session(
        "create-or-update-pacticipant --name Web --main-branch main
        provider-states list -r Orders
        provider-states list --provider Orders --branch other
        provider-states list -r Orders --environment test
        provider-states list -r Orders --environment tset
        provider-states list -r Odrers
        provider-states list -r Orders --branch main --json
        provider-states list -r Orders --branch main --environment test",
    );
    assert_snapshot!(session, @r#"
    $ intact create-or-update-pacticipant --name Web --main-branch main
    Pacticipant "Web" updated in the Pact Broker
    exit 0

    $ intact provider-states list -r Orders
    ┌───────────────────┬───────────┬────────────┐
    │ PROVIDER STATE    ┆ CONSUMERS ┆ PARAMETERS │
    ╞═══════════════════╪═══════════╪════════════╡
    │ there is an order ┆ Web       ┆ {"id":1}   │
    └───────────────────┴───────────┴────────────┘
    exit 0

    $ intact provider-states list --provider Orders --branch other
    ┌────────────────┬───────────┬────────────┐
    │ PROVIDER STATE ┆ CONSUMERS ┆ PARAMETERS │
    ╞════════════════╪═══════════╪════════════╡
    └────────────────┴───────────┴────────────┘
    no consumer asks Orders for a state
    exit 0

    $ intact provider-states list -r Orders --environment test
    ┌────────────────┬───────────┬────────────┐
    │ PROVIDER STATE ┆ CONSUMERS ┆ PARAMETERS │
    ╞════════════════╪═══════════╪════════════╡
    └────────────────┴───────────┴────────────┘
    no consumer asks Orders for a state
    exit 0

    $ intact provider-states list -r Orders --environment tset
    error: there is no environment tset
    hint: did you mean test?
    exit 2

    $ intact provider-states list -r Odrers
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact provider-states list -r Orders --branch main --json
    {
      "providerStates": [
        {
          "name": "there is an order",
          "params": {
            "id": 1
          },
          "consumers": [
            "Web"
          ]
        }
      ]
    }
    exit 0

    $ intact provider-states list -r Orders --branch main --environment test
    error: the argument '--branch <BRANCH>' cannot be used with '--environment <NAME>'

    Usage: intact provider-states list --provider <NAME> --branch <BRANCH>

    For more information, try '--help'.
    exit 2
    "#);
}

#[test]
fn what_there_is_can_be_listed() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    terminal.publish("Web", "2", "Orders", "feat/x");
    let session = terminal.session(
        "create-version-tag -a Web -e 1 -t prod
        list-versions -a Web
        list-versions -a Web --branch feat/x
        list-versions -a Web --tag prod
        list-versions -a Web --limit 1
        list-versions -a Web --limit 0
        list-versions -a Web --branch feat
        list-versions -a Web --tag none
        list-versions -a Wep
        list-branches -a Web
        list-branches -a Wep
        list-integrations
        create-label -a Orders --label shop/1
        create-label -a Odrers --label shop
        describe-pacticipant --name Orders
        delete-label -a Orders --label shop/1
        delete-label -a Orders --label shop/1
        describe-version -a Web -o id
        describe-version -a Web -e 3
        version
        broker generate-uuid",
    );
    assert_snapshot!(session, @r"
    $ intact create-version-tag -a Web -e 1 -t prod
    Tagged Web version 1 as prod in the Pact Broker
    exit 0

    $ intact list-versions -a Web
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 2       ┆ feat/x   ┆      ┆ DATE_____________________ │
    │ 1       ┆ main     ┆ prod ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    exit 0

    $ intact list-versions -a Web --branch feat/x
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 2       ┆ feat/x   ┆      ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    exit 0

    $ intact list-versions -a Web --tag prod
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 1       ┆ main     ┆ prod ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    exit 0

    $ intact list-versions -a Web --limit 1
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 2       ┆ feat/x   ┆      ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    1 of 2 are shown; --limit shows more
    exit 0

    $ intact list-versions -a Web --limit 0
    error: invalid value '0' for '--limit <NUMBER>': expected a number, 1 or more

    For more information, try '--help'.
    exit 2

    $ intact list-versions -a Web --branch feat
    error: Web has no branch feat
    hint: did you mean feat/x?
    exit 2

    $ intact list-versions -a Web --tag none
    error: Web has no version with the tag none
    exit 2

    $ intact list-versions -a Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact list-branches -a Web
    ┌────────┬───────────────────────────┬───────────────────────────┐
    │ BRANCH ┆ CREATED                   ┆ LAST BUILT                │
    ╞════════╪═══════════════════════════╪═══════════════════════════╡
    │ feat/x ┆ DATE_____________________ ┆ DATE_____________________ │
    │ main   ┆ DATE_____________________ ┆ DATE_____________________ │
    └────────┴───────────────────────────┴───────────────────────────┘
    exit 0

    $ intact list-branches -a Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact list-integrations
    ┌──────────┬──────────┐
    │ CONSUMER ┆ PROVIDER │
    ╞══════════╪══════════╡
    │ Web      ┆ Orders   │
    └──────────┴──────────┘
    exit 0

    $ intact create-label -a Orders --label shop/1
    Labelled Orders as shop/1 in the Pact Broker
    exit 0

    $ intact create-label -a Odrers --label shop
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact describe-pacticipant --name Orders
    Name:          Orders
    Display name:  Orders
    Labels:        shop/1
    Created:       DATE_____________________
    exit 0

    $ intact delete-label -a Orders --label shop/1
    Deleted label shop/1 from Orders in the Pact Broker
    exit 0

    $ intact delete-label -a Orders --label shop/1
    Orders has no label shop/1
    exit 0

    $ intact describe-version -a Web -o id
    2
    exit 0

    $ intact describe-version -a Web -e 3
    error: Web version 3 is not known to the broker
    hint: the newest versions are: 2, 1
    exit 2

    $ intact version
    0.1.0
    exit 0

    $ intact broker generate-uuid
    UUID________________________________
    exit 0
    ");
}

/// Publishes what a version of the provider found of the pact of Web's first version.
fn verified(broker: &str, version: &str, success: bool) {
    let result = VerificationResult {
        success,
        provider_application_version: version.to_owned(),
        build_url: None,
        test_results: serde_json::Value::Null,
        verified_by: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = BrokerClient::builder(broker).build().expect("a client");
        let pact = client.fetch_pact("/pacts/provider/Orders/consumer/Web/version/1").await.expect("a pact");
        client.publish_verification_results(&pact, &result).await.expect("it can be published");
    });
}

#[test]
fn the_matrix_shows_every_pair_of_versions_and_says_whether_a_verification_is_required() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    terminal.publish("Web", "2", "Stock", "feat/x");
    verified(&terminal.broker.url, "9", false);
    let session = terminal.session(
        "matrix -a Web
        matrix -a Web -a Orders -e 9 --failed
        matrix -a Web --branch feat/x --unknown
        matrix -a Web --success
        matrix -a Wep
        matrix
        verification-required -a Web -e 1 -a Orders -e 9
        verification-required -a Web -e 1 -a Orders -e 10
        verification-required -a Web",
    );
    assert_snapshot!(session, @r"
    $ intact matrix -a Web
    ┌──────────┬───────────┬────────┬──────────┬───────────┬──────┬──────────┬───────────────────────────┐
    │ CONSUMER ┆ C.VERSION ┆ C.IS   ┆ PROVIDER ┆ P.VERSION ┆ P.IS ┆ SUCCESS? ┆ VERIFIED AT               │
    ╞══════════╪═══════════╪════════╪══════════╪═══════════╪══════╪══════════╪═══════════════════════════╡
    │ Web      ┆ 2         ┆ feat/x ┆ Stock    ┆ ???       ┆      ┆ ???      ┆                           │
    │ Web      ┆ 1         ┆ main   ┆ Orders   ┆ 9         ┆      ┆ false    ┆ DATE_____________________ │
    └──────────┴───────────┴────────┴──────────┴───────────┴──────┴──────────┴───────────────────────────┘
    exit 0

    $ intact matrix -a Web -a Orders -e 9 --failed
    ┌──────────┬───────────┬──────┬──────────┬───────────┬──────┬──────────┬───────────────────────────┐
    │ CONSUMER ┆ C.VERSION ┆ C.IS ┆ PROVIDER ┆ P.VERSION ┆ P.IS ┆ SUCCESS? ┆ VERIFIED AT               │
    ╞══════════╪═══════════╪══════╪══════════╪═══════════╪══════╪══════════╪═══════════════════════════╡
    │ Web      ┆ 1         ┆ main ┆ Orders   ┆ 9         ┆      ┆ false    ┆ DATE_____________________ │
    └──────────┴───────────┴──────┴──────────┴───────────┴──────┴──────────┴───────────────────────────┘
    exit 0

    $ intact matrix -a Web --branch feat/x --unknown
    ┌──────────┬───────────┬────────┬──────────┬───────────┬──────┬──────────┬─────────────┐
    │ CONSUMER ┆ C.VERSION ┆ C.IS   ┆ PROVIDER ┆ P.VERSION ┆ P.IS ┆ SUCCESS? ┆ VERIFIED AT │
    ╞══════════╪═══════════╪════════╪══════════╪═══════════╪══════╪══════════╪═════════════╡
    │ Web      ┆ 2         ┆ feat/x ┆ Stock    ┆ ???       ┆      ┆ ???      ┆             │
    └──────────┴───────────┴────────┴──────────┴───────────┴──────┴──────────┴─────────────┘
    exit 0

    $ intact matrix -a Web --success
    ┌──────────┬───────────┬──────┬──────────┬───────────┬──────┬──────────┬─────────────┐
    │ CONSUMER ┆ C.VERSION ┆ C.IS ┆ PROVIDER ┆ P.VERSION ┆ P.IS ┆ SUCCESS? ┆ VERIFIED AT │
    ╞══════════╪═══════════╪══════╪══════════╪═══════════╪══════╪══════════╪═════════════╡
    └──────────┴───────────┴──────┴──────────┴───────────┴──────┴──────────┴─────────────┘
    exit 0

    $ intact matrix -a Wep
    error: Pacticipant Wep not found
    hint: the applications are: Orders, Stock, Web
    exit 2

    $ intact matrix
    error: the following required arguments were not provided:
      --pacticipant <NAME>

    Usage: intact matrix --pacticipant <NAME>

    For more information, try '--help'.
    exit 2

    $ intact verification-required -a Web -e 1 -a Orders -e 9
    no verification is required: there is a result already
    exit 1

    $ intact verification-required -a Web -e 1 -a Orders -e 10
    a verification is required: there is no result yet
    exit 0

    $ intact verification-required -a Web
    error: which version of Web? Give --version, --latest, --branch, --main-branch or --tag after --pacticipant
    exit 2
    ");
}

#[test]
fn what_cannot_be_had_back_is_deleted_only_for_those_who_mean_it() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    terminal.publish("Web", "2", "Orders", "main");
    terminal.publish("Web", "3", "Orders", "main");
    terminal.publish("App", "1", "Orders", "main");
    let session = terminal.session(
        "delete-pact --consumer Web -e 2 --provider Orders
        delete-pact --consumer Web -e 2 --provider Orders --yes
        delete-pact --consumer Web -e 2 --provider Orders --yes
        delete-pact --consumer Web -e 7 --provider Orders --yes
        delete-pact --consumer Web -e 2 --provider Odrers --yes
        delete-version -a Web -e 1
        delete-version -a Web -e 1 -y
        delete-version -a Web -e 1 -y
        delete-pacticipant --name App
        delete-pacticipant --name App --yes
        delete-pacticipant --name App --yes
        delete-integration --consumer Web --provider Orders
        delete-integration --consumer Wep --provider Orders --yes
        delete-integration --consumer Orders --provider Web --yes
        delete-integration --consumer Web --provider Orders --yes
        list-pacticipants",
    );
    assert_snapshot!(session, @r"
    $ intact delete-pact --consumer Web -e 2 --provider Orders
    error: this would delete the pact between Web version 2 and Orders and the results of verifying it, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-pact --consumer Web -e 2 --provider Orders --yes
    Deleted the pact between Web version 2 and Orders from the Pact Broker
    exit 0

    $ intact delete-pact --consumer Web -e 2 --provider Orders --yes
    error: Web version 2 has no pact with Orders
    exit 2

    $ intact delete-pact --consumer Web -e 7 --provider Orders --yes
    error: Web version 7 is not known to the broker
    hint: the newest versions are: 3, 2, 1
    exit 2

    $ intact delete-pact --consumer Web -e 2 --provider Odrers --yes
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact delete-version -a Web -e 1
    error: this would delete Web version 1 with its pacts, its verification results, its tags and where it is deployed, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-version -a Web -e 1 -y
    Deleted Web version 1 from the Pact Broker
    exit 0

    $ intact delete-version -a Web -e 1 -y
    error: Web version 1 is not known to the broker
    hint: the newest versions are: 3, 2
    exit 2

    $ intact delete-pacticipant --name App
    error: this would delete App with all its versions, its pacts with others and theirs with it, results and webhooks, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-pacticipant --name App --yes
    Deleted App from the Pact Broker
    exit 0

    $ intact delete-pacticipant --name App --yes
    error: there is no application App
    hint: the applications are: Orders, Web
    exit 2

    $ intact delete-integration --consumer Web --provider Orders
    error: this would delete all pacts between Web and Orders, with all their results and webhooks, and either of the two if nothing else is known of it, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-integration --consumer Wep --provider Orders --yes
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact delete-integration --consumer Orders --provider Web --yes
    error: Orders has no contract with Web
    hint: list-integrations shows who has one with whom
    exit 2

    $ intact delete-integration --consumer Web --provider Orders --yes
    Deleted the integration between Web and Orders from the Pact Broker
    exit 0

    $ intact list-pacticipants
    ┌──────┬──────────────┬─────────────┬────────────┐
    │ NAME ┆ DISPLAY NAME ┆ MAIN BRANCH ┆ REPOSITORY │
    ╞══════╪══════════════╪═════════════╪════════════╡
    └──────┴──────────────┴─────────────┴────────────┘
    exit 0
    ");
}

#[test]
fn a_name_that_nobody_knows_is_told_with_those_that_were_probably_meant() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1.0.0", "Orders", "main");
    terminal.publish("Web", "1.0.1", "Orders", "main");
    let session = terminal.session(
        "record-deployment -a Web -e 1.0.2 --environment test
        record-deployment -a Web -e main --environment test
        record-deployment -a Wbe -e 1.0.0 --environment test
        record-deployment -a Web -e 1.0.0 --environment prodution
        record-release -a Web -e 1.0.0 --environment staging
        record-undeployment -a Odrers --environment test
        record-support-ended -a Web -e 2 --environment test
        describe-version -a Wep
        describe-version -a Wep --environment test
        describe-version -a Web --environment tset
        describe-pacticipant --name Nobody
        delete-branch -a Web --branch mian
        delete-branch -a Wep --branch main
        create-version-tag -a Web -e 1.0.3 -t x",
    );
    assert_snapshot!(session, @r"
    $ intact record-deployment -a Web -e 1.0.2 --environment test
    error: Web version 1.0.2 is not known to the broker
    hint: did you mean 1.0.1 or 1.0.0?
    exit 2

    $ intact record-deployment -a Web -e main --environment test
    error: Web version main is not known to the broker
    hint: a version must have been created before, by publishing a pact or a verification result, or with create-or-update-version
    exit 2

    $ intact record-deployment -a Wbe -e 1.0.0 --environment test
    error: there is no application Wbe
    hint: did you mean Web?
    exit 2

    $ intact record-deployment -a Web -e 1.0.0 --environment prodution
    error: there is no environment prodution
    hint: did you mean production?
    exit 2

    $ intact record-release -a Web -e 1.0.0 --environment staging
    error: there is no environment staging
    hint: the environments are: production, test
    exit 2

    $ intact record-undeployment -a Odrers --environment test
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact record-support-ended -a Web -e 2 --environment test
    error: Web version 2 is not known to the broker
    hint: the newest versions are: 1.0.1, 1.0.0
    exit 2

    $ intact describe-version -a Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact describe-version -a Wep --environment test
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact describe-version -a Web --environment tset
    error: there is no environment tset
    hint: did you mean test?
    exit 2

    $ intact describe-pacticipant --name Nobody
    error: there is no application Nobody
    hint: the applications are: Orders, Web
    exit 2

    $ intact delete-branch -a Web --branch mian
    error: Web has no branch mian
    hint: did you mean main?
    exit 2

    $ intact delete-branch -a Wep --branch main
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact create-version-tag -a Web -e 1.0.3 -t x
    error: Web version 1.0.3 is not known to the broker
    hint: did you mean 1.0.1 or 1.0.0? (--auto-create-version creates what is missing)
    exit 2
    ");
    let after = terminal.session("list-pacticipants\nlist-versions -a Web");
    assert!(!after.contains("Wbe") && !after.contains("1.0.2"), "nothing was created: {after}");
}

/// Every command that talks to a broker, with what it needs.
const COMMANDS: &str = "list-latest-pact-versions
    get-pacts --provider P
    delete-pact --consumer C -e 1 --provider P --yes
    list-integrations
    delete-integration --consumer C --provider P --yes
    provider-states list -r P
    matrix -a P
    verification-required -a P -e 1
    can-i-deploy -a P -e 1
    can-i-merge -a P -e 1
    record-deployment -a P -e 1 --environment test
    record-undeployment -a P --environment test
    record-release -a P -e 1 --environment test
    record-support-ended -a P -e 1 --environment test
    create-environment --name n
    update-environment --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b --name n
    list-environments
    describe-environment --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    delete-environment --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    create-or-update-pacticipant --name P
    list-pacticipants
    describe-pacticipant --name P
    delete-pacticipant --name P --yes
    create-label -a P --label l
    delete-label -a P --label l
    create-or-update-version -a P -e 1
    list-versions -a P
    describe-version -a P
    delete-version -a P -e 1 --yes
    create-version-tag -a P -e 1 -t t
    delete-version-tag -a P -e 1 -t t
    list-branches -a P
    delete-branch -a P --branch b
    create-webhook http://ci -X POST --contract-published
    create-or-update-webhook http://ci --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b -X POST --contract-published
    list-webhooks
    describe-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    test-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    webhook-logs --consumer C --provider P
    delete-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b";

// The system's own words are a part of it.
#[cfg(target_os = "linux")]
#[test]
fn every_command_says_that_the_broker_is_away_or_wants_other_credentials() {
    let world = crate::world::World::start();
    let workspace = Workspace::new();
    let mut all = std::collections::BTreeMap::<String, String>::new();
    // The address is that of the first thing that was asked for.
    let asked = regex::Regex::new("(GET|POST|PUT) (NOBODY|SECRET)[^: ]*").expect("a pattern");
    for (broker, place) in [("http://127.0.0.1:9".to_owned(), "NOBODY"), (format!("{}/secret", world.url()), "SECRET")]
    {
        for line in COMMANDS.lines().map(str::trim) {
            let arguments = line.split(' ').chain(["-b", &broker, "--retries", "0"]);
            let output = workspace.intact(arguments);
            assert_eq!(output.stdout, "", "{line}");
            let said = output.stderr.replace(&broker, place);
            let said = asked.replace(&said, "METHOD $2/…").into_owned();
            let commands = all.entry(format!("exit {}\n{said}", output.code)).or_default();
            _ = writeln!(commands, "{}", line.split(" -").next().unwrap_or(line));
        }
    }
    let mut shown = String::new();
    for (said, commands) in &all {
        _ = writeln!(shown, "{said}── said by\n{commands}");
    }
    assert_snapshot!(shown, @r"
    exit 3
    error: METHOD NOBODY/…: the broker could not be reached (1 attempt): Connection refused (os error 111)
    hint: check the broker's base URL, and that the broker runs
    ── said by
    list-latest-pact-versions
    get-pacts
    delete-pact
    list-integrations
    delete-integration
    provider-states list
    record-deployment
    record-undeployment
    record-release
    record-support-ended
    create-environment
    update-environment
    list-environments
    describe-environment
    delete-environment
    create-or-update-pacticipant
    list-pacticipants
    describe-pacticipant
    delete-pacticipant
    create-label
    delete-label
    create-or-update-version
    list-versions
    describe-version
    delete-version
    create-version-tag
    delete-version-tag
    list-branches
    delete-branch
    create-webhook http://ci
    create-or-update-webhook http://ci
    list-webhooks
    describe-webhook
    test-webhook
    webhook-logs
    delete-webhook

    exit 3
    error: METHOD SECRET/…: the broker answered 401 Unauthorized: Who are you?
    hint: the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)
    ── said by
    list-latest-pact-versions
    get-pacts
    delete-pact
    list-integrations
    delete-integration
    provider-states list
    record-deployment
    record-undeployment
    record-release
    record-support-ended
    create-environment
    update-environment
    list-environments
    describe-environment
    delete-environment
    create-or-update-pacticipant
    list-pacticipants
    describe-pacticipant
    delete-pacticipant
    create-label
    delete-label
    create-or-update-version
    list-versions
    describe-version
    delete-version
    create-version-tag
    delete-version-tag
    list-branches
    delete-branch
    create-webhook http://ci
    create-or-update-webhook http://ci
    list-webhooks
    describe-webhook
    test-webhook
    webhook-logs
    delete-webhook

    exit 3
    error: the broker could not answer
      METHOD NOBODY/…: the broker could not be reached (1 attempt): Connection refused (os error 111)
    hint: check the broker's base URL, and that the broker runs
    ── said by
    matrix
    verification-required
    can-i-deploy
    can-i-merge

    exit 3
    error: the broker could not answer
      METHOD SECRET/…: the broker answered 401 Unauthorized: Who are you?
    hint: the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)
    ── said by
    matrix
    verification-required
    can-i-deploy
    can-i-merge
    ");
}

#[test]
fn what_the_official_binary_has_and_intact_has_not_is_told_with_what_to_do_instead() {
    let workspace = Workspace::new();
    let mut shown = String::new();
    for line in [
        "plugin install csv",
        "pactflow publish-provider-contract a.yml",
        "broker docker start",
        "broker ruby start",
        "extension list",
    ] {
        let output = workspace.intact(line.split(' '));
        _ = writeln!(shown, "$ intact {line}\n{}{}exit {}\n", output.stdout, output.stderr, output.code);
    }
    assert_snapshot!(shown, @r"
    $ intact plugin install csv
    error: unrecognized subcommand 'plugin'

      tip: Intact runs no plugins; what a plugin wrote into a pact is kept, and a verification that needs one says which

    Usage: intact [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact pactflow publish-provider-contract a.yml
    error: unrecognized subcommand 'pactflow'

      tip: bi-directional contracts are a service of PactFlow, which needs PactFlow's own tools

    Usage: intact [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact broker docker start
    error: unrecognized subcommand 'docker'

      tip: Intact is a broker itself and needs no container: see `intact broker serve`

    Usage: intact broker [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact broker ruby start
    error: unrecognized subcommand 'ruby'

      tip: Intact is a broker itself and needs no Ruby: see `intact broker serve`

    Usage: intact broker [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact extension list
    error: unrecognized subcommand 'extension'

      tip: Intact is one binary, without extensions

    Usage: intact [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2
    ");
}

#[cfg(unix)]
#[test]
fn a_link_with_the_name_of_an_official_binary_behaves_like_it() {
    let workspace = Workspace::new();
    for (name, arguments, expected) in [
        ("pact-broker", &["generate-uuid"][..], "-"),
        ("pact-broker-cli", &["--version"], "0.1.0"),
        ("pact", &["broker", "version"], "0.1.0"),
        ("pact_verifier_cli", &["--version"], "0.1.0"),
        ("pact-stub-server", &["--help"], "intact stub"),
        ("pact_mock_server_cli", &["--help"], "intact mock"),
    ] {
        let link = workspace.path().join(name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_intact"), &link).expect("a link");
        let output = workspace.run(&link, arguments).expect_code(0);
        assert!(output.stdout.contains(expected), "{name}: {output:?}");
    }
}
