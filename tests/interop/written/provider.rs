//! A provider of everything that the contracts name. Its answers keep them, mostly with other values than the examples.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::contracts::PNG;

/// The provider, on a thread of its own until the process ends.
pub(super) struct Provider {
    pub(super) port: u16,
    broken: Arc<AtomicBool>,
}

impl Provider {
    pub(super) fn start() -> Self {
        let broken = Arc::new(AtomicBool::new(false));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a non-blocking listener");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let routes = Router::new()
            .route("/_states", axum::routing::post(set_up))
            .route("/_messages", axum::routing::post(produce))
            .fallback(answer)
            .with_state(broken.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener of this runtime");
                axum::serve(listener, routes).await.expect("the server runs");
            });
        });
        Self { port, broken }
    }

    /// From now on it answers nothing as it should.
    pub(super) fn break_everything(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

/// All states are set up by nothing; the order has another number than in the examples.
async fn set_up() -> Response {
    axum::Json(json!({ "orderId": 77 })).into_response()
}

fn told(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [("content-type", content_type)], body.into()).into_response()
}

fn json(body: &Value) -> Response {
    told(200, "application/json; charset=utf-8", body.to_string())
}

fn with(mut response: Response, headers: &[(&'static str, &'static str)]) -> Response {
    for (name, value) in headers {
        response.headers_mut().append(*name, value.parse().expect("the value of a header"));
    }
    response
}

/// What is wrong with a request is told with 400, which no contract expects.
async fn answer(State(broken): State<Arc<AtomicBool>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_default();
    if broken.load(Ordering::SeqCst) {
        return told(299, "application/broken", "broken");
    }
    let method = parts.method.as_str().to_owned();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    known(&method, parts.uri.path(), &query, &parts.headers, &body).unwrap_or_else(|| {
        told(400, "text/plain", format!("unexpected {method} {} {:?} {body:?}", parts.uri, parts.headers))
    })
}

