//! The report for people, written while the run goes on.
//!
//! One line for each interaction; below a failed one, what was sent, what came back, and each difference with its place
//! and the rule that was broken.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use intact_matching::explanation::{Layout, Tone};

use super::{InteractionReport, PactReport, Publication, Report, Verdict};
use crate::event::{Observer, VerificationEvent, replay};

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const ODD: Style = AnsiColor::Yellow.on_default();
const QUIET: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();

/// Writes what happens to a terminal or a file.
#[derive(Debug)]
pub struct TerminalReport<W> {
    out: W,
    colour: bool,
    hints: bool,
    error: Option<io::Error>,
}

/// The whole report of a finished run, without colour.
pub fn text(report: &Report) -> String {
    let mut terminal = TerminalReport::new(Vec::new());
    replay(report, &mut terminal);
    String::from_utf8_lossy(&terminal.out).into_owned()
}

impl<W: Write + Send> TerminalReport<W> {
    /// Writes to `out`, without colour and hints.
    pub fn new(out: W) -> Self {
        Self { out, colour: false, hints: false, error: None }
    }

    /// Writes with ANSI colours.
    pub fn colour(self, colour: bool) -> Self {
        Self { colour, ..self }
    }

    /// Says at the end which option of `intact verify` repeats what failed.
    pub fn hints(self, hints: bool) -> Self {
        Self { hints, ..self }
    }

    /// What it wrote to, unless writing failed.
    pub fn finish(mut self) -> io::Result<W> {
        match self.error.take() {
            Some(error) => Err(error),
            None => self.out.flush().map(|()| self.out),
        }
    }

    fn write(&mut self, text: &str) {
        if self.error.is_none() {
            self.error = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()).err();
        }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        let text = clean(text);
        if self.colour { format!("{style}{text}{style:#}") } else { text }
    }

    fn pact(&self, pact: &PactReport) -> String {
        let mut text = format!(
            "{}   {}\n",
            self.paint(STRONG, &format!("{} → {}", pact.consumer, pact.provider)),
            self.paint(QUIET, &format!("{} ({})", pact.source, pact.version)),
        );
        for notice in pact.notices_before() {
            self.block(&mut text, "  ", QUIET, notice);
        }
        for warning in &pact.warnings {
            self.block(&mut text, "  ", ODD, &format!("warning: {warning}"));
        }
        if pact.pending && pact.notices.is_empty() {
            self.block(&mut text, "  ", ODD, "this pact is pending: failures do not count");
        }
        text
    }

    fn interaction(&self, interaction: &InteractionReport) -> String {
        let (mark, style) = match (interaction.is_success(), interaction.pending) {
            (true, _) => ("✓", GOOD),
            (false, true) => ("!", ODD),
            (false, false) => ("✗", BAD),
        };
        let mut text = format!("  {} {}", self.paint(style, mark), clean(&interaction.description));
        if !interaction.states.is_empty() {
            text.push_str(&self.paint(QUIET, &format!(", given {}", interaction.states.join(" and "))));
        }
        if interaction.pending {
            text.push_str(
                &self.paint(ODD, if interaction.is_success() { " (pending)" } else { " (pending: does not count)" }),
            );
        }
        text.push('\n');
        if !interaction.is_success() {
            self.failure(&mut text, interaction);
        }
        if let Some(test) = &interaction.test_name {
            self.block(&mut text, "      ", QUIET, &format!("the contract's test: {test}"));
        }
        for comment in &interaction.comments {
            self.block(&mut text, "      ", QUIET, &format!("comment: {comment}"));
        }
        for warning in &interaction.warnings {
            self.block(&mut text, "      ", ODD, &format!("warning: {warning}"));
        }
        text
    }

    fn failure(&self, text: &mut String, interaction: &InteractionReport) {
        const INDENT: &str = "      ";
        if let Some(exchange) = &interaction.exchange {
            let mut line = exchange.request.clone();
            if let Some((status, _)) = &exchange.answer {
                let reason = http::StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
                _ = write!(line, " answered {status} {}", reason.unwrap_or_default());
            }
            self.block(text, INDENT, QUIET, line.trim_end());
            if let Some(curl) = &exchange.curl {
                self.block(text, INDENT, QUIET, curl);
            }
        }
        for error in &interaction.errors {
            self.block(text, INDENT, BAD, &error.to_string());
        }
        let paint = |tone: Tone, text: &str| {
            let style = match tone {
                Tone::Place | Tone::Actual => BAD,
                Tone::Expected => GOOD,
                Tone::Quiet => QUIET,
                Tone::Hint => ODD,
            };
            self.paint(style, text)
        };
        let layout = Layout { indent: INDENT.len(), rules: true, paint: &paint, ..Layout::default() };
        interaction.explanation.write(text, &layout).expect("writing to a string cannot fail");
        let answer = interaction.exchange.as_ref().and_then(|exchange| exchange.answer.as_ref());
        // The body of an unexpected answer often says what went wrong; that of an expected one is in the mismatches.
        let unexpected = interaction.mismatches.iter().any(|mismatch| mismatch.attribute() == "status")
            || !interaction.errors.is_empty();
        if let Some((_, body)) = answer.filter(|(_, body)| unexpected && !body.trim().is_empty()) {
            self.block(text, INDENT, QUIET, &format!("its body: {body}"));
        }
    }

    /// Lines of text, each indented.
    fn block(&self, text: &mut String, indent: &str, style: Style, lines: &str) {
        for line in lines.lines() {
            _ = writeln!(text, "{indent}{}", self.paint(style, line));
        }
    }

    fn summary(&self, report: &Report) -> String {
        let mut text = String::new();
        for pact in &report.pacts {
            for notice in pact.notices_after() {
                self.block(&mut text, "", QUIET, notice);
            }
            match &pact.publication {
                Publication::None => {}
                Publication::Published(url) => {
                    let at = url.as_ref().map(|url| format!(": {url}")).unwrap_or_default();
                    let line = format!("published the result for {} → {}{at}", pact.consumer, pact.provider);
                    self.block(&mut text, "", QUIET, &line);
                }
                Publication::Failed { reason, .. } => {
                    let line = format!(
                        "the result for {} → {} could not be published: {reason}",
                        pact.consumer, pact.provider
                    );
                    self.block(&mut text, "", BAD, &line);
                }
            }
        }
        let counts = Counts::of(report).to_string();
        match report.verdict() {
            Verdict::Verified => self.block(&mut text, "", GOOD, &counts),
            Verdict::Failed => self.block(&mut text, "", BAD, &counts),
            Verdict::NotPublished => {
                self.block(&mut text, "", GOOD, &counts);
                self.block(
                    &mut text,
                    "",
                    BAD,
                    "the provider keeps its contracts, but not all results could be published",
                );
            }
            Verdict::NothingVerified => {
                self.block(
                    &mut text,
                    "",
                    BAD,
                    "nothing was verified: no pact, or no interaction that the filters let through",
                );
            }
            Verdict::Unavailable => {
                self.block(&mut text, "", BAD, &counts);
                self.block(
                    &mut text,
                    "",
                    BAD,
                    "what was needed could not be reached, so this says nothing about the contracts",
                );
            }
        }
        if report.stopped_early {
            self.block(&mut text, "", ODD, "the run ended at the first failure");
        }
        let mut failed = report.interactions().filter(|interaction| !interaction.is_success() && !interaction.pending);
        if self.hints
            && let (Some(first), None) = (failed.next(), failed.next())
        {
            let regex = regex::escape(&first.description).replace('\'', ".");
            self.block(
                &mut text,
                "",
                QUIET,
                &format!("hint: run again with --filter-description '^{regex}$' to repeat only this one"),
            );
        }
        text
    }
}

