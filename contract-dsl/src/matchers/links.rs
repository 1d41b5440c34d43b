//! URLs.

use intact_pact_model::Json;
use serde::ser::Serialize;

use super::text::{escape, regex};
use crate::template::{GENERATOR, Template};

/// A URL whose path ends in these segments, whatever host it leads to. The example leads to the mock server, so that the
/// consumer's test can follow it.
///
/// Segments are a list or tuple of texts and of matchers that are written as `regex`. Written as a `regex` rule with a
/// `MockServerURL` generator (V3 and later). See [`url_at`] for an example with a fixed host.
///
/// ```
/// use intact::matchers::{regex, url};
///
/// let link = url(("products", regex(r"\d+", "42")));
/// assert_eq!(link.example(), "http://localhost:8080/products/42");
/// ```
pub fn url(segments: impl Serialize) -> Template {
    let link = url_at("http://localhost:8080", segments);
    let example = link.as_json().and_then(|json| json.get("value")).cloned().unwrap_or_default();
    link.with(GENERATOR, "MockServerURL").with("example", example)
}

/// A URL whose path ends in these segments, whatever host it leads to; `base` is the host of the example.
///
/// Written as a `regex` rule (V2 and later). Segments are those of [`url`].
///
/// ```
/// use intact::matchers::{regex, url_at};
///
/// let link = url_at("https://shop.example", ("products", regex(r"\d+", "42")));
/// assert_eq!(link.example(), "https://shop.example/products/42");
/// ```
pub fn url_at(base: &str, segments: impl Serialize) -> Template {
    let segments = Template::of(&segments);
    let Some(json) = segments.as_json() else { return segments };
    let Some(segments) = json.as_array().filter(|segments| !segments.is_empty()) else {
        return Template::senseless("the segments of a URL are a list or tuple, such as `(\"products\", \"42\")`");
    };
    let (mut pattern, mut example) = (String::new(), base.trim_end_matches('/').to_owned());
    for segment in segments {
        let (part, text) = match segment {
            Json::Object(matcher) => {
                let part = matcher.get("regex").and_then(Json::as_str).map(|regex| format!("(?:{regex})"));
                (part, matcher.get("value").cloned().unwrap_or_default())
            }
            Json::String(_) | Json::Number(_) => (Some(escape(&segment.to_text())), segment.clone()),
            _ => (None, Json::Null),
        };
        let Some(part) = part else {
            return Template::senseless("a segment of a URL is a text, or a matcher that is written as `regex`");
        };
        pattern = format!("{pattern}/{part}");
        example = format!("{example}/{}", text.to_text());
    }
    regex(&format!(".*({pattern})$"), example)
}
