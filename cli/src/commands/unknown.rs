//! What to say of a name that the broker does not know: which one was probably meant, or which ones there are.

use intact_broker_client::{BrokerClient, MatrixQuery, MatrixTarget, RecordError, VersionsOf};

use crate::error::Problem;

/// How many names a hint tells at most.
const MOST_NAMES: usize = 10;
/// How many versions and branches are looked through for the one that was meant.
const MOST_LOOKED_AT: usize = 500;

/// There is no application of this name.
pub(crate) async fn pacticipant(client: &BrokerClient, name: &str) -> Problem {
    let problem = Problem::usage(format!("there is no application {name}"));
    match client.pacticipants().await {
        Ok(found) => {
            let names: Vec<&str> = found.iter().map(|pacticipant| pacticipant.name.as_str()).collect();
            problem.hint(names_in_words(name, &names, "applications"))
        }
        // The name is what is wrong; why the others cannot be told would only hide it.
        Err(_) => problem,
    }
}

/// There is no application of this name, or it has no such version.
pub(crate) async fn version(client: &BrokerClient, pacticipant: &str, version: &str) -> Problem {
    let problem = Problem::usage(format!("{pacticipant} version {version} is not known to the broker"));
    match client.versions(pacticipant, VersionsOf::Everything, MOST_LOOKED_AT).await {
        Ok(Some(found)) => {
            let numbers: Vec<&str> = found.items.iter().map(|version| version.number.as_str()).collect();
            problem.hint(names_in_words(version, &numbers, "newest versions"))
        }
        Ok(None) => unless_known(client, pacticipant, problem).await,
        Err(_) => problem,
    }
}

/// There is no application of this name, or it has no such branch.
pub(crate) async fn branch(client: &BrokerClient, pacticipant: &str, branch: &str) -> Problem {
    let problem = Problem::usage(format!("{pacticipant} has no branch {branch}"));
    match client.branches(pacticipant, MOST_LOOKED_AT).await {
        Ok(Some(found)) => {
            let names: Vec<&str> = found.items.iter().map(|branch| branch.name.as_str()).collect();
            problem.hint(names_in_words(branch, &names, "branches"))
        }
        Ok(None) => unless_known(client, pacticipant, problem).await,
        Err(_) => problem,
    }
}

/// The problem of something of an application, unless there is no such application. A broker that has no list of the thing asked
/// for may have the application.
async fn unless_known(client: &BrokerClient, pacticipant: &str, problem: Problem) -> Problem {
    match client.pacticipant(pacticipant).await {
        Ok(None) => self::pacticipant(client, pacticipant).await,
        _ => problem,
    }
}

/// There is no environment of this name.
fn environment(name: &str, existing: &[String]) -> Problem {
    let names: Vec<&str> = existing.iter().map(String::as_str).collect();
    Problem::usage(format!("there is no environment {name}")).hint(names_in_words(name, &names, "environments"))
}

/// An error, unless there is an environment of this name.
pub(crate) async fn unless_environment(client: &BrokerClient, name: &str) -> anyhow::Result<()> {
    let existing: Vec<String> = client.environments().await?.value.into_iter().map(|found| found.name).collect();
    if existing.iter().any(|known| known == name) { Ok(()) } else { Err(environment(name, &existing).into()) }
}

/// What to say of the first name in a question to the matrix that nobody knows, if there is one.
pub(crate) async fn names_for(client: &BrokerClient, query: &MatrixQuery) -> Option<String> {
    if let MatrixTarget::Environment(wanted) = &query.target {
        let found = client.environments().await.ok()?.value;
        let names: Vec<&str> = found.iter().map(|environment| environment.name.as_str()).collect();
        if !names.contains(&wanted.as_str()) {
            return Some(names_in_words(wanted, &names, "environments"));
        }
    }
    let found = client.pacticipants().await.ok()?.value;
    let names: Vec<&str> = found.iter().map(|pacticipant| pacticipant.name.as_str()).collect();
    let mut wanted = query.selectors.iter().map(|selector| selector.pacticipant.as_str());
    let unknown = wanted.find(|wanted| !names.contains(wanted))?;
    Some(names_in_words(unknown, &names, "applications"))
}

/// Why something could not be recorded, with the names that were probably meant.
pub(crate) async fn recording(client: &BrokerClient, error: RecordError) -> anyhow::Error {
    match &error {
        RecordError::NoVersion { pacticipant, version } => {
            match client.versions(pacticipant, VersionsOf::Everything, MOST_LOOKED_AT).await {
                Ok(Some(found)) => {
                    let numbers = found.items.iter().map(|version| version.number.as_str());
                    match did_you_mean(version, numbers) {
                        Some(question) => Problem::usage(error.to_string()).hint(question).into(),
                        None => error.into(),
                    }
                }
                Ok(None) => self::pacticipant(client, pacticipant).await.into(),
                Err(_) => error.into(),
            }
        }
        RecordError::NoEnvironment { name, existing } => environment(name, existing).into(),
        RecordError::NotDeployed { pacticipant, deployed, .. } if deployed.is_empty() => {
            match client.pacticipant(pacticipant).await {
                Ok(None) => self::pacticipant(client, pacticipant).await.into(),
                _ => error.into(),
            }
        }
        RecordError::NotReleased { pacticipant, version, .. } => match client.version(pacticipant, version).await {
            Ok(None) => self::version(client, pacticipant, version).await.into(),
            _ => error.into(),
        },
        _ => error.into(),
    }
}

/// The names that are near, or else those that there are.
fn names_in_words(wanted: &str, existing: &[&str], what: &str) -> String {
    if let Some(question) = did_you_mean(wanted, existing.iter().copied()) {
        return question;
    }
    let shown = &existing[..existing.len().min(MOST_NAMES)];
    let more = match existing.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match shown {
        [] => format!("there are no {} yet", what.trim_start_matches("newest ")),
        names => format!("the {what} are: {}{more}", names.join(", ")),
    }
}

/// The existing names that are nearest, if any is near.
fn did_you_mean<'a>(wanted: &str, existing: impl Iterator<Item = &'a str>) -> Option<String> {
    const NEAR: f64 = 0.6;
    const MOST: usize = 3;
    let wanted = wanted.to_lowercase();
    let similarity = |name: &str| strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase());
    let mut near: Vec<(f64, &str)> =
        existing.map(|name| (similarity(name), name)).filter(|(similarity, _)| *similarity >= NEAR).collect();
    near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    near.truncate(MOST);
    let names: Vec<&str> = near.into_iter().map(|(_, name)| name).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        [first @ .., last] => Some(format!("did you mean {} or {last}?", first.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_are_told_the_nearest_first() {
        let names = ["billing", "Orders", "orders-ui", "Stock"];
        assert_eq!(names_in_words("ordres", &names, "applications"), "did you mean Orders?");
        assert_eq!(names_in_words("orders-u", &names, "applications"), "did you mean orders-ui or Orders?");
    }

    #[test]
    fn where_nothing_is_near_all_names_are_told_or_the_first_of_many() {
        assert_eq!(
            names_in_words("x", &["test", "production"], "environments"),
            "the environments are: test, production"
        );
        assert_eq!(names_in_words("x", &[], "newest versions"), "there are no versions yet");
        let many: Vec<String> = (10..32).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let told = names_in_words("main", &many, "newest versions");
        assert_eq!(told, "the newest versions are: 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 12 more");
    }
}
