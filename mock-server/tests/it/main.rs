//! The servers, called over real sockets.

mod controlling;
mod explaining;
mod serving;
mod sockets;
mod stubbing;
mod support;
