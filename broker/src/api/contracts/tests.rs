use http::Method;
use serde_json::json;

use crate::testing::{TestBroker, notices, on_every_database, on_every_database_with, pact, publication};

#[tokio::test]
async fn publishing_tells_what_was_created_and_what_to_do_next() {
    on_every_database(async |broker| {
        let mut body = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/1"));
        body["tags"] = json!(["dev", "v1"]);
        body["buildUrl"] = json!("https://ci/1");

        let answer = broker.post("/contracts/publish", &body).await.expect(200);

        insta::allow_duplicates! { insta::assert_snapshot!(notices(&answer), @r"
        debug: Created Web version 1 with branch main and tags dev, v1
        success: Pact successfully published for Web version 1 and provider Orders.
        debug:   View the published pact at http://broker/pacts/provider/Orders/consumer/Web/version/1
        debug:   Events detected: contract_published, contract_content_changed (first time any pact published for this consumer with consumer version tagged dev, first time any pact published for this consumer with consumer version tagged v1)
        prompt:   Next steps:
        prompt:     * Add Pact verification tests to the Orders build. See https://docs.pact.io/go/provider_verification
        prompt:     * Configure separate Orders pact verification build and webhook to trigger it when the pact content changes. See https://docs.pact.io/go/webhooks
        "); }
        let json = answer.json();
        assert_eq!(json["logs"].as_array().unwrap().len(), 7);
        assert_eq!(json["_links"]["pb:contracts"][0]["name"], "Pact between Web (1) and Orders");
        assert_eq!(json["_links"]["pb:pacticipant-version-tags"][1]["name"], "v1");
        let version = broker.get("/pacticipants/Web/versions/1").await.expect(200).json();
        assert_eq!(version["buildUrl"], "https://ci/1");
        assert_eq!(version.get("updatedAt"), None);
        assert_eq!(version["_embedded"]["branchVersions"][0]["name"], "main");
        assert_eq!(broker.get("/pacticipants/Web").await.expect(200).json()["mainBranch"], "main");
    })
    .await;
}

#[tokio::test]
async fn publishing_the_same_again_changes_nothing() {
    on_every_database(async |broker| {
        let body = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/1"));
        broker.post("/contracts/publish", &body).await.expect(200);

        let answer = broker.post("/contracts/publish", &body).await.expect(200);

        assert!(
            notices(&answer).contains("republished for Web version 1 and provider Orders with no content changes.")
        );
        let versions = broker.get("/pacts/provider/Orders/consumer/Web/versions").await.expect(200).json();
        assert_eq!(versions["_embedded"]["pacts"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn changed_content_for_the_same_version_is_a_conflict_that_shows_the_difference() {
    on_every_database(async |broker| {
        let body = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/1"));
        broker.post("/contracts/publish", &body).await.expect(200);
        let changed = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/2"));

        let answer = broker.post("/contracts/publish", &changed).await.expect(409);

        assert_eq!(answer.header("content-type"), "application/json;charset=utf-8");
        let json = answer.json();
        assert_eq!(json["errors"]["contracts"][0], json["notices"][0]["text"]);
        insta::allow_duplicates! { insta::assert_snapshot!(json["notices"][1]["text"].as_str().unwrap(), @r#"
         {
           "interactions": [
             {
        -      "description": "a request for /orders/1",
        +      "description": "a request for /orders/2",
               "request": {
        -        "path": "/orders/1"
        +        "path": "/orders/2"
               }
             }
           ]
        "#); }
        let pact = broker.get("/pacts/provider/Orders/consumer/Web/version/1").await.expect(200).json();
        assert_eq!(pact["interactions"][0]["request"]["path"], "/orders/1", "nothing was stored");
    })
    .await;
}

#[tokio::test]
async fn changed_content_replaces_the_old_where_that_is_allowed() {
    on_every_database_with(
        |config| config.allow_dangerous_contract_modification = true,
        async |broker| {
            for path in ["/orders/1", "/orders/2"] {
                let body = publication("Web", "1", "Orders", &pact("Web", "Orders", path));
                broker.post("/contracts/publish", &body).await.expect(200);
            }

            let pact = broker.get("/pacts/provider/Orders/consumer/Web/version/1").await.expect(200).json();
            assert_eq!(pact["interactions"][0]["request"]["path"], "/orders/2");
            let every = broker.get("/pacts/provider/Orders").await.expect(200).json();
            assert_eq!(every["_links"]["pb:pacts"].as_array().unwrap().len(), 2, "with the replaced revision");
        },
    )
    .await;
}

#[tokio::test]
async fn parts_of_a_pact_are_merged_when_that_is_asked_for() {
    on_every_database(async |broker| {
        let mut part = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/1"));
        part["contracts"][0]["onConflict"] = json!("merge");
        broker.post("/contracts/publish", &part).await.expect(200);
        let mut other = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/2"));
        other["contracts"][0]["onConflict"] = json!("merge");

        let merged = broker.post("/contracts/publish", &other).await.expect(200);
        let again = broker.post("/contracts/publish", &part).await.expect(200);

        let text = "success: Pact content merged with existing content for Web version 1 and provider Orders.";
        assert!(notices(&merged).contains(text));
        assert!(notices(&again).contains("Events detected: contract_published\n"), "{}", notices(&again));
        let pact = broker.get("/pacts/provider/Orders/consumer/Web/version/1").await.expect(200).json();
        assert_eq!(pact["interactions"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_merge_that_contradicts_is_a_conflict() {
    on_every_database(async |broker| {
        let mut body = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/1"));
        body["contracts"][0]["onConflict"] = json!("merge");
        broker.post("/contracts/publish", &body).await.expect(200);
        let mut pact = pact("Web", "Orders", "/orders/1");
        pact["interactions"][0]["request"]["method"] = json!("PUT");
        let mut other = publication("Web", "1", "Orders", &pact);
        other["contracts"][0]["onConflict"] = json!("merge");

        let answer = broker.post("/contracts/publish", &other).await.expect(409);

        assert!(answer.body.contains("two different requests are described as"), "{}", answer.body);
    })
    .await;
}

#[tokio::test]
async fn everything_wrong_with_a_publication_is_said_at_once() {
    let broker = TestBroker::on_sqlite().await;
    let body = json!({
        "pacticipantName": " ",
        "pacticipantVersionNumber": "1\n2",
        "tags": [""],
        "contracts": [
            { "consumerName": "Web", "providerName": "", "content": "?", "contentType": "text/plain", "specification": "pact" },
            1,
        ],
    });

    let answer = broker.post("/contracts/publish", &body).await.expect(400);

    let errors = &answer.json()["errors"];
    assert_eq!(errors["pacticipantName"], json!(["cannot be blank"]));
    assert_eq!(errors["pacticipantVersionNumber"], json!(["cannot contain multiple lines"]));
    assert_eq!(errors["tags"], json!(["must be filled (at index 0)"]));
    assert_eq!(
        errors["contracts"],
        json!([
            "providerName must be filled (at index 0)",
            "contentType must be one of: application/json (at index 0)",
            "must be a hash (at index 1)",
            "is not valid Base64 (at index 0)",
            "content could not be parsed as application/json (at index 0)",
            "consumerName ('Web') must match pacticipantName (' ') (at index 0)",
        ])
    );
    let problem = [("accept", "application/problem+json"), ("content-type", "application/json")];
    let answer = broker.send(Method::POST, "/contracts/publish", &problem, "{}").await.expect(400);
    assert_eq!(answer.json()["errors"][0]["pointer"], "/pacticipantName");
    assert_eq!(answer.json()["errors"][0]["type"], "http://broker/problems/missing-body-property");
}

#[tokio::test]
async fn a_first_pact_of_a_name_like_an_existing_one_is_refused() {
    on_every_database(async |broker| {
        broker.publish("Checkout Web", "1", "Orders", &pact("Checkout Web", "Orders", "/")).await.expect(201);
        let body = publication("checkout-web", "1", "Orders", &pact("checkout-web", "Orders", "/"));

        let answer = broker.post("/contracts/publish", &body).await.expect(409);

        let text = answer.json()["notices"][0]["text"].as_str().unwrap().to_owned();
        assert!(text.starts_with("This is the first time a pact has been published for \"checkout-web\".\n"), "{text}");
        broker.get("/pacticipants/checkout-web").await.expect(404);
        let legacy =
            broker.publish("checkout-web", "1", "Orders", &pact("checkout-web", "Orders", "/")).await.expect(409);
        assert_eq!(legacy.header("content-type"), "text/plain");
        assert_eq!(legacy.body, text);
    })
    .await;
}

#[tokio::test]
async fn a_pact_that_a_deployed_provider_version_has_not_verified_requires_verification() {
    on_every_database(async |broker| {
        let body = publication("Web", "1", "Orders", &pact("Web", "Orders", "/orders/1"));
        broker.post("/contracts/publish", &body).await.expect(200);
        broker.verify("Web", "1", "Orders", "10", true).await.expect(201);
        broker.deploy("Orders", "10", "production").await.expect(201);

        let same = publication("Web", "2", "Orders", &pact("Web", "Orders", "/orders/1"));
        let same = broker.post("/contracts/publish", &same).await.expect(200);
        let other = publication("Web", "3", "Orders", &pact("Web", "Orders", "/orders/2"));
        let other = broker.post("/contracts/publish", &other).await.expect(200);

        assert!(!notices(&same).contains("contract_requiring_verification_published"));
        assert!(
            notices(&other)
                .contains("contract_published, contract_requiring_verification_published, contract_content_changed")
        );
        assert!(!notices(&other).contains("Add Pact verification tests"), "the pair has been verified before");
    })
    .await;
}

#[tokio::test]
async fn builds_that_publish_at_once_do_not_disturb_each_other() {
    on_every_database(async |broker| {
        let mut bodies = Vec::new();
        for number in 0..12 {
            let (consumer, provider) = if number % 2 == 0 { ("Web", "Orders") } else { ("Orders", "Web") };
            bodies.push(publication(consumer, &number.to_string(), provider, &pact(consumer, provider, "/")));
        }

        let answers = bodies.iter().map(|body| broker.post("/contracts/publish", body));
        let answers = join_all(answers).await;

        for answer in answers {
            answer.expect(200);
        }
    })
    .await;
}

#[tokio::test]
async fn everything_at_once_neither_fails_nor_leaves_read_models_behind() {
    on_every_database(async |broker| {
        for (consumer, provider) in [("Web", "Orders"), ("Orders", "Web")] {
            broker.publish(consumer, "0", provider, &pact(consumer, provider, "/0")).await.expect(201);
        }
        let broker = &broker;

        let builds = (1..=8).map(async |build: i32| {
            let number = build.to_string();
            let (one, other) = if build % 2 == 0 { ("Web", "Orders") } else { ("Orders", "Web") };
            let body = publication(one, &number, other, &pact(one, other, &format!("/{}", build / 4)));
            broker.post("/contracts/publish", &body).await.expect(200);
            broker.add_to_branch(other, "main", &number).await;
            broker.verify(one, &number, other, &number, build % 3 > 0).await.expect(201);
            broker.tag(other, &number, "production").await.expect(201);
            broker.deploy(one, &number, "test").await.expect(201);
            if build > 6 {
                broker.delete(&format!("/pacticipants/{one}/versions/{number}")).await.expect(204);
                broker.delete(&format!("/pacts/provider/{other}/consumer/{one}/version/0")).await;
            }
        });
        join_all(builds).await;

        let mut tx = broker.app().store().read().await.unwrap();
        for orphans in [
            "SELECT count(*) FROM latest_verifications l WHERE l.verification_id <> (SELECT max(v.id) FROM verifications v
               WHERE v.pact_content_id = l.pact_content_id AND v.provider_version_id = l.provider_version_id)",
            "SELECT count(*) FROM branches b WHERE NOT EXISTS
               (SELECT 1 FROM branch_versions bv WHERE bv.branch_id = b.id AND bv.version_id = b.head_version_id)",
            "SELECT count(*) FROM tag_heads h WHERE h.head_ord <> (SELECT max(t.version_ord) FROM version_tags t
               WHERE t.pacticipant_id = h.pacticipant_id AND t.name = h.name)",
            "SELECT count(*) FROM deployed_versions d WHERE d.is_current AND NOT EXISTS
               (SELECT 1 FROM environment_versions e WHERE e.version_id = d.version_id AND e.environment_id = d.environment_id)",
        ] {
            let (rows,): (i64,) = crate::store::one!(tx, (i64,), orphans).unwrap();
            assert_eq!(rows, 0, "{orphans}");
        }
        let (deployed,): (i64,) =
            crate::store::one!(tx, (i64,), "SELECT count(*) FROM deployed_versions WHERE is_current").unwrap();
        assert!((2..=4).contains(&deployed), "one a place: {deployed}");
    })
    .await;
}

#[tokio::test]
async fn consumers_that_publish_with_the_same_new_providers_do_not_disturb_each_other() {
    on_every_database(async |broker| {
        let broker = &broker;
        for round in 0..8 {
            let requests = (0..12_usize).map(async |number| {
                let consumer = format!("consumer-{round}-{number}");
                let contracts: Vec<_> = (0..4)
                    .map(|at| {
                        let provider = format!("provider-{round}-{}", (at + number) % 4);
                        let one = publication(&consumer, "1", &provider, &pact(&consumer, &provider, "/"));
                        one["contracts"][0].clone()
                    })
                    .collect();
                let mut body = publication(&consumer, "1", "any", &pact(&consumer, "any", "/"));
                body["contracts"] = contracts.into();
                // Some come when others have made the providers, or are about to.
                for _ in 0..number * 2 {
                    broker.get("/pacticipants/consumer").await.expect(404);
                }
                broker.post("/contracts/publish", &body).await
            });
            for answer in join_all(requests).await {
                answer.expect(200);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn applications_that_come_and_go_do_not_disturb_each_other() {
    on_every_database(async |broker| {
        let broker = &broker;
        let names = ["Alpha", "Bravo", "Charlie", "Delta"];

        let requests = (0..96_usize).map(async |i| {
            let (one, other) = (names[i % 4], names[(i + 1 + i / 4 % 3) % 4]);
            let number = (i % 6).to_string();
            let answer = match i % 8 {
                0 => broker.delete(&format!("/pacticipants/{one}")).await,
                1 => broker.delete(&format!("/pacticipants/{one}/versions/{number}")).await,
                2 => broker.tag(one, &number, "production").await,
                3 => broker.add_to_branch(one, "main", &number).await,
                _ => {
                    let body = publication(one, &number, other, &pact(one, other, &format!("/{number}")));
                    broker.post("/contracts/publish", &body).await
                }
            };
            (i, answer)
        });
        for (i, answer) in join_all(requests).await {
            let status = answer.status.as_u16();
            assert!(status < 300 || (i % 8 < 2 && status == 404), "{i}: {status} {}", answer.body);
        }
    })
    .await;
}

#[tokio::test]
async fn publishing_no_contracts_makes_the_version() {
    on_every_database(async |broker| {
        let body =
            json!({ "pacticipantName": "Web", "pacticipantVersionNumber": "1", "branch": "main", "contracts": [] });

        let answer = broker.post("/contracts/publish", &body).await.expect(200);

        assert_eq!(notices(&answer), "debug: Created Web version 1 with branch main");
        assert_eq!(answer.json()["_links"]["pb:contracts"], json!([]));
        broker.get("/pacticipants/Web/branches/main/versions/1").await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn lists_that_nobody_writes_are_refused() {
    let broker = TestBroker::on_sqlite().await;
    let many: Vec<_> = (0..1001).collect();
    let body = json!({
        "pacticipantName": "Web", "pacticipantVersionNumber": "1", "contracts": many, "tags": many,
    });

    let published = broker.post("/contracts/publish", &body).await.expect(400);
    let version = broker.put("/pacticipants/Web/versions/1", &json!({ "tags": many })).await.expect(400);

    insta::assert_snapshot!(published.body, @r#"{"errors":{"tags":["size cannot be greater than 1000"],"contracts":["size cannot be greater than 1000"]}}"#);
    insta::assert_snapshot!(version.body, @r#"{"errors":{"tags":["size cannot be greater than 1000"]}}"#);
}

async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(move |context| {
        for (future, done) in futures.iter_mut().zip(done.iter_mut()) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(done.iter_mut().filter_map(Option::take).collect())
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}
