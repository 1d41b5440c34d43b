use super::*;

/// The files of a build: GitHub's event, and the two of TeamCity.
fn read(path: &Path) -> Option<Vec<u8>> {
    let text = match path.to_str()? {
        "/event.json" => r#"{"action":"opened","pull_request":{"head":{"sha":"headsha","ref":"x"}}}"#,
        "/push.json" => r#"{"after":"abc","ref":"refs/heads/main"}"#,
        "/teamcity.properties" => {
            "#TeamCity build properties\nteamcity.build.id=42\nteamcity.configuration.properties.file=/configuration.properties\n"
        }
        "/configuration.properties" => {
            "teamcity.serverUrl=https\\://teamcity.example.com\\:8111\nteamcity.build.branch=feat/x\n\
             teamcity.build.vcs.branch.App_Main=refs/heads/feat/x\n"
        }
        "/main.properties" => "teamcity.build.branch=<default>\n",
        _ => return None,
    };
    Some(text.as_bytes().to_vec())
}

fn detect_with<const N: usize>(variables: [(&str, &str); N], git: &dyn Fn(&[&str]) -> Option<String>) -> Detected {
    Surroundings { environment: &Environment::of(variables), git, read: &read }.detect()
}

fn detect<const N: usize>(variables: [(&str, &str); N]) -> Detected {
    detect_with(variables, &|_| None)
}

/// The variables, one `NAME=value` in a line, and what is found: commit, branch and build URL, `-` for nothing.
fn hold(service: &str, variables: &str, expected: [&str; 3]) {
    let pairs = variables.lines().filter_map(|line| line.trim().split_once('='));
    let environment = Environment::of(pairs);
    let Detected { commit, branch, build_url } =
        Surroundings { environment: &environment, git: &|_| None, read: &read }.detect();
    let found = [commit, branch, build_url].map(|found| found.unwrap_or_else(|| "-".to_owned()));
    assert_eq!(found.each_ref().map(String::as_str), expected, "{service}");
}