impl<W: Write + Send> Observer for TerminalReport<W> {
    fn on(&mut self, event: &VerificationEvent<'_>) {
        let text = match event {
            VerificationEvent::SourceFailed(failure) => {
                let mut text =
                    format!("{} {}: {}\n", self.paint(BAD, "✗"), clean(&failure.source), clean(&failure.reason));
                if let Some(hint) = failure.hint.as_ref().filter(|_| self.hints) {
                    self.block(&mut text, "  ", QUIET, &format!("hint: {hint}"));
                }
                text
            }
            VerificationEvent::FileSkipped(file) => {
                format!("{}\n", self.paint(QUIET, &format!("skipped {}: {}", file.path.display(), file.reason)))
            }
            VerificationEvent::Planned { .. } => return,
            VerificationEvent::PactStarted(pact) => self.pact(pact),
            VerificationEvent::InteractionFinished(interaction) => self.interaction(interaction),
            VerificationEvent::PactFinished(pact) => {
                let mut text = String::new();
                if pact.left_out > 0 {
                    let line = format!("{} left out by filters", Count(pact.left_out, "interaction"));
                    self.block(&mut text, "  ", QUIET, &line);
                } else if pact.interactions.is_empty() {
                    self.block(&mut text, "  ", QUIET, "it has no interactions");
                }
                text.push('\n');
                text
            }
            VerificationEvent::Finished(report) => self.summary(report),
        };
        self.write(&text);
    }
}

/// `1 interaction`, `2 interactions`.
struct Count(usize, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

struct Counts {
    all: usize,
    failed: usize,
    pending: usize,
    sources: usize,
}

impl Counts {
    fn of(report: &Report) -> Self {
        let failed = |pending: bool| {
            report
                .interactions()
                .filter(|interaction| !interaction.is_success() && interaction.pending == pending)
                .count()
        };
        Self {
            all: report.interactions().count(),
            failed: failed(false),
            pending: failed(true),
            sources: report.failed_sources.len(),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.failed > 0 {
            write!(f, "{} of {} failed", self.failed, Count(self.all, "interaction"))?;
        } else {
            write!(f, "{} verified", Count(self.all - self.pending, "interaction"))?;
        }
        if self.pending > 0 {
            write!(f, ", {} does not count", Count(self.pending, "pending failure"))?;
        }
        if self.sources > 0 {
            write!(f, ", {} could not be loaded", Count(self.sources, "source"))?;
        }
        Ok(())
    }
}

/// Text of contracts and providers may hold control characters that would change how the terminal works.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\t' { clean.extend(c.escape_default()) } else { clean.push(c) }
    }
    clean
}
