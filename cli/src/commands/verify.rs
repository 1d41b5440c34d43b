//! `intact verify`: replays pacts against a provider.
//!
//! Flags and variables are those of the official verifier. [`verification`] makes a verification of them, with the help of
//! [`sources`] (where pacts are), [`target`] (where the provider is), [`last_failed`] and [`published_version`]. The report
//! goes to standard output as the run goes on, with [`progress`] below it; [`reports`] are files, written at its end.

mod last_failed;
mod progress;
mod published_version;
pub(crate) mod reports;
mod sources;
mod target;
#[cfg(test)]
mod tests;
mod verification;

use std::path::PathBuf;

use clap::ArgAction;
use intact_verifier::Verdict;
use intact_verifier::report::terminal::TerminalReport;

use self::progress::Progress;
use self::reports::Lines;
use super::broker::interruption;
use crate::context::Context;
use crate::exit::Exit;
use crate::logging::{LogLayout, LogLevelLetter};
use crate::printer::Tone;

/// Replay pacts against a provider
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true, version, disable_version_flag = true)]
pub(crate) struct Args {
    /// Print help
    #[arg(long, action = ArgAction::HelpShort)]
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
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = sources::day, help_heading = "Broker")]
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
    #[command(flatten)]
    pub(crate) log_level: LogLevelLetter,
    #[command(flatten)]
    pub(crate) log_layout: LogLayout,

    /// Write the report as JSON to this file [env: PACT_VERIFIER_JSON_REPORT]
    #[arg(short, long, value_name = "FILE", help_heading = "Reports")]
    json: Option<PathBuf>,
    /// Write the report as JUnit XML to this file [env: PACT_VERIFIER_JUNIT_REPORT]
    #[arg(short = 'x', long, value_name = "FILE", help_heading = "Reports")]
    junit: Option<PathBuf>,
    /// Write the report as a page of HTML to this file [env: PACT_VERIFIER_HTML_REPORT]
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    html: Option<PathBuf>,
    /// Make the page with this XSLT stylesheet, from an XML document that is written beside it; needs `xsltproc`
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    xslt: Option<PathBuf>,
    /// Write a summary as Markdown to this file; on GitHub it is added to the summary of the job
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    markdown: Option<PathBuf>,
}

pub(crate) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    args.check_reports(&context.environment)?;
    let verifier = args.verifier(context)?;
    let printer = &context.printer;
    let report = TerminalReport::new(Lines(printer)).colour(printer.is_coloured()).hints(true);
    let mut progress = Progress::on_terminal(report, printer.is_quiet());
    // What the run has started, such as a command for a provider state, ends with it.
    let report = tokio::select! {
        report = verifier.run(&mut progress) => report,
        () = interruption() => return Ok(Exit::Interrupted),
    };
    drop(progress);
    args.write_reports(&report, context).await?;
    Ok(match report.verdict() {
        Verdict::Verified => Exit::Success,
        Verdict::NothingVerified => {
            let hint = if report.pacts.is_empty() {
                format!("hint: no pact of {} was found; is that the provider's name in the pacts?", report.provider)
            } else {
                "hint: the pacts have no other interactions, or the filters leave them out".to_owned()
            };
            printer.remark(Tone::Doubtful, &format!("{hint} --ignore-no-pacts-error makes this no failure"));
            Exit::Failed
        }
        Verdict::Failed | Verdict::NotPublished => Exit::Failed,
        Verdict::Unavailable => Exit::Unavailable,
    })
}
