//! The settings of a broker in a file.
//!
//! A key of the file is the name of a variable in lower case, without `PACT_BROKER_` or `INTACT_BROKER_`; what the file says
//! counts as if the variable said it, unless the variable does. So there is one place that gives each setting its meaning,
//! and the file only has to know what kind of value each takes. Nothing of the file is shown in errors but keys and lines:
//! it may hold passwords.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::context::Environment;
use crate::error::Problem;

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `true` or `false`.
    Switch,
    /// A whole number that is not negative.
    Number,
    /// A text.
    Text,
    /// A list of texts or numbers without blanks.
    List,
    /// A list of tables, which the variable has as JSON.
    Rules,
}

use Kind::{List, Number, Rules, Switch, Text};

/// The variables that a file can stand for.
const SETTINGS: &[(&str, Kind)] = &[
    ("PACT_BROKER_ALLOW_DANGEROUS_CONTRACT_MODIFICATION", Switch),
    ("PACT_BROKER_ALLOW_PUBLIC_READ", Switch),
    ("PACT_BROKER_AUTO_DETECT_MAIN_BRANCH", Switch),
    ("PACT_BROKER_BADGE_DEFAULT_CACHE_SETTING", Text),
    ("PACT_BROKER_BADGE_PROVIDER_MODE", Text),
    ("PACT_BROKER_BASE_URL", Text),
    ("PACT_BROKER_BASE_URLS", List),
    ("PACT_BROKER_BASIC_AUTH_ENABLED", Switch),
    ("PACT_BROKER_BASIC_AUTH_PASSWORD", Text),
    ("PACT_BROKER_BASIC_AUTH_READ_ONLY_PASSWORD", Text),
    ("PACT_BROKER_BASIC_AUTH_READ_ONLY_USERNAME", Text),
    ("PACT_BROKER_BASIC_AUTH_USERNAME", Text),
    ("PACT_BROKER_CHECK_FOR_POTENTIAL_DUPLICATE_PACTICIPANT_NAMES", Switch),
    ("PACT_BROKER_CREATE_DEPLOYED_VERSIONS_FOR_TAGS", Switch),
    ("PACT_BROKER_DATABASE_ADAPTER", Text),
    ("PACT_BROKER_DATABASE_CLEAN_BRANCH_DELETION_LIMIT", Number),
    ("PACT_BROKER_DATABASE_CLEAN_CRON_SCHEDULE", Text),
    ("PACT_BROKER_DATABASE_CLEAN_DELETION_LIMIT", Number),
    ("PACT_BROKER_DATABASE_CLEAN_DRY_RUN", Switch),
    ("PACT_BROKER_DATABASE_CLEAN_ENABLED", Switch),
    ("PACT_BROKER_DATABASE_CLEAN_KEEP_BRANCH_SELECTORS", Rules),
    ("PACT_BROKER_DATABASE_CLEAN_KEEP_VERSION_SELECTORS", Rules),
    ("PACT_BROKER_DATABASE_CLEAN_OVERWRITTEN_DATA_MAX_AGE", Number),
    ("PACT_BROKER_DATABASE_HOST", Text),
    ("PACT_BROKER_DATABASE_NAME", Text),
    ("PACT_BROKER_DATABASE_PASSWORD", Text),
    ("PACT_BROKER_DATABASE_PORT", Number),
    ("PACT_BROKER_DATABASE_SSLMODE", Text),
    ("PACT_BROKER_DATABASE_URL", Text),
    ("PACT_BROKER_DATABASE_USERNAME", Text),
    ("PACT_BROKER_ENABLE_PUBLIC_BADGE_ACCESS", Switch),
    ("PACT_BROKER_LOG_FORMAT", Text),
    ("PACT_BROKER_LOG_LEVEL", Text),
    ("PACT_BROKER_MAIN_BRANCH_CANDIDATES", List),
    ("PACT_BROKER_OVERLOOK_MISSING_PROVIDER_RESULTS", Switch),
    ("PACT_BROKER_PORT", Number),
    ("PACT_BROKER_PUBLIC_HEARTBEAT", Switch),
    ("PACT_BROKER_SHIELDS_IO_BASE_URL", Text),
    ("PACT_BROKER_USE_FIRST_TAG_AS_BRANCH", Switch),
    ("PACT_BROKER_USE_FIRST_TAG_AS_BRANCH_TIME_LIMIT", Number),
    ("PACT_BROKER_WEBHOOK_HOST_WHITELIST", List),
    ("PACT_BROKER_WEBHOOK_HTTP_CODE_SUCCESS", List),
    ("PACT_BROKER_WEBHOOK_HTTP_METHOD_WHITELIST", List),
    ("PACT_BROKER_WEBHOOK_RETRY_SCHEDULE", List),
    ("PACT_BROKER_WEBHOOK_SCHEME_WHITELIST", List),
    ("INTACT_BROKER_ALLOW_ANONYMOUS", Switch),
    ("INTACT_BROKER_HOST", Text),
    ("INTACT_BROKER_MAX_BODY_SIZE", Number),
    ("INTACT_BROKER_READ_TOKENS", List),
    ("INTACT_BROKER_REQUEST_TIMEOUT", Number),
    ("INTACT_BROKER_SHUTDOWN_DELAY", Number),
    ("INTACT_BROKER_SHUTDOWN_TIMEOUT", Number),
    ("INTACT_BROKER_WEBHOOK_LOG_MAX_AGE", Number),
    ("INTACT_BROKER_WRITE_TOKENS", List),
];

