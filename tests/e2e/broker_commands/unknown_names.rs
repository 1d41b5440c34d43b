//! Names that nobody knows.

use insta::assert_snapshot;

use crate::terminal::Terminal;

#[test]
fn a_name_that_nobody_knows_is_told_with_those_that_were_probably_meant() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1.0.0", "Orders", "main");
    terminal.publish("Web", "1.0.1", "Orders", "main");
    let session = terminal.session(
        "record-deployment -a Web -e 1.0.2 --environment test
        record-deployment -a Web -e main --environment test
        record-deployment -a Wbe -e 1.0.0 --environment test
        record-deployment -a Web -e 1.0.0 --environment prodution
        record-release -a Web -e 1.0.0 --environment staging
        record-undeployment -a Odrers --environment test
        record-support-ended -a Web -e 2 --environment test
        describe-version -a Wep
        describe-version -a Wep --environment test
        describe-version -a Web --environment tset
        describe-pacticipant --name Nobody
        delete-branch -a Web --branch mian
        delete-branch -a Wep --branch main
        create-version-tag -a Web -e 1.0.3 -t x",
    );
    assert_snapshot!(session, @r"
    $ intact record-deployment -a Web -e 1.0.2 --environment test
    error: Web version 1.0.2 is not known to the broker
    hint: did you mean 1.0.1 or 1.0.0?
    exit 2

    $ intact record-deployment -a Web -e main --environment test
    error: Web version main is not known to the broker
    hint: a version must have been created before, by publishing a pact or a verification result, or with create-or-update-version
    exit 2

    $ intact record-deployment -a Wbe -e 1.0.0 --environment test
    error: there is no application Wbe
    hint: did you mean Web?
    exit 2

    $ intact record-deployment -a Web -e 1.0.0 --environment prodution
    error: there is no environment prodution
    hint: did you mean production?
    exit 2

    $ intact record-release -a Web -e 1.0.0 --environment staging
    error: there is no environment staging
    hint: the environments are: production, test
    exit 2

    $ intact record-undeployment -a Odrers --environment test
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact record-support-ended -a Web -e 2 --environment test
    error: Web version 2 is not known to the broker
    hint: the newest versions are: 1.0.1, 1.0.0
    exit 2

    $ intact describe-version -a Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact describe-version -a Wep --environment test
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact describe-version -a Web --environment tset
    error: there is no environment tset
    hint: did you mean test?
    exit 2

    $ intact describe-pacticipant --name Nobody
    error: there is no application Nobody
    hint: the applications are: Orders, Web
    exit 2

    $ intact delete-branch -a Web --branch mian
    error: Web has no branch mian
    hint: did you mean main?
    exit 2

    $ intact delete-branch -a Wep --branch main
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact create-version-tag -a Web -e 1.0.3 -t x
    error: Web version 1.0.3 is not known to the broker
    hint: did you mean 1.0.1 or 1.0.0? (--auto-create-version creates what is missing)
    exit 2
    ");
    let after = terminal.session("list-pacticipants\nlist-versions -a Web");
    assert!(!after.contains("Wbe") && !after.contains("1.0.2"), "nothing was created: {after}");
}
