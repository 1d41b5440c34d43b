//! The client against a small server that behaves as each test needs.

mod can_i_deploy;
mod greeting;
mod listing;
mod publishing;
mod recording;
mod recordings;
mod sending;
mod server;
mod tls;
mod verifying;
mod webhooks;
