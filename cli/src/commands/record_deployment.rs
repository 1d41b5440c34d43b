//! `intact record-deployment`.

use super::Output;
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    /// The version that is deployed
    #[arg(short = 'e', long, value_name = "VERSION")]
    version: String,
    /// The environment that it is deployed to
    #[arg(long, value_name = "NAME")]
    environment: String,
    /// Which instance, if the application has several in the environment
    #[arg(long, alias = "target", value_name = "NAME")]
    application_instance: Option<String>,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: Output,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { pacticipant, version, environment, application_instance, output, broker } = args;
    let client = broker.client(&context.environment)?;
    let instance = application_instance.as_deref();
    let deployed = client.record_deployment(&pacticipant, &version, &environment, instance).await?;
    if !output.print_raw(context, &[&deployed.raw]) {
        let instance = instance.map(|name| format!(" (application instance {name})")).unwrap_or_default();
        let text = format!(
            "Recorded deployment of {pacticipant} version {version} to {environment} environment{instance} in the Pact Broker."
        );
        context.printer.line(Tone::Good, &text);
    }
    Ok(Exit::Success)
}
