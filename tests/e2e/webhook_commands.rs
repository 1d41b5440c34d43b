//! The commands for webhooks, against a broker of ours and somebody whom it calls.

use insta::assert_snapshot;

use crate::terminal::Terminal;

#[test]
fn a_webhook_is_created_shown_replaced_and_deleted() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    let session = terminal.session(
        "create-webhook WORLD/one -X POST -H 'Accept: text/plain' 'X-A: b' -d '{\"version\": \"${pactbroker.consumerVersionNumber}\"}' --user me:s3cret --consumer Web --provider Orders --description build --contract-content-changed --provider-verification-failed
        list-webhooks
        create-or-update-webhook WORLD/one --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b -X PUT --provider-label shop --contract-published
        create-or-update-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b -X POST --contract-published -d text -H 'A: b' WORLD/two
        describe-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
        broker delete-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b
        delete-webhook --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b",
    );
    assert_snapshot!(session, @r#"
    $ intact create-webhook WORLD/one -X POST -H 'Accept: text/plain' 'X-A: b' -d '{"version": "${pactbroker.consumerVersionNumber}"}' --user me:s3cret --consumer Web --provider Orders --description build --contract-content-changed --provider-verification-failed
    Webhook "build" created in the Pact Broker with UUID WEBHOOK_______________
    exit 0

    $ intact list-webhooks
    ┌────────────────────────┬─────────────┬───────────────────────────────────────────────┐
    │ UUID                   ┆ DESCRIPTION ┆ SCOPE                                         │
    ╞════════════════════════╪═════════════╪═══════════════════════════════════════════════╡
    │ WEBHOOK_______________ ┆ build       ┆ A webhook for the pact between Web and Orders │
    └────────────────────────┴─────────────┴───────────────────────────────────────────────┘
    exit 0

    $ intact create-or-update-webhook WORLD/one --uuid UUID________________________________ -X PUT --provider-label shop --contract-published
    Webhook "PUT 127.0.0.1" created in the Pact Broker with UUID UUID________________________________
    exit 0

    $ intact create-or-update-webhook --uuid UUID________________________________ -X POST --contract-published -d text -H 'A: b' WORLD/two
    Webhook "POST 127.0.0.1" updated in the Pact Broker with UUID UUID________________________________
    exit 0

    $ intact describe-webhook --uuid UUID________________________________
    UUID:         UUID________________________________
    Description:  POST 127.0.0.1
    Consumer:     all
    Provider:     all
    Events:       contract_published
    Enabled:      true
    Request:      POST http://WORLD__________/two
    Headers:      a: b
    Body:         text
    Created:      DATE_____________________
    exit 0

    $ intact broker delete-webhook --uuid UUID________________________________
    Deleted webhook UUID________________________________ from the Pact Broker
    exit 0

    $ intact delete-webhook --uuid UUID________________________________
    There is no webhook with the id UUID________________________________
    exit 0
    "#);
}

#[test]
fn a_test_fails_if_the_webhook_was_not_delivered() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1.2.3", "Orders", "main");
    let session = terminal.session(
        "create-or-update-webhook WORLD/one --uuid 8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b -X POST -d '${pactbroker.consumerVersionNumber}' --provider-verification-published
        create-or-update-webhook NOBODY --uuid 8b1ea5a6-6c1b-4e7a-9f0e-000000000000 -X POST --provider-verification-published
        create-or-update-webhook WORLD/none --uuid 8b1ea5a6-6c1b-4e7a-9f0e-111111111111 -X POST --provider-verification-published",
    );
    assert_eq!(session.matches("exit 0").count(), 3, "{session}");

    let test = |uuid: &str, more: &[&str]| {
        let arguments = ["test-webhook", "--uuid", uuid, "-b", &terminal.broker.url];
        terminal.workspace.intact(arguments.iter().chain(more))
    };
    let delivered = test("8b1ea5a6-6c1b-4e7a-9f0e-1c2d3e4f5a6b", &[]).expect_code(0);
    let asked = terminal.world.asked();
    assert!(asked.starts_with("POST /one ") && asked.ends_with(" 1.2.3"), "{asked}");
    assert!(delivered.stdout.contains("HTTP/1.1 200"), "{delivered:?}");
    assert_eq!(delivered.stderr, "the webhook was delivered\n");

    let nobody = test("8b1ea5a6-6c1b-4e7a-9f0e-000000000000", &[]).expect_code(1);
    assert!(nobody.stdout.contains("Connection refused"), "{nobody:?}");
    assert_eq!(nobody.stderr, "the webhook was not delivered\n");

    let refused = test("8b1ea5a6-6c1b-4e7a-9f0e-111111111111", &["-o", "json"]).expect_code(1);
    let answer: serde_json::Value = serde_json::from_str(&refused.stdout).expect("nothing but JSON");
    assert_eq!((&answer["success"], &answer["response"]["status"]), (&false.into(), &404.into()));
}

