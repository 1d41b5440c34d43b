//! The documents of the specification's test cases are all read, in the dialect of their version, without a warning.
//!
//! They are looked for in the directory that `INTACT_PACT_SPEC_DIR` names; without them nothing is tested, which is an error if
//! `INTACT_REQUIRE` is `all`. What the cases say about *matching* is tested in `intact-tests`.

use std::path::{Path, PathBuf};

use intact_pact_model::SpecVersion;
use intact_pact_model::json::Json;
use intact_pact_model::read;

#[test]
fn every_document_of_the_specification_cases_is_read() {
    let root = std::env::var_os("INTACT_PACT_SPEC_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/pact-spec"), PathBuf::from);
    let mut read = 0;
    let mut warnings = Vec::new();
    for version in SpecVersion::ALL {
        for kind in ["request", "response", "message"] {
            let mut dirs = vec![root.join(version.to_string().to_lowercase()).join("testcases").join(kind)];
            while let Some(dir) = dirs.pop() {
                for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
                    let path = entry.path();
                    if path.is_dir() {
                        dirs.push(path);
                    } else if path.extension().is_some_and(|extension| extension == "json") {
                        for warning in case(&path, kind, version) {
                            warnings.push(format!("{} {warning}", path.strip_prefix(&root).unwrap_or(&path).display()));
                        }
                        read += 1;
                    }
                }
            }
        }
    }
    if read == 0 {
        assert_ne!(std::env::var("INTACT_REQUIRE").as_deref(), Ok("all"), "there are no cases in {}", root.display());
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("skipped: there are no cases in {}\n", root.display()).as_bytes(),
        );
        return;
    }
    warnings.sort();
    insta::assert_snapshot!(warnings.join("\n"), @"v4/testcases/response/body/objects in array with type mismatching.json actual $.body: a body is an object with the member `content`, found an array; taken as the content");
}

/// The warnings about both documents of a case.
fn case(path: &Path, kind: &str, version: SpecVersion) -> Vec<String> {
    let name = path.display();
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let case = Json::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut all = Vec::new();
    for side in ["expected", "actual"] {
        let document = case.get(side).unwrap_or_else(|| panic!("{name}: no {side}"));
        let warnings = match kind {
            "request" => read::http_request(document, version).map(|loaded| loaded.warnings),
            "response" => read::http_response(document, version).map(|loaded| loaded.warnings),
            _ => read::message_part(document, version).map(|loaded| loaded.warnings),
        };
        let warnings = warnings.unwrap_or_else(|error| panic!("{name}, {side}: {error}"));
        all.extend(warnings.iter().map(|warning| format!("{side} {warning}")));
    }
    all
}
