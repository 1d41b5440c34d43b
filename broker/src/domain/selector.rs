//! Consumer version selectors: which consumer versions' pacts a provider wants to verify.
//!
//! A selector as it is sent ([`ConsumerVersionSelector`]) has twelve properties, most combinations of which are refused with
//! texts of their own. What is left is one of few [`Wanted`] kinds, and that is all the rest of the broker sees.

use std::collections::HashSet;

use intact_pact_model::json::{Json, Object};

/// A consumer version selector as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ConsumerVersionSelector {
    /// The head of each consumer's main branch.
    pub(crate) main_branch: bool,
    /// The head of a branch.
    pub(crate) branch: Option<Branch>,
    /// The branch to look at where a consumer has no pact at the head of `branch`.
    pub(crate) fallback_branch: Option<String>,
    /// The head of the branch called like the provider's.
    pub(crate) matching_branch: bool,
    /// Versions with a tag.
    pub(crate) tag: Option<String>,
    /// The tag to look for when no consumer has a pact for `tag`.
    pub(crate) fallback_tag: Option<String>,
    /// Only the newest of them.
    pub(crate) latest: Option<bool>,
    /// Only this consumer.
    pub(crate) consumer: Option<String>,
    /// Versions that are deployed.
    pub(crate) deployed: bool,
    /// Versions that are released and supported.
    pub(crate) released: bool,
    /// Both.
    pub(crate) deployed_or_released: bool,
    /// Only in this environment.
    pub(crate) environment: Option<String>,
}

/// Which branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Branch {
    /// Every branch there is: `"branch": true`.
    Any,
    /// The one of this name.
    Named(String),
}

/// What one selector, or half of one, wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Demand {
    /// Which versions.
    pub(crate) wanted: Wanted,
    /// Only of this consumer.
    pub(crate) consumer: Option<String>,
}

/// Which versions are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The head of the consumer's main branch.
    MainBranch {
        /// Whether the client asked for it; the default selectors leave no trace of "latest" in the pact's address.
        asked: bool,
    },
    /// The head of a branch.
    Branch {
        /// Which.
        branch: Branch,
        /// Where to look for consumers without a pact there.
        fallback: Option<String>,
    },
    /// The newest version with a tag.
    LatestTag {
        /// Which.
        tag: String,
        /// The tag to look for when nothing was found.
        fallback: Option<String>,
    },
    /// Every version with a tag.
    Tag {
        /// Which.
        tag: String,
        /// Whether the client said `latest: false`.
        said_not_latest: bool,
    },
    /// The newest version that has a pact.
    Latest,
    /// Versions that are deployed, in one environment or anywhere.
    Deployed(Option<String>),
    /// Versions that are released and supported, in one environment or anywhere.
    Released(Option<String>),
    /// Versions that are deployed to, or released in, an environment.
    InEnvironment(String),
}

impl ConsumerVersionSelector {
    /// Reads a selector, or everything that is wrong with the types of its properties.
    pub(crate) fn read(element: &Json<'_>) -> Result<Self, Vec<String>> {
        let Json::Object(object) = element else {
            return Err(vec!["must be a hash".to_owned()]);
        };
        let mut reader = Reader { object, faults: Vec::new() };
        let selector = Self {
            main_branch: reader.only_true("mainBranch", "main_branch"),
            branch: reader.branch(),
            fallback_branch: reader.text("fallbackBranch", "fallback_branch"),
            matching_branch: reader.only_true("matchingBranch", "matching_branch"),
            tag: reader.text("tag", "tag"),
            fallback_tag: reader.text("fallbackTag", "fallback_tag"),
            latest: reader.boolean("latest"),
            consumer: reader.text("consumer", "consumer"),
            deployed: reader.only_true("deployed", "deployed"),
            released: reader.only_true("released", "released"),
            deployed_or_released: reader.only_true("deployedOrReleased", "deployed_or_released"),
            environment: reader.text("environment", "environment"),
        };
        if reader.faults.is_empty() { Ok(selector) } else { Err(reader.faults) }
    }

