//! Pact files on disk: their names, and writing them from many tests at once without losing anything.
//!
//! Every test writes its interactions as soon as it has passed, and tests run in parallel: on threads (`cargo test`) and in
//! processes of their own (`cargo nextest`). So one write is: lock, read the file, merge, write a temporary file beside it,
//! let it take the file's place, unlock. A process that is killed at any point leaves the old file or the new one, whole. Beside it
//! there may stay `.<name>.tmp`, which the next process removes: what a killed one did not finish, or the file that the next write would
//! have been made of (`turns`). The result depends on which tests ran, not on their order: it is
//! sorted ([`crate::merge`]).
//!
//! The lock is taken on a file of its own, `.<name>.lock`, because the pact file itself is replaced by every write. It is never
//! removed by us: someone may be waiting for it. (If somebody else removes it, whoever gets the lock notices that the file is
//! no longer the one in the directory, and starts again.) As it is there anyway, it also holds what the next process must
//! know of the current run ([`run`]), and how the pact file was left. A file that was not touched since is our own text, and need
//! not be understood to put an interaction into it (`contents`); any other is read and rendered anew.
//!
//! ## Stale interactions
//!
//! A renamed test leaves its old interaction behind. To drop it, a program would have to know that the test is gone, but all it
//! ever sees is which tests *ran*. Starting every run from an empty file would be simple and wrong: whoever commits pact files
//! and then runs one test (`cargo test one_test`) would find the interactions of all others deleted, and would publish a contract
//! that promises almost nothing. Hence, as with every other Pact tool, **the default is to merge**, and nothing is dropped.
//! With `PACT_OVERWRITE=true` the first write of a run replaces the file and later ones of the same run merge: right where all
//! tests run, as in continuous integration. (Removing the directory before the run does the same.)
//!
//! ## Contradictions
//!
//! An interaction that an *earlier* run wrote is replaced: the consumer has changed. One that *this* run wrote already and that is
//! written again with another request, response or parameters of a provider state is an error ([`FileError::Redefined`]), because
//! which of the two would survive depended on the order of the tests.

mod contents;
mod error;
mod lock;
mod name;
mod on_disk;
pub mod run;
#[cfg(test)]
mod tests;
mod turns;
mod watch;

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

pub use self::error::FileError;
pub use self::name::file_name;

use self::contents::{Contents, ContentsError, Layout};
use self::error::io_error;
use self::lock::LockFile;
use self::on_disk::{Stamp, remove_temporary, replace};
use self::run::{Run, RunState};
use self::turns::Turns;
use crate::convert;
use crate::interaction::Interaction;
use crate::json::{Json, Object};
use crate::merge::{Conflict, conflict};
use crate::pact::Pact;
use crate::read::Loaded;
use crate::spec_version::SpecVersion;

/// How long a write waits for other processes. One write takes milliseconds, so this is for a machine that does something else.
const LOCK_LIMIT: Duration = Duration::from_mins(1);

/// The file of one contract, written by tests.
///
/// ```no_run
/// use intact_pact_model::file::PactFile;
/// use intact_pact_model::{HttpRequest, HttpResponse, Interaction, Kind, Pact};
///
/// let mut pact = Pact::new("Web", "Orders");
/// pact.interactions.push(Interaction::new("a request", Kind::Http(HttpRequest::default(), HttpResponse::default())));
/// let written = PactFile::in_dir("target/pacts", "Web", "Orders").merge(&pact)?;
/// println!("{} interactions in {}", written.interactions, written.path.display());
/// # Ok::<(), intact_pact_model::file::FileError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PactFile {
    path: PathBuf,
    overwrite: bool,
    run: Run,
    lock_limit: Duration,
}

/// What a write did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// How many interactions the file now holds.
    pub interactions: usize,
    /// The version the file had before, if it was an older one.
    pub upgraded_from: Option<SpecVersion>,
}

impl PactFile {
    /// The file for the contract between `consumer` and `provider` in the directory `dir`, which need not exist yet.
    ///
    /// Whether the first write of a run replaces the file is taken from the environment variable `PACT_OVERWRITE`, the run from
    /// the environment as [`run`] describes.
    pub fn in_dir(dir: impl AsRef<Path>, consumer: &str, provider: &str) -> Self {
        Self::at(dir.as_ref().join(file_name(consumer, provider)))
    }

