//! Provider states as a broker knows them.

use insta::assert_snapshot;

use crate::terminal::Terminal;

#[test]
fn provider_states_are_listed_as_the_broker_knows_them() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    let session = terminal.session(
        "create-or-update-pacticipant --name Web --main-branch main
        provider-states list -r Orders
        provider-states list --provider Orders --branch other
        provider-states list -r Orders --environment test
        provider-states list -r Orders --environment tset
        provider-states list -r Odrers
        provider-states list -r Orders --branch main --json
        provider-states list -r Orders --branch main --environment test",
    );
    assert_snapshot!(session, @r#"
    $ intact create-or-update-pacticipant --name Web --main-branch main
    Pacticipant "Web" updated in the Pact Broker
    exit 0

    $ intact provider-states list -r Orders
    ┌───────────────────┬───────────┬────────────┐
    │ PROVIDER STATE    ┆ CONSUMERS ┆ PARAMETERS │
    ╞═══════════════════╪═══════════╪════════════╡
    │ there is an order ┆ Web       ┆ {"id":1}   │
    └───────────────────┴───────────┴────────────┘
    exit 0

    $ intact provider-states list --provider Orders --branch other
    ┌────────────────┬───────────┬────────────┐
    │ PROVIDER STATE ┆ CONSUMERS ┆ PARAMETERS │
    ╞════════════════╪═══════════╪════════════╡
    └────────────────┴───────────┴────────────┘
    no consumer asks Orders for a state
    exit 0

    $ intact provider-states list -r Orders --environment test
    ┌────────────────┬───────────┬────────────┐
    │ PROVIDER STATE ┆ CONSUMERS ┆ PARAMETERS │
    ╞════════════════╪═══════════╪════════════╡
    └────────────────┴───────────┴────────────┘
    no consumer asks Orders for a state
    exit 0

    $ intact provider-states list -r Orders --environment tset
    error: there is no environment tset
    hint: did you mean test?
    exit 2

    $ intact provider-states list -r Odrers
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact provider-states list -r Orders --branch main --json
    {
      "providerStates": [
        {
          "name": "there is an order",
          "params": {
            "id": 1
          },
          "consumers": [
            "Web"
          ]
        }
      ]
    }
    exit 0

    $ intact provider-states list -r Orders --branch main --environment test
    error: the argument '--branch <BRANCH>' cannot be used with '--environment <NAME>'

    Usage: intact provider-states list --provider <NAME> --branch <BRANCH>

    For more information, try '--help'.
    exit 2
    "#);
}
