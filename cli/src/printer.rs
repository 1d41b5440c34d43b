//! The two streams: results go to standard output, everything else to standard error. The only place that knows colour.
//!
//! Colour is used on terminals only, and not if `NO_COLOR` is set, `TERM` is `dumb`, or `--no-color` is given. What comes
//! from elsewhere (a broker, a pact) is cleaned of control characters, which could otherwise command the terminal, and of what a
//! build service would take for a command in a log.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Mutex;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use intact_broker_client::Notice;

use crate::error;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it is.
    Plain,
    /// Good news.
    Good,
    /// Bad news.
    Bad,
    /// Something to look out for.
    Doubtful,
    /// A heading.
    Strong,
    /// Less important than the rest.
    Faint,
}

impl Tone {
    /// The tone of a broker's notice, by its type.
    pub(crate) fn of_notice(kind: &str) -> Self {
        match kind {
            "success" => Self::Good,
            "error" | "danger" => Self::Bad,
            "warning" | "prompt" => Self::Doubtful,
            "debug" => Self::Faint,
            _ => Self::Plain,
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => GOOD,
            Self::Bad => BAD,
            Self::Doubtful => DOUBTFUL,
            Self::Strong => STRONG,
            Self::Faint => FAINT,
        }
    }
}

/// Writes for people and for programs.
pub(crate) struct Printer {
    color: bool,
    quiet: bool,
    out: Mutex<AutoStream<Box<dyn Write + Send>>>,
    err: Mutex<AutoStream<Box<dyn Write + Send>>>,
    failure: Mutex<Option<io::Error>>,
}

impl Printer {
    /// The process's own streams. If it is to be quiet, remarks are left out.
    pub(crate) fn of_process(no_color: bool, quiet: bool) -> Self {
        let choice = |chosen: ColorChoice| if no_color { ColorChoice::Never } else { chosen };
        let out = choice(AutoStream::choice(&io::stdout()));
        let err = choice(AutoStream::choice(&io::stderr()));
        let printer = Self::new((Box::new(io::stdout()), out), (Box::new(io::stderr()), err));
        Self { quiet, ..printer }
    }

    fn new(out: (Box<dyn Write + Send>, ColorChoice), err: (Box<dyn Write + Send>, ColorChoice)) -> Self {
        let color = out.1 != ColorChoice::Never;
        Self {
            color,
            quiet: false,
            out: Mutex::new(AutoStream::new(out.0, out.1)),
            err: Mutex::new(AutoStream::new(err.0, err.1)),
            failure: Mutex::new(None),
        }
    }

    /// Whether standard output shows colours.
    pub(crate) fn is_coloured(&self) -> bool {
        self.color
    }

    /// Whether diagnostics may be coloured.
    pub(crate) fn is_coloured_on_stderr(&self) -> bool {
        self.err.lock().is_ok_and(|err| err.current_choice() != ColorChoice::Never)
    }

    /// A line of the result.
    pub(crate) fn line(&self, tone: Tone, text: &str) {
        self.write(&self.out, tone, &clean(text));
    }

    /// A plain line of the result.
    pub(crate) fn text(&self, text: &str) {
        self.line(Tone::Plain, text);
    }

    /// A result for programs, written as it is. Text that brings its own colours, such as a report, is written so too.
    pub(crate) fn raw(&self, text: &str) {
        self.write(&self.out, Tone::Plain, text);
    }

    /// A line that is no result: progress, a remark, a warning. Left out if the process is to be quiet.
    pub(crate) fn remark(&self, tone: Tone, text: &str) {
        if !self.quiet {
            self.complain(tone, text);
        }
    }

    /// A remark for programs, such as a command that a build service is to obey, written as it is.
    pub(crate) fn raw_remark(&self, text: &str) {
        if !self.quiet {
            self.write(&self.err, Tone::Plain, text);
        }
    }

