mod outbox;
mod receiver;

use std::time::Duration;

use receiver::{Behaviour, FAILURE, OK, Receiver};
use serde_json::{Value, json};

use crate::Config;
use crate::testing::{Answer, TestBroker, notices, on_every_database_with, pact, publication};

/// Receivers on this machine may be called.
fn local(config: &mut Config) {
    config.webhook_host_whitelist = vec!["127.0.0.1".parse().unwrap()];
    anywhere(config);
}

/// No list of hosts: any that has a public address.
fn anywhere(config: &mut Config) {
    config.webhook_scheme_whitelist = vec!["http".to_owned()];
    config.webhook_timeout = Duration::from_millis(300);
}

async fn listen_to(broker: &TestBroker, event: &str, request: Value) -> Answer {
    let webhook = json!({ "description": "build", "events": [{ "name": event }], "request": request });
    broker.post("/webhooks", &webhook).await.expect(201)
}

async fn publish(broker: &TestBroker, number: &str) -> Answer {
    let body = publication("Web", number, "Orders", &pact("Web", "Orders", number));
    broker.post("/contracts/publish", &body).await.expect(200)
}

async fn triggered(broker: &TestBroker, number: &str) -> Vec<Value> {
    let path = format!("/pacts/provider/Orders/consumer/Web/version/{number}/triggered-webhooks");
    let json = broker.get(&path).await.expect(200).json();
    json["_embedded"]["triggeredWebhooks"].as_array().unwrap().clone()
}

async fn logs(broker: &TestBroker, triggered: &Value) -> String {
    let href = triggered["_links"]["pb:logs"]["href"].as_str().unwrap();
    broker.send(http::Method::GET, href, &[("accept", "text/plain")], "").await.expect(200).body
}

#[tokio::test]
async fn the_correlation_id_of_a_request_goes_on_to_the_receivers_of_its_webhooks() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        let body = publication("Web", "1", "Orders", &pact("Web", "Orders", "/"));
        let headers = [("accept", "*/*"), ("content-type", "application/json"), ("x-correlation-id", "build-42")];
        broker.send(http::Method::POST, "/contracts/publish", &headers, body.to_string()).await.expect(200);

        assert_eq!(broker.deliver_webhooks().await, 1);

        let [request] = receiver.requests().try_into().unwrap();
        assert!(request.contains("\nx-correlation-id: build-42\n"), "{request}");
        assert!(
            !logs(&broker, &triggered(&broker, "1").await[0]).await.contains("build-42"),
            "no header of the webhook's"
        );
    })
    .await;
}

