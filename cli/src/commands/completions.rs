//! `intact completions`: what makes a shell complete commands and flags.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap_complete::Shell;

use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::help;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
    /// Write a file of the name that the shell expects into this directory, instead of to standard output
    #[arg(short = 'd', long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    let mut command = help::tree();
    let Some(directory) = &args.dir else {
        let mut script = Vec::new();
        clap_complete::generate(args.shell, &mut command, "intact", &mut script);
        context.printer.raw(String::from_utf8_lossy(&script).trim_end());
        return Ok(Exit::Success);
    };
    create(directory)?;
    let written = clap_complete::generate_to(args.shell, &mut command, "intact", directory)
        .with_context(|| format!("the completions cannot be written to {}", directory.display()))?;
    context.printer.text(&format!("the completions are in {}", written.display()));
    Ok(Exit::Success)
}

/// Makes a directory for generated files, unless it is there.
pub(super) fn create(directory: &Path) -> Result<(), Problem> {
    std::fs::create_dir_all(directory).map_err(|error| {
        Problem::usage(format!("the directory {} cannot be made: {error}", directory.display()))
            .hint("name another one with --dir")
    })
}
