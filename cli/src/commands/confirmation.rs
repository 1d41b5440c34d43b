//! Asking before something is deleted that cannot be had back.
//!
//! Only commands that the official tools do not have ask: scripts that delete with the others must go on.

use std::io::{self, BufRead};

use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

/// The flag of every command that asks.
#[derive(Debug, clap::Args)]
pub(crate) struct Confirmation {
    /// Delete without asking
    #[arg(short = 'y', long)]
    yes: bool,
}

impl Confirmation {
    /// Goes on if the person at the terminal says so, or has said so with the flag. Nobody is asked where nobody can answer.
    ///
    /// `what` says all that is going to be lost, and begins with a verb.
    pub(crate) fn obtain(&self, what: &str, context: &Context) -> Result<(), Problem> {
        match context.printer.nobody_to_ask() {
            Some(reason) => self.answered(what, context, Err(reason)),
            None => self.answered(what, context, Ok(&mut io::stdin().lock())),
        }
    }

    /// Answers are read, unless there is a reason why there can be none.
    fn answered(&self, what: &str, context: &Context, answers: Result<&mut dyn BufRead, &str>) -> Result<(), Problem> {
        if self.yes {
            return Ok(());
        }
        let answers = answers.map_err(|reason| {
            let problem = Problem::usage(format!("this would {what}, and {reason}"));
            problem.hint("say --yes if that is what you want")
        })?;
        context.printer.remark(Tone::Doubtful, &format!("This will {what}. Go on? [y/N]"));
        let mut answer = String::new();
        let read = answers.read_line(&mut answer);
        if read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
            return Ok(());
        }
        Err(Problem::exiting(Exit::Interrupted, "nothing was deleted"))
    }
}

#[cfg(test)]
mod tests {
    use anstream::ColorChoice;

    use super::*;
    use crate::context::Environment;
    use crate::printer::testing::keeping;

    fn answered(yes: bool, answer: Option<&str>) -> (Result<(), String>, String) {
        let (printer, _, err) = keeping(ColorChoice::Never);
        let context = Context { printer, environment: Environment::default() };
        let mut answers = answer.map(str::as_bytes);
        let answers =
            answers.as_mut().map(|answers| answers as &mut dyn BufRead).ok_or("there is no terminal to ask at");
        let result = Confirmation { yes }.answered("delete Web", &context, answers);
        (result.map_err(|problem| problem.to_string()), err.text())
    }

    #[test]
    fn only_a_yes_means_yes() {
        for answer in ["y\n", "YES\r\n", " yes "] {
            assert_eq!(answered(false, Some(answer)).0, Ok(()), "{answer:?}");
        }
        for answer in ["", "\n", "n\n", "yeah\n"] {
            assert_eq!(answered(false, Some(answer)).0, Err("nothing was deleted".to_owned()), "{answer:?}");
        }
        assert_eq!(answered(false, Some("y\n")).1, "This will delete Web. Go on? [y/N]\n");
    }

    #[test]
    fn nobody_is_asked_who_has_said_yes_or_cannot_answer() {
        assert_eq!(answered(true, None), (Ok(()), String::new()));
        assert_eq!(answered(true, Some("n\n")), (Ok(()), String::new()));
        let refused = Err("this would delete Web, and there is no terminal to ask at".to_owned());
        assert_eq!(answered(false, None), (refused, String::new()));
    }
}
