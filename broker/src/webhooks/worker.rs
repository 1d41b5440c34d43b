//! Takes what is due from the outbox and delivers it, several at once, for as long as the broker is served.
//!
//! Several brokers on one database share the work: a delivery is claimed by a lease that is longer than any delivery takes.
//! One webhook has only a few deliveries in progress at a time, so that a receiver which hangs leaves room for others.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use uuid::Uuid;

use crate::app::App;
use crate::domain::webhook::TriggeredStatus;
use crate::store::StoreError;
use crate::store::webhook_outbox::{Claim, Outcome};
use crate::webhooks::attempt::{About, Log, attempt};

/// How many deliveries are in progress at once.
const MOST_AT_ONCE: usize = 32;
/// How many of them may be of one webhook.
const MOST_OF_ONE: usize = 4;
/// How often the outbox is looked at: for retries, and for what other brokers have put there.
const POLL: Duration = Duration::from_secs(1);
/// How long a delivery is ours beyond the longest time it can take.
const SPARE: Duration = Duration::from_mins(1);
/// How long the recording of a delivery waits after the database failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How often it is tried; afterwards the lease ends and the delivery is repeated, as often as the schedule allows.
const MOST_RECORDINGS: u32 = 20;

/// Who delivers.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    app: App,
}

impl Worker {
    /// A worker of a broker.
    pub(crate) fn new(app: App) -> Self {
        Self { app }
    }

    /// Delivers until `stop` is done, then lets deliveries in progress finish.
    pub(crate) async fn run<F: Future>(self, stop: F) {
        let mut stop = std::pin::pin!(stop);
        let mut deliveries = Deliveries::default();
        loop {
            self.begin_all_due(&mut deliveries).await;
            tokio::select! {
                _ = &mut stop => break,
                () = deliveries.one_finished() => {}
                () = self.app.woken() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while !deliveries.running.is_empty() {
            deliveries.one_finished().await;
        }
    }

    /// Delivers everything that is due now; how many deliveries were tried.
    #[cfg(test)]
    pub(crate) async fn deliver_all_due(&self) -> usize {
        let mut deliveries = Deliveries::default();
        let mut begun = 0;
        loop {
            begun += self.begin_all_due(&mut deliveries).await;
            if deliveries.running.is_empty() {
                return begun;
            }
            deliveries.one_finished().await;
        }
    }

    /// Begins to deliver what is due, as far as there is room; how much that was.
    async fn begin_all_due(&self, deliveries: &mut Deliveries) -> usize {
        let mut begun = 0;
        while deliveries.running.len() < MOST_AT_ONCE {
            match self.claim(&deliveries.busy()).await {
                Ok(Some(claim)) => {
                    let webhook = claim.webhook_uuid.clone();
                    let worker = self.clone();
                    let task = deliveries.running.spawn(async move { worker.deliver(claim).await });
                    deliveries.webhooks.insert(task.id(), webhook);
                    begun += 1;
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!("webhooks are not being delivered at the moment: {error}");
                    break;
                }
            }
        }
        begun
    }

    /// Claims what is due for longest, except of the webhooks `busy`.
    pub(crate) async fn claim(&self, busy: &[&str]) -> Result<Option<Claim>, StoreError> {
        let (store, now) = (self.app.store(), self.app.now());
        // Mostly nothing is due, and then nobody has to wait for SQLite's only writer.
        if !store.read().await?.webhook_outbox().due(now).await? {
            return Ok(None);
        }
        let mut tx = store.write().await?;
        let lease = self.app.config().webhook_timeout * 4 + SPARE;
        let claim = tx.webhook_outbox().claim(busy, now, lease).await?;
        tx.commit().await?;
        Ok(claim)
    }

    async fn deliver(&self, claim: Claim) {
        let schedule = &self.app.config().webhook_retry_schedule;
        if claim.attempts > schedule.len() {
            let mut log = Log::new(&self.app);
            let attempts = claim.attempts;
            let text = format!("Webhook execution given up: of {attempts} attempts not all could be recorded");
            log.line("ERROR", &text);
            self.record(&claim, Outcome::Done(TriggeredStatus::Failure), Some(&log.text())).await;
            return;
        }
        let webhook = async { self.app.store().read().await?.webhooks().find(&claim.webhook_uuid).await };
        let stored = match webhook.await {
            Ok(stored) => stored,
            Err(error) => {
                tracing::warn!("a webhook could not be read and will be delivered later: {error}");
                return;
            }
        };
        let Some(stored) = stored else {
            self.record(&claim, Outcome::Done(TriggeredStatus::Failure), None).await;
            return;
        };
        let logged_context = claim.context.to_json();
        let about = About {
            uuid: &claim.webhook_uuid,
            context: &claim.context,
            logged_context: &logged_context,
            correlation_id: claim.correlation_id.as_deref(),
        };
        let mut attempt = attempt(&self.app, &stored.webhook.definition.request, about).await;
        let outcome = match schedule.get(claim.attempts) {
            _ if attempt.success => {
                attempt.log.line("INFO", "Successfully executed webhook");
                Outcome::Done(TriggeredStatus::Success)
            }
            Some(delay) => {
                attempt.log.line("INFO", &format!("Retrying webhook in {} seconds", delay.as_secs()));
                Outcome::Again(self.app.now().plus(with_jitter(*delay)))
            }
            None => {
                let attempts = claim.attempts + 1;
                attempt.log.line("INFO", &format!("Webhook execution failed after {attempts} attempts"));
                Outcome::Done(TriggeredStatus::Failure)
            }
        };
        self.record(&claim, outcome, Some(&attempt.log.text())).await;
    }

    /// Records what a delivery came to; what could not be recorded would be delivered again.
    async fn record(&self, claim: &Claim, outcome: Outcome, log: Option<&str>) {
        self.app.telemetry().delivered(match outcome {
            Outcome::Done(status) => status.as_str(),
            Outcome::Again(_) => TriggeredStatus::Retrying.as_str(),
        });
        for _ in 0..MOST_RECORDINGS {
            let recording = async {
                let mut tx = self.app.store().write().await?;
                let held = tx.webhook_outbox().finish(claim, outcome, log, self.app.now()).await?;
                if held {
                    tx.commit().await?;
                }
                Ok::<bool, StoreError>(held)
            };
            match recording.await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!(
                        webhook = claim.webhook_uuid,
                        "a delivery took longer than its lease, or was deleted"
                    );
                    return;
                }
                Err(error) => tracing::warn!("the delivery of a webhook could not be recorded: {error}"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The deliveries in progress.
#[derive(Default)]
struct Deliveries {
    running: JoinSet<()>,
    webhooks: HashMap<Id, String>,
}

impl Deliveries {
    /// The webhooks that have as many deliveries in progress as they may.
    fn busy(&self) -> Vec<&str> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for webhook in self.webhooks.values() {
            *counts.entry(webhook).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count >= MOST_OF_ONE).map(|(webhook, _)| webhook).collect()
    }

    /// Waits until one is finished; for ever without any.
    async fn one_finished(&mut self) {
        let id = match self.running.join_next_with_id().await {
            None => return std::future::pending().await,
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                tracing::error!("the delivery of a webhook was broken off: {error}");
                error.id()
            }
        };
        self.webhooks.remove(&id);
    }
}

/// A delay that is up to a tenth longer, so that what failed at once does not come back at once.
fn with_jitter(delay: Duration) -> Duration {
    let tenths = f64::from(Uuid::new_v4().as_bytes()[0]) / f64::from(u8::MAX);
    delay + delay.mul_f64(tenths / 10.0)
}
