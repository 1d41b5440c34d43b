//! The seeds of the fuzz targets, and every input that once was a finding, are answered without a panic. The targets are those of
//! `cargo xtask fuzz`; a new finding goes into `fuzz/corpus/<target>/`, shortened.

#[expect(unreachable_pub, reason = "the targets are public for the fuzzer's own binaries")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

#[test]
fn every_seed_is_answered() {
    let corpus = intact_tests::repository().join("fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let seeds = files(&corpus.join(name));
        assert!(!seeds.is_empty(), "there are no seeds for {name}");
        target(b"");
        for seed in seeds {
            let bytes = std::fs::read(&seed).expect("the seed can be read");
            let answered = std::panic::catch_unwind(|| {
                target(&bytes);
                // Broken off anywhere, or with a byte changed, too: it is what the fuzzer does first.
                for at in (0..bytes.len()).step_by(7) {
                    target(&bytes[..at]);
                    let mut changed = bytes.clone();
                    changed[at] ^= 0x15;
                    target(&changed);
                }
            });
            assert!(answered.is_ok(), "{name} does not answer {} or a variation of it", seed.display());
        }
    }
}

/// A folder for every target, and a target for every folder; each has a binary for the fuzzer.
#[test]
fn targets_seeds_and_binaries_belong_together() {
    let fuzz = intact_tests::repository().join("fuzz");
    let mut names: Vec<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    for (folder, ending) in [("corpus", ""), ("fuzz_targets", ".rs")] {
        let found = files(&fuzz.join(folder)).into_iter().map(|path| path.file_name().map(ToOwned::to_owned));
        let found: Vec<String> = found.flatten().map(|name| name.to_string_lossy().into_owned()).collect();
        assert_eq!(found, names.iter().map(|name| format!("{name}{ending}")).collect::<Vec<_>>());
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("the folder can be listed").path()).collect();
    files.sort();
    files
}
