//! `intact delete-branch`.

use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

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
    if broker.client(&context.environment)?.delete_branch(&pacticipant, &branch).await? {
        let text = format!("Deleted branch {branch} of {pacticipant} from the Pact Broker");
        context.printer.line(Tone::Good, &text);
        return Ok(Exit::Success);
    }
    let text = format!("{pacticipant} has no branch {branch}");
    if args.error_when_not_found && !args.no_error_when_not_found {
        return Err(Problem::usage(text).into());
    }
    context.printer.text(&text);
    Ok(Exit::Success)
}
