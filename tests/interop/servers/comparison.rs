//! What differs between the answers of two servers.

use super::requests::{self, Request};
use super::wire::Answer;
use crate::known::Known;

/// From the ports of two servers and pairs of requests to pairs of answers.
type Send<'s> = dyn Fn([u16; 2], &[[Request; 2]]) -> Vec<[Answer; 2]> + 's;

/// Who sends requests to a server of each tool, and how many of them.
pub(crate) struct Sender<'s> {
    /// Sends the first request of each pair to the first port, the second to the second.
    pub(crate) send: &'s Send<'s>,
    /// One of so many requests is sent.
    pub(crate) one_of: usize,
    /// Whether it sends other bytes than it is told to: a header more, a tidier path. What is known to differ may then be equal.
    pub(crate) tidies: bool,
}

/// The differences that are known.
pub(super) fn known() -> Known {
    let file = intact_tests::repository().join("tests/interop/servers/known.toml");
    Known::read(&std::fs::read_to_string(file).expect("the list can be read"))
}

/// What differs, of all that was sent to servers of a kind.
pub(super) struct Comparison<'s> {
    kind: &'static str,
    sender: &'s Sender<'s>,
    known: Known,
    unknown: Vec<String>,
    /// Requests of all contracts so far, and how many of them were sent.
    made: usize,
    sent: usize,
}

impl<'s> Comparison<'s> {
    pub(super) fn new(kind: &'static str, sender: &'s Sender<'s>) -> Self {
        Self { kind, sender, known: known(), unknown: Vec::new(), made: 0, sent: 0 }
    }

    /// Sends the requests of a contract to the official server and ours.
    pub(super) fn of(&mut self, contract: &str, ports: [u16; 2], normalise: impl Fn(&mut Answer)) {
        let mut requests = requests::of_contract(contract);
        requests.retain(|request| {
            self.made += 1;
            // Most clients can only send several lines of a header as one, which is another request.
            self.made.is_multiple_of(self.sender.one_of) && !(self.sender.tidies && request.repeats_a_header())
        });
        self.sent += requests.len();
        let pairs: Vec<[Request; 2]> = requests.into_iter().map(|request| [request.for_official(), request]).collect();
        let answers = (self.sender.send)(ports, &pairs);
        assert_eq!(answers.len(), pairs.len());
        for ([_, request], [mut theirs, mut own]) in pairs.iter().zip(answers) {
            for answer in [&mut theirs, &mut own] {
                normalise(answer);
                answer.keep_meaning();
                if request.name.starts_with("by chance") {
                    answer.keep_shape();
                }
            }
            if theirs == own {
                self.known.is_equal(&[self.kind], &request.name);
            } else if !self.known.covers(self.kind, &request.name) {
                self.unknown.push(format!("\n{}\n  official: {theirs:?}\n  intact:   {own:?}", request.name));
            }
        }
    }

    /// Fails if an answer differs that is not known to, or is known to and does not. Says how many were sent.
    pub(super) fn finish(self) -> usize {
        let (kind, sent, count) = (self.kind, self.sent, self.unknown.len());
        assert!(count == 0, "{count} of {sent} answers of the {kind} differ:{}", self.unknown.concat());
        if !self.sender.tidies {
            self.known.finish(if self.sender.one_of == 1 { std::slice::from_ref(&kind) } else { &[] });
        }
        sent
    }
}
