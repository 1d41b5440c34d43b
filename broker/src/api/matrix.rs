//! `GET /matrix` and `GET /matrix/provider/{p}/consumer/{c}`: questions in the query, verdict and rows in the answer.
//!
//! The status is 200 whatever the verdict. The answer is one of the few documents of this API that show `null`: an absent
//! result is news here. [`super::can_i_deploy`] asks the same questions under shorter addresses. [`super::reasons`] adds why,
//! if the query has `reasons=true`, or if the client does not insist on `application/hal+json`: those who do get exactly the
//! official document.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use intact_pact_model::json::{Json, JsonValue};

use crate::api::environments;
use crate::api::extract::{Element, Path, Query};
use crate::api::hal::{Doc, Hal, Link, Written, list};
use crate::api::links::Links;
use crate::api::negotiate::{Accept, HAL};
use crate::api::problem::ApiError;
use crate::api::reasons::reason_document;
use crate::api::text_table::table;
use crate::api::versions::branch_version_item;
use crate::app::App;
use crate::domain::id::VersionId;
use crate::domain::matrix::{DEFAULT_LIMIT, LatestBy, MatrixPact, Question, Row};
use crate::domain::matrix_selector::{Criteria, Selector, VersionRef};
use crate::domain::selection_metadata::SelectionMetadata;
use crate::operations::can_i_deploy::{Answer, can_i_deploy, explain};
use crate::store::ReadTx;
use crate::store::matrix::Named;
use crate::store::version_details::VersionDetails;

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
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    let (mut question, named) = question(&query, &mut tx).await?;
    question.every_provider_version_needs_a_result = app.config().every_provider_version_needs_a_result;
    answer(&mut tx, &question, &named, &query, &accept, &links).await
}

/// `GET /matrix/provider/{provider}/consumer/{consumer}`
pub(crate) async fn show_pair(
    Path((provider, consumer)): Path<(String, String)>,
    query: Query,
    accept: Accept,
    links: Links,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    accept.choose(&[HAL, TEXT])?;
    let (question, named) = question_about_pair(&mut tx, consumer, provider).await?;
    answer(&mut tx, &question, &named, &query, &accept, &links).await
}

/// All versions of two pacticipants, who exist, and these.
pub(crate) async fn question_about_pair(
    tx: &mut ReadTx,
    consumer: String,
    provider: String,
) -> Result<(Question, Named), ApiError> {
    let named = tx.matrix().named(&[&provider, &consumer], &[], &[]).await?;
    if named.pacticipant(&provider).is_none() {
        return Err(ApiError::no_provider(&provider));
    }
    if named.pacticipant(&consumer).is_none() {
        return Err(ApiError::no_consumer(&consumer));
    }
    let any = |pacticipant| Selector { pacticipant, criteria: Criteria::default() };
    Ok((Question::about(vec![any(consumer), any(provider)]), named))
}

