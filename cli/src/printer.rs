//! The two streams: results go to standard output, everything else to standard error. The only place that knows colour.
//!
//! Colour is used on terminals only, and not if `NO_COLOR` is set, `TERM` is `dumb`, or `--no-color` is given. What comes
//! from elsewhere (a broker, a pact) is cleaned of control characters, which could otherwise command the terminal.

use std::borrow::Cow;
use std::io::{self, Write};
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
    out: Mutex<AutoStream<Box<dyn Write + Send>>>,
    err: Mutex<AutoStream<Box<dyn Write + Send>>>,
    failure: Mutex<Option<io::Error>>,
}

impl Printer {
    /// The process's own streams.
    pub(crate) fn of_process(no_color: bool) -> Self {
        let choice = |chosen: ColorChoice| if no_color { ColorChoice::Never } else { chosen };
        let out = choice(AutoStream::choice(&io::stdout()));
        let err = choice(AutoStream::choice(&io::stderr()));
        Self::new((Box::new(io::stdout()), out), (Box::new(io::stderr()), err))
    }

    fn new(out: (Box<dyn Write + Send>, ColorChoice), err: (Box<dyn Write + Send>, ColorChoice)) -> Self {
        let color = out.1 != ColorChoice::Never;
        Self {
            color,
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

    /// A line that is no result: progress, a remark, a warning.
    pub(crate) fn remark(&self, tone: Tone, text: &str) {
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
        self.remark(Tone::Bad, &format!("error: {said}"));
        for cause in chain {
            // Many an error ends with its cause, or is transparent and says nothing else.
            if !said.contains(&cause) {
                self.remark(Tone::Plain, &indented(&cause));
            }
            said = cause;
        }
        if let Some(error) = error::broker_error(error) {
            for notice in error.notices() {
                if !error.messages().iter().any(|message| message.contains(&notice.text)) {
                    self.remark(Tone::of_notice(&notice.kind), &indented(&notice.text));
                }
            }
        }
        if let Some(hint) = error::hint(error) {
            self.remark(Tone::Doubtful, &format!("hint: {hint}"));
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

/// The text with control characters made visible; line breaks and tabs stay.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let harmful = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    let text = text.trim_end_matches(['\n', '\r']);
    if text.contains(harmful) {
        Cow::Owned(text.replace("\r\n", "\n").replace(harmful, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
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
    fn text_from_elsewhere_cannot_command_the_terminal() {
        let (out, _) = printed(ColorChoice::AlwaysAnsi, |printer| printer.text("a\u{1b}[2Jb\r\u{9b}c\td\ne\n"));
        assert_eq!(out, "a\u{fffd}[2Jb\u{fffd}\u{fffd}c\td\ne\n");
    }
}
