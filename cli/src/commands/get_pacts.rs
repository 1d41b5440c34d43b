//! `intact get-pacts`: the pacts of a provider, as a list or as files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use intact_broker_client::{BrokerClient, FetchedPact, PactLink, PactsOnBranch, VersionsOf};
use intact_pact_model::Json;
use intact_pact_model::file::file_name;

use super::{Question, table, unknown};
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;
use crate::whole_file;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The provider
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// Only the pacts of this consumer
    #[arg(long, value_name = "NAME")]
    consumer: Option<String>,
    /// The branch of the consumers; each consumer's main branch unless given
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Only the newest pact of each consumer
    #[arg(long)]
    latest: bool,
    /// Write the pacts to files
    #[arg(long)]
    download: bool,
    /// Where the files are written
    #[arg(long, value_name = "FOLDER", default_value = "./pacts")]
    download_dir: PathBuf,
    #[command(flatten)]
    question: Question,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let client = args.question.broker.client(&context.environment)?;
    let query = PactsOnBranch {
        provider: &args.provider,
        consumer: args.consumer.as_deref(),
        branch: args.branch.as_deref(),
        latest: args.latest,
    };
    let found = client.pacts_on_branch(&query).await?;
    if found.as_ref().is_none_or(|found| found.is_empty()) {
        check_names(&client, &query).await?;
    }
    let Some(found) = found else {
        return Err(Problem::unavailable("the broker has no list of these pacts").into());
    };
    // A version whose pact was published several times is listed as often.
    let mut pacts: Vec<&PactLink> = found.iter().collect();
    let mut seen = std::collections::HashSet::new();
    pacts.retain(|pact| seen.insert(&pact.href));
    let raw = args.question.output.print_raw(context, &[&found.raw]);
    if !raw {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let rows = pacts.iter().map(|pact| [text(&pact.consumer), text(&pact.title), pact.href.clone()]);
        context.printer.text(&table(["CONSUMER", "TITLE", "LINK"], rows));
    }
    if pacts.is_empty() {
        context.printer.remark(Tone::Doubtful, "there are no such pacts");
    }
    if args.download {
        for file in download(&client, &pacts, &args).await? {
            let text = format!("wrote {}", file.display());
            // With `-o json` there is nothing but JSON on standard output.
            if raw { context.printer.remark(Tone::Plain, &text) } else { context.printer.text(&text) }
        }
    }
    Ok(Exit::Success)
}

/// Tells an empty list from a question about what does not exist.
async fn check_names(client: &BrokerClient, query: &PactsOnBranch<'_>) -> anyhow::Result<()> {
    for name in [Some(query.provider), query.consumer].into_iter().flatten() {
        if client.pacticipant(name).await?.is_none() {
            return Err(unknown::pacticipant(client, name).await.into());
        }
    }
    if let (Some(consumer), Some(branch)) = (query.consumer, query.branch)
        && client.versions(consumer, VersionsOf::Branch(branch), 1).await?.is_none()
    {
        return Err(unknown::branch(client, consumer, branch).await.into());
    }
    Ok(())
}

/// Writes each pact as the broker gives it, and says where.
async fn download(client: &BrokerClient, pacts: &[&PactLink], args: &Args) -> anyhow::Result<Vec<PathBuf>> {
    let folder = &args.download_dir;
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let mut written: BTreeMap<PathBuf, &str> = BTreeMap::new();
    for pact in pacts {
        let fetched = client.fetch_pact(&pact.href).await?;
        let file = folder.join(name_of(pact, &fetched, &args.provider));
        if let Some(other) = written.insert(file.clone(), &pact.href) {
            let text = format!("{} and {other} would both be written to {}", pact.href, file.display());
            return Err(Problem::usage(text).hint("download one of them alone, with --consumer").into());
        }
        whole_file::replace(&file, &fetched.content)
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(written.into_keys().collect())
}

/// `Web-Orders-1.0.0.json`. Names come from the broker, so nothing in them may lead out of the folder.
fn name_of(pact: &PactLink, fetched: &FetchedPact, provider: &str) -> String {
    let versions = fetched.consumer_versions();
    // The consumer version stands at the end of the address of its pact.
    let version = versions.last().map_or_else(|| pact.href.rsplit('/').next().unwrap_or_default(), String::as_str);
    let consumer = match &pact.consumer {
        Some(consumer) => consumer.clone(),
        // Not every broker names it beside the link.
        None => consumer_in(&fetched.content).unwrap_or_default(),
    };
    file_name(&consumer, &format!("{provider}-{version}"))
}

fn consumer_in(pact: &[u8]) -> Option<String> {
    let pact = Json::parse(pact).ok()?;
    Some(pact.get("consumer")?.get("name")?.as_str()?.to_owned())
}
