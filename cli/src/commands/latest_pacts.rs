//! `intact list-latest-pact-versions`.

use super::{Question, table};
use crate::context::Context;
use crate::exit::Exit;

pub(crate) async fn run(args: Question, context: &Context) -> anyhow::Result<Exit> {
    let pacts = args.broker.client(&context.environment)?.latest_pacts().await?;
    if args.output.print_raw(context, &[&pacts.raw]) {
        return Ok(Exit::Success);
    }
    let rows =
        pacts.value.into_iter().map(|pact| [pact.consumer, pact.consumer_version, pact.provider, pact.created_at]);
    context.printer.text(&table(["CONSUMER", "C.VERSION", "PROVIDER", "CREATED AT"], rows));
    Ok(Exit::Success)
}
