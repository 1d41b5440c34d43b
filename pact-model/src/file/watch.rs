//! Who has opened a file, as far as the operating system tells.

#[cfg(target_os = "linux")]
pub(super) use self::inotify::Watch;
#[cfg(not(target_os = "linux"))]
pub(super) use self::none::Watch;

/// What a file that is watched is called.
pub(super) type Watched = i32;

#[cfg(target_os = "linux")]
mod inotify {
    use std::fs::File;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::fstatfs;
    use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
    use rustix::io::Errno;

    use super::Watched;

    /// File systems of which this kernel knows all readers: ext4, XFS, Btrfs, F2FS, tmpfs. With those of a network or of a virtual
    /// machine's host, somebody may read unseen; in the layers of a container, past them.
    const LOCAL: [u64; 5] = [0xEF53, 0x5846_5342, 0x9123_683E, 0xF2F5_2010, 0x0102_1994];

    /// Files that are watched.
    #[derive(Debug)]
    pub(in super::super) struct Watch(Option<OwnedFd>);

    impl Watch {
        /// A user has only so many of them; if there is none left, nothing can be watched.
        pub(in super::super) fn new() -> Self {
            Self(init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok())
        }

        /// Watches `file`, which is the one at `path`, from now on; `None` if that is not possible.
        pub(in super::super) fn add(&self, file: &File, path: &Path) -> Option<Watched> {
            let kind = u64::try_from(fstatfs(file).ok()?.f_type).ok()?;
            // Attributes are the number of its names, too.
            let what = WatchFlags::OPEN | WatchFlags::ATTRIB;
            LOCAL.contains(&kind).then(|| add_watch(self.0.as_ref()?, path, what).ok()).flatten()
        }

        /// Has nobody touched these files since they are watched, or since this was asked last?
        pub(in super::super) fn is_quiet(&self, files: &[Watched]) -> bool {
            let Some(fd) = &self.0 else { return files.is_empty() };
            let mut buffer = [MaybeUninit::uninit(); 1024];
            let mut reader = Reader::new(fd, &mut buffer);
            let mut is_quiet = true;
            loop {
                match reader.next() {
                    // Others are gone already. A negative number says that there was more than could be kept.
                    Ok(event) => is_quiet &= event.wd() >= 0 && !files.contains(&event.wd()),
                    Err(Errno::INTR) => {}
                    Err(Errno::WOULDBLOCK) => return is_quiet,
                    Err(_) => return false,
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod none {
    use std::fs::File;
    use std::path::Path;

    use super::Watched;

    /// Nothing can be watched.
    #[derive(Debug)]
    pub(in super::super) struct Watch;

    impl Watch {
        pub(in super::super) fn new() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as where files can be watched")]
        pub(in super::super) fn add(&self, _file: &File, _path: &Path) -> Option<Watched> {
            None
        }

        #[expect(clippy::unused_self, reason = "as where files can be watched")]
        pub(in super::super) fn is_quiet(&self, files: &[Watched]) -> bool {
            files.is_empty()
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs::{self, File, Permissions};
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use tempfile::TempDir;

    use super::Watch;

    #[test]
    fn who_opens_links_or_protects_a_file_is_noticed_and_who_has_it_already_is_not() {
        type Touch = fn(&Path);
        let touches: [(Touch, bool); 6] = [
            (|_| {}, true),
            (|path| fs::rename(path, path.with_file_name("b")).expect("renamed"), true),
            (|path| assert!(fs::metadata(path).expect("there").is_file()), true),
            (|path| drop(File::open(path).expect("there")), false),
            (|path| fs::hard_link(path, path.with_file_name("b")).expect("linked"), false),
            (|path| fs::set_permissions(path, Permissions::from_mode(0o600)).expect("set"), false),
        ];
        for (at, (touch, is_quiet)) in touches.into_iter().enumerate() {
            let dir = TempDir::new().expect("a directory");
            let path = dir.path().join("a");
            let mut file = File::create_new(&path).expect("a file");
            let watch = Watch::new();
            // Not on this file system.
            let Some(watched) = watch.add(&file, &path) else { return };
            file.write_all(b"text").expect("written");
            touch(&path);
            assert_eq!(watch.is_quiet(&[watched]), is_quiet, "{at}");
            assert!(watch.is_quiet(&[watched]), "it is told once");
        }
    }

    #[test]
    fn files_are_told_apart_and_too_much_to_be_told_is_not_quiet() {
        let dir = TempDir::new().expect("a directory");
        let path = |name: &str| dir.path().join(name);
        let watch = Watch::new();
        let add = |name: &str| watch.add(&File::create_new(path(name)).expect("a file"), &path(name));
        let (Some(one), Some(other)) = (add("one"), add("other")) else { return };
        fs::read(path("other")).expect("read");
        assert!(watch.is_quiet(&[one]));
        fs::remove_file(path("other")).expect("removed");
        assert!(watch.is_quiet(&[one]), "what is gone says so");
        let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").ok();
        let limit = limit.and_then(|limit| limit.trim().parse::<usize>().ok()).filter(|limit| *limit < 100_000);
        let Some(limit) = limit else { return };
        let more = add("more").expect("as those before");
        // Equal events in a row are told once.
        for _ in 0..limit / 2 + 10 {
            fs::read(path("one")).expect("read");
            fs::read(path("more")).expect("read");
        }
        assert!(!watch.is_quiet(&[]), "some were not told");
        let _ = (more, other);
    }
}
