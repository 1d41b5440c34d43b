//! What every command is given: where to print, and what the environment says.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::error::Problem;
use crate::printer::Printer;

/// The surroundings of a command.
pub(crate) struct Context {
    /// Where results and diagnostics go.
    pub(crate) printer: Printer,
    /// The process's environment variables.
    pub(crate) environment: Environment,
}

/// Environment variables, as they were when the process began. A blank variable counts as not set: pipelines set
/// variables to nothing when a secret is missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
}

/// The variables with what a broker wants to know of those who ask it.
const CREDENTIALS: [&str; 3] = ["PACT_BROKER_USERNAME", "PACT_BROKER_PASSWORD", "PACT_BROKER_TOKEN"];

impl Environment {
    /// The process's own; variables that are not Unicode are left out.
    pub(crate) fn of_process() -> Self {
        Self::of(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// These variables.
    pub(crate) fn of<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self { variables: variables.filter(|(_, value): &(String, String)| !value.trim().is_empty()).collect() }
    }

    /// A variable's value, without the blanks around it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim())
    }

    /// Whether a variable is set to something that means yes.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0" | "no" | "off"))
    }

    /// For each of these variables, puts what is in the file that `…_FILE` names into the variable without `_FILE`, as containers
    /// get their secrets. A variable that is set itself wins. For servers; clients need no more than
    /// [`with_credentials`](Self::with_credentials).
    pub(crate) fn read_secret_files<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
        names.into_iter().try_for_each(|name| self.read_secret_file(name))
    }

    /// The variables, with the credentials for a broker that are in files. Only for those who are about to ask one: a file that
    /// nobody needs may be missing.
    pub(crate) fn with_credentials(&self) -> Result<Self, Problem> {
        let mut with = self.clone();
        CREDENTIALS.iter().try_for_each(|variable| with.read_secret_file(variable))?;
        Ok(with)
    }

    /// The variables, but for the credentials for a broker: for those who ask somebody else.
    pub(crate) fn without_credentials(&self) -> Self {
        let is_one = |name: &str| CREDENTIALS.contains(&name.strip_suffix("_FILE").unwrap_or(name));
        let others = self.variables.iter().filter(|(name, _)| !is_one(name));
        Self { variables: others.map(|(name, value)| (name.clone(), value.clone())).collect() }
    }

    /// Reads the file that stands for a variable, if there is one and the variable is not set.
    fn read_secret_file(&mut self, variable: &str) -> Result<(), Problem> {
        let name = format!("{variable}_FILE");
        let Some(file) = self.variables.remove(&name) else { return Ok(()) };
        if self.variables.contains_key(variable) {
            return Ok(());
        }
        let unusable = |reason: &str| {
            Problem::usage(format!("{name} names the file {}, which cannot be used: {reason}", file.trim()))
                .hint(format!("the file holds what {variable} would, and nothing else"))
        };
        let value = std::fs::read_to_string(file.trim()).map_err(|error| unusable(&error.to_string()))?;
        if value.trim().is_empty() {
            return Err(unusable("it is empty"));
        }
        if value.trim().contains('\n') {
            return Err(unusable("it has several lines"));
        }
        self.variables.insert(variable.to_owned(), value);
        Ok(())
    }

    /// All variables.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.trim()))
    }
}

/// Text from a flag, else from a variable; blank text counts as none.
pub(crate) fn text_of(flag: Option<&str>, environment: &Environment, variable: &str) -> Option<String> {
    let flag = flag.map(str::trim).filter(|flag| !flag.is_empty());
    flag.or_else(|| environment.get(variable)).map(str::to_owned)
}

/// A number from a flag, else from a variable.
pub(crate) fn number_of<T: FromStr>(
    flag: Option<T>,
    environment: &Environment,
    variable: &str,
) -> Result<Option<T>, Problem> {
    match (flag, environment.get(variable)) {
        (Some(number), _) => Ok(Some(number)),
        (None, Some(text)) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Problem::usage(format!("{variable} is `{text}`, expected a number in range"))),
        },
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_variables_are_not_set() {
        let environment = Environment::of([("A", " "), ("B", " x\n"), ("C", "FALSE"), ("D", "true")]);
        assert_eq!((environment.get("A"), environment.get("B")), (None, Some("x")));
        assert_eq!(["A", "B", "C", "D"].map(|name| environment.is_on(name)), [false, true, false, true]);
    }

    #[test]
    fn a_file_gives_the_value_of_a_variable_that_is_not_set() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file can be written");
            path.display().to_string()
        };
        let token = file("token", "s3cret\n");
        let text = |environment: Environment| {
            environment.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        let read = |variables: [(&str, &str); 2]| {
            let mut environment = Environment::of(variables);
            let known = CREDENTIALS.into_iter().chain(["PACT_BROKER_DATABASE_PASSWORD"]);
            environment.read_secret_files(known).map_err(|problem| problem.to_string())?;
            Ok::<_, String>(text(environment))
        };
        let given = ("PACT_BROKER_TOKEN_FILE", token.as_str());
        assert_eq!(read([given, ("A_FILE", "x")]), Ok("A_FILE=x PACT_BROKER_TOKEN=s3cret".into()));
        assert_eq!(read([given, ("PACT_BROKER_TOKEN", "mine")]), Ok("PACT_BROKER_TOKEN=mine".into()));
        for other in ["PACT_BROKER_FILE", "PACT_BROKER_LOG_FILE"] {
            assert_eq!(read([(other, "nowhere"), ("A", "1")]), Ok(format!("A=1 {other}=nowhere")), "no secret of ours");
        }
        let of_server = ("PACT_BROKER_DATABASE_PASSWORD_FILE", token.as_str());
        assert_eq!(read([of_server, ("A", "1")]), Ok("A=1 PACT_BROKER_DATABASE_PASSWORD=s3cret".into()));
        let client = Environment::of([given, ("PACT_BROKER_LOG_FILE", "/x")]);
        let with = client.with_credentials().map(text).map_err(|problem| problem.to_string());
        assert_eq!(with, Ok("PACT_BROKER_LOG_FILE=/x PACT_BROKER_TOKEN=s3cret".into()), "files of others are not read");
        assert_eq!(text(client.without_credentials()), "PACT_BROKER_LOG_FILE=/x");
        for (text, reason) in [(" ", "it is empty"), ("a\nb", "it has several lines")] {
            let path = file("bad", text);
            let told = read([("PACT_BROKER_PASSWORD_FILE", &path), ("A", "1")]).expect_err(text);
            let expected = format!("PACT_BROKER_PASSWORD_FILE names the file {path}, which cannot be used: {reason}");
            assert_eq!(told, expected);
        }
        let told = read([("PACT_BROKER_PASSWORD_FILE", "nowhere"), ("A", "1")]).expect_err("no file");
        assert!(told.contains("names the file nowhere, which cannot be used: No such file"), "{told}");
    }
}