#[test]
fn every_service_is_recognised_by_what_it_sets() {
    for (service, variables, expected) in [
        (
            "GitHub, a push",
            "GITHUB_SHA=abc\nGITHUB_REF=refs/heads/feat/x\nGITHUB_HEAD_REF=\nGITHUB_EVENT_PATH=/push.json
             GITHUB_SERVER_URL=https://github.com\nGITHUB_REPOSITORY=me/app\nGITHUB_RUN_ID=7",
            ["abc", "feat/x", "https://github.com/me/app/actions/runs/7"],
        ),
        (
            "GitHub, a pull request",
            "GITHUB_SHA=mergesha\nGITHUB_REF=refs/pull/12/merge\nGITHUB_HEAD_REF=feat/x\nGITHUB_BASE_REF=main
             GITHUB_EVENT_PATH=/event.json",
            ["headsha", "feat/x", "-"],
        ),
        ("GitHub, a tag", "GITHUB_SHA=abc\nGITHUB_REF=refs/tags/v1\nGITHUB_REF_NAME=v1", ["abc", "-", "-"]),
        (
            "GitLab, a push",
            "CI_COMMIT_SHA=abc\nCI_COMMIT_REF_NAME=feat/x\nCI_COMMIT_BRANCH=feat/x\nCI_DEFAULT_BRANCH=main
             CI_JOB_URL=https://gitlab.com/me/app/-/jobs/1\nCI_PIPELINE_URL=https://gitlab.com/me/app/-/pipelines/1",
            ["abc", "feat/x", "https://gitlab.com/me/app/-/jobs/1"],
        ),
        (
            "GitLab, a merge request",
            "CI_COMMIT_SHA=abc\nCI_COMMIT_REF_NAME=refs/merge-requests/1/head\nCI_DEFAULT_BRANCH=main
             CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=feat/x\nCI_MERGE_REQUEST_TARGET_BRANCH_NAME=main
             CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=\nCI_PIPELINE_URL=https://gitlab.com/me/app/-/pipelines/1",
            ["abc", "feat/x", "https://gitlab.com/me/app/-/pipelines/1"],
        ),
        (
            "GitLab, a merged result",
            "CI_COMMIT_SHA=mergesha\nCI_MERGE_REQUEST_SOURCE_BRANCH_SHA=headsha\nCI_MERGE_REQUEST_SOURCE_BRANCH_NAME=x",
            ["headsha", "x", "-"],
        ),
        (
            "GitLab, a tag",
            "CI_COMMIT_SHA=abc\nCI_COMMIT_REF_NAME=v1\nCI_COMMIT_TAG=v1\nCI_DEFAULT_BRANCH=main",
            ["abc", "-", "-"],
        ),
        (
            "Azure, a push",
            "BUILD_SOURCEVERSION=abc\nBUILD_SOURCEBRANCH=refs/heads/feat/x\nBUILD_SOURCEBRANCHNAME=x
             SYSTEM_TEAMFOUNDATIONCOLLECTIONURI=https://dev.azure.com/org/\nSYSTEM_TEAMPROJECT=My App\nBUILD_BUILDID=9",
            ["abc", "feat/x", "https://dev.azure.com/org/My%20App/_build/results?buildId=9"],
        ),
        (
            "Azure, a pull request",
            "BUILD_SOURCEVERSION=mergesha\nSYSTEM_PULLREQUEST_SOURCECOMMITID=headsha\nBUILD_SOURCEBRANCH=refs/pull/5/merge
             BUILD_SOURCEBRANCHNAME=merge\nSYSTEM_PULLREQUEST_SOURCEBRANCH=refs/heads/feat/x
             SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main",
            ["headsha", "feat/x", "-"],
        ),
        (
            "Jenkins, a job",
            "GIT_COMMIT=abc\nGIT_BRANCH=origin/feat/x\nGIT_LOCAL_BRANCH=feat/x\nBUILD_URL=https://jenkins/job/1/",
            ["abc", "feat/x", "https://jenkins/job/1/"],
        ),
        (
            "Jenkins, a pull request",
            "GIT_COMMIT=abc\nGIT_BRANCH=PR-7\nBRANCH_NAME=PR-7\nCHANGE_BRANCH=feat/x\nCHANGE_TARGET=main",
            ["abc", "feat/x", "-"],
        ),
        ("Jenkins, a pipeline of many branches", "BRANCH_NAME=feat/x\nBUILD_URL=https://jenkins/1", ["-", "feat/x", "https://jenkins/1"]),
        ("Jenkins, a tag", "BRANCH_NAME=v1\nTAG_NAME=v1", ["-", "-", "-"]),
        (
            "Travis, a push",
            "TRAVIS_COMMIT=abc\nTRAVIS_BRANCH=feat/x\nTRAVIS_PULL_REQUEST_BRANCH=\nTRAVIS_BUILD_WEB_URL=https://travis/1",
            ["abc", "feat/x", "https://travis/1"],
        ),
        (
            "Travis, a pull request",
            "TRAVIS_COMMIT=mergesha\nTRAVIS_PULL_REQUEST_SHA=headsha\nTRAVIS_BRANCH=main\nTRAVIS_PULL_REQUEST_BRANCH=feat/x",
            ["headsha", "feat/x", "-"],
        ),
        ("Travis, a tag", "TRAVIS_COMMIT=abc\nTRAVIS_BRANCH=v1\nTRAVIS_TAG=v1", ["abc", "-", "-"]),
        (
            "CircleCI",
            "CIRCLE_SHA1=abc\nCIRCLE_BRANCH=feat/x\nCIRCLE_BUILD_URL=https://circleci.com/1",
            ["abc", "feat/x", "https://circleci.com/1"],
        ),
        (
            "Buildkite",
            "BUILDKITE_COMMIT=abc\nBUILDKITE_BRANCH=feat/x\nBUILDKITE_PULL_REQUEST_BASE_BRANCH=main
             BUILDKITE_BUILD_URL=https://buildkite.com/1",
            ["abc", "feat/x", "https://buildkite.com/1"],
        ),
        ("Buildkite, a tag", "BUILDKITE_COMMIT=abc\nBUILDKITE_BRANCH=v1\nBUILDKITE_TAG=v1", ["abc", "-", "-"]),
        (
            "AppVeyor, a pull request",
            "APPVEYOR_REPO_COMMIT=mergesha\nAPPVEYOR_PULL_REQUEST_HEAD_COMMIT=headsha\nAPPVEYOR_REPO_BRANCH=main
             APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH=feat/x\nAPPVEYOR_URL=https://ci.appveyor.com
             APPVEYOR_ACCOUNT_NAME=me\nAPPVEYOR_PROJECT_SLUG=app\nAPPVEYOR_BUILD_ID=3",
            ["headsha", "feat/x", "https://ci.appveyor.com/project/me/app/builds/3"],
        ),
        (
            "Codeship",
            "CI_COMMIT_ID=abc\nCI_BRANCH=feat/x\nCI_BUILD_URL=https://codeship/1",
            ["abc", "feat/x", "https://codeship/1"],
        ),
        (
            "Bitbucket",
            "BITBUCKET_COMMIT=abc\nBITBUCKET_BRANCH=main\nBITBUCKET_REPO_FULL_NAME=me/app\nBITBUCKET_BUILD_NUMBER=3",
            ["abc", "main", "https://bitbucket.org/me/app/pipelines/results/3"],
        ),
        (
            "Cirrus",
            "CIRRUS_CHANGE_IN_REPO=abc\nCIRRUS_BRANCH=main\nCIRRUS_BUILD_ID=9",
            ["abc", "main", "https://cirrus-ci.com/build/9"],
        ),
        (
            "Drone, a pull request",
            "DRONE_COMMIT_SHA=abc\nDRONE_BRANCH=main\nDRONE_SOURCE_BRANCH=feat/x\nDRONE_TARGET_BRANCH=main
             DRONE_BUILD_LINK=https://drone/1",
            ["abc", "feat/x", "https://drone/1"],
        ),
        (
            "Woodpecker, a push",
            "CI_COMMIT_SHA=abc\nCI_COMMIT_BRANCH=feat/x\nCI_COMMIT_REF=refs/heads/feat/x\nCI_PIPELINE_URL=https://woodpecker/1",
            ["abc", "feat/x", "https://woodpecker/1"],
        ),
        (
            "Woodpecker, a pull request",
            "CI_COMMIT_SHA=abc\nCI_COMMIT_BRANCH=main\nCI_COMMIT_SOURCE_BRANCH=feat/x\nCI_COMMIT_TARGET_BRANCH=main",
            ["abc", "feat/x", "-"],
        ),
        (
            "Semaphore, a push",
            "SEMAPHORE_GIT_SHA=abc\nSEMAPHORE_GIT_BRANCH=feat/x\nSEMAPHORE_GIT_WORKING_BRANCH=feat/x
             SEMAPHORE_ORGANIZATION_URL=https://me.semaphoreci.com\nSEMAPHORE_JOB_ID=j1",
            ["abc", "feat/x", "https://me.semaphoreci.com/jobs/j1"],
        ),
        (
            "Semaphore, a pull request",
            "SEMAPHORE_GIT_SHA=mergesha\nSEMAPHORE_GIT_PR_SHA=headsha\nSEMAPHORE_GIT_BRANCH=main\nSEMAPHORE_GIT_PR_BRANCH=feat/x",
            ["headsha", "feat/x", "-"],
        ),
        (
            "CodeBuild, a webhook",
            "CODEBUILD_RESOLVED_SOURCE_VERSION=abc\nCODEBUILD_WEBHOOK_HEAD_REF=refs/heads/feat/x\nCODEBUILD_WEBHOOK_TRIGGER=pr/7
             CODEBUILD_BUILD_URL=https://eu-central-1.console.aws.amazon.com/1",
            ["abc", "feat/x", "https://eu-central-1.console.aws.amazon.com/1"],
        ),
        ("CodeBuild, a trigger", "CODEBUILD_WEBHOOK_TRIGGER=branch/feat/x", ["-", "feat/x", "-"]),
        ("CodeBuild, a tag", "CODEBUILD_WEBHOOK_TRIGGER=tag/v1\nCODEBUILD_WEBHOOK_HEAD_REF=refs/tags/v1", ["-", "-", "-"]),
        (
            "Bamboo",
            "bamboo_planRepository_revision=abc\nbamboo_planRepository_branchName=feat/x\nbamboo_resultsUrl=https://bamboo/1",
            ["abc", "feat/x", "https://bamboo/1"],
        ),
        (
            "Codefresh",
            "CF_REVISION=abc\nCF_BRANCH=feat/x\nCF_PULL_REQUEST_TARGET=main\nCF_BUILD_URL=https://g.codefresh.io/build/1",
            ["abc", "feat/x", "https://g.codefresh.io/build/1"],
        ),
        (
            "TeamCity",
            "BUILD_VCS_NUMBER=abc\nTEAMCITY_BUILD_PROPERTIES_FILE=/teamcity.properties",
            ["abc", "feat/x", "https://teamcity.example.com:8111/viewLog.html?buildId=42"],
        ),
        ("TeamCity, the main branch", "TEAMCITY_BUILD_PROPERTIES_FILE=/main.properties", ["-", "-", "-"]),
    ] {
        hold(service, variables, expected);
    }
}

