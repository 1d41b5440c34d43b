//! `intact verify`: replays pacts against a provider.
//!
//! Flags and variables are those of the official verifier; [`verification`] makes a verification of them. The
//! report goes to standard output as the run goes on, the JSON and JUnit reports to files at its end.

mod published_version;
mod verification;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ArgAction;
use intact_verifier::report::{github, json, junit, markdown, terminal::TerminalReport};
use intact_verifier::{Report, Verdict};

use crate::cli::LogLevel;
use crate::context::{Context, Environment};
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Printer;

const EXIT_CODES: &str = "\
Exit codes:
  0  the provider keeps its contracts (pending failures do not count)
  1  it does not; or nothing was verified, a pact could not be read,
     or a result could not be published
  2  wrong usage
  3  the provider, the broker or a pact's URL could not be reached, and
     nothing else was wrong; or a report could not be written";

/// Replay pacts against a provider
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true, version, disable_version_flag = true, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    /// Print version
    #[arg(short = 'v', long, action = ArgAction::Version)]
    version: Option<bool>,

    /// Pact files, patterns such as 'pacts/**/*.json', directories of pact files, and URLs of pacts
    #[arg(value_name = "FILE|DIR|URL", help_heading = "Pacts")]
    paths: Vec<PathBuf>,
    /// A pact file, or a pattern; may be repeated
    #[arg(short, long, value_name = "FILE", help_heading = "Pacts")]
    file: Vec<PathBuf>,
    /// A directory, searched with all below it for pacts of the provider; may be repeated
    #[arg(short, long, value_name = "DIR", help_heading = "Pacts")]
    dir: Vec<PathBuf>,
    /// The URL of a pact; may be repeated
    #[arg(short, long, value_name = "URL", help_heading = "Pacts")]
    url: Vec<String>,
    /// A broker, asked for the pacts of the provider [env: PACT_BROKER_BASE_URL]
    #[arg(short, long, alias = "broker-base-url", value_name = "URL", help_heading = "Pacts")]
    broker_url: Option<String>,
    /// Verify the one pact that a webhook of the broker names [env: PACT_WEBHOOK_CALLBACK_URL]
    #[arg(long, value_name = "URL", help_heading = "Pacts")]
    webhook_callback_url: Option<String>,
    /// It is no failure if there is nothing to verify
    #[arg(long, help_heading = "Pacts")]
    ignore_no_pacts_error: bool,

    /// User name for broker and URLs [env: PACT_BROKER_USERNAME]
    #[arg(long, alias = "broker-username", value_name = "NAME", conflicts_with = "token", help_heading = "Broker")]
    user: Option<String>,
    /// Password for broker and URLs [env: PACT_BROKER_PASSWORD]
    #[arg(long, alias = "broker-password", value_name = "PASSWORD", help_heading = "Broker")]
    password: Option<String>,
    /// Bearer token for broker and URLs [env: PACT_BROKER_TOKEN]
    #[arg(short, long, alias = "broker-token", value_name = "TOKEN", help_heading = "Broker")]
    token: Option<String>,
    /// How often a failed request to the broker is tried again [env: PACT_BROKER_HTTP_RETRIES] [default: 8]
    #[arg(long, value_name = "TIMES", help_heading = "Broker")]
    retries: Option<u8>,
    /// Verify the newest pacts with these tags of the consumers
    #[arg(long, value_name = "TAG", value_delimiter = ',', help_heading = "Broker")]
    consumer_version_tags: Vec<String>,
    /// Which consumer versions' pacts to verify, as JSON such as '{"mainBranch": true}', or an array; may be repeated
    #[arg(long, value_name = "JSON", help_heading = "Broker")]
    consumer_version_selectors: Vec<String>,
    /// Failures of pacts that the provider never verified do not count
    #[arg(long, help_heading = "Broker")]
    enable_pending: bool,
    /// Also verify unfinished work of the consumers that was published since this day
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Broker")]
    include_wip_pacts_since: Option<String>,

    /// The name of the provider [env: PACT_PROVIDER_NAME]
    #[arg(short = 'n', long, alias = "provider", value_name = "NAME", help_heading = "Provider")]
    provider_name: Option<String>,
    /// Where the provider runs, instead of --transport, --hostname, --port and --base-path
    #[arg(long, value_name = "URL", conflicts_with_all = ["hostname", "port", "transport"], help_heading = "Provider")]
    provider_base_url: Option<String>,
    /// The provider's host [env: PACT_PROVIDER_HOSTNAME] [default: localhost]
    #[arg(short = 'h', long, value_name = "HOST", help_heading = "Provider")]
    hostname: Option<String>,
    /// The provider's port [env: PACT_PROVIDER_PORT] [default: 80, with https 443]
    #[arg(short, long, value_name = "PORT", help_heading = "Provider")]
    port: Option<u16>,
    /// http or https [env: PACT_PROVIDER_TRANSPORT] [default: http]
    #[arg(long, alias = "scheme", value_name = "SCHEME", help_heading = "Provider")]
    transport: Option<String>,
    /// Where the interactions of a transport go, such as message:8080/_messages
    #[arg(long, value_name = "NAME:PORT[/PATH]", num_args = 1.., help_heading = "Provider")]
    transports: Vec<String>,
    /// A path that comes before the path of each request [env: PACT_PROVIDER_BASE_PATH]
    #[arg(long, value_name = "PATH", help_heading = "Provider")]
    base_path: Option<String>,
    /// How long a request or state change may take, in milliseconds [env: PACT_PROVIDER_REQUEST_TIMEOUT] [default: 5000]
    #[arg(long, value_name = "MILLISECONDS", help_heading = "Provider")]
    request_timeout: Option<u64>,
    /// A header to send with each request, in place of the pact's of that name; may be repeated
    #[arg(short = 'H', long, value_name = "NAME=VALUE", help_heading = "Provider")]
    header: Vec<String>,
    /// File with a root certificate to trust besides the system's, for broker, URLs and provider; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Provider")]
    ssl_certificate: Vec<PathBuf>,
    /// Accept any certificate [env: PACT_DISABLE_SSL_VERIFICATION]
    #[arg(long, help_heading = "Provider")]
    disable_ssl_verification: bool,

    /// A URL that sets up provider states [env: PACT_PROVIDER_STATE_CHANGE_URL]
    #[arg(short, long, value_name = "URL", help_heading = "Provider states")]
    state_change_url: Option<String>,
    /// Send states as query parameters, not as a body [env: PACT_PROVIDER_STATE_CHANGE_AS_QUERY]
    #[arg(long, help_heading = "Provider states")]
    state_change_as_query: bool,
    /// A command that sets up provider states, run in the shell: it reads {"action", "params", "state"} as JSON from standard
    /// input and may write a JSON object with values to standard output [env: INTACT_STATE_COMMAND]
    #[arg(long, value_name = "COMMAND", conflicts_with = "state_change_url", help_heading = "Provider states")]
    state_command: Option<String>,
    /// Fail interactions with provider states if nothing sets them up
    #[arg(long, help_heading = "Provider states")]
    require_states: bool,
    /// Call the URL or run the command after each interaction too [env: PACT_PROVIDER_STATE_CHANGE_TEARDOWN]
    #[arg(long, help_heading = "Provider states")]
    state_change_teardown: bool,

    /// Verify only interactions whose description contains a match [env: PACT_DESCRIPTION]
    #[arg(long, value_name = "REGEX", help_heading = "Filters")]
    filter_description: Option<String>,
    /// Verify only interactions with a provider state that contains a match [env: PACT_PROVIDER_STATE]
    #[arg(long, value_name = "REGEX", conflicts_with = "filter_no_state", help_heading = "Filters")]
    filter_state: Option<String>,
    /// Verify only interactions without provider states [env: PACT_PROVIDER_NO_STATE]
    #[arg(long, help_heading = "Filters")]
    filter_no_state: bool,
    /// Verify only pacts of this consumer; may be repeated
    #[arg(short = 'c', long, value_name = "NAME", help_heading = "Filters")]
    filter_consumer: Vec<String>,
    /// Verify only what failed according to the last report of --json; everything if nothing did
    #[arg(long, help_heading = "Filters")]
    last_failed: bool,
    /// End at the first failure that counts
    #[arg(long, conflicts_with = "publish", help_heading = "Filters")]
    exit_on_first_error: bool,

    /// How many interactions run at once [env: INTACT_JOBS] [default: 1 if something sets up provider states, else a few with safe
    /// methods]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Run")]
    jobs: Option<u16>,
    /// How long the whole run may take, in seconds; what is not verified by then fails
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Run")]
    deadline: Option<u64>,

    /// Publish the results to the broker
    #[arg(long, help_heading = "Publishing")]
    publish: bool,
    /// Publish results also if filters leave out interactions
    #[arg(long, requires = "publish", help_heading = "Publishing")]
    publish_partial: bool,
    /// The version of the provider that is verified [default when publishing: the commit, from the build service or Git]
    #[arg(long, value_name = "VERSION", help_heading = "Publishing")]
    provider_version: Option<String>,
    /// The branch of the provider version [default when publishing: from the build service or Git]
    #[arg(long, value_name = "BRANCH", help_heading = "Publishing")]
    provider_branch: Option<String>,
    /// Tags of the provider version [default when publishing: Git's tags of the commit]
    #[arg(long, value_name = "TAG", value_delimiter = ',', help_heading = "Publishing")]
    provider_tags: Vec<String>,
    /// Where the build can be seen [default when publishing: from the build service]
    #[arg(long, value_name = "URL", help_heading = "Publishing")]
    build_url: Option<String>,

    /// Show for each failure a curl command that repeats the request
    #[arg(long, help_heading = "Output")]
    print_curl: bool,
    /// How much is logged; the same as --log-level
    #[arg(
        id = "verify_log_level",
        short = 'l',
        long = "loglevel",
        value_name = "LEVEL",
        ignore_case = true,
        help_heading = "Output"
    )]
    pub(crate) log_level: Option<LogLevel>,

    /// Layouts of the log that the official verifier knows; the log here has one.
    #[arg(long, alias = "full-log", alias = "compact-log", hide = true, action = ArgAction::Count)]
    pretty_log: u8,

    /// Write the report as JSON to this file [env: PACT_VERIFIER_JSON_REPORT]
    #[arg(short, long, value_name = "FILE", help_heading = "Reports")]
    json: Option<PathBuf>,
    /// Write the report as JUnit XML to this file [env: PACT_VERIFIER_JUNIT_REPORT]
    #[arg(short = 'x', long, value_name = "FILE", help_heading = "Reports")]
    junit: Option<PathBuf>,
    /// Write a summary as Markdown to this file; on GitHub it is added to the summary of the job
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    markdown: Option<PathBuf>,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let verifier = args.verifier(context)?;
    let mut terminal = TerminalReport::new(Lines(&context.printer)).colour(context.printer.is_coloured()).hints(true);
    let report = verifier.run(&mut terminal).await;
    args.write_reports(&report, &context.environment, &context.printer)?;
    Ok(match report.verdict() {
        Verdict::Verified => Exit::Success,
        Verdict::Failed | Verdict::NothingVerified | Verdict::NotPublished => Exit::Failed,
        Verdict::Unavailable => Exit::Unavailable,
    })
}

