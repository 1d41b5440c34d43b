//! The version, branch and build URL that a continuous integration service, or Git, already knows.
//!
//! Nothing is read from the process here: variables, Git and files are passed in. The first that is set wins, in the
//! order of the tables below. In builds of pull and merge requests it is the request's own commit and branch that count, not
//! the merge commit that only the service has seen; a tag is no branch.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::context::Environment;

/// What could be found out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Detected {
    /// The commit that is built.
    pub(crate) commit: Option<String>,
    /// The branch that is built.
    pub(crate) branch: Option<String>,
    /// Where the build can be seen.
    pub(crate) build_url: Option<String>,
}

/// Something that was found out, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it is.
    pub(crate) value: String,
    /// The variable, file or command that says so.
    pub(crate) source: String,
}

impl Found {
    fn new(value: impl Into<String>, source: impl Into<String>) -> Self {
        Self { value: value.into(), source: source.into() }
    }
}

/// Where to look.
pub(crate) struct Surroundings<'a> {
    /// The environment variables.
    pub(crate) environment: &'a Environment,
    /// Runs Git with these arguments and gives the first line of its output, if it succeeds.
    pub(crate) git: &'a dyn Fn(&[&str]) -> Option<String>,
    /// Reads a file.
    pub(crate) read: &'a dyn Fn(&Path) -> Option<Vec<u8>>,
}

/// Variables of pull and merge requests come before those of the same service that name the merge commit.
const COMMIT: &[&str] = &[
    "GITHUB_SHA",
    "BUILDKITE_COMMIT",
    "CIRCLE_SHA1",
    "TRAVIS_PULL_REQUEST_SHA",
    "TRAVIS_COMMIT",
    "GIT_COMMIT",
    "APPVEYOR_PULL_REQUEST_HEAD_COMMIT",
    "APPVEYOR_REPO_COMMIT",
    "CI_COMMIT_ID",
    "BITBUCKET_COMMIT",
    "SYSTEM_PULLREQUEST_SOURCECOMMITID",
    "BUILD_SOURCEVERSION",
    "CIRRUS_CHANGE_IN_REPO",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",
    "CI_COMMIT_SHA",
    "DRONE_COMMIT_SHA",
    "SEMAPHORE_GIT_PR_SHA",
    "SEMAPHORE_GIT_SHA",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "bamboo_planRepository_revision",
    "CF_REVISION",
    "BUILD_VCS_NUMBER",
];

/// Variables of pull and merge requests come before those of the same service that name a merge commit's branch, or the
/// branch that is merged into.
const BRANCH: &[&str] = &[
    "GITHUB_HEAD_REF",
    "GITHUB_REF",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "TRAVIS_PULL_REQUEST_BRANCH",
    "TRAVIS_BRANCH",
    "CHANGE_BRANCH",
    "GIT_BRANCH",
    "GIT_LOCAL_BRANCH",
    "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH",
    "APPVEYOR_REPO_BRANCH",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_COMMIT_SOURCE_BRANCH",
    "CI_COMMIT_REF_NAME",
    "CI_COMMIT_BRANCH",
    "CI_BRANCH",
    "BITBUCKET_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    "BUILD_SOURCEBRANCH",
    "BUILD_SOURCEBRANCHNAME",
    "CIRRUS_BRANCH",
    "DRONE_SOURCE_BRANCH",
    "DRONE_BRANCH",
    "SEMAPHORE_GIT_PR_BRANCH",
    "SEMAPHORE_GIT_WORKING_BRANCH",
    "SEMAPHORE_GIT_BRANCH",
    "CODEBUILD_WEBHOOK_HEAD_REF",
    "CODEBUILD_WEBHOOK_TRIGGER",
    "bamboo_repository_pr_sourceBranch",
    "bamboo_planRepository_branchName",
    "CF_BRANCH",
    "BRANCH_NAME",
];

/// Services that build a tag put its name where that of a branch is otherwise.
const TAG_INSTEAD: &[(&str, &str)] = &[
    ("BUILDKITE_BRANCH", "BUILDKITE_TAG"),
    ("TRAVIS_BRANCH", "TRAVIS_TAG"),
    ("APPVEYOR_REPO_BRANCH", "APPVEYOR_REPO_TAG_NAME"),
    ("CI_COMMIT_REF_NAME", "CI_COMMIT_TAG"),
    ("BRANCH_NAME", "TAG_NAME"),
];

