//! The version, branch and build URL that a continuous integration service, or Git, already knows.
//!
//! Nothing is read from the process here: variables, Git and files are passed in. The first that is set wins, in the
//! order of the tables below.

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

/// Where to look.
pub(crate) struct Surroundings<'a> {
    /// The environment variables.
    pub(crate) environment: &'a Environment,
    /// Runs Git with these arguments and gives the first line of its output, if it succeeds.
    pub(crate) git: &'a dyn Fn(&[&str]) -> Option<String>,
    /// Reads a file.
    pub(crate) read: &'a dyn Fn(&Path) -> Option<Vec<u8>>,
}

const COMMIT: &[&str] = &[
    "GITHUB_SHA",
    "BUILDKITE_COMMIT",
    "CIRCLE_SHA1",
    "TRAVIS_COMMIT",
    "GIT_COMMIT",
    "APPVEYOR_REPO_COMMIT",
    "CI_COMMIT_ID",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "CIRRUS_CHANGE_IN_REPO",
    "CI_COMMIT_SHA",
    "DRONE_COMMIT_SHA",
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
    "BITBUCKET_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",
    "BUILD_SOURCEBRANCH",
    "BUILD_SOURCEBRANCHNAME",
    "CIRRUS_BRANCH",
    "DRONE_SOURCE_BRANCH",
    "DRONE_BRANCH",
    "SEMAPHORE_GIT_PR_BRANCH",
    "SEMAPHORE_GIT_BRANCH",
    "CODEBUILD_WEBHOOK_HEAD_REF",
    "bamboo_planRepository_branchName",
    "CF_BRANCH",
];

const BUILD_URL: &[&str] = &[
    "BUILDKITE_BUILD_URL",
    "CIRCLE_BUILD_URL",
    "TRAVIS_BUILD_WEB_URL",
    "BUILD_URL",
    "CI_JOB_URL",
    "CI_PIPELINE_URL",
    "DRONE_BUILD_LINK",
    "CODEBUILD_BUILD_URL",
    "bamboo_resultsUrl",
    "CF_BUILD_URL",
];

impl Surroundings<'_> {
    /// Looks everywhere.
    pub(crate) fn detect(&self) -> Detected {
        Detected { commit: self.commit(), branch: self.branch(), build_url: self.build_url() }
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.environment.get(name)).map(str::to_owned)
    }

    /// The commit that is built.
    pub(crate) fn commit(&self) -> Option<String> {
        self.github_pull_request_head()
            .or_else(|| self.first(COMMIT))
            .or_else(|| (self.git)(&["rev-parse", "HEAD"]))
            .filter(|commit| !commit.is_empty())
    }

    /// In a pull request `GITHUB_SHA` is a merge commit that nobody has seen; the event says which commit is built.
    fn github_pull_request_head(&self) -> Option<String> {
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
        Some(event.pull_request.head.sha)
    }

    /// The branch that is built.
    pub(crate) fn branch(&self) -> Option<String> {
        BRANCH
            .iter()
            .find_map(|name| branch_name(self.environment.get(name)?))
            .or_else(|| self.the_only_branch_variable())
            .or_else(|| {
                let name = (self.git)(&["rev-parse", "--abbrev-ref", "HEAD"])?;
                // Git says HEAD when no branch is checked out.
                branch_name(&name).filter(|name| name != "HEAD")
            })
    }

    fn the_only_branch_variable(&self) -> Option<String> {
        let mut candidates = self.environment.iter().filter(|(name, _)| name.ends_with("_BRANCH"));
        let (_, value) = candidates.next()?;
        if candidates.next().is_some() { None } else { branch_name(value) }
    }

    fn build_url(&self) -> Option<String> {
        let get = |name| self.environment.get(name);
        let github = || {
            let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
            Some(format!("{server}/{repository}/actions/runs/{}", get("GITHUB_RUN_ID")?))
        };
        let azure = || {
            let (server, project) = (get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")?, get("SYSTEM_TEAMPROJECT")?);
            let (server, project) = (server.trim_end_matches('/'), project.replace(' ', "%20"));
            Some(format!("{server}/{project}/_build/results?buildId={}", get("BUILD_BUILDID")?))
        };
        let bitbucket = || {
            let (repository, number) = (get("BITBUCKET_REPO_FULL_NAME")?, get("BITBUCKET_BUILD_NUMBER")?);
            Some(format!("https://bitbucket.org/{repository}/pipelines/results/{number}"))
        };
        let cirrus = || Some(format!("https://cirrus-ci.com/build/{}", get("CIRRUS_BUILD_ID")?));
        github().or_else(|| self.first(BUILD_URL)).or_else(azure).or_else(bitbucket).or_else(cirrus)
    }
}

/// A branch's name out of a Git reference; `None` for what is no branch, such as `refs/pull/7/merge` or `refs/tags/v1`.
fn branch_name(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("refs/heads/").unwrap_or(reference);
    let name = name.strip_prefix("origin/").unwrap_or(name).trim();
    (!name.is_empty() && !name.starts_with("refs/")).then(|| name.to_owned())
}

