use http::Method;
use serde_json::{Value, json};

use crate::testing::{TestBroker, on_every_database, on_every_database_with, pact};
use crate::{Config, Seed};

async fn publish(broker: &TestBroker, consumer: &str, number: &str, path: &str) {
    broker.publish(consumer, number, "Orders", &pact(consumer, "Orders", path)).await;
}

fn said(dashboard: &Value) -> Vec<String> {
    let items = dashboard["items"].as_array().unwrap().iter();
    let mut said: Vec<String> = items
        .map(|item| {
            let name = |side: &str| item[side]["name"].as_str().unwrap().to_owned();
            let number = item["consumer"]["version"]["number"].as_str().unwrap();
            format!(
                "{} {number} {}: {}",
                name("consumer"),
                name("provider"),
                item["verificationStatus"].as_str().unwrap()
            )
        })
        .collect();
    said.sort();
    said
}

#[tokio::test]
async fn the_latest_pact_the_heads_of_tags_and_what_is_deployed_are_shown_and_nothing_else() {
    on_every_database(async |broker| {
        for number in ["1", "2", "3", "4", "5"] {
            publish(&broker, "Web", number, number).await;
        }
        broker.tag("Web", "1", "prod").await.expect(201);
        broker.tag("Web", "3", "prod").await.expect(201);
        broker.deploy("Web", "2", "production").await.expect(201);
        broker.verify("Web", "2", "Orders", "7", true).await.expect(201);
        broker.verify("Web", "3", "Orders", "7", false).await.expect(201);

        let all = broker.get("/dashboard").await.expect(200).json();
        let pair = broker.get("/dashboard/provider/Orders/consumer/Web").await.expect(200).json();
        let second = broker.get("/dashboard?pageSize=1&pageNumber=2").await.expect(200).json();

        assert_eq!(said(&all), ["Web 2 Orders: success", "Web 3 Orders: failed", "Web 5 Orders: never"]);
        assert_eq!(said(&pair), said(&all));
        assert_eq!(said(&second), ["Web 3 Orders: failed"]);
        broker.get("/dashboard/provider/Nobody/consumer/Web").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_success_for_what_a_version_published_before_is_stale() {
    let configure = |config: &mut Config| config.allow_dangerous_contract_modification = true;
    on_every_database_with(configure, async |broker| {
        publish(&broker, "Web", "1", "/old").await;
        broker.verify("Web", "1", "Orders", "7", true).await.expect(201);
        publish(&broker, "Web", "1", "/new").await;

        let dashboard = broker.get("/dashboard").await.expect(200).json();

        assert_eq!(said(&dashboard), ["Web 1 Orders: stale"]);
    })
    .await;
}

#[tokio::test]
async fn an_item_names_head_branches_and_tags_of_both_sides() {
    on_every_database(async |broker| {
        publish(&broker, "Web", "1", "/").await;
        broker.add_to_branch("Web", "main", "1").await.expect(201);
        broker.tag("Web", "1", "dev").await.expect(201);
        broker.verify("Web", "1", "Orders", "7", true).await.expect(201);
        broker.add_to_branch("Orders", "trunk", "7").await.expect(201);

        let dashboard = broker.get("/dashboard").await.expect(200).json();
        let item = &dashboard["items"][0];

        assert_eq!(item["consumer"]["version"]["headBranchNames"], json!(["main"]));
        assert_eq!(item["pactTags"][0]["_links"]["self"]["href"], "http://broker/pacticipants/Web/versions/1/tags/dev");
        assert_eq!(
            item["provider"]["version"],
            json!({ "number": "7", "branch": "trunk", "headBranchNames": ["trunk"] })
        );
        assert_eq!(item["latestVerificationResultTags"], json!([]));
        let result = &item["latestVerificationResult"];
        assert_eq!(result["success"], true);
        let link = "http://broker/pacts/provider/Orders/consumer/Web/version/1/verification-results/latest";
        assert_eq!(result["_links"]["self"]["href"], link);
    })
    .await;
}

#[tokio::test]
async fn of_several_branches_the_last_one_added_is_the_branch_and_tags_are_by_name() {
    on_every_database(async |broker| {
        publish(&broker, "Web", "1", "/orders").await;
        // The clock stands still.
        for branch in ["main", "feat/z", "feat/a"] {
            broker.add_to_branch("Web", branch, "1").await;
        }
        for tag in ["prod", "dev"] {
            broker.tag("Web", "1", tag).await.expect(201);
        }

        let dashboard = broker.get("/dashboard").await.expect(200).json();

        let item = &dashboard["items"][0];
        let version = &item["consumer"]["version"];
        assert_eq!(version["branch"], "feat/a");
        assert_eq!(version["headBranchNames"], json!(["main", "feat/z", "feat/a"]));
        let tags: Vec<&Value> = item["pactTags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
        assert_eq!(tags, ["dev", "prod"]);
    })
    .await;
}

#[tokio::test]
async fn the_text_form_is_a_table() {
    on_every_database(async |broker| {
        let text =
            async || broker.send(Method::GET, "/dashboard", &[("accept", "text/plain")], "").await.expect(200).body;
        assert_eq!(text().await, "No data.\n");
        publish(&broker, "Web", "1", "/").await;
        broker.tag("Web", "1", "dev").await.expect(201);
        broker.tag("Web", "1", "b").await.expect(201);

        let table = text().await;
        insta::allow_duplicates! { insta::assert_snapshot!(table, @r"
        CONSUMER_NAME | C_VERSION | C_TAGS | PROVIDER_NAME | P_VERSION | P_TAGS | SUCCESS
        --------------|-----------|--------|---------------|-----------|--------|--------
        Web           | 1         | b, dev | Orders        |           |        | never
        "); }
    })
    .await;
}

#[tokio::test]
async fn thirty_items_are_shown_unless_a_page_is_asked_for() {
    on_every_database(async |broker| {
        for number in 0..31 {
            publish(&broker, &format!("Web {number:02}"), "1", "/").await;
        }
        let all = broker.get("/dashboard").await.expect(200).json();
        let more = broker.get("/dashboard?pageSize=100").await.expect(200).json();

        assert_eq!((said(&all).len(), said(&more).len()), (30, 31));
        assert_eq!(said(&all).last().unwrap(), "Web 29 1 Orders: never");
        assert!(all.get("page").is_none() && more.get("page").is_none(), "{all}");
    })
    .await;
}

#[tokio::test]
async fn pages_together_are_the_whole_however_small_they_are() {
    on_every_database(async |broker| {
        // Some pairs have many pacts that matter, some one, and one has none any more.
        broker
            .seed(Seed { pacticipants: 6, integrations: 15, versions: 120, results: 300 }, |_, _| {})
            .await
            .expect("data");
        for number in 0..9 {
            publish(&broker, &format!("a {number}"), "1", "/").await;
            publish(&broker, &format!("z {number}"), "1", "/").await;
        }
        broker.delete("/pacts/provider/Orders/consumer/a%204/version/1").await.expect(200);
        let mut whole = said(&broker.get("/dashboard?pageSize=1000").await.expect(200).json());
        whole.sort();
        assert!(whole.len() > 60, "{whole:#?}");
        let beyond =
            broker.get("/dashboard?page=9223372036854775807&pageSize=9223372036854775807").await.expect(200).json();
        assert_eq!(said(&beyond), Vec::<String>::new());
        for size in [1, 2, 7, 30] {
            let mut pages = Vec::new();
            for page in 1..=whole.len().div_ceil(size) {
                let items =
                    said(&broker.get(&format!("/dashboard?page={page}&pageSize={size}")).await.expect(200).json());
                assert!(items.len() == size || pages.len() + items.len() == whole.len(), "page {page} of {size}");
                pages.extend(items);
            }
            pages.sort();
            assert_eq!(pages, whole, "pages of {size}");
        }
    })
    .await;
}
