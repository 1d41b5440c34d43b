//! Which contracts are work in progress for a branch of the provider.

use super::*;
use crate::Config;
use crate::domain::pending::{BranchLine, Verified, in_progress_for_branch};
use crate::testing::{on_every_database_with, publication};

const DAY: Duration = Duration::from_hours(24);

/// The consumer versions that are work in progress for a branch of the provider, at this very moment.
async fn in_progress(broker: &TestBroker, branch: &str) -> Vec<String> {
    in_progress_since(broker, branch, json!("2020-01-01")).await
}

/// Those that were published after a moment.
async fn in_progress_since(broker: &TestBroker, branch: &str, since: Value) -> Vec<String> {
    let body = with(&with(&standard(), "providerVersionBranch", json!(branch)), "includeWipPactsSince", since);
    let answer = broker.post("/pacts/provider/WP/for-verification", &body).await.expect(200);
    let entries = shown(&answer).into_iter().filter(|entry| entry.contains(" wip: "));
    entries.filter_map(|entry| Some(entry.split_once(' ')?.0.to_owned())).collect()
}

/// Lets the provider choose the consumer's branch, or else its tag, and verify it.
async fn verify_chosen(broker: &TestBroker, selector: Value, provider_version: &str, success: bool) {
    let body = with(&standard(), "consumerVersionSelectors", json!([selector]));
    let answer = ask(broker, &body).await;
    verify_entry(broker, &entries_in(&answer)[0], provider_version, success).await;
}

/// A head of a branch and one of a tag, both verified by version `p1` of the provider's branch `main`.
async fn two_verified_heads(broker: &TestBroker) {
    publish_on_branch(broker, "c1", "feat/a", "one").await;
    broker.publish("WC", "c2", "WP", &pact("two")).await.expect(201);
    broker.tag("WC", "c2", "t").await.expect(201);
    broker.add_to_branch("WP", "main", "p1").await.expect(201);
    verify_chosen(broker, json!({ "branch": "feat/a" }), "p1", true).await;
    verify_chosen(broker, json!({ "tag": "t", "latest": true }), "p1", true).await;
}

#[tokio::test]
async fn what_a_branch_verified_is_work_in_progress_again_after_thirty_days() {
    on_every_database(async |broker| {
        two_verified_heads(&broker).await;
        broker.pass(29 * DAY);
        assert!(in_progress(&broker, "main").await.is_empty());
        // The second was verified two seconds after the first.
        broker.pass(Duration::from_secs(24 * 60 * 60 - 2));
        assert!(in_progress(&broker, "main").await.is_empty(), "the first is thirty days old");
        broker.pass(Duration::from_micros(1));
        assert_eq!(in_progress(&broker, "main").await, ["c1"]);
        broker.pass(DAY);
        assert_eq!(in_progress(&broker, "main").await, ["c1", "c2"]);

        verify_chosen(&broker, json!({ "branch": "feat/a" }), "p1", false).await;
        assert_eq!(in_progress(&broker, "main").await, ["c1", "c2"], "a failure is no success");
        verify_chosen(&broker, json!({ "branch": "feat/a" }), "p1", true).await;
        assert_eq!(in_progress(&broker, "main").await, ["c2"]);
    })
    .await;
}

#[tokio::test]
async fn a_branch_inherits_for_thirty_days_what_others_verified_before_it_began() {
    on_every_database(async |broker| {
        broker.add_to_branch("WP", "older", "p0").await.expect(201);
        two_verified_heads(&broker).await;
        // At the very moment of the second verification.
        broker.add_to_branch("WP", "same", "p2").await.expect(201);
        broker.pass(DAY);
        broker.add_to_branch("WP", "younger", "p3").await.expect(201);
        broker.pass(28 * DAY);
        assert_eq!(in_progress(&broker, "older").await, ["c1", "c2"]);
        assert_eq!(in_progress(&broker, "same").await, ["c2"]);
        for inherits in ["younger", "unborn"] {
            assert!(in_progress(&broker, inherits).await.is_empty(), "{inherits}");
        }
        broker.pass(2 * DAY);
        for inherits in ["younger", "unborn"] {
            assert_eq!(in_progress(&broker, inherits).await, ["c1", "c2"], "{inherits}");
        }

        verify_chosen(&broker, json!({ "branch": "feat/a" }), "on-no-branch", true).await;
        assert_eq!(in_progress(&broker, "unborn").await, ["c1", "c2"], "that version is on no branch");
        verify_chosen(&broker, json!({ "branch": "feat/a" }), "p1", true).await;
        assert_eq!(in_progress(&broker, "unborn").await, ["c2"]);
        assert_eq!(in_progress(&broker, "younger").await, ["c1", "c2"], "main verified it after this branch began");
    })
    .await;
}

