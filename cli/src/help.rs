//! What the help texts have in common: commands listed by what they are for, examples, exit codes.

use std::fmt::Write as _;

use clap::Command;

/// Which commands belong together, in the order of a contract's life.
const GROUPS: &[(&str, &[&str])] = &[
    ("Begin here", &["demo"]),
    ("Test", &["verify", "states", "mock", "stub"]),
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
            "create-or-update-version",
            "describe-version",
            "create-version-tag",
            "delete-version-tag",
            "delete-branch",
            "list-latest-pact-versions",
        ],
    ),
    ("Server", &["broker", "serve", "clean"]),
];

const EXAMPLES: &[(&str, &str)] = &[
    (
        "intact",
        "intact publish pacts/ -r -b https://broker.example.com\n\
         intact verify -n Orders -b https://broker.example.com -p 8080 --publish\n\
         intact can-i-deploy -a Web -e 1.0.0 --to-environment production",
    ),
    (
        "verify",
        "intact verify pacts/ -n Orders -p 8080 -s http://localhost:8080/_pact/states\n\
         intact verify -n Orders -b https://broker.example.com -p 8080 --publish\n\
         intact verify pacts/Web-Orders.json -p 8080 --filter-description '^an.order$'",
    ),
    ("states", "intact states pacts/\nintact states -n Orders -b https://broker.example.com"),
    (
        "mock",
        "intact mock -f pacts/Web-Orders.json -p 8080\n\
         intact mock start -o pacts\n\
         intact mock create -f pacts/Web-Orders.json",
    ),
    (
        "stub",
        "intact stub pacts/ -p 8080 --watch\n\
         intact stub -b https://broker.example.com --provider-name Orders -p 8080 --cors",
    ),
    (
        "publish",
        "intact publish pacts/ -r -b https://broker.example.com\n\
         intact publish 'pacts/**/*.json' -a 1.0.0 --branch main",
    ),
    (
        "can-i-deploy",
        "intact can-i-deploy -a Web -e 1.0.0 --to-environment production\n\
         intact can-i-deploy -a Web -e 1.0.0 --to-environment test --retry-while-unknown 30",
    ),
    ("can-i-merge", "intact can-i-merge -a Web -e 1.0.0"),
    ("record-deployment", "intact record-deployment -a Web -e 1.0.0 --environment production"),
    ("record-release", "intact record-release -a Web -e 1.0.0 --environment production"),
    ("create-environment", "intact create-environment --name staging --no-production"),
    (
        "serve",
        "intact broker serve\n\
         intact broker serve --database-url postgres://me:secret@db/contracts\n\
         intact broker serve --config broker.toml --log-level info --log-format json",
    ),
    (
        "clean",
        "intact broker clean --dry-run\n\
         intact broker clean --keep-version-selectors '[{\"branch\":true,\"latest\":true},{\"max_age\":30}]'",
    ),
];

/// Exit codes that differ from the common ones.
const EXIT_CODES: &[(&str, &str)] = &[("verify", OF_VERIFY), ("mock", OF_MOCK)];

const OF_VERIFY: &str = "  0  the provider keeps its contracts (failures of pending ones do not count)
  1  it does not; or nothing was verified, a pact could not be read, or a result not be published
  2  wrong usage, or a report could not be written
  3  the provider, the broker or a pact's URL could not be reached, and nothing else was wrong";

const OF_MOCK: &str = "  0  done; of a mock server that was interrupted: it was used as its pact says
  1  it was not
  2  wrong usage; from `mock verify`: the mock server was not used as its pact says
  3  a port could not be had; no mock server with this id or port
  10, 20, 30, 40  the master server refused, or did not answer, `list`, `create`,
                  `shutdown` and `shutdown-master`, or `verify`";

const OF_OTHERS: &str = "  0  done, or yes
  1  the contract says no, or contradicts what is published
  2  wrong usage, a file that is missing or wrong, a name that nobody knows
  3  something needed was not available";

/// The command with all that its help and those of the commands below it need.
pub(crate) fn complete(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let command = if command.get_after_help().is_some() {
        command
    } else {
        let after = after(&command, &name);
        command.after_help(after)
    };
    let grouped = command.get_subcommands().any(|below| below.get_name() == "publish");
    let command = if grouped { listed_in_groups(command) } else { command };
    if name == "mock" { command } else { command.mut_subcommands(complete) }
}

/// The commands that send or serve generated values.
const GENERATING: &[&str] = &["verify", "mock", "stub"];

fn after(command: &Command, name: &str) -> String {
    let header = command.get_styles().get_header();
    let find = |table: &[(&str, &'static str)]| table.iter().find(|(of, _)| *of == name).map(|(_, text)| *text);
    let mut text = String::new();
    if let Some(examples) = find(EXAMPLES) {
        _ = writeln!(text, "{header}Examples:{header:#}");
        examples.lines().for_each(|line| _ = writeln!(text, "  {line}"));
        text.push('\n');
    }
    if GENERATING.contains(&name) {
        _ = writeln!(text, "{header}Variables:{header:#}");
        _ = writeln!(text, "  INTACT_SEED  with the same text the same random values come again, in the same build\n");
    }
    let codes = find(EXIT_CODES).unwrap_or(OF_OTHERS);
    _ = write!(text, "{header}Exit codes:{header:#}\n{codes}");
    text
}

/// Clap knows one list of commands; this is several.
fn listed_in_groups(command: Command) -> Command {
    let header = command.get_styles().get_header();
    let literal = command.get_styles().get_literal();
    let width = command.get_subcommands().map(|below| below.get_name().len()).max().unwrap_or_default();
    let mut text = String::from("{about-with-newline}\n{usage-heading} {usage}\n\n");
    let mut rest: Vec<&Command> = command.get_subcommands().filter(|below| !below.is_hide_set()).collect();
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

    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// What `--help` says of a command and of all below it, in a terminal of 100 columns.
    fn texts(command: &Command, path: &str, into: &mut Vec<String>) {
        let all = complete(Cli::command()).term_width(100);
        let told = all.try_get_matches_from(format!("{path} --help").split(' ')).expect_err("a help text");
        into.push(format!("$ {path} --help\n{told}"));
        // What is below `broker` is the same as what is beside it, but for `serve`.
        let below = command
            .get_subcommands()
            .filter(|below| path != "intact broker" || ["serve", "clean"].contains(&below.get_name()));
        for below in below {
            texts(below, &format!("{path} {}", below.get_name()), into);
        }
    }

    #[test]
    fn every_command_says_what_it_does_how_and_how_it_ends() {
        let mut all = Vec::new();
        texts(&Cli::command(), "intact", &mut all);
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
    fn groups_and_examples_name_commands_that_there_are() {
        let command = Cli::command();
        let mut known: BTreeSet<&str> = command.get_subcommands().map(Command::get_name).collect();
        known.extend(["intact", "serve", "clean"]);
        let grouped = GROUPS.iter().flat_map(|(_, names)| names.iter());
        for name in grouped.chain(EXAMPLES.iter().chain(EXIT_CODES).map(|(name, _)| name)) {
            assert!(known.contains(name), "there is no command {name}");
        }
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
