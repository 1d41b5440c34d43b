//! Large files, of which a process keeps two that take turns.

use std::fs::File;
use std::io::{Read as _, Write as _};

use super::super::contents::Change;
use super::super::on_disk::{exchange, replace_by};
use super::super::turns::{Turns, WORTH};
use super::super::watch::Watch;
use super::*;
use crate::body::Body;

/// So long that a few of them make a large file.
fn large(description: &str, length: usize) -> Interaction {
    let body = Body::new(format!("\"{}\"", "x".repeat(length)), None);
    let response = HttpResponse { body, ..HttpResponse::default() };
    Interaction::new(description, Kind::Http(HttpRequest::default(), response))
}

/// Writes it, as a part of a new run: it may be there in another form.
fn write(dir: &Dir, interaction: Interaction) {
    dir.in_run(&interaction_run()).merge(&pact_of([interaction])).expect("written");
}

fn interaction_run() -> String {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    RUNS.fetch_add(1, Ordering::Relaxed).to_string()
}

/// A large file of `b`, `d`, `f`, and `h`, which takes turns with another.
fn dir_with_turns() -> Dir {
    let dir = Dir::new();
    for description in ["f", "b", "h", "d"] {
        write(&dir, large(description, WORTH));
    }
    dir
}

fn temporary(dir: &Dir) -> PathBuf {
    sidecar(&dir.path(), "tmp")
}

/// Can files take turns on this system? If not, says so; where they should and nothing may be skipped, that is an error.
fn can_take_turns(dir: &Path) -> bool {
    let [one, other] = ["one", "other"].map(|name| dir.join(name));
    let file = File::create(&one).expect("a file");
    fs::write(&other, "").expect("a file");
    let is_watched = Watch::new().add(&file, &one).is_some();
    let can = is_watched && exchange(&one, &other).is_ok();
    if !can {
        let kind = file_system(dir);
        let what = if is_watched { "have their names exchanged" } else { "be watched" };
        let why_not = format!("files on {} cannot {what}", kind.as_deref().unwrap_or("this file system"));
        let should = kind.is_some_and(|kind| ["ext4", "xfs", "btrfs", "f2fs", "tmpfs"].contains(&kind.as_str()));
        let required = should && std::env::var("INTACT_REQUIRE").as_deref() == Ok("all");
        assert!(!required, "INTACT_REQUIRE=all, but {why_not}");
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        let _ = writeln!(io::stderr(), "skipped: {why_not}, so none take turns");
    }
    can
}

/// The kind of file system that a directory is on, as Linux says, and not as the code that is tested finds out.
fn file_system(dir: &Path) -> Option<String> {
    let (mounts, dir) = (fs::read_to_string("/proc/self/mounts").ok()?, dir.canonicalize().ok()?);
    let around = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (point, kind) = (fields.next()?, fields.next()?);
        dir.starts_with(point).then(|| (point.len(), kind.to_owned()))
    });
    around.max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

#[cfg(unix)]
fn inode(dir: &Dir) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&fs::metadata(dir.path()).expect("there"))
}

#[test]
#[cfg(unix)]
fn two_files_take_turns_as_long_as_nobody_else_touches_them() {
    let dir = dir_with_turns();
    if !can_take_turns(dir.0.path()) {
        assert!(!temporary(&dir).exists());
        return;
    }
    let inodes: Vec<u64> = ["a", "c", "e", "g", "a"]
        .iter()
        .enumerate()
        .map(|(at, description)| {
            write(&dir, large(description, at));
            inode(&dir)
        })
        .collect();
    assert_eq!(inodes, [inodes[0], inodes[1], inodes[0], inodes[1], inodes[0]]);
    assert_ne!(inodes[0], inodes[1]);
    assert!(temporary(&dir).exists());
    // As another process finds it.
    forget(&dir);
    write(&dir, large("b", WORTH));
    assert!(!temporary(&dir).exists(), "nothing is left of them, although nothing was written");
}

#[test]
fn no_second_file_stays_beside_a_small_one_or_after_a_single_write() {
    let dir = Dir::new();
    for at in 0..10 {
        write(&dir, large(&at.to_string(), WORTH / 20));
        assert!(!temporary(&dir).exists());
    }
    let dir = Dir::new();
    for at in 0..3 {
        forget(&dir);
        write(&dir, large(&at.to_string(), WORTH));
        assert!(!temporary(&dir).exists());
    }
}

#[test]
fn files_that_take_turns_have_the_text_of_new_ones() {
    let (dir, plain) = (Dir::new(), Dir::new());
    let mut number: usize = 1;
    for step in 0..60 {
        number = number * 1_103_515_245 % 2_147_483_647;
        let description = format!("{}", number % 17);
        let other = if number.is_multiple_of(5) { 10 } else { WORTH / 7 + number % 1000 };
        // One reads along, one writes as another process does.
        match step % 13 {
            7 => drop(fs::read(dir.path())),
            12 => forget(&dir),
            _ => {}
        }
        forget(&plain);
        for dir in [&dir, &plain] {
            write(dir, large(&description, other));
        }
        // Not after each step: it would be somebody who reads along.
        assert!(step % 9 > 0 || dir.text() == plain.text(), "in step {step}");
    }
    assert!(dir.text() == plain.text());
}

#[test]
fn who_has_opened_the_file_reads_it_to_its_end_as_it_was() {
    let dir = dir_with_turns();
    let mut readers = Vec::new();
    for at in 0..12 {
        if at % 5 < 2 {
            let mut file = File::open(dir.path()).expect("there");
            let mut half = vec![0; WORTH];
            file.read_exact(&mut half).expect("long enough");
            readers.push((file, half, dir.text()));
        }
        write(&dir, large(&format!("a {:02}", 50 - at), 1000));
    }
    for (mut file, mut text, expected) in readers {
        file.read_to_end(&mut text).expect("readable");
        assert!(text == expected.into_bytes(), "not the text of the time when it was opened");
    }
}