/// Runs Git in the working directory.
pub(crate) fn git(arguments: &[&str]) -> Option<String> {
    let output = std::process::Command::new("git").args(arguments).stdin(std::process::Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// Detects with the process's Git and files.
pub(crate) fn detect(environment: &Environment) -> Detected {
    Surroundings { environment, git: &git, read: &|path| std::fs::read(path).ok() }.detect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect_with<const N: usize>(variables: [(&str, &str); N], git: &dyn Fn(&[&str]) -> Option<String>) -> Detected {
        let environment = Environment::of(variables);
        let read = |path: &Path| {
            let event = br#"{"action":"opened","pull_request":{"head":{"sha":"headsha","ref":"x"}}}"#;
            (path == Path::new("/event.json")).then(|| event.to_vec())
        };
        Surroundings { environment: &environment, git, read: &read }.detect()
    }

    fn detect<const N: usize>(variables: [(&str, &str); N]) -> Detected {
        detect_with(variables, &|_| None)
    }

    fn found(commit: &str, branch: &str, build_url: &str) -> Detected {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Detected { commit: text(commit), branch: text(branch), build_url: text(build_url) }
    }

    #[test]
    fn a_push_on_github_is_recognised() {
        let variables = [
            ("GITHUB_SHA", "abc"),
            ("GITHUB_REF", "refs/heads/feat/x"),
            ("GITHUB_HEAD_REF", ""),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "me/app"),
            ("GITHUB_RUN_ID", "7"),
        ];
        assert_eq!(detect(variables), found("abc", "feat/x", "https://github.com/me/app/actions/runs/7"));
    }

    #[test]
    fn a_pull_request_on_github_is_known_by_its_own_head_and_not_by_the_merge_commit() {
        let variables = [
            ("GITHUB_SHA", "mergesha"),
            ("GITHUB_REF", "refs/pull/12/merge"),
            ("GITHUB_HEAD_REF", "feat/x"),
            ("GITHUB_EVENT_PATH", "/event.json"),
        ];
        assert_eq!(detect(variables), found("headsha", "feat/x", ""));
        assert_eq!(detect([("GITHUB_REF", "refs/pull/12/merge")]), found("", "", ""));
        assert_eq!(detect([("GITHUB_REF", "refs/tags/v1")]), found("", "", ""));
        assert_eq!(detect([("GITHUB_SHA", "abc"), ("GITHUB_EVENT_PATH", "/missing.json")]), found("abc", "", ""));
    }

    #[test]
    fn other_services_are_recognised() {
        let gitlab = [
            ("CI_COMMIT_SHA", "abc"),
            ("CI_COMMIT_REF_NAME", "refs/merge-requests/1/head"),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feat/x"),
            ("CI_JOB_URL", "https://gitlab/1"),
            ("CI_PIPELINE_URL", "https://gitlab/p"),
        ];
        assert_eq!(detect(gitlab), found("abc", "feat/x", "https://gitlab/1"));
        let jenkins = [
            ("GIT_COMMIT", "abc"),
            ("GIT_BRANCH", "origin/main"),
            ("BUILD_URL", "https://jenkins/1"),
            ("JOB_NAME", "x"),
        ];
        assert_eq!(detect(jenkins), found("abc", "main", "https://jenkins/1"));
        let azure = [
            ("BUILD_SOURCEVERSION", "abc"),
            ("BUILD_SOURCEBRANCH", "refs/heads/feat/x"),
            ("BUILD_SOURCEBRANCHNAME", "x"),
            ("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", "https://dev.azure.com/org/"),
            ("SYSTEM_TEAMPROJECT", "My App"),
            ("BUILD_BUILDID", "9"),
        ];
        let url = "https://dev.azure.com/org/My%20App/_build/results?buildId=9";
        assert_eq!(detect(azure), found("abc", "feat/x", url));
        let bitbucket = [
            ("BITBUCKET_COMMIT", "abc"),
            ("BITBUCKET_BRANCH", "main"),
            ("BITBUCKET_REPO_FULL_NAME", "me/app"),
            ("BITBUCKET_BUILD_NUMBER", "3"),
        ];
        assert_eq!(detect(bitbucket), found("abc", "main", "https://bitbucket.org/me/app/pipelines/results/3"));
    }

    #[test]
    fn every_variable_of_the_tables_works_alone_and_the_first_wins() {
        for pair in COMMIT.windows(2) {
            let variables = [(pair[1], "second"), (pair[0], "first")];
            assert_eq!(detect(variables).commit.as_deref(), Some("first"), "{pair:?}");
            assert_eq!(detect([variables[0]]).commit.as_deref(), Some("second"), "{pair:?}");
        }
        for pair in BRANCH.windows(2) {
            let variables = [(pair[1], "refs/heads/second"), (pair[0], "first")];
            assert_eq!(detect(variables).branch.as_deref(), Some("first"), "{pair:?}");
            assert_eq!(detect([variables[0]]).branch.as_deref(), Some("second"), "{pair:?}");
        }
        for pair in BUILD_URL.windows(2) {
            let variables = [(pair[1], "second"), (pair[0], "first")];
            assert_eq!(detect(variables).build_url.as_deref(), Some("first"), "{pair:?}");
        }
    }

    #[test]
    fn an_unknown_service_is_recognised_by_its_only_branch_variable() {
        assert_eq!(detect([("ACME_BRANCH", "main"), ("OTHER", "x")]).branch.as_deref(), Some("main"));
        assert_eq!(detect([("ACME_BRANCH", "main"), ("OTHER_BRANCH", "x")]).branch, None);
        assert_eq!(detect([("ACME_BRANCH", "main"), ("OTHER_BRANCH", " ")]).branch.as_deref(), Some("main"));
    }

    #[test]
    fn git_is_asked_last() {
        let git =
            |arguments: &[&str]| Some(if arguments.contains(&"--abbrev-ref") { "feat/y" } else { "abc" }.to_owned());
        assert_eq!(detect_with([("X", "y")], &git), found("abc", "feat/y", ""));
        assert_eq!(detect_with([("GIT_COMMIT", "fromci")], &git), found("fromci", "feat/y", ""));
        let detached = |_: &[&str]| Some("HEAD".to_owned());
        assert_eq!(detect_with([("X", "y")], &detached).branch, None);
    }
}
