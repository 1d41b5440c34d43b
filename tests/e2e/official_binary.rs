//! What users of the official binary try first: its names, and what it has besides.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::support::Workspace;

#[test]
fn what_the_official_binary_has_and_intact_has_not_is_told_with_what_to_do_instead() {
    let workspace = Workspace::new();
    let mut shown = String::new();
    for line in [
        "plugin install csv",
        "pactflow publish-provider-contract a.yml",
        "broker docker start",
        "broker ruby start",
        "extension list",
    ] {
        let output = workspace.intact(line.split(' '));
        _ = writeln!(shown, "$ intact {line}\n{}{}exit {}\n", output.stdout, output.stderr, output.code);
    }
    assert_snapshot!(shown, @r"
    $ intact plugin install csv
    error: unrecognized subcommand 'plugin'

      tip: Intact runs no plugins; what a plugin wrote into a pact is kept, and a verification that needs one says which

    Usage: intact [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact pactflow publish-provider-contract a.yml
    error: unrecognized subcommand 'pactflow'

      tip: bi-directional contracts are a service of PactFlow, which needs PactFlow's own tools

    Usage: intact [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact broker docker start
    error: unrecognized subcommand 'docker'

      tip: Intact is a broker itself and needs no container: see `intact broker serve`

    Usage: intact broker [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact broker ruby start
    error: unrecognized subcommand 'ruby'

      tip: Intact is a broker itself and needs no Ruby: see `intact broker serve`

    Usage: intact broker [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2

    $ intact extension list
    error: unrecognized subcommand 'extension'

      tip: Intact is one binary, without extensions

    Usage: intact [OPTIONS] <COMMAND>

    For more information, try '--help'.
    exit 2
    ");
}

#[cfg(unix)]
#[test]
fn a_link_with_the_name_of_an_official_binary_behaves_like_it() {
    let workspace = Workspace::new();
    for (name, arguments, expected) in [
        ("pact-broker", &["generate-uuid"][..], "-"),
        ("pact-broker-cli", &["--version"], "0.1.0"),
        ("pact", &["broker", "version"], "0.1.0"),
        ("pact_verifier_cli", &["--version"], "0.1.0"),
        ("pact-stub-server", &["--help"], "intact stub"),
        ("pact_mock_server_cli", &["--help"], "intact mock"),
    ] {
        let link = workspace.path().join(name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_intact"), &link).expect("a link");
        let output = workspace.run(&link, arguments).expect_code(0);
        assert!(output.stdout.contains(expected), "{name}: {output:?}");
    }
}
