//! The question in the query of `/matrix`, and what may be wrong with it.

use crate::api::extract::{Element, Query};
use crate::api::matrix::MOST_SELECTORS;
use crate::domain::matrix::{DEFAULT_LIMIT, LatestBy, Question};
use crate::domain::matrix_selector::{Criteria, Selector};
use crate::store::matrix::Named;

/// A question as it was asked, which need not make sense.
pub(super) struct Asked {
    specified: Vec<(Option<String>, Criteria)>,
    ignore: Vec<(Option<String>, Criteria)>,
    target: Criteria,
    success: Vec<Option<bool>>,
    /// Unless it is no number from 1.
    limit: Option<usize>,
    /// Or what was asked for instead.
    latest_by: Result<Option<LatestBy>, String>,
}

impl Asked {
    pub(super) fn of(query: &Query) -> Self {
        let given = |name| filled(query.get(name));
        Self {
            specified: query.elements("q").iter().map(named_criteria).collect(),
            ignore: query.elements("ignore").iter().map(named_criteria).collect(),
            // Which version it is about is said by selectors only.
            target: criteria(|name| if name == "version" { None } else { query.get(name) }),
            success: success(query),
            limit: given("limit").map_or(Some(DEFAULT_LIMIT), |text| text.parse().ok().filter(|limit| *limit > 0)),
            latest_by: match given("latestby") {
                None => Ok(None),
                Some("cvpv") => Ok(Some(LatestBy::ConsumerVersionAndProviderVersion)),
                Some("cvp") => Ok(Some(LatestBy::ConsumerVersionAndProvider)),
                Some(other) => Err(other.to_owned()),
            },
        }
    }

    /// The pacticipants and environments that it names.
    pub(super) fn names(&self) -> (Vec<&str>, Vec<&str>) {
        let selectors = self.specified.iter().chain(&self.ignore);
        let pacticipants = selectors.filter_map(|(name, _)| name.as_deref()).collect();
        (pacticipants, self.target.environment.as_deref().into_iter().collect())
    }

    /// Everything that is wrong with it; as far as can be told without knowing what there is, if that is not given.
    pub(super) fn problems(&self, named: Option<&Named>) -> Vec<String> {
        let Self { specified, ignore, target, .. } = self;
        let mut problems = Vec::new();
        for (name, criteria) in specified {
            problems.extend(problem_of("", name.as_deref(), criteria));
        }
        let mut unknown: Vec<&str> = Vec::new();
        for name in specified.iter().filter_map(|(name, _)| name.as_deref()) {
            if named.is_some_and(|named| named.pacticipant(name).is_none()) && !unknown.contains(&name) {
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
        for (name, criteria) in ignore {
            problems.extend(problem_of(" to ignore", name.as_deref(), criteria));
        }
        let targets = [target.tag.is_some(), target.environment.is_some(), target.main_branch];
        if targets.into_iter().filter(|given| *given).count() > 1 {
            problems.push("Cannot specify more than one of tag, environment and mainBranch.".to_owned());
        }
        if target.latest && target.environment.is_some() {
            problems.push("Cannot specify both latest=true and an environment.".to_owned());
        }
        let is_unknown = |name: &&str| named.is_some_and(|named| !named.has_environment(name));
        if let Some(name) = target.environment.as_deref().filter(is_unknown) {
            problems.push(format!("Environment with name '{name}' does not exist"));
        }
        if self.limit.is_none() {
            problems.push("The limit must be 1 or greater.".to_owned());
        }
        if let Err(other) = &self.latest_by {
            problems.push(format!("The latestby value must be cvpv or cvp, not {other}."));
        }
        problems
    }

    /// The question, if nothing is wrong with it.
    pub(super) fn question(&self) -> Question {
        let selectors = |of: &[(Option<String>, Criteria)]| -> Vec<Selector> {
            let selector = |(name, criteria): &(Option<String>, Criteria)| {
                Some(Selector { pacticipant: name.clone()?, criteria: criteria.clone() })
            };
            of.iter().filter_map(selector).collect()
        };
        Question {
            counts_ignored: !self.ignore.is_empty(),
            ignore: selectors(&self.ignore),
            target: self.target.clone(),
            latest_by: self.latest_by.as_ref().copied().unwrap_or_default(),
            success: self.success.clone(),
            limit: self.limit.unwrap_or(DEFAULT_LIMIT),
            ..Question::about(selectors(&self.specified))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_count_as_absent() {
        let query = Query::of(Some("q[][pacticipant]=A&q[][version]=&q[][mainBranch]=false"));

        let elements = query.elements("q");

        assert_eq!(named_criteria(&elements[0]), (Some("A".to_owned()), Criteria::default()));
    }
}
