//! Brokers that a verification gets its pacts from: one that holds the verifier to the contract between verifiers and brokers,
//! which the suite has as fixtures, and our own.

use std::path::Path;

use intact_broker_client::{BrokerClient, Contract, MatrixQuery, Publication, VersionSelector};
use intact_mock_server::{MockServer, Options, Outcome};
use intact_pact_model::{Body, ContentType, Generator, HttpRequest, HttpResponse, Interaction, Json, Kind, Pact};

use crate::fixture;
use crate::provider::Running;
use crate::suite::json;

/// Our own broker on a fresh database.
#[derive(Debug)]
pub(crate) struct OwnBroker {
    pub(crate) client: BrokerClient,
    /// The consumers whose pacts were published.
    pub(crate) consumers: Vec<String>,
    #[expect(dead_code, reason = "serves until it is dropped")]
    serving: Running,
}

impl OwnBroker {
    /// Starts the broker; its database is in `folder`.
    pub(crate) async fn start(folder: &Path) -> Self {
        let config = intact_broker::Config::new(intact_broker::Database::sqlite(folder.join("broker.db")));
        let broker = intact_broker::Broker::open(config).await.expect("a broker opens on an empty database");
        let serving = Running::start(broker.router()).await;
        let client = BrokerClient::builder(&serving.url).retries(0).build().expect("a client");
        Self { client, consumers: Vec::new(), serving }
    }

    /// Publishes the pact.
    pub(crate) async fn publish(&mut self, pact: &Pact) {
        let content = pact.write(pact.version).expect("the pact can be written").to_compact();
        let publication = Publication {
            consumer: pact.consumer.clone(),
            version: "1.0.0".to_owned(),
            branch: Some("main".to_owned()),
            tags: Vec::new(),
            build_url: None,
            merge: false,
            contracts: vec![Contract { provider: pact.provider.clone(), content: content.into() }],
        };
        self.client.publish_contracts(&publication).await.expect("the pact can be published");
        self.consumers.push(pact.consumer.clone());
    }

    /// The result that the broker has for the pact of the consumer.
    pub(crate) async fn result(&self, consumer: &str) -> Option<bool> {
        let question = MatrixQuery::of(VersionSelector::version(consumer, "1.0.0"));
        let matrix = self.client.matrix(&question).await.expect("the broker has a matrix").value;
        let row = matrix.rows.into_iter().find(|row| row.consumer.name == consumer).expect("the matrix has the pact");
        Some(row.verification_result?.success)
    }
}

/// The broker that offers the pact of one interaction, and is strict about what verifiers send.
#[derive(Debug)]
pub(crate) struct Broker {
    /// Number of the interaction.
    pub(crate) number: usize,
    server: MockServer,
}

impl Broker {
    /// Starts the broker for the pact of interaction `number`, if the suite has a contract for that one.
    pub(crate) fn start(number: usize, pact: &Pact) -> Option<Self> {
        let name = format!("pact-broker_c{number}.json");
        if !fixture::exists(&name) {
            return None;
        }
        let mut contract = Pact::read(&fixture::bytes(&name)).unwrap_or_else(|error| panic!("{name}: {error}")).value;
        contract.interactions.push(download(number, pact));
        let server = MockServer::start(contract, Options::default()).expect("a mock server");
        Some(Self { number, server })
    }

    pub(crate) fn url(&self) -> &str {
        self.server.url()
    }

    pub(crate) fn outcome(&self) -> Outcome {
        self.server.outcome()
    }
}

/// What a broker adds to a pact it gives out, which the fixture leaves to whoever uses it: the link for results, and the
/// identifiers of the interactions.
fn download(number: usize, pact: &Pact) -> Interaction {
    let path = format!("/pacts/provider/p/consumer/c_{number}");
    let results = format!("{path}/verification-results");
    let example = format!("http://localhost:1234{results}");
    let mut document = pact.write(pact.version).expect("the pact can be written");
    let root = document.as_object_mut().expect("a pact is an object");
    let link = format!(
        r#"{{"pb:publish-verification-results": {{"title": "Publish verification results", "href": "{example}"}}}}"#
    );
    root.insert("_links", json(&link));
    if let Some(Json::Array(interactions)) = root.get_mut("interactions") {
        for interaction in interactions.iter_mut().filter_map(Json::as_object_mut) {
            interaction.insert("_id", format!("ID{number}"));
        }
    }
    let mut response =
        HttpResponse { body: Body::new(document.to_compact(), Some(ContentType::json())), ..HttpResponse::default() };
    response.headers.set("Content-Type", vec!["application/json".to_owned()]);
    let generator = Generator::named("MockServerURL").with("example", example).with("regex", format!(".*({results})$"));
    response.generators.body.insert("$._links.pb:publish-verification-results.href".to_owned(), generator);
    let request = HttpRequest { path, ..HttpRequest::default() };
    Interaction::new(format!("a request for the pact of c_{number}"), Kind::Http(request, response))
}
