//! The built `intact` binary, servers around it and folders for it, for the end-to-end and interoperability tests.

mod binary;
mod provider;

pub(crate) use binary::{Output, RunningBroker, Workspace};
pub(crate) use provider::Provider;
