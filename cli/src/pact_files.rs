//! Finding pact files by path, directory or pattern, and reading them.

use std::io::ErrorKind;
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
/// (`*`, `?`, `**`, `[a-z]`, `{a,b}`) with what it matches, without hidden files. Directories and patterns give their files in order.
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
        return in_directory(argument, "json");
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
    let files = files_below(&directory_of(&text), |path| pattern.is_match(path) && !is_hidden(path, &dotted))?;
    if files.is_empty() {
        return Err(missing(format!("no file matches {text}")).into());
    }
    Ok(files)
}

/// The files with this extension in a directory and all below it; none is an error.
pub(crate) fn in_directory(directory: &Path, extension: &str) -> anyhow::Result<Vec<PathBuf>> {
    let extension = extension.trim_start_matches('.');
    if !directory.is_dir() {
        return Err(missing(format!("there is no directory {}", directory.display())).into());
    }
    let files = files_below(directory, |path| path.extension().is_some_and(|found| found == extension))?;
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

fn files_below(directory: &Path, wanted: impl Fn(&Path) -> bool) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !directory.exists() {
        return Ok(files);
    }
    for entry in WalkDir::new(directory).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| Problem::usage(format!("the directory cannot be read: {error}")))?;
        let path = entry.path().strip_prefix(".").unwrap_or(entry.path());
        if entry.file_type().is_file() && wanted(path) {
            files.push(path.to_owned());
        }
    }
    Ok(files)
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
    let unreadable =
        |reason: String| Problem::usage(format!("the pact file {} cannot be read: {reason}", path.display()));
    let content = std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(format!("there is no pact file {}", path.display())),
        ErrorKind::IsADirectory => unreadable("it is a directory".to_owned()).hint("name one file in it"),
        _ => unreadable(error.to_string()),
    })?;
    let loaded = Pact::read(&content).map_err(|error| {
        let problem = unreadable(error.to_string());
        match error.kind {
            ReadErrorKind::Json(_) => problem.hint("a pact file is the JSON that a consumer's tests write"),
            _ => problem,
        }
    })?;
    if let Some(first) = loaded.warnings.first().filter(|_| oddities == Oddities::Refused) {
        return Err(Problem::usage(format!("the pact file {} is odd: {first}", path.display())).into());
    }
    for warning in &loaded.warnings {
        tracing::warn!("{}: {warning}", path.display());
    }
    Ok(PactFile { path: path.to_owned(), content, pact: loaded.value })
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
        assert!(found(&directory, &["?a.json.lock"]).expect_err("hidden").starts_with("no file matches "));
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
