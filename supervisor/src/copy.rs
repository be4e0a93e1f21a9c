//! Copies one store into another: the move from one machine to a fleet.

use anyhow::{Context, bail};
use domain::{Ids, InstallationId, Kind, SystemIds, Timestamp};
use store::{GroupQuery, Lease, Store, StoreError};

/// Groups, or entries of a group's history, taken at once.
const PAGE: usize = 256;

/// What was copied, or was there already.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) groups: usize,
    pub(crate) documents: usize,
    pub(crate) activities: usize,
    pub(crate) decisions: usize,
    pub(crate) rollups: usize,
    pub(crate) hosts: usize,
}

/// Copies everything but login tokens. A copy that was cut off is completed by the next; what differs in the target is
/// never overwritten. Nobody may work on either store meanwhile.
///
/// # Errors
/// When the target is another installation's, has something else under a name, or a store fails.
pub(crate) async fn copy(from: &dyn Store, to: &dyn Store) -> anyhow::Result<Copied> {
    let installation = from.installation(InstallationId(SystemIds.fresh())).await?;
    let taken = to.installation(installation).await?;
    if taken != installation {
        bail!("the target is installation {taken}, and the source {installation}: expected an empty target");
    }
    let mut copied = Copied::default();
    for kind in Kind::ALL {
        copied.documents += documents(from, to, kind).await?;
    }
    for host in from.hosts().await? {
        to.put_host(&host).await?;
        let state = to.set_host_state(&host.name, host.state).await?;
        if state != Some(host.state) {
            bail!("host {} is removed in the target", host.name);
        }
        copied.hosts += 1;
    }
    // Before the groups: a leader whose epoch is below theirs could decide nothing.
    lease(from, to).await?;
    groups(from, to, &mut copied).await?;
    Ok(copied)
}

async fn documents(from: &dyn Store, to: &dyn Store, kind: Kind) -> anyhow::Result<usize> {
    let all = from.documents(kind, None).await?;
    for document in &all {
        let document = &document.value;
        match to.create_document(document).await {
            Ok(_) => {}
            Err(StoreError::Exists(_)) => {
                let there = to.document(kind, &document.account, document.body.name()).await?;
                if there.is_none_or(|there| there.value != *document) {
                    bail!(
                        "{kind:?} {:?} of {} differs in the target",
                        document.body.name(),
                        document.account
                    );
                }
            }
            Err(error) => return Err(error).with_context(|| format!("{kind:?} {:?}", document.body.name())),
        }
    }
    Ok(all.len())
}

/// The next leader goes on from the epoch of the last one.
async fn lease(from: &dyn Store, to: &dyn Store) -> anyhow::Result<()> {
    let Some(last) = from.lease().await? else {
        return Ok(());
    };
    let there = to.lease().await?;
    if there.as_ref().is_some_and(|there| there.epoch >= last.epoch) {
        return Ok(());
    }
    let free = Lease {
        holder: String::new(),
        ..last
    };
    Ok(to.replace_lease(&free, there.as_ref()).await?)
}

async fn groups(from: &dyn Store, to: &dyn Store, copied: &mut Copied) -> anyhow::Result<()> {
    let mut query = GroupQuery {
        deleted: true,
        limit: PAGE,
        ..GroupQuery::default()
    };
    loop {
        let page = from.groups(&query).await?;
        for group in &page {
            let group = &group.value;
            match to.create_group(group).await {
                Ok(_) => {}
                Err(StoreError::Exists(_)) => {
                    let there = to.group(group.id).await?;
                    if there.is_none_or(|there| there.value != *group) {
                        bail!("group {} of {} differs in the target", group.name, group.account);
                    }
                }
                Err(error) => return Err(error).with_context(|| format!("group {}", group.name)),
            }
            copied.groups += 1;
            copied.activities += history(from, to, group.id).await?;
            copied.decisions += decisions(from, to, group.id).await?;
            copied.rollups += rollups(from, to, group.id).await?;
        }
        match page.last() {
            Some(last) if page.len() == PAGE => query.after = Some(last.value.id),
            Some(_) | None => return Ok(()),
        }
    }
}

async fn history(from: &dyn Store, to: &dyn Store, group: domain::GroupId) -> anyhow::Result<usize> {
    let mut copied = 0;
    loop {
        let page = from.activities(group, copied, PAGE).await?;
        if page.is_empty() {
            return Ok(copied);
        }
        to.put_activities(&page).await?;
        copied += page.len();
    }
}