/// Settings of other Pact Brokers that change what these answer, and that ours does not have.
const WITHOUT_EFFECT: &[&str] = &[
    "PACT_BROKER_BASE_EQUALITY_ONLY_ON_CONTENT_THAT_AFFECTS_VERIFICATION_RESULTS",
    "PACT_BROKER_DATABASE_CONNECT_MAX_RETRIES",
    "PACT_BROKER_DATABASE_MAX_CONNECTIONS",
    "PACT_BROKER_DATABASE_POOL_TIMEOUT",
    "PACT_BROKER_DATABASE_STATEMENT_TIMEOUT",
    "PACT_BROKER_DISABLE_SSL_VERIFICATION",
    "PACT_BROKER_FEATURES",
    "PACT_BROKER_ORDER_VERSIONS_BY_DATE",
    "PACT_BROKER_SEED_EXAMPLE_DATA",
    "PACT_BROKER_SEMVER_FORMATS",
    "PACT_BROKER_USE_CASE_SENSITIVE_RESOURCE_NAMES",
    "PACT_BROKER_WEBHOOK_REDACT_SENSITIVE_DATA",
];

/// The variables that a broker reads; each may be in a file that the variable with `_FILE` names.
pub(crate) fn settings() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(variable, _)| *variable)
}

/// The variables that are set in vain.
pub(super) fn without_effect(environment: &Environment) -> impl Iterator<Item = &'static str> {
    WITHOUT_EFFECT.iter().copied().filter(|name| environment.get(name).is_some())
}

/// The key of a variable.
fn key(variable: &str) -> String {
    let name = variable.strip_prefix("PACT_BROKER_").or_else(|| variable.strip_prefix("INTACT_BROKER_"));
    name.unwrap_or(variable).to_ascii_lowercase()
}

/// The flag that names a file.
#[derive(Debug, Default, clap::Args)]
pub(super) struct FileFlag {
    /// A file with settings (TOML): the names of the variables in lower case and without PACT_BROKER_, as in port = 9292.
    /// Flags and variables win over it. A secret can have a file of its own, which a variable with _FILE behind its name
    /// names: PACT_BROKER_DATABASE_PASSWORD_FILE=/run/secrets/db [env: PACT_BROKER_CONF]
    #[arg(short = 'c', long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl FileFlag {
    /// Reads the file that the flag or the variable names, if one does.
    pub(super) fn read(&self, environment: &Environment) -> Result<SettingsFile, Problem> {
        let variable = || environment.get("PACT_BROKER_CONF").map(PathBuf::from);
        match self.config.clone().or_else(variable) {
            Some(path) => SettingsFile::read(&path),
            None => Ok(SettingsFile::default()),
        }
    }
}

