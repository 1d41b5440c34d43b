//! `intact can-i-deploy` and `intact can-i-merge`: ask the matrix, wait for missing results if told to, and answer.
//!
//! A "no" is exit code 1 in every output format, or the one that a variable names. Unknown results are asked for again only while
//! there are any; a failure among them does not end the waiting unless `--fail-fast` is given, since the broker may learn better.

mod annotations;
mod answer;
mod causes;
mod markdown;
mod plain;
mod rows;
mod selectors;
#[cfg(test)]
mod tests;

use std::time::Duration;

use clap::ValueEnum;
use intact_broker_client::{BrokerClient, Matrix, MatrixQuery, MatrixTarget, Received, VersionSelector};

use self::annotations::AnnotationArgs;
pub(crate) use self::selectors::SelectorArgs;
use super::{Output, unknown};
use crate::broker_options::BrokerOptions;
use crate::context::{Context, Environment, number_of};
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;
use crate::progress::Progress;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    selectors: SelectorArgs,
    /// The environment to deploy to
    #[arg(long, value_name = "NAME", conflicts_with = "to")]
    to_environment: Option<String>,
    /// The tag of the versions to deploy beside; environments have taken its place
    #[arg(long, value_name = "TAG")]
    to: Option<String>,
    #[command(flatten)]
    asking: AskingArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct MergeArgs {
    #[command(flatten)]
    selectors: SelectorArgs,
    #[command(flatten)]
    asking: AskingArgs,
}

#[derive(Debug, clap::Args)]
struct AskingArgs {
    /// The form of the answer
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    output: Form,
    /// While results are missing, ask again up to this many times
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    retry_while_unknown: u32,
    /// How many seconds to wait before asking again
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    retry_interval: u32,
    /// Stop waiting for missing results as soon as one has failed
    #[arg(long)]
    fail_fast: bool,
    /// Say what the answer is, but exit with 0 whatever it is
    #[arg(long)]
    dry_run: bool,
    /// The most rows the broker looks at
    #[arg(long, value_name = "ROWS", hide = true)]
    limit: Option<u32>,
    #[command(flatten)]
    annotations: AnnotationArgs,
    #[command(flatten)]
    broker: BrokerOptions,
}

/// The forms of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    // For people.
    #[value(alias = "text")]
    Table,
    // The broker's answer as it is.
    Json,
    // The broker's answer with line breaks and indentation.
    Pretty,
    // A line for each fact.
    Plain,
    // For comments and summaries.
    Markdown,
}

/// The variables that pipelines set for one of the two commands.
struct Variables {
    ignore: &'static str,
    dry_run: &'static str,
    /// Only one of them has this.
    exit_code: Option<&'static str>,
}

const DEPLOY: Variables = Variables {
    ignore: "PACT_BROKER_CAN_I_DEPLOY_IGNORE",
    dry_run: "PACT_BROKER_CAN_I_DEPLOY_DRY_RUN",
    exit_code: Some("PACT_BROKER_CAN_I_DEPLOY_EXIT_CODE_BETA"),
};
const MERGE: Variables =
    Variables { ignore: "PACT_BROKER_CAN_I_MERGE_IGNORE", dry_run: "PACT_BROKER_CAN_I_MERGE_DRY_RUN", exit_code: None };

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let given = |flag: Option<String>, name: &str| match flag {
        Some(text) if text.trim().is_empty() => Err(Problem::usage(format!("{name} is blank"))),
        flag => Ok(flag),
    };
    let target = match (given(args.to_environment, "--to-environment")?, given(args.to, "--to")?) {
        (Some(environment), _) => MatrixTarget::Environment(environment),
        (None, Some(tag)) => MatrixTarget::Tag(tag),
        (None, None) => MatrixTarget::EachOther,
    };
    ask(args.selectors, target, args.asking, &DEPLOY, context).await
}

pub(crate) async fn run_merge(args: MergeArgs, context: &Context) -> anyhow::Result<Exit> {
    ask(args.selectors, MatrixTarget::MainBranches, args.asking, &MERGE, context).await
}

async fn ask(
    selectors: SelectorArgs,
    target: MatrixTarget,
    args: AskingArgs,
    variables: &Variables,
    context: &Context,
) -> anyhow::Result<Exit> {
    let dry_run = args.dry_run || context.environment.is_on(variables.dry_run);
    // Read before anybody is asked: what it says wrongly must not be found only when the answer is no.
    let no = no_of(variables, &context.environment)?;
    let SelectorArgs { selectors, mut ignore } = selectors;
    if let Some(names) = context.environment.get(variables.ignore) {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        ignore.extend(names.map(VersionSelector::pacticipant));
    }
    let query = MatrixQuery { selectors, ignore, target, limit: args.limit, reasons: true };
    let client = args.broker.client(&context.environment)?;
    let asked = in_words(&query);
    let answered = ask_until_known(&client, &query, &args, dry_run, context).await;
    let mut matrix = match answered {
        Ok(matrix) => matrix,
        Err(error) if dry_run => {
            context.printer.error(&error);
            context.printer.remark(Tone::Doubtful, DRY_RUN);
            return Ok(Exit::Success);
        }
        Err(error) => return Err(error),
    };
    causes::explain(&mut matrix.value, &query, &client).await;
    match args.output {
        Form::Table => answer::print(&matrix, dry_run, &context.printer),
        Form::Plain => plain::print(&matrix, &context.printer),
        Form::Markdown => context.printer.raw(markdown::document(&matrix, &asked, dry_run).trim_end()),
        Form::Json => _ = Output::Json.print_raw(context, &[&matrix.raw]),
        Form::Pretty => _ = Output::Pretty.print_raw(context, &[&matrix.raw]),
    }
    args.annotations.write(&matrix, &asked, dry_run, args.output, context)?;
    if dry_run {
        context.printer.remark(Tone::Doubtful, DRY_RUN);
        return Ok(Exit::Success);
    }
    if matrix.summary.is_deployable() {
        return Ok(Exit::Success);
    }
    if let (Exit::Chosen(code), Some(name)) = (no, variables.exit_code) {
        context.printer.remark(Tone::Doubtful, &format!("the exit code is {code}, as {name} says"));
    }
    Ok(no)
}

