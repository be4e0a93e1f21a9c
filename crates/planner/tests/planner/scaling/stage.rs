//! A group with policies and what they see: what tables, stories and properties of scaling are made of.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Decision, Group, Instance, Phase, Policy, Timestamp, Wish};
use planner::forecast::Forecast;
use planner::scaling::{Decided, Look, Memory, Scene, Seen, decide, members};
use planner::schedule::Hours;
use serde_json::{Value, json};

use crate::scene::{NOW, TIMEOUT, group, record};

/// Since when instances are in service that have been so for long.
const LONG: Duration = Duration::from_secs(10_000);

/// What a policy sees.
#[derive(Clone, Debug)]
pub enum Figure {
    /// Always this.
    Steady(f64),
    /// This, and another in windows that are shorter than so many seconds.
    Burst(f64, u64, f64),
    /// This at ends less than so many seconds ago, before that something else or nothing.
    Since(f64, u64, Option<f64>),
    /// Nothing.
    Nothing,
}

/// Hours that begin after so long.
pub fn closed_for(now: Timestamp, span: Duration) -> Hours {
    Hours::Closed {
        opens: now + span,
        told: "begin at nine".to_owned(),
    }
}

#[derive(Clone, Debug)]
pub struct Stage {
    pub group: Group,
    pub policies: Vec<Policy>,
    pub figures: BTreeMap<String, Figure>,
    /// What predictive policies are told, by name; none: there is no history.
    pub forecasts: BTreeMap<String, Forecast>,
    /// Instances that report; none: all whose samples count.
    pub reported: Option<u32>,
    /// Whether windows are full.
    pub whole: bool,
    pub memory: Memory,
    pub frozen: bool,
    pub hours: Hours,
    pub now: Timestamp,
}

impl Look for Stage {
    fn look(&self, policy: &Policy, window: Duration, end: Timestamp) -> Result<Seen, String> {
        let ago = self.now.since(end);
        let value = match self.figures.get(policy.name.as_str()) {
            Some(Figure::Steady(value)) => Some(*value),
            Some(Figure::Burst(_, shorter, burst)) if window.as_secs() < *shorter => Some(*burst),
            Some(Figure::Burst(value, ..)) => Some(*value),
            Some(Figure::Since(value, since, _)) if ago.as_secs() < *since => Some(*value),
            Some(Figure::Since(_, _, before)) => *before,
            Some(Figure::Nothing) | None => None,
        };
        let members = u32::try_from(members(&self.group, self.now).count()).unwrap();
        let reported = self.reported.unwrap_or(members);
        value
            .map(|value| Seen {
                value,
                reported,
                whole: self.whole,
            })
            .ok_or_else(|| "no samples".to_owned())
    }

    fn forecast(&self, policy: &Policy, _: Duration) -> Result<Forecast, String> {
        let forecast = self.forecasts.get(policy.name.as_str()).copied();
        forecast.ok_or_else(|| "there is no history".to_owned())
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(5)
    }
}

