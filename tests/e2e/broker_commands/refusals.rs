//! Brokers that are away, or want to know who asks.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::support::Workspace;

/// Every command that talks to a broker, with what it needs.
const COMMANDS: &str = "list-latest-pact-versions
    get-pacts --provider P
    delete-pact --consumer C -e 1 --provider P --yes
    list-integrations
    delete-integration --consumer C --provider P --yes
    provider-states list -r P
    matrix -a P
    verification-required -a P -e 1
    can-i-deploy -a P -e 1
    can-i-merge -a P -e 1
    record-deployment -a P -e 1 --environment test
    record-undeployment -a P --environment test
    record-release -a P -e 1 --environment test
    record-support-ended -a P -e 1 --environment test
    create-environment --name n
    update-environment --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b --name n
    list-environments
    describe-environment --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    delete-environment --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    create-or-update-pacticipant --name P
    list-pacticipants
    describe-pacticipant --name P
    delete-pacticipant --name P --yes
    create-label -a P --label l
    delete-label -a P --label l
    create-or-update-version -a P -e 1
    list-versions -a P
    describe-version -a P
    delete-version -a P -e 1 --yes
    create-version-tag -a P -e 1 -t t
    delete-version-tag -a P -e 1 -t t
    list-branches -a P
    delete-branch -a P --branch b
    create-webhook http://ci -X POST --contract-published
    create-or-update-webhook http://ci --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b -X POST --contract-published
    list-webhooks
    describe-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    test-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
    webhook-logs --consumer C --provider P
    delete-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b";

// The system's own words are a part of it.
#[cfg(target_os = "linux")]
#[test]
fn every_command_says_that_the_broker_is_away_or_wants_other_credentials() {
    let world = crate::world::World::start();
    let workspace = Workspace::new();
    let mut all = std::collections::BTreeMap::<String, String>::new();
    // The address is that of the first thing that was asked for.
    let asked = regex::Regex::new("(GET|POST|PUT) (NOBODY|SECRET)[^: ]*").expect("a pattern");
    for (broker, place) in [("http://127.0.0.1:9".to_owned(), "NOBODY"), (format!("{}/secret", world.url()), "SECRET")]
    {
        for line in COMMANDS.lines().map(str::trim) {
            let arguments = line.split(' ').chain(["-b", &broker, "--retries", "0"]);
            let output = workspace.intact(arguments);
            assert_eq!(output.stdout, "", "{line}");
            let said = output.stderr.replace(&broker, place);
            let said = asked.replace(&said, "METHOD $2/…").into_owned();
            let commands = all.entry(format!("exit {}\n{said}", output.code)).or_default();
            _ = writeln!(commands, "{}", line.split(" -").next().unwrap_or(line));
        }
    }
    let mut shown = String::new();
    for (said, commands) in &all {
        _ = writeln!(shown, "{said}── said by\n{commands}");
    }
    assert_snapshot!(shown, @r"
    exit 3
    error: METHOD NOBODY/…: the broker could not be reached (1 attempt): Connection refused (os error 111)
    hint: check the broker's base URL, and that the broker runs
    ── said by
    list-latest-pact-versions
    get-pacts
    delete-pact
    list-integrations
    delete-integration
    provider-states list
    record-deployment
    record-undeployment
    record-release
    record-support-ended
    create-environment
    update-environment
    list-environments
    describe-environment
    delete-environment
    create-or-update-pacticipant
    list-pacticipants
    describe-pacticipant
    delete-pacticipant
    create-label
    delete-label
    create-or-update-version
    list-versions
    describe-version
    delete-version
    create-version-tag
    delete-version-tag
    list-branches
    delete-branch
    create-webhook http://ci
    create-or-update-webhook http://ci
    list-webhooks
    describe-webhook
    test-webhook
    webhook-logs
    delete-webhook

    exit 3
    error: METHOD SECRET/…: the broker answered 401 Unauthorized: Who are you?
    hint: the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)
    ── said by
    list-latest-pact-versions
    get-pacts
    delete-pact
    list-integrations
    delete-integration
    provider-states list
    record-deployment
    record-undeployment
    record-release
    record-support-ended
    create-environment
    update-environment
    list-environments
    describe-environment
    delete-environment
    create-or-update-pacticipant
    list-pacticipants
    describe-pacticipant
    delete-pacticipant
    create-label
    delete-label
    create-or-update-version
    list-versions
    describe-version
    delete-version
    create-version-tag
    delete-version-tag
    list-branches
    delete-branch
    create-webhook http://ci
    create-or-update-webhook http://ci
    list-webhooks
    describe-webhook
    test-webhook
    webhook-logs
    delete-webhook

    exit 3
    error: the broker could not answer
      METHOD NOBODY/…: the broker could not be reached (1 attempt): Connection refused (os error 111)
    hint: check the broker's base URL, and that the broker runs
    ── said by
    matrix
    verification-required
    can-i-deploy
    can-i-merge

    exit 3
    error: the broker could not answer
      METHOD SECRET/…: the broker answered 401 Unauthorized: Who are you?
    hint: the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)
    ── said by
    matrix
    verification-required
    can-i-deploy
    can-i-merge
    ");
}
