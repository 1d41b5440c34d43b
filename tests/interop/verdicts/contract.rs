//! One expectation, written in any version of the specification, and one answer of a provider.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The version of the specification that a pact is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// Without rules.
    One = 1,
    Two = 2,
    Three = 3,
    Four = 4,
}

impl Version {
    /// Those with rules.
    pub(crate) const ALL: [Self; 3] = [Self::Two, Self::Three, Self::Four];

    pub(crate) fn number(self) -> u8 {
        self as u8
    }
}

/// What is asked of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Response,
    Message,
    /// The reply to a synchronous message.
    Reply,
}

/// The body of an expectation.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Missing,
    Json(Value),
    Text(String),
    Binary(Vec<u8>),
}

impl Body {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Missing => Vec::new(),
            Self::Json(document) => document.to_string().into_bytes(),
            Self::Text(text) => text.clone().into_bytes(),
            Self::Binary(bytes) => bytes.clone(),
        }
    }
}

/// What a contract says of an answer; rules are in the form of version 3.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    pub(crate) status: u16,
    pub(crate) headers: Map<String, Value>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Body,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) rules: Value,
}

impl Expectation {
    pub(crate) fn new(content_type: Option<&str>, body: Body, rules: Value) -> Self {
        Self {
            status: 200,
            headers: Map::new(),
            content_type: content_type.map(str::to_owned),
            body,
            metadata: Map::new(),
            rules,
        }
    }

    /// As an interaction of a pact file: a request to `path`, or a message.
    pub(crate) fn interaction(&self, kind: Kind, version: Version, description: &str, path: &str) -> Value {
        let request = json!({ "method": "GET", "path": path });
        match (kind, version) {
            (Kind::Response, Version::Four) => json!({
                "type": "Synchronous/HTTP", "description": description, "request": request, "response": self.response(version),
            }),
            (Kind::Response, _) => {
                json!({ "description": description, "request": request, "response": self.response(version) })
            }
            (Kind::Message, _) => {
                let mut message = self.message(version);
                message["description"] = json!(description);
                if version == Version::Four {
                    message["type"] = json!("Asynchronous/Messages");
                }
                message
            }
            (Kind::Reply, _) => json!({
                "type": "Synchronous/Messages", "description": description,
                "request": { "contents": { "content": "a question", "contentType": "text/plain" } },
                "response": [self.message(version)],
            }),
        }
    }

    /// As an interaction that expects it in a request, which is answered with nothing but 202.
    pub(crate) fn asking(&self, version: Version, description: &str, path: &str) -> Value {
        let mut interaction = self.interaction(Kind::Response, version, description, path);
        let mut request = interaction["response"].take();
        request["method"] = json!("POST");
        request["path"] = json!(path);
        request.as_object_mut().expect("an object").remove("status");
        interaction["request"] = request;
        interaction["response"] = json!({ "status": 202 });
        interaction
    }

    fn response(&self, version: Version) -> Value {
        let mut headers = self.headers.clone();
        if let Some(own) = &self.content_type {
            headers.entry("Content-Type").or_insert_with(|| json!(own));
        }
        if version == Version::Four {
            for value in headers.values_mut().filter(|value| value.is_string()) {
                *value = json!([value]);
            }
        }
        let mut response = json!({ "status": self.status });
        if !headers.is_empty() {
            response["headers"] = Value::Object(headers);
        }
        if let Some(body) = self.body(version) {
            response["body"] = body;
        }
        self.add_rules(&mut response, version);
        response
    }

    fn message(&self, version: Version) -> Value {
        let mut metadata = self.metadata.clone();
        if let Some(own) = &self.content_type {
            metadata.entry("contentType").or_insert_with(|| json!(own));
        }
        let mut message = json!({ if version == Version::Four { "metadata" } else { "metaData" }: metadata });
        if let Some(contents) = self.body(version) {
            message["contents"] = contents;
        }
        self.add_rules(&mut message, version);
        message
    }

