//! Finding pact files by path, directory or pattern, and reading them.

use std::fmt::Write as _;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use intact_broker_client::http::{http_url, without_credentials};
use intact_pact_model::Pact;
use intact_pact_model::read::ReadErrorKind;
use walkdir::WalkDir;

use crate::error::Problem;

/// A pact file: its bytes, and what they say.
#[derive(Debug)]
pub(crate) struct PactFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What is in it, byte for byte.
    pub(crate) content: Vec<u8>,
    /// The same, read.
    pub(crate) pact: Pact,
}

/// The files that the arguments name, each once: a file as it is, a directory with all `.json` files below it, a pattern
/// (`*`, `?`, `**`, `[a-z]`, `{a,b}`) with what it matches, both without hidden files. Directories and patterns give their
/// files in order.
pub(crate) fn find(arguments: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        let files = find_one(argument)?;
        for file in files {
            if !found.contains(&file) {
                found.push(file);
            }
        }
    }
    Ok(found)
}

fn find_one(argument: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if argument.is_dir() {
        let directory = argument.strip_prefix(".").unwrap_or(argument);
        return with_extension(argument, |path| is_hidden(path.strip_prefix(directory).unwrap_or(path), &[]), "json");
    }
    if argument.exists() {
        return Ok(vec![argument.to_owned()]);
    }
    let text = argument.to_string_lossy().replace('\\', if cfg!(windows) { "/" } else { "\\" });
    if !text.contains(['*', '?', '[', '{']) {
        return Err(missing(format!("there is no file or directory {}", argument.display())).into());
    }
    let pattern = pattern(&text)?;
    let dotted = dotted(&text);
    let files = files_below(&directory_of(&text), |path| is_hidden(path, &dotted), |path| pattern.is_match(path))?;
    if files.is_empty() {
        return Err(missing(format!("no file matches {text}")).into());
    }
    Ok(files)
}

/// The files with this extension in a directory and all below it; none is an error.
pub(crate) fn in_directory(directory: &Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Err(missing(format!("there is no directory {}", directory.display())).into());
    }
    with_extension(directory, |_| false, extension.trim_start_matches('.'))
}

fn with_extension(directory: &Path, hidden: impl Fn(&Path) -> bool, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let has_extension = |path: &Path| path.extension().is_some_and(|found| found == extension);
    let files = files_below(directory, hidden, has_extension)?;
    if files.is_empty() {
        let text = format!("there are no .{extension} files in the directory {}", directory.display());
        return Err(Problem::usage(text).hint("consumers' tests write pact files; have they run?").into());
    }
    Ok(files)
}

/// What is not there is often looked for in the wrong place.
fn missing(text: String) -> Problem {
    match std::env::current_dir() {
        Ok(here) => Problem::usage(text).hint(format!("paths begin at {}", here.display())),
        Err(_) => Problem::usage(text),
    }
}

/// Refuses the address of a pact that no client can ask.
pub(crate) fn check_url(url: &str) -> Result<(), Problem> {
    match http_url(url) {
        Ok(_) => Ok(()),
        Err(reason) => {
            let problem =
                Problem::usage(format!("a pact cannot be fetched from `{}`: {reason}", without_credentials(url)));
            Err(problem.hint("the URL of a pact looks like https://broker.example.com/pacts/…; for a file use --file"))
        }
    }
}

fn pattern(text: &str) -> anyhow::Result<GlobMatcher> {
    let pattern = GlobBuilder::new(text.strip_prefix("./").unwrap_or(text)).literal_separator(true).build();
    let pattern = pattern.map_err(|error| Problem::usage(format!("the pattern {text} cannot be read: {error}")))?;
    Ok(pattern.compile_matcher())
}

/// The names in a pattern that begin with a dot.
fn dotted(text: &str) -> Vec<GlobMatcher> {
    text.split('/').filter(|name| name.starts_with('.')).filter_map(|name| pattern(name).ok()).collect()
}

/// Is it a hidden file, or in a hidden directory, that the pattern does not ask for? As in a shell, only a dot finds a dot: beside
/// pact files there are hidden ones that are no pacts.
fn is_hidden(path: &Path, dotted: &[GlobMatcher]) -> bool {
    let names = path.components().filter(|part| matches!(part, Component::Normal(_))).map(Component::as_os_str);
    let mut hidden = names.filter(|name| name.as_encoded_bytes().starts_with(b"."));
    hidden.any(|name| !dotted.iter().any(|pattern| pattern.is_match(name)))
}

/// The part of a pattern before the first directory with a special letter.
fn directory_of(pattern: &str) -> PathBuf {
    let plain = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
    let plain = plain.collect::<Vec<_>>().join("/");
    match plain.as_str() {
        "" if pattern.starts_with('/') => "/".into(),
        "" => ".".into(),
        plain => plain.into(),
    }
}

