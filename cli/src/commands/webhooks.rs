//! `intact create-webhook`, `create-or-update-webhook`, `list-webhooks`, `describe-webhook`, `test-webhook`,
//! `webhook-logs` and `delete-webhook`.

mod definition;

use intact_broker_client::{BrokerClient, BrokerError, NewWebhook, Received, TriggeredWebhook, Webhook, WebhookParty};

use self::definition::Definition;
use super::{Question, description, table, unknown};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    definition: Definition,
    #[command(flatten)]
    question: Question,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateOrUpdateArgs {
    /// Its id; generate-uuid makes a new one
    #[arg(long, value_name = "UUID", allow_hyphen_values = true)]
    uuid: String,
    #[command(flatten)]
    definition: Definition,
    #[command(flatten)]
    question: Question,
}

/// The id of a webhook.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// Its id, which list-webhooks shows
    // Brokers make ids of the letters of Base64 in URLs, so that one of 64 begins as a flag does.
    #[arg(long, value_name = "UUID", allow_hyphen_values = true)]
    uuid: String,
}

pub(crate) async fn create(args: CreateArgs, context: &Context) -> anyhow::Result<Exit> {
    let CreateArgs { definition, question } = args;
    let client = question.broker.client(&context.environment)?;
    let new = definition.read()?;
    match client.create_webhook(&new).await {
        Ok(webhook) => Ok(created(&webhook, true, &question, context)),
        Err(error) => Err(refused(&client, &new, error).await),
    }
}

pub(crate) async fn create_or_update(args: CreateOrUpdateArgs, context: &Context) -> anyhow::Result<Exit> {
    let CreateOrUpdateArgs { uuid, definition, question } = args;
    let client = question.broker.client(&context.environment)?;
    let new = definition.read()?;
    match client.create_or_update_webhook(&uuid, &new).await {
        Ok((webhook, is_new)) => Ok(created(&webhook, is_new, &question, context)),
        Err(error) => Err(refused(&client, &new, error).await),
    }
}

fn created(webhook: &Received<Webhook>, is_new: bool, question: &Question, context: &Context) -> Exit {
    if !question.output.print_raw(context, &[&webhook.raw]) {
        let description = webhook.description.as_deref().filter(|description| !description.is_empty());
        let name = description.map(|description| format!(" \"{description}\"")).unwrap_or_default();
        let what = if is_new { "created" } else { "updated" };
        let id = webhook.id().map(|id| format!(" with UUID {id}")).unwrap_or_default();
        context.printer.line(Tone::Good, &format!("Webhook{name} {what} in the Pact Broker{id}"));
    }
    Exit::Success
}

/// The broker's refusal, or which of the names it does not know.
async fn refused(client: &BrokerClient, new: &NewWebhook, error: BrokerError) -> anyhow::Error {
    if matches!(error.status(), Some(400 | 404)) {
        for party in [&new.consumer, &new.provider] {
            let Some(WebhookParty::Name(name)) = party else { continue };
            if let Ok(None) = client.pacticipant(name).await {
                return unknown::pacticipant(client, name).await.into();
            }
        }
    }
    error.into()
}

