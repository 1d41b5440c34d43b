//! `intact list-branches` and `delete-branch`.

use super::{Question, remark_on_more, table, unknown};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    /// How many are shown at most
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = super::at_least_one)]
    limit: usize,
    #[command(flatten)]
    question: Question,
}

/// The branches of an application, the one that was built last first.
pub(crate) async fn list(args: ListArgs, context: &Context) -> anyhow::Result<Exit> {
    let ListArgs { pacticipant, limit, question } = args;
    let client = question.broker.client(&context.environment)?;
    let Some(found) = client.branches(&pacticipant, limit).await? else {
        return Err(unknown::pacticipant(&client, &pacticipant).await.into());
    };
    if question.output.print_raw(context, &[&found.raw]) {
        return Ok(Exit::Success);
    }
    remark_on_more(&found, context);
    let rows = found.value.items.into_iter().map(|branch| {
        let updated = branch.updated_at.unwrap_or_else(|| branch.created_at.clone());
        [branch.name, branch.created_at, updated]
    });
    context.printer.text(&table(["BRANCH", "CREATED", "LAST BUILT"], rows));
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteArgs {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    /// The branch
    #[arg(long, value_name = "BRANCH")]
    branch: String,
    /// Whether it is an error if there is no such branch
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_value = "true", default_missing_value = "true", action = clap::ArgAction::Set)]
    error_when_not_found: bool,
    /// The other way to say `--error-when-not-found false`.
    #[arg(long, hide = true)]
    no_error_when_not_found: bool,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let DeleteArgs { pacticipant, branch, broker, .. } = args;
    let client = broker.client(&context.environment)?;
    if client.delete_branch(&pacticipant, &branch).await? {
        let text = format!("Deleted branch {branch} of {pacticipant} from the Pact Broker");
        context.printer.line(Tone::Good, &text);
        return Ok(Exit::Success);
    }
    if args.error_when_not_found && !args.no_error_when_not_found {
        return Err(unknown::branch(&client, &pacticipant, &branch).await.into());
    }
    context.printer.text(&format!("{pacticipant} has no branch {branch}"));
    Ok(Exit::Success)
}
