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
use crate::domain::matrix_selector::{Criteria, ResolvedSelector, Selector};
use crate::operations::can_i_deploy::{LookedUp, begin, look_up};
use crate::store::ReadTx;
use crate::store::matrix::Named;

/// `GET /can-i-deploy?pacticipant=&version=&environment=` (or `to=`, a tag)
pub(crate) async fn show(
    query: Query,
    accept: Accept,
    State(app): State<App>,
    links: Links,
) -> Result<Response, ApiError> {
    let question = question(&query, &app);
    let too_many = question.ignore.len() > MOST_SELECTORS;
    if too_many || check(&query, None).is_err() {
        // What it names is looked up as well, to say everything at once.
        let Selector { pacticipant, .. } = &question.selectors[0];
        let environments: Vec<&str> = question.target.environment.as_deref().into_iter().collect();
        let named = app.store().read().await?.matrix().named(&[pacticipant.as_str()], &environments).await?;
        check(&query, Some(&named))?;
        return Err(FieldErrors::one("ignore", format!("size cannot be greater than {MOST_SELECTORS}")).into());
    }
    let mut tx = begin(app.store(), &question).await?;
    let looked_up = look_up(&mut tx, &question).await?;
    check(&query, Some(&looked_up.named))?;
    let answer = answer(&mut tx, &question, looked_up, &query, &accept, &links).await?;
    app.store().done(tx);
    Ok(answer)
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
    let looked_up = existing(&mut tx, &question).await?;
    answer(&mut tx, &question, looked_up, &query, &accept, &links).await
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
    let looked_up = existing(&mut tx, &question).await?;
    answer(&mut tx, &question, looked_up, &query, &accept, &links).await
}

/// What is known about the question, if all that it names is there: the pacticipants with such versions, and the environment.
async fn existing(tx: &mut ReadTx, question: &Question) -> Result<LookedUp, ApiError> {
    let looked_up = look_up(tx, question).await?;
    let environment = question.target.environment.as_deref();
    let is_missing = looked_up.facts.specified().any(ResolvedSelector::is_missing)
        || environment.is_some_and(|name| !looked_up.named.has_environment(name));
    if is_missing { Err(ApiError::NotFound) } else { Ok(looked_up) }
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

/// The question of the query, whether or not it makes sense.
fn question(query: &Query, app: &App) -> Question {
    let filled = |name| filled(query, name);
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
    Question { counts_ignored: !ignore.is_empty(), ignore, ..question }
}

fn filled<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.get(name).filter(|value| !value.is_empty())
}

/// Everything that is wrong with the query; as far as can be told without knowing what there is, if that is not given.
fn check(query: &Query, named: Option<&Named>) -> Result<(), FieldErrors> {
    let filled = |name| filled(query, name);
    let (pacticipant, version) = (filled("pacticipant"), filled("version"));
    let (environment, tag) = (filled("environment"), filled("to"));
    let mut errors = FieldErrors::new();
    match pacticipant {
        None => errors.add("pacticipant", IS_MISSING),
        Some(name) if named.is_some_and(|named| named.pacticipant(name).is_none()) => {
            errors.add("pacticipant", "does not match an existing pacticipant");
        }
        Some(_) => {}
    }
    if version.is_none() {
        errors.add("version", IS_MISSING);
    }
    if let Some(name) = environment.filter(|name| named.is_some_and(|named| !named.has_environment(name))) {
        errors.add("environment", format!("with name '{name}' does not exist"));
    }
    match (environment, tag) {
        (None, None) => errors.add("", "Must specify either an environment or a 'to' tag."),
        (Some(_), Some(_)) => errors.add("", "Cannot specify both a 'to' tag and an environment."),
        _ => {}
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

#[cfg(test)]
mod tests;
