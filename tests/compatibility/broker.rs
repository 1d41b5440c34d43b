//! A broker that offers one pact: a mock server with the pact between a verifier and a broker that the suite has as a fixture.

use intact_mock_server::{MockServer, Options, Outcome};
use intact_pact_model::{Body, ContentType, Generator, HttpRequest, HttpResponse, Interaction, Json, Kind, Pact};

use crate::fixture;
use crate::suite::json;

/// The broker that offers the pact of one interaction.
#[derive(Debug)]
pub(crate) struct Broker {
    /// Number of the interaction.
    pub(crate) number: usize,
    server: MockServer,
}

impl Broker {
    /// Starts the broker for the pact of interaction `number`.
    pub(crate) fn start(number: usize, pact: &Pact) -> Self {
        let name = format!("pact-broker_c{number}.json");
        let mut contract = Pact::read(&fixture::bytes(&name)).unwrap_or_else(|error| panic!("{name}: {error}")).value;
        contract.interactions.push(download(number, pact));
        let server = MockServer::start(contract, Options::default()).expect("a mock server");
        Self { number, server }
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
