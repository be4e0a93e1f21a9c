//! Capacity ahead of the load that the group's own history forecasts, as EC2's predictive scaling adds it.

use std::time::Duration;

use domain::Policy;
use domain::policy::Predictive;

use super::stage::Stage;
use super::takes;
use super::wish::{Answer, Heard};
use super::words::{self, figure};
use crate::forecast::{Accuracy, Forecast};

/// What the forecast takes. It removes nothing by itself, and no other policy removes below it. Without a forecast it says
/// nothing, whatever it would do about missing data: a history that is too short is no fault.
pub(crate) fn foresee(stage: &Stage<'_>, policy: &Policy, rule: &Predictive) -> Heard {
    let ahead = Duration::from_secs(rule.scheduling_buffer_time.into());
    let forecast = stage.scene.look.forecast(policy, ahead);
    let forecast = forecast.and_then(|forecast| match forecast.load.is_finite() {
        true => Ok(forecast),
        false => Err(format!("{} is no figure", forecast.load)),
    });
    let (answer, value) = match forecast {
        Ok(forecast) => (wish(stage, policy, rule, &forecast), Some(forecast.load)),
        Err(why) => (
            Answer::silent(format!("no forecast of {}: {why}", policy.metric)),
            None,
        ),
    };
    Heard {
        measured: answer.capacity,
        answer,
        value,
        reported: 0,
        missing: false,
    }
}

fn wish(stage: &Stage<'_>, policy: &Policy, rule: &Predictive, forecast: &Forecast) -> Answer {
    let (capacity, current) = (takes(forecast.load, rule.target_value), stage.current);
    let end = match capacity < current {
        true => "it only adds".to_owned(),
        false => words::change(current, capacity),
    };
    let (load, target) = (figure(forecast.load), figure(rule.target_value));
    let of = match policy.is_sampled() {
        true => format!("{} of the whole group", policy.metric),
        false => format!("the figure of {}", policy.source),
    };
    let begins = words::seconds_to_go(forecast.at.since(stage.scene.now));
    let reason = format!(
        "{of} is forecast to be up to {load} within {} s, from {begins} from now on, which takes {capacity} at {target} each; {}: {end}",
        rule.scheduling_buffer_time,
        how_good(forecast.accuracy)
    );
    Answer {
        only_adds: true,
        ..Answer::of(capacity, reason)
    }
}

fn how_good(accuracy: Option<Accuracy>) -> String {
    let Some(accuracy) = accuracy else {
        return "how good its forecasts are shows after another day".to_owned();
    };
    let (error, low) = (figure(accuracy.error.round()), figure(accuracy.too_low.round()));
    format!("forecasts of the last day were off by {error} %, and more than 10 % too low in {low} % of it")
}
