//! The servers, called over real sockets.

mod bodiless;
mod controlling;
mod explaining;
mod plugins;
mod serving;
mod sockets;
mod stubbing;
mod support;