/// The wanted files in a directory and all below it. What is hidden is not even looked into: there may be much in it, and there may be
/// no right to.
fn files_below(
    directory: &Path,
    hidden: impl Fn(&Path) -> bool,
    wanted: impl Fn(&Path) -> bool,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !directory.exists() {
        return Ok(files);
    }
    let named = |path: &Path| path.strip_prefix(".").unwrap_or(path).to_owned();
    let entries = WalkDir::new(directory).follow_links(true).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| !hidden(&named(entry.path()))) {
        let entry = match entry {
            Ok(entry) => entry,
            // A link to a directory that it is in leads to nothing new, and one that is hidden is not followed.
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) if error.path().is_some_and(|path| hidden(&named(path))) => continue,
            // One link whose file has gone must not hide all other files.
            Err(error) if error.path().is_some_and(leads_nowhere) => {
                if let Some(path) = error.path().map(named).filter(|path| wanted(path)) {
                    tracing::warn!("{} is left out: it is a link that leads nowhere", path.display());
                }
                continue;
            }
            Err(error) => return Err(Problem::usage(format!("the directory cannot be read: {error}")).into()),
        };
        let path = named(entry.path());
        if entry.file_type().is_file() && wanted(&path) {
            files.push(path);
        }
    }
    Ok(files)
}

/// Is it a link to what is not there?
fn leads_nowhere(path: &Path) -> bool {
    path.is_symlink() && std::fs::metadata(path).is_err_and(|error| error.kind() != ErrorKind::PermissionDenied)
}

/// What becomes of a pact file with parts that are understood, but odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oddities {
    /// They are logged.
    Warned,
    /// They are errors.
    Refused,
}

/// Reads a pact file; the error names the file and the place in it.
pub(crate) fn read(path: &Path, oddities: Oddities) -> anyhow::Result<PactFile> {
    let content = std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(format!("there is no pact file {}", path.display())),
        ErrorKind::IsADirectory => unreadable(path, "it is a directory").hint("name one file in it"),
        _ => unreadable(path, &error.to_string()),
    })?;
    understand(path.to_owned(), content, oddities)
}

/// What standard input is called where the name of a file is expected.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Reads the pact that comes from standard input.
pub(crate) fn read_standard_input(oddities: Oddities) -> anyhow::Result<PactFile> {
    let mut content = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut content);
    read.map_err(|error| Problem::usage(format!("standard input cannot be read: {error}")))?;
    if content.iter().all(u8::is_ascii_whitespace) {
        let problem = Problem::usage("there is nothing on standard input");
        return Err(problem
            .hint("`-` stands for a pact that another command writes, such as `curl https://… | intact publish -`")
            .into());
    }
    understand(PathBuf::from("of standard input"), content, oddities)
}

fn understand(path: PathBuf, content: Vec<u8>, oddities: Oddities) -> anyhow::Result<PactFile> {
    let loaded = Pact::read(&content).map_err(|error| {
        let problem = unreadable(&path, &error.to_string());
        match error.kind {
            ReadErrorKind::Json(_) => problem.hint("a pact file is the JSON that a consumer's tests write"),
            _ => problem,
        }
    })?;
    match (oddities, loaded.warnings.as_slice()) {
        (Oddities::Refused, [only]) => {
            return Err(Problem::usage(format!("the pact file {} is odd: {only}", path.display())).into());
        }
        (Oddities::Refused, [_, ..]) => {
            let mut text = format!("the pact file {} is odd:", path.display());
            loaded.warnings.iter().for_each(|warning| _ = write!(text, "\n- {warning}"));
            return Err(Problem::usage(text).into());
        }
        (_, warnings) => warnings.iter().for_each(|warning| tracing::warn!("{}: {warning}", path.display())),
    }
    Ok(PactFile { path, content, pact: loaded.value })
}

