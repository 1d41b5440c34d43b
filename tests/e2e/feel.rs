//! How the command line behaves in a terminal, in a pipe, under Ctrl-C; what shells and `man` make of what it writes for them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command};

use crate::peer::{EMPTY_BROKER, Peer, answer};
use crate::support::{Output, Workspace};

fn has(program: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()));
    assert!(found || std::env::var("INTACT_REQUIRE").as_deref() != Ok("all"), "{program} is not installed");
    found
}

/// Runs a script of bash in which `intact` is the binary.
fn bash(workspace: &Workspace, variables: &[(&str, &str)], script: &str) -> Output {
    let script = format!("intact() {{ {} \"$@\"; }}\n{script}", env!("CARGO_BIN_EXE_intact"));
    workspace.run_in(variables, Path::new("bash"), ["-c", &script])
}

#[test]
fn a_newcomer_is_told_the_four_steps() {
    let workspace = Workspace::new();
    let told = workspace.intact([] as [&str; 0]).expect_code(0);
    for word in ["cargo test", "intact publish", "intact verify", "intact can-i-deploy", "intact demo", "intact help"] {
        assert!(told.stdout.contains(word), "{word}: {}", told.stdout);
    }
    assert_eq!(told.stderr, "");
}

/// Variables with their values.
type Variables<'v> = &'v [(&'v str, &'v str)];

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let workspace = Workspace::new();
    let is_coloured = |output: Output| (output.stdout.contains('\u{1b}'), output.stderr.contains('\u{1b}'));
    let rows: [(Variables<'_>, &[&str], bool); 6] = [
        (&[], &[], false),
        (&[("CLICOLOR_FORCE", "1")], &[], true),
        (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[], false),
        (&[("CLICOLOR_FORCE", "1")], &["--no-color"], false),
        (&[("CLICOLOR_FORCE", "1")], &["--no-colour"], false),
        (&[("NO_COLOR", "1")], &[], false),
    ];
    for (variables, words, coloured) in rows {
        let run = |more: &[&str]| is_coloured(workspace.intact_in(variables, words.iter().chain(more)));
        assert_eq!(run(&[]), (coloured, false), "the welcome: {variables:?} {words:?}");
        assert_eq!(run(&["publish", "--help"]), (coloured, false), "help: {variables:?} {words:?}");
        assert_eq!(run(&["publihs"]), (false, coloured), "a usage error: {variables:?} {words:?}");
        assert_eq!(run(&["publish", "nowhere.json"]), (false, coloured), "an error: {variables:?} {words:?}");
    }
}

#[test]
fn a_quiet_command_says_results_and_errors_only() {
    let workspace = Workspace::new();
    let broker = Peer::answering(answer("200 OK", EMPTY_BROKER));
    let url = broker.url();
    let ask = |words: &[&str]| {
        let told = workspace.intact(["list-environments", "-b", &url, "--enable-otel"].iter().chain(words));
        told.expect_code(0)
    };
    assert!(ask(&[]).stderr.contains("warning"));
    let quiet = ask(&["--quiet"]);
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (ask(&["-q"]).stdout, ""));
    let refused = workspace.intact(["publish", "nowhere.json", "-a", "1", "-b", &url, "-q"]).expect_code(2);
    assert!(refused.stderr.starts_with("error: "), "{}", refused.stderr);
    assert!(ask(&["--verbose"]).stderr.contains("asking the broker"));
    assert!(ask(&["-v"]).stderr.contains("asking the broker"));
    workspace.intact(["list-environments", "-b", &url, "--quiet", "--verbose"]).expect_code(2);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    if !has("bash") {
        return;
    }
    let workspace = Workspace::new();
    // More than a pipe holds, so that the end of the reader is noticed.
    let told = bash(&workspace, &[], "intact completions bash | head -1 >head; echo ${PIPESTATUS[0]}; wc -l <head");
    assert_eq!((told.stdout.as_str(), told.stderr.as_str()), ("0\n1\n", ""));
    for words in ["--help", "help publish", "", "generate-uuid"] {
        let told = bash(&workspace, &[], &format!("intact {words} | true; echo ${{PIPESTATUS[0]}}"));
        assert_eq!((told.stdout.as_str(), told.stderr.as_str()), ("0\n", ""), "{words}");
    }
}