/// What a made-up provider has done.
#[derive(Default)]
struct History {
    /// Number, when it was created, and its branches.
    versions: Vec<(String, Timestamp, Vec<String>)>,
    /// Of each consumer branch: the index of the provider version, whether it succeeded, and when.
    results: [Vec<(usize, bool, Timestamp)>; 3],
}

impl History {
    fn is_in_progress(&self, branch: &str, head: usize, now: Timestamp) -> bool {
        let mut of_branch = self.versions.iter().filter(|(.., branches)| branches.iter().any(|own| own == branch));
        let begun = of_branch.next().map(|(_, created, _)| *created);
        let line = BranchLine { name: branch.to_owned(), created_at: begun, first_version_at: begun };
        let verified = |(version, success, executed_at): &(usize, bool, Timestamp)| Verified {
            branches: self.versions[*version].2.clone(),
            success: *success,
            wip: false,
            executed_at: *executed_at,
        };
        in_progress_for_branch(&line, &self.results[head].iter().map(verified).collect::<Vec<_>>(), now)
    }
}

/// The verdict on a branch's work in progress is part of a statement; this holds it against the rule.
#[tokio::test]
async fn work_in_progress_of_a_branch_follows_the_rule_whatever_has_happened() {
    const BRANCHES: [&str; 3] = ["main", "feat", "fix"];
    on_every_database(async |broker| {
        let mut number: u64 = 20_261;
        let mut random = |below: u64| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((number >> 33) % below).expect("small")
        };
        for head in 0..3 {
            publish_on_branch(&broker, &format!("c{head}"), &format!("head/{head}"), &format!("{head}")).await;
        }
        let mut history = History::default();
        let mut seen = [0, 0];
        for _ in 0..40 {
            broker.pass(DAY * u32::try_from(random(9)).expect("small"));
            if history.versions.is_empty() || random(4) == 0 {
                let name = format!("p{:02}", history.versions.len());
                broker.put(&format!("/pacticipants/WP/versions/{name}"), &json!({})).await.expect(201);
                history.versions.push((name, broker.app().now(), Vec::new()));
            }
            let version = random(history.versions.len() as u64);
            let (name, _, branches) = &mut history.versions[version];
            if random(3) == 0 {
                let branch = BRANCHES[random(3)];
                broker.add_to_branch("WP", branch, name).await;
                if !branches.iter().any(|own| own == branch) {
                    branches.push(branch.to_owned());
                }
            } else {
                let (head, success) = (random(3), random(4) > 0);
                verify_chosen(&broker, json!({ "branch": format!("head/{head}") }), name, success).await;
                history.results[head].push((version, success, broker.app().now()));
            }
            for branch in BRANCHES.into_iter().chain(["unborn"]) {
                let now = broker.app().now();
                let expected: Vec<String> = (0..3)
                    .filter(|head| history.is_in_progress(branch, *head, now))
                    .map(|head| format!("c{head}"))
                    .collect();
                assert_eq!(in_progress(&broker, branch).await, expected, "{branch} of {:?}", history.versions);
                seen[0] += expected.len();
                seen[1] += 3 - expected.len();
            }
        }
        assert!(seen.iter().all(|count| *count > 50), "one answer only: {seen:?}");
    })
    .await;
}

