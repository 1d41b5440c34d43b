//! Tables of the feature files: interactions, and changes to their parts.

use std::collections::BTreeMap;

use cucumber::gherkin::Step;
use intact_pact_model::json::Object;
use intact_pact_model::{Headers, HttpRequest, HttpResponse, Interaction, Json, Kind, MessagePart, Query};

use crate::fixture;
use crate::suite::{json, value};

/// The cells of a row by the name of their column; without the empty ones.
pub(crate) type Row = BTreeMap<String, String>;

/// The table below the step.
pub(crate) fn cells(step: &Step) -> &[Vec<String>] {
    &step.table.as_ref().unwrap_or_else(|| panic!("`{}` has no table", step.value)).rows
}

/// The rows below the row that names the columns.
pub(crate) fn rows(step: &Step) -> Vec<Row> {
    let (names, rows) = cells(step).split_first().expect("a table has rows");
    rows.iter().map(|row| row_of(names.iter().zip(row))).collect()
}

/// The one row below the row that names the columns.
pub(crate) fn row(step: &Step) -> Row {
    let [row] = <[Row; 1]>::try_from(rows(step)).unwrap_or_else(|rows| panic!("{} rows instead of one", rows.len()));
    row
}

/// A table with one property in each row.
pub(crate) fn properties(step: &Step) -> Row {
    row_of(cells(step).iter().map(|row| (&row[0], &row[1])))
}

fn row_of<'a>(cells: impl Iterator<Item = (&'a String, &'a String)>) -> Row {
    cells.filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| (column(name), cell.clone())).collect()
}

/// The one name of a column that is spelled in several ways.
fn column(name: &str) -> String {
    let name = name.trim().replace("content-type", "content type");
    match name.as_str() {
        "response content" => "response content type".to_owned(),
        "response" => "response status".to_owned(),
        _ => name,
    }
}

/// Named JSON values: a row names them, the next one has them.
pub(crate) fn values(step: &Step) -> Object<'static> {
    row(step).into_iter().map(|(name, cell)| (name.into(), json(&cell))).collect()
}

/// The HTTP interactions of a table.
pub(crate) fn interactions(step: &Step) -> Vec<Interaction> {
    let interaction = |(at, row): (usize, Row)| {
        let number = at + 1;
        assert!(row.get("No").is_none_or(|own| *own == number.to_string()), "interactions are numbered from 1");
        let (mut request, mut response) = (HttpRequest::default(), HttpResponse::default());
        change_request(&mut request, &row);
        change_response(&mut response, &response_columns(&row));
        Interaction::new(format!("interaction {number}"), Kind::Http(request, response))
    };
    rows(step).into_iter().enumerate().map(interaction).collect()
}

/// The columns about the response, under the names they have in tables about nothing else.
pub(crate) fn response_columns(row: &Row) -> Row {
    row.iter().filter_map(|(name, cell)| Some((name.strip_prefix("response ")?.to_owned(), cell.clone()))).collect()
}

/// The columns of a table about responses alone, which may say so or not.
pub(crate) fn response_row(row: Row) -> Row {
    if row.keys().any(|name| name.starts_with("response ")) { response_columns(&row) } else { row }
}

/// Puts what the row says into the request.
pub(crate) fn change_request(request: &mut HttpRequest, row: &Row) {
    for (name, cell) in row {
        match name.as_str() {
            "method" => request.method.clone_from(cell),
            "path" => request.path.clone_from(cell),
            "query" => request.query = Query::parse(cell),
            "headers" | "raw headers" => change_headers(&mut request.headers, cell),
            "matching rules" => request.matching_rules = fixture::matching_rules(cell),
            "generators" => request.generators = fixture::generators(cell),
            "No" | "desc" | "body" | "content type" => {}
            name if name.starts_with("response") => {}
            other => panic!("nobody knows what the column `{other}` says about a request"),
        }
    }
    // The body after the headers: its type becomes one of them.
    if let Some(cell) = row.get("body") {
        let (body, content_type) = fixture::body(cell, row.get("content type").map(String::as_str), &request.headers);
        request.headers.set("content-type", vec![content_type.to_string()]);
        request.body = body;
    }
}

/// Puts what the row says into the response.
pub(crate) fn change_response(response: &mut HttpResponse, row: &Row) {
    for (name, cell) in row {
        match name.as_str() {
            "status" => response.status = cell.parse().unwrap_or_else(|_| panic!("{cell} is no status")),
            "headers" | "raw headers" => change_headers(&mut response.headers, cell),
            "matching rules" => response.matching_rules = fixture::matching_rules(cell),
            "generators" => response.generators = fixture::generators(cell),
            "desc" | "body" | "content type" => {}
            other => panic!("nobody knows what the column `{other}` says about a response"),
        }
    }
    if let Some(cell) = row.get("body") {
        let (body, content_type) = fixture::body(cell, row.get("content type").map(String::as_str), &response.headers);
        response.headers.set("content-type", vec![content_type.to_string()]);
        response.body = body;
    }
}

/// Puts what the row says into the message.
pub(crate) fn change_message(message: &mut MessagePart, row: &Row) {
    for (name, cell) in row {
        match name.as_str() {
            "matching rules" => message.matching_rules = fixture::matching_rules(cell),
            "generators" => message.generators = fixture::generators(cell),
            "metadata" => {
                for (key, value) in metadata_cell(cell) {
                    message.metadata.insert(key, value);
                }
            }
            "body" | "content type" => {}
            other => panic!("nobody knows what the column `{other}` says about a message"),
        }
    }
    if let Some(cell) = row.get("body") {
        set_contents(message, cell, row.get("content type").map(String::as_str));
    }
}

/// Puts the body that the cell names into the message.
pub(crate) fn set_contents(message: &mut MessagePart, cell: &str, column: Option<&str>) {
    let (body, content_type) = fixture::body(cell, column, &Headers::default());
    message.metadata.insert("contentType", content_type.to_string());
    message.contents = body;
}

/// The rows `key`, `value` of a table about metadata.
pub(crate) fn metadata(step: &Step) -> Object<'static> {
    rows(step).into_iter().map(|row| (row["key"].clone().into(), value(&row["value"]))).collect()
}

/// `Key=value; Key2=JSON: {…}`, or one JSON object.
fn metadata_cell(cell: &str) -> Object<'static> {
    if cell.trim_start().starts_with('{') {
        let Json::Object(entries) = json(cell) else { panic!("{cell} is no object") };
        return entries;
    }
    let entry = |entry: &str| {
        let (key, text) = entry.split_once('=').unwrap_or_else(|| panic!("{entry} is no metadata"));
        (key.trim().to_owned().into(), value(text))
    };
    cell.split("; ").map(entry).collect()
}

/// The headers in the cell take the place of all but the content type, which belongs to the body.
fn change_headers(headers: &mut Headers, cell: &str) {
    let content_type = headers.get("content-type").map(<[String]>::to_vec);
    *headers = parse_headers(cell);
    if let (Some(content_type), None) = (content_type, headers.get("content-type")) {
        headers.set("content-type", content_type);
    }
}

/// `'Name: value', 'Name2: value2'`
pub(crate) fn parse_headers(cell: &str) -> Headers {
    let mut headers = Headers::default();
    for line in cell.split('\'').skip(1).step_by(2) {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line} is no header"));
        headers.append_line(name.trim(), value.trim());
    }
    headers
}
