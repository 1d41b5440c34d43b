//! From flags and environment variables to a verification. A flag wins over its variable.

use std::time::Duration;

use intact_verifier::{BuildError, FailedInteraction, PublishOptions, StateChangeForm, Verifier};

use super::Args;
use crate::context::{Context, Environment, number_of, text_of};
use crate::error::Problem;
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

    pub(super) fn verifier_of(
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
        // Files that cannot be read were told by those who need them; nobody else has their secrets.
        let known = environment.with_credentials().unwrap_or_else(|_| environment.clone());
        for (flag, variable) in credentials {
            if let Some(secret) = text_of(flag.as_deref(), &known, variable) {
                builder = builder.secret(secret);
            }
        }
        builder = builder.require_states(self.require_states).print_curl(self.print_curl);
        builder.build().map_err(|error| {
            let problem = Problem::usage(error.to_string());
            let hint = match error {
                BuildError::NoSource => "give pact files, directories, --url or --broker-url; see --help",
                BuildError::NowhereToPublish => "give --broker-url, or leave out --publish",
                BuildError::Url { .. } => "a URL looks like http://localhost:8080/path",
                BuildError::Filter { .. } => "a letter with a special meaning is itself after a backslash, as in \\(",
                BuildError::PartialPublication { .. } => "leave out --publish or the filter, or add --publish-partial",
                _ => return problem.into(),
            };
            problem.hint(hint).into()
        })
    }
}
