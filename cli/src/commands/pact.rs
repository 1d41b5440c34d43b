//! `intact pact`: tools for pact files that need no broker.
//!
//! One file for each: [`lint`] looks for what is wrong with files, [`diff`] for what changed between two, [`show`] tells people what is in
//! one, [`convert`] writes it in another version, [`merge`] puts several into one. What they have in common: pacts come from files,
//! standard input (`-`) or a URL ([`source`]), and files are written as a whole or not at all ([`target`]).

mod convert;
mod diff;
mod lint;
mod merge;
mod show;
mod source;
mod target;

use clap::{Subcommand, ValueEnum};

use crate::context::Context;
use crate::exit::Exit;

/// Look at pact files, compare, convert and merge them; no broker is needed
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look for faults and over-specified values in pact files
    Lint(lint::Args),
    /// Tell what changed between two pacts, and what that means for the provider
    Diff(diff::Args),
    /// Show what a pact says, with the matching rules in words
    Show(show::Args),
    /// Write a pact in another version of the specification
    Convert(convert::Args),
    /// Put several pacts of one consumer and provider into one
    Merge(merge::Args),
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    match args.command {
        Command::Lint(args) => lint::run(&args, context),
        Command::Diff(args) => diff::run(&args, context).await,
        Command::Show(args) => show::run(&args, context).await,
        Command::Convert(args) => convert::run(&args, context).await,
        Command::Merge(args) => merge::run(&args, context).await,
    }
}

/// The forms in which people and programs are told about pacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    // For people at a terminal.
    Text,
    // For pull requests and wikis.
    #[value(alias = "md")]
    Markdown,
    // For programs.
    Json,
}

/// So many of something, in words.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
