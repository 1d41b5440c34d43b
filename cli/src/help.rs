//! What the help texts have in common: commands listed by what they are for, examples, exit codes.
//!
//! Most runs end without a help text, so only the texts that are asked for are made: [`told`] completes the commands on the
//! way to the one in question when clap has found out that somebody wants help. [`suggestions`] is for mistyped words.

mod examples;
mod suggestions;

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, Subcommand as _};

use self::examples::{EXAMPLES, EXIT_CODES, OF_OTHERS, VARIABLES};
pub(crate) use self::suggestions::mistyped_dash;
use crate::cli::{Cli, ClientCommand};

/// Which commands belong together, in the order of a contract's life.
const GROUPS: &[(&str, &[&str])] = &[
    ("Begin here", &["demo", "init", "doctor"]),
    ("Test", &["verify", "states", "mock", "stub"]),
    ("Pact files", &["pact", "lint", "diff", "show", "convert", "merge"]),
    ("Publish and ask", &["publish", "can-i-deploy", "can-i-merge"]),
    ("Deployments", &["record-deployment", "record-undeployment", "record-release", "record-support-ended"]),
    (
        "Environments",
        &[
            "create-environment",
            "update-environment",
            "list-environments",
            "describe-environment",
            "delete-environment",
        ],
    ),
    (
        "Applications and their versions",
        &[
            "create-or-update-pacticipant",
            "list-pacticipants",
            "describe-pacticipant",
            "delete-pacticipant",
            "create-label",
            "delete-label",
            "create-or-update-version",
            "list-versions",
            "describe-version",
            "delete-version",
            "create-version-tag",
            "delete-version-tag",
            "list-branches",
            "delete-branch",
        ],
    ),
    (
        "Contracts and results",
        &[
            "list-latest-pact-versions",
            "get-pacts",
            "delete-pact",
            "list-integrations",
            "delete-integration",
            "provider-states",
            "matrix",
        ],
    ),
    (
        "Webhooks",
        &[
            "create-webhook",
            "create-or-update-webhook",
            "list-webhooks",
            "describe-webhook",
            "test-webhook",
            "webhook-logs",
            "delete-webhook",
        ],
    ),
    ("Server", &["broker", "serve", "clean"]),
];

/// `help COMMAND` as `COMMAND --help`, so that there is one way to make a text; also below a group of commands. And `publish -h`
/// without a value: that is the letter of the branch in the older of the official tools, and of help in the newer.
pub(crate) fn asked_for_with_a_flag(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let word = |at: usize| arguments.get(at).and_then(|word| word.to_str());
    if word(1) == Some("publish") || (word(1) == Some("broker") && word(2) == Some("publish")) {
        let options = arguments.iter().take_while(|argument| *argument != "--").count();
        let is_bare = |at: usize| word(at) == Some("-h") && word(at + 1).is_none_or(|next| next.starts_with('-'));
        if let Some(at) = (0..options).find(|&at| is_bare(at)) {
            arguments[at] = "--help".into();
        }
        return arguments;
    }
    let at = match arguments.get(1).and_then(|word| word.to_str()) {
        Some("help") => 1,
        Some(group) if arguments.get(2).is_some_and(|word| word == "help") && WITH_COMMANDS.contains(&group) => 2,
        _ => return arguments,
    };
    arguments.remove(at);
    arguments.push("--help".into());
    arguments
}

/// Groups of commands that are no commands themselves.
const WITH_COMMANDS: &[&str] = &["broker", "mock", "pact", "provider-states"];

/// What is told in place of a result: the whole help text if one is asked for, or the error with what may have been meant.
pub(crate) fn told(error: clap::Error, command: Command, arguments: &[OsString]) -> clap::Error {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            completed_on_way(command, &mut words(arguments)).try_get_matches_from(arguments).err().unwrap_or(error)
        }
        ErrorKind::DisplayVersion => error,
        _ => suggestions::added(error, arguments),
    }
}

/// The words that may be names of commands.
fn words(arguments: &[OsString]) -> impl Iterator<Item = &str> {
    arguments.iter().skip(1).filter_map(|argument| argument.to_str())
}

