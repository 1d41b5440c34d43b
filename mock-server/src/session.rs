//! Collects what comes in while a mock server runs, within a fixed amount of memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use intact_pact_model::{Interaction, Pact};

use crate::listen::{NotHttp, Received, Unreadable};
use crate::outcome::{
    MatchedInteraction, MismatchedRequest, MissingInteraction, NearInteraction, Outcome, SeenRequest, UnexpectedRequest,
};
use crate::select::{Candidates, Selection};

/// Requests that went wrong are kept with all they held; a client that tries again and again must not fill the memory.
const RECORDED: usize = 200;
/// How many paths are counted one by one.
const RECORDED_PATHS: usize = 10_000;
/// How much of all requests is kept; heads of requests may be large too.
const RECORDED_BYTES: usize = 16 * 1024 * 1024;
/// How many failures to agree on TLS are kept.
const RECORDED_HANDSHAKES: usize = 10;

/// Collects what comes in.
#[derive(Debug)]
pub(crate) struct Session(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    requests: usize,
    /// How many requests came for each path.
    paths: BTreeMap<String, usize>,
    /// How often each interaction was answered, by number.
    times: Vec<usize>,
    /// Whether a request came for it at all, right or nearly so.
    called: Vec<bool>,
    mismatches: Vec<MismatchedRequest>,
    unexpected: Vec<UnexpectedRequest>,
    unreadable: Vec<String>,
    unsendable: Vec<String>,
    not_http: usize,
    failed_handshakes: Vec<String>,
    not_listed: usize,
    /// How much memory the requests and paths take that are kept.
    bytes: usize,
}

impl Session {
    /// For this many interactions.
    pub(crate) fn new(count: usize) -> Self {
        Self(Mutex::new(Log { times: vec![0; count], called: vec![false; count], ..Log::default() }))
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what became of a request. `near` says what differs from the interactions that it came near to.
    pub(crate) fn record(
        &self,
        candidates: &Candidates,
        request: &Received,
        selection: &Selection,
        near: &[NearInteraction],
    ) {
        self.log().record(candidates, request, selection, near);
    }

    /// Notes a request that could not be read.
    pub(crate) fn record_unreadable(&self, request: &Unreadable) {
        let mut log = self.log();
        log.requests += 1;
        let text = request.to_string();
        if log.unreadable.len() < RECORDED && log.has_room_for(text.len()) {
            log.unreadable.push(text);
        } else {
            log.not_listed += 1;
        }
    }

    /// Notes that the response to a request that was right could not be sent.
    pub(crate) fn record_unsendable(&self, reason: &str) {
        let mut log = self.log();
        if log.unsendable.len() < RECORDED {
            log.unsendable.push(reason.to_owned());
        } else {
            log.not_listed += 1;
        }
    }

    /// Notes a connection that sent something else than HTTP.
    pub(crate) fn record_not_http(&self, what: NotHttp) {
        let mut log = self.log();
        match what {
            NotHttp::Unintelligible => log.not_http += 1,
            NotHttp::NoTls(reason) if log.failed_handshakes.len() < RECORDED_HANDSHAKES => {
                log.failed_handshakes.push(reason);
            }
            NotHttp::NoTls(_) => {}
        }
    }

    /// What all of it says about the contract, as of now.
    pub(crate) fn outcome(&self, pact: &Pact, candidates: &Candidates) -> Outcome {
        let log = self.log();
        let mut outcome = Outcome {
            consumer: pact.consumer.clone(),
            provider: pact.provider.clone(),
            requests: log.requests,
            requests_by_path: log.paths.clone(),
            mismatches: log.mismatches.clone(),
            unexpected: log.unexpected.clone(),
            unreadable: log.unreadable.clone(),
            unsendable: log.unsendable.clone(),
            not_http: log.not_http,
            failed_handshakes: log.failed_handshakes.clone(),
            not_listed: log.not_listed,
            ..Outcome::default()
        };
        for (at, interaction) in candidates.interactions().enumerate() {
            let name = || candidates.name(at);
            // Two interactions that expect the same request cannot be told apart, so a call of one is a call of both.
            let called = || {
                let mut all = candidates.interactions().enumerate();
                all.any(|(number, other)| log.called[number] && same_request(interaction, other))
            };
            if log.times[at] > 0 {
                outcome.matched.push(MatchedInteraction { interaction: name(), times: log.times[at] });
            } else if !log.called[at] && !called() {
                outcome.missing.push(MissingInteraction { interaction: name() });
            }
        }
        outcome
    }
}

fn same_request(one: &Interaction, other: &Interaction) -> bool {
    matches!((one.as_http(), other.as_http()), (Some((a, _)), Some((b, _))) if a == b)
}

impl Log {
    /// May so much more be kept? If so, it counts from now on.
    fn has_room_for(&mut self, bytes: usize) -> bool {
        let fits = self.bytes + bytes <= RECORDED_BYTES;
        self.bytes += if fits { bytes } else { 0 };
        fits
    }

    fn record(&mut self, candidates: &Candidates, request: &Received, selection: &Selection, near: &[NearInteraction]) {
        self.requests += 1;
        if let Some(times) = self.paths.get_mut(&request.path) {
            *times += 1;
        } else if self.paths.len() < RECORDED_PATHS && self.has_room_for(request.path.len()) {
            self.paths.insert(request.path.clone(), 1);
        }
        match selection {
            Selection::Matched(at) => {
                self.times[*at] += 1;
                self.called[*at] = true;
                tracing::debug!(
                    method = request.method,
                    path = request.path,
                    "Request-Matched: {}",
                    candidates.interaction(*at).description
                );
            }
            Selection::Mismatch(compared) => {
                tracing::info!(method = request.method, path = request.path, "Request-Mismatch");
                let (Some(best), Some(nearest)) = (compared.first(), near.first()) else { return };
                self.called[best.at] = true;
                if self.mismatches.len() == RECORDED || !self.has_room_for(SeenRequest::size_of(request)) {
                    self.not_listed += 1;
                    return;
                }
                let NearInteraction { interaction, mismatches, explanation } = nearest.clone();
                let request = SeenRequest::of(request);
                self.mismatches.push(MismatchedRequest { request, interaction, mismatches, explanation });
            }
            // Browsers send these of their own accord.
            Selection::NotFound(_) if request.method == "OPTIONS" => {}
            Selection::NotFound(_) => {
                tracing::info!(method = request.method, path = request.path, "Unexpected-Request");
                if self.unexpected.len() == RECORDED || !self.has_room_for(SeenRequest::size_of(request)) {
                    self.not_listed += 1;
                    return;
                }
                self.unexpected.push(UnexpectedRequest { request: SeenRequest::of(request), closest: near.to_vec() });
            }
        }
    }
}
