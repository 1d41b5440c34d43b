//! `intact record-release`.

use super::Output;
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pub(super) pacticipant: String,
    /// The version
    #[arg(short = 'e', long, value_name = "VERSION")]
    pub(super) version: String,
    /// The environment
    #[arg(long, value_name = "NAME")]
    pub(super) environment: String,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    pub(super) output: Output,
    #[command(flatten)]
    pub(super) broker: BrokerOptions,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { pacticipant, version, environment, output, broker } = args;
    let client = broker.client(&context.environment)?;
    let released = client.record_release(&pacticipant, &version, &environment).await?;
    if !output.print_raw(context, &[&released.raw]) {
        let text = format!(
            "Recorded release of {pacticipant} version {version} to {environment} environment in the Pact Broker."
        );
        context.printer.line(Tone::Good, &text);
    }
    Ok(Exit::Success)
}
