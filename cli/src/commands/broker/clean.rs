//! `intact broker clean`: deletes what is no longer needed, now; and when a served broker does it by itself.

use std::fmt::Write as _;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use clap::ValueEnum;
use intact_broker::{Broker, CleanUp, CleanUpPlan, CleanUpResult, CleanUpSchedule, Config, Cron, Database};

use super::database::DatabaseFlags;
use super::settings::switch;
use crate::commands::table;
use crate::context::{Context, Environment, number_of};
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

/// As other Pact Brokers: at night.
const NIGHTLY: &str = "15 2 * * *";
const DAY: u64 = 24 * 60 * 60;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    database: DatabaseFlags,
    /// Only tell what would be deleted [env: PACT_BROKER_DATABASE_CLEAN_DRY_RUN]
    #[arg(long)]
    dry_run: bool,
    /// The form of the result
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text")]
    output: Output,
    #[command(flatten)]
    rules: Rules,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    // For people.
    Text,
    // For programs.
    Json,
}

/// What is kept. Each flag has a variable; a flag wins over it.
#[derive(Debug, Default, clap::Args)]
struct Rules {
    /// Which versions are kept (JSON); those that are deployed, or released and supported, always are. By default those of
    /// the last 90 days, the newest, and the newest of each branch and tag [env:
    /// PACT_BROKER_DATABASE_CLEAN_KEEP_VERSION_SELECTORS]
    #[arg(long, value_name = "SELECTORS")]
    keep_version_selectors: Option<String>,
    /// Which branches are kept (JSON); main branches always are, and with [] all. By default those that were built within 90
    /// days [env: PACT_BROKER_DATABASE_CLEAN_KEEP_BRANCH_SELECTORS]
    #[arg(long, value_name = "SELECTORS")]
    keep_branch_selectors: Option<String>,
    /// How many versions are deleted at most, oldest first [env: PACT_BROKER_DATABASE_CLEAN_DELETION_LIMIT] [default: 1000]
    #[arg(long, value_name = "NUMBER")]
    deletion_limit: Option<usize>,
    /// How many branches are [env: PACT_BROKER_DATABASE_CLEAN_BRANCH_DELETION_LIMIT] [default: 1000]
    #[arg(long, value_name = "NUMBER")]
    branch_deletion_limit: Option<usize>,
    /// After how many days data is deleted that newer data has replaced; never unless given [env:
    /// PACT_BROKER_DATABASE_CLEAN_OVERWRITTEN_DATA_MAX_AGE]
    #[arg(long, value_name = "DAYS")]
    overwritten_data_max_age: Option<u32>,
}

impl Rules {
    fn read(&self, environment: &Environment) -> Result<CleanUp, Problem> {
        const VERSIONS: &str = "PACT_BROKER_DATABASE_CLEAN_KEEP_VERSION_SELECTORS";
        const BRANCHES: &str = "PACT_BROKER_DATABASE_CLEAN_KEEP_BRANCH_SELECTORS";
        let mut rules = CleanUp::default();
        if let Some(text) = self.keep_version_selectors.as_deref().or_else(|| environment.get(VERSIONS)) {
            rules.keep_versions = CleanUp::versions_from_json(text)
                .map_err(|error| Problem::usage(format!("which versions to keep: {error}")))?;
        }
        if let Some(text) = self.keep_branch_selectors.as_deref().or_else(|| environment.get(BRANCHES)) {
            rules.keep_branches = CleanUp::branches_from_json(text)
                .map_err(|error| Problem::usage(format!("which branches to keep: {error}")))?;
        }
        for (flag, name, limit) in [
            (self.deletion_limit, "PACT_BROKER_DATABASE_CLEAN_DELETION_LIMIT", &mut rules.version_limit),
            (self.branch_deletion_limit, "PACT_BROKER_DATABASE_CLEAN_BRANCH_DELETION_LIMIT", &mut rules.branch_limit),
        ] {
            if let Some(number) = number_of(flag, environment, name)? {
                *limit = number;
            }
        }
        let variable = "PACT_BROKER_DATABASE_CLEAN_OVERWRITTEN_DATA_MAX_AGE";
        let days = number_of(self.overwritten_data_max_age, environment, variable)?;
        rules.overwritten_max_age = days.map(|days| Duration::from_secs(u64::from(days) * DAY));
        Ok(rules)
    }
}

/// Whether it is only told what would be deleted.
fn is_dry_run(flag: bool, environment: &Environment) -> Result<bool, Problem> {
    let mut dry_run = false;
    switch(environment, flag.then_some(true), "PACT_BROKER_DATABASE_CLEAN_DRY_RUN", &mut dry_run)?;
    Ok(dry_run)
}

