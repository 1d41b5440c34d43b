//! A small consumer: it takes orders, and asks the product service what they cost.
//!
//! [`ProductClient`] is all it has to do with the product service, so the contract between the two is about that client. It is
//! in `tests/contract/products.rs`. The warehouse sends messages ([`DeliveryArrived`], `tests/contract/deliveries.rs`), and reviews
//! come over GraphQL ([`ReviewClient`], `tests/contract/reviews.rs`). What the contracts wrote is kept in `examples/pacts`.

mod deliveries;
mod orders;
mod product_client;
mod review_client;

pub use deliveries::{Backlog, DeliveryArrived, EmptyDelivery};
pub use orders::{Order, app};
pub use product_client::{Product, ProductClient, ProductError};
pub use review_client::ReviewClient;
