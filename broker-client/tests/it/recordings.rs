//! The recorded answers of the reference broker are understood, whatever they say.
//!
//! They are looked for in the directory that `INTACT_BROKER_RECORDINGS_DIR` names; without them nothing is tested, which
//! is an error if `INTACT_REQUIRE` is `all`.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use intact_broker_client::{
    BrokerClient, Contract, MatrixQuery, MatrixTarget, PactsForVerificationQuery, Publication, VersionSelector,
};
use serde_json::Value;

use crate::server::{Server, hal};

/// One recorded exchange.
struct Exchange {
    scenario: String,
    method: String,
    path: String,
    status: u16,
    body: Value,
}

/// All exchanges whose answer is JSON.
fn exchanges() -> Vec<Exchange> {
    let directory = std::env::var_os("INTACT_BROKER_RECORDINGS_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/broker-recordings"), PathBuf::from)
        .join("recordings");
    let Ok(files) = std::fs::read_dir(&directory) else {
        assert_ne!(
            std::env::var("INTACT_REQUIRE").as_deref(),
            Ok("all"),
            "there are no recordings in {}",
            directory.display()
        );
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("skipped: there are no recordings in {}\n", directory.display()).as_bytes(),
        );
        return Vec::new();
    };
    let mut exchanges = Vec::new();
    for file in files {
        let recording: Value = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        for step in recording["steps"].as_array().unwrap() {
            let (request, response) = (&step["request"], &step["response"]);
            if response["body"].is_object() {
                exchanges.push(Exchange {
                    scenario: recording["scenario"].as_str().unwrap().to_owned(),
                    method: request["method"].as_str().unwrap().to_owned(),
                    path: request["path"].as_str().unwrap().to_owned(),
                    status: response["status"].as_u64().unwrap().try_into().unwrap(),
                    body: response["body"].clone(),
                });
            }
        }
    }
    assert!(exchanges.len() > 100, "only {} exchanges", exchanges.len());
    exchanges
}

async fn server() -> (Server, BrokerClient) {
    let server = Server::with_index(&[
        ("pb:publish-contracts", "/contracts/publish"),
        ("pb:provider-pacts-for-verification", "/for-verification"),
    ])
    .await;
    let client = server.builder().retries(0).build().unwrap();
    (server, client)
}

#[tokio::test]
async fn every_recorded_matrix_is_read() {
    let (server, client) = server().await;
    let query = MatrixQuery::of(VersionSelector::version("A", "1")).to(MatrixTarget::environment("e"));
    let line = "GET /matrix?q%5B%5D%5Bpacticipant%5D=A&q%5B%5D%5Bversion%5D=1&latestby=cvpv&environment=e";
    for Exchange { scenario, path, body, .. } in exchanges() {
        let Some(rows) = body["matrix"].as_array() else { continue };
        server.on(line, [hal(&body)]);
        let matrix = client.matrix(&query).await.unwrap();
        let summary = &body["summary"];
        let context = format!("{scenario} {path}");
        assert_eq!(matrix.summary.deployable, summary["deployable"].as_bool(), "{context}");
        assert_eq!(matrix.summary.unknown, summary["unknown"].as_u64(), "{context}");
        assert_eq!(matrix.summary.ignored, summary["ignored"].as_u64(), "{context}");
        assert_eq!(matrix.notices.len(), body["notices"].as_array().unwrap().len(), "{context}");
        for (read, row) in matrix.rows.iter().zip(rows) {
            assert_eq!(read.consumer.name, row["consumer"]["name"], "{context}");
            let version = read.provider.version.as_ref().map(|version| version.number.as_str());
            assert_eq!(version, row["provider"]["version"]["number"].as_str(), "{context}");
            let result = read.verification_result.as_ref();
            assert_eq!(
                result.map(|result| result.success),
                row["verificationResult"]["success"].as_bool(),
                "{context}"
            );
            let url = row["verificationResult"]["_links"]["self"]["href"].as_str();
            assert_eq!(result.and_then(|result| result.url()), url, "{context}");
        }
        assert_eq!(matrix.rows.len(), rows.len(), "{context}");
    }
}

#[tokio::test]
async fn every_recorded_answer_to_a_publication_is_read() {
    let (server, client) = server().await;
    let publication = Publication {
        consumer: "C".into(),
        version: "1".into(),
        branch: None,
        tags: Vec::new(),
        build_url: None,
        merge: false,
        contracts: vec![Contract { provider: "P".into(), content: Bytes::from_static(b"{}") }],
    };
    for Exchange { scenario, method, path, status, body } in exchanges() {
        if method != "POST" || path != "/contracts/publish" {
            continue;
        }
        server.on("POST /contracts/publish", [hal(&body).status(status)]);
        let notices = body["notices"].as_array().map_or(0, Vec::len);
        match client.publish_contracts(&publication).await {
            Ok(published) => {
                assert_eq!((status, published.notices.len()), (200, notices), "{scenario}");
                assert!(published.notices.iter().all(|notice| !notice.kind.is_empty() && !notice.text.is_empty()));
            }
            Err(error) => {
                assert_eq!((error.status(), error.notices().len()), (Some(status), notices), "{scenario}");
                assert_ne!(error.messages(), [""; 0], "{scenario}: {body}");
            }
        }
    }
}

#[tokio::test]
async fn every_recorded_list_of_pacts_for_verification_is_read() {
    let (server, client) = server().await;
    server.on("GET /for-verification", [hal(&serde_json::json!({}))]);
    for Exchange { scenario, path, body, .. } in exchanges() {
        let Some(pacts) = body["_embedded"]["pacts"].as_array().filter(|_| path.contains("for-verification")) else {
            continue;
        };
        server.on("POST /for-verification", [hal(&body)]);
        let read = client.pacts_for_verification("P", &PactsForVerificationQuery::default()).await.unwrap().unwrap();
        assert_eq!(read.len(), pacts.len(), "{scenario} {path}");
        for (read, pact) in read.iter().zip(pacts) {
            let properties = &pact["verificationProperties"];
            assert_eq!(read.short_description, pact["shortDescription"], "{scenario}");
            assert_eq!(read.pending, properties["pending"] == true, "{scenario}");
            assert_eq!(read.wip, properties["wip"] == true, "{scenario}");
            assert_eq!(read.notices.len(), properties["notices"].as_array().map_or(0, Vec::len), "{scenario}");
        }
    }
}

#[tokio::test]
async fn every_recorded_refusal_has_a_message() {
    let (server, client) = server().await;
    for Exchange { scenario, method, path, status, body } in exchanges() {
        if status < 400 {
            continue;
        }
        server.on("GET /refused", [hal(&body).status(status)]);
        let error = client.fetch_pact("/refused").await.unwrap_err();
        let messages = error.messages();
        assert!(!messages.is_empty(), "{scenario} {method} {path}: {body}");
        // A quoted document is the last resort; the forms of a broker's errors are all known.
        assert!(messages.iter().all(|message| !message.starts_with("`{")), "{scenario} {method} {path}: {messages:?}");
    }
}
