//! Files that are replaced as a whole: who reads one meanwhile, and who interrupts this, finds the old content or the new one.

use std::fs::OpenOptions;
use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::Path;

/// Puts the content where the file is, all at once. What is no file, such as a device or a pipe, is written to and stays what it is.
/// Folders that are missing are made.
///
/// A file that exists keeps its permissions, and is refused if they say that it is not to be written; a new one has those that
/// the process gives to its files.
pub(crate) fn replace(file: &Path, content: &[u8]) -> Result<()> {
    // A symbolic link stays one.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let existing = std::fs::metadata(&file).ok();
    if let Some(existing) = &existing {
        if existing.is_dir() {
            return Err(Error::new(ErrorKind::IsADirectory, "it is a directory"));
        }
        // To rename something over a file only takes the right to write to its folder.
        let mut open = OpenOptions::new().write(true).open(&file)?;
        if !existing.is_file() {
            return open.write_all(content);
        }
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pact-").suffix(".tmp");
    // Without this nobody but the owner could read it.
    #[cfg(unix)]
    let permissions = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    let mut new = builder.tempfile_in(folder)?;
    if let Some(existing) = existing {
        new.as_file().set_permissions(existing.permissions())?;
    }
    new.write_all(content)?;
    new.persist(&file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("new/pact.json");
        replace(&file, b"one").expect("written");
        replace(&file, b"two").expect("written");
        assert_eq!(std::fs::read_to_string(&file).expect("there"), "two");
        assert!(replace(folder.path(), b"three").is_err_and(|error| error.to_string() == "it is a directory"));
        assert_eq!(std::fs::read_dir(file.parent().expect("a folder")).expect("readable").count(), 1);
    }

    #[cfg(unix)]
    mod on_unix {
        use std::fs::Permissions;
        use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
        use std::process::Command;

        use super::*;

        fn mode(file: &Path) -> u32 {
            std::fs::metadata(file).expect("it is there").permissions().mode() & 0o777
        }

        #[test]
        fn links_and_permissions_stay() {
            let folder = tempfile::tempdir().expect("a folder");
            let (file, link) = (folder.path().join("pact.json"), folder.path().join("link.json"));
            std::fs::write(&file, "old").expect("written");
            std::fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("set");
            std::os::unix::fs::symlink(&file, &link).expect("a link");
            replace(&link, b"new").expect("written");
            assert_eq!(std::fs::read_to_string(&file).expect("there"), "new");
            assert!(link.is_symlink());
            assert_eq!(mode(&file), 0o640);
        }

        #[test]
        fn a_new_file_is_readable_by_those_who_may_read_any_new_file() {
            let folder = tempfile::tempdir().expect("a folder");
            let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
            replace(&ours, b"x").expect("written");
            std::fs::write(&plain, "x").expect("written");
            assert_eq!(mode(&ours), mode(&plain));
        }

        #[test]
        fn a_pipe_is_written_to_and_stays_one() {
            let folder = tempfile::tempdir().expect("a folder");
            let pipe = folder.path().join("pipe");
            assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is on every Unix").success());
            let reader = std::thread::spawn({
                let pipe = pipe.clone();
                move || std::fs::read_to_string(pipe).expect("readable")
            });
            replace(&pipe, b"content").expect("written");
            assert!(std::fs::metadata(&pipe).expect("there").file_type().is_fifo());
            assert_eq!(reader.join().expect("it ends"), "content");
        }

        #[test]
        fn a_file_that_is_not_to_be_written_is_refused() {
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("pact.json");
            std::fs::write(&file, "old").expect("written");
            std::fs::set_permissions(&file, Permissions::from_mode(0o444)).expect("set");
            // The superuser may write to it all the same.
            let may_write = OpenOptions::new().write(true).open(&file).is_ok();
            let replaced = replace(&file, b"new").map_err(|error| error.kind());
            assert_eq!(replaced, if may_write { Ok(()) } else { Err(ErrorKind::PermissionDenied) });
            let content = std::fs::read_to_string(&file).expect("there");
            assert_eq!((content.as_str(), mode(&file)), (if may_write { "new" } else { "old" }, 0o444));
        }
    }
}
