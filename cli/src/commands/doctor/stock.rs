//! What the broker has of this project, and what it lacks.

use std::time::{Duration, Instant, SystemTime};

use intact_broker_client::{
    BrokerClient, BrokerError, BrokerErrorKind, MatrixQuery, MatrixTarget, Pacticipant, VersionSelector,
};

use super::finding::Finding;
use super::project::Project;
use crate::commands::shell_word;

/// Clocks that differ by less are in step.
const SKEW: Duration = Duration::from_mins(1);

/// The broker that is looked at.
pub(super) struct Broker {
    pub(super) client: BrokerClient,
    /// Whether a flag names it, which the commands of remedies then need as well.
    pub(super) is_flagged: bool,
}

impl Broker {
    /// A command of ours with the same broker.
    fn command(&self, words: &str) -> String {
        let flag = if self.is_flagged { format!(" -b {}", shell_word(self.client.base_url())) } else { String::new() };
        format!("intact {words}{flag}")
    }
}

/// What brokers lack that are older than the thing asked for is no fault.
fn of_error(topic: &'static str, error: BrokerError) -> Finding {
    if matches!(error.kind(), BrokerErrorKind::NoRelation { .. }) {
        return Finding::doubtful(topic, "this broker is too old to tell").remedy("bring the broker up to date");
    }
    Finding::of_error(topic, &error.into())
}

/// Looks at the broker; at nothing more of it if it cannot be reached.
pub(super) async fn look(broker: &Broker, project: &Project, now: SystemTime) -> Vec<Finding> {
    let client = &broker.client;
    let started = Instant::now();
    let greeting = match client.greeting().await {
        Ok(greeting) => greeting,
        Err(error) => return vec![Finding::of_error("broker", &error.into())],
    };
    let took = started.elapsed();
    if let Err(error) = client.index().await {
        return vec![Finding::of_error("broker", &error.into())];
    }
    let version = greeting.version.map(|version| format!(", version {version}")).unwrap_or_default();
    let reached = format!("{} answered within {} ms{version}", client.base_url(), took.as_millis() + 1);
    let mut findings = vec![Finding::good("broker", reached)];
    findings.extend(greeting.clock.map(|clock| of_clocks(clock, now)));
    findings.push(credentials(client).await);
    findings.push(environments(broker).await);
    for name in &project.pacticipants {
        findings.extend(pacticipant(broker, name).await);
    }
    for (consumer, provider) in &project.pairs {
        if let Some(version) = &project.version {
            findings.push(publication(broker, consumer, version, provider, project.branch.as_deref()).await);
        }
        findings.extend(results(broker, consumer, provider).await);
    }
    findings
}

fn of_clocks(there: SystemTime, here: SystemTime) -> Finding {
    let (apart, how) = match there.duration_since(here) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    if apart < SKEW {
        return Finding::good("clock", "in step with the broker's");
    }
    let finding = Finding::doubtful("clock", format!("the broker's is {} {how} the one here", in_words(apart)));
    finding.remedy("set both by a time service: certificates and tokens are valid by the clock")
}

fn in_words(time: Duration) -> String {
    match time.as_secs() / 60 {
        1 => "a minute".to_owned(),
        minutes @ 2..120 => format!("{minutes} minutes"),
        minutes @ 120..2880 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1440),
    }
}

async fn credentials(client: &BrokerClient) -> Finding {
    match client.may_publish().await {
        Ok(Some(true)) => Finding::good("credentials", "may read and publish"),
        Ok(Some(false)) => {
            let finding = Finding::doubtful("credentials", "may read, but not publish");
            finding.remedy(
                "enough for questions; to publish contracts and results give others (PACT_BROKER_USERNAME and \
                 PACT_BROKER_PASSWORD, or PACT_BROKER_TOKEN)",
            )
        }
        Ok(None) => Finding::good("credentials", "may read; whether they may publish cannot be told"),
        Err(error) => of_error("credentials", error),
    }
}

async fn environments(broker: &Broker) -> Finding {
    match broker.client.environments().await {
        Ok(found) if found.is_empty() => {
            let finding = Finding::doubtful("environments", "there are none, so nothing can be deployed to one");
            finding.remedy(broker.command("create-environment --name production --production"))
        }
        Ok(found) => {
            let names: Vec<&str> = found.iter().map(|environment| environment.name.as_str()).collect();
            Finding::good("environments", names.join(", "))
        }
        Err(error) => of_error("environments", error),
    }
}

