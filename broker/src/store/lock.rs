//! One broker per SQLite file.
//!
//! Two processes on one file would both work, slowly, until a clean-up or a back-up of one meets a write of the other. So the
//! broker holds a lock on a file beside the database for as long as it lives.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The lock on a database file, released when dropped (also when the process dies).
#[derive(Debug)]
pub(crate) struct FileLock {
    _file: File,
}

/// The file is in use, or its lock cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    #[error("another broker is using {}: stop it first, or give this one a database of its own", .0.display())]
    InUse(PathBuf),
    #[error("cannot create the lock file {}: {cause}", .path.display())]
    Io {
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
}

impl FileLock {
    /// Takes the lock of the database in `path` or says who may have it.
    pub(crate) fn take(path: &Path) -> Result<Self, LockError> {
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let lock_path = PathBuf::from(lock_path);
        let failed = |cause| LockError::Io { path: lock_path.clone(), cause };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse(path.to_path_buf())),
            Err(TryLockError::Error(cause)) => Err(LockError::Io { path: lock_path, cause }),
        }
    }
}
