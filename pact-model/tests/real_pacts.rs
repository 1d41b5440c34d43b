//! Pact files of other programs: all of them are read, and survive being written.
//!
//! They are looked for in the directory that `INTACT_REAL_PACTS_DIR` names; without them nothing is tested, which is an error if
//! `INTACT_REQUIRE` is `all`.

use std::path::{Path, PathBuf};

use intact_pact_model::json::{Json, JsonValue};
use intact_pact_model::read;
use intact_pact_model::{Body, ContentType, Interaction, Kind, Pact, Query, SpecVersion};

fn files() -> Vec<PathBuf> {
    let dir = std::env::var_os("INTACT_REAL_PACTS_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/real-pacts"), PathBuf::from);
    let mut files = Vec::new();
    let mut dirs = vec![dir.clone()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    if files.is_empty() {
        assert_ne!(
            std::env::var("INTACT_REQUIRE").as_deref(),
            Ok("all"),
            "there are no pact files in {}",
            dir.display()
        );
        // Not `eprintln!`, which the test harness keeps for itself when a test passes.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("skipped: there are no pact files in {}\n", dir.display()).as_bytes(),
        );
    }
    files
}

/// A V4 file states the type of every body, while before V4 headers and metadata do; and only before V3 is the query a text.
fn with_stated_types(mut pact: Pact) -> Pact {
    fn state(body: &mut Body, content_type: Option<intact_pact_model::ContentType>) {
        if let Body::Present(content) = body {
            content.content_type = content_type;
        }
    }
    for Interaction { kind, id, .. } in &mut pact.interactions {
        *id = None;
        match kind {
            Kind::Http(request, response) => {
                let (of_request, of_response) = (request.content_type(), response.content_type());
                state(&mut request.body, of_request);
                state(&mut response.body, of_response);
                let mut query = Query::default();
                for (name, values) in request.query.iter() {
                    query.set(name, values.to_vec());
                }
                request.query = query;
            }
            Kind::AsyncMessage(part) => {
                let content_type = part.content_type();
                state(&mut part.contents, content_type);
            }
            Kind::Unknown { .. } => {}
            Kind::SyncMessage { request, responses } => {
                for part in std::iter::once(request).chain(responses) {
                    let content_type = part.content_type();
                    state(&mut part.contents, content_type);
                }
            }
        }
    }
    pact
}

fn sorted(mut pact: Pact) -> Pact {
    let interactions = std::mem::take(&mut pact.interactions);
    pact.version = SpecVersion::V4;
    for interaction in interactions {
        pact.interactions.push(interaction);
    }
    pact.interactions.sort_by_key(|own| {
        let states: Vec<String> = own.provider_states.iter().map(|state| state.name.clone()).collect();
        (own.description.clone(), states, own.kind.type_name().to_owned())
    });
    pact
}

#[test]
fn every_file_is_read_and_survives_being_written() {
    for file in files() {
        let name = file.display();
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let loaded = Pact::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let pact = loaded.value;
        for version in [pact.version, SpecVersion::V4] {
            let text = pact.write(version).unwrap_or_else(|error| panic!("{name} as {version}: {error}")).to_pretty();
            let again = Pact::read(text.as_bytes()).unwrap_or_else(|error| panic!("{name} as {version}: {error}"));
            let expected = sorted(with_stated_types(pact.clone()));
            assert_eq!(sorted(with_stated_types(again.value.clone())), expected, "{name} as {version}");
            assert_eq!(again.value.write(version).map(|json| json.to_pretty()), Ok(text), "{name} as {version}");
        }
    }
}

