use http::Method;
use serde_json::{Value, json};

use crate::Config;
use crate::testing::{TestBroker, on_every_database, on_every_database_with, pact};

fn local(config: &mut Config) {
    config.webhook_scheme_whitelist = ["http", "https"].map(str::to_owned).to_vec();
    config.webhook_http_method_whitelist = ["GET", "PUT", "POST"].map(str::to_owned).to_vec();
    config.webhook_host_whitelist =
        ["127.0.0.1", "localhost", r"/.*\.example\.org$/"].map(|entry| entry.parse().unwrap()).to_vec();
}

fn request() -> Value {
    json!({ "method": "POST", "url": "https://ci.example.org/x" })
}

/// What is wrong with a webhook: each field and its texts.
async fn errors(broker: &TestBroker, webhook: &Value) -> Value {
    broker.post("/webhooks", webhook).await.expect(400).json()["errors"].clone()
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said() {
    on_every_database_with(local, async |broker| {
        for (request, field, text) in [
            (json!({}), "request", "must be filled"),
            (json!("x"), "request", "must be a hash"),
            (json!({ "url": "http://127.0.0.1" }), "request.method", "is missing"),
            (json!({ "method": "POST" }), "request.url", "is missing"),
            (json!({ "method": "FOO", "url": "http://127.0.0.1" }), "request.method", "is not a recognised HTTP method"),
            (
                json!({ "method": "DELETE", "url": "http://127.0.0.1" }),
                "request.method",
                "must be one of GET, PUT, POST. See /doc/webhooks#whitelist for more information.",
            ),
            (json!({ "method": "POST", "url": "nope" }), "request.url", "is not a valid URL eg. http://example.org"),
            (json!({ "method": "POST", "url": "mailto:x" }), "request.url", "is not a valid URL eg. http://example.org"),
            (
                json!({ "method": "POST", "url": "ftp://127.0.0.1/x" }),
                "request.url",
                "scheme must be http, https. See /doc/webhooks#whitelist for more information.",
            ),
            (
                json!({ "method": "POST", "url": "https://evil.test/?.example.org" }),
                "request.url",
                r#"host must be in the whitelist "127.0.0.1", "localhost", /.*\.example\.org$/. See /doc/webhooks#whitelist for more information."#,
            ),
            (
                json!({ "method": "POST", "url": "https://${pactbroker.consumerName}.example.org/x" }),
                "request.url",
                "cannot have a template parameter in the host",
            ),
            (
                json!({ "method": "POST", "url": "https://127.0.0.1/", "headers": { "a b": "c" } }),
                "request.headers",
                "has a name that no header can have",
            ),
            (
                json!({ "method": "POST", "url": "https://127.0.0.1/", "headers": { "a": "b\r\nc: d" } }),
                "request.headers",
                "has a value that no header can have",
            ),
        ] {
            let found = errors(&broker, &json!({ "request": request })).await;
            assert_eq!(found, json!({ field: [text] }), "{request}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_beside_the_request_is_said() {
    on_every_database_with(local, async |broker| {
        broker.post("/pacticipants", &json!({ "name": "Web" })).await.expect(201);
        for (webhook, field, text) in [
            (json!({ "events": [] }), "events", "size cannot be less than 1"),
            (json!({ "events": ["contract_published"] }), "events", "must be a hash (at index 0)"),
            (json!({ "events": {} }), "events", "must be an array"),
            (
                json!({ "events": [{ "name": "nope" }] }),
                "events",
                "name must be one of: contract_published, contract_content_changed, provider_verification_published, \
                 provider_verification_succeeded, provider_verification_failed, contract_requiring_verification_published \
                 (at index 0)",
            ),
            (json!({ "consumer": {} }), "consumer.name", "cannot be blank"),
            (json!({ "consumer": { "name": "Nobody" } }), "consumer.name", "does not match an existing pacticipant"),
            (json!({ "provider": { "name": 1 } }), "provider.name", "must be a string"),
            (
                json!({ "consumer": { "name": "Web", "label": "x" } }),
                "consumer.label",
                "name and label cannot be provided at the same time",
            ),
            (json!({ "enabled": "maybe" }), "enabled", "must be boolean"),
        ] {
            let mut webhook = webhook;
            webhook["request"] = request();
            assert_eq!(errors(&broker, &webhook).await, json!({ field: [text] }), "{webhook}");
        }
        let short = broker.put("/webhooks/short", &json!({ "request": request() })).await.expect(400).json();
        assert_eq!(
            short["errors"]["uuid"][0],
            "The UUID can only contain the characters A-Z, a-z, 0-9, _ and -, and must be 16 or more characters."
        );
        let long = format!("/webhooks/{}", "a".repeat(10_000));
        broker.put(&long, &json!({ "request": request() })).await.expect(414);
    })
    .await;
}

#[tokio::test]
async fn no_type_of_any_field_and_no_text_fails_the_broker() {
    const PATHS: [&str; 12] = [
        "/description",
        "/enabled",
        "/consumer",
        "/consumer/name",
        "/provider",
        "/provider/label",
        "/events",
        "/events/0/name",
        "/request/headers",
        "/request/url",
        "/request/method",
        "/request/username",
    ];
    on_every_database_with(local, async |broker| {
        let texts = ["", " ", "\0", "a\0b", "'; DROP TABLE webhooks; --", "<script>alert(1)</script>", "é☃\u{10ffff}", "..",
            "http://[", "http://a b/", "https://\0/", "${pactbroker.", "%00"];
        let long = "x".repeat(10_000);
        let mut values: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
        values.extend([json!(null), json!(true), json!(-1), json!(1e300), json!([]), json!([[]]), json!({}), json!(long)]);
        for path in PATHS.iter().chain(&["/request/password", "/request/body", "/request"]) {
            for value in &values {
                let mut webhook = json!({
                    "description": "d", "enabled": true, "consumer": { "name": "a" }, "provider": { "label": "b" },
                    "events": [{ "name": "contract_published" }],
                    "request": { "method": "POST", "url": "https://ci.example.org/x", "headers": {}, "username": "", "password": "", "body": 1 },
                });
                webhook["consumer"] = json!({ "label": "a" });
                if let Some(place) = webhook.pointer_mut(path) {
                    *place = value.clone();
                } else {
                    webhook["consumer"] = json!({ "name": value });
                }
                let answer = broker.post("/webhooks", &webhook).await;
                assert!(matches!(answer.status.as_u16(), 201 | 400), "{} {webhook} {}", answer.status, answer.body);
                if answer.status == 201 {
                    let href = answer.link("self");
                    let shown = broker.get(&href).await.expect(200).json();
                    for field in ["/request/body", "/request/url", "/request/username", "/consumer/label"] {
                        let sent = webhook.pointer(field).filter(|sent| !sent.is_null());
                        assert_eq!(shown.pointer(field), sent, "{webhook}");
                    }
                    broker.put(&href, &webhook).await.expect(200);
                    broker.delete(&href).await.expect(204);
                }
            }
        }
        for body in ["", "{", "[]", "1", "null", "\"x\"", "\u{0}"] {
            for path in ["/webhooks", "/webhooks/execute"] {
                let json = [("content-type", "application/json")];
                broker.send(Method::POST, path, &json, body).await.expect(400);
            }
        }
        broker.get("/webhooks").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn secrets_are_never_shown_and_stay_when_they_come_back_as_asterisks() {
    on_every_database(async |broker| {
        let mut webhook = json!({ "request": {
            "method": "POST",
            "url": "https://amy:letmein@ci.example.org/x",
            "headers": { "Authorization": "Bearer abc", "X-Token": "${pactbroker.consumerName}", "Accept": "a/b" },
            "username": "bob",
            "password": "hunter2",
        }});
        let created = broker.post("/webhooks", &webhook).await.expect(201);
        let shown = created.json()["request"].clone();
        assert_eq!(
            shown["headers"],
            json!({ "authorization": "**********", "x-token": "${pactbroker.consumerName}", "accept": "a/b" })
        );
        assert_eq!(shown["url"], "https://**********@ci.example.org/x");
        assert_eq!((&shown["username"], &shown["password"]), (&json!("bob"), &json!("**********")));

        webhook["request"] = shown;
        webhook["request"]["url"] = json!("https://**********@ci.example.org/y");
        let href = created.link("self");
        broker.put(&href, &webhook).await.expect(200);

        let uuid = created.json()["uuid"].as_str().unwrap().to_owned();
        let stored = broker.app().store().read().await.unwrap().webhooks().find(&uuid).await.unwrap().unwrap();
        let request = stored.webhook.definition.request;
        assert_eq!(request.url, "https://amy:letmein@ci.example.org/y");
        assert_eq!(request.password.as_deref(), Some("hunter2"));
        assert!(request.headers.contains(&("authorization".to_owned(), "Bearer abc".to_owned())));
        assert!(broker.get(&href).await.expect(200).json()["updatedAt"].is_string());
    })
    .await;
}

#[tokio::test]
async fn a_collection_lists_the_webhooks_of_exactly_its_scope() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
        let webhook = json!({ "request": request() });
        for path in ["/webhooks", "/webhooks/provider/Orders", "/webhooks/consumer/Web"] {
            broker.post(path, &webhook).await.expect(201);
        }
        broker.post("/webhooks/provider/Orders/consumer/Web", &webhook).await.expect(201);
        broker.post("/pacts/provider/Orders/consumer/Web/webhooks", &webhook).await.expect(201);
        broker.post("/webhooks/provider/Nobody", &webhook).await.expect(404);
        broker.get("/webhooks/consumer/Nobody").await.expect(404);
        broker.put("/webhooks/my-own-webhook-uuid", &webhook).await.expect(201);

        for (path, titles) in [
            (
                "/webhooks",
                vec![
                    "A webhook for all pacts",
                    "A webhook for all pacts with provider Orders",
                    "A webhook for all pacts with consumer Web",
                    "A webhook for the pact between Web and Orders",
                    "A webhook for the pact between Web and Orders",
                    "A webhook for all pacts",
                ],
            ),
            ("/webhooks/provider/Orders", vec!["A webhook for all pacts with provider Orders"]),
            ("/webhooks/consumer/Web", vec!["A webhook for all pacts with consumer Web"]),
            (
                "/pacts/provider/Orders/consumer/Web/webhooks",
                vec!["A webhook for the pact between Web and Orders", "A webhook for the pact between Web and Orders"],
            ),
        ] {
            let json = broker.get(path).await.expect(200).json();
            let links = json["_links"]["pb:webhooks"].as_array().unwrap();
            let found: Vec<&str> = links.iter().map(|link| link["title"].as_str().unwrap()).collect();
            assert_eq!(found, titles, "{path}");
        }
        // The webhooks of a pacticipant go with it.
        broker.delete("/pacticipants/Orders").await.expect(204);
        let left = broker.get("/webhooks").await.expect(200).json();
        assert_eq!(left["_links"]["pb:webhooks"].as_array().unwrap().len(), 3);
    })
    .await;
}