/// When a served broker cleans up. What it keeps is said by the variables of `intact broker clean`, or in the file.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Clean-up (what is kept: the variables in `intact broker clean --help`)")]
pub(super) struct CleanSettings {
    /// Delete what is no longer needed from time to time [env: PACT_BROKER_DATABASE_CLEAN_ENABLED] [default: false]
    #[arg(
        long = "database-clean-enabled",
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    enabled: Option<bool>,
    /// When, in the five fields of cron, in UTC [env: PACT_BROKER_DATABASE_CLEAN_CRON_SCHEDULE] [default: 15 2 * * *]
    #[arg(long = "database-clean-cron-schedule", value_name = "SCHEDULE")]
    schedule: Option<String>,
}

impl CleanSettings {
    /// Sets when the broker cleans up, if it is to.
    pub(super) fn schedule(self, environment: &Environment, config: &mut Config) -> Result<(), Problem> {
        let mut enabled = false;
        switch(environment, self.enabled, "PACT_BROKER_DATABASE_CLEAN_ENABLED", &mut enabled)?;
        if enabled {
            let variable = environment.get("PACT_BROKER_DATABASE_CLEAN_CRON_SCHEDULE");
            let schedule = Cron::from_str(self.schedule.as_deref().or(variable).unwrap_or(NIGHTLY))
                .map_err(|error| Problem::usage(format!("when to clean up: {error}")))?;
            let (rules, dry_run) = (Rules::default().read(environment)?, is_dry_run(false, environment)?);
            config.clean_up = Some(CleanUpSchedule { schedule, rules, dry_run });
        }
        Ok(())
    }
}

pub(super) async fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let (database, environment) = args.database.read(&context.environment)?;
    let (rules, dry_run) = (args.rules.read(&environment)?, is_dry_run(args.dry_run, &environment)?);
    if let Database::Sqlite(file) = &database
        && !file.exists()
    {
        return Err(Problem::usage(format!("there is no database in {}", file.display())).into());
    }
    let opened = Broker::open_as_it_is(Config::new(database.clone())).await;
    let broker = opened.with_context(|| format!("cannot open the broker's database {database}"))?;
    let text = if dry_run {
        let plan = broker.plan_clean_up(&rules).await?;
        if args.output == Output::Json { serde_json::to_string(&plan)? } else { shown_plan(&plan) }
    } else {
        let result = broker.clean_up(&rules).await?;
        if args.output == Output::Json { serde_json::to_string(&result)? } else { shown_result(&result) }
    };
    broker.close().await;
    context.printer.text(&text);
    if dry_run {
        context.printer.remark(Tone::Faint, "nothing was deleted");
    }
    Ok(Exit::Success)
}

fn shown_plan(plan: &CleanUpPlan) -> String {
    let counts = &plan.counts;
    let mut text = format!(
        "{} of {} versions and {} of {} branches would be deleted",
        counts.versions_to_delete, counts.total_versions, counts.branches_to_delete, counts.total_branches
    );
    if counts.versions_not_to_keep > counts.versions_to_delete {
        let _ = write!(text, " ({} versions are not to be kept)", counts.versions_not_to_keep);
    }
    let range = |range: &intact_broker::VersionRange| match (&range.from_version, &range.to_version) {
        (Some(from), Some(to)) if from != to => format!("{}: {from} to {to}", range.count),
        (Some(one), _) => format!("{}: {one}", range.count),
        (None, _) => "0".to_owned(),
    };
    let rows: Vec<[String; 3]> = plan
        .version_summary
        .iter()
        .map(|(pacticipant, planned)| [pacticipant.clone(), range(&planned.to_delete), range(&planned.to_keep)])
        .collect();
    if !rows.is_empty() {
        let _ = write!(text, "\n{}", table(["PACTICIPANT", "DELETE", "KEEP"], rows));
    }
    let rows = plan.rows_to_delete.iter().map(|(table, count)| [shown_table(table), count.to_string()]);
    let _ = write!(text, "\n{}", table(["TABLE", "DELETE"], rows));
    text
}

fn shown_table(table: &str) -> String {
    table.replace('_', " ")
}

