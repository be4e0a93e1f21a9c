//! A look at a group as a screen shows it.

use serde_json::Value;

use super::{Frame, now};
use crate::commands::explain::decision;
use crate::commands::lists::documents;
use crate::output::{Column, Row, column, show_value, table, time};

const FIGURES: &[Column] = &[
    column("source"),
    column("metric").shortened(decision::METRIC),
    column("average").titled("EACH").one_decimal(),
    column("maximum").one_decimal(),
    column("sum").titled("ALL").one_decimal(),
    column("reported"),
];

const INSTANCES: &[Column] = &[
    column("instance_id"),
    column("status"),
    column("lifecycle_state").titled("STATE"),
    column("availability_zone").titled("ZONE"),
    column("host"),
    column("hostname"),
    column("timestamp").titled("SINCE").time(),
];

impl Frame {
    /// All of it.
    pub(super) fn show(&self) -> String {
        let mut parts = vec![self.head(), self.load(), self.policies(), self.last_change()];
        parts.push(Some(table(INSTANCES, &self.instances, false)));
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    }

    fn field(&self, name: &str) -> String {
        show_value(self.group.get(name).unwrap_or(&Value::Null))
    }

    /// State and sizes.
    fn head(&self) -> Option<String> {
        let serving = self.instances.iter().filter(|row| is_serving(row)).count();
        let suspended = match self.field("suspended_processes").as_str() {
            "-" => String::new(),
            processes => format!("; suspended: {processes}"),
        };
        let paused = self.group.get("paused_until").and_then(Value::as_i64);
        let paused = paused.filter(|until| *until > now());
        let paused = paused.map_or_else(String::new, |until| format!("; paused until {}", time(until)));
        Some(format!(
            "{}  {}, desired {} of {} to {}, {serving} in service, {} in all{suspended}{paused}",
            self.field("name"),
            self.field("state"),
            self.field("desired_capacity"),
            self.field("min_size"),
            self.field("max_size"),
            self.instances.len(),
        ))
    }

    /// What the load was in the last minute.
    fn load(&self) -> Option<String> {
        let minute = self.load.as_ref()?;
        let at = minute
            .get("at")
            .and_then(Value::as_i64)
            .map_or_else(String::new, time);
        let figures = documents(minute.get("figures")?);
        Some(format!(
            "load in the minute from {at}\n{}",
            table(FIGURES, &figures, false)
        ))
    }

    /// What the policies saw and wished last, and what came of it.
    fn policies(&self) -> Option<String> {
        if let Some(off) = &self.off {
            return Some(off.clone());
        }
        let Some(newest) = self.decisions.first() else {
            return Some("nothing was decided yet".to_owned());
        };
        let (at, outcome) = (decision::at(newest), newest.get("outcome"));
        let outcome = show_value(outcome.unwrap_or(&Value::Null));
        let last = format!(
            "last decision  {at}  desired {}: {outcome}",
            decision::desired(newest)
        );
        let parts = [
            Some(last),
            decision::wishes(newest, false),
            decision::clamps(newest),
        ];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// The last decision that changed something, when a later one did not.
    fn last_change(&self) -> Option<String> {
        if self.off.is_some() {
            return None;
        }
        let changed = |row: &&Row| row.get("before") != row.get("after");
        let mut earlier = self.decisions.iter().skip(1);
        let newest = self.decisions.first()?;
        let last = earlier.find(changed).filter(|_| !changed(&newest))?;
        let outcome = show_value(last.get("outcome").unwrap_or(&Value::Null));
        let (at, desired) = (decision::at(last), decision::desired(last));
        Some(format!("last change    {at}  desired {desired}: {outcome}"))
    }
}

fn is_serving(instance: &Row) -> bool {
    instance.get("lifecycle_state").and_then(Value::as_str) == Some("InService")
}
