//! `intact list-integrations` and `delete-integration`.

use super::confirmation::Confirmation;
use super::{Question, table, unknown};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

pub(crate) async fn list(args: Question, context: &Context) -> anyhow::Result<Exit> {
    let integrations = args.broker.client(&context.environment)?.integrations().await?;
    if !args.output.print_raw(context, &[&integrations.raw]) {
        let rows = integrations.iter().map(|one| [one.consumer().to_owned(), one.provider().to_owned()]);
        context.printer.text(&table(["CONSUMER", "PROVIDER"], rows));
    }
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteArgs {
    /// The consumer
    #[arg(long, value_name = "NAME")]
    consumer: String,
    /// The provider
    #[arg(long, value_name = "NAME")]
    provider: String,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let DeleteArgs { consumer, provider, confirmation, broker } = args;
    let client = broker.client(&context.environment)?;
    let integrations = client.integrations().await?;
    let found = integrations.iter().find(|one| one.consumer() == consumer && one.provider() == provider);
    let Some(integration) = found else {
        for name in [&consumer, &provider] {
            if client.pacticipant(name).await?.is_none() {
                return Err(unknown::pacticipant(&client, name).await.into());
            }
        }
        let problem = Problem::usage(format!("{consumer} has no contract with {provider}"));
        return Err(problem.hint("list-integrations shows who has one with whom").into());
    };
    let loss = format!(
        "delete all pacts between {consumer} and {provider}, with all their results and webhooks, and either of the two if \
         nothing else is known of it"
    );
    confirmation.obtain(&loss, context)?;
    client.delete_integration(integration).await?;
    let text = format!("Deleted the integration between {consumer} and {provider} from the Pact Broker");
    context.printer.line(Tone::Good, &text);
    Ok(Exit::Success)
}
