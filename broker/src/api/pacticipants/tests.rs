use serde_json::json;

use crate::testing::{TestBroker, on_every_database};

#[tokio::test]
async fn a_pacticipant_is_created_changed_replaced_and_deleted() {
    on_every_database(async |broker| {
        let created =
            broker.post("/pacticipants", &json!({ "name": "order-api", "repositoryUrl": "https://git" })).await;
        let created = created.expect(201);
        assert_eq!(created.header("location"), "http://broker/pacticpants/order-api", "misspelt in every Pact Broker");
        assert_eq!(created.json()["displayName"], "Order Api");

        let patched =
            broker.patch("/pacticipants/order-api", &json!({ "mainBranch": "trunk" })).await.expect(200).json();
        assert_eq!((&patched["mainBranch"], &patched["repositoryUrl"]), (&json!("trunk"), &json!("https://git")));
        let replaced =
            broker.put("/pacticipants/order-api", &json!({ "displayName": "Orders" })).await.expect(200).json();
        assert_eq!(replaced["displayName"], "Orders");
        assert_eq!(replaced.get("repositoryUrl"), None);

        broker.delete("/pacticipants/order-api").await.expect(204);
        broker.delete("/pacticipants/order-api").await.expect(404);
        broker.put("/pacticipants/order-api", &json!({})).await.expect(404);
        broker.patch("/pacticipants/order-api", &json!({})).await.expect(201);
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_when_asked() {
    on_every_database(async |broker| {
        for name in ["delta", "Alpha", "charlie", "Bravo"] {
            broker.post("/pacticipants", &json!({ "name": name })).await.expect(201);
        }
        let names = |answer: &serde_json::Value| -> Vec<String> {
            let items = answer["_embedded"]["pacticipants"].as_array().unwrap();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
        };

        let all = broker.get("/pacticipants").await.expect(200).json();
        let second = broker.get("/pacticipants?page=2&size=1").await.expect(200).json();
        let found = broker.get("/pacticipants?q=AR").await.expect(200).json();

        assert_eq!(names(&all), ["Alpha", "Bravo", "charlie", "delta"]);
        assert_eq!(all.get("page"), None);
        assert_eq!(names(&second), ["Bravo"]);
        assert_eq!(second["page"], json!({ "number": 2, "size": 1, "totalElements": 4, "totalPages": 4 }));
        assert_eq!(second["_links"]["next"]["href"], "http://broker/pacticipants?size=1&page=3");
        assert_eq!(second["_links"]["previous"]["href"], "http://broker/pacticipants?size=1&page=1");
        assert_eq!(names(&found), ["charlie"]);
        let wrong = broker.get("/pacticipants?size=0&page=x").await.expect(400);
        assert_eq!(
            wrong.json()["errors"],
            json!({ "page": ["must be an integer"], "size": ["must be greater than or equal to 1"] })
        );
        let far =
            broker.get("/pacticipants?page=9223372036854775807&size=9223372036854775807").await.expect(200).json();
        assert_eq!(names(&far), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn names_and_branches_are_checked() {
    let broker = TestBroker::on_sqlite().await;

    let blank = broker.post("/pacticipants", &json!({ "name": " " })).await.expect(400);
    let spaced = broker.patch("/pacticipants/Web", &json!({ "mainBranch": "a b" })).await.expect(400);
    let long = broker.post("/pacticipants", &json!({ "name": "x".repeat(5000) })).await.expect(400);

    insta::assert_snapshot!(blank.body, @r#"{"errors":{"name":["cannot be blank","cannot be blank"]}}"#);
    insta::assert_snapshot!(spaced.body, @r#"{"errors":{"mainBranch":["cannot contain spaces"]}}"#);
    assert!(long.body.contains("is too long"), "{}", long.body);
}

#[tokio::test]
async fn labels_group_pacticipants() {
    on_every_database(async |broker| {
        broker.put("/pacticipants/Web/labels/ui", &json!({})).await.expect(201);
        broker.put("/pacticipants/Web/labels/ui", &json!({})).await.expect(200);
        broker.put("/pacticipants/Orders/labels/backend", &json!({})).await.expect(201);

        let labelled = broker.get("/pacticipants/label/ui").await.expect(200).json();
        let labels = broker.get("/labels").await.expect(200).json();

        assert_eq!(labelled["_embedded"]["pacticipants"][0]["name"], "Web");
        assert_eq!(labels["_embedded"]["labels"], json!([{ "name": "backend" }, { "name": "ui" }]));
        broker.delete("/pacticipants/Web/labels/ui").await.expect(204);
        broker.get("/pacticipants/Web/labels/ui").await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn changes_of_different_attributes_at_once_are_all_kept() {
    on_every_database(async |broker| {
        let (main, url) = (json!({ "mainBranch": "trunk" }), json!({ "repositoryUrl": "https://git" }));
        for round in 0..20 {
            let path = format!("/pacticipants/app-{round}");

            let (one, other) = tokio::join!(broker.patch(&path, &main), broker.patch(&path, &url));

            let mut statuses = [one.status.as_u16(), other.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 201]);
            let app = broker.get(&path).await.expect(200).json();
            assert_eq!(
                (&app["mainBranch"], &app["repositoryUrl"]),
                (&json!("trunk"), &json!("https://git")),
                "{round}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn branches_are_found_by_a_part_of_their_name_in_any_case_and_script() {
    on_every_database(async |broker| {
        for branch in ["feat/Été", "feat/other"] {
            broker.add_to_branch("app", branch, "1").await.expect(201);
        }

        let found = broker.get("/pacticipants/app/branches?q=%C3%89T%C3%89").await.expect(200).json();

        let names: Vec<_> = found["_embedded"]["branches"].as_array().unwrap().iter().map(|b| &b["name"]).collect();
        assert_eq!(names, [&json!("feat/Été")]);
    })
    .await;
}
