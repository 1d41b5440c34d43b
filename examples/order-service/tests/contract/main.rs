//! What the order service needs of others, a file for each of them.
//!
//! Each test writes what it found out to a pact file in `target/pacts`. The files are also kept in `examples/pacts`, where the
//! providers' tests find them; the test here holds the two against each other.

mod deliveries;
mod products;
mod reviews;

use std::path::Path;
use std::process::Command;

const FILES: [&str; 3] =
    ["order-service-product-service.json", "order-service-review-service.json", "order-service-warehouse-service.json"];

/// Runs all other tests once more, into an empty directory, so that it sees whole files and nothing else.
#[test]
fn the_pact_files_in_the_repository_are_what_these_tests_write() {
    let fresh = tempfile::tempdir().expect("a temporary directory");
    let this = "the_pact_files_in_the_repository_are_what_these_tests_write";
    let output = Command::new(std::env::current_exe().expect("the path of this test"))
        .args(["--skip", this])
        .env("PACT_OUTPUT_DIR", fresh.path())
        .output()
        .expect("this test can be run");
    assert!(output.status.success(), "the contract tests fail:\n{}", String::from_utf8_lossy(&output.stdout));
    for file in FILES {
        let written = std::fs::read_to_string(fresh.path().join(file)).expect("a pact file");
        compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../pacts").join(file), &written);
    }
}

fn compare(kept: &Path, written: &str) {
    if std::env::var_os("INTACT_ACCEPT").is_some_and(|accept| accept == "1") {
        std::fs::create_dir_all(kept.parent().expect("a file is in a directory")).expect("the directory can be made");
        std::fs::write(kept, written).expect("the kept pact file can be written");
        return;
    }
    let kept_text = std::fs::read_to_string(kept).unwrap_or_default();
    assert!(
        kept_text == written,
        "the contract has changed; if that is right, accept it with\n\n    INTACT_ACCEPT=1 cargo test -p order-service --test contract\n\n{}",
        similar::TextDiff::from_lines(&kept_text, written).unified_diff().header("examples/pacts", "these tests")
    );
}
