//! How a served broker runs: what it logs, how it stops, what it takes.

use std::time::Duration;

use clap::{Args, ValueEnum};
use intact_broker::Config;

use crate::context::{Environment, number_of};
use crate::error::Problem;
use crate::logging::{LogLevel, ServerLog};

const DAY: u64 = 24 * 60 * 60;

/// Each flag has a variable; a flag wins over it.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Operation")]
pub(super) struct OperationSettings {
    /// The form of the log, for people or for programs. The level is --log-level, or the variable PACT_BROKER_LOG_LEVEL
    /// [env: PACT_BROKER_LOG_FORMAT] [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// For how long a broker that was interrupted still takes requests, while /readyz says that it is going [env:
    /// INTACT_BROKER_SHUTDOWN_DELAY] [default: 0]
    #[arg(long, value_name = "SECONDS")]
    shutdown_delay: Option<u32>,
    /// How long requests in progress may take to finish then [env: INTACT_BROKER_SHUTDOWN_TIMEOUT] [default: 10]
    #[arg(long, value_name = "SECONDS")]
    shutdown_timeout: Option<u32>,
    /// The largest body of a request [env: INTACT_BROKER_MAX_BODY_SIZE] [default: 67108864]
    #[arg(long, value_name = "BYTES")]
    max_body_size: Option<u32>,
    /// How long a client may take to send a request [env: INTACT_BROKER_REQUEST_TIMEOUT] [default: 30]
    #[arg(long, value_name = "SECONDS")]
    request_timeout: Option<u32>,
    /// How many days the logs of webhooks that are done are kept; 0 for ever [env: INTACT_BROKER_WEBHOOK_LOG_MAX_AGE]
    /// [default: 90]
    #[arg(long, value_name = "DAYS")]
    webhook_log_max_age: Option<u32>,
}

/// How lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    // Lines for people.
    #[value(aliases = ["default", "color"])]
    Text,
    // An object for each event.
    Json,
}

impl OperationSettings {
    /// How the broker logs, as far as variables and the file say so.
    pub(super) fn log(&self, environment: &Environment) -> Result<ServerLog, Problem> {
        let format = named(self.log_format, environment, "PACT_BROKER_LOG_FORMAT")?;
        let level = named::<LogLevel>(None, environment, "PACT_BROKER_LOG_LEVEL")?;
        Ok(ServerLog { level, json: format == Some(LogFormat::Json) })
    }

    /// Changes what flags and variables say, and nothing else.
    pub(super) fn apply(&self, environment: &Environment, config: &mut Config) -> Result<(), Problem> {
        let seconds = |flag, name| number_of::<u32>(flag, environment, name);
        for (flag, name, setting) in [
            (self.shutdown_delay, "INTACT_BROKER_SHUTDOWN_DELAY", &mut config.shutdown_delay),
            (self.shutdown_timeout, "INTACT_BROKER_SHUTDOWN_TIMEOUT", &mut config.shutdown_timeout),
            (self.request_timeout, "INTACT_BROKER_REQUEST_TIMEOUT", &mut config.request_timeout),
        ] {
            if let Some(seconds) = seconds(flag, name)? {
                *setting = Duration::from_secs(seconds.into());
            }
        }
        if let Some(bytes) = number_of(self.max_body_size, environment, "INTACT_BROKER_MAX_BODY_SIZE")? {
            config.max_body_size = usize::try_from(bytes).unwrap_or(usize::MAX);
        }
        if let Some(days) = number_of(self.webhook_log_max_age, environment, "INTACT_BROKER_WEBHOOK_LOG_MAX_AGE")? {
            config.webhook_log_max_age = (days > 0).then(|| Duration::from_secs(u64::from(days) * DAY));
        }
        Ok(())
    }
}

/// One of several words from a flag, else from a variable.
fn named<T: ValueEnum>(flag: Option<T>, environment: &Environment, variable: &str) -> Result<Option<T>, Problem> {
    match (flag, environment.get(variable)) {
        (Some(value), _) => Ok(Some(value)),
        (None, Some(text)) => T::from_str(text, true).map(Some).map_err(|_| {
            let known = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<String> = known.map(|value| format!("`{}`", value.get_name())).collect();
            Problem::usage(format!("{variable} is `{text}`, expected one of {}", known.join(", ")))
        }),
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use intact_broker::Database;

    use super::*;

    #[test]
    fn variables_say_how_a_broker_runs() {
        let variables = [
            ("INTACT_BROKER_SHUTDOWN_DELAY", "5"),
            ("INTACT_BROKER_SHUTDOWN_TIMEOUT", "60"),
            ("INTACT_BROKER_MAX_BODY_SIZE", "1000"),
            ("INTACT_BROKER_WEBHOOK_LOG_MAX_AGE", "0"),
        ];
        let mut config = Config::new(Database::sqlite("broker.sqlite"));
        let settings = OperationSettings { shutdown_timeout: Some(20), ..OperationSettings::default() };

        settings.apply(&Environment::of(variables), &mut config).expect("settings");

        assert_eq!([config.shutdown_delay, config.shutdown_timeout], [5, 20].map(Duration::from_secs));
        assert_eq!((config.max_body_size, config.webhook_log_max_age), (1000, None));
    }

    #[test]
    fn the_log_is_what_variables_say() {
        let log = |format: &str| {
            let variables = [("PACT_BROKER_LOG_FORMAT", format), ("PACT_BROKER_LOG_LEVEL", "INFO")];
            OperationSettings::default().log(&Environment::of(variables))
        };
        let json = log("json").expect("settings");
        assert_eq!((json.json, json.level), (true, Some(LogLevel::Info)));
        assert!(!log("color").expect("settings").json);
        assert_eq!(
            log("xml").unwrap_err().to_string(),
            "PACT_BROKER_LOG_FORMAT is `xml`, expected one of `text`, `json`"
        );
    }
}
