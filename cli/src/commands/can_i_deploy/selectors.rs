//! Grouping repeated flags into selectors.
//!
//! `-a Web -e 1 -a Orders --latest prod --ignore Old` are two selectors and an ignored application: each `-a` and each
//! `--ignore` begins one, and the flags up to the next belong to it. Clap collects the values of each flag by itself, so
//! the order is taken from the positions it remembers.

use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches, error::ErrorKind};
use intact_broker_client::VersionSelector;

/// The versions that are asked about, and those that are left out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SelectorArgs {
    pub(crate) selectors: Vec<VersionSelector>,
    pub(crate) ignore: Vec<VersionSelector>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Pacticipant,
    Version,
    Latest,
    Branch,
    Tag,
    MainBranch,
    Ignore,
}

impl Flag {
    const ALL: [Self; 7] =
        [Self::Pacticipant, Self::Version, Self::Latest, Self::Branch, Self::Tag, Self::MainBranch, Self::Ignore];

    fn name(self) -> &'static str {
        match self {
            Self::Pacticipant => "pacticipant",
            Self::Version => "version",
            Self::Latest => "latest",
            Self::Branch => "branch",
            Self::Tag => "tag",
            Self::MainBranch => "main-branch",
            Self::Ignore => "ignore",
        }
    }

    fn argument(self) -> Arg {
        let argument = Arg::new(self.name()).long(self.name()).action(ArgAction::Append);
        match self {
            Self::Pacticipant => argument
                .short('a')
                .value_name("NAME")
                .required(true)
                .help("An application; the flags up to the next -a say which version of it"),
            Self::Version => argument.short('e').value_name("VERSION").help("Its version"),
            Self::Latest => argument
                .short('l')
                .value_name("TAG")
                .num_args(0..=1)
                .default_missing_value("")
                .help("Its newest version, of those with a tag if one is given"),
            Self::Branch => argument.value_name("BRANCH").help("The newest version of this branch"),
            Self::Tag => argument.alias("all").value_name("TAG").help("All versions with this tag"),
            Self::MainBranch => {
                argument.num_args(0).default_missing_value("true").help("The newest version of its main branch")
            }
            Self::Ignore => argument
                .value_name("NAME")
                .help("Leave this application out; with --version after it, only that version"),
        }
    }
}

