//! The lock file beside a pact file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::{FileError, io_error};
use super::on_disk::sidecar;
use super::run::RunState;

/// The lock, held until this is dropped.
#[derive(Debug)]
pub(super) struct LockFile {
    path: PathBuf,
    file: File,
}

impl LockFile {
    /// Waits for the lock of the pact file at `pact`, at most for `limit`.
    pub(super) fn acquire(pact: &Path, limit: Duration) -> Result<Self, FileError> {
        let mut path = sidecar(pact, "lock");
        let start = Instant::now();
        // The operating system can wait, but not with a limit.
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(dir) = path.parent() {
                fs::create_dir_all(dir).map_err(io_error("creating the directory", dir))?;
            }
            let file = open(&path).map_err(io_error("opening", &path))?;
            loop {
                match file.try_lock() {
                    Ok(()) => break,
                    Err(TryLockError::WouldBlock) if start.elapsed() < limit => {
                        std::thread::sleep(pause);
                        pause = (pause * 2).min(Duration::from_millis(25));
                    }
                    Err(TryLockError::WouldBlock) => return Err(FileError::Locked { path, limit }),
                    Err(TryLockError::Error(error)) => return Err(io_error("locking", &path)(error)),
                }
            }
            let lock = Self { path, file };
            if lock.is_current() {
                return Ok(lock);
            }
            // Removed while we waited, perhaps with the whole directory: the next process would lock another file.
            path = lock.path;
        }
    }

    /// Is the file that is locked the one that the path leads to?
    #[cfg(unix)]
    fn is_current(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        match (self.file.metadata(), fs::metadata(&self.path)) {
            (Ok(own), Ok(there)) => (own.dev(), own.ino()) == (there.dev(), there.ino()),
            _ => false,
        }
    }

    /// An open lock file cannot be removed here ([`open`]).
    #[cfg(not(unix))]
    fn is_current(&self) -> bool {
        true
    }

    pub(super) fn length(&self) -> Result<u64, FileError> {
        Ok(self.file.metadata().map_err(io_error("reading", &self.path))?.len())
    }

    pub(super) fn text(&mut self) -> Result<String, FileError> {
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.read_to_end(&mut bytes));
        read.map_err(io_error("reading", &self.path))?;
        Ok(String::from_utf8(bytes).unwrap_or_default())
    }

    /// Adds what is new in `state`; returns the length of the file.
    pub(super) fn record(&mut self, state: &mut RunState) -> Result<u64, FileError> {
        let (lines, from_start) = state.take_new_lines();
        let mut write = || {
            if from_start {
                self.file.set_len(0)?;
            }
            self.file.seek(SeekFrom::End(0))?;
            self.file.write_all(lines.as_bytes())
        };
        write().map_err(io_error("writing", &self.path))?;
        self.length()
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        const FILE_SHARE_READ: u32 = 1;
        const FILE_SHARE_WRITE: u32 = 2;
        // Others may open it and wait. Unlike with the standard library's choice, nobody may remove it meanwhile: the next process
        // would lock another file of this name.
        options.share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::super::run::Run;
    use super::*;

    #[test]
    fn a_new_run_takes_the_place_of_the_old_one_whatever_its_length() {
        let dir = TempDir::new().expect("a temporary directory");
        let pact = dir.path().join("a.json");
        for old in [String::new(), "run old\n".to_owned(), "wrote 0000000000000001\n".repeat(100)] {
            fs::write(sidecar(&pact, "lock"), old).expect("written");
            let mut lock = LockFile::acquire(&pact, Duration::ZERO).expect("the lock");
            let (expected, _) = RunState::begin(&Run::named("new")).take_new_lines();
            let length = lock.record(&mut RunState::begin(&Run::named("new"))).expect("written");
            assert_eq!((lock.text().expect("text"), length), (expected.clone(), expected.len() as u64));
            let mut state = RunState::parse(expected.clone());
            state.add(1);
            lock.record(&mut state).expect("written");
            assert_eq!(lock.text().expect("text"), expected + "wrote 0000000000000001\n");
        }
    }
}