/// What a file says: variables with their values.
#[derive(Debug, Default)]
pub(super) struct SettingsFile {
    variables: Vec<(&'static str, String)>,
}

impl SettingsFile {
    /// Reads a file.
    fn read(path: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problem::usage(format!("cannot read the settings in {}: {error}", path.display())))?;
        Self::parse(&text).map_err(|problem| {
            let text = format!("the settings in {}: {problem}", path.display());
            match problem.hint_text() {
                Some(hint) => Problem::usage(text).hint(hint),
                None => Problem::usage(text),
            }
        })
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let table = text.parse::<Table>().map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let problem = Problem::usage(format!("line {line} is no TOML: {}", error.message()));
            problem.hint("a setting looks like base_url = \"https://broker.example.com\"")
        })?;
        let mut variables = Vec::new();
        for (name, value) in &table {
            let Some(&(variable, kind)) = SETTINGS.iter().find(|(variable, _)| key(variable) == *name) else {
                return Err(unknown(name));
            };
            variables.push((variable, said(name, value, kind)?));
        }
        Ok(Self { variables })
    }

    /// The variables, and below them what the file says.
    ///
    /// Of a database that variables name as a whole the file does not say parts, nor the reverse. The password is no such
    /// part: it belongs to either.
    pub(super) fn below(&self, environment: &Environment) -> Environment {
        const WHOLE: &str = "URL";
        const PARTS: [&str; 6] = ["ADAPTER", "HOST", "NAME", "PORT", "SSLMODE", "USERNAME"];
        let is_set = |part: &str| environment.get(&format!("PACT_BROKER_DATABASE_{part}")).is_some();
        let (whole, parts) = (is_set(WHOLE), PARTS.into_iter().any(is_set));
        let is_said_otherwise = |name: &str| match name.strip_prefix("PACT_BROKER_DATABASE_") {
            Some(WHOLE) => parts,
            Some(part) => whole && PARTS.contains(&part),
            None => false,
        };
        let ours = self.variables.iter().map(|(name, value)| (*name, value.as_str()));
        let ours = ours.filter(|(name, _)| !is_said_otherwise(name));
        Environment::of(ours.chain(environment.iter()))
    }
}

fn unknown(name: &str) -> Problem {
    let known: Vec<String> = SETTINGS.iter().map(|(variable, _)| key(variable)).collect();
    if WITHOUT_EFFECT.iter().any(|variable| key(variable) == name) {
        return Problem::usage(format!("`{name}` is a setting of other Pact Brokers that this one does not have"));
    }
    let problem = Problem::usage(format!("`{name}` is no setting"));
    let similar = known.iter().map(|known| (strsim::jaro_winkler(known, name), known));
    match similar.max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((similarity, known)) if similarity > 0.8 => problem.hint(format!("did you mean `{known}`?")),
        _ => problem.hint("settings are called like the variables in `intact broker serve --help`, in lower case"),
    }
}

