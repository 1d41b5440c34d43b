//! `intact create-environment`, `update-environment`, `list-environments`, `describe-environment` and `delete-environment`.

use clap::ValueEnum;
use intact_broker_client::{BrokerClient, Contact, Environment, NewEnvironment, Received};
use serde_json::json;

use super::{Output, description, table};
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
    let contacts = contact(args.contact_name, args.contact_email_address, None).into_iter().collect();
    let production = args.production && !args.no_production;
    let new = NewEnvironment { name: args.name, display_name: args.display_name, production, contacts };
    let created = client.create_environment(&new).await?;
    args.output.print(context, &created, "Created");
    Ok(Exit::Success)
}

impl CreateOutput {
    fn print(self, context: &Context, environment: &Received<Environment>, what: &str) {
        match self {
            Self::Id => context.printer.text(&environment.uuid),
            Self::Json => context.printer.raw(environment.raw.trim_end()),
            Self::Pretty => {
                Output::Pretty.print_raw(context, &[&environment.raw]);
            }
            Self::Text => {
                let (name, uuid) = (&environment.name, &environment.uuid);
                let text = format!("{what} {name} environment in the Pact Broker with UUID {uuid}");
                context.printer.line(Tone::Good, &text);
            }
        }
    }
}

/// A contact with these in place of what it was before; none if there is nothing to say of it.
fn contact(name: Option<String>, email_address: Option<String>, before: Option<Contact>) -> Option<Contact> {
    if name.is_none() && email_address.is_none() {
        return before;
    }
    let mut contact = before.unwrap_or_default();
    if let Some(name) = name {
        contact.name = name;
    } else if contact.name.is_empty() {
        "unknown".clone_into(&mut contact.name);
    }
    if let Some(address) = email_address {
        contact.details.insert("emailAddress".to_owned(), json!(address));
    }
    Some(contact)
}

#[derive(Debug, clap::Args)]
pub(crate) struct UpdateArgs {
    /// Its id, which list-environments shows
    #[arg(long, value_name = "UUID")]
    uuid: String,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Its new name for people
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// It is a production environment
    #[arg(long, overrides_with = "no_production")]
    production: bool,
    /// It is no production environment
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

/// Changes what is given and keeps the rest.
pub(crate) async fn update(args: UpdateArgs, context: &Context) -> anyhow::Result<Exit> {
    let client = args.broker.client(&context.environment)?;
    let before = find(&client, &args.uuid).await?.value;
    let mut contacts = before.contacts.into_iter();
    let first = contact(args.contact_name, args.contact_email_address, contacts.next());
    let new = NewEnvironment {
        name: args.name.unwrap_or(before.name),
        display_name: args.display_name.or(before.display_name),
        production: (before.production || args.production) && !args.no_production,
        contacts: first.into_iter().chain(contacts).collect(),
    };
    let updated = client.update_environment(&args.uuid, &new).await?;
    args.output.print(context, &updated, "Updated");
    Ok(Exit::Success)
}

async fn find(client: &BrokerClient, uuid: &str) -> anyhow::Result<Received<Environment>> {
    client.environment(uuid).await?.ok_or_else(|| {
        let problem = Problem::usage(format!("there is no environment with the id {uuid}"));
        problem.hint("list-environments shows the ids").into()
    })
}

#[derive(Debug, clap::Args)]
pub(crate) struct DescribeArgs {
    /// Its id, which list-environments shows
    #[arg(long, value_name = "UUID")]
    uuid: String,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: Output,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn describe(args: DescribeArgs, context: &Context) -> anyhow::Result<Exit> {
    let found = find(&args.broker.client(&context.environment)?, &args.uuid).await?;
    if !args.output.print_raw(context, &[&found.raw]) {
        let environment = found.value;
        let contacts: Vec<String> = environment.contacts.iter().map(shown_contact).collect();
        context.printer.text(&description([
            ("UUID", Some(environment.uuid)),
            ("Name", Some(environment.name)),
            ("Display name", environment.display_name),
            ("Production", Some(environment.production.to_string())),
            ("Contacts", Some(contacts.join("; "))),
            ("Created", environment.created_at),
        ]));
    }
    Ok(Exit::Success)
}

/// `Team (emailAddress: team@example.com)`
fn shown_contact(contact: &Contact) -> String {
    let details: Vec<String> = contact
        .details
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    if details.is_empty() { contact.name.clone() } else { format!("{} ({})", contact.name, details.join(", ")) }
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
    let environment = find(&client, &args.uuid).await?;
    client.delete_environment(&args.uuid).await?;
    context.printer.line(Tone::Good, &format!("Deleted {} environment from the Pact Broker", environment.name));
    Ok(Exit::Success)
}
