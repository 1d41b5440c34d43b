//! `intact describe-version`: one version, or the versions that an environment has of an application.

use clap::ValueEnum;
use intact_broker_client::{BrokerClient, Received};

use super::{Output, table, unknown};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    /// The version; the newest unless given
    #[arg(short = 'e', long, value_name = "VERSION")]
    version: Option<String>,
    /// The newest version, of those with a tag if one is given
    #[arg(short = 'l', long, value_name = "TAG", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["version", "environment"])]
    latest: Option<String>,
    /// The versions that are deployed to or released in this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only those that are deployed
    #[arg(long, requires = "environment")]
    deployed: bool,
    /// Only those that are released
    #[arg(long, requires = "environment")]
    released: bool,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    output: Form,
    #[command(flatten)]
    broker: BrokerOptions,
}

/// The forms of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    // For people.
    #[value(alias = "text")]
    Table,
    // The broker's answer as it is.
    Json,
    // The broker's answer with line breaks and indentation.
    Pretty,
    // Only the numbers of the versions.
    Id,
}

impl Form {
    /// Prints the broker's answer if it is asked for. Says whether it did.
    fn print_raw(self, context: &Context, answer: &str) -> bool {
        match self {
            Self::Table | Self::Id => false,
            Self::Json => Output::Json.print_raw(context, &[answer]),
            Self::Pretty => Output::Pretty.print_raw(context, &[answer]),
        }
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let client = args.broker.client(&context.environment)?;
    if let Some(environment) = &args.environment {
        return of_environment(&client, environment, &args, context).await;
    }
    let pacticipant = &args.pacticipant;
    let tag = args.latest.as_deref().map(str::trim).filter(|tag| !tag.is_empty());
    let found = match &args.version {
        Some(version) => client.version(pacticipant, version).await?,
        None => client.latest_version(pacticipant, tag).await?,
    };
    let Some(found) = found else {
        return Err(match (&args.version, tag) {
            (Some(version), _) => unknown::version(&client, pacticipant, version).await,
            _ if client.pacticipant(pacticipant).await?.is_none() => unknown::pacticipant(&client, pacticipant).await,
            (None, Some(tag)) => Problem::usage(format!("{pacticipant} has no version with the tag {tag}")),
            (None, None) => Problem::usage(format!("{pacticipant} has no version")),
        }
        .into());
    };
    if args.output == Form::Id {
        context.printer.text(&found.number);
    } else if !args.output.print_raw(context, &found.raw) {
        let version = found.value;
        let row = [version.number, version.branches.join(", "), version.tags.join(", ")];
        context.printer.text(&table(["VERSION", "BRANCHES", "TAGS"], [row]));
    }
    Ok(Exit::Success)
}

async fn of_environment(
    client: &BrokerClient,
    environment: &str,
    args: &Args,
    context: &Context,
) -> anyhow::Result<Exit> {
    let both = args.deployed == args.released;
    let mut rows = Vec::new();
    let mut raw = Vec::new();
    let mut add = |version: Option<String>, status: &str, instance: Option<String>, answer: String| {
        if args.version.is_none() || args.version == version {
            let text = |text: Option<String>| text.unwrap_or_default();
            rows.push([text(version), status.to_owned(), environment.to_owned(), text(instance)]);
            raw.push(answer);
        }
    };
    let pacticipant = &args.pacticipant;
    if args.deployed || both {
        let deployed = match client.deployed_versions(pacticipant, environment).await {
            Ok(deployed) => deployed,
            Err(error) => return Err(unknown::recording(client, error).await),
        };
        for Received { value, raw } in deployed {
            add(value.version, "deployed", value.application_instance, raw);
        }
    }
    if args.released || both {
        let released = match client.released_versions(pacticipant, environment).await {
            Ok(released) => released,
            Err(error) => return Err(unknown::recording(client, error).await),
        };
        for Received { value, raw } in released {
            add(value.version, "released", None, raw);
        }
    }
    if rows.is_empty() && client.pacticipant(pacticipant).await?.is_none() {
        return Err(unknown::pacticipant(client, pacticipant).await.into());
    }
    if args.output == Form::Id {
        for [number, ..] in &rows {
            context.printer.text(number);
        }
        return Ok(Exit::Success);
    }
    // An array even for one: how many there are is part of the answer.
    if !args.output.print_raw(context, &format!("[{}]", raw.join(","))) {
        context.printer.text(&table(["VERSION", "STATUS", "ENVIRONMENT", "APPLICATION INSTANCE"], rows));
    }
    Ok(Exit::Success)
}