async fn pacticipant(broker: &Broker, name: &str) -> Vec<Finding> {
    let client = &broker.client;
    let known = match client.pacticipant(name).await {
        Ok(Some(known)) => known.value,
        Ok(None) => {
            let finding = Finding::doubtful("application", format!("{name} is not known to the broker"));
            return vec![finding.remedy("it will be when its contracts or a consumer's with it are published")];
        }
        Err(error) => return vec![of_error("application", error)],
    };
    let newest = match client.latest_version(name, None).await {
        Ok(newest) => newest,
        Err(error) => return vec![of_error("application", error)],
    };
    let mut findings = vec![of_main_branch(broker, &known)];
    if let Some(newest) = newest.filter(|newest| newest.branches.is_empty()) {
        let finding = Finding::doubtful("application", format!("{name} {} is on no branch", newest.number));
        let remedy = "publish with --branch, verify with --provider-branch; this one is added to a branch by";
        let (name, number) = (shell_word(name), shell_word(&newest.number));
        let command = broker.command(&format!("create-or-update-version -a {name} -e {number} --branch BRANCH"));
        findings.push(finding.remedy(format!("{remedy}\n{command}")));
    }
    findings
}

fn of_main_branch(broker: &Broker, known: &Pacticipant) -> Finding {
    let name = &known.name;
    if let Some(branch) = &known.main_branch {
        return Finding::good("application", format!("{name}, main branch {branch}"));
    }
    let finding = Finding::doubtful("application", format!("{name} has no main branch"));
    let name = shell_word(name);
    finding.remedy(broker.command(&format!("create-or-update-pacticipant --name {name} --main-branch BRANCH")))
}

async fn publication(broker: &Broker, consumer: &str, version: &str, provider: &str, branch: Option<&str>) -> Finding {
    match broker.client.has_pact(consumer, version, provider).await {
        Ok(true) => Finding::good("contract", format!("{consumer} {version} with {provider} is published")),
        Ok(false) => {
            let text = format!("{consumer} {version} with {provider} is not published");
            let branch = branch.map(|branch| format!(" --branch {}", shell_word(branch))).unwrap_or_default();
            let version = shell_word(version);
            let command = broker.command(&format!("publish PACTS --consumer-app-version {version}{branch}"));
            Finding::doubtful("contract", text).remedy(command)
        }
        Err(error) => of_error("contract", error),
    }
}

/// Has the main branch of the provider been verified with the main branch of the consumer?
async fn results(broker: &Broker, consumer: &str, provider: &str) -> Option<Finding> {
    let head = |name: &str| VersionSelector { latest: true, main_branch: true, ..VersionSelector::pacticipant(name) };
    let query = MatrixQuery {
        selectors: vec![head(consumer), head(provider)],
        target: MatrixTarget::EachOther,
        ..MatrixQuery::default()
    };
    let matrix = match broker.client.matrix(&query).await {
        Ok(matrix) => matrix,
        // One of them is not known yet, or has no main branch: that has been said.
        Err(error) if matches!(error.status(), Some(400 | 404)) => return None,
        Err(error) => return Some(of_error("results", error)),
    };
    let rows = matrix.rows.iter().filter(|row| row.consumer.name == consumer && row.provider.name == provider);
    let results: Vec<Option<bool>> =
        rows.map(|row| row.verification_result.as_ref().map(|result| result.success)).collect();
    Some(match results.as_slice() {
        [] => return None,
        all if all.contains(&None) => {
            let text = format!("{provider}'s main branch has no result for the contract of {consumer}'s");
            let name = shell_word(provider);
            let command = broker.command(&format!(
                "verify --provider-name {name} --publish --provider-version VERSION --provider-branch BRANCH"
            ));
            Finding::doubtful("results", text).remedy(format!("run this in {provider}'s pipeline: {command}"))
        }
        all if all.contains(&Some(false)) => {
            let text = format!("{provider}'s main branch does not keep the contract of {consumer}'s");
            let heads = [consumer, provider].map(|name| format!("-a {} --main-branch", shell_word(name)));
            Finding::doubtful("results", text).remedy(broker.command(&format!("can-i-deploy {}", heads.join(" "))))
        }
        _ => Finding::good("results", format!("{provider}'s main branch keeps the contract of {consumer}'s")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_differ_by_less_than_a_minute() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let told = |there| of_clocks(there, now).text;
        assert_eq!(told(now + Duration::from_secs(59)), "in step with the broker's");
        assert_eq!(told(now - Duration::from_secs(59)), "in step with the broker's");
        assert_eq!(told(now + Duration::from_secs(61)), "the broker's is a minute ahead of the one here");
        assert_eq!(told(now - Duration::from_mins(10)), "the broker's is 10 minutes behind the one here");
        assert_eq!(told(now - Duration::from_secs(7_300)), "the broker's is 2 hours behind the one here");
        assert_eq!(told(now - Duration::from_secs(200_000)), "the broker's is 2 days behind the one here");
    }
}
