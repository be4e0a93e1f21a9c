//! Desired state: what users and policies ask, validated and applied in one place.

use std::collections::BTreeSet;

use super::scheduled::Scheduled;
use super::spec::GroupPatch;
use crate::phase::Phase;
use crate::{
    ActivityId, Cause, Decision, Generation, Group, GroupSpec, GroupState, Ids, Illegal, InstanceId,
    Observation, Process, Timestamp,
};

/// A change of desired state.
#[derive(Clone, Debug, PartialEq)]
pub enum Desire {
    /// Merge fields.
    Update(GroupPatch),
    /// Set desired capacity alone.
    Capacity {
        /// The new figure.
        desired: u32,
        /// Why, for the activity.
        cause: String,
    },
    /// Launch instances.
    Start,
    /// Remove every instance.
    Stop,
    /// Terminate one instance.
    Terminate {
        /// Which.
        instance: InstanceId,
        /// Lower desired capacity by one, so that it is not replaced.
        decrement: bool,
    },
    /// Remove the group; its name is free at once.
    Delete,
    /// Suspend processes; the others stay as they are.
    Suspend(BTreeSet<Process>),
    /// Resume processes; the others stay as they are.
    Resume(BTreeSet<Process>),
    /// Set desired capacity as policies decided.
    Decided(Box<Decision>),
    /// Set sizes as a schedule has it.
    Scheduled(Scheduled),
    /// Until then neither schedules nor policies do anything; none: they do again at once.
    PauseUntil(Option<Timestamp>),
}

/// Why a change was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DesireError {
    /// A value that fails validation.
    #[error("{field}: {message}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong, with the value.
        message: String,
    },
    /// Not in this state.
    #[error("group {name} is {state}: {needed}")]
    WrongState {
        /// The group.
        name: String,
        /// Its state.
        state: &'static str,
        /// What would have to be.
        needed: &'static str,
    },
    /// The caller looked at an older generation.
    #[error("If-Match: the group is at generation {now}, not {given}")]
    Stale {
        /// The generation given.
        given: Generation,
        /// The group's.
        now: Generation,
    },
    /// No such instance.
    #[error("instance {0} not found")]
    NoInstance(InstanceId),
    /// A defect: the instance's phase cannot take it.
    #[error(transparent)]
    Illegal(#[from] Illegal),
}

pub(super) fn invalid(field: &'static str, message: String) -> DesireError {
    DesireError::Invalid { field, message }
}

impl Group {
    /// Changes desired state, or refuses and changes nothing.
    ///
    /// # Errors
    /// [`DesireError`] says why.
    pub fn desire(
        &mut self,
        desire: &Desire,
        if_match: Option<Generation>,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Result<(), DesireError> {
        if let Some(given) = if_match
            && given != self.generation
        {
            return Err(DesireError::Stale {
                given,
                now: self.generation,
            });
        }
        let mut next = self.clone();
        match desire {
            Desire::Update(patch) => next.respecify(self.spec.with(patch), "a user's update", ids, now)?,
            Desire::Capacity { desired, cause } => {
                let spec = GroupSpec {
                    desired_capacity: *desired,
                    ..self.spec.clone()
                };
                next.respecify(spec, cause, ids, now)?;
            }
            Desire::Start => next.switch(GroupState::Started, "it is started already", ids, now)?,
            Desire::Stop => next.switch(GroupState::Stopped, "it is stopped already", ids, now)?,
            Desire::Terminate { instance, decrement } => next.terminate(*instance, *decrement, ids, now)?,
            Desire::Delete => next.delete()?,
            Desire::Suspend(processes) => next.suspended.extend(processes),
            Desire::Resume(processes) => next.resume(processes, now),
            Desire::Decided(decision) => next.decided(decision, ids, now)?,
            Desire::Scheduled(scheduled) => next.scheduled(scheduled, ids, now)?,
            Desire::PauseUntil(until) => next.pause_until(*until, now),
        }
        // A change that changes nothing is none: whoever holds the generation still knows what is desired.
        if next != *self {
            next.generation = self.generation.next();
            *self = next;
        }
        Ok(())
    }

    fn wrong_state(&self, needed: &'static str) -> DesireError {
        DesireError::WrongState {
            name: self.name.to_string(),
            state: self.state.as_str(),
            needed,
        }
    }

    pub(super) fn respecify(
        &mut self,
        spec: GroupSpec,
        cause: &str,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Result<(), DesireError> {
        spec.check()?;
        let (before, after) = (self.spec.desired_capacity, spec.desired_capacity);
        // Generations of two launch configurations cannot be compared; another one begins with a clean record.
        if spec.launch_configuration != self.spec.launch_configuration {
            self.launches = crate::LaunchHealth::default();
        }
        self.spec = spec;
        if before != after {
            let moved = if after > before {
                &mut self.last_scale_out
            } else {
                &mut self.last_scale_in
            };
            *moved = Some(now);
            let text = format!("Desired capacity from {before} to {after}");
            self.note_change(ActivityId(ids.fresh()), text, cause, now);
        }
        Ok(())
    }

    fn decided(&mut self, decision: &Decision, ids: &dyn Ids, now: Timestamp) -> Result<(), DesireError> {
        let spec = GroupSpec {
            desired_capacity: decision.after,
            ..self.spec.clone()
        };
        let before = self.spec.desired_capacity;
        self.respecify(spec, &decision.outcome, ids, now)?;
        if decision.after != before {
            self.note_pace(before, decision.after, now);
        }
        self.decisions.push(decision.clone());
        Ok(())
    }

    fn switch(
        &mut self,
        to: GroupState,
        already: &'static str,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Result<(), DesireError> {
        if self.state == to {
            return Err(self.wrong_state(already));
        }
        self.state = to;
        if to == GroupState::Started {
            self.launches = crate::LaunchHealth::default();
        }
        let text = format!("Group {}", to.as_str());
        self.note_change(ActivityId(ids.fresh()), text, "a user's request", now);
        Ok(())
    }

    fn terminate(
        &mut self,
        instance: InstanceId,
        decrement: bool,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Result<(), DesireError> {
        let found = self.instance(instance).ok_or(DesireError::NoInstance(instance))?;
        if matches!(found.phase, Phase::Terminating { .. }) {
            return Err(invalid("instance", format!("{instance} is terminating already")));
        }
        if decrement {
            let desired = self
                .spec
                .desired_capacity
                .checked_sub(1)
                .filter(|n| *n >= self.spec.min_size);
            let desired_capacity = desired.ok_or_else(|| {
                invalid(
                    "decrement",
                    format!(
                        "desired_capacity would fall below min_size {}",
                        self.spec.min_size
                    ),
                )
            })?;
            let spec = GroupSpec {
                desired_capacity,
                ..self.spec.clone()
            };
            self.respecify(spec, "an instance was terminated with decrement", ids, now)?;
        }
        self.observe(instance, &Observation::Cancel(Cause::Requested), now)?;
        Ok(())
    }

    fn delete(&mut self) -> Result<(), DesireError> {
        if self.state != GroupState::Stopped {
            return Err(self.wrong_state("stop it before deleting it"));
        }
        self.deleted = true;
        Ok(())
    }
}
