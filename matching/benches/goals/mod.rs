//! What a benchmark is for: a goal, and whether this run meets it.
#![allow(dead_code, reason = "each of the benchmarks has a copy of its own")]

use std::fmt;
use std::time::{Duration, Instant};

/// Something measured, and what it should be at most.
pub(crate) struct Goal {
    what: &'static str,
    is: String,
    at_most: Option<String>,
    met: bool,
}

impl Goal {
    /// How many times as long `one` takes as `other`.
    pub(crate) fn ratio(what: &'static str, one: Duration, other: Duration, at_most: f64) -> Self {
        let ratio = one.as_secs_f64() / other.as_secs_f64();
        let is = format!("{ratio:.2} × ({:.1} ms, {:.1} ms)", milliseconds(one), milliseconds(other));
        Self { what, is, at_most: Some(format!("{at_most} ×")), met: ratio <= at_most }
    }

    pub(crate) fn time(what: &'static str, is: Duration, at_most: Duration) -> Self {
        let text = |time| format!("{:.0} ms", milliseconds(time));
        Self { what, is: text(is), at_most: Some(text(at_most)), met: is <= at_most }
    }

    /// Bytes of memory for each byte of input. Without a goal the number is just told.
    pub(crate) fn memory(what: &'static str, peak: usize, input: usize, at_most: Option<f64>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "nobody measures petabytes here")]
        let ratio = peak as f64 / input as f64;
        let is = if ratio < 0.05 { "less than 0.05 bytes".to_owned() } else { format!("{ratio:.1} bytes") };
        let text = at_most.map(|at_most| format!("{at_most} bytes"));
        Self { what, is, at_most: text, met: at_most.is_none_or(|at_most| ratio <= at_most) }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, is, at_most, met } = self;
        match (at_most, met) {
            (None, _) => write!(f, "        {what}: {is}"),
            (Some(at_most), true) => write!(f, "met     {what}: {is}, goal at most {at_most}"),
            (Some(at_most), false) => write!(f, "MISSED  {what}: {is}, goal at most {at_most}"),
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Prints the goals of a benchmark, if it was really run and not only listed or tried out.
#[expect(clippy::print_stdout, reason = "a benchmark talks to whoever runs it")]
pub(crate) fn print(measure: impl FnOnce() -> Vec<Goal>) {
    let mut arguments = std::env::args();
    if !arguments.any(|argument| argument == "--bench") || arguments.any(|argument| argument == "--list") {
        return;
    }
    println!("\nGoals, measured in this run:");
    for goal in measure() {
        println!("{goal}");
    }
}

/// The fastest of so many runs of each, taken in turns so that whatever else the machine does hits all of them.
pub(crate) fn fastest<const N: usize>(runs: usize, work: [&dyn Fn(); N]) -> [Duration; N] {
    let mut fastest = [Duration::MAX; N];
    for _ in 0..runs {
        for (fastest, work) in fastest.iter_mut().zip(work) {
            let started = Instant::now();
            work();
            *fastest = started.elapsed().min(*fastest);
        }
    }
    fastest
}
