//! Waiting for a group.

use api::{Client, ClientError, client::path};
use serde_json::Value;

use super::troubles::Troubles;
use super::{Awaited, Progress};
use crate::kinds::GROUP;
use crate::messages::Failure;

/// Where a group should get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The desired capacity runs.
    Running,
    /// No instance is left.
    Gone,
}

/// A group on its way.
pub struct GroupMove<'a> {
    client: &'a Client,
    group: &'a str,
    goal: Goal,
    troubles: Troubles<'a>,
}

impl<'a> GroupMove<'a> {
    /// To be prepared before the group is told to move.
    pub async fn prepare(client: &'a Client, group: &'a str, goal: Goal) -> Self {
        Self {
            client,
            group,
            goal,
            troubles: Troubles::from_now(client, group).await,
        }
    }

    async fn running(&self) -> Result<Progress, Failure> {
        let group = self.client.get(&path(&[GROUP.all, self.group])).await?;
        if let Some(state) = text(&group, "state").filter(|state| *state != "started") {
            let moved = format!("group {:?} is {state}: somebody else changed it", self.group);
            return Err(self.not_reached(moved));
        }
        let of = group
            .get("desired_capacity")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let done = self.count(|status| status == "RUNNING").await?;
        Ok(Progress {
            done,
            of,
            ..Progress::default()
        })
    }

    async fn gone(&self, most: u64) -> Result<Progress, Failure> {
        let left = match self.count(|status| status != "DOWN").await {
            Ok(left) => left,
            // Deleted meanwhile, which is as gone as can be.
            Err(error) if error.status() == Some(404) => 0,
            Err(error) => return Err(error.into()),
        };
        Ok(Progress::of_left(left, most))
    }

    async fn count(&self, which: fn(&str) -> bool) -> Result<u64, ClientError> {
        let instances = self
            .client
            .get(&path(&[GROUP.all, self.group, "instances"]))
            .await?;
        let statuses = instances
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|i| text(i, "status"));
        Ok(u64::try_from(statuses.filter(|status| which(status)).count()).unwrap_or(u64::MAX))
    }

    fn not_reached(&self, what: String) -> Failure {
        let hint = self.troubles.where_told();
        Failure::NotReached { what, hint }
    }
}

impl Awaited for GroupMove<'_> {
    fn name(&self) -> &str {
        self.group
    }

    async fn look(&mut self, last: &Progress) -> Result<Progress, Failure> {
        match self.goal {
            Goal::Running => self.running().await,
            Goal::Gone => self.gone(last.of).await,
        }
    }

    /// Each new failure, and with the first one where more is told.
    async fn troubles(&mut self) -> Vec<String> {
        let first = self.troubles.last().is_none();
        let new = self.troubles.new_ones().await;
        let mut told: Vec<String> = new.iter().map(|why| format!("failed: {why}")).collect();
        if first && !told.is_empty() {
            told.push(self.troubles.where_told());
        }
        told
    }

    fn describe(&self, progress: &Progress) -> String {
        match self.goal {
            Goal::Running => progress.told("instance runs", "instances run"),
            Goal::Gone => progress.told("instance is gone", "instances are gone"),
        }
    }

    fn too_late(&self, how_far: String) -> Failure {
        let mut what = format!("group {:?}: {how_far}", self.group);
        if let Some(why) = self.troubles.last() {
            what.push_str(&format!("; the last failure: {why}"));
        }
        self.not_reached(what)
    }
}

fn text<'a>(document: &'a Value, field: &str) -> Option<&'a str> {
    document.get(field)?.as_str()
}
