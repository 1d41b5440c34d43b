//! `intact create-or-update-pacticipant`, `list-pacticipants`, `describe-pacticipant` and `delete-pacticipant`.

use intact_broker_client::PacticipantChange;

use super::confirmation::Confirmation;
use super::{Question, description, table, unknown};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct CreateOrUpdateArgs {
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its name for people
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// Its main branch
    #[arg(long, value_name = "BRANCH")]
    main_branch: Option<String>,
    /// Where its source is
    #[arg(long, value_name = "URL")]
    repository_url: Option<String>,
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn create_or_update(args: CreateOrUpdateArgs, context: &Context) -> anyhow::Result<Exit> {
    let client = args.question.broker.client(&context.environment)?;
    let change = PacticipantChange {
        display_name: args.display_name,
        main_branch: args.main_branch,
        repository_url: args.repository_url,
    };
    let (pacticipant, created) = client.create_or_update_pacticipant(&args.name, &change).await?;
    if !args.question.output.print_raw(context, &[&pacticipant.raw]) {
        let what = if created { "created" } else { "updated" };
        context.printer.line(Tone::Good, &format!("Pacticipant \"{}\" {what} in the Pact Broker", args.name));
    }
    Ok(Exit::Success)
}

pub(crate) async fn list(args: Question, context: &Context) -> anyhow::Result<Exit> {
    let pacticipants = args.broker.client(&context.environment)?.pacticipants().await?;
    if args.output.print_raw(context, &[&pacticipants.raw]) {
        return Ok(Exit::Success);
    }
    let rows = pacticipants.value.into_iter().map(|pacticipant| {
        let [display_name, main_branch, url] =
            [pacticipant.display_name, pacticipant.main_branch, pacticipant.repository_url]
                .map(Option::unwrap_or_default);
        [pacticipant.name, display_name, main_branch, url]
    });
    context.printer.text(&table(["NAME", "DISPLAY NAME", "MAIN BRANCH", "REPOSITORY"], rows));
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DescribeArgs {
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn describe(args: DescribeArgs, context: &Context) -> anyhow::Result<Exit> {
    let client = args.question.broker.client(&context.environment)?;
    let Some(found) = client.pacticipant(&args.name).await? else {
        return Err(unknown::pacticipant(&client, &args.name).await.into());
    };
    if !args.question.output.print_raw(context, &[&found.raw]) {
        let labels = found.labels().collect::<Vec<_>>().join(", ");
        let pacticipant = found.value;
        context.printer.text(&description([
            ("Name", Some(pacticipant.name)),
            ("Display name", pacticipant.display_name),
            ("Main branch", pacticipant.main_branch),
            ("Repository", pacticipant.repository_url),
            ("Labels", Some(labels)),
            ("Created", pacticipant.created_at),
        ]));
    }
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteArgs {
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let DeleteArgs { name, confirmation, broker } = args;
    let client = broker.client(&context.environment)?;
    if client.pacticipant(&name).await?.is_none() {
        return Err(unknown::pacticipant(&client, &name).await.into());
    }
    let loss =
        format!("delete {name} with all its versions, its pacts with others and theirs with it, results and webhooks");
    confirmation.obtain(&loss, context)?;
    client.delete_pacticipant(&name).await?;
    context.printer.line(Tone::Good, &format!("Deleted {name} from the Pact Broker"));
    Ok(Exit::Success)
}
