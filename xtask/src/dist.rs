//! `cargo xtask dist`: a folder with all that a package of the binary consists of: the binary itself, its man pages, what makes
//! shells complete its commands, licences and README. The binary writes the pages and completions of its own commands.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

const FOLDER: &str = "target/dist/package";

const SHELLS: &[&str] = &["bash", "elvish", "fish", "powershell", "zsh"];

pub(crate) fn run() -> anyhow::Result<()> {
    // All paths here are those of the workspace, wherever this was called, and whatever the settings of cargo say.
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::env::set_current_dir(&workspace).with_context(|| format!("{} cannot be entered", workspace.display()))?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let build = ["build", "--profile", "dist", "--locked", "--target-dir", "target", "-p", "intact-cli"];
    execute(Command::new(cargo).args(build).env_remove("CARGO_BUILD_TARGET"))?;
    let binary = format!("target/dist/intact{}", std::env::consts::EXE_SUFFIX);
    let folder = Path::new(FOLDER);
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("{FOLDER} cannot be emptied"))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{FOLDER} cannot be made"))?;
    for file in [binary.as_str(), "README.md", "LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"] {
        let name = Path::new(file).file_name().context("every one of these is a file")?;
        std::fs::copy(file, folder.join(name)).with_context(|| format!("{file} cannot be copied"))?;
    }
    execute(Command::new(&binary).args(["man", "--dir"]).arg(folder.join("man/man1")))?;
    for shell in SHELLS {
        execute(Command::new(&binary).args(["completions", shell, "--dir"]).arg(folder.join("completions")))?;
    }
    crate::say(&format!("the package is in {FOLDER}"));
    Ok(())
}

fn execute(command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().display().to_string();
    let status = command.status().with_context(|| format!("{program} could not be started"))?;
    if !status.success() {
        bail!("{program} failed: {status}");
    }
    Ok(())
}
