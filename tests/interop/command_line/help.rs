//! What a help text says of a command.

use std::sync::LazyLock;

use regex::Regex;

/// A command as its help text describes it.
#[derive(Debug)]
pub(super) struct Help {
    pub(super) commands: Vec<String>,
    pub(super) flags: Vec<Flag>,
}

/// A flag, and what is said of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) long: String,
    pub(super) short: Option<char>,
    pub(super) takes_value: bool,
    /// Environment variables that mean the same.
    pub(super) variables: Vec<String>,
    pub(super) default: Option<String>,
    pub(super) values: Vec<String>,
}

static HEAD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^ {2,8}(?:-(\w), )? *--([\w-]+)( ?[\[<=])?").expect("an expression"));
static NOTES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[(env|default|possible values): ([^\]]*)\]").expect("an expression"));
static IN_WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\([Dd]efaults? (?:to|is) ([^),]+)\)").expect("an expression"));

impl Help {
    pub(super) fn read(text: &str) -> Self {
        let mut commands = Vec::new();
        let mut flags: Vec<(Flag, String)> = Vec::new();
        let mut in_commands = false;
        for line in text.lines() {
            if line.starts_with("Commands:") {
                in_commands = true;
            } else if line.trim().is_empty() {
                in_commands = false;
            } else if in_commands && line.starts_with("  ") && !line.starts_with("   ") {
                commands.extend(line.split_whitespace().next().filter(|name| *name != "help").map(str::to_owned));
            } else if let Some(head) = HEAD.captures(line) {
                let flag = Flag {
                    long: head[2].to_owned(),
                    short: head.get(1).and_then(|short| short.as_str().chars().next()),
                    takes_value: head.get(3).is_some(),
                    variables: Vec::new(),
                    default: None,
                    values: Vec::new(),
                };
                flags.push((flag, line[head.get(0).expect("the match").end()..].to_owned()));
            } else if !line.starts_with(' ') {
                // A heading, or what stands below the flags.
                for (_, told) in &mut flags {
                    told.push('\n');
                }
            } else if let Some((_, told)) = flags.last_mut().filter(|(_, told)| !told.ends_with('\n')) {
                told.push(' ');
                told.push_str(line.trim());
            }
        }
        Self { commands, flags: flags.into_iter().map(|(flag, told)| flag.with(&told)).collect() }
    }

    pub(super) fn flag(&self, long: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.long == long)
    }
}

impl Flag {
    fn with(mut self, told: &str) -> Self {
        for note in NOTES.captures_iter(told) {
            let parts = note[2].split(',').map(str::trim).filter(|part| !part.is_empty());
            match &note[1] {
                // `NAME=what it is now`
                "env" => self.variables.extend(parts.filter_map(|part| part.split('=').next()).map(str::to_owned)),
                "default" => self.default = Some(note[2].to_owned()),
                _ => self.values.extend(parts.map(str::to_owned)),
            }
        }
        let in_words = || IN_WORDS.captures(told).map(|found| found[1].to_owned());
        self.default = self.default.or_else(in_words);
        self
    }
}

#[test]
fn names_short_forms_variables_and_defaults_are_read_from_both_layouts_of_a_help_text() {
    let help = Help::read(
        "Does much\n\nCommands:\n  list    Lists\n          all\n  help    Print this\n\nOptions:\n\
         \x20 -o, --output <OUTPUT> The form [default: text] [possible values: json, text]\n\
         \x20     --port <port>\n          The port (defaults to 8080)\n          \n          [env: PORT=1]\n\n\
         Others:\n      --dry-run  No harm\n  -l, --latest [<TAG>]\n          The last\n\nExit codes:\n  0  [default: none]\n",
    );
    assert_eq!(help.commands, ["list"]);
    let told: Vec<_> = help
        .flags
        .iter()
        .map(|flag| (flag.long.as_str(), flag.short, flag.takes_value, flag.default.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("output", Some('o'), true, Some("text")),
            ("port", None, true, Some("8080")),
            ("dry-run", None, false, None),
            ("latest", Some('l'), true, None),
        ]
    );
    assert_eq!(help.flags[0].values, ["json", "text"]);
    assert_eq!(help.flags[1].variables, ["PORT"]);
}
