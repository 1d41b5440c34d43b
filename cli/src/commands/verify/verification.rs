//! From flags and environment variables to a verification.

use std::path::{Path, PathBuf};
use std::time::Duration;

use intact_broker_client::{BrokerClient, ConsumerVersionSelector, PactsForVerificationQuery};
use intact_verifier::report::json;
use intact_verifier::{
    BrokerSource, BuildError, FailedInteraction, PactSource, PublishOptions, StateChangeForm, Verifier,
};
use url::Url;

use super::Args;
use crate::context::{Context, Environment, number_of};
use crate::error::Problem;
use crate::pact_files;
use crate::printer::Tone;

impl Args {
    /// The verification that flags and variables describe.
    pub(super) fn verifier(&self, context: &Context) -> anyhow::Result<Verifier> {
        let published = if self.publish { Some(self.published_version(context)?) } else { None };
        let failed = self.failed_before(&context.environment)?;
        if self.last_failed && failed.is_none() {
            context.printer.remark(Tone::Faint, "nothing failed in the last run, so everything is verified");
        }
        self.verifier_of(&context.environment, published, failed)
    }

    fn verifier_of(
        &self,
        environment: &Environment,
        published: Option<PublishOptions>,
        failed: Option<Vec<FailedInteraction>>,
    ) -> anyhow::Result<Verifier> {
        let given = |flag: &Option<String>, variable: &str| text_of(flag.as_deref(), environment, variable);
        let name = given(&self.provider_name, "PACT_PROVIDER_NAME");
        let sources = self.sources(environment, name.is_some(), published.as_ref())?;
        let mut builder = Verifier::for_provider(name.unwrap_or_else(|| "provider".to_owned()))
            .provider_url(self.provider_url(environment)?)
            .ignore_no_pacts(self.ignore_no_pacts_error)
            .skip_tls_verification(self.skips_tls_verification(environment))
            .filter_no_state(self.filter_no_state || environment.is_on("PACT_PROVIDER_NO_STATE"))
            .stop_at_first_failure(self.exit_on_first_error)
            .state_change_teardown(
                self.state_change_teardown || environment.is_on("PACT_PROVIDER_STATE_CHANGE_TEARDOWN"),
            );
        for source in sources {
            builder = builder.source(source);
        }
        if let Some(path) = given(&self.base_path, "PACT_PROVIDER_BASE_PATH") {
            builder = builder.base_path(path);
        }
        for transport in &self.transports {
            let (name, url) = self.transport_url(transport, environment)?;
            builder = builder.transport(name, url);
        }
        if let Some(milliseconds) = number_of(self.request_timeout, environment, "PACT_PROVIDER_REQUEST_TIMEOUT")? {
            builder = builder.request_timeout(Duration::from_millis(milliseconds));
        }
        for header in &self.header {
            let (name, value) = header.split_once('=').ok_or_else(|| {
                Problem::usage(format!("the header `{header}` has no `=`")).hint("write it as -H 'Name=value'")
            })?;
            builder = builder.header(name, value);
        }
        if let Some(url) = given(&self.state_change_url, "PACT_PROVIDER_STATE_CHANGE_URL") {
            builder = builder.state_change_url(url);
        }
        if self.state_change_as_query || environment.is_on("PACT_PROVIDER_STATE_CHANGE_AS_QUERY") {
            builder = builder.state_change_form(StateChangeForm::Query);
        }
        if let Some(regex) = given(&self.filter_description, "PACT_DESCRIPTION") {
            builder = builder.filter_description(regex);
        }
        if let Some(regex) = given(&self.filter_state, "PACT_PROVIDER_STATE") {
            builder = builder.filter_state(regex);
        }
        for consumer in &self.filter_consumer {
            builder = builder.filter_consumer(consumer);
        }
        if let Some(options) = published {
            builder = builder.publish(options);
        }
        if let Some(failed) = failed {
            builder = builder.only(failed);
        }
        if let Some(command) = given(&self.state_command, "INTACT_STATE_COMMAND") {
            builder = builder.state_command(command);
        }
        if let Some(jobs) = number_of(self.jobs, environment, "INTACT_JOBS")? {
            builder = builder.jobs(jobs.into());
        }
        if let Some(seconds) = self.deadline {
            builder = builder.deadline(Duration::from_secs(seconds));
        }
        for file in &self.ssl_certificate {
            builder = builder.ca_certificate(file);
        }
        let credentials = [(&self.token, "PACT_BROKER_TOKEN"), (&self.password, "PACT_BROKER_PASSWORD")];
        for secret in credentials.into_iter().filter_map(|(flag, variable)| given(flag, variable)) {
            builder = builder.secret(secret);
        }
        builder = builder.require_states(self.require_states).print_curl(self.print_curl);
        builder.build().map_err(|error| {
            let problem = Problem::usage(error.to_string());
            let hint = match error {
                BuildError::NoSource => "give pact files, directories, --url or --broker-url; see --help",
                BuildError::PartialPublication { .. } => "leave out --publish or the filter, or add --publish-partial",
                _ => return problem.into(),
            };
            problem.hint(hint).into()
        })
    }

