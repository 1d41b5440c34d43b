//! `intact init`: writes a first contract test or verification, and what a build service needs for it, after asking.
//!
//! Nothing that is there is overwritten, and everything is decided before the first file is written.

mod questions;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;

use self::questions::Questions;
use super::shell_word;
use crate::context::Context;
use crate::error::Problem;
use crate::exit::Exit;
use crate::printer::Tone;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which side of the contract this project is
    #[arg(long, value_name = "ROLE")]
    role: Option<Role>,
    /// The name of the consumer
    #[arg(long, value_name = "NAME")]
    consumer: Option<String>,
    /// The name of the provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// The build service that gets a job
    #[arg(long, value_name = "SERVICE")]
    ci: Option<BuildService>,
    /// Take what was not said from the project, without asking
    #[arg(short = 'y', long)]
    yes: bool,
    /// The project's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    // It sends requests.
    Consumer,
    // It answers them.
    Provider,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BuildService {
    // A workflow.
    Github,
    // A file to include.
    Gitlab,
    // No job.
    None,
}

/// A file to be written.
#[derive(Debug, PartialEq, Eq)]
struct NewFile {
    /// Below the project's folder.
    path: &'static str,
    content: String,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Exit> {
    let project = Project::look(&args.dir)?;
    let answers = match context.printer.nobody_to_ask() {
        _ if args.yes => Err("--yes cannot tell it from the project"),
        Some(reason) => Err(reason),
        None => Ok(io::stdin().lock()),
    };
    let mut questions = Questions::new(answers, args.yes, context);
    let role = questions.choice(
        "Does this project send the requests (consumer) or answer them (provider)",
        "--role",
        args.role,
        None,
    )?;
    let own = |is_own: bool| if is_own { project.name.as_deref() } else { None };
    let consumer = questions.name(
        "What is the consumer called",
        "--consumer",
        args.consumer.as_deref(),
        own(role == Role::Consumer),
    )?;
    let provider = questions.name(
        "What is the provider called",
        "--provider",
        args.provider.as_deref(),
        own(role == Role::Provider),
    )?;
    let service = questions.choice("Which build service gets a job", "--ci", args.ci, Some(project.build_service))?;
    let files = files(role, &project, service, &consumer, &provider);
    for file in &files {
        if args.dir.join(file.path).exists() {
            let problem = Problem::usage(format!("{} is there already; nothing was written", file.path));
            return Err(problem.hint("move it away, or take from it what is missing").into());
        }
    }
    for NewFile { path, content } in &files {
        write_new(&args.dir.join(path), content)?;
        context.printer.line(Tone::Good, &format!("wrote {path}"));
    }
    context.printer.text(&next_steps(role, &project, service, &consumer, &provider));
    Ok(Exit::Success)
}

/// What the project's folder tells.
#[derive(Debug)]
struct Project {
    /// Its name.
    name: Option<String>,
    /// Is it a Rust package?
    is_rust: bool,
    /// Is its service a router of axum?
    has_axum: bool,
    /// The build service that it uses already.
    build_service: BuildService,
}

impl Project {
    fn look(folder: &Path) -> anyhow::Result<Self> {
        if !folder.is_dir() {
            return Err(Problem::usage(format!("there is no folder {}", folder.display())).into());
        }
        let manifest = match fs::read_to_string(folder.join("Cargo.toml")) {
            Ok(text) => Some(
                text.parse::<toml::Table>()
                    .map_err(|error| Problem::usage(format!("Cargo.toml cannot be read: {}", error.message())))?,
            ),
            Err(_) => None,
        };
        let package = manifest.as_ref().and_then(|manifest| manifest.get("package")?.as_table());
        let of_package = package.and_then(|package| package.get("name")?.as_str()).map(str::to_owned);
        let of_folder = || Some(folder.canonicalize().ok()?.file_name()?.to_str()?.to_owned());
        let dependencies = manifest.as_ref().and_then(|manifest| manifest.get("dependencies")?.as_table());
        let uses_gitlab = folder.join(".gitlab-ci.yml").exists();
        Ok(Self {
            is_rust: package.is_some(),
            has_axum: dependencies.is_some_and(|dependencies| dependencies.contains_key("axum")),
            name: of_package.or_else(of_folder),
            build_service: if uses_gitlab { BuildService::Gitlab } else { BuildService::Github },
        })
    }
}

const CONSUMER_TEST: &str = include_str!("init/consumer_test.rs");
const PROVIDER_TEST: &str = include_str!("init/provider_test.rs");
const TEST_FILE: &str = "tests/contracts.rs";

fn files(role: Role, project: &Project, service: BuildService, consumer: &str, provider: &str) -> Vec<NewFile> {
    let test = match role {
        Role::Consumer if project.is_rust => Some(CONSUMER_TEST),
        Role::Provider if project.has_axum => Some(PROVIDER_TEST),
        Role::Consumer | Role::Provider => None,
    };
    let job = match (service, role) {
        (BuildService::Github, Role::Consumer) => {
            Some((".github/workflows/contracts.yml", include_str!("init/github_consumer.yml")))
        }
        (BuildService::Github, Role::Provider) => {
            Some((".github/workflows/contracts.yml", include_str!("init/github_provider.yml")))
        }
        (BuildService::Gitlab, Role::Consumer) => {
            Some(("contracts.gitlab-ci.yml", include_str!("init/gitlab_consumer.yml")))
        }
        (BuildService::Gitlab, Role::Provider) => {
            Some(("contracts.gitlab-ci.yml", include_str!("init/gitlab_provider.yml")))
        }
        (BuildService::None, _) => None,
    };
    let test = test.map(|template| {
        let words = [("CONSUMER", &*in_literal(consumer)), ("PROVIDER", &*in_literal(provider))];
        NewFile { path: TEST_FILE, content: with_words(template, &words) }
    });
    let job = job.map(|(path, template)| {
        let names = [("CONSUMER", &*shell_word(consumer)), ("PROVIDER", &*shell_word(provider))];
        let commands = if project.is_rust { OF_RUST } else { OF_OTHERS };
        NewFile { path, content: with_words(template, &[&names[..], &commands].concat()) }
    });
    test.into_iter().chain(job).collect()
}

/// What a job runs for a Rust package, by the words that stand for it in the templates.
const OF_RUST: [(&str, &str); 5] = [
    ("BUILD_COMMAND", "cargo build"),
    ("START_COMMAND", "cargo run & # as your service is started; it listens on port 8080 here"),
    ("TEST_COMMAND", "cargo test"),
    ("PACT_FOLDER", "target/pacts"),
    ("IMAGE_WITH_CARGO", "rust:latest"),
];

/// What is left to the user elsewhere.
const OF_OTHERS: [(&str, &str); 5] = [
    ("BUILD_COMMAND", "# TODO: what builds your service"),
    ("START_COMMAND", "# TODO: what starts it in the background; it listens on port 8080 here"),
    ("TEST_COMMAND", "# TODO: what runs your tests, which write the pact files into the folder pacts"),
    ("PACT_FOLDER", PACT_FOLDER),
    (
        "IMAGE_WITH_CARGO",
        "rust:latest # TODO: an image with cargo, which installs intact, and with what your project needs",
    ),
];

/// Where the Pact libraries of most languages leave what their tests write.
const PACT_FOLDER: &str = "pacts";

/// The template with other words in it: each of these, and none of what was put in.
fn with_words(template: &str, words: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, placeholder, word)) = words
        .iter()
        .filter_map(|(placeholder, word)| Some((rest.find(placeholder)?, placeholder, word)))
        .min_by_key(|(at, ..)| *at)
        .map(|(at, placeholder, word)| (&rest[..at], placeholder, word))
    {
        text.push_str(before);
        text.push_str(word);
        rest = &rest[before.len() + placeholder.len()..];
    }
    text.push_str(rest);
    text
}

