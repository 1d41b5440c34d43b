//! An application: what is known of it, with whom it has contracts, and its versions.

use std::collections::HashSet;

use askama::Template;

use crate::api::extract::Path;
use crate::api::page::Paging;
use crate::api::problem::ApiError;
use crate::domain::version::Version;
use crate::pages::PageBody;
use crate::pages::shown::{Moment, Pager, VersionShown, outside};
use crate::pages::site::Site;
use crate::pages::start::{IntegrationRow, rows};
use crate::store::ReadTx;
use crate::store::versions::VersionScope;

#[derive(Template)]
#[template(path = "pacticipant.html")]
struct PacticipantPage {
    site: Site,
    name: String,
    shown_name: Option<String>,
    main_branch: Option<String>,
    /// Where its source is, as given, and if a browser may be sent there.
    repository: Option<(String, Option<String>)>,
    labels: Vec<String>,
    rows: Vec<IntegrationRow>,
    versions: Vec<VersionRow>,
    pager: Pager,
}

struct VersionRow {
    version: VersionShown,
    created: Moment,
    build: Option<String>,
}

/// `GET /pacticipants/{pacticipant}`
pub(crate) async fn show(
    Path(name): Path<String>,
    Paging(page): Paging,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    let pacticipant = tx.pacticipants().find(&name).await?.ok_or_else(|| ApiError::no_pacticipant(&name))?;
    let page = Pager::bounded(page);
    let labels = tx.pacticipants().labels(&[pacticipant.id]).await?;
    let (mut integrations, _) = tx.integrations().list(Some(&name), (i64::MAX, 0)).await?;
    integrations.retain(|integration| integration.consumer == name || integration.provider == name);
    let rows = rows(&mut tx, &integrations).await?;
    let (versions, total) = tx.versions().list(pacticipant.id, VersionScope::All, (page.size, page.offset())).await?;
    let ids: HashSet<_> = versions.iter().map(|version| version.id).collect();
    let details = tx.version_details(&ids).await?;
    let row = |version: &Version| VersionRow {
        version: VersionShown::new(&version.number, details.get(&version.id)),
        created: version.created_at.into(),
        build: outside(version.build_url.as_deref()),
    };
    PageBody::of(&PacticipantPage {
        pager: Pager::new(page, total, &site.links().pacticipant(&name), &[]),
        site,
        shown_name: pacticipant.display_name.filter(|shown| *shown != name),
        name,
        main_branch: pacticipant.main_branch,
        repository: pacticipant.repository_url.map(|address| {
            let link = outside(Some(&address));
            (address, link)
        }),
        labels: labels.into_iter().map(|label| label.name).collect(),
        rows,
        versions: versions.iter().map(row).collect(),
    })
}
