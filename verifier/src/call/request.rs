//! The request of an interaction, as it travels.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use intact_pact_model::{Body, Headers, HttpRequest};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Origin;
use crate::execute::InteractionError;

/// What a path may not hold as it is. `%` is not among them: a path that is encoded already stays as it is.
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^');

/// What a query that is sent as the contract has it may not hold as it is.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\'')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^');

/// The expected request, with `custom` headers in place of its own of the same name.
pub(crate) fn of(
    expected: &HttpRequest,
    origin: &Origin,
    custom: &HeaderMap,
) -> Result<Request<Bytes>, InteractionError> {
    let mut headers = header_map(&expected.headers)?;
    let body = match &expected.body {
        Body::Present(content) => {
            if !headers.contains_key(CONTENT_TYPE)
                && let Some(own) = expected.content_type().and_then(|own| HeaderValue::try_from(own.to_string()).ok())
            {
                headers.insert(CONTENT_TYPE, own);
            }
            content.bytes.clone()
        }
        Body::Null if expected.headers.content_type().is_some_and(|own| own.is_json()) => Bytes::from_static(b"null"),
        Body::Null | Body::Missing | Body::Empty => Bytes::new(),
    };
    add_custom(&mut headers, custom);
    let method = Method::from_bytes(expected.method.as_bytes())
        .map_err(|_| unusable(format!("`{}` is not a method", expected.method)))?;
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = target(expected, &origin.base_path)?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// Custom headers replace the request's own of the same name.
pub(crate) fn add_custom(headers: &mut HeaderMap, custom: &HeaderMap) {
    for name in custom.keys() {
        headers.remove(name);
    }
    headers.extend(custom.iter().map(|(name, value)| (name.clone(), value.clone())));
}

/// Base path, path and query, encoded only where they could not be sent otherwise.
fn target(expected: &HttpRequest, base_path: &str) -> Result<Uri, InteractionError> {
    let mut text = base_path.trim_end_matches('/').to_owned();
    if !expected.path.starts_with('/') {
        text.push('/');
    }
    text.extend(utf8_percent_encode(&expected.path, NOT_IN_PATH));
    match expected.query.raw() {
        Some("") => {}
        Some(raw) => {
            text.push('?');
            text.extend(utf8_percent_encode(raw, NOT_IN_QUERY));
        }
        None => {
            // A name without values makes no parameter.
            let query = expected.query.to_query_string();
            if !query.is_empty() {
                text.push('?');
                text.push_str(&query);
            }
        }
    }
    let target = PathAndQuery::try_from(text.as_str())
        .map_err(|error| unusable(format!("`{text}` is no path and query: {error}")))?;
    Ok(Uri::from(target))
}

/// Headers as lines. Values of a list that came from one line travel in one line again; others have a line each.
/// `Content-Length` is the business of whoever sends the request.
pub(crate) fn header_map(headers: &Headers) -> Result<HeaderMap, InteractionError> {
    let mut map = HeaderMap::new();
    for (name, values) in headers.iter() {
        let header = HeaderName::try_from(name).map_err(|_| unusable(format!("`{name}` is not a header name")))?;
        if header == CONTENT_LENGTH {
            continue;
        }
        let is_list = Headers::split_line(name, "a,b").len() == 2;
        let lines = if is_list { vec![values.join(", ")] } else { values.to_vec() };
        for line in lines {
            let value = HeaderValue::from_bytes(line.as_bytes())
                .map_err(|_| unusable(format!("header `{name}` cannot have the value {line:?}")))?;
            map.append(header.clone(), value);
        }
    }
    Ok(map)
}

fn unusable(reason: String) -> InteractionError {
    InteractionError::Request { reason }
}

#[cfg(test)]
mod tests {
    use intact_pact_model::{ContentType, Query};
    use url::Url;

    use super::*;

    fn origin(url: &str) -> Origin {
        Origin::of(&Url::parse(url).unwrap())
    }

    fn uri_of(path: &str, query: Query, base: &str) -> String {
        let expected = HttpRequest { path: path.to_owned(), query, ..HttpRequest::default() };
        of(&expected, &origin(base), &HeaderMap::new()).unwrap().uri().to_string()
    }

    #[test]
    fn path_and_query_are_sent_as_they_are_written() {
        let mut parameters = Query::default();
        parameters.append("q", Some("a&b c".to_owned()));
        parameters.append("flag", None);
        for (path, query, base, sent) in [
            ("/a%2Fb/é c", Query::default(), "http://x", "/a%2Fb/%C3%A9%20c"),
            ("/a//b/../c/", Query::default(), "http://x/api/", "/api/a//b/../c/"),
            ("no/slash", Query::default(), "http://x", "/no/slash"),
            ("", Query::default(), "http://x/base", "/base/"),
            ("/", Query::parse("b=1&a=x+y%20z&é"), "http://x", "/?b=1&a=x+y%20z&%C3%A9"),
            ("/", parameters, "http://x", "/?q=a%26b+c&flag"),
        ] {
            assert_eq!(uri_of(path, query, base), sent);
        }
    }

    #[test]
    fn lists_travel_in_one_line_and_other_repeated_headers_in_several() {
        let mut headers = Headers::default();
        headers.append_line("Accept", "text/html, */*");
        headers.append("X-Tag", ["a".to_owned(), "b".to_owned()]);
        headers.append("Content-Length", ["99".to_owned()]);
        headers.append("Host", ["shop.example".to_owned()]);
        let map = header_map(&headers).unwrap();
        assert_eq!(map.get_all("accept").iter().collect::<Vec<_>>(), ["text/html, */*"]);
        assert_eq!(map.get_all("x-tag").iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(map["host"], "shop.example", "providers may tell their customers apart by it");
        assert!(!map.contains_key("content-length"));
    }

    #[test]
    fn a_body_brings_its_content_type_and_custom_headers_win() {
        let expected = HttpRequest { body: Body::new("{}", Some(ContentType::json())), ..HttpRequest::default() };
        let request = of(&expected, &origin("http://x"), &HeaderMap::new()).unwrap();
        assert_eq!(request.headers()["content-type"], "application/json");

        let custom = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/plain"))]);
        let request = of(&expected, &origin("http://x"), &custom).unwrap();
        assert_eq!(request.headers().get_all("content-type").iter().collect::<Vec<_>>(), ["text/plain"]);
    }

    #[test]
    fn a_null_body_is_sent_as_json_only_where_the_header_says_json() {
        let mut expected = HttpRequest { body: Body::Null, ..HttpRequest::default() };
        assert_eq!(of(&expected, &origin("http://x"), &HeaderMap::new()).unwrap().body(), "");
        expected.headers.append_line("Content-Type", "application/json");
        assert_eq!(of(&expected, &origin("http://x"), &HeaderMap::new()).unwrap().body(), "null");
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let mut expected = HttpRequest { method: "GE T".to_owned(), ..HttpRequest::default() };
        expected.headers.append("X-A", ["a\nb".to_owned()]);
        let error = of(&expected, &origin("http://x"), &HeaderMap::new()).unwrap_err();
        assert_eq!(error.to_string(), r#"the request cannot be sent: header `X-A` cannot have the value "a\nb""#);
        expected.headers = Headers::default();
        let error = of(&expected, &origin("http://x"), &HeaderMap::new()).unwrap_err();
        assert_eq!(error.to_string(), "the request cannot be sent: `GE T` is not a method");
    }
}
