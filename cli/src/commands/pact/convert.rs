//! `intact pact convert`: the same pact in another version of the specification.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use intact_pact_model::SpecVersion;

use super::{source, target};
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::STANDARD_INPUT;
use crate::printer::Tone;

/// Write a pact in another version of the specification
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The pact file, or `-` for standard input, which is also read if nothing is said in a pipe
    #[arg(value_name = "FILE")]
    file: Option<String>,
    /// The version: v1, v1.1, v2, v3 or v4
    #[arg(long, value_name = "VERSION", value_parser = version)]
    to: SpecVersion,
    /// The file to write; without it the pact goes to standard output
    #[arg(short = 'o', long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave out what the version cannot say, in place of refusing
    #[arg(long)]
    lossy: bool,
}

fn version(text: &str) -> Result<SpecVersion, String> {
    SpecVersion::parse(text).ok_or_else(|| "expected v1, v1.1, v2, v3 or v4".to_owned())
}

/// What is read. At a terminal nobody would know what is waited for.
fn input(file: Option<&str>, at_terminal: bool) -> Result<&str, Problem> {
    match file {
        Some(file) => Ok(file),
        None if at_terminal => {
            Err(Problem::usage("no pact file is named").hint("name it, or say - to type the pact here"))
        }
        None => Ok(STANDARD_INPUT),
    }
}

pub(crate) async fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    let file = input(args.file.as_deref(), io::stdin().is_terminal())?;
    let pact = source::read(file, None, context).await?.pact;
    let converted = if args.lossy {
        let (converted, losses) =
            pact.convert_lossy(args.to).map_err(|error| Problem::exiting(Exit::Failed, error.to_string()))?;
        for loss in losses {
            context.printer.remark(Tone::Doubtful, &loss.to_string());
        }
        converted
    } else {
        pact.convert(args.to).map_err(|error| {
            let problem = Problem::exiting(Exit::Failed, error.to_string());
            // Leaving out helps only if that is all that is to be done.
            if pact.convert_lossy(args.to).is_ok() {
                problem.hint("--lossy leaves out what the version cannot say")
            } else {
                problem
            }
        })?
    };
    target::write(&converted, args.to, args.output.as_deref(), context)?;
    if let Some(file) = &args.output {
        context.printer.remark(Tone::Good, &format!("{} is of version {} now", file.display(), args.to));
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_waited_for_unless_that_is_said() {
        assert_eq!(input(None, false).ok(), Some("-"));
        assert_eq!(input(Some("-"), true).ok(), Some("-"));
        assert_eq!(input(Some("a.json"), true).ok(), Some("a.json"));
        let refused = input(None, true).expect_err("nothing to read");
        assert_eq!(refused.to_string(), "no pact file is named");
    }
}
