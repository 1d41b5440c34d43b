//! `intact record-support-ended`.

use super::{Question, VersionName, record_release, unknown};
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

/// The same flags as those of `record-release`.
pub(crate) type Args = record_release::Args;

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { of: VersionName { pacticipant, version }, environment, question: Question { output, broker } } = args;
    let client = broker.client(&context.environment)?;
    let ended = match client.record_support_ended(&pacticipant, &version, &environment).await {
        Ok(ended) => ended,
        Err(error) => return Err(unknown::recording(&client, error).await),
    };
    let raw = format!("[{}]", ended.iter().map(|one| one.raw.trim()).collect::<Vec<_>>().join(","));
    if !output.print_raw(context, &[&raw]) {
        let text = format!(
            "Recorded support ended for {pacticipant} version {version} in {environment} environment in the Pact Broker."
        );
        context.printer.line(Tone::Good, &text);
    }
    Ok(Exit::Success)
}