/// How a "no" ends.
fn no_of(variables: &Variables, environment: &Environment) -> Result<Exit, Problem> {
    let chosen = variables.exit_code.map(|name| number_of(None, environment, name)).transpose()?.flatten();
    Ok(chosen.map_or(Exit::Failed, Exit::Chosen))
}

const DRY_RUN: &str = "dry run: whatever the answer is, the exit code is 0";

/// What is asked, as it follows "can I": `deploy Web 1.0.0 to production`.
fn in_words(query: &MatrixQuery) -> String {
    let version = |selector: &VersionSelector| {
        let VersionSelector { pacticipant, version, latest, branch, tag, main_branch } = selector;
        match (version, branch, tag) {
            (Some(version), ..) => format!("{pacticipant} {version}"),
            (_, Some(branch), _) => format!("the newest {pacticipant} of {branch}"),
            (_, _, Some(tag)) if *latest => format!("the newest {pacticipant} tagged {tag}"),
            (_, _, Some(tag)) => format!("every {pacticipant} tagged {tag}"),
            _ if *main_branch => format!("the newest {pacticipant} of its main branch"),
            _ => format!("the newest {pacticipant}"),
        }
    };
    let versions = query.selectors.iter().map(version).collect::<Vec<_>>().join(" and ");
    match &query.target {
        MatrixTarget::Environment(name) => format!("deploy {versions} to {name}"),
        MatrixTarget::Tag(tag) => format!("deploy {versions} beside what is tagged {tag}"),
        MatrixTarget::MainBranches => format!("merge {versions}"),
        MatrixTarget::EachOther if query.selectors.len() == 1 => {
            format!("deploy {versions} beside the newest of all others")
        }
        MatrixTarget::EachOther | MatrixTarget::Everything => format!("deploy {versions} together"),
    }
}

/// In seconds. Services end builds that say nothing for some minutes.
const SIGN_OF_LIFE: u64 = 60;

async fn ask_until_known(
    client: &BrokerClient,
    query: &MatrixQuery,
    args: &AskingArgs,
    dry_run: bool,
    context: &Context,
) -> anyhow::Result<Received<Matrix>> {
    let mut matrix = ask_once(client, query).await?;
    let is_open =
        |matrix: &Matrix| matrix.summary.is_waiting_for_results() && !(args.fail_fast && matrix.summary.failed > 0);
    let times = if dry_run { 0 } else { args.retry_while_unknown };
    if times == 0 || !is_open(&matrix) {
        return Ok(matrix);
    }
    let missing = |matrix: &Matrix| match matrix.summary.unknown.unwrap_or(1).max(1) {
        1 => "1 verification result".to_owned(),
        many => format!("{many} verification results"),
    };
    let longest = u64::from(times) * u64::from(args.retry_interval);
    let text = format!("waiting for {} (for {longest} seconds at most)", missing(&matrix));
    context.printer.remark(Tone::Faint, &text);
    let progress = Progress::begin("waiting for verification results", None, &context.printer);
    // What the requests take is not counted.
    let (mut said, mut said_at, mut waited) = (missing(&matrix), 0, 0);
    for _ in 0..times {
        tokio::time::sleep(Duration::from_secs(args.retry_interval.into())).await;
        waited += u64::from(args.retry_interval);
        matrix = ask_once(client, query).await?;
        if !is_open(&matrix) {
            break;
        }
        if said != missing(&matrix) || waited - said_at >= SIGN_OF_LIFE {
            (said, said_at) = (missing(&matrix), waited);
            let text = format!("still waiting for {said}, since {waited} seconds");
            progress.aside(|| context.printer.remark(Tone::Faint, &text));
        }
    }
    drop(progress);
    let end = if matrix.summary.is_waiting_for_results() {
        format!("{} still missing", missing(&matrix))
    } else {
        "all results are there".to_owned()
    };
    context.printer.remark(Tone::Faint, &format!("{end} after {waited} seconds"));
    Ok(matrix)
}

/// Asks; names that do not exist are answered with those that do.
pub(super) async fn ask_once(client: &BrokerClient, query: &MatrixQuery) -> anyhow::Result<Received<Matrix>> {
    match client.matrix(query).await {
        Ok(matrix) => Ok(matrix),
        // The URL of the question, with all that is escaped in it, would only hide what is wrong.
        Err(error) if error.status() == Some(400) && !error.messages().is_empty() => {
            let problem = Problem::usage(error.messages().join("\n"));
            Err(match unknown::names_for(client, query).await {
                Some(names) => problem.hint(names).into(),
                None => problem.into(),
            })
        }
        Err(error) => Err(anyhow::Error::from(error).context("the broker could not answer")),
    }
}
