//! `intact man`: man pages, one for each command that is listed.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::completions::create;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::help;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The command whose page is wanted; `intact` itself unless one is named
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Write the pages of all commands into this directory, instead of one to standard output
    #[arg(short = 'd', long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    let all = help::tree();
    let Some(directory) = &args.dir else {
        let mut command = &all;
        for word in &args.command {
            command = command.find_subcommand(word).ok_or_else(|| {
                Problem::usage(format!("there is no command `{word}`")).hint("`intact help` lists the commands")
            })?;
        }
        context.printer.raw(page(command)?.trim_end());
        return Ok(Exit::Success);
    };
    create(directory)?;
    let mut pages = Vec::new();
    collect(&all, &mut pages)?;
    for (name, page) in &pages {
        let file = directory.join(name);
        std::fs::write(&file, page).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    context.printer.text(&format!("{} man pages are in {}", pages.len(), directory.display()));
    Ok(Exit::Success)
}

/// The pages of a command and of all below it, with the names of their files. What is hidden from the help has none, and the
/// official nesting, which repeats the commands, only one for the group.
fn collect(command: &Command, pages: &mut Vec<(String, String)>) -> anyhow::Result<()> {
    pages.push((format!("{}.1", name_of(command)), page(command)?));
    let below: Vec<&Command> = command.get_subcommands().filter(|below| !below.is_hide_set()).collect();
    for below in below.into_iter().filter(|below| below.get_name() != "help" && !help::is_repeated(command, below)) {
        collect(below, pages)?;
    }
    Ok(())
}

fn name_of(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> anyhow::Result<String> {
    // Its own text of what comes after is laid out for terminals.
    let man = Man::new(command.clone().disable_help_subcommand(true))
        .title(name_of(command))
        .manual("Intact")
        .source(format!("intact {}", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.get_subcommands().any(|below| !below.is_hide_set()) {
        man.render_subcommands_section(&mut text)?;
    }
    let mut sections = Roff::new();
    for (heading, lines) in help::sections(command.get_name()) {
        // The words that manuals have for it.
        let heading = match heading {
            "Exit codes" => "EXIT STATUS".to_owned(),
            "Variables" => "ENVIRONMENT".to_owned(),
            other => other.to_uppercase(),
        };
        sections.control("SH", [heading.as_str()]);
        sections.control("nf", []);
        sections.text([roman(lines)]);
        sections.control("fi", []);
    }
    sections.to_writer(&mut text)?;
    Ok(portable(&String::from_utf8_lossy(&text)))
}

/// Letters beyond ASCII as every reader of man pages understands them.
fn portable(text: &str) -> String {
    let mut portable = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            portable.push(letter);
        } else {
            _ = write!(portable, "\\[u{:04X}]", u32::from(letter));
        }
    }
    portable
}
