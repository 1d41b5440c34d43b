//! `intact delete-pact`.

use super::confirmation::Confirmation;
use super::unknown;
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The consumer
    #[arg(long, value_name = "NAME")]
    consumer: String,
    /// The version of the consumer
    #[arg(short = 'e', long, value_name = "VERSION")]
    version: String,
    /// The provider
    #[arg(long, value_name = "NAME")]
    provider: String,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { consumer, version, provider, confirmation, broker } = args;
    let client = broker.client(&context.environment)?;
    let pact = format!("the pact between {consumer} version {version} and {provider}");
    confirmation.obtain(&format!("delete {pact} and the results of verifying it"), context)?;
    if client.delete_pact(&consumer, &version, &provider).await? {
        context.printer.line(Tone::Good, &format!("Deleted {pact} from the Pact Broker"));
        return Ok(Exit::Success);
    }
    if client.pacticipant(&provider).await?.is_none() {
        return Err(unknown::pacticipant(&client, &provider).await.into());
    }
    if client.version(&consumer, &version).await?.is_none() {
        return Err(unknown::version(&client, &consumer, &version).await.into());
    }
    Err(Problem::usage(format!("{consumer} version {version} has no pact with {provider}")).into())
}
