//! The verifier from outside: small providers on real sockets or in process, and what is reported about them.

mod broker;
mod http;
mod in_process;
mod messages;
mod reports;
mod states;
mod support;
