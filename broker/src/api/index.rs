//! `GET /`: where everything is.
//!
//! Clients find the broker's features by these relations: which of two ways to publish they take, for example, depends on
//! `pb:publish-contracts` being here. Names, templates and the odd missing `templated` are part of the API.

use axum::response::IntoResponse;
use http::header::LINK;

use crate::api::hal::{Doc, Hal, Link};
use crate::api::links::Links;
use crate::api::negotiate::AcceptsHal;

/// What a relation says about being a template.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Templated {
    Yes,
    No,
    Unsaid,
}

/// The relations of the index: name, address, whether it says to be a template, and title.
#[rustfmt::skip]
pub(crate) const RELATIONS: &[(&str, &str, Templated, &str)] = &[
    ("pb:publish-pact", "/pacts/provider/{provider}/consumer/{consumer}/version/{consumerApplicationVersion}", Templated::Yes, "Publish a pact"),
    ("pb:publish-contracts", "/contracts/publish", Templated::No, "Publish contracts"),
    ("pb:latest-pact-versions", "/pacts/latest", Templated::No, "Latest pact versions"),
    ("pb:tagged-pact-versions", "/pacts/provider/{provider}/consumer/{consumer}/tag/{tag}", Templated::No, "All versions of a pact for a given consumer, provider and consumer version tag"),
    ("pb:branch-pact-versions", "/pacts/provider/{provider}/consumer/{consumer}/branch/{branch}", Templated::Yes, "All versions of pacts for a provider, for a named consumers branch"),
    ("pb:latest-branch-pact-versions", "/pacts/provider/{provider}/consumer/{consumer}/branch/{branch}/latest/versions", Templated::Yes, "Latest version of pact for a provider, for a named consumers branch"),
    ("pb:main-branch-pact-versions", "/pacts/provider/{provider}/consumer/{consumer}/branch/versions", Templated::Yes, "All versions of pacts for a provider, for a named consumers main branch"),
    ("pb:latest-main-branch-pact-versions", "/pacts/provider/{provider}/consumer/{consumer}/branch/latest/versions", Templated::Yes, "Latest version of pact for a provider, for a named consumers main branch"),
    ("pb:provider-pacts-with-main-branch", "/pacts/provider/{provider}/branch", Templated::Yes, "All pacts for a provider, for any consumers main branch"),
    ("pb:provider-pacts-with-branch", "/pacts/provider/{provider}/branch/{branch}", Templated::Yes, "All pacts for a provider, for any consumers named branch"),
    ("pb:latest-provider-pacts-with-main-branch", "/pacts/provider/{provider}/branch/latest", Templated::Yes, "Latest pact for a provider, for any consumers main branch"),
    ("pb:latest-provider-pacts-with-branch", "/pacts/provider/{provider}/branch/{branch}/latest", Templated::Yes, "Latest pacts for a provider, for any consumers named branch"),
    ("pb:pacticipants", "/pacticipants", Templated::No, "Pacticipants"),
    ("pb:pacticipant", "/pacticipants/{pacticipant}", Templated::Yes, "Fetch pacticipant by name"),
    ("pb:latest-provider-pacts", "/pacts/provider/{provider}/latest", Templated::Yes, "Latest pacts by provider"),
    ("pb:latest-provider-pacts-with-tag", "/pacts/provider/{provider}/latest/{tag}", Templated::Yes, "Latest pacts for provider with the specified tag"),
    ("pb:provider-pacts-with-tag", "/pacts/provider/{provider}/tag/{tag}", Templated::Yes, "All pact versions for the provider with the specified consumer version tag"),
    ("pb:provider-pacts", "/pacts/provider/{provider}", Templated::Yes, "All pact versions for the specified provider"),
    ("pb:latest-version", "/pacticipants/{pacticipant}/latest-version", Templated::Yes, "Latest pacticipant version"),
    ("pb:latest-tagged-version", "/pacticipants/{pacticipant}/latest-version/{tag}", Templated::Yes, "Latest pacticipant version with the specified tag"),
    ("pb:webhooks", "/webhooks", Templated::No, "Webhooks"),
    ("pb:webhook", "/webhooks/{uuid}", Templated::Yes, "Webhook"),
    ("pb:integrations", "/integrations", Templated::No, "Integrations"),
    ("pb:pacticipant-version-tag", "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}", Templated::Yes, "Get, create or delete a tag for a pacticipant version"),
    ("pb:pacticipant-branch", "/pacticipants/{pacticipant}/branches/{branch}", Templated::Yes, "Get or delete a pacticipant branch"),
    ("pb:pacticipant-branch-version", "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}", Templated::Yes, "Get or add/create a pacticipant version for a branch"),
    ("pb:pacticipant-version", "/pacticipants/{pacticipant}/versions/{version}", Templated::Yes, "Get, create or delete a pacticipant version"),
    ("pb:metrics", "/metrics", Templated::Unsaid, "Get Pact Broker metrics"),
    ("pb:can-i-deploy-pacticipant-version-to-tag", "/can-i-deploy?pacticipant={pacticipant}&version={version}&to={tag}", Templated::Yes, "Determine if an application version can be safely deployed to an environment identified by the given tag"),
    ("pb:can-i-deploy-pacticipant-version-to-environment", "/can-i-deploy?pacticipant={pacticipant}&version={version}&environment={environment}", Templated::Yes, "Determine if an application version can be safely deployed to an environment"),
    ("pb:provider-pacts-for-verification", "/pacts/provider/{provider}/for-verification", Templated::Yes, "Pact versions to be verified for the specified provider"),
    ("beta:provider-pacts-for-verification", "/pacts/provider/{provider}/for-verification", Templated::Yes, "DEPRECATED - please use pb:provider-pacts-for-verification"),
    ("pb:environments", "/environments", Templated::No, "Environments"),
    ("pb:environment", "/environments/{uuid}", Templated::Yes, "Environment"),
];

