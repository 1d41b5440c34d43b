//! Two files that take turns at being the pact file, so that a process that writes it often writes only what changes.
//!
//! To make a new file costs ten times as much as to write the same bytes over those of one that is there: the kernel must find memory
//! and reserve blocks for it, and take the same from the file that it replaces. So that file stays, under the
//! name of the temporary one. It lacks only what was written last: the next write goes over it from the first difference
//! on, and lets it take the place of the other one, which waits for the write after that.
//!
//! **Nobody may be reading it.** Whoever opened the pact file while it was this one reads the old text to its end. So each of the two is watched
//! ([`Watch`]) from before the time when it is found as the pact file. One that was opened, that got a second name
//! (a hard link) or other permissions is left alone, and a new one is made.
//!
//! Every write makes a new file also at first in each process, while the file is small, after a write of another process or program, and
//! wherever one cannot see who reads.

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::contents::Change;
use super::on_disk::Stamp;
use super::watch::{Watch, Watched};

/// From this length on (in bytes), taking turns is worth a second file. To make one of this length takes a tenth of a millisecond.
pub(super) const WORTH: usize = 512 * 1024;

/// By which part of its first length a file may grow. The kernel keeps what is written at once in large pieces, and what is added bit by bit in
/// pages, each of which costs as much to be found as to be filled: a file that has grown from nothing would be four times as dear.
const GROWTH: u64 = 16;

/// What this process may write over.
#[derive(Debug, Default)]
pub(super) struct Turns {
    watch: Option<Watch>,
    /// Has this process written, and nobody else since?
    begun: bool,
    /// The pact file.
    shown: Option<Own>,
    /// The one that it has replaced, and up to where their texts are the same.
    hidden: Option<(Own, usize)>,
}

/// A file that nobody else has opened.
#[derive(Debug)]
pub(super) struct Own {
    /// Opened once and for all: to open it again would look as if somebody else did.
    file: File,
    stamp: Stamp,
    watched: Watched,
    first_length: u64,
}

impl Turns {
    /// Writes the change into the file whose turn it is, and puts that where `path` is. `None` if there is none, or if anything goes wrong:
    /// then nothing has changed for those who open `path`.
    pub(super) fn take(
        &mut self,
        exchange: impl FnOnce(&Path, &Path) -> io::Result<()>,
        path: &Path,
        temporary: &Path,
        change: Change<'_>,
    ) -> Option<Stamp> {
        if !self.is_quiet() {
            (self.shown, self.hidden) = (None, None);
        }
        let (mut next, same) = self.hidden.take()?;
        if change.text.len() as u64 > next.first_length + next.first_length / GROWTH {
            return None;
        }
        let shown = self.shown.take()?;
        if !(shown.is_at(path) && next.is_at(temporary)) {
            return None;
        }
        next.write(change.text, change.from.min(same)).ok()?;
        exchange(temporary, path).ok()?;
        let stamp = next.stamp.clone();
        (self.shown, self.hidden) = (Some(next), Some((shown, change.from)));
        Some(stamp)
    }

    /// A new file, which stands at `temporary` and is complete, as one that may get a turn.
    pub(super) fn enter(&mut self, file: File, stamp: &Stamp, temporary: &Path) -> Option<Own> {
        let is_first = !std::mem::replace(&mut self.begun, true);
        if is_first || stamp.length() < WORTH as u64 {
            return None;
        }
        let watched = self.watch.get_or_insert_with(Watch::new).add(&file, temporary)?;
        Some(Own { file, stamp: stamp.clone(), watched, first_length: stamp.length() })
    }

    /// A new file has become the pact file, with this change. Does the one before stay, for its turn?
    pub(super) fn replaced_by(&mut self, new: Option<Own>, change: Change<'_>) -> bool {
        let old = self.shown.take().filter(|_| new.is_some());
        (self.shown, self.hidden) = (new, old.map(|own| (own, change.from)));
        self.hidden.is_some()
    }

    /// The pact file is not the one that this process has written.
    pub(super) fn forget(&mut self) {
        // To give up the watch would mean waiting for the kernel.
        (self.begun, self.shown, self.hidden) = (false, None, None);
    }

    fn is_quiet(&self) -> bool {
        let own = self.shown.iter().chain(self.hidden.iter().map(|(own, _)| own));
        let own: Vec<Watched> = own.map(|own| own.watched).collect();
        self.watch.as_ref().is_none_or(|watch| watch.is_quiet(&own))
    }
}

impl Own {
    fn is_at(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|there| Stamp::from(&there) == self.stamp)
    }

    /// Makes it this text, as it is already up to `from`.
    fn write(&mut self, text: &str, from: usize) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(from as u64))?;
        self.file.write_all(&text.as_bytes()[from..])?;
        if self.stamp.length() > text.len() as u64 {
            self.file.set_len(text.len() as u64)?;
        }
        self.stamp = Stamp::from(&self.file.metadata()?);
        Ok(())
    }
}
