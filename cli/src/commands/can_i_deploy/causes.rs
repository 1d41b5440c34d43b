//! Why not, where the broker does not say it one by one.
//!
//! Our own broker gives a cause for each consumer and provider, and the command that resolves it. From others there are rows and
//! sentences, and the same is made of them: what failed and what is missing is in the rows, which version is meant and whether
//! there is one at all in the sentences, and whether another version would do is asked for.

use crate::commands::shell_word;
use intact_broker_client::{
    BrokerClient, Matrix, MatrixQuery, MatrixReason, MatrixRow, MatrixTarget, Notice, ReasonParty, VersionSelector,
};

/// How many causes are found out, and for how many of them the broker is asked again.
const MOST_CAUSES: usize = 100;
const MOST_QUESTIONS: usize = 5;

/// Gives an answer its reasons, if it has none. What cannot be asked is left out.
pub(super) async fn explain(matrix: &mut Matrix, query: &MatrixQuery, client: &BrokerClient) {
    if !matrix.reasons.is_empty() {
        return;
    }
    if matrix.summary.is_deployable() {
        if matrix.rows.is_empty() {
            let text =
                format!("nothing was compared: it has no contract with anything that is {}", place(&query.target));
            matrix.reasons.push(MatrixReason { cause: "nothing_compared".into(), text, ..MatrixReason::default() });
        }
        return;
    }
    let mut reasons: Vec<MatrixReason> =
        matrix.notices.iter().filter_map(|notice| unknown_version(notice, query)).collect();
    let open = matrix.rows.iter().filter(|row| !row.ignored);
    let failed = |row: &&MatrixRow| row.verification_result.as_ref().is_some_and(|result| !result.success);
    reasons.extend(open.clone().filter(failed).take(MOST_CAUSES).map(failure));
    let unknown = open.filter(|row| row.verification_result.is_none()).take(MOST_CAUSES);
    for (asked, row) in unknown.enumerate() {
        let verified_by = if asked < MOST_QUESTIONS { verified_by(row, client).await } else { None };
        reasons.push(missing(row, verified_by, query, &matrix.notices));
    }
    matrix.reasons = reasons;
}

/// `No pacts or verifications have been published for version 7 of Web`
fn unknown_version(notice: &Notice, query: &MatrixQuery) -> Option<MatrixReason> {
    let rest = notice.text.strip_prefix("No pacts or verifications have been published for ")?;
    let named = |selector: &&VersionSelector| rest.ends_with(&format!(" of {}", selector.pacticipant));
    let selector = query.selectors.iter().find(named)?;
    let (name, version) = (&selector.pacticipant, selector.version.as_ref());
    let shown = version.map_or_else(|| name.clone(), |version| format!("{name} {version}"));
    let number = shell_word(version.map_or("VERSION", String::as_str));
    Some(MatrixReason {
        cause: "unknown_version".into(),
        text: format!("{shown} does not exist: nothing was ever published for it"),
        pacticipant: Some(ReasonParty { name: name.clone(), version: version.cloned() }),
        precondition: Some(format!("with the pacts that the tests of {shown} wrote, or after its verification")),
        command: Some(format!("intact publish PACTS --consumer-app-version {number}")),
        ..MatrixReason::default()
    })
}

fn failure(row: &MatrixRow) -> MatrixReason {
    let (consumer, provider) = parties(row, None);
    MatrixReason {
        cause: "failed".into(),
        text: format!("{} does not do what {} expects", in_words(&provider), in_words(&consumer)),
        precondition: Some(format!("with {} repaired", provider.name)),
        command: Some(verify(row, None)),
        consumer: Some(consumer),
        provider: Some(provider),
        ..MatrixReason::default()
    }
}

fn missing(row: &MatrixRow, verified_by: Option<String>, query: &MatrixQuery, notices: &[Notice]) -> MatrixReason {
    let meant = Meant::of(row, query, notices);
    let (consumer, provider) = parties(row, meant.version());
    let (expecting, name) = (in_words(&consumer), &provider.name);
    let reason = |cause: &str, text: String| MatrixReason { cause: cause.into(), text, ..MatrixReason::default() };
    let checked_out = format!("with {} checked out", in_words(&provider));
    let reason = match (&meant, verified_by) {
        (Meant::Nothing, verified_by) => {
            let place = place(&query.target);
            let Some(number) = verified_by else {
                let text =
                    format!("no version of {name} is {place}, and no version ever verified the pact of {expecting}");
                let reason = reason("nothing_in_target", text);
                return MatrixReason {
                    precondition: Some(checked_out),
                    command: Some(verify(row, None)),
                    consumer: Some(consumer),
                    provider: Some(provider),
                    ..reason
                };
            };
            let text =
                format!("no version of {name} is {place}; {number} would do: it verified the pact of {expecting}");
            let step = bring(name, &number, &query.target);
            MatrixReason {
                precondition: step.as_ref().map(|(precondition, _)| precondition.clone()),
                command: step.map(|(_, command)| command),
                ..reason("nothing_in_target", text)
            }
        }
        (_, Some(other)) => MatrixReason {
            precondition: Some(checked_out),
            command: Some(verify(row, meant.version())),
            ..reason(
                "verified_by_other_version",
                format!("the pact of {expecting} was verified by {other}, but not by {}", in_words(&provider)),
            )
        },
        (_, None) => MatrixReason {
            precondition: Some(checked_out),
            command: Some(verify(row, meant.version())),
            ..reason("never_verified", format!("{} never verified the pact of {expecting}", in_words(&provider)))
        },
    };
    MatrixReason { consumer: Some(consumer), provider: Some(provider), ..reason }
}

