//! Where a pact comes from: a file, standard input, a URL.

use std::path::Path;

use anyhow::Context as _;
use intact_broker_client::http::http_url;
use intact_pact_model::Pact;

use crate::broker_options::BrokerOptions;
use crate::context::{Context, text_of};
use crate::error::Problem;
use crate::pact_files::{self, Oddities, STANDARD_INPUT};

/// A pact, and what it is called in texts.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) pact: Pact,
}

/// Reads what an argument names. URLs are asked as the flags say, if there are any, and nobody else is.
pub(super) async fn read(argument: &str, broker: Option<&BrokerOptions>, context: &Context) -> anyhow::Result<Source> {
    if argument == STANDARD_INPUT {
        let pact = pact_files::read_standard_input(Oddities::Warned)?.pact;
        return Ok(Source { name: "standard input".to_owned(), pact });
    }
    match broker {
        Some(broker) if argument.starts_with("http://") || argument.starts_with("https://") => {
            fetch(argument, broker, context).await
        }
        _ => {
            let pact = pact_files::read(Path::new(argument), Oddities::Warned)?.pact;
            Ok(Source { name: argument.to_owned(), pact })
        }
    }
}

async fn fetch(url: &str, broker: &BrokerOptions, context: &Context) -> anyhow::Result<Source> {
    pact_files::check_url(url)?;
    let named = text_of(broker.broker_base_url.as_deref(), &context.environment, "PACT_BROKER_BASE_URL");
    let named = named.and_then(|named| http_url(&named).ok());
    let mut base = http_url(url).map_err(Problem::usage)?;
    // Who gives credentials by flags gives them for this URL. Those of variables are for the broker that is named, and are not
    // told to anybody else.
    let environment = match named.filter(|named| named.origin() == base.origin()) {
        Some(named) => {
            if base.username().is_empty() {
                // Every HTTP URL has a host, so it can have these.
                let _ = base.set_username(named.username());
                let _ = base.set_password(named.password());
            }
            context.environment.clone()
        }
        None => context.environment.without_credentials(),
    };
    // A link to the address of the client itself leads where it says.
    let broker = BrokerOptions { broker_base_url: Some(base.into()), ..broker.clone() };
    let fetched = broker.client(&environment)?.fetch_pact(url).await.context("a pact cannot be fetched")?;
    let loaded = Pact::read(&fetched.content)
        .map_err(|error| Problem::usage(format!("the pact at {} cannot be read: {error}", fetched.url())))?;
    Ok(Source { name: fetched.url().to_string(), pact: loaded.value })
}
