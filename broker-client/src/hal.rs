//! HAL documents: finding a link by its relation, and filling in its template.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::error::{BrokerError, BrokerErrorKind};

/// A link object of a HAL document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it leads; a template if [`templated`](Self::templated), or if it holds `{name}` (some links lack the flag).
    pub href: String,
    /// Whether the broker says that `href` is a template.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub templated: bool,
    /// What the link leads to, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What tells this link from the others of the same relation, for example an environment's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Link {
    /// A link that is no template.
    pub fn to(href: impl Into<String>) -> Self {
        Self { href: href.into(), ..Self::default() }
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            href: text("href")?,
            templated: value.get("templated").and_then(Value::as_bool).unwrap_or_default(),
            title: text("title"),
            name: text("name"),
        })
    }

    /// The href with each `{name}` replaced by its percent-encoded value. `/` and spaces are encoded too, since a value
    /// is always a single segment. A variable that is not given stays as it is.
    pub(crate) fn expand(&self, variables: &[(&str, &str)]) -> Result<String, BrokerError> {
        let mut href = self.href.clone();
        for (variable, value) in variables {
            let placeholder = format!("{{{variable}}}");
            if !href.contains(&placeholder) {
                continue;
            }
            check_name(variable, value)?;
            href = href.replace(&placeholder, &percent_encode(value));
        }
        Ok(href)
    }
}

/// Refuses names that cannot be a segment of a path: URLs lose such segments when they are normalised, so a request would
/// go somewhere else, and what has the name could never be found again.
pub(crate) fn check_name(variable: &str, name: &str) -> Result<(), BrokerError> {
    if name.trim().is_empty() || name == "." || name == ".." {
        let (variable, value) = (variable.to_owned(), name.to_owned());
        return Err(BrokerErrorKind::InvalidName { variable, value }.at("GET", ""));
    }
    Ok(())
}

/// A path of these segments, each encoded as one.
pub(crate) fn path_of(segments: &[&str]) -> Result<String, BrokerError> {
    let mut path = String::new();
    for segment in segments {
        check_name("resource", segment)?;
        path.push('/');
        path.push_str(&percent_encode(segment));
    }
    Ok(path)
}

/// Everything but the unreserved characters of RFC 3986 is encoded.
fn percent_encode(value: &str) -> String {
    const RESERVED: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(value, RESERVED).to_string()
}

/// A document of the broker: its members and its links.
#[derive(Debug, Clone)]
pub struct HalDocument {
    /// Where it was found.
    pub url: Url,
    /// The whole document.
    pub body: Value,
}

impl HalDocument {
    /// The first link of a relation. Names of relations are compared exactly first, then without regard to case.
    pub fn link(&self, relation: &str) -> Option<Link> {
        self.links(relation).into_iter().next()
    }

    /// All links of a relation; none if there is no such relation.
    pub fn links(&self, relation: &str) -> Vec<Link> {
        let Some(Value::Object(relations)) = self.body.get("_links") else { return Vec::new() };
        let found = relations
            .get(relation)
            .or_else(|| relations.iter().find(|(name, _)| name.eq_ignore_ascii_case(relation)).map(|(_, link)| link));
        match found {
            Some(Value::Array(links)) => links.iter().filter_map(Link::read).collect(),
            Some(link) => Link::read(link).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The first link of a relation, or an error that names the document.
    pub(crate) fn require(&self, relation: &str) -> Result<Link, BrokerError> {
        self.link(relation)
            .ok_or_else(|| BrokerErrorKind::NoRelation { relation: relation.to_owned() }.at("GET", self.url.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(links: Value) -> HalDocument {
        let url = Url::parse("http://broker/").expect("a URL");
        HalDocument { url, body: json!({ "_links": links }) }
    }

    #[test]
    fn values_are_encoded_as_one_segment() {
        let link = Link { templated: true, ..Link::to("http://b/pacticipants/{pacticipant}/versions/{version}{?x}") };
        let expanded = link.expand(&[("pacticipant", "A/B Überfrau"), ("version", "1.0.0+feat~a_b-c?#%")]);
        assert_eq!(
            expanded.expect("a URL"),
            "http://b/pacticipants/A%2FB%20%C3%9Cberfrau/versions/1.0.0%2Bfeat~a_b-c%3F%23%25{?x}"
        );
    }

    #[test]
    fn a_value_is_not_a_template_itself() {
        let link = Link::to("/a/{one}/{two}");
        assert_eq!(link.expand(&[("one", "{two}"), ("two", "x")]).expect("a URL"), "/a/%7Btwo%7D/x");
    }

    #[test]
    fn names_that_a_url_cannot_hold_are_refused() {
        for name in ["", " ", ".", ".."] {
            let error = Link::to("/p/{name}").expand(&[("name", name)]).expect_err(name);
            assert!(matches!(error.kind(), BrokerErrorKind::InvalidName { .. }), "{error}");
        }
    }

    #[test]
    fn relations_hold_one_link_or_many_and_unreadable_ones_are_skipped() {
        let document = document(json!({
            "one": { "href": "/1", "title": 7 },
            "many": [{ "href": "/2", "name": "two" }, { "title": "no href" }, null, { "href": "/3" }],
            "PB:Shouted": { "href": "/4", "templated": true },
        }));
        assert_eq!(document.link("one"), Some(Link::to("/1")));
        assert_eq!(document.links("many").iter().map(|link| link.href.as_str()).collect::<Vec<_>>(), ["/2", "/3"]);
        assert_eq!(document.link("pb:shouted").map(|link| link.templated), Some(true));
        assert_eq!(document.link("none"), None);
        assert_eq!(
            document.require("none").expect_err("missing").to_string(),
            "GET http://broker/: the document has no link `none`"
        );
    }
}
