mod identity;
mod rest;
mod turns;

use std::sync::mpsc;

use tempfile::TempDir;

use super::on_disk::sidecar;
use super::*;
use crate::http::{HttpRequest, HttpResponse};
use crate::interaction::Kind;
use crate::message::MessagePart;

fn http(description: &str, path: &str) -> Interaction {
    let request = HttpRequest { path: path.to_owned(), ..HttpRequest::default() };
    Interaction::new(description, Kind::Http(request, HttpResponse::default()))
}

fn pact_of(interactions: impl IntoIterator<Item = Interaction>) -> Pact {
    Pact { interactions: interactions.into_iter().collect(), ..Pact::new("Web", "Orders") }
}

struct Dir(TempDir);

impl Dir {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("pacts/Web-Orders.json")
    }

    /// The file as a process of the given run sees it.
    fn in_run(&self, run: &str) -> PactFile {
        PactFile::in_dir(self.0.path().join("pacts"), "Web", "Orders").in_run(Run::named(run)).overwrite(false)
    }

    fn write(&self, text: &str) {
        fs::create_dir_all(self.0.path().join("pacts")).expect("a directory");
        fs::write(self.path(), text).expect("written");
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).expect("a file")
    }

    /// Descriptions and paths of what is in the file.
    fn contents(&self) -> Vec<String> {
        let pact = self.in_run("any").read().expect("a pact").value;
        let shown = |own: &Interaction| {
            format!("{} {}", own.description, own.as_http().map_or("", |(request, _)| &request.path))
        };
        pact.interactions.iter().map(shown).collect()
    }
}

/// Forgets what this process knows of all files, as another process would.
fn forget(dir: &Dir) {
    let path = dir.in_run("any").resolved().expect("a path");
    *memory(&path).lock().unwrap_or_else(PoisonError::into_inner) = Memory::default();
}

#[test]
fn names_of_files_are_safe() {
    for (consumer, provider, name) in [
        ("Web", "Orders", "Web-Orders.json"),
        ("Web Shop", "Größe", "Web Shop-Größe.json"),
        ("../../etc/passwd", "a\\b:c", "_._.._etc_passwd-a_b_c.json"),
        ("a\0b\n", "*?\"<>|", "a_b_-______.json"),
        ("", "", "-.json"),
    ] {
        assert_eq!(file_name(consumer, provider), name);
    }
    let long = "ü".repeat(300);
    let (one, other) = (file_name(&long, "a"), file_name(&long, "b"));
    assert!(one.len() < 220 && one != other && Path::new(&one).extension().is_some_and(|own| own == "json"), "{one}");
}

#[test]
fn writes_are_merged_whatever_their_order() {
    let (forward, backward) = (Dir::new(), Dir::new());
    let all: Vec<Interaction> = (0..20).map(|index| http(&format!("request {index}"), "/")).collect();
    for interaction in &all {
        forward.in_run("1").merge(&pact_of([interaction.clone()])).expect("written");
    }
    for pair in all.rchunks(2) {
        forget(&backward);
        backward.in_run("2").merge(&pact_of(pair.iter().cloned())).expect("written");
    }
    assert_eq!(forward.text(), backward.text());
    assert_eq!(forward.contents().len(), 20);
}

#[test]
fn an_interaction_of_an_earlier_run_is_replaced_and_others_are_kept() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/old"), http("b", "/b")])).expect("written");
    let written = dir.in_run("2").merge(&pact_of([http("a", "/new")])).expect("written");
    assert_eq!((written.interactions, written.path), (2, dir.path()));
    assert_eq!(dir.contents(), ["a /new", "b /b"]);
}

#[test]
fn with_overwrite_the_first_write_of_a_run_replaces_the_file() {
    let dir = Dir::new();
    dir.write("not a pact at all");
    for (run, description, expected) in
        [("1", "a", &["a /"][..]), ("1", "b", &["a /", "b /"]), ("2", "c", &["c /"]), ("2", "d", &["c /", "d /"])]
    {
        forget(&dir);
        dir.in_run(run).overwrite(true).merge(&pact_of([http(description, "/")])).expect("written");
        assert_eq!(dir.contents(), expected);
    }
}

#[test]
fn two_definitions_in_one_run_are_a_contradiction() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/old")])).expect("written");
    for fresh in [false, true] {
        if fresh {
            forget(&dir);
        }
        let error = dir.in_run("1").merge(&pact_of([http("a", "/new")])).expect_err("a contradiction");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @r#"two tests of this run define the interaction "a" differently, at $.request.path: "/old" and "/new": give one of them another description or provider state"#);
        }
    }
    dir.in_run("1").merge(&pact_of([http("a", "/old")])).expect("the same again is no contradiction");
    assert_eq!(dir.contents(), ["a /old"]);
    let twice = dir.in_run("3").merge(&pact_of([http("x", "/1"), http("x", "/2")]));
    assert!(matches!(twice, Err(FileError::Redefined { .. })), "{twice:?}");
}

