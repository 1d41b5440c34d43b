//! Names that a person may have meant to be one.

/// The existing names that `new` is confusingly like; none if `new` itself exists.
pub(crate) fn similar_to<'n>(new: &str, existing: &'n [String]) -> Vec<&'n str> {
    if existing.iter().any(|name| name == new) {
        return Vec::new();
    }
    let key = words(new);
    existing.iter().filter(|name| words(name) == key).map(String::as_str).collect()
}

/// What is left of a name without case, punctuation, plurals, and the words everybody adds.
fn words(name: &str) -> Vec<String> {
    let mut spelled = String::with_capacity(name.len() + 4);
    let letters: Vec<char> = name.replace("::", "/").chars().collect();
    for (i, &letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).map(|before| letters[before]);
        let next_is_small = letters.get(i + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && next_is_small)
            });
        if begins {
            spelled.push('_');
        }
        match letter {
            ' ' | '-' => spelled.push('_'),
            letter => spelled.extend(letter.to_lowercase()),
        }
    }
    spelled
        .split('_')
        .map(|word| word.strip_suffix('s').unwrap_or(word).to_owned())
        .filter(|word| !word.is_empty() && !["api", "provider", "service"].contains(&word.as_str()))
        .collect()
}

/// What is answered when the first pact of `new` is refused because of `existing` names.
pub(crate) fn refusal(new: &str, existing: &[&str], base_url: &str) -> String {
    let list = existing.iter().map(|name| format!("* {name}\n")).collect::<Vec<_>>().concat();
    format!(
        "This is the first time a pact has been published for \"{new}\".\n\
         The name \"{new}\" is very similar to the following existing pacticipants:\n\
         {list}\
         If you meant to specify one of the above names, please correct the pact configuration, and re-publish the pact.\n\
         If the pact is intended to be for a new consumer or provider, please manually create \"{new}\" using the following \
         command from the Pact Broker CLI, and then re-publish the pact:\n\n\
         pact-broker create-or-update-pacticipant --name \"{new}\" --broker-base-url {base_url}\n\n\
         For information on the Pact Broker CLI see https://docs.pact.io/go/pbc-cli\n\
         To disable this check, set `check_for_potential_duplicate_pacticipant_names` to false in the configuration.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_spelling_only_are_similar() {
        let existing = ["Checkout Web".to_owned(), "Order API".to_owned()];

        for name in ["Checkout web", "Checkout-Web", "checkout web service", "CheckoutWebs"] {
            assert_eq!(similar_to(name, &existing), ["Checkout Web"], "{name}");
        }
        assert_eq!(similar_to("orders", &existing), ["Order API"]);
    }

    #[test]
    fn an_existing_name_is_similar_to_nothing() {
        let existing = ["Checkout Web".to_owned(), "Checkout-Web".to_owned()];

        assert!(similar_to("Checkout Web", &existing).is_empty());
        assert!(similar_to("Billing", &existing).is_empty());
    }
}
