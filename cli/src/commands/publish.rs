//! `intact publish`: sends pact files to a broker.
//!
//! The files are read first, so that a broken one stops the command before anything is published; what is sent is the
//! files' own bytes. All contracts of a consumer go in one request and appear together or not at all.

mod merge;
mod outcome;
mod plan;
mod properties;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ArgAction;
use intact_broker_client::{BrokerClient, BrokerError, Publication, Published, Received};

use self::outcome::Outcome;
use super::Output;
use crate::broker_options::BrokerOptions;
use crate::ci_environment;
use crate::context::{Context, Environment};
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::{self, Oddities, PactFile, STANDARD_INPUT};
use crate::printer::Tone;
use crate::progress::Progress;

#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Args {
    /// Print help
    // The short form is the branch, as in one of the official tools; without a branch it is help all the same.
    #[arg(long, action = ArgAction::HelpShort)]
    help: Option<bool>,
    /// Pact files, directories (searched with all below them), quoted patterns, or - for standard input
    #[arg(required_unless_present = "print_detected", value_name = "FILE|DIR|PATTERN")]
    files: Vec<PathBuf>,
    /// The consumer's version; required unless it is detected with -r
    #[arg(short = 'a', long, value_name = "VERSION")]
    consumer_app_version: Option<String>,
    /// The consumer's branch
    #[arg(short = 'h', long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Take version (the commit), branch and build URL from the build service or Git, where they are not given
    #[arg(short = 'r', long)]
    auto_detect_version_properties: bool,
    /// Only say what -r would take, and from where
    #[arg(long)]
    print_detected: bool,
    /// A tag for the version; may be repeated, or a list with commas
    #[arg(short = 't', long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,
    /// Tag the version with the name of the Git branch
    #[arg(short = 'g', long)]
    tag_with_git_branch: bool,
    /// Where the build can be seen
    #[arg(long, value_name = "URL")]
    build_url: Option<String>,
    /// Merge with what is already published for this version, instead of replacing it
    #[arg(long)]
    merge: bool,
    /// Read the files and say what would be published, but ask and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Also refuse files that are only odd, such as with a matching rule that nobody knows
    #[arg(long)]
    strict: bool,
    /// Check the files first; that is always done
    #[arg(long, hide = true)]
    validate: bool,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: Output,
    #[command(flatten)]
    broker: BrokerOptions,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    if args.print_detected {
        properties::print_detected(&ci_environment::find(&context.environment), args.output, context);
        return Ok(Exit::Success);
    }
    // Without a broker nothing can be published, and that is no news to wait for.
    let client = if args.dry_run { None } else { Some(args.broker.client(&context.environment)?) };
    let properties = properties::version_properties(&args, || ci_environment::detect(&context.environment))?;
    let consumers = plan::by_consumer(read_all(&args, context)?)?;
    let Some(client) = client else {
        if args.output == Output::Text {
            plan::print(&consumers, &properties, args.merge, context);
        } else {
            args.output.print_raw(context, &[&plan::document(&consumers, &properties, args.merge).to_string()]);
        }
        context.printer.remark(Tone::Doubtful, "dry run: nothing was sent");
        return Ok(Exit::Success);
    };
    let publications = consumers
        .into_iter()
        .map(|(consumer, contracts)| plan::publication(consumer, contracts, &properties, args.merge))
        .collect();
    publish_all(&client, publications, args.output, context).await
}

async fn publish_all(
    client: &BrokerClient,
    publications: Vec<Publication>,
    output: Output,
    context: &Context,
) -> anyhow::Result<Exit> {
    let in_the_old_way = has_feature(&context.environment, "publish_pacts_using_old_api");
    let many = u64::try_from(publications.len()).ok().filter(|&many| many > 1);
    let progress = Progress::begin("publishing", many, &context.printer);
    let mut answers = Vec::new();
    let mut published_all = Ok(Exit::Success);
    for publication in publications {
        match publish(client, &publication, in_the_old_way).await {
            Ok(published) => {
                if output == Output::Text {
                    progress.aside(|| print(&publication, &published, context));
                }
                answers.push(published.raw);
            }
            Err(error) => {
                published_all = Err(error).with_context(|| format!("could not publish {}", summary(&publication)));
                break;
            }
        }
        progress.step();
    }
    drop(progress);
    // Also when a later one failed: what was published is published.
    if !answers.is_empty() {
        output.print_raw(context, &answers.iter().map(String::as_str).collect::<Vec<_>>());
    }
    published_all
}

async fn publish(
    client: &BrokerClient,
    publication: &Publication,
    in_the_old_way: bool,
) -> Result<Received<Published>, BrokerError> {
    if in_the_old_way {
        client.publish_contracts_one_by_one(publication).await
    } else {
        client.publish_contracts(publication).await
    }
}

/// Pipelines switch on what the official tool calls features, by a list of names.
fn has_feature(environment: &Environment, name: &str) -> bool {
    let names = environment.get("PACT_BROKER_FEATURES").unwrap_or_default().to_lowercase();
    names.split([' ', ',', '\n', '\t']).any(|given| given == name)
}

/// The broker's notices, and below them what became of each contract.
fn print(publication: &Publication, published: &Published, context: &Context) {
    context.printer.notices(&published.notices);
    let Publication { consumer, version, contracts, .. } = publication;
    for contract in contracts {
        let provider = &contract.provider;
        let outcome = Outcome::of(&published.notices, consumer, version, provider);
        context.printer.line(outcome.tone(), &format!("{consumer} {version} → {provider}: {}", outcome.word()));
    }
}

fn summary(publication: &Publication) -> String {
    let Publication { consumer, version, contracts, .. } = publication;
    let providers: Vec<_> = contracts.iter().map(|contract| contract.provider.as_str()).collect();
    let contracts = if providers.len() == 1 { "the contract" } else { "the contracts" };
    format!("{contracts} of {consumer} version {version} with {}", providers.join(", "))
}

/// Reads every file, so that all that is wrong is told at once.
fn read_all(args: &Args, context: &Context) -> anyhow::Result<Vec<PactFile>> {
    let oddities = if args.strict { Oddities::Refused } else { Oddities::Warned };
    let is_standard_input = |path: &&PathBuf| path.as_path() == Path::new(STANDARD_INPUT);
    let named: Vec<PathBuf> = args.files.iter().filter(|path| !is_standard_input(path)).cloned().collect();
    let found = pact_files::find(&named)?;
    let mut results: Vec<_> = found.iter().map(|file| pact_files::read(file, oddities)).collect();
    if args.files.iter().any(|path| is_standard_input(&path)) {
        results.push(pact_files::read_standard_input(oddities));
    }
    let count = results.len();
    let (mut files, mut broken) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(file) => files.push(file),
            Err(error) => broken.push(error),
        }
    }
    match broken.len() {
        0 => Ok(files),
        1 => Err(broken.swap_remove(0)),
        many => {
            for error in &broken {
                context.printer.error(error);
            }
            let problem = Problem::usage(format!("{many} of {count} pact files are of no use"));
            Err(problem.hint("nothing was published; repair them, or leave them out").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_a_list_with_blanks_or_commas() {
        let has = |value: &str| {
            has_feature(&Environment::of([("PACT_BROKER_FEATURES", value)]), "publish_pacts_using_old_api")
        };
        assert!(
            has("publish_pacts_using_old_api")
                && has("a Publish_Pacts_Using_Old_Api")
                && has("x,publish_pacts_using_old_api")
        );
        assert!(!has("") && !has("publish_pacts_using_old_api_2"));
    }
}
