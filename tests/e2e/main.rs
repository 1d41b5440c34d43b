//! The built binary as its users run it: journeys over real processes, sockets and files.

#[path = "../support/mod.rs"]
mod support;

mod broker_commands;
mod can_i_deploy;
// The system's own words are a part of these texts.
mod doctor;
#[cfg(target_os = "linux")]
mod errors;
#[cfg(target_os = "linux")]
mod every_command;
mod faults;
#[cfg(unix)]
mod feel;
mod flags;
mod http;
mod mock_flags;
mod official_binary;
mod pact_tools;
mod peer;
#[cfg(unix)]
mod pipelines;
mod plugins;
mod publishing;
mod reach;
mod recordings;
mod road;
mod servers;
mod stand_alone;
mod stub_flags;
mod terminal;
mod verify;
mod verify_flags;
mod webhook_commands;
mod world;
