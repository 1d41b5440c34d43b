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
}
