//! Pact files of other programs: all of them are read, and survive being written.
//!
//! They are looked for in the directory that `INTACT_REAL_PACTS_DIR` names; without them nothing is tested, which is an error if
//! `INTACT_REQUIRE` is `all`.

use std::path::{Path, PathBuf};

use intact_pact_model::{Body, Interaction, Kind, Pact, Query, SpecVersion};

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
        (own.description.clone(), states, own.kind.type_name())
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
