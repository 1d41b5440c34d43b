//! `intact record-deployment`.

use super::{Question, VersionName, unknown};
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    of: VersionName,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    question: Question,
}

/// Where an application is deployed.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The environment
    #[arg(long, value_name = "NAME")]
    pub(super) environment: String,
    /// Which instance, if the application has several in the environment
    #[arg(long, alias = "target", value_name = "NAME")]
    application_instance: Option<String>,
}

impl Place {
    pub(super) fn instance(&self) -> Option<&str> {
        self.application_instance.as_deref()
    }

    /// `production environment (application instance blue)`
    pub(super) fn in_words(&self) -> String {
        let instance = self.instance().map(|name| format!(" (application instance {name})")).unwrap_or_default();
        format!("{} environment{instance}", self.environment)
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { of: VersionName { pacticipant, version }, place, question: Question { output, broker } } = args;
    let client = broker.client(&context.environment)?;
    let deployed = match client.record_deployment(&pacticipant, &version, &place.environment, place.instance()).await {
        Ok(deployed) => deployed,
        Err(error) => return Err(unknown::recording(&client, error).await),
    };
    if !output.print_raw(context, &[&deployed.raw]) {
        let place = place.in_words();
        let text = format!("Recorded deployment of {pacticipant} version {version} to {place} in the Pact Broker.");
        context.printer.line(Tone::Good, &text);
    }
    Ok(Exit::Success)
}
