//! The built binary as its users run it: journeys over real processes, sockets and files.

#[path = "../support/mod.rs"]
mod support;

mod recordings;
mod road;
mod servers;
mod stand_alone;
