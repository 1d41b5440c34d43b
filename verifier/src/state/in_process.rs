//! Provider states set up by closures in the test's own process.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use intact_pact_model::ProviderState;

use super::{BoxError, IntoStateValues, StateError, StateHandler, StateValues};

type SetUp<C> = Arc<dyn Fn(C, ProviderState) -> BoxFuture<'static, Result<StateValues, StateError>> + Send + Sync>;
type TearDown<C> = Arc<dyn Fn(C, ProviderState) -> BoxFuture<'static, Result<(), StateError>> + Send + Sync>;
type Before<C> = Arc<dyn Fn(C) -> BoxFuture<'static, Result<(), StateError>> + Send + Sync>;

/// The closures by state name. `C` is what each of them is given, for example the provider's store.
pub(crate) struct Handlers<C> {
    before_each: Option<Before<C>>,
    set_up: Vec<(String, SetUp<C>)>,
    any: Option<SetUp<C>>,
    tear_down: Vec<(String, TearDown<C>)>,
}

impl<C> Default for Handlers<C> {
    fn default() -> Self {
        Self { before_each: None, set_up: Vec::new(), any: None, tear_down: Vec::new() }
    }
}

impl<C: Clone + Send + Sync + 'static> Handlers<C> {
    pub(crate) fn is_empty(&self) -> bool {
        self.before_each.is_none() && self.set_up.is_empty() && self.any.is_none() && self.tear_down.is_empty()
    }

    pub(crate) fn before_each<F, Fut>(&mut self, run: F)
    where
        F: Fn(C) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let run = Arc::new(run);
        self.before_each = Some(Arc::new(move |context| {
            let run = Arc::clone(&run);
            Box::pin(guarded(async move { run(context).await }))
        }));
    }

    pub(crate) fn set_up<F, Fut, V>(&mut self, name: String, run: F)
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues,
    {
        self.set_up.retain(|(own, _)| *own != name);
        self.set_up.push((name, giving_values(run)));
    }

    pub(crate) fn any<F, Fut, V>(&mut self, run: F)
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: IntoStateValues,
    {
        self.any = Some(giving_values(run));
    }

    pub(crate) fn tear_down<F, Fut>(&mut self, name: String, run: F)
    where
        F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.tear_down.retain(|(own, _)| *own != name);
        let run = Arc::new(run);
        let tear_down: TearDown<C> = Arc::new(move |context, state| {
            let run = Arc::clone(&run);
            Box::pin(guarded(async move { run(context, state).await }))
        });
        self.tear_down.push((name, tear_down));
    }

    /// The same closures for handlers that are given a `D`, which is not handed on.
    pub(crate) fn with_context<D: Send + 'static>(self, context: &C) -> Handlers<D> {
        let before_each = self.before_each.map(|run| -> Before<D> {
            let context = context.clone();
            Arc::new(move |_| run(context.clone()))
        });
        let set_up = |run: SetUp<C>| -> SetUp<D> {
            let context = context.clone();
            Arc::new(move |_, state| run(context.clone(), state))
        };
        let tear_down = |run: TearDown<C>| -> TearDown<D> {
            let context = context.clone();
            Arc::new(move |_, state| run(context.clone(), state))
        };
        Handlers {
            before_each,
            set_up: self.set_up.into_iter().map(|(name, run)| (name, set_up(run))).collect(),
            any: self.any.map(set_up),
            tear_down: self.tear_down.into_iter().map(|(name, run)| (name, tear_down(run))).collect(),
        }
    }
}

fn giving_values<C: Send + 'static, F, Fut, V>(run: F) -> SetUp<C>
where
    F: Fn(C, ProviderState) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<V, BoxError>> + Send + 'static,
    V: IntoStateValues,
{
    let run = Arc::new(run);
    Arc::new(move |context, state| {
        let run = Arc::clone(&run);
        Box::pin(guarded(async move { Ok(run(context, state).await?.into_state_values()?) }))
    })
}

/// A closure that panics, for example in `unwrap`, fails its interaction and not the whole run.
async fn guarded<T>(running: impl Future<Output = Result<T, BoxError>>) -> Result<T, StateError> {
    match AssertUnwindSafe(running).catch_unwind().await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(StateError(intact_broker_client::http::chain(&*error))),
        Err(panic) => Err(StateError(format!("its handler panicked: {}", panic_text(&*panic)))),
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

/// The handlers with what they are given.
pub(crate) struct InProcessStates<C> {
    pub(crate) context: C,
    pub(crate) handlers: Handlers<C>,
}

impl<C: Clone + Send + Sync + 'static> StateHandler for InProcessStates<C> {
    fn before_each(&self) -> BoxFuture<'_, Result<(), StateError>> {
        match &self.handlers.before_each {
            Some(run) => run(self.context.clone()),
            None => Box::pin(async { Ok(()) }),
        }
    }

    fn set_up<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<StateValues, StateError>> {
        let named = self.handlers.set_up.iter().find(|(name, _)| *name == state.name).map(|(_, run)| run);
        match named.or(self.handlers.any.as_ref()) {
            Some(run) => run(self.context.clone(), state.clone()),
            // An interaction without states is none of the handlers' business, unless one asks for all of them.
            None if state.name.is_empty() => Box::pin(async { Ok(StateValues::new()) }),
            None => {
                let known: Vec<_> = self.handlers.set_up.iter().map(|(name, _)| format!("`{name}`")).collect();
                let known = if known.is_empty() {
                    "there are none".to_owned()
                } else {
                    format!("there are {}", known.join(", "))
                };
                Box::pin(async move { Err(StateError(format!("no handler has this name; {known}"))) })
            }
        }
    }

    fn tear_down<'a>(&'a self, state: &'a ProviderState) -> BoxFuture<'a, Result<(), StateError>> {
        match self.handlers.tear_down.iter().find(|(name, _)| *name == state.name) {
            Some((_, run)) => run(self.context.clone(), state.clone()),
            None => Box::pin(async { Ok(()) }),
        }
    }
}
