//! Delivery: the requests that webhooks make, and who makes them when.
//!
//! [`attempt`] tries once and writes the log of it, [`sender`] is the HTTP client that calls nobody it should not, and
//! [`worker`] takes what is due from the outbox for as long as the broker is served.

pub(crate) mod attempt;
pub(crate) mod sender;
pub(crate) mod worker;

#[cfg(test)]
mod tests;