/// Looks at the documents themselves, not at what was read of them: a member that the model has no place for is found here.
#[test]
fn no_member_is_lost_or_changed_when_a_file_is_written_in_its_own_version() {
    let mut differences = Vec::new();
    for file in files() {
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let original = Json::parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let pact = Pact::from_json(&original).unwrap_or_else(|error| panic!("{}: {error}", file.display())).value;
        let written = pact.write(pact.version).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut found = |difference: String| differences.push(format!("{name} {difference}"));
        compare(&original, &written, "$", &mut found);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_comparison_of_documents_sees_what_is_lost() {
    let differences = |original: &str, written: &str| {
        let mut found = Vec::new();
        let json = |text: &str| Json::parse(text.as_bytes()).expect("JSON").into_owned();
        compare(&json(original), &json(written), "$", &mut |difference| found.push(difference));
        found
    };
    for (original, written, expected) in [
        (r#"{"a":{"b":1}}"#, r#"{"a":{}}"#, "$.a.b is lost"),
        (r#"{"a":[{"b":1}]}"#, r#"{"a":[{"b":1.0}]}"#, "$.a[0].b was 1, is 1.0"),
        (r#"{"a":[1,2]}"#, r#"{"a":[1]}"#, "$.a was [1,2], is [1]"),
        (r#"{"headers":{"A":"x"}}"#, r#"{"headers":{}}"#, "$.headers was {\"A\":\"x\"}, is {}"),
        (
            r#"{"matchingRules":{"$.path":{"match":"type"}}}"#,
            r#"{"matchingRules":{"$.path":{"match":"regex","regex":"a"}}}"#,
            "$.matchingRules was {\"$.path\":{\"match\":\"type\"}}, is {\"$.path\":{\"match\":\"regex\",\"regex\":\"a\"}}",
        ),
        (
            r#"{"matchingRules":{"$.path":{"match":"type","x":1}}}"#,
            r#"{"matchingRules":{"$.path":{"match":"type"}}}"#,
            "$.matchingRules was {\"$.path\":{\"match\":\"type\",\"x\":1}}, is {\"$.path\":{\"match\":\"type\"}}",
        ),
    ] {
        assert_eq!(differences(original, written), [expected]);
    }
}

/// Reports every member of `original` that `written` has not or has with another value. What other programs spell in several ways
/// is compared by what it means; what is empty or only a broker's may be left out.
fn compare(original: &Json<'_>, written: &Json<'_>, at: &str, found: &mut dyn FnMut(String)) {
    let (Json::Object(own), Json::Object(other)) = (original, written) else {
        match (original, written) {
            (Json::Array(own), Json::Array(other)) if own.len() == other.len() => {
                let in_order = |items: &[Json<'_>]| {
                    let mut items: Vec<JsonValue> = items.iter().map(|item| item.clone().into_owned()).collect();
                    if matches!(at, "$.interactions" | "$.messages") {
                        let text = |item: &JsonValue, name| item.get(name).map(Json::to_compact);
                        items.sort_by_cached_key(|item| {
                            ["description", "providerStates", "providerState", "type"].map(|name| text(item, name))
                        });
                    }
                    items
                };
                for (index, (own, other)) in in_order(own).iter().zip(&in_order(other)).enumerate() {
                    compare(own, other, &format!("{at}[{index}]"), found);
                }
            }
            (own, other) if own == other => {}
            (own, other) => found(format!("{at} was {own}, is {other}")),
        }
        return;
    };
    for (name, value) in own.iter() {
        let below = format!("{at}.{name}");
        let of_a_broker = matches!(name, "_id" | "_links" | "createdAt");
        let is_empty = match value {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(members) => members.is_empty(),
            _ => false,
        };
        let other = match name {
            "metaData" => other.get("metadata"),
            "content" if at.starts_with("$.messages") => other.get("contents"),
            "pact-specification" => other.get("pactSpecification"),
            "pact-rust" => other.get("pactRust"),
            "providerState" => {
                other.get(name).or_else(|| other.get("providerStates")?.as_array()?.first()?.get("name"))
            }
            _ => other.get(name),
        };
        let Some(other) = other else {
            if !of_a_broker && !is_empty {
                found(format!("{below} is lost"));
            }
            continue;
        };
        let same = match name {
            // With what nobody knows of them.
            "matchingRules" => {
                let rules = |json: &Json<'_>| {
                    let part = Json::object([(name.to_owned(), json.clone())]);
                    read::http_request(&part, SpecVersion::V3).map(|loaded| loaded.value)
                };
                Some(rules(value) == rules(other))
            }
            "headers" | "query" => {
                let part = |json: &Json<'_>| {
                    let part = Json::object([(name.to_owned(), json.clone())]);
                    read::http_request(&part, SpecVersion::V3).map(|loaded| (loaded.value.headers, loaded.value.query))
                };
                Some(part(value) == part(other))
            }
            "method" => Some(value.to_text().to_uppercase() == other.to_text()),
            "contentType" => Some(ContentType::parse(&value.to_text()) == ContentType::parse(&other.to_text())),
            // Where the wrapping of a body was missing, it is added.
            "body" | "contents" if value.get("content").is_none() && other.get("encoded").is_some() => {
                Some(other.get("content") == Some(value))
            }
            "pactSpecification" | "pact-specification" => {
                Some(value.get("version").is_some() == other.get("version").is_some())
            }
            _ => None,
        };
        match same {
            Some(true) => {}
            Some(false) => found(format!("{below} was {value}, is {other}")),
            None => compare(value, other, &below, found),
        }
    }
}

/// A file loses nothing in its own version, nor in a newer one; what an older one loses is named.
#[test]
fn files_are_converted_to_newer_versions_without_loss_and_to_older_ones_with_a_list() {
    for file in files() {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let pact = Pact::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}")).value;
        for version in SpecVersion::ALL {
            let losses = pact.losses(version);
            assert!(version < pact.version || losses.is_empty(), "{name} in {version}: {losses:?}");
            assert_eq!(pact.convert(version).is_ok(), losses.is_empty(), "{name} in {version}");
            assert_eq!(pact.convert_lossy(version).is_ok(), pact.write(version).is_ok(), "{name} in {version}");
            if losses.is_empty() {
                let written = pact.write(version).unwrap_or_else(|error| panic!("{name}: {error}"));
                let again = Pact::from_json(&written).unwrap_or_else(|error| panic!("{name}: {error}")).value;
                assert!(again.convert(SpecVersion::V4).is_ok(), "{name} in {version}");
            }
        }
    }
}

#[test]
fn merging_a_file_with_itself_changes_nothing() {
    for file in files() {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let pact = Pact::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}")).value;
        let mut once = Pact { interactions: Vec::new(), ..pact.clone() };
        once.merge_pact(&pact).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut twice = once.clone();
        let merged = twice.merge_pact(&once).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((merged.added, merged.replaced, merged.unchanged), (0, 0, once.interactions.len()), "{name}");
        assert!(twice == once && once.conflicts(&twice).is_empty(), "{name}");
    }
}

/// What is odd in these files is known; a new warning is a new misunderstanding.
#[test]
fn few_files_give_reason_for_warnings() {
    let mut warnings = Vec::new();
    for file in files() {
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let loaded = Pact::read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        warnings.extend(loaded.warnings.iter().map(|warning| format!("{name} {warning}")));
    }
    if warnings.is_empty() {
        return;
    }
    insta::assert_snapshot!(warnings.join("\n"), @r"
    25-pact_broker-v4-mixed-http-sync-async-interactions.json $.interactions[0].contents: a body is an object with the member `content`; the whole object is taken as the content
    25-pact_broker-v4-mixed-http-sync-async-interactions.json $.interactions[1].response.body: a body is an object with the member `content`; the whole object is taken as the content
    33-pact-jvm-message-pact-broker.json $.messages[0].content: read as `contents`, which is its name
    contentNegotiation.pact.json $.metadata: no specification version, read as version 3
    ");
}
