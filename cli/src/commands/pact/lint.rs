//! `intact pact lint`: what is wrong with pact files, or could be better.
//!
//! What a finding is, and how it is found, is the business of `intact_matching::lint` and `intact_pact_model::schema`; here files are
//! read, findings get their lines, and people and programs are told ([`report`]).

mod report;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io::Read as _;
use std::path::PathBuf;

use clap::ValueEnum;
use intact_matching::lint::{self, Code, Finding, Severity};
use intact_pact_model::json::{Position, positions};
use intact_pact_model::path::{PathExpression, Segment};
use intact_pact_model::read::Loaded;
use intact_pact_model::{Json, Pact, schema};

use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::{self, STANDARD_INPUT};
use crate::printer::Tone;

/// Look for faults and over-specified values in pact files
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Pact files, patterns such as 'pacts/**/*.json', directories of pact files; `-` is standard input
    #[arg(value_name = "FILE|DIR", required_unless_present = "explain")]
    files: Vec<String>,
    /// The form of the result
    #[arg(short = 'o', long, visible_alias = "output", value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// Findings that are failures, besides errors: warnings, or warnings and advice
    #[arg(long, value_name = "SEVERITY")]
    deny: Option<Deny>,
    /// The same as --deny warnings
    #[arg(long)]
    strict: bool,
    /// Say nothing of findings with this code; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = code)]
    allow: Vec<Code>,
    /// Tell what a code means, and what to do about such findings
    #[arg(long, value_name = "CODE", value_parser = code, conflicts_with = "files")]
    explain: Option<Code>,
}

/// The forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    // For people.
    Text,
    // For programs.
    Json,
    // Annotations of a pull request, as GitHub reads them from the output of a job.
    Github,
}

/// What is a failure besides errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    Warnings,
    // Everything.
    Advice,
}

fn code(text: &str) -> Result<Code, String> {
    text.parse().map_err(|_| {
        let near = |code: &&Code| strsim::jaro(code.as_str(), text) > 0.8;
        match Code::ALL.iter().find(near) {
            Some(near) => format!("there is no such code; `{near}` is similar"),
            None => {
                format!("the codes are: {}", Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", "))
            }
        }
    })
}

/// A file, and what was found in it.
struct Linted {
    file: String,
    /// In the order of the file.
    findings: Vec<(Finding, Position)>,
    is_readable: bool,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    if let Some(code) = args.explain {
        explain(code, context);
        return Ok(Exit::Success);
    }
    let mut files = Vec::new();
    for argument in &args.files {
        if argument == STANDARD_INPUT {
            files.push(argument.clone());
        } else {
            let found = pact_files::find(&[PathBuf::from(argument)])?;
            files.extend(found.into_iter().map(|file| file.display().to_string()));
        }
    }
    let mut seen = HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let mut all = Vec::new();
    for file in files {
        let bytes = read(&file)?;
        let mut linted = lint(file, &bytes);
        linted.findings.retain(|(finding, _)| finding.code == Code::Unreadable || !args.allow.contains(&finding.code));
        all.push(linted);
    }
    match args.format {
        Form::Text => report::text(&all, &context.printer),
        Form::Json => context.printer.raw(&report::json(&all)),
        Form::Github => report::annotations(&all, &context.printer),
    }
    let least = match (args.deny, args.strict) {
        (Some(Deny::Advice), _) => Severity::Advice,
        (Some(Deny::Warnings), _) | (None, true) => Severity::Warning,
        (None, false) => Severity::Error,
    };
    let fails = |linted: &Linted| linted.findings.iter().any(|(finding, _)| finding.severity() >= least);
    Ok(if all.iter().any(|linted| !linted.is_readable) {
        Exit::Usage
    } else if all.iter().any(fails) {
        Exit::Failed
    } else {
        Exit::Success
    })
}

fn explain(code: Code, context: &Context) {
    let printer = &context.printer;
    printer.line(Tone::Strong, &format!("{code} ({})", code.severity()));
    printer.text(code.about());
    printer.text(&format!("\n{}", code.why()));
    printer.text(&format!("\nWhat to do: {}.", code.remedy()));
}

fn read(file: &str) -> anyhow::Result<Vec<u8>> {
    if file == STANDARD_INPUT {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Problem::usage(format!("standard input cannot be read: {error}")))?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(|error| Problem::usage(format!("the pact file {file} cannot be read: {error}")).into())
}

/// Looks at one file.
fn lint(file: String, bytes: &[u8]) -> Linted {
    let unreadable = |at: PathExpression, text: String| vec![Finding::new(Code::Unreadable, at, text)];
    let (findings, is_readable) = match Json::parse(bytes) {
        Err(error) => {
            let position = Position { line: error.line, column: error.column };
            let finding = Finding::new(
                Code::Unreadable,
                PathExpression::root(),
                format!("not a JSON document: {}", error.reason),
            );
            return Linted { file, findings: vec![(finding, position)], is_readable: false };
        }
        Ok(document) => match Pact::from_json(&document) {
            Err(error) => {
                let mut findings = unreadable(error.at.parse().unwrap_or_default(), error.kind.to_string());
                findings[0].interaction = error.interaction;
                (findings, false)
            }
            Ok(loaded) => (found(&document, &loaded), true),
        },
    };
    let places: Vec<PathExpression> = findings.iter().map(|finding| finding.at.clone()).collect();
    let mut findings: Vec<_> = findings.into_iter().zip(positions(bytes, &places)).collect();
    findings.sort_by_key(|(finding, position)| (*position, finding.code));
    Linted { file, findings, is_readable }
}

fn found(document: &Json<'_>, loaded: &Loaded<Pact>) -> Vec<Finding> {
    let mut findings = lint::check(document, loaded);
    let said: HashSet<PathExpression> = findings.iter().map(|finding| finding.at.clone()).collect();
    for problem in schema::problems(document, loaded.value.version) {
        // What is missing is told of the object around it, of which there may be more to say.
        if !said.contains(&problem.at) {
            let text = format!("{} (specification version {})", problem.text, loaded.value.version);
            findings.push(Finding::new(Code::Schema, problem.at, text));
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.interaction.is_none()) {
        finding.interaction = description(document, &finding.at);
    }
    findings
}

/// The description of the interaction in which a place is.
fn description(document: &Json<'_>, at: &PathExpression) -> Option<String> {
    let [Segment::Field(list), Segment::Index(index), ..] = at.segments() else { return None };
    let interaction = document.get(list)?.as_array()?.get(*index)?;
    interaction.get("description").map(|description| description.to_text().into_owned())
}