fn known(method: &str, path: &str, query: &str, headers: &HeaderMap, body: &Bytes) -> Option<Response> {
    let document: Value = serde_json::from_slice(body).unwrap_or_default();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let has_type = |start: &str| header("content-type").starts_with(start);
    let order =
        r#"<order currency="EUR" id="8"><note>slow</note><line sku="B-2">3.5</line><line sku="C-3">1</line></order>"#;
    Some(match (method, path) {
        ("GET", "/products/42") => json(&json!({
            "id": 43, "price": 1.25, "rating": 3.5, "name": "Lamp", "code": "Z-9", "inStock": false, "gone": null, "fixed": "exactly",
            "exact": "this", "owner": { "name": "Bob", "age": 7 }, "more": 1,
        })),
        ("GET", "/lists") => json(&json!({
            "any": [{ "id": 2, "name": "b" }, { "id": 3, "name": "c", "more": 1 }], "two": ["a", "b", "c"], "few": [4, 5], "some": [2.5],
            "fixed": [1, "two", true],
        })),
        ("GET", "/times") => json(&json!({
            "date": "1999-12-31", "time": "23:59:59", "at": "1999-12-31T23:59:59+01:00", "mail": "Fri, 31 Dec 1999 23:59:59 +0100",
        })),
        ("GET", "/texts") => json(&json!({
            "id": "00000000-0000-4000-8000-000000000001", "version": "2.0.0-rc.1", "note": "not so fast", "filled": "y",
            "link": "https://shop.example/orders/7",
        })),
        ("GET", "/maps") => json(&json!({
            "stock": { "B-2": { "count": 3 }, "C-3": { "count": 4 } }, "keyed": { "a": 1, "bcd": 2 }, "valued": { "x": 2, "y": 3 },
        })),
        ("GET", "/kinds") => json(&json!({ "links": [{ "rel": "next" }, { "rel": "self", "href": "/other" }] })),
        ("GET", "/choices") => json(&json!({ "colour": "green", "maybe": null, "number": 2 })),
        ("GET", "/nothing") => told(410, "text/plain", "gone"),
        ("GET", "/users/7") => {
            let whole = ["page=1", "tag=a", "tag=b"].iter().all(|pair| query.split('&').any(|own| own == *pair));
            let cookies = header("cookie");
            if !whole
                || header("x-request-id").is_empty()
                || !cookies.contains("session=")
                || !cookies.contains("theme=dark")
            {
                return None;
            }
            let headers = [("x-page", "9"), ("vary", "Accept, Origin"), ("set-cookie", "seen=2; Path=/")];
            with(StatusCode::OK.into_response(), &headers)
        }
        // The number is that of the provider's state.
        ("GET", "/orders/77") if query == "owner=ann" && header("x-order") == "77" => json(&json!({ "id": 77 })),
        ("POST", "/generated") => {
            let count = document["count"].as_i64().unwrap_or_default();
            let code = document["code"].as_str().unwrap_or_default();
            let generated = document["id"].as_str().is_some_and(|id| id.len() == 36)
                && document["on"].as_str().is_some_and(|on| on.len() == 10)
                && (1..=9).contains(&count)
                && code.len() == 3
                && document["order"] == 77;
            if !generated {
                return None;
            }
            with(StatusCode::CREATED.into_response(), &[("location", "/generated/9")])
        }
        ("DELETE", "/annotated") => StatusCode::NO_CONTENT.into_response(),
        ("HEAD", "/head") => with(StatusCode::OK.into_response(), &[("x-total", "8")]),
        ("PATCH", "/changed") if document["name"] == "new" => json(&json!([5])),
        ("POST", "/moved") => with(StatusCode::CREATED.into_response(), &[("location", "/moved/1")]),
        ("PUT", "/text") if **body == *b"order 7" && has_type("text/plain") => told(200, "text/plain", "no thanks"),
        ("GET", "/exact") => told(200, "text/plain", "exactly this"),
        // pact-js forwards a form as JSON, cut off at the form's length.
        ("POST", "/form") if String::from_utf8_lossy(body).contains("Ann") => {
            told(200, "application/x-www-form-urlencoded", "id=99&ok=false")
        }
        ("POST", "/xml") if body.ends_with(b"</order>") && has_type("application/xml") => {
            told(200, "application/xml", order)
        }
        ("GET", "/xml/namespaces") => {
            told(200, "application/xml", r#"<x:order xmlns:x="urn:orders" x:id="8"><x:note>y</x:note></x:order>"#)
        }
        ("POST", "/upload") if has_type("multipart/form-data") && body.len() > 300 => {
            StatusCode::CREATED.into_response()
        }
        ("PUT", "/picture") if **body == *PNG => told(200, "image/png", [PNG, b"more"].concat()),
        ("GET", "/bytes") => told(200, "application/octet-stream", [0, 1, 2, 255]),
        ("POST", "/graphql") if document["operationName"] == "Product" => {
            json(&json!({ "data": { "product": { "name": "Lamp" } } }))
        }
        ("POST", "/graphql") => json(&json!({ "data": { "clear": false } })),
        ("GET", "/v3/orders") => {
            json(&json!({ "id": 2, "lines": [{ "sku": "B-2" }, { "sku": "C-3" }], "total": 2.25, "note": "a" }))
        }
        ("GET", "/v3/date") => json(&json!({ "on": "1999-12-31", "at": "1999-12-31T00:00:00" })),
        ("POST", "/v3/generated") if document["id"].as_str().is_some_and(|id| id.len() == 32) => {
            StatusCode::NO_CONTENT.into_response()
        }
        ("POST", "/v3/form") => told(200, "text/plain", "done"),
        ("POST", "/v3/xml") => told(200, "application/xml", r#"<ok n="5"/>"#),
        ("GET", "/v3/picture") => told(200, "image/png", PNG),
        ("GET", "/v2/orders/1") => {
            with(json(&json!({ "id": 2, "code": "Z", "lines": [{ "n": "x" }, { "n": "y" }] })), &[("x-answer", "5")])
        }
        ("POST", "/v2/orders") => told(201, "application/json", r#"{"id": 1}"#),
        ("GET", "/v2/text") => told(200, "text/plain", "hello"),
        _ => return None,
    })
}

/// Messages, asked for with the protocol of the official tools.
async fn produce(State(broken): State<Arc<AtomicBool>>, body: Bytes) -> Response {
    let question: Value = serde_json::from_slice(&body).unwrap_or_default();
    if broken.load(Ordering::SeqCst) {
        return told(200, "application/broken", "broken");
    }
    let message = |content_type: &'static str, body: Vec<u8>, metadata: Value| {
        let mut response = told(200, content_type, body);
        let metadata = STANDARD.encode(metadata.to_string()).parse().expect("base64 is a value of a header");
        response.headers_mut().insert("pact-message-metadata", metadata);
        response
    };
    let text = |document: Value| document.to_string().into_bytes();
    match question["description"].as_str().unwrap_or_default() {
        "an order was placed" => message(
            "application/json",
            text(json!({ "number": 8, "product": "Lamp", "lines": [1, 2] })),
            json!({ "contentType": "application/json", "topic": "orders", "partition": 4, "key": "xyz" }),
        ),
        "a note" => message("text/plain", b"note 22".to_vec(), json!({ "contentType": "text/plain" })),
        "a picture was taken" => {
            message("image/png", [PNG, b"x"].concat(), json!({ "contentType": "image/png", "camera": "back" }))
        }
        "an XML order was placed" => {
            message("application/xml", b"<order id=\"9\"/>".to_vec(), json!({ "contentType": "application/xml" }))
        }
        "something generated" => message(
            "application/json",
            text(json!({ "id": "00000000-0000-4000-8000-000000000001", "at": "1999-12-31T23:59:59+01:00" })),
            json!({ "contentType": "application/json" }),
        ),
        "a question for the price" if question["request"]["contents"]["content"]["product"] == "42" => message(
            "application/json",
            text(json!({ "price": 1.5 })),
            json!({ "contentType": "application/json", "currency": "USD" }),
        ),
        "a ping" => message("text/plain", b"ping".to_vec(), json!({ "contentType": "text/plain" })),
        "an order of version 3 was placed" => message(
            "application/json",
            text(json!({ "number": 8, "on": "1999-12-31" })),
            json!({ "contentType": "application/json", "topic": "orders" }),
        ),
        "text of version 3" => message("text/plain", b"hello".to_vec(), json!({ "contentType": "text/plain" })),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