    /// The file at `path`, with everything else as for [`PactFile::in_dir`].
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let overwrite =
            std::env::var("PACT_OVERWRITE").is_ok_and(|value| value.eq_ignore_ascii_case("true") || value == "1");
        Self { path: path.into(), overwrite, run: Run::current().clone(), lock_limit: LOCK_LIMIT }
    }

    /// Does the first write of a run replace the file (`true`), or is everything merged?
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Writes as a part of the given run.
    pub fn in_run(mut self, run: Run) -> Self {
        self.run = run;
        self
    }

    /// Waits this long for other processes, instead of a minute.
    pub fn lock_limit(mut self, limit: Duration) -> Self {
        self.lock_limit = limit;
        self
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file.
    pub fn read(&self) -> Result<Loaded<Pact>, FileError> {
        let bytes = fs::read(&self.path).map_err(io_error("reading", &self.path))?;
        Pact::read(&bytes).map_err(|cause| FileError::Read { path: self.path.clone(), cause })
    }

    /// Merges all of `pact` into the file, which is created if it is not there: interactions, metadata, and what nobody knows of it.
    ///
    /// The file is written in the version of `pact`, or in its own if that is newer; what that cannot say is left out, as
    /// [`Pact::write`] has it. When this returns, the file is complete;
    /// when it fails, the file is as it was, or complete if only the note about the run could not be written, which is made after it. May be called from any number of threads and processes at once.
    ///
    /// # Errors
    ///
    /// See [`FileError`]: a file that is no pact or that of another contract, contradicting interactions, and what the file
    /// system refuses.
    pub fn merge(&self, pact: &Pact) -> Result<Written, FileError> {
        if self.overwrite && self.run.is_unknown() {
            return Err(FileError::UnknownRun);
        }
        let path = self.resolved()?;
        let memory = memory(&path);
        let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lock = LockFile::acquire(&path, self.lock_limit)?;
        match self.merge_locked(&path, pact, &mut lock, &mut memory, Trust::OwnText) {
            // What was taken for our own text may only look like it.
            Err(FileError::Read { .. }) => self.merge_locked(&path, pact, &mut lock, &mut memory, Trust::Nothing),
            merged => merged,
        }
    }

    fn merge_locked(
        &self,
        path: &Path,
        pact: &Pact,
        lock: &mut LockFile,
        memory: &mut Memory,
        trust: Trust,
    ) -> Result<Written, FileError> {
        // What a failed write leaves in memory is not trusted: nothing is known then.
        let stamp = Stamp::of(path)?;
        let lock_length = lock.length()?;
        let remembered = memory
            .known
            .take()
            .filter(|known| known.state_length == lock_length && Some(&known.stamp) == stamp.as_ref());
        let (mut state, remembered) = if let Some(known) = remembered {
            (known.state, Some(known.contents))
        } else {
            memory.turns.forget();
            remove_temporary(path)?;
            (RunState::parse(lock.text()?), None)
        };
        let layout = match trust {
            Trust::OwnText => stamp.as_ref().and_then(Stamp::text).and_then(|stamp| state.left_as(&stamp)),
            Trust::Nothing => None,
        };
        let new_run = stamp.is_none() || !state.continues(&self.run);
        if new_run {
            state = RunState::begin(&self.run);
        }
        let failed = |cause| FileError::of_contents(path, cause);
        let existing = match remembered {
            _ if stamp.is_none() || (new_run && self.overwrite) => None,
            Some(contents) => Some(contents),
            None => Some(read(path, layout)?),
        };
        let mut upgraded_from = None;
        let mut contents = if let Some(mut contents) = existing {
            let existing = contents.pact();
            if (&existing.consumer, &existing.provider) != (&pact.consumer, &pact.provider) {
                let between = |pact: &Pact| format!("{:?} and {:?}", pact.consumer, pact.provider);
                let path = path.to_owned();
                return Err(FileError::OtherContract { path, found: between(existing), wanted: between(pact) });
            }
            if existing.version < pact.version {
                let (shown, from, to) = (path.display(), existing.version, pact.version);
                tracing::warn!(path = %shown, "the pact file is upgraded from specification version {from} to {to}");
                upgraded_from = Some(from);
                contents = contents.upgrade(to).map_err(failed)?;
            }
            contents
        } else {
            let empty = Pact { version: pact.version, ..Pact::new(&pact.consumer, &pact.provider) };
            Contents::new(empty).map_err(|cause| failed(cause.into()))?
        };
        contents.merge_around(pact);
        contents.merge_metadata(&writer());
        let conflicts = put_all(&mut contents, &mut state, &pact.interactions).map_err(failed)?;
        if !conflicts.is_empty() {
            return Err(FileError::Redefined { conflicts });
        }
        // Never that of the path as it is now: another program may have written there already.
        let mut stamp = stamp;
        if let Some(change) = contents.change().map_err(|cause| failed(cause.into()))? {
            stamp = Some(replace(path, change, &mut memory.turns)?);
            contents.is_written();
        }
        if let Some(stamp) = stamp.as_ref().and_then(Stamp::text) {
            state.leave_as(&stamp, contents.layout());
        }
        // Only now: a process that dies in between has not begun the run, and nobody has lost anything.
        let state_length = lock.record(&mut state)?;
        let interactions = contents.len();
        if let Some(stamp) = stamp {
            memory.known = Some(Known { contents, stamp, state, state_length });
        }
        Ok(Written { path: self.path.clone(), interactions, upgraded_from })
    }

    /// The path without symbolic links, so that a file has one lock whatever way leads to it. Creates the directory.
    fn resolved(&self) -> Result<PathBuf, FileError> {
        if let Ok(path) = self.path.canonicalize() {
            return Ok(path);
        }
        let dir = match self.path.parent() {
            Some(dir) if !dir.as_os_str().is_empty() => dir,
            _ => Path::new("."),
        };
        fs::create_dir_all(dir).map_err(io_error("creating the directory", dir))?;
        let dir = dir.canonicalize().map_err(io_error("finding the directory", dir))?;
        let name = self.path.file_name().ok_or_else(|| FileError::Io {
            action: "writing",
            path: self.path.clone(),
            cause: io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"),
        })?;
        Ok(dir.join(name))
    }
}

