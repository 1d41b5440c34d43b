//! The broker's description of itself.

use axum::http::{Method, StatusCode};
use serde_json::Value;

/// `openapi.json`.
pub(crate) struct Description {
    document: Value,
}

/// One of its operations.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The names of the query's parameters.
    pub(crate) queries: Vec<String>,
    pub(crate) content_type: String,
    /// The name of the schema of the body.
    pub(crate) schema: Option<String>,
    statuses: Vec<String>,
}

impl Description {
    pub(crate) fn read() -> Self {
        let document =
            serde_json::from_str(include_str!("../../broker/openapi.json")).expect("the description is JSON");
        Self { document }
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        let paths = self.document["paths"].as_object().expect("paths");
        let mut operations = Vec::new();
        for (path, item) in paths {
            for (method, operation) in
                item.as_object().expect("a path item").iter().filter(|(of, _)| *of != "parameters")
            {
                operations.push(self.operation(path, method, operation));
            }
        }
        operations
    }

    fn operation(&self, path: &str, method: &str, operation: &Value) -> Operation {
        let queries =
            operation["parameters"].as_array().into_iter().flatten().map(|parameter| self.resolved(parameter));
        let queries = queries.filter(|parameter| parameter["in"] == "query").filter_map(|of| of["name"].as_str());
        let content = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
        let schema = content.and_then(|(_, media)| media["schema"]["$ref"].as_str()?.rsplit('/').next());
        Operation {
            method: method.to_uppercase().parse().expect("a method"),
            path: path.to_owned(),
            queries: queries.map(str::to_owned).collect(),
            content_type: content.map(|(name, _)| name.clone()).unwrap_or_default(),
            schema: schema.map(str::to_owned),
            statuses: operation["responses"].as_object().expect("responses").keys().cloned().collect(),
        }
    }

    fn resolved<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).expect("references lead somewhere"),
            None => value,
        }
    }

    /// Whether each field of a schema is in the example, so that none is forgotten.
    pub(crate) fn covers(&self, schema: &str, example: &Value) {
        self.covered(&self.document["components"]["schemas"][schema], example, schema);
    }

    fn covered(&self, schema: &Value, example: &Value, place: &str) {
        let schema = self.resolved(schema);
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            let value = example.get(name).unwrap_or_else(|| panic!("the example has no {place}.{name}"));
            self.covered(schema, value, &format!("{place}.{name}"));
        }
        if let Some(first) = example.as_array().and_then(|items| items.first()) {
            self.covered(&schema["items"], first, &format!("{place}[0]"));
        }
    }
}

impl Operation {
    /// The address, with its variables filled in; they are encoded already.
    pub(crate) fn target(&self, variables: &[(&str, String)]) -> String {
        let mut target = self.path.clone();
        for (name, value) in variables {
            target = target.replace(&format!("{{{name}}}"), value);
        }
        target
    }

    /// Is a status among those that may be answered?
    pub(crate) fn describes(&self, status: StatusCode) -> bool {
        let range = format!("{}XX", status.as_u16() / 100);
        self.statuses.iter().any(|described| *described == status.as_str() || *described == range)
    }

    /// Is this the operation whose purpose is to fail, or one that may not know whether others are well?
    pub(crate) fn fails(&self) -> bool {
        self.path == "/test/error"
    }
}
