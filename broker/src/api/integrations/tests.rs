use http::Method;
use serde_json::json;

use crate::testing::{TestBroker, on_every_database, pact};

async fn publish(broker: &TestBroker, consumer: &str, number: &str, provider: &str) {
    broker.publish(consumer, number, provider, &pact(consumer, provider, "/")).await.expect(201);
}

fn pairs(list: &serde_json::Value) -> Vec<(String, String)> {
    let name = |one: &serde_json::Value| one["name"].as_str().unwrap().to_owned();
    let integrations = list["_embedded"]["integrations"].as_array().unwrap();
    integrations.iter().map(|one| (name(&one["consumer"]), name(&one["provider"]))).collect()
}

#[tokio::test]
async fn integrations_are_listed_with_the_last_changed_first_also_in_pages_and_as_a_graph() {
    on_every_database(async |broker| {
        publish(&broker, "Web", "1", "Order API").await;
        publish(&broker, "App", "1", "Order API").await;

        let all = broker.get("/integrations").await.expect(200).json();
        let second = broker.get("/integrations?page=2&size=1").await.expect(200).json();
        let graph = broker.send(Method::GET, "/integrations", &[("accept", "text/vnd.graphviz")], "").await.expect(200);

        let (web, app) = (("Web".into(), "Order API".into()), ("App".into(), "Order API".into()));
        assert_eq!(pairs(&all), [app, web.clone()]);
        assert_eq!(pairs(&second), [web]);
        assert_eq!(pairs(&broker.get("/integrations?q=WE").await.expect(200).json()).len(), 1);
        assert_eq!(pairs(&broker.get("/integrations?q=order%20api").await.expect(200).json()).len(), 2);
        assert_eq!(second["page"], json!({ "number": 2, "size": 1, "totalElements": 2, "totalPages": 2 }));
        let links = &all["_embedded"]["integrations"][0]["_links"];
        assert_eq!(links["pb:matrix"]["href"], "/matrix/provider/Order%20API/consumer/App");
        assert_eq!(links["pb:dashboard"]["href"], "http://broker/dashboard/provider/Order%20API/consumer/App");
        assert!(graph.body.ends_with("  App -> Order_API\n  Web -> Order_API\n}\n"), "{}", graph.body);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_integration_takes_along_what_belongs_to_nothing_else() {
    on_every_database(async |broker| {
        publish(&broker, "Web", "1", "Orders").await;
        publish(&broker, "Web", "1", "Users").await;
        publish(&broker, "Web", "2", "Orders").await;
        broker.tag("Web", "1", "prod").await.expect(201);
        broker.tag("Web", "2", "prod").await.expect(201);
        broker.add_to_branch("Web", "main", "1").await.expect(201);
        broker.add_to_branch("Web", "main", "2").await.expect(201);
        broker.verify("Web", "1", "Orders", "7", true).await.expect(201);

        broker.delete("/integrations/provider/Orders/consumer/Web").await.expect(204);

        assert_eq!(pairs(&broker.get("/integrations").await.expect(200).json()), [("Web".into(), "Users".into())]);
        broker.get("/pacticipants/Orders").await.expect(404);
        broker.get("/pacticipants/Web/versions/1").await.expect(200);
        broker.get("/pacticipants/Web/versions/2").await.expect(404);
        let head = broker.get("/pacticipants/Web/branches/main/latest-version").await.expect(200).json();
        let tagged = broker.get("/pacticipants/Web/latest-version/prod").await.expect(200).json();
        assert_eq!((&head["number"], &tagged["number"]), (&json!("1"), &json!("1")));
        broker.delete("/integrations/provider/Orders/consumer/Web").await.expect(404);
    })
    .await;
}

async fn webhooks(broker: &TestBroker) -> Vec<String> {
    let list = broker.get("/webhooks").await.expect(200).json();
    let links = list["_links"]["pb:webhooks"].as_array().unwrap();
    links.iter().map(|link| link["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_deleted_integration_takes_the_webhooks_of_exactly_its_pair_along() {
    on_every_database(async |broker| {
        publish(&broker, "Web", "1", "Orders").await;
        publish(&broker, "Web", "1", "Users").await;
        publish(&broker, "App", "1", "Orders").await;
        let webhook = json!({ "request": { "method": "POST", "url": "https://ci.example.org/x" } });
        for scope in [
            "",
            "/consumer/Web",
            "/provider/Orders",
            "/provider/Orders/consumer/Web",
            "/provider/Users/consumer/Web",
            "/provider/Orders/consumer/App",
        ] {
            broker.post(&format!("/webhooks{scope}"), &webhook).await.expect(201);
        }

        broker.delete("/integrations/provider/Orders/consumer/Web").await.expect(204);
        assert_eq!(
            webhooks(&broker).await,
            [
                "A webhook for all pacts",
                "A webhook for all pacts with consumer Web",
                "A webhook for all pacts with provider Orders",
                "A webhook for the pact between Web and Users",
                "A webhook for the pact between App and Orders",
            ]
        );
        broker.delete("/integrations").await.expect(204);
        assert!(webhooks(&broker).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn all_integrations_are_deleted_with_the_pacticipants_but_environments_stay() {
    on_every_database(async |broker| {
        publish(&broker, "Web", "1", "Orders").await;
        broker.deploy("Web", "1", "production").await.expect(201);

        broker.delete("/integrations").await.expect(204);

        let pacticipants = broker.get("/pacticipants").await.expect(200).json();
        assert_eq!(pacticipants["_embedded"]["pacticipants"], json!([]));
        let environments = broker.get("/environments").await.expect(200).json();
        assert_eq!(environments["_embedded"]["environments"].as_array().unwrap().len(), 2);
        publish(&broker, "Web", "1", "Orders").await;
    })
    .await;
}