/// Which version of the provider a row without a result is about.
enum Meant {
    This(String),
    /// Nothing of it is where the question looks.
    Nothing,
    Unsaid,
}

impl Meant {
    fn of(row: &MatrixRow, query: &MatrixQuery, notices: &[Notice]) -> Self {
        let provider = &row.provider.name;
        let selected = query.selectors.iter().find(|selector| selector.pacticipant == *provider);
        let known = row.provider.version.as_ref().map(|version| &version.number);
        if let Some(version) = known.or_else(|| selected?.version.as_ref()) {
            return Self::This(version.clone());
        }
        let (of_consumer, of_provider) = (format!(" of {}", row.consumer.name), format!(" of {provider}"));
        let told = notices.iter().find_map(|notice| {
            let said = notice.text.strip_prefix("There is no verified pact between")?;
            let (before, after) = said.rsplit_once(&of_provider)?;
            before.contains(&of_consumer).then_some(after)
        });
        // What is found is in brackets: the version, or that there is none.
        match told.and_then(|after| after.split_once('(')?.1.rsplit_once(')')).map(|(found, _)| found) {
            Some(found) if found.starts_with("no ") => Self::Nothing,
            Some(version) => Self::This(version.to_owned()),
            None => Self::Unsaid,
        }
    }

    fn version(&self) -> Option<&str> {
        match self {
            Self::This(version) => Some(version),
            Self::Nothing | Self::Unsaid => None,
        }
    }
}

/// The newest version of the provider that verified the contract of a row.
async fn verified_by(row: &MatrixRow, client: &BrokerClient) -> Option<String> {
    let consumer = VersionSelector::version(&row.consumer.name, &row.consumer.version.as_ref()?.number);
    let selectors = vec![consumer, VersionSelector::pacticipant(&row.provider.name)];
    let answer = client.matrix(&MatrixQuery { selectors, ..MatrixQuery::default() }).await.ok()?;
    let verified = answer.rows.iter().find(|row| row.verification_result.as_ref().is_some_and(|result| result.success));
    Some(verified?.provider.version.as_ref()?.number.clone())
}

fn parties(row: &MatrixRow, provider_version: Option<&str>) -> (ReasonParty, ReasonParty) {
    let number = |version: Option<&intact_broker_client::MatrixVersion>| version.map(|version| version.number.clone());
    let consumer = ReasonParty { name: row.consumer.name.clone(), version: number(row.consumer.version.as_ref()) };
    let version = number(row.provider.version.as_ref()).or_else(|| provider_version.map(str::to_owned));
    (consumer, ReasonParty { name: row.provider.name.clone(), version })
}

fn in_words(ReasonParty { name, version }: &ReasonParty) -> String {
    version.as_ref().map_or_else(|| name.clone(), |version| format!("{name} {version}"))
}

/// Where versions were looked for.
fn place(target: &MatrixTarget) -> String {
    match target {
        MatrixTarget::Environment(name) => format!("in {name}"),
        MatrixTarget::Tag(tag) => format!("tagged {tag}"),
        MatrixTarget::MainBranches => "on its main branch".to_owned(),
        MatrixTarget::EachOther | MatrixTarget::Everything => "known".to_owned(),
    }
}

fn verify(row: &MatrixRow, version: Option<&str>) -> String {
    let url = row.pact.url().map(|url| format!(" --url {}", shell_word(url))).unwrap_or_default();
    let version = version.map(|version| format!(" --provider-version {}", shell_word(version))).unwrap_or_default();
    format!("intact verify --provider-name {}{url} --publish{version}", shell_word(&row.provider.name))
}

/// How a version comes to where the question looks: what has to be done, and how that is recorded.
fn bring(pacticipant: &str, version: &str, target: &MatrixTarget) -> Option<(String, String)> {
    let of = format!("--pacticipant {} --version {}", shell_word(pacticipant), shell_word(version));
    match target {
        MatrixTarget::Environment(name) => Some((
            format!("deploy {pacticipant} {version} to {name}, then record it"),
            format!("intact record-deployment {of} --environment {}", shell_word(name)),
        )),
        MatrixTarget::Tag(tag) => Some((
            format!("if {pacticipant} {version} is what {tag} stands for"),
            format!("intact create-version-tag {of} --tag {}", shell_word(tag)),
        )),
        MatrixTarget::MainBranches | MatrixTarget::EachOther | MatrixTarget::Everything => None,
    }
}