async fn decisions(from: &dyn Store, to: &dyn Store, group: domain::GroupId) -> anyhow::Result<usize> {
    let all = from.decisions(group, usize::MAX).await?;
    for some in all.chunks(PAGE) {
        to.put_decisions(some).await?;
    }
    Ok(all.len())
}

/// A group's minutes, of all the days that are kept.
async fn rollups(from: &dyn Store, to: &dyn Store, group: domain::GroupId) -> anyhow::Result<usize> {
    let (begin, end) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
    let all = from.rollups(group, begin, end).await?;
    for some in all.chunks(PAGE) {
        to.put_rollups(some).await?;
    }
    Ok(all.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use domain::{ActivityStatus, Epoch};
    use store::MemoryStore;
    use store::conformance::fixtures;

    use super::*;

    async fn filled() -> MemoryStore {
        let store = MemoryStore::new();
        store
            .installation(InstallationId(SystemIds.fresh()))
            .await
            .unwrap();
        let group = fixtures::full_group("user01", "web");
        store.create_group(&group).await.unwrap();
        for name in ["one", "two"] {
            store
                .create_document(&fixtures::configuration("user01", name))
                .await
                .unwrap();
        }
        let activities: Vec<_> = (0..300)
            .map(|start| fixtures::activity(group.id, start, ActivityStatus::Successful))
            .collect();
        store.put_activities(&activities).await.unwrap();
        let decisions: Vec<_> = (0..300).map(|at| fixtures::decision(group.id, at)).collect();
        store.put_decisions(&decisions).await.unwrap();
        let rollups: Vec<_> = (0..300).map(|m| fixtures::rollup(group.id, m * 60_000)).collect();
        store.put_rollups(&rollups).await.unwrap();
        store.put_host(&fixtures::host("docker01")).await.unwrap();
        let lease = Lease {
            holder: "somebody".to_owned(),
            epoch: Epoch(7),
            renewals: 3,
        };
        store.replace_lease(&lease, None).await.unwrap();
        store
    }

    #[tokio::test]
    async fn everything_arrives_and_a_second_copy_changes_nothing() {
        let (from, to) = (filled().await, MemoryStore::new());
        let all = Copied {
            groups: 1,
            documents: 2,
            activities: 300,
            decisions: 300,
            rollups: 300,
            hosts: 1,
        };
        for _ in 0..2 {
            assert_eq!(copy(&from, &to).await.unwrap(), all);
        }
        let query = GroupQuery {
            limit: 10,
            ..GroupQuery::default()
        };
        let (before, after) = (
            from.groups(&query).await.unwrap(),
            to.groups(&query).await.unwrap(),
        );
        assert_eq!(before[0].value, after[0].value);
        let group = before[0].value.id;
        assert_eq!(
            from.activities(group, 0, 1_000).await.unwrap(),
            to.activities(group, 0, 1_000).await.unwrap()
        );
        assert_eq!(
            from.decisions(group, 1_000).await.unwrap(),
            to.decisions(group, 1_000).await.unwrap()
        );
        let (begin, end) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
        assert_eq!(
            from.rollups(group, begin, end).await.unwrap(),
            to.rollups(group, begin, end).await.unwrap()
        );
        let lease = to.lease().await.unwrap().unwrap();
        assert_eq!(
            (lease.epoch, lease.holder.as_str()),
            (Epoch(7), ""),
            "nobody leads there yet"
        );
    }

    #[tokio::test]
    async fn another_installation_and_other_documents_are_left_alone() {
        let from = filled().await;
        let refused = copy(&from, &filled().await).await.unwrap_err().to_string();
        assert!(refused.contains("expected an empty target"), "{refused}");

        let to = MemoryStore::new();
        let mine = from
            .installation(InstallationId(SystemIds.fresh()))
            .await
            .unwrap();
        to.installation(mine).await.unwrap();
        let mut other = fixtures::configuration("user01", "two");
        other.used_by.insert(domain::GroupId(SystemIds.fresh()));
        to.create_document(&other).await.unwrap();
        let refused = copy(&from, &to).await.unwrap_err().to_string();
        assert!(
            refused.contains("\"two\" of user01 differs in the target"),
            "{refused}"
        );
    }
}
