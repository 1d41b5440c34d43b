//! Running the binary as a user does.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a command may take before the test gives up on it.
const PATIENCE: Duration = Duration::from_mins(1);

/// A temporary folder in which commands are run.
pub(crate) struct Workspace {
    folder: tempfile::TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Gives the output back if the exit code is `code`; else the test fails and shows everything.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n── stdout\n{}\n── stderr\n{}", self.stdout, self.stderr);
        self
    }
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder can be made");
        }
        std::fs::write(&path, text).expect("a file can be written");
        path
    }

    /// Runs `intact` with nothing of the surrounding environment that it would read.
    pub(crate) fn intact<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        self.run(Path::new(env!("CARGO_BIN_EXE_intact")), arguments)
    }

    /// Runs `intact` with these environment variables.
    pub(crate) fn intact_in<S: AsRef<OsStr>>(
        &self,
        variables: &[(&str, &str)],
        arguments: impl IntoIterator<Item = S>,
    ) -> Output {
        self.run_in(variables, Path::new(env!("CARGO_BIN_EXE_intact")), arguments)
    }

    /// Runs any program, in the folder and with the environment that `intact` gets.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, program: &Path, arguments: impl IntoIterator<Item = S>) -> Output {
        self.run_in(&[], program, arguments)
    }

    /// Runs any program with these environment variables besides.
    pub(crate) fn run_in<S: AsRef<OsStr>>(
        &self,
        variables: &[(&str, &str)],
        program: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> Output {
        let child = self
            .command(program)
            .envs(variables.iter().copied())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
        let (send, receive) = mpsc::channel();
        let id = child.id();
        std::thread::spawn(move || send.send(child.wait_with_output()));
        let output = receive
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("process {id} ({}) did not end within {PATIENCE:?}", program.display()))
            .expect("the output can be read");
        Output {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Begins to run `intact`; its output goes to pipes.
    pub(crate) fn begin<S: AsRef<OsStr>>(
        &self,
        variables: &[(&str, &str)],
        arguments: impl IntoIterator<Item = S>,
    ) -> Child {
        self.command(Path::new(env!("CARGO_BIN_EXE_intact")))
            .envs(variables.iter().copied())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the process can be started")
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).stdin(Stdio::null());
        command.env_clear();
        for kept in ["PATH", "HOME", "SYSTEMROOT", "TMPDIR", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.env("XDG_DATA_HOME", self.path().join("data"));
        // The official tools would tell their makers about each run.
        command.env("PACT_DO_NOT_TRACK", "true");
        command
    }

    /// Starts `intact broker serve` on a free port, with its database in this folder.
    pub(crate) fn start_broker(&self) -> RunningBroker {
        let database = format!("sqlite://{}", self.path().join("broker.sqlite").display());
        self.start(["broker", "serve", "--port", "0", "--database-url", &database])
    }

    /// Starts a command of `intact` that serves, and waits until it says at which URL.
    pub(crate) fn start<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> RunningServer {
        self.try_start(&[], arguments).unwrap_or_else(|output| panic!("the server says no URL: {output:?}"))
    }

    /// Starts a command of `intact` that serves, with these environment variables, and waits until it says at which URL, or
    /// ends.
    pub(crate) fn try_start<S: AsRef<OsStr>>(
        &self,
        variables: &[(&str, &str)],
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<RunningServer, Output> {
        let mut process = self
            .command(Path::new(env!("CARGO_BIN_EXE_intact")))
            .envs(variables.iter().copied())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server can be started");
        let (send, lines) = mpsc::channel();
        read_lines(process.stdout.take().expect("stdout is a pipe"), Stream::Out, send.clone());
        read_lines(process.stderr.take().expect("stderr is a pipe"), Stream::Err, send);
        let mut server = RunningServer { process, url: String::new(), lines, seen: Vec::new(), heard: 0 };
        while server.url.is_empty() {
            match server.lines.recv_timeout(PATIENCE) {
                Ok((stream, line)) => {
                    if let Some(start) = line.find("http://").filter(|_| stream == Stream::Out) {
                        let url: String =
                            line[start..].chars().take_while(|c| !c.is_whitespace() && *c != '"').collect();
                        url.trim_end_matches(['/', '.', ',']).clone_into(&mut server.url);
                    }
                    server.seen.push((stream, line));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(server.end()),
                Err(mpsc::RecvTimeoutError::Timeout) => panic!("the server says no URL: {:?}", server.seen),
            }
        }
        Ok(server)
    }
}

/// A broker process; it is ended when this is dropped.
pub(crate) type RunningBroker = RunningServer;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

/// Reads to the end, so that the process never waits for a full pipe.
fn read_lines(stream: impl std::io::Read + Send + 'static, which: Stream, lines: mpsc::Sender<(Stream, String)>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = lines.send((which, line));
        }
    });
}

/// A process that serves; it is ended when this is dropped.
pub(crate) struct RunningServer {
    process: Child,
    pub(crate) url: String,
    lines: mpsc::Receiver<(Stream, String)>,
    seen: Vec<(Stream, String)>,
    /// How many of the lines [`wait_for`](Self::wait_for) is done with.
    heard: usize,
}

impl RunningServer {
    /// Waits until the process writes a line that contains the text, and gives the line. Lines before the one that was
    /// waited for last do not count.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        loop {
            while let Some((_, line)) = self.seen.get(self.heard) {
                self.heard += 1;
                if line.contains(text) {
                    return line.clone();
                }
            }
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("the server does not say {text:?}: {:?}", self.seen)
            };
            self.seen.push(line);
        }
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Presses Ctrl-C and waits for the end.
    #[cfg(unix)]
    pub(crate) fn interrupt(self) -> Output {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().expect("`kill` can be run");
        assert!(sent.success(), "process {id} could not be interrupted");
        self.end()
    }

    /// Waits for the end.
    fn end(mut self) -> Output {
        // Both pipes close when the process ends; until then every line is awaited with patience.
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.seen.push(line);
        }
        let code = self.process.wait().expect("the process ends").code().unwrap_or(-1);
        let text = |which: Stream| {
            self.seen
                .iter()
                .filter(|(stream, _)| *stream == which)
                .flat_map(|(_, line)| [line.as_str(), "\n"])
                .collect()
        };
        Output { code, stdout: text(Stream::Out), stderr: text(Stream::Err) }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
