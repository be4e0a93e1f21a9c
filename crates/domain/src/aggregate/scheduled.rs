//! What the clock sets on a group.

use std::collections::BTreeSet;

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
    pub(super) fn resume(&mut self, processes: &BTreeSet<Process>, now: Timestamp) {
        let clock = Process::ScheduledActions;
        if self.is_suspended(clock) && processes.contains(&clock) {
            self.schedules_resumed = Some(now);
        }
        self.suspended.retain(|process| !processes.contains(process));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use uuid::Uuid;

    use super::*;
    use crate::{ActivityStatus, Desire, GroupId, GroupSpec, SystemIds};

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    /// Of two, at least one, at most four.
    fn group() -> Group {
        let spec: GroupSpec = serde_json::from_value(serde_json::json!({
            "availability_zones": ["z1"], "launch_configuration": "lconf1", "min_size": 1, "max_size": 4,
            "desired_capacity": 2, "scale_out_cooldown": 0, "scale_in_cooldown": 0, "domain": "d", "no_lb": true,
        }))
        .unwrap();
        let (account, name) = ("user01".parse().unwrap(), "asg1".parse().unwrap());
        Group::new(GroupId(Uuid::from_u128(1)), account, name, spec)
    }

    fn ask(group: &mut Group, desire: &Desire, at: Timestamp) {
        group.desire(desire, None, &SystemIds, at).unwrap();
    }

    fn scheduled(sizes: [Option<u32>; 3]) -> Group {
        let mut group = group();
        let [min_size, max_size, desired_capacity] = sizes;
        let scheduled = Scheduled {
            name: "s1".parse().unwrap(),
            at: NOW,
            sizes: Sizes {
                min_size,
                max_size,
                desired_capacity,
            },
        };
        ask(&mut group, &Desire::Scheduled(scheduled), NOW);
        assert_eq!(group.scheduled.values().collect::<Vec<_>>(), [&NOW]);
        group
    }

    fn sizes(group: &Group) -> [u32; 3] {
        [
            group.spec.min_size,
            group.spec.max_size,
            group.spec.desired_capacity,
        ]
    }

    #[test]
    fn what_a_schedule_sets_brings_desired_capacity_within_the_bounds() {
        for (given, after, told) in [
            ([Some(3), None, None], [3, 4, 3], "Desired capacity from 2 to 3"),
            ([None, Some(1), None], [1, 1, 1], "Desired capacity from 2 to 1"),
            ([None, None, Some(9)], [1, 4, 4], "Desired capacity from 2 to 4"),
            (
                [Some(2), Some(9), None],
                [2, 9, 2],
                "Bounds from 1 and 4 to min_size 2 and max_size 9",
            ),
        ] {
            let group = scheduled(given);
            assert_eq!(sizes(&group), after, "{given:?}");
            let first = group.outbox.first().unwrap();
            assert_eq!(
                (first.description.as_str(), first.cause.as_str()),
                (told, "scheduled action s1")
            );
        }
    }

    #[test]
    fn what_does_not_fit_the_group_changes_nothing_and_is_told() {
        let group = scheduled([Some(5), None, None]);
        assert_eq!(sizes(&group), [1, 4, 2]);
        let told = group.outbox.first().unwrap();
        assert_eq!(told.status, ActivityStatus::Failed);
        assert_eq!(told.message, "min_size: 5 is above max_size 4");
    }

    #[test]
    fn what_falls_into_a_suspension_or_a_pause_does_not_count_after_it() {
        let clock = BTreeSet::from([Process::ScheduledActions]);
        let later = Timestamp::from_millis(2_000_000);
        let mut group = group();
        ask(&mut group, &Desire::Resume(clock.clone()), NOW);
        assert_eq!(group.schedules_resumed, None);
        ask(&mut group, &Desire::Suspend(clock.clone()), NOW);
        ask(
            &mut group,
            &Desire::Resume(BTreeSet::from([Process::Launch])),
            NOW,
        );
        assert_eq!(group.schedules_resumed, None);
        ask(&mut group, &Desire::Resume(clock), later);
        assert_eq!((group.schedules_resumed, group.suspended.len()), (Some(later), 0));

        let mut group = self::group();
        ask(&mut group, &Desire::PauseUntil(Some(later)), NOW);
        assert!(group.is_held(NOW) && !group.is_held(later));
        assert_eq!(group.schedules_resumed, None);
        ask(&mut group, &Desire::PauseUntil(None), NOW);
        assert_eq!((group.schedules_resumed, group.paused_until), (Some(NOW), None));
    }
}