/// Puts interactions into the file; gives those that this run has defined already in another way.
fn put_all(
    contents: &mut Contents,
    state: &mut RunState,
    interactions: &[Interaction],
) -> Result<Vec<Conflict>, ContentsError> {
    let version = contents.pact().version;
    let mut conflicts = Vec::new();
    for interaction in interactions {
        // As it will be read again: by what the file cannot say, it would not be found there the next time.
        let mut interaction = convert::reduced(interaction, version, &mut Vec::new());
        // The identifier was given by a broker, for another file.
        interaction.id = None;
        let old = contents.giving_way_to(&interaction)?;
        for existing in old.iter().map(|own| &own.interaction) {
            // With a key, what is there may have another description; without one, it may have a key.
            if state.has(identity(existing)) || state.has(identity(&interaction)) {
                conflicts.extend(conflict(existing, &interaction, version).or_else(|| renamed(existing, &interaction)));
            }
        }
        state.add(identity(&interaction));
        contents.put(&interaction, &old)?;
    }
    Ok(conflicts)
}

/// Two descriptions for one key: which of them would survive depended on the order of the tests, too.
fn renamed(existing: &Interaction, new: &Interaction) -> Option<Conflict> {
    let difference = || format!("$.description: {:?} and {:?}", existing.description, new.description);
    (existing.description != new.description).then(|| Conflict::new(existing, new, difference()))
}

/// What this process knows of a file since its last write, so that it need not be read again if nobody else wrote.
struct Known {
    contents: Contents,
    stamp: Stamp,
    state: RunState,
    /// Every write adds to the lock file, so its length tells whether another process wrote.
    state_length: u64,
}

/// What may be believed without reading all of the file.
#[derive(Clone, Copy)]
enum Trust {
    /// That a file which still looks as the last write left it is in our own form, and sorted.
    OwnText,
    Nothing,
}

/// What is in the file, of which the layout is known if it is our own text.
fn read(path: &Path, layout: Option<Layout>) -> Result<Contents, FileError> {
    if let Some(layout) = layout
        && let Some(contents) = fs::read_to_string(path).ok().and_then(|text| Contents::of_own_text(text, layout))
    {
        return Ok(contents);
    }
    let bytes = fs::read(path).map_err(io_error("reading", path))?;
    let loaded = Pact::read(&bytes).map_err(|cause| FileError::Read { path: path.to_owned(), cause })?;
    Contents::of_pact(loaded.value, &bytes).map_err(|cause| FileError::Write { path: path.to_owned(), cause })
}

/// What this process keeps of a file from one write to the next.
#[derive(Default)]
struct Memory {
    known: Option<Known>,
    turns: Turns,
}

/// The memory of a file. Its mutex also queues the threads of this process, so that only one polls the lock.
fn memory(path: &Path) -> Arc<Mutex<Memory>> {
    static FILES: LazyLock<Mutex<HashMap<PathBuf, Arc<Mutex<Memory>>>>> = LazyLock::new(Mutex::default);
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(files.entry(path.to_owned()).or_default())
}

/// The metadata that names us.
fn writer() -> Object<'static> {
    let mut metadata = Object::new();
    metadata.insert("intact", Json::object([("version", env!("CARGO_PKG_VERSION"))]));
    metadata
}

/// What identifies an interaction, in a number.
fn identity(interaction: &Interaction) -> u64 {
    let mut hasher = DefaultHasher::new();
    let states: Vec<&str> = interaction.provider_states.iter().map(|state| state.name.as_str()).collect();
    (&interaction.description, states, interaction.kind.type_name(), &interaction.key).hash(&mut hasher);
    hasher.finish()
}
