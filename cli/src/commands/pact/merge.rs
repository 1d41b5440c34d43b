//! `intact pact merge`: several pacts of one consumer and provider become one.

use std::path::PathBuf;

use super::{counted, source, target};
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::{self, STANDARD_INPUT};
use crate::printer::Tone;

/// Put several pacts of one consumer and provider into one
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Pact files, patterns and directories of pact files; `-` is standard input
    #[arg(value_name = "FILE|DIR", required = true)]
    files: Vec<String>,
    /// The file to write; without it the pact goes to standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where two files contradict each other, the later one wins
    #[arg(long)]
    overwrite: bool,
}

pub(crate) async fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    let mut names = Vec::new();
    for argument in &args.files {
        if argument == STANDARD_INPUT {
            names.push(argument.clone());
        } else {
            names.extend(pact_files::find(&[argument.into()])?.into_iter().map(|file| file.display().to_string()));
        }
    }
    let mut sources = Vec::new();
    for name in &names {
        sources.push(source::read(name, None, context).await?);
    }
    let mut sources = sources.into_iter();
    let first = sources.next().ok_or_else(|| Problem::usage("there is no pact to merge"))?;
    let (mut merged, mut conflicts) = (first.pact, Vec::new());
    for other in sources {
        let found = merged.conflicts(&other.pact);
        conflicts.extend(found.iter().map(|conflict| format!("{}: {conflict}", other.name)));
        merged.merge_pact(&other.pact).map_err(|error| {
            let problem = Problem::exiting(Exit::Failed, format!("{} cannot be merged: {error}", other.name));
            problem.hint(format!("the first file is {}", first.name))
        })?;
    }
    if !conflicts.is_empty() && !args.overwrite {
        let text = format!("the files contradict each other:\n- {}", conflicts.join("\n- "));
        return Err(Problem::exiting(Exit::Failed, text).hint("with --overwrite the later file wins").into());
    }
    for conflict in &conflicts {
        context.printer.remark(Tone::Doubtful, &format!("taken from {conflict}"));
    }
    target::write(&merged, merged.version, args.output.as_deref(), context)?;
    if let Some(file) = &args.output {
        let interactions = counted(merged.interactions.len(), "interaction", "interactions");
        context.printer.remark(
            Tone::Good,
            &format!("{} has {interactions} of {}", file.display(), counted(names.len(), "file", "files")),
        );
    }
    Ok(Exit::Success)
}
