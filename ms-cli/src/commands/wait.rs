//! Waiting until a group is where it should be, and showing how far it is.

use std::collections::HashSet;
use std::time::Duration;

use api::{Client, ClientError, client::path};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tokio::time::Instant;

use crate::kinds::GROUP;
use crate::messages::Failure;

/// Between two looks at the group.
const EVERY: Duration = Duration::from_millis(500);

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The desired capacity runs.
    Running,
    /// No instance is left.
    Gone,
}

/// A group that is waited for.
pub struct Waiting<'a> {
    client: &'a Client,
    group: &'a str,
    goal: Goal,
    timeout: Duration,
    /// Failures that were there before, which explain nothing.
    old_failures: HashSet<String>,
}

/// How far the group is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Progress {
    done: u64,
    of: u64,
}

impl<'a> Waiting<'a> {
    /// Gets ready to wait `timeout` seconds, before the group is told to move.
    pub async fn prepare(client: &'a Client, group: &'a str, goal: Goal, timeout: u64) -> Self {
        let mut waiting = Self {
            client,
            group,
            goal,
            timeout: Duration::from_secs(timeout),
            old_failures: HashSet::new(),
        };
        // Without them a failure of old might be told; the group's own call will say what is wrong now.
        let failures = waiting.failures().await.unwrap_or_default();
        waiting.old_failures = failures.iter().map(id).collect();
        waiting
    }

    /// Waits. A service that is away for a while is asked again.
    ///
    /// # Errors
    /// [`Failure::NotReached`] with the newest failure's message when time is up or the group was moved elsewhere.
    pub async fn until_reached(self) -> Result<(), Failure> {
        let display = Display::new(self.group, self.goal);
        let end = Instant::now().checked_add(self.timeout);
        let mut last = Progress { done: 0, of: 0 };
        loop {
            match self.look(last.of).await {
                Ok(progress) => {
                    display.show(&progress);
                    if progress.done >= progress.of {
                        return Ok(());
                    }
                    last = progress;
                }
                Err(failure) if failure.may_pass() => display.note(&failure.to_string()),
                Err(failure) => return Err(failure),
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                return Err(self.too_late(&last).await);
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn look(&self, most: u64) -> Result<Progress, Failure> {
        match self.goal {
            Goal::Running => self.running().await,
            Goal::Gone => self.gone(most).await,
        }
    }

    async fn running(&self) -> Result<Progress, Failure> {
        let group = self.client.get(&path(&[GROUP.all, self.group])).await?;
        if let Some(state) = text(&group, "state").filter(|state| *state != "started") {
            let moved = format!("group {:?} is {state}: somebody else changed it", self.group);
            return Err(Failure::NotReached(moved));
        }
        let of = group
            .get("desired_capacity")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let done = self.count(|status| status == "RUNNING").await?;
        Ok(Progress { done, of })
    }

    async fn gone(&self, most: u64) -> Result<Progress, Failure> {
        let left = match self.count(|status| status != "DOWN").await {
            Ok(left) => left,
            // Deleted meanwhile, which is as gone as can be.
            Err(error) if error.status() == Some(404) => 0,
            Err(error) => return Err(error.into()),
        };
        let of = most.max(left);
        Ok(Progress {
            done: of.saturating_sub(left),
            of,
        })
    }

    async fn count(&self, which: fn(&str) -> bool) -> Result<u64, ClientError> {
        let instances = self
            .client
            .get(&path(&[GROUP.all, self.group, "instances"]))
            .await?;
        let statuses = instances
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|i| text(i, "status"));
        Ok(u64::try_from(statuses.filter(|status| which(status)).count()).unwrap_or(u64::MAX))
    }

    async fn too_late(&self, last: &Progress) -> Failure {
        let seconds = self.timeout.as_secs();
        let mut message = format!(
            "group {:?}: {} after {seconds} s",
            self.group,
            self.goal.describe(last)
        );
        let failures = self.failures().await.unwrap_or_default();
        if let Some(why) = failures
            .iter()
            .find(|f| !self.old_failures.contains(&id(f)))
            .and_then(reason)
        {
            message.push_str(&format!("; {why}"));
        }
        Failure::NotReached(message)
    }

    /// Failed activities, newest first.
    async fn failures(&self) -> Result<Vec<Value>, ClientError> {
        let activities = self
            .client
            .get(&path(&[GROUP.all, self.group, "activities"]))
            .await?;
        let all = activities.as_array().cloned().unwrap_or_default();
        Ok(all
            .into_iter()
            .filter(|a| text(a, "status") == Some("failed"))
            .collect())
    }
}

impl Goal {
    fn describe(self, progress: &Progress) -> String {
        let Progress { done, of } = progress;
        match self {
            Self::Running => format!("{done} of {of} instances run"),
            Self::Gone => format!("{done} of {of} instances are gone"),
        }
    }
}

fn text<'a>(document: &'a Value, field: &str) -> Option<&'a str> {
    document.get(field)?.as_str()
}

fn id(activity: &Value) -> String {
    text(activity, "activity_id").unwrap_or_default().to_owned()
}

fn reason(activity: &Value) -> Option<String> {
    let message = text(activity, "message").filter(|m| !m.is_empty());
    message
        .or_else(|| text(activity, "description"))
        .map(str::to_owned)
}

/// A bar on a terminal; a line for each change elsewhere. Both on stderr: stdout is for results.
struct Display {
    bar: ProgressBar,
    goal: Goal,
    last: std::cell::RefCell<String>,
}

impl Display {
    fn new(group: &str, goal: Goal) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {msg}  {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(group.to_owned());
        Self {
            bar,
            goal,
            last: std::cell::RefCell::default(),
        }
    }

    fn show(&self, progress: &Progress) {
        self.bar.set_length(progress.of);
        self.bar.set_position(progress.done.min(progress.of));
        self.note(&self.goal.describe(progress));
    }

    fn note(&self, text: &str) {
        self.bar.set_message(text.to_owned());
        if self.bar.is_hidden() && *self.last.borrow() != text {
            eprintln!("{}: {text}", self.bar.prefix());
            text.clone_into(&mut self.last.borrow_mut());
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.bar.abandon();
    }
}
