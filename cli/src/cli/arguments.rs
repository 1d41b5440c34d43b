//! From the arguments of a process to a command: what the official tools understand besides, such as links to the binary that have
//! their names, and flags with underscores.

use std::ffi::OsString;
use std::path::Path;

use clap::{ArgMatches, ColorChoice, CommandFactory as _, FromArgMatches as _};

use super::{Cli, Command, GlobalOptions};
use crate::broker_options::VERBOSE_LETTER;
use crate::help;

impl Cli {
    /// Reads the arguments of a process. `--long_flags` with underscores are understood, as by the older tools.
    pub(crate) fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut options_ended = false;
        let arguments = with_name_of_link(arguments.into_iter().collect());
        let arguments = arguments.into_iter().map(|argument| {
            options_ended |= argument == "--";
            match argument.to_str() {
                Some(text) if !options_ended => with_dashes(text).into(),
                _ => argument,
            }
        });
        let arguments: Vec<OsString> = help::asked_for_with_a_flag(arguments.collect());
        let mut command = Self::command();
        if arguments.iter().any(|argument| argument == "--no-color" || argument == "--no-colour") {
            command = command.color(ColorChoice::Never);
        }
        let matches = match help::mistyped_dash(&mut command, &arguments) {
            Some(error) => Err(error),
            None => command.try_get_matches_from_mut(&arguments),
        };
        let matches = matches.map_err(|error| help::told(error, command, &arguments))?;
        if matches.subcommand_name().is_none() {
            return Ok(Self { global: GlobalOptions::from_arg_matches(&matches)?, command: Command::Welcome });
        }
        let mut cli = Self::from_arg_matches(&matches)?;
        // The official verifier and stub have a letter for this that other commands use for something else.
        cli.global.log_level = cli.command.log_level().or(cli.global.log_level);
        cli.global.log_layout = cli.command.log_layout();
        cli.global.verbose |= is_set(&matches, VERBOSE_LETTER);
        Ok(cli)
    }
}

/// Whether the innermost command has a switch, and it is on.
fn is_set(matches: &ArgMatches, switch: &str) -> bool {
    let mut innermost = matches;
    while let Some((_, below)) = innermost.subcommand() {
        innermost = below;
    }
    matches!(innermost.try_get_one::<bool>(switch), Ok(Some(true)))
}

/// A link to this binary that has the name of an official one takes that one's arguments.
fn with_name_of_link(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let name = arguments.first().and_then(|program| Path::new(program).file_stem()?.to_str());
    let command = match name.map(|name| name.replace('_', "-")).as_deref() {
        Some("pact-broker" | "pact-broker-cli") => "broker",
        Some("pact-verifier" | "pact-verifier-cli") => "verify",
        Some("pact-mock-server" | "pact-mock-server-cli") => "mock",
        Some("pact-stub-server" | "pact-stub-server-cli") => "stub",
        _ => return arguments,
    };
    arguments.insert(1, command.into());
    arguments
}

fn with_dashes(argument: &str) -> String {
    let (name, value) = match argument.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (argument, None),
    };
    let is_flag = name.starts_with("--") && name.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
    match value {
        _ if !is_flag => argument.to_owned(),
        Some(value) => format!("{}={value}", name.replace('_', "-")),
        None => name.replace('_', "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ClientCommand;
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_words_of_the_official_tools_are_understood() {
        let official = |words: &str| Cli::from_arguments(words.split(' ').map(Into::into)).map(|cli| cli.command);
        let publish = "publish pacts -a 1 -t a -t b --validate --strict -b http://b --ssl-trust-store true --retries 3";
        for words in ["intact", "intact broker"] {
            assert!(matches!(
                official(&format!("{words} {publish}")),
                Ok(Command::Client(ClientCommand::Publish(_)) | Command::Broker(_))
            ));
        }
        let verifier = "intact verifier -l info --pretty-log --no-colour -f a.json -h localhost -p 1 --retries 2";
        assert!(matches!(official(verifier), Ok(Command::Verify(_))));
        let stub = "intact stub -l none -f a.json --retries 2 --cors -p 1 --log-level off";
        assert!(matches!(official(stub), Ok(Command::Stub(_))));
        let version = official("intact verifier -v").map(|_| ()).unwrap_err();
        assert_eq!(version.kind(), clap::error::ErrorKind::DisplayVersion);
    }

    #[test]
    fn a_link_with_the_name_of_an_official_binary_takes_its_arguments() {
        let read = |words: &str| Cli::from_arguments(words.split(' ').map(Into::into)).map(|cli| cli.command);
        assert!(matches!(read("/usr/bin/pact-broker generate-uuid"), Ok(Command::Broker(_))));
        assert!(matches!(read("pact-broker-cli.exe list-webhooks"), Ok(Command::Broker(_))));
        assert!(matches!(read("pact_verifier_cli -f a.json"), Ok(Command::Verify(_))));
        assert!(matches!(read("pact_mock_server_cli list"), Ok(Command::Mock(_))));
        assert!(matches!(read("./pact-stub-server -f a.json"), Ok(Command::Stub(_))));
        assert!(matches!(read("pact generate-uuid"), Ok(Command::Client(_))));
        assert!(matches!(read("pact mock-server -f a.json"), Ok(Command::Mock(_))));
    }

    #[test]
    fn the_letter_of_verbose_means_it_where_the_older_tools_have_it() {
        let verbose = |words: &str| Cli::from_arguments(words.split(' ').map(Into::into)).map(|cli| cli.global.verbose);
        assert!(verbose("intact list-webhooks -v").expect("arguments"));
        assert!(verbose("intact broker list-webhooks -b http://b -v").expect("arguments"));
        assert!(!verbose("intact list-webhooks").expect("arguments"));
    }

    #[test]
    fn underscores_in_flags_are_read_as_dashes_and_values_are_left_alone() {
        assert_eq!(with_dashes("--broker_base_url=http://a_b"), "--broker-base-url=http://a_b");
        assert_eq!(with_dashes("--to_environment"), "--to-environment");
        for argument in ["a_b", "-a_b", "--A_b", "--", "feat/a_b=c"] {
            assert_eq!(with_dashes(argument), argument);
        }
    }
}
