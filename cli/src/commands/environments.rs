//! `intact create-environment`, `list-environments` and `delete-environment`.

use clap::ValueEnum;
use intact_broker_client::{Contact, NewEnvironment};
use serde_json::json;

use super::{Output, table};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct CreateArgs {
    /// Its name, as it will be used in commands: one word
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its name for people
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// It is a production environment
    #[arg(long, overrides_with = "no_production")]
    production: bool,
    /// It is no production environment (that is assumed)
    #[arg(long)]
    no_production: bool,
    /// Whom to ask about it
    #[arg(long, value_name = "NAME")]
    contact_name: Option<String>,
    /// How to reach them
    #[arg(long, value_name = "ADDRESS")]
    contact_email_address: Option<String>,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: CreateOutput,
    #[command(flatten)]
    broker: BrokerOptions,
}

/// The forms of the result of creating something with an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CreateOutput {
    /// For people.
    Text,
    /// The broker's answer as it is.
    Json,
    /// The broker's answer with line breaks and indentation.
    Pretty,
    /// Only the id.
    Id,
}

pub(crate) async fn create(args: CreateArgs, context: &Context) -> anyhow::Result<Exit> {
    let client = args.broker.client(&context.environment)?;
    let mut contacts = Vec::new();
    if args.contact_name.is_some() || args.contact_email_address.is_some() {
        let mut contact =
            Contact { name: args.contact_name.unwrap_or_else(|| "unknown".to_owned()), ..Contact::default() };
        if let Some(address) = args.contact_email_address {
            contact.details.insert("emailAddress".to_owned(), json!(address));
        }
        contacts.push(contact);
    }
    let production = args.production && !args.no_production;
    let new = NewEnvironment { name: args.name, display_name: args.display_name, production, contacts };
    let created = client.create_environment(&new).await?;
    match args.output {
        CreateOutput::Id => context.printer.text(&created.uuid),
        CreateOutput::Json => context.printer.raw(created.raw.trim_end()),
        CreateOutput::Pretty => {
            Output::Pretty.print_raw(context, &[&created.raw]);
        }
        CreateOutput::Text => {
            let text = format!("Created {} environment in the Pact Broker with UUID {}", created.name, created.uuid);
            context.printer.line(Tone::Good, &text);
        }
    }
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: Output,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn list(args: ListArgs, context: &Context) -> anyhow::Result<Exit> {
    let environments = args.broker.client(&context.environment)?.environments().await?;
    if args.output.print_raw(context, &[&environments.raw]) {
        return Ok(Exit::Success);
    }
    let mut environments = environments.value;
    environments.sort_by(|one, other| one.name.cmp(&other.name));
    let rows = environments.into_iter().map(|environment| {
        let display_name = environment.display_name.unwrap_or_default();
        [environment.uuid, environment.name, display_name, environment.production.to_string()]
    });
    context.printer.text(&table(["UUID", "NAME", "DISPLAY NAME", "PRODUCTION"], rows));
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteArgs {
    /// Its id, which list-environments shows
    #[arg(long, value_name = "UUID")]
    uuid: String,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let client = args.broker.client(&context.environment)?;
    let Some(environment) = client.environment(&args.uuid).await? else {
        let problem = Problem::usage(format!("there is no environment with the id {}", args.uuid));
        return Err(problem.hint("list-environments shows the ids").into());
    };
    client.delete_environment(&args.uuid).await?;
    context.printer.line(Tone::Good, &format!("Deleted {} environment from the Pact Broker", environment.name));
    Ok(Exit::Success)
}
