//! What is said of the version that is published: what is given, else what build service and Git say.

use crate::ci_environment::{Detected, Found};
use crate::context::Context;
use crate::error::Problem;
use crate::printer::Tone;

use super::{Args, Output};

/// What is said of the version that is published.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct VersionProperties {
    pub(super) version: String,
    pub(super) branch: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) build_url: Option<String>,
}

/// Detects only if something that is not given shall be detected.
pub(super) fn version_properties(args: &Args, detect: impl FnOnce() -> Detected) -> anyhow::Result<VersionProperties> {
    let given =
        |flag: &Option<String>| flag.as_deref().map(str::trim).filter(|flag| !flag.is_empty()).map(str::to_owned);
    let (mut version, mut branch) = (given(&args.consumer_app_version), given(&args.branch));
    let mut build_url = given(&args.build_url);
    let mut tags: Vec<String> = Vec::new();
    let mut add_tag = |tag: &str| {
        if !tag.trim().is_empty() && !tags.iter().any(|known| known == tag.trim()) {
            tags.push(tag.trim().to_owned());
        }
    };
    args.tag.iter().for_each(|tag| add_tag(tag));
    if args.auto_detect_version_properties || args.tag_with_git_branch {
        let detected = detect();
        if args.tag_with_git_branch {
            let branch = detected.branch.as_deref().ok_or_else(|| {
                Problem::usage("the branch for the tag could not be detected").hint("give the tag with --tag")
            })?;
            add_tag(branch);
        }
        if args.auto_detect_version_properties {
            version = version.or(detected.commit);
            branch = branch.or(detected.branch);
            build_url = build_url.or(detected.build_url);
            if branch.is_none() {
                let problem = Problem::usage("the branch could not be detected");
                return Err(problem.hint("give it with --branch").into());
            }
        }
    }
    let version = version.ok_or_else(|| {
        let detected = args.auto_detect_version_properties;
        let text = if detected { "the version could not be detected" } else { "the consumer's version is missing" };
        Problem::usage(text)
            .hint("give it with --consumer-app-version, or detect it with --auto-detect-version-properties")
    })?;
    Ok(VersionProperties { version, branch, tags, build_url })
}

/// What `--auto-detect-version-properties` would take, and from where.
pub(super) fn print_detected(found: &[Option<Found>; 3], output: Output, context: &Context) {
    let named = ["version", "branch", "buildUrl"].into_iter().zip(found);
    if output != Output::Text {
        let members: serde_json::Map<String, serde_json::Value> = named
            .map(|(name, found)| {
                let found = found
                    .as_ref()
                    .map(|Found { value, source }| serde_json::json!({ "value": value, "source": source }));
                (name.to_owned(), found.into())
            })
            .collect();
        output.print_raw(context, &[&serde_json::Value::Object(members).to_string()]);
        return;
    }
    for ((_, found), name) in named.zip(["version:  ", "branch:   ", "build URL:"]) {
        match found {
            Some(Found { value, source }) => context.printer.text(&format!("{name} {value}  (from {source})")),
            None => context.printer.line(Tone::Faint, &format!("{name} not found")),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        args: Args,
    }

    fn properties(arguments: &str, commit: Option<&str>, branch: Option<&str>) -> Result<VersionProperties, String> {
        let arguments = ["publish", "x.json", "-b", "http://b"].into_iter().chain(arguments.split_whitespace());
        let args = Command::try_parse_from(arguments).map_err(|error| error.to_string())?.args;
        let text = |text: Option<&str>| text.map(str::to_owned);
        let detected = Detected { commit: text(commit), branch: text(branch), build_url: text(Some("http://ci/1")) };
        version_properties(&args, || detected).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_given_wins_over_what_is_detected() {
        let expected = |version: &str, branch: Option<&str>, tags: &[&str], build_url: Option<&str>| {
            Ok(VersionProperties {
                version: version.into(),
                branch: branch.map(str::to_owned),
                tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
                build_url: build_url.map(str::to_owned),
            })
        };
        let detected = |arguments| properties(arguments, Some("abc"), Some("main"));
        assert_eq!(detected("-a 1"), expected("1", None, &[], None));
        assert_eq!(detected("-r"), expected("abc", Some("main"), &[], Some("http://ci/1")));
        assert_eq!(detected("-r -a 1 --branch b --build-url u"), expected("1", Some("b"), &[], Some("u")));
        assert_eq!(detected("-a 1 -t a,b -t c -t a -g"), expected("1", None, &["a", "b", "c", "main"], None));
    }

    #[test]
    fn what_cannot_be_found_out_is_named() {
        assert_eq!(properties("", None, None), Err("the consumer's version is missing".into()));
        assert_eq!(properties("-r", None, Some("main")), Err("the version could not be detected".into()));
        assert_eq!(properties("-r", Some("abc"), None), Err("the branch could not be detected".into()));
        assert_eq!(
            properties("-a 1 -g", Some("abc"), None),
            Err("the branch for the tag could not be detected".into())
        );
    }
}
