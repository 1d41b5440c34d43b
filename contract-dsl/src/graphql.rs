//! GraphQL over HTTP: a `POST` with the operation as JSON.
//!
//! Only [`Upcoming::graphql`] makes such an interaction: a body is never taken for GraphQL because it looks like it. The
//! document is compared by a regular expression in which every run of white space stands for any, as the JavaScript library of
//! Pact writes it, so that verifiers of every language agree.

use serde::{Serialize, Serializer};

use crate::http::{Request, Upcoming};
use crate::matchers::escape;
use crate::template::Template;

/// A GraphQL operation: the document, and what goes with it.
///
/// ```
/// use intact::matchers::like;
/// use intact::{Contract, GraphQl, json_like};
///
/// let contract = Contract::between("order-service", "product-service").upon_receiving("a query for product 42", |i| {
///     i.given("product 42 exists")
///         .graphql(
///             "/graphql",
///             GraphQl::document("query Product($id: ID!) { product(id: $id) { name } }")
///                 .operation("Product")
///                 .variables(json_like!({ "id": "42" })),
///         )
///         .will_respond_with(200)
///         .json(json_like!({ "data": { "product": { "name": like("Desk") } } }))
/// });
/// assert!(contract.pact().is_ok());
/// ```
#[derive(Debug, Clone)]
#[must_use = "give it to `graphql`"]
pub struct GraphQl {
    document: String,
    operation: Option<String>,
    variables: Option<Template>,
}

impl GraphQl {
    /// The document with the query or mutation, as the client sends it but for white space.
    pub fn document(document: impl Into<String>) -> Self {
        Self { document: document.into(), operation: None, variables: None }
    }

    /// The name of the operation, if the client sends it.
    pub fn operation(self, name: impl Into<String>) -> Self {
        Self { operation: Some(name.into()), ..self }
    }

    /// The values of variables: an object, with matchers where the client may send something else.
    pub fn variables(self, variables: impl Serialize) -> Self {
        Self { variables: Some(Template::of(&variables)), ..self }
    }
}

/// The body of the request.
impl Serialize for GraphQl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let operation = self.operation.as_ref().map(|name| ("operationName", Template::of(name)));
        let query = ("query", crate::matchers::regex(&tolerant(&self.document), &self.document));
        let variables = self.variables.clone().map(|variables| ("variables", variables));
        serializer.collect_map(operation.into_iter().chain([query]).chain(variables))
    }
}

impl Upcoming {
    /// A `POST` of a GraphQL operation to the path, which usually is `/graphql`.
    pub fn graphql(self, path: impl Serialize, operation: GraphQl) -> Request {
        self.post(path).json(operation)
    }
}

/// The document as a regular expression, in which a run of white space is any white space, or none.
fn tolerant(document: &str) -> String {
    let mut pattern = String::new();
    let mut word = String::new();
    for c in document.chars() {
        if !c.is_whitespace() {
            word.push(c);
            continue;
        }
        pattern.push_str(&escape(&std::mem::take(&mut word)));
        if !pattern.ends_with(r"\s*") {
            pattern.push_str(r"\s*");
        }
    }
    pattern + &escape(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_white_space_become_optional_space() {
        insta::assert_snapshot!(tolerant("query {\n  product(id: $id) { name }\n}\n"), @r"query\s*\{\s*product\(id:\s*\$id\)\s*\{\s*name\s*\}\s*\}\s*");
    }

    #[test]
    fn only_what_is_given_is_in_the_body() {
        let body = Template::of(&GraphQl::document("{ a }"));
        assert_eq!(body.example(), serde_json::json!({ "query": "{ a }" }));
    }
}
