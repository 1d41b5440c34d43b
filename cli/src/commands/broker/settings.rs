//! The settings of a broker that is served, from flags and from the variables that Pact Brokers know.

use std::time::Duration;

use clap::{Args, ValueEnum as _};
use intact_broker::{Badges, Config};
use url::Url;

use crate::context::{Environment, number_of};
use crate::error::Problem;

/// Each flag has a variable; a flag wins over it. What is switched on unless told otherwise is switched off by `=false`.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct Settings {
    /// The address that clients know this broker by, if it is not the one they ask; the variable may name several, of
    /// which each client sees the one it came by [env: PACT_BROKER_BASE_URL]
    #[arg(long, value_name = "URL")]
    base_url: Option<Url>,
    /// Let a version's pact be published again with other content [env:
    /// PACT_BROKER_ALLOW_DANGEROUS_CONTRACT_MODIFICATION] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    allow_dangerous_contract_modification: Option<bool>,
    /// Refuse the first pact of a name that is confusingly like an existing one [env:
    /// PACT_BROKER_CHECK_FOR_POTENTIAL_DUPLICATE_PACTICIPANT_NAMES] [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    check_for_potential_duplicate_pacticipant_names: Option<bool>,
    /// Take the first branch or tag called like a candidate for the main branch [env:
    /// PACT_BROKER_AUTO_DETECT_MAIN_BRANCH] [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    auto_detect_main_branch: Option<bool>,
    /// Names that can become the main branch without being asked for [env: PACT_BROKER_MAIN_BRANCH_CANDIDATES] [default:
    /// develop,main,master]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    main_branch_candidates: Option<Vec<String>>,
    /// Take the first tag of a version without a branch for its branch [env: PACT_BROKER_USE_FIRST_TAG_AS_BRANCH]
    /// [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    use_first_tag_as_branch: Option<bool>,
    /// Record a deployment when a version gets a tag called like an environment [env:
    /// PACT_BROKER_CREATE_DEPLOYED_VERSIONS_FOR_TAGS] [default: true]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    create_deployed_versions_for_tags: Option<bool>,
    /// Answer can-i-deploy as Pact Brokers do when one of several provider versions in an environment has no result: as
    /// if it were not there [env: PACT_BROKER_OVERLOOK_MISSING_PROVIDER_RESULTS] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    overlook_missing_provider_results: Option<bool>,
    #[command(flatten)]
    badges: BadgeSettings,
}

#[derive(Debug, Default, Args)]
struct BadgeSettings {
    /// Where the pictures of badges come from: redirected to a badge service, or drawn by the broker itself [env:
    /// PACT_BROKER_BADGE_PROVIDER_MODE] [default: redirect]
    #[arg(long, value_name = "MODE")]
    badge_provider_mode: Option<BadgeMode>,
    /// The badge service to redirect to [env: PACT_BROKER_SHIELDS_IO_BASE_URL]
    #[arg(long, value_name = "URL")]
    shields_io_base_url: Option<Url>,
}

impl BadgeSettings {
    fn apply(self, environment: &Environment, config: &mut Config) -> Result<(), Problem> {
        let mode = match (self.badge_provider_mode, environment.get("PACT_BROKER_BADGE_PROVIDER_MODE")) {
            (Some(mode), _) => Some(mode),
            (None, Some(text)) => Some(BadgeMode::from_str(text, true).map_err(|_| {
                Problem::usage(format!("PACT_BROKER_BADGE_PROVIDER_MODE is `{text}`, expected `redirect` or `own`"))
            })?),
            (None, None) => None,
        };
        let service = match (self.shields_io_base_url, environment.get("PACT_BROKER_SHIELDS_IO_BASE_URL")) {
            (Some(url), _) => Some(url),
            (None, Some(text)) => Some(text.parse().map_err(|error| {
                Problem::usage(format!("PACT_BROKER_SHIELDS_IO_BASE_URL is `{text}`, expected a URL: {error}"))
            })?),
            (None, None) => None,
        };
        match (mode, service) {
            (Some(BadgeMode::Own), _) => config.badges = Badges::Own,
            (_, Some(service)) => config.badges = Badges::Redirect(service),
            (_, None) => {}
        }
        if let Some(cache) = environment.get("PACT_BROKER_BADGE_DEFAULT_CACHE_SETTING") {
            cache.clone_into(&mut config.badge_cache);
        }
        Ok(())
    }
}

