//! `intact provider-states list`: the states that the consumers of a provider ask for, as the broker knows them.

use intact_broker_client::ProviderStatesOf;
use serde_json::Value;

use super::{Output, Question, table, unknown};
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List the states that consumers ask a provider for
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// The provider
    #[arg(short = 'r', long, value_name = "NAME")]
    provider: String,
    /// Of the pacts on this branch of the consumers; their main branches unless given
    #[arg(long, value_name = "BRANCH", conflicts_with = "environment")]
    branch: Option<String>,
    /// Of the pacts of what is in this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// The broker's answer with line breaks and indentation; the same as --output pretty
    #[arg(long, conflicts_with = "output")]
    json: bool,
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    match args.command {
        Command::List(args) => list(args, context).await,
    }
}

async fn list(args: ListArgs, context: &Context) -> anyhow::Result<Exit> {
    let ListArgs { provider, branch, environment, json, question } = args;
    let client = question.broker.client(&context.environment)?;
    let of = match (&branch, &environment) {
        (Some(branch), _) => ProviderStatesOf::Branch(branch),
        (None, Some(environment)) => ProviderStatesOf::Environment(environment),
        (None, None) => ProviderStatesOf::MainBranches,
    };
    let Some(states) = client.provider_states(&provider, of).await? else {
        return Err(match client.pacticipant(&provider).await? {
            None => unknown::pacticipant(&client, &provider).await,
            Some(_) => Problem::unavailable("this broker does not list provider states")
                .hint("`intact states` reads them from the pacts themselves"),
        }
        .into());
    };
    if let Some(environment) = environment.as_deref().filter(|_| states.is_empty()) {
        unknown::unless_environment(&client, environment).await?;
    }
    let output = if json { Output::Pretty } else { question.output };
    if !output.print_raw(context, &[&states.raw]) {
        if states.is_empty() {
            context.printer.remark(Tone::Faint, &format!("no consumer asks {provider} for a state"));
        }
        let rows = states.value.into_iter().map(|state| {
            let parameters =
                if state.params.is_empty() { String::new() } else { Value::from(state.params).to_string() };
            [state.name, state.consumers.join(", "), parameters]
        });
        context.printer.text(&table(["PROVIDER STATE", "CONSUMERS", "PARAMETERS"], rows));
    }
    Ok(Exit::Success)
}
