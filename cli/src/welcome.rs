//! What `intact` alone says: the four steps of contract testing, the command for each, and where to go on.

use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

/// Each step: what it is about, its command, a remark on the command.
const STEPS: &[(&str, &str, &str)] = &[
    (
        "The consumer's test records what the consumer relies on: the contract, a file",
        "cargo test",
        "with the crate intact-pact, or the tests of any Pact library",
    ),
    (
        "The consumer's build publishes the contract to a broker",
        "intact publish pacts/ -r -b http://localhost:9292",
        "",
    ),
    (
        "The provider's build replays it against the provider, and publishes the result",
        "intact verify -n Orders -p 8080 -b http://localhost:9292 --publish",
        "",
    ),
    (
        "Before a deployment, the broker is asked whether everybody will get along",
        "intact can-i-deploy -a Web -e 1.0.0 --to-environment production -b http://localhost:9292",
        "",
    ),
];

const FURTHER: &[(&str, &str)] = &[
    ("intact demo", "the four steps on this machine, in a few seconds"),
    ("intact broker serve", "a broker, with its pages at http://localhost:9292"),
    ("intact help", "all commands"),
    ("intact help publish", "one command: its flags, examples and exit codes"),
    (env!("CARGO_PKG_HOMEPAGE"), "the documentation"),
];

pub(crate) fn run(context: &Context) -> Exit {
    let printer = &context.printer;
    printer.line(Tone::Strong, "Intact: contract tests between the consumers and the providers of an API");
    for (number, (about, command, remark)) in (1..).zip(STEPS) {
        printer.text(&format!("\n  {number}  {about}"));
        printer.line(Tone::Good, &format!("       {command}"));
        if !remark.is_empty() {
            printer.line(Tone::Faint, &format!("       ({remark})"));
        }
    }
    printer.line(Tone::Strong, "\nWhere to go on");
    let width = FURTHER.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    for (command, about) in FURTHER {
        printer.text(&format!("  {command:width$}  {about}"));
    }
    Exit::Success
}

#[cfg(test)]
mod tests {
    use anstream::ColorChoice;

    use super::*;
    use crate::cli::Cli;
    use crate::context::Environment;
    use crate::printer::testing::keeping;

    #[test]
    fn a_newcomer_sees_the_four_steps() {
        let (printer, out, err) = keeping(ColorChoice::Never);
        assert_eq!(run(&Context { printer, environment: Environment::default() }), Exit::Success);
        assert_eq!(err.text(), "");
        insta::assert_snapshot!(out.text());
    }

    #[test]
    fn the_commands_can_be_run_as_they_stand() {
        let commands = STEPS.iter().map(|(_, command, _)| *command).chain(FURTHER.iter().map(|(command, _)| *command));
        for line in commands.filter(|line| line.starts_with("intact ")) {
            match Cli::from_arguments(line.split(' ').map(Into::into)) {
                Ok(_) => {}
                Err(error) => assert!(!error.use_stderr(), "{line}: {error}"),
            }
        }
    }
}
