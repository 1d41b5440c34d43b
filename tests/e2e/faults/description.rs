//! The broker's description of itself, put to the test by a program that takes descriptions at their word.

use std::path::PathBuf;

use reqwest::StatusCode;
use serde_json::json;

use super::Database;
use super::client::{Client, Contract};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes, and needs schemathesis"]
async fn schemathesis_finds_no_fault_on_sqlite() {
    try_everything(&Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes, and needs schemathesis"]
async fn schemathesis_finds_no_fault_on_postgres() {
    let Some(database) = Database::postgres() else { return };
    try_everything(&database).await;
}

async fn try_everything(database: &Database) {
    let missing = "schemathesis is neither installed in tests/schemathesis/.venv nor on the path";
    let Some(program) = intact_tests::required(program(), missing) else { return };
    let broker = database.broker();
    fill(&Client::of(&broker.url)).await;
    let config = intact_tests::repository().join("tests/schemathesis/schemathesis.toml").display().to_string();
    let target = format!("{}/openapi.json", broker.url);
    let arguments = ["--config-file", &config, "run", &target, "--url", &broker.url];
    let folder = database.workspace.path();
    // What is deleted is not there for other requests any more, so these come first.
    for kept_apart in [&["--exclude-method", "DELETE"][..], &[]] {
        let status = std::process::Command::new(&program).args(arguments).args(kept_apart).current_dir(folder).status();
        let status = status.expect("schemathesis can be run");
        assert!(status.success(), "schemathesis has found faults: see above");
    }
    let ready = Client::of(&broker.url).get("/readyz").await.expect("an answer");
    assert_eq!(ready.status, StatusCode::OK, "{}", ready.text);
}

/// Makes what the configuration names.
async fn fill(client: &Client) {
    for (version, description) in [("1", "one"), ("2", "two")] {
        let contract = Contract { consumer: "Web", version, provider: "Orders", description, tag: "dev" };
        client.publish(&contract).await.expect("an answer").success();
        let pact = client.get(&contract.path()).await.expect("an answer").success().json();
        let results = pact["_links"]["pb:publish-verification-results"]["href"].as_str().expect("a link").to_owned();
        let result = json!({ "success": true, "providerApplicationVersion": version });
        client.post(&results, &result).await.expect("an answer").success();
    }
    let production = client.production().await;
    for kind in ["deployed-versions", "released-versions"] {
        let path = format!("/pacticipants/Web/versions/1/{kind}/environment/{production}");
        client.post(&path, &json!({})).await.expect("an answer").success();
    }
    client.put("/pacticipants/Web/labels/team").await.expect("an answer").success();
}

fn program() -> Option<PathBuf> {
    let own = intact_tests::repository().join("tests/schemathesis/.venv/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(own).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join("schemathesis")).find(|path| path.is_file())
}
