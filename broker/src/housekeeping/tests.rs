use std::time::Duration;

use serde_json::json;

use crate::config::CleanUpSchedule;
use crate::domain::clean_up::CleanUp;
use crate::housekeeping::Housekeeper;
use crate::store::tests::{AS_IF_THERE_WERE_TEN, ENOUGH, counted_results};
use crate::testing::{TestBroker, on_every_database_with, pact};

const HOUR: Duration = Duration::from_hours(1);

async fn is_there(broker: &TestBroker, number: &str) -> bool {
    broker.get(&format!("/pacticipants/Web/versions/{number}")).await.status == 200
}

#[tokio::test]
async fn a_clean_up_is_done_once_in_the_minute_it_is_scheduled_for() {
    on_every_database_with(
        |config| {
            let rules = CleanUp { keep_versions: Vec::new(), ..CleanUp::default() };
            config.clean_up = Some(CleanUpSchedule { schedule: "15 2 * * *".parse().unwrap(), rules, dry_run: false });
        },
        async |broker| {
            let (one, other) = (Housekeeper::new(broker.app().clone()), Housekeeper::new(broker.app().clone()));
            broker.put("/pacticipants/Web/versions/1", &json!({})).await.expect(201);
            one.tick().await;
            assert!(is_there(&broker, "1").await, "it is midnight");

            broker.pass(HOUR * 2 + Duration::from_mins(15) + Duration::from_secs(1));
            one.tick().await;
            assert!(!is_there(&broker, "1").await);

            broker.put("/pacticipants/Web/versions/2", &json!({})).await.expect(201);
            broker.pass(Duration::from_secs(20));
            other.tick().await;
            assert!(is_there(&broker, "2").await, "another broker has done the job of this minute");
            broker.pass(HOUR * 24);
            other.tick().await;
            assert!(!is_there(&broker, "2").await);
        },
    )
    .await;
}

fn hourly(config: &mut crate::Config) {
    let rules = CleanUp { keep_versions: Vec::new(), ..CleanUp::default() };
    config.clean_up = Some(CleanUpSchedule { schedule: "0 * * * *".parse().unwrap(), rules, dry_run: false });
}

#[tokio::test]
async fn a_clean_up_that_was_missed_is_made_up_for_but_a_new_schedule_has_missed_nothing() {
    on_every_database_with(hourly, async |broker| {
        let keeper = Housekeeper::new(broker.app().clone());
        broker.put("/pacticipants/Web/versions/1", &json!({})).await.expect(201);
        broker.pass(Duration::from_mins(30));
        keeper.tick().await;
        assert!(is_there(&broker, "1").await, "nobody expected anything at midnight");

        broker.pass(HOUR);
        keeper.tick().await;
        assert!(!is_there(&broker, "1").await, "half an hour late");

        broker.put("/pacticipants/Web/versions/2", &json!({})).await.expect(201);
        keeper.tick().await;
        assert!(is_there(&broker, "2").await, "once");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_on_schedule_deletes_nothing() {
    let dry = |config: &mut crate::Config| {
        hourly(config);
        config.clean_up.as_mut().unwrap().dry_run = true;
    };
    on_every_database_with(dry, async |broker| {
        broker.put("/pacticipants/Web/versions/1", &json!({})).await.expect(201);
        Housekeeper::new(broker.app().clone()).tick().await;
        assert!(is_there(&broker, "1").await);
    })
    .await;
}

async fn rename(broker: &TestBroker, statement: &'static str) {
    let mut tx = broker.app().store().write().await.unwrap();
    crate::store::run!(tx, statement).unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_clean_up_that_failed_is_done_the_next_time_it_is_due() {
    on_every_database_with(hourly, async |broker| {
        let (one, other) = (Housekeeper::new(broker.app().clone()), Housekeeper::new(broker.app().clone()));
        broker.put("/pacticipants/Web/versions/1", &json!({})).await.expect(201);
        rename(&broker, "ALTER TABLE released_versions RENAME TO elsewhere").await;
        one.tick().await;
        rename(&broker, "ALTER TABLE elsewhere RENAME TO released_versions").await;
        assert!(is_there(&broker, "1").await, "what is released was not known");

        broker.pass(HOUR);
        other.tick().await;
        assert!(!is_there(&broker, "1").await, "nobody is taken to be at it still");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_stopped_is_given_back() {
    on_every_database_with(hourly, async |broker| {
        let (one, other) = (Housekeeper::new(broker.app().clone()), Housekeeper::new(broker.app().clone()));
        let now = broker.app().now();
        let begun = tokio::sync::Notify::new();
        let job = async {
            let endless = async {
                begun.notify_one();
                std::future::pending().await
            };
            one.once("job", now, now, endless).await.unwrap();
        };
        one.work_until(begun.notified(), Box::pin(job)).await;

        let next = now.plus(HOUR);
        assert!(other.claim("job", next, next).await.unwrap());
        assert!(!one.claim("job", next.plus(HOUR), next.plus(HOUR)).await.unwrap(), "the other is at it");
    })
    .await;
}

#[tokio::test]
async fn logs_of_webhooks_are_forgotten_when_they_are_done_and_old() {
    on_every_database_with(
        |config| {
            config.webhook_log_max_age = Some(HOUR * 24);
            config.webhook_retry_schedule = vec![HOUR * 100];
        },
        async |broker| {
            let webhook = |url: &str| {
                json!({
                    "events": [{ "name": "contract_published" }],
                    "request": { "method": "POST", "url": url },
                })
            };
            // Refused for good at once, as there is only one retry, a long time ahead.
            broker.post("/webhooks", &webhook("https://127.0.0.1:1/")).await.expect(201);
            broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/")).await.expect(201);
            let keeper = Housekeeper::new(broker.app().clone());
            let triggered = async || {
                let metrics = broker.get("/metrics").await.expect(200).json();
                metrics["triggeredWebhooks"]["count"].as_u64().unwrap()
            };
            assert_eq!(broker.deliver_webhooks().await, 1);
            broker.pass(HOUR * 48);
            keeper.tick().await;
            assert_eq!(triggered().await, 1, "it is still to be delivered");

            broker.pass(HOUR * 72);
            assert_eq!(broker.deliver_webhooks().await, 1);
            broker.pass(HOUR);
            keeper.tick().await;
            assert_eq!(triggered().await, 0);
        },
    )
    .await;
}

#[tokio::test]
async fn tables_that_have_grown_are_counted_each_hour() {
    let broker = TestBroker::on_sqlite().await;
    let keeper = Housekeeper::new(broker.app().clone());
    broker.seed(ENOUGH, |_, _| {}).await.unwrap();
    keeper.tick().await;
    assert_eq!(counted_results(broker.app(), AS_IF_THERE_WERE_TEN).await, 10);

    broker.pass(Duration::from_mins(59));
    keeper.tick().await;
    assert_eq!(counted_results(broker.app(), "").await, 10, "not yet");

    broker.pass(Duration::from_mins(1));
    keeper.tick().await;
    assert!(counted_results(broker.app(), "").await > 1_000);
}
