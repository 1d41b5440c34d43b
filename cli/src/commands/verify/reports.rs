//! The reports of a run: lines for the terminal as it goes on, files and annotations at its end.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use intact_verifier::Report;
use intact_verifier::report::{github, html, json, junit, markdown, xml};
use tokio::process::Command;

use super::Args;
use crate::context::{Context, Environment};
use crate::error::Problem;
use crate::printer::{Printer, Tone};

/// How long a stylesheet may take.
const STYLING: Duration = Duration::from_mins(1);

/// Hands the terminal report's text to the printer, which ends each text with a line break of its own.
pub(super) struct Lines<'a>(pub(super) &'a Printer);

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        if let Some(text) = text.strip_suffix('\n') {
            self.0.raw(text);
        } else if !text.is_empty() {
            self.0.raw(&text);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Args {
    fn html_path(&self, environment: &Environment) -> Option<PathBuf> {
        path_of(self.html.as_ref(), environment, "PACT_VERIFIER_HTML_REPORT")
    }

    /// Refuses what would only be found out at the end of a long run.
    pub(super) fn check_reports(&self, environment: &Environment) -> anyhow::Result<()> {
        let reports = [
            path_of(self.json.as_ref(), environment, "PACT_VERIFIER_JSON_REPORT"),
            path_of(self.junit.as_ref(), environment, "PACT_VERIFIER_JUNIT_REPORT"),
            self.html_path(environment),
            self.markdown.clone(),
        ];
        for report in reports.iter().flatten() {
            let folder = report.parent().filter(|folder| !folder.as_os_str().is_empty());
            if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
                let text = format!(
                    "the report {} cannot be written: there is no directory {}",
                    report.display(),
                    folder.display()
                );
                return Err(Problem::usage(text).hint("create the directory first").into());
            }
        }
        let Some(stylesheet) = &self.xslt else { return Ok(()) };
        if self.html_path(environment).is_none() {
            let problem = Problem::usage("--xslt makes the report of --html, but there is none");
            return Err(problem.hint("say with --html where to write it").into());
        }
        if !stylesheet.is_file() {
            return Err(Problem::usage(format!("there is no stylesheet {}", stylesheet.display())).into());
        }
        Ok(())
    }

    /// Writes every report that was asked for.
    pub(super) async fn write_reports(&self, report: &Report, context: &Context) -> anyhow::Result<()> {
        let environment = &context.environment;
        if let Some(path) = path_of(self.json.as_ref(), environment, "PACT_VERIFIER_JSON_REPORT") {
            write_report(&path, &format!("{}\n", json::document(report).to_pretty()))?;
        }
        if let Some(path) = path_of(self.junit.as_ref(), environment, "PACT_VERIFIER_JUNIT_REPORT") {
            write_report(&path, &junit::document(report))?;
        }
        match (self.html_path(environment), &self.xslt) {
            (Some(path), None) => write_report(&path, &html::document(report))?,
            (Some(path), Some(stylesheet)) => {
                let data = path.with_extension("xml");
                write_report(&data, &xml::document(report))?;
                apply(stylesheet, &data, &path).await?;
            }
            (None, _) => {}
        }
        if let Some(path) = &self.markdown {
            write_report(path, &markdown::document(report))?;
        }
        if environment.is_on("GITHUB_ACTIONS") {
            if let Some(path) = environment.get("GITHUB_STEP_SUMMARY") {
                // Nobody asked for it, so it changes nothing of the result.
                if let Err(error) = add_to_summary(Path::new(path), &markdown::document(report)) {
                    context.printer.remark(Tone::Doubtful, &format!("warning: {error}"));
                }
            }
            for annotation in github::annotations(report) {
                context.printer.raw(&annotation);
            }
        }
        Ok(())
    }
}

/// Makes a page of a report as XML. Nobody has a processor for stylesheets in Rust that is fit for this, and the one in C is
/// on most machines.
async fn apply(stylesheet: &Path, data: &Path, page: &Path) -> anyhow::Result<()> {
    let mut process = Command::new("xsltproc");
    process.args(["--nonet", "--output"]).args([page, stylesheet, data]);
    process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let remedy = format!("without --xslt the page has a layout of its own; the report as XML is in {}", data.display());
    let failed =
        |text: String| Problem::usage(format!("the stylesheet {} cannot be used: {text}", stylesheet.display()));
    let done = tokio::time::timeout(STYLING, process.output()).await;
    let done = done.map_err(|_| failed(format!("xsltproc did not end within {STYLING:?}")).hint(&remedy))?;
    let output = done.map_err(|error| {
        failed(format!("the program xsltproc cannot be run: {error}")).hint(format!("install xsltproc; {remedy}"))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(format!("xsltproc says: {}", said.trim())).hint(remedy).into());
    }
    Ok(())
}

fn path_of(flag: Option<&PathBuf>, environment: &Environment, variable: &str) -> Option<PathBuf> {
    flag.cloned().or_else(|| environment.get(variable).map(PathBuf::from))
}

/// Steps of one job share the file, so this one adds to it.
pub(crate) fn add_to_summary(path: &Path, text: &str) -> anyhow::Result<()> {
    let added = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let failed = |error| Problem::usage(format!("the summary {} cannot be written: {error}", path.display()));
    Ok(added.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)?)
}

fn write_report(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = |error| Problem::usage(format!("the report {} cannot be written: {error}", path.display()));
    Ok(std::fs::write(path, text).map_err(failed)?)
}
