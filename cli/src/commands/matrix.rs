//! `intact matrix`: which versions were verified with which; and `verification-required`, which asks whether a result is missing.

use clap::{ArgMatches, Command, Error, FromArgMatches};
use intact_broker_client::{MatrixQuery, MatrixRow, MatrixTarget, MatrixVersion};

use super::can_i_deploy::SelectorArgs;
use super::{Question, table};
use crate::context::Context;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    selectors: AnySelectors,
    /// Only with what is in this environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only rows with a result that is a success
    #[arg(long, group = "results")]
    success: bool,
    /// Only rows with a result that is a failure
    #[arg(long, group = "results")]
    failed: bool,
    /// Only rows without a result
    #[arg(long, group = "results")]
    unknown: bool,
    /// The most rows the broker looks at
    #[arg(long, value_name = "ROWS")]
    limit: Option<u32>,
    #[command(flatten)]
    question: Question,
}

/// The selectors of can-i-deploy, but an application may stand for all of its versions.
#[derive(Debug)]
struct AnySelectors(SelectorArgs);

impl clap::Args for AnySelectors {
    fn augment_args(command: Command) -> Command {
        SelectorArgs::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        SelectorArgs::augment_args_for_update(command)
    }
}

impl FromArgMatches for AnySelectors {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        SelectorArgs::of_any_version(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Args { selectors: AnySelectors(SelectorArgs { selectors, ignore }), question, .. } = args;
    let target = args.environment.map_or(MatrixTarget::Everything, MatrixTarget::Environment);
    let query = MatrixQuery { selectors, ignore, target, limit: args.limit, reasons: false };
    let client = question.broker.client(&context.environment)?;
    let matrix = super::can_i_deploy::ask_once(&client, &query).await?;
    if question.output.print_raw(context, &[&matrix.raw]) {
        return Ok(Exit::Success);
    }
    let result = |row: &MatrixRow| row.verification_result.as_ref().map(|result| result.success);
    let all = !(args.success || args.failed || args.unknown);
    let wanted = |row: &&MatrixRow| match result(row) {
        Some(true) => all || args.success,
        Some(false) => all || args.failed,
        None => all || args.unknown,
    };
    let rows = matrix.rows.iter().filter(wanted).map(|row| {
        let verified = row.verification_result.as_ref();
        [
            row.consumer.name.clone(),
            number(row.consumer.version.as_ref()),
            places(row.consumer.version.as_ref()),
            row.provider.name.clone(),
            number(row.provider.version.as_ref()),
            places(row.provider.version.as_ref()),
            result(row).map_or_else(|| "???".to_owned(), |success| success.to_string()),
            verified.and_then(|result| result.verified_at.clone()).unwrap_or_default(),
        ]
    });
    let header = ["CONSUMER", "C.VERSION", "C.IS", "PROVIDER", "P.VERSION", "P.IS", "SUCCESS?", "VERIFIED AT"];
    context.printer.text(&table(header, rows));
    Ok(Exit::Success)
}

fn number(version: Option<&MatrixVersion>) -> String {
    version.map_or_else(|| "???".to_owned(), |version| version.number.clone())
}

/// `main, in production`: the branch, and where the version is.
fn places(version: Option<&MatrixVersion>) -> String {
    let Some(version) = version else { return String::new() };
    let environments: Vec<&str> = version.environments.iter().map(|environment| environment.name.as_str()).collect();
    let environments = (!environments.is_empty()).then(|| format!("in {}", environments.join(" and ")));
    version.branch.clone().into_iter().chain(environments).collect::<Vec<_>>().join(", ")
}

#[derive(Debug, clap::Args)]
pub(crate) struct RequiredArgs {
    #[command(flatten)]
    selectors: SelectorArgs,
    /// With what is in this environment
    #[arg(long, value_name = "NAME", conflicts_with = "to")]
    in_environment: Option<String>,
    /// With the newest versions that have this tag
    #[arg(long, value_name = "TAG")]
    to: Option<String>,
    #[command(flatten)]
    question: Question,
}

/// Ends with 0 if a verification has yet to be run, so that a build can ask whether it has something to do.
pub(crate) async fn required(args: RequiredArgs, context: &Context) -> anyhow::Result<Exit> {
    let RequiredArgs { selectors: SelectorArgs { selectors, ignore }, in_environment, to, question } = args;
    let target = match (in_environment, to) {
        (Some(environment), _) => MatrixTarget::Environment(environment),
        (None, Some(tag)) => MatrixTarget::Tag(tag),
        (None, None) => MatrixTarget::EachOther,
    };
    let query = MatrixQuery { selectors, ignore, target, ..MatrixQuery::default() };
    let client = question.broker.client(&context.environment)?;
    let matrix = super::can_i_deploy::ask_once(&client, &query).await?;
    let missing = matrix.summary.is_waiting_for_results();
    if !question.output.print_raw(context, &[&matrix.raw]) {
        let (tone, text) = if missing {
            (Tone::Doubtful, "a verification is required: there is no result yet")
        } else {
            (Tone::Good, "no verification is required: there is a result already")
        };
        context.printer.line(tone, text);
    }
    Ok(if missing { Exit::Success } else { Exit::Failed })
}
