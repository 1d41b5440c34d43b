//! What every link relation of the API means, one text each.

/// A relation without its prefix `pb:`.
#[derive(Debug)]
pub(crate) struct Relation {
    /// Its name.
    pub(crate) name: &'static str,
    /// What can be done with its address.
    pub(crate) methods: &'static str,
    /// What is there.
    pub(crate) text: &'static str,
}

const fn of(name: &'static str, methods: &'static str, text: &'static str) -> Relation {
    Relation { name, methods, text }
}

/// All relations, by name.
#[rustfmt::skip]
pub(crate) const RELATIONS: &[Relation] = &[
    of("all-pact-versions", "GET, DELETE", "All pacts of this consumer with this provider, newest consumer version first. DELETE deletes them with their results."),
    of("branch", "GET, DELETE", "The branch this version is on. DELETE forgets the branch; its versions stay."),
    of("branch-pact-versions", "GET, DELETE", "The pacts that consumer versions on a branch published for a provider, newest first."),
    of("branch-version", "GET, PUT, DELETE", "A version's being on a branch. PUT with an empty JSON object puts it there, and creates the branch and the version if need be."),
    of("branches", "GET, DELETE", "The branches of the application, each with its newest version."),
    of("can-i-deploy-badge", "GET", "A picture that says whether the latest version with one tag is compatible with the latest versions with another."),
    of("can-i-deploy-branch-to-environment-badge", "GET", "A picture that says whether the newest version of a branch can be deployed to an environment."),
    of("can-i-deploy-pacticipant-version-to-environment", "GET", "Whether a version can be deployed to an environment: every contract it has with what is deployed or supported there must be verified successfully. The status is 200 whatever the verdict; read summary.deployable."),
    of("can-i-deploy-pacticipant-version-to-tag", "GET", "Whether a version is compatible with the latest versions that have a tag. For deployments, environments are the better question."),
    of("consumer", "GET, PUT, PATCH, DELETE", "The application that expects something in this contract, or whose contracts this webhook is about."),
    of("consumer-version", "GET, PUT, PATCH, DELETE", "The consumer's version that published this pact."),
    of("consumer-versions", "GET", "The consumer's versions because of which this pact was chosen for verification, newest first."),
    of("consumer-webhooks", "GET, POST", "Webhooks for all pacts of one consumer."),
    of("consumers", "GET", "The applications with the label that this webhook names for consumers."),
    of("contracts", "GET", "A contract that was just published."),
    of("create", "POST", "Creates a webhook: a request the broker sends when a contract or a result is published. The body has events, a request with method, url, headers and body, and may name a consumer and a provider."),
    of("currently-deployed-deployed-versions", "GET", "The versions that are deployed to the environment now; name and version of an application may be asked for in the query."),
    of("currently-supported-released-versions", "GET", "The versions that are released to the environment and still supported there."),
    of("dashboard", "GET", "The pacts of the pair that matter now, that is the latest of all and of each tag, and those of deployed versions, each with its latest result."),
    of("delete_integration", "DELETE", "Deletes the contracts between the two applications with all their results, and the webhooks of exactly this pair."),
    of("deployed-environments", "GET, PATCH", "A deployment of this version. PATCH with currentlyDeployed false says that it is not there any more."),
    of("diff", "GET", "What changed between two contents of the pact, as text."),
    of("diff-previous-distinct", "GET", "What changed since the version of this pact that was different, as text."),
    of("environment", "GET, PUT, DELETE", "A place that versions are deployed or released to."),
    of("environments", "GET, POST", "All environments. POST creates one: name, displayName, production."),
    of("error-logs", "GET", "The log of a webhook's delivery that failed, as text."),
    of("execute", "POST", "Sends the request of the webhook now, as a trial, and answers with its log."),
    of("group", "GET", "The consumer of the integration; its network is beside it."),
    of("integrations", "GET, DELETE", "All pairs of a consumer and a provider that have or had a contract. DELETE deletes everything but environments."),
    of("label", "GET, PUT, DELETE", "A word to find applications by. PUT adds it."),
    of("latest-branch-pact-versions", "GET", "The pact of the newest consumer version on a branch."),
    of("latest-main-branch-pact-versions", "GET", "The pact of the newest consumer version on the consumer's main branch."),
    of("latest-pact", "GET", "The latest pact whose consumer version has this tag."),
    of("latest-pact-version", "GET", "The latest pact of this consumer with this provider."),
    of("latest-pact-versions", "GET", "The latest pact of every consumer with every provider."),
    of("latest-provider-pacts", "GET", "The latest pact of each consumer of a provider."),
    of("latest-provider-pacts-with-branch", "GET", "The pact of each consumer's newest version on a branch."),
    of("latest-provider-pacts-with-main-branch", "GET", "The pact of each consumer's newest version on its main branch."),
    of("latest-provider-pacts-with-tag", "GET", "The latest pact of each consumer whose version has a tag."),
    of("latest-tagged-pact-version", "GET", "The latest pact whose consumer version has a tag."),
    of("latest-tagged-version", "GET", "The newest version of an application that has a tag."),
    of("latest-untagged-pact-version", "GET", "The latest pact whose consumer version has no tag."),
    of("latest-verification-results", "GET", "The latest result for this content of the pact, whichever provider version made it."),
    of("latest-verification-results-where-pacticipant-is-consumer", "GET", "The latest results for the pacts this version published."),
    of("latest-version", "GET", "The newest version of the application, or of the branch."),
    of("logs", "GET", "The log of a webhook's deliveries, as text."),
    of("main-branch-pact-versions", "GET", "The pacts that versions on the consumer's main branch published for a provider."),
    of("matrix", "GET", "Which consumer version's pact was verified by which provider version, and with which result."),
    of("matrix-for-consumer-version", "GET", "The rows of the matrix for this consumer version."),
    of("metrics", "GET", "How many of everything the broker keeps."),
    of("pact-version", "GET", "The content of the pact, whichever versions published it. Equal contents have one address and share their results."),
    of("pact-versions", "GET", "The pacts that were published by the version, or for the provider."),
    of("pact-webhooks", "GET, POST", "The webhooks of the pair of consumer and provider. POST creates one for it."),
    of("pacticipant", "GET, PUT, PATCH, DELETE", "An application: name, display name, main branch, repository. DELETE deletes everything that belongs to it."),
    of("pacticipant-branch", "GET, DELETE", "A branch of an application."),
    of("pacticipant-branch-version", "GET, PUT, DELETE", "A version's being on a branch. PUT with an empty JSON object puts it there, and creates the branch and the version if need be."),
    of("pacticipant-version", "GET, PUT, PATCH, DELETE", "A version of an application, with its branches, tags, pacts and the links to record its deployment."),
    of("pacticipant-version-tag", "GET, PUT, DELETE", "A tag of a version. PUT with an empty JSON object adds it, and creates the version if need be."),
    of("pacticipant-version-tags", "GET, PUT, DELETE", "The tags the version was just published with."),
    of("pacticipants", "GET, POST", "All applications, by name; a part of a name may be given as q."),
    of("pacticipants-with-label", "GET", "The applications with a label."),
    of("pacts", "GET", "The pacts of the list."),
    of("pacts-for-verification", "GET, POST", "The pacts a provider should verify, see provider-pacts-for-verification."),
    of("previous-distinct", "GET", "The newest older pact of the pair whose content differs from this one."),
    of("provider", "GET, PUT, PATCH, DELETE", "The application that provides what this contract is about, or whose contracts this webhook is about."),
    of("provider-pacts", "GET", "All pacts with a provider, of every consumer."),
    of("provider-pacts-for-verification", "GET, POST", "The pacts a provider's build should verify. POST with consumerVersionSelectors, providerVersionBranch, includePendingStatus and includeWipPactsSince; each pact comes with notices that say why it was chosen and what its result will mean."),
    of("provider-pacts-with-branch", "GET", "All pacts with a provider whose consumer versions are on a branch."),
    of("provider-pacts-with-main-branch", "GET", "All pacts with a provider whose consumer versions are on their main branch."),
    of("provider-pacts-with-tag", "GET", "All pacts with a provider whose consumer versions have a tag."),
    of("providers", "GET", "The applications with the label that this webhook names for providers."),
    of("publish-contracts", "POST", "Publishes the contracts of a consumer version, with its branch, tags and build, in one step. Contents travel in Base64."),
    of("publish-pact", "PUT, PATCH", "Publishes one pact. PATCH merges it with what the version published before."),
    of("publish-verification-results", "POST", "Records what a provider version made of this pact: success, providerApplicationVersion, and what the verifier says of each interaction."),
    of("record-deployment", "POST", "Records that the version is now deployed to the environment, in place of the one that was there before it."),
    of("record-release", "POST", "Records that the version is released to the environment and supported there, beside others."),
    of("released-environments", "GET, PATCH", "A release of this version. PATCH with currentlySupported false ends its support."),
    of("tag", "GET, PUT, DELETE", "A tag of this version. PUT with an empty JSON object adds it."),
    of("tag-prod-version", "PUT", "Gives the consumer version the tag prod. Recording deployments says more."),
    of("tag-version", "PUT", "Gives the consumer version a tag."),
    of("tagged-pact-versions", "GET, DELETE", "The pacts of a pair whose consumer versions have a tag."),
    of("triggered-webhooks", "GET", "The webhooks that this publication or result set off, with their deliveries."),
    of("verification-result", "GET, DELETE", "A result: which provider version verified which content, when, and with which outcome."),
    of("version", "GET, PUT, PATCH, DELETE", "A version of the application."),
    of("version-tag", "GET, PUT, DELETE", "A tag of a version of the application."),
    of("versions", "GET", "The versions of the application, newest first."),
    of("webhook", "GET, PUT, DELETE", "A request the broker sends when a contract or a result is published."),
    of("webhook-status", "GET", "Whether the webhooks of the pair's latest pact were delivered."),
    of("webhooks", "GET, POST", "Webhooks: requests the broker sends when contracts or results are published. POST creates one. Where requests may go is a setting of the broker: only over https, with POST and to hosts that are not in its own network, unless the whitelists for webhook schemes, methods and hosts say otherwise. What hosts answer is logged only for hosts that are whitelisted."),
];

#[cfg(test)]
mod tests {
    use super::RELATIONS;

    #[test]
    fn relations_are_in_order_and_told_once() {
        assert!(RELATIONS.is_sorted_by(|a, b| a.name < b.name), "by name, each once");
        assert!(RELATIONS.iter().all(|relation| relation.text.ends_with('.')));
    }
}
