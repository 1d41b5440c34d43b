//! Runs: which writes belong together.
//!
//! A *run* is one execution of a test suite, whatever number of processes it takes. It is named by
//!
//! 1. `INTACT_RUN_ID`, if it is set: a text that is new for every run;
//! 2. `NEXTEST_RUN_ID`, which `cargo nextest` sets;
//! 3. else the parent process: `cargo test` starts all test binaries of a run, each once. So a second process of the same binary
//!    under the same parent is a new run: that is how it looks when someone starts a test binary from a shell.
//!
//! Where the parent process cannot be found (on Windows, or outside of the container), every process is a run of its own.
//!
//! ## In the lock file
//!
//! Lines, of which only complete ones count, so that a process may be killed while it writes:
//!
//! ```text
//! run <name>
//! process <hash of the binary's path> <process>
//! wrote <hash of the interaction's identity>
//! left <length, time and number of the pact file, and the version of Intact that wrote it>
//! end
//! ```
//!
//! A new run is written over the old one, which is cut off afterwards. A line `end` is what a process leaves that dies in between:
//! what follows it is of the old run.
//!
//! A pact file that still looks as the last of these says is one that we wrote: what is in it need not be read ([`super`]).

use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// Another version may write another text.
const THIS_VERSION: &str = concat!(" ", env!("CARGO_PKG_VERSION"));

/// The line that nothing counts after.
pub(super) const END: &str = "end";

/// One execution of a test suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    name: String,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Somebody said so.
    Named,
    /// The parent process.
    Parent,
    /// Nothing better than this process.
    Process,
}

impl Run {
    /// The run called `name`.
    pub fn named(name: &str) -> Self {
        Self { name: name.escape_debug().to_string(), origin: Origin::Named }
    }

    /// The run that this process is a part of.
    pub fn current() -> &'static Self {
        static CURRENT: OnceLock<Run> = OnceLock::new();
        CURRENT.get_or_init(|| {
            for variable in ["INTACT_RUN_ID", "NEXTEST_RUN_ID"] {
                if let Some(name) = std::env::var(variable).ok().filter(|name| !name.is_empty()) {
                    return Self::named(&name);
                }
            }
            match parent() {
                Some(name) => Self { name, origin: Origin::Parent },
                None => Self { name: this_process().to_owned(), origin: Origin::Process },
            }
        })
    }

    /// Can two processes of the run not know that they belong together?
    pub(super) fn is_unknown(&self) -> bool {
        self.origin == Origin::Process
    }
}

/// The parent process and when it was started: numbers of processes are used again.
#[cfg(unix)]
fn parent() -> Option<String> {
    // Zero is a parent outside of the container.
    let parent = Some(std::os::unix::process::parent_id()).filter(|parent| *parent != 0)?;
    // The start is the 22nd field; the second is the name, in parentheses, and may contain anything. Only Linux has it.
    let start = std::fs::read_to_string(format!("/proc/{parent}/stat"))
        .ok()
        .and_then(|stat| Some(stat.rsplit_once(") ")?.1.split(' ').nth(19)?.to_owned()))
        .unwrap_or_default();
    Some(format!("parent-{parent}-{start}"))
}

#[cfg(not(unix))]
fn parent() -> Option<String> {
    None
}

/// This process, told apart from others that had its number.
fn this_process() -> &'static str {
    static PROCESS: OnceLock<String> = OnceLock::new();
    PROCESS.get_or_init(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
        format!("{}-{now}", std::process::id())
    })
}

fn this_binary() -> u64 {
    let mut hasher = DefaultHasher::new();
    std::env::current_exe().ok().hash(&mut hasher);
    hasher.finish()
}

/// What has been written in a run.
#[derive(Debug, Clone, Default)]
pub(super) struct RunState {
    name: Option<String>,
    processes: Vec<(String, String)>,
    wrote: HashSet<u64>,
    left: Option<String>,
    /// Lines that are not in the file yet.
    new_lines: String,
    /// Do they replace what is in the file?
    from_start: bool,
}