/// Hands the terminal report's text to the printer, which ends each text with a line break of its own.
struct Lines<'a>(&'a Printer);

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        if let Some(text) = text.strip_suffix('\n') {
            self.0.raw(text);
        } else if !text.is_empty() {
            self.0.raw(&text);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Args {
    fn write_reports(&self, report: &Report, environment: &Environment, printer: &Printer) -> anyhow::Result<()> {
        let path =
            |flag: &Option<PathBuf>, variable| flag.clone().or_else(|| environment.get(variable).map(PathBuf::from));
        if let Some(path) = path(&self.json, "PACT_VERIFIER_JSON_REPORT") {
            write_report(&path, &format!("{}\n", json::document(report).to_pretty()))?;
        }
        if let Some(path) = path(&self.junit, "PACT_VERIFIER_JUNIT_REPORT") {
            write_report(&path, &junit::document(report))?;
        }
        if let Some(path) = &self.markdown {
            write_report(path, &markdown::document(report))?;
        }
        if environment.is_on("GITHUB_ACTIONS") {
            if let Some(path) = environment.get("GITHUB_STEP_SUMMARY") {
                add_to_summary(Path::new(path), &markdown::document(report))?;
            }
            for annotation in github::annotations(report) {
                printer.raw(&annotation);
            }
        }
        Ok(())
    }
}

/// Steps of one job share the file, so this one adds to it.
fn add_to_summary(path: &Path, text: &str) -> anyhow::Result<()> {
    let added = std::fs::OpenOptions::new().create(true).append(true).open(path);
    added.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        Problem::unavailable(format!("the summary {} cannot be written: {error}", path.display())).into()
    })
}

fn write_report(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).map_err(|error| {
        Problem::unavailable(format!("the report {} cannot be written: {error}", path.display())).into()
    })
}