/// Presses Ctrl-C and says what a shell would say of the end.
fn interrupt(mut process: Child) -> i32 {
    let sent = Command::new("kill").args(["-INT", &process.id().to_string()]).status().expect("`kill` can be run");
    assert!(sent.success());
    let status = process.wait().expect("the process ends");
    status.code().or_else(|| Some(128 + status.signal()?)).expect("an end")
}

/// The signal of Ctrl-C, on every Unix.
const INTERRUPT: u32 = 2;

/// Was this process started in the background, where shells let Ctrl-C do nothing? What it starts inherits that.
fn cannot_be_interrupted() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    let cannot = ignored.is_some_and(|ignored| ignored & (1 << (INTERRUPT - 1)) != 0);
    if cannot {
        // Not a lack of the machine, so it is no error where nothing may be skipped.
        let _ = writeln!(std::io::stderr(), "skipped: Ctrl-C is ignored by what is started in the background");
    }
    cannot
}

#[test]
fn an_interrupted_command_ends_at_once() {
    if cannot_be_interrupted() {
        return;
    }
    let workspace = Workspace::new();
    let pact = r#"{"consumer":{"name":"C"},"provider":{"name":"P"},"interactions":[{"description":"d"}]}"#;
    workspace.file("pact.json", pact);
    let commands: [&[&str]; 4] = [
        &["publish", "pact.json", "-a", "1", "-b"],
        &["can-i-deploy", "-a", "C", "-e", "1", "-b"],
        &["record-deployment", "-a", "C", "-e", "1", "--environment", "test", "-b"],
        &["verify", "-n", "P", "-b"],
    ];
    for command in commands {
        let broker = Peer::silent();
        let process = workspace.begin(&[], command.iter().chain(&[broker.url().as_str()]));
        // It waits for an answer now.
        broker.next();
        assert_eq!(interrupt(process), 130, "{command:?}");
        // Nothing was sent but the question that got no answer.
        assert_eq!(broker.asked(), Vec::<String>::new(), "{command:?}");
    }
}

#[test]
fn an_interrupted_demonstration_leaves_nothing_behind() {
    let workspace = Workspace::new();
    let folder = workspace.path().join("temporary");
    std::fs::create_dir(&folder).expect("a folder can be made");
    let mut process = workspace.begin(&[("TMPDIR", folder.to_str().expect("text"))], ["demo", "--keep"]);
    let mut lines = BufReader::new(process.stdout.take().expect("stdout is a pipe")).lines();
    let goes_on = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("The consumer's build")));
    assert!(goes_on.is_some(), "the demo ends early");
    // What it goes on to say must find a reader.
    std::thread::spawn(move || lines.for_each(drop));
    assert_eq!(interrupt(process), 130);
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 0);
}

#[test]
fn servers_end_when_they_are_told_to() {
    let workspace = Workspace::new();
    let pact = r#"{"consumer":{"name":"C"},"provider":{"name":"P"},"interactions":[
        {"description":"d","request":{"path":"/"},"response":{"status":200}}]}"#;
    workspace.file("pact.json", pact);
    let database = format!("sqlite://{}", workspace.path().join("broker.sqlite").display());
    let servers: [(&[&str], i32); 4] = [
        (&["broker", "serve", "-p", "0", "--database-url", &database], 0),
        (&["stub", "pact.json"], 0),
        (&["mock", "start", "-p", "0"], 0),
        // Nobody has used it.
        (&["mock", "-f", "pact.json"], 1),
    ];
    for (words, code) in servers {
        let server = workspace.start(words);
        let told = server.interrupt();
        assert_eq!(told.code, code, "{words:?}: {told:?}");
    }
}