const BUILD_URL: &[&str] = &[
    "BUILDKITE_BUILD_URL",
    "CIRCLE_BUILD_URL",
    "TRAVIS_BUILD_WEB_URL",
    "BUILD_URL",
    "CI_JOB_URL",
    "CI_PIPELINE_URL",
    "CI_BUILD_URL",
    "DRONE_BUILD_LINK",
    "CODEBUILD_BUILD_URL",
    "bamboo_resultsUrl",
    "bamboo_buildResultsUrl",
    "CF_BUILD_URL",
];

/// Addresses that are made of several variables: those in braces, as they are or (`+`) as part of a URL. The first variable
/// names the service.
const BUILD_URL_PATTERNS: &[&str] = &[
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{SYSTEM_TEAMFOUNDATIONCOLLECTIONURI}/{+SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    "https://cirrus-ci.com/build/{CIRRUS_BUILD_ID}",
    "{SEMAPHORE_ORGANIZATION_URL}/jobs/{SEMAPHORE_JOB_ID}",
    "{APPVEYOR_URL}/project/{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}/builds/{APPVEYOR_BUILD_ID}",
];

impl Surroundings<'_> {
    /// Looks everywhere.
    pub(crate) fn detect(&self) -> Detected {
        let [commit, branch, build_url] = self.find().map(|found| found.map(|found| found.value));
        Detected { commit, branch, build_url }
    }

    /// Commit, branch and build URL, and where each was found.
    pub(crate) fn find(&self) -> [Option<Found>; 3] {
        [self.commit(), self.branch(), self.build_url()]
    }

    fn first(&self, names: &[&str]) -> Option<Found> {
        names.iter().find_map(|name| Some(Found::new(self.environment.get(name)?, *name)))
    }

    fn of_git(&self, arguments: &[&str]) -> Option<Found> {
        let line = (self.git)(arguments).filter(|line| !line.is_empty())?;
        Some(Found::new(line, format!("git {}", arguments.join(" "))))
    }

    /// The commit that is built.
    fn commit(&self) -> Option<Found> {
        self.github_pull_request_head().or_else(|| self.first(COMMIT)).or_else(|| self.of_git(&["rev-parse", "HEAD"]))
    }

    /// In a pull request `GITHUB_SHA` is a merge commit that nobody has seen; the event says which commit is built.
    fn github_pull_request_head(&self) -> Option<Found> {
        #[derive(Deserialize)]
        struct Event {
            pull_request: PullRequest,
        }
        #[derive(Deserialize)]
        struct PullRequest {
            head: Head,
        }
        #[derive(Deserialize)]
        struct Head {
            sha: String,
        }
        let event = (self.read)(Path::new(self.environment.get("GITHUB_EVENT_PATH")?))?;
        let event: Event = serde_json::from_slice(&event).ok()?;
        Some(Found::new(event.pull_request.head.sha, "the event of GITHUB_EVENT_PATH"))
    }

    /// The branch that is built.
    fn branch(&self) -> Option<Found> {
        BRANCH
            .iter()
            .find_map(|name| self.branch_of(name))
            .or_else(|| self.teamcity_branch())
            .or_else(|| self.the_only_branch_variable())
            .or_else(|| {
                let found = self.of_git(&["rev-parse", "--abbrev-ref", "HEAD"])?;
                // Git says HEAD when no branch is checked out.
                let value = branch_name(&found.value).filter(|name| name != "HEAD")?;
                Some(Found { value, ..found })
            })
    }

    fn branch_of(&self, variable: &str) -> Option<Found> {
        let value = self.environment.get(variable)?;
        let tag =
            TAG_INSTEAD.iter().find(|(branch, _)| *branch == variable).and_then(|(_, tag)| self.environment.get(tag));
        // `branch/main`, `pr/7` and `tag/v1` are what starts a build of CodeBuild.
        let name = match variable {
            "CODEBUILD_WEBHOOK_TRIGGER" => value.strip_prefix("branch/")?,
            _ => value,
        };
        let name = branch_name(name).filter(|name| tag != Some(name))?;
        Some(Found::new(name, variable))
    }

    /// Of services that nobody has heard of: the one variable that can only be the branch.
    fn the_only_branch_variable(&self) -> Option<Found> {
        const OF_OTHERS: [&str; 3] = ["DEFAULT_BRANCH", "BASE_BRANCH", "TARGET_BRANCH"];
        let mut candidates = self.environment.iter().filter(|(name, _)| {
            name.ends_with("_BRANCH") && !BRANCH.contains(name) && !OF_OTHERS.iter().any(|end| name.ends_with(end))
        });
        let (name, value) = candidates.next()?;
        if candidates.next().is_some() { None } else { Some(Found::new(branch_name(value)?, name)) }
    }

    fn build_url(&self) -> Option<Found> {
        let patterns = |some: &[&str]| some.iter().find_map(|pattern| self.filled(pattern));
        // Jenkins and others have a BUILD_URL that a GitHub workflow may set for purposes of its own.
        let (github, others) = BUILD_URL_PATTERNS.split_at(1);
        patterns(github)
            .or_else(|| self.first(BUILD_URL))
            .or_else(|| patterns(others))
            .or_else(|| self.teamcity_build_url())
    }

    /// A pattern of [`BUILD_URL_PATTERNS`] with the values of its variables, if all are set.
    fn filled(&self, pattern: &str) -> Option<Found> {
        let mut url = String::new();
        let mut source = None;
        for (index, part) in pattern.split(['{', '}']).enumerate() {
            if index % 2 == 0 {
                url.push_str(part);
                continue;
            }
            let name = part.trim_start_matches('+');
            let value = self.environment.get(name)?.trim_end_matches('/');
            if part == name {
                url.push_str(value);
            } else {
                url.push_str(&value.replace('%', "%25").replace(' ', "%20"));
            }
            source = source.or(Some(name));
        }
        Some(Found::new(url, source?))
    }

    /// TeamCity tells little in variables, and all in two files of which a variable names the first.
    fn teamcity(&self) -> Option<BTreeMap<String, String>> {
        let build = (self.read)(Path::new(self.environment.get("TEAMCITY_BUILD_PROPERTIES_FILE")?))?;
        let mut all = properties(&String::from_utf8_lossy(&build));
        let configuration = all.get("teamcity.configuration.properties.file").map(Path::new);
        if let Some(configuration) = configuration.and_then(self.read) {
            all.extend(properties(&String::from_utf8_lossy(&configuration)));
        }
        Some(all)
    }

    fn teamcity_branch(&self) -> Option<Found> {
        let properties = self.teamcity()?;
        // The branch by its full name, then by the name that it is shown under, which for the main branch is none.
        let full = properties.iter().find(|(name, _)| name.starts_with("teamcity.build.vcs.branch."));
        let (name, value) = full.or_else(|| properties.get_key_value("teamcity.build.branch"))?;
        let branch = branch_name(value).filter(|branch| branch != "<default>")?;
        Some(Found::new(branch, format!("{name} of TEAMCITY_BUILD_PROPERTIES_FILE")))
    }

    fn teamcity_build_url(&self) -> Option<Found> {
        let properties = self.teamcity()?;
        let server = properties.get("teamcity.serverUrl")?.trim_end_matches('/');
        let url = format!("{server}/viewLog.html?buildId={}", properties.get("teamcity.build.id")?);
        Some(Found::new(url, "TEAMCITY_BUILD_PROPERTIES_FILE"))
    }
}

