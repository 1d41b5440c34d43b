//! What a person reads who asked for what cannot be: what happened, where, and what to try.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::support::Workspace;
use crate::world::{World, web};

/// Runs each line and shows it as it stands on a terminal, with the exit code.
fn session(lines: &str) -> String {
    let world = World::start();
    let workspace = Workspace::new();
    workspace.file("web.json", &web().to_string());
    workspace.file("text.json", "hello");
    workspace.file("list.json", "[1]");
    workspace.file(
        "half.json",
        r#"{"consumer":{"name":"A"},"provider":{"name":"P"},"interactions":[{"description":"d","request":{"method":"GET","path":"/"},"response":{"status":"ok"}}]}"#,
    );
    workspace.file("pact.yaml", "consumer:\n  name: A\n");
    workspace.file("messages.json", r#"{"consumer":{"name":"A"},"provider":{"name":"P"},"messages":[{"description":"m","contents":{}}],"metadata":{"pactSpecification":{"version":"3.0.0"}}}"#);
    workspace.file("nothing/readme.txt", "");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let nobody = "127.0.0.1:9";
    let mut shown = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let filled = |word: &str| {
            word.replace("WORLD", &world.url()).replace("NOBODY", nobody).replace("TAKEN", &port).replace("BLANK", " ")
        };
        let output = workspace.intact_in(&[("PACT_BROKER_HTTP_RETRIES", "0")], line.split(' ').map(filled));
        let said = format!("{}{}", output.stdout, output.stderr);
        _ = writeln!(shown, "$ intact {line}\n{}\nexit {}\n", said.trim_end(), output.code);
    }
    drop(taken);
    let shown = shown.replace(&world.url(), "WORLD").replace(nobody, "NOBODY").replace(&port, "TAKEN");
    shown.replace(&workspace.path().display().to_string(), "FOLDER")
}

#[test]
fn of_verify() {
    assert_snapshot!(session(
        "verify
        verify missing.json
        verify text.json
        verify list.json
        verify half.json
        verify pact.yaml
        verify nothing -n P
        verify -d nothing
        verify missing/*.json
        verify [x.json
        verify -u ftp://example.com/pact.json
        verify -b htp://broker -n P
        verify -b broker.example.com -n P
        verify -b http://NOBODY -n P
        verify -b WORLD/secret -n P
        verify -b WORLD/none -n P
        verify -b WORLD/page -n P
        verify -u WORLD/secret/pact.json
        verify -u WORLD/none/pact.json
        verify -u WORLD/page/pact.json
        verify -b WORLD -n P --consumer-version-selectors {\"brunch\":1}
        verify -b WORLD -n P --consumer-version-selectors mainBranch
        verify -b WORLD -n P --include-wip-pacts-since yesterday
        verify web.json --filter-description (
        verify web.json --filter-state (
        verify web.json -H x
        verify web.json -H BLANK=x
        verify web.json --transports message
        verify web.json -s nowhere
        verify web.json --provider-base-url nowhere
        verify web.json --transport gopher
        verify web.json --request-timeout 0
        verify web.json --last-failed
        verify web.json --last-failed --json text.json
        verify web.json --json nothing/at/all.json -p 9
        verify web.json --publish --provider-version 1
        verify -b WORLD -n P --publish
        verify -b WORLD -n P --webhook-callback-url nowhere
        verify web.json --ssl-certificate missing.pem
        verify web.json --ssl-certificate text.json
        verify web.json --provder-name P
        verify web.json --user a --token b"
    ));
}

#[test]
fn of_publish() {
    assert_snapshot!(session(
        "publish
        publish web.json -b WORLD
        publish web.json -a 1
        publish missing.json -a 1 -b WORLD
        publish text.json -a 1 -b WORLD
        publish list.json -a 1 -b WORLD
        publish half.json -a 1 -b WORLD
        publish pact.yaml -a 1 -b WORLD
        publish nothing -a 1 -b WORLD
        publish missing/*.json -a 1 -b WORLD
        publish web.json -a 1 -b ftp://broker
        publish web.json -a 1 -b broker.example.com
        publish web.json -a 1 -b http://NOBODY
        publish web.json -a 1 -b WORLD/secret
        publish web.json -a 1 -b WORLD/none
        publish web.json -a 1 -b WORLD/page
        publish web.json -a 1 -b WORLD
        publish web.json -r -b WORLD
        publish web.json -a 1 -b WORLD --custom-header x
        publish web.json -a 1 -b WORLD -o yaml"
    ));
}

#[test]
fn of_can_i_deploy() {
    assert_snapshot!(session(
        "can-i-deploy
        can-i-deploy -a Web -e 1
        can-i-deploy -a Web -b WORLD
        can-i-deploy -e 1 -b WORLD
        can-i-deploy -a Web -e 1 -b ftp://broker
        can-i-deploy -a Web -e 1 -b http://NOBODY
        can-i-deploy -a Web -e 1 -b WORLD/secret
        can-i-deploy -a Web -e 1 -b WORLD/none
        can-i-deploy -a Web -e 1 -b WORLD/page
        can-i-deploy -a Web -e 1 --to-environment  -b WORLD
        can-i-deploy -a Web -e 1 -b WORLD --retry-while-unknown many"
    ));
}

#[test]
fn of_mock() {
    assert_snapshot!(session(
        "mock
        mock -f missing.json
        mock -f text.json
        mock -f pact.yaml
        mock -f messages.json
        mock -f nothing
        mock -f web.json -p TAKEN
        mock -f web.json -h no.such.host.invalid
        mock start -p TAKEN
        mock create -f missing.json -p 9
        mock create -f text.json -p 9
        mock create -f web.json --specification 9 -p 9
        mock create -f web.json -p 9
        mock list -p 9
        mock verify -p 9
        mock verify -m 1 -p 9
        mock shutdown -m 1 -p 9
        mock shutdown-master -k KEY -p 9
        mock verify -i ../shutdown -p 9
        mock shutdown-master -p 9"
    ));
}

#[test]
fn of_stub() {
    assert_snapshot!(session(
        "stub
        stub missing.json
        stub text.json
        stub half.json
        stub pact.yaml
        stub messages.json
        stub nothing
        stub -d missing
        stub missing/*.json
        stub -u ftp://example.com/pact.json
        stub -u WORLD/none/pact.json
        stub -u WORLD/secret/pact.json
        stub -u WORLD/page/pact.json
        stub -b http://NOBODY
        stub -b WORLD/secret
        stub -b WORLD/page
        stub web.json -s (
        stub web.json --consumer-name (
        stub web.json --consumer-name Nobody
        stub web.json -s nothing
        stub web.json --empty-provider-state
        stub web.json --cors-referer
        stub web.json -p TAKEN
        stub web.json --host somewhere"
    ));
}

#[test]
fn of_a_database_that_is_not_there() {
    assert_snapshot!(session(
        "broker serve -p 0 --database-url postgres://me:s3cret@NOBODY/contracts
        broker clean --database-url postgres://me:s3cret@NOBODY/contracts
        broker clean --database-url sqlite:///proc/nowhere/broker.sqlite
        broker serve -p TAKEN --database-url sqlite://broker.sqlite
        broker serve -p 0 --database-url mysql://me:s3cret@db/contracts
        broker serve -p 0 --database-url sqlite:///proc/nowhere/broker.sqlite"
    ));
}
