//! How a request finds what answers it: the layers before the routes, and what a route is.
//!
//! The routes themselves are on one page, [`routes`]. A resource is declared with the list of its methods, which a 405 and an
//! `OPTIONS` answer; see [`resource`].

mod routes;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::MethodRouter;
use http::header::ACCESS_CONTROL_ALLOW_METHODS;
use tower::Layer;

use crate::api::front::front;
use crate::api::observe::{note_route, observe};
use crate::api::problem::ApiError;
use crate::app::App;
use crate::pages::{self, Pages, pages_for_people};
pub(crate) use crate::router::routes::routes;

/// The methods of what can only be read.
pub(crate) const GET: &str = "GET, OPTIONS";

/// The broker's routes behind the layer that every request and answer passes.
pub(crate) fn router(app: App) -> Router {
    let api = routes().router.route_layer(from_fn(note_route)).fallback(async || ApiError::UnknownRoute);
    let api = api.with_state(app.clone());
    // Paths are normalised before the routes are tried, so the layers stand before the router, not within it.
    let fronted = from_fn_with_state(app.clone(), front).layer(api.clone());
    let pages = pages::routes().router.route_layer(from_fn(note_route)).with_state(app.clone());
    let pages = Pages { router: pages.fallback_service(api.clone()), api: Router::new().fallback_service(fronted) };
    let routes = from_fn_with_state(pages, pages_for_people).layer(api);
    let routes = from_fn_with_state(app.clone(), front).layer(routes);
    Router::new().fallback_service(from_fn_with_state(app, observe).layer(routes))
}

/// A router that can say which routes it has.
pub(crate) struct Routes {
    router: Router<App>,
    /// The path of each route, and the list of its methods.
    pub(crate) listed: Vec<(&'static str, &'static str)>,
}

impl Routes {
    /// No routes yet.
    pub(crate) fn new() -> Self {
        Self { router: Router::new(), listed: Vec::new() }
    }

    /// Adds a resource at a path.
    pub(crate) fn route(mut self, path: &'static str, resource: Resource) -> Self {
        self.listed.push((path, resource.allowed));
        self.router = self.router.route(path, resource.methods);
        self
    }

    fn merge(mut self, others: Self) -> Self {
        self.listed.extend(others.listed);
        self.router = self.router.merge(others.router);
        self
    }
}

/// What is at an address.
pub(crate) struct Resource {
    allowed: &'static str,
    methods: MethodRouter<App>,
}

/// A resource with exactly the methods of `allowed`: `HEAD` is none of them unless it is named, as in other Pact Brokers.
pub(crate) fn resource(allowed: &'static str, methods: MethodRouter<App>) -> Resource {
    let mut methods = methods.fallback(async move || ApiError::Method(allowed));
    if !allowed.contains("HEAD") {
        methods = methods.head(async move || ApiError::Method(allowed));
    }
    if allowed.contains("OPTIONS") {
        methods = methods.options(async move || [(ACCESS_CONTROL_ALLOW_METHODS, allowed)].into_response());
    }
    Resource { allowed, methods }
}
