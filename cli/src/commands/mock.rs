//! `intact mock`: plays the provider of one pact for tests that cannot start a mock server themselves.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use anyhow::Context as _;
use intact_mock_server::{MockServer, Options, StartError};
use intact_pact_model::file::PactFile;

use super::broker::interrupted;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::{self, Oddities};
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The pact file
    #[arg(short = 'f', long, value_name = "FILE")]
    file: PathBuf,
    /// The port to listen on; 0 takes a free one
    #[arg(short = 'p', long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// The address to listen on; 0.0.0.0 for all
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Answer the preflight requests of browsers
    #[arg(long)]
    cors: bool,
    /// Write the pact into this directory if every interaction was used and nothing else was asked
    #[arg(short = 'o', long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let printer = &context.printer;
    let pact = pact_files::read(&args.file, Oddities::Warned)?.pact;
    let served = pact.interactions.iter().filter(|interaction| interaction.as_http().is_some()).count();
    if served == 0 {
        let text = format!("there are no HTTP interactions in {}, so there is nothing to play", args.file.display());
        return Err(Problem::usage(text).into());
    }
    let options = Options::default().host(args.host).port(args.port).cors_preflight(args.cors);
    let server = MockServer::start(pact.clone(), options).map_err(not_started)?;
    printer
        .line(Tone::Good, &format!("The mock of {} for {} listens on {}", pact.provider, pact.consumer, server.url()));
    printer.remark(Tone::Faint, "Ctrl-C ends it and says how it went");
    interrupted().await;
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
