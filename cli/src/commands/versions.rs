//! `intact create-or-update-version`, `list-versions` and `delete-version`.

use intact_broker_client::VersionsOf;

use super::confirmation::Confirmation;
use super::{Output, Question, VersionName, remark_on_more, table, unknown};
use crate::broker_options::BrokerOptions;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    of: VersionName,
    /// The branch that it belongs to
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// A tag for it; may be repeated, or a list with commas
    #[arg(short = 't', long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { of: VersionName { pacticipant, version }, branch, tag, question: Question { output, broker } } = args;
    let client = broker.client(&context.environment)?;
    if let Some(branch) = &branch {
        client.put_branch_version(&pacticipant, branch, &version).await?;
    }
    for tag in &tag {
        client.put_tag(&pacticipant, &version, tag).await?;
    }
    let answer = if branch.is_none() && tag.is_empty() {
        client.put_version(&pacticipant, &version, None).await?.raw
    } else if output == Output::Text {
        // Branches and tags create what they need; nothing else is to be known of it.
        String::new()
    } else {
        match client.version(&pacticipant, &version).await? {
            Some(read) => read.raw,
            None => client.put_version(&pacticipant, &version, None).await?.raw,
        }
    };
    if !output.print_raw(context, &[&answer]) {
        let mut details = Vec::new();
        if let Some(branch) = branch {
            details.push(format!("branch {branch}"));
        }
        if !tag.is_empty() {
            details.push(format!("tags {}", tag.join(", ")));
        }
        let details = if details.is_empty() { String::new() } else { format!(" with {}", details.join(" and ")) };
        let text = format!("Created or updated {pacticipant} version {version}{details} in the Pact Broker");
        context.printer.line(Tone::Good, &text);
    }
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// The application
    #[arg(short = 'a', long, value_name = "NAME")]
    pacticipant: String,
    /// Only the versions of this branch
    #[arg(long, value_name = "BRANCH", conflicts_with = "tag")]
    branch: Option<String>,
    /// Only the versions with this tag
    #[arg(short = 't', long, value_name = "TAG")]
    tag: Option<String>,
    /// How many are shown at most
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = super::at_least_one)]
    limit: usize,
    #[command(flatten)]
    question: Question,
}

/// The versions of an application, the newest first.
pub(crate) async fn list(args: ListArgs, context: &Context) -> anyhow::Result<Exit> {
    let ListArgs { pacticipant, branch, tag, limit, question } = args;
    let client = question.broker.client(&context.environment)?;
    let of = match (&branch, &tag) {
        (Some(branch), _) => VersionsOf::Branch(branch),
        (None, Some(tag)) => VersionsOf::Tag(tag),
        (None, None) => VersionsOf::Everything,
    };
    let Some(found) = client.versions(&pacticipant, of, limit).await? else {
        let problem = match of {
            VersionsOf::Branch(branch) => unknown::branch(&client, &pacticipant, branch).await,
            VersionsOf::Tag(tag) if client.pacticipant(&pacticipant).await?.is_some() => {
                Problem::usage(format!("{pacticipant} has no version with the tag {tag}"))
            }
            VersionsOf::Tag(_) | VersionsOf::Everything => unknown::pacticipant(&client, &pacticipant).await,
        };
        return Err(problem.into());
    };
    if question.output.print_raw(context, &[&found.raw]) {
        return Ok(Exit::Success);
    }
    remark_on_more(&found, context);
    let rows = found.value.items.into_iter().map(|version| {
        let branches = version.branches().collect::<Vec<_>>().join(", ");
        let tags = version.tags().collect::<Vec<_>>().join(", ");
        [version.number, branches, tags, version.created_at]
    });
    context.printer.text(&table(["VERSION", "BRANCHES", "TAGS", "CREATED"], rows));
    Ok(Exit::Success)
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    of: VersionName,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn delete(args: DeleteArgs, context: &Context) -> anyhow::Result<Exit> {
    let DeleteArgs { of: VersionName { pacticipant, version }, confirmation, broker } = args;
    let client = broker.client(&context.environment)?;
    if client.version(&pacticipant, &version).await?.is_none() {
        return Err(unknown::version(&client, &pacticipant, &version).await.into());
    }
    let loss = format!(
        "delete {pacticipant} version {version} with its pacts, its verification results, its tags and where it is deployed"
    );
    confirmation.obtain(&loss, context)?;
    client.delete_version(&pacticipant, &version).await?;
    context.printer.line(Tone::Good, &format!("Deleted {pacticipant} version {version} from the Pact Broker"));
    Ok(Exit::Success)
}
