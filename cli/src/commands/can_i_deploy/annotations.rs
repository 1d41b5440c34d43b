//! What a build service shows beside the log: workflow commands and the summary of GitHub, links for GitLab's page of the job.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use intact_broker_client::{Matrix, MatrixPacticipant, MatrixReason, ReasonParty, RowResult};
use intact_verifier::report::github;
use serde_json::json;

use super::rows::{Standing, shown_version, sorted};
use super::{Form, markdown};
use crate::commands::verify::reports::add_to_summary;
use crate::context::{Context, Environment};
use crate::error::Problem;
use crate::printer::Tone;

/// For which service, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Annotations {
    // For the one that runs this.
    Auto,
    Github,
    Gitlab,
    None,
}

/// Where annotations go.
#[derive(Debug, clap::Args)]
pub(super) struct AnnotationArgs {
    /// For which build service the answer is also annotated
    #[arg(long, value_name = "SERVICE", default_value = "auto")]
    annotations: Annotations,
    /// Where the report for GitLab's `artifacts:reports:annotations` is written [default: intact-annotations.json with --annotations
    /// gitlab]
    #[arg(long, value_name = "FILE")]
    annotations_file: Option<PathBuf>,
}

const GITLAB_FILE: &str = "intact-annotations.json";

impl AnnotationArgs {
    fn service(&self, environment: &Environment) -> Annotations {
        match self.annotations {
            Annotations::Auto if environment.is_on("GITHUB_ACTIONS") => Annotations::Github,
            Annotations::Auto if environment.is_on("GITLAB_CI") => Annotations::Gitlab,
            Annotations::Auto => Annotations::None,
            told => told,
        }
    }

    /// Annotates the answer to what was asked. That it cannot be done is an error only if the annotations were asked for, and not in
    /// a dry run; the answer is the same with and without them.
    pub(super) fn write(
        &self,
        matrix: &Matrix,
        asked: &str,
        dry_run: bool,
        form: Form,
        context: &Context,
    ) -> anyhow::Result<()> {
        let service = self.service(&context.environment);
        if service == Annotations::Github {
            for command in commands(matrix, asked, dry_run) {
                // The service reads both streams; programs read only the one.
                if form == Form::Table {
                    context.printer.raw(&command);
                } else {
                    context.printer.raw_remark(&command);
                }
            }
            if let Some(path) = context.environment.get("GITHUB_STEP_SUMMARY") {
                let added = add_to_summary(Path::new(path), &markdown::document(matrix, asked, dry_run));
                let is_wanted = self.annotations != Annotations::Auto;
                unless_done(added, is_wanted && !dry_run, context)?;
            }
        }
        // A file that nobody asked for is not written.
        let told = self.annotations == Annotations::Gitlab;
        let file = self.annotations_file.clone().or_else(|| told.then(|| PathBuf::from(GITLAB_FILE)));
        if let Some(file) = file.filter(|_| service != Annotations::None || self.annotations == Annotations::Auto) {
            let failed = |error| Problem::usage(format!("the report {} cannot be written: {error}", file.display()));
            let written = std::fs::write(&file, links(matrix, asked)).map_err(failed);
            unless_done(written.map_err(Into::into), !dry_run, context)?;
        }
        Ok(())
    }
}

/// Fails if it matters, and otherwise says what was not done.
fn unless_done(done: anyhow::Result<()>, matters: bool, context: &Context) -> anyhow::Result<()> {
    match done {
        Err(error) if !matters => context.printer.remark(Tone::Doubtful, &format!("warning: {error}")),
        done => return done,
    }
    Ok(())
}

/// A message for each reason of a "no", and for what makes a "yes" say little.
fn commands(matrix: &Matrix, asked: &str, dry_run: bool) -> Vec<String> {
    let is_deployable = matrix.summary.is_deployable();
    let level = match (is_deployable, dry_run) {
        (true, _) => "notice",
        (false, true) => "warning",
        (false, false) => "error",
    };
    let heading = format!("{} {asked}", if is_deployable { "can" } else { "cannot" });
    let title = |reason: &MatrixReason| match (&reason.consumer, &reason.provider) {
        (Some(consumer), Some(provider)) => format!("{heading}: {} → {}", in_words(consumer), in_words(provider)),
        _ => heading.clone(),
    };
    if matrix.reasons.is_empty() && !is_deployable {
        let reason = matrix.summary.reason.as_deref().unwrap_or("the broker gave no reason");
        return vec![github::command(level, &heading, reason)];
    }
    matrix.reasons.iter().map(|reason| github::command(level, &title(reason), &message(reason))).collect()
}

fn message(reason: &MatrixReason) -> String {
    let mut text = reason.text.clone();
    for interaction in &reason.failed_interactions {
        _ = write!(text, "\n- {}", interaction.description.as_deref().unwrap_or(&interaction.id));
    }
    if let Some(precondition) = &reason.precondition {
        _ = write!(text, "\n{precondition}:");
    }
    if let Some(command) = &reason.command {
        _ = write!(text, "\n{command}");
    }
    text
}

fn in_words(party: &ReasonParty) -> String {
    match &party.version {
        Some(version) => format!("{} {version}", party.name),
        None => party.name.clone(),
    }
}

/// GitLab knows links: to each result that there is, and to each contract that has none.
fn links(matrix: &Matrix, asked: &str) -> String {
    let links = sorted(&matrix.rows).into_iter().filter_map(|row| {
        let result = row.verification_result.as_ref().and_then(RowResult::url);
        let url = result.or_else(|| row.pact.url())?;
        let side = |side: &MatrixPacticipant| {
            let version = side.version.as_ref().map(|version| format!(" {}", shown_version(Some(version))));
            format!("{}{}", side.name, version.unwrap_or_default())
        };
        let (consumer, provider) = (side(&row.consumer), side(&row.provider));
        let label = format!("{consumer} → {provider}: {}", Standing::of(row).word());
        Some(json!({ "external_link": { "label": label, "url": url } }))
    });
    let section = links.collect::<serde_json::Value>();
    format!("{}\n", json!({ format!("Can I {asked}?"): section }))
}
