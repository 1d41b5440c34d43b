//! The `intact` command: a Pact broker, mock server, stub server, verifier and command line in one.
//!
//! [`cli`] has the command tree; each command is a file in [`commands`] with its arguments and a `run`. The rooms beside
//! them: [`context`] is what every command is given, [`printer`] the two streams and their colour, [`exit`] the exit
//! codes, [`help`] what the help texts have in common, [`logging`] what is logged, [`error`] what an error means to the person
//! at the terminal, [`broker_options`] the flags of every command that talks to a broker, [`ci_environment`] what a build
//! service knows, [`pact_files`] finding and reading pact files, [`whole_file`] writing files, [`welcome`] what
//! a newcomer sees first.

mod broker_options;
mod ci_environment;
mod cli;
mod commands;
mod context;
mod error;
mod exit;
mod help;
mod logging;
mod pact_files;
mod printer;
mod progress;
mod welcome;
mod whole_file;

use std::process::ExitCode;

use crate::cli::Cli;
use crate::context::{Context, Environment};
use crate::exit::Exit;
use crate::printer::Printer;

fn main() -> ExitCode {
    let mut cli = match Cli::from_arguments(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` are told in the form of an error too.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Success };
            let _ = error.print();
            return exit.into();
        }
    };
    let printer = Printer::of_process(cli.global.no_color, cli.global.quiet);
    let mut context = Context { printer, environment: Environment::of_process() };
    let exit = match prepare(&mut cli, &mut context) {
        Ok(()) => run(cli, &context),
        Err(error) => {
            context.printer.error(&error);
            error::exit(&error)
        }
    };
    match context.printer.finish() {
        Ok(()) => exit.into(),
        // What cannot be written cannot be reported either.
        Err(_) => Exit::Unavailable.into(),
    }
}

/// Reads what has to be known before anything is done.
fn prepare(cli: &mut Cli, context: &mut Context) -> anyhow::Result<()> {
    if cli.command.is_of_server() {
        context.environment.read_secret_files(commands::broker::settings())?;
    }
    let server = cli.command.read_settings(&context.environment)?;
    cli.global.start_logging(server, context);
    Ok(())
}

fn run(cli: Cli, context: &Context) -> Exit {
    let mut builder = if cli.command.needs_one_thread() {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            context.printer.error(&anyhow::Error::from(error).context("the asynchronous runtime cannot be started"));
            return Exit::Unavailable;
        }
    };
    let exit = match runtime.block_on(cli.command.run(context)) {
        Ok(exit) => exit,
        Err(error) => {
            context.printer.error(&error);
            error::exit(&error)
        }
    };
    // A name look-up that nobody waits for any more must not hold up the end.
    runtime.shutdown_background();
    exit
}
