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
