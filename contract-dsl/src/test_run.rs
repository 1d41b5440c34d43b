//! Runs a test against its contract: starts the server, runs the consumer's code, judges what came, writes the pact file.
//!
//! Three forms for three kinds of tests: a future for async tests, a closure for others, and a guard that does its work when
//! it is dropped, for fixtures. All come down to [`Run::conclude`].

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::pin::pin;
use std::task::Poll;

use intact_matching::generate;
use intact_mock_server::{MockServer, Outcome};
use intact_pact_model::file::PactFile;
use intact_pact_model::{Kind, Pact};

use crate::contract::Contract;
use crate::draft::Name;
use crate::output_dir::default_dir;
use crate::refusals;

/// What the code under test gives back: `Ok(())`, or whatever `?` found.
pub type TestResult = Result<(), Box<dyn Error + Send + Sync>>;

impl Contract {
    /// Runs the test: `consume` calls the provider by way of the consumer's own client, at the server's
    /// [`url`](MockServer::url).
    ///
    /// The server answers also while a blocking client holds up the thread. End the closure with `Ok(())`; errors of all
    /// kinds can be passed on with `?`.
    ///
    /// # Panics
    ///
    /// If the contract makes no sense, if `consume` fails, if a request of the contract did not come, if one came that is not
    /// in it, or if the pact file cannot be written. When an assertion in `consume` fails because the server refused a
    /// request, the reason for the refusal is printed before it, and the whole explanation after it.
    #[track_caller]
    pub fn test<F>(self, consume: F) -> impl Future<Output = ()>
    where
        F: AsyncFnOnce(&MockServer) -> TestResult,
    {
        let at = Location::caller();
        async move {
            let (run, server) = Run::start(self, at);
            let ended = ended(consume(&server)).await;
            run.conclude(ended, &server.finish().await);
        }
    }

    /// As [`test`](Self::test), for tests that are not async.
    ///
    /// ```
    /// use std::io::{Read as _, Write as _};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// intact::Contract::between("order-service", "product-service")
    /// #   .output_dir(dir.path())
    ///     .upon_receiving("a request for the products", |i| i.get("/products").will_respond_with(204))
    ///     .test_blocking(|server| {
    ///         let mut stream = std::net::TcpStream::connect(server.address())?;
    ///         stream.write_all(b"GET /products HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
    ///         let mut answer = String::new();
    ///         stream.read_to_string(&mut answer)?;
    ///         assert!(answer.contains("204 No Content"));
    ///         Ok(())
    ///     });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`test`](Self::test).
    #[track_caller]
    pub fn test_blocking<F>(self, consume: F)
    where
        F: FnOnce(&MockServer) -> TestResult,
    {
        let (run, server) = Run::start(self, Location::caller());
        let ended = ended_blocking(|| consume(&server));
        run.conclude(ended, &server.finish_blocking());
    }

    /// Starts the server and leaves the rest to the test: when the guard is dropped, what came is held against the contract
    /// and the pact file is written. For fixtures, and for tests that return no `Result`.
    ///
    /// # Panics
    ///
    /// If the contract makes no sense. The guard panics when it is dropped, for the reasons given at [`test`](Self::test); if
    /// the thread is panicking already it only prints them.
    #[track_caller]
    pub fn start(self) -> RunningContract {
        let (run, server) = Run::start(self, Location::caller());
        RunningContract { running: Some((run, server)) }
    }
}

/// A contract whose server is running: made by [`Contract::start`], judged when it is dropped.
#[derive(Debug)]
#[must_use = "the contract is judged as soon as the guard is dropped"]
pub struct RunningContract {
    /// Gone only while it is dropped.
    running: Option<(Run, MockServer)>,
}

impl RunningContract {
    /// The base URL of the server, without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        self.server().url()
    }

    /// The server.
    pub fn server(&self) -> &MockServer {
        let (_, server) = self.running.as_ref().expect("the server is taken only while the guard is dropped");
        server
    }

    /// Judges the contract now.
    ///
    /// # Panics
    ///
    /// As [`Contract::test`].
    pub fn finish(self) {
        drop(self);
    }
}

impl Drop for RunningContract {
    fn drop(&mut self) {
        let Some((run, server)) = self.running.take() else { return };
        let outcome = server.finish_blocking();
        if std::thread::panicking() {
            run.print_explanation(&outcome);
            run.print_how_to_repeat();
        } else {
            run.conclude(Ended::Returned(Ok(())), &outcome);
        }
    }
}

/// The kinds of interactions, as tests see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tested {
    Http,
    Messages,
    Exchanges,
    Nothing,
}

impl Tested {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Http(..) => Self::Http,
            Kind::AsyncMessage(_) => Self::Messages,
            Kind::SyncMessage { .. } => Self::Exchanges,
            Kind::Unknown { .. } => Self::Nothing,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Http => "an HTTP interaction",
            Self::Messages => "a message",
            Self::Exchanges => "a synchronous message",
            Self::Nothing => "of an unknown kind",
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Http => "test",
            Self::Messages => "handle",
            Self::Exchanges => "exchange",
            Self::Nothing => "no method of this version",
        }
    }
}

