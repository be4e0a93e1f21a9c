//! Desired state: what users and policies ask, validated and applied in one place.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::scheduled::Scheduled;
use crate::group::MAX_GROUP_SIZE;
use crate::phase::Phase;
use crate::{
    ActivityId, BalancerName, Cause, ConfigName, Decision, Generation, Group, GroupSpec, GroupState, Ids,
    Illegal, InstanceId, Observation, Process, Scaling, Timestamp, Unset, ZoneName,
};

/// The fields of an update; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct GroupPatch {
    /// New zones.
    pub availability_zones: Option<Vec<ZoneName>>,
    /// New launch configuration.
    pub launch_configuration: Option<ConfigName>,
    /// New lower bound.
    pub min_size: Option<u32>,
    /// New upper bound.
    pub max_size: Option<u32>,
    /// New desired capacity.
    pub desired_capacity: Option<u32>,
    /// New cooldown, seconds.
    pub scale_out_cooldown: Option<u32>,
    /// New cooldown, seconds.
    pub scale_in_cooldown: Option<u32>,
    /// New domain.
    pub domain: Option<String>,
    /// A load balancer; clears `no_lb`.
    pub load_balancer: Option<BalancerName>,
    /// True clears the load balancer and wins over one given with it.
    pub no_lb: Option<bool>,
    /// New bounds of what policies do; of those left out the old ones stay.
    #[serde(flatten)]
    pub scaling: Scaling,
    /// Bounds of what policies do that hold no longer.
    #[serde(skip)]
    pub unset: Unset,
}

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

fn invalid(field: &'static str, message: String) -> DesireError {
    DesireError::Invalid { field, message }
}

impl GroupSpec {
    /// Checks the bounds and zones of a specification.
    ///
    /// # Errors
    /// [`DesireError::Invalid`] names the first field that is wrong, and its value.
    pub fn check(&self) -> Result<(), DesireError> {
        let Self {
            min_size,
            max_size,
            desired_capacity,
            ..
        } = *self;
        if max_size > MAX_GROUP_SIZE {
            return Err(invalid(
                "max_size",
                format!("{max_size} is above the limit of {MAX_GROUP_SIZE}"),
            ));
        }
        if min_size > max_size {
            return Err(invalid(
                "min_size",
                format!("{min_size} is above max_size {max_size}"),
            ));
        }
        if !(min_size..=max_size).contains(&desired_capacity) {
            let message =
                format!("{desired_capacity} is outside min_size {min_size} and max_size {max_size}");
            return Err(invalid("desired_capacity", message));
        }
        if self.availability_zones.is_empty() {
            return Err(invalid("availability_zones", "[] names no zone".to_owned()));
        }
        let mut zones = self.availability_zones.clone();
        zones.sort();
        match zones
            .windows(2)
            .find(|pair| pair.first() == pair.last())
            .and_then(<[_]>::first)
        {
            Some(twice) => Err(invalid("availability_zones", format!("{twice} is named twice"))),
            None => Ok(()),
        }
    }

    /// The specification with the fields of `patch`, not yet checked.
    #[must_use]
    pub fn with(&self, patch: &GroupPatch) -> Self {
        let mut spec = self.clone();
        fn set<T: Clone>(field: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                value.clone_into(field);
            }
        }
        set(&mut spec.availability_zones, patch.availability_zones.as_ref());
        set(
            &mut spec.launch_configuration,
            patch.launch_configuration.as_ref(),
        );
        set(&mut spec.min_size, patch.min_size.as_ref());
        set(&mut spec.max_size, patch.max_size.as_ref());
        set(&mut spec.desired_capacity, patch.desired_capacity.as_ref());
        set(&mut spec.scale_out_cooldown, patch.scale_out_cooldown.as_ref());
        set(&mut spec.scale_in_cooldown, patch.scale_in_cooldown.as_ref());
        set(&mut spec.domain, patch.domain.as_ref());
        spec.scaling = self.scaling.with(patch.scaling, patch.unset);
        match (&patch.load_balancer, patch.no_lb) {
            (_, Some(true)) => (spec.load_balancer, spec.no_lb) = (None, true),
            (Some(balancer), _) => (spec.load_balancer, spec.no_lb) = (Some(balancer.clone()), false),
            (None, Some(false)) => spec.no_lb = false,
            (None, None) => {}
        }
        spec
    }
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
        self.respecify(spec, &decision.outcome, ids, now)?;
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
