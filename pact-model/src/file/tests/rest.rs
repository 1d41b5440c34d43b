//! What else is in a file, and files that are no plain ones.

use super::*;

#[test]
fn what_nobody_knows_of_the_pact_is_merged_into_the_file() {
    let dir = Dir::new();
    let with = |unknown: &str| {
        let text =
            format!(r#"{{"consumer":{{"name":"Web"}},"provider":{{"name":"Orders"}},"interactions":[],{unknown}}}"#);
        let mut own = Pact::read(text.as_bytes()).expect("a pact").value;
        (own.version, own.metadata) = (SpecVersion::V4, Object::new());
        own
    };
    let mut first = with(r#""x-both":{"a":1},"x-old":true"#);
    first.unknown.insert("consumer", Json::object([("team", "web")]));
    let mut second = with(r#""x-both":{"b":2}"#);
    second.unknown.insert("provider", Json::object([("url", "http://orders")]));
    for own in [&first, &second] {
        forget(&dir);
        dir.in_run("1").merge(own).expect("written");
    }
    let unknown = dir.in_run("1").read().expect("a pact").value.unknown;
    assert_eq!(unknown.get("x-both").map(Json::to_compact).as_deref(), Some(r#"{"a":1,"b":2}"#));
    assert_eq!(unknown.get("x-old"), Some(&Json::Bool(true)));
    assert_eq!(unknown.get("consumer").map(Json::to_compact).as_deref(), Some(r#"{"team":"web"}"#));
    assert_eq!(unknown.get("provider").map(Json::to_compact).as_deref(), Some(r#"{"url":"http://orders"}"#));
}

#[test]
fn foreign_messages_of_a_v4_file_stay_beside_its_interactions() {
    let dir = Dir::new();
    dir.write(
        r#"{"consumer":{"name":"Web"},"provider":{"name":"Orders"},"interactions":[],"messages":[{"description":"foreign"}],
            "metadata":{"pactSpecification":{"version":"4.0"}}}"#,
    );
    // Leaves our own text, still without interactions.
    dir.in_run("1").merge(&pact_of([])).expect("written");
    forget(&dir);
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    forget(&dir);
    dir.in_run("1").merge(&pact_of([http("b", "/")])).expect("written");
    assert_eq!(dir.contents(), ["a /", "b /"]);
    let unknown = dir.in_run("1").read().expect("a pact").value.unknown;
    assert_eq!(unknown.get("messages").map(Json::to_compact).as_deref(), Some(r#"[{"description":"foreign"}]"#));
}

#[test]
fn what_another_program_writes_after_an_unchanged_merge_is_read() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("nothing changes");
    let edited = dir.text().replace("\"a\"", "\"edited by hand\"");
    dir.write(&edited);
    dir.in_run("1").merge(&pact_of([http("b", "/")])).expect("written");
    assert_eq!(dir.contents(), ["b /", "edited by hand /"]);
}

#[test]
#[cfg(unix)]
fn a_path_that_cannot_be_followed_is_an_error_and_not_replaced() {
    let dir = Dir::new();
    fs::create_dir_all(dir.0.path().join("pacts")).expect("a directory");
    std::os::unix::fs::symlink(dir.path(), dir.path()).expect("a link to itself");
    let error = dir.in_run("1").merge(&pact_of([http("a", "/")])).expect_err("a circle").to_string();
    assert!(error.starts_with("finding ") && error.contains("Web-Orders.json failed: "), "{error}");
    assert!(fs::symlink_metadata(dir.path()).expect("there").is_symlink());
}

#[test]
fn what_a_killed_process_left_is_no_pact_and_is_removed() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let old = dir.text();
    dir.in_run("1").merge(&pact_of([http("b", "/")])).expect("written");
    // Killed after the new text got the name of the file, and the old one that of the temporary file.
    let left = sidecar(&dir.path(), "tmp");
    fs::write(&left, old).expect("written");
    forget(&dir);
    dir.in_run("1").merge(&pact_of([http("c", "/")])).expect("written");
    assert_eq!(dir.contents(), ["a /", "b /", "c /"]);
    assert!(!left.exists());
}

#[test]
fn the_lock_file_tells_how_each_write_left_the_file() {
    let dir = Dir::new();
    for description in ["a", "b", "c"] {
        dir.in_run("1").merge(&pact_of([http(description, "/")])).expect("written");
        let stamp = Stamp::of(&dir.path()).expect("to be seen").and_then(|stamp| stamp.text()).expect("a time");
        let state = RunState::parse(fs::read_to_string(sidecar(&dir.path(), "lock")).expect("text"));
        assert!(state.left_as(&stamp).is_some(), "so the next process need not read it all");
    }
}

#[test]
fn a_file_that_lost_its_text_is_an_error_and_not_the_end_of_what_was_in_it() {
    let dir = Dir::new();
    dir.in_run("1").merge(&pact_of([http("a", "/")])).expect("written");
    let whole = dir.text();
    for left in ["", &whole[..whole.len() / 2]] {
        // As a power cut may leave it.
        fs::write(dir.path(), left).expect("written");
        forget(&dir);
        let error = dir.in_run("1").merge(&pact_of([http("b", "/")])).expect_err("no pact").to_string();
        assert!(error.contains("Web-Orders.json is not a pact that can be read: $: not a JSON document: "), "{error}");
        assert_eq!(dir.text(), left);
    }
    dir.in_run("2").overwrite(true).merge(&pact_of([http("b", "/")])).expect("written");
    assert_eq!(dir.contents(), ["b /"]);
}

/// Changes the file, without a trace outside of its text.
fn tamper(dir: &Dir, from: &str, to: &str) {
    let before = fs::metadata(dir.path()).and_then(|metadata| metadata.modified()).expect("a time");
    let text = dir.text();
    assert!(text.contains(from) && from.len() == to.len(), "{text}");
    let mut file = fs::OpenOptions::new().write(true).open(dir.path()).expect("a file");
    std::io::Write::write_all(&mut file, text.replace(from, to).as_bytes()).expect("written");
    file.set_modified(before).expect("set");
}

#[test]
fn a_text_that_only_looks_like_ours_is_read_as_anybodys() {
    let all = || ["a", "b", "c", "d", "e"].map(|description| http(description, "/"));
    for (from, to) in [
        ("\n    },\n    {", "\n   }, \n    {"),
        ("\n    },\n    {", "\n    },\n   { "),
        ("\n    }\n  ]", "\n    } \n ]"),
        ("\n      \"description\": ", " \n     \"description\": "),
        ("  \"interactions\": [", "  \"interactions\":[ "),
    ] {
        for (new, expected) in [("b", "a / b /new c / d / e /"), ("ba", "a / b / ba /new c / d / e /")] {
            let dir = Dir::new();
            dir.in_run("1").merge(&pact_of(all())).expect("written");
            tamper(&dir, from, to);
            forget(&dir);
            let written = dir.in_run("2").merge(&pact_of([http(new, "/new")])).expect("written");
            assert_eq!(dir.contents().join(" "), expected, "{from:?} became {to:?}");
            assert_eq!(written.interactions, dir.contents().len());
        }
    }
}

#[test]
fn a_key_is_found_in_a_file_of_another_process() {
    let keyed = |description: &str, key: &str| Interaction { key: Some(key.to_owned()), ..http(description, "/") };
    let dir = Dir::new();
    for description in ["a", "b", "c", "d"] {
        forget(&dir);
        dir.in_run("1").merge(&pact_of([keyed(description, &format!("the key of {description}"))])).expect("written");
    }
    forget(&dir);
    dir.in_run("2").merge(&pact_of([keyed("z", "the key of b")])).expect("written");
    assert_eq!(dir.contents(), ["a /", "c /", "d /", "z /"]);
}
