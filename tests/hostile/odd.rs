//! What does not belong where it is put.

use serde_json::{Value, json};

const LONG: usize = 10_000;

/// For a segment of a path, as it is sent.
pub(crate) const SEGMENTS: &[fn() -> String] = &[
    String::new,
    || "%00".to_owned(),
    || "a%00b".to_owned(),
    || "%ff%fe".to_owned(),
    || "a%2Fb%5Cc".to_owned(),
    || "..".to_owned(),
    || "%2e%2e".to_owned(),
    || "%27%3B%20DROP%20TABLE%20versions%3B%20--".to_owned(),
    || "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22".to_owned(),
    || "%C3%A9%F0%9F%A6%80%E2%80%AE".to_owned(),
    || "x".repeat(LONG),
    || "%C3%A9".repeat(900),
    || "%0a".to_owned(),
    || "%09".to_owned(),
    || "%0d%0aX-Evil:%201".to_owned(),
    || "0".to_owned(),
    || "-1".to_owned(),
    || "99999999999999999999".to_owned(),
    || "latest".to_owned(),
    || "versions".to_owned(),
    || "a.json".to_owned(),
    || ".csv".to_owned(),
    || "%".to_owned(),
    || "%zz".to_owned(),
    || "%25".to_owned(),
    || "+".to_owned(),
    || "%20".to_owned(),
    || "%7Bpacticipant%7D".to_owned(),
    || "*".to_owned(),
    || "W10".to_owned(),
];

/// For a parameter of the query, as it is sent.
pub(crate) const QUERIES: &[fn(&str) -> String] = &[
    str::to_owned,
    |name| format!("{name}="),
    |name| format!("{name}=%00"),
    |name| format!("{name}=%ff"),
    |name| format!("{name}=-1"),
    |name| format!("{name}=0"),
    |name| format!("{name}=99999999999999999999"),
    |name| format!("{name}=9223372036854775807"),
    |name| format!("{name}=1e9"),
    |name| format!("{name}=true"),
    |name| format!("{name}=%27%3B%20DROP%20TABLE%20versions%3B%20--"),
    |name| format!("{name}=%3Cscript%3E"),
    |name| format!("{name}=%F0%9F%A6%80%E2%80%AE"),
    |name| format!("{name}=%25%5F%5C%25"),
    |name| format!("{name}={}", "x".repeat(LONG)),
    |name| format!("{name}[]=a&{name}[]=b"),
    |name| format!("{name}[a][b][c]=d"),
    |name| format!("{name}[=a"),
    |name| format!("{name}]=a"),
    |name| format!("{name}=a&{name}=b"),
    // As often as an address may hold, whatever the length of the name.
    |name| vec![format!("{name}=a"); 2000.min(60_000 / (name.len() + 3))].join("&"),
    |name| format!("{name}=%&=&&{name}"),
];

/// Headers with what they may not hold.
pub(crate) const HEADERS: &[(&str, &[u8])] = &[
    ("accept", b""),
    ("accept", b"\xff"),
    ("accept", b"text/csv"),
    ("accept", b"application/problem+json"),
    ("accept", b"*/*;q=abc, ;;, /"),
    ("content-type", b""),
    ("content-type", b"text/plain"),
    ("content-type", b"application/json; charset=\xff"),
    ("content-type", b"application/json; charset=utf-16"),
    ("content-length", b"12"),
    ("x-correlation-id", b"\xff\x80"),
    ("x-forwarded-host", b"\"><script>"),
    ("x-forwarded-proto", b"javascript"),
    ("x-forwarded-port", b"99999999"),
    ("authorization", b"Basic !!!"),
    ("host", b"\xff"),
];

/// Makes a bad body of a good one.
type Spoiling = fn(&[u8]) -> Vec<u8>;

/// Bodies that are no JSON object, or are one only almost; made of the good one.
pub(crate) const BODIES: &[Spoiling] = &[
    |_| Vec::new(),
    |_| b"null".to_vec(),
    |_| b"[]".to_vec(),
    |_| b"[{}]".to_vec(),
    |_| b"\"text\"".to_vec(),
    |_| b"1e400".to_vec(),
    |_| b"{}".to_vec(),
    |_| b"{\"\":\"\"}".to_vec(),
    |_| b"{\"a\":1,\"a\":2}".to_vec(),
    |_| b"\xff\xfe{}".to_vec(),
    |_| b"\xef\xbb\xbf{}".to_vec(),
    |_| b"{\"name\":\"\xc3\"}".to_vec(),
    |_| b"{\"name\":\"\\ud800\"}".to_vec(),
    |_| b"{\"name\":\"\\u0000\"}".to_vec(),
    |_| b"{\"name\":}".to_vec(),
    |_| [b"[".repeat(100_000), b"]".repeat(100_000)].concat(),
    |_| b"{\"a\":".repeat(100_000),
    |good| good[..good.len() / 2].to_vec(),
    |good| [good, good].concat(),
    |good| [good, b" and more"].concat(),
];

/// Texts of JSON for a value in a body.
fn values() -> Vec<String> {
    let nested = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let long = format!("\"{}\"", "x".repeat(LONG));
    [
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.5",
        "1e400",
        "-0.0",
        "18446744073709551616",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"a\\u0000b\"",
        "\"\\ud800\"",
        "\"\\n\"",
        "\"'; DROP TABLE versions; --\"",
        "\"<script>alert(1)</script>\"",
        "\"\u{e9}\u{1f980}\u{202e}\u{feff}\"",
        "\"../..\"",
        "\"2026-99-99T99:99:99Z\"",
        "\"http://[\"",
        "\"${pactbroker.x}\"",
        "\"true\"",
        "\"1\"",
        "[]",
        "[null]",
        "[[]]",
        "[\"\"]",
        "[1, \"a\", {}]",
        "{}",
        "{\"a\": null}",
        "{\"\": \"\"}",
        "{\"name\": {}}",
        &nested,
        &long,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The example with each of its values, at any depth, replaced by odd ones, `most` at each place; and with each left out.
pub(crate) fn spoilt(example: &Value, next: &mut usize, most: Option<usize>) -> Vec<Vec<u8>> {
    const PLACE: &str = "an odd value stands here";
    let values = values();
    let mut places = Vec::new();
    collect(example, "", &mut places);
    let mut bodies = Vec::new();
    for place in places {
        let mut with = example.clone();
        if let Some(value) = with.pointer_mut(&place) {
            *value = json!(PLACE);
        }
        let with = with.to_string();
        for odd in values.iter().cycle().skip(*next % values.len()).take(most.unwrap_or(values.len())) {
            bodies.push(with.replace(&format!("\"{PLACE}\""), odd).into_bytes());
        }
        *next += most.unwrap_or_default();
        let mut without = example.clone();
        if let Some((parent, name)) = place.rsplit_once('/')
            && let Some(Value::Object(members)) = without.pointer_mut(parent)
        {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
            bodies.push(without.to_string().into_bytes());
        }
    }
    bodies
}

fn collect(value: &Value, place: &str, places: &mut Vec<String>) {
    if !place.is_empty() {
        places.push(place.to_owned());
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, &format!("{place}/{index}"), places);
            }
        }
        _ => {}
    }
}
