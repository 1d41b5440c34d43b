//! Which version of the provider results are published for: what is given, else what build service and Git say.

use intact_verifier::PublishOptions;

use super::Args;
use crate::ci_environment::{self, Detected};
use crate::context::Context;
use crate::error::Problem;
use crate::printer::Tone;

impl Args {
    /// What is published with the results. Says what was detected, and warns of a work tree that no version stands for.
    pub(super) fn published_version(&self, context: &Context) -> anyhow::Result<PublishOptions> {
        let detected = ci_environment::detect(&context.environment);
        let options = self.published_as(&detected, &|arguments| ci_environment::git(arguments))?;
        if self.provider_version.is_none() {
            let branch = options.branch.as_ref().map(|branch| format!(" of branch {branch}")).unwrap_or_default();
            let text = format!("publishing for version {}{branch}, as detected", options.provider_version);
            context.printer.remark(Tone::Faint, &text);
        }
        if ci_environment::git(&["status", "--porcelain", "--untracked-files=no"]).is_some() {
            let text = "warning: the work tree has changes that are not committed, so the results may not be those of the version";
            context.printer.remark(Tone::Doubtful, text);
        }
        Ok(options)
    }

    fn published_as(
        &self,
        detected: &Detected,
        git: &dyn Fn(&[&str]) -> Option<String>,
    ) -> anyhow::Result<PublishOptions> {
        let given = |flag: &Option<String>| flag.clone().filter(|text| !text.trim().is_empty());
        let version = given(&self.provider_version).or_else(|| detected.commit.clone()).ok_or_else(|| {
            Problem::usage("results cannot be published: the version of the provider could not be detected")
                .hint("give it with --provider-version")
        })?;
        let tags = match self.given_tags() {
            tags if tags.is_empty() => {
                git(&["log", "-1", "--format=%D"]).map(|names| tags_of(&names)).unwrap_or_default()
            }
            tags => tags,
        };
        Ok(PublishOptions {
            provider_version: version,
            branch: self.given_branch().or_else(|| detected.branch.clone()),
            tags,
            build_url: given(&self.build_url).or_else(|| detected.build_url.clone()),
            even_if_partial: self.publish_partial,
        })
    }
}

/// The tags among the names that Git gives a commit: `HEAD -> main, tag: v1, origin/main`.
fn tags_of(names: &str) -> Vec<String> {
    names.split(", ").filter_map(|name| name.strip_prefix("tag: ")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        verify: Args,
    }

    fn published(arguments: &[&str], detected: &Detected) -> Result<PublishOptions, String> {
        let arguments = ["test", "--publish"].iter().chain(arguments);
        let args = Command::try_parse_from(arguments).unwrap_or_else(|error| panic!("{error}")).verify;
        let git = |_: &[&str]| Some("HEAD -> main, tag: v1, tag: v1.0, origin/main".to_owned());
        args.published_as(detected, &git).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_given_wins_over_what_is_detected() {
        let text = |text: &str| Some(text.to_owned());
        let detected = Detected { commit: text("abc"), branch: text("main"), build_url: text("http://ci/1") };
        let expected = |version: &str, branch: &str, tags: &[&str], build_url: &str| PublishOptions {
            provider_version: version.to_owned(),
            branch: text(branch),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            build_url: text(build_url),
            even_if_partial: false,
        };
        assert_eq!(published(&[], &detected), Ok(expected("abc", "main", &["v1", "v1.0"], "http://ci/1")));
        let all = ["--provider-version", "1", "--provider-branch", "b", "--provider-tags", "t", "--build-url", "u"];
        assert_eq!(published(&all, &detected), Ok(expected("1", "b", &["t"], "u")));
        let nothing = published(&[], &Detected::default()).unwrap_err();
        assert_eq!(nothing, "results cannot be published: the version of the provider could not be detected");
    }
}
