//! The flags of every command that talks to a broker.

use std::path::PathBuf;
use std::time::Duration;

use intact_broker_client::http::ClientCertificate;
use intact_broker_client::{BrokerClient, BrokerClientBuilder};

use crate::context::{Environment, number_of, text_of};
use crate::error::Problem;

/// Where the broker is, and who asks. A flag wins over its variable.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Broker")]
pub(crate) struct BrokerOptions {
    /// The broker's address, such as http://localhost:9292 [env: PACT_BROKER_BASE_URL]
    #[arg(short = 'b', long, value_name = "URL")]
    pub(crate) broker_base_url: Option<String>,
    /// User name for basic authentication [env: PACT_BROKER_USERNAME]
    #[arg(short = 'u', long, value_name = "NAME")]
    pub(crate) broker_username: Option<String>,
    /// Password for basic authentication [env: PACT_BROKER_PASSWORD, or PACT_BROKER_PASSWORD_FILE for a file with it]
    #[arg(short = 'p', long, value_name = "PASSWORD")]
    pub(crate) broker_password: Option<String>,
    /// Bearer token; wins over user name and password [env: PACT_BROKER_TOKEN, or PACT_BROKER_TOKEN_FILE for a file with it]
    #[arg(short = 'k', long, value_name = "TOKEN")]
    pub(crate) broker_token: Option<String>,
    /// A header to send with every request; may be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) custom_header: Vec<String>,
    /// How often a failed request is tried again [env: PACT_BROKER_HTTP_RETRIES] [default: 8]
    #[arg(long, value_name = "TIMES")]
    pub(crate) retries: Option<u8>,
    /// How long one request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) request_timeout: u64,
    /// File with a root certificate to trust besides the system's, for which SSL_CERT_FILE and SSL_CERT_DIR may stand; may be
    /// repeated. A certificate of the client is named by X509_CLIENT_CERT_FILE and X509_CLIENT_KEY_FILE
    #[arg(short = 'c', long, value_name = "FILE")]
    pub(crate) ssl_certificate: Vec<PathBuf>,
    /// Whether the system's root certificates are trusted; if not, only those of --ssl-certificate [env: SSL_TRUST_STORE]
    /// [default: true]
    #[arg(long, value_name = "true|false")]
    pub(crate) ssl_trust_store: Option<bool>,
    /// Accept any certificate of the broker [env: SSL_SKIP_VERIFICATION, PACT_DISABLE_SSL_VERIFICATION]
    #[arg(long)]
    pub(crate) skip_ssl_verification: bool,
    /// The letter that the older tools have for --verbose; other commands use it for something else.
    #[arg(id = VERBOSE_LETTER, short = 'v', hide = true)]
    pub(crate) verbose_letter: bool,
}

/// The name of the argument that means `--verbose`.
pub(crate) const VERBOSE_LETTER: &str = "letter_of_verbose";

const SKIP_VERIFICATION: [&str; 3] =
    ["SSL_SKIP_VERIFICATION", "PACT_DISABLE_SSL_VERIFICATION", "PACT_BROKER_DISABLE_SSL_VERIFICATION"];

impl BrokerOptions {
    /// The client that these flags and variables describe.
    pub(crate) fn client(&self, environment: &Environment) -> anyhow::Result<BrokerClient> {
        let environment = &environment.with_credentials()?;
        let given = |flag: &Option<String>, variable: &str| text_of(flag.as_deref(), environment, variable);
        let url = given(&self.broker_base_url, "PACT_BROKER_BASE_URL").ok_or_else(|| {
            Problem::usage("no broker is named").hint("give --broker-base-url, or set PACT_BROKER_BASE_URL")
        })?;
        let retries = number_of(self.retries, environment, "PACT_BROKER_HTTP_RETRIES")?.unwrap_or(8);
        let trusts_system = self
            .ssl_trust_store
            .unwrap_or_else(|| environment.get("SSL_TRUST_STORE").is_none() || environment.is_on("SSL_TRUST_STORE"));
        let mut builder = BrokerClient::builder(url)
            .retries(retries)
            .timeout(Duration::from_secs(self.request_timeout))
            .platform_roots(trusts_system)
            .skip_tls_verification(
                self.skip_ssl_verification || SKIP_VERIFICATION.iter().any(|name| environment.is_on(name)),
            );
        if let Some(user) = given(&self.broker_username, "PACT_BROKER_USERNAME") {
            builder =
                builder.basic_auth(user, given(&self.broker_password, "PACT_BROKER_PASSWORD").unwrap_or_default());
        }
        // A flag wins over a variable of the other kind; the client prefers a token.
        let token = match (&self.broker_token, &self.broker_username) {
            (None, Some(_)) => None,
            (flag, _) => given(flag, "PACT_BROKER_TOKEN"),
        };
        if let Some(token) = token {
            builder = builder.bearer_token(token);
        }
        for header in &self.custom_header {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                Problem::usage("a --custom-header has no colon").hint("write it as --custom-header 'Name: value'")
            })?;
            builder = builder.header(name.trim(), value.trim());
        }
        for file in &self.ssl_certificate {
            builder = builder.ca_certificate(file);
        }
        if !trusts_system
            && let Some(file) = environment.get("SSL_CERT_FILE").filter(|_| self.ssl_certificate.is_empty())
        {
            builder = builder.ca_certificate(file);
        }
        Ok(showing_certificate(builder, environment)?.build()?)
    }
}

