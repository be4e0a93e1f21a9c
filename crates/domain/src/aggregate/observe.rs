//! Observed state: what reports and job outcomes do to a group's records.

use std::borrow::Cow;

use crate::group::{BACKOFF_RESET, EARLY_EXIT};
use crate::instance::{Lost, Mark};
use crate::phase::{Event, Phase};
use crate::report::{ContainerFacts, ContainerState, Health};
use crate::{Cause, Group, Illegal, Instance, InstanceId, LaunchHealth, Process, Timestamp};

/// Something learnt about one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observation {
    /// Its container, as an engine shows it.
    Container(Box<ContainerFacts>, Option<Mark>),
    /// Proof that no container of the record exists, nor comes any more: a worker's that saw the record ended before
    /// it searched. An engine's word alone is none, for a repeated launch may make the container anew.
    Gone,
    /// A worker gave the launch up.
    LaunchFailed {
        /// Why.
        reason: String,
        /// The host had no room; counted against the host's ledger, not against the image.
        host_full: bool,
    },
    /// The service cancels it, for example past its deadline.
    Cancel(Cause),
    /// Its host is lost: the record leaves its slot. A launch under way is given up.
    HostLost,
    /// Its host was lost and returned, and it stays.
    Kept,
    /// Its host was removed and says nothing: the record ends, whatever became of its container.
    WrittenOff,
}

impl Observation {
    fn event(&self) -> Option<Event> {
        match self {
            Self::Gone => Some(Event::Gone),
            Self::LaunchFailed { reason, .. } => Some(Event::LaunchFailed(reason.clone())),
            Self::Cancel(cause) => Some(Event::Cancel(cause.clone())),
            Self::HostLost | Self::Kept => None,
            Self::WrittenOff => Some(Event::Gone),
            Self::Container(facts, _) => match facts.state {
                ContainerState::Created | ContainerState::Running(Health::Starting) => None,
                ContainerState::Running(Health::None | Health::Healthy) => Some(Event::Ready),
                ContainerState::Running(Health::Unhealthy) => Some(Event::Unhealthy),
                ContainerState::Exited { code, oom } => Some(Event::Died { exit_code: code, oom }),
                ContainerState::Removed => Some(Event::Cancel(Cause::Vanished)),
            },
        }
    }
}

impl Observation {
    /// What happens to an instance in this phase.
    fn events(&self, phase: &Phase) -> Vec<Event> {
        let ends = match self {
            // A launch under way is given up with its host.
            Self::HostLost if matches!(phase, Phase::Pending { .. }) => Some(Cause::HostLost),
            // Whoever ends already keeps its cause.
            Self::WrittenOff => Some(Cause::HostRemoved),
            _ => None,
        };
        ends.map(Event::Cancel).into_iter().chain(self.event()).collect()
    }

    /// Whether it shows that the record's host speaks of it.
    fn is_word_of_host(&self) -> bool {
        match self {
            Self::Container(..) | Self::LaunchFailed { .. } | Self::Gone | Self::Cancel(Cause::Vanished) => {
                true
            }
            Self::Cancel(_) | Self::HostLost | Self::Kept | Self::WrittenOff => false,
        }
    }
}

/// What becomes of a record's note that its host was lost.
fn lost_after(before: &Instance, after: &Phase, seen: &Observation, now: Timestamp) -> Option<Lost> {
    match seen {
        Observation::HostLost => {
            let known = before.lost.filter(|lost| !lost.returned);
            known.or(Some(Lost {
                since: now,
                returned: false,
            }))
        }
        Observation::WrittenOff => None,
        Observation::Kept => before.lost.filter(|lost| !lost.returned),
        seen => {
            let lost = before.lost.map(|lost| Lost {
                returned: lost.returned || seen.is_word_of_host(),
                ..lost
            });
            // Who ends on a host that speaks is a record like others.
            lost.filter(|lost| !lost.returned || matches!(after, Phase::InService { .. }))
        }
    }
}

impl Group {
    /// Applies one observation. Returns whether anything worth a commit changed; an unknown record changes nothing.
    ///
    /// # Errors
    /// [`Illegal`] when the record's phase cannot take it, which is a defect: the group is left as it was.
    pub fn observe(
        &mut self,
        record: InstanceId,
        seen: &Observation,
        now: Timestamp,
    ) -> Result<bool, Illegal> {
        let Some(at) = self.instances.iter().position(|i| i.id == record) else {
            return Ok(false);
        };
        let Some(before) = self.instances.get(at).cloned() else {
            return Ok(false);
        };
        let mut after = before.clone();
        if let Observation::Container(facts, mark) = seen
            && facts.state != ContainerState::Removed
        {
            after.note(facts, *mark);
        }
        for event in self.heeded(seen).events(&before.phase) {
            if self.bears_with(&before.phase, &event) {
                continue;
            }
            after.phase = after.phase.on(event, now)?;
        }
        after.lost = lost_after(&before, &after.phase, seen, now);
        if after.says_as(&before) {
            return Ok(false);
        }
        let full = matches!(seen, Observation::LaunchFailed { host_full: true, .. });
        self.note_transition(&before, &after, full, now);
        if *seen == Observation::WrittenOff {
            self.note_written_off(&after);
        }
        if matches!(after.phase, Phase::Terminated { .. }) {
            self.instances.remove(at);
        } else if let Some(slot) = self.instances.get_mut(at) {
            *slot = after;
        }
        Ok(true)
    }

