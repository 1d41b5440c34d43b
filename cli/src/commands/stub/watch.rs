//! Serving files anew when they change.
//!
//! The files are looked at twice a second: their names, lengths and times of change. That needs no more than a few system
//! calls, and unlike the notifications of operating systems it also works on network drives and in containers. A change is
//! taken when the files look the same twice in a row, since editors and tests write in several steps.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use intact_mock_server::StubServer;
use intact_pact_model::Pact;
use tokio::time::{MissedTickBehavior, interval};

use super::{Args, content, files, pacts, tell_overlaps};
use crate::context::Context;
use crate::printer::Tone;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What the files looked like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen(BTreeMap<PathBuf, Option<(u64, SystemTime)>>);

impl Seen {
    /// As they are now. A file that is not there is a look too.
    pub(super) fn of(args: &Args) -> Self {
        // Without any file there is nothing to see, until there is again.
        let files = files(args).unwrap_or_default();
        let look = |path: PathBuf| {
            let metadata = std::fs::metadata(&path).ok();
            let look = metadata.and_then(|metadata| Some((metadata.len(), metadata.modified().ok()?)));
            (path, look)
        };
        Self(files.into_iter().map(look).collect())
    }
}

/// Replaces the pacts of the server whenever the files have changed. Never ends.
pub(super) async fn reload_on_change(
    server: &StubServer,
    args: &Args,
    fetched: &[Arc<Pact>],
    mut served: Seen,
    context: &Context,
) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = served.clone();
    loop {
        ticks.tick().await;
        let now = Seen::of(args);
        let is_settled = now == before;
        before = now.clone();
        if !is_settled || now == served {
            continue;
        }
        served = now;
        reload(server, args, fetched, context);
    }
}

fn reload(server: &StubServer, args: &Args, fetched: &[Arc<Pact>], context: &Context) {
    let reloaded = pacts(args, fetched).and_then(|pacts| {
        let count = pacts.len();
        server.replace(pacts)?;
        Ok(count)
    });
    match reloaded {
        Ok(count) => {
            context.printer.line(Tone::Good, &format!("Reloaded: {}", content(server, count)));
            tell_overlaps(server, context);
        }
        Err(error) => {
            context.printer.remark(Tone::Bad, "The changed files are not served, but the pacts from before:");
            context.printer.error(&error);
        }
    }
}
