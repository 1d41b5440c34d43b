//! Products, kept in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;

/// Something that can be ordered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Its identifier.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What one costs.
    pub price: f64,
    /// Whether it can be ordered now.
    pub in_stock: bool,
}

/// All products. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Store {
    products: Arc<RwLock<BTreeMap<String, Product>>>,
}

impl Store {
    /// The product of this identifier.
    pub fn product(&self, id: &str) -> Option<Product> {
        self.products.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// All products in the order of their identifiers.
    pub fn products(&self) -> Vec<Product> {
        self.products.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Adds a product, or replaces the one of its identifier.
    pub fn put(&self, product: Product) {
        self.products.write().unwrap_or_else(PoisonError::into_inner).insert(product.id.clone(), product);
    }

    /// Removes all products.
    pub fn clear(&self) {
        self.products.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