impl Stage {
    /// A group of so many, all in service for long, with at most 100 and no cooldowns.
    pub fn of(desired: u32) -> Self {
        let mut group = group(&["a"], desired, 100);
        group.spec.scale_out_cooldown = 0;
        group.spec.scale_in_cooldown = 0;
        let mut stage = Self {
            group,
            policies: Vec::new(),
            figures: BTreeMap::new(),
            forecasts: BTreeMap::new(),
            reported: None,
            whole: true,
            memory: Memory::default(),
            frozen: false,
            hours: Hours::Open,
            now: NOW,
        };
        (0..desired).for_each(|_| stage.add(Phase::InService { since: NOW - LONG }));
        stage
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// One more policy on the average CPU over a minute, or what the fields say.
    pub fn policy(mut self, name: &str, fields: Value) -> Self {
        let mut policy = json!({
            "name": name, "auto_scaling_group": "asg1", "metric": "CPU", "statistic": "AVG", "sampling_window": 60,
        });
        let fields = fields.as_object().unwrap().clone();
        policy.as_object_mut().unwrap().extend(fields);
        self.policies.push(serde_json::from_value(policy).unwrap());
        self
    }

    /// What a policy sees.
    pub fn sees(mut self, name: &str, figure: Figure) -> Self {
        self.figures.insert(name.to_owned(), figure);
        self
    }

    /// What a predictive policy expects of the whole group, two minutes from now.
    pub fn expects(mut self, name: &str, load: f64) -> Self {
        let forecast = Forecast {
            load,
            at: self.now + Duration::from_secs(120),
            accuracy: None,
        };
        self.forecasts.insert(name.to_owned(), forecast);
        self
    }

    /// The same with a figure that is always the same.
    pub fn is(self, name: &str, value: f64) -> Self {
        self.sees(name, Figure::Steady(value))
    }

    /// One more record.
    pub fn add(&mut self, phase: Phase) {
        let slot = u32::try_from(self.group.instances.len()).unwrap();
        let id = u128::from(slot) + 1;
        self.group
            .instances
            .push(record(id, slot, ("h1", "a"), NOW - LONG, phase));
    }

    /// So many of the instances wanted come into service now.
    pub fn warming(mut self, count: usize) -> Self {
        let since = self.now;
        for instance in self.group.instances.iter_mut().rev().take(count) {
            instance.phase = Phase::InService { since };
        }
        self
    }

    /// So many of the instances wanted are launched and not in service yet.
    pub fn launching(mut self, count: usize) -> Self {
        let deadline = self.now + TIMEOUT;
        for instance in self.group.instances.iter_mut().rev().take(count) {
            instance.phase = Phase::Pending { deadline };
        }
        self
    }

    pub fn members(&self) -> Vec<&Instance> {
        members(&self.group, self.now).collect()
    }

    pub fn decided(&self) -> Decided {
        let policies: Vec<&Policy> = self.policies.iter().collect();
        decide(&Scene {
            group: &self.group,
            policies: &policies,
            look: self,
            memory: &self.memory,
            frozen: self.frozen,
            hours: self.hours.clone(),
            now: self.now,
        })
    }

    pub fn decision(&self) -> Decision {
        self.decided().decision
    }

    pub fn after(&self) -> u32 {
        self.decision().after
    }

    /// What the first policy wishes for.
    pub fn wish(&self) -> Wish {
        self.decision().wishes.remove(0)
    }

    /// Decides, and carries it out: what is added comes into service at once, what is removed is gone.
    pub fn step(&mut self) -> Decided {
        let decided = self.decided();
        let (before, after) = (decided.decision.before, decided.decision.after);
        self.memory.note(decided.wished, decided.keep, self.now);
        if before != after {
            self.group.note_pace(before, after, self.now);
        }
        self.group.spec.desired_capacity = after;
        if after > before {
            self.group.last_scale_out = Some(self.now);
        } else if after < before {
            self.group.last_scale_in = Some(self.now);
        }
        self.group.instances.truncate(after as usize);
        (before..after).for_each(|_| self.add(Phase::InService { since: self.now }));
        decided
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }
}

/// The kinds of a decision's clamps with what they let through, in their order.
pub fn clamps(decision: &Decision) -> Vec<String> {
    let clamps = decision.clamps.iter();
    clamps
        .map(|clamp| format!("{} {} -> {}", clamp.by.as_str(), clamp.from, clamp.to))
        .collect()
}

pub fn threshold(lower: f64, upper: f64, breach: u32) -> Value {
    json!({
        "breach_duration": breach, "scale_out_step": 1, "scale_in_step": -1,
        "upper_threshold": upper, "lower_threshold": lower,
    })
}

pub fn predictive(target: f64) -> Value {
    json!({ "target_value": target, "scheduling_buffer_time": 300, "sampling_window": 0 })
}

pub fn target(value: f64) -> Value {
    json!({ "target_value": value })
}
