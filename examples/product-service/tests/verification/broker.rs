//! A broker for a test that must stand alone. In a pipeline there is one already, at `PACT_BROKER_BASE_URL`, and the consumers'
//! builds have published to it.

use bytes::Bytes;
use intact_broker::{Broker, Config, Database};
use intact_broker_client::{BrokerClient, Contract, MatrixQuery, Publication, VersionSelector};
use intact_verifier::{BrokerSource, PactSource, PublishOptions};

/// A broker in this process, on an empty database.
pub(crate) struct BrokerOfOurOwn {
    client: BrokerClient,
    _database: tempfile::TempDir,
}

impl BrokerOfOurOwn {
    /// A broker to which the order service has published its contract, as `intact publish` does at the end of a build.
    pub(crate) async fn with(pact_file: &str) -> Self {
        let broker = Self::start().await;
        broker.publish(pact_file).await;
        broker
    }

    /// The contracts of the consumers.
    pub(crate) fn pacts(&self) -> PactSource {
        PactSource::Broker(BrokerSource { client: self.client.clone(), query: None })
    }

    /// A version of the service. In a pipeline it is the commit.
    pub(crate) fn release(version: &str) -> PublishOptions {
        PublishOptions { provider_version: version.to_owned(), ..PublishOptions::default() }
    }

    /// What `intact can-i-deploy` asks.
    pub(crate) async fn lets_deploy(&self, pacticipant: &str, version: &str) -> bool {
        let question = MatrixQuery::of(VersionSelector::version(pacticipant, version));
        self.client.matrix(&question).await.expect("the broker answers").summary.is_deployable()
    }

    async fn start() -> Self {
        let database = tempfile::tempdir().expect("a temporary directory");
        let config = Config::new(Database::sqlite(database.path().join("broker.db")));
        let broker = Broker::open(config).await.expect("an empty database can be opened");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
        tokio::spawn(broker.serve(listener, std::future::pending()));
        Self { client: BrokerClient::builder(url).build().expect("a base URL"), _database: database }
    }

    async fn publish(&self, pact_file: &str) {
        let content = Bytes::from(std::fs::read(pact_file).expect("the consumer's pact file"));
        let publication = Publication {
            consumer: "order-service".to_owned(),
            version: "7.3.1".to_owned(),
            branch: Some("main".to_owned()),
            tags: Vec::new(),
            build_url: None,
            merge: false,
            contracts: vec![Contract { provider: "product-service".to_owned(), content }],
        };
        self.client.publish_contracts(&publication).await.expect("the broker takes the contract");
    }
}
