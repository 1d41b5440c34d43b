//! `GET /matrix` and `GET /matrix/provider/{p}/consumer/{c}`: questions in the query, verdict and rows in the answer.
//!
//! The status is 200 whatever the verdict. The answer is one of the few documents of this API that show `null`: an absent
//! result is news here. [`super::can_i_deploy`] asks the same questions under shorter addresses. [`super::reasons`] adds why,
//! if the query has `reasons=true`, or if the client does not insist on `application/hal+json`: those who do get exactly the
//! official document.

mod asked;

use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use intact_pact_model::json::{Json, JsonValue};

use crate::api::environments;
use crate::api::extract::{Path, Query};
use crate::api::hal::{Doc, Hal, Link, Written, list};
use crate::api::links::Links;
use crate::api::matrix::asked::Asked;
use crate::api::negotiate::{Accept, HAL};
use crate::api::problem::ApiError;
use crate::api::reasons::reason_document;
use crate::api::text_table::table;
use crate::api::versions::branch_version_item;
use crate::app::App;
use crate::domain::id::VersionId;
use crate::domain::matrix::{MatrixPact, Question, Row};
use crate::domain::matrix_selector::{Criteria, Selector, VersionRef};
use crate::domain::selection_metadata::SelectionMetadata;
use crate::operations::can_i_deploy::{self as operations, Answer, LookedUp, begin, explain, look_up};
use crate::store::version_details::VersionDetails;
use crate::store::{ReadTx, Store};

/// The form of an answer for people.
pub(crate) const TEXT: &str = "text/plain";
/// How many selectors one question may have; each is looked up by itself.
pub(crate) const MOST_SELECTORS: usize = 200;

/// `GET /matrix`
pub(crate) async fn show(
    query: Query,
    accept: Accept,
    State(app): State<App>,
    links: Links,
) -> Result<Response, ApiError> {
    let (question, looked_up, mut tx) = question(&query, &app).await?;
    let answer = answer(&mut tx, &question, looked_up, &query, &accept, &links).await?;
    app.store().done(tx);
    Ok(answer)
}

/// `GET /matrix/provider/{provider}/consumer/{consumer}`
pub(crate) async fn show_pair(
    Path((provider, consumer)): Path<(String, String)>,
    query: Query,
    accept: Accept,
    State(app): State<App>,
    links: Links,
) -> Result<Response, ApiError> {
    accept.choose(&[HAL, TEXT])?;
    let (question, looked_up, mut tx) = question_about_pair(app.store(), consumer, provider).await?;
    let answer = answer(&mut tx, &question, looked_up, &query, &accept, &links).await?;
    app.store().done(tx);
    Ok(answer)
}

/// All versions of two pacticipants, who exist, with what is known about them.
pub(crate) async fn question_about_pair(
    store: &Store,
    consumer: String,
    provider: String,
) -> Result<(Question, LookedUp, ReadTx), ApiError> {
    let any = |name: &str| Selector { pacticipant: name.to_owned(), criteria: Criteria::default() };
    let question = Question::about(vec![any(&consumer), any(&provider)]);
    let mut tx = begin(store, &question).await?;
    let looked_up = look_up(&mut tx, &question).await?;
    if looked_up.named.pacticipant(&provider).is_none() {
        return Err(ApiError::no_provider(&provider));
    }
    if looked_up.named.pacticipant(&consumer).is_none() {
        return Err(ApiError::no_consumer(&consumer));
    }
    Ok((question, looked_up, tx))
}

/// Answers a question in the form the client prefers.
pub(crate) async fn answer(
    tx: &mut ReadTx,
    question: &Question,
    looked_up: LookedUp,
    query: &Query,
    accept: &Accept,
    links: &Links,
) -> Result<Response, ApiError> {
    let form = accept.choose(&[HAL, TEXT])?;
    let answer = operations::answer(tx, question, looked_up).await?;
    if form == TEXT {
        return Ok(([(CONTENT_TYPE, "text/plain;charset=utf-8")], text(&answer)).into_response());
    }
    let mut document = document(&answer, links);
    if query.get("reasons") == Some("true") || !accept.names(HAL) {
        let reasons = explain(tx, &answer.verdict).await?;
        document = document.with("reasons", list(reasons.iter().map(|reason| reason_document(reason, links))));
    }
    Ok(Hal::from(document).into_response())
}

/// Reads the question of a `/matrix` query, and looks up what is known about it; or everything that is wrong with it.
pub(crate) async fn question(query: &Query, app: &App) -> Result<(Question, LookedUp, ReadTx), ApiError> {
    let asked = Asked::of(query);
    if !asked.problems(None).is_empty() {
        // What it names is looked up as well, to say everything at once.
        let (pacticipants, environments) = asked.names();
        let named = app.store().read().await?.matrix().named(&pacticipants, &environments).await?;
        return Err(ApiError::Selectors(asked.problems(Some(&named))));
    }
    let every_provider_version_needs_a_result = app.config().every_provider_version_needs_a_result;
    let question = Question { every_provider_version_needs_a_result, ..asked.question() };
    let mut tx = begin(app.store(), &question).await?;
    let looked_up = look_up(&mut tx, &question).await?;
    let problems = asked.problems(Some(&looked_up.named));
    if problems.is_empty() { Ok((question, looked_up, tx)) } else { Err(ApiError::Selectors(problems)) }
}