impl RunState {
    /// Reads the lock file's text; what makes no sense is passed over.
    pub(super) fn parse(text: &str) -> Self {
        let mut state = Self::default();
        let end = text.find(&format!("\n{END}\n")).map(|at| at + 1);
        let current = &text[..end.unwrap_or(text.len())];
        for line in current.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            match line.split_once(' ') {
                Some(("run", name)) => state.name = Some(name.to_owned()),
                Some(("process", rest)) => {
                    if let Some((binary, process)) = rest.split_once(' ') {
                        state.processes.push((binary.to_owned(), process.to_owned()));
                    }
                }
                Some(("left", stamp)) => state.left = Some(stamp.to_owned()),
                Some(("wrote", hash)) => state.wrote.extend(u64::from_str_radix(hash, 16)),
                _ => {}
            }
        }
        if end.is_some() {
            state.new_lines.push_str(current);
            state.from_start = true;
        } else if !text.is_empty() && !text.ends_with('\n') {
            // Ends the line that a killed process left unfinished.
            state.new_lines.push('\n');
        }
        state
    }

    /// The state in which a run begins.
    pub(super) fn begin(run: &Run) -> Self {
        let mut state = Self { name: Some(run.name.clone()), from_start: true, ..Self::default() };
        let _ = writeln!(state.new_lines, "run {}", run.name);
        state.enter();
        state
    }

    /// Is this the state of the given run? If so, this process is now a part of it.
    pub(super) fn continues(&mut self, run: &Run) -> bool {
        if self.name.as_deref() != Some(run.name.as_str()) {
            return false;
        }
        let binary = format!("{:016x}", this_binary());
        match self.processes.iter().rfind(|(own, _)| *own == binary) {
            Some((_, process)) if process == this_process() => true,
            Some(_) if run.origin == Origin::Parent => false,
            _ => {
                self.enter();
                true
            }
        }
    }

    fn enter(&mut self) {
        let (binary, process) = (format!("{:016x}", this_binary()), this_process().to_owned());
        let _ = writeln!(self.new_lines, "process {binary} {process}");
        self.processes.push((binary, process));
    }

    /// Has the run written this interaction?
    pub(super) fn has(&self, identity: u64) -> bool {
        self.wrote.contains(&identity)
    }

    pub(super) fn add(&mut self, identity: u64) {
        // Also if it is known: the length of the file tells others that there was a write.
        let _ = writeln!(self.new_lines, "wrote {identity:016x}");
        self.wrote.insert(identity);
    }

    /// Did the last write leave the pact file so?
    pub(super) fn left_as(&self, stamp: &str) -> bool {
        self.left.as_deref().and_then(|left| left.strip_suffix(THIS_VERSION)) == Some(stamp)
    }

    /// Notes how this write leaves the pact file.
    pub(super) fn leave_as(&mut self, mut stamp: String) {
        stamp.push_str(THIS_VERSION);
        if self.left.as_ref() != Some(&stamp) {
            let _ = writeln!(self.new_lines, "left {stamp}");
            self.left = Some(stamp);
        }
    }

    /// The lines to be added to the file, and whether they take the place of all others.
    pub(super) fn take_new_lines(&mut self) -> (String, bool) {
        (std::mem::take(&mut self.new_lines), std::mem::take(&mut self.from_start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_end_is_of_an_older_run_and_is_cut_off_by_the_next_write() {
        let run = Run::named("new");
        let mut state =
            RunState::parse("run new\nwrote 000000000000000a\nend\n0000b\nwrote 000000000000000c\nrun old\n");
        assert_eq!((state.has(0xa), state.has(0xc)), (true, false));
        assert!(state.continues(&run));
        state.add(0xd);
        let (lines, from_start) = state.take_new_lines();
        assert!(from_start && lines.starts_with("run new\nwrote 000000000000000a\nprocess "), "{lines}");
        let again = RunState::parse(&lines);
        assert_eq!((again.has(0xa), again.has(0xc), again.has(0xd)), (true, false, true));
    }
}