/// The client's own certificate, if variables name one.
pub(crate) fn showing_certificate(
    builder: BrokerClientBuilder,
    environment: &Environment,
) -> Result<BrokerClientBuilder, Problem> {
    let (certificate, key) = (environment.get("X509_CLIENT_CERT_FILE"), environment.get("X509_CLIENT_KEY_FILE"));
    match (certificate, key) {
        (None, None) => Ok(builder),
        // One file may hold both.
        (Some(certificate), key) => Ok(builder.client_certificate(ClientCertificate {
            certificate: certificate.into(),
            key: key.unwrap_or(certificate).into(),
        })),
        (None, Some(_)) => Err(Problem::usage("X509_CLIENT_KEY_FILE is set, but not X509_CLIENT_CERT_FILE")
            .hint("name the file with the certificate, too")),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        broker: BrokerOptions,
    }

    fn client<const N: usize>(arguments: &[&str], variables: [(&str, &str); N]) -> Result<BrokerClient, String> {
        let arguments = ["test"].iter().chain(arguments);
        let command = Command::try_parse_from(arguments).map_err(|error| error.to_string())?;
        command.broker.client(&Environment::of(variables)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_flag_wins_over_a_variable() {
        let variable = [("PACT_BROKER_BASE_URL", "http://variable")];
        assert_eq!(client(&[], variable).expect("a client").base_url(), "http://variable");
        assert_eq!(client(&["-b", "http://flag/"], variable).expect("a client").base_url(), "http://flag");
    }

    #[test]
    fn what_cannot_work_is_refused_before_anything_is_sent() {
        fn refused<const N: usize>(arguments: &[&str], variables: [(&str, &str); N]) -> String {
            client(arguments, variables).map(|_| ()).unwrap_err()
        }
        let no_variable = [("X", "")];
        assert_eq!(refused(&[], no_variable), "no broker is named");
        assert_eq!(refused(&["-b", " "], no_variable), "no broker is named");
        assert_eq!(refused(&["-b", "http://b", "--custom-header", "x"], no_variable), "a --custom-header has no colon");
        let no_roots = ["-b", "http://b", "--ssl-trust-store", "false"];
        let told = "TLS cannot be set up: no certificate is trusted: name the file of one, or trust the platform's";
        assert_eq!(refused(&no_roots, no_variable), told);
        assert_eq!(refused(&["-b", "http://b"], [("SSL_TRUST_STORE", "false")]), told);
        let key = [("X509_CLIENT_KEY_FILE", "key.pem")];
        assert_eq!(refused(&["-b", "http://b"], key), "X509_CLIENT_KEY_FILE is set, but not X509_CLIENT_CERT_FILE");
        let certificate = [("X509_CLIENT_CERT_FILE", "/nowhere.pem")];
        let told = refused(&["-b", "http://b"], certificate);
        assert!(told.starts_with("the client certificate or key in `/nowhere.pem` cannot be used"), "{told}");
        let only = [("SSL_TRUST_STORE", "false"), ("SSL_CERT_FILE", "/nowhere.pem")];
        let told = refused(&["-b", "http://b"], only);
        assert!(told.starts_with("the certificate file `/nowhere.pem` cannot be used"), "{told}");
        let retries = [("PACT_BROKER_HTTP_RETRIES", "many")];
        assert_eq!(
            refused(&["-b", "http://b"], retries),
            "PACT_BROKER_HTTP_RETRIES is `many`, expected a number in range"
        );
    }
}
