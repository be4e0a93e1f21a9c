//! What a leader tells of itself: which instances are up or down and why, in the log; figures and the last rounds,
//! for operators.

use std::collections::BTreeSet;

use domain::{ActivityId, Cause, Group, GroupName, Instance, InstanceId, Phase, Status, Timestamp};
use planner::Plan;
use telemetry::{HostState, Reason, RoundStatus};
use tokio::time::Instant;

use crate::dispatch::Sent;
use crate::manager::Manager;

/// The last reasons that are shown: rounds that only take in news would otherwise hide the last decision.
const REASONS_SHOWN: usize = 20;

impl Manager {
    /// Tells what a plan decided; what keeps a group short is written into its history once.
    pub(crate) fn note_plan(&mut self, group: &mut Group, plan: &Plan, now: Timestamp) {
        self.note_shortfall(group, plan.shortfall.as_deref(), now);
        let known = self.reasons.get(&group.id).map_or(&[][..], Vec::as_slice);
        if plan.intents.is_empty() && known == plan.reasons {
            return;
        }
        if !plan.reasons.is_empty() {
            tracing::info!(group = %group.name, account = %group.account, reasons = ?plan.reasons, "decided");
        }
        let named = |reason: &String| Reason {
            account: group.account.to_string(),
            text: format!("{}: {reason}", group.name),
        };
        self.round_reasons.extend(plan.reasons.iter().map(named));
        self.reasons.insert(group.id, plan.reasons.clone());
    }

    fn note_shortfall(&mut self, group: &mut Group, shortfall: Option<&str>, now: Timestamp) {
        let Some(why) = shortfall else {
            self.shortfalls.remove(&group.id);
            return;
        };
        if self.shortfalls.get(&group.id).map(String::as_str) != Some(why) {
            group.note_shortfall(ActivityId(self.deps.ids.fresh()), why, now);
            self.shortfalls.insert(group.id, why.to_owned());
        }
    }

    pub(crate) fn note_round(&mut self, groups: usize, changed: usize, begun: Instant, frozen: bool) {
        let took = begun.elapsed();
        self.deps.metrics.round(groups, changed, took);
        self.deps.metrics.frozen(frozen);
        let surplus = self.round_reasons.len().saturating_sub(REASONS_SHOWN);
        self.round_reasons.drain(..surplus);
        self.deps.board.round(RoundStatus {
            at: self.deps.clock.now().seconds(),
            epoch: self.epoch.0,
            groups,
            changed,
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            frozen,
            decided: self.round_reasons.clone(),
            reasons: Vec::new(),
        });
        self.note_hosts();
    }

    /// The hosts as they were heard of last.
    pub(crate) fn note_hosts(&self) {
        let hosts = self.fleet.statuses(&self.cache);
        let up = hosts.iter().filter(|host| host.state == HostState::Up).count();
        self.deps.metrics.hosts(up, hosts.len().saturating_sub(up));
        for host in &hosts {
            self.deps.metrics.host_load(&host.name, host.cpu, host.memory);
        }
        self.deps.board.hosts(hosts);
    }

    pub(crate) fn note_sent(&self, sent: Sent) {
        if sent != Sent::default() {
            self.deps.metrics.jobs_sent(sent.launches, sent.stops);
        }
    }

    /// The figures of a group as it is stored now.
    pub(crate) fn note_group(&self, group: &Group) {
        let (account, name) = (group.account.as_str(), group.name.as_str());
        if group.deleted {
            self.deps.metrics.forget_group(account, name);
            return;
        }
        let count = |status: Status| group.instances.iter().filter(|i| i.status() == status).count();
        let counts = Status::ALL.map(|status| (status.as_str(), count(status)));
        self.deps.metrics.group(account, name, group.wanted(), &counts);
    }

    /// Logs and counts what became of instances, and tells the fleet how launches went.
    pub(crate) fn note_transitions(&mut self, before: &Group, after: &Group, refused: &BTreeSet<InstanceId>) {
        for old in &before.instances {
            let new = after.instance(old.id);
            self.note_loss(&after.name, old, new);
            let phase = new.map(|i| &i.phase);
            if phase == Some(&old.phase) {
                continue;
            }
            let status = phase.map_or("GONE", |phase| phase.status().as_str());
            let why = phase.and_then(cause).map(ToString::to_string).unwrap_or_default();
            tracing::info!(group = %after.name, instance = %old.hostname, host = %old.host, status, why, "instance");
            if let (Phase::Pending { .. }, Some(now)) = (&old.phase, phase) {
                self.note_launch_end(old, now, refused.contains(&old.id));
            }
        }
        for new in after.instances.iter().filter(|i| before.instance(i.id).is_none()) {
            let status = new.phase.status().as_str();
            tracing::info!(
                group = %after.name, instance = %new.hostname, host = %new.host, zone = %new.zone,
                status, reason = %new.reason, "instance"
            );
        }
    }

    fn note_loss(&self, group: &GroupName, old: &Instance, new: Option<&Instance>) {
        let (was, is) = (old.is_lost(), new.is_some_and(Instance::is_lost));
        if was != is {
            let what = if is {
                "lost with its host"
            } else {
                "not lost any more"
            };
            tracing::warn!(%group, instance = %old.hostname, host = %old.host, what, "instance");
        }
    }

    fn note_launch_end(&mut self, instance: &Instance, now: &Phase, refused: bool) {
        let failed = match now {
            Phase::InService { .. } => false,
            Phase::Terminating { cause, .. } | Phase::Terminated { cause } => match cause {
                Cause::Stalled | Cause::LaunchFailed(_) | Cause::Died { .. } | Cause::Unhealthy => true,
                Cause::ScaleIn
                | Cause::Requested
                | Cause::GroupStopped
                | Cause::ZoneRemoved
                | Cause::HostLost
                | Cause::HostReturned
                | Cause::HostDrained
                | Cause::HostRemoved
                | Cause::Vanished => return,
            },
            Phase::Pending { .. } => return,
        };
        if !refused {
            self.fleet.note_launch(&instance.host, failed);
        }
        self.deps.metrics.launch_ended(!failed);
    }
}

fn cause(phase: &Phase) -> Option<&Cause> {
    match phase {
        Phase::Terminating { cause, .. } | Phase::Terminated { cause } => Some(cause),
        Phase::Pending { .. } | Phase::InService { .. } => None,
    }
}