/// A branch's name out of a Git reference; `None` for what is no branch, such as `refs/pull/7/merge` or `refs/tags/v1`.
fn branch_name(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("refs/heads/").unwrap_or(reference);
    let name = name.strip_prefix("origin/").unwrap_or(name).trim();
    (!name.is_empty() && !name.starts_with("refs/")).then(|| name.to_owned())
}

/// Reads a file of properties as Java writes them: `name=value`, with `:`, `=`, `#`, `!` and blanks behind a backslash.
fn properties(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with(['#', '!']));
    let pairs = lines.filter_map(|line| {
        let end = line.char_indices().find(|&(at, c)| c == '=' && !line[..at].ends_with('\\'))?.0;
        let plain = |text: &str| text.replace("\\\\", "\u{0}").replace('\\', "").replace('\u{0}', "\\");
        Some((plain(line[..end].trim()), plain(line[end + 1..].trim())))
    });
    pairs.collect()
}

/// Runs Git in the working directory.
pub(crate) fn git(arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git").args(arguments).stdin(std::process::Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// Detects with the process's Git and files.
pub(crate) fn detect(environment: &Environment) -> Detected {
    of_process(environment).detect()
}

/// Commit, branch and build URL with the process's Git and files, and where each was found.
pub(crate) fn find(environment: &Environment) -> [Option<Found>; 3] {
    of_process(environment).find()
}

fn of_process(environment: &Environment) -> Surroundings<'_> {
    Surroundings { environment, git: &git, read: &|path| std::fs::read(path).ok() }
}

#[cfg(test)]
mod tests;
