//! `intact publish` as a pipeline runs it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Workspace;
use crate::terminal::Terminal;
use crate::world::{World, web};

/// A pact with one interaction, which asks for this path.
fn pact(consumer: &str, provider: &str, path: &str) -> String {
    let interaction = json!({
        "description": format!("a request for {path}"),
        "request": { "method": "GET", "path": path },
        "response": { "status": 200 },
    });
    json!({
        "consumer": { "name": consumer }, "provider": { "name": provider }, "interactions": [interaction],
        "metadata": { "pactSpecification": { "version": "2.0.0" } },
    })
    .to_string()
}

/// What a session says of contracts, without the broker's notices.
fn outcomes(session: &str) -> String {
    let is_kept = |line: &&str| {
        [" → ", "exit ", "$ ", "error: ", "hint: "].iter().any(|sign| line.contains(sign)) && !line.starts_with("  ")
    };
    session.lines().filter(is_kept).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_is_said_of_each_contract_what_became_of_it() {
    let terminal = Terminal::start();
    terminal.workspace.file("pacts/orders.json", &pact("Web", "Orders", "/orders"));
    terminal.workspace.file("pacts/deep/stock.json", &pact("Web", "Stock", "/stock"));
    terminal.workspace.file("pacts/app.json", &pact("App", "Orders", "/orders"));
    terminal.workspace.file("pacts/.hidden.json", "no pact");
    let first = terminal.session("publish pacts -a 1 --branch main\npublish pacts -a 1 -h main");
    terminal.workspace.file("pacts/orders.json", &pact("Web", "Orders", "/orders/1"));
    let second = terminal.session("publish 'pacts/**/*.json' -a 2 --branch main");
    terminal.workspace.file("pacts/orders.json", &pact("Web", "Orders", "/orders/2"));
    let third =
        terminal.session("publish pacts/orders.json -a 2 --branch main --merge\npublish pacts/orders.json -a 1");
    assert_snapshot!(outcomes(&format!("{first}{second}{third}")), @r"
    $ intact publish pacts -a 1 --branch main
    App 1 → Orders: new
    Web 1 → Orders: new
    Web 1 → Stock: new
    exit 0
    $ intact publish pacts -a 1 -h main
    App 1 → Orders: unchanged
    Web 1 → Orders: unchanged
    Web 1 → Stock: unchanged
    exit 0
    $ intact publish 'pacts/**/*.json' -a 2 --branch main
    App 2 → Orders: unchanged
    Web 2 → Orders: changed
    Web 2 → Stock: unchanged
    exit 0
    $ intact publish pacts/orders.json -a 2 --branch main --merge
    Web 2 → Orders: merged
    exit 0
    $ intact publish pacts/orders.json -a 1
    error: could not publish the contract of Web version 1 with Orders
    exit 1
    ");
}

#[test]
fn a_dry_run_says_what_would_be_sent_and_asks_nobody() {
    let terminal = Terminal::start();
    terminal.workspace.file("pacts/orders.json", &pact("Web", "Orders", "/orders"));
    terminal.workspace.file("pacts/more.json", &pact("Web", "Orders", "/more"));
    terminal.workspace.file("pacts/stock.json", &pact("Web", "Stock", "/stock"));
    let session = terminal.session_in(
        &[("PACT_BROKER_BASE_URL", "http://127.0.0.1:9")],
        "publish pacts -a 1 --branch main -t a,b --build-url http://ci/1 --dry-run
        publish pacts/stock.json -a 1 --dry-run --merge -o json
        publish missing -a 1 --dry-run
        publish pacts --dry-run",
    );
    assert_snapshot!(session, @r#"
    $ intact publish pacts -a 1 --branch main -t a,b --build-url http://ci/1 --dry-run
    Web version 1
      branch: main
      tags: a, b
      build URL: http://ci/1
      with Orders: 2 interactions, 558 bytes
        pacts/more.json
        pacts/orders.json
      with Stock: 1 interaction, 233 bytes
        pacts/stock.json
    dry run: nothing was sent
    exit 0

    $ intact publish pacts/stock.json -a 1 --dry-run --merge -o json
    [{"branch":null,"buildUrl":null,"consumer":"Web","contracts":[{"bytes":233,"files":["pacts/stock.json"],"interactions":1,"provider":"Stock"}],"merge":true,"tags":[],"version":"1"}]
    dry run: nothing was sent
    exit 0

    $ intact publish missing -a 1 --dry-run
    error: there is no file or directory missing
    hint: paths begin at FOLDER
    exit 2

    $ intact publish pacts --dry-run
    error: the consumer's version is missing
    hint: give it with --consumer-app-version, or detect it with --auto-detect-version-properties
    exit 2
    "#);
}

#[test]
fn what_was_detected_can_be_seen() {
    let terminal = Terminal::start();
    let gitlab = [
        ("CI_COMMIT_SHA", "0a1b2c"),
        ("CI_COMMIT_REF_NAME", "refs/merge-requests/1/head"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "feat/x"),
        ("CI_JOB_URL", "https://gitlab.example.com/jobs/1"),
    ];
    terminal.workspace.file("web.json", &pact("Web", "Orders", "/orders"));
    let session = terminal.session_in(
        &gitlab,
        "publish --print-detected
        publish --print-detected -o json
        publish web.json -r --dry-run
        publish web.json -r -a 7 --tag-with-git-branch --dry-run",
    );
    assert_snapshot!(session, @r#"
    $ intact publish --print-detected
    version:   0a1b2c  (from CI_COMMIT_SHA)
    branch:    feat/x  (from CI_MERGE_REQUEST_SOURCE_BRANCH_NAME)
    build URL: https://gitlab.example.com/jobs/1  (from CI_JOB_URL)
    exit 0

    $ intact publish --print-detected -o json
    {"branch":{"source":"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME","value":"feat/x"},"buildUrl":{"source":"CI_JOB_URL","value":"https://gitlab.example.com/jobs/1"},"version":{"source":"CI_COMMIT_SHA","value":"0a1b2c"}}
    exit 0

    $ intact publish web.json -r --dry-run
    Web version 0a1b2c
      branch: feat/x
      build URL: https://gitlab.example.com/jobs/1
      with Orders: 1 interaction, 236 bytes
        web.json
    dry run: nothing was sent
    exit 0

    $ intact publish web.json -r -a 7 --tag-with-git-branch --dry-run
    Web version 7
      branch: feat/x
      tags: feat/x
      build URL: https://gitlab.example.com/jobs/1
      with Orders: 1 interaction, 236 bytes
        web.json
    dry run: nothing was sent
    exit 0
    "#);
    let nothing = terminal.session("publish --print-detected\npublish web.json -r --dry-run");
    assert_snapshot!(nothing, @r"
    $ intact publish --print-detected
    version:   not found
    branch:    not found
    build URL: not found
    exit 0

    $ intact publish web.json -r --dry-run
    error: the branch could not be detected
    hint: give it with --branch
    exit 2
    ");
}

#[test]
fn everything_that_is_wrong_with_the_files_is_told_at_once() {
    let terminal = Terminal::start();
    terminal.workspace.file("pacts/good.json", &pact("Web", "Orders", "/orders"));
    terminal.workspace.file("pacts/text.json", "hello");
    terminal
        .workspace
        .file("pacts/half.json", r#"{"consumer":{"name":"A"},"provider":{"name":"B"},"interactions":{}}"#);
    let rules = r#""status":200,"matchingRules":{"telepathy":{},"trance":{}}"#;
    let odd = pact("Web", "Stock", "/").replace(r#""status":200"#, rules).replace("2.0.0", "3.0.0");
    terminal.workspace.file("odd.json", &odd);
    let session = terminal.session(
        "publish pacts -a 1
        publish odd.json -a 1 --validate --strict
        publish odd.json -a 1 --validate --dry-run",
    );
    assert_snapshot!(session, @r"
    $ intact publish pacts -a 1
    error: the pact file pacts/half.json cannot be read: $.interactions: expected an array of interactions, found an object
    error: the pact file pacts/text.json cannot be read: $: not a JSON document: expected value at line 1, column 1
    hint: a pact file is the JSON that a consumer's tests write
    error: 2 of 3 pact files are of no use
    hint: nothing was published; repair them, or leave them out
    exit 2

    $ intact publish odd.json -a 1 --validate --strict
    error: the pact file odd.json is odd:
    - $.interactions[0].response.matchingRules.telepathy: unknown category of matching rules: kept, but not used
    - $.interactions[0].response.matchingRules.trance: unknown category of matching rules: kept, but not used
    exit 2

    $ intact publish odd.json -a 1 --validate --dry-run
    Web version 1
      with Stock: 1 interaction, 268 bytes
        odd.json
     WARN odd.json: $.interactions[0].response.matchingRules.telepathy: unknown category of matching rules: kept, but not used
     WARN odd.json: $.interactions[0].response.matchingRules.trance: unknown category of matching rules: kept, but not used
    dry run: nothing was sent
    exit 0
    ");
}

#[cfg(unix)]
#[test]
fn a_pact_may_come_from_another_command() {
    let terminal = Terminal::start();
    terminal.workspace.file("web.json", &pact("Web", "Orders", "/orders"));
    let piped = |command: &str| {
        let url = ("PACT_BROKER_BASE_URL", terminal.broker.url.as_str());
        let intact = env!("CARGO_BIN_EXE_intact");
        let output = terminal.workspace.run_in(&[url], "sh".as_ref(), ["-c", &command.replace("INTACT", intact)]);
        terminal.settled(&format!("{}{}exit {}\n", output.stdout, output.stderr, output.code))
    };
    assert_snapshot!(outcomes(&piped("INTACT publish - -a 1 --branch main < web.json")), @r"
    Web 1 → Orders: new
    exit 0
    ");
    assert_snapshot!(piped("INTACT publish - -a 1 < /dev/null"), @r"
    error: there is nothing on standard input
    hint: `-` stands for a pact that another command writes, such as `curl https://… | intact publish -`
    exit 2
    ");
    assert_snapshot!(piped("echo '{}' | INTACT publish - -a 1"), @r"
    error: the pact file of standard input cannot be read: $: not a pact: it has neither `consumer`, `provider`, `interactions` nor `messages`
    exit 2
    ");
}

#[cfg(unix)]
#[test]
fn a_link_in_a_directory_whose_file_has_gone_is_left_out_with_a_warning() {
    let world = World::start();
    let workspace = Workspace::new();
    workspace.file("pacts/web.json", &web().to_string());
    std::os::unix::fs::symlink("nowhere", workspace.path().join("pacts/gone.json")).expect("a link");
    let seen = |words: &str| {
        let words = words.replace("WORLD", &world.url());
        let output = workspace.intact(words.split(' ')).expect_code(0);
        format!("{}{}", output.stdout, output.stderr)
    };
    let warning = "pacts/gone.json is left out: it is a link that leads nowhere";
    for words in ["publish pacts -a 1 -b WORLD --dry-run", "pact lint pacts", "states pacts"] {
        let told = seen(words);
        assert!(told.contains(warning), "{words}: {told}");
    }
    let verified = seen("verify pacts -n P --provider-base-url WORLD -s WORLD/states");
    assert!(verified.contains("skipped pacts/gone.json: it is a link that leads nowhere"), "{verified}");
    let mut stub = workspace.start(["stub", "pacts"]);
    stub.wait_for(warning);
    // Named, it is what was asked for.
    workspace.intact(["publish", "pacts/gone.json", "-a", "1", "-b", &world.url()]).expect_code(2);
}

/// A broker from before contracts could be published together; with `newer`, one that also knows how.
fn index(newer: bool) -> Value {
    let templated = |href: &str| json!({ "href": href, "templated": true });
    let mut links = json!({
        "pb:pacticipants": { "href": "/pacticipants" },
        "pb:publish-pact": templated("/pacts/{provider}/{consumer}/{consumerApplicationVersion}"),
        "pb:pacticipant-version": templated("/versions/{pacticipant}/{version}"),
        "pb:pacticipant-branch-version": templated("/branches/{pacticipant}/{branch}/{version}"),
        "pb:pacticipant-version-tag": templated("/tags/{pacticipant}/{version}/{tag}"),
    });
    if newer {
        links["pb:publish-contracts"] = json!({ "href": "/contracts/publish" });
    }
    json!({ "_links": links })
}

#[test]
fn an_older_broker_gets_one_request_after_the_other() {
    let old = World::broker(|_, path| Some(if path == "/" { index(false) } else { json!({}) }));
    let newer = World::broker(|_, path| Some(if path == "/" { index(true) } else { json!({}) }));
    let workspace = Workspace::new();
    workspace.file("orders.json", r#"{"consumer":{"name":"Web"},"provider":{"name":"Orders"},"interactions":[]}"#);
    workspace.file("stock.json", r#"{"consumer":{"name":"Web"},"provider":{"name":"Stock"},"interactions":[]}"#);
    let arguments = ["publish", "orders.json", "stock.json", "-a", "1", "-h", "feat/x", "-t", "a", "-t", "b"];
    let more = ["--build-url", "http://ci/1"];
    let publish = |variables: &[(&str, &str)]| workspace.intact_in(variables, arguments.iter().chain(&more));

    let said = publish(&[("PACT_BROKER_BASE_URL", &old.url())]).expect_code(0);
    let host = format!(" [host: {}]", old.url().trim_start_matches("http://"));
    assert_snapshot!(old.asked().replace(&host, ""), @r#"
    GET /
    PUT /versions/Web/1 {"buildUrl":"http://ci/1"}
    PUT /branches/Web/feat%2Fx/1 {"name":"feat/x"}
    PUT /tags/Web/1/a {"name":"a"}
    PUT /tags/Web/1/b {"name":"b"}
    PUT /pacts/Orders/Web/1 {"consumer":{"name":"Web"},"provider":{"name":"Orders"},"interactions":[]}
    PUT /pacts/Stock/Web/1 {"consumer":{"name":"Web"},"provider":{"name":"Stock"},"interactions":[]}
    "#);
    assert_snapshot!(said.stdout, @r"
    Pact successfully published for Web version 1 and provider Orders.
    Pact successfully published for Web version 1 and provider Stock.
    Web 1 → Orders: published
    Web 1 → Stock: published
    ");

    let features = ("PACT_BROKER_FEATURES", "publish_pacts_using_old_api");
    publish(&[("PACT_BROKER_BASE_URL", &newer.url()), features]).expect_code(0);
    assert!(!newer.asked().contains("/contracts/publish"));
    publish(&[("PACT_BROKER_BASE_URL", &newer.url())]).expect_code(0);
    assert!(newer.asked().contains("POST /contracts/publish "));
    // A merge is a PATCH there.
    let merge = ["publish", "orders.json", "-a", "1", "--merge"];
    workspace.intact_in(&[("PACT_BROKER_BASE_URL", &old.url())], merge).expect_code(0);
    assert!(old.asked().contains("PATCH /pacts/Orders/Web/1 "));
}
