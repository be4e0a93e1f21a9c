//! Policies tried on what was recorded: the capacity that they would have held, the load that it would not have carried,
//! and what moving it would have cost.
//!
//! [`replay`] is pure and takes the decisions of [`crate::scaling`] step by step, each from what the group as the earlier
//! ones left it would have measured. The recorded load of the whole group is shared by the simulated instances in
//! service; CPU and memory end at 100 per cent of an instance, and what is above is missed. Figures of a group as a whole
//! are as recorded, whatever its size.

mod crew;
mod foresight;
mod gauges;
mod outcome;
mod recording;
mod rolling;
mod sums;
mod tally;
mod thin;
mod view;

use std::time::Duration;

use domain::policy::UnknownName;
use domain::{Decision, Group, GroupState, Policy, PolicyName, Timestamp};

use crate::forecast::Measure;
use crate::scaling::{Decided, Memory, Scene, decide_among};
use crate::schedule::{self, Hours, Timetable};
use crew::Crew;
use gauges::Gauges;
pub use outcome::{Capacity, Carried, Level, Load, Missed, Outcome, Step, Stretch};
pub use recording::{Held, Point, Recording, Track};
use tally::Course;
pub use thin::thin;
use view::View;

/// What is to be tried on a recording.
#[derive(Clone, Copy, Debug)]
pub struct Replay<'a> {
    /// What was recorded.
    pub recording: &'a Recording,
    /// The group as it would be: its bounds, cooldowns and scaling; its desired capacity is what it begins with.
    pub group: &'a Group,
    /// The policies, by name. Each acts, shadow or not.
    pub policies: &'a [Policy],
    /// The group's schedules, of which the business hours count.
    pub schedules: &'a [Timetable],
    /// From a decision to what it launches being in service.
    pub launch_delay: Duration,
    /// What an instance carries of metrics that are not in per cent of it; none: the highest target or upper threshold of
    /// the policies that look at the metric.
    pub instance_capacity: Option<f64>,
}

/// Why policies cannot be tried.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReplayError {
    /// The recording has no time.
    #[error("nothing is recorded")]
    Empty,
    /// The recording has no track for a policy.
    #[error("policy {policy}: nothing is recorded of {measured} of source {source}", policy = .0, measured = .1.metric(), source = .1.source())]
    NotRecorded(PolicyName, Measure),
    /// Percentiles are of samples, which are not kept.
    #[error(
        "policy {policy}: statistic {statistic} cannot be replayed, since of each minute only AVG, MAX, MIN and SUM are kept"
    )]
    Percentile {
        /// Whose.
        policy: PolicyName,
        /// Which.
        statistic: String,
    },
    /// A policy has no statistic that is known.
    #[error("policy {0}: statistic {1}")]
    Statistic(PolicyName, UnknownName),
}

/// Tries policies on a recording. Same recording, same outcome.
///
/// # Errors
/// [`ReplayError`]: what is recorded is not what a policy looks at.
pub fn replay(replay: &Replay<'_>) -> Result<Outcome, ReplayError> {
    let recording = replay.recording;
    if recording.times == 0 {
        return Err(ReplayError::Empty);
    }
    let policies: Vec<Policy> = replay.policies.iter().map(acting).collect();
    let policies: Vec<&Policy> = policies.iter().collect();
    let mut gauges = Gauges::of(recording, &policies)?;
    let mut simulation = Simulation::begin(replay);
    let mut steps = Vec::with_capacity(recording.times);
    for place in 0..recording.times {
        let now = recording.at(place);
        let step = simulation.step(now);
        gauges.see(place, step.in_service);
        steps.push(step);
        let decided = simulation.decide(&gauges, &policies, now);
        simulation.follow(decided);
    }
    Ok(simulation.end(steps, &policies))
}

/// A policy that acts.
fn acting(policy: &Policy) -> Policy {
    Policy {
        shadow: false,
        ..policy.clone()
    }
}

/// A simulated group.
struct Simulation<'a> {
    replay: &'a Replay<'a>,
    group: Group,
    crew: Crew,
    memory: Memory,
    course: Course,
    decisions: Vec<Decision>,
    /// Some policy acts in business hours only.
    has_hours: bool,
}

impl<'a> Simulation<'a> {
    fn begin(replay: &'a Replay<'a>) -> Self {
        let (from, begun) = (replay.recording.from, replay.group);
        let spec = &begun.spec;
        let mut group = Group::new(begun.id, begun.account.clone(), begun.name.clone(), spec.clone());
        group.state = GroupState::Started;
        let warmup = Duration::from_secs(spec.scaling.warmup().into());
        Self {
            replay,
            crew: Crew::begin(spec.desired_capacity, from, replay.launch_delay, warmup),
            memory: Memory::begin(spec.desired_capacity, from),
            group,
            course: Course::default(),
            decisions: Vec::new(),
            has_hours: replay.policies.iter().any(|policy| policy.business_hours_only),
        }
    }

    fn step(&mut self, now: Timestamp) -> Step {
        let step = Step {
            desired: self.crew.all(),
            in_service: self.crew.serving(now),
        };
        self.course.step(step.desired);
        step
    }

    fn decide(&self, gauges: &Gauges<'_>, policies: &[&Policy], now: Timestamp) -> Decided {
        let look = View {
            gauges,
            crew: &self.crew,
            now,
        };
        let hours = match self.has_hours {
            true => schedule::hours(self.replay.schedules, now),
            false => Hours::Open,
        };
        let scene = Scene {
            group: &self.group,
            policies,
            look: &look,
            memory: &self.memory,
            frozen: false,
            hours,
            now,
        };
        decide_among(&scene, self.crew.headcount(now))
    }

    /// Carries a decision out.
    fn follow(&mut self, decided: Decided) {
        let decision = decided.decision;
        let (before, after, now) = (decision.before, decision.after, decision.at);
        self.memory.note(decided.wished, decided.keep, now);
        if !decision.is_change() {
            return;
        }
        self.group.note_pace(before, after, now);
        self.group.spec.desired_capacity = after;
        match after > before {
            true => self.group.last_scale_out = Some(now),
            false => self.group.last_scale_in = Some(now),
        }
        self.crew.resize(after, now, self.replay.recording);
        if self.decisions.len() < Outcome::DECISIONS {
            self.decisions.push(decision);
        }
    }

    fn end(self, steps: Vec<Step>, policies: &[&Policy]) -> Outcome {
        let (recording, given) = (self.replay.recording, self.replay.instance_capacity);
        let mut held = Course::default();
        recording
            .held
            .iter()
            .flatten()
            .for_each(|held_then| held.step(held_then.desired));
        let loads = recording.tracks.iter().map(|track| {
            let each = tally::each(&track.measure, given, policies);
            tally::load(recording, track, each, &steps)
        });
        Outcome {
            loads: loads.collect(),
            capacity: self.course.end(recording.step).unwrap_or_default(),
            held: held.end(recording.step),
            steps,
            decisions: self.decisions,
        }
    }
}