fn shown_result(result: &CleanUpResult) -> String {
    let row = |(table, counts): (&&str, &intact_broker::DeletedAndKept)| {
        [shown_table(table), counts.deleted.to_string(), counts.kept.to_string()]
    };
    table(["TABLE", "DELETED", "KEPT"], result.tables.iter().map(row))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use anstream::ColorChoice;

    use super::*;
    use crate::cli::Cli;
    use crate::printer::testing::keeping;

    /// Runs `intact <arguments>`, with `FOLDER` in place of a folder, and shows how it ended and what it said.
    async fn run_in(folder: &Path, arguments: &str) -> String {
        let place = folder.to_string_lossy();
        let words: Vec<String> =
            format!("intact {arguments}").split(' ').map(|word| word.replace("FOLDER", &place)).collect();
        let cli = Cli::from_arguments(words.into_iter().map(Into::into)).expect("arguments");
        let (printer, out, err) = keeping(ColorChoice::Never);
        let context = Context { printer, environment: Environment::default() };
        let exit = match cli.command.run(&context).await {
            Ok(exit) => exit,
            Err(error) => {
                context.printer.error(&error);
                crate::error::exit(&error)
            }
        };
        format!("{exit:?}\n{}{}", out.text(), err.text()).replace(&*place, "FOLDER")
    }

    #[tokio::test]
    async fn the_command_tells_what_would_go_and_deletes_it_in_the_database_that_the_file_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path();
        let settings = format!(
            "database_url = \"sqlite://{}\"\ndatabase_clean_keep_version_selectors = []\n",
            place.join("broker.sqlite").display()
        );
        std::fs::write(place.join("settings.toml"), settings).expect("a file");
        let missing = run_in(place, "broker clean -c FOLDER/settings.toml --dry-run").await;
        assert!(missing.starts_with("Usage\n") && missing.contains("there is no database in FOLDER/"), "{missing}");
        let config = Config::new(Database::sqlite(place.join("broker.sqlite")));
        let broker = Broker::open(config).await.expect("a broker");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = tokio::spawn(broker.serve(listener, async { stopped.await.unwrap_or_default() }));
        for number in ["1", "2"] {
            let version = format!("create-or-update-version -a Web -e {number} --branch main --broker-base-url {url}");
            let created = run_in(place, &version).await;
            assert!(created.starts_with("Success\n"), "{created}");
        }
        let in_use = run_in(place, "broker clean -c FOLDER/settings.toml --dry-run").await;
        assert!(in_use.starts_with("Unavailable\n") && in_use.contains("another broker is using"), "{in_use}");
        drop(stop);
        served.await.expect("no panic").expect("it was served");

        for (more, expected) in [
            (" --dry-run", "2 of 2 versions and 0 of 1 branches would be deleted"),
            (" --dry-run -o json", r#""versionsToDelete":2"#),
            (" --dry-run", "versions           ┆ 2 "),
            (" --dry-run -o json", r#""rowsToDelete":{"branches":0,"#),
            (" -o json", r#""versions":{"deleted":2,"kept":0}"#),
            (" --dry-run", "0 of 0 versions and 0 of 1 branches would be deleted"),
        ] {
            let said = run_in(place, &format!("broker clean -c FOLDER/settings.toml{more}")).await;
            assert!(said.starts_with("Success\n") && said.contains(expected), "{said}");
            assert_eq!(said.contains("nothing was deleted"), more.contains("--dry-run"), "{said}");
        }
    }

    #[test]
    fn a_served_broker_cleans_up_only_if_it_is_told_to() {
        let scheduled = |variables: &[(&str, &str)]| {
            let mut config = Config::new(Database::sqlite("broker.sqlite"));
            let variables =
                variables.iter().map(|(name, value)| (format!("PACT_BROKER_DATABASE_CLEAN_{name}"), *value));
            let applied = CleanSettings::default().schedule(&Environment::of(variables), &mut config);
            applied.map(|()| config.clean_up).map_err(|problem| problem.to_string())
        };
        assert_eq!(scheduled(&[("CRON_SCHEDULE", "1 1 * * *")]), Ok(None));
        let nightly = scheduled(&[("ENABLED", "true")]).unwrap().unwrap();
        assert_eq!((nightly.schedule.to_string().as_str(), &nightly.rules), (NIGHTLY, &CleanUp::default()));
        let other = scheduled(&[
            ("ENABLED", "true"),
            ("CRON_SCHEDULE", "*/5 * * * *"),
            ("KEEP_VERSION_SELECTORS", r#"[{"max_age": 7}]"#),
            ("KEEP_BRANCH_SELECTORS", "[]"),
            ("DELETION_LIMIT", "5"),
            ("OVERWRITTEN_DATA_MAX_AGE", "2"),
            ("DRY_RUN", "true"),
        ]);
        let CleanUpSchedule { rules, dry_run, .. } = other.unwrap().unwrap();
        assert_eq!((rules.keep_versions.len(), rules.keep_branches.len(), rules.version_limit), (1, 0, 5));
        assert_eq!((rules.overwritten_max_age, dry_run), (Some(Duration::from_secs(2 * DAY)), true));
        let wrong = scheduled(&[("ENABLED", "true"), ("KEEP_VERSION_SELECTORS", "[{\"age\": 1}]")]).unwrap_err();
        assert!(wrong.starts_with("which versions to keep: expected a JSON list"), "{wrong}");
    }
}
