//! Where the provider is: its URL, and those of its transports.

use intact_broker_client::http::{http_url, without_credentials};

use super::Args;
use crate::context::{Environment, number_of, text_of};
use crate::error::Problem;

impl Args {
    pub(super) fn provider_url(&self, environment: &Environment) -> anyhow::Result<String> {
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
    pub(super) fn transport_url(&self, text: &str, environment: &Environment) -> anyhow::Result<(String, String)> {
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
        let mut origin = http_url(&base).map_err(|reason| {
            Problem::usage(format!("the provider URL `{}` is not a URL: {reason}", without_credentials(&base)))
        })?;
        if origin.set_port(Some(port)).is_err() {
            return Err(Problem::usage(format!("the provider URL `{origin}` cannot have a port")).into());
        }
        // Nobody means plain HTTP by this name.
        if name == "https" && origin.set_scheme("https").is_err() {
            return Err(Problem::usage(format!("the provider URL `{origin}` cannot be one of HTTPS")).into());
        }
        origin.set_path(path);
        Ok((name.to_owned(), origin.into()))
    }

    pub(super) fn skips_tls_verification(&self, environment: &Environment) -> bool {
        self.disable_ssl_verification || environment.is_on("PACT_DISABLE_SSL_VERIFICATION")
    }
}
