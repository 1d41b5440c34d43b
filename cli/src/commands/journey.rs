//! The commands that talk to a broker, against a broker of ours in this process.

use std::path::{Path, PathBuf};

use anstream::ColorChoice;
use intact_broker::{Broker, Config, Database};
use intact_broker_client::BrokerClient;
use intact_pact_model::Pact;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::cli::Cli;
use crate::context::{Context, Environment};
use crate::error;
use crate::exit::Exit;
use crate::printer::testing::keeping;

/// A broker on a file of its own; it ends with the test's runtime.
struct Journey {
    url: String,
    folder: TempDir,
}

impl Journey {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::new(Database::sqlite(folder.path().join("broker.sqlite")));
        config.sync_every_commit = false;
        let broker = Broker::open(config).await.expect("a broker");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(broker.serve(listener, std::future::pending()));
        Self { url, folder }
    }

    /// Runs `intact <arguments>`, a blank between each two, and shows the exit and both streams with all that changes from
    /// run to run taken out.
    async fn run(&self, arguments: &str) -> String {
        let broker = ["--broker-base-url", &self.url, "--retries", "0"];
        let folder = self.folder.path().to_string_lossy();
        let arguments: Vec<String> = arguments.split(' ').map(|word| word.replace("FOLDER", &folder)).collect();
        let words = std::iter::once("intact").chain(arguments.iter().map(String::as_str)).chain(broker);
        let cli = Cli::from_arguments(words.map(Into::into)).expect("arguments");
        let (printer, out, err) = keeping(ColorChoice::Never);
        let context = Context { printer, environment: Environment::default() };
        let exit = match cli.command.run(&context).await {
            Ok(exit) => exit,
            Err(error) => {
                context.printer.error(&error);
                error::exit(&error)
            }
        };
        let text = format!("{exit:?}\n{}{}", out.text(), err.text());
        text.replace(&self.url, "http://broker").replace(&*folder, "FOLDER")
    }

    async fn exit(&self, arguments: &str, expected: Exit) {
        let shown = self.run(arguments).await;
        assert!(shown.starts_with(&format!("{expected:?}\n")), "{arguments}: {shown}");
    }

    fn pact(&self, file: &str, consumer: &str, provider: &str, path: &str) {
        let pact = format!(
            r#"{{
  "provider": {{"name": "{provider}"}}, "consumer": {{"name": "{consumer}"}},
  "interactions": [
    {{"description": "a request for {path}", "request": {{"method": "GET", "path": "{path}"}}, "response": {{"status": 200}}}}
  ],
  "metadata": {{"pactSpecification": {{"version": "2.0.0"}}}}
}}"#
        );
        let path: PathBuf = self.folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(path, pact).expect("a file");
    }
}

