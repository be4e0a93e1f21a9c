//! The load rises: how long until one more instance runs, with samples each second, a window of one and no breach
//! duration. It begins with the load, so that the wait for the first sample is in it.

use std::time::{Duration, Instant};

use scenarios::harness::{Engine, Image, Service, Setup};
use serde_json::json;

use super::events::Events;
use super::figures::{Goal, Series, Table, times};
use super::raw::Raw;
use super::subject::Subject;

const ROUNDS: usize = 9;
const WHAT: &str = "load to one more instance running";
const SERVED: &str = "load to one more instance in service";
const GOAL: Duration = Duration::from_secs(3);

/// Measures rounds of load and quiet, and beside each the least that a launch takes.
pub async fn run(engine: &Engine, table: &mut Table) {
    let service = Service::start(Setup::new().entry("agent", "sample_interval", json!(1))).await;
    let mut timed = Subject::embedded(&service).await.timed().await;
    prepare(&timed.subject).await;
    let raw = Raw::new(engine);
    let mut events = Events::listen(engine, &raw.label()).await;
    let (mut launched, mut served) = (Series::default(), Series::default());
    for _ in 0..ROUNDS {
        let rest = &timed.subject.rest;
        let lone = rest.in_service("web", 1).await.remove(0).instance_id;
        timed.events.clear();
        let begun = Instant::now();
        engine.touch(&lone, "/busy").await;
        let (running, _) = timed.events.start().await;
        timed.took.push(running - begun);
        rest.in_service("web", 2).await;
        served.push(begun.elapsed());
        engine.erase(&lone, "/busy").await;
        rest.in_service("web", 1).await;

        let begun = Instant::now();
        let by_hand = raw.launch().await;
        let (running, _) = events.start().await;
        launched.push(running - begun);
        engine.remove(&by_hand).await;
    }
    let ratio = times(timed.took.median(), launched.median());
    let beside = format!("raw create + start: {launched}");
    table.ratio(WHAT, &timed.took, beside, ratio, None);
    // From before the first sample on, and until it is told over REST.
    let ratio = times(served.median(), GOAL);
    table.ratio(SERVED, &served, "3 s", ratio, Some(Goal::AtMost(1.0)));
}

async fn prepare(subject: &Subject) {
    let rest = &subject.rest;
    rest.configuration("web", Image::Busy.name()).await;
    rest.group("web", "web", &["z1"], 1, 2).await;
    let quick = json!({"min_size": 1, "scale_out_cooldown": 1, "scale_in_cooldown": 1, "instance_warmup": 1});
    let put = rest.client.put("asgs/web", &quick).await;
    put.expect("a group of one to two");
    let policy = json!({
        "name": "cpu", "auto_scaling_group": "web", "metric": "CPU", "statistic": "MAX", "sampling_window": 1,
        "breach_duration": 0, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 10,
        "lower_threshold": 5,
    });
    let made = rest.client.post("policies", &policy).await;
    made.expect("a policy");
    rest.start("web").await;
}
