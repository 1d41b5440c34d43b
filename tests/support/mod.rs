//! The built `intact` binary, servers around it and folders for it, for the end-to-end and interoperability tests.

#[allow(dead_code, reason = "each test binary uses its part of this")]
mod binary;
#[cfg(unix)]
#[allow(dead_code, reason = "each test binary uses its part of this")]
pub(crate) mod pipelines;
mod provider;
mod server;

#[allow(unused_imports, reason = "each test binary uses its part of this")]
pub(crate) use binary::{Output, RunningBroker, RunningServer, Workspace};
pub(crate) use provider::Provider;
pub(crate) use server::LocalServer;