/// Where badges come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum BadgeMode {
    Redirect,
    /// The reference broker fetches pictures from the service then; nothing has to be fetched to draw them.
    #[value(alias = "proxy")]
    Own,
}

impl Settings {
    /// Changes what flags and variables say, and nothing else.
    pub(super) fn apply(self, environment: &Environment, config: &mut Config) -> Result<(), Problem> {
        let switch = |flag, name: &str, setting: &mut bool| switch(environment, flag, name, setting);
        switch(
            self.allow_dangerous_contract_modification,
            "PACT_BROKER_ALLOW_DANGEROUS_CONTRACT_MODIFICATION",
            &mut config.allow_dangerous_contract_modification,
        )?;
        switch(
            self.check_for_potential_duplicate_pacticipant_names,
            "PACT_BROKER_CHECK_FOR_POTENTIAL_DUPLICATE_PACTICIPANT_NAMES",
            &mut config.check_for_potential_duplicate_pacticipant_names,
        )?;
        switch(
            self.auto_detect_main_branch,
            "PACT_BROKER_AUTO_DETECT_MAIN_BRANCH",
            &mut config.auto_detect_main_branch,
        )?;
        switch(
            self.use_first_tag_as_branch,
            "PACT_BROKER_USE_FIRST_TAG_AS_BRANCH",
            &mut config.use_first_tag_as_branch,
        )?;
        switch(
            self.create_deployed_versions_for_tags,
            "PACT_BROKER_CREATE_DEPLOYED_VERSIONS_FOR_TAGS",
            &mut config.create_deployed_versions_for_tags,
        )?;
        let mut overlook = !config.every_provider_version_needs_a_result;
        switch(self.overlook_missing_provider_results, "PACT_BROKER_OVERLOOK_MISSING_PROVIDER_RESULTS", &mut overlook)?;
        config.every_provider_version_needs_a_result = !overlook;
        // Lists in variables have blanks between their elements.
        let listed = |name: &str| -> Option<Vec<String>> {
            Some(environment.get(name)?.split_whitespace().map(str::to_owned).collect())
        };
        if let Some(names) = self.main_branch_candidates.or_else(|| listed("PACT_BROKER_MAIN_BRANCH_CANDIDATES")) {
            config.main_branch_candidates = names;
        }
        let mut base_urls = Vec::from_iter(self.base_url);
        // Where a broker has several addresses, the one that a client came by is the one in its links.
        for name in ["PACT_BROKER_BASE_URL", "PACT_BROKER_BASE_URLS"] {
            if base_urls.is_empty() {
                for text in listed(name).unwrap_or_default() {
                    base_urls.push(
                        text.parse()
                            .map_err(|error| Problem::usage(format!("{name} is `{text}`, expected a URL: {error}")))?,
                    );
                }
            }
        }
        if let Some(url) = base_urls.iter().find(|url| !matches!(url.scheme(), "http" | "https")) {
            let problem = Problem::usage(format!("the base URL `{url}` does not begin with http:// or https://"));
            return Err(problem.hint("a base URL looks like https://broker.example.com"));
        }
        let mut base_urls = base_urls.into_iter();
        config.base_url = base_urls.next();
        config.more_base_urls = base_urls.collect();
        if let Some(seconds) = number_of::<u32>(None, environment, "PACT_BROKER_USE_FIRST_TAG_AS_BRANCH_TIME_LIMIT")? {
            config.use_first_tag_as_branch_time_limit = Duration::from_secs(seconds.into());
        }
        self.badges.apply(environment, config)
    }
}

/// Sets what a flag says, or else a variable.
pub(super) fn switch(
    environment: &Environment,
    flag: Option<bool>,
    name: &str,
    setting: &mut bool,
) -> Result<(), Problem> {
    match (flag, environment.get(name)) {
        (Some(on), _) => *setting = on,
        (None, Some(text)) => {
            *setting = read_switch(text)
                .ok_or_else(|| Problem::usage(format!("{name} is `{text}`, expected `true` or `false`")))?;
        }
        (None, None) => {}
    }
    Ok(())
}

