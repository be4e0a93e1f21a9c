//! Messages become observations: here it is decided what a message can still prove.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AccountName, Cause, ContainerFacts, ContainerState, FromHost, GroupId, Health, Host, Instance,
    InstanceId, Mark, Message, Observation, Outcome, Phase, Sample, Stamp,
};

use crate::cache::Cache;
use crate::fleet::{Fleet, Hearing};

/// Observations not yet committed, by group, in the order in which they came.
#[derive(Default)]
pub(crate) struct Inbox {
    waiting: BTreeMap<GroupId, Vec<(InstanceId, Observation)>>,
}

/// What else a message asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Consequence {
    /// A host is new or changed: store it.
    Registered(Box<Host>),
    /// A full report told these containers of ours, which no record knows.
    Unclaimed {
        /// Where.
        host: domain::HostName,
        /// Which.
        containers: Vec<ContainerFacts>,
        /// How many containers of ours there are in all.
        of: usize,
    },
    /// A container of ours that no record knows does not run any more.
    OrphanDied(domain::HostName, domain::ContainerId),
    /// A worker says that the record's container runs: the agent should say so too.
    Started(GroupId, InstanceId),
    /// A launch or a stop goes on.
    Progress(GroupId, InstanceId, u8, String),
    /// A stop was given up after so many deliveries.
    NotStopped(GroupId, InstanceId, u32),
    /// An account tells a figure.
    Figure {
        /// Whose it is.
        account: AccountName,
        /// The source.
        source: String,
        /// The metric.
        metric: String,
        /// The figure.
        value: f64,
    },
    /// The load of instances that are known.
    Sampled(Vec<Sample>),
    /// A second engine speaks under a known host's name.
    WrongEngine(Stamp),
}

impl Inbox {
    /// The groups that have something to be told.
    pub(crate) fn touched(&self) -> impl Iterator<Item = GroupId> {
        self.waiting.keys().copied()
    }

