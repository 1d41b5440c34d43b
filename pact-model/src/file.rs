//! Pact files on disk: their names, and writing them from many tests at once without losing anything.
//!
//! Every test writes its interactions as soon as it has passed, and tests run in parallel: on threads (`cargo test`) and in
//! processes of their own (`cargo nextest`). So one write is: lock, read the file, merge, write a temporary file beside it,
//! rename, unlock. A process that is killed at any point leaves the old file or the new one, whole. The result depends on
//! which tests ran, not on their order: it is sorted ([`crate::merge`]).
//!
//! The lock is taken on a file of its own, `.<name>.lock`, because the pact file itself is replaced by every write. It is never
//! removed by us: someone may be waiting for it. (If somebody else removes it, whoever gets the lock notices that the file is
//! no longer the one in the directory, and starts again.) As it is there anyway, it also holds what the next process must
//! know of the current run ([`run`]), and how the pact file was left. A file that was not touched since is our own text, and need
//! not be read to put an interaction into it (`contents`); any other is read and rendered anew.
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
mod lock;
mod on_disk;
pub mod run;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use self::contents::{Contents, ContentsError};
use self::lock::LockFile;
use self::on_disk::{Stamp, replace};
use self::run::{Run, RunState};
use crate::convert;
use crate::interaction::Interaction;
use crate::json::{Json, Object};
use crate::merge::{Conflict, MergeConflict, conflict};
use crate::pact::Pact;
use crate::read::{Loaded, ReadError};
use crate::spec_version::SpecVersion;
use crate::write::WriteError;

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

/// A pact file that could not be read or written. Its text includes the cause.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refused.
    #[error("{action} {path} failed: {cause}", path = path.display())]
    Io {
        /// What was attempted, for example `writing`.
        action: &'static str,
        /// With which file or directory.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The file is no pact. It is not touched; with `PACT_OVERWRITE=true` it is replaced.
    #[error("{path} is not a pact that can be read: {cause}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: ReadError,
    },
    /// The file is of another contract.
    #[error("{path} is the pact between {found}, not that between {wanted}", path = path.display())]
    OtherContract {
        /// The file.
        path: PathBuf,
        /// Between whom it is: `"Web" and "Orders"`.
        found: String,
        /// Whose pact was to be written.
        wanted: String,
    },
    /// Two tests of one run define interactions in different ways.
    #[error("{}", redefined(conflicts))]
    Redefined {
        /// The interactions and what differs, in the order of the pact that was to be merged.
        conflicts: Vec<Conflict>,
    },
    /// Another process held the lock all the time.
    #[error("{path} was locked by another process for {} seconds", limit.as_secs(), path = path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        limit: Duration,
    },
    /// Overwriting was asked for, but processes of the same run cannot recognise each other.
    #[error(
        "`PACT_OVERWRITE` needs to know which tests run together: set `INTACT_RUN_ID` to a text that is new for every run"
    )]
    UnknownRun,
    /// The pact cannot be written in its version.
    #[error("{path} cannot be written: {cause}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: WriteError,
    },
    /// The interactions cannot be in one file.
    #[error("{path} cannot be written: {cause}", path = path.display())]
    Merge {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: MergeConflict,
    },
}

/// The name of the file of a contract: `<consumer>-<provider>.json`.
///
/// Characters that mean something to a file system, and a dot at the beginning, become `_`; a name that is too long for some is
/// shortened and made unique again by a hash.
pub fn file_name(consumer: &str, provider: &str) -> String {
    let unsafe_here = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let mut name: String =
        format!("{consumer}-{provider}").chars().map(|c| if unsafe_here(c) { '_' } else { c }).collect();
    if name.starts_with('.') {
        name.replace_range(..1, "_");
    }
    const LONGEST: usize = 200;
    if name.len() > LONGEST {
        let end = name.floor_char_boundary(LONGEST - 17);
        name = format!("{}-{:016x}", &name[..end], stable_hash(&[consumer, provider]));
    }
    name + ".json"
}