#[test]
fn logs_show_what_came_of_triggered_webhooks() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    let created = terminal.session(
        "create-webhook WORLD/one -X POST --provider Orders --contract-published
        create-webhook WORLD/none -X POST --provider Orders --contract-published",
    );
    assert_eq!(created.matches("exit 0").count(), 2, "{created}");
    terminal.publish("Web", "2", "Orders", "main");

    let logs = |more: &[&str]| {
        let pair = ["webhook-logs", "--consumer", "Web", "--provider", "Orders", "-b", &terminal.broker.url];
        terminal.workspace.intact(pair.iter().chain(more)).expect_code(0).stdout
    };
    // The broker calls by itself, soon; the command is asked until it has.
    let attempts = || {
        let answer: serde_json::Value = serde_json::from_str(&logs(&["-o", "json"])).expect("nothing but JSON");
        let triggered = answer["_embedded"]["triggeredWebhooks"].as_array().cloned().unwrap_or_default();
        triggered.iter().filter(|webhook| webhook["attemptsMade"] != 0).count()
    };
    while attempts() < 2 {}

    let failed = logs(&[]);
    assert!(failed.contains("┆ success ") && failed.contains("┆ retrying "), "{failed}");
    assert_eq!(failed.matches("HTTP/1.1 404").count(), 1, "{failed}");
    assert!(!failed.contains("HTTP/1.1 200"), "{failed}");
    // Both go to one host; which of them is meant, its id tells.
    let (_, heading) = failed.split_once("(retrying, webhook ").expect(&failed);
    let uuid = heading.split_once(')').expect("an id").0;
    assert!(terminal.session(&format!("describe-webhook --uuid {uuid}")).contains("/none"), "{failed}");
    assert!(logs(&["--all"]).contains("HTTP/1.1 200"));
}

