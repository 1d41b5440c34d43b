//! Many clients that publish at once, and remember what the broker has said that it stored.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client::{Answer, Client, Contract};

/// How many clients there are.
const CLIENTS: usize = 6;

/// Something that a broker said it stored: what stands at a place of the answer to a `GET`.
#[derive(Debug, Clone)]
pub(super) struct Promise {
    path: String,
    pointer: &'static str,
    value: Value,
}

impl Promise {
    /// Whether it is kept, or what there is instead.
    async fn check(&self, client: &Client) -> Result<(), String> {
        let answer = client.get(&self.path).await.expect("the broker answers");
        let found = answer.json().pointer(self.pointer).cloned().unwrap_or_default();
        if answer.status.is_success() && found == self.value {
            return Ok(());
        }
        Err(format!("{}: {} is not {} but {}", self.path, self.pointer, self.value, answer.text))
    }
}

/// What is not there of what was promised.
pub(super) async fn broken(client: &Client, promises: &[Promise]) -> Vec<String> {
    let mut broken = Vec::new();
    for promise in promises {
        broken.extend(promise.check(client).await.err());
    }
    broken
}

/// A storm in progress.
pub(super) struct Storm {
    clients: JoinSet<()>,
    told: Arc<Told>,
    count: watch::Receiver<usize>,
}

/// What clients tell.
struct Told {
    promises: Mutex<Vec<Promise>>,
    /// Answers that are no success, and are not of a broker that is gone.
    complaints: Mutex<Vec<Answer>>,
    count: watch::Sender<usize>,
}

/// A client's request was not answered with success.
struct Failed;

impl Told {
    fn promise(&self, path: impl Into<String>, pointer: &'static str, value: impl Into<Value>) {
        let promise = Promise { path: path.into(), pointer, value: value.into() };
        assert!(!promise.value.is_null(), "nothing is promised: {promise:?}");
        let mut promises = self.promises.lock().expect("no client panics here");
        promises.push(promise);
        self.count.send_replace(promises.len());
    }

    /// The body of an answer of success.
    fn succeeded(&self, answer: reqwest::Result<Answer>) -> Result<Value, Failed> {
        let answer = answer.map_err(|_| Failed)?;
        if answer.status.is_success() {
            return Ok(answer.json());
        }
        self.complaints.lock().expect("no client panics here").push(answer);
        Err(Failed)
    }
}

impl Storm {
    /// Begins; names and versions of storms with different names differ.
    pub(super) fn begin(base: &str, production: &str, name: &str) -> Self {
        let (count, counted) = watch::channel(0);
        let told = Arc::new(Told { promises: Mutex::default(), complaints: Mutex::default(), count });
        let mut clients = JoinSet::new();
        for number in 0..CLIENTS {
            let (client, told) = (Client::of(base), Arc::clone(&told));
            let (production, name) = (production.to_owned(), format!("{name}.{number}"));
            clients.spawn(async move {
                for turn in 0.. {
                    // The first request that fails ends the client: the broker is gone.
                    if play(&client, &told, &production, number, &format!("{name}.{turn}")).await.is_err() {
                        return;
                    }
                }
            });
        }
        Self { clients, told, count: counted }
    }

    /// Waits until so much was promised.
    pub(super) async fn until_promised(&mut self, count: usize) {
        self.count.wait_for(|promised| *promised >= count).await.expect("the storm goes on");
    }

    /// Waits for the clients, whose broker is gone, and gives what was promised.
    pub(super) async fn end(mut self) -> Vec<Promise> {
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("clients do not panic");
        }
        let complaints = std::mem::take(&mut *self.told.complaints.lock().expect("no client panics here"));
        assert!(complaints.is_empty(), "{complaints:?}");
        std::mem::take(&mut *self.told.promises.lock().expect("no client panics here"))
    }
}

/// A build: publishes a contract, verifies it, tags and deploys the version. Every second one is of an application that all
/// clients share, so that they wait for each other, and every third publishes the content that the one before did.
async fn play(client: &Client, told: &Told, production: &str, number: usize, version: &str) -> Result<(), Failed> {
    let turn: usize = version.rsplit('.').next().and_then(|turn| turn.parse().ok()).unwrap_or_default();
    let own = format!("Web-{number}");
    let consumer = if turn.is_multiple_of(2) { "Shared" } else { &own };
    let description = format!("what {number} wants for the {}. time", turn - usize::from(turn % 3 == 2));
    let contract = Contract { consumer, version, provider: "Orders", description: &description, tag: "built" };

    told.succeeded(client.publish(&contract).await)?;
    told.promise(contract.path(), "/interactions/0/description", description.as_str());
    let path = format!("/pacticipants/{consumer}/versions/{version}");
    told.promise(&path, "/_embedded/branchVersions/0/name", "main");
    told.promise(format!("{path}/tags/built"), "/name", "built");

    let pact = told.succeeded(client.get(&contract.path()).await)?;
    let results = pact["_links"]["pb:publish-verification-results"]["href"].as_str().unwrap_or_default();
    let result = json!({ "success": !turn.is_multiple_of(5), "providerApplicationVersion": version });
    let result = told.succeeded(client.post(results, &result).await)?;
    let result = result["_links"]["self"]["href"].as_str().unwrap_or_default();
    told.promise(result, "/providerApplicationVersion", version);

    told.succeeded(client.put(&format!("{path}/tags/tested")).await)?;
    told.promise(format!("{path}/tags/tested"), "/name", "tested");

    let deployments = format!("{path}/deployed-versions/environment/{production}");
    let target = json!({ "applicationInstance": format!("{number}-{turn}") });
    let deployment = told.succeeded(client.post(&deployments, &target).await)?;
    let uuid = deployment["uuid"].clone();
    told.promise(deployments, "/_embedded/deployedVersions/0/uuid", uuid);
    Ok(())
}
