//! Deliveries: the warehouse says what has arrived, and waiting orders can go on.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What the warehouse sends when a delivery has arrived.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeliveryArrived {
    /// Identifier of the product.
    pub product: String,
    /// How many arrived.
    pub quantity: u32,
}

/// Orders that wait for a delivery: how many of which product.
#[derive(Debug, Default)]
pub struct Backlog(BTreeMap<String, u32>);

/// A delivery that says nothing.
#[derive(Debug, thiserror::Error)]
#[error("a delivery of nothing: {0}")]
pub struct EmptyDelivery(String);

impl Backlog {
    /// So many of the product are waited for.
    pub fn waiting_for(product: &str, quantity: u32) -> Self {
        Self(BTreeMap::from([(product.to_owned(), quantity)]))
    }

    /// How many of the product are still waited for.
    pub fn of(&self, product: &str) -> u32 {
        self.0.get(product).copied().unwrap_or_default()
    }

    /// Handles the warehouse's message.
    pub fn delivery_arrived(&mut self, delivery: DeliveryArrived) -> Result<(), EmptyDelivery> {
        if delivery.quantity == 0 {
            return Err(EmptyDelivery(delivery.product));
        }
        if let Some(waiting) = self.0.get_mut(&delivery.product) {
            *waiting = waiting.saturating_sub(delivery.quantity);
        }
        Ok(())
    }
}
