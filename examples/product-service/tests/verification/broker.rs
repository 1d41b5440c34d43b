//! A broker for a test that must stand alone. In a pipeline there is one already, at `PACT_BROKER_BASE_URL`, and the consumers'
//! builds have published to it.

use bytes::Bytes;
use intact_broker::{Broker, Config, Database};
use intact_broker_client::{BrokerClient, Contract, Publication};

/// A broker in this process, on an empty database.
pub(crate) struct BrokerOfOurOwn {
    pub(crate) client: BrokerClient,
    _database: tempfile::TempDir,
}

impl BrokerOfOurOwn {
    pub(crate) async fn start() -> Self {
        let database = tempfile::tempdir().expect("a temporary directory");
        let config = Config::new(Database::sqlite(database.path().join("broker.db")));
        let broker = Broker::open(config).await.expect("an empty database can be opened");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
        tokio::spawn(broker.serve(listener, std::future::pending()));
        Self { client: BrokerClient::builder(url).build().expect("a base URL"), _database: database }
    }

    /// What `intact publish` does at the end of the consumer's build.
    pub(crate) async fn publish_as_the_order_service_does(&self, pact_file: &str) {
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
