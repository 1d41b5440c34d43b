//! `intact doctor`: looks at all that the other commands rely on, and says what to mend. Nothing is changed.

mod finding;
mod project;
mod stock;

use std::path::PathBuf;
use std::time::SystemTime;

use clap::ValueEnum;

use self::finding::{Finding, Level};
use self::project::Project;
use crate::broker_options::BrokerOptions;
use crate::context::{Context, text_of};
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Pact files, directories or patterns; otherwise those in target/pacts, build/pacts and pacts
    #[arg(value_name = "PACTS")]
    pacts: Vec<PathBuf>,
    /// An application of this project; may be repeated. Those of the pact files are looked at anyway
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: Vec<String>,
    /// The form of the findings
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: Form,
    #[command(flatten)]
    broker: BrokerOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    // For people.
    Text,
    // One document.
    Json,
}

/// Somebody waits for the findings, so a broker that is away is not asked for minutes.
const SECONDS_TO_WAIT: u64 = 10;

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let (project, mut findings) = Project::look(&args.pacts, args.pacticipant, context)?;
    let mut broker = args.broker;
    broker.retries = broker.retries.or(Some(0));
    broker.request_timeout = broker.request_timeout.min(SECONDS_TO_WAIT);
    let named = text_of(broker.broker_base_url.as_deref(), &context.environment, "PACT_BROKER_BASE_URL");
    if named.is_none() {
        let finding = Finding::doubtful("broker", "none is named, so nothing of it was looked at");
        findings.push(
            finding.remedy("give --broker-base-url, or set PACT_BROKER_BASE_URL; `intact broker serve` runs one"),
        );
    } else {
        match broker.client(&context.environment) {
            Ok(client) => {
                let is_flagged = broker.broker_base_url.is_some_and(|flag| !flag.trim().is_empty());
                let broker = stock::Broker { client, is_flagged };
                findings.extend(stock::look(&broker, &project, SystemTime::now()).await);
            }
            Err(error) => findings.push(Finding::of_error("broker", &error)),
        }
    }
    match args.output {
        Form::Text => print(&findings, context),
        Form::Json => context.printer.raw(&finding::document(&findings).to_string()),
    }
    let any_bad = findings.iter().any(|finding| finding.level == Level::Bad);
    Ok(if any_bad { Exit::Failed } else { Exit::Success })
}

fn print(findings: &[Finding], context: &Context) {
    let width = findings.iter().map(|finding| finding.topic.len()).max().unwrap_or_default();
    for Finding { level, topic, text, remedy } in findings {
        let (mark, tone) = match level {
            Level::Good => ("✔", Tone::Good),
            Level::Doubtful => ("!", Tone::Doubtful),
            Level::Bad => ("✘", Tone::Bad),
        };
        context.printer.line(tone, &format!("{mark} {topic:width$}  {text}"));
        let below = " ".repeat(width + 4);
        for line in remedy.iter().flat_map(|remedy| remedy.lines()) {
            context.printer.text(&format!("{below}{line}"));
        }
    }
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let (text, tone) = match (count(Level::Bad), count(Level::Doubtful)) {
        (0, 0) => ("\nall is well".to_owned(), Tone::Good),
        (0, doubtful) => (format!("\nnothing is broken; {doubtful} to look at"), Tone::Doubtful),
        (bad, 0) => (format!("\n{bad} to mend"), Tone::Bad),
        (bad, doubtful) => (format!("\n{bad} to mend, {doubtful} to look at"), Tone::Bad),
    };
    context.printer.line(tone, &text);
}
