//! What a newcomer copies is code that runs.

use std::path::Path;

const TESTS: [&str; 2] =
    ["examples/order-service/tests/contract/products.rs", "examples/product-service/tests/verification/main.rs"];

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Each line stands in a test of the examples, in the same order. (A test has more to import, and may have lines in between.)
#[test]
fn the_code_in_the_readmes_is_the_code_of_the_examples() {
    let tests = TESTS.map(read);
    for (readme, blocks) in [("README.md", 2), ("contract-dsl/README.md", 1)] {
        let text = read(readme);
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
