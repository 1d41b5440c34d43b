//! What the order service needs of others, a file for each of them.
//!
//! Each test writes what it found out to a pact file in `target/pacts`. The files are also kept in `examples/pacts`, where the
//! providers' tests find them; the test in [`kept`] holds the two against each other. With a broker nobody has to keep them.

mod catalogue;
mod deliveries;
mod kept;
mod orders;
mod products;
mod reviews;
mod shown;
