//! The failures of a group while somebody waits for it.

use std::collections::HashSet;

use api::{Client, ClientError, client::path};
use serde_json::Value;

use crate::kinds::GROUP;

/// A group's failed activities, each told once.
pub(super) struct Troubles<'a> {
    client: &'a Client,
    group: &'a str,
    /// Those that are known, by id.
    known: HashSet<String>,
    /// Why the last new one failed.
    last: Option<String>,
}

impl<'a> Troubles<'a> {
    /// Begins after the failures that are there already: they explain nothing.
    pub(super) async fn from_now(client: &'a Client, group: &'a str) -> Self {
        let mut troubles = Self {
            client,
            group,
            known: HashSet::new(),
            last: None,
        };
        // Without them a failure of old might be told; the group's own call will say what is wrong now.
        let failures = troubles.failures().await.unwrap_or_default();
        troubles.known = failures.iter().map(id).collect();
        troubles
    }

    /// The new failures, oldest first. A list that cannot be read has none: the next look may read it.
    pub(super) async fn new_ones(&mut self) -> Vec<String> {
        let mut new = self.failures().await.unwrap_or_default();
        new.retain(|failure| self.known.insert(id(failure)));
        new.reverse();
        let told: Vec<String> = new.iter().filter_map(reason).collect();
        self.last = told.last().cloned().or_else(|| self.last.take());
        told
    }

    /// Why the last new one failed.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Where all is told.
    pub(super) fn where_told(&self) -> String {
        format!(
            "`ms list-activities --asg-name {}` tells what was tried",
            self.group
        )
    }

    /// Failed activities, newest first.
    async fn failures(&self) -> Result<Vec<Value>, ClientError> {
        let activities = self
            .client
            .get(&path(&[GROUP.all, self.group, "activities"]))
            .await?;
        let all = activities.as_array().cloned().unwrap_or_default();
        Ok(all
            .into_iter()
            .filter(|activity| text(activity, "status") == "failed")
            .collect())
    }
}

fn text<'a>(activity: &'a Value, field: &str) -> &'a str {
    activity.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn id(activity: &Value) -> String {
    text(activity, "activity_id").to_owned()
}

fn reason(activity: &Value) -> Option<String> {
    let told = [text(activity, "message"), text(activity, "description")];
    let told = told.into_iter().find(|told| !told.is_empty());
    told.map(str::to_owned)
}
