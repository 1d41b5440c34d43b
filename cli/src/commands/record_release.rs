//! `intact record-release`.

use super::{Question, VersionName, unknown};
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(super) of: VersionName,
    /// The environment
    #[arg(long, value_name = "NAME")]
    pub(super) environment: String,
    #[command(flatten)]
    pub(super) question: Question,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { of: VersionName { pacticipant, version }, environment, question: Question { output, broker } } = args;
    let client = broker.client(&context.environment)?;
    let released = match client.record_release(&pacticipant, &version, &environment).await {
        Ok(released) => released,
        Err(error) => return Err(unknown::recording(&client, error).await),
    };
    if !output.print_raw(context, &[&released.raw]) {
        let text = format!(
            "Recorded release of {pacticipant} version {version} to {environment} environment in the Pact Broker."
        );
        context.printer.line(Tone::Good, &text);
    }
    Ok(Exit::Success)
}
