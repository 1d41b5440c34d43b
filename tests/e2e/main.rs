//! The built binary as its users run it: journeys over real processes, sockets and files.

#[path = "../support/mod.rs"]
mod support;

// The system's own words are a part of these texts.
#[cfg(target_os = "linux")]
mod errors;
mod faults;
mod flags;
mod http;
mod mock_flags;
mod plugins;
mod recordings;
mod road;
mod servers;
mod stand_alone;
mod stub_flags;
mod verify;
mod verify_flags;
mod world;
