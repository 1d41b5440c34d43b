//! Credentials, retries, time limits, and answers that are no answers.

use std::time::Duration;

use intact_broker_client::{BrokerClient, BrokerError, BrokerErrorKind, RetryPolicy};
use serde_json::json;

use crate::server::{Server, hal, silence, status};

/// The error's text and hint, with the server's address made stable.
fn shown(server: &Server, error: &BrokerError) -> String {
    let hint = error.hint().unwrap_or_else(|| "none".to_owned());
    format!("{error}\nhint: {hint}").replace(&server.url, "http://broker")
}

#[tokio::test]
async fn without_credentials_none_are_sent() {
    let server = Server::with_index(&[]).await;
    server.client().index().await.unwrap();
    let asked = &server.asked()[0];
    assert_eq!(asked.header("authorization"), None);
    assert_eq!(asked.header("accept"), Some("application/hal+json, application/json"));
    assert!(asked.header("user-agent").unwrap().starts_with("intact/"));
}

#[tokio::test]
async fn a_user_and_password_are_sent_as_basic_authentication() {
    let server = Server::with_index(&[]).await;
    server.builder().basic_auth("me", "p:w").build().unwrap().index().await.unwrap();
    assert_eq!(server.asked()[0].header("authorization"), Some("Basic bWU6cDp3"));
}

#[tokio::test]
async fn credentials_in_the_base_url_are_used() {
    let server = Server::with_index(&[]).await;
    let url = server.url.replace("http://", "http://me:p%3Aw@");
    BrokerClient::builder(url).build().unwrap().index().await.unwrap();
    assert_eq!(server.asked()[0].header("authorization"), Some("Basic bWU6cDp3"));
}

#[tokio::test]
async fn a_token_wins_over_a_user() {
    let server = Server::with_index(&[]).await;
    let client = server.builder().basic_auth("me", "pw").bearer_token("t0ken").header("X-Team", "a").build().unwrap();
    client.index().await.unwrap();
    assert_eq!(server.asked()[0].header("authorization"), Some("Bearer t0ken"));
    assert_eq!(server.asked()[0].header("x-team"), Some("a"));
}

#[tokio::test]
async fn the_index_is_fetched_once() {
    let server = Server::with_index(&[]).await;
    let client = server.client();
    client.index().await.unwrap();
    client.clone().index().await.unwrap();
    assert_eq!(server.lines(), ["GET /"]);
}

#[tokio::test]
async fn failures_that_may_pass_are_tried_again() {
    let server = Server::start().await;
    let index = hal(&json!({ "_links": { "self": { "href": "/" } } }));
    server.on("GET /", [status(503), status(429).header("retry-after", "0"), status(408), index]);
    server.client().index().await.unwrap();
    assert_eq!(server.lines().len(), 4);
}

