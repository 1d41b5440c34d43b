//! The contract between `intact-broker-client` and `intact-broker`.
//!
//! The two share no types for what travels between them: both follow the public API, and either side may meet another
//! implementation. What keeps them from drifting apart is a pact, written with the same DSL and verified by the same verifier
//! that users have. It is kept beside this file, where a change of it can be reviewed.
//!
//! | Part | What it does |
//! |---|---|
//! | [`consumer`] | drives the client against a mock server, writes the pact, holds it against the one that is kept |
//! | [`provider`] | replays the kept pact against the broker, on every database |

mod consumer;
mod provider;

use std::path::PathBuf;

/// Where the pact is kept.
fn kept_pact() -> PathBuf {
    intact_tests::repository().join("tests/contracts/intact-broker-client-intact-broker.json")
}