#[test]
#[cfg(unix)]
fn a_second_name_keeps_its_text_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = dir_with_turns();
    let (copy, then) = (dir.0.path().join("copy.json"), fs::metadata(dir.path()).expect("there").permissions());
    fs::hard_link(dir.path(), &copy).expect("linked");
    let length = fs::metadata(&copy).expect("there").len();
    for description in ["a", "c", "e"] {
        write(&dir, large(description, 10));
    }
    assert_eq!(fs::metadata(&copy).expect("there").len(), length);
    assert_eq!(PactFile::at(&copy).read().expect("a pact").value.interactions.len(), 4);

    assert_ne!(then.mode() & 0o777, 0o640);
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o640)).expect("set");
    for description in ["g", "i", "k", "m"] {
        write(&dir, large(description, 10));
        assert_eq!(fs::metadata(dir.path()).expect("there").permissions().mode() & 0o777, 0o640);
    }
    assert_eq!(dir.contents().concat(), "a /b /c /d /e /f /g /h /i /k /m /");
}

#[test]
fn what_others_do_to_the_second_file_is_of_no_consequence() {
    let ways: [fn(&Path, &Path); 5] = [
        |second, _| fs::remove_file(second).expect("removed"),
        |second, _| fs::write(second, "torn").expect("written"),
        |second, _| drop(fs::OpenOptions::new().write(true).open(second).and_then(|file| file.set_len(10))),
        |second, other| {
            fs::write(other, "of anybody").expect("written");
            fs::rename(other, second).expect("renamed");
        },
        |second, other| {
            fs::rename(second, other).expect("renamed");
            fs::copy(other, second).expect("copied");
        },
    ];
    for way in ways {
        let dir = dir_with_turns();
        if !can_take_turns(dir.0.path()) {
            return;
        }
        way(&temporary(&dir), &dir.0.path().join("other"));
        for (description, expected) in [("c", "b /c /d /f /h /"), ("a", "a /b /c /d /f /h /")] {
            write(&dir, large(description, 10));
            assert_eq!(dir.contents().concat(), expected);
        }
    }
}

#[test]
fn what_another_program_makes_of_the_file_is_read_and_goes_on() {
    for replaced in [false, true] {
        let dir = dir_with_turns();
        let edited = dir.text().replace("\"f\"", "\"e\"");
        if replaced {
            let other = dir.0.path().join("other");
            fs::write(&other, &edited).expect("written");
            fs::rename(&other, dir.path()).expect("renamed");
        } else {
            dir.write(&edited);
        }
        for description in ["c", "a", "g"] {
            write(&dir, large(description, 10));
        }
        assert_eq!(dir.contents().concat(), "a /b /c /d /e /g /h /", "{replaced}");
        fs::remove_file(dir.path()).expect("removed");
        write(&dir, large("a", 10));
        assert_eq!(dir.contents(), ["a /"]);
        assert!(!temporary(&dir).exists());
    }
}

/// Texts as `replace` gets them: each longer than the one before, and different in its middle.
fn changes(text: &mut String, turns: &mut Turns, path: &Path, count: usize) {
    for at in 0..count {
        let from = text.len() / 2;
        text.insert_str(from, &format!("<{at}>"));
        replace_by(exchange, path, Change { text: text.as_str(), from }, turns).expect("written");
    }
}

#[test]
fn where_names_cannot_be_exchanged_any_more_the_new_text_is_there_all_the_same() {
    let dir = TempDir::new().expect("a directory");
    let path = dir.path().join("a.json");
    let (mut text, mut turns) = ("x".repeat(WORTH), Turns::default());
    for _ in 0..2 {
        changes(&mut text, &mut turns, &path, 5);
        text.push_str("the end");
        assert_eq!(sidecar(&path, "tmp").exists(), can_take_turns(dir.path()));
        let refused = |_: &Path, _: &Path| Err(io::ErrorKind::Unsupported.into());
        let change = Change { text: &text, from: text.len() - "the end".len() };
        let stamp = replace_by(refused, &path, change, &mut turns).expect("written");
        assert!(fs::read(&path).expect("there") == text.as_bytes());
        assert_eq!(Stamp::of(&path).expect("to be seen"), Some(stamp));
        assert!(!sidecar(&path, "tmp").exists());
    }
}

#[test]
fn a_process_that_dies_in_its_turn_leaves_the_old_text_or_the_new_one() {
    for before_exchange in [true, false] {
        let dir = TempDir::new().expect("a directory");
        let path = dir.path().join("a.json");
        let (mut text, mut turns) = ("x".repeat(WORTH), Turns::default());
        changes(&mut text, &mut turns, &path, 5);
        let mut new = text.clone();
        new.insert_str(5, "new");
        let dies = |one: &Path, other: &Path| -> io::Result<()> {
            if !before_exchange {
                exchange(one, other).or_else(|_| fs::rename(one, other)).expect("renamed");
            }
            panic!("killed");
        };
        let death = std::panic::AssertUnwindSafe(|| {
            let _ = replace_by(dies, &path, Change { text: &new, from: 5 }, &mut turns);
        });
        std::panic::catch_unwind(death).expect_err("killed");
        let expected = if before_exchange { &text } else { &new };
        assert!(fs::read(&path).expect("there") == expected.as_bytes());

        replace_by(exchange, &path, Change { text: "another process", from: 0 }, &mut Turns::default())
            .expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "another process");
        assert!(!sidecar(&path, "tmp").exists());
    }
}
