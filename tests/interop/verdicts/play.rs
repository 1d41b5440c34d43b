//! Plays pact files to both verifiers against a provider that gives each interaction its own answer.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::Trial;
use super::contract::Version;
use crate::support::Workspace;

/// How many interactions a pact file has at most: the official verifier's time for one grows with the file.
const FILE: usize = 200;
/// How many pact files are verified at once.
const AT_ONCE: usize = 2;

/// What a verifier says of one interaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) accepts: bool,
    /// Why not.
    pub(super) because: String,
}

/// The verdicts of the official verifier and of ours, in the order of the trials.
pub(super) fn verdicts(official: &Path, trials: &[Trial]) -> Vec<(Verdict, Verdict)> {
    let workspace = Workspace::new();
    let port = serve(trials);
    let files = files(&workspace, trials);
    let next = AtomicUsize::new(0);
    let found: Mutex<BTreeMap<String, (Verdict, Verdict)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let theirs = verify(&workspace, Some(official), &file.path, port);
                    let ours = verify(&workspace, None, &file.path, port);
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    for name in &file.names {
                        let of = |verdicts: &HashMap<String, Verdict>, who: &str| {
                            verdicts.get(name).cloned().unwrap_or_else(|| panic!("{who} says nothing of {name:?}"))
                        };
                        found.insert(name.clone(), (of(&theirs, "the official verifier"), of(&ours, "intact")));
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    trials.iter().map(|trial| found.remove(&trial.name).expect("a verdict for each trial")).collect()
}

struct File {
    path: String,
    names: Vec<String>,
}

/// Pact files of one version and kind each.
fn files(workspace: &Workspace, trials: &[Trial]) -> Vec<File> {
    let mut groups: BTreeMap<(Version, bool), Vec<(usize, &Trial)>> = BTreeMap::new();
    for (at, trial) in trials.iter().enumerate() {
        groups.entry((trial.version, trial.is_message())).or_default().push((at, trial));
    }
    let mut files = Vec::new();
    for ((version, messages), trials) in groups {
        for chunk in trials.chunks(FILE) {
            let list = if messages && version != Version::Four { "messages" } else { "interactions" };
            let interactions: Vec<Value> = chunk.iter().map(|(at, trial)| trial.interaction(&path_of(*at))).collect();
            let pact = json!({
                "consumer": { "name": "asker" }, "provider": { "name": "teller" }, list: interactions,
                "metadata": { "pactSpecification": { "version": format!("{}.0.0", version.number()) } },
            });
            let path = workspace.file(&format!("pact-{}.json", files.len()), &pact.to_string()).display().to_string();
            files.push(File { path, names: chunk.iter().map(|(_, trial)| trial.name.clone()).collect() });
        }
    }
    files
}

fn path_of(at: usize) -> String {
    format!("/trial/{at}")
}

/// Runs the official verifier, or ours.
fn verify(workspace: &Workspace, official: Option<&Path>, file: &str, port: u16) -> HashMap<String, Verdict> {
    let report = format!("{file}.{}", if official.is_some() { "official" } else { "intact" });
    let (port, messages) = (port.to_string(), format!("message:{port}/messages"));
    let arguments =
        ["-f", file, "-n", "teller", "-h", "127.0.0.1", "-p", &port, "--transports", &messages, "-j", &report, "-l"];
    let output = match official {
        Some(pact) => workspace.run(pact, ["verifier"].iter().chain(&arguments).chain(&["none", "--no-colour"])),
        None => workspace.intact(["verify"].iter().chain(&arguments).chain(&["error", "--no-colour"])),
    };
    let text = std::fs::read_to_string(&report)
        .unwrap_or_else(|error| panic!("{report}: {error}\n{}\n{}", output.stdout, output.stderr));
    let report: Value = serde_json::from_str(&text).expect("the report is JSON");
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let mut reasons: HashMap<String, String> = HashMap::new();
    for error in list("errors") {
        let name = error["interaction"].as_str().unwrap_or_default();
        let name = name.split_once("asker and teller - ").map_or(name, |(_, name)| name);
        reasons.insert(name.to_owned(), in_short(&error["mismatch"]));
    }
    let results = list("interactionResults").into_iter().map(|result| {
        let name = result["description"].as_str().unwrap_or_default().to_owned();
        let because = reasons.get(&name).cloned().unwrap_or_default();
        (name, Verdict { accepts: result["result"] == "OK", because })
    });
    results.collect()
}

fn in_short(mismatch: &Value) -> String {
    if let Some(message) = mismatch["message"].as_str() {
        return message.to_owned();
    }
    let list = mismatch["mismatches"].as_array().cloned().unwrap_or_default();
    let texts = list.iter().map(|one| {
        let text = |name: &str| one[name].as_str().unwrap_or_default();
        format!("{} {}{} {}", text("type"), text("path"), text("key"), text("mismatch"))
    });
    texts.collect::<Vec<_>>().join("; ")
}

/// Starts the provider, which serves until the process ends.
fn serve(trials: &[Trial]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("a bound listener has an address").port();
    let wire = |(at, trial): (usize, &Trial)| {
        let asked = if trial.is_message() { trial.name.clone() } else { path_of(at) };
        (asked, trial.answer.wire())
    };
    let answers: Arc<HashMap<String, Vec<u8>>> = Arc::new(trials.iter().enumerate().map(wire).collect());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answers = answers.clone();
            std::thread::spawn(move || answer(&stream, &answers));
        }
    });
    port
}

/// Reads one request and answers it; an end of the connection before that is the verifier's business.
fn answer(stream: &TcpStream, answers: &HashMap<String, Vec<u8>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut asked = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if asked == "/messages" {
        let question: Value = serde_json::from_slice(&body).ok()?;
        question["description"].as_str()?.clone_into(&mut asked);
    }
    let wire = answers.get(&asked).cloned().unwrap_or_else(|| b"HTTP/1.1 418 Unknown\r\n\r\n".to_vec());
    let mut stream = stream;
    stream.write_all(&wire).ok()
}