/// Answers a question in the form the client prefers.
pub(crate) async fn answer(
    tx: &mut ReadTx,
    question: &Question,
    named: &Named,
    query: &Query,
    accept: &Accept,
    links: &Links,
) -> Result<Response, ApiError> {
    let form = accept.choose(&[HAL, TEXT])?;
    let answer = can_i_deploy(tx, question, named).await?;
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

/// Reads the question of a `/matrix` query, with what it names, or everything that is wrong with it.
pub(crate) async fn question(query: &Query, tx: &mut ReadTx) -> Result<(Question, Named), ApiError> {
    let specified: Vec<_> = query.elements("q").iter().map(named_criteria).collect();
    let ignore: Vec<_> = query.elements("ignore").iter().map(named_criteria).collect();
    // Which version it is about is said by selectors only.
    let target = criteria(|name| if name == "version" { None } else { query.get(name) });

    let texts = |of: fn(&(Option<String>, Criteria)) -> Option<&str>| -> Vec<&str> {
        specified.iter().chain(&ignore).filter_map(of).collect()
    };
    let (names, numbers) = (texts(|(name, _)| name.as_deref()), texts(|(_, criteria)| criteria.version.as_deref()));
    let environments: Vec<&str> = target.environment.as_deref().into_iter().collect();
    let named = tx.matrix().named(&names, &numbers, &environments).await?;
    let mut problems = Vec::new();
    for (name, criteria) in &specified {
        problems.extend(problem_of("", name.as_deref(), criteria));
    }
    let mut unknown: Vec<&str> = Vec::new();
    for name in specified.iter().filter_map(|(name, _)| name.as_deref()) {
        if named.pacticipant(name).is_none() && !unknown.contains(&name) {
            unknown.push(name);
        }
    }
    problems.extend(unknown.into_iter().map(|name| format!("Pacticipant {name} not found")));
    if specified.len() > MOST_SELECTORS || ignore.len() > MOST_SELECTORS {
        problems.push(format!("Please provide at most {MOST_SELECTORS} version selectors."));
    }
    if specified.is_empty() {
        problems.push("Please provide 1 or more version selectors.".to_owned());
    }
    for (name, criteria) in &ignore {
        problems.extend(problem_of(" to ignore", name.as_deref(), criteria));
    }
    if [target.tag.is_some(), target.environment.is_some(), target.main_branch]
        .into_iter()
        .filter(|given| *given)
        .count()
        > 1
    {
        problems.push("Cannot specify more than one of tag, environment and mainBranch.".to_owned());
    }
    if target.latest && target.environment.is_some() {
        problems.push("Cannot specify both latest=true and an environment.".to_owned());
    }
    if let Some(name) = target.environment.as_deref().filter(|name| !named.has_environment(name)) {
        problems.push(format!("Environment with name '{name}' does not exist"));
    }
    let limit =
        filled(query.get("limit")).map_or(Some(DEFAULT_LIMIT), |text| text.parse().ok().filter(|limit| *limit > 0));
    if limit.is_none() {
        problems.push("The limit must be 1 or greater.".to_owned());
    }
    let latest_by = match filled(query.get("latestby")) {
        None => None,
        Some("cvpv") => Some(LatestBy::ConsumerVersionAndProviderVersion),
        Some("cvp") => Some(LatestBy::ConsumerVersionAndProvider),
        Some(other) => {
            problems.push(format!("The latestby value must be cvpv or cvp, not {other}."));
            None
        }
    };
    if !problems.is_empty() {
        return Err(ApiError::Selectors(problems));
    }
    let selectors = |of: Vec<(Option<String>, Criteria)>| -> Vec<Selector> {
        of.into_iter().filter_map(|(name, criteria)| Some(Selector { pacticipant: name?, criteria })).collect()
    };
    let question = Question {
        counts_ignored: !ignore.is_empty(),
        ignore: selectors(ignore),
        target,
        latest_by,
        success: success(query),
        limit: limit.unwrap_or(DEFAULT_LIMIT),
        ..Question::about(selectors(specified))
    };
    Ok((question, named))
}

/// What is wrong with a selector in itself.
fn problem_of(suffix: &str, name: Option<&str>, criteria: &Criteria) -> Option<String> {
    let Some(name) = name else {
        return Some(format!("Please specify the pacticipant name{suffix}"));
    };
    (criteria.latest && criteria.version.is_some())
        .then(|| format!("A version number and latest flag cannot both be specified for {name}{suffix}"))
}

/// A selector of a query, which may lack its pacticipant.
fn named_criteria(element: &Element<'_>) -> (Option<String>, Criteria) {
    (filled(element.get("pacticipant")).map(str::to_owned), criteria(|name| element.get(name)))
}

fn criteria<'q>(value: impl Fn(&str) -> Option<&'q str>) -> Criteria {
    let text = |name| filled(value(name)).map(str::to_owned);
    Criteria {
        version: text("version"),
        latest: value("latest") == Some("true"),
        branch: text("branch"),
        tag: text("tag"),
        environment: text("environment"),
        main_branch: value("mainBranch") == Some("true"),
    }
}

fn filled(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

fn success(query: &Query) -> Vec<Option<bool>> {
    query
        .every("success")
        .filter_map(|value| match value {
            "true" => Some(Some(true)),
            "false" => Some(Some(false)),
            "" => Some(None),
            _ => None,
        })
        .collect()
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
    let number = &version.number;
    let branch_versions = list(branches.iter().map(|branch| branch_version_item(name, branch, links)));
    let tags = tags.iter().map(|tag| {
        let link = Link::to(links.tag(name, number, &tag.name));
        Doc::new().with("name", tag.name.clone()).with("latest", tag.is_head).link("self", link)
    });
    Doc::new()
        .with("number", number.clone())
        .nullable("branch", branches.last().map(|branch| branch.branch.clone()))
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
