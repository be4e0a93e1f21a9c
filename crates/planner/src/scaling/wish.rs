//! What a policy wishes for.

use domain::policy::{OnMissing, Rule};
use domain::{Clamp, Policy, Timestamp, Wish};

use super::stage::Stage;
use super::{Seen, closed, predictive, simple, step, target_tracking, threshold, words};

/// A figure that a rule is asked about.
pub(crate) struct Question<'a> {
    pub(crate) stage: &'a Stage<'a>,
    pub(crate) policy: &'a Policy,
    /// The newest figure.
    pub(crate) seen: Seen,
}

/// What holds a policy alone back, its own cooldown or its hours, and until when, where that is known.
pub(crate) type Held = (Clamp, Option<Timestamp>);

/// What a rule says to it.
pub(crate) struct Answer {
    /// The capacity that it wishes for; none when it has nothing to say.
    pub(crate) capacity: Option<u32>,
    /// Why.
    pub(crate) reason: String,
    /// Below what there is, the capacity is what it takes, and removes nothing by itself.
    pub(crate) only_adds: bool,
    /// What holds it back.
    pub(crate) held: Option<Held>,
}

/// A wish, and what the combination has to know of it.
pub(crate) struct Said {
    pub(crate) wish: Wish,
    /// What it would wish for if missing data held nothing back.
    pub(crate) measured: Option<u32>,
    /// Its metric says nothing, or not enough to remove something.
    pub(crate) missing: bool,
    /// It acts, and that keeps it from deciding. Where there is nobody to be measured nothing is amiss.
    pub(crate) blind: bool,
    /// It removes nothing by itself.
    pub(crate) only_adds: bool,
    /// What holds it back.
    pub(crate) held: Option<Held>,
    /// It has a cooldown of its own, so that the group's is not its.
    pub(crate) own_cooldown: bool,
}

impl Answer {
    pub(crate) fn of(capacity: u32, reason: String) -> Self {
        Self {
            capacity: Some(capacity),
            ..Self::silent(reason)
        }
    }

    /// It has nothing to say, which hinders no other policy.
    pub(crate) fn silent(reason: String) -> Self {
        Self {
            capacity: None,
            reason,
            only_adds: false,
            held: None,
        }
    }
}

impl Question<'_> {
    /// Wishes for a capacity, and says how that differs from what there is.
    pub(crate) fn wish(&self, capacity: u32, why: &str) -> Answer {
        let change = words::change(self.stage.current, capacity);
        Answer::of(capacity, format!("{why}: {change}"))
    }

    /// Wishes for what there is.
    pub(crate) fn hold(&self, why: String) -> Answer {
        self.wish(self.stage.current, &why)
    }

    /// The figure in words.
    pub(crate) fn is(&self) -> String {
        let value = words::figure(self.seen.value);
        if self.policy.is_sampled() {
            format!("{} is {value}", words::metric(self.policy))
        } else {
            format!("the figure of {} is {value}", self.policy.source)
        }
    }

    /// Whether the figure is of the group as a whole, so that more instances do not make it less.
    pub(crate) fn is_total(&self) -> bool {
        !self.policy.is_sampled() || self.policy.statistic.eq_ignore_ascii_case("sum")
    }

    /// What the figure would be with so many instances. A figure of the whole group stays what it is.
    pub(crate) fn projected(&self, left: u32) -> f64 {
        if self.is_total() || self.seen.value <= 0.0 {
            return self.seen.value;
        }
        let loaded = self.stage.current.max(self.seen.reported);
        self.seen.value * f64::from(loaded) / f64::from(left)
    }
}

/// What a policy's rule says, and what that rests on.
pub(crate) struct Heard {
    pub(crate) answer: Answer,
    /// The figure; none when nothing is known.
    pub(crate) value: Option<f64>,
    /// Instances that it rests on.
    pub(crate) reported: u32,
    /// As [`Said::measured`].
    pub(crate) measured: Option<u32>,
    /// As [`Said::missing`].
    pub(crate) missing: bool,
}

