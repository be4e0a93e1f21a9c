//! Intents: what the health manager records before anything is launched or stopped.

use std::time::Duration;

use crate::phase::Phase;
use crate::report::ContainerFacts;
use crate::{
    Cause, Group, HostName, Ids, Illegal, Instance, InstanceId, Observation, Template, Timestamp, ZoneName,
};

/// One step of a plan, to be recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Launch an instance.
    Launch {
        /// A free slot.
        slot: u32,
        /// Where.
        host: HostName,
        /// For which zone.
        zone: ZoneName,
        /// Why, for its activity.
        reason: String,
    },
    /// Terminate an instance.
    Terminate {
        /// Which.
        instance: InstanceId,
        /// Why.
        cause: Cause,
    },
    /// An instance's host is lost: its record leaves its slot.
    Lose {
        /// Which.
        instance: InstanceId,
    },
    /// An instance whose host was lost and returned stays.
    Keep {
        /// Which.
        instance: InstanceId,
    },
    /// An instance's host was removed and says nothing: its record ends without anybody having seen its container end.
    WriteOff {
        /// Which.
        instance: InstanceId,
    },
    /// Take a container of ours that has no record (any more) into the group that lacks one.
    Adopt {
        /// A free slot.
        slot: u32,
        /// Where it runs.
        host: HostName,
        /// The zone it counts for.
        zone: ZoneName,
        /// The container.
        facts: Box<ContainerFacts>,
    },
}

/// Why an intent cannot be recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntendError {
    /// The slot is at or above max_size, or taken: recording it would break the ceiling.
    #[error("slot {slot} is not free")]
    SlotTaken {
        /// The slot.
        slot: u32,
    },
    /// The record already exists.
    #[error("record {0} already exists")]
    RecordExists(InstanceId),
    /// The record's phase cannot take it.
    #[error(transparent)]
    Illegal(#[from] Illegal),
}

/// What launches need beside the intent.
pub struct Launching<'a> {
    /// What new instances are made of.
    pub template: &'a Template,
    /// Until in service.
    pub stalled: Duration,
    /// Source of record ids.
    pub ids: &'a dyn Ids,
}

impl Group {
    /// Records intents, in order.
    ///
    /// # Errors
    /// [`IntendError`]: the group may then hold a part of them and must not be committed.
    pub fn intend(
        &mut self,
        intents: &[Intent],
        launching: Option<&Launching<'_>>,
        now: Timestamp,
    ) -> Result<(), IntendError> {
        for intent in intents {
            match (intent, launching) {
                (Intent::Terminate { instance, cause }, _) => {
                    self.observe(*instance, &Observation::Cancel(cause.clone()), now)?;
                }
                (Intent::Lose { instance }, _) => {
                    self.observe(*instance, &Observation::HostLost, now)?;
                }
                (Intent::Keep { instance }, _) => {
                    self.observe(*instance, &Observation::Kept, now)?;
                }
                (Intent::WriteOff { instance }, _) => {
                    self.observe(*instance, &Observation::WrittenOff, now)?;
                }
                (
                    Intent::Launch {
                        slot,
                        host,
                        zone,
                        reason,
                    },
                    Some(with),
                ) => {
                    let id = InstanceId(with.ids.fresh());
                    let fresh = self.record(id, *slot, (host, zone), reason, with, now)?;
                    self.note_launching(&fresh);
                    self.instances.push(fresh);
                }
                (
                    Intent::Adopt {
                        slot,
                        host,
                        zone,
                        facts,
                    },
                    Some(with),
                ) => {
                    let reason = "a running container of this group had no record";
                    let mut fresh = self.record(facts.record, *slot, (host, zone), reason, with, now)?;
                    fresh.hostname.clone_from(&facts.name);
                    self.note_launching(&fresh);
                    self.instances.push(fresh);
                    self.observe(facts.record, &Observation::Container(facts.clone(), None), now)?;
                }
                // Without a template nothing can be launched; the planner gives no such intents then.
                (Intent::Launch { .. } | Intent::Adopt { .. }, None) => {}
            }
        }
        Ok(())
    }

    fn record(
        &self,
        id: InstanceId,
        slot: u32,
        place: (&HostName, &ZoneName),
        reason: &str,
        with: &Launching<'_>,
        now: Timestamp,
    ) -> Result<Instance, IntendError> {
        if !self.is_free(slot) {
            return Err(IntendError::SlotTaken { slot });
        }
        if self.instance(id).is_some() {
            return Err(IntendError::RecordExists(id));
        }
        Ok(Instance {
            id,
            slot,
            host: place.0.clone(),
            zone: place.1.clone(),
            hostname: Instance::hostname(&self.name, id),
            template: with.template.clone(),
            created: now,
            reason: reason.to_owned(),
            phase: Phase::Pending {
                deadline: now + with.stalled,
            },
            container: None,
            lost: None,
        })
    }
}
