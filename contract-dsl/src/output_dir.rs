//! Where pact files go if nobody says otherwise: `pacts` in cargo's target directory.
//!
//! All packages of a workspace share that directory, whatever the working directory of a test is (cargo and cargo-nextest
//! run each package's tests in its own folder), so the pact files of a workspace are found in one place.

use std::path::{Path, PathBuf};

/// The directory for pact files: `PACT_OUTPUT_DIR`, else `pacts` in the target directory.
pub(crate) fn default_dir() -> PathBuf {
    match std::env::var_os("PACT_OUTPUT_DIR") {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir),
        _ => target_dir().join("pacts"),
    }
}

fn target_dir() -> PathBuf {
    // The test's executable lies in the target directory, wherever a configuration may have moved that.
    let executable = std::env::current_exe().ok();
    if let Some(target) =
        executable.as_deref().and_then(|executable| executable.ancestors().find(|dir| is_target_dir(dir)))
    {
        return target.to_owned();
    }
    // Doc tests and archived tests run from elsewhere, but cargo says which package they are of.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).or_else(|| std::env::current_dir().ok());
    let package = package.unwrap_or_default();
    package.ancestors().find(|dir| dir.join("Cargo.lock").is_file()).unwrap_or(&package).join("target")
}

/// Cargo marks its target directories for backup programs.
fn is_target_dir(dir: &Path) -> bool {
    std::fs::read_to_string(dir.join("CACHEDIR.TAG")).is_ok_and(|tag| tag.contains("cargo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_directory_is_that_of_the_running_test() {
        let target = target_dir();
        assert!(target.join("CACHEDIR.TAG").is_file(), "{}", target.display());
        assert!(std::env::current_exe().unwrap().starts_with(&target));
    }

    #[test]
    fn another_programs_cache_is_no_target_directory() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_target_dir(dir.path()));
        std::fs::write(
            dir.path().join("CACHEDIR.TAG"),
            "Signature: 8a477f597d28d172789f06886806bc55\n# made by a browser",
        )
        .unwrap();
        assert!(!is_target_dir(dir.path()));
    }
}