/// The command and those on the way that the words go, with all that their help needs.
fn completed_on_way<'a>(command: Command, words: &mut impl Iterator<Item = &'a str>) -> Command {
    let command = completed(with_own_about(command, &Cli::command()));
    // The words of the official mock server have exit codes of their own, which `mock` tells.
    if command.get_name() == "mock" {
        return command;
    }
    let next = words.find_map(|word| command.find_subcommand(word)).map(|found| found.get_name().to_owned());
    match next {
        Some(next) => command
            .mut_subcommands(|below| if below.get_name() == next { completed_on_way(below, words) } else { below }),
        None => command,
    }
}

/// All commands, with their arguments and with what the list says of each.
pub(crate) fn tree() -> Command {
    let listed = Cli::command();
    let mut all = Cli::command();
    all.build();
    all.mut_subcommands(|below| {
        let below = with_own_about(below, &listed);
        if below.get_name() == "broker" { below.mut_subcommands(|it| with_own_about(it, &listed)) } else { below }
    })
}

/// The command with what the list says of it. Its arguments, when they are read, bring what is said of a part of them.
fn with_own_about(command: Command, listed: &Command) -> Command {
    match listed.find_subcommand(command.get_name()).and_then(Command::get_about).cloned() {
        Some(about) => command.about(about),
        None => command,
    }
}

fn completed(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let command = if command.get_after_help().is_some() {
        command
    } else {
        let after = after(&command, &name);
        command.after_help(after)
    };
    let grouped = command.get_subcommands().any(|below| below.get_name() == "publish");
    if grouped { listed_in_groups(command) } else { command }
}

