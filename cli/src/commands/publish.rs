//! `intact publish`: sends pact files to a broker.
//!
//! The files are read first, so that a broken one stops the command before anything is published; what is sent is the
//! files' own bytes. All contracts of a consumer go in one request and appear together or not at all.

mod merge;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use intact_broker_client::{Contract, Publication};

use super::Output;
use crate::broker_options::BrokerOptions;
use crate::ci_environment::{self, Detected};
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::{self, Oddities, PactFile};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Pact files, directories (searched with all below them), or quoted patterns
    #[arg(required = true, value_name = "FILE|DIR|PATTERN")]
    files: Vec<PathBuf>,
    /// The consumer's version; required unless it is detected with -r
    #[arg(short = 'a', long, value_name = "VERSION")]
    consumer_app_version: Option<String>,
    /// The consumer's branch
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Take version (the commit), branch and build URL from the build service or Git, where they are not given
    #[arg(short = 'r', long)]
    auto_detect_version_properties: bool,
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

/// What is said of the version that is published.
#[derive(Debug, PartialEq, Eq)]
struct VersionProperties {
    version: String,
    branch: Option<String>,
    tags: Vec<String>,
    build_url: Option<String>,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let client = args.broker.client(&context.environment)?;
    let properties = version_properties(&args, || ci_environment::detect(&context.environment))?;
    let files = pact_files::find(&args.files)?;
    let oddities = if args.strict { Oddities::Refused } else { Oddities::Warned };
    let files = files.iter().map(|file| pact_files::read(file, oddities)).collect::<Result<Vec<_>, _>>()?;
    let mut answers = Vec::new();
    let mut published_all = Ok(Exit::Success);
    for (consumer, contracts) in by_consumer(files)? {
        let publication = Publication {
            consumer,
            version: properties.version.clone(),
            branch: properties.branch.clone(),
            tags: properties.tags.clone(),
            build_url: properties.build_url.clone(),
            merge: args.merge,
            contracts,
        };
        match client.publish_contracts(&publication).await {
            Ok(published) => {
                if args.output == Output::Text {
                    context.printer.notices(&published.notices);
                }
                answers.push(published.raw);
            }
            Err(error) => {
                published_all = Err(error).with_context(|| format!("could not publish {}", summary(&publication)));
                break;
            }
        }
    }
    // Also when a later one failed: what was published is published.
    if !answers.is_empty() {
        args.output.print_raw(context, &answers.iter().map(String::as_str).collect::<Vec<_>>());
    }
    published_all
}

fn summary(publication: &Publication) -> String {
    let Publication { consumer, version, contracts, .. } = publication;
    let providers: Vec<_> = contracts.iter().map(|contract| contract.provider.as_str()).collect();
    let contracts = if providers.len() == 1 { "the contract" } else { "the contracts" };
    format!("{contracts} of {consumer} version {version} with {}", providers.join(", "))
}

fn version_properties(args: &Args, detect: impl FnOnce() -> Detected) -> anyhow::Result<VersionProperties> {
    let given =
        |flag: &Option<String>| flag.as_deref().map(str::trim).filter(|flag| !flag.is_empty()).map(str::to_owned);
    let (mut version, mut branch) = (given(&args.consumer_app_version), given(&args.branch));
    let mut build_url = given(&args.build_url);
    let mut tags: Vec<String> = Vec::new();
    let mut add_tag = |tag: &str| {
        if !tag.trim().is_empty() && !tags.iter().any(|known| known == tag.trim()) {
            tags.push(tag.trim().to_owned());
        }
    };
    args.tag.iter().for_each(|tag| add_tag(tag));
    if args.auto_detect_version_properties || args.tag_with_git_branch {
        let detected = detect();
        if args.tag_with_git_branch {
            let branch = detected.branch.as_deref().ok_or_else(|| {
                Problem::usage("the branch for the tag could not be detected").hint("give the tag with --tag")
            })?;
            add_tag(branch);
        }
        if args.auto_detect_version_properties {
            version = version.or(detected.commit);
            branch = branch.or(detected.branch);
            build_url = build_url.or(detected.build_url);
            if branch.is_none() {
                let problem = Problem::usage("the branch could not be detected");
                return Err(problem.hint("give it with --branch").into());
            }
        }
    }
    let version = version.ok_or_else(|| {
        let detected = args.auto_detect_version_properties;
        let text = if detected { "the version could not be detected" } else { "the consumer's version is missing" };
        Problem::usage(text)
            .hint("give it with --consumer-app-version, or detect it with --auto-detect-version-properties")
    })?;
    Ok(VersionProperties { version, branch, tags, build_url })
}

/// The contracts of each consumer; several files of one pair become one contract.
fn by_consumer(files: Vec<PactFile>) -> anyhow::Result<BTreeMap<String, Vec<Contract>>> {
    let mut pairs: BTreeMap<(String, String), Vec<PactFile>> = BTreeMap::new();
    for file in files {
        pairs.entry((file.pact.consumer.clone(), file.pact.provider.clone())).or_default().push(file);
    }
    let mut consumers: BTreeMap<String, Vec<Contract>> = BTreeMap::new();
    for ((consumer, provider), files) in pairs {
        if consumer.trim().is_empty() || provider.trim().is_empty() {
            let file = files.first().map(|file| file.path.display().to_string()).unwrap_or_default();
            return Err(Problem::usage(format!("the pact file {file} does not name its consumer and provider")).into());
        }
        let content = merge::merge(&files)?.into();
        consumers.entry(consumer).or_default().push(Contract { provider, content });
    }
    Ok(consumers)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        args: Args,
    }

    fn properties(arguments: &str, commit: Option<&str>, branch: Option<&str>) -> Result<VersionProperties, String> {
        let arguments = ["publish", "x.json", "-b", "http://b"].into_iter().chain(arguments.split_whitespace());
        let args = Command::try_parse_from(arguments).map_err(|error| error.to_string())?.args;
        let text = |text: Option<&str>| text.map(str::to_owned);
        let detected = Detected { commit: text(commit), branch: text(branch), build_url: text(Some("http://ci/1")) };
        version_properties(&args, || detected).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_given_wins_over_what_is_detected() {
        let expected = |version: &str, branch: Option<&str>, tags: &[&str], build_url: Option<&str>| {
            Ok(VersionProperties {
                version: version.into(),
                branch: branch.map(str::to_owned),
                tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
                build_url: build_url.map(str::to_owned),
            })
        };
        let detected = |arguments| properties(arguments, Some("abc"), Some("main"));
        assert_eq!(detected("-a 1"), expected("1", None, &[], None));
        assert_eq!(detected("-r"), expected("abc", Some("main"), &[], Some("http://ci/1")));
        assert_eq!(detected("-r -a 1 --branch b --build-url u"), expected("1", Some("b"), &[], Some("u")));
        assert_eq!(detected("-a 1 -t a,b -t c -t a -g"), expected("1", None, &["a", "b", "c", "main"], None));
    }

    #[test]
    fn what_cannot_be_found_out_is_named() {
        assert_eq!(properties("", None, None), Err("the consumer's version is missing".into()));
        assert_eq!(properties("-r", None, Some("main")), Err("the version could not be detected".into()));
        assert_eq!(properties("-r", Some("abc"), None), Err("the branch could not be detected".into()));
        assert_eq!(
            properties("-a 1 -g", Some("abc"), None),
            Err("the branch for the tag could not be detected".into())
        );
    }
}