#[test]
fn all_contradictions_of_a_pact_are_named_at_once() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/"), http("b", "/"), http("c", "/")])).expect("written");
    let again = pact_of([http("a", "/x"), http("b", "/"), http("c", "/y")]);
    let error = dir.in_run("1").merge(&again).expect_err("two contradictions");
    insta::assert_snapshot!(error, @r#"
    tests of this run define 2 interactions differently: give one of them another description or provider state
      - the interaction "a" is defined differently, at $.request.path: "/" and "/x"
      - the interaction "c" is defined differently, at $.request.path: "/" and "/y"
    "#);
    assert_eq!(dir.contents(), ["a /", "b /", "c /"]);
}

#[test]
fn other_parameters_of_a_provider_state_are_a_contradiction_too() {
    let dir = Dir::new();
    let as_user = |role: &str| {
        let mut state = crate::ProviderState::named("a user is logged in");
        state.params.insert("role", role.to_owned());
        Interaction { provider_states: vec![state], ..http("a", "/") }
    };
    dir.in_run("1").merge(&pact_of([as_user("editor")])).expect("written");
    let error = dir.in_run("1").merge(&pact_of([as_user("admin")])).expect_err("a contradiction");
    insta::assert_snapshot!(error, @r#"two tests of this run define the interaction "a" differently, at $.providerStates.params.role: "editor" and "admin": give one of them another description or provider state"#);
    dir.in_run("2").merge(&pact_of([as_user("admin")])).expect("another run may say otherwise");
}

#[test]
fn a_v3_file_with_interactions_and_messages_is_never_written_as_one_list() {
    let dir = Dir::new();
    let mixed = r#"{"consumer":{"name":"Web"},"provider":{"name":"Orders"},"interactions":[{"description":"a"}],
        "messages":[{"description":"b"}],"metadata":{"pactSpecification":{"version":"3.0.0"}}}"#;
    dir.write(mixed);
    let nothing = Pact { version: SpecVersion::V3, ..pact_of([]) };
    let error = dir.in_run("1").merge(&nothing).expect_err("no version but 4 has both").to_string();
    assert!(
        error.ends_with(
            "need specification version 4, not V3 (the interaction \"b\" is of another kind than the first)"
        ),
        "{error}"
    );
    assert_eq!(dir.text(), mixed);
}

#[test]
fn a_file_that_is_no_pact_is_an_error_and_stays() {
    let dir = Dir::new();
    for (text, expected) in [
        ("{", "not a JSON document: EOF while parsing an object at line 1, column 2"),
        ("{}", "not a pact: it has neither `consumer`, `provider`, `interactions` nor `messages`"),
    ] {
        dir.write(text);
        let error = dir.in_run("1").merge(&pact_of([http("a", "/")])).expect_err("no pact").to_string();
        assert_eq!(
            error,
            format!(
                "{} is not a pact that can be read: $: {expected}",
                dir.path().canonicalize().expect("a path").display()
            )
        );
        assert_eq!(dir.text(), text);
    }
}

#[test]
fn a_file_of_another_contract_is_an_error() {
    let dir = Dir::new();
    dir.write(r#"{ "consumer": { "name": "Web" }, "provider": { "name": "Orders/v1" }, "interactions": [] }"#);
    let error = dir.in_run("1").merge(&pact_of([http("a", "/")])).expect_err("another contract").to_string();
    assert!(
        error.ends_with(r#"is the pact between "Web" and "Orders/v1", not that between "Web" and "Orders""#),
        "{error}"
    );
}

#[test]
fn an_older_file_is_upgraded_and_foreign_metadata_is_kept() {
    let dir = Dir::new();
    dir.write(
        r#"{ "consumer": { "name": "Web" }, "provider": { "name": "Orders" },
             "interactions": [{ "description": "old", "request": { "query": "a=1" } }],
             "metadata": { "pactSpecification": { "version": "2.0.0" }, "pactJs": { "version": "9" } } }"#,
    );
    let written = dir.in_run("1").merge(&pact_of([http("new", "/")])).expect("written");
    assert_eq!((written.interactions, written.upgraded_from), (2, Some(SpecVersion::V2)));
    let pact = dir.in_run("1").read().expect("a pact").value;
    assert_eq!(
        (pact.version, pact.metadata.contains("pactJs"), pact.metadata.contains("intact")),
        (SpecVersion::V4, true, true)
    );

    let older = Pact { version: SpecVersion::V3, ..pact_of([http("newest", "/")]) };
    let written = dir.in_run("1").merge(&older).expect("written");
    assert_eq!((written.interactions, written.upgraded_from), (3, None));
    assert_eq!(dir.in_run("1").read().expect("a pact").value.version, SpecVersion::V4);
}

#[test]
fn a_failed_write_changes_nothing() {
    let dir = Dir::new();
    let v3 = |interactions: Vec<Interaction>| Pact { version: SpecVersion::V3, ..pact_of(interactions) };
    dir.in_run("1").merge(&v3(vec![http("a", "/")])).expect("written");
    let before = dir.text();
    let message = Interaction::new("news", Kind::AsyncMessage(MessagePart::default()));
    let mixed = dir.in_run("1").merge(&v3(vec![http("b", "/"), message]));
    assert!(matches!(mixed, Err(FileError::Merge { .. })), "{mixed:?}");
    assert_eq!(dir.text(), before);
    dir.in_run("1").merge(&v3(vec![http("c", "/")])).expect("written");
    assert_eq!(dir.contents(), ["a /", "c /"]);
}

#[test]
fn changes_by_others_between_two_writes_are_seen() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/"), http("b", "/")])).expect("written");
    fs::remove_file(dir.path()).expect("removed");
    dir.in_run("1").merge(&pact_of([http("c", "/")])).expect("written");
    assert_eq!(dir.contents(), ["c /"]);
    dir.write(&dir.text().replace("\"c\"", "\"edited\""));
    dir.in_run("1").merge(&pact_of([http("d", "/")])).expect("written");
    assert_eq!(dir.contents(), ["d /", "edited /"]);
    fs::remove_dir_all(dir.0.path().join("pacts")).expect("removed");
    dir.in_run("1").merge(&pact_of([http("e", "/")])).expect("written");
    assert_eq!(dir.contents(), ["e /"]);
}

