//! Asking at a terminal for what was not said by a flag.

use std::io::BufRead;

use clap::ValueEnum;

use crate::context::Context;
use crate::error::Problem;
use crate::printer::Tone;

/// Asks, if somebody can answer.
pub(super) struct Questions<'c, R> {
    /// Where answers come from, or why there are none.
    answers: Result<R, &'static str>,
    /// What can be guessed is not asked for.
    guess: bool,
    context: &'c Context,
}

impl<'c, R: BufRead> Questions<'c, R> {
    pub(super) fn new(answers: Result<R, &'static str>, guess: bool, context: &'c Context) -> Self {
        Self { answers, guess, context }
    }

    /// One of several: as the flag says, else as answered, else as guessed.
    pub(super) fn choice<T: ValueEnum>(
        &mut self,
        question: &str,
        flag: &str,
        given: Option<T>,
        guess: Option<T>,
    ) -> Result<T, Problem> {
        if let Some(given) = given {
            return Ok(given);
        }
        let name = |choice: &T| choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let names: Vec<String> = T::value_variants().iter().map(name).collect();
        let guessed = guess.as_ref().map(name);
        let question = format!("{question}: {}", names.join(", "));
        loop {
            let answer = self.text(&question, flag, guessed.as_deref())?;
            match T::from_str(&answer, true) {
                Ok(choice) => return Ok(choice),
                Err(_) => self.context.printer.remark(Tone::Doubtful, &format!("one of {}, please", names.join(", "))),
            }
        }
    }

    /// The name of an application.
    pub(super) fn name(
        &mut self,
        question: &str,
        flag: &str,
        given: Option<&str>,
        guess: Option<&str>,
    ) -> Result<String, Problem> {
        let name = match given {
            Some(given) => given.trim().to_owned(),
            None => self.text(question, flag, guess)?,
        };
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(Problem::usage(format!("{flag} must be a name, in one line")));
        }
        Ok(name)
    }

    fn text(&mut self, question: &str, flag: &str, guess: Option<&str>) -> Result<String, Problem> {
        if let Some(guess) = guess.filter(|_| self.guess) {
            return Ok(guess.to_owned());
        }
        let missing = |reason: &str| {
            let problem = Problem::usage(format!("{flag} is missing, and {reason}"));
            match guess {
                Some(guess) => problem.hint(format!("say it, or say --yes to take what the project tells: {guess}")),
                None => problem.hint(format!("say {flag}: the project does not tell it")),
            }
        };
        let answers = self.answers.as_mut().map_err(|reason| missing(reason))?;
        let offered = guess.map(|guess| format!(" [{guess}]")).unwrap_or_default();
        self.context.printer.remark(Tone::Strong, &format!("{question}?{offered}"));
        let mut answer = String::new();
        match answers.read_line(&mut answer) {
            Ok(read) if read > 0 => {}
            _ => return Err(missing("there was no answer")),
        }
        match (answer.trim(), guess) {
            ("", Some(guess)) => Ok(guess.to_owned()),
            (answer, _) => Ok(answer.to_owned()),
        }
    }
}
