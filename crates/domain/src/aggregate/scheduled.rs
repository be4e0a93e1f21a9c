//! What the clock sets on a group.

use crate::schedule::Sizes;
use crate::{ActivityId, DesireError, Group, Ids, Process, ScheduleName, Timestamp};

/// An occurrence of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The schedule.
    pub name: ScheduleName,
    /// When it was due.
    pub at: Timestamp,
    /// What it sets.
    pub sizes: Sizes,
}

impl Group {
    /// Sets sizes as a schedule has it, and remembers that this occurrence ran. Sizes that do not fit the group's others
    /// change nothing, which its history tells.
    pub(super) fn scheduled(
        &mut self,
        scheduled: &Scheduled,
        ids: &dyn Ids,
        now: Timestamp,
    ) -> Result<(), DesireError> {
        let Scheduled { name, at, sizes } = scheduled;
        self.scheduled.insert(name.clone(), *at);
        let cause = format!("scheduled action {name}");
        let (before, spec) = (self.spec.clone(), sizes.over(&self.spec));
        if let Err(error) = spec.check() {
            let id = ActivityId(ids.fresh());
            self.note_refused(id, "Setting sizes", &cause, &error.to_string(), now);
            return Ok(());
        }
        self.respecify(spec, &cause, ids, now)?;
        if (before.min_size, before.max_size) != (self.spec.min_size, self.spec.max_size) {
            let text = format!(
                "Bounds from {} and {} to min_size {} and max_size {}",
                before.min_size, before.max_size, self.spec.min_size, self.spec.max_size
            );
            self.note_change(ActivityId(ids.fresh()), text, &cause, now);
        }
        Ok(())
    }

    /// Pauses schedules and policies until then. A pause that is ended early, or given while schedules are paused still,
    /// leaves what fell into it so far undone.
    pub(super) fn pause_until(&mut self, until: Option<Timestamp>, now: Timestamp) {
        if self.is_held(now) {
            self.schedules_resumed = Some(now);
        }
        self.paused_until = until;
    }

    /// Resumes processes. What schedules would have done while they were suspended is not made up for.
    pub(super) fn resume(&mut self, processes: &std::collections::BTreeSet<Process>, now: Timestamp) {
        let clock = Process::ScheduledActions;
        if self.is_suspended(clock) && processes.contains(&clock) {
            self.schedules_resumed = Some(now);
        }
        self.suspended.retain(|process| !processes.contains(process));
    }
}
