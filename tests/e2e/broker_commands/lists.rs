//! What a broker has, in lists.

use insta::assert_snapshot;

use crate::terminal::Terminal;

#[test]
fn what_there_is_can_be_listed() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    terminal.publish("Web", "2", "Orders", "feat/x");
    let session = terminal.session(
        "create-version-tag -a Web -e 1 -t prod
        list-versions -a Web
        list-versions -a Web --branch feat/x
        list-versions -a Web --tag prod
        list-versions -a Web --limit 1
        list-versions -a Web --limit 0
        list-versions -a Web --branch feat
        list-versions -a Web --tag none
        list-versions -a Wep
        list-branches -a Web
        list-branches -a Wep
        list-integrations
        create-label -a Orders --label shop/1
        create-label -a Odrers --label shop
        describe-pacticipant --name Orders
        delete-label -a Orders --label shop/1
        delete-label -a Orders --label shop/1
        describe-version -a Web -o id
        describe-version -a Web -e 3
        version
        broker generate-uuid",
    );
    assert_snapshot!(session, @r"
    $ intact create-version-tag -a Web -e 1 -t prod
    Tagged Web version 1 as prod in the Pact Broker
    exit 0

    $ intact list-versions -a Web
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 2       ┆ feat/x   ┆      ┆ DATE_____________________ │
    │ 1       ┆ main     ┆ prod ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    exit 0

    $ intact list-versions -a Web --branch feat/x
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 2       ┆ feat/x   ┆      ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    exit 0

    $ intact list-versions -a Web --tag prod
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 1       ┆ main     ┆ prod ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    exit 0

    $ intact list-versions -a Web --limit 1
    ┌─────────┬──────────┬──────┬───────────────────────────┐
    │ VERSION ┆ BRANCHES ┆ TAGS ┆ CREATED                   │
    ╞═════════╪══════════╪══════╪═══════════════════════════╡
    │ 2       ┆ feat/x   ┆      ┆ DATE_____________________ │
    └─────────┴──────────┴──────┴───────────────────────────┘
    1 of 2 are shown; --limit shows more
    exit 0

    $ intact list-versions -a Web --limit 0
    error: invalid value '0' for '--limit <NUMBER>': expected a number, 1 or more

    For more information, try '--help'.
    exit 2

    $ intact list-versions -a Web --branch feat
    error: Web has no branch feat
    hint: did you mean feat/x?
    exit 2

    $ intact list-versions -a Web --tag none
    error: Web has no version with the tag none
    exit 2

    $ intact list-versions -a Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact list-branches -a Web
    ┌────────┬───────────────────────────┬───────────────────────────┐
    │ BRANCH ┆ CREATED                   ┆ LAST BUILT                │
    ╞════════╪═══════════════════════════╪═══════════════════════════╡
    │ feat/x ┆ DATE_____________________ ┆ DATE_____________________ │
    │ main   ┆ DATE_____________________ ┆ DATE_____________________ │
    └────────┴───────────────────────────┴───────────────────────────┘
    exit 0

    $ intact list-branches -a Wep
    error: there is no application Wep
    hint: did you mean Web?
    exit 2

    $ intact list-integrations
    ┌──────────┬──────────┐
    │ CONSUMER ┆ PROVIDER │
    ╞══════════╪══════════╡
    │ Web      ┆ Orders   │
    └──────────┴──────────┘
    exit 0

    $ intact create-label -a Orders --label shop/1
    Labelled Orders as shop/1 in the Pact Broker
    exit 0

    $ intact create-label -a Odrers --label shop
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact describe-pacticipant --name Orders
    Name:          Orders
    Display name:  Orders
    Labels:        shop/1
    Created:       DATE_____________________
    exit 0

    $ intact delete-label -a Orders --label shop/1
    Deleted label shop/1 from Orders in the Pact Broker
    exit 0

    $ intact delete-label -a Orders --label shop/1
    Orders has no label shop/1
    exit 0

    $ intact describe-version -a Web -o id
    2
    exit 0

    $ intact describe-version -a Web -e 3
    error: Web version 3 is not known to the broker
    hint: the newest versions are: 2, 1
    exit 2

    $ intact version
    0.1.0
    exit 0

    $ intact broker generate-uuid
    UUID________________________________
    exit 0
    ");
}
