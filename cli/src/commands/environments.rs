//! `intact create-environment`, `update-environment`, `list-environments`, `describe-environment` and `delete-environment`.

use clap::ValueEnum;
use intact_broker_client::{BrokerClient, Contact, Environment, NewEnvironment, Received};
use serde_json::json;

use super::{Output, Question, description, table};
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
    #[command(flatten)]
    details: Details,
}

/// What is said of an environment when it is created or changed.
#[derive(Debug, clap::Args)]
struct Details {
    /// Its name for people
    #[arg(long, value_name = "NAME")]
    display_name: Option<String>,
    /// It is a production environment
    #[arg(long, overrides_with = "no_production")]
    production: bool,
    /// It is no production environment; a new one is none unless told
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

impl Details {
    /// Whether it is a production environment, if it `was` one before.
    fn production(&self, was: bool) -> bool {
        (was || self.production) && !self.no_production
    }

    /// Whom to ask in place of those `before`; nobody if there is nothing to say of them.
    fn contact(&self, before: Option<Contact>) -> Option<Contact> {
        if self.contact_name.is_none() && self.contact_email_address.is_none() {
            return before;
        }
        let mut contact = before.unwrap_or_default();
        if let Some(name) = &self.contact_name {
            contact.name.clone_from(name);
        } else if contact.name.is_empty() {
            "unknown".clone_into(&mut contact.name);
        }
        if let Some(address) = &self.contact_email_address {
            contact.details.insert("emailAddress".to_owned(), json!(address));
        }
        Some(contact)
    }
}

/// The forms of the result of creating something with an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CreateOutput {
    // For people.
    Text,
    // The broker's answer as it is.
    Json,
    // The broker's answer with line breaks and indentation.
    Pretty,
    // Only the id.
    Id,
}

pub(crate) async fn create(args: CreateArgs, context: &Context) -> anyhow::Result<Exit> {
    let CreateArgs { name, details } = args;
    let client = details.broker.client(&context.environment)?;
    let new = NewEnvironment {
        name,
        production: details.production(false),
        contacts: details.contact(None).into_iter().collect(),
        display_name: details.display_name,
    };
    let created = client.create_environment(&new).await?;
    details.output.print(context, &created, "Created");
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

#[derive(Debug, clap::Args)]
pub(crate) struct UpdateArgs {
    /// Its id, which list-environments shows
    #[arg(long, value_name = "UUID")]
    uuid: String,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    details: Details,
}

/// Changes what is given and keeps the rest.
pub(crate) async fn update(args: UpdateArgs, context: &Context) -> anyhow::Result<Exit> {
    let UpdateArgs { uuid, name, details } = args;
    let client = details.broker.client(&context.environment)?;
    let before = find(&client, &uuid).await?.value;
    let mut contacts = before.contacts.into_iter();
    let first = details.contact(contacts.next());
    let new = NewEnvironment {
        name: name.unwrap_or(before.name),
        production: details.production(before.production),
        contacts: first.into_iter().chain(contacts).collect(),
        display_name: details.display_name.or(before.display_name),
    };
    let updated = client.update_environment(&uuid, &new).await?;
    details.output.print(context, &updated, "Updated");
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
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn describe(args: DescribeArgs, context: &Context) -> anyhow::Result<Exit> {
    let found = find(&args.question.broker.client(&context.environment)?, &args.uuid).await?;
    if !args.question.output.print_raw(context, &[&found.raw]) {
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

pub(crate) async fn list(args: Question, context: &Context) -> anyhow::Result<Exit> {
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
    /// What the older tools have; `json` gives the environment as it was.
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text", hide = true)]
    output: Output,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let client = args.broker.client(&context.environment)?;
    let environment = find(&client, &args.uuid).await?;
    client.delete_environment(&args.uuid).await?;
    if args.output.print_raw(context, &[&environment.raw]) {
        return Ok(Exit::Success);
    }
    context.printer.line(Tone::Good, &format!("Deleted {} environment from the Pact Broker", environment.name));
    Ok(Exit::Success)
}
