//! Where pacts come from: files, directories, URLs and a broker, and who asks them.

use std::path::Path;

use intact_broker_client::{BrokerClient, ConsumerVersionSelector, PactsForVerificationQuery};
use intact_verifier::{BrokerSource, PactSource, PublishOptions};

use super::Args;
use crate::broker_options::showing_certificate;
use crate::context::{Environment, number_of, text_of};
use crate::error::Problem;
use crate::pact_files;

impl Args {
    pub(super) fn sources(
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
            pact_files::check_url(url)?;
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
    pub(super) fn query(
        &self,
        published: Option<&PublishOptions>,
    ) -> anyhow::Result<Option<PactsForVerificationQuery>> {
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
        let environment = &environment.with_credentials()?;
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
        Ok(showing_certificate(builder, environment)?.build()?)
    }
}

/// A day such as `2024-01-31`, or a moment of it: what brokers understand.
pub(super) fn day(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let looks_like_one = bytes.len() >= 10
        && bytes.get(10).is_none_or(|after| *after == b'T')
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if looks_like_one { Ok(text.to_owned()) } else { Err("expected a day such as 2024-01-31".to_owned()) }
}

/// The file, or those that a pattern finds. A file that is not there is reported by the run.
fn files_of(path: &Path) -> anyhow::Result<Vec<PactSource>> {
    if path.exists() || !path.to_string_lossy().contains(['*', '?', '[', '{']) {
        return Ok(vec![PactSource::File(path.to_owned())]);
    }
    Ok(pact_files::find(&[path.to_owned()])?.into_iter().map(PactSource::File).collect())
}