/// How the consumer's code came to an end.
pub(crate) enum Ended {
    Returned(TestResult),
    Panicked(Box<dyn Any + Send>),
}

/// Runs the consumer's code, and catches its panic.
pub(crate) async fn ended(consuming: impl Future<Output = TestResult>) -> Ended {
    let mut consuming = pin!(consuming);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| consuming.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(result)) => Poll::Ready(Ended::Returned(result)),
        Err(panic) => Poll::Ready(Ended::Panicked(panic)),
    })
    .await
}

/// As [`ended`], for code that is not async.
pub(crate) fn ended_blocking(consume: impl FnOnce() -> TestResult) -> Ended {
    match catch_unwind(AssertUnwindSafe(consume)) {
        Ok(result) => Ended::Returned(result),
        Err(panic) => Ended::Panicked(panic),
    }
}

/// What is needed when the consumer's code has run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) pact: Pact,
    output_dir: PathBuf,
    /// Where the test is; a future cannot make its panic appear to be there.
    pub(crate) at: &'static Location<'static>,
}

impl Run {
    /// The contract, if it makes sense and its interactions are of the kind that is tested.
    #[track_caller]
    pub(crate) fn prepare(contract: Contract, tested: Tested, at: &'static Location<'static>) -> Self {
        // Not `unwrap_or_else`: in its closure the panic would seem to be here, and not where the test is.
        let pact = match contract.pact() {
            Ok(pact) => pact,
            Err(error) => panic!("{at}: {error}"),
        };
        if let Some(other) = pact.interactions.iter().find(|interaction| Tested::of(&interaction.kind) != tested) {
            let (name, kind) = (Name(other), Tested::of(&other.kind));
            panic!(
                "{at}: {name} is {}, which `{}` tests, in a contract of its own: in specification version 4 it goes into the \
                 same file",
                kind.in_words(),
                kind.method()
            );
        }
        Self { pact, output_dir: contract.output_dir.unwrap_or_else(default_dir), at }
    }

    #[track_caller]
    fn start(mut contract: Contract, at: &'static Location<'static>) -> (Self, MockServer) {
        let options = std::mem::take(&mut contract.server).on_refusal(refusals::print_at_once(at));
        let run = Self::prepare(contract, Tested::Http, at);
        let server = match MockServer::start(run.pact.clone(), options) {
            Ok(server) => server,
            Err(error) => panic!("{at}: {error}"),
        };
        (run, server)
    }

    #[track_caller]
    fn conclude(&self, ended: Ended, outcome: &Outcome) {
        let at = self.at;
        match ended {
            Ended::Panicked(panic) => {
                self.print_explanation(outcome);
                self.print_how_to_repeat();
                resume_unwind(panic);
            }
            Ended::Returned(Ok(())) if outcome.is_satisfied() => self.write(),
            Ended::Returned(Ok(())) => {
                self.print_how_to_repeat();
                panic!("{at}: {outcome}\n")
            }
            Ended::Returned(Err(error)) => {
                self.print_how_to_repeat();
                let error = with_causes(&*error);
                let besides = if outcome.is_satisfied() { String::new() } else { format!("\n\n{outcome}\n") };
                panic!("{at}: the test failed: {error}{besides}")
            }
        }
    }

    /// Why requests were refused is most likely why the test's own assertion failed. The reasons were said in brief before
    /// ([`refusals`]); here is all of it.
    #[expect(
        clippy::print_stderr,
        reason = "a failing test talks to its author by the standard error stream, as the test harness does"
    )]
    fn print_explanation(&self, outcome: &Outcome) {
        if !outcome.is_satisfied() {
            eprintln!("\n{}: {outcome}\n", self.at);
        }
    }

    /// A test that failed with random values may pass with others.
    #[expect(
        clippy::print_stderr,
        reason = "a failing test talks to its author by the standard error stream, as the test harness does"
    )]
    fn print_how_to_repeat(&self) {
        let responses = self.pact.interactions.iter().filter_map(|interaction| Some(interaction.as_http()?.1));
        let mut told =
            responses.filter_map(|response| generate::how_to_repeat(&response.generators, &response.matching_rules));
        if let Some(told) = told.next() {
            eprintln!("{}: {told}", self.at);
        }
    }

    #[track_caller]
    pub(crate) fn write(&self) {
        let file = PactFile::in_dir(&self.output_dir, &self.pact.consumer, &self.pact.provider);
        match file.merge(&self.pact) {
            Ok(written) => {
                tracing::debug!(path = %written.path.display(), "wrote {} interactions", written.interactions);
            }
            Err(error) => panic!("{}: the pact file could not be written: {}", self.at, with_causes(&error)),
        }
    }
}

pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Some errors print their cause themselves.
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
