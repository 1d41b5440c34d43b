//! A small provider that speaks GraphQL: what people say of products.
//!
//! How it is verified against the contracts of its consumers is in `tests/verification.rs`.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use juniper::http::{GraphQLRequest, GraphQLResponse};
use juniper::{EmptyMutation, EmptySubscription, GraphQLObject, ID, RootNode, graphql_object};

/// What somebody thinks of a product.
#[derive(Debug, Clone, PartialEq, Eq, GraphQLObject)]
pub struct Review {
    /// From 1 to 5.
    pub stars: i32,
    /// In words.
    pub text: String,
}

/// All reviews by product. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Reviews {
    by_product: Arc<RwLock<BTreeMap<String, Vec<Review>>>>,
}

impl Reviews {
    /// Adds a review of the product.
    pub fn add(&self, product: &str, review: Review) {
        let mut reviews = self.by_product.write().unwrap_or_else(PoisonError::into_inner);
        reviews.entry(product.to_owned()).or_default().push(review);
    }

    /// Removes all reviews.
    pub fn clear(&self) {
        self.by_product.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn of(&self, product: &str) -> Vec<Review> {
        self.by_product.read().unwrap_or_else(PoisonError::into_inner).get(product).cloned().unwrap_or_default()
    }
}

impl juniper::Context for Reviews {}

/// A product, as far as it can be reviewed.
struct Product(ID);

#[graphql_object(context = Reviews)]
impl Product {
    fn id(&self) -> &ID {
        &self.0
    }

    fn reviews(&self, context: &Reviews) -> Vec<Review> {
        context.of(&self.0)
    }
}

struct Query;

#[graphql_object(context = Reviews)]
impl Query {
    fn product(id: ID) -> Product {
        Product(id)
    }
}

type Schema = RootNode<Query, EmptyMutation<Reviews>, EmptySubscription<Reviews>>;

/// The service's one route, `POST /graphql`.
pub fn app(reviews: Reviews) -> Router {
    let schema = Arc::new(Schema::new(Query, EmptyMutation::new(), EmptySubscription::new()));
    Router::new().route("/graphql", post(answer)).with_state((schema, reviews))
}

async fn answer(
    State((schema, reviews)): State<(Arc<Schema>, Reviews)>,
    Json(request): Json<GraphQLRequest>,
) -> Json<GraphQLResponse> {
    Json(request.execute(&schema, &reviews).await)
}
