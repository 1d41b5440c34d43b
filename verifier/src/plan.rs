//! What will be verified, in which order.

use intact_pact_model::Interaction;
use regex::Regex;

use crate::source::SourcedPact;

/// Leaves out interactions and pacts. Without any filter everything is verified.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filters {
    /// Only interactions whose description contains a match.
    pub(crate) description: Option<Regex>,
    /// Only interactions with a provider state that contains a match.
    pub(crate) state: Option<Regex>,
    /// Only interactions without provider states.
    pub(crate) no_state: bool,
    /// Only pacts of these consumers, if there are any.
    pub(crate) consumers: Vec<String>,
    /// Only interactions that failed before.
    pub(crate) only: Option<Vec<FailedInteraction>>,
}

/// An interaction that failed in an earlier run: known by its key, else by its identifier, else by its description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailedInteraction {
    /// Its key in the file.
    pub key: Option<String>,
    /// The identifier that a broker gave it.
    pub id: Option<String>,
    /// Its description.
    pub description: String,
}

impl FailedInteraction {
    fn is(&self, interaction: &Interaction) -> bool {
        match (&self.key, &interaction.key, &self.id, &interaction.id) {
            (Some(failed), Some(own), _, _) | (_, _, Some(failed), Some(own)) => failed == own,
            _ => self.description == interaction.description,
        }
    }
}

impl Filters {
    /// Do they leave out parts of a pact, so that its result would be that of a part?
    pub(crate) fn are_partial(&self) -> bool {
        self.description.is_some() || self.state.is_some() || self.no_state || self.only.is_some()
    }

    fn let_through(&self, interaction: &Interaction) -> bool {
        let states = &interaction.provider_states;
        self.description.as_ref().is_none_or(|wanted| wanted.is_match(&interaction.description))
            && self.state.as_ref().is_none_or(|wanted| states.iter().any(|state| wanted.is_match(&state.name)))
            && (!self.no_state || states.iter().all(|state| state.name.is_empty()))
            && self.only.as_ref().is_none_or(|failed| failed.iter().any(|failed| failed.is(interaction)))
    }
}

/// A pact with those of its interactions that will be verified, in the order of the file.
pub(crate) struct PlannedPact {
    pub(crate) sourced: SourcedPact,
    pub(crate) interactions: Vec<Interaction>,
    /// How many interactions the filters left out.
    pub(crate) left_out: usize,
}

/// Applies the filters. A pact of which nothing is left is left out itself, unless it had no interactions to begin with.
pub(crate) fn plan(pacts: Vec<SourcedPact>, filters: &Filters) -> Vec<PlannedPact> {
    let wanted = |pact: &SourcedPact| filters.consumers.is_empty() || filters.consumers.contains(&pact.pact.consumer);
    pacts
        .into_iter()
        .filter(wanted)
        .map(|mut sourced| {
            let all = std::mem::take(&mut sourced.pact.interactions);
            let count = all.len();
            let interactions: Vec<_> = all.into_iter().filter(|interaction| filters.let_through(interaction)).collect();
            PlannedPact { left_out: count - interactions.len(), interactions, sourced }
        })
        .filter(|pact| !pact.interactions.is_empty() || pact.left_out == 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use intact_pact_model::{HttpRequest, HttpResponse, Kind, ProviderState};

    use super::*;

    fn interaction(description: &str, states: &[&str]) -> Interaction {
        let mut interaction =
            Interaction::new(description, Kind::Http(HttpRequest::default(), HttpResponse::default()));
        interaction.provider_states = states.iter().map(|name| ProviderState::named(*name)).collect();
        interaction
    }

    #[test]
    fn filters_search_and_all_of_them_must_let_an_interaction_through() {
        let regex = |text: &str| Some(Regex::new(text).unwrap());
        let none = Filters::default;
        for (filters, lets_through) in [
            (none(), true),
            (Filters { description: regex("order"), ..none() }, true),
            (Filters { description: regex("^order"), ..none() }, false),
            (Filters { state: regex("42"), ..none() }, true),
            (Filters { state: regex("43"), ..none() }, false),
            (Filters { description: regex("order"), state: regex("43"), ..none() }, false),
            (Filters { no_state: true, ..none() }, false),
        ] {
            let interaction = interaction("an order", &["a user", "order 42 exists"]);
            assert_eq!(filters.let_through(&interaction), lets_through, "{filters:?}");
        }
        assert!(Filters { no_state: true, ..none() }.let_through(&interaction("d", &[])));
        assert!(!Filters { state: regex(""), ..none() }.let_through(&interaction("d", &[])));
    }
}
