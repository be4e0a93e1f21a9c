//! What was recorded: the group's own minutes, and what a Prometheus server keeps.

use std::time::Duration;

use domain::policy::{Rule, Statistic};
use domain::{Group, Policy};
use planner::forecast::{HISTORY, Measure};
use planner::replay::Recording;
use sources::{Range, Source, SourceError};
use tokio::time::timeout;

use super::about;
use crate::error::{Refusal, Result};
use crate::service::Service;
use crate::validate::tables::Trial;

/// How long a server is asked for all that it is asked for: clients wait a minute for the whole answer.
const ASKED: Duration = Duration::from_secs(45);

impl Service {
    /// What was recorded of what the policies look at.
    pub(super) async fn recorded(
        &self,
        group: &Group,
        policies: &[Policy],
        trial: &Trial,
    ) -> Result<Recording> {
        let asked = self.asked(policies, &trial.source)?;
        let is_asked = |policy: &Policy| asked.is_some() && policy.source == trial.source;
        for policy in policies.iter().filter(|policy| !is_asked(policy)) {
            kept(policy)?;
        }
        let foresees = policies
            .iter()
            .any(|policy| matches!(policy.rule, Rule::Predictive(_)));
        let since = if foresees {
            trial.from - HISTORY
        } else {
            trial.from
        };
        // A time within a minute is told by that minute.
        let since = domain::Rollup::minute_of(since);
        let minutes = self.store().rollups(group.id, since, trial.to).await?;
        let of_minutes = measures(policies.iter().filter(|policy| !is_asked(policy)));
        let mut recording =
            Recording::empty(trial.from, trial.to, trial.step).with_minutes(&minutes, &of_minutes);
        if let Some(source) = asked {
            let of_source = policies.iter().filter(|policy| is_asked(policy));
            let figures = ask(source, &recording, of_source);
            let figures = timeout(ASKED, figures).await.map_err(|_| {
                let (source, seconds) = (&trial.source, ASKED.as_secs());
                Refusal::Unavailable(format!(
                    "source {source} did not answer all within {seconds} s: try a shorter time or a longer step"
                ))
            })??;
            for (measure, of) in figures {
                recording = recording.with_figures(measure, of);
            }
        }
        for policy in policies {
            let measure = Measure::of(policy);
            if !recording.knows(&measure) {
                return Err(about(policy, unknown(&measure, trial)));
            }
        }
        recording
            .trimmed()
            .ok_or_else(|| Refusal::field("from", "nothing is recorded since then"))
    }

    /// The server that is asked, if one is.
    fn asked(&self, policies: &[Policy], source: &str) -> Result<Option<&Source>> {
        if source == Trial::ROLLUPS {
            return Ok(None);
        }
        let settings = self.settings();
        let Some(server) = settings.servers.get(source) else {
            let known = settings.metric_sources.contains_key(source);
            let problem = match known {
                true => format!("{source:?} keeps no history: only sources of type prometheus do"),
                false => format!("{source:?} is neither \"rollups\" nor declared in the configuration"),
            };
            return Err(Refusal::field("source", problem));
        };
        match policies.iter().any(|policy| policy.source == source) {
            true => Ok(Some(server)),
            false => Err(Refusal::field(
                "source",
                format!("{source:?}: no policy that is tried looks at it"),
            )),
        }
    }
}

/// Whether minutes keep what a policy looks at.
fn kept(policy: &Policy) -> Result<()> {
    let is_percentile = matches!(policy.statistic.parse(), Ok(Statistic::Percentile(_)));
    if !is_percentile || matches!(policy.rule, Rule::Predictive(_)) {
        return Ok(());
    }
    let statistic = &policy.statistic;
    let instead = match policy.is_sampled() {
        true => String::new(),
        false => format!(
            "; name source {:?} of the replay, if that is a Prometheus server",
            policy.source
        ),
    };
    Err(about(
        policy,
        format!(
            "statistic: {statistic} cannot be replayed from rollups, which keep AVG, MAX, MIN and SUM of each minute{instead}"
        ),
    ))
}

/// Each once.
fn measures<'a>(policies: impl Iterator<Item = &'a Policy>) -> Vec<Measure> {
    let mut all: Vec<Measure> = policies.map(Measure::of).collect();
    all.sort();
    all.dedup();
    all
}

async fn ask<'a>(
    source: &Source,
    recording: &Recording,
    policies: impl Iterator<Item = &'a Policy>,
) -> Result<Vec<(Measure, Vec<Option<f64>>)>> {
    let range = Range {
        from: recording.from,
        step: recording.step,
        times: recording.times,
    };
    let mut all: Vec<(Measure, Vec<Option<f64>>)> = Vec::new();
    for policy in policies {
        let measure = Measure::of(policy);
        if all.iter().all(|(known, _)| *known != measure) {
            let read = source.range(measure.metric(), range).await;
            all.push((measure, read.map_err(|error| unread(policy, &error))?));
        }
    }
    Ok(all)
}

fn unread(policy: &Policy, error: &SourceError) -> Refusal {
    let told = format!("source {}: {error}", policy.source);
    match error.outcome() {
        "unreachable" | "timeout" | "status" => {
            Refusal::Unavailable(format!("policy {}: {told}", policy.name))
        }
        _ => about(policy, told),
    }
}

fn unknown(measure: &Measure, trial: &Trial) -> String {
    let (metric, source) = (measure.metric(), measure.source());
    let (from, to) = (trial.from.seconds(), trial.to.seconds());
    let instead = match measure.is_sampled() {
        true => "",
        false => "; a source of type prometheus can be asked itself: name it as source of the replay",
    };
    format!("nothing is recorded of metric {metric} of source {source} from {from} to {to}{instead}")
}
