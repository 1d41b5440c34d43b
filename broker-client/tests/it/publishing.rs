//! Publishing contracts.

use base64::Engine as _;
use bytes::Bytes;
use intact_broker_client::{Contract, Publication};
use serde_json::json;

use crate::server::{Server, hal, status};

/// Odd on purpose: order, blanks and number forms must arrive as they are.
const PACT: &[u8] = b"{ \"provider\":{\"name\":\"Orders\"},\n\"consumer\" : {\"name\":\"Web\"}, \"n\": 1.10e2 }\n";

fn publication() -> Publication {
    Publication {
        consumer: "Web".into(),
        version: "1.0.0".into(),
        branch: Some("main".into()),
        tags: vec!["a".into(), "b".into()],
        build_url: Some("https://ci/1".into()),
        merge: false,
        contracts: vec![
            Contract { provider: "Orders".into(), content: Bytes::from_static(PACT) },
            Contract { provider: "Stock".into(), content: Bytes::from_static(b"{}") },
        ],
    }
}

#[tokio::test]
async fn all_contracts_go_in_one_request_as_the_bytes_that_they_are() {
    let server = Server::with_index(&[("pb:publish-contracts", "/contracts/publish")]).await;
    let answer = json!({
        "notices": [{ "type": "success", "text": "Pact successfully published" }],
        "_links": { "pb:contracts": [{ "href": "http://b/1" }, { "href": "http://b/2" }] },
    });
    server.on("POST /contracts/publish", [hal(&answer)]);

    let published = server.client().publish_contracts(&publication()).await.unwrap();

    assert_eq!(published.notices[0].text, "Pact successfully published");
    assert_eq!(published.pacts.len(), 2);
    assert_eq!(published.raw, answer.to_string());
    let mut sent = server.asked()[1].json();
    let content = sent["contracts"][0]["content"].take();
    let decoded = base64::engine::general_purpose::STANDARD.decode(content.as_str().unwrap()).unwrap();
    assert_eq!(decoded, PACT);
    insta::assert_json_snapshot!(sent, @r#"
    {
      "branch": "main",
      "buildUrl": "https://ci/1",
      "contracts": [
        {
          "consumerName": "Web",
          "content": null,
          "contentType": "application/json",
          "providerName": "Orders",
          "specification": "pact"
        },
        {
          "consumerName": "Web",
          "content": "e30=",
          "contentType": "application/json",
          "providerName": "Stock",
          "specification": "pact"
        }
      ],
      "pacticipantName": "Web",
      "pacticipantVersionNumber": "1.0.0",
      "tags": [
        "a",
        "b"
      ]
    }
    "#);
}

#[tokio::test]
async fn merging_is_asked_for_per_contract() {
    let server = Server::with_index(&[("pb:publish-contracts", "/contracts/publish")]).await;
    server.on("POST /contracts/publish", [hal(&json!({}))]);
    server.client().publish_contracts(&Publication { merge: true, ..publication() }).await.unwrap();
    assert_eq!(server.asked()[1].json()["contracts"][1]["onConflict"], "merge");
}

#[tokio::test]
async fn a_conflict_carries_the_brokers_own_words() {
    let server = Server::with_index(&[("pb:publish-contracts", "/contracts/publish")]).await;
    let why = "Cannot change the content of the pact for Web version 1.0.0 and provider Orders";
    let answer = json!({
        "notices": [{ "type": "error", "text": why }, { "type": "info", "text": "- a\n+ b" }],
        "errors": { "contracts": [why] },
    });
    server.on("POST /contracts/publish", [hal(&answer).status(409)]);

    let error = server.client().publish_contracts(&publication()).await.unwrap_err();

    assert_eq!(error.status(), Some(409));
    assert_eq!(error.messages(), [format!("contracts: {why}")]);
    assert_eq!(error.notices().iter().map(|notice| notice.kind.as_str()).collect::<Vec<_>>(), ["error", "info"]);
}

#[tokio::test]
async fn an_older_broker_gets_branch_and_tags_first_and_then_each_pact() {
    let server = Server::with_index(&[
        ("pb:publish-pact", "/pacts/provider/{provider}/consumer/{consumer}/version/{consumerApplicationVersion}"),
        ("pb:pacticipant-branch-version", "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}"),
        ("pb:pacticipant-version-tag", "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}"),
    ])
    .await;
    let expected = [
        "PUT /pacticipants/Web/branches/main/versions/1.0.0",
        "PUT /pacticipants/Web/versions/1.0.0/tags/a",
        "PUT /pacticipants/Web/versions/1.0.0/tags/b",
        "PUT /pacts/provider/Orders/consumer/Web/version/1.0.0",
        "PUT /pacts/provider/Stock/consumer/Web/version/1.0.0",
    ];
    for line in expected {
        server.on(line, [hal(&json!({ "_links": { "self": { "href": "http://b/x" } } })).status(201)]);
    }

    let published = server.client().publish_contracts(&publication()).await.unwrap();

    assert_eq!(server.lines()[1..], expected);
    assert_eq!(server.asked()[4].body.as_ref(), PACT);
    assert_eq!((published.notices.len(), published.pacts.len()), (2, 2));
}

#[tokio::test]
async fn a_similar_name_conflict_of_an_older_broker_is_shown_as_text() {
    let server = Server::with_index(&[(
        "pb:publish-pact",
        "/pacts/provider/{provider}/consumer/{consumer}/version/{consumerApplicationVersion}",
    )])
    .await;
    let text = "The name \"Orders\" is very similar to the following existing pacticipants:\n* orders\n";
    let refusal = status(409).header("content-type", "text/plain").body(text);
    server.on("PUT /pacts/provider/Orders/consumer/Web/version/1.0.0", [refusal]);
    let publication = Publication { branch: None, tags: Vec::new(), ..publication() };
    let error = server.client().publish_contracts(&publication).await.unwrap_err();
    assert_eq!(error.messages(), [text.trim()]);
}

#[tokio::test]
async fn names_that_no_url_can_hold_are_refused_before_anything_is_sent() {
    let server = Server::with_index(&[("pb:publish-contracts", "/contracts/publish")]).await;
    for publication in [
        Publication { version: "..".into(), ..publication() },
        Publication { consumer: ".".into(), ..publication() },
        Publication { branch: Some(" ".into()), ..publication() },
        Publication { tags: vec!["..".into()], ..publication() },
    ] {
        let error = server.client().publish_contracts(&publication).await.unwrap_err();
        assert!(error.to_string().contains("cannot be used as the name of a"), "{error}");
    }
    assert_eq!(server.lines(), [] as [&str; 0]);
}
