//! The pipelines that users copy: `examples/pipelines`, with our command line.

use std::path::Path;

use crate::http::port_of;
use crate::support::pipelines::{CONSUMER, Pipelines, Tools, tell};
use crate::support::{Provider, Workspace};

fn ours() -> Tools<'static> {
    let intact = Path::new(env!("CARGO_BIN_EXE_intact"));
    Tools { consumer: intact, provider: intact, deployment: intact }
}

#[test]
fn three_scripts_take_a_contract_from_its_test_to_production_and_keep_what_breaks_it_out() {
    tell(ours());
}

#[test]
fn a_provider_that_the_script_starts_ends_with_it() {
    let pipelines = Pipelines::new(ours());
    pipelines.build_consumer().1.expect_code(0);
    let contract = intact_tests::repository().join("examples/pacts/order-service-product-service.json");
    let port = port_of(&Provider::start().url());

    let start = [env!("CARGO_BIN_EXE_intact"), "stub", "-f", &contract.display().to_string(), "-p", &port];
    pipelines.build_provider(&[("PORT", &port)], &start).1.expect_code(0);

    let ended = std::net::TcpListener::bind(format!("127.0.0.1:{port}"));
    assert!(ended.is_ok(), "the provider is still there: {ended:?}");
}

#[test]
fn what_is_missing_is_said_before_anything_is_done() {
    let folder = Workspace::new();
    let script = |name: &str| intact_tests::repository().join("examples/pipelines").join(name);
    let touch = ["touch", "done"];

    for name in ["consumer-ci.sh", "provider-ci.sh", "deploy.sh"] {
        let output = folder.run(&script(name), touch);
        assert!(output.code != 0 && output.stderr.contains("PACT_BROKER_BASE_URL"), "{name}: {output:?}");
    }
    let usage = folder.run_in(&[("PACT_BROKER_BASE_URL", "http://127.0.0.1:9")], &script("deploy.sh"), [CONSUMER, "1"]);
    assert!(usage.expect_code(2).stderr.starts_with("usage: "));
    assert!(!folder.path().join("done").exists());
}