pub(crate) async fn list(args: Question, context: &Context) -> anyhow::Result<Exit> {
    let webhooks = args.broker.client(&context.environment)?.webhooks().await?;
    if !args.output.print_raw(context, &[&webhooks.raw]) {
        let rows = webhooks.value.into_iter().map(|webhook| [webhook.uuid, webhook.description, webhook.scope]);
        context.printer.text(&table(["UUID", "DESCRIPTION", "SCOPE"], rows));
    }
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DescribeArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn describe(args: DescribeArgs, context: &Context) -> anyhow::Result<Exit> {
    let DescribeArgs { which: Which { uuid }, question } = args;
    let client = question.broker.client(&context.environment)?;
    let webhook = client.webhook(&uuid).await?.ok_or_else(|| no_webhook(&uuid))?;
    if question.output.print_raw(context, &[&webhook.raw]) {
        return Ok(Exit::Success);
    }
    let (id, events) = (webhook.id().unwrap_or(&uuid).to_owned(), webhook.events().collect::<Vec<_>>().join(", "));
    let Webhook { description: text, consumer, provider, enabled, request, created_at, .. } = webhook.value;
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ");
    context.printer.text(&description([
        ("UUID", Some(id)),
        ("Description", text),
        ("Consumer", Some(in_words(consumer.as_ref()))),
        ("Provider", Some(in_words(provider.as_ref()))),
        ("Events", Some(events)),
        ("Enabled", Some(enabled.unwrap_or(true).to_string())),
        ("Request", Some(format!("{} {}", request.method, request.url))),
        ("Headers", Some(headers)),
        ("Body", request.body.map(|body| body.as_str().map_or_else(|| body.to_string(), str::to_owned))),
        ("User", request.username),
        ("Created", created_at),
    ]));
    Ok(Exit::Success)
}

fn in_words(party: Option<&WebhookParty>) -> String {
    match party {
        Some(WebhookParty::Name(name)) => name.clone(),
        Some(WebhookParty::Label(label)) => format!("all with the label {label}"),
        None => "all".to_owned(),
    }
}

fn no_webhook(uuid: &str) -> Problem {
    Problem::usage(format!("there is no webhook with the id {uuid}")).hint("list-webhooks shows the ids")
}

/// The same flags as those of `describe-webhook`.
pub(crate) type TestArgs = DescribeArgs;

/// Ends with 1 if the call failed: in the official tools every test passes.
pub(crate) async fn test(args: TestArgs, context: &Context) -> anyhow::Result<Exit> {
    let TestArgs { which: Which { uuid }, question } = args;
    let client = question.broker.client(&context.environment)?;
    let trial = client.test_webhook(&uuid).await?.ok_or_else(|| no_webhook(&uuid))?;
    if !question.output.print_raw(context, &[&trial.raw]) {
        context.printer.text(&trial.logs);
    }
    if trial.is_delivered() {
        context.printer.remark(Tone::Good, "the webhook was delivered");
        return Ok(Exit::Success);
    }
    context.printer.remark(Tone::Bad, "the webhook was not delivered");
    Ok(Exit::Failed)
}

#[derive(Debug, clap::Args)]
pub(crate) struct LogsArgs {
    /// The consumer
    #[arg(long, value_name = "NAME")]
    consumer: String,
    /// The provider
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// Show the logs of successful deliveries as well
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    question: Question,
}

/// What came of the webhooks that were triggered for a pair, with the logs of those that failed.
pub(crate) async fn logs(args: LogsArgs, context: &Context) -> anyhow::Result<Exit> {
    let LogsArgs { consumer, provider, all, question } = args;
    let client = question.broker.client(&context.environment)?;
    let Some(triggered) = client.triggered_webhooks(&consumer, &provider).await? else {
        for name in [&consumer, &provider] {
            if client.pacticipant(name).await?.is_none() {
                return Err(unknown::pacticipant(&client, name).await.into());
            }
        }
        return Err(Problem::usage(format!("there is no pact between {consumer} and {provider}")).into());
    };
    if question.output.print_raw(context, &[&triggered.raw]) {
        return Ok(Exit::Success);
    }
    let row = |webhook: &TriggeredWebhook| {
        let [name, event, when] =
            [&webhook.name, &webhook.event_name, &webhook.triggered_at].map(|text| text.clone().unwrap_or_default());
        let attempts = format!("{} of {}", webhook.attempts_made, webhook.attempts_made + webhook.attempts_remaining);
        [name, event, webhook.status.clone(), attempts, when, webhook.webhook_uuid().unwrap_or_default().to_owned()]
    };
    if triggered.is_empty() {
        let text = format!("nothing between {consumer} and {provider} has triggered a webhook");
        context.printer.remark(Tone::Faint, &text);
    }
    let rows: Vec<_> = triggered.iter().map(row).collect();
    context.printer.text(&table(["WEBHOOK", "EVENT", "STATUS", "ATTEMPTS", "TRIGGERED AT", "UUID"], rows));
    for webhook in triggered.iter().filter(|webhook| all || webhook.status != "success") {
        if let Some(logs) = client.webhook_logs(webhook).await?.filter(|logs| !logs.trim().is_empty()) {
            let name = webhook.name.as_deref().unwrap_or("a webhook that was deleted");
            let which = webhook.webhook_uuid().map(|uuid| format!(", webhook {uuid}")).unwrap_or_default();
            context.printer.line(Tone::Strong, &format!("\n{name} ({}{which})", webhook.status));
            context.printer.text(&logs);
        }
    }
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let DeleteArgs { which: Which { uuid }, broker } = args;
    // The wish is fulfilled also if there was no such webhook.
    if broker.client(&context.environment)?.delete_webhook(&uuid).await? {
        context.printer.line(Tone::Good, &format!("Deleted webhook {uuid} from the Pact Broker"));
    } else {
        context.printer.text(&format!("There is no webhook with the id {uuid}"));
    }
    Ok(Exit::Success)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        args: DeleteArgs,
    }

    #[test]
    fn an_id_may_begin_as_a_flag_does() {
        for id in ["-utfjoaHQcWokqveQ163sQ", "-b", "8b1ea5a6"] {
            let command = Command::try_parse_from(["test", "--uuid", id]).map_err(|error| error.to_string());
            assert_eq!(command.map(|command| command.args.which.uuid), Ok(id.to_owned()));
        }
    }
}
