//! What will be published: the contracts of each consumer, and how that is told before anything is sent.

use std::collections::BTreeMap;

use intact_broker_client::{Contract, Publication};
use serde_json::{Value, json};

use super::merge::{self, Merged};
use super::properties::VersionProperties;
use crate::context::Context;
use crate::error::Problem;
use crate::pact_files::PactFile;
use crate::printer::Tone;

/// The contract of one consumer and provider, and what it is made of.
pub(super) struct Prepared {
    provider: String,
    files: Vec<String>,
    interactions: usize,
    content: Vec<u8>,
}

/// The contracts of each consumer; several files of one pair become one contract.
pub(super) fn by_consumer(files: Vec<PactFile>) -> anyhow::Result<BTreeMap<String, Vec<Prepared>>> {
    let mut pairs: BTreeMap<(String, String), Vec<PactFile>> = BTreeMap::new();
    for file in files {
        pairs.entry((file.pact.consumer.clone(), file.pact.provider.clone())).or_default().push(file);
    }
    let mut consumers: BTreeMap<String, Vec<Prepared>> = BTreeMap::new();
    for ((consumer, provider), files) in pairs {
        if consumer.trim().is_empty() || provider.trim().is_empty() {
            let file = files.first().map(|file| file.path.display().to_string()).unwrap_or_default();
            return Err(Problem::usage(format!("the pact file {file} does not name its consumer and provider")).into());
        }
        let names = files.iter().map(|file| file.path.display().to_string()).collect();
        let Merged { content, interactions } = merge::merge(files)?;
        consumers.entry(consumer).or_default().push(Prepared { provider, files: names, interactions, content });
    }
    Ok(consumers)
}

/// What goes to the broker for one consumer.
pub(super) fn publication(
    consumer: String,
    contracts: Vec<Prepared>,
    properties: &VersionProperties,
    merge: bool,
) -> Publication {
    let contracts = contracts
        .into_iter()
        .map(|Prepared { provider, content, .. }| Contract { provider, content: content.into() })
        .collect();
    Publication {
        consumer,
        version: properties.version.clone(),
        branch: properties.branch.clone(),
        tags: properties.tags.clone(),
        build_url: properties.build_url.clone(),
        merge,
        contracts,
    }
}

/// Says what would be published.
pub(super) fn print(
    consumers: &BTreeMap<String, Vec<Prepared>>,
    properties: &VersionProperties,
    merge: bool,
    context: &Context,
) {
    let VersionProperties { version, branch, tags, build_url } = properties;
    for (consumer, contracts) in consumers {
        context.printer.line(Tone::Strong, &format!("{consumer} version {version}"));
        for (name, value) in
            [("branch", branch.as_deref()), ("tags", Some(&*tags.join(", "))), ("build URL", build_url.as_deref())]
        {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                context.printer.text(&format!("  {name}: {value}"));
            }
        }
        for Prepared { provider, files, interactions, content } in contracts {
            let interactions =
                if *interactions == 1 { "1 interaction".to_owned() } else { format!("{interactions} interactions") };
            let merged = if merge { ", to be merged with what is there" } else { "" };
            context.printer.text(&format!("  with {provider}: {interactions}, {}{merged}", size(content.len())));
            for file in files {
                context.printer.line(Tone::Faint, &format!("    {file}"));
            }
        }
    }
}

/// The same for programs.
pub(super) fn document(
    consumers: &BTreeMap<String, Vec<Prepared>>,
    properties: &VersionProperties,
    merge: bool,
) -> Value {
    let VersionProperties { version, branch, tags, build_url } = properties;
    let publications = consumers.iter().map(|(consumer, contracts)| {
        let contracts = contracts.iter().map(|Prepared { provider, files, interactions, content }| {
            json!({ "provider": provider, "files": files, "interactions": interactions, "bytes": content.len() })
        });
        json!({
            "consumer": consumer,
            "version": version,
            "branch": branch,
            "tags": tags,
            "buildUrl": build_url,
            "merge": merge,
            "contracts": contracts.collect::<Value>(),
        })
    });
    publications.collect()
}

fn size(bytes: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let bytes_as_number = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes_as_number / 1e3),
        _ => format!("{:.1} MB", bytes_as_number / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        assert_eq!(
            [0, 999, 1_000, 12_549, 13_586_492].map(size),
            ["0 bytes", "999 bytes", "1.0 kB", "12.5 kB", "13.6 MB"]
        );
    }
}