/// As part of a string literal of Rust.
fn in_literal(name: &str) -> String {
    name.replace('\\', r"\\").replace('"', r#"\""#)
}

fn write_new(file: &Path, content: &str) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be written", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let mut new = fs::File::create_new(file).with_context(failed)?;
    new.write_all(content.as_bytes()).with_context(failed)
}

fn next_steps(role: Role, project: &Project, service: BuildService, consumer: &str, provider: &str) -> String {
    let mut steps: Vec<String> = Vec::new();
    match role {
        Role::Consumer if project.is_rust => {
            steps.push("cargo add --dev intact-pact reqwest && cargo add --dev tokio --features macros,rt".to_owned());
            steps.push(format!("cargo test    (then look at target/pacts, and put your own client into {TEST_FILE})"));
        }
        Role::Consumer => steps.push(
            "write the contract with the Pact library of your language; its pact files are all that Intact needs"
                .to_owned(),
        ),
        Role::Provider if project.has_axum => {
            steps.push(
                "cargo add --dev intact-verifier serde_json && cargo add --dev tokio --features macros,rt".to_owned(),
            );
            steps.push(format!(
                "put {consumer}'s pact file into pacts/, and your router into {TEST_FILE}; then cargo test"
            ));
        }
        Role::Provider => steps.push(format!(
            "intact verify PACTS -n {} -p 8080 -s http://localhost:8080/_pact/states    (with the provider running)",
            shell_word(provider)
        )),
    }
    let job = files(role, project, service, consumer, provider).into_iter().find(|file| file.path != TEST_FILE);
    if let Some(NewFile { path, .. }) = job.filter(|_| !project.is_rust) {
        steps.push(match role {
            Role::Consumer => format!(
                "put what runs your tests into {path}, and the folder of their pact files if it is not {PACT_FOLDER}"
            ),
            Role::Provider => format!("put what builds and starts your service into {path}"),
        });
    }
    steps
        .push("intact broker serve    (a broker to try it with; `intact doctor` looks whether all is well)".to_owned());
    if service != BuildService::None {
        steps.push(
            "tell the build service where the broker is: PACT_BROKER_BASE_URL, and PACT_BROKER_TOKEN if it wants one"
                .to_owned(),
        );
    }
    let lines: Vec<String> = (1..).zip(&steps).map(|(number, step)| format!("  {number}  {step}")).collect();
    format!("\nNext\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests;
