//! `intact record-undeployment`.

use super::record_deployment::Place;
use super::{Question, unknown};
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { pacticipant, place, question: Question { output, broker } } = args;
    let client = broker.client(&context.environment)?;
    let undeployed = match client.record_undeployment(&pacticipant, &place.environment, place.instance()).await {
        Ok(undeployed) => undeployed,
        Err(error) => return Err(unknown::recording(&client, error).await),
    };
    // An array even for one: how many there were is part of the answer.
    let raw = format!("[{}]", undeployed.iter().map(|one| one.raw.trim()).collect::<Vec<_>>().join(","));
    if !output.print_raw(context, &[&raw]) {
        let place = place.in_words();
        for one in &undeployed {
            let version = one.version.as_ref().map(|number| format!(" version {number}")).unwrap_or_default();
            let text = format!("Recorded undeployment of {pacticipant}{version} from {place} in the Pact Broker.");
            context.printer.line(Tone::Good, &text);
        }
    }
    Ok(Exit::Success)
}
