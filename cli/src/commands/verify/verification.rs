//! From flags and environment variables to a verification.

use std::time::Duration;

use intact_broker_client::{BrokerClient, ConsumerVersionSelector, PactsForVerificationQuery};
use intact_verifier::{BrokerSource, BuildError, PactSource, PublishOptions, StateChangeForm, Verifier};
use url::Url;

use super::Args;
use crate::context::{Environment, number_of};
use crate::error::Problem;

impl Args {
    /// The verification that flags and variables describe.
    pub(super) fn verifier(&self, environment: &Environment) -> anyhow::Result<Verifier> {
        let given = |flag: &Option<String>, variable: &str| text_of(flag.as_deref(), environment, variable);
        let name = given(&self.provider_name, "PACT_PROVIDER_NAME");
        let sources = self.sources(environment, name.is_some())?;
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
        if self.publish {
            builder = builder.publish(PublishOptions {
                provider_version: self.provider_version.clone().unwrap_or_default(),
                branch: self.provider_branch.clone().filter(|branch| !branch.trim().is_empty()),
                tags: self.provider_tags(),
                build_url: self.build_url.clone().filter(|url| !url.trim().is_empty()),
                even_if_partial: self.publish_partial,
            });
        }
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

    fn sources(&self, environment: &Environment, provider_is_named: bool) -> anyhow::Result<Vec<PactSource>> {
        let mut sources = Vec::new();
        for path in &self.paths {
            let source = if path.is_dir() { PactSource::Directory } else { PactSource::File };
            sources.push(source(path.clone()));
        }
        sources.extend(self.file.iter().cloned().map(PactSource::File));
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
                query: self.query()?,
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
    fn query(&self) -> anyhow::Result<Option<PactsForVerificationQuery>> {
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
            provider_version_branch: self.provider_branch.clone().filter(|branch| !branch.trim().is_empty()),
            provider_version_tags: self.provider_tags(),
            include_pending_status: self.enable_pending,
            include_wip_pacts_since: self.include_wip_pacts_since.clone(),
        }))
    }

    fn provider_tags(&self) -> Vec<String> {
        self.provider_tags.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
    }

    fn client(&self, base: &str, environment: &Environment) -> anyhow::Result<BrokerClient> {
        let mut builder = BrokerClient::builder(base)
            .retries(number_of(self.retries, environment, "PACT_BROKER_HTTP_RETRIES")?.unwrap_or(8))
            .skip_tls_verification(self.skips_tls_verification(environment));
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
        args(arguments).verifier(&Environment::of(variables)).expect_err("not a verification").to_string()
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
        assert!(args(&["--provider-branch", "main"]).query().expect("a query").is_none());
        let none = args(&["--consumer-version-selectors", "[]"]).query().expect("a query").expect("a question");
        assert!(none.consumer_version_selectors.is_empty());
        let arguments =
            ["--consumer-version-tags", "a, b", "--consumer-version-selectors", r#"[{"mainBranch": true}]"#];
        let query = args(&arguments).query().expect("a query").expect("selectors");
        let json = serde_json::to_string(&query.consumer_version_selectors).expect("JSON");
        assert_eq!(json, r#"[{"tag":"a","latest":true},{"tag":"b","latest":true},{"mainBranch":true}]"#);
    }
}
