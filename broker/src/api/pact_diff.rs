//! What changed between two contents of a pact, as text: `C/version/{number}/diff/…`, `C/pact-version/{sha}/diff/…`.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use intact_pact_model::json::Json;

use crate::api::extract::Path;
use crate::api::links::Links;
use crate::api::matrix::TEXT;
use crate::api::negotiate::Accept;
use crate::api::problem::ApiError;
use crate::app::App;
use crate::domain::contract_diff::contract_diff;
use crate::domain::pact::PublishedPact;
use crate::domain::timestamp::Timestamp;
use crate::store::ReadTx;

/// `GET C/version/{number}/diff/previous-distinct`
pub(crate) async fn with_previous_distinct(
    accept: Accept,
    State(app): State<App>,
    Path((provider, consumer, number)): Path<(String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    accept.choose(&[TEXT])?;
    let pact = db.pacts().of_version(&consumer, &provider, &number).await?.ok_or(ApiError::NotFound)?;
    match db.pacts().previous_distinct(&pact).await? {
        Some(previous) => diff(db, &previous, &pact, app.now(), &links).await,
        None => Ok(text(format!("No previous distinct version was found for {}", pact.name()))),
    }
}

/// `GET C/version/{number}/diff/version/{other}`
pub(crate) async fn with_version(
    accept: Accept,
    State(app): State<App>,
    Path((provider, consumer, number, other)): Path<(String, String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    accept.choose(&[TEXT])?;
    let pact = db.pacts().of_version(&consumer, &provider, &number).await?.ok_or(ApiError::NotFound)?;
    let other = db.pacts().of_version(&consumer, &provider, &other).await?.ok_or(ApiError::NotFound)?;
    diff(db, &other, &pact, app.now(), &links).await
}

/// `GET C/pact-version/{sha}/diff/pact-version/{other}`
pub(crate) async fn with_content(
    accept: Accept,
    State(app): State<App>,
    Path((provider, consumer, sha, other)): Path<(String, String, String, String)>,
    mut db: ReadTx,
    links: Links,
) -> Result<Response, ApiError> {
    accept.choose(&[TEXT])?;
    let pact = db.pacts().with_content(&consumer, &provider, &sha, &[]).await?.ok_or(ApiError::NotFound)?;
    let other = db.pacts().with_content(&consumer, &provider, &other, &[]).await?.ok_or(ApiError::NotFound)?;
    diff(db, &other, &pact, app.now(), &links).await
}

async fn diff(
    mut db: ReadTx,
    old: &PublishedPact,
    new: &PublishedPact,
    now: Timestamp,
    links: &Links,
) -> Result<Response, ApiError> {
    let olds = db.pacts().content(old.pact_content_id).await?;
    let news = db.pacts().content(new.pact_content_id).await?;
    let changed_at = db.pacts().followed_at(old).await?.unwrap_or(new.created_at);
    drop(db);
    // Long contents take long to compare.
    let comparing = tokio::task::spawn_blocking(move || match (Json::parse(&olds), Json::parse(&news)) {
        (Ok(old), Ok(new)) => contract_diff(&old, &new),
        _ => String::new(),
    });
    let changes = comparing.await.map_err(|error| ApiError::internal(&error))?;
    let link = |pact: &PublishedPact| {
        let href = links.pact(&pact.consumer, &pact.provider, &pact.number);
        format!("  title: Pact\n  name: {}\n  href: {href}\n", pact.name())
    };
    Ok(text(format!(
        "# Diff between versions {} and {} of the pact between {} and {}\n\n\
         The following changes were made {} ago ({})\n\n\
         {changes}\n\n\
         ## Links\n\n\
         pact-version:\n{}\
         comparison-pact-version:\n{}",
        old.number,
        new.number,
        new.consumer,
        new.provider,
        in_words(now.since(changed_at)),
        changed_at.for_people(),
        link(new),
        link(old),
    )))
}

fn text(text: String) -> Response {
    ([(CONTENT_TYPE, "text/plain;charset=utf-8")], text).into_response()
}

/// A duration as people say it: `less than a minute`, `about 3 hours`.
fn in_words(duration: Duration) -> String {
    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;
    const MONTH: u64 = 30 * DAY;
    const YEAR: u64 = 365 * DAY;
    let said = |about: &str, count: u64, unit: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{about}{count} {unit}{s}")
    };
    let minutes = (duration.as_secs() + 30) / 60;
    let nearest = |unit: u64| ((minutes + unit / 2) / unit).max(1);
    match minutes {
        0 => "less than a minute".to_owned(),
        1..45 => said("", minutes, "minute"),
        45..DAY => said("about ", nearest(HOUR), "hour"),
        DAY..MONTH => said("", nearest(DAY), "day"),
        MONTH..YEAR => said("about ", nearest(MONTH), "month"),
        _ => said("about ", nearest(YEAR), "year"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{on_every_database, pact};

    const PAIR: &str = "/pacts/provider/Orders/consumer/Web";

    #[tokio::test]
    async fn a_pact_is_compared_with_the_last_one_that_was_different() {
        on_every_database(async |broker| {
            broker.publish("Web", "1", "Orders", &pact("Web", "Orders", "/old")).await.expect(201);
            broker.pass(Duration::from_hours(2));
            for number in ["2", "3"] {
                broker.publish("Web", number, "Orders", &pact("Web", "Orders", "/new")).await.expect(201);
            }
            broker.pass(Duration::from_hours(3));

            let pact = broker.get(&format!("{PAIR}/version/3")).await.expect(200);
            let previous = broker.get(&pact.link("pb:previous-distinct")).await.expect(200);
            let diff =
                broker.send(http::Method::GET, &pact.link("pb:diff-previous-distinct"), &[], "").await.expect(200);

            assert_eq!(previous.link("self"), format!("http://broker{PAIR}/version/1"));
            broker.get(&previous.link("pb:previous-distinct")).await.expect(404);
            insta::allow_duplicates! { insta::assert_snapshot!(diff.body, @r#"
            # Diff between versions 1 and 3 of the pact between Web and Orders

            The following changes were made about 3 hours ago (Thu 01 Jan 2026, 2:00am +00:00)

             {
               "interactions": [
                 {
            -      "description": "a request for /old",
            +      "description": "a request for /new",
                   "request": {
            -        "path": "/old"
            +        "path": "/new"
                   }
                 }
               ]

            ## Links

            pact-version:
              title: Pact
              name: Pact between Web (3) and Orders
              href: http://broker/pacts/provider/Orders/consumer/Web/version/3
            comparison-pact-version:
              title: Pact
              name: Pact between Web (1) and Orders
              href: http://broker/pacts/provider/Orders/consumer/Web/version/1
            "#) };
        })
        .await;
    }

    #[tokio::test]
    async fn two_versions_and_two_contents_are_compared_as_asked() {
        on_every_database(async |broker| {
            for number in ["1", "2", "3"] {
                broker
                    .publish("Web", number, "Orders", &pact("Web", "Orders", &format!("/{number}")))
                    .await
                    .expect(201);
            }
            let text = async |path: &str| broker.send(http::Method::GET, path, &[("accept", "text/plain")], "").await;

            let backwards = text(&format!("{PAIR}/version/1/diff/version/3")).await.expect(200);
            assert!(backwards.body.starts_with("# Diff between versions 3 and 1"), "{}", backwards.body);
            let first = broker.get(&format!("{PAIR}/version/1")).await.expect(200).json();
            let diff = first["_links"]["pb:diff"]["href"].as_str().unwrap().to_owned();
            let last = broker.get(&format!("{PAIR}/version/3")).await.expect(200).json();
            let sha = last["_links"]["pb:pact-version"]["name"].as_str().unwrap().to_owned();
            let contents = text(&diff.replace("{pactVersion}", &sha)).await.expect(200);
            assert_eq!(contents.body, backwards.body);
            let none = text(&format!("{PAIR}/version/1/diff/previous-distinct")).await.expect(200);
            assert_eq!(none.body, "No previous distinct version was found for Pact between Web (1) and Orders");
            text(&format!("{PAIR}/version/1/diff/version/9")).await.expect(404);
            broker.get(&format!("{PAIR}/version/1/diff/version/3")).await.expect(406);
        })
        .await;
    }

    #[test]
    fn durations_are_said_in_the_largest_unit_that_fits() {
        for (seconds, words) in [
            (29, "less than a minute"),
            (60, "1 minute"),
            (44 * 60, "44 minutes"),
            (45 * 60, "about 1 hour"),
            (3 * 3600, "about 3 hours"),
            (24 * 3600, "1 day"),
            (6 * 24 * 3600, "6 days"),
            (40 * 24 * 3600, "about 1 month"),
            (800 * 24 * 3600, "about 2 years"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