    /// What failed in the last run; `None` if everything is to be verified.
    fn failed_before(&self, environment: &Environment) -> anyhow::Result<Option<Vec<FailedInteraction>>> {
        if !self.last_failed {
            return Ok(None);
        }
        let path = self.json.clone().or_else(|| environment.get("PACT_VERIFIER_JSON_REPORT").map(PathBuf::from));
        let path = path.ok_or_else(|| {
            Problem::usage("--last-failed needs the report of the last run").hint("name its file with --json")
        })?;
        let report = match std::fs::read(&path) {
            Ok(report) => report,
            // The first run of all.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Problem::usage(format!("the report {} cannot be read: {error}", path.display())).into());
            }
        };
        let failed = json::failed(&report).map_err(|reason| {
            Problem::usage(format!("{} is not the report of a verification: {reason}", path.display()))
        })?;
        Ok((!failed.is_empty()).then_some(failed))
    }

    fn sources(
        &self,
        environment: &Environment,
        provider_is_named: bool,
        published: Option<&PublishOptions>,
    ) -> anyhow::Result<Vec<PactSource>> {
        let mut sources = Vec::new();
        for path in &self.paths {
            match path.to_str() {
                Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
                    sources.push(PactSource::Url(self.client(url, environment)?, url.to_owned()));
                }
                _ if path.is_dir() => sources.push(PactSource::Directory(path.clone())),
                _ => sources.extend(files_of(path)?),
            }
        }
        for path in &self.file {
            sources.extend(files_of(path)?);
        }
        sources.extend(self.dir.iter().cloned().map(PactSource::Directory));
        for url in &self.url {
            sources.push(PactSource::Url(self.client(url, environment)?, url.clone()));
        }
        let webhook = text_of(self.webhook_callback_url.as_deref(), environment, "PACT_WEBHOOK_CALLBACK_URL");
        // Without a flag the variable is used only if nothing else says where pacts are: it is often set for all jobs.
        let broker = match &self.broker_url {
            None if !sources.is_empty() && webhook.is_none() => None,
            flag => text_of(flag.as_deref(), environment, "PACT_BROKER_BASE_URL"),
        };
        match (webhook, broker) {
            (Some(url), Some(broker)) => sources.push(PactSource::Url(self.client(&broker, environment)?, url)),
            (Some(_), None) => return Err(Problem::usage("--webhook-callback-url needs --broker-url").into()),
            (None, Some(broker)) => sources.push(PactSource::Broker(BrokerSource {
                client: self.client(&broker, environment)?,
                query: self.query(published)?,
            })),
            (None, None) => {}
        }
        let by_name = sources.iter().any(|source| matches!(source, PactSource::Directory(_) | PactSource::Broker(_)));
        if by_name && !provider_is_named {
            let problem = Problem::usage("pacts in directories and brokers are found by the name of their provider");
            return Err(problem.hint("give it with --provider-name").into());
        }
        Ok(sources)
    }

    /// The question for the broker; `None` if nothing is asked, so that the newest pact of each consumer is verified.
    fn query(&self, published: Option<&PublishOptions>) -> anyhow::Result<Option<PactsForVerificationQuery>> {
        let mut selectors: Vec<_> = self
            .consumer_version_tags
            .iter()
            .map(|tag| tag.trim())
            .filter(|tag| !tag.is_empty())
            .map(|tag| ConsumerVersionSelector {
                tag: Some(tag.to_owned()),
                latest: Some(true),
                ..ConsumerVersionSelector::default()
            })
            .collect();
        for text in &self.consumer_version_selectors {
            let read = if text.trim_start().starts_with('[') {
                serde_json::from_str::<Vec<ConsumerVersionSelector>>(text)
            } else {
                serde_json::from_str(text).map(|selector| vec![selector])
            };
            selectors.extend(read.map_err(|error| {
                Problem::usage(format!("the consumer version selector {text} cannot be read: {error}"))
                    .hint(r#"it looks like '{"mainBranch": true}' or '{"deployedOrReleased": true}'"#)
            })?);
        }
        // An empty list of selectors is a question too: it asks for the broker's own choice.
        let chooses = !selectors.is_empty() || !self.consumer_version_selectors.is_empty();
        if !chooses && !self.enable_pending && self.include_wip_pacts_since.is_none() {
            return Ok(None);
        }
        Ok(Some(PactsForVerificationQuery {
            consumer_version_selectors: selectors,
            // What is published says who asks; the broker decides by it what is pending.
            provider_version_branch: published.and_then(|own| own.branch.clone()).or_else(|| self.given_branch()),
            provider_version_tags: published.map_or_else(|| self.given_tags(), |own| own.tags.clone()),
            include_pending_status: self.enable_pending,
            include_wip_pacts_since: self.include_wip_pacts_since.clone(),
        }))
    }

    pub(super) fn given_branch(&self) -> Option<String> {
        self.provider_branch.clone().filter(|branch| !branch.trim().is_empty())
    }

    pub(super) fn given_tags(&self) -> Vec<String> {
        self.provider_tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
    }

    fn client(&self, base: &str, environment: &Environment) -> anyhow::Result<BrokerClient> {
        let mut builder = BrokerClient::builder(base)
            .retries(number_of(self.retries, environment, "PACT_BROKER_HTTP_RETRIES")?.unwrap_or(8))
            .skip_tls_verification(self.skips_tls_verification(environment));
        for file in &self.ssl_certificate {
            builder = builder.ca_certificate(file);
        }
        // A flag wins over a variable of the other kind; the client prefers a token.
        let token = match (&self.token, &self.user) {
            (None, Some(_)) => None,
            (flag, _) => text_of(flag.as_deref(), environment, "PACT_BROKER_TOKEN"),
        };
        if let Some(token) = token {
            builder = builder.bearer_token(token);
        } else if let Some(user) = text_of(self.user.as_deref(), environment, "PACT_BROKER_USERNAME") {
            let password = text_of(self.password.as_deref(), environment, "PACT_BROKER_PASSWORD").unwrap_or_default();
            builder = builder.basic_auth(user, password);
        }
        Ok(builder.build()?)
    }

    fn skips_tls_verification(&self, environment: &Environment) -> bool {
        self.disable_ssl_verification || environment.is_on("PACT_DISABLE_SSL_VERIFICATION")
    }

    fn provider_url(&self, environment: &Environment) -> anyhow::Result<String> {
        if let Some(url) = &self.provider_base_url {
            return Ok(url.clone());
        }
        let origin = self.origin(environment);
        match number_of(self.port, environment, "PACT_PROVIDER_PORT")? {
            Some(port) => Ok(format!("{origin}:{port}")),
            None => Ok(origin),
        }
    }

    /// Scheme and host.
    fn origin(&self, environment: &Environment) -> String {
        let scheme = text_of(self.transport.as_deref(), environment, "PACT_PROVIDER_TRANSPORT");
        let host = text_of(self.hostname.as_deref(), environment, "PACT_PROVIDER_HOSTNAME");
        format!("{}://{}", scheme.as_deref().unwrap_or("http"), host.as_deref().unwrap_or("localhost"))
    }

    /// Name and URL of `NAME:PORT[/PATH]`.
    fn transport_url(&self, text: &str, environment: &Environment) -> anyhow::Result<(String, String)> {
        let read = || {
            let (name, rest) = text.split_once(':')?;
            let (port, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            let port: u16 = port.parse().ok()?;
            (!name.is_empty()).then_some((name, port, path))
        };
        let (name, port, path) = read().ok_or_else(|| {
            Problem::usage(format!("the transport `{text}` is not of the form NAME:PORT or NAME:PORT/PATH"))
        })?;
        let base = self.provider_base_url.clone().unwrap_or_else(|| self.origin(environment));
        let mut origin = Url::parse(&base)
            .map_err(|error| Problem::usage(format!("the provider URL `{base}` is not a URL: {error}")))?;
        if origin.set_port(Some(port)).is_err() {
            return Err(Problem::usage(format!("the provider URL `{origin}` cannot have a port")).into());
        }
        origin.set_path(path);
        Ok((name.to_owned(), origin.into()))
    }
}

/// The file, or those that a pattern finds. A file that is not there is reported by the run.
fn files_of(path: &Path) -> anyhow::Result<Vec<PactSource>> {
    if path.exists() || !path.to_string_lossy().contains(['*', '?', '[', '{']) {
        return Ok(vec![PactSource::File(path.to_owned())]);
    }
    Ok(pact_files::find(&[path.to_owned()])?.into_iter().map(PactSource::File).collect())
}

/// A flag, else a variable; blank text counts as none.
fn text_of(flag: Option<&str>, environment: &Environment, variable: &str) -> Option<String> {
    let flag = flag.map(str::trim).filter(|flag| !flag.is_empty());
    flag.or_else(|| environment.get(variable)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::LogLevel;

    #[derive(Debug, clap::Parser)]
    struct Command {
        #[command(flatten)]
        verify: Args,
    }

    fn args(arguments: &[&str]) -> Args {
        Command::try_parse_from(["test"].iter().chain(arguments)).unwrap_or_else(|error| panic!("{error}")).verify
    }

    fn refused<const N: usize>(arguments: &[&str], variables: [(&str, &str); N]) -> String {
        let args = args(arguments);
        let environment = Environment::of(variables);
        let published = args.publish.then(|| PublishOptions {
            provider_version: args.provider_version.clone().unwrap_or_default(),
            ..PublishOptions::default()
        });
        args.verifier_of(&environment, published, None).expect_err("not a verification").to_string()
    }

    #[test]
    fn h_is_the_hostname_and_flags_win_over_variables() {
        let environment = Environment::of([("PACT_PROVIDER_PORT", "8080"), ("PACT_PROVIDER_HOSTNAME", "variable")]);
        let url = |arguments: &[&str]| args(arguments).provider_url(&environment).expect("a URL");
        assert_eq!(url(&["-h", "flag"]), "http://flag:8080");
        assert_eq!(url(&["-p", "1", "--scheme", "https"]), "https://variable:1");
        assert_eq!(url(&["--provider-base-url", "http://x:2/api"]), "http://x:2/api");
    }

    #[test]
    fn the_letter_of_the_log_level_is_read() {
        assert!(matches!(args(&["-l", "DEBUG"]).log_level, Some(LogLevel::Debug)));
        assert!(matches!(args(&["--loglevel", "none"]).log_level, Some(LogLevel::Off)));
    }

    #[test]
    fn transports_have_a_port_and_perhaps_a_path() {
        let args = args(&["-h", "host", "--transports", "http:8080", "message:81/_messages"]);
        let urls: Vec<_> = args
            .transports
            .iter()
            .map(|text| args.transport_url(text, &Environment::default()).expect("a URL"))
            .collect();
        assert_eq!(urls[0], ("http".to_owned(), "http://host:8080/".to_owned()));
        assert_eq!(urls[1], ("message".to_owned(), "http://host:81/_messages".to_owned()));
    }

    #[test]
    fn what_cannot_work_is_refused_before_anything_is_verified() {
        let none: [(&str, &str); 0] = [];
        assert_eq!(refused(&[], none), "there is no source of pacts");
        assert_eq!(
            refused(&["-d", "pacts"], none),
            "pacts in directories and brokers are found by the name of their provider"
        );
        assert_eq!(refused(&["-f", "a.json", "-H", "x"], none), "the header `x` has no `=`");
        assert_eq!(
            refused(&["-f", "a.json", "--transports", "message"], none),
            "the transport `message` is not of the form NAME:PORT or NAME:PORT/PATH"
        );
        assert_eq!(
            refused(&["-f", "a.json"], [("PACT_PROVIDER_PORT", "x")]),
            "PACT_PROVIDER_PORT is `x`, expected a number in range"
        );
        assert_eq!(
            refused(&["-f", "a.json", "--publish", "--provider-version", "1"], none),
            "results are published to the broker that the pacts come from, but no source is a broker or a URL"
        );
        let filtered =
            ["-b", "http://broker", "-n", "P", "--publish", "--provider-version", "1", "--filter-state", "x"];
        assert_eq!(
            refused(&filtered, none),
            "the results of a run that verifies only a part of the pacts are not published (filters leave out interactions)"
        );
        assert!(
            refused(&["-b", "http://broker", "-n", "P", "--consumer-version-selectors", r#"{"brunch": "x"}"#], none)
                .contains("brunch")
        );
    }

    #[test]
    fn the_broker_is_asked_for_the_newest_pacts_unless_something_is_said() {
        assert!(args(&["--provider-branch", "main"]).query(None).expect("a query").is_none());
        let none = args(&["--consumer-version-selectors", "[]"]).query(None).expect("a query").expect("a question");
        assert!(none.consumer_version_selectors.is_empty());
        let arguments =
            ["--consumer-version-tags", "a, b", "--consumer-version-selectors", r#"[{"mainBranch": true}]"#];
        let query = args(&arguments).query(None).expect("a query").expect("selectors");
        let json = serde_json::to_string(&query.consumer_version_selectors).expect("JSON");
        assert_eq!(json, r#"[{"tag":"a","latest":true},{"tag":"b","latest":true},{"mainBranch":true}]"#);
    }

    /// Long name, letter, a value, and what must be given too.
    type Flag = (&'static str, Option<char>, Option<&'static str>, &'static [&'static str]);

    /// The first part is the official verifier's, the second ours.
    const FLAGS: &[Flag] = &[
        ("loglevel", Some('l'), Some("info"), &[]),
        ("pretty-log", None, None, &[]),
        ("full-log", None, None, &[]),
        ("compact-log", None, None, &[]),
        ("json", Some('j'), Some("r.json"), &[]),
        ("junit", Some('x'), Some("r.xml"), &[]),
        ("file", Some('f'), Some("a.json"), &[]),
        ("dir", Some('d'), Some("pacts"), &[]),
        ("url", Some('u'), Some("http://x/pact"), &[]),
        ("broker-url", Some('b'), Some("http://broker"), &[]),
        ("webhook-callback-url", None, Some("http://broker/pact"), &[]),
        ("ignore-no-pacts-error", None, None, &[]),
        ("user", None, Some("me"), &[]),
        ("password", None, Some("s3cret"), &[]),
        ("token", Some('t'), Some("s3cret"), &[]),
        ("hostname", Some('h'), Some("host"), &[]),
        ("port", Some('p'), Some("8080"), &[]),
        ("transport", None, Some("https"), &[]),
        ("scheme", None, Some("https"), &[]),
        ("transports", None, Some("message:8080/_messages"), &[]),
        ("provider-name", Some('n'), Some("P"), &[]),
        ("base-path", None, Some("/api"), &[]),
        ("request-timeout", None, Some("100"), &[]),
        ("header", Some('H'), Some("A=b"), &[]),
        ("disable-ssl-verification", None, None, &[]),
        ("state-change-url", Some('s'), Some("http://x/states"), &[]),
        ("state-change-as-query", None, None, &[]),
        ("state-change-teardown", None, None, &[]),
        ("filter-description", None, Some("x"), &[]),
        ("filter-state", None, Some("x"), &[]),
        ("filter-no-state", None, None, &[]),
        ("filter-consumer", Some('c'), Some("Web"), &[]),
        ("publish", None, None, &[]),
        ("provider-version", None, Some("1"), &[]),
        ("provider-branch", None, Some("main"), &[]),
        ("provider-tags", None, Some("a,b"), &[]),
        ("build-url", None, Some("http://ci"), &[]),
        ("consumer-version-tags", None, Some("a,b"), &[]),
        ("consumer-version-selectors", None, Some("{}"), &[]),
        ("enable-pending", None, None, &[]),
        ("include-wip-pacts-since", None, Some("2024-01-01"), &[]),
        ("retries", None, Some("2"), &[]),
        ("exit-on-first-error", None, None, &[]),
        ("last-failed", None, None, &["--json", "r.json"]),
        ("version", Some('v'), None, &[]),
        ("help", None, None, &[]),
        // Ours.
        ("provider-base-url", None, Some("http://x"), &[]),
        ("ssl-certificate", None, Some("ca.pem"), &[]),
        ("state-command", None, Some("./states"), &[]),
        ("require-states", None, None, &[]),
        ("jobs", None, Some("4"), &[]),
        ("deadline", None, Some("60"), &[]),
        ("print-curl", None, None, &[]),
        ("publish-partial", None, None, &["--publish"]),
        ("markdown", None, Some("r.md"), &[]),
    ];

    #[test]
    fn every_flag_of_the_official_verifier_is_understood_in_its_long_and_short_form() {
        for (long, short, value, with) in FLAGS {
            let spellings = [Some(format!("--{long}")), short.map(|letter| format!("-{letter}"))];
            for flag in spellings.into_iter().flatten() {
                let mut arguments = vec!["test", flag.as_str()];
                arguments.extend(value);
                arguments.extend(*with);
                match Command::try_parse_from(&arguments) {
                    Ok(_) => {}
                    Err(error) => {
                        use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
                        assert!(matches!(error.kind(), DisplayHelp | DisplayVersion), "{arguments:?}: {error}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_variable_of_the_official_verifier_does_what_its_flag_does() {
        use clap::CommandFactory as _;
        let command = Command::command();
        for (flag, variable) in [
            ("broker-url", "PACT_BROKER_BASE_URL"),
            ("webhook-callback-url", "PACT_WEBHOOK_CALLBACK_URL"),
            ("user", "PACT_BROKER_USERNAME"),
            ("password", "PACT_BROKER_PASSWORD"),
            ("token", "PACT_BROKER_TOKEN"),
            ("retries", "PACT_BROKER_HTTP_RETRIES"),
            ("provider-name", "PACT_PROVIDER_NAME"),
            ("hostname", "PACT_PROVIDER_HOSTNAME"),
            ("port", "PACT_PROVIDER_PORT"),
            ("transport", "PACT_PROVIDER_TRANSPORT"),
            ("base-path", "PACT_PROVIDER_BASE_PATH"),
            ("request-timeout", "PACT_PROVIDER_REQUEST_TIMEOUT"),
            ("disable-ssl-verification", "PACT_DISABLE_SSL_VERIFICATION"),
            ("state-change-url", "PACT_PROVIDER_STATE_CHANGE_URL"),
            ("state-change-as-query", "PACT_PROVIDER_STATE_CHANGE_AS_QUERY"),
            ("state-change-teardown", "PACT_PROVIDER_STATE_CHANGE_TEARDOWN"),
            ("state-command", "INTACT_STATE_COMMAND"),
            ("filter-description", "PACT_DESCRIPTION"),
            ("filter-state", "PACT_PROVIDER_STATE"),
            ("filter-no-state", "PACT_PROVIDER_NO_STATE"),
            ("jobs", "INTACT_JOBS"),
            ("json", "PACT_VERIFIER_JSON_REPORT"),
            ("junit", "PACT_VERIFIER_JUNIT_REPORT"),
        ] {
            let argument = command.get_arguments().find(|argument| argument.get_long() == Some(flag));
            let help = argument.and_then(|argument| argument.get_help()).map(ToString::to_string);
            let described = help.unwrap_or_else(|| panic!("no --{flag}"));
            assert!(described.contains(&format!("[env: {variable}]")), "--{flag}: {described}");
        }
        // What a bad value does shows that the variable is read.
        for (variable, value, told) in [
            ("PACT_PROVIDER_STATE_CHANGE_URL", "nowhere", "the state-change URL `nowhere`"),
            ("PACT_DESCRIPTION", "(", "the description filter"),
            ("PACT_PROVIDER_STATE", "(", "the state filter"),
            ("PACT_PROVIDER_REQUEST_TIMEOUT", "x", "PACT_PROVIDER_REQUEST_TIMEOUT is `x`"),
            ("PACT_PROVIDER_TRANSPORT", "ftp", "the provider URL `ftp://localhost"),
            ("PACT_PROVIDER_PORT", "x", "PACT_PROVIDER_PORT is `x`"),
            ("INTACT_JOBS", "many", "INTACT_JOBS is `many`"),
        ] {
            let error = refused(&["-f", "a.json"], [(variable, value)]);
            assert!(error.starts_with(told), "{variable}: {error}");
        }
        let both = refused(&["-f", "a.json", "-s", "http://x"], [("INTACT_STATE_COMMAND", "./states")]);
        assert!(both.starts_with("provider states are set up in two ways"), "{both}");
        assert!(refused(&[], [("PACT_WEBHOOK_CALLBACK_URL", "http://x")]).contains("needs --broker-url"));
    }

    #[test]
    fn only_what_failed_in_the_last_report_is_verified_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("report.json");
        let name = path.to_str().expect("text");
        let failed = |text: Option<&str>| {
            if let Some(text) = text {
                std::fs::write(&path, text).expect("a file");
            }
            args(&["--last-failed", "-j", name])
                .failed_before(&Environment::default())
                .map_err(|error| error.to_string())
        };
        assert_eq!(failed(None), Ok(None), "the first run");
        let report = r#"{"interactionResults": [{"description": "a", "result": "OK"}, {"description": "b", "interactionKey": "k", "result": "Error"}]}"#;
        let expected = FailedInteraction { key: Some("k".to_owned()), id: None, description: "b".to_owned() };
        assert_eq!(failed(Some(report)), Ok(Some(vec![expected])));
        assert_eq!(failed(Some(r#"{"interactionResults": []}"#)), Ok(None));
        assert!(failed(Some("[]")).unwrap_err().contains("is not the report of a verification"));
        let nowhere = args(&["--last-failed"]).failed_before(&Environment::default()).unwrap_err().to_string();
        assert_eq!(nowhere, "--last-failed needs the report of the last run");
    }
}
