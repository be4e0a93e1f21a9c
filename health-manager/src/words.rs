//! What workers said last of launches and stops that are under way, for the activities that tell of them.

use std::collections::BTreeMap;

use domain::{Activity, ActivityId, ActivityKind, ActivityStatus};

#[derive(Default)]
pub(crate) struct Words(BTreeMap<ActivityId, Said>);

#[derive(Clone, Default, PartialEq)]
struct Said {
    word: String,
    /// How many jobs were given up, and after how many deliveries the last one was.
    given_up: u32,
    deliveries: u32,
}

impl Said {
    /// Where a stop stands.
    fn of_stop(&self) -> String {
        let word = match self.word.as_str() {
            "" => "no worker told why",
            word => word,
        };
        match self.given_up {
            0 => format!("{word}; it is tried again"),
            1 => format!(
                "{word}; 1 job was given up after {} deliveries, and another one follows",
                self.deliveries
            ),
            jobs => format!(
                "{word}; {jobs} jobs were given up, the last after {} deliveries, and another one follows",
                self.deliveries
            ),
        }
    }

    fn of(&self, kind: ActivityKind) -> String {
        match kind {
            ActivityKind::Terminate => self.of_stop(),
            ActivityKind::Launch | ActivityKind::Adopt | ActivityKind::Change => self.word.clone(),
        }
    }
}

impl Words {
    /// What to write of an activity that goes on, whose message is what a worker said. A stop is tried again for as
    /// long as it takes: what says nothing new of it is not written again.
    pub(crate) fn heard(&mut self, mut activity: Activity) -> Option<Activity> {
        let is_stop = activity.kind == ActivityKind::Terminate;
        if activity.message.is_empty() {
            return (!is_stop).then_some(activity);
        }
        let said = self.0.entry(activity.id).or_default();
        let known = std::mem::replace(&mut said.word, activity.message) == said.word;
        activity.message = said.of(activity.kind);
        (!(known && is_stop)).then_some(activity)
    }

    /// What to write of a termination of which a job was given up after so many deliveries.
    pub(crate) fn not_stopped(&mut self, mut activity: Activity, deliveries: u32) -> Option<Activity> {
        // A late word: the record waits for its launch.
        if activity.kind != ActivityKind::Terminate {
            return None;
        }
        let said = self.0.entry(activity.id).or_default();
        (said.given_up, said.deliveries) = (said.given_up.saturating_add(1), deliveries);
        activity.message = said.of_stop();
        Some(activity)
    }

    /// An activity out of an outbox with what was said of it: a launch that failed for want of time tells what its host
    /// said last, and one that goes on does not lose what is known of it. What ended is forgotten.
    pub(crate) fn explain(&mut self, mut activity: Activity) -> Activity {
        if !activity.status.is_final() {
            if let Some(said) = self.0.get(&activity.id) {
                activity.message = said.of(activity.kind);
            }
            return activity;
        }
        let said = self.0.remove(&activity.id);
        let word = said.map(|said| said.word).unwrap_or_default();
        if activity.status == ActivityStatus::Failed && !activity.message.contains(&word) {
            activity.message = format!("{}; last: {word}", activity.message);
        }
        activity
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use domain::{AccountName, GroupId, GroupName, InstanceId, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn activity(record: InstanceId, status: ActivityStatus, message: &str) -> Activity {
        Activity {
            id: ActivityId::of_launch(record),
            group: GroupId(Uuid::nil()),
            account: AccountName::parse("user01").unwrap(),
            group_name: GroupName::parse("asg1").unwrap(),
            instance: Some(record),
            kind: ActivityKind::Launch,
            status,
            description: String::new(),
            cause: String::new(),
            message: message.to_owned(),
            progress: 0,
            start: Timestamp::from_millis(1_000),
            end: None,
        }
    }

    fn stop(record: InstanceId, status: ActivityStatus, message: &str) -> Activity {
        Activity {
            id: ActivityId::of_termination(record),
            kind: ActivityKind::Terminate,
            ..activity(record, status, message)
        }
    }

    #[test]
    fn a_launch_that_failed_for_want_of_time_tells_what_its_host_said_last() {
        let mut words = Words::default();
        let [late, done, silent] = [(); 3].map(|()| InstanceId(Uuid::now_v7()));
        for record in [late, done] {
            words.heard(activity(record, ActivityStatus::InProgress, "no space left"));
        }
        let mut ended = |record, status, message| words.explain(activity(record, status, message)).message;
        assert_eq!(
            ended(late, ActivityStatus::Failed, "too late"),
            "too late; last: no space left"
        );
        assert_eq!(ended(done, ActivityStatus::Successful, ""), "");
        assert_eq!(ended(silent, ActivityStatus::Failed, "too late"), "too late");
        assert!(words.0.is_empty(), "what ended is forgotten");
    }

    #[test]
    fn a_termination_tells_why_it_does_not_end_and_is_written_only_when_that_is_news() {
        let mut words = Words::default();
        let record = InstanceId(Uuid::now_v7());
        let busy = || stop(record, ActivityStatus::InProgress, "device busy");
        let told = |activity: Option<Activity>| activity.map(|activity| activity.message);
        let first = "device busy; it is tried again";
        assert_eq!(told(words.heard(busy())).as_deref(), Some(first));
        assert_eq!(words.heard(busy()), None, "the same again");
        let in_outbox = words.explain(stop(record, ActivityStatus::InProgress, ""));
        assert_eq!(in_outbox.message, first, "a copy that is late hides nothing");
        let gave_up = words.not_stopped(stop(record, ActivityStatus::InProgress, ""), 30);
        let once = "device busy; 1 job was given up after 30 deliveries, and another one follows";
        assert_eq!(told(gave_up).as_deref(), Some(once));
        assert_eq!(
            words.heard(busy()),
            None,
            "the next job fails as the last one did"
        );
        let gave_up = words.not_stopped(stop(record, ActivityStatus::InProgress, ""), 30);
        let twice =
            "device busy; 2 jobs were given up, the last after 30 deliveries, and another one follows";
        assert_eq!(told(gave_up).as_deref(), Some(twice));
        let ended = words.explain(stop(record, ActivityStatus::Successful, ""));
        assert_eq!(ended.message, "");
        assert!(words.0.is_empty(), "what ended is forgotten");
    }

    #[test]
    fn a_stop_that_ends_its_workers_is_told_without_a_reason_and_a_late_word_of_a_stop_says_nothing_of_a_launch()
     {
        let mut words = Words::default();
        let record = InstanceId(Uuid::now_v7());
        let told = words.not_stopped(stop(record, ActivityStatus::InProgress, ""), 3);
        let message = told.unwrap().message;
        assert!(message.starts_with("no worker told why; 1 job"), "{message}");
        let launching = activity(record, ActivityStatus::InProgress, "");
        assert_eq!(words.not_stopped(launching, 3), None);
    }
}
