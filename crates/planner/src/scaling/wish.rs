//! What a policy wishes for.

use domain::policy::{OnMissing, Rule};
use domain::{Clamp, Policy, Timestamp, Wish};

use super::stage::Stage;
use super::{Seen, threshold, words};

/// A figure that a rule is asked about.
pub(crate) struct Question<'a> {
    pub(crate) stage: &'a Stage<'a>,
    pub(crate) policy: &'a Policy,
    /// The newest figure.
    pub(crate) seen: Seen,
}

/// What a rule says to it.
pub(crate) struct Answer {
    /// The capacity that it wishes for; none when it has nothing to say.
    pub(crate) capacity: Option<u32>,
    /// Why.
    pub(crate) reason: String,
    /// Its own cooldown holds it back until then.
    pub(crate) held: Option<(Clamp, Timestamp)>,
}

/// A wish, and what the combination has to know of it.
pub(crate) struct Said {
    pub(crate) wish: Wish,
    /// Its metric says nothing, or not enough to remove something.
    pub(crate) missing: bool,
    /// Its own cooldown holds it back until then.
    pub(crate) held: Option<(Clamp, Timestamp)>,
    /// It has a cooldown of its own, so that the group's is not its.
    pub(crate) own_cooldown: bool,
}

impl Answer {
    pub(crate) fn of(capacity: u32, reason: String) -> Self {
        Self {
            capacity: Some(capacity),
            reason,
            held: None,
        }
    }
}

impl Question<'_> {
    /// Wishes for what there is.
    pub(crate) fn hold(&self, why: String) -> Answer {
        Answer::of(self.stage.current, format!("{why}: no change"))
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

    /// ` for 120 s`, or nothing where there is no breach duration.
    pub(crate) fn for_whole(&self) -> String {
        match self.policy.breach_duration {
            0 => String::new(),
            _ => format!(" for {}", self.breach_duration()),
        }
    }

    pub(crate) fn breach_duration(&self) -> String {
        format!("{} s", self.policy.breach_duration)
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

/// What a policy wishes for.
pub(crate) fn of(stage: &Stage<'_>, policy: &Policy) -> Said {
    let seen = stage.look(policy, stage.scene.now);
    let answer = seen.clone().and_then(|seen| {
        let question = Question { stage, policy, seen };
        ask(&question)
    });
    let missing = answer.is_err();
    let answer = answer.unwrap_or_else(|why| without_data(stage, policy, &why));
    Said {
        wish: Wish {
            policy: policy.name.clone(),
            policy_type: policy.rule.policy_type().to_owned(),
            shadow: policy.shadow,
            metric: words::metric(policy),
            value: seen.as_ref().ok().map(|seen| seen.value),
            reported: seen.map_or(0, |seen| seen.reported),
            capacity: answer.capacity,
            reason: answer.reason,
        },
        missing,
        held: answer.held,
        own_cooldown: matches!(&policy.rule, Rule::Simple(rule) if rule.cooldown.is_some()),
    }
}

fn ask(question: &Question<'_>) -> Result<Answer, String> {
    match &question.policy.rule {
        Rule::Threshold(rule) => threshold::ask(question, rule),
        rule => Ok(Answer {
            capacity: None,
            reason: format!("{} is not written yet", rule.policy_type()),
            held: None,
        }),
    }
}

fn without_data(stage: &Stage<'_>, policy: &Policy, why: &str) -> Answer {
    let current = stage.current;
    let capacity = match policy.missing_data {
        OnMissing::Hold => current,
        OnMissing::Floor(floor) => current.max(floor),
        OnMissing::ScaleOut => match &policy.rule {
            Rule::Threshold(rule) => current.saturating_add_signed(rule.scale_out_step).max(current),
            _ => current,
        },
    };
    let change = words::change(current, capacity);
    Answer::of(capacity, format!("{why}; {}: {change}", policy.missing_data))
}
