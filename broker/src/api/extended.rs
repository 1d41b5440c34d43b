//! The extended form of pacts and verification results, `application/vnd.pactbrokerextended.v1+json`: with the tags that the
//! thing is the newest of, and a pact's content apart from what the broker says of it.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use intact_pact_model::json::{Json, JsonValue, Object};

use crate::api::hal::{Doc, Hal, Link, list};
use crate::api::links::{Links, encoded};
use crate::api::negotiate::{Accept, HAL, JSON};
use crate::api::problem::ApiError;
use crate::domain::pact::PublishedPact;
use crate::domain::verification::Verification;
use crate::store::ReadTx;

/// The type of the extended form.
const EXTENDED: &str = "application/vnd.pactbrokerextended.v1+json";

/// The form a client wants of what has two; stands first among a handler's arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As everywhere.
    Plain,
    /// Extended.
    Extended,
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let chosen = Accept::of(&parts.headers).choose(&[HAL, JSON, EXTENDED])?;
        Ok(if chosen == EXTENDED { Self::Extended } else { Self::Plain })
    }
}

/// An answer in either form.
#[derive(Debug)]
pub(crate) struct Formed(Form, JsonValue);

impl IntoResponse for Formed {
    fn into_response(self) -> Response {
        let Self(form, document) = self;
        let mut response = Hal::from(document).into_response();
        if form == Form::Extended {
            let media = http::HeaderValue::from_static("application/vnd.pactbrokerextended.v1+json;charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, media);
        }
        response
    }
}

impl Form {
    /// A pact's document in this form.
    pub(crate) async fn of_pact(
        self,
        document: JsonValue,
        db: &mut ReadTx,
        pact: &PublishedPact,
        links: &Links,
    ) -> Result<Formed, ApiError> {
        let mut contract = match (self, document) {
            (Self::Extended, Json::Object(contract)) => contract,
            (_, document) => return Ok(Formed(Self::Plain, document)),
        };
        let mut extended = Object::new();
        let (created_at, own_links) = (contract.remove("createdAt"), contract.remove("_links"));
        let tags = db.tags().of_versions(&[pact.version_id]).await?;
        let tags = tags.iter().filter(|tag| tag.is_head).map(|tag| {
            let latest = format!("{}/latest/{}", links.pair(&pact.consumer, &pact.provider), encoded(&tag.name));
            let title = format!("Latest pact with tag {}", tag.name);
            Doc::new()
                .with("name", tag.name.clone())
                .with("latest", true)
                .link(
                    "self",
                    Link::to(links.tag(&pact.consumer, &pact.number, &tag.name)).title("Tag").name(tag.name.clone()),
                )
                .link("pb:latest-pact", Link::to(latest).title(title))
        });
        extended.insert("contract", Json::Object(contract));
        extended.insert("createdAt", created_at.unwrap_or_default());
        extended.insert("_embedded", Json::object([("tags", list(tags))]));
        extended.insert("_links", own_links.unwrap_or_default());
        Ok(Formed(self, Json::Object(extended)))
    }

    /// A verification result's document in this form.
    pub(crate) async fn of_verification(
        self,
        document: Doc,
        db: &mut ReadTx,
        verification: &Verification,
    ) -> Result<Formed, ApiError> {
        if self == Self::Plain {
            return Ok(Formed(self, document.into()));
        }
        let Verification { provider, provider_version, .. } = verification;
        let version = db.versions().find(provider, provider_version).await?.ok_or(ApiError::NotFound)?;
        let tags = db.tags().of_versions(&[version.id]).await?;
        let tags = tags.iter().map(|tag| Doc::new().with("name", tag.name.clone()).with("latest", tag.is_head));
        Ok(Formed(self, document.embed("tags", list(tags)).into()))
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use crate::testing::{on_every_database, pact};

    #[tokio::test]
    async fn the_extended_form_has_the_tags_and_the_contract_apart() {
        on_every_database(async |broker| {
            broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/1")).await.expect(201);
            broker.publish("Web", "2", "Orders", &pact("Web", "Orders", "/2")).await.expect(201);
            broker.tag("Web", "1", "prod").await.expect(201);
            broker.tag("Web", "1", "dev").await.expect(201);
            broker.tag("Web", "2", "dev").await.expect(201);
            let result = broker.verify("Web", "1", "Orders", "7", true).await.expect(201).link("self");
            broker.tag("Orders", "7", "prod").await.expect(201);
            let extended = async |path: &str| {
                let accept = [("accept", "application/vnd.pactbrokerextended.v1+json")];
                let answer = broker.send(Method::GET, path, &accept, "").await.expect(200);
                assert_eq!(answer.header("content-type"), "application/vnd.pactbrokerextended.v1+json;charset=utf-8");
                answer.json()
            };

            let first = extended("/pacts/provider/Orders/consumer/Web/version/1").await;
            let latest = extended("/pacts/provider/Orders/consumer/Web/latest").await;
            let result = extended(&result).await;

            assert_eq!(first["contract"]["consumer"]["name"], "Web");
            assert_eq!(first.get("consumer"), None);
            let tags = first["_embedded"]["tags"].as_array().unwrap();
            assert_eq!(tags.len(), 1, "the newest with the tag dev is another");
            assert_eq!(tags[0]["name"], "prod");
            let href = "http://broker/pacts/provider/Orders/consumer/Web/latest/prod";
            assert_eq!(tags[0]["_links"]["pb:latest-pact"]["href"], href);
            assert_eq!(latest["_embedded"]["tags"][0]["name"], "dev");
            assert_eq!(result["_embedded"]["tags"], json!([{ "name": "prod", "latest": true }]));
            assert_eq!(result["success"], true);
        })
        .await;
    }
}
