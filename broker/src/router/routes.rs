//! Every route of the API on one page.

use axum::routing::{delete, get, post};

use crate::api::{
    badges, branches, can_i_deploy, contracts, dashboard, deployments, environments as places, for_verification,
    health, index, integrations, matrix, metrics, network, openapi, pact_diff, pact_lists,
    pacticipants as applications, pacts as contents, provider_states, tags, triggered_webhooks,
    verifications as results, versions, webhook_execution, webhooks as hooks,
};
use crate::router::{GET, Routes, resource};
use crate::store::pacts::PactScope;

/// Every route of the API; those of pages are in [`crate::pages::routes`].
pub(crate) fn routes() -> Routes {
    // Load balancers and monitors ask with either method.
    const PROBE: &str = "GET, HEAD";
    Routes::new()
        .route("/", resource(GET, get(index::show)))
        .merge(pacts())
        .merge(verifications())
        .merge(pacticipants())
        .merge(environments())
        .merge(badge_pictures())
        .merge(webhooks())
        .route(
            "/pacts/provider/{provider}/for-verification",
            resource("GET, POST, OPTIONS", get(for_verification::get).post(for_verification::post)),
        )
        .route("/matrix", resource(GET, get(matrix::show)))
        .route("/matrix/provider/{provider}/consumer/{consumer}", resource(GET, get(matrix::show_pair)))
        .route("/can-i-deploy", resource(GET, get(can_i_deploy::show)))
        .route(
            "/pacticipants/{pacticipant}/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}",
            resource(GET, get(can_i_deploy::branch_to_environment)),
        )
        .route(
            "/pacticipants/{pacticipant}/latest-version/{tag}/can-i-deploy/to/{to}",
            resource(GET, get(can_i_deploy::tag_to_tag)),
        )
        .route(
            "/integrations",
            resource("GET, OPTIONS, DELETE", get(integrations::index).delete(integrations::delete_all)),
        )
        .route(
            "/integrations/provider/{provider}/consumer/{consumer}",
            resource("OPTIONS, DELETE", delete(integrations::delete)),
        )
        .route("/relationships", resource(GET, get(network::relationships)))
        .route("/groups/{pacticipant}", resource(GET, get(network::group)))
        .route("/dashboard", resource(GET, get(dashboard::show)))
        .route("/dashboard/provider/{provider}/consumer/{consumer}", resource(GET, get(dashboard::show_pair)))
        .route("/metrics", resource(GET, get(metrics::show)))
        .route("/diagnostic/status/heartbeat", resource("GET", get(health::heartbeat)))
        .route("/diagnostic/status/dependencies", resource("GET", get(health::dependencies)))
        .route("/test/error", resource(GET, get(health::fail)))
        .route("/livez", resource(PROBE, get(health::live)))
        .route("/readyz", resource(PROBE, get(health::ready)))
        .route("/startupz", resource(PROBE, get(health::started)))
        .route("/openapi", resource(GET, get(openapi::show)))
}

