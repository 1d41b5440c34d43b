//! Builds the fuzz targets with libFuzzer and the address sanitizer, and runs them one after the other.
//!
//! The sanitizers are in the stable toolchain, only their flags are not: `RUSTC_BOOTSTRAP` lets this one build use them. What
//! libFuzzer finds worth keeping stays below the target folder; what fails is written to `fuzz/artifacts`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::say;

/// How long each target runs if nothing is said.
const SECONDS: u32 = 300;

/// As `cargo fuzz` passes them.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Zsanitizer=address";

/// Runs the named targets, or all: `[--seconds N] [TARGET…]`.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (seconds, named) = match arguments {
        [flag, seconds, rest @ ..] if flag == "--seconds" => {
            (seconds.parse().with_context(|| format!("`{seconds}` is no number of seconds"))?, rest)
        }
        rest => (SECONDS, rest),
    };
    let all = targets()?;
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        bail!("there is no fuzz target `{unknown}`, but {}", all.join(", "));
    }
    let built = build()?;
    let mut failed = Vec::new();
    for name in all.iter().filter(|name| named.is_empty() || named.contains(name)) {
        say(&format!("── {name}, {seconds} s"));
        if !run_target(&built, name, seconds)? {
            failed.push(name.as_str());
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("findings in {}: see fuzz/artifacts", failed.join(", ")) }
}

/// Each has a folder of seeds.
fn targets() -> anyhow::Result<Vec<String>> {
    let folders = Path::new("fuzz/corpus").read_dir().context("fuzz/corpus cannot be listed")?;
    let mut names = Vec::new();
    for folder in folders {
        names.push(folder?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The folder with the binaries.
fn build() -> anyhow::Result<PathBuf> {
    let version = Command::new("rustc").arg("-vV").output().context("rustc could not be started")?;
    let version = String::from_utf8(version.stdout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not name its host")?;
    let target_dir = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from).join("fuzz");
    let status = Command::new("cargo")
        .args(["build", "--release", "--bins", "--manifest-path", "fuzz/Cargo.toml", "--target", host, "--target-dir"])
        .arg(&target_dir)
        .envs([("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", FLAGS)])
        .status()
        .context("cargo could not be started")?;
    if !status.success() {
        bail!("the fuzz targets could not be built: {status}");
    }
    Ok(target_dir.join(host).join("release"))
}

fn run_target(built: &Path, name: &str, seconds: u32) -> anyhow::Result<bool> {
    let grown = built.join("corpus").join(name);
    let artifacts = Path::new("fuzz/artifacts").join(name);
    for folder in [&grown, &artifacts] {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let status = Command::new(built.join(name))
        .args([&grown, &Path::new("fuzz/corpus").join(name)])
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(format!("-max_total_time={seconds}"))
        // A second is long for inputs of a few kilobytes; under the sanitizer everything takes longer.
        .args(["-timeout=20", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1"])
        .status()
        .with_context(|| format!("{name} could not be started"))?;
    Ok(status.success())
}
