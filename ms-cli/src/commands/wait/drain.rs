//! Waiting until a host is empty.

use std::collections::BTreeSet;

use api::{Client, client::path};
use serde_json::Value;

use super::{Awaited, Progress};
use crate::messages::Failure;

/// Why nothing moves at all.
const FROZEN: &str = "more than half of the hosts are silent, so nothing is replaced or terminated";

/// A host that is drained.
pub struct Drain<'a> {
    client: &'a Client,
    host: &'a str,
    /// What the health manager said of it already.
    told: BTreeSet<String>,
    /// Whether a health manager was heard of at the last look.
    watched: bool,
}

impl<'a> Drain<'a> {
    /// Of a host that was told to.
    pub fn new(client: &'a Client, host: &'a str) -> Self {
        Self {
            client,
            host,
            told: BTreeSet::new(),
            watched: true,
        }
    }

    fn not_reached(what: String) -> Failure {
        let hint = "`ms list-hosts` tells which hosts take instances, `ms status` what was decided last";
        Failure::NotReached {
            what,
            hint: hint.to_owned(),
        }
    }
}

impl Awaited for Drain<'_> {
    fn name(&self) -> &str {
        self.host
    }

    async fn look(&mut self, last: &Progress) -> Result<Progress, Failure> {
        let host = self.client.get(&path(&["hosts", self.host])).await?;
        let scheduling = host.get("scheduling").and_then(Value::as_str);
        if let Some(scheduling) = scheduling.filter(|scheduling| *scheduling != "draining") {
            let what = format!("host {:?} is {scheduling}: somebody else changed it", self.host);
            return Err(Self::not_reached(what));
        }
        let left = host.get("instances").and_then(Value::as_u64);
        self.watched = left.is_some();
        let seen = left.map_or_else(|| last.clone(), |left| Progress::of_left(left, last.of));
        // Nothing is there, but the health manager may not have heard that nothing is to come.
        let unsure = host.get("drained").and_then(Value::as_bool) != Some(true);
        Ok(Progress { unsure, ..seen })
    }

    /// What the health manager says of the host.
    async fn troubles(&mut self) -> Vec<String> {
        // A status that cannot be read tells nothing: the next one may.
        let status = self.client.get("status").await.unwrap_or_default();
        let reasons = status.pointer("/rounds/reasons").and_then(Value::as_array);
        let of_host = |reason: &&str| {
            reason
                .split(|c| " :,;()".contains(c))
                .any(|word| word == self.host)
        };
        let texts = reasons.into_iter().flatten().filter_map(Value::as_str);
        let frozen = status.pointer("/rounds/frozen").and_then(Value::as_bool) == Some(true);
        let new = texts
            .filter(of_host)
            .chain(frozen.then_some(FROZEN))
            .filter(|reason| !self.told.contains(*reason));
        let new: Vec<String> = new.map(str::to_owned).collect();
        self.told.extend(new.iter().cloned());
        new
    }

    fn describe(&self, progress: &Progress) -> String {
        let Progress { done, of, unsure } = progress;
        let gone = progress.told("instance is gone", "instances are gone");
        match (self.watched, *unsure && done == of) {
            (true, false) if *of == 0 => "no instance is there".to_owned(),
            (true, false) => gone,
            (true, true) if *of == 0 => {
                "no instance is there, to be confirmed by the health manager".to_owned()
            }
            (true, true) => format!("{gone}, to be confirmed by the health manager"),
            (false, _) => "no health manager is heard of".to_owned(),
        }
    }

    fn too_late(&self, how_far: String) -> Failure {
        Self::not_reached(format!("host {:?}: {how_far}", self.host))
    }
}
