use http::Method;
use serde_json::json;

use crate::testing::{TestBroker, on_every_database, on_every_database_with, pact};
use crate::{Config, Credentials};

#[tokio::test]
async fn every_answer_says_who_answers_and_is_not_kept() {
    on_every_database(async |broker| {
        for path in ["/", "/nowhere", "/diagnostic/status/heartbeat", "/pacticipants/Nobody"] {
            let answer = broker.get(path).await;

            assert_eq!(answer.header("x-pact-broker-version"), env!("CARGO_PKG_VERSION"), "{path}");
            assert_eq!(answer.header("vary"), "Accept", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_method_that_a_resource_does_not_have_is_refused_with_those_it_has() {
    let broker = TestBroker::on_sqlite().await;

    let refused = broker.delete("/pacticipants").await.expect(405);
    let asked = broker.send(Method::OPTIONS, "/pacticipants", &[], "").await.expect(200);

    assert_eq!(refused.header("allow"), "GET, POST, OPTIONS");
    assert_eq!(refused.body, "");
    assert_eq!(refused.header("content-type"), "");
    assert_eq!(asked.header("access-control-allow-methods"), "GET, POST, OPTIONS");
    let unknown = broker.send(Method::from_bytes(b"FOO").unwrap(), "/", &[], "").await.expect(501);
    assert_eq!(unknown.body, "FOO method is not supported");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_form_asked_for() {
    let broker = TestBroker::on_sqlite().await;

    let plain = broker.get("/nowhere").await.expect(404);
    let problem = broker.send(Method::GET, "/nowhere", &[("accept", "application/problem+json")], "").await.expect(404);

    assert_eq!(plain.header("content-type"), "application/json;charset=utf-8");
    insta::assert_snapshot!(plain.body, @r#"{"error":"The requested document was not found on this server."}"#);
    assert_eq!(problem.header("content-type"), "application/problem+json;charset=utf-8");
    insta::assert_snapshot!(problem.body, @r#"{"title":"404 Not Found","type":"/problem/not-found","detail":"The requested document was not found on this server.","status":404}"#);
    let named = broker.get("/pacticipants/Nobody").await.expect(404);
    insta::assert_snapshot!(named.body, @r#"{"error":"No pacticipant with name 'Nobody' found"}"#);
}

#[tokio::test]
async fn malformed_addresses_are_refused() {
    let broker = TestBroker::on_sqlite().await;

    for (path, status, text) in [
        ("/pacticipants//versions", 404, "Empty path component found"),
        ("/pacticipants/a%0Ab", 422, "URL path cannot contain a new line character."),
        ("/pacticipants/a%09b", 422, "URL path cannot contain a tab character."),
        ("/pacticipants/a%00b", 400, "null character"),
        ("/pacticipants?q=%00", 400, "null character"),
        ("/pacticipants/%FF", 400, "not valid UTF-8"),
    ] {
        let answer = broker.get(path).await.expect(status);
        assert!(answer.body.contains(text), "{path}: {}", answer.body);
    }
    let long = format!("/pacticipants/{}", "x".repeat(3000));
    broker.get(&long).await.expect(414);
}

#[tokio::test]
async fn a_slash_at_the_end_and_an_ending_that_names_the_form_are_dropped() {
    let broker = TestBroker::on_sqlite().await;

    broker.get("/pacticipants/").await.expect(200);
    broker.send(Method::GET, "/pacticipants.json", &[("accept", "text/html")], "").await.expect(200);
    broker.send(Method::GET, "/pacticipants.csv", &[], "").await.expect(406);
}

#[tokio::test]
async fn nothing_is_deleted_for_a_name_that_is_empty() {
    let broker = TestBroker::on_sqlite().await;
    broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
    let versions = "/pacts/provider/Orders/consumer/Web/versions";

    broker.send(Method::DELETE, &format!("{versions}/"), &[], "").await.expect(404);
    broker.get("/pacts/provider/Orders/consumer/Web/latest").await.expect(200);
    broker.send(Method::DELETE, versions, &[], "").await.expect(204);
    broker.get("/pacts/provider/Orders/consumer/Web/latest").await.expect(404);
}

#[tokio::test]
async fn the_order_of_the_checks_is_body_then_form_then_existence_then_type() {
    let broker = TestBroker::on_sqlite().await;
    let path = "/pacts/provider/Orders/consumer/Web/version/1";
    let problem = [("accept", "application/problem+json"), ("content-type", "application/json")];

    broker.send(Method::PUT, path, &problem, "{").await.expect(400);
    broker.send(Method::PUT, path, &problem, pact("Web", "Orders", "/").to_string()).await.expect(406);
    let text = [("accept", "application/hal+json"), ("content-type", "text/plain")];
    let refused = broker.send(Method::PUT, path, &text, "{").await.expect(415);
    assert_eq!(refused.body, "");
    assert_eq!(refused.header("content-type"), "application/hal+json;charset=utf-8");
    broker.get(path).await.expect(404);
}

#[tokio::test]
async fn hostile_json_is_refused_with_a_reason() {
    let broker = TestBroker::on_sqlite().await;
    let json = [("accept", "application/hal+json"), ("content-type", "application/json")];
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!("{{\"a\":{}1{}}}", "[".repeat(60), "]".repeat(60));

    for (body, text) in [
        (&b"{oops"[..], "JSON::ParserError - expected object key, got 'oops' at line 1 column 2"),
        (b"", "JSON::ParserError - unexpected end of input at line 1 column 1"),
        (b"[1]", "TypeError - no implicit conversion of String into Integer"),
        (b"\"text\"", "RuntimeError - Expected JSON Object in request body but found String"),
        (b"{\"a\":\"\xff\"}", "Request body has a non UTF-8 character at char 7 and cannot be parsed as JSON."),
        (deep.as_bytes(), "nest deeper than"),
        (nested.as_bytes(), "JSON::NestingError"),
    ] {
        let answer = broker.send(Method::POST, "/pacticipants", &json, body).await.expect(400);
        assert!(answer.body.contains(&text.replace('"', "\\\"")), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    on_every_database_with(
        |config| config.max_body_size = 1000,
        async |broker| {
            let body = json!({ "name": "x".repeat(2000) });

            let answer = broker.post("/pacticipants", &body).await.expect(413);

            insta::allow_duplicates! { insta::assert_snapshot!(answer.body, @r#"{"error":"The request body is larger than the 1000 bytes this broker accepts."}"#); }
        },
    )
    .await;
}

#[tokio::test]
async fn names_are_data_wherever_they_come_from() {
    on_every_database(async |broker| {
        for name in ["'; DROP TABLE versions; --", "<script>alert(1)</script>", "a/b?c#d%20e", "Zoë 🦀", "%", "_"] {
            broker.publish(name, "1", "Orders", &pact(name, "Orders", "/")).await.expect(201);

            let path = format!("/pacticipants/{}", crate::testing::segment(name));
            assert_eq!(broker.get(&path).await.expect(200).json()["name"], name);
            assert_eq!(broker.get(&format!("{path}/versions/1")).await.expect(200).json()["number"], "1");
        }
        let found = broker.get("/pacticipants?q=%25").await.expect(200).json();
        assert_eq!(found["_embedded"]["pacticipants"].as_array().unwrap().len(), 2, "`%` is a letter, not a pattern");
    })
    .await;
}

#[tokio::test]
async fn head_is_no_method_but_of_the_probes() {
    let broker = TestBroker::on_sqlite().await;
    let head = async |path: &str| broker.send(Method::HEAD, path, &[("accept", "application/hal+json")], "").await;

    for (path, allowed) in [
        ("/", "GET, OPTIONS"),
        ("/pacticipants", "GET, POST, OPTIONS"),
        ("/contracts/publish", "POST, OPTIONS"),
        ("/diagnostic/status/heartbeat", "GET"),
    ] {
        let refused = head(path).await.expect(405);
        assert_eq!((refused.header("allow"), refused.header("content-type")), (allowed, ""), "{path}");
    }
    for probe in ["/livez", "/readyz", "/startupz"] {
        assert_eq!(head(probe).await.expect(200).body, "", "{probe}");
    }
}

#[tokio::test]
async fn somebody_with_a_browser_who_wants_json_is_shown_it_on_a_page() {
    let broker = TestBroker::on_sqlite().await;
    let accept = [("accept", "text/html, application/json")];

    let sent = broker.send(Method::GET, "/pacticipants?q=a%20b", &accept, "").await.expect(303);
    assert_eq!(sent.header("location"), "/hal-browser/browser.html?path=%2Fpacticipants%3Fq%3Da%2520b");
    let page = broker.send(Method::GET, sent.header("location"), &accept, "").await.expect(200);
    assert_eq!(page.header("content-type"), "text/html");
    broker.send(Method::GET, "/pacticipants", &[("accept", "application/json, text/html")], "").await.expect(406);
    broker.send(Method::DELETE, "/pacticipants/A", &accept, "").await.expect(406);
}

#[tokio::test]
async fn a_client_that_does_not_read_utf_8_is_told_so() {
    let broker = TestBroker::on_sqlite().await;

    for (charset, status) in [("iso-8859-1", 406), ("iso-8859-1, utf-8;q=0.5", 200)] {
        broker.send(Method::GET, "/pacticipants", &[("accept-charset", charset)], "").await.expect(status);
    }
}

#[tokio::test]
async fn a_name_with_an_ending_is_stored_and_found_as_it_is() {
    on_every_database(async |broker| {
        broker.publish("app.json", "1.0.svg", "data.yaml", &pact("app.json", "data.yaml", "/")).await.expect(201);
        broker.tag("app.json", "1.0.svg", "x.csv").await.expect(201);

        let version = broker.get("/pacticipants/app%2Ejson/versions/1.0%2Esvg").await.expect(200);
        assert_eq!(version.json()["number"], "1.0.svg");
        broker.get(&version.link("self")).await.expect(200);
        let tag = version.json()["_embedded"]["tags"][0].clone();
        assert_eq!(tag["name"], "x.csv");
        broker.get(tag["_links"]["self"]["href"].as_str().unwrap()).await.expect(200);
        broker.put("/pacticipants/app%2Ejson/versions/2.json", &json!({})).await.expect(201);
        assert_eq!(
            broker.get("/pacticipants/app%2Ejson/versions/2%2Ejson").await.expect(200).json()["number"],
            "2.json"
        );
        assert_eq!(broker.get("/pacticipants/app%2Ejson.json").await.expect(200).json()["name"], "app.json");
    })
    .await;
}

#[tokio::test]
async fn names_that_no_address_can_hold_are_refused() {
    let broker = TestBroker::on_sqlite().await;

    for path in ["/pacticipants/..", "/pacticipants/%2E/versions/1", "/pacticipants/Web/versions/1/tags/%2e%2e"] {
        let answer = broker.put(path, &json!({})).await.expect(400);
        assert_eq!(answer.body, r#"{"error":"A segment of the URL path cannot be `.` or `..`."}"#, "{path}");
    }
    let named = broker.post("/pacticipants", &json!({ "name": "..", "mainBranch": "." })).await.expect(400);
    insta::assert_snapshot!(named.body, @r#"{"errors":{"name":["cannot be . or ..","cannot be . or .."],"mainBranch":["cannot be . or .."]}}"#);
    let published = crate::testing::publication(".", "..", "Orders", &pact(".", "Orders", "/"));
    let published = broker.post("/contracts/publish", &published).await.expect(400);
    assert!(published.body.contains(r#""pacticipantVersionNumber":["cannot be . or .."]"#), "{}", published.body);
}

#[tokio::test]
async fn without_the_credentials_that_are_asked_for_nothing_is_answered() {
    let configure = |config: &mut Config| config.access.writer = Some(Credentials::new("admin", "secret"));
    on_every_database_with(configure, async |broker| {
        let refused = broker.get("/pacticipants").await.expect(401);
        assert_eq!(refused.header("www-authenticate"), "Basic realm=\"Restricted area\"");
        assert_eq!((refused.header("content-type"), refused.header("cache-control")), ("text/plain", ""));
        assert_eq!(refused.body, "");
        broker.get("/no-such-thing").await.expect(401);
        broker.send(Method::GET, "/", &[("authorization", "Bearer x")], "").await.expect(400);
        let headers = [("authorization", "Basic YWRtaW46c2VjcmV0"), ("accept", "application/hal+json")];
        broker.send(Method::GET, "/pacticipants", &headers, "").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_answered_with_a_reference_to_the_log() {
    on_every_database(async |broker| {
        let failure = broker.get("/test/error").await.expect(500).json();

        let reference = failure["error"]["reference"].as_str().unwrap();
        assert_eq!(reference.len(), 10);
        assert!(failure["error"]["message"].as_str().unwrap().ends_with(reference), "{failure}");
    })
    .await;
}
