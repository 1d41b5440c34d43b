//! `intact create-or-update-version`.

use super::{Question, VersionName};
use crate::context::Context;
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
    let read = if branch.is_none() && tag.is_empty() {
        client.put_version(&pacticipant, &version, None).await?
    } else {
        match client.version(&pacticipant, &version).await? {
            Some(read) => read,
            None => client.put_version(&pacticipant, &version, None).await?,
        }
    };
    if !output.print_raw(context, &[&read.raw]) {
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
