//! HTTP to domain, domain to HAL: one file per resource, with its paths, bodies and handlers.
//!
//! No SQL and no decisions. The first group of modules is the shared grammar: how documents ([`hal`]), errors ([`problem`]),
//! addresses ([`links`]), content types ([`negotiate`]), bodies and queries ([`extract`]), lists ([`page`]), tables
//! ([`text_table`]) and checks of bodies ([`validation`]) look everywhere.

pub(crate) mod extract;
pub(crate) mod front;
pub(crate) mod hal;
pub(crate) mod links;
pub(crate) mod negotiate;
pub(crate) mod observe;
pub(crate) mod page;
pub(crate) mod problem;
pub(crate) mod reasons;
pub(crate) mod text_table;
pub(crate) mod validation;

pub(crate) mod badges;
pub(crate) mod branches;
pub(crate) mod can_i_deploy;
pub(crate) mod contracts;
pub(crate) mod dashboard;
pub(crate) mod deployments;
pub(crate) mod environments;
pub(crate) mod extended;
pub(crate) mod for_verification;
pub(crate) mod health;
pub(crate) mod index;
pub(crate) mod integrations;
pub(crate) mod matrix;
pub(crate) mod metrics;
pub(crate) mod network;
pub(crate) mod openapi;
pub(crate) mod pact_diff;
pub(crate) mod pact_lists;
pub(crate) mod pacticipants;
pub(crate) mod pacts;
pub(crate) mod provider_states;
pub(crate) mod tags;
pub(crate) mod triggered_webhooks;
pub(crate) mod verifications;
pub(crate) mod versions;
pub(crate) mod webhook_body;
pub(crate) mod webhook_execution;
pub(crate) mod webhooks;
