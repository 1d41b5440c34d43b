//! Closures that a provider's test brings along: for provider states, for messages, for requests on their way.
//!
//! `C` is what each of them is given, for example the provider's store. They are kept by name; what has no closure of its own
//! name goes to the one for all names, if there is one, else it is a failure that says what to write.

use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::Request;
use intact_pact_model::ProviderState;

use crate::message::{Message, MessageRequest};
use crate::state::{BoxError, StateError, StateValues};

/// A closure over `C`, whatever its type.
pub(crate) type Closure<C, I, O> = Arc<dyn Fn(C, I) -> BoxFuture<'static, Result<O, StateError>> + Send + Sync>;

/// Closures by name.
pub(crate) struct Named<C, I, O> {
    named: Vec<(String, Closure<C, I, O>)>,
    any: Option<Closure<C, I, O>>,
}

/// All closures of a verification.
pub(crate) struct Handlers<C> {
    pub(crate) before_each: Option<Closure<C, (), ()>>,
    pub(crate) set_up: Named<C, ProviderState, StateValues>,
    pub(crate) tear_down: Named<C, ProviderState, ()>,
    pub(crate) messages: Named<C, MessageRequest, Vec<Message>>,
    pub(crate) filter: Option<Closure<C, Request<Bytes>, Request<Bytes>>>,
}

impl<C, I, O> Default for Named<C, I, O> {
    fn default() -> Self {
        Self { named: Vec::new(), any: None }
    }
}

impl<C> Default for Handlers<C> {
    fn default() -> Self {
        Self {
            before_each: None,
            set_up: Named::default(),
            tear_down: Named::default(),
            messages: Named::default(),
            filter: None,
        }
    }
}

impl<C, I, O> Named<C, I, O> {
    pub(crate) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.any.is_none()
    }

    /// A second closure of one name replaces the first.
    pub(crate) fn insert(&mut self, name: String, run: Closure<C, I, O>) {
        self.named.retain(|(own, _)| *own != name);
        self.named.push((name, run));
    }

    pub(crate) fn insert_for_all(&mut self, run: Closure<C, I, O>) {
        self.any = Some(run);
    }

    /// The closure of this name, else the one for all names.
    pub(crate) fn find(&self, name: &str) -> Option<&Closure<C, I, O>> {
        self.named.iter().find(|(own, _)| own == name).map(|(_, run)| run).or(self.any.as_ref())
    }

    /// Why there is none of this name: the names there are, the nearest of them, and what to write.
    pub(crate) fn none_fits(&self, name: &str, to_paste: &str) -> String {
        let names: Vec<&str> = self.named.iter().map(|(own, _)| own.as_str()).collect();
        let mut text = "no handler has this name".to_owned();
        if names.is_empty() {
            text.push_str("; there are none");
        } else {
            let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            _ = write!(text, "; there are {}", quoted.join(", "));
        }
        if let Some(nearest) = nearest(name, &names) {
            _ = write!(text, "\ndid you mean `{nearest}`?");
        }
        _ = write!(text, "\nor add a handler:\n{to_paste}");
        text
    }

    fn with_context<D: Send + 'static>(self, context: &C) -> Named<D, I, O>
    where
        C: Clone + Send + Sync + 'static,
        I: Send + 'static,
        O: 'static,
    {
        let named = self.named.into_iter().map(|(name, run)| (name, rebound(run, context))).collect();
        Named { named, any: self.any.map(|run| rebound(run, context)) }
    }
}

impl<C: Clone + Send + Sync + 'static> Handlers<C> {
    /// Is there nothing that sets up or tears down states?
    pub(crate) fn have_no_states(&self) -> bool {
        self.before_each.is_none() && self.set_up.is_empty() && self.tear_down.is_empty()
    }

    /// The same closures for a verification whose closures are given a `D`, which is not handed on to these.
    pub(crate) fn with_context<D: Send + 'static>(self, context: &C) -> Handlers<D> {
        Handlers {
            before_each: self.before_each.map(|run| rebound(run, context)),
            set_up: self.set_up.with_context(context),
            tear_down: self.tear_down.with_context(context),
            messages: self.messages.with_context(context),
            filter: self.filter.map(|run| rebound(run, context)),
        }
    }
}

fn rebound<C, D, I, O>(run: Closure<C, I, O>, context: &C) -> Closure<D, I, O>
where
    C: Clone + Send + Sync + 'static,
    D: Send + 'static,
    I: Send + 'static,
    O: 'static,
{
    let context = context.clone();
    Arc::new(move |_, input| run(context.clone(), input))
}

/// Any closure as one that fails instead of panicking: a panic, for example in `unwrap`, fails its interaction and not the
/// whole run. `convert` makes the result that is wanted of the one that the closure has.
pub(crate) fn closure<C, I, R, O, F, Fut>(
    run: F,
    convert: impl Fn(R) -> Result<O, StateError> + Copy + Send + Sync + 'static,
) -> Closure<C, I, O>
where
    C: Send + 'static,
    I: Send + 'static,
    F: Fn(C, I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, BoxError>> + Send + 'static,
{
    let run = Arc::new(run);
    Arc::new(move |context, input| {
        let run = Arc::clone(&run);
        Box::pin(async move {
            // The call itself is inside, since a closure may panic before it gives a future.
            match AssertUnwindSafe(async move { run(context, input).await }).catch_unwind().await {
                Ok(Ok(value)) => convert(value),
                Ok(Err(error)) => Err(StateError(intact_broker_client::http::chain(&*error))),
                Err(panic) => Err(StateError(format!("its handler panicked: {}", panic_text(&*panic)))),
            }
        })
    })
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

/// The name that was probably meant, if one is near.
pub(crate) fn nearest<'a>(wanted: &str, names: &[&'a str]) -> Option<&'a str> {
    const NEAR: f64 = 0.6;
    let wanted = wanted.to_lowercase();
    names
        .iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase()), *name))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_only_if_it_is_near() {
        let names = ["product 42 exists", "product 42 does not exist", "a user is logged in"];
        assert_eq!(nearest("Product 42 exits", &names), Some("product 42 exists"));
        assert_eq!(nearest("user is logged in", &names), Some("a user is logged in"));
        assert_eq!(nearest("it rains", &names), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
