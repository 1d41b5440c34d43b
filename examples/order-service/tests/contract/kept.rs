//! Copies that must not go out of date: the pact files of this repository, and the code that its READMEs show.

use std::path::{Path, PathBuf};
use std::process::Command;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

/// Runs all other tests once more, into an empty directory, so that it sees whole files and nothing else.
#[test]
fn the_pact_files_in_the_repository_are_what_these_tests_write() {
    let fresh = tempfile::tempdir().expect("a temporary directory");
    let output = Command::new(std::env::current_exe().expect("the path of this test"))
        .args(["--skip", "kept::"])
        .env("PACT_OUTPUT_DIR", fresh.path())
        .output()
        .expect("this test can be run");
    assert!(output.status.success(), "the contract tests fail:\n{}", String::from_utf8_lossy(&output.stdout));
    for provider in ["product-service", "review-service", "warehouse-service"] {
        let file = format!("order-service-{provider}.json");
        compare(&examples().join("pacts").join(&file), &read(fresh.path().join(file)));
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

/// What a newcomer copies is code that runs: each line stands in a test of the examples, in the same order. (A test has more to
/// import, and may have lines in between.)
#[test]
fn the_code_in_the_readmes_is_the_code_of_the_examples() {
    let tests = ["order-service/tests/contract/products.rs", "product-service/tests/verification/main.rs"];
    let tests = tests.map(|file| read(examples().join(file)));
    for (readme, blocks) in [("README.md", 2), ("contract-dsl/README.md", 1)] {
        let text = read(examples().join("..").join(readme));
        let code: Vec<&str> = text.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(code.len(), blocks, "blocks of Rust in {readme}");
        for block in code {
            let is_shown = |test: &String| {
                let mut lines = test.lines();
                block.lines().filter(|line| !line.starts_with("use ")).all(|shown| lines.any(|line| line == shown))
            };
            assert!(tests.iter().any(is_shown), "{readme} shows what is in none of the examples' tests:\n\n{block}");
        }
    }
}
