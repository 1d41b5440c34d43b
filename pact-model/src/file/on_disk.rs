//! The pact file as the file system has it: what tells whether it was changed, and how it is replaced.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::contents::Change;
use super::error::{FileError, io_error};
use super::turns::Turns;

/// Tells whether somebody who takes no locks (an editor, `git checkout`) has changed the file.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// How long the file is, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
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

/// Puts the text where `path` is, all at once. The stamp is that of the file with this text, whatever another program has put
/// in its place since.
pub(super) fn replace(path: &Path, change: Change<'_>, turns: &mut Turns) -> Result<Stamp, FileError> {
    replace_by(exchange, path, change, turns)
}

/// [`replace`], with how two files get each other's names.
pub(super) fn replace_by(
    mut exchange: impl FnMut(&Path, &Path) -> io::Result<()>,
    path: &Path,
    change: Change<'_>,
    turns: &mut Turns,
) -> Result<Stamp, FileError> {
    // The name may be fixed because the lock is held.
    let temporary = sidecar(path, "tmp");
    if let Some(stamp) = turns.take(&mut exchange, path, &temporary, change) {
        return Ok(stamp);
    }
    remove_temporary(path)?;
    // What else may be there is not to be renamed: a directory could not be removed under its other name.
    let existing = fs::symlink_metadata(path).ok().filter(Metadata::is_file);
    let write = || -> io::Result<(File, Stamp)> {
        let mut file = File::create_new(&temporary)?;
        if let Some(existing) = &existing {
            file.set_permissions(existing.permissions())?;
        }
        file.write_all(change.text.as_bytes())?;
        // Another name changes nothing of it.
        let stamp = Stamp::from(&file.metadata()?);
        Ok((file, stamp))
    };
    let written = write().map_err(io_error("writing", &temporary)).and_then(|(file, stamp)| {
        let new = turns.enter(file, &stamp, &temporary);
        if existing.is_some() && exchange(&temporary, path).is_ok() {
            if !turns.replaced_by(new, change) {
                // The old text. If it stays, the next write removes it, as it does after a process that is killed here.
                let _ = fs::remove_file(&temporary);
            }
        } else {
            turns.forget();
            // Closed: an open file may be held fast.
            drop(new);
            fs::rename(&temporary, path).map_err(io_error("replacing", path))?;
        }
        Ok(stamp)
    });
    if written.is_err() {
        // What went wrong before is what has to be told.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Removes what another process has left under the name of the temporary file: whether it was killed or is waiting for its turn, it is in
/// nobody's use while the lock is held.
pub(super) fn remove_temporary(path: &Path) -> Result<(), FileError> {
    let temporary = sidecar(path, "tmp");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error("removing", &temporary)(error)),
        _ => Ok(()),
    }
}

