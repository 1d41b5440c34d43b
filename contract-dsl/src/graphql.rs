//! GraphQL over HTTP: a `POST` with the operation as JSON.
//!
//! Only [`Upcoming::graphql`] makes such an interaction: a body is never taken for GraphQL because it looks like it. The
//! document is compared by a regular expression in which every run of white space stands for any, as the JavaScript library of
//! Pact writes it, so that verifiers of every language agree.

use serde::ser::{Error as _, Serialize, Serializer};

use crate::http::{Request, Upcoming};
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
        if self.document.trim().is_empty() {
            return Err(S::Error::custom("the document of a GraphQL operation is empty"));
        }
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

/// The document as a regular expression, in which a run of white space is any white space, or none. Character by character what
/// the JavaScript library makes of it, so that contracts of both are the same.
fn tolerant(document: &str) -> String {
    let mut pattern = String::with_capacity(document.len() * 2);
    let mut in_space = false;
    for c in document.chars() {
        if is_space(c) {
            if !in_space {
                pattern.push_str(r"\s*");
            }
            in_space = true;
            continue;
        }
        in_space = false;
        if r"-[]/{}()*+?.\^$|".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// White space as JavaScript's regular expressions have it: the byte order mark is, the control character "next line" is not.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Derived by hand from what the JavaScript library (`@pact-foundation/pact` 17) does: first a backslash before each of
    /// `-[]/{}()*+?.\^$|`, then `\s*` for each run of `\s`.
    #[test]
    fn documents_become_the_expressions_of_the_javascript_library() {
        for (document, expected) in [
            ("{ a }", r"\{\s*a\s*\}"),
            ("{a}", r"\{a\}"),
            (
                "query {\n  product(id: $id) { name }\n}\n",
                r"query\s*\{\s*product\(id:\s*\$id\)\s*\{\s*name\s*\}\s*\}\s*",
            ),
            (
                "query Products($first: Int! = 10, $tags: [String!]) {\r\n\tproducts(first: $first, tags: $tags) {\r\n\t\t...Parts @include(if: true)\r\n\t}\r\n}",
                r"query\s*Products\(\$first:\s*Int!\s*=\s*10,\s*\$tags:\s*\[String!\]\)\s*\{\s*products\(first:\s*\$first,\s*tags:\s*\$tags\)\s*\{\s*\.\.\.Parts\s*@include\(if:\s*true\)\s*\}\s*\}",
            ),
            (
                "mutation { rate(id: \"a-1/b\", stars: -5, note: \"1 + 1 = 2? ^_^ | a\\\\b\") { id } }",
                r#"mutation\s*\{\s*rate\(id:\s*"a\-1\/b",\s*stars:\s*\-5,\s*note:\s*"1\s*\+\s*1\s*=\s*2\?\s*\^_\^\s*\|\s*a\\\\b"\)\s*\{\s*id\s*\}\s*\}"#,
            ),
            (
                "# all & everything, 100%\n{ a: b(x: 1.5), c }",
                r"#\s*all\s*&\s*everything,\s*100%\s*\{\s*a:\s*b\(x:\s*1\.5\),\s*c\s*\}",
            ),
            ("\u{feff}{ a\u{a0}b\u{2028}c\u{85}d größe }", "\\s*\\{\\s*a\\s*b\\s*c\u{85}d\\s*größe\\s*\\}"),
        ] {
            assert_eq!(tolerant(document), expected, "{document:?}");
        }
    }

    #[test]
    fn only_what_is_given_is_in_the_body() {
        let body = Template::of(&GraphQl::document("{ a }"));
        assert_eq!(body.example(), serde_json::json!({ "query": "{ a }" }));
        let error = Template::of(&GraphQl::document(" \n")).split().expect_err("nothing is asked for").to_string();
        assert_eq!(error, "the document of a GraphQL operation is empty");
    }
}