    /// What waits for a group; it stays until [`Inbox::settle`].
    pub(crate) fn of(&self, group: GroupId) -> &[(InstanceId, Observation)] {
        self.waiting.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Drops the first `done` observations of a group: they are committed, or mean nothing.
    pub(crate) fn settle(&mut self, group: GroupId, done: usize) {
        if let Some(waiting) = self.waiting.get_mut(&group) {
            waiting.drain(..done.min(waiting.len()));
            if waiting.is_empty() {
                self.waiting.remove(&group);
            }
        }
    }

    fn push(&mut self, group: GroupId, record: InstanceId, seen: Observation) {
        self.waiting.entry(group).or_default().push((record, seen));
    }

    /// Takes a message in.
    pub(crate) fn receive(&mut self, message: Message, fleet: &mut Fleet, cache: &Cache) -> Vec<Consequence> {
        match message {
            Message::Host { stamp, body } => self.host_said(&stamp, body, fleet, cache),
            Message::Job {
                host,
                group,
                record,
                outcome,
            } => {
                fleet.note_outcome(&host, &outcome);
                self.outcome(group, record, outcome, cache)
            }
            Message::Figure {
                account,
                source,
                metric,
                value,
            } => vec![Consequence::Figure {
                account,
                source,
                metric,
                value,
            }],
            Message::Engine { host, engine } => {
                fleet.note_pulse(&host, &engine);
                Vec::new()
            }
        }
    }

    fn outcome(
        &mut self,
        group: GroupId,
        record: InstanceId,
        outcome: Outcome,
        cache: &Cache,
    ) -> Vec<Consequence> {
        let Some(instance) = cache.instance(group, record) else {
            return Vec::new();
        };
        match outcome {
            Outcome::Started if matches!(instance.phase, Phase::Pending { .. }) => {
                return vec![Consequence::Started(group, record)];
            }
            Outcome::Started => {}
            Outcome::Failed { reason, host_full } => {
                self.push(group, record, Observation::LaunchFailed { reason, host_full });
            }
            Outcome::Gone => self.push(group, record, Observation::Gone),
            Outcome::Progress { percent, message } => {
                return vec![Consequence::Progress(group, record, percent, message)];
            }
            Outcome::NotStopped { deliveries } => {
                return vec![Consequence::NotStopped(group, record, deliveries)];
            }
        }
        Vec::new()
    }

    fn host_said(
        &mut self,
        stamp: &Stamp,
        body: FromHost,
        fleet: &mut Fleet,
        cache: &Cache,
    ) -> Vec<Consequence> {
        let mut consequences = Vec::new();
        if let FromHost::Report { host, .. } = &body
            && fleet.register(host)
        {
            consequences.push(Consequence::Registered(host.clone()));
        }
        if let FromHost::Samples { host, instances } = body {
            // Read from the kernel's files: they say nothing about the engine, and do not end a silence.
            return if fleet.note_load(stamp, host) {
                let known = |sample: &Sample| cache.instance(sample.group, sample.record).is_some();
                vec![Consequence::Sampled(
                    instances.into_iter().filter(known).collect(),
                )]
            } else {
                consequences
            };
        }
        match fleet.hear(stamp) {
            Hearing::Accepted => {}
            Hearing::Outdated | Hearing::Unknown => return consequences,
            Hearing::WrongEngine => return vec![Consequence::WrongEngine(stamp.clone())],
        }
        match body {
            FromHost::Event(facts) => {
                if fleet.note_event(stamp, facts.record) {
                    let runs = matches!(facts.state, ContainerState::Running(_));
                    if !runs && cache.instance(facts.group, facts.record).is_none() {
                        consequences.push(Consequence::OrphanDied(stamp.host.clone(), facts.id.clone()));
                    }
                    self.container(*facts, mark(stamp, stamp.sequence), cache);
                }
            }
            FromHost::Samples { .. } => {}
            FromHost::Report {
                listed_from,
                containers,
                ..
            } => consequences.extend(self.report(stamp, listed_from, containers, fleet, cache)),
        }
        consequences
    }

    fn report(
        &mut self,
        stamp: &Stamp,
        listed_from: u64,
        containers: Vec<ContainerFacts>,
        fleet: &mut Fleet,
        cache: &Cache,
    ) -> Option<Consequence> {
        if !fleet.is_news(&stamp.host, listed_from) {
            return None;
        }
        let listed: BTreeSet<InstanceId> = containers.iter().map(|facts| facts.record).collect();
        for (group, instance) in cache.on_host(&stamp.host) {
            let seen = instance.container.as_ref().and_then(|container| container.seen);
            // A launch on its way need not show yet; one that ends is confirmed by whoever removes it.
            if matches!(instance.phase, Phase::InService { .. })
                && !listed.contains(&instance.id)
                && fleet.proves_absence(&stamp.host, instance.id, seen, listed_from)
            {
                self.push(group, instance.id, Observation::Cancel(Cause::Vanished));
            }
        }
        let of = containers.len();
        let mut unclaimed = Vec::new();
        for facts in containers {
            // What an event told since the listing began is newer than the listing.
            if !fleet.listing_covers(&stamp.host, facts.record, listed_from) {
                continue;
            }
            if cache.instance(facts.group, facts.record).is_none() {
                unclaimed.push(facts);
            } else {
                self.container(facts, mark(stamp, listed_from), cache);
            }
        }
        fleet.note_listing(&stamp.host, listed_from);
        Some(Consequence::Unclaimed {
            host: stamp.host.clone(),
            containers: unclaimed,
            of,
        })
    }

    fn container(&mut self, facts: ContainerFacts, mark: Mark, cache: &Cache) {
        let known = cache.instance(facts.group, facts.record);
        if known.is_some_and(|instance| !is_told(instance, &facts)) {
            self.push(
                facts.group,
                facts.record,
                Observation::Container(Box::new(facts), Some(mark)),
            );
        }
    }
}

fn mark(stamp: &Stamp, sequence: u64) -> Mark {
    Mark {
        incarnation: stamp.incarnation,
        sequence,
    }
}

/// Whether the record says all that the facts say: most of a full report is no news.
fn is_told(instance: &Instance, facts: &ContainerFacts) -> bool {
    let same = instance.container.as_ref().is_some_and(|c| {
        c.id == facts.id && (facts.private_ip.is_empty() || c.private_ip == facts.private_ip)
    });
    let running = matches!(
        facts.state,
        ContainerState::Running(Health::None | Health::Healthy)
    );
    same && running && matches!(instance.phase, Phase::InService { .. }) && !instance.is_lost()
}

#[cfg(test)]
mod tests;