    /// What counts of an observation: while health checks are suspended, what runs is as if it had none. Reports tell it
    /// again.
    fn heeded<'a>(&self, seen: &'a Observation) -> Cow<'a, Observation> {
        match seen {
            Observation::Container(facts, mark)
                if matches!(facts.state, ContainerState::Running(_))
                    && self.is_suspended(Process::HealthCheck) =>
            {
                let facts = ContainerFacts {
                    state: ContainerState::Running(Health::None),
                    ..(**facts).clone()
                };
                Cow::Owned(Observation::Container(Box::new(facts), *mark))
            }
            seen => Cow::Borrowed(seen),
        }
    }

    /// Whether an instance that is unhealthy stays, because its replacement is suspended. Reports tell it again.
    fn bears_with(&self, phase: &Phase, event: &Event) -> bool {
        let serves = matches!(phase, Phase::InService { .. });
        serves && *event == Event::Unhealthy && self.is_suspended(Process::ReplaceUnhealthy)
    }

    /// History and launch health of one transition.
    fn note_transition(&mut self, before: &Instance, after: &Instance, host_full: bool, now: Timestamp) {
        self.note_loss(before, after, now);
        match (&before.phase, &after.phase) {
            (Phase::Pending { .. }, Phase::InService { .. }) => self.note_launched(after, now),
            (Phase::Pending { .. }, Phase::Terminating { cause, .. } | Phase::Terminated { cause }) => {
                self.end_launch(before, cause, host_full, now);
                self.note_end(after, cause, now);
            }
            (Phase::InService { since }, Phase::Terminating { cause, .. } | Phase::Terminated { cause }) => {
                let died = matches!(cause, Cause::Died { .. } | Cause::Vanished);
                if died && since.is_recent(EARLY_EXIT, now) {
                    self.fail_launch(before, &cause.to_string(), now);
                }
                self.note_end(after, cause, now);
            }
            (Phase::Terminating { since, .. }, Phase::Terminated { cause }) => {
                self.note_terminated(after, cause, *since, now);
            }
            _ => {}
        }
    }

    fn note_end(&mut self, after: &Instance, cause: &Cause, now: Timestamp) {
        if matches!(after.phase, Phase::Terminated { .. }) {
            self.note_terminated(after, cause, now, now);
        } else {
            self.note_terminating(after, cause, now);
        }
    }

    fn end_launch(&mut self, launching: &Instance, cause: &Cause, host_full: bool, now: Timestamp) {
        let failed = match cause {
            Cause::Stalled
            | Cause::LaunchFailed(_)
            | Cause::Vanished
            | Cause::Died { .. }
            | Cause::Unhealthy => true,
            Cause::ScaleIn
            | Cause::Requested
            | Cause::GroupStopped
            | Cause::ZoneRemoved
            | Cause::HostLost
            | Cause::HostReturned
            | Cause::HostDrained
            | Cause::HostRemoved => false,
        };
        self.note_launch_ended(launching, failed, &cause.to_string(), now);
        if failed && !host_full {
            self.fail_launch(launching, &cause.to_string(), now);
        }
    }

    fn fail_launch(&mut self, launching: &Instance, reason: &str, now: Timestamp) {
        if self.recovered_by(now) {
            self.launches = LaunchHealth {
                template: self.launches.template,
                ..LaunchHealth::default()
            };
        }
        self.launches.fail(launching, reason, now);
    }

    /// Whether a launch made after the last failure has been up long enough to end the backoff.
    #[must_use]
    pub fn recovered_by(&self, now: Timestamp) -> bool {
        let Some(last) = self.launches.last_failure else {
            return true;
        };
        self.instances
            .iter()
            .filter(|i| !i.is_lost())
            .any(|i| match i.phase {
                Phase::InService { since } => i.created >= last && now.since(since) >= BACKOFF_RESET,
                Phase::Pending { .. } | Phase::Terminating { .. } | Phase::Terminated { .. } => false,
            })
    }
}
