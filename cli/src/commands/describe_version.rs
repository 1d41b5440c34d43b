//! `intact describe-version`: one version, or the versions that an environment has of an application.

use intact_broker_client::{BrokerClient, Received};

use super::{Output, table};
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
    output: Output,
    #[command(flatten)]
    broker: BrokerOptions,
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
    let found = found.ok_or_else(|| {
        Problem::usage(match (&args.version, tag) {
            (Some(version), _) => format!("{pacticipant} version {version} is not known to the broker"),
            (None, Some(tag)) => format!("{pacticipant} has no version with the tag {tag}"),
            (None, None) => format!("{pacticipant} has no version"),
        })
    })?;
    if !args.output.print_raw(context, &[&found.raw]) {
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
    if args.deployed || both {
        for Received { value, raw } in client.deployed_versions(&args.pacticipant, environment).await? {
            add(value.version, "deployed", value.application_instance, raw);
        }
    }
    if args.released || both {
        for Received { value, raw } in client.released_versions(&args.pacticipant, environment).await? {
            add(value.version, "released", None, raw);
        }
    }
    // An array even for one: how many there are is part of the answer.
    if !args.output.print_raw(context, &[&format!("[{}]", raw.join(","))]) {
        context.printer.text(&table(["VERSION", "STATUS", "ENVIRONMENT", "APPLICATION INSTANCE"], rows));
    }
    Ok(Exit::Success)
}
