//! What is logged, and how it is laid out. Logs go to standard error.
//!
//! The official tools can also send their logs and traces to a collector (OpenTelemetry). Those flags are understood, so that
//! a pipeline which has them goes on, and answered with a warning, because nothing is sent.

use clap::ValueEnum;
use tracing_subscriber::filter::LevelFilter;

use crate::printer::{Printer, Tone};

/// The levels that the official tools know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    #[value(alias = "none")]
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// The letter that the official verifier, mock server and stub server have for the level; other commands use it for
/// something else.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct LogLevelLetter {
    /// How much is logged; the same as --log-level
    #[arg(
        id = "letter_of_log_level",
        short = 'l',
        long = "loglevel",
        value_name = "LEVEL",
        ignore_case = true,
        global = true
    )]
    pub(crate) level: Option<LogLevel>,
}

/// How lines of the log look. The flags are the official verifier's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct LogLayout {
    /// Log in several lines an event, with all that is known of it
    #[arg(long, conflicts_with_all = ["full_log", "compact_log"])]
    pretty_log: bool,
    /// Log in one line an event, with the time and what it is part of
    #[arg(long, conflicts_with = "compact_log")]
    full_log: bool,
    /// Log in short lines
    #[arg(long)]
    compact_log: bool,
}

/// How a server logs, as far as its variables and its file say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ServerLog {
    /// How much, unless a flag says so.
    pub(crate) level: Option<LogLevel>,
    /// An object for each event, for programs.
    pub(crate) json: bool,
}

/// From here on, what libraries log is shown.
pub(crate) fn start(level: LevelFilter, layout: LogLayout, server: ServerLog, printer: &Printer) {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(printer.is_coloured_on_stderr());
    // The result is an error if a test has set a subscriber already; nothing is lost then.
    let _ = if server.json {
        subscriber.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else if layout.pretty_log {
        subscriber.pretty().try_init()
    } else if layout.full_log {
        subscriber.try_init()
    } else if layout.compact_log {
        subscriber.compact().without_time().with_target(false).try_init()
    } else if level >= LevelFilter::DEBUG {
        subscriber.with_target(false).try_init()
    } else {
        subscriber.with_target(false).without_time().try_init()
    };
}

/// The official tools' flags for OpenTelemetry.
#[derive(Debug, clap::Args)]
pub(crate) struct Telemetry {
    /// Understood, as the other flags for OpenTelemetry are, but no telemetry is sent
    #[arg(long, global = true)]
    enable_otel: bool,
    #[arg(long, global = true, hide = true)]
    enable_otel_logs: bool,
    #[arg(long, global = true, hide = true)]
    enable_otel_traces: bool,
    #[arg(long, global = true, hide = true, value_name = "NAMES")]
    otel_exporter: Option<String>,
    #[arg(long, global = true, hide = true, value_name = "URL")]
    otel_exporter_endpoint: Option<String>,
    #[arg(long, global = true, hide = true, value_name = "PROTOCOL", value_parser = ["http", "http/protobuf"])]
    otel_exporter_protocol: Option<String>,
}

impl Telemetry {
    /// Says that none is sent, if it was asked for.
    pub(crate) fn warn(&self, printer: &Printer) {
        let flags = [
            (self.enable_otel, "--enable-otel"),
            (self.enable_otel_logs, "--enable-otel-logs"),
            (self.enable_otel_traces, "--enable-otel-traces"),
            (self.otel_exporter.is_some(), "--otel-exporter"),
            (self.otel_exporter_endpoint.is_some(), "--otel-exporter-endpoint"),
            (self.otel_exporter_protocol.is_some(), "--otel-exporter-protocol"),
        ];
        let given: Vec<&str> = flags.into_iter().filter_map(|(given, name)| given.then_some(name)).collect();
        if !given.is_empty() {
            let text = format!("warning: no telemetry is sent, in spite of {}", given.join(", "));
            printer.remark(Tone::Doubtful, &text);
        }
    }
}