#[test]
fn nothing_is_written_where_nothing_changes() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let before = Stamp::of(&dir.path()).expect("to be seen");
    for run in ["1", "1", "2"] {
        forget(&dir);
        dir.in_run(run).merge(&pact_of([http("a", "/")])).expect("written");
    }
    assert_eq!(Stamp::of(&dir.path()).expect("to be seen"), before);
}

#[test]
fn only_the_pact_is_visible_beside_the_sidecars() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let mut names: Vec<String> = fs::read_dir(dir.0.path().join("pacts"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, [".Web-Orders.json.lock", "Web-Orders.json"]);
}

#[test]
fn waiting_for_the_lock_has_an_end() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let _held = LockFile::acquire(&dir.path(), LOCK_LIMIT).expect("the lock");
    let error = dir.in_run("1").lock_limit(Duration::ZERO).merge(&pact_of([http("b", "/")])).expect_err("locked");
    assert!(
        error.to_string().ends_with(".Web-Orders.json.lock was locked by another process for 0 seconds"),
        "{error}"
    );
    assert_eq!(dir.contents(), ["a /"]);
}

#[test]
#[cfg(unix)]
fn a_lock_file_that_was_removed_while_someone_waited_is_not_used() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let path = dir.path();
    let held = LockFile::acquire(&path, LOCK_LIMIT).expect("the lock");
    let (started, has_started) = mpsc::channel();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            started.send(()).expect("somebody listens");
            LockFile::acquire(&path, LOCK_LIMIT).expect("the lock")
        });
        has_started.recv().expect("started");
        fs::remove_file(sidecar(&path, "lock")).expect("removed");
        let other = LockFile::acquire(&path, LOCK_LIMIT).expect("the lock of the new file");
        drop(held);
        drop(other);
        assert_eq!(
            waiting.join().expect("no panic").length().expect("a length"),
            fs::metadata(sidecar(&path, "lock")).expect("there").len()
        );
    });
}

#[test]
fn a_lock_file_full_of_nonsense_is_no_obstacle() {
    let dir = Dir::new();
    for nonsense in
        [&b"\xff\xfe\0\0"[..], b"run", b"run 1\nwrote zz\nprocess\n\n\nwrote 12", b"wrote 0000000000000001\n"]
    {
        dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
        fs::write(sidecar(&dir.path(), "lock"), nonsense).expect("written");
        dir.in_run("1").merge(&pact_of([http("b", "/")])).expect("written");
        forget(&dir);
        dir.in_run("1").merge(&pact_of([http("b", "/")])).expect("written");
        assert_eq!(dir.contents(), ["a /", "b /"]);
    }
}

#[test]
fn a_line_cut_short_by_a_killed_process_is_ended_before_the_next() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let lock = sidecar(&dir.path(), "lock");
    let text = fs::read_to_string(&lock).expect("text");
    fs::write(&lock, text + "wrote 00").expect("written");
    dir.in_run("1").merge(&pact_of([http("b", "/1")])).expect("written");
    forget(&dir);
    assert!(dir.in_run("1").merge(&pact_of([http("b", "/2")])).is_err(), "what was written after the cut line counts");
}

#[test]
#[cfg(unix)]
fn a_symbolic_link_stays_one() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let link = dir.0.path().join("link.json");
    std::os::unix::fs::symlink(dir.path(), &link).expect("a link");
    PactFile::at(&link).in_run(Run::named("1")).overwrite(false).merge(&pact_of([http("b", "/")])).expect("written");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(dir.contents(), ["a /", "b /"]);
}

#[test]
fn threads_lose_nothing() {
    let dir = Dir::new();
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let dir = &dir;
            scope.spawn(move || {
                for index in 0..8 {
                    dir.in_run("1").merge(&pact_of([http(&format!("{thread:02} {index}"), "/")])).expect("written");
                }
            });
        }
    });
    let expected: Vec<String> =
        (0..16).flat_map(|thread| (0..8).map(move |index| format!("{thread:02} {index} /"))).collect();
    assert_eq!(dir.contents(), expected);
}
