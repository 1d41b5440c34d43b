//! `--last-failed`: what to verify again, from the JSON report of the last run.

use std::path::PathBuf;

use intact_verifier::FailedInteraction;
use intact_verifier::report::json;

use super::Args;
use crate::context::Environment;
use crate::error::Problem;

impl Args {
    /// What failed in the last run; `None` if everything is to be verified.
    pub(super) fn failed_before(&self, environment: &Environment) -> anyhow::Result<Option<Vec<FailedInteraction>>> {
        if !self.last_failed {
            return Ok(None);
        }
        let path = self.json.clone().or_else(|| environment.get("PACT_VERIFIER_JSON_REPORT").map(PathBuf::from));
        let path = path.ok_or_else(|| {
            Problem::usage("--last-failed needs the report of the last run").hint("name its file with --json")
        })?;
        let report = match std::fs::read(&path) {
            Ok(report) => report,
            // The first run of all.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Problem::usage(format!("the report {} cannot be read: {error}", path.display())).into());
            }
        };
        let failed = json::failed(&report).map_err(|reason| {
            Problem::usage(format!("{} is not the report of a verification: {reason}", path.display()))
        })?;
        Ok((!failed.is_empty()).then_some(failed))
    }
}