    fn body(&self, version: Version) -> Option<Value> {
        let (content, encoded) = match &self.body {
            Body::Missing => return None,
            Body::Json(document) => (document.clone(), json!(false)),
            Body::Text(text) => (json!(text), json!(false)),
            Body::Binary(bytes) => (json!(STANDARD.encode(bytes)), json!("base64")),
        };
        Some(if version == Version::Four {
            json!({ "content": content, "contentType": self.content_type, "encoded": encoded })
        } else {
            content
        })
    }

    fn add_rules(&self, part: &mut Value, version: Version) {
        let Some(categories) = self.rules.as_object().filter(|rules| !rules.is_empty()) else { return };
        assert_ne!(version, Version::One, "version 1 has no rules");
        part["matchingRules"] = if version == Version::Two {
            let mut flat = Map::new();
            for (category, rules) in categories {
                for (key, list) in rules.as_object().into_iter().flatten() {
                    let path = match category.as_str() {
                        "header" => format!("$.headers.{key}"),
                        _ => key.replacen('$', "$.body", 1),
                    };
                    flat.insert(path, list["matchers"][0].clone());
                }
            }
            Value::Object(flat)
        } else {
            self.rules.clone()
        };
    }
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Length,
    Chunked,
    /// The connection ends before the bytes that were told.
    CutOff,
    UntilClose,
}

/// What the provider sends.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Header lines: `Name: value`.
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
    pub(crate) framing: Framing,
}

impl Answer {
    /// The answer that is just the example.
    pub(crate) fn of(expected: &Expectation) -> Self {
        let mut headers = Vec::new();
        for (name, value) in &expected.headers {
            match value {
                Value::Array(values) => {
                    headers.extend(values.iter().filter_map(Value::as_str).map(|value| format!("{name}: {value}")));
                }
                value => headers.push(format!("{name}: {}", value.as_str().unwrap_or_default())),
            }
        }
        if !expected.headers.contains_key("Content-Type") {
            headers.extend(expected.content_type.iter().map(|own| format!("Content-Type: {own}")));
        }
        Self { status: expected.status, headers, body: expected.body.bytes(), framing: Framing::Length }
            .with_metadata(&Value::Object(expected.metadata.clone()))
    }

    pub(crate) fn with_body(&self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self.clone() }
    }

    pub(crate) fn with_status(&self, status: u16) -> Self {
        Self { status, ..self.clone() }
    }

    pub(crate) fn with_framing(&self, framing: Framing) -> Self {
        Self { framing, ..self.clone() }
    }

    /// With these header lines in place of those of the same name; a line without a value only takes them away.
    pub(crate) fn with_header(&self, name: &str, lines: &[&str]) -> Self {
        let mut this = self.clone();
        this.headers.retain(|line| !line.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(name)));
        this.headers.extend(lines.iter().map(|&line| line.to_owned()));
        this
    }

    /// With the metadata of a message, in the header that the official tools use for it.
    pub(crate) fn with_metadata(&self, metadata: &Value) -> Self {
        let name = "Pact-Message-Metadata";
        if metadata.as_object().is_none_or(Map::is_empty) {
            return self.with_header(name, &[]);
        }
        self.with_header(name, &[&format!("{name}: {}", STANDARD.encode(metadata.to_string()))])
    }

    /// The bytes on the wire.
    pub(crate) fn wire(&self) -> Vec<u8> {
        let mut text = format!("HTTP/1.1 {} Told\r\nConnection: close\r\n", self.status);
        for line in &self.headers {
            text += line;
            text += "\r\n";
        }
        let length = self.body.len();
        match self.framing {
            _ if self.status == 204 || self.status == 304 => {}
            Framing::Length => text.extend(["Content-Length: ", &length.to_string(), "\r\n"]),
            Framing::CutOff => text.extend(["Content-Length: ", &(length + 10).to_string(), "\r\n"]),
            Framing::Chunked => text += "Transfer-Encoding: chunked\r\n",
            Framing::UntilClose => {}
        }
        let mut wire = (text + "\r\n").into_bytes();
        if self.framing == Framing::Chunked {
            for chunk in self.body.chunks(5) {
                wire.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                wire.extend(chunk);
                wire.extend(b"\r\n");
            }
            wire.extend(b"0\r\n\r\n");
        } else {
            wire.extend(&self.body);
        }
        wire
    }
}