/// The index.
///
/// The description of the API is linked in a header: the document is compared by clients with those of other brokers.
pub(crate) async fn show(_: AcceptsHal, links: Links) -> impl IntoResponse {
    let description = format!(r#"<{}>; rel="service-desc"; type="application/json""#, links.path("/openapi.json"));
    ([(LINK, description)], Hal::from(document(&links)))
}

fn document(links: &Links) -> Doc {
    let link = |href: String, templated: Templated, title: &str| {
        let link = Link::to(href).title(title);
        match templated {
            Templated::Unsaid => link,
            templated => link.with("templated", templated == Templated::Yes),
        }
    };
    let mut doc = Doc::new().link("self", link(links.base().to_owned(), Templated::No, "Index"));
    for &(rel, path, templated, title) in RELATIONS {
        let mut link = link(links.path(path), templated, title);
        if rel.starts_with("beta:") {
            link = link.name("beta");
        }
        doc = doc.link(rel, link);
    }
    let documentation = |name: &str| Link::to(links.path("/doc/{rel}?context=index")).name(name).templated();
    doc.links("curies", ["pb", "beta"].map(documentation))
}

#[cfg(test)]
mod tests {
    use crate::testing::on_every_database;

    #[tokio::test]
    async fn the_index_names_every_relation_clients_look_for() {
        on_every_database(async |broker| {
            let index = broker.get("/").await.expect(200);

            assert_eq!(index.link("self"), "http://broker");
            assert_eq!(index.link("pb:publish-contracts"), "http://broker/contracts/publish");
            let links = index.json()["_links"].clone();
            assert_eq!(links.as_object().unwrap().len(), super::RELATIONS.len() + 2, "with self and curies");
            assert_eq!(links["pb:provider-pacts-for-verification"]["templated"], true);
            assert_eq!(links["pb:tagged-pact-versions"]["templated"], false, "as every Pact Broker says, wrongly");
            assert_eq!(links["pb:metrics"].get("templated"), None);
            assert_eq!(links["beta:provider-pacts-for-verification"]["name"], "beta");
            assert_eq!(links["curies"][1]["href"], "http://broker/doc/{rel}?context=index");
        })
        .await;
    }
}