/// The answer as a HAL document.
fn document(answer: &Answer, links: &Links) -> Written {
    let Answer { verdict, versions } = answer;
    let count = |n: usize| Json::from(n);
    let summary = Doc::new()
        .nullable("deployable", verdict.deployable)
        .with("reason", verdict.reason())
        .with("success", count(verdict.success))
        .with("failed", count(verdict.failed))
        .with("unknown", count(verdict.unknown))
        .maybe("ignored", verdict.ignored.map(count));
    let notices = verdict
        .notices
        .iter()
        .map(|notice| Doc::new().with("type", notice.kind.as_str()).with("text", notice.text.clone()));
    let mut sides = Sides { versions, links, written: HashMap::new() };
    Written::new().with("summary", summary).with("notices", list(notices)).with_list(
        "matrix",
        &verdict.rows,
        |written, row| write_row(written, row, &mut sides),
    )
}

fn write_row<'a>(written: Written, row: &'a Row, sides: &mut Sides<'a>) -> Written {
    let MatrixPact { consumer, consumer_version, provider, .. } = &*row.pact;
    let links = sides.links;
    let pact = Doc::new()
        .with("createdAt", row.pact.created_at)
        .link("self", Link::to(links.pact(&consumer.name, &provider.name, &consumer_version.number)));
    let result = row.result.as_ref().map(|result| {
        let metadata = SelectionMetadata::of_consumer_version(&consumer_version.number).encode();
        let href = links.verification(&consumer.name, &provider.name, &row.pact.sha, Some(&metadata), result.number);
        Doc::new().with("success", result.success).with("verifiedAt", result.executed_at).link("self", Link::to(href))
    });
    let written = written
        .with_text("consumer", sides.of(&consumer.name, Some(consumer_version)))
        .with_text("provider", sides.of(&provider.name, row.provider_version.as_ref()))
        .with("pact", pact)
        .with("verificationResult", result.map_or(Json::Null, Into::into));
    if row.ignored { written.with("ignored", true) } else { written }
}

/// Both sides of the rows. A version is in as many rows as it has partners, and its text is most of a row.
struct Sides<'a> {
    versions: &'a HashMap<VersionId, VersionDetails>,
    links: &'a Links,
    written: HashMap<(&'a str, Option<VersionId>), String>,
}

impl<'a> Sides<'a> {
    fn of(&mut self, name: &'a str, version: Option<&VersionRef>) -> &str {
        let (versions, links) = (self.versions, self.links);
        self.written.entry((name, version.map(|version| version.id))).or_insert_with(|| {
            let version = version.map(|version| version_document(name, version, versions.get(&version.id), links));
            let side = Doc::new()
                .with("name", name.to_owned())
                .nullable("version", version)
                .link("self", Link::to(links.pacticipant(name)));
            JsonValue::from(side).to_compact()
        })
    }
}

fn version_document(name: &str, version: &VersionRef, details: Option<&VersionDetails>, links: &Links) -> Doc {
    let nothing = VersionDetails::default();
    let VersionDetails { branches, tags, environments: present } = details.unwrap_or(&nothing);
    let number = version.number.as_str();
    let branch_versions = list(branches.iter().map(|branch| {
        let branch = (branch.name.as_str(), branch.is_head);
        branch_version_item(name, number, branch, links)
    }));
    let tags = tags.iter().map(|tag| {
        let link = Link::to(links.tag(name, number, &tag.name));
        Doc::new().with("name", tag.name.clone()).with("latest", tag.is_head).link("self", link)
    });
    Doc::new()
        .with("number", number.to_owned())
        .nullable("branch", branches.last().map(|branch| branch.name.clone()))
        .with("branches", branch_versions.clone())
        .with("branchVersions", branch_versions)
        .with("environments", list(present.iter().map(|environment| environments::brief(environment, links))))
        .with("tags", list(tags))
        .link("self", Link::to(links.version(name, number)))
}

/// The answer as a table and a sentence.
fn text(answer: &Answer) -> String {
    const HEADER: [&str; 7] = ["CONSUMER", "C_VERSION", "REVISION", "PROVIDER", "P_VERSION", "NUMBER", "SUCCESS"];
    let verdict = &answer.verdict;
    let deployable = match verdict.deployable {
        Some(true) => "true",
        Some(false) => "false",
        None => "nil",
    };
    let rows: Vec<[String; 7]> = verdict.rows.iter().map(row_cells).collect();
    format!("{}\n\nDeployable: {deployable}\nReason: {}\n", table(&HEADER, &rows), verdict.reason())
}

fn row_cells(row: &Row) -> [String; 7] {
    let result = row.result.as_ref();
    [
        row.pact.consumer.name.clone(),
        row.pact.consumer_version.number.clone(),
        row.pact.revision.to_string(),
        row.pact.provider.name.clone(),
        row.provider_version.as_ref().map(|version| version.number.clone()).unwrap_or_default(),
        result.map(|result| result.number.to_string()).unwrap_or_default(),
        result.map(|result| result.success.to_string()).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests;
