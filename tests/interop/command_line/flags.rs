//! Every command and flag of the official command line is one of ours.
//!
//! Both help texts are read; what ours does not show must at least be understood, which is tried. Where a flag differs on
//! purpose, or a command is not offered, `flags.toml` says why.

use std::io::Write as _;
use std::path::Path;

use super::help::{Flag, Help};
use super::in_parallel;
use crate::known::Known;
use crate::support::Workspace;

/// Whether a flag ends the reading of a command line.
fn is_ending(flag: &Flag) -> bool {
    !flag.takes_value && ["help", "version"].contains(&flag.long.as_str())
}

/// A command of the official tool, and the words for it.
struct Official {
    path: Vec<String>,
    help: Help,
}

/// The command and all below it.
fn official_commands(pact: &Path, path: &[String], found: &mut Vec<Official>) {
    let told = Workspace::new().run(pact, path.iter().map(String::as_str).chain(["--help"])).expect_code(0);
    let help = Help::read(&told.stdout);
    let below: Vec<Vec<String>> =
        help.commands.iter().map(|name| [path, std::slice::from_ref(name)].concat()).collect();
    found.push(Official { path: path.to_vec(), help });
    for path in below {
        official_commands(pact, &path, found);
    }
}

/// What is not as in the official command line: kind and name.
type Differences = Vec<(&'static str, String)>;

/// Holds one command against ours of these words.
fn compare(official: &Official, ours: &[String]) -> Differences {
    let workspace = Workspace::new();
    let name = ours.join(" ");
    let understood = |more: &[String]| {
        let output = workspace.intact(ours.iter().map(String::as_str).chain(more.iter().map(String::as_str)));
        (output.code == 0).then_some(output.stdout)
    };
    let Some(told) = understood(&["--help".to_owned()]) else { return vec![("command", name)] };
    let help = Help::read(&told);
    let mut differences = Vec::new();
    let wanted: Vec<&Flag> = official.help.flags.iter().filter(|flag| !is_ending(flag)).collect();
    let asks = |words: &[String]| understood(&[words, &["--help".to_owned()]].concat()).is_some();
    // All at once; one by one only where that fails.
    let all: Vec<String> = wanted.iter().flat_map(|flag| spellings(flag).into_iter().flatten()).collect();
    if !asks(&all) {
        for flag in &wanted {
            if spellings(flag).iter().any(|words| !asks(words)) {
                differences.push(("missing", format!("{name} --{}", flag.long)));
            }
        }
    }
    for ending in official.help.flags.iter().filter(|flag| is_ending(flag)) {
        let short = ending.short.map(|short| format!("-{short}"));
        for word in [Some(format!("--{}", ending.long)), short].into_iter().flatten() {
            if understood(std::slice::from_ref(&word)).is_none() {
                differences.push(("missing", format!("{name} {word}")));
            }
        }
    }
    for flag in wanted {
        let name = format!("{name} --{}", flag.long);
        let shown = help.flag(&flag.long);
        // What is hidden is understood all the same, or stands above as missing.
        let Some(shown) = shown else { continue };
        if flag.short.is_some() && shown.short != flag.short {
            differences.push(("short", name.clone()));
        }
        if flag.variables.iter().any(|variable| !shown.variables.contains(variable)) {
            differences.push(("variable", name.clone()));
        }
        if flag.default.is_some() && shown.default != flag.default {
            differences.push(("default", name.clone()));
        }
        if flag.takes_value != shown.takes_value {
            differences.push(("value", name));
        }
    }
    differences
}

/// The words for a flag in each of its spellings, with each of its values.
fn spellings(flag: &Flag) -> Vec<Vec<String>> {
    let names = [Some(format!("--{}", flag.long)), flag.short.map(|short| format!("-{short}"))];
    let names: Vec<String> = names.into_iter().flatten().collect();
    if !flag.takes_value {
        // Twice would be one too many.
        return names.into_iter().take(1).map(|name| vec![name]).collect();
    }
    let values = if flag.values.is_empty() { vec![sample(flag)] } else { flag.values.clone() };
    let with = |name: &String, value: &String| vec![name.clone(), value.clone()];
    // Flags that may stand once are tried once.
    let once = flag.values.is_empty().then(|| with(names.last().unwrap_or(&names[0]), &values[0]));
    once.map_or_else(|| values.iter().map(|value| with(&names[0], value)).collect(), |once| vec![once])
}

/// Something that can be said of the flag.
fn sample(flag: &Flag) -> String {
    let text = match flag.long.as_str() {
        "custom-header" => "X-One: 1",
        "header" => "X-One=1",
        "transports" => "http:8080",
        "include-wip-pacts-since" => "2026-01-02",
        "consumer-version-selectors" => "{\"mainBranch\":true}",
        long if long.ends_with("url") => "http://127.0.0.1:9",
        _ => "1",
    };
    text.to_owned()
}

#[test]
fn every_command_and_flag_of_the_official_command_line_is_one_of_ours() {
    let Some(modules) = crate::official_tools() else { return };
    let mut commands = Vec::new();
    official_commands(&crate::official_pact(&modules), &[], &mut commands);
    let mut known = Known::read(include_str!("flags.toml"));

    let differences = in_parallel(&commands, |official| {
        let mut differences = compare(official, &official.path);
        // The older tools have the commands of `broker` in a binary of their own.
        if let [first, rest @ ..] = official.path.as_slice()
            && first == "broker"
            && !rest.is_empty()
        {
            differences.extend(compare(official, rest));
        }
        differences
    });

    let (mut flags, mut same) = (0, 0);
    let mut unknown = Vec::new();
    for (official, differences) in commands.iter().zip(differences) {
        let path = official.path.join(" ");
        let command_is_missing = differences.iter().any(|(kind, _)| *kind == "command");
        for flag in &official.help.flags {
            flags += 1;
            let name = format!("{path} --{}", flag.long);
            same += usize::from(!command_is_missing && !differences.iter().any(|(_, other)| *other == name));
        }
        unknown.extend(
            differences
                .into_iter()
                .filter(|(kind, name)| !known.covers(kind, name))
                .map(|(kind, name)| format!("{kind}: {name}")),
        );
    }
    let told = format!("{} official commands with {flags} flags: {same} are the same in ours", commands.len());
    let _ = writeln!(std::io::stderr(), "{told}, {} differ on purpose, {} unknown", flags - same, unknown.len());
    assert!(commands.len() > 50 && flags > 700, "{told}: too few were found");
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    known.finish(&["command", "missing", "short", "variable", "default", "value"]);
}
