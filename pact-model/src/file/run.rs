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
//! left <length, time and number of the pact file> <where its interactions begin and end, and how many> <start of the system> <version of Intact>
//! ```
//!
//! Only runs that are told apart by their parent process need the lines `process`. The lines of an old run are cut off before those
//! of a new one are written. A process that dies in between leaves none, so the next one begins the run.
//!
//! A pact file that still looks as the last line `left` says is one that we wrote: what is in it need not be read ([`super`]).

use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{LazyLock, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use super::contents::Layout;

/// What has to be as it was, too. Another version may write another text; and of a file that was written over just before the system
/// crashed, some parts may be older than its time.
static SINCE: LazyLock<String> = LazyLock::new(|| {
    let mut start = DefaultHasher::new();
    // Only Linux has it.
    std::fs::read("/proc/sys/kernel/random/boot_id").ok().hash(&mut start);
    format!(" {:016x} {}", start.finish(), env!("CARGO_PKG_VERSION"))
});

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
    /// Is this process known to be a part of it?
    entered: bool,
    /// What the file said when it was read. Every test of the run has left two lines there, so they are only looked through for what is
    /// asked.
    lines: String,
    /// What this process has written.
    wrote: HashSet<u64>,
    left: Option<String>,
    /// Lines that are not in the file yet.
    new_lines: String,
    /// Do they replace what is in the file?
    from_start: bool,
}

impl RunState {
    /// Takes the lock file's text; what makes no sense is passed over.
    pub(super) fn parse(mut text: String) -> Self {
        let complete = text.rfind('\n').map_or(0, |at| at + 1);
        // Ends the line that a killed process left unfinished.
        let new_lines = if complete < text.len() { "\n".to_owned() } else { String::new() };
        text.truncate(complete);
        let mut state = Self { lines: text, new_lines, ..Self::default() };
        state.name = state.lines.lines().next().and_then(|line| line.strip_prefix("run ")).map(str::to_owned);
        state.left = state.last_line("left ").map(str::to_owned);
        state
    }

    /// The rest of the last line that begins so.
    fn last_line(&self, begin: &str) -> Option<&str> {
        let ends = self.lines.rmatch_indices('\n');
        let mut found = ends.filter_map(|(at, _)| self.lines[at + 1..].strip_prefix(begin));
        found.next().and_then(|rest| rest.lines().next())
    }

    /// The state in which a run begins.
    pub(super) fn begin(run: &Run) -> Self {
        let mut state = Self { name: Some(run.name.clone()), from_start: true, ..Self::default() };
        let _ = writeln!(state.new_lines, "run {}", run.name);
        if run.origin == Origin::Parent {
            state.enter();
        }
        state
    }

    /// Is this the state of the given run? If so, this process is now a part of it.
    pub(super) fn continues(&mut self, run: &Run) -> bool {
        if self.name.as_deref() != Some(run.name.as_str()) {
            return false;
        }
        if run.origin != Origin::Parent {
            return true;
        }
        if !self.entered {
            let of_binary = format!("process {:016x} ", this_binary());
            match self.last_line(&of_binary) {
                Some(process) if process != this_process() => return false,
                Some(_) => self.entered = true,
                None => self.enter(),
            }
        }
        true
    }

    fn enter(&mut self) {
        let _ = writeln!(self.new_lines, "process {:016x} {}", this_binary(), this_process());
        self.entered = true;
    }

    /// Has the run written this interaction?
    pub(super) fn has(&self, identity: u64) -> bool {
        let line = format!("\n{}", wrote(identity));
        // No other line of the run has this letter, but for the first.
        let mut written = self.lines.match_indices('w').filter_map(|(at, _)| at.checked_sub(1));
        self.wrote.contains(&identity) || written.any(|at| self.lines.as_bytes()[at..].starts_with(line.as_bytes()))
    }

    pub(super) fn add(&mut self, identity: u64) {
        // Also if it is known: the length of the file tells others that there was a write.
        self.new_lines.push_str(&wrote(identity));
        self.wrote.insert(identity);
    }

    /// The layout of the pact file, if the last write left it so.
    pub(super) fn left_as(&self, stamp: &str) -> Option<Layout> {
        let layout = self.left.as_deref()?.strip_suffix(SINCE.as_str())?.strip_prefix(stamp)?;
        Layout::parse(layout.strip_prefix(' ')?)
    }

    /// Notes how this write leaves the pact file.
    pub(super) fn leave_as(&mut self, stamp: &str, layout: &Layout) {
        let left = format!("{stamp} {layout}{}", *SINCE);
        if self.left.as_ref() != Some(&left) {
            let _ = writeln!(self.new_lines, "left {left}");
            self.left = Some(left);
        }
    }

    /// The lines to be added to the file, and whether they take the place of all others.
    pub(super) fn take_new_lines(&mut self) -> (String, bool) {
        (std::mem::take(&mut self.new_lines), std::mem::take(&mut self.from_start))
    }
}

/// The line for an interaction.
fn wrote(identity: u64) -> String {
    format!("wrote {identity:016x}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_what_its_complete_lines_say() {
        let run = Run::named("wrote 000000000000000e");
        let text = "run wrote 000000000000000e\nleft early\nwrote 000000000000000a\nprocess x\nleft late\nwrote 000000000000000b\nwrote 000000000000000c";
        let mut state = RunState::parse(text.to_owned());
        assert!(state.continues(&run) && !state.continues(&Run::named("other")));
        assert_eq!([0xa, 0xb, 0xc, 0xe].map(|own| state.has(own)), [true, true, false, false]);
        assert_eq!(state.left.as_deref(), Some("late"));
        state.add(0xd);
        assert_eq!(state.take_new_lines(), ("\nwrote 000000000000000d\n".to_owned(), false));
        let again = RunState::parse(format!("{text}\nwrote 000000000000000d\n"));
        assert_eq!([0xb, 0xc, 0xd].map(|own| again.has(own) && !again.has(0)), [true, true, true]);
        assert!([0xd, 0xa].iter().all(|own| state.has(*own)));
    }

    #[test]
    fn what_a_process_left_that_died_as_it_began_a_run_is_no_run() {
        for text in ["", "run", "run ne"] {
            let mut state = RunState::parse(text.to_owned());
            assert!(!state.continues(&Run::named("ne")) && !state.continues(&Run::named("new")), "{text}");
        }
    }
}