#[tokio::test]
async fn a_dead_branch_lives_again_with_a_contract_of_any_of_its_versions() {
    let configure = |config: &mut Config| config.allow_dangerous_contract_modification = true;
    on_every_database_with(configure, async |broker| {
        publish_on_branch(&broker, "c1", "a", "one").await;
        broker.add_to_branch("WC", "b", "c2").await.expect(201);
        for version in ["c3", "c4"] {
            publish_on_branch(&broker, version, "c", version).await;
        }
        let lately = a_hundred_days_later(&broker).await;
        assert_eq!(in_progress(&broker, "main").await, ["c1", "c4"]);

        broker.publish("WC", "c1", "WP", &pact("changed")).await.expect(200);
        assert_eq!(lately().await, ["c1"], "a version that has a contract got another");
        broker.publish("WC", "c2", "WP", &pact("first")).await.expect(201);
        assert_eq!(lately().await, ["c1", "c2"], "a version that is on a branch got its first");
        broker.publish("WC", "c3", "WP", &pact("changed, too")).await.expect(200);
        assert_eq!(lately().await, ["c1", "c2"], "it is not the head of its branch");
        broker.delete("/pacticipants/WC/versions/c4").await.expect(204);
        assert_eq!(lately().await, ["c1", "c2", "c3"], "now it is");
    })
    .await;
}

#[tokio::test]
async fn a_dead_branch_lives_again_with_a_new_version() {
    on_every_database(async |broker| {
        for (version, branch) in [("c1", "a"), ("c2", "b"), ("c3", "c"), ("c4", "d")] {
            publish_on_branch(&broker, version, branch, version).await;
        }
        let lately = a_hundred_days_later(&broker).await;

        let with_contract = publication("WC", "c5", "WP", &crate::testing::pact("WC", "WP", "/five"));
        broker.post("/contracts/publish", &with(&with_contract, "branch", json!("a"))).await.expect(200);
        assert_eq!(lately().await, ["c5"], "with its contract");
        broker.publish("WC", "c6", "WP", &pact("six")).await.expect(201);
        assert_eq!(lately().await, ["c5"], "it is on no branch");
        broker.pass(DAY);
        broker.add_to_branch("WC", "b", "c6").await.expect(201);
        assert_eq!(lately().await, ["c5", "c6"], "after its contract");
        publish_on_branch(&broker, "c7", "c", "seven").await;
        assert_eq!(lately().await, ["c5", "c6", "c7"], "before its contract");
        broker.delete("/pacticipants/WC/branches/c/versions/c7").await.expect(204);
        assert_eq!(lately().await, ["c5", "c6"], "the head is an old one again");
    })
    .await;
}

#[tokio::test]
async fn the_heads_of_tags_are_as_young_as_their_contracts() {
    on_every_database(async |broker| {
        broker.publish("WC", "c1", "WP", &pact("one")).await.expect(201);
        broker.tag("WC", "c1", "s").await.expect(201);
        broker.tag("WC", "c1", "t").await.expect(201);
        broker.pass(100 * DAY);
        let since = broker.app().now().to_string();
        broker.tag("WC", "c1", "u").await.expect(201);
        broker.pass(DAY);
        broker.publish("WC", "c2", "WP", &pact("two")).await.expect(201);
        broker.tag("WC", "c2", "t").await.expect(201);

        let of_tags = json!({ "providerVersionTags": ["main"], "includeWipPactsSince": since,
                              "consumerVersionSelectors": [{ "tag": "nope" }] });
        assert_eq!(shown(&ask(&broker, &of_tags).await), ["c2 pending wip: latest with tag t, latest from branch t"]);
        assert_eq!(in_progress_since(&broker, "main", json!(since)).await, ["c2"]);
    })
    .await;
}

/// Lets a hundred days pass, and asks for what came into progress since, of which there is nothing yet.
async fn a_hundred_days_later(broker: &TestBroker) -> impl AsyncFn() -> Vec<String> {
    broker.pass(100 * DAY);
    let since = json!(broker.app().now().to_string());
    let lately = async move || in_progress_since(broker, "main", since.clone()).await;
    assert!(lately().await.is_empty());
    broker.pass(Duration::from_secs(1));
    lately
}
