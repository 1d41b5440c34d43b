//! `intact create-label` and `delete-label`: words that group applications, for webhooks for instance.

use super::unknown;
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    /// The label
    #[arg(long, value_name = "LABEL")]
    label: String,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn create(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { pacticipant, label, broker } = args;
    let client = broker.client(&context.environment)?;
    if client.put_label(&pacticipant, &label).await?.is_none() {
        return Err(unknown::pacticipant(&client, &pacticipant).await.into());
    }
    context.printer.line(Tone::Good, &format!("Labelled {pacticipant} as {label} in the Pact Broker"));
    Ok(Exit::Success)
}

pub(crate) async fn delete(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { pacticipant, label, broker } = args;
    let client = broker.client(&context.environment)?;
    // The wish is fulfilled also if there was no such label.
    match client.delete_label(&pacticipant, &label).await? {
        Some(true) => {
            context.printer.line(Tone::Good, &format!("Deleted label {label} from {pacticipant} in the Pact Broker"));
        }
        Some(false) => context.printer.text(&format!("{pacticipant} has no label {label}")),
        None => return Err(unknown::pacticipant(&client, &pacticipant).await.into()),
    }
    Ok(Exit::Success)
}