    /// Which rules the selector breaks, in the order they are told.
    pub(crate) fn problems(&self, has_provider_branch: bool, environments: &HashSet<String>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut rule = |broken: bool, text: &str| {
            if broken {
                problems.push(text.to_owned());
            }
        };
        let given = |names: &[&str]| self.given().into_iter().any(|name| !names.contains(&name));
        let is_latest = self.latest == Some(true);
        let anchored = self.main_branch
            || self.tag.is_some()
            || self.branch.is_some()
            || self.environment.is_some()
            || self.matching_branch
            || self.deployed
            || self.released
            || self.deployed_or_released
            || is_latest;
        rule(self.consumer.as_deref().is_some_and(|name| name.trim().is_empty()), "consumer cannot be blank");
        rule(
            !anchored,
            "must specify a value for environment or tag or branch, or specify mainBranch=true, matchingBranch=true, \
             latest=true, deployed=true, released=true or deployedOrReleased=true",
        );
        rule(
            self.main_branch && given(&["mainBranch", "consumer", "latest"]),
            "cannot specify mainBranch=true with any other criteria apart from consumer",
        );
        rule(self.main_branch && self.latest == Some(false), "cannot specify mainBranch=true with latest=false");
        rule(
            self.matching_branch && given(&["matchingBranch", "consumer"]),
            "cannot specify matchingBranch=true with any other criteria apart from consumer",
        );
        rule(
            self.matching_branch && !has_provider_branch,
            "the providerVersionBranch must be specified when the selector matchingBranch=true is used",
        );
        rule(self.tag.is_some() && self.branch.is_some(), "cannot specify both a tag and a branch");
        if let Some(text) = self.mixed_fields() {
            rule(true, &text);
        }
        rule(self.fallback_tag.is_some() && !is_latest, "fallbackTag can only be set if latest is true");
        rule(
            self.fallback_tag.is_some() && self.tag.is_none(),
            "a tag must be specified when a fallbackTag is specified",
        );
        rule(
            self.fallback_branch.is_some() && self.branch.is_none(),
            "a branch must be specified when a fallbackBranch is specified",
        );
        let not_latest = self.latest == Some(false);
        rule(self.fallback_branch.is_some() && not_latest, "fallbackBranch can only be set if latest is true");
        rule(self.branch.is_some() && not_latest, "cannot specify a branch with latest=false");
        if let Some(name) = self.environment.as_ref().filter(|name| !environments.contains(*name)) {
            rule(true, &format!("environment with name '{name}' does not exist"));
        }
        rule(self.deployed && self.released, "cannot specify both deployed=true and released=true");
        rule(
            self.deployed && self.deployed_or_released,
            "cannot specify both deployed=true and deployedOrReleased=true",
        );
        rule(
            self.released && self.deployed_or_released,
            "cannot specify both released=true and deployedOrReleased=true",
        );
        problems
    }

