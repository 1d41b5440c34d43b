//! Interactions that were made with plugins. Intact runs none, so what a plugin would compare or make is taken as it stands in
//! the contract; that is said wherever it may be the reason for what people see.

/// What it means that `what` was made with these plugins, if there are any.
pub(crate) fn warning(what: &str, plugins: &[String]) -> Option<String> {
    let (word, its) = match plugins.len() {
        0 => return None,
        1 => ("plugin", "its"),
        _ => ("plugins", "their"),
    };
    let names = plugins.join(", ");
    Some(format!(
        "{what} was made with the {word} {names}, which Intact does not run: {its} rules and generators are not applied"
    ))
}