#[tokio::test]
async fn contracts_are_published_together_and_a_changed_one_is_refused_with_the_difference() {
    let journey = Journey::begin().await;
    journey.pact("pacts/orders.json", "Web", "Orders", "/orders");
    journey.pact("pacts/more/stock.json", "Web", "Stock", "/stock");
    let published = journey.run("publish FOLDER/pacts -a 1.0.0 --branch main --tag a,b --tag c").await;
    insta::assert_snapshot!(published, @r"
    Success
    Created Web version 1.0.0 with branch main and tags a, b, c
    Pact successfully published for Web version 1.0.0 and provider Orders.
      View the published pact at http://broker/pacts/provider/Orders/consumer/Web/version/1.0.0
      Events detected: contract_published, contract_content_changed (first time any pact published for this consumer with consumer version tagged a, first time any pact published for this consumer with consumer version tagged b, first time any pact published for this consumer with consumer version tagged c)
      Next steps:
        * Add Pact verification tests to the Orders build. See https://docs.pact.io/go/provider_verification
        * Configure separate Orders pact verification build and webhook to trigger it when the pact content changes. See https://docs.pact.io/go/webhooks
    Pact successfully published for Web version 1.0.0 and provider Stock.
      View the published pact at http://broker/pacts/provider/Stock/consumer/Web/version/1.0.0
      Events detected: contract_published, contract_content_changed (first time any pact published for this consumer with consumer version tagged a, first time any pact published for this consumer with consumer version tagged b, first time any pact published for this consumer with consumer version tagged c)
      Next steps:
        * Add Pact verification tests to the Stock build. See https://docs.pact.io/go/provider_verification
        * Configure separate Stock pact verification build and webhook to trigger it when the pact content changes. See https://docs.pact.io/go/webhooks
    Web 1.0.0 → Orders: new
    Web 1.0.0 → Stock: new
    ");

    journey.exit("publish FOLDER/pacts/**/*.json -a 1.0.0 --branch main", Exit::Success).await;
    journey.pact("pacts/orders.json", "Web", "Orders", "/other");
    let refused = journey.run("publish FOLDER/pacts -a 1.0.0 --branch main").await;
    insta::assert_snapshot!(refused, @r#"
    Failed
    error: could not publish the contracts of Web version 1.0.0 with Orders, Stock
      POST http://broker/contracts/publish: the broker answered 409 Conflict: contracts: Cannot change the content of the pact for Web version 1.0.0 and provider Orders, as race conditions will cause unreliable results for can-i-deploy. Each pact must be published with a unique consumer version number. Some Pact libraries generate random data when a concrete value for a type matcher is not specified, and this can cause the contract to mutate - ensure you have given example values for all type matchers. For more information see https://docs.pact.io/go/versioning
       {
         "interactions": [
           {
      -      "description": "a request for /orders",
      +      "description": "a request for /other",
             "request": {
      -        "path": "/orders"
      +        "path": "/other"
             }
           }
         ]
    "#);
}

#[tokio::test]
async fn several_files_of_one_pair_become_one_contract() {
    let journey = Journey::begin().await;
    journey.pact("pacts/a.json", "Web", "Orders", "/a");
    journey.pact("pacts/b.json", "Web", "Orders", "/b");
    journey.exit("publish FOLDER/pacts -a 1.0.0 --branch main", Exit::Success).await;
    journey.pact("pacts/a.json", "Web", "Orders", "/b");
    // Now both files say the same, which is no contradiction.
    journey.exit("publish FOLDER/pacts -a 2.0.0 --branch main", Exit::Success).await;
    let client = BrokerClient::builder(&journey.url).build().expect("a client");
    let mut interactions = Vec::new();
    for version in ["1.0.0", "2.0.0"] {
        let fetched = client.fetch_pact(&format!("/pacts/provider/Orders/consumer/Web/version/{version}")).await;
        let pact = Pact::read(&fetched.expect("published").content).expect("a pact").value;
        interactions.push(pact.interactions.len());
    }
    assert_eq!(interactions, [2, 1]);
}

#[tokio::test]
async fn nothing_is_published_if_one_file_is_broken() {
    let journey = Journey::begin().await;
    journey.pact("pacts/a.json", "Web", "Orders", "/a");
    std::fs::write(journey.folder.path().join("pacts/b.json"), r#"{"interactions": 7}"#).expect("a file");
    insta::assert_snapshot!(journey.run("publish FOLDER/pacts -a 1.0.0").await, @r"
    Usage
    error: the pact file FOLDER/pacts/b.json cannot be read: $.interactions: expected an array of interactions, found the number 7
    ");
    insta::assert_snapshot!(journey.run("list-pacticipants").await, @r"
    Success
    ┌──────┬──────────────┬─────────────┬────────────┐
    │ NAME ┆ DISPLAY NAME ┆ MAIN BRANCH ┆ REPOSITORY │
    ╞══════╪══════════════╪═════════════╪════════════╡
    └──────┴──────────────┴─────────────┴────────────┘
    ");
}

#[tokio::test]
async fn a_version_is_deployed_and_taken_away_again() {
    let journey = Journey::begin().await;
    journey.pact("web.json", "Web", "Orders", "/a");
    journey.exit("publish FOLDER/web.json -a 1 --branch main", Exit::Success).await;
    let mut told = Vec::new();
    for command in [
        "can-i-deploy -a Web -e 1 --to-environment production",
        "can-i-deploy -a Web -e 1 --to-environment production --ignore Orders",
        "can-i-deploy -a Orders -e 1 --to-environment production",
        "can-i-deploy -a Web -e 1 --to-environment nowhere",
        "can-i-deploy -a Web --branch main",
        "record-deployment -a Web -e 1 --environment production --application-instance blue",
        "record-deployment -a Web -e 2 --environment production",
        "record-deployment -a Web -e 1 --environment nowhere",
        "record-undeployment -a Web --environment production",
        "record-undeployment -a Web --environment production --application-instance blue",
        "record-undeployment -a Web --environment production --application-instance blue",
        "record-release -a Web -e 1 --environment test",
        "record-support-ended -a Web -e 1 --environment test",
        "record-support-ended -a Web -e 1 --environment test",
    ] {
        told.push(format!("$ intact {command}\n{}", journey.run(command).await));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn names_may_hold_slashes_and_other_letters() {
    let journey = Journey::begin().await;
    let mut told = Vec::new();
    for command in [
        "create-or-update-pacticipant --name A/Ü%20 --main-branch feat/x",
        "create-or-update-pacticipant --name A/Ü%20 --display-name A",
        "create-or-update-version -a A/Ü%20 -e 1/2+3 --branch feat/x -t q?,#r",
        "create-or-update-version -a A/Ü%20 -e 1/2+4",
        "create-version-tag -a A/Ü%20 -e 1/2+3 -t <b>",
        "create-version-tag -a A/Ü%20 -e nope -t x",
        "create-version-tag -a A/Ü%20 -e nope -t x --auto-create-version",
        "create-or-update-version -a A/Ü%20 -e ..",
        "list-pacticipants",
    ] {
        told.push(format!("$ intact {command}\n{}", journey.run(command).await));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn an_environment_is_created_listed_and_deleted() {
    let journey = Journey::begin().await;
    let created = journey.run("create-environment --name staging --production --contact-name us -o id").await;
    let uuid = created.strip_prefix("Success\n").expect(&created).trim().to_owned();
    assert_eq!(uuid.len(), 36, "{created}");
    let listed = journey.run("list-environments").await;
    assert!(
        listed.lines().any(|line| line.contains(&uuid) && line.contains("staging") && line.contains("true")),
        "{listed}"
    );
    insta::assert_snapshot!(journey.run("create-environment --name staging").await, @r"
    Usage
    error: POST http://broker/environments: the broker answered 400 Bad Request: name 'staging' is already used by an existing environment.
    ");
    let deleted = journey.run(&format!("delete-environment --uuid {uuid}")).await;
    assert_eq!(deleted, "Success\nDeleted staging environment from the Pact Broker\n");
    let gone = journey.run(&format!("delete-environment --uuid {uuid}")).await;
    insta::assert_snapshot!(gone.replace(&uuid, "UUID"), @r"
    Usage
    error: there is no environment with the id UUID
    hint: list-environments shows the ids
    ");
}

/// The text with one date in place of every date, since they change from run to run.
fn without_dates(text: &str) -> String {
    const DATE: &str = "2026-01-02T03:04:05+00:00";
    let is_date = |word: &str| word.len() == DATE.len() && word.ends_with("+00:00") && word.as_bytes()[10] == b'T';
    let same = |word: &str| {
        let date = word.trim_end();
        if is_date(date) { word.replace(date, DATE) } else { word.to_owned() }
    };
    text.split(' ').map(same).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_the_broker_knows_is_described_and_taken_away() {
    let journey = Journey::begin().await;
    journey.pact("web.json", "Web", "Orders", "/a");
    journey.exit("broker publish FOLDER/web.json -a 1 --branch main -t dev", Exit::Success).await;
    journey.exit("record-deployment -a Web -e 1 --environment test --application-instance blue", Exit::Success).await;
    journey.exit("record-release -a Web -e 1 --environment test", Exit::Success).await;
    let mut told = Vec::new();
    for command in [
        "list-latest-pact-versions",
        "describe-pacticipant --name Web",
        "describe-pacticipant --name Nobody",
        "describe-version -a Web -e 1",
        "describe-version -a Web --latest dev",
        "describe-version -a Web --latest prod",
        "describe-version -a Orders",
        "describe-version -a Web --environment test",
        "describe-version -a Web --environment test --released",
        "describe-version -a Web -e 2 --environment test -o json",
        "describe-version -a Web --environment nowhere",
        "delete-version-tag -a Web -e 1 -t dev,prod",
        "delete-branch -a Web --branch main",
        "delete-branch -a Web --branch main",
        "delete-branch -a Web --branch main --error-when-not-found=false",
        "describe-version -a Web",
    ] {
        told.push(format!("$ intact {command}\n{}", without_dates(&journey.run(command).await)));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn an_environment_keeps_what_is_not_changed() {
    let journey = Journey::begin().await;
    let created = journey
        .run("create-environment --name staging --production --contact-email-address us@example.com -o id")
        .await;
    let uuid = created.strip_prefix("Success\n").expect(&created).trim().to_owned();
    let run = async |arguments: &str| {
        without_dates(&journey.run(&arguments.replace("UUID", &uuid)).await.replace(&uuid, "UUID"))
    };
    let updated = run("update-environment --uuid UUID --display-name Stage --contact-name us").await;
    assert_eq!(updated, "Success\nUpdated staging environment in the Pact Broker with UUID UUID\n");
    insta::assert_snapshot!(run("describe-environment --uuid UUID").await, @r"
    Success
    UUID:          UUID
    Name:          staging
    Display name:  Stage
    Production:    true
    Contacts:      us (emailAddress: us@example.com)
    Created:       2026-01-02T03:04:05+00:00
    ");
    run("update-environment --uuid UUID --name stage --no-production").await;
    let described = run("describe-environment --uuid UUID").await;
    assert!(described.contains("Name:          stage\nDisplay name:  Stage\nProduction:    false\n"), "{described}");
    assert!(run("update-environment --uuid nobody --name x").await.starts_with("Usage\n"));
}

#[tokio::test]
async fn a_stub_serves_the_pacts_of_a_broker() {
    let journey = Journey::begin().await;
    journey.pact("pacts/a.json", "Web", "Orders", "/a");
    journey.pact("pacts/b.json", "Web", "Stock", "/b");
    journey.exit("publish FOLDER/pacts -a 1", Exit::Success).await;
    let cli = |arguments: String| Cli::from_arguments(arguments.split(' ').map(Into::into)).expect("arguments");
    let url = &journey.url;
    let served = async |arguments: String, environment: Environment| match cli(arguments).command {
        crate::cli::Command::Stub(args) => {
            let fetched = super::stub::fetched(&args, &environment).await.expect("pacts");
            let pacts = super::stub::pacts(&args, &fetched).expect("pacts");
            pacts.iter().map(|pact| pact.provider.clone()).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    };
    let variable = Environment::of([("PACT_BROKER_BASE_URL", url)]);
    assert_eq!(served(format!("intact stub -b {url}"), Environment::default()).await, ["Orders", "Stock"]);
    assert_eq!(served("intact stub --provider-name Stock".to_owned(), variable.clone()).await, ["Stock"]);
    let file = journey.folder.path().join("pacts/a.json");
    assert_eq!(served(format!("intact stub -f {}", file.display()), variable).await, ["Orders"]);
}
