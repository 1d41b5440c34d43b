//! What the webhooks of a broker that is served may call, and how often a delivery is tried again.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use intact_broker::{Config, HostRule};

use crate::context::Environment;
use crate::error::Problem;

/// Each flag has a variable with blanks between the elements of its list; a flag wins over it.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Webhooks")]
pub(super) struct WebhookSettings {
    /// The methods that webhooks may use [env: PACT_BROKER_WEBHOOK_HTTP_METHOD_WHITELIST] [default: POST]
    #[arg(long = "webhook-http-method-whitelist", value_name = "METHODS", value_delimiter = ' ')]
    methods: Option<Vec<String>>,
    /// The schemes of the addresses that webhooks may call [env: PACT_BROKER_WEBHOOK_SCHEME_WHITELIST] [default: https]
    #[arg(long = "webhook-scheme-whitelist", value_name = "SCHEMES", value_delimiter = ' ')]
    schemes: Option<Vec<String>>,
    /// The hosts that webhooks may call: hosts, *.domains, networks and /expressions/. Without it any host with a public
    /// address, and logs do not tell what was answered [env: PACT_BROKER_WEBHOOK_HOST_WHITELIST]
    #[arg(long = "webhook-host-whitelist", value_name = "HOSTS", value_delimiter = ' ')]
    hosts: Option<Vec<String>>,
    /// After how many seconds a failed delivery is tried again, and again [env: PACT_BROKER_WEBHOOK_RETRY_SCHEDULE]
    /// [default: 10 60 120 300 600 1200]
    #[arg(long = "webhook-retry-schedule", value_name = "SECONDS", value_delimiter = ' ')]
    retry_schedule: Option<Vec<String>>,
    /// The statuses that say that a webhook was delivered [env: PACT_BROKER_WEBHOOK_HTTP_CODE_SUCCESS] [default: 200 to
    /// 206]
    #[arg(long = "webhook-http-code-success", value_name = "STATUSES", value_delimiter = ' ')]
    success: Option<Vec<String>>,
}

impl WebhookSettings {
    /// Changes what flags and variables say, and nothing else.
    pub(super) fn apply(self, environment: &Environment, config: &mut Config) -> Result<(), Problem> {
        let Self { methods, schemes, hosts, retry_schedule, success } = self;
        let listed = |flag: Option<Vec<String>>, name: &str| -> Option<Vec<String>> {
            let elements = |text: &str| text.split_whitespace().map(str::to_owned).collect();
            flag.or_else(|| environment.get(name).map(elements))
        };
        if let Some(methods) = listed(methods, "PACT_BROKER_WEBHOOK_HTTP_METHOD_WHITELIST") {
            config.webhook_http_method_whitelist = methods;
        }
        if let Some(schemes) = listed(schemes, "PACT_BROKER_WEBHOOK_SCHEME_WHITELIST") {
            config.webhook_scheme_whitelist = schemes;
        }
        if let Some(hosts) = listed(hosts, "PACT_BROKER_WEBHOOK_HOST_WHITELIST") {
            let rules = hosts.iter().map(|host| HostRule::from_str(host)).collect::<Result<_, _>>();
            config.webhook_host_whitelist =
                rules.map_err(|error| Problem::usage(format!("the hosts that webhooks may call: {error}")))?;
        }
        if let Some(delays) = listed(retry_schedule, "PACT_BROKER_WEBHOOK_RETRY_SCHEDULE") {
            let delays = numbers::<u32>(&delays, "the retry schedule of webhooks")?;
            config.webhook_retry_schedule =
                delays.into_iter().map(|seconds| Duration::from_secs(seconds.into())).collect();
        }
        if let Some(statuses) = listed(success, "PACT_BROKER_WEBHOOK_HTTP_CODE_SUCCESS") {
            config.webhook_http_code_success = numbers(&statuses, "the statuses of delivered webhooks")?;
        }
        Ok(())
    }
}

fn numbers<T: FromStr>(texts: &[String], what: &str) -> Result<Vec<T>, Problem> {
    let number = |text: &String| {
        text.parse().map_err(|_| Problem::usage(format!("{what}: `{text}` is not a number that is possible here")))
    };
    texts.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use intact_broker::Database;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        webhooks: WebhookSettings,
    }

    fn config<const N: usize>(flags: &[&str], variables: [(&str, &str); N]) -> Result<Config, String> {
        let command = Command::try_parse_from(["serve"].iter().chain(flags)).map_err(|error| error.to_string())?;
        let mut config = Config::new(Database::sqlite("broker.sqlite"));
        let applied = command.webhooks.apply(&Environment::of(variables), &mut config);
        applied.map(|()| config).map_err(|problem| problem.to_string())
    }

    #[test]
    fn lists_are_read_from_flags_and_from_the_known_variables() {
        let variables = [
            ("PACT_BROKER_WEBHOOK_SCHEME_WHITELIST", "http https"),
            ("PACT_BROKER_WEBHOOK_HTTP_METHOD_WHITELIST", "GET"),
            ("PACT_BROKER_WEBHOOK_HOST_WHITELIST", r"127.0.0.1 *.example.org /.*\.x$/"),
            ("PACT_BROKER_WEBHOOK_RETRY_SCHEDULE", "1 2"),
            ("PACT_BROKER_WEBHOOK_HTTP_CODE_SUCCESS", "200 302"),
        ];

        let config = config(&["--webhook-http-method-whitelist", "PUT POST"], variables).unwrap();

        assert_eq!(config.webhook_scheme_whitelist, ["http", "https"]);
        assert_eq!(config.webhook_http_method_whitelist, ["PUT", "POST"]);
        let hosts: Vec<String> = config.webhook_host_whitelist.iter().map(ToString::to_string).collect();
        assert_eq!(hosts, ["\"127.0.0.1\"", "\"*.example.org\"", r"/.*\.x$/"]);
        assert_eq!(config.webhook_retry_schedule, [1, 2].map(Duration::from_secs));
        assert_eq!(config.webhook_http_code_success, [200, 302]);
    }

    #[test]
    fn elements_that_mean_nothing_are_mistakes() {
        let hosts = config(&[], [("PACT_BROKER_WEBHOOK_HOST_WHITELIST", "/(/")]).unwrap_err();
        assert!(hosts.starts_with("the hosts that webhooks may call: `/(/` names no hosts"), "{hosts}");
        let delays = config(&["--webhook-retry-schedule", "soon"], [("X", "y")]).unwrap_err();
        assert_eq!(delays, "the retry schedule of webhooks: `soon` is not a number that is possible here");
    }
}
