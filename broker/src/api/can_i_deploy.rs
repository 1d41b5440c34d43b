//! `GET /can-i-deploy` and its kin: the questions to the matrix that a pipeline asks before a deployment.

use axum::extract::State;
use axum::response::Response;

use crate::api::extract::{Path, Query};
use crate::api::links::Links;
use crate::api::matrix::{MOST_SELECTORS, TEXT, answer};
use crate::api::negotiate::{Accept, HAL};
use crate::api::problem::ApiError;
use crate::api::validation::{FieldErrors, IS_MISSING};
use crate::app::App;
use crate::domain::matrix::{LatestBy, Question};
use crate::domain::matrix_selector::{Criteria, Selector};
use crate::operations::can_i_deploy::named;
use crate::store::ReadTx;
use crate::store::matrix::Named;

/// `GET /can-i-deploy?pacticipant=&version=&environment=` (or `to=`, a tag)
pub(crate) async fn show(
    query: Query,
    accept: Accept,
    State(app): State<App>,
    links: Links,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    let (question, named) = question(&query, &mut tx, &app).await?;
    answer(&mut tx, &question, &named, &query, &accept, &links).await
}

/// `GET /pacticipants/{pacticipant}/branches/{branch}/latest-version/can-i-deploy/to-environment/{environment}`
pub(crate) async fn branch_to_environment(
    Path((pacticipant, branch, environment)): Path<(String, String, String)>,
    query: Query,
    accept: Accept,
    State(app): State<App>,
    links: Links,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    accept.choose(&[HAL, TEXT])?;
    let criteria = Criteria { branch: Some(branch), latest: true, ..Criteria::default() };
    let target = Criteria { environment: Some(environment), ..Criteria::default() };
    let selector = Selector { pacticipant, criteria };
    let question = about(selector, target, LatestBy::ConsumerVersionAndProviderVersion, &app);
    let named = existing(&mut tx, &question).await?;
    answer(&mut tx, &question, &named, &query, &accept, &links).await
}

/// `GET /pacticipants/{pacticipant}/latest-version/{tag}/can-i-deploy/to/{to}`
pub(crate) async fn tag_to_tag(
    Path((pacticipant, tag, to)): Path<(String, String, String)>,
    query: Query,
    accept: Accept,
    State(app): State<App>,
    links: Links,
    mut tx: ReadTx,
) -> Result<Response, ApiError> {
    accept.choose(&[HAL, TEXT])?;
    let criteria = Criteria { tag: Some(tag), latest: true, ..Criteria::default() };
    let target = Criteria { tag: Some(to), latest: true, ..Criteria::default() };
    let question = about(Selector { pacticipant, criteria }, target, LatestBy::ConsumerVersionAndProvider, &app);
    let named = existing(&mut tx, &question).await?;
    answer(&mut tx, &question, &named, &query, &accept, &links).await
}

/// What the question names, if all of it is there: the pacticipants with such versions, and the environment.
async fn existing(tx: &mut ReadTx, question: &Question) -> Result<Named, ApiError> {
    let named = named(tx, question).await?;
    for Selector { pacticipant, criteria } in &question.selectors {
        let id = named.pacticipant(pacticipant).ok_or(ApiError::NotFound)?.id;
        if tx.matrix().versions_matching(&[id], criteria).await?.is_empty() {
            return Err(ApiError::NotFound);
        }
    }
    match &question.target.environment {
        Some(environment) if !named.has_environment(environment) => Err(ApiError::NotFound),
        _ => Ok(named),
    }
}

/// A question whose verdict no number of rows may change, so all of them are shown.
fn about(selector: Selector, target: Criteria, latest_by: LatestBy, app: &App) -> Question {
    Question {
        target,
        latest_by: Some(latest_by),
        limit: usize::MAX,
        every_provider_version_needs_a_result: app.config().every_provider_version_needs_a_result,
        ..Question::about(vec![selector])
    }
}

/// The question of the query, and what it names.
async fn question(query: &Query, tx: &mut ReadTx, app: &App) -> Result<(Question, Named), ApiError> {
    let filled = |name| query.get(name).filter(|value| !value.is_empty());
    let (pacticipant, version) = (filled("pacticipant"), filled("version"));
    let (environment, tag) = (filled("environment"), filled("to"));
    let ignore: Vec<Selector> = query
        .elements("ignore")
        .into_iter()
        .filter_map(|element| {
            let pacticipant = element.get("pacticipant").or_else(|| element.bare())?;
            let version = element.get("version").filter(|version| !version.is_empty());
            let criteria = Criteria { version: version.map(str::to_owned), ..Criteria::default() };
            Some(Selector { pacticipant: pacticipant.to_owned(), criteria })
        })
        .collect();
    let selector = Selector {
        pacticipant: pacticipant.unwrap_or_default().to_owned(),
        criteria: Criteria { version: version.map(str::to_owned), ..Criteria::default() },
    };
    let question = if environment.is_some() {
        let target = Criteria { environment: environment.map(str::to_owned), ..Criteria::default() };
        about(selector, target, LatestBy::ConsumerVersionAndProviderVersion, app)
    } else {
        let target = Criteria { tag: tag.map(str::to_owned), latest: true, ..Criteria::default() };
        about(selector, target, LatestBy::ConsumerVersionAndProvider, app)
    };
    let question = Question { counts_ignored: !ignore.is_empty(), ignore, ..question };
    let named = named(tx, &question).await?;

    let mut errors = FieldErrors::new();
    match pacticipant {
        None => errors.add("pacticipant", IS_MISSING),
        Some(name) if named.pacticipant(name).is_none() => {
            errors.add("pacticipant", "does not match an existing pacticipant");
        }
        Some(_) => {}
    }
    if version.is_none() {
        errors.add("version", IS_MISSING);
    }
    if let Some(name) = environment.filter(|name| !named.has_environment(name)) {
        errors.add("environment", format!("with name '{name}' does not exist"));
    }
    match (environment, tag) {
        (None, None) => errors.add("", "Must specify either an environment or a 'to' tag."),
        (Some(_), Some(_)) => errors.add("", "Cannot specify both a 'to' tag and an environment."),
        _ => {}
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    if question.ignore.len() > MOST_SELECTORS {
        return Err(FieldErrors::one("ignore", format!("size cannot be greater than {MOST_SELECTORS}")).into());
    }
    Ok((question, named))
}

#[cfg(test)]
mod tests;