fn read_switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use intact_broker::Database;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        settings: Settings,
    }

    fn config<const N: usize>(flags: &[&str], variables: [(&str, &str); N]) -> Result<Config, String> {
        let command = Command::try_parse_from(["serve"].iter().chain(flags)).map_err(|error| error.to_string())?;
        let mut config = Config::new(Database::sqlite("broker.sqlite"));
        let applied = command.settings.apply(&Environment::of(variables), &mut config);
        applied.map(|()| config).map_err(|problem| problem.to_string())
    }

    #[test]
    fn flags_win_over_variables_and_those_over_defaults() {
        let plain = config(&[], [("X", "y")]).expect("settings");
        assert!(plain.auto_detect_main_branch && plain.every_provider_version_needs_a_result);
        let variables = [
            ("PACT_BROKER_AUTO_DETECT_MAIN_BRANCH", "false"),
            ("PACT_BROKER_USE_FIRST_TAG_AS_BRANCH", "FALSE"),
            ("PACT_BROKER_CREATE_DEPLOYED_VERSIONS_FOR_TAGS", "0"),
            ("PACT_BROKER_CHECK_FOR_POTENTIAL_DUPLICATE_PACTICIPANT_NAMES", "no"),
            ("PACT_BROKER_ALLOW_DANGEROUS_CONTRACT_MODIFICATION", "true"),
            ("PACT_BROKER_OVERLOOK_MISSING_PROVIDER_RESULTS", "true"),
            ("PACT_BROKER_MAIN_BRANCH_CANDIDATES", "trunk  next"),
            ("PACT_BROKER_BASE_URL", "https://a.example https://b.example"),
        ];
        let changed = config(&[], variables).expect("settings");
        assert!(changed.allow_dangerous_contract_modification);
        let off = [
            changed.auto_detect_main_branch,
            changed.use_first_tag_as_branch,
            changed.create_deployed_versions_for_tags,
            changed.check_for_potential_duplicate_pacticipant_names,
            changed.every_provider_version_needs_a_result,
        ];
        assert_eq!(off, [false; 5]);
        assert_eq!(changed.main_branch_candidates, ["trunk", "next"]);
        assert_eq!(changed.base_url.as_ref().map(Url::as_str), Some("https://a.example/"));
        assert_eq!(changed.more_base_urls.iter().map(Url::as_str).collect::<Vec<_>>(), ["https://b.example/"]);
        let flags = [
            "--auto-detect-main-branch",
            "--overlook-missing-provider-results=false",
            "--main-branch-candidates",
            "a,b",
            "--base-url",
            "http://flag",
        ];
        let flagged = config(&flags, variables).expect("settings");
        assert!(flagged.auto_detect_main_branch && flagged.every_provider_version_needs_a_result);
        assert_eq!(flagged.main_branch_candidates, ["a", "b"]);
        assert_eq!(flagged.base_url.as_ref().map(Url::as_str), Some("http://flag/"));
    }

    #[test]
    fn badges_are_redirected_or_drawn() {
        let badges = |flags: &[&str], variable| config(flags, [variable]).expect("settings").badges;
        let elsewhere = Badges::Redirect("https://badges.example".parse().unwrap());

        assert!(matches!(badges(&[], ("X", "y")), Badges::Redirect(_)));
        assert_eq!(badges(&[], ("PACT_BROKER_BADGE_PROVIDER_MODE", "proxy")), Badges::Own);
        assert_eq!(badges(&["--badge-provider-mode", "own"], ("X", "y")), Badges::Own);
        assert_eq!(badges(&[], ("PACT_BROKER_SHIELDS_IO_BASE_URL", "https://badges.example")), elsewhere);
        assert!(config(&[], [("PACT_BROKER_BADGE_PROVIDER_MODE", "nope")]).is_err());
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let refused = |flags: &[&str], variable| config(flags, [variable]).map(|_| ()).unwrap_err();
        assert_eq!(
            refused(&[], ("PACT_BROKER_AUTO_DETECT_MAIN_BRANCH", "maybe")),
            "PACT_BROKER_AUTO_DETECT_MAIN_BRANCH is `maybe`, expected `true` or `false`"
        );
        assert!(refused(&[], ("PACT_BROKER_BASE_URL", "broker")).starts_with("PACT_BROKER_BASE_URL is `broker`"));
        assert_eq!(
            refused(&["--base-url", "ftp://x"], ("X", "y")),
            "the base URL `ftp://x` does not begin with http:// or https://".replace("ftp://x`", "ftp://x/`")
        );
    }
}
