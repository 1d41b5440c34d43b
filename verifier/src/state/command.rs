//! Provider states set up by an external command.
//!
//! The command runs in the system's shell, once for each state of an interaction (once with an empty name if it has none):
//!
//! * on standard input it is given `{"action": "setup", "params": {…}, "state": "NAME"}`, the same as a state-change URL; the
//!   variables `INTACT_STATE_ACTION` and `INTACT_STATE_NAME` say it too, for scripts that do not read JSON;
//! * exit code 0 means that the provider is in the state; any other fails the interaction with what the command said on standard
//!   error;
//! * what it writes to standard output is nothing, or a JSON object with values for the interaction;
//! * after the interaction it is called with `"action": "teardown"` if that was asked for;
//! * it has as long as a request, and is killed after that, on Unix with everything that it started; what it has started is
//!   killed also if it fails.

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::BoxFuture;
use intact_broker_client::secrets::Secrets;
use intact_pact_model::ProviderState;
use intact_pact_model::json::{Json, JsonValue};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::told::{self, StateChanger, change_json};
use super::{IntoStateValues as _, StateError, StateValues};

/// Sets up provider states by running a command.
#[derive(Debug, Clone)]
pub(crate) struct CommandStates {
    pub(crate) command: String,
    pub(crate) timeout: Duration,
    /// What is taken out of the command's words.
    pub(crate) secrets: Secrets,
}

/// How much of what the command says is kept: values for one interaction.
const LARGEST_ANSWER: u64 = 4 * 1024 * 1024;

impl CommandStates {
    async fn call(&self, action: &str, state: &ProviderState) -> Result<StateValues, StateError> {
        let failed = |what: String| StateError(format!("the state command {what}"));
        match tokio::time::timeout(self.timeout, self.run(action, state)).await {
            Ok(result) => result.map_err(failed),
            Err(_) => Err(failed(format!("did not end within {:?} and was killed", self.timeout))),
        }
    }

    async fn run(&self, action: &str, state: &ProviderState) -> Result<StateValues, String> {
        let mut child = shell(&self.command)
            .env("INTACT_STATE_ACTION", action)
            .env("INTACT_STATE_NAME", state.name.replace('\0', ""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot be run: {error}"))?;
        #[cfg(unix)]
        let group = group::Group::led_by(&child);
        let question = format!("{}\n", change_json(action, state).to_compact());
        let mut stdin = child.stdin.take();
        let tell = async {
            if let Some(mut stdin) = stdin.take() {
                // A command that does not care for its input may have ended already.
                let _ = stdin.write_all(question.as_bytes()).await;
            }
        };
        let ((), out, err, status) =
            tokio::join!(tell, read(child.stdout.take()), read(child.stderr.take()), child.wait());
        let status = status.map_err(|error| format!("cannot be waited for: {error}"))?;
        let said = self.secrets.excerpt(&String::from_utf8_lossy(&err), told::EXCERPT);
        if !status.success() {
            let said = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Err(format!("failed ({status}){said}"));
        }
        // What it leaves running now, such as a server, it leaves on purpose.
        #[cfg(unix)]
        group.leave();
        if !said.is_empty() {
            tracing::info!("the state command says: {said}");
        }
        if out.trim_ascii().is_empty() {
            return Ok(StateValues::new());
        }
        let values: JsonValue = Json::parse(&out)
            .map_err(|error| format!("wrote something to standard output that is not JSON: {error}"))?
            .into_owned();
        values.into_state_values().map_err(|error| format!("wrote to standard output what it should not: {error}"))
    }
}

fn shell(command: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.arg(flag).arg(command);
    #[cfg(unix)]
    shell.process_group(0);
    shell
}

async fn read(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What is broken off is judged by the exit code. The rest is read too, or the command would wait for ever.
        let _ = (&mut pipe).take(LARGEST_ANSWER).read_to_end(&mut bytes).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    bytes
}

/// The command and everything it started.
#[cfg(unix)]
mod group {
    use rustix::process::{Pid, Signal, kill_process_group};
    use tokio::process::Child;

    /// Killed when it is dropped: nobody waits for the command any more, or it has failed. As long as one of the group lives,
    /// nobody else gets its number.
    pub(super) struct Group(Option<Pid>);

    impl Group {
        pub(super) fn led_by(child: &Child) -> Self {
            Self(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
        }

        /// Lets it go on.
        pub(super) fn leave(mut self) {
            self.0 = None;
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            if let Some(group) = self.0 {
                // It may have ended by itself just now.
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    }
}

impl StateChanger for CommandStates {
    fn change<'a>(
        &'a self,
        action: &'static str,
        state: &'a ProviderState,
    ) -> BoxFuture<'a, Result<StateValues, StateError>> {
        Box::pin(self.call(action, state))
    }
}
