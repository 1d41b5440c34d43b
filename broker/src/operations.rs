//! The stories that decide something or write to several tables, each told on a page.

pub(crate) mod can_i_deploy;
pub(crate) mod clean_up;
pub(crate) mod delete_version;
pub(crate) mod pacts_for_verification;
pub(crate) mod publish_contracts;
pub(crate) mod publish_pact;
pub(crate) mod publish_verification;
pub(crate) mod record_deployment;
pub(crate) mod record_pact;
pub(crate) mod seed_environments;
pub(crate) mod tag_version;
pub(crate) mod trigger_webhooks;
pub(crate) mod update_version;