/// A value as the variable has it.
fn said(name: &str, value: &Value, kind: Kind) -> Result<String, Problem> {
    let wrong = |expected: &str| Problem::usage(format!("`{name}` must be {expected}, not {}", value.type_str()));
    let element = |value: &Value| match value {
        Value::String(text) if !text.is_empty() && !text.contains(char::is_whitespace) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    match (kind, value) {
        (Switch, Value::Boolean(on)) => Ok(on.to_string()),
        (Switch, _) => Err(wrong("true or false")),
        (Number, Value::Integer(number)) if *number >= 0 => Ok(number.to_string()),
        (Number, _) => Err(wrong("a whole number")),
        (Text | List | Rules, Value::String(text)) => Ok(text.clone()),
        (Text, _) => Err(wrong("a text in quotation marks")),
        (List, Value::Array(elements)) => {
            let texts: Option<Vec<String>> = elements.iter().map(element).collect();
            Ok(texts.ok_or_else(|| wrong("a list of texts without blanks"))?.join(" "))
        }
        (List, _) => Err(wrong("a list of texts")),
        (Rules, Value::Array(_)) => serde_json::to_string(value).map_err(|_| wrong("a list of tables")),
        (Rules, _) => Err(wrong("a list of tables")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (String, String) {
        let problem = SettingsFile::parse(text).unwrap_err();
        (problem.to_string(), problem.hint_text().unwrap_or_default().to_owned())
    }

    #[test]
    fn a_file_says_what_variables_would_and_they_win() {
        let file = SettingsFile::parse(
            "port = 9000\nauto_detect_main_branch = false\nmain_branch_candidates = [\"trunk\", \"next\"]\n\
             webhook_retry_schedule = [1, 2]\nhost = \"0.0.0.0\"\n\
             database_clean_keep_version_selectors = [{ branch = true, latest = true }, { max_age = 30 }]\n",
        )
        .unwrap();
        let environment = file.below(&Environment::of([("PACT_BROKER_PORT", "9001"), ("OTHER", "x")]));

        for (name, value) in [
            ("PACT_BROKER_PORT", "9001"),
            ("PACT_BROKER_AUTO_DETECT_MAIN_BRANCH", "false"),
            ("PACT_BROKER_MAIN_BRANCH_CANDIDATES", "trunk next"),
            ("PACT_BROKER_WEBHOOK_RETRY_SCHEDULE", "1 2"),
            ("INTACT_BROKER_HOST", "0.0.0.0"),
            ("PACT_BROKER_DATABASE_CLEAN_KEEP_VERSION_SELECTORS", r#"[{"branch":true,"latest":true},{"max_age":30}]"#),
            ("OTHER", "x"),
        ] {
            assert_eq!(environment.get(name), Some(value), "{name}");
        }
    }

    #[test]
    fn a_database_is_named_by_the_file_or_by_variables_and_not_by_both() {
        let file = SettingsFile::parse("database_url = \"postgres://file/x\"\ndatabase_clean_enabled = true").unwrap();
        let environment = file.below(&Environment::of([("PACT_BROKER_DATABASE_NAME", "contracts")]));

        assert_eq!(environment.get("PACT_BROKER_DATABASE_URL"), None);
        assert_eq!(environment.get("PACT_BROKER_DATABASE_CLEAN_ENABLED"), Some("true"));

        let file = SettingsFile::parse("database_name = \"x\"\ndatabase_host = \"file\"").unwrap();
        let environment = file.below(&Environment::of([("PACT_BROKER_DATABASE_URL", "postgres://variable/y")]));
        assert_eq!(environment.get("PACT_BROKER_DATABASE_NAME"), None);
    }

    #[test]
    fn a_variable_for_one_part_of_a_database_leaves_the_others_to_the_file() {
        use crate::commands::broker::database::database;
        let database_of = |file: &str, variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| (format!("PACT_BROKER_DATABASE_{name}"), *value));
            let environment = SettingsFile::parse(file).unwrap().below(&Environment::of(variables));
            match database(None, &environment).unwrap() {
                intact_broker::Database::Postgres(address) => address,
                other => panic!("{other}"),
            }
        };
        let parts = "database_host = \"db\"\ndatabase_name = \"contracts\"\ndatabase_username = \"pact\"";
        let whole = "database_url = \"postgres://pact@db/contracts\"";
        for file in [parts, whole] {
            assert_eq!(database_of(file, &[("PASSWORD", "p@ss")]), "postgres://pact:p%40ss@db/contracts");
            assert_eq!(database_of(file, &[("MAX_CONNECTIONS", "5")]), "postgres://pact@db/contracts");
        }
        assert_eq!(database_of(parts, &[("HOST", "other")]), "postgres://pact@other/contracts");
        let environment = Environment::of([("PACT_BROKER_DATABASE_MAX_CONNECTIONS", "5")]);
        assert_eq!(without_effect(&environment).collect::<Vec<_>>(), ["PACT_BROKER_DATABASE_MAX_CONNECTIONS"]);
    }

    #[test]
    fn what_a_file_cannot_say_is_refused_without_showing_values() {
        let (text, hint) = refused("databse_url = \"postgres://me:secret@db/x\"");
        assert_eq!((text.as_str(), hint.as_str()), ("`databse_url` is no setting", "did you mean `database_url`?"));
        let (text, _) = refused("port = 1\nbasic_auth_password = secret\n");
        assert!(text.starts_with("line 2 is no TOML: ") && !text.contains("= secret"), "{text}");
        let (text, _) = refused("basic_auth_password = 12345\n");
        assert_eq!(text, "`basic_auth_password` must be a text in quotation marks, not integer");
        assert_eq!(refused("port = -1").0, "`port` must be a whole number, not integer");
        assert_eq!(refused("allow_public_read = \"yes\"").0, "`allow_public_read` must be true or false, not string");
        assert_eq!(
            refused("main_branch_candidates = [\"a b\"]").0,
            "`main_branch_candidates` must be a list of texts without blanks, not array"
        );
        assert!(refused("features = \"x\"").0.contains("that this one does not have"));
    }

    #[test]
    fn keys_are_names_in_lower_case_and_each_is_there_once() {
        let mut keys: Vec<String> = SETTINGS.iter().map(|(variable, _)| key(variable)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), SETTINGS.len());
    }
}