fn unreadable(path: &Path, reason: &str) -> Problem {
    Problem::usage(format!("the pact file {} cannot be read: {reason}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().expect("a directory");
        for file in files {
            let path = directory.path().join(file);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            std::fs::write(path, "{}").expect("a file");
        }
        directory
    }

    fn found(directory: &tempfile::TempDir, arguments: &[&str]) -> Result<Vec<String>, String> {
        let arguments: Vec<PathBuf> = arguments.iter().map(|argument| directory.path().join(argument)).collect();
        let files = find(&arguments).map_err(|error| error.to_string())?;
        let relative =
            |path: PathBuf| path.strip_prefix(directory.path()).expect("below").to_string_lossy().into_owned();
        Ok(files.into_iter().map(relative).collect())
    }

    #[test]
    fn files_directories_and_patterns_are_found_in_order_and_once() {
        let directory = tree(&["b.json", "a.json", "notes.txt", "sub/c.json", "sub/deep/d.json"]);
        let all = ["a.json", "b.json", "sub/c.json", "sub/deep/d.json"].map(str::to_owned);
        assert_eq!(found(&directory, &[""]), Ok(all.to_vec()));
        assert_eq!(found(&directory, &["b.json", "*.json"]), Ok(vec!["b.json".into(), "a.json".into()]));
        assert_eq!(found(&directory, &["sub/**/*.json"]), Ok(all[2..].to_vec()));
        assert_eq!(found(&directory, &["{a,b}.json"]), Ok(all[..2].to_vec()));
        assert_eq!(found(&directory, &["notes.txt"]), Ok(vec!["notes.txt".into()]));
    }

    #[test]
    fn patterns_find_hidden_files_only_by_a_dot() {
        let directory =
            tree(&["a.json", ".a.json.lock", ".a.json.tmp", ".old/b.json", "sub/.c.json.lock", "sub/c.json"]);
        assert_eq!(found(&directory, &["*"]), Ok(vec!["a.json".into()]));
        assert_eq!(found(&directory, &["**/*"]), Ok(vec!["a.json".into(), "sub/c.json".into()]));
        assert_eq!(found(&directory, &[".*.tmp"]), Ok(vec![".a.json.tmp".into()]));
        assert_eq!(found(&directory, &[".old/*"]), Ok(vec![".old/b.json".into()]));
        assert_eq!(found(&directory, &["sub/.c*"]), Ok(vec!["sub/.c.json.lock".into()]));
        assert_eq!(found(&directory, &[""]), Ok(vec!["a.json".into(), "sub/c.json".into()]));
        assert_eq!(found(&directory, &[".old"]), Ok(vec![".old/b.json".into()]));
        assert!(found(&directory, &["?a.json.lock"]).expect_err("hidden").starts_with("no file matches "));
    }

    #[test]
    #[cfg(unix)]
    fn links_that_lead_round_or_nowhere_and_what_is_hidden_stop_no_search() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let directory = tree(&["a.json", "sub/b.json", ".cache/c.json", ".locked/d.json"]);
        let at = |name: &str| directory.path().join(name);
        symlink("..", at("sub/up")).expect("a link");
        symlink("nowhere", at(".#a.json")).expect("a link");
        symlink("nowhere", at(".cache/broken")).expect("a link");
        symlink("nowhere", at("gone.json")).expect("a link");
        symlink("nowhere/else", at("sub/gone.txt")).expect("a link");
        symlink("itself.json", at("sub/itself.json")).expect("a link");
        std::fs::create_dir(at("only")).expect("a directory");
        symlink("nowhere", at("only/gone.json")).expect("a link");
        std::fs::set_permissions(at(".locked"), std::fs::Permissions::from_mode(0o000)).expect("set");
        let all: Vec<String> = vec!["a.json".into(), "sub/b.json".into()];
        assert_eq!(found(&directory, &[""]), Ok(all.clone()));
        assert_eq!(found(&directory, &["**/*.json"]), Ok(all));
        assert_eq!(found(&directory, &[".cache/*.json"]), Ok(vec![".cache/c.json".into()]));
        let nothing = found(&directory, &["only"]).expect_err("nothing is left");
        assert!(nothing.starts_with("there are no .json files in the directory "), "{nothing}");
        // Named, it is what was asked for.
        let missing = found(&directory, &["gone.json"]).expect_err("it is not there");
        assert!(missing.starts_with("there is no file or directory "), "{missing}");
        std::fs::set_permissions(at(".locked"), std::fs::Permissions::from_mode(0o700)).expect("set");
    }

    #[test]
    fn all_that_is_odd_is_told_where_it_is_refused() {
        let pact = |categories: &[&str]| {
            let rules: Vec<String> = categories.iter().map(|name| format!(r#""{name}":{{}}"#)).collect();
            let pact = format!(
                r#"{{"consumer":{{"name":"A"}},"provider":{{"name":"B"}},"interactions":[{{"description":"d","request":{{}},
                "response":{{"status":200,"matchingRules":{{{}}}}}}}],"metadata":{{"pactSpecification":{{"version":"3.0.0"}}}}}}"#,
                rules.join(",")
            );
            let read = |oddities| understand("x.json".into(), pact.clone().into_bytes(), oddities);
            read(Oddities::Warned).expect("it is only odd");
            read(Oddities::Refused).map(|_| ()).expect_err("it is odd").to_string()
        };
        let one = pact(&["telepathy"]);
        assert!(one.starts_with("the pact file x.json is odd: $") && one.contains("telepathy"), "{one}");
        let two = pact(&["telepathy", "trance"]);
        let lines: Vec<&str> = two.lines().collect();
        assert!(lines.len() == 3 && lines[1].contains("telepathy") && lines[2].contains("trance"), "{two}");
    }

    #[test]
    fn what_is_not_there_is_named() {
        let directory = tree(&["sub/notes.txt"]);
        let message = |argument: &str| found(&directory, &[argument]).expect_err("nothing");
        assert!(message("x.json").starts_with("there is no file or directory "));
        assert!(message("x/*.json").starts_with("no file matches "));
        assert!(message("sub").starts_with("there are no .json files in the directory "));
        assert!(message("[").starts_with("the pattern "));
    }

    #[test]
    fn a_file_with_a_pattern_as_its_name_is_that_file() {
        let directory = tree(&["a[1].json", "a1.json"]);
        assert_eq!(found(&directory, &["a[1].json"]), Ok(vec!["a[1].json".into()]));
    }
}