    /// The names of the properties that are set.
    fn given(&self) -> Vec<&'static str> {
        [
            ("mainBranch", self.main_branch),
            ("branch", self.branch.is_some()),
            ("fallbackBranch", self.fallback_branch.is_some()),
            ("matchingBranch", self.matching_branch),
            ("tag", self.tag.is_some()),
            ("fallbackTag", self.fallback_tag.is_some()),
            ("latest", self.latest.is_some()),
            ("consumer", self.consumer.is_some()),
            ("deployed", self.deployed),
            ("released", self.released),
            ("deployedOrReleased", self.deployed_or_released),
            ("environment", self.environment.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect()
    }

    /// Refuses properties of branches and tags beside those of environments.
    fn mixed_fields(&self) -> Option<String> {
        const OF_ENVIRONMENTS: [&str; 4] = ["deployed", "deployedOrReleased", "environment", "released"];
        let (of_environments, mut of_branches): (Vec<_>, Vec<_>) = self
            .given()
            .into_iter()
            .filter(|name| *name != "consumer")
            .partition(|name| OF_ENVIRONMENTS.contains(name));
        let mut of_environments = of_environments;
        if of_environments.is_empty() || of_branches.is_empty() {
            return None;
        }
        let fields = |names: &mut Vec<&str>| {
            names.sort_unstable();
            format!("{} {}", if names.len() > 1 { "fields" } else { "field" }, names.join("/"))
        };
        let (branches, environments) = (fields(&mut of_branches), fields(&mut of_environments));
        Some(format!("cannot specify the {branches} with the {environments}"))
    }

    /// What the selector wants, once it breaks no rule.
    pub(crate) fn demands(&self, provider_branch: Option<&str>) -> Vec<Demand> {
        let environment = || self.environment.clone();
        let wanted = if self.main_branch {
            vec![Wanted::MainBranch { asked: true }]
        } else if self.matching_branch {
            let branch = Branch::Named(provider_branch.unwrap_or_default().to_owned());
            vec![Wanted::Branch { branch, fallback: None }]
        } else if let Some(branch) = &self.branch {
            vec![Wanted::Branch { branch: branch.clone(), fallback: self.fallback_branch.clone() }]
        } else if let Some(tag) = self.tag.clone() {
            match self.latest {
                Some(true) => vec![Wanted::LatestTag { tag, fallback: self.fallback_tag.clone() }],
                latest => vec![Wanted::Tag { tag, said_not_latest: latest == Some(false) }],
            }
        } else if self.deployed_or_released {
            vec![Wanted::Deployed(environment()), Wanted::Released(environment())]
        } else if self.deployed {
            vec![Wanted::Deployed(environment())]
        } else if self.released {
            vec![Wanted::Released(environment())]
        } else if let Some(environment) = environment() {
            vec![Wanted::InEnvironment(environment)]
        } else {
            vec![Wanted::Latest]
        };
        wanted.into_iter().map(|wanted| Demand { wanted, consumer: self.consumer.clone() }).collect()
    }
}

/// PostgreSQL cannot compare a text with one.
const NULL_CHARACTER: &str = "cannot contain a null character";

struct Reader<'j> {
    object: &'j Object<'j>,
    faults: Vec<String>,
}

