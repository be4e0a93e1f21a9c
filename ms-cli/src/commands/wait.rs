//! Waiting until a group is where it should be, and showing how far it is.

use std::time::Duration;

use api::{Client, ClientError, client::path};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tokio::time::Instant;

use super::troubles::Troubles;
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
    /// `None` waits for ever.
    timeout: Option<Duration>,
    troubles: Troubles<'a>,
}

/// How far the group is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Progress {
    done: u64,
    of: u64,
}

impl<'a> Waiting<'a> {
    /// Gets ready to wait `timeout` seconds, or without limit, before the group is told to move.
    pub async fn prepare(client: &'a Client, group: &'a str, goal: Goal, timeout: Option<u64>) -> Self {
        Self {
            client,
            group,
            goal,
            timeout: timeout.map(Duration::from_secs),
            troubles: Troubles::from_now(client, group).await,
        }
    }

    /// Waits, and tells what fails meanwhile. A service that is away for a while is asked again.
    ///
    /// # Errors
    /// [`Failure::NotReached`] with the last failure's message when time is up or the group was moved elsewhere.
    pub async fn until_reached(mut self) -> Result<(), Failure> {
        let display = Display::new(self.group, self.goal);
        let end = self
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout));
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
            self.tell_troubles(&display).await;
            if end.is_some_and(|end| Instant::now() >= end) {
                return Err(self.too_late(&last));
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Tells each new failure, and with the first one where more is told.
    async fn tell_troubles(&mut self, display: &Display) {
        let first = self.troubles.last().is_none();
        let new = self.troubles.new_ones().await;
        for why in &new {
            display.tell(&format!("failed: {why}"));
        }
        if first && !new.is_empty() {
            display.tell(&self.troubles.where_told());
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
            return Err(self.not_reached(moved));
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

    fn too_late(&self, last: &Progress) -> Failure {
        let seconds = self.timeout.unwrap_or_default().as_secs();
        let how_far = self.goal.describe(last);
        let mut what = format!("group {:?}: {how_far} after {seconds} s", self.group);
        if let Some(why) = self.troubles.last() {
            what.push_str(&format!("; the last failure: {why}"));
        }
        self.not_reached(what)
    }

    fn not_reached(&self, what: String) -> Failure {
        let hint = self.troubles.where_told();
        Failure::NotReached { what, hint }
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

    /// A line that stays.
    fn tell(&self, text: &str) {
        // Asked for within, the prefix would wait for the bar that is suspended.
        let line = format!("{}: {text}", self.bar.prefix());
        self.bar.suspend(|| eprintln!("{line}"));
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
