//! `intact create-version-tag` and `delete-version-tag`.

use super::{VersionName, unknown};
use crate::broker_options::BrokerOptions;
use crate::ci_environment;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    of: VersionName,
    /// The tag; may be repeated, or a list with commas
    #[arg(
        short = 't',
        long,
        value_name = "TAG",
        value_delimiter = ',',
        required_unless_present = "tag_with_git_branch"
    )]
    tag: Vec<String>,
    /// Tag with the name of the Git branch
    #[arg(short = 'g', long)]
    tag_with_git_branch: bool,
    /// Create the version if there is none; otherwise that is an error
    #[arg(long)]
    auto_create_version: bool,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { of: VersionName { pacticipant, version }, mut tag, tag_with_git_branch, auto_create_version, broker } =
        args;
    let client = broker.client(&context.environment)?;
    if tag_with_git_branch {
        let branch = ci_environment::detect(&context.environment).branch.ok_or_else(|| {
            Problem::usage("the branch for the tag could not be detected").hint("give the tag with --tag")
        })?;
        tag.push(branch);
    }
    if !auto_create_version && client.version(&pacticipant, &version).await?.is_none() {
        let problem = unknown::version(&client, &pacticipant, &version).await;
        let known = problem.hint_text().map(|known| format!("{known} ")).unwrap_or_default();
        return Err(problem.hint(format!("{known}(--auto-create-version creates what is missing)")).into());
    }
    for tag in tag {
        client.put_tag(&pacticipant, &version, &tag).await?;
        context
            .printer
            .line(Tone::Good, &format!("Tagged {pacticipant} version {version} as {tag} in the Pact Broker"));
    }
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    of: VersionName,
    /// The tag; may be repeated, or a list with commas
    #[arg(short = 't', long, value_name = "TAG", value_delimiter = ',', required = true)]
    tag: Vec<String>,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let DeleteArgs { of: VersionName { pacticipant, version }, tag, broker } = args;
    let client = broker.client(&context.environment)?;
    for tag in tag {
        // The wish is fulfilled also if there was no such tag.
        let text = if client.delete_tag(&pacticipant, &version, &tag).await? {
            format!("Deleted tag {tag} from {pacticipant} version {version} in the Pact Broker")
        } else {
            format!("{pacticipant} version {version} has no tag {tag}")
        };
        context.printer.text(&text);
    }
    Ok(Exit::Success)
}
