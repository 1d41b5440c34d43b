//! What may have been meant by a word that nobody knows: a command elsewhere, a flag of another command, a command of the
//! official tools that Intact does not have.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _};

use super::{is_repeated, tree, words};
use crate::cli::Cli;

/// How alike two words must be for one to be taken for the other; from 0 to 1.
const ALIKE: f64 = 0.8;

/// How many commands are named at most.
const MOST: usize = 3;

/// Commands of the official tools that Intact does not have, and why.
const NOT_OFFERED: &[(&str, &str)] = &[
    (
        "plugin",
        "Intact runs no plugins; what a plugin wrote into a pact is kept, and a verification that needs one says which",
    ),
    ("pactflow", "bi-directional contracts are a service of PactFlow, which needs PactFlow's own tools"),
    ("extension", "Intact is one binary, without extensions"),
    ("docker", "Intact is a broker itself and needs no container: see `intact broker serve`"),
    ("ruby", "Intact is a broker itself and needs no Ruby: see `intact broker serve`"),
];

/// What the official commands name by another flag each: what it is, how it is said in one command or another, and the flags that
/// say it, the usual ones first.
const NAMED_DIFFERENTLY: [(&str, &[&str], &[&str]); 2] = [
    (
        "the application",
        &["-a", "-n", "--pacticipant", "--name", "--application", "--participant"],
        &["pacticipant", "name", "provider-name", "consumer"],
    ),
    (
        "the version",
        &["-e", "--version", "--consumer-app-version", "--provider-app-version", "--app-version"],
        &["version", "consumer-app-version", "provider-version"],
    ),
];

/// An argument that begins with a long dash, as word processors make them of two hyphens.
pub(crate) fn mistyped_dash(command: &mut Command, arguments: &[OsString]) -> Option<clap::Error> {
    let long_dashes = ['\u{2013}', '\u{2014}', '\u{2015}'];
    let mistyped = words(arguments).take_while(|word| *word != "--").find(|word| word.starts_with(long_dashes))?;
    let meant = mistyped.trim_start_matches(long_dashes).trim_start_matches('-');
    let text = format!(
        "'{mistyped}' begins with a long dash, which a word processor may have made of two hyphens: write '--{meant}'"
    );
    Some(command.error(ErrorKind::UnknownArgument, text))
}

/// The error, with what may have been meant.
pub(super) fn added(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    match (error.kind(), error.get(ContextKind::InvalidSubcommand), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::InvalidSubcommand, Some(ContextValue::String(word)), _) => {
            let word = word.clone();
            let suggested = if let Some((_, why)) = NOT_OFFERED.iter().find(|(name, _)| *name == word) {
                vec![StyledStr::from(*why)]
            } else {
                commands_like(&word, group(arguments, &word)).into_iter().map(exists).collect()
            };
            error.remove(ContextKind::SuggestedSubcommand);
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(suggested));
        }
        (ErrorKind::UnknownArgument, _, Some(ContextValue::String(flag))) => {
            let flag = flag.split('=').next().unwrap_or(flag).to_owned();
            let here = named_here(&flag, arguments);
            let found = if flag.starts_with("--") { commands_with(&flag) } else { Vec::new() };
            if let Some(here) = here {
                error.remove(ContextKind::SuggestedArg);
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![here]));
            } else if !found.is_empty() {
                let suggested = found.into_iter().map(|path| exists(format!("{path} {flag}"))).collect();
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(suggested));
            }
        }
        _ => {}
    }
    error
}

fn exists(what: String) -> StyledStr {
    StyledStr::from(format!("'{what}' exists"))
}

/// By which flag the command takes what other commands take by this one.
fn named_here(flag: &str, arguments: &[OsString]) -> Option<StyledStr> {
    let (what, _, flags) = NAMED_DIFFERENTLY.iter().find(|(_, elsewhere, _)| elsewhere.contains(&flag))?;
    let root = tree();
    let mut command = &root;
    for word in words(arguments) {
        command = command.find_subcommand(word).unwrap_or(command);
    }
    // The name of an environment is another thing.
    let meant = |long: &str| long != "name" || command.get_name().contains("pacticipant");
    let has = |long: &str| command.get_arguments().any(|known| known.get_long() == Some(long) && !known.is_hide_set());
    let here = flags.iter().find(|long| meant(long) && has(long))?;
    Some(StyledStr::from(format!("{what} is given by '--{here}' here")))
}

