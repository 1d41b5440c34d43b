//! The pact files of this repository must not go out of date.

use std::path::Path;
use std::process::Command;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../pacts");

/// Runs all other tests once more, into an empty directory, so that it sees whole files and nothing else.
#[test]
fn the_pact_files_in_the_repository_are_what_these_tests_write() {
    let fresh = tempfile::tempdir().expect("a temporary directory");
    let output = Command::new(std::env::current_exe().expect("the path of this test"))
        .args(["--skip", "kept::", "--skip", "shown::"])
        .env("PACT_OUTPUT_DIR", fresh.path())
        .output()
        .expect("this test can be run");
    assert!(output.status.success(), "the contract tests fail:\n{}", String::from_utf8_lossy(&output.stdout));
    for provider in ["product-service", "review-service", "warehouse-service"] {
        let file = format!("order-service-{provider}.json");
        compare(&Path::new(KEPT).join(&file), &fresh.path().join(file));
    }
}

fn compare(kept: &Path, written: &Path) {
    if std::env::var_os("INTACT_ACCEPT").is_some_and(|accept| accept == "1") {
        std::fs::create_dir_all(KEPT).expect("the directory can be made");
        std::fs::copy(written, kept).expect("the kept pact file can be written");
    }
    let [kept, written] = [kept, written].map(|file| std::fs::read_to_string(file).unwrap_or_default());
    assert!(!written.is_empty(), "a contract was not written");
    assert!(
        kept == written,
        "the contract has changed; if that is right, accept it with\n\n    INTACT_ACCEPT=1 cargo test -p order-service --test contract\n\n{}",
        similar::TextDiff::from_lines(&kept, &written).unified_diff().header("examples/pacts", "these tests")
    );
}
