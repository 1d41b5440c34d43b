//! `intact mock start` and its companions: a master server that starts mock servers, and the commands that ask it to.
//!
//! Flags, words and exit codes are those of the official stand-alone mock server, since scripts look at them.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use intact_broker_client::http::{HttpOptions, failure_reason, http_client};
use intact_mock_server::{ControlOptions, ControlServer};
use intact_pact_model::{Json, JsonValue, SpecVersion};

use super::{address_of, interruption, not_started};
use crate::commands::table;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::pact_files::{self, Oddities};
use crate::printer::Tone;

/// The port of a master unless another one is said.
pub(super) const PORT: u16 = 8080;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Start the master server, which starts mock servers on request
    Start(StartArgs),
    /// List the running mock servers
    List,
    /// Start a mock server that plays the provider of a pact file
    Create(CreateArgs),
    /// Check that a mock server was used as its pact says, and write the pact file if it was
    Verify(Which),
    /// End a mock server and free its port
    Shutdown(Which),
    /// End the master server with all its mock servers
    ShutdownMaster(ShutdownMasterArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct StartArgs {
    /// Where pact files are written [default: the current directory]
    #[arg(short = 'o', long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    output: PathBuf,
    /// The port of the first mock server; further ones get the next free ones [default: free ports]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    base_port: Option<u16>,
    /// The key that `shutdown-master` must know [default: a random one, which is printed]
    #[arg(long, value_name = "KEY")]
    server_key: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    /// The pact file
    #[arg(short = 'f', long, value_name = "FILE")]
    file: PathBuf,
    /// Answer the preflight requests of browsers
    #[arg(short = 'c', long, alias = "cors")]
    cors_preflight: bool,
    /// The version of the specification to compare and write with [default: that of the file]
    #[arg(long, value_name = "VERSION")]
    specification: Option<String>,
    /// Close each connection after one request
    #[arg(long)]
    no_keep_alive: bool,
    /// Serve TLS with a self-signed certificate
    #[arg(long)]
    tls: bool,
}

/// Which mock server.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// The mock server's id
    #[arg(short = 'i', long, value_name = "ID")]
    mock_server_id: Option<String>,
    /// The mock server's port
    #[arg(short = 'm', long, value_name = "PORT")]
    mock_server_port: Option<u16>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ShutdownMasterArgs {
    /// The key, as `start` printed it
    #[arg(short = 'k', long, value_name = "KEY")]
    server_key: String,
    /// How long it goes on, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 100)]
    period: u64,
}

impl Which {
    /// As it stands in a path: ids are hexadecimal digits, so nothing needs to be encoded.
    fn segment(&self) -> Result<String, Problem> {
        match (&self.mock_server_id, self.mock_server_port) {
            (Some(id), _) if !id.is_empty() && id.bytes().all(|letter| letter.is_ascii_hexdigit()) => Ok(id.clone()),
            (Some(id), _) => Err(Problem::usage(format!("`{id}` is no id of a mock server"))
                .hint("the ids are shown by `intact mock list`")),
            (None, port) => Ok(port.unwrap_or_default().to_string()),
        }
    }

    fn said(&self) -> String {
        match (&self.mock_server_id, self.mock_server_port) {
            (Some(id), _) => format!("id '{id}'"),
            (None, port) => format!("port '{}'", port.unwrap_or_default()),
        }
    }
}

pub(super) async fn run(command: &Command, host: &str, port: u16, context: &Context) -> anyhow::Result<Exit> {
    if let Command::Start(args) = command {
        return start(args, host, port, context).await;
    }
    // Each command of the official tool has a code of its own for a master that does not answer as it should.
    let failed = match command {
        Command::Start(_) | Command::List => Exit::MockNotListed,
        Command::Create(_) => Exit::MockNotCreated,
        Command::Shutdown(_) | Command::ShutdownMaster(_) => Exit::MockNotShutDown,
        Command::Verify(_) => Exit::MockNotVerified,
    };
    let master = Master::at(host, port, failed)?;
    match command {
        Command::Start(_) => unreachable!("done above"),
        Command::List => list(&master, context).await,
        Command::Create(args) => create(args, &master, context).await,
        Command::Verify(which) => verify(which, &master, context).await,
        Command::Shutdown(which) => shutdown(which, &master, context).await,
        Command::ShutdownMaster(args) => shutdown_master(args, &master, context).await,
    }
}

async fn start(args: &StartArgs, host: &str, port: u16, context: &Context) -> anyhow::Result<Exit> {
    let printer = &context.printer;
    let mut options = ControlOptions::default().host(address_of(host).await?).port(port).output_dir(&args.output);
    if let Some(port) = args.base_port {
        options = options.base_port(port);
    }
    if let Some(key) = &args.server_key {
        options = options.server_key(key);
    }
    let master = ControlServer::start(options).map_err(not_started)?;
    let mut interrupted = interruption();
    let text = format!("Master server started on port {}: {}", master.address().port(), master.url());
    printer.line(Tone::Good, &text);
    printer.text(&format!("Server key: '{}'", master.server_key()));
    tokio::select! {
        period = master.shut_down_requested() => {
            // Mock servers are still of use to clients that are about to end; whoever asked said how long.
            let _ = tokio::time::timeout(period, &mut interrupted).await;
        }
        () = &mut interrupted => {}
    }
    master.finish().await;
    printer.remark(Tone::Faint, "the master server has stopped");
    Ok(Exit::Success)
}

/// A running master server, as its client sees it.
struct Master {
    client: reqwest::Client,
    url: String,
    failed: Exit,
}

/// Its answer.
struct Answer {
    status: u16,
    body: JsonValue,
}

impl Answer {
    fn error(&self) -> String {
        match self.body.get("error").and_then(Json::as_str) {
            Some(error) => error.to_owned(),
            None => format!("it answered with status {}", self.status),
        }
    }
}

impl Master {
    fn at(host: &str, port: u16, failed: Exit) -> anyhow::Result<Self> {
        let client = http_client(&HttpOptions::for_provider(Duration::from_mins(2)))?;
        Ok(Self { client, url: format!("http://{host}:{port}"), failed })
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, Problem> {
        let unreachable = |error: reqwest::Error| {
            let text = format!("the master mock server at {} cannot be reached: {}", self.url, failure_reason(error));
            self.problem(text).hint("is it running? `intact mock start` starts one; --host and --port say where it is")
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(unreachable)?;
        Ok(Answer { status, body: Json::parse_owned(&bytes).unwrap_or(Json::Null) })
    }

    fn problem(&self, text: impl Into<String>) -> Problem {
        Problem::exiting(self.failed, text)
    }
}

async fn list(master: &Master, context: &Context) -> anyhow::Result<Exit> {
    let answer = master.send(master.request(reqwest::Method::GET, "/")).await?;
    let Some(servers) = answer.body.get("mockServers").and_then(Json::as_array) else {
        return Err(master.problem(format!("the list cannot be had: {}", answer.error())).into());
    };
    let text =
        |server: &JsonValue, name: &str| server.get(name).map_or_else(String::new, |it| it.to_text().into_owned());
    let rows = servers.iter().map(|server| ["id", "port", "provider", "status"].map(|name| text(server, name)));
    context.printer.raw(&table(["Mock Server Id", "Port", "Provider", "Verification State"], rows));
    Ok(Exit::Success)
}

async fn create(args: &CreateArgs, master: &Master, context: &Context) -> anyhow::Result<Exit> {
    let file = pact_files::read(&args.file, Oddities::Warned).map_err(|error| master.problem(error.to_string()))?;
    let mut query = Vec::new();
    if args.cors_preflight {
        query.push(("cors", "true".to_owned()));
    }
    if args.tls {
        query.push(("tls", "true".to_owned()));
    }
    if args.no_keep_alive {
        query.push(("keepAlive", "false".to_owned()));
    }
    if let Some(version) = &args.specification {
        let known = SpecVersion::parse(version);
        let known = known.ok_or_else(|| Problem::usage(format!("`{version}` is no version of the specification")))?;
        query.push(("specification", known.to_string()));
    }
    let request = master
        .request(reqwest::Method::POST, "/")
        .query(&query)
        .header(reqwest::header::CONTENT_TYPE, "application/json")
        .body(file.content);
    let answer = master.send(request).await?;
    let created =
        answer.body.get("mockServer").and_then(|it| Some((it.get("id")?.as_str()?, it.get("port")?.as_u64()?)));
    let Some((id, port)) = created else {
        return Err(master.problem(format!("the mock server was not started: {}", answer.error())).into());
    };
    for warning in warnings(&answer.body) {
        context.printer.remark(Tone::Doubtful, &format!("warning: {warning}"));
    }
    context.printer.line(Tone::Good, &format!("Mock server {id} started on port {port}"));
    Ok(Exit::Success)
}

async fn verify(which: &Which, master: &Master, context: &Context) -> anyhow::Result<Exit> {
    let path = format!("/mockserver/{}/verify", which.segment()?);
    let answer = master.send(master.request(reqwest::Method::POST, &path)).await?;
    match answer.status {
        204 => {
            context.printer.line(Tone::Good, &format!("Mock server with {} verified ok", which.said()));
            Ok(Exit::Success)
        }
        404 => Err(not_found(which).into()),
        422 if answer.body.get("error").is_none() => {
            context.printer.line(Tone::Bad, &failures(&answer.body));
            Ok(Exit::Usage)
        }
        _ => Err(master.problem(format!("the mock server was not verified: {}", answer.error())).into()),
    }
}

async fn shutdown(which: &Which, master: &Master, context: &Context) -> anyhow::Result<Exit> {
    let path = format!("/mockserver/{}", which.segment()?);
    let answer = master.send(master.request(reqwest::Method::DELETE, &path)).await?;
    match answer.status {
        204 => {
            context.printer.line(Tone::Good, &format!("Mock server with {} shutdown ok", which.said()));
            Ok(Exit::Success)
        }
        404 => Err(not_found(which).into()),
        _ => Err(master.problem(format!("the mock server was not ended: {}", answer.error())).into()),
    }
}

async fn shutdown_master(args: &ShutdownMasterArgs, master: &Master, context: &Context) -> anyhow::Result<Exit> {
    let request = master.request(reqwest::Method::POST, "/shutdown").bearer_auth(&args.server_key);
    let body = serde_json::json!({ "period": args.period });
    let answer = master.send(request.json(&body)).await?;
    match answer.status {
        204 => {
            context.printer.line(Tone::Good, "Master server shutting down ok");
            Ok(Exit::Success)
        }
        403 => Err(master.problem("the master server has another key than this").into()),
        _ => Err(master.problem(format!("the master server was not ended: {}", answer.error())).into()),
    }
}

fn not_found(which: &Which) -> Problem {
    let text = format!(
        "No mock server found with {}, use the 'list' command to get a list of available mock servers.",
        which.said()
    );
    Problem::exiting(Exit::Unavailable, text)
}

/// What the master says beside its answer, such as what takes a plugin.
fn warnings(answer: &JsonValue) -> impl Iterator<Item = Cow<'_, str>> {
    answer.get("warnings").and_then(Json::as_array).unwrap_or_default().iter().map(Json::to_text)
}

/// What was wrong, in words, from the answer to a verification.
fn failures(answer: &JsonValue) -> String {
    let server =
        |name: &str| answer.get("mockServer").and_then(|it| it.get(name)).map_or("?".into(), |it| it.to_text());
    let problems = answer.get("mismatches").and_then(Json::as_array).unwrap_or_default();
    let mut lines = vec![format!(
        "Mock server {}/{} failed verification with {} {}\n",
        server("id"),
        server("port"),
        problems.len(),
        if problems.len() == 1 { "error" } else { "errors" }
    )];
    for (at, problem) in problems.iter().enumerate() {
        let word = |name: &str| problem.get(name).map_or("".into(), |it| it.to_text());
        let what = match problem.get("type").and_then(Json::as_str) {
            Some("missing-request") => "Expected request was not received",
            Some("request-not-found") => "Received a request that was not expected",
            _ => "Received a request that did not match with expected",
        };
        let request = format!("{} {}{}", word("method"), word("path"), word("error"));
        lines.push(format!("{at} - {what} - {}", request.trim()));
        let mismatches = problem.get("mismatches").and_then(Json::as_array).unwrap_or_default();
        lines.extend(
            mismatches.iter().filter_map(|mismatch| Some(format!("        {}", mismatch.get("mismatch")?.to_text()))),
        );
        lines.extend(warnings(problem).map(|warning| format!("        {warning}")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_one_by_one() {
        let answer = r#"{"mockServer":{"id":"0C8395D7","port":1234},"mismatches":[
            {"type":"missing-request","method":"GET","path":"/a"},
            {"type":"request-not-found","method":"GET","path":"/b"},
            {"type":"request-mismatch","method":"POST","path":"/c","mismatches":[{"mismatch":"Expected 43 to be equal to 42"}],"warnings":["it takes a plugin"]}]}"#;
        let answer = Json::parse_owned(answer.as_bytes()).expect("JSON");
        insta::assert_snapshot!(failures(&answer), @r"
        Mock server 0C8395D7/1234 failed verification with 3 errors

        0 - Expected request was not received - GET /a
        1 - Received a request that was not expected - GET /b
        2 - Received a request that did not match with expected - POST /c
                Expected 43 to be equal to 42
                it takes a plugin
        ");
    }

    #[test]
    fn an_id_cannot_lead_elsewhere() {
        let which = |id: &str| Which { mock_server_id: Some(id.to_owned()), mock_server_port: None }.segment().is_ok();
        assert_eq!([which("0C8395D7"), which("../shutdown"), which("")], [true, false, false]);
    }
}
