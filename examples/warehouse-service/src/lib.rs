//! A small provider of messages: it says what has arrived.
//!
//! What carries a message is not the contract's business, so the part that makes it, [`Shelf::arrived`], stands apart from the
//! part that sends it. How it is verified is in `tests/verification.rs`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// The topic of all messages about deliveries.
pub const TOPIC: &str = "deliveries";

/// What is sent when a delivery has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryArrived {
    /// Identifier of the product.
    pub product: String,
    /// How many arrived.
    pub quantity: u32,
}

/// Deliveries that are on their way: how many of which product. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Shelf {
    due: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Shelf {
    /// So many of the product have been ordered from its maker.
    pub fn expect(&self, product: &str, quantity: u32) {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).insert(product.to_owned(), quantity);
    }

    /// The lorry is here: the message to send, if a delivery of the product was due.
    pub fn arrived(&self, product: &str) -> Option<DeliveryArrived> {
        let quantity = self.due.lock().unwrap_or_else(PoisonError::into_inner).remove(product)?;
        Some(DeliveryArrived { product: product.to_owned(), quantity })
    }
}