    /// Whether only results and errors are wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Why nobody can be asked anything, if that is so: a question is a remark, and wants an answer.
    pub(crate) fn nobody_to_ask(&self) -> Option<&'static str> {
        nobody_to_ask(self.quiet, io::stdin().is_terminal() && io::stderr().is_terminal())
    }

    /// A line of an error.
    fn complain(&self, tone: Tone, text: &str) {
        self.write(&self.err, tone, &clean(text));
    }

    /// A broker's notices as results.
    pub(crate) fn notices(&self, notices: &[Notice]) {
        for notice in notices {
            self.line(Tone::of_notice(&notice.kind), &notice.text);
        }
    }

    /// What went wrong, why, and what to try.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let mut chain = error.chain().map(ToString::to_string);
        let mut said = chain.next().unwrap_or_default();
        self.complain(Tone::Bad, &format!("error: {said}"));
        for cause in chain {
            // Many an error ends with its cause, or is transparent and says nothing else.
            if !said.contains(&cause) {
                self.complain(Tone::Plain, &indented(&cause));
            }
            said = cause;
        }
        if let Some(error) = error::broker_error(error) {
            for notice in error.notices() {
                if !error.messages().iter().any(|message| message.contains(&notice.text)) {
                    self.complain(Tone::of_notice(&notice.kind), &indented(&notice.text));
                }
            }
        }
        if let Some(hint) = error::hint(error, error::is_set_here) {
            self.complain(Tone::Doubtful, &format!("hint: {hint}"));
        }
    }

    /// The first failure to write, unless the reader simply went away.
    pub(crate) fn finish(self) -> Result<(), io::Error> {
        match self.failure.into_inner() {
            Ok(Some(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    fn write(&self, stream: &Mutex<AutoStream<Box<dyn Write + Send>>>, tone: Tone, text: &str) {
        let Ok(mut stream) = stream.lock() else { return };
        let style = tone.style();
        let written = writeln!(stream, "{style}{text}{style:#}").and_then(|()| stream.flush());
        if let (Err(error), Ok(mut failure)) = (written, self.failure.lock()) {
            failure.get_or_insert(error);
        }
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn nobody_to_ask(is_quiet: bool, at_terminal: bool) -> Option<&'static str> {
    match (is_quiet, at_terminal) {
        (true, _) => Some("--quiet leaves out the question"),
        (false, false) => Some("there is no terminal to ask at"),
        (false, true) => None,
    }
}

/// The text with control characters made visible; line breaks and tabs stay. A line that begins as the commands of a GitHub
/// workflow do, which its log would obey, begins otherwise.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let harmful = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    let is_command = |line: &str| line.trim_start().starts_with("::");
    let text = text.trim_end_matches(['\n', '\r']);
    if !text.contains(harmful) && !text.lines().any(is_command) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace(harmful, "\u{fffd}");
    let harmless = |line: &str| if is_command(line) { line.replacen("::", "\u{fffd}::", 1) } else { line.to_owned() };
    Cow::Owned(text.split('\n').map(harmless).collect::<Vec<_>>().join("\n"))
}

/// A name or a description as a part of a line: line breaks and other control characters are blanks.
pub(crate) fn one_line(text: &str) -> String {
    text.trim().replace("\r\n", " ").replace(char::is_control, " ")
}

#[cfg(test)]
pub(crate) mod testing {
    //! A printer that keeps what is printed.

    use std::sync::Arc;

    use super::*;

    /// A stream that keeps what is written to it.
    #[derive(Clone, Default)]
    pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Kept {
        /// All that was written.
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("no writer panicked").clone()).expect("UTF-8")
        }
    }

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panicked").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A printer that leaves out remarks.
    pub(crate) fn quiet() -> Printer {
        Printer { quiet: true, ..keeping(ColorChoice::Never).0 }
    }

    /// A printer, what it prints as results, and what it prints as diagnostics.
    pub(crate) fn keeping(color: ColorChoice) -> (Printer, Kept, Kept) {
        let (out, err) = (Kept::default(), Kept::default());
        let printer = Printer::new((Box::new(out.clone()), color), (Box::new(err.clone()), color));
        (printer, out, err)
    }

    /// Runs `print` and gives what went to standard output and to standard error, with or without colour.
    pub(crate) fn printed(color: ColorChoice, print: impl FnOnce(&Printer)) -> (String, String) {
        let (printer, out, err) = keeping(color);
        print(&printer);
        (out.text(), err.text())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::printed;
    use super::*;
    use crate::error::Problem;

    #[test]
    fn errors_say_what_why_and_what_to_try() {
        let problem = Problem::usage("$.interactions: expected an array,\nfound a string").hint("look at the file");
        let error = anyhow::Error::from(problem).context("could not read orders.json");
        let (out, err) = printed(ColorChoice::Never, |printer| printer.error(&error));
        assert_eq!(out, "");
        insta::assert_snapshot!(err, @r"
        error: could not read orders.json
          $.interactions: expected an array,
          found a string
        hint: look at the file
        ");
    }

    #[test]
    fn a_cause_is_said_once() {
        let error = anyhow::anyhow!("disk full").context("writing failed: disk full").context("could not publish");
        let (_, err) = printed(ColorChoice::Never, |printer| printer.error(&error));
        assert_eq!(err, "error: could not publish\n  writing failed: disk full\n");
    }

    #[test]
    fn colours_appear_only_where_they_are_wanted() {
        let print = |printer: &Printer| printer.line(Tone::Good, "yes");
        assert_eq!(printed(ColorChoice::Never, print).0, "yes\n");
        assert_eq!(printed(ColorChoice::AlwaysAnsi, print).0, "\u{1b}[32myes\u{1b}[0m\n");
    }

    #[test]
    fn a_quiet_process_gives_results_and_errors_only() {
        let (printer, out, err) = testing::keeping(ColorChoice::Never);
        let printer = Printer { quiet: true, ..printer };
        printer.text("a result");
        printer.remark(Tone::Doubtful, "warning: a remark");
        printer.error(&Problem::usage("an error").hint("a hint").into());
        assert_eq!((out.text(), err.text()), ("a result\n".into(), "error: an error\nhint: a hint\n".into()));
    }

    #[test]
    fn text_from_elsewhere_cannot_command_the_terminal() {
        let (out, _) = printed(ColorChoice::AlwaysAnsi, |printer| printer.text("a\u{1b}[2Jb\r\u{9b}c\td\ne\n"));
        assert_eq!(out, "a\u{fffd}[2Jb\u{fffd}\u{fffd}c\td\ne\n");
    }

    #[test]
    fn text_from_elsewhere_cannot_command_a_build_service() {
        let text = "one\n::error::two\r\n  ::add-mask::three\na::b\nc: ::d\n";
        let (out, _) = printed(ColorChoice::Never, |printer| printer.text(text));
        assert_eq!(out, "one\n\u{fffd}::error::two\n  \u{fffd}::add-mask::three\na::b\nc: ::d\n");
    }

    #[test]
    fn a_name_is_a_part_of_one_line() {
        assert_eq!(one_line(" an\r\norder\n::error::of\tte\u{1b}n \n"), "an order ::error::of te n");
    }

    #[test]
    fn nobody_is_asked_who_cannot_see_the_question_or_answer_it() {
        assert_eq!(nobody_to_ask(false, true), None);
        assert_eq!(nobody_to_ask(false, false), Some("there is no terminal to ask at"));
        assert_eq!(nobody_to_ask(true, true), Some("--quiet leaves out the question"));
    }
}
