//! Who delivers what, and what is recorded of it.

use std::time::Duration;

use serde_json::json;

use super::receiver::{OK, Receiver};
use super::{listen_to, local, logs, publish, triggered};
use crate::Broker;
use crate::domain::webhook::TriggeredStatus;
use crate::store::webhook_outbox::{Claim, Outcome};
use crate::store::{one, run};
use crate::testing::on_every_database_with;
use crate::webhooks::worker::Worker;

#[tokio::test]
async fn a_delivery_that_was_broken_off_is_made_again_when_its_lease_ends() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        publish(&broker, "1").await;
        // The broker that claims this one dies before it delivers.
        let lost = Worker::new(broker.app().clone()).claim(&[]).await.unwrap();
        assert!(lost.is_some());

        assert_eq!(broker.deliver_webhooks().await, 0, "another holds the lease");
        broker.pass(Duration::from_mins(5));
        assert_eq!(broker.deliver_webhooks().await, 1);

        assert_eq!(receiver.requests().len(), 1);
        assert_eq!(triggered(&broker, "1").await[0]["status"], "success");
    })
    .await;
}

#[tokio::test]
async fn what_can_never_be_recorded_is_not_delivered_for_ever() {
    on_every_database_with(local, async |broker| {
        let receiver = Receiver::start(OK).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        publish(&broker, "1").await;
        // Whoever claims it dies, as often as the schedule allows to try.
        for _ in 0..=broker.app().config().webhook_retry_schedule.len() {
            assert!(Worker::new(broker.app().clone()).claim(&[]).await.unwrap().is_some());
            broker.pass(Duration::from_mins(5));
        }

        assert_eq!(broker.deliver_webhooks().await, 1);

        assert!(receiver.requests().is_empty());
        let [state] = triggered(&broker, "1").await.try_into().unwrap();
        assert_eq!(state["status"], "failure");
        let log = logs(&broker, &state).await;
        assert!(log.ends_with("ERROR: Webhook execution given up: of 7 attempts not all could be recorded"), "{log}");
        broker.pass(Duration::from_hours(24));
        assert_eq!(broker.deliver_webhooks().await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_lost_the_lease_records_nothing() {
    on_every_database_with(local, async |broker| {
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": "http://127.0.0.1:9/" })).await;
        publish(&broker, "1").await;
        let worker = Worker::new(broker.app().clone());
        let lost = worker.claim(&[]).await.unwrap().unwrap();
        broker.pass(Duration::from_mins(5));
        let held = worker.claim(&[]).await.unwrap().unwrap();
        let finish = async |claim: &Claim, status| {
            let (mut tx, now) = (broker.app().store().write().await.unwrap(), broker.app().now());
            let outcome = Outcome::Done(status);
            let recorded = tx.webhook_outbox().finish(claim, outcome, Some("log"), now).await.unwrap();
            // Even if it is: the statements themselves change nothing.
            tx.commit().await.unwrap();
            recorded
        };

        assert!(!finish(&lost, TriggeredStatus::Failure).await);
        assert_eq!(triggered(&broker, "1").await[0]["status"], "not_run");
        assert!(finish(&held, TriggeredStatus::Success).await);
        assert!(!finish(&held, TriggeredStatus::Failure).await);
        let [state] = triggered(&broker, "1").await.try_into().unwrap();
        assert_eq!((&state["status"], &state["attemptsMade"]), (&json!("success"), &json!(1)));
    })
    .await;
}

#[tokio::test]
async fn recording_and_deleting_at_once_lock_in_one_order() {
    on_every_database_with(local, async |broker| {
        if broker.is_sqlite() {
            // It has one writer.
            return;
        }
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": "http://127.0.0.1:9/" })).await;
        publish(&broker, "1").await;
        let claim = Worker::new(broker.app().clone()).claim(&[]).await.unwrap().unwrap();
        // A deletion has come as far as what was triggered, and not yet to the outbox.
        let mut deletion = broker.app().store().write().await.unwrap();
        run!(deletion, "UPDATE triggered_webhooks SET updated_at = updated_at WHERE id = $1", claim.id).unwrap();
        let (app, id) = (broker.app().clone(), claim.id);
        let recording = tokio::spawn(async move {
            let mut tx = app.store().write().await.unwrap();
            let outcome = Outcome::Done(TriggeredStatus::Success);
            tx.webhook_outbox().finish(&claim, outcome, Some("log"), app.now()).await
        });
        let waits = async {
            const WAITING: &str = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                 WHERE NOT l.granted AND a.datname = current_database()";
            loop {
                let mut tx = broker.app().store().read().await.unwrap();
                let (waiting,) = one!(tx, (i64,), WAITING).unwrap();
                if waiting > 0 {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waits).await.expect("the recording waits for the deletion");

        run!(deletion, "DELETE FROM triggered_webhooks WHERE id = $1", id).expect("the deletion waits for nobody");
        deletion.commit().await.unwrap();

        assert!(!recording.await.unwrap().expect("the recording waits for the deletion"));
    })
    .await;
}

#[tokio::test]
async fn several_brokers_on_one_database_deliver_each_webhook_once() {
    on_every_database_with(local, async |broker| {
        if broker.is_sqlite() {
            // A file has one broker.
            return;
        }
        let config = broker.app().config().clone();
        let others = [Broker::open(config.clone()).await.unwrap(), Broker::open(config).await.unwrap()];
        let receiver = Receiver::start(OK).await;
        listen_to(&broker, "contract_published", json!({ "method": "POST", "url": receiver.url("/") })).await;
        for number in 0..40 {
            publish(&broker, &number.to_string()).await;
        }

        let [one, other] = [0, 1].map(|at: usize| Worker::new(others[at].app().clone()));
        let (by_one, by_other) = tokio::join!(Box::pin(one.deliver_all_due()), Box::pin(other.deliver_all_due()));

        assert_eq!(by_one + by_other, 40);
        assert_eq!(receiver.requests().len(), 40);
        for broker in others {
            broker.close().await;
        }
    })
    .await;
}
