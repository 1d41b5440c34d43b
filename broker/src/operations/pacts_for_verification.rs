//! Which pacts shall this provider verify, and which failures may break its build?

use std::collections::{HashMap, HashSet};

use crate::domain::id::{ContentId, PacticipantId};
use crate::domain::pending::{LOOK_BACK, PendingStatus, ProviderLine, Successes, pending_status, tags_in_progress};
use crate::domain::selection::{Entry, Found, default_demands, entries_of, select};
use crate::domain::selector::ConsumerVersionSelector;
use crate::domain::timestamp::Timestamp;
use crate::domain::verification_notice::PactToVerify;
use crate::store::{ReadTx, StoreError};

/// What a provider asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct VerificationRequest {
    /// The branch of the version that will verify.
    pub(crate) provider_branch: Option<String>,
    /// Its tags; they matter only without a branch.
    pub(crate) provider_tags: Vec<String>,
    /// Whether to say which pacts are pending.
    pub(crate) include_pending: bool,
    /// Also hand out work in progress that was published after this moment.
    pub(crate) wip_since: Option<Timestamp>,
    /// Which pacts; empty: the main line of every consumer and whatever runs somewhere.
    pub(crate) selectors: Vec<ConsumerVersionSelector>,
}

/// The pacts to verify.
#[derive(Debug)]
pub(crate) struct PactsToVerify {
    /// The chosen ones, then work in progress.
    pub(crate) pacts: Vec<PactToVerify>,
    /// The provider's line, which the notices name.
    pub(crate) line: ProviderLine,
}

/// Chooses the pacts that `provider` shall verify.
pub(crate) async fn pacts_for_verification(
    tx: &mut ReadTx,
    provider: PacticipantId,
    request: &VerificationRequest,
    now: Timestamp,
) -> Result<PactsToVerify, StoreError> {
    let demands = if request.selectors.is_empty() {
        default_demands(&tx.selection().consumers(provider).await?)
    } else {
        let branch = request.provider_branch.as_deref();
        request.selectors.iter().flat_map(|selector| selector.demands(branch)).collect()
    };
    let chosen = select(&demands, &tx.selection().candidates(provider, &demands).await?);
    let line = provider_line(tx, provider, request).await?;
    let in_progress = candidates_in_progress(tx, provider, request, &line, &chosen, now.minus(LOOK_BACK)).await?;

    let contents = |entries: &[Entry]| entries.iter().map(|entry| entry.pact.content).collect::<HashSet<ContentId>>();
    let asked = if request.include_pending { contents(&chosen) } else { HashSet::new() };
    let successes = tx.selection().successes(&asked, &line).await?;
    let recent = match line {
        ProviderLine::Tags(_) => tx.selection().successes(&contents(&in_progress), &line).await?,
        ProviderLine::Branch(_) | ProviderLine::Unknown => HashMap::new(),
    };

    let mut pacts: Vec<PactToVerify> = chosen
        .into_iter()
        .map(|entry| {
            let pending = request.include_pending.then(|| pending_status(&line, of(&successes, &entry)));
            PactToVerify { entry, pending, wip: false }
        })
        .collect();
    pacts.extend(in_progress.into_iter().filter_map(|entry| {
        let pending_tags = match &line {
            ProviderLine::Tags(tags) => {
                Some(tags_in_progress(tags, of(&recent, &entry))).filter(|tags| !tags.is_empty())?
            }
            // What the branch has verified was not found.
            ProviderLine::Branch(_) | ProviderLine::Unknown => Vec::new(),
        };
        let status = PendingStatus { pending: true, pending_tags, other_tags: Vec::new() };
        Some(PactToVerify { entry, pending: request.include_pending.then_some(status), wip: true })
    }));
    Ok(PactsToVerify { pacts, line })
}

fn of<'s>(successes: &'s HashMap<ContentId, Vec<Successes>>, entry: &Entry) -> &'s [Successes] {
    successes.get(&entry.pact.content).map(Vec::as_slice).unwrap_or_default()
}

async fn provider_line(
    tx: &mut ReadTx,
    provider: PacticipantId,
    request: &VerificationRequest,
) -> Result<ProviderLine, StoreError> {
    Ok(match &request.provider_branch {
        Some(branch) => ProviderLine::Branch(tx.selection().branch_line(provider, branch).await?),
        None if request.provider_tags.is_empty() => ProviderLine::Unknown,
        None => ProviderLine::Tags(tx.selection().tag_lines(provider, &request.provider_tags).await?),
    })
}

/// Contents at the head of some branch or tag that nobody chose; for a provider's branch those that it has not verified since
/// `looked_back`.
async fn candidates_in_progress(
    tx: &mut ReadTx,
    provider: PacticipantId,
    request: &VerificationRequest,
    line: &ProviderLine,
    chosen: &[Entry],
    looked_back: Timestamp,
) -> Result<Vec<Entry>, StoreError> {
    let (Some(since), ProviderLine::Branch(_) | ProviderLine::Tags(_)) = (request.wip_since, line) else {
        return Ok(Vec::new());
    };
    let chosen: HashSet<ContentId> = chosen.iter().map(|entry| entry.pact.content).collect();
    let mut candidates = tx.selection().heads_published_since(provider, since, line, looked_back).await?;
    candidates.retain(|candidate| !chosen.contains(&candidate.pact.content));
    if matches!(line, ProviderLine::Tags(_)) {
        // A provider that works with tags hears of the consumer's tags first. The sort keeps the order within each kind.
        candidates.sort_by_key(|candidate| !matches!(candidate.found, Found::TagHead(_)));
    }
    Ok(entries_of(&candidates))
}