impl clap::Args for SelectorArgs {
    fn augment_args(command: Command) -> Command {
        let accepted =
            |name: &'static str| Arg::new(name).long(name).num_args(0..=1).default_missing_value("true").hide(true);
        command
            .args(Flag::ALL.map(Flag::argument))
            // Known to the official tools, where they have no effect either; one of them wants a value for them.
            .arg(accepted("no-main-branch"))
            .arg(accepted("skip-main-branch"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SelectorArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let groups = Self::of_any_version(matches)?;
        match groups.selectors.iter().find(|selector| !says_which(selector)) {
            Some(selector) => Err(refused(&format!(
                "which version of {}? Give --version, --latest, --branch, --main-branch or --tag after --pacticipant",
                selector.pacticipant
            ))),
            None => Ok(groups),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn refused(text: &str) -> Error {
    Error::raw(ErrorKind::ValueValidation, format!("{text}\n"))
}

impl SelectorArgs {
    /// Reads the flags; an application without a word about its version stands for all of its versions.
    pub(crate) fn of_any_version(matches: &ArgMatches) -> Result<Self, Error> {
        let mut given: Vec<(usize, Flag, String)> = Vec::new();
        for flag in Flag::ALL {
            let indices = matches.indices_of(flag.name()).into_iter().flatten();
            let values = matches.get_many::<String>(flag.name()).into_iter().flatten();
            given.extend(indices.zip(values).map(|(index, value)| (index, flag, value.trim().to_owned())));
        }
        given.sort_by_key(|(index, ..)| *index);
        Self::group(given.into_iter().map(|(_, flag, value)| (flag, value))).map_err(|text| refused(&text))
    }

    fn group(given: impl Iterator<Item = (Flag, String)>) -> Result<Self, String> {
        let mut groups = Self::default();
        let mut last_is_ignored = false;
        for (flag, value) in given {
            let name = flag.name();
            // `--latest` alone is the only flag that may be empty.
            if value.is_empty() && flag != Flag::Latest {
                return Err(format!("--{name} is blank"));
            }
            if matches!(flag, Flag::Pacticipant | Flag::Ignore) {
                last_is_ignored = flag == Flag::Ignore;
                let list = if last_is_ignored { &mut groups.ignore } else { &mut groups.selectors };
                list.push(VersionSelector::pacticipant(value));
                continue;
            }
            let list = if last_is_ignored { &mut groups.ignore } else { &mut groups.selectors };
            let Some(selector) = list.last_mut() else {
                return Err(format!("--{name} comes before the --pacticipant that it is about"));
            };
            if last_is_ignored && flag != Flag::Version {
                let ignored = &selector.pacticipant;
                return Err(format!(
                    "--{name} after --ignore {ignored} is not understood; only --version is, so put it before"
                ));
            }
            set(selector, flag, value)?;
        }
        Ok(groups)
    }
}

fn set(selector: &mut VersionSelector, flag: Flag, value: String) -> Result<(), String> {
    let twice = |flag: Flag, name: &str| Err(format!("--{} is given twice for {name}", flag.name()));
    let name = selector.pacticipant.clone();
    match flag {
        Flag::Version if selector.version.is_none() => selector.version = Some(value),
        Flag::Branch if selector.branch.is_none() => {
            selector.branch = Some(value);
            // Without it the broker would look at every version of the branch, and call one old success enough.
            selector.latest = true;
        }
        Flag::Tag if selector.tag.is_none() => selector.tag = Some(value),
        Flag::Latest if value.is_empty() => selector.latest = true,
        Flag::Latest if selector.tag.is_none() => {
            selector.latest = true;
            selector.tag = Some(value);
        }
        Flag::MainBranch => {
            selector.main_branch = true;
            selector.latest = true;
        }
        Flag::Latest => return twice(Flag::Tag, &name),
        flag => return twice(flag, &name),
    }
    if selector.version.is_some() && selector.latest {
        return Err(format!("a --version and the newest version cannot both be asked for {name}"));
    }
    Ok(())
}

fn says_which(selector: &VersionSelector) -> bool {
    selector.version.is_some() || selector.latest || selector.branch.is_some() || selector.tag.is_some()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Asked {
        #[command(flatten)]
        selectors: SelectorArgs,
    }

    fn grouped(arguments: &str) -> Result<(Vec<VersionSelector>, Vec<VersionSelector>), String> {
        let asked = Asked::try_parse_from(["test"].into_iter().chain(arguments.split(' ')));
        let SelectorArgs { selectors, ignore } = asked.map_err(|error| error.to_string())?.selectors;
        Ok((selectors, ignore))
    }

    fn pacticipant(name: &str) -> VersionSelector {
        VersionSelector::pacticipant(name)
    }

    #[test]
    fn one_application_with_a_version() {
        let expected = Ok((vec![VersionSelector::version("Web", "1.0")], vec![]));
        assert_eq!(grouped("-a Web -e 1.0"), expected);
        assert_eq!(grouped("--pacticipant Web --version=1.0"), expected);
        assert_eq!(grouped("-aWeb -e1.0"), expected);
    }

    #[test]
    fn flags_belong_to_the_application_before_them() {
        let selectors = vec![
            VersionSelector { version: Some("1".into()), ..pacticipant("A") },
            VersionSelector { latest: true, ..pacticipant("B") },
            VersionSelector { latest: true, tag: Some("prod".into()), ..pacticipant("C") },
            VersionSelector { latest: true, branch: Some("feat/x".into()), ..pacticipant("D") },
            VersionSelector { latest: true, main_branch: true, ..pacticipant("E") },
            VersionSelector { tag: Some("prod".into()), ..pacticipant("F") },
            VersionSelector { version: Some("2".into()), ..pacticipant("G") },
        ];
        let arguments =
            "-a A -e 1 -a B -l -a C --latest prod -a D --branch feat/x -a E --main-branch -a F --all prod -a G -e 2";
        assert_eq!(grouped(arguments), Ok((selectors, vec![])));
    }

    #[test]
    fn flags_without_a_meaning_are_understood() {
        let expected = Ok((vec![VersionSelector::version("A", "1")], vec![]));
        assert_eq!(grouped("-a A --no-main-branch -e 1 --skip-main-branch"), expected);
        let expected = Ok((vec![VersionSelector::version("A", "1")], vec![]));
        assert_eq!(grouped("-a A --no-main-branch true -e 1 --skip-main-branch x"), expected);
    }

    #[test]
    fn ignored_applications_may_have_a_version_and_stand_anywhere() {
        let ignore = vec![pacticipant("Old"), VersionSelector::version("Older", "7")];
        let expected = Ok((vec![VersionSelector::version("A", "1"), VersionSelector::version("B", "2")], ignore));
        assert_eq!(grouped("--ignore Old -a A -e 1 --ignore Older -e 7 -a B -e 2"), expected);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_reason() {
        for (arguments, expected) in [
            ("-e 1 -a A", "--version comes before the --pacticipant that it is about"),
            ("-a A", "which version of A?"),
            ("-a A -e 1 -e 2", "--version is given twice for A"),
            ("-a A -e 1 -a B", "which version of B?"),
            ("-a A -e 1 -l", "a --version and the newest version cannot both be asked for A"),
            ("-a A --tag x --latest y", "--tag is given twice for A"),
            ("-a A -e 1 --ignore B --branch x", "--branch after --ignore B is not understood"),
            ("-a  -e 1", "--pacticipant is blank"),
            ("-e 1", "required"),
        ] {
            let error = grouped(arguments).expect_err(arguments);
            assert!(error.contains(expected), "{arguments}: {error}");
        }
    }
}
