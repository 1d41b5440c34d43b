//! The pact file as the file system has it: what tells whether it was changed, and how it is replaced.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{FileError, io_error};

/// Tells whether somebody who takes no locks (an editor, `git checkout`) has changed the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl Stamp {
    /// That of the file at `path`; none if there is no file. One that cannot be looked at may be there all the same.
    pub(super) fn of(path: &Path) -> Result<Option<Self>, FileError> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some(Self::from(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("finding", path)(error)),
        }
    }

    /// As it stands in the lock file. Without the time of the last change it would say too little.
    pub(super) fn text(&self) -> Option<String> {
        let since = self.modified?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(format!("{} {} {}", self.length, since.as_nanos(), self.inode))
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode }
    }
}

/// Puts the bytes where `path` is, all at once. The stamp is that of the file with these bytes, whatever another program has put
/// in its place since.
pub(super) fn replace(
    path: &Path,
    print: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<Stamp, FileError> {
    // The name may be fixed because the lock is held; what a killed process left there is in nobody's use.
    let temporary = sidecar(path, "tmp");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_error("removing", &temporary)(error)),
        _ => {}
    }
    let write = || -> io::Result<Stamp> {
        let file = File::create_new(&temporary)?;
        if let Ok(existing) = fs::metadata(path) {
            file.set_permissions(existing.permissions())?;
        }
        let mut out = BufWriter::with_capacity(256 * 1024, file);
        print(&mut out)?;
        out.flush()?;
        // Renaming changes nothing of it.
        Ok(Stamp::from(&out.get_ref().metadata()?))
    };
    let written = write().map_err(io_error("writing", &temporary)).and_then(|stamp| {
        fs::rename(&temporary, path).map_err(io_error("replacing", path))?;
        Ok(stamp)
    });
    if written.is_err() {
        // What went wrong before is what has to be told.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A hidden file beside `path`: `.<name>.<extension>`.
pub(super) fn sidecar(path: &Path, extension: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".");
    name.push(extension);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_stamp_of_a_write_is_not_that_of_what_another_program_wrote_after_it() {
        let dir = TempDir::new().expect("a temporary directory");
        let path = dir.path().join("a.json");
        let stamp = replace(&path, |out| out.write_all(b"ours")).expect("written");
        assert_eq!(Stamp::of(&path).expect("to be seen").as_ref(), Some(&stamp));
        fs::write(dir.path().join("b.json"), "theirs").expect("written");
        fs::rename(dir.path().join("b.json"), &path).expect("renamed");
        assert_ne!(Stamp::of(&path).expect("to be seen"), Some(stamp));
    }

    #[test]
    fn a_write_that_fails_leaves_the_file_and_nothing_beside_it() {
        let dir = TempDir::new().expect("a temporary directory");
        let path = dir.path().join("a.json");
        fs::write(&path, "before").expect("written");
        let full = |out: &mut BufWriter<File>| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        let error = replace(&path, full).expect_err("no space").to_string();
        assert!(error.starts_with("writing ") && error.contains(".a.json.tmp failed: "), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "before");
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_cannot_be_looked_at_is_not_taken_for_one_that_is_not_there() {
        let dir = TempDir::new().expect("a temporary directory");
        let path = dir.path().join("a.json");
        assert_eq!(Stamp::of(&path).expect("nothing is there"), None);
        fs::write(&path, "no directory").expect("written");
        let error = Stamp::of(&path.join("b.json")).expect_err("in a file").to_string();
        assert!(error.starts_with("finding ") && error.contains("b.json failed: "), "{error}");
    }
}
