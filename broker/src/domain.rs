//! What the broker knows and decides, without SQL and without HTTP.
//!
//! One file per noun of the field. The types are what [`crate::store`] reads and writes; the decisions are plain functions
//! over them, so that they can be tested without a database.

pub(crate) mod badge;
pub(crate) mod can_i_deploy;
pub(crate) mod clean_up;
pub(crate) mod content;
pub(crate) mod contract_diff;
pub(crate) mod cron;
pub(crate) mod dashboard;
pub(crate) mod deployment;
pub(crate) mod environment;
pub(crate) mod id;
pub(crate) mod matrix;
pub(crate) mod matrix_selector;
pub(crate) mod merge;
pub(crate) mod network;
pub(crate) mod notice;
pub(crate) mod pact;
pub(crate) mod pacticipant;
pub(crate) mod pending;
pub(crate) mod publishing;
pub(crate) mod reason;
pub(crate) mod selection;
pub(crate) mod selection_metadata;
pub(crate) mod selector;
pub(crate) mod similar_names;
pub(crate) mod timestamp;
pub(crate) mod verification;
pub(crate) mod verification_notice;
pub(crate) mod version;
pub(crate) mod webhook;
pub(crate) mod webhook_hosts;
pub(crate) mod webhook_template;