/// Gives two files each other's names, in one step. Not every file system can.
///
/// With `rename`, ext4 (and others) see to it that the new file's data are on their way to the disk before the old file is
/// forgotten. For a file that is replaced by every test this is most of what a test costs, so here they do not: what that means when the
/// power fails is weighed in the decision on writing pact files (`docs/adr`).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn exchange(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
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

    /// A directory in which there is only `a.json`, with this text.
    fn dir_with(text: &str) -> (TempDir, PathBuf) {
        let dir = TempDir::new().expect("a temporary directory");
        let path = dir.path().join("a.json");
        fs::write(&path, text).expect("written");
        (dir, path)
    }

    /// With nothing known of the writes before.
    fn replace(path: &Path, text: &str) -> Result<Stamp, FileError> {
        replace_by(exchange, path, text)
    }

    fn replace_by(
        exchange: impl FnMut(&Path, &Path) -> io::Result<()>,
        path: &Path,
        text: &str,
    ) -> Result<Stamp, FileError> {
        super::replace_by(exchange, path, Change { text, from: 0 }, &mut Turns::default())
    }

    fn text(path: &Path) -> String {
        fs::read_to_string(path).expect("a file")
    }

    fn is_alone(path: &Path) -> bool {
        fs::read_dir(path.parent().expect("a directory")).expect("a directory").count() == 1
    }

    #[test]
    fn the_stamp_of_a_write_is_not_that_of_what_another_program_wrote_after_it() {
        let (dir, path) = dir_with("before");
        for own in ["the first", "and the second"] {
            let stamp = replace(&path, own).expect("written");
            assert_eq!(Stamp::of(&path).expect("to be seen").as_ref(), Some(&stamp));
            fs::write(dir.path().join("b.json"), "theirs").expect("written");
            fs::rename(dir.path().join("b.json"), &path).expect("renamed");
            assert_ne!(Stamp::of(&path).expect("to be seen"), Some(stamp));
        }
    }

    #[test]
    fn with_and_without_exchange_there_is_the_new_text_alone_under_its_stamp() {
        let refused = |kind: io::ErrorKind| move |_: &Path, _: &Path| Err(io::Error::from(kind));
        type Way = Box<dyn Fn(&Path, &Path) -> io::Result<()>>;
        let ways: [Way; 4] = [
            Box::new(exchange),
            Box::new(refused(io::ErrorKind::InvalidInput)),
            Box::new(refused(io::ErrorKind::Unsupported)),
            // Somebody removed the file at the last moment.
            Box::new(|one: &Path, other: &Path| {
                fs::remove_file(other)?;
                exchange(one, other)
            }),
        ];
        for way in ways {
            let (_dir, path) = dir_with("before");
            let stamp = replace_by(way, &path, "after").expect("written");
            assert_eq!((text(&path).as_str(), is_alone(&path)), ("after", true));
            assert_eq!(Stamp::of(&path).expect("to be seen"), Some(stamp));
        }
    }

    #[test]
    fn only_a_file_is_exchanged() {
        let never = |_: &Path, _: &Path| panic!("there is no file to exchange with");
        let (_dir, path) = dir_with("before");
        fs::remove_file(&path).expect("removed");
        replace_by(never, &path, "the first text").expect("written");
        assert_eq!((text(&path).as_str(), is_alone(&path)), ("the first text", true));

        fs::remove_file(&path).expect("removed");
        fs::create_dir(&path).expect("a directory");
        let error = replace_by(never, &path, "a text").expect_err("a directory").to_string();
        assert!(error.starts_with("replacing ") && error.contains("a.json failed: "), "{error}");
        assert!(path.is_dir() && is_alone(&path));
    }

    #[test]
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn what_a_process_leaves_that_is_killed_after_the_exchange_is_removed_by_the_next_write() {
        let (_dir, path) = dir_with("before");
        let temporary = sidecar(&path, "tmp");
        fs::write(&temporary, "new").expect("written");
        if exchange(&temporary, &path).is_err() {
            // Not on this file system.
            return;
        }
        assert_eq!((text(&path), text(&temporary)), ("new".to_owned(), "before".to_owned()));
        let is_pact = temporary.extension().is_some_and(|extension| extension == "json");
        assert!(!is_pact, "who looks for pacts does not find it");
        replace(&path, "newer").expect("written");
        assert_eq!((text(&path).as_str(), is_alone(&path)), ("newer", true));
    }

    #[test]
    #[cfg(unix)]
    fn permissions_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_dir, path) = dir_with("before");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        replace(&path, "after").expect("written");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o640);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_that_cannot_be_looked_at_is_not_taken_for_one_that_is_not_there() {
        let (_dir, path) = dir_with("no directory");
        assert_eq!(Stamp::of(&path.with_file_name("b.json")).expect("nothing is there"), None);
        let error = Stamp::of(&path.join("b.json")).expect_err("in a file").to_string();
        assert!(error.starts_with("finding ") && error.contains("b.json failed: "), "{error}");
    }
}