impl Reader<'_> {
    /// A property under its name, or the spelling of old clients.
    fn value(&self, name: &str, snake_case: &str) -> Option<&Json<'_>> {
        self.object.get(name).or_else(|| self.object.get(snake_case))
    }

    fn only_true(&mut self, name: &str, snake_case: &str) -> bool {
        let fault = match self.value(name, snake_case) {
            None => return false,
            Some(Json::Bool(true)) => return true,
            Some(Json::Null) => "must be filled",
            Some(_) => "must be one of: true",
        };
        self.faults.push(format!("{name} {fault}"));
        false
    }

    fn boolean(&mut self, name: &str) -> Option<bool> {
        let fault = match self.value(name, name) {
            None => return None,
            Some(Json::Bool(value)) => return Some(*value),
            Some(Json::Null) => "must be filled",
            Some(_) => "must be one of: true, false",
        };
        self.faults.push(format!("{name} {fault}"));
        None
    }

    fn text(&mut self, name: &str, snake_case: &str) -> Option<String> {
        let fault = match self.value(name, snake_case) {
            None => return None,
            Some(Json::String(text)) if text.contains('\0') => NULL_CHARACTER,
            Some(Json::String(text)) if !text.is_empty() => return Some(text.clone().into_owned()),
            Some(Json::Null | Json::String(_)) => "must be filled",
            Some(_) => "must be a string",
        };
        self.faults.push(format!("{name} {fault}"));
        None
    }

    fn branch(&mut self) -> Option<Branch> {
        let fault = match self.object.get("branch") {
            None => return None,
            Some(Json::Bool(true)) => return Some(Branch::Any),
            Some(Json::String(name)) if name.contains('\0') => NULL_CHARACTER,
            Some(Json::String(name)) if !name.is_empty() => return Some(Branch::Named(name.clone().into_owned())),
            Some(Json::Null | Json::String(_)) => "must be filled",
            Some(_) => "must be a string or branch must be equal to true",
        };
        self.faults.push(format!("branch {fault}"));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(selector: &str) -> Vec<String> {
        let json = Json::parse(selector.as_bytes()).unwrap();
        match ConsumerVersionSelector::read(&json) {
            Ok(selector) => selector.problems(false, &HashSet::from(["test".to_owned()])),
            Err(faults) => faults,
        }
    }

    #[test]
    fn properties_of_the_wrong_type_are_refused_by_name() {
        for (selector, fault) in [
            ("1", "must be a hash"),
            (r#"{"mainBranch":false}"#, "mainBranch must be one of: true"),
            (r#"{"latest":"yes"}"#, "latest must be one of: true, false"),
            (r#"{"tag":""}"#, "tag must be filled"),
            (r#"{"tag":null}"#, "tag must be filled"),
            (r#"{"tag":1}"#, "tag must be a string"),
            (r#"{"branch":"a\u0000"}"#, "branch cannot contain a null character"),
            (r#"{"branch":false}"#, "branch must be a string or branch must be equal to true"),
        ] {
            assert_eq!(faults(selector), [fault], "{selector}");
        }
    }

    #[test]
    fn combinations_that_mean_nothing_are_refused() {
        let nothing = "must specify a value for environment or tag or branch, or specify mainBranch=true, \
                       matchingBranch=true, latest=true, deployed=true, released=true or deployedOrReleased=true";
        for (selector, expected) in [
            ("{}", vec![nothing]),
            (r#"{"latest":false}"#, vec![nothing]),
            (r#"{"consumer":" ","latest":true}"#, vec!["consumer cannot be blank"]),
            (
                r#"{"mainBranch":true,"tag":"a"}"#,
                vec!["cannot specify mainBranch=true with any other criteria apart from consumer"],
            ),
            (r#"{"mainBranch":true,"latest":false}"#, vec!["cannot specify mainBranch=true with latest=false"]),
            (
                r#"{"matchingBranch":true}"#,
                vec!["the providerVersionBranch must be specified when the selector matchingBranch=true is used"],
            ),
            (r#"{"tag":"a","branch":"b"}"#, vec!["cannot specify both a tag and a branch"]),
            (
                r#"{"tag":"a","latest":true,"deployed":true}"#,
                vec!["cannot specify the fields latest/tag with the field deployed"],
            ),
            (r#"{"tag":"a","fallbackTag":"b"}"#, vec!["fallbackTag can only be set if latest is true"]),
            (r#"{"fallbackTag":"b","latest":true}"#, vec!["a tag must be specified when a fallbackTag is specified"]),
            (
                r#"{"fallbackBranch":"b","latest":true}"#,
                vec!["a branch must be specified when a fallbackBranch is specified"],
            ),
            (
                r#"{"branch":"a","fallbackBranch":"b","latest":false}"#,
                vec!["fallbackBranch can only be set if latest is true", "cannot specify a branch with latest=false"],
            ),
            (r#"{"environment":"x"}"#, vec!["environment with name 'x' does not exist"]),
            (
                r#"{"deployed":true,"released":true,"deployedOrReleased":true}"#,
                vec![
                    "cannot specify both deployed=true and released=true",
                    "cannot specify both deployed=true and deployedOrReleased=true",
                    "cannot specify both released=true and deployedOrReleased=true",
                ],
            ),
        ] {
            assert_eq!(faults(selector), expected, "{selector}");
        }
    }

    #[test]
    fn old_clients_spell_in_snake_case_and_unknown_properties_do_not_matter() {
        assert!(faults(r#"{"main_branch":true,"colour":"red"}"#).is_empty());
    }

    #[test]
    fn deployed_or_released_is_two_wishes() {
        let json = Json::parse(br#"{"deployedOrReleased":true,"environment":"test","consumer":"Web"}"#).unwrap();
        let demands = ConsumerVersionSelector::read(&json).unwrap().demands(None);
        let environment = || Some("test".to_owned());
        let consumer = || Some("Web".to_owned());
        assert_eq!(
            demands,
            [
                Demand { wanted: Wanted::Deployed(environment()), consumer: consumer() },
                Demand { wanted: Wanted::Released(environment()), consumer: consumer() },
            ]
        );
    }
}
