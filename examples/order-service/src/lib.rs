//! A small consumer: it takes orders, and asks the product service what they cost.
//!
//! [`ProductClient`] is all it has to do with the product service, so the contract between the two is about that client. It is
//! in `tests/contract.rs`; what it wrote is kept in `examples/pacts`.

mod orders;
mod product_client;

pub use orders::{Order, app};
pub use product_client::{Product, ProductClient, ProductError};
