//! What cannot be had back is deleted only for those who mean it.

use insta::assert_snapshot;

use crate::terminal::Terminal;

#[test]
fn what_cannot_be_had_back_is_deleted_only_for_those_who_mean_it() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    terminal.publish("Web", "2", "Orders", "main");
    terminal.publish("Web", "3", "Orders", "main");
    terminal.publish("App", "1", "Orders", "main");
    let session = terminal.session(
        "delete-pact --consumer Web -e 2 --provider Orders
        delete-pact --consumer Web -e 2 --provider Orders --yes
        delete-pact --consumer Web -e 2 --provider Orders --yes
        delete-pact --consumer Web -e 7 --provider Orders --yes
        delete-pact --consumer Web -e 2 --provider Odrers --yes
        delete-version -a Web -e 1
        delete-version -a Web -e 1 -y
        delete-version -a Web -e 1 -y
        delete-pacticipant --name App
        delete-pacticipant --name App --yes
        delete-pacticipant --name App --yes
        delete-integration --consumer Web --provider Orders
        delete-integration --consumer Wep --provider Orders --yes
        delete-integration --consumer Orders --provider Web --yes
        delete-integration --consumer Web --provider Orders --yes
        list-pacticipants",
    );
    assert_snapshot!(session, @r"
    $ intact delete-pact --consumer Web -e 2 --provider Orders
    error: this would delete the pact between Web version 2 and Orders and the results of verifying it, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-pact --consumer Web -e 2 --provider Orders --yes
    Deleted the pact between Web version 2 and Orders from the Pact Broker
    exit 0

    $ intact delete-pact --consumer Web -e 2 --provider Orders --yes
    error: Web version 2 has no pact with Orders
    exit 2

    $ intact delete-pact --consumer Web -e 7 --provider Orders --yes
    error: Web version 7 is not known to the broker
    hint: the newest versions are: 3, 2, 1
    exit 2

    $ intact delete-pact --consumer Web -e 2 --provider Odrers --yes
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact delete-version -a Web -e 1
    error: this would delete Web version 1 with its pacts, its verification results, its tags and where it is deployed, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-version -a Web -e 1 -y
    Deleted Web version 1 from the Pact Broker
    exit 0

    $ intact delete-version -a Web -e 1 -y
    error: Web version 1 is not known to the broker
    hint: the newest versions are: 3, 2
    exit 2

    $ intact delete-pacticipant --name App
    error: this would delete App with all its versions, its pacts with others and theirs with it, results and webhooks, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-pacticipant --name App --yes
    Deleted App from the Pact Broker
    exit 0

    $ intact delete-pacticipant --name App --yes
    error: there is no application App
    hint: the applications are: Orders, Web
    exit 2

    $ intact delete-integration --consumer Web --provider Orders
    error: this would delete all pacts between Web and Orders, with all their results and webhooks, and either of the two if nothing else is known of it, and there is no terminal to ask at
    hint: say --yes if that is what you want
    exit 2

    $ intact delete-integration --consumer Wep --provider Orders --yes
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact delete-integration --consumer Orders --provider Web --yes
    error: Orders has no contract with Web
    hint: list-integrations shows who has one with whom
    exit 2

    $ intact delete-integration --consumer Web --provider Orders --yes
    Deleted the integration between Web and Orders from the Pact Broker
    exit 0

    $ intact list-pacticipants
    ┌──────┬──────────────┬─────────────┬────────────┐
    │ NAME ┆ DISPLAY NAME ┆ MAIN BRANCH ┆ REPOSITORY │
    ╞══════╪══════════════╪═════════════╪════════════╡
    └──────┴──────────────┴─────────────┴────────────┘
    exit 0
    ");
}