#[tokio::test]
async fn a_publication_is_delivered_with_its_values_and_the_log_tells_no_secret() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        let request = json!({
            "method": "POST",
            "url": receiver.url("/hook?c=${pactbroker.consumerName}&x=${pactbroker.nothing}"),
            "headers": { "Content-Type": "application/json", "X-Api-Token": "s3cret" },
            "body": { "v": "${pactbroker.consumerVersionNumber}", "b": "${pactbroker.consumerVersionBranch}", "n": 1.5 },
            "username": "bob",
            "password": "hunter2",
        });
        listen_to(&broker, "contract_published", request).await;

        let published = publish(&broker, "1").await;
        let waiting = triggered(&broker, "1").await;
        assert_eq!(waiting[0]["status"], "not_run");
        assert_eq!(logs(&broker, &waiting[0]).await, "Webhook has not executed yet. Please retry in a few seconds.");
        assert_eq!(broker.deliver_webhooks().await, 1);
        assert_eq!(broker.deliver_webhooks().await, 0);

        let [request] = receiver.requests().try_into().unwrap();
        assert!(request.starts_with("POST /hook?c=Web&x=${pactbroker.nothing} HTTP/1.1\n"), "{request}");
        assert!(request.contains("\nauthorization: Basic Ym9iOmh1bnRlcjI=\n"), "{request}");
        assert!(request.contains("\nx-api-token: s3cret\n"), "{request}");
        assert!(request.ends_with("\n\n{\"b\":\"main\",\"n\":1.5,\"v\":\"1\"}"), "{request}");
        let [done] = triggered(&broker, "1").await.try_into().unwrap();
        assert_eq!(
            (&done["status"], &done["attemptsMade"], &done["attemptsRemaining"], &done["name"]),
            (&json!("success"), &json!(1), &json!(0), &json!("POST 127.0.0.1"))
        );
        let log = logs(&broker, &done).await;
        let (context, rest) = log.split_once('\n').unwrap();
        assert!(context.starts_with("[2026-01-01T00:00:00Z] DEBUG: Webhook context {\"base_url\":\"http://broker\","));
        insta::allow_duplicates! {
            insta::assert_snapshot!(rest.replace(&receiver.port().to_string(), "PORT"), @r#"
            [2026-01-01T00:00:00Z] INFO: HTTP/1.1 POST http://127.0.0.1:PORT/hook?c=Web&x=${pactbroker.nothing}
            [2026-01-01T00:00:00Z] INFO: accept: */*
            [2026-01-01T00:00:00Z] INFO: user-agent: Pact Broker v0.1.0
            [2026-01-01T00:00:00Z] INFO: content-type: application/json
            [2026-01-01T00:00:00Z] INFO: x-api-token: **********
            [2026-01-01T00:00:00Z] INFO: authorization: **********
            [2026-01-01T00:00:00Z] INFO: host: 127.0.0.1:PORT
            [2026-01-01T00:00:00Z] INFO: content-length: 28
            [2026-01-01T00:00:00Z] INFO: {"b":"main","n":1.5,"v":"1"}
            [2026-01-01T00:00:00Z] INFO: HTTP/1.1 200 OK
            [2026-01-01T00:00:00Z] INFO: content-length: 4
            [2026-01-01T00:00:00Z] INFO: x-auth-token: **********
            [2026-01-01T00:00:00Z] INFO: done
            [2026-01-01T00:00:00Z] INFO: Successfully executed webhook
            "#);
        }
        let notices = notices(&published);
        let uuid = done["_links"]["pb:logs"]["href"].as_str().unwrap().replace("http://broker/triggered-webhooks/", "");
        let uuid = uuid.trim_end_matches("/logs");
        let notice = format!(
            "debug:   Webhook \"build\" triggered for event contract_published.\n    View logs at http://broker/triggered-webhooks/{uuid}/logs\nprompt:   Next steps:\nprompt:     * Add Pact"
        );
        assert!(notices.contains(&notice) && !notices.contains("Configure separate"), "{notices}");
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_tried_again_on_schedule_until_it_is_given_up() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(FAILURE).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        publish(&broker, "1").await;

        let schedule = broker.app().config().webhook_retry_schedule.clone();
        for (attempt, delay) in (1..).zip(&schedule) {
            assert_eq!(broker.deliver_webhooks().await, 1, "attempt {attempt}");
            let [state] = triggered(&broker, "1").await.try_into().unwrap();
            assert_eq!(
                (&state["status"], &state["attemptsMade"], &state["attemptsRemaining"]),
                (&json!("retrying"), &json!(attempt), &json!(7 - attempt))
            );
            let log = logs(&broker, &state).await;
            assert!(log.ends_with(&format!("INFO: Retrying webhook in {} seconds", delay.as_secs())), "{log}");
            broker.pass(delay.saturating_sub(Duration::from_millis(1)));
            assert_eq!(broker.deliver_webhooks().await, 0, "nothing is due before the time of attempt {attempt}");
            broker.pass(*delay / 10 + Duration::from_millis(2));
        }
        assert_eq!(broker.deliver_webhooks().await, 1);
        let [state] = triggered(&broker, "1").await.try_into().unwrap();
        assert_eq!((&state["status"], &state["attemptsRemaining"]), (&json!("failure"), &json!(0)));
        assert!(logs(&broker, &state).await.ends_with("INFO: Webhook execution failed after 7 attempts"));
        broker.pass(Duration::from_hours(24));
        assert_eq!(broker.deliver_webhooks().await, 0);
        assert_eq!(receiver.requests().len(), 7);
        let metrics = broker.get("/metrics").await.expect(200).json();
        assert_eq!(
            (&metrics["webhooks"], &metrics["triggeredWebhooks"], &metrics["webhookExecutions"]),
            (&json!({ "count": 1 }), &json!({ "count": 1 }), &json!({ "count": 7 }))
        );
    })
    .await;
}

#[tokio::test]
async fn bad_receivers_lose_no_event_and_harm_no_other_webhook() {
    on_every_database_with(local, async |broker| {
        let receivers = [
            Receiver::start(Behaviour::Hang).await,
            Receiver::start(Behaviour::Reset).await,
            Receiver::start(OK).await,
        ];
        for receiver in &receivers {
            listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        }
        for number in ["1", "2", "3", "4", "5", "6"] {
            publish(&broker, number).await;
        }
        broker.deliver_webhooks().await;
        assert_eq!(receivers[2].requests().len(), 6);
        let [good, reset, hanging] = triggered(&broker, "1").await.try_into().unwrap();
        let status = |one: &Value| one["status"].as_str().unwrap().to_owned();
        assert_eq!([status(&hanging), status(&reset), status(&good)], ["retrying", "retrying", "success"]);
        let log = logs(&broker, &hanging).await;
        assert!(log.contains("ERROR: Error executing webhook ") && log.contains(" Timeout - "), "{log}");
        assert!(logs(&broker, &reset).await.contains(" ConnectionFailed - "));

        receivers[0].behave(OK);
        receivers[1].behave(OK);
        broker.pass(Duration::from_secs(11));
        broker.deliver_webhooks().await;

        for number in ["1", "2", "3", "4", "5", "6"] {
            let states: Vec<String> = triggered(&broker, number).await.iter().map(status).collect();
            assert_eq!(states, ["success"; 3], "version {number}");
        }
        assert_eq!(receivers[2].requests().len(), 6);
    })
    .await;
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_before_anything_is_sent() {
    on_every_database_with(anywhere, async |broker| {
        let receiver = Receiver::start(OK).await;
        let port = receiver.port();
        for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
            let url = format!("http://{host}:{port}/");
            listen_to(&broker, "contract_published", json!({ "method": "POST", "url": url })).await;
        }
        publish(&broker, "1").await;

        assert_eq!(broker.deliver_webhooks().await, 4);

        assert!(receiver.requests().is_empty());
        for state in triggered(&broker, "1").await {
            assert_eq!(state["status"], "retrying");
            let log = logs(&broker, &state).await;
            assert!(log.contains(". For security purposes, the error details are not logged."), "{log}");
        }
        let url = format!("http://localhost:{port}/");
        let sent = broker.app().sender().send(http::Method::POST, url.parse().unwrap(), &[], None).await;
        let refused = sent.unwrap_err();
        assert_eq!(refused.kind(), "AddressRefused");
        assert!(refused.to_string().contains("is not a public address"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn redirects_are_not_followed() {
    on_every_database_with(local, async |broker| {
        let target = Receiver::start(OK).await;
        let moved = "HTTP/1.1 302 Found\r\nlocation: LOCATION\r\ncontent-length: 0\r\n\r\n";
        let moved: &'static str = moved.replace("LOCATION", &target.url("/")).leak();
        let receiver = Receiver::start(Behaviour::Answer(moved)).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        publish(&broker, "1").await;

        broker.deliver_webhooks().await;

        assert_eq!(triggered(&broker, "1").await[0]["status"], "retrying");
        assert!(target.requests().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_long_request_is_sent_whole_and_logged_in_part() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        // The limit falls within a character.
        let body = format!("x{}", "é".repeat(100_000));
        let request = json!({ "method": "POST", "url": receiver.url("/"), "body": body });
        listen_to(&broker, "contract_published", request).await;
        publish(&broker, "1").await;

        broker.deliver_webhooks().await;

        assert!(receiver.requests()[0].ends_with(&body));
        let [state] = triggered(&broker, "1").await.try_into().unwrap();
        let log = logs(&broker, &state).await;
        assert!(log.contains("] INFO: xééé") && log.contains("é\n[") && log.len() < 70_000, "{}", log.len());
    })
    .await;
}

#[tokio::test]
async fn what_a_deleted_webhook_was_triggered_for_fails() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        let request = json!({ "method": "POST", "url": receiver.url("/") });
        let created = listen_to(&broker, "contract_published", request).await;
        publish(&broker, "1").await;
        broker.delete(&created.link("self")).await.expect(204);

        broker.deliver_webhooks().await;

        assert!(receiver.requests().is_empty());
        let [state] = triggered(&broker, "1").await.try_into().unwrap();
        assert_eq!((&state["status"], &state["name"]), (&json!("failure"), &Value::Null));
        assert!(state["_links"]["pb:webhook"].is_null());
        let status = broker.get("/pacts/provider/Orders/consumer/Web/webhooks/status").await.expect(200).json();
        assert_eq!(status["summary"], json!({ "successful": 0, "failed": 0 }));
    })
    .await;
}

#[tokio::test]
async fn results_trigger_what_listens_to_them() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        for event in ["provider_verification_published", "provider_verification_succeeded", "provider_verification_failed"] {
            let values = "${pactbroker.eventName} ${pactbroker.consumerVersionNumber} ${pactbroker.providerVersionNumber} \
                          ${pactbroker.githubVerificationStatus} ${pactbroker.verificationResultUrl}";
            listen_to(&broker, event, json!({ "method": "POST", "url": receiver.url("/"), "body": values })).await;
        }
        let published = publish(&broker, "1").await;
        assert!(notices(&published).contains("debug:   No enabled webhooks found for the detected events"));
        let result = broker.verify("Web", "1", "Orders", "7", false).await.expect(201);

        broker.deliver_webhooks().await;

        let url = result.link("self");
        let mut bodies: Vec<String> =
            receiver.requests().iter().map(|request| request.split_once("\n\n").unwrap().1.to_owned()).collect();
        bodies.sort();
        assert_eq!(
            bodies,
            [
                format!("provider_verification_failed 1 7 failure {url}"),
                format!("provider_verification_published 1 7 failure {url}"),
            ]
        );
        let listed = broker.get(&result.link("pb:triggered-webhooks")).await.expect(200).json();
        assert_eq!(listed["_embedded"]["triggeredWebhooks"].as_array().unwrap().len(), 2);
        assert!(triggered(&broker, "1").await.is_empty(), "the publication triggered nothing");
        let status = broker.get("/pacts/provider/Orders/consumer/Web/webhooks/status").await.expect(200).json();
        assert_eq!(status["summary"], json!({ "successful": 2, "failed": 0 }));
        assert_eq!(
            status["_links"]["pb:pact-version"]["href"],
            "http://broker/pacts/provider/Orders/consumer/Web/version/1"
        );
    })
    .await;
}

#[tokio::test]
async fn each_provider_version_that_has_to_verify_is_told_of_by_itself() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        broker.add_to_branch("Orders", "main", "10").await.expect(201);
        broker.add_to_branch("Orders", "main", "11").await.expect(201);
        broker.add_to_branch("Orders", "release", "10").await.expect(201);
        broker.tag("Orders", "10", "a").await.expect(201);
        broker.tag("Orders", "11", "b").await.expect(201);
        broker.tag("Orders", "10", "c").await.expect(201);
        broker.deploy("Orders", "10", "production").await.expect(201);
        let values = "${pactbroker.providerVersionNumber} ${pactbroker.providerVersionBranch} \
                      [${pactbroker.providerVersionTags}] ${pactbroker.providerVersionDescriptions}";
        let request = json!({ "method": "POST", "url": receiver.url("/"), "body": values });
        listen_to(&broker, "contract_requiring_verification_published", request).await;

        publish(&broker, "1").await;
        broker.deliver_webhooks().await;

        let mut bodies: Vec<String> =
            receiver.requests().iter().map(|request| request.split_once("\n\n").unwrap().1.to_owned()).collect();
        bodies.sort();
        assert_eq!(bodies, ["10 main [a, c] deployed in production", "11 main [b] latest from main branch"]);
    })
    .await;
}

#[tokio::test]
async fn a_refused_publication_triggers_nothing() {
    on_every_database_with(local, async |broker| {
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": "http://127.0.0.1:9/" })).await;
        publish(&broker, "1").await;
        let changed = publication("Web", "1", "Orders", &pact("Web", "Orders", "other"));
        broker.post("/contracts/publish", &changed).await.expect(409);

        assert_eq!(triggered(&broker, "1").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_webhooks_of_the_pair_that_are_enabled_are_triggered() {
    on_every_database_with(local, async |broker| {
        publish(&broker, "0").await;
        broker.put("/pacticipants/Web/labels/front", &json!({})).await.expect(201);
        broker.post("/pacticipants", &json!({ "name": "Other" })).await.expect(201);
        let parties = [
            (json!({ "consumer": { "label": "front" }, "description": "label" }), true),
            (json!({ "provider": { "name": "Orders" }, "description": "provider" }), true),
            (json!({ "consumer": { "label": "back" }, "description": "other label" }), false),
            (json!({ "consumer": { "name": "Other" }, "description": "other" }), false),
            (json!({ "consumer": { "name": "Web" }, "enabled": false, "description": "disabled" }), false),
        ];
        for (mut webhook, _) in parties.clone() {
            webhook["events"] = json!([{ "name": "contract_published" }]);
            webhook["request"] = json!({ "method": "POST", "url": "http://127.0.0.1:9/" });
            broker.post("/webhooks", &webhook).await.expect(201);
        }

        let notices = notices(&publish(&broker, "1").await);

        for (webhook, expected) in parties {
            let named = notices.contains(&format!("Webhook {} triggered", webhook["description"]));
            assert_eq!(named, expected, "{webhook} {notices}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_webhook_can_be_tried_out_stored_or_not() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        let request = json!({
            "method": "POST",
            "url": receiver.url("/try?n=${pactbroker.consumerVersionNumber}"),
            "headers": { "authorization": "Bearer abc" },
            "body": { "event": "${pactbroker.eventName}" },
        });
        let webhook = json!({ "request": request });
        let tried = broker.post("/webhooks/execute", &webhook).await.expect(200).json();
        assert_eq!(tried["success"], true);
        assert_eq!(tried["request"]["url"], "/try?n=1");
        publish(&broker, "5").await;
        let created = listen_to(&broker, "contract_published", webhook["request"].clone()).await;

        let tried = broker.post(&created.link("pb:execute"), &json!({})).await.expect(200).json();

        assert_eq!(tried["request"]["url"], "/try?n=5");
        assert_eq!(tried["request"]["headers"]["authorization"], "**********");
        assert_eq!(tried["request"]["body"], json!({ "event": "test" }));
        assert_eq!((&tried["response"]["status"], &tried["response"]["body"]), (&json!(200), &json!("done")));
        assert!(tried["_links"]["webhook"]["href"].is_string() && tried["_links"]["try-again"]["href"].is_string());
        let logs = tried["logs"].as_str().unwrap();
        let context = "DEBUG: Webhook context {\"base_url\":\"http://broker\",\"event_name\":\"test\"}";
        assert!(logs.contains(context) && !logs.contains("Bearer abc"), "{logs}");
        receiver.behave(FAILURE);
        let failed = broker.post(&created.link("pb:execute"), &json!({})).await.expect(200).json();
        assert_eq!(failed["success"], false);
        assert!(failed["logs"].as_str().unwrap().ends_with("INFO: Webhook execution failed"));
        broker.post("/webhooks/unknown/execute", &json!({})).await.expect(404);
        assert_eq!(broker.deliver_webhooks().await, 0, "trying out leaves nothing behind");
    })
    .await;
}

#[tokio::test]
async fn an_answer_may_hold_anything_and_be_of_any_length() {
    on_every_database_with(local, async |broker| {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\0<script>'; DROP TABLE webhooks; --";
        let answer: &'static str = format!("{head}{}", "x".repeat(1_000_000)).leak();
        let receiver = Receiver::start(Behaviour::Answer(answer)).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        publish(&broker, "1").await;

        broker.deliver_webhooks().await;

        let [state] = triggered(&broker, "1").await.try_into().unwrap();
        assert_eq!(state["status"], "success");
        let log = logs(&broker, &state).await;
        assert!(log.contains("\u{fffd}<script>'; DROP TABLE webhooks; --xxx") && log.len() < 70_000, "{}", log.len());
    })
    .await;
}

#[tokio::test]
async fn a_served_broker_delivers_by_itself() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        publish(&broker, "1").await;

        let served = broker.listen().await;
        let delivered = async {
            while receiver.requests().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), delivered).await.expect("the webhook is delivered");
        served.stop().await;

        assert_eq!(receiver.requests().len(), 1);
    })
    .await;
}
