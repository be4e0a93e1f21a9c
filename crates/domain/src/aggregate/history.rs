//! Activities as the aggregate's changes write them into its outbox.

use crate::{
    Activity, ActivityId, ActivityKind, ActivityStatus, Cause, Group, Instance, InstanceId, Phase, Timestamp,
};

fn launch(group: &Group, instance: &Instance) -> Activity {
    Activity {
        id: ActivityId::of_launch(instance.id),
        group: group.id,
        account: group.account.clone(),
        group_name: group.name.clone(),
        instance: Some(instance.id),
        kind: ActivityKind::Launch,
        status: ActivityStatus::InProgress,
        description: format!(
            "Launching {} in {} on {}",
            instance.hostname, instance.zone, instance.host
        ),
        cause: instance.reason.clone(),
        message: String::new(),
        progress: 0,
        start: instance.created,
        end: None,
    }
}

fn termination(group: &Group, instance: &Instance, cause: &Cause, since: Timestamp) -> Activity {
    Activity {
        id: ActivityId::of_termination(instance.id),
        kind: ActivityKind::Terminate,
        description: format!(
            "Terminating {} in {} on {}",
            instance.hostname, instance.zone, instance.host
        ),
        cause: cause.to_string(),
        start: since,
        ..launch(group, instance)
    }
}

fn ended(mut activity: Activity, status: ActivityStatus, message: String, now: Timestamp) -> Activity {
    activity.status = status;
    activity.message = message;
    activity.progress = if status == ActivityStatus::Successful {
        100
    } else {
        activity.progress
    };
    activity.end = Some(now);
    activity
}

impl Group {
    /// Writes an activity, replacing an unsent earlier state of the same one.
    pub(super) fn note(&mut self, activity: Activity) {
        match self.outbox.iter_mut().find(|known| known.id == activity.id) {
            Some(known) => *known = activity,
            None => self.outbox.push(activity),
        }
    }

    /// How far the launch or the termination of an instance is, for the history; not a change of the aggregate.
    #[must_use]
    pub fn progress(&self, record: InstanceId, progress: u8, message: &str) -> Option<Activity> {
        let instance = self.instance(record)?;
        let activity = match &instance.phase {
            Phase::Pending { .. } => launch(self, instance),
            Phase::Terminating { cause, since, .. } => termination(self, instance, cause, *since),
            Phase::InService { .. } | Phase::Terminated { .. } => return None,
        };
        Some(Activity {
            progress,
            message: message.to_owned(),
            ..activity
        })
    }

    /// Notes why the group has fewer instances than desired and launches none.
    pub fn note_shortfall(&mut self, id: ActivityId, why: &str, now: Timestamp) {
        self.note(Activity {
            id,
            group: self.id,
            account: self.account.clone(),
            group_name: self.name.clone(),
            instance: None,
            kind: ActivityKind::Launch,
            status: ActivityStatus::Failed,
            description: "Launching instances".to_owned(),
            cause: format!("fewer than the desired capacity of {}", self.wanted()),
            message: why.to_owned(),
            progress: 0,
            start: now,
            end: Some(now),
        });
    }

    pub(super) fn note_launching(&mut self, instance: &Instance) {
        self.note(launch(self, instance));
    }

    pub(super) fn note_launched(&mut self, instance: &Instance, now: Timestamp) {
        self.note(ended(
            launch(self, instance),
            ActivityStatus::Successful,
            String::new(),
            now,
        ));
    }

    pub(super) fn note_launch_ended(&mut self, instance: &Instance, failed: bool, why: &str, now: Timestamp) {
        let status = if failed {
            ActivityStatus::Failed
        } else {
            ActivityStatus::Cancelled
        };
        self.note(ended(launch(self, instance), status, why.to_owned(), now));
    }

    pub(super) fn note_terminating(&mut self, instance: &Instance, cause: &Cause, now: Timestamp) {
        self.note(termination(self, instance, cause, now));
    }

    pub(super) fn note_terminated(
        &mut self,
        instance: &Instance,
        cause: &Cause,
        since: Timestamp,
        now: Timestamp,
    ) {
        let activity = termination(self, instance, cause, since);
        self.note(ended(activity, ActivityStatus::Successful, String::new(), now));
    }

    /// Tells that nobody saw the container of an instance end.
    pub(super) fn note_written_off(&mut self, instance: &Instance) {
        let id = ActivityId::of_termination(instance.id);
        if let Some(told) = self.outbox.iter_mut().find(|known| known.id == id) {
            told.message = format!(
                "host {} was removed and says nothing: the record ends, and its container, should it still run, is \
                 one without a record",
                instance.host
            );
        }
    }

    /// Tells that an instance's host was lost, and how that ended for it.
    pub(super) fn note_loss(&mut self, before: &Instance, after: &Instance, now: Timestamp) {
        let ended_so = match (before.lost, after.lost, &after.phase) {
            (None, Some(_), _) => None,
            (Some(was), Some(is), _) if was.returned && !is.returned => None,
            (Some(_), None, Phase::InService { .. }) => Some("the host returned, and it stays".to_owned()),
            (Some(_), None, Phase::Terminating { cause, .. } | Phase::Terminated { cause }) => {
                Some(format!("it ends: {cause}"))
            }
            _ => return,
        };
        let since = after.lost.or(before.lost).map_or(now, |lost| lost.since);
        let activity = Activity {
            id: ActivityId::of_loss(after.id, since),
            kind: ActivityKind::Change,
            description: format!("Replacing {} in {} on {}", after.hostname, after.zone, after.host),
            cause: format!("host {} is lost: it is silent, and others speak", after.host),
            start: since,
            ..launch(self, after)
        };
        self.note(match ended_so {
            None => activity,
            Some(how) => ended(activity, ActivityStatus::Successful, how, now),
        });
    }

    /// Notes a change of desired state that did not come about.
    pub(super) fn note_refused(
        &mut self,
        id: ActivityId,
        what: &str,
        cause: &str,
        why: &str,
        now: Timestamp,
    ) {
        self.note(Activity {
            id,
            group: self.id,
            account: self.account.clone(),
            group_name: self.name.clone(),
            instance: None,
            kind: ActivityKind::Change,
            status: ActivityStatus::Failed,
            description: what.to_owned(),
            cause: cause.to_owned(),
            message: why.to_owned(),
            progress: 0,
            start: now,
            end: Some(now),
        });
    }

    /// Notes a change of desired state, done at once.
    pub(super) fn note_change(&mut self, id: ActivityId, description: String, cause: &str, now: Timestamp) {
        self.note(Activity {
            id,
            group: self.id,
            account: self.account.clone(),
            group_name: self.name.clone(),
            instance: None,
            kind: ActivityKind::Change,
            status: ActivityStatus::Successful,
            description,
            cause: cause.to_owned(),
            message: String::new(),
            progress: 100,
            start: now,
            end: Some(now),
        });
    }
}