#[test]
fn a_pull_request_on_github_is_known_by_its_own_head_and_not_by_the_merge_commit() {
    let event =
        [("GITHUB_SHA", "mergesha"), ("GITHUB_REF", "refs/pull/12/merge"), ("GITHUB_EVENT_PATH", "/event.json")];
    assert_eq!(detect(event).commit.as_deref(), Some("headsha"));
    assert_eq!(detect(event).branch, None);
    assert_eq!(detect([("GITHUB_SHA", "abc"), ("GITHUB_EVENT_PATH", "/missing.json")]).commit.as_deref(), Some("abc"));
}

#[test]
fn every_variable_of_the_tables_works_alone_and_the_first_wins() {
    for pair in COMMIT.windows(2) {
        let variables = [(pair[1], "second"), (pair[0], "first")];
        assert_eq!(detect(variables).commit.as_deref(), Some("first"), "{pair:?}");
        assert_eq!(detect([variables[0]]).commit.as_deref(), Some("second"), "{pair:?}");
    }
    // CodeBuild's trigger says what kind of thing its value is.
    let branches: Vec<&str> = BRANCH.iter().copied().filter(|name| *name != "CODEBUILD_WEBHOOK_TRIGGER").collect();
    for pair in branches.windows(2) {
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
    // What a branch is merged into is not what is built.
    assert_eq!(detect([("CI_DEFAULT_BRANCH", "main")]).branch, None);
    assert_eq!(detect([("ACME_BRANCH", "x"), ("ACME_TARGET_BRANCH", "main")]).branch.as_deref(), Some("x"));
}

#[test]
fn git_is_asked_last() {
    let found = |commit: &str, branch: Option<&str>| Detected {
        commit: Some(commit.to_owned()),
        branch: branch.map(str::to_owned),
        build_url: None,
    };
    let git = |arguments: &[&str]| Some(if arguments.contains(&"--abbrev-ref") { "feat/y" } else { "abc" }.to_owned());
    assert_eq!(detect_with([("X", "y")], &git), found("abc", Some("feat/y")));
    assert_eq!(detect_with([("GIT_COMMIT", "fromci")], &git), found("fromci", Some("feat/y")));
    let detached = |_: &[&str]| Some("HEAD".to_owned());
    assert_eq!(detect_with([("X", "y")], &detached).branch, None);
}

#[test]
fn what_was_found_names_where() {
    let variables = [("CI_COMMIT_SHA", "abc"), ("CI_JOB_URL", "https://gitlab/1")];
    let environment = Environment::of(variables);
    let git = |_: &[&str]| Some("main".to_owned());
    let found = Surroundings { environment: &environment, git: &git, read: &read }.find();
    let sources = found.map(|found| found.map(|found| found.source));
    let expected = ["CI_COMMIT_SHA", "git rev-parse --abbrev-ref HEAD", "CI_JOB_URL"];
    assert_eq!(sources, expected.map(|source| Some(source.to_owned())));
}

#[test]
fn properties_are_read_with_their_escapes() {
    let read = properties("# a comment\n! another\na=1\nb\\=c = x\\:\\\\y\nnothing\n");
    let pairs: Vec<(&str, &str)> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("a", "1"), ("b=c", "x:\\y")]);
}