// The system's own words are a part of it.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let terminal = Terminal::start();
    terminal.publish("Web", "1", "Orders", "main");
    let session = terminal.session(
        "create-webhook WORLD/one -X POST --consumer web --provider Order --contract-published
        create-webhook WORLD/one -X POST --consumer Billing --contract-published
        create-webhook WORLD/one -X POST
        create-webhook -X POST --contract-published -H 'A: b'
        create-webhook WORLD/one -X DELETE --contract-published
        create-webhook WORLD/one -X POST -d @missing.json --contract-published
        create-webhook WORLD/one -X POST --consumer A --consumer-label b --contract-published
        create-or-update-webhook WORLD/one --uuid short -X POST --contract-published
        describe-webhook --uuid nobody
        test-webhook --uuid nobody
        webhook-logs --consumer Web --provider Odrers
        webhook-logs --consumer Orders --provider Web
        list-webhooks -b NOBODY
        list-webhooks -b WORLD/secret
        create-webhook WORLD/one -X POST --contract-published -b NOBODY
        test-webhook --uuid nobody -b WORLD/secret",
    );
    assert_snapshot!(session, @r"
    $ intact create-webhook WORLD/one -X POST --consumer web --provider Order --contract-published
    error: there is no application web
    hint: did you mean Web?
    exit 2

    $ intact create-webhook WORLD/one -X POST --consumer Billing --contract-published
    error: there is no application Billing
    hint: the applications are: Orders, Web
    exit 2

    $ intact create-webhook WORLD/one -X POST
    error: the following required arguments were not provided:
      <--contract-content-changed|--contract-published|--contract-requiring-verification-published|--provider-verification-published|--provider-verification-succeeded|--provider-verification-failed>

    Usage: intact create-webhook --request <METHOD> <--contract-content-changed|--contract-published|--contract-requiring-verification-published|--provider-verification-published|--provider-verification-succeeded|--provider-verification-failed> <URL>

    For more information, try '--help'.
    exit 2

    $ intact create-webhook -X POST --contract-published -H 'A: b'
    error: which URL shall be called?
    hint: give it as the argument that has no flag: create-webhook URL …
    exit 2

    $ intact create-webhook WORLD/one -X DELETE --contract-published
    error: POST http://BROKER_________/webhooks: the broker answered 400 Bad Request: request.method: must be one of POST, PUT. See /doc/webhooks#whitelist for more information.
    exit 2

    $ intact create-webhook WORLD/one -X POST -d @missing.json --contract-published
    error: the body cannot be read from missing.json: No such file or directory (os error 2)
    exit 2

    $ intact create-webhook WORLD/one -X POST --consumer A --consumer-label b --contract-published
    error: the argument '--consumer <NAME>' cannot be used with '--consumer-label <LABEL>'

    Usage: intact create-webhook --request <METHOD> --consumer <NAME> <--contract-content-changed|--contract-published|--contract-requiring-verification-published|--provider-verification-published|--provider-verification-succeeded|--provider-verification-failed> <URL>

    For more information, try '--help'.
    exit 2

    $ intact create-or-update-webhook WORLD/one --uuid short -X POST --contract-published
    error: PUT http://BROKER_________/webhooks/short: the broker answered 400 Bad Request: uuid: The UUID can only contain the characters A-Z, a-z, 0-9, _ and -, and must be 16 or more characters.
    exit 2

    $ intact describe-webhook --uuid nobody
    error: there is no webhook with the id nobody
    hint: list-webhooks shows the ids
    exit 2

    $ intact test-webhook --uuid nobody
    error: there is no webhook with the id nobody
    hint: list-webhooks shows the ids
    exit 2

    $ intact webhook-logs --consumer Web --provider Odrers
    error: there is no application Odrers
    hint: did you mean Orders?
    exit 2

    $ intact webhook-logs --consumer Orders --provider Web
    ┌─────────┬───────┬────────┬──────────┬──────────────┬──────┐
    │ WEBHOOK ┆ EVENT ┆ STATUS ┆ ATTEMPTS ┆ TRIGGERED AT ┆ UUID │
    ╞═════════╪═══════╪════════╪══════════╪══════════════╪══════╡
    └─────────┴───────┴────────┴──────────┴──────────────┴──────┘
    nothing between Orders and Web has triggered a webhook
    exit 0

    $ intact list-webhooks -b NOBODY
    error: GET http://127.0.0.1:9/: the broker could not be reached (1 attempt): Connection refused (os error 111)
    hint: check the broker's base URL, and that the broker runs
    exit 3

    $ intact list-webhooks -b WORLD/secret
    error: GET http://WORLD__________/secret/: the broker answered 401 Unauthorized: Who are you?
    hint: the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)
    exit 3

    $ intact create-webhook WORLD/one -X POST --contract-published -b NOBODY
    error: GET http://127.0.0.1:9/: the broker could not be reached (1 attempt): Connection refused (os error 111)
    hint: check the broker's base URL, and that the broker runs
    exit 3

    $ intact test-webhook --uuid nobody -b WORLD/secret
    error: GET http://WORLD__________/secret/: the broker answered 401 Unauthorized: Who are you?
    hint: the broker wants other credentials: give a user name and password (PACT_BROKER_USERNAME, PACT_BROKER_PASSWORD) or a token (PACT_BROKER_TOKEN)
    exit 3
    ");
}