/// What a help text says at its end: headings, and the lines below each.
pub(crate) fn sections(name: &str) -> Vec<(&'static str, String)> {
    let find = |table: &[(&str, &'static str)]| table.iter().find(|(of, _)| *of == name).map(|(_, text)| *text);
    let mut sections = Vec::new();
    if let Some(examples) = find(EXAMPLES) {
        let examples: Vec<String> = examples.lines().map(|line| format!("  {line}")).collect();
        sections.push(("Examples", examples.join("\n")));
    }
    if let Some(variables) = find(VARIABLES) {
        sections.push(("Variables", variables.to_owned()));
    }
    sections.push(("Exit codes", find(EXIT_CODES).unwrap_or(OF_OTHERS).to_owned()));
    sections
}

/// Whether a command stands below another only because the official tools have it there.
pub(crate) fn is_repeated(above: &Command, command: &Command) -> bool {
    above.get_name() == "broker" && ClientCommand::has_subcommand(command.get_name())
}

fn after(command: &Command, name: &str) -> String {
    let header = command.get_styles().get_header();
    let sections = sections(name).into_iter().map(|(heading, lines)| format!("{header}{heading}:{header:#}\n{lines}"));
    sections.collect::<Vec<_>>().join("\n\n")
}

/// Clap knows one list of commands; this is several.
fn listed_in_groups(command: Command) -> Command {
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let width = command.get_subcommands().map(|below| below.get_name().len()).max().unwrap_or_default();
    let mut text = String::from("{about-with-newline}\n{usage-heading} {usage}\n\n");
    let listed = command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help");
    let mut rest: Vec<&Command> = listed.collect();
    let line = |text: &mut String, name: &str, about: &str| {
        _ = writeln!(text, "  {literal}{name}{literal:#}{:1$}  {about}", "", width - name.len());
    };
    for (heading, names) in GROUPS {
        let (found, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|below| names.contains(&below.get_name()));
        rest = others;
        if found.is_empty() {
            continue;
        }
        _ = writeln!(text, "{header}{heading}:{header:#}");
        for below in found {
            line(&mut text, below.get_name(), &below.get_about().map(ToString::to_string).unwrap_or_default());
        }
        text.push('\n');
    }
    _ = writeln!(text, "{header}Other commands:{header:#}");
    for below in rest {
        line(&mut text, below.get_name(), &below.get_about().map(ToString::to_string).unwrap_or_default());
    }
    line(&mut text, "help", "Print this text, or that of a command");
    text.push_str("\n{all-args}{after-help}");
    let of_all =
        if command.get_name() == "intact" { "intact".to_owned() } else { format!("intact {}", command.get_name()) };
    // Hidden from the list that clap would add.
    let command = command.override_usage(format!("{of_all} [OPTIONS] <COMMAND>")).help_template(text);
    command.mut_subcommands(|below| below.hide(true))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    /// What `--help` says of a command, in a terminal of 100 columns.
    fn text(path: &str) -> clap::Error {
        let arguments: Vec<OsString> = path.split(' ').chain(["--help"]).map(Into::into).collect();
        let mut command = Cli::command().term_width(100);
        let error = command.try_get_matches_from_mut(&arguments).expect_err("a help text");
        told(error, command, &arguments)
    }

    /// What `--help` says of a command and of all below it.
    fn texts(command: &Command, path: &str, into: &mut Vec<String>) {
        let told = text(path);
        into.push(format!("$ {path} --help\n{told}"));
        // What is below `broker` is the same as what is beside it, but for `serve`.
        let below = command
            .get_subcommands()
            .filter(|below| below.get_name() != "help")
            .filter(|below| path != "intact broker" || ["serve", "clean", "seed"].contains(&below.get_name()));
        for below in below {
            texts(below, &format!("{path} {}", below.get_name()), into);
        }
    }

    #[test]
    fn every_command_says_what_it_does_how_and_how_it_ends() {
        let mut all = Vec::new();
        texts(&tree(), "intact", &mut all);
        // What many commands have is shown once.
        let mut seen = BTreeSet::new();
        let all = all.join("\n════════════════════\n\n");
        let once = all.split("\n\n").map(|part| match part.split_once('\n') {
            Some((heading, rest)) if heading.ends_with(':') && !seen.insert(rest) => format!("{heading} as above"),
            _ => part.to_owned(),
        });
        insta::assert_snapshot!(once.collect::<Vec<_>>().join("\n\n"));
    }

    #[test]
    fn the_list_of_commands_says_what_each_is_for_before_its_arguments_are_read() {
        for below in Cli::command().get_subcommands() {
            assert!(below.get_about().is_some(), "`{}` needs a doc comment in the list", below.get_name());
        }
    }

    #[test]
    fn help_is_a_word_and_a_flag() {
        let asked = |words: &str| {
            let words = asked_for_with_a_flag(words.split(' ').map(Into::into).collect());
            words.iter().map(|word| word.to_str().expect("text")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(asked("intact help"), "intact --help");
        assert_eq!(asked("intact help publish"), "intact publish --help");
        assert_eq!(asked("intact broker help serve"), "intact broker serve --help");
        assert_eq!(asked("intact publish help"), "intact publish help");
        assert_eq!(asked("intact publish -h"), "intact publish --help");
        assert_eq!(asked("intact broker publish pacts -h --merge"), "intact broker publish pacts --help --merge");
        assert_eq!(asked("intact publish pacts -h main -a 1"), "intact publish pacts -h main -a 1");
        assert_eq!(asked("intact publish -- -h"), "intact publish -- -h");
    }

    #[test]
    fn groups_and_examples_name_commands_that_there_are() {
        let command = tree();
        let mut known: BTreeSet<&str> = command.get_subcommands().map(Command::get_name).collect();
        known.extend(["intact", "serve", "clean", "lint", "diff", "show", "convert", "merge"]);
        let grouped = GROUPS.iter().flat_map(|(_, names)| names.iter());
        for name in grouped.chain(EXAMPLES.iter().chain(EXIT_CODES).chain(VARIABLES).map(|(name, _)| name)) {
            assert!(known.contains(name), "there is no command {name}");
        }
    }

    #[test]
    fn every_command_has_an_example() {
        fn without(command: &Command, found: &mut Vec<String>) {
            let has_one = EXAMPLES.iter().any(|(name, _)| *name == command.get_name());
            let listed: Vec<&Command> = command.get_subcommands().filter(|below| !below.is_hide_set()).collect();
            if !has_one && listed.is_empty() {
                found.push(command.get_name().to_owned());
            }
            // The official mock server's words are shown together.
            let below = listed.into_iter().filter(|below| below.get_name() != "help" && command.get_name() != "mock");
            below.filter(|below| !is_repeated(command, below)).for_each(|below| without(below, found));
        }
        let mut found = Vec::new();
        without(&tree(), &mut found);
        assert_eq!(found, ["list"], "but for that of provider-states, which has the group's");
    }

    #[test]
    fn examples_can_be_run_as_they_stand() {
        for line in EXAMPLES.iter().flat_map(|(_, lines)| lines.lines()) {
            let words = line.split(' ').map(|word| word.trim_matches('\'').into());
            if let Err(error) = Cli::from_arguments(words) {
                panic!("{line}: {error}");
            }
        }
    }
}
