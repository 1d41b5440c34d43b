//! The tutorial, a page for each thing that a contract test can be about.
//!
//! Read [`first_test`]; the others when you need them. Every example on these pages is compiled and run.
//!
//! | Page | When you want to |
//! |---|---|
//! | [`first_test`] | write a contract test, and know what it did |
//! | [`matchers`] | say what else would do in place of an example |
//! | [`optional_values`] | deal with what may be `null`, empty or not there |
//! | [`provider_states`] | say what must be the case on the other side |
//! | [`requests`] | describe path, query, headers and cookies |
//! | [`bodies`] | exchange something else than JSON: text, forms, XML, uploads, files |
//! | [`messages`] | handle what comes over a queue or a topic |
//! | [`synchronous_messages`] | send a message that is answered |
//! | [`graphql`] | send queries to a GraphQL API |
//! | [`generators`] | have new values in each run |
//! | [`fixtures`] | test without `async`, share a contract between tests, use `rstest` |
//! | [`annotations`] | leave remarks and links for the provider's people, or mark what is not built yet |
//! | [`pact_files`] | know where files go, what is merged, and which variables there are |
//! | [`failures`] | understand why a test fails |
//! | [`spec_versions`] | write files for older tools |
//! | [`stand_alone`] | use the mock server or the stub from another language |
//! | [`verification`] | hold the provider to the contract, and deploy |
//! | [`from_pact_consumer`] | come from the official Rust crate |

macro_rules! pages {
    ($($name:ident: $page:literal),* $(,)?) => { $(
        #[doc = include_str!($page)]
        pub mod $name {}
    )* };
}

pages! {
    first_test: "guide/first_test.md",
    matchers: "guide/matchers.md",
    optional_values: "guide/optional_values.md",
    provider_states: "guide/provider_states.md",
    requests: "guide/requests.md",
    bodies: "guide/bodies.md",
    messages: "guide/messages.md",
    synchronous_messages: "guide/synchronous_messages.md",
    graphql: "guide/graphql.md",
    generators: "guide/generators.md",
    fixtures: "guide/fixtures.md",
    annotations: "guide/annotations.md",
    pact_files: "guide/pact_files.md",
    failures: "guide/failures.md",
    spec_versions: "guide/spec_versions.md",
    stand_alone: "guide/stand_alone.md",
    verification: "guide/verification.md",
    from_pact_consumer: "guide/from_pact_consumer.md",
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_of_matchers_has_them_all() {
        let page = include_str!("guide/matchers.md");
        let exports = include_str!("matchers.rs").split("pub use self::").skip(1).filter_map(|rest| {
            let (_file, names) = rest.split(';').next()?.split_once("::")?;
            Some(names)
        });
        let names: Vec<&str> = exports
            .flat_map(|names| names.split(|c: char| !c.is_alphanumeric() && c != '_'))
            .filter(|name| name.starts_with(|c: char| c.is_lowercase()))
            .collect();
        assert!(names.contains(&"like") && names.contains(&"optional"), "{names:?}");
        let missing: Vec<_> =
            names.iter().filter(|name| !page.contains(&format!("crate::matchers::{name})"))).collect();
        assert!(missing.is_empty(), "`guide/matchers.md` does not say when to use {missing:?}");
    }
}
