//! A PostgreSQL server that a test may stop and start.
//!
//! The one that the broker's own tests share may not be touched, so this is another, started by the same script: it ends when
//! this process does, however that comes about.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::required;

const SCRIPT: &str = include_str!("../../broker/src/testing/keep_postgres.sh");

/// A server on a Unix socket, in a folder of its own.
#[derive(Debug)]
pub struct Postgres {
    keeper: Child,
    said: BufReader<ChildStdout>,
    programs: PathBuf,
    folder: PathBuf,
}

impl Postgres {
    /// Starts a server, if PostgreSQL is installed; a commit is acknowledged when it would survive the server's death.
    ///
    /// # Panics
    ///
    /// If it is installed but does not start, or is not and everything is required.
    pub fn start() -> Option<Self> {
        let programs = required(programs(), "PostgreSQL is not installed")?;
        // The path of a socket may have about a hundred bytes, and an unprivileged user must be able to walk to it.
        let folder =
            tempfile::Builder::new().prefix("intact-pg-").tempdir_in("/tmp").expect("a temporary folder").keep();
        let mut keeper = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "keep_postgres"])
            .args([&programs, &folder])
            .args(["-c", "synchronous_commit=on"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell can be started");
        let said = BufReader::new(keeper.stdout.take().expect("the shell's output is a pipe"));
        let mut server = Self { keeper, said, programs, folder };
        server.wait();
        Some(server)
    }

    /// Creates an empty database and gives its address.
    ///
    /// # Panics
    ///
    /// If there is one of that name.
    pub fn create_database(&self, name: &str) -> String {
        let mut command = Command::new(self.programs.join("psql"));
        command.args(["-q", "-U", "intact", "-d", "postgres", "-c", &format!("CREATE DATABASE {name}"), "-h"]);
        let created = command.arg(&self.folder).status().expect("psql can be run");
        assert!(created.success(), "the database {name} cannot be created");
        format!("postgres://intact@{}/{name}", self.folder.display().to_string().replace('/', "%2F"))
    }

    /// Ends the server as an operator does: whoever is connected is thrown out.
    pub fn stop(&mut self) {
        self.tell("stop");
    }

    /// Starts it again after [`stop`](Self::stop).
    pub fn start_again(&mut self) {
        self.tell("start");
    }

    fn tell(&mut self, command: &str) {
        let input = self.keeper.stdin.as_mut().expect("the shell's input is a pipe");
        writeln!(input, "{command}").expect("the shell reads");
        self.wait();
    }

    /// Waits until the shell has done what it was told.
    fn wait(&mut self) {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("the shell's output can be read");
        assert_eq!(line.trim(), "ready", "PostgreSQL does not do as told; see the logs in {}", self.folder.display());
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder with `initdb`, `postgres` and `psql`: Debian's newest version, else the first on the path or in a usual place.
fn programs() -> Option<PathBuf> {
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("bin"))
        .collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/opt/homebrew/bin", "/usr/local/pgsql/bin"].map(PathBuf::from);
    let mut candidates = debian.into_iter().rev().chain(std::env::split_paths(&path)).chain(usual);
    candidates.find(|folder| ["initdb", "postgres", "psql"].iter().all(|name| is_file(folder, name)))
}

fn is_file(folder: &Path, name: &str) -> bool {
    folder.join(name).is_file()
}
