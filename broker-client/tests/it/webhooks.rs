//! Webhooks: what is sent for each, and what is read of the answers.

use std::collections::BTreeMap;

use intact_broker_client::{NewWebhook, WebhookParty, WebhookRequest};
use serde_json::{Value, json};

use crate::server::{Server, hal, status};

const UUID: &str = "8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b";

async fn server() -> Server {
    Server::with_index(&[("pb:webhooks", "/webhooks"), ("pb:webhook", "/webhooks/{uuid}")]).await
}

fn new(consumer: Option<WebhookParty>, provider: Option<WebhookParty>) -> NewWebhook {
    NewWebhook {
        description: None,
        consumer,
        provider,
        events: vec!["contract_published".into()],
        request: WebhookRequest {
            method: "POST".into(),
            url: "http://ci".into(),
            headers: BTreeMap::new(),
            body: Some(serde_json::from_str(r#"{"z":1.10,"a":"${x}"}"#).expect("JSON")),
            username: None,
            password: None,
        },
        team_uuid: None,
    }
}

fn stored(server: &Server) -> Value {
    json!({
        "description": "POST ci", "request": { "method": "POST", "url": "http://ci" },
        "events": [{ "name": "contract_published" }],
        "_links": {
            "self": { "href": format!("{}/webhooks/{UUID}", server.url) },
            "pb:execute": { "href": format!("{}/elsewhere/execute", server.url) },
        },
    })
}

#[tokio::test]
async fn a_pair_is_named_by_the_address_and_everything_else_by_the_body() {
    let server = server().await;
    let name = |name: &str| Some(WebhookParty::Name(name.into()));
    let label = Some(WebhookParty::Label("shop".into()));
    server.on("POST /webhooks/provider/O%2F1/consumer/Web", [hal(&stored(&server)).status(201)]);
    server.on("POST /webhooks", [hal(&stored(&server)).status(201)]);

    let webhook = server.client().create_webhook(&new(name("Web"), name("O/1"))).await.unwrap();
    server.client().create_webhook(&new(label, name("O/1"))).await.unwrap();

    assert_eq!((webhook.id(), webhook.events().collect::<Vec<_>>()), (Some(UUID), vec!["contract_published"]));
    let sent: Vec<String> = server
        .asked()
        .iter()
        .filter(|asked| asked.line.starts_with("POST"))
        .map(|asked| format!("{} {}", asked.line, String::from_utf8_lossy(&asked.body)))
        .collect();
    insta::assert_snapshot!(sent.join("\n"), @r#"
    POST /webhooks/provider/O%2F1/consumer/Web {"events":[{"name":"contract_published"}],"request":{"method":"POST","url":"http://ci","body":{"z":1.10,"a":"${x}"}}}
    POST /webhooks {"consumer":{"label":"shop"},"provider":{"name":"O/1"},"events":[{"name":"contract_published"}],"request":{"method":"POST","url":"http://ci","body":{"z":1.10,"a":"${x}"}}}
    "#);
}

#[tokio::test]
async fn parties_are_read_in_every_form_in_which_brokers_show_them() {
    let server = server().await;
    let line = format!("GET /webhooks/{UUID}");
    let name = |name: &str| Some(WebhookParty::Name(name.into()));
    let linked = json!({ "name": "Web", "_links": { "self": { "href": "/pacticipants/Web" } } });
    let rows = [
        (json!({ "name": "Web", "label": null }), name("Web")),
        (linked, name("Web")),
        (json!({ "name": null, "label": "shop" }), Some(WebhookParty::Label("shop".into()))),
        (json!({ "label": "shop" }), Some(WebhookParty::Label("shop".into()))),
        (json!({}), None),
        (json!(null), None),
    ];
    for (shown, expected) in rows {
        let mut webhook = stored(&server);
        webhook["consumer"] = shown.clone();
        server.on(&line, [hal(&webhook)]);
        let webhook = server.client().webhook(UUID).await.unwrap().expect("there is one");
        assert_eq!((&webhook.consumer, &webhook.provider), (&expected, &None), "{shown}");
    }
}

#[tokio::test]
async fn a_webhook_is_not_created_twice_because_an_answer_is_late() {
    let server = server().await;
    server.on("POST /webhooks", [status(502), hal(&stored(&server))]);

    let error = server.client().create_webhook(&new(None, None)).await.unwrap_err();

    assert_eq!(error.status(), Some(502));
    assert_eq!(server.lines(), ["GET /", "POST /webhooks"]);
}

#[tokio::test]
async fn the_status_says_whether_a_webhook_was_created_or_replaced() {
    let server = server().await;
    let line = format!("PUT /webhooks/{UUID}");
    server.on(&line, [hal(&stored(&server)).status(201), hal(&stored(&server))]);
    let client = server.client();

    for expected in [true, false] {
        let (_, created) = client.create_or_update_webhook(UUID, &new(None, None)).await.unwrap();
        assert_eq!(created, expected);
    }
}

#[tokio::test]
async fn a_trial_is_asked_for_where_the_webhook_says_and_never_twice() {
    let server = server().await;
    server.on(&format!("GET /webhooks/{UUID}"), [hal(&stored(&server))]);
    let failed = hal(&json!({ "success": false, "logs": "refused" }));
    let answered = hal(&json!({ "response": { "status": 201 }, "logs": "fine" }));
    let silent = hal(&json!({ "logs": "who knows" }));
    server.on("POST /elsewhere/execute", [failed, answered, silent, status(504)]);
    let client = server.client();

    for expected in [false, true, false] {
        let trial = client.test_webhook(UUID).await.unwrap().expect("there is one");
        assert_eq!(trial.is_delivered(), expected, "{}", trial.raw);
    }
    assert_eq!(client.test_webhook(UUID).await.unwrap_err().status(), Some(504));
    let executions = server.lines().into_iter().filter(|line| line.ends_with("/execute")).count();
    assert_eq!(executions, 4);
}

#[tokio::test]
async fn what_is_not_there_is_no_error() {
    let server = server().await;
    for method in ["GET", "DELETE"] {
        server.on(&format!("{method} /webhooks/{UUID}"), [status(404)]);
    }
    server.on("GET /pacts/provider/O%2F1/consumer/Web/webhooks/status", [status(404)]);
    let client = server.client();

    assert!(client.webhook(UUID).await.unwrap().is_none());
    assert!(client.test_webhook(UUID).await.unwrap().is_none());
    assert!(!client.delete_webhook(UUID).await.unwrap());
    assert!(client.triggered_webhooks("Web", "O/1").await.unwrap().is_none());
}

#[tokio::test]
async fn logs_are_asked_for_as_text() {
    let server = server().await;
    let triggered = json!({ "_embedded": { "triggeredWebhooks": [
        { "status": "failure", "attemptsMade": 7, "_links": { "pb:logs": { "href": "/logs/1" } } },
        { "status": "not_run" },
    ] } });
    server.on("GET /pacts/provider/Orders/consumer/Web/webhooks/status", [hal(&triggered)]);
    server.on("GET /logs/1", [status(200).header("content-type", "text/plain").body("attempt 1\nattempt 2\n")]);
    let client = server.client();

    let triggered = client.triggered_webhooks("Web", "Orders").await.unwrap().expect("a pair");

    assert_eq!(client.webhook_logs(&triggered[0]).await.unwrap().as_deref(), Some("attempt 1\nattempt 2\n"));
    assert_eq!(client.webhook_logs(&triggered[1]).await.unwrap(), None);
    let asked = server.asked();
    assert_eq!(asked.last().and_then(|asked| asked.header("accept")), Some("text/plain, */*;q=0.1"));
}
