use std::collections::{BTreeSet, HashSet};

use http::Method;
use serde_json::{Value, json};

use crate::testing::{Answer, TestBroker, on_every_database, on_every_database_with, pact, segment};
use crate::{Access, Credentials};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
/// A name as somebody might publish it who wishes us ill.
const EVIL: &str = r#"<script>alert("1")</script>'&amp;"#;

async fn page(broker: &TestBroker, path: &str) -> Answer {
    let answer = broker.send(Method::GET, path, &[("accept", BROWSER)], "").await.expect(200);
    assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    well_formed(&answer.body);
    // As in other Pact Brokers, which programs tell pages by.
    let is_untitled = path.starts_with("/matrix") || path.starts_with("/doc/");
    let title = answer.body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    assert_eq!(title.is_none_or(|(title, _)| title.is_empty()), is_untitled, "{path}: {title:?}");
    answer
}

/// Checks that elements nest, attributes are quoted and ids are there once; and that a page has one heading, and one title at most.
fn well_formed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut ids = HashSet::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a document type");
    while let Some((text, after)) = rest.split_once('<') {
        assert!(!text.contains('>'), "a stray bracket after {open:?}: {text}");
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "in {html}");
            continue;
        }
        let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        while !attributes.trim().is_empty() {
            let (attribute, value) = attributes.split_once("=\"").unwrap_or_else(|| panic!("no value in <{tag}>"));
            let (value, after) = value.split_once('"').expect("a value ends");
            let attribute = attribute.trim();
            assert!(attribute.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{attribute} in <{tag}>");
            assert!(attribute != "style" && !attribute.starts_with("on"), "the policy forbids {attribute}");
            assert!(attribute != "id" || ids.insert(value), "{value} is there twice");
            attributes = after;
        }
        if !is_closed {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    for once in ["<h1>", "<main ", "lang=\"en\""] {
        assert_eq!(html.matches(once).count(), 1, "{once}");
    }
    assert!(html.matches("<title>").count() < 2, "{html}");
    assert!(!html.contains("<script"), "{html}");
}

fn evil_pact() -> Value {
    json!({
        "consumer": { "name": EVIL }, "provider": { "name": "Orders" },
        "interactions": [
            {
                "type": "Synchronous/HTTP", "description": EVIL, "pending": true,
                "providerStates": [{ "name": EVIL, "params": { EVIL: EVIL } }],
                "request": {
                    "method": "POST", "path": format!("/{EVIL}"), "query": { EVIL: [EVIL] },
                    "headers": { "x-evil": [EVIL] },
                    "body": { "contentType": "application/json", "encoded": false, "content": { EVIL: EVIL } },
                    "matchingRules": { "body": { "$['<script>']": { "matchers": [{ "match": "type" }] } } },
                },
                "response": {
                    "status": 201,
                    "body": { "contentType": "text/html", "encoded": false, "content": EVIL },
                },
            },
            {
                "type": "Asynchronous/Messages", "description": "a message",
                "contents": { "contentType": "image/png", "encoded": "base64", "content": "/wD+" },
                "metadata": { "topic": EVIL },
            },
        ],
        "metadata": { "pactSpecification": { "version": "4.0" } },
    })
}

/// A broker with everything that pages show, under names that are markup.
async fn fill(broker: &TestBroker) {
    broker.publish(EVIL, EVIL, "Orders", &evil_pact()).await.expect(201);
    broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/1")).await.expect(201);
    broker.publish("Orders", "7", EVIL, &pact("Orders", EVIL, "/")).await.expect(201);
    broker.verify(EVIL, EVIL, "Orders", "7", false).await.expect(201);
    broker.verify("Web", "1", "Orders", "7", true).await.expect(201);
    broker.add_to_branch(EVIL, EVIL, EVIL).await.expect(201);
    broker.tag(EVIL, EVIL, EVIL).await.expect(201);
    broker.deploy("Web", "1", "test").await.expect(201);
    let repository = json!({ "repositoryUrl": "javascript:alert(1)", "displayName": EVIL });
    broker.patch(&format!("/pacticipants/{}", segment(EVIL)), &repository).await;
}

#[tokio::test]
async fn pages_are_well_formed_and_show_names_as_they_are_whatever_they_hold() {
    on_every_database(async |broker| {
        fill(&broker).await;
        let evil = segment(EVIL);
        let pair = format!("/pacts/provider/Orders/consumer/{evil}");
        let shown = "&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39;&#38;amp;";

        for path in [
            "/".to_owned(),
            format!("/?q={evil}"),
            format!("{pair}/latest"),
            format!("{pair}/latest/{evil}"),
            format!("{pair}/branch/{evil}/latest"),
            format!("{pair}/version/{evil}"),
            format!("/matrix/provider/Orders/consumer/{evil}"),
            format!("/matrix?q[][pacticipant]={evil}&q[][version]={evil}&environment=test&latestby=cvpv"),
            format!("/pacticipants/{evil}"),
            format!("/pacticipants/{evil}/network"),
            "/groups/Orders".to_owned(),
            "/relationships".to_owned(),
            format!("/hal-browser/browser.html?path={}", segment(&format!("/pacticipants/{evil}"))),
        ] {
            let answer = page(&broker, &path).await;
            assert!(answer.body.contains(shown), "{path}: {}", answer.body);
            assert!(!answer.body.contains("href=\"javascript:"), "{path}");
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; style-src 'self';") && !policy.contains("unsafe"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
        let lost = format!("/pacticipants/{}", segment("<script>nobody"));
        let answer = broker.send(Method::GET, &lost, &[("accept", BROWSER)], "").await.expect(404);
        well_formed(&answer.body);
        assert!(answer.body.contains("No pacticipant with name &#39;&#60;script&#62;nobody&#39; found"));
    })
    .await;
}

#[tokio::test]
async fn browsers_get_pages_and_programs_get_what_they_always_got() {
    on_every_database(async |broker| {
        fill(&broker).await;
        for (path, accept, expected) in [
            ("/", "text/html", "text/html;charset=utf-8"),
            ("/", BROWSER, "text/html;charset=utf-8"),
            ("/", "application/xml", "text/html;charset=utf-8"),
            ("/", "*/*", "application/hal+json;charset=utf-8"),
            ("/", "", "application/hal+json;charset=utf-8"),
            ("/", "application/hal+json, text/html;q=0.5", "application/hal+json;charset=utf-8"),
            ("/integrations", "text/html, application/json", ""),
            ("/pacticipants/Web", "application/hal+json", "application/hal+json;charset=utf-8"),
            ("/pacticipants/Web.json", BROWSER, "application/hal+json;charset=utf-8"),
            ("/relationships", "text/csv", "text/csv;charset=utf-8"),
            ("/relationships", BROWSER, "text/html;charset=utf-8"),
            ("/matrix/provider/Orders/consumer/Web", "text/plain", "text/plain;charset=utf-8"),
            ("/pacticipants", BROWSER, "application/hal+json;charset=utf-8"),
            ("/pacticipants", "text/html", ""),
            ("/pacts/provider/Orders/consumer/Web/latest/badge", "image/svg+xml,*/*", "image/svg+xml"),
            ("/pacts/provider/Orders/consumer/Web/latest", "application/xml", ""),
            ("/pacts/provider/Orders/consumer/Web/latest/badge", BROWSER, "image/svg+xml"),
            ("/doc/pacts", "*/*", "text/html;charset=utf-8"),
        ] {
            let answer = broker.send(Method::GET, path, &[("accept", accept)], "").await;
            let media = answer.header("content-type");
            assert_eq!(media.split(";charset").next(), expected.split(";charset").next(), "{path} {accept:?}");
            assert_eq!(answer.header("vary"), "Accept");
        }
        let published = broker.send(Method::POST, "/pacticipants", &[("accept", BROWSER)], "").await;
        assert!(!published.header("content-type").starts_with("text/html"), "only what is read has pages");
    })
    .await;
}

#[tokio::test]
async fn the_start_page_says_how_contracts_stand_and_is_turned() {
    on_every_database(async |broker| {
        broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/1")).await.expect(201);
        let never = page(&broker, "/").await.body;
        assert!(never.contains(r#"<span class="state open">not verified</span>"#), "{never}");
        broker.verify("Web", "1", "Orders", "7", true).await.expect(201);
        let good = page(&broker, "/").await;
        assert_eq!(good.header("cache-control"), "no-cache, no-store, must-revalidate");
        assert!(good.body.contains(r#"<span class="state good">verified</span>"#), "{}", good.body);
        assert!(good.body.contains("by version 7") && good.body.contains("1 Jan 2026, 00:00 UTC"), "{}", good.body);
        broker.publish("Web", "2", "Orders", &pact("Web", "Orders", "/2")).await.expect(201);
        broker.verify("Web", "2", "Orders", "8", false).await.expect(201);
        assert!(page(&broker, "/").await.body.contains(r#"<span class="state bad">failed</span>"#));

        for provider in ["Stock", "Prices"] {
            broker.publish("Web", "2", provider, &pact("Web", provider, "/")).await.expect(201);
        }
        let second = page(&broker, "/?size=2&page=2&q=web").await.body;
        assert!(second.contains("3–3 of 3") && second.contains("/pacticipants/Orders"), "{second}");
        assert!(second.contains(r#"<a rel="prev" href="/?q=web&#38;page=1&#38;size=2">"#), "{second}");
        assert!(!second.contains("rel=\"next\""));
        let nothing = page(&broker, "/?q=nobody").await.body;
        assert!(nothing.contains("No application has “nobody” in its name"), "{nothing}");
        broker.send(Method::GET, "/?page=0", &[("accept", "text/html")], "").await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn a_pact_is_a_document() {
    on_every_database(async |broker| {
        fill(&broker).await;

        let path = format!("/pacts/provider/Orders/consumer/{}/latest", segment(EVIL));
        let html = page(&broker, &path).await.body;

        for part in [
            "<h3>Given</h3>",
            "<code>201 Created</code>",
            "Matching rules (1)",
            "Asynchronous/Messages",
            "3 bytes that are not text",
            "<dt>topic</dt>",
            "2 interactions",
            ">failed</span>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        // Brokers keep documents that are no pacts.
        let odd = json!({ "consumer": { "name": "C" }, "provider": { "name": "P" }, "interactions": "<none>" });
        broker.publish("C", "1", "P", &odd).await.expect(201);
        let html = page(&broker, "/pacts/provider/P/consumer/C/version/1").await.body;
        assert!(html.contains("&#60;none&#62;"), "{html}");
        let lost = broker.send(Method::GET, "/pacts/provider/P/consumer/C/version/2", &[("accept", BROWSER)], "").await;
        assert!(lost.expect(404).body.contains("<title>404 Not Found</title>"));
    })
    .await;
}

#[tokio::test]
async fn the_matrix_page_answers_whether_a_version_can_be_deployed() {
    on_every_database(async |broker| {
        fill(&broker).await;
        assert!(page(&broker, "/matrix").await.body.contains(r#"<option value="test">Test</option>"#));

        let yes = page(&broker, "/matrix?q[][pacticipant]=Web&q[][version]=1&environment=&latestby=cvpv").await.body;
        assert!(!yes.contains("deployed</span>") && yes.contains(">verified</span>"), "nothing to decide: {yes}");
        let unknown = page(&broker, "/matrix?q[][pacticipant]=Web&q[][version]=1&environment=test").await.body;
        assert!(unknown.contains("Not known yet") || unknown.contains("Cannot be deployed"), "{unknown}");
        broker.deploy("Orders", "7", "test").await.expect(201);
        let yes = page(&broker, "/matrix?q[][pacticipant]=Web&q[][version]=1&environment=test").await.body;
        assert!(yes.contains("Can be deployed"), "{yes}");
        let wrong = "/matrix?q[][pacticipant]=Nobody&environment=nowhere";
        let wrong = broker.send(Method::GET, wrong, &[("accept", BROWSER)], "").await.expect(400).body;
        well_formed(&wrong);
        assert!(wrong.contains("Pacticipant Nobody not found"), "{wrong}");
    })
    .await;
}

#[tokio::test]
async fn every_relation_of_the_api_is_explained() {
    fn collect(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.keys().filter_map(|name| name.strip_prefix("pb:")).map(str::to_owned));
                members.values().for_each(|value| collect(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    on_every_database(async |broker| {
        fill(&broker).await;
        let webhook = json!({
            "events": [{ "name": "contract_published" }], "consumer": { "name": "Web" }, "provider": { "label": "x" },
            "request": { "method": "POST", "url": "https://example.org/" },
        });
        broker.post("/webhooks", &webhook).await.expect(201);
        let mut relations = BTreeSet::new();
        for path in [
            "/",
            "/pacts/latest",
            "/pacts/provider/Orders",
            "/pacts/provider/Orders/consumer/Web/latest",
            "/pacts/provider/Orders/consumer/Web/versions",
            "/pacts/provider/Orders/consumer/Web/webhooks/status",
            "/pacticipants",
            "/pacticipants/Web",
            "/pacticipants/Web/branches",
            "/pacticipants/Web/versions/1",
            "/environments",
            "/integrations",
            "/dashboard",
            "/webhooks",
            "/verification-results/consumer/Web/version/1/latest",
        ] {
            collect(&broker.get(path).await.expect(200).json(), &mut relations);
        }

        assert!(relations.len() > 60, "{} are few", relations.len());
        for relation in relations {
            let html = page(&broker, &format!("/doc/{relation}?context=index")).await.body;
            assert!(html.contains(&format!("<h1><code>pb:{relation}</code></h1>")), "{relation}");
        }
        assert!(page(&broker, "/doc/webhooks-create").await.body.contains("pb:create"));
        let unknown = broker.send(Method::GET, "/doc/nonsense", &[("accept", BROWSER)], "").await.expect(200);
        well_formed(&unknown.body);
        assert!(unknown.body.contains("<h1>No such relation</h1>"), "{}", unknown.body);
    })
    .await;
}

#[tokio::test]
async fn the_api_browser_shows_documents_with_links_to_follow() {
    on_every_database(async |broker| {
        fill(&broker).await;

        let html = page(&broker, "/hal-browser/browser.html").await.body;

        let to = "/hal-browser/browser.html?path=%2Fpacticipants";
        assert!(html.contains(&format!(r#"<a href="{to}">http://broker/pacticipants</a>"#)), "{html}");
        assert!(html.contains("<code>http://broker/pacticipants/{pacticipant}</code>"), "templates are no links");
        assert!(page(&broker, to).await.body.contains("200 OK"));
        assert!(page(&broker, "/hal-browser/browser.html?path=/nowhere").await.body.contains("404 Not Found"));
        for wrong in ["http://elsewhere/", "//elsewhere/", "nowhere", "/a%20b c"] {
            let path = format!("/hal-browser/browser.html?path={}", segment(wrong));
            let answer = broker.send(Method::GET, &path, &[("accept", BROWSER)], "").await;
            assert!([200, 400].contains(&answer.status.as_u16()), "{wrong}");
            assert!(!answer.body.contains("200 OK"), "{wrong}");
            well_formed(&answer.body);
        }
    })
    .await;
}

#[tokio::test]
async fn pages_obey_the_rules_of_access() {
    let configure = |config: &mut crate::Config| {
        config.access = Access {
            writer: Some(Credentials::new("admin", "secret")),
            reader: Some(Credentials::new("reader", "readpass")),
            ..Access::default()
        };
    };
    on_every_database_with(configure, async |broker| {
        let reader = ("authorization", "Basic cmVhZGVyOnJlYWRwYXNz");
        for path in ["/", "/matrix", "/doc/pacts", "/hal-browser/browser.html?path=/pacticipants", "/relationships"] {
            let refused = broker.send(Method::GET, path, &[("accept", BROWSER)], "").await.expect(401);
            assert!(refused.header("www-authenticate").starts_with("Basic"), "{path}");
            assert_eq!(refused.body, "", "{path}");
            let shown = broker.send(Method::GET, path, &[("accept", BROWSER), reader], "").await.expect(200);
            well_formed(&shown.body);
        }
        let browsed = "/hal-browser/browser.html?path=/pacticipants";
        let browsed = broker.send(Method::GET, browsed, &[("accept", BROWSER), reader], "").await.expect(200);
        assert!(browsed.body.contains("200 OK"), "the API is asked with the reader's credentials");
    })
    .await;
}

#[tokio::test]
async fn the_style_sheet_is_kept_for_good_under_a_name_of_its_content() {
    on_every_database_with(
        |config| config.base_url = Some("https://example.org/pact".parse().unwrap()),
        async |broker| {
            let html = page(&broker, "/").await.body;
            let (_, link) =
                html.split_once(r#"<link rel="stylesheet" href="/pact"#).expect("below where we are mounted");
            let (address, _) = link.split_once('"').unwrap();

            let style = broker.send(Method::GET, address, &[("accept", "text/css,*/*;q=0.1")], "").await.expect(200);

            assert_eq!(style.header("content-type"), "text/css;charset=utf-8");
            assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
            assert!(style.body.contains("prefers-color-scheme: dark"));
            broker.send(Method::GET, "/assets/intact-0.css", &[("accept", "*/*")], "").await.expect(404);
        },
    )
    .await;
}