fn pacts() -> Routes {
    use pact_lists::{latest_of_provider as latest, of_provider as every};
    const ONE: &str = "GET, PUT, DELETE, PATCH, OPTIONS";
    const DELETABLE: &str = "GET, DELETE, OPTIONS";
    let one = || resource(ONE, get(contents::show).put(contents::put).patch(contents::patch).delete(contents::delete));
    Routes::new()
        .route("/contracts/publish", resource("POST, OPTIONS", post(contracts::publish)))
        .route("/pacts/latest", resource(GET, get(pact_lists::latest_of_all)))
        .route("/pacts/provider/{provider}", resource(GET, every(PactScope::All)))
        .route("/pacts/provider/{provider}/tag/{tag}", resource(GET, every(PactScope::All)))
        .route("/pacts/provider/{provider}/branch", resource(GET, every(PactScope::MainBranch)))
        .route("/pacts/provider/{provider}/branch/{branch}", resource(GET, every(PactScope::MainBranch)))
        .route("/pacts/provider/{provider}/latest", resource(GET, latest(PactScope::All)))
        .route("/pacts/provider/{provider}/latest/{tag}", resource(GET, latest(PactScope::All)))
        .route("/pacts/provider/{provider}/branch/latest", resource(GET, latest(PactScope::MainBranch)))
        .route("/pacts/provider/{provider}/branch/{branch}/latest", resource(GET, latest(PactScope::MainBranch)))
        .route("/pacts/provider/{provider}/provider-states", resource(GET, get(provider_states::of_main_branches)))
        .route(
            "/pacts/provider/{provider}/provider-states/branch/{branch}",
            resource(GET, get(provider_states::of_branch)),
        )
        .route(
            "/pacts/provider/{provider}/provider-states/environment/{environment}",
            resource(GET, get(provider_states::of_environment)),
        )
        .route("/pacts/provider/{provider}/consumer/{consumer}/version/{version}", one())
        .route("/pacts/provider/{provider}/consumer/{consumer}/versions/{version}", one())
        .route("/pact/provider/{provider}/consumer/{consumer}/version/{version}", one())
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/version/{version}/previous-distinct",
            resource(GET, get(contents::previous_distinct)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/version/{version}/diff/previous-distinct",
            resource(GET, get(pact_diff::with_previous_distinct)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/version/{version}/diff/version/{other}",
            resource(GET, get(pact_diff::with_version)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/diff/pact-version/{other}",
            resource(GET, get(pact_diff::with_content)),
        )
        .route("/pact/provider/{provider}/consumer/{consumer}/latest", resource(GET, get(contents::latest)))
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}",
            resource(GET, get(contents::show_content)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/metadata/{metadata}",
            resource(GET, get(contents::show_content_with_metadata)),
        )
        .route("/pacts/provider/{provider}/consumer/{consumer}/latest", resource(GET, get(contents::latest)))
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/latest/{tag}",
            resource(GET, get(contents::latest_with_tag)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/latest-untagged",
            resource(GET, get(contents::latest_untagged)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/versions",
            resource(DELETABLE, get(pact_lists::versions).delete(contents::delete_all)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/tag/{tag}",
            resource(DELETABLE, get(pact_lists::with_tag).delete(contents::delete_with_tag)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/branch/versions",
            resource(GET, get(pact_lists::on_branch)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/branch/latest/versions",
            resource(GET, get(pact_lists::head_of_branch)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/branch/{branch}",
            resource(DELETABLE, get(pact_lists::on_branch).delete(contents::delete_on_branch)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/branch/{branch}/latest",
            resource(GET, get(contents::latest_on_branch)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/branch/{branch}/latest/versions",
            resource(GET, get(pact_lists::head_of_branch)),
        )
}

fn verifications() -> Routes {
    const NEW: &str = "POST, OPTIONS";
    const ONE: &str = "GET, OPTIONS, DELETE";
    Routes::new()
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/verification-results",
            resource(NEW, post(results::create)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/metadata/{metadata}/verification-results",
            resource(NEW, post(results::create_with_metadata)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/verification-results/latest",
            resource(GET, get(results::latest_of_content)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/verification-results/{number}",
            resource(ONE, get(results::show).delete(results::delete)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/metadata/{metadata}/verification-results/{number}",
            resource(ONE, get(results::show_with_metadata).delete(results::delete_with_metadata)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/version/{version}/verification-results/latest",
            resource(GET, get(results::latest_of_version)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/latest/verification-results/latest",
            resource(GET, get(results::latest_of_latest)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/latest/{tag}/verification-results/latest",
            resource(GET, get(results::latest_of_latest_with_tag)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/verification-results/{number}/interactions",
            resource(GET, get(results::interactions)),
        )
        .route(
            "/verification-results/consumer/{consumer}/version/{version}/latest",
            resource(GET, get(results::latest_of_consumer_version)),
        )
}

fn pacticipants() -> Routes {
    const EVERY: &str = "GET, PUT, PATCH, DELETE, OPTIONS";
    const NO_PATCH: &str = "GET, PUT, DELETE, OPTIONS";
    const DELETABLE: &str = "GET, DELETE, OPTIONS";
    const COLLECTION: &str = "GET, POST, OPTIONS";
    Routes::new()
        .route("/pacticipants", resource(COLLECTION, get(applications::index).post(applications::create)))
        .route("/pacticipants/label/{label}", resource(GET, get(applications::with_label)))
        .route("/labels", resource(GET, get(applications::labels)))
        .route(
            "/pacticipants/{pacticipant}",
            resource(
                EVERY,
                get(applications::show)
                    .put(applications::replace)
                    .patch(applications::update)
                    .delete(applications::delete),
            ),
        )
        .route(
            "/pacticipants/{pacticipant}/labels/{label}",
            resource(
                NO_PATCH,
                get(applications::show_label).put(applications::put_label).delete(applications::delete_label),
            ),
        )
        .route("/pacticipants/{pacticipant}/versions", resource(GET, get(versions::index)))
        .route(
            "/pacticipants/{pacticipant}/versions/{version}",
            resource(EVERY, get(versions::show).put(versions::put).patch(versions::patch).delete(versions::delete)),
        )
        .route(
            "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}",
            resource(NO_PATCH, get(tags::show).put(tags::put).delete(tags::delete)),
        )
        .route(
            "/pacticipants/{pacticipant}/versions/{version}/deployed-versions/environment/{environment}",
            resource(COLLECTION, get(deployments::list_deployed).post(deployments::record_deployed)),
        )
        .route(
            "/pacticipants/{pacticipant}/versions/{version}/released-versions/environment/{environment}",
            resource(COLLECTION, get(deployments::list_released).post(deployments::record_released)),
        )
        .route("/pacticipants/{pacticipant}/latest-version", resource(GET, get(versions::latest)))
        .route("/pacticipants/{pacticipant}/latest-version/{tag}", resource(GET, get(versions::latest_with_tag)))
        .route("/pacticipants/{pacticipant}/tags/{tag}/versions", resource(GET, get(versions::with_tag)))
        .route(
            "/pacticipants/{pacticipant}/environments/{environment}/versions",
            resource(GET, get(versions::in_environment)),
        )
        .route(
            "/pacticipants/{pacticipant}/branches",
            resource(DELETABLE, get(branches::index).delete(branches::delete_all)),
        )
        .route(
            "/pacticipants/{pacticipant}/branches/{branch}",
            resource(DELETABLE, get(branches::show).delete(branches::delete)),
        )
        .route(
            "/pacticipants/{pacticipant}/branches/{branch}/latest-version",
            resource(GET, get(versions::head_of_branch)),
        )
        .route("/pacticipants/{pacticipant}/branches/{branch}/versions", resource(GET, get(versions::on_branch)))
        .route(
            "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
            resource(NO_PATCH, get(branches::show_version).put(branches::put_version).delete(branches::delete_version)),
        )
}

fn environments() -> Routes {
    const ONE: &str = "GET, PUT, DELETE, OPTIONS";
    const CHANGEABLE: &str = "GET, PATCH, OPTIONS";
    Routes::new()
        .route("/environments", resource("GET, POST, OPTIONS", get(places::index).post(places::create)))
        .route("/environments/{uuid}", resource(ONE, get(places::show).put(places::replace).delete(places::delete)))
        .route(
            "/environments/{uuid}/deployed-versions/currently-deployed",
            resource(GET, get(deployments::currently_deployed)),
        )
        .route(
            "/environments/{uuid}/released-versions/currently-supported",
            resource(GET, get(deployments::currently_supported)),
        )
        .route(
            "/deployed-versions/{uuid}",
            resource(CHANGEABLE, get(deployments::show_deployed).patch(deployments::patch_deployed)),
        )
        .route(
            "/released-versions/{uuid}",
            resource(CHANGEABLE, get(deployments::show_released).patch(deployments::patch_released)),
        )
}

fn webhooks() -> Routes {
    const SCOPED: &str = "POST, GET, OPTIONS";
    const NEW: &str = "POST, OPTIONS";
    let scoped = || resource(SCOPED, get(hooks::in_scope).post(hooks::create_in_scope));
    Routes::new()
        .route("/webhooks", resource("GET, POST, OPTIONS", get(hooks::index).post(hooks::create)))
        .route("/webhooks/execute", resource(NEW, post(webhook_execution::try_out)))
        .route(
            "/webhooks/{uuid}",
            resource("GET, PUT, DELETE, OPTIONS", get(hooks::show).put(hooks::put).delete(hooks::delete)),
        )
        .route("/webhooks/{uuid}/execute", resource(NEW, post(webhook_execution::execute)))
        .route("/webhooks/provider/{provider}", scoped())
        .route("/webhooks/consumer/{consumer}", scoped())
        .route("/webhooks/provider/{provider}/consumer/{consumer}", scoped())
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/webhooks",
            resource(SCOPED, get(hooks::of_pact).post(hooks::create_in_scope)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/webhooks/status",
            resource(GET, get(triggered_webhooks::status)),
        )
        .route("/triggered-webhooks/{uuid}/logs", resource(GET, get(triggered_webhooks::logs)))
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/version/{version}/triggered-webhooks",
            resource(GET, get(triggered_webhooks::of_pact)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/verification-results/{number}/triggered-webhooks",
            resource(GET, get(triggered_webhooks::of_verification)),
        )
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/metadata/{metadata}/verification-results/{number}/triggered-webhooks",
            resource(GET, get(triggered_webhooks::of_verification_with_metadata)),
        )
}

fn badge_pictures() -> Routes {
    Routes::new()
        .route("/pacts/provider/{provider}/consumer/{consumer}/latest/badge", resource(GET, get(badges::latest)))
        .route("/pacts/provider/{provider}/consumer/{consumer}/latest/{tag}/badge", resource(GET, get(badges::latest)))
        .route(
            "/pacts/provider/{provider}/consumer/{consumer}/latest-untagged/badge",
            resource(GET, get(badges::latest_untagged)),
        )
        .route(
            "/matrix/provider/{provider}/latest/{provider_tag}/consumer/{consumer}/latest/{consumer_tag}/badge",
            resource(GET, get(badges::of_tags)),
        )
        .route(
            "/pacticipants/{pacticipant}/latest-version/{tag}/can-i-deploy/to/{to}/badge",
            resource(GET, get(badges::tag_to_tag)),
        )
        .route(
            "/pacticipants/{pacticipant}/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}/badge",
            resource(GET, get(badges::branch_to_environment)),
        )
        .route("/pacticipants/{pacticipant}/main-branch/can-i-merge/badge", resource(GET, get(badges::can_i_merge)))
}