#[tokio::test]
async fn the_last_answer_is_reported_when_the_retries_are_used_up() {
    let server = Server::start().await;
    server.on("GET /", [status(502).header("content-type", "text/html").body("<html><title>Bad gateway</title>")]);
    let error = server.client().index().await.unwrap_err();
    assert_eq!(server.lines().len(), 4);
    insta::assert_snapshot!(shown(&server, &error), @r"
    GET http://broker/: the broker answered 502 Bad Gateway: an HTML page titled `Bad gateway`
    hint: the broker failed: its log says more; try again later
    ");
    assert!(error.is_unavailable());
}

#[tokio::test]
async fn a_wish_to_wait_longer_than_allowed_ends_the_retries() {
    let server = Server::start().await;
    server.on("GET /", [status(429).header("retry-after", "3600")]);
    let error = server.client().index().await.unwrap_err();
    assert_eq!((error.status(), server.lines().len()), (Some(429), 1));
}

#[tokio::test]
async fn refusals_are_not_tried_again() {
    for code in [400, 401, 403, 404, 409, 422] {
        let server = Server::start().await;
        server.on("GET /", [status(code)]);
        let error = server.client().index().await.unwrap_err();
        assert_eq!((error.status(), server.lines().len()), (Some(code), 1));
        assert!(!error.is_unavailable());
    }
}

#[tokio::test]
async fn wrong_credentials_are_named_as_the_cause() {
    let server = Server::start().await;
    server.on("GET /", [status(401).header("content-type", "text/plain")]);
    let error = server.builder().basic_auth("me", "secret").build().unwrap().index().await.unwrap_err();
    insta::assert_snapshot!(shown(&server, &error), @r"
    GET http://broker/: the broker answered 401 Unauthorized
    hint: the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)
    ");
}

#[tokio::test]
async fn a_server_that_stays_silent_is_given_up() {
    let server = Server::start().await;
    server.on("GET /", [silence()]);
    let policy = RetryPolicy { retries: 1, first_pause: Duration::ZERO, longest_pause: Duration::ZERO };
    let client = server.builder().retry_policy(policy).timeout(Duration::from_millis(50)).build().unwrap();
    let error = client.index().await.unwrap_err();
    insta::assert_snapshot!(shown(&server, &error), @r"
    GET http://broker/: the broker did not answer within 50ms (2 attempts)
    hint: try again later, or allow more time
    ");
}

#[tokio::test]
async fn nobody_listening_is_said_so() {
    // A port that was just free: taken and given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = BrokerClient::builder(format!("http://127.0.0.1:{port}")).retries(0).build().unwrap();
    let error = client.index().await.unwrap_err();
    assert!(error.is_unavailable());
    let text = error.to_string();
    assert!(text.contains("could not be reached (1 attempt)") && text.contains("refused"), "{text}");
}

#[tokio::test]
async fn a_web_page_is_not_taken_for_a_broker() {
    let server = Server::start().await;
    let page = status(200).header("content-type", "text/html").body("<!doctype html><title>Welcome</title>");
    server.on("GET /", [page]);
    let error = server.client().index().await.unwrap_err();
    insta::assert_snapshot!(shown(&server, &error), @r"
    GET http://broker/: the broker's answer (text/html) cannot be read: expected JSON, found an HTML page titled `Welcome`
    hint: is the base URL that of a Pact Broker?
    ");
}

#[tokio::test]
async fn other_json_is_not_taken_for_a_broker() {
    for (body, expected) in [
        (r#"{"hello":"world"}"#, "the document has no link `pb:pacticipants`"),
        ("[]", "cannot be read: expected a JSON object"),
        (r#"{"_links":"#, "cannot be read: EOF while parsing"),
        ("", "cannot be read: it is empty"),
    ] {
        let server = Server::start().await;
        server.on("GET /", [status(200).header("content-type", "application/json").body(body)]);
        let text = server.client().index().await.unwrap_err().to_string();
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn a_deeply_nested_answer_is_an_error_and_no_crash() {
    let server = Server::start().await;
    server.on("GET /", [status(200).body("[".repeat(100_000))]);
    let error = server.client().index().await.unwrap_err();
    assert!(matches!(error.kind(), BrokerErrorKind::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn redirects_are_not_followed_because_a_post_would_become_a_get() {
    let server = Server::start().await;
    server.on("GET /", [status(301).header("location", "https://elsewhere.example/")]);
    let error = server.client().index().await.unwrap_err();
    insta::assert_snapshot!(shown(&server, &error), @r"
    GET http://broker/: the broker answered 301 Moved Permanently
    hint: use the address that it redirects to, https://elsewhere.example/, as the broker's base URL
    ");
}

#[tokio::test]
async fn names_with_slashes_and_spaces_are_one_segment() {
    let server = Server::with_index(&[
        ("pb:pacticipant-branch-version", "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}"),
        ("pb:pacticipant-version-tag", "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}"),
    ])
    .await;
    let branch = "PUT /pacticipants/Web%20%2F%20Shop/branches/feat%2Fa%20b/versions/1%2B2";
    let tag = "PUT /pacticipants/Web%20%2F%20Shop/versions/1%2B2/tags/%C3%A9%3F%23";
    server.on(branch, [hal(&json!({})).status(201)]);
    server.on(tag, [hal(&json!({}))]);
    let client = server.client();
    client.put_branch_version("Web / Shop", "feat/a b", "1+2").await.unwrap();
    client.put_tag("Web / Shop", "1+2", "é?#").await.unwrap();
    assert_eq!(server.lines(), ["GET /", branch, tag]);
    assert_eq!(server.asked()[1].header("content-type"), Some("application/json"));
    assert_eq!(server.asked()[1].body.as_ref(), br#"{"name":"feat/a b"}"#);
    assert_eq!(server.asked()[2].body.as_ref(), r#"{"name":"é?#"}"#.as_bytes());
}

#[tokio::test]
async fn a_broker_below_a_path_whose_links_lead_elsewhere_is_reached_all_the_same() {
    let server = Server::start().await;
    let links = json!({ "self": { "href": "http://internal:9292" }, "pb:pacticipants": { "href": "http://internal:9292/pacticipants" } });
    server.on("GET /pact/broker/", [hal(&json!({ "_links": links }))]);
    server.on("GET /pact/broker/pacticipants", [hal(&json!({ "_embedded": { "pacticipants": [{ "name": "Web" }] } }))]);
    let client = BrokerClient::builder(format!("{}/pact/broker/", server.url)).bearer_token("t").build().unwrap();
    let pacticipants = client.pacticipants().await.unwrap();
    assert_eq!(pacticipants.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["Web"]);
    assert_eq!(server.asked()[1].header("authorization"), Some("Bearer t"));
}

#[tokio::test]
async fn credentials_are_taken_out_of_what_the_broker_says() {
    let server = Server::start().await;
    let refused = hal(&json!({ "error": {
        "message": "no: Bearer t0ken-1234, t0ken-1234, Basic bWU6czNjcmV0IQ==, s3cret!, k3y-0001; team-a may not",
    } }));
    server.on("GET /", [refused.status(401).header("location", "/login?token=t0ken-1234")]);
    let with_headers =
        server.builder().bearer_token("t0ken-1234").header("X-Api-Key", "k3y-0001").header("X-Team", "team-a");
    for client in [with_headers, server.builder().basic_auth("me", "s3cret!")] {
        let error = client.build().unwrap().index().await.unwrap_err();
        let shown = format!("{error} {error:?} {:?}", error.hint());
        let secrets: &[&str] =
            if shown.contains("s3cret!") { &["t0ken-1234", "k3y-0001"] } else { &["s3cret!", "bWU6czNjcmV0IQ=="] };
        assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
        assert!(shown.contains("[hidden]") && shown.contains("team-a"), "{shown}");
    }
}
