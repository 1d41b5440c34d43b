//! What the doctor says of one thing.

use serde::Serialize;
use serde_json::{Value, json};

use crate::error;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// As it should be.
    Good,
    /// It works, but something will be missed.
    Doubtful,
    /// It does not work.
    Bad,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// What it is about.
    pub(super) topic: &'static str,
    pub(super) text: String,
    /// What to do.
    pub(super) remedy: Option<String>,
}

impl Finding {
    fn new(level: Level, topic: &'static str, text: impl Into<String>) -> Self {
        Self { level, topic, text: text.into(), remedy: None }
    }

    pub(super) fn good(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Good, topic, text)
    }

    pub(super) fn doubtful(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Doubtful, topic, text)
    }

    pub(super) fn bad(topic: &'static str, text: impl Into<String>) -> Self {
        Self::new(Level::Bad, topic, text)
    }

    pub(super) fn of_error(topic: &'static str, error: &anyhow::Error) -> Self {
        let finding = Self::bad(topic, format!("{error:#}"));
        Self { remedy: error::hint(error, error::is_set_here), ..finding }
    }

    pub(super) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

/// All findings, for programs.
pub(super) fn document(findings: &[Finding]) -> Value {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "bad": count(Level::Bad),
        "doubtful": count(Level::Doubtful),
        "findings": findings,
    })
}