#[test]
fn bash_completes_commands_flags_and_values() {
    if !has("bash") {
        return;
    }
    let workspace = Workspace::new();
    // As a terminal would ask: the words so far, the last of which is to be completed.
    let completed = |words: &str| {
        let script = format!(
            "source <(intact completions bash)\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
             _intact intact \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\necho \"${{COMPREPLY[@]}}\""
        );
        let told = bash(&workspace, &[], &script).expect_code(0);
        assert_eq!(told.stderr, "");
        told.stdout.trim_end().to_owned()
    };
    assert_eq!(completed("intact can-i"), "can-i-deploy can-i-merge");
    assert_eq!(completed("intact broker can-i-d"), "can-i-deploy");
    assert_eq!(completed("intact can-i-deploy --to"), "--to-environment --to");
    assert_eq!(completed("intact list-environments -o j"), "json");
    assert_eq!(completed("intact completions z"), "zsh");
}

#[test]
fn every_shell_gets_its_completions() {
    let workspace = Workspace::new();
    let names = [
        ("bash", "intact.bash"),
        ("elvish", "intact.elv"),
        ("fish", "intact.fish"),
        ("powershell", "_intact.ps1"),
        ("zsh", "_intact"),
    ];
    for (shell, file) in names {
        let printed = workspace.intact(["completions", shell]).expect_code(0).stdout;
        let told = workspace.intact(["broker", "completions", shell, "--dir", "made/for it"]).expect_code(0).stdout;
        assert_eq!(told, format!("the completions are in made/for it/{file}\n"));
        let written = std::fs::read_to_string(workspace.path().join("made/for it").join(file)).expect("a file");
        assert_eq!(written.trim_end(), printed.trim_end(), "{shell}");
        for word in ["can-i-deploy", "to-environment", "record-deployment"] {
            assert!(printed.contains(word), "{shell}: {word}");
        }
    }
    workspace.intact(["completions", "csh"]).expect_code(2);
    workspace.file("taken", "");
    let refused = workspace.intact(["completions", "zsh", "--dir", "taken"]).expect_code(2);
    assert!(refused.stderr.contains("the directory taken cannot be made"), "{}", refused.stderr);
}

#[test]
fn every_command_has_a_man_page_that_can_be_read() {
    let workspace = Workspace::new();
    workspace.intact(["man", "--dir", "man"]).expect_code(0);
    let mut pages: Vec<_> = std::fs::read_dir(workspace.path().join("man"))
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    pages.sort();
    let names: Vec<String> =
        pages.iter().map(|page| page.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    for name in ["intact.1", "intact-can-i-deploy.1", "intact-broker-serve.1", "intact-mock-create.1"] {
        assert!(names.iter().any(|page| page == name), "{name} is not among {names:?}");
    }
    for hidden in ["intact-broker-seed.1", "intact-help.1", "intact-broker-publish.1"] {
        assert!(!names.iter().any(|page| page == hidden), "{hidden}");
    }
    let printed = workspace.intact(["man", "can-i-deploy"]).expect_code(0).stdout;
    for part in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", ".SH EXAMPLES", ".SH \"EXIT STATUS\""] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    workspace.intact(["man", "nothing"]).expect_code(2);
    if !has("groff") {
        return;
    }
    for page in pages {
        let arguments = ["-man", "-Tutf8", "-ww", "-P-cbou"].map(std::ffi::OsStr::new);
        let read = workspace.run(Path::new("groff"), arguments.into_iter().chain([page.as_os_str()])).expect_code(0);
        // That long words leave gaps in a line is no fault of a page.
        let wrong: Vec<&str> = read.stderr.lines().filter(|line| !line.contains("cannot adjust line")).collect();
        assert_eq!(wrong, Vec::<&str>::new(), "{}", page.display());
        for part in ["NAME", "SYNOPSIS", "EXIT STATUS"] {
            assert!(read.stdout.contains(part), "{}: {part}: {}", page.display(), read.stdout);
        }
    }
}
