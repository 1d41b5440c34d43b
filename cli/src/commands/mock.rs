//! `intact mock`: plays providers for tests that cannot start a mock server themselves.
//!
//! Without a further word it plays the provider of one pact until it is interrupted. The words below it are those of the
//! official stand-alone mock server ([`master`]): one process that starts mock servers on request.

mod master;

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ArgAction;
use intact_mock_server::{MockServer, Options, StartError};
use intact_pact_model::file::PactFile;

use super::broker::interruption;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::logging::LogLevelLetter;
use crate::pact_files::{self, Oddities};
use crate::printer::Tone;

/// Play the provider of one pact until interrupted, or (with a command) of many on request
#[derive(Debug, clap::Args)]
#[command(
    disable_help_flag = true,
    version,
    propagate_version = true,
    disable_version_flag = true,
    args_conflicts_with_subcommands = false
)]
pub(crate) struct Args {
    /// Print help
    #[arg(long, action = ArgAction::HelpShort, global = true)]
    help: Option<bool>,
    /// Print version
    #[arg(short = 'v', long, action = ArgAction::Version, global = true)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Option<master::Command>,
    /// The pact file
    #[arg(short = 'f', long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The port of the mock server (unless given, a free one), or with a command that of the master (8080)
    #[arg(short = 'p', long, value_name = "PORT", global = true)]
    port: Option<u16>,
    /// The address to listen on, 0.0.0.0 for all; or with a command the host of the master
    #[arg(short = 'h', long, value_name = "HOST", default_value = "localhost", global = true)]
    host: String,
    /// Answer the preflight requests of browsers
    #[arg(short = 'c', long, alias = "cors-preflight")]
    cors: bool,
    /// Write the pact into this directory if every interaction was used and nothing else was asked
    #[arg(short = 'o', long, alias = "output", value_name = "DIR")]
    output_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) log_level: LogLevelLetter,
    /// Understood for the sake of scripts; nothing is ever logged to a file
    #[arg(long, hide = true, global = true)]
    no_file_log: bool,
    /// Understood for the sake of scripts; colours are for terminals only, and see --no-color
    #[arg(long, hide = true, global = true)]
    no_term_log: bool,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    match &args.command {
        Some(command) => {
            let port = args.port.unwrap_or(master::PORT);
            master::run(command, &args.host, port, context).await
        }
        None => play(&args, context).await,
    }
}

async fn play(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    let printer = &context.printer;
    let Some(file) = &args.file else {
        let problem = Problem::usage("there is no pact to play");
        return Err(problem.hint("name one with --file, or see the commands in `intact mock --help`").into());
    };
    let pact = pact_files::read(file, Oddities::Warned)?.pact;
    let served = pact.interactions.iter().filter(|interaction| interaction.as_http().is_some()).count();
    if served == 0 {
        let text = format!("there are no HTTP interactions in {}, so there is nothing to play", file.display());
        return Err(Problem::usage(text).into());
    }
    let host = address_of(&args.host).await?;
    let options = Options::default().host(host).port(args.port.unwrap_or(0)).cors_preflight(args.cors);
    let server = MockServer::start(pact.clone(), options).map_err(not_started)?;
    let interrupted = interruption();
    printer
        .line(Tone::Good, &format!("The mock of {} for {} listens on {}", pact.provider, pact.consumer, server.url()));
    printer.remark(Tone::Faint, "Ctrl-C ends it and says how it went");
    interrupted.await;
    let outcome = server.finish().await;
    if !outcome.is_satisfied() {
        printer.line(Tone::Plain, &outcome.to_string());
        return Ok(Exit::Failed);
    }
    printer.line(Tone::Good, &format!("every interaction was used as the contract says ({served})"));
    if let Some(directory) = &args.output_dir {
        let file = PactFile::in_dir(directory, &pact.consumer, &pact.provider);
        let written =
            file.merge(&pact).with_context(|| format!("the pact cannot be written to {}", directory.display()))?;
        printer.text(&format!("the contract is in {}", written.path.display()));
    }
    Ok(Exit::Success)
}

/// The address that a host name means; of several, one of IP version 4, since that is what `localhost` means to most.
async fn address_of(host: &str) -> Result<IpAddr, Problem> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let unknown = |reason: String| Problem::usage(format!("`{host}` is no address to listen on: {reason}"));
    let addresses: Vec<IpAddr> = tokio::net::lookup_host((host, 0))
        .await
        .map_err(|error| unknown(error.to_string()))?
        .map(|at| at.ip())
        .collect();
    let found = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first());
    found.copied().ok_or_else(|| unknown("it has none".to_owned()))
}

/// A server that did not start, with what to try.
pub(super) fn not_started(error: StartError) -> Problem {
    match &error {
        StartError::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => {
            Problem::unavailable(error.to_string()).hint("stop what is running there, or choose another --port")
        }
        StartError::Listen { .. } => Problem::unavailable(error.to_string()),
        _ => Problem::usage(error.to_string()),
    }
}
