//! The verifier from outside: small providers on real sockets or in process, and what is reported about them.

mod broker;
mod hostile;
mod http;
mod in_process;
mod messages;
mod mutations;
mod recordings;
mod reports;
mod running;
mod states;
mod support;
mod tls;