/// The commands that stand before the word.
fn group(arguments: &[OsString], word: &str) -> String {
    let before: Vec<&str> = words(arguments).take_while(|before| *before != word).collect();
    let command = Cli::command();
    let group = before.into_iter().find_map(|word| command.find_subcommand(word));
    group.map_or_else(|| "intact ".to_owned(), |group| format!("intact {} ", group.get_name()))
}

/// The commands with this name, or else those with a name like it, the most alike first. Those of the same group are preferred
/// to others of the same name.
fn commands_like(word: &str, group: String) -> Vec<String> {
    let commands = commands();
    let is_beside = |path: &str| path.strip_prefix(&group).is_some_and(|name| !name.contains(' '));
    let mut best: BTreeMap<&str, (f64, &str)> = BTreeMap::new();
    for (path, command) in &commands {
        let names = command.get_name_and_visible_aliases();
        let alike = names.into_iter().map(|name| strsim::jaro(word, name)).fold(0.0, f64::max);
        let known = best.entry(command.get_name()).or_insert((alike, path));
        if is_beside(path) {
            *known = (alike, path);
        }
    }
    let mut found: Vec<(f64, &str)> = best.into_values().filter(|(alike, _)| *alike >= ALIKE).collect();
    found.sort_by(|one, other| other.0.total_cmp(&one.0));
    let most = found.first().map_or(0.0, |(alike, _)| *alike);
    // What is much less alike than the best is not meant.
    found.into_iter().filter(|(alike, _)| most - alike < 0.1).take(MOST).map(|(_, path)| path.to_owned()).collect()
}

/// The commands that have this flag.
fn commands_with(flag: &str) -> Vec<String> {
    let name = flag.trim_start_matches('-');
    let has = |command: &Command| {
        command.get_arguments().any(|argument| {
            let aliases = argument.get_all_aliases().unwrap_or_default();
            !argument.is_hide_set() && (argument.get_long() == Some(name) || aliases.contains(&name))
        })
    };
    let found: Vec<String> = commands().into_iter().filter(|(_, command)| has(command)).map(|(path, _)| path).collect();
    // A flag that nearly every command has is not what the command is chosen by.
    if found.len() > 3 * MOST { Vec::new() } else { found.into_iter().take(MOST).collect() }
}

/// Every command that is listed, with its path.
fn commands() -> Vec<(String, Command)> {
    fn walk(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
        let listed = command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help");
        for below in listed.filter(|below| !is_repeated(command, below)) {
            let path = format!("{path} {}", below.get_name());
            walk(below, &path, found);
            found.push((path, below.clone()));
        }
    }
    let mut found = Vec::new();
    walk(&tree(), "intact", &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error's text without what is the same in all of them.
    fn told(line: &str) -> String {
        let arguments = std::iter::once("intact").chain(line.split(' ')).map(OsString::from);
        let text = Cli::from_arguments(arguments).expect_err(line).to_string();
        let told = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("For more information"));
        format!("$ intact {line}\n{}\n", told.collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn a_mistyped_word_brings_the_ones_that_may_be_meant() {
        let lines = [
            "can-i-deplyo -a Web",
            "help can-i-deplyo",
            "broker publsih x",
            "publish --broker-ulr x",
            "verify --pubish",
            "publish --to-environment x",
            "serve",
            "create",
            "xyz",
            "publish -o jsn",
            "plugin install",
            "broker docker start",
            "publish pacts \u{2014}branch main",
            "publish pacts --version 1",
            "broker publish pacts -e 1",
            "delete-pacticipant -a Web",
            "record-deployment --name=Web",
            "verifier --pacticipant Orders",
            "create-environment -a Web",
        ];
        insta::assert_snapshot!(lines.map(told).join("\n"));
    }
}
