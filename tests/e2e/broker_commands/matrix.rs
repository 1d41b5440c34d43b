//! Which versions were verified with which, and whether a verification is required.

use insta::assert_snapshot;
use intact_broker_client::{BrokerClient, VerificationResult};

use crate::terminal::Terminal;

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
    hint: did you mean Web?
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
