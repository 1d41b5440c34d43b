//! The matrix for people: questions by a form, answers as a table.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State as Shared;

use crate::api::extract::{Path, Query};
use crate::api::matrix::{question, question_about_pair};
use crate::api::pacts::Pair;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::domain::id::VersionId;
use crate::domain::matrix::{Question, Row};
use crate::domain::notice::NoticeKind;
use crate::operations::can_i_deploy::{Answer, answer};
use crate::pages::PageBody;
use crate::pages::shown::{Moment, State, VersionShown};
use crate::pages::site::Site;
use crate::store::ReadTx;
use crate::store::version_details::VersionDetails;

/// How many names the form proposes.
const PROPOSALS: i64 = 500;

#[derive(Template)]
#[template(path = "matrix.html")]
struct MatrixPage {
    site: Site,
    title: String,
    /// The form, unless the address says what the question is.
    form: Option<Form>,
    /// The verdict, if something was to be decided.
    verdict: Option<VerdictShown>,
    /// The rows, if something was asked.
    rows: Option<Vec<MatrixRow>>,
    /// Whether there may be more rows.
    cut: bool,
}

struct Form {
    pacticipant: String,
    version: String,
    environment: String,
    names: Vec<String>,
    /// The environments by name, as they are called.
    environments: Vec<(String, String)>,
}

struct VerdictShown {
    state: State,
    notices: Vec<(&'static str, String)>,
}

struct MatrixRow {
    consumer: String,
    consumer_version: VersionShown,
    pact: String,
    published: Moment,
    provider: String,
    provider_version: Option<VersionShown>,
    state: State,
    verified: Option<Moment>,
    ignored: bool,
}

impl MatrixRow {
    fn new(row: &Row, versions: &HashMap<VersionId, VersionDetails>, site: &Site) -> Self {
        let pact = &row.pact;
        let version =
            |of: &crate::domain::matrix_selector::VersionRef| VersionShown::new(&of.number, versions.get(&of.id));
        Self {
            consumer: pact.consumer.name.clone(),
            consumer_version: version(&pact.consumer_version),
            pact: site.links().pact(&pact.consumer.name, &pact.provider.name, &pact.consumer_version.number),
            published: pact.created_at.into(),
            provider: pact.provider.name.clone(),
            provider_version: row.provider_version.as_ref().map(version),
            state: row.success().into(),
            verified: row.result.as_ref().map(|result| result.executed_at.into()),
            ignored: row.ignored,
        }
    }
}

impl VerdictShown {
    fn of(answer: &Answer) -> Self {
        let (class, word) = match answer.verdict.deployable {
            Some(true) => ("good", "Can be deployed"),
            Some(false) => ("bad", "Cannot be deployed"),
            None => ("open", "Not known yet"),
        };
        let notice = |notice: &crate::domain::notice::Notice| {
            let class = match notice.kind {
                NoticeKind::Success => "good",
                NoticeKind::Error => "bad",
                _ => "open",
            };
            (class, notice.text.clone())
        };
        Self { state: State { class, word }, notices: answer.verdict.notices.iter().map(notice).collect() }
    }
}

fn table(answer: &Answer, question: &Question, site: &Site) -> (Vec<MatrixRow>, bool) {
    let rows = &answer.verdict.rows;
    let shown = rows.iter().map(|row| MatrixRow::new(row, &answer.versions, site)).collect();
    (shown, rows.len() == question.limit)
}

/// `GET /matrix`: without a question the form alone.
pub(crate) async fn ask(
    query: Query,
    Shared(app): Shared<App>,
    mut tx: ReadTx,
    site: Site,
) -> Result<PageBody, ApiError> {
    let (names, _) = tx.pacticipants().list(None, None, (PROPOSALS, 0)).await?;
    let environments = tx.environments().list().await?;
    // The question has a connection of its own, and whoever waits for one must not hold another.
    drop(tx);
    let given = |key: &str| query.get(key).unwrap_or_default().to_owned();
    let form = Form {
        pacticipant: given("q[][pacticipant]"),
        version: given("q[][version]"),
        environment: given("environment"),
        names: names.into_iter().map(|pacticipant| pacticipant.name).collect(),
        environments: environments.iter().map(|of| (of.name.clone(), of.shown_name().to_owned())).collect(),
    };
    let mut page =
        MatrixPage { site, title: "Matrix".to_owned(), form: Some(form), verdict: None, rows: None, cut: false };
    if !query.is_blank() {
        let (question, looked_up, mut tx) = question(&query, &app).await?;
        let answer = answer(&mut tx, &question, looked_up).await?;
        let (rows, cut) = table(&answer, &question, &page.site);
        page.verdict = question.infers().then(|| VerdictShown::of(&answer));
        (page.rows, page.cut) = (Some(rows), cut);
    }
    PageBody::of(&page)
}

/// `GET /matrix/provider/{provider}/consumer/{consumer}`
pub(crate) async fn of_pair(
    Path((provider, consumer)): Path<Pair>,
    Shared(app): Shared<App>,
    site: Site,
) -> Result<PageBody, ApiError> {
    let title = format!("Matrix of {consumer} and {provider}");
    let (question, looked_up, mut tx) = question_about_pair(app.store(), consumer, provider).await?;
    let answer = answer(&mut tx, &question, looked_up).await?;
    let (rows, cut) = table(&answer, &question, &site);
    PageBody::of(&MatrixPage { site, title, form: None, verdict: None, rows: Some(rows), cut })
}
