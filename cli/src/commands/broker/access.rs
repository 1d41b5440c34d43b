//! Who may use a broker that is served: credentials come from variables alone, because every user of a machine sees the
//! command lines of all programs.

use std::net::IpAddr;

use clap::Args;
use intact_broker::{Access, Config, Credentials, Secret};

use super::settings::switch;
use crate::context::Environment;
use crate::error::Problem;

/// The variables with names, passwords and tokens are told in the help, as there are no flags for them.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Access (credentials: PACT_BROKER_BASIC_AUTH_[READ_ONLY_]USERNAME and _PASSWORD, \
                               INTACT_BROKER_WRITE_TOKENS, INTACT_BROKER_READ_TOKENS)")]
pub(super) struct AccessSettings {
    /// Let everybody read who reaches the broker [env: PACT_BROKER_ALLOW_PUBLIC_READ] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    allow_public_read: Option<bool>,
    /// Answer the heartbeat to everybody [env: PACT_BROKER_PUBLIC_HEARTBEAT] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    public_heartbeat: Option<bool>,
    /// Show badges to everybody [env: PACT_BROKER_ENABLE_PUBLIC_BADGE_ACCESS] [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    enable_public_badge_access: Option<bool>,
    /// Listen to other machines although no credentials are configured [env: INTACT_BROKER_ALLOW_ANONYMOUS] [default:
    /// false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    allow_anonymous: Option<bool>,
}

impl AccessSettings {
    /// Sets who may do what; refuses to open a broker to other machines by accident.
    pub(super) fn apply(self, environment: &Environment, host: IpAddr, config: &mut Config) -> Result<(), Problem> {
        let access = &mut config.access;
        credentials(environment, access)?;
        let public = [
            (self.allow_public_read, "PACT_BROKER_ALLOW_PUBLIC_READ", &mut access.public_read),
            (self.public_heartbeat, "PACT_BROKER_PUBLIC_HEARTBEAT", &mut access.public_heartbeat),
            (self.enable_public_badge_access, "PACT_BROKER_ENABLE_PUBLIC_BADGE_ACCESS", &mut access.public_badges),
        ];
        for (flag, variable, setting) in public {
            switch(environment, flag, variable, setting)?;
        }
        let mut anonymous = false;
        switch(environment, self.allow_anonymous, "INTACT_BROKER_ALLOW_ANONYMOUS", &mut anonymous)?;
        if host.is_loopback() || access.is_configured() || anonymous {
            return Ok(());
        }
        let text = format!("listening on {host} would let everybody who reaches this machine change the broker's data");
        Err(Problem::usage(text).hint(
            "set PACT_BROKER_BASIC_AUTH_USERNAME and PACT_BROKER_BASIC_AUTH_PASSWORD, or say --allow-anonymous if that is meant",
        ))
    }
}

fn credentials(environment: &Environment, access: &mut Access) -> Result<(), Problem> {
    let mut enabled = true;
    switch(environment, None, "PACT_BROKER_BASIC_AUTH_ENABLED", &mut enabled)?;
    if enabled {
        access.writer = user(environment, "PACT_BROKER_BASIC_AUTH")?;
        access.reader = user(environment, "PACT_BROKER_BASIC_AUTH_READ_ONLY")?;
    }
    let tokens = |name: &str| -> Vec<Secret> {
        environment.get(name).unwrap_or_default().split_whitespace().map(Secret::new).collect()
    };
    access.write_tokens = tokens("INTACT_BROKER_WRITE_TOKENS");
    access.read_tokens = tokens("INTACT_BROKER_READ_TOKENS");
    if access.is_configured() && access.writer.is_none() && access.write_tokens.is_empty() {
        let text = "readers are configured but nobody may write";
        return Err(Problem::usage(text)
            .hint("set PACT_BROKER_BASIC_AUTH_USERNAME and PACT_BROKER_BASIC_AUTH_PASSWORD as well"));
    }
    Ok(())
}

fn user(environment: &Environment, prefix: &str) -> Result<Option<Credentials>, Problem> {
    let filled = |end: &str| environment.get(&format!("{prefix}_{end}")).filter(|text| !text.trim().is_empty());
    match (filled("USERNAME"), filled("PASSWORD")) {
        (Some(name), Some(password)) => Ok(Some(Credentials::new(name, password))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Problem::usage(format!("{prefix}_USERNAME is set but {prefix}_PASSWORD is not"))),
        (None, Some(_)) => Err(Problem::usage(format!("{prefix}_PASSWORD is set but {prefix}_USERNAME is not"))),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use intact_broker::Database;

    use super::*;

    const EVERYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

    fn access<const N: usize>(host: IpAddr, variables: [(&str, &str); N]) -> Result<Access, String> {
        let mut config = Config::new(Database::sqlite("broker.sqlite"));
        let applied = AccessSettings::default().apply(&Environment::of(variables), host, &mut config);
        applied.map(|()| config.access).map_err(|problem| problem.to_string())
    }

    const USER: [(&str, &str); 2] =
        [("PACT_BROKER_BASIC_AUTH_USERNAME", "ci"), ("PACT_BROKER_BASIC_AUTH_PASSWORD", "secret")];

    #[test]
    fn other_machines_are_listened_to_only_if_that_is_safe_or_meant() {
        assert!(!access(IpAddr::V6(Ipv6Addr::LOCALHOST), [("X", "y")]).unwrap().is_configured());
        let refused = access(EVERYWHERE, [("X", "y")]).unwrap_err();
        assert!(refused.starts_with("listening on 0.0.0.0 would let everybody"), "{refused}");
        assert!(access(EVERYWHERE, [("INTACT_BROKER_ALLOW_ANONYMOUS", "true")]).is_ok());
        assert!(access(EVERYWHERE, USER).unwrap().is_configured());
        assert!(access(EVERYWHERE, [("INTACT_BROKER_WRITE_TOKENS", "a b")]).unwrap().is_configured());
        let switched_off = [USER[0], USER[1], ("PACT_BROKER_BASIC_AUTH_ENABLED", "false")];
        assert!(access(EVERYWHERE, switched_off).is_err());
    }

    #[test]
    fn half_of_a_users_credentials_and_readers_alone_are_mistakes() {
        assert_eq!(
            access(EVERYWHERE, [USER[0]]).unwrap_err(),
            "PACT_BROKER_BASIC_AUTH_USERNAME is set but PACT_BROKER_BASIC_AUTH_PASSWORD is not"
        );
        let reader = [
            ("PACT_BROKER_BASIC_AUTH_READ_ONLY_USERNAME", "reader"),
            ("PACT_BROKER_BASIC_AUTH_READ_ONLY_PASSWORD", "secret"),
        ];
        assert_eq!(access(EVERYWHERE, reader).unwrap_err(), "readers are configured but nobody may write");
    }

    #[test]
    fn what_is_public_is_said_by_the_known_variables() {
        let public = [
            USER[0],
            USER[1],
            ("PACT_BROKER_ALLOW_PUBLIC_READ", "true"),
            ("PACT_BROKER_PUBLIC_HEARTBEAT", "true"),
            ("PACT_BROKER_ENABLE_PUBLIC_BADGE_ACCESS", "true"),
        ];
        let access = access(EVERYWHERE, public).unwrap();

        assert!(access.public_read && access.public_heartbeat && access.public_badges);
    }
}
