//! A group's scaling activities, its decisions and its load.

use domain::{AccountName, Activity, Decision, Rollup, Timestamp};

use super::Service;
use crate::error::Result;

impl Service {
    /// A page of a group's history, newest start first. What is under way shows once the health manager has copied
    /// it from the group's outbox, milliseconds after the change.
    pub(crate) async fn activities(
        &self,
        account: &AccountName,
        group: &str,
        (skip, limit): (usize, usize),
    ) -> Result<Vec<Activity>> {
        let group = self.group(account, group).await?;
        Ok(self.store().activities(group.id, skip, limit).await?)
    }

    /// A group's last decisions, newest first. They too show once they are copied from the group's outbox.
    pub(crate) async fn decisions(
        &self,
        account: &AccountName,
        group: &str,
        limit: usize,
    ) -> Result<Vec<Decision>> {
        let group = self.group(account, group).await?;
        Ok(self.store().decisions(group.id, limit).await?)
    }

    /// A group's minutes between two times, oldest first. The last ones show once they are written, seconds after they
    /// are over.
    pub(crate) async fn rollups(
        &self,
        account: &AccountName,
        group: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<Rollup>> {
        let group = self.group(account, group).await?;
        Ok(self.store().rollups(group.id, from, to).await?)
    }
}
