//! What an error means to the person at the terminal: its chain of causes, what to try, and the exit code.
//!
//! Hints stand beside the error types of the libraries; here they are only collected.

use std::fmt;

use intact_broker::OpenError;
use intact_broker_client::{BrokerError, BrokerErrorKind, BuildError, RecordError};

use crate::exit::Exit;

/// A failure that is found by a command itself.
#[derive(Debug)]
pub(crate) struct Problem {
    text: String,
    hint: Option<String>,
    exit: Exit,
}

impl Problem {
    /// The command was called in a way that cannot be followed.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { text: text.into(), hint: None, exit: Exit::Usage }
    }

    /// Something that is needed is not there.
    pub(crate) fn unavailable(text: impl Into<String>) -> Self {
        Self { text: text.into(), hint: None, exit: Exit::Unavailable }
    }

    /// The command ends with this code.
    pub(crate) fn exiting(exit: Exit, text: impl Into<String>) -> Self {
        Self { text: text.into(), hint: None, exit }
    }

    /// What to try, if it was said.
    pub(crate) fn hint_text(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What to try.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl std::error::Error for Problem {}

/// The variables that name proxies.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The first hint of the chain. Where no connection was made, a proxy that a variable names may be the reason.
pub(crate) fn hint(error: &anyhow::Error, is_set: impl Fn(&str) -> bool) -> Option<String> {
    let hint = hint_of_causes(error)?;
    let is_unreachable = broker_error(error).is_some_and(|error| match error.kind() {
        BrokerErrorKind::Unreachable { reason, .. } => !reason.contains("certificate"),
        BrokerErrorKind::TimedOut { .. } => true,
        _ => false,
    });
    match PROXIES.iter().find(|name| is_unreachable && is_set(name)) {
        Some(name) => Some(format!("{hint}; or the proxy that {name} names")),
        None => Some(hint),
    }
}

/// Is this variable of the process set to something?
pub(crate) fn is_set_here(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn hint_of_causes(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(problem) = cause.downcast_ref::<Problem>() {
            problem.hint.clone()
        } else if let Some(error) = cause.downcast_ref::<BrokerError>() {
            error.hint()
        } else if let Some(error) = cause.downcast_ref::<RecordError>() {
            error.hint()
        } else if let Some(error) = cause.downcast_ref::<OpenError>() {
            error.hint().map(str::to_owned)
        } else {
            cause.downcast_ref::<BuildError>().and_then(BuildError::hint)
        }
    })
}

/// The broker's refusal that is at the bottom of an error, if there is one.
pub(crate) fn broker_error(error: &anyhow::Error) -> Option<&BrokerError> {
    error.chain().find_map(|cause| {
        cause.downcast_ref::<BrokerError>().or_else(|| match cause.downcast_ref::<RecordError>() {
            Some(RecordError::Broker(error)) => Some(error),
            _ => None,
        })
    })
}

/// The exit code for an error.
pub(crate) fn exit(error: &anyhow::Error) -> Exit {
    if let Some(problem) = error.chain().find_map(|cause| cause.downcast_ref::<Problem>()) {
        return problem.exit;
    }
    if let Some(error) = broker_error(error) {
        return match error.status() {
            Some(409) => Exit::Failed,
            Some(400 | 404 | 422) => Exit::Usage,
            None if matches!(error.kind(), BrokerErrorKind::InvalidName { .. }) => Exit::Usage,
            _ => Exit::Unavailable,
        };
    }
    let usage = |cause: &(dyn std::error::Error + 'static)| cause.is::<RecordError>() || cause.is::<BuildError>();
    if error.chain().any(usage) { Exit::Usage } else { Exit::Unavailable }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn the_innermost_problem_decides_hint_and_exit_code() {
        let problem = Problem::usage("no such file").hint("look elsewhere");
        let error = Err::<(), _>(problem).context("could not publish").unwrap_err();
        assert_eq!((hint(&error, |_| true).as_deref(), exit(&error)), (Some("look elsewhere"), Exit::Usage));
        let other = anyhow::anyhow!("disk full").context("could not write");
        assert_eq!((hint(&other, |_| true), exit(&other)), (None, Exit::Unavailable));
    }

    #[test]
    fn unknown_names_are_a_wrong_question() {
        let error = RecordError::NoEnvironment { name: "tset".into(), existing: vec!["test".into()] };
        let error = anyhow::Error::from(error);
        assert_eq!(
            (hint(&error, |_| true).as_deref(), exit(&error)),
            (Some("the environments are: test"), Exit::Usage)
        );
    }
}