/// A number for texts that is the same on every machine and with every compiler (FNV-1a), unlike that of the standard library.
fn stable_hash(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
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
    /// when it fails, the file is as it was. May be called from any number of threads and processes at once.
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
        let known = known(&path);
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lock = LockFile::acquire(&path, self.lock_limit)?;

        // What a failed write leaves in memory is not trusted: `known` stays empty then.
        let stamp = Stamp::of(&path)?;
        let lock_length = lock.length()?;
        let remembered =
            known.take().filter(|known| known.state_length == lock_length && Some(&known.stamp) == stamp.as_ref());
        let (mut state, remembered) = match remembered {
            Some(known) => (known.state, Some(known.contents)),
            None => (RunState::parse(&lock.text()?), None),
        };
        let is_ours = stamp.as_ref().and_then(Stamp::text).is_some_and(|stamp| state.left_as(&stamp));
        let new_run = stamp.is_none() || !state.continues(&self.run);
        if new_run {
            state = RunState::begin(&self.run);
        }
        let failed = |cause| not_merged(&path, cause);
        let existing = match remembered {
            _ if stamp.is_none() || (new_run && self.overwrite) => None,
            Some(contents) => Some(contents),
            None => Some(read(&path, is_ours)?),
        };
        let mut upgraded_from = None;
        let mut contents = if let Some(mut contents) = existing {
            let existing = contents.pact();
            if (&existing.consumer, &existing.provider) != (&pact.consumer, &pact.provider) {
                let between = |pact: &Pact| format!("{:?} and {:?}", pact.consumer, pact.provider);
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
        contents.merge_around(pact).map_err(|cause| failed(cause.into()))?;
        contents.merge_metadata(&writer()).map_err(|cause| failed(cause.into()))?;
        let conflicts = put_all(&mut contents, &mut state, &pact.interactions).map_err(failed)?;
        if !conflicts.is_empty() {
            return Err(FileError::Redefined { conflicts });
        }
        // Never that of the path as it is now: another program may have written there already.
        let mut stamp = stamp;
        if contents.is_changed() {
            stamp = Some(replace(&path, |out| contents.print(out))?);
            contents.is_written();
        }
        if let Some(stamp) = stamp.as_ref().and_then(Stamp::text) {
            state.leave_as(stamp);
        }
        // Only now: a process that dies in between has not begun the run, and nobody has lost anything.
        let state_length = lock.record(&mut state)?;
        let interactions = contents.len();
        if let Some(stamp) = stamp {
            *known = Some(Known { contents, stamp, state, state_length });
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
        if let Some(existing) = contents.find(&interaction)?
            // With a key, what is there may have another description; without one, it may have a key.
            && (state.has(identity(existing)) || state.has(identity(&interaction)))
        {
            conflicts.extend(conflict(existing, &interaction, version).or_else(|| renamed(existing, &interaction)));
        }
        state.add(identity(&interaction));
        contents.put(&interaction)?;
    }
    Ok(conflicts)
}

/// Two descriptions for one key: which of them would survive depended on the order of the tests, too.
fn renamed(existing: &Interaction, new: &Interaction) -> Option<Conflict> {
    let difference = || format!("$.description: {:?} and {:?}", existing.description, new.description);
    (existing.description != new.description).then(|| Conflict::new(existing, new, difference()))
}

fn not_merged(path: &Path, cause: ContentsError) -> FileError {
    let path = path.to_owned();
    match cause {
        ContentsError::Read(cause) => FileError::Read { path, cause },
        ContentsError::Write(cause) => FileError::Write { path, cause },
        ContentsError::Merge(cause) => FileError::Merge { path, cause },
    }
}

/// What this process knows of a file since its last write, so that it need not be read again if nobody else wrote.
struct Known {
    contents: Contents,
    stamp: Stamp,
    state: RunState,
    /// Every write adds to the lock file, so its length tells whether another process wrote.
    state_length: u64,
}

/// What is in the file. One that was left just so by another process of ours is known to be sorted and in our own form.
fn read(path: &Path, is_ours: bool) -> Result<Contents, FileError> {
    if is_ours && let Some(contents) = fs::read_to_string(path).ok().and_then(Contents::of_own_text) {
        return Ok(contents);
    }
    let bytes = fs::read(path).map_err(io_error("reading", path))?;
    let loaded = Pact::read(&bytes).map_err(|cause| FileError::Read { path: path.to_owned(), cause })?;
    Contents::of_pact(loaded.value, &bytes).map_err(|cause| FileError::Write { path: path.to_owned(), cause })
}

/// The place for what is known of a file. Its mutex also queues the threads of this process, so that only one polls the lock.
type Memory = Arc<Mutex<Option<Known>>>;

fn known(path: &Path) -> Memory {
    static FILES: LazyLock<Mutex<HashMap<PathBuf, Memory>>> = LazyLock::new(Mutex::default);
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(files.entry(path.to_owned()).or_default())
}

fn io_error(action: &'static str, path: &Path) -> impl Fn(io::Error) -> FileError {
    move |cause| FileError::Io { action, path: path.to_owned(), cause }
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

/// The sentence about what two tests contradict each other in.
fn redefined(conflicts: &[Conflict]) -> String {
    let remedy = if conflicts.iter().any(|own| own.key.is_some()) {
        "give one of them another key"
    } else {
        "give one of them another description or provider state"
    };
    match conflicts {
        [Conflict { description, difference, .. }] => {
            format!(
                "two tests of this run define the interaction {description:?} differently, at {difference}: {remedy}"
            )
        }
        several => {
            let list: Vec<String> = several.iter().map(ToString::to_string).collect();
            let (count, list) = (several.len(), list.join("\n  - "));
            format!("tests of this run define {count} interactions differently: {remedy}\n  - {list}")
        }
    }
}
