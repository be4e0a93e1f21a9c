//! The housekeeping that no decision waits for: stale references, old history, ended tokens.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::{GroupId, GroupState, Kind};
use store::Store;
use tokio::time::{MissedTickBehavior, interval};

use crate::Deps;

/// Between sweeps. A reference is dropped when two sweeps in a row find it stale: a start adds it before its commit.
const EVERY: Duration = Duration::from_secs(300);
/// Ended tokens are kept this long, so that their end can be told from a token never given.
const TOKENS: Duration = Duration::from_secs(24 * 3600);

/// Sweeps for ever.
pub(crate) async fn run(deps: Deps) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut suspects = BTreeSet::new();
    loop {
        ticks.tick().await;
        match sweep(&deps, &suspects).await {
            Ok(found) => suspects = found,
            Err(error) => tracing::warn!(%error, "housekeeping was put off"),
        }
    }
}

type Reference = (Kind, String, String, GroupId);

async fn sweep(deps: &Deps, suspects: &BTreeSet<Reference>) -> store::Result<BTreeSet<Reference>> {
    let now = deps.clock.now();
    deps.store.forget_tokens(now - TOKENS).await?;
    deps.store.forget_activities(now - deps.settings.history).await?;
    deps.store.forget_decisions(now - deps.settings.history).await?;
    deps.store.forget_rollups(now - deps.settings.rollups).await?;
    let mut found = BTreeSet::new();
    for kind in [Kind::LaunchConfiguration, Kind::LoadBalancer] {
        for read in deps.store.documents(kind, None).await? {
            let document = &read.value;
            for group in &document.used_by {
                if is_used(&deps.store, *group).await? {
                    continue;
                }
                let (account, name) = (document.account.to_string(), document.body.name().to_owned());
                let reference = (kind, account, name, *group);
                if suspects.contains(&reference) {
                    release(deps, &reference, document).await?;
                } else {
                    found.insert(reference);
                }
            }
        }
    }
    Ok(found)
}

async fn is_used(store: &Arc<dyn Store>, group: GroupId) -> store::Result<bool> {
    let read = store.group(group).await?;
    Ok(read.is_some_and(|read| !read.value.deleted && read.value.state != GroupState::Stopped))
}

async fn release(deps: &Deps, reference: &Reference, document: &domain::Document) -> store::Result<()> {
    let (kind, _, name, group) = reference;
    let Some(mut read) = deps.store.document(*kind, &document.account, name).await? else {
        return Ok(());
    };
    if !read.value.used_by.remove(group) {
        return Ok(());
    }
    tracing::info!(kind = kind.as_str(), name, %group, "a stale reference is dropped");
    match deps.store.replace_document(&read.value, read.revision).await {
        // Somebody else was faster; the next sweep looks again.
        Ok(_) | Err(store::StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}
