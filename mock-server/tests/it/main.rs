//! The servers, called over real sockets.

mod explaining;
mod serving;
mod sockets;
mod stubbing;
mod support;