/// What a policy wishes for.
pub(crate) fn of(stage: &Stage<'_>, policy: &Policy) -> Said {
    let heard = closed::heed(stage, policy, heard(stage, policy));
    let answer = heard.answer;
    let measurable = stage.in_service > 0 || !policy.is_sampled();
    Said {
        wish: Wish {
            policy: policy.name.clone(),
            policy_type: policy.rule.policy_type().to_owned(),
            shadow: policy.shadow,
            source: policy.source.to_string(),
            metric: words::metric(policy),
            value: heard.value,
            reported: heard.reported,
            capacity: answer.capacity,
            reason: answer.reason,
        },
        measured: heard.measured,
        missing: heard.missing,
        blind: heard.missing && measurable && !policy.shadow,
        only_adds: answer.only_adds,
        held: answer.held.filter(|_| !policy.shadow),
        own_cooldown: matches!(&policy.rule, Rule::Simple(rule) if rule.cooldown.is_some()),
    }
}

/// What a policy says. Where the metric says nothing, some wish for what they would if there was too much load. A target
/// says nothing of how much more that is, so it is one.
fn heard(stage: &Stage<'_>, policy: &Policy) -> Heard {
    match &policy.rule {
        Rule::Threshold(rule) => measured(
            stage,
            policy,
            |question| threshold::ask(question, rule),
            || threshold::more(stage, rule),
        ),
        Rule::TargetTracking(rule) => measured(
            stage,
            policy,
            |question| target_tracking::ask(question, rule),
            || stage.current.saturating_add(1),
        ),
        Rule::Step(rule) => measured(
            stage,
            policy,
            |question| step::ask(question, rule),
            || step::least_more(stage, rule),
        ),
        Rule::Simple(rule) => measured(
            stage,
            policy,
            |question| simple::ask(question, rule),
            || simple::least_more(stage, rule),
        ),
        Rule::Predictive(rule) => predictive::foresee(stage, policy, rule),
    }
}

/// What a rule says to the newest figure, or the policy without one; `more` is what it would wish for if there was too much
/// load.
fn measured(
    stage: &Stage<'_>,
    policy: &Policy,
    ask: impl FnOnce(&Question<'_>) -> Result<Answer, String>,
    more: impl FnOnce() -> u32,
) -> Heard {
    let seen = stage.look(policy, stage.scene.now);
    let answer = match &seen {
        Ok(seen) => ask(&Question {
            stage,
            policy,
            seen: *seen,
        }),
        Err(why) => Err(format!("{}: {why}", words::metric(policy))),
    };
    let (value, reported) = seen
        .as_ref()
        .map_or((None, 0), |seen| (Some(seen.value), seen.reported));
    let measured = answer.as_ref().ok().and_then(|answer| answer.capacity);
    let (answer, missing) = match answer {
        Err(why) => (without_data(stage, policy, &why, more), true),
        Ok(answer) => proven(stage, policy, &seen, answer),
    };
    Heard {
        answer,
        value,
        reported,
        measured,
        missing,
    }
}

/// The answer, unless it removes on too little: while instances in service tell nothing, for the load may be theirs, or
/// before the window is full. Whether that is so.
fn proven(stage: &Stage<'_>, policy: &Policy, seen: &Result<Seen, String>, answer: Answer) -> (Answer, bool) {
    let removes = answer.capacity.is_some_and(|capacity| capacity < stage.current);
    let Some(seen) = seen.as_ref().ok().filter(|_| removes) else {
        return (answer, false);
    };
    let reported = seen.reported;
    let but = if policy.is_sampled() && reported < stage.in_service {
        format!(
            "only {reported} of {} in service tell their load",
            stage.in_service
        )
    } else if !seen.whole {
        format!("its window of {} s is not full yet", policy.sampling_window)
    } else {
        return (answer, false);
    };
    let reason = format!("{}, but {but}: no change", answer.reason);
    (Answer::of(stage.current, reason), true)
}

fn without_data(stage: &Stage<'_>, policy: &Policy, why: &str, more: impl FnOnce() -> u32) -> Answer {
    let (current, missing) = (stage.current, policy.missing_data);
    let capacity = match missing {
        OnMissing::Hold => current,
        OnMissing::Floor(floor) => current.max(floor),
        OnMissing::ScaleOut if stage.warming > 0 => {
            let reason = format!("{why}; {missing}, but {} warm up first: no change", stage.warming);
            return Answer::of(current, reason);
        }
        OnMissing::ScaleOut => more(),
    };
    Answer::of(
        capacity,
        format!("{why}; {missing}: {}", words::change(current, capacity)),
    )
}
