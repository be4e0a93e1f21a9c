//! Rate limits beside users and schedules: as HPA has it, a period began with what there is now, without what policies added
//! and with what they removed since.

use std::time::Duration;

use domain::{Phase, Rate};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::stage::{Stage, clamps};
use Event::{Policies, Set, Wait};

enum Event {
    /// Policies wish for less (below zero) or more by so many, and end up there.
    Policies(i32, u32),
    /// Somebody else sets it.
    Set(u32),
    /// So many seconds go by.
    Wait(u64),
}

fn rate(instances: Option<u32>, percent: Option<u32>, period: u32) -> Option<Rate> {
    Some(Rate {
        instances,
        percent,
        period,
    })
}

/// One policy that adds or removes so many at once.
fn wishing(by: i32) -> Value {
    json!({
        "threshold": 50, "comparison": if by > 0 { "above" } else { "below" },
        "adjustment_type": "ChangeInCapacity", "scaling_adjustment": by, "sampling_window": 0,
    })
}

fn set(stage: &mut Stage, desired: u32) {
    let before = stage.group.spec.desired_capacity;
    stage.group.spec.desired_capacity = desired;
    stage.group.instances.truncate(desired as usize);
    let since = stage.now - Duration::from_secs(1_000);
    (before..desired).for_each(|_| stage.add(Phase::InService { since }));
}

fn run(name: &str, start: u32, (out, less): (Option<Rate>, Option<Rate>), events: &[Event]) {
    let mut stage = Stage::of(start);
    stage.group.spec.min_size = 0;
    stage.group.spec.scaling.scale_out_rate = out;
    stage.group.spec.scaling.scale_in_rate = less;
    for (place, event) in events.iter().enumerate() {
        match event {
            Wait(seconds) => stage.wait(*seconds),
            Set(desired) => set(&mut stage, *desired),
            Policies(by, after) => {
                stage.policies.clear();
                let figure = if *by > 0 { 90.0 } else { 10.0 };
                stage = stage.policy("p", wishing(*by)).is("p", figure);
                let decision = stage.step().decision;
                assert_eq!(decision.after, *after, "{name}, event {place}: {decision:?}");
            }
        }
    }
}

#[test]
fn what_others_set_within_a_period_gives_policies_no_more() {
    let one = || (None, rate(Some(1), None, 600));
    let up = |instances| (rate(Some(instances), None, 600), None);
    run(
        "a user set more after policies had removed",
        4,
        one(),
        &[
            Policies(-5, 3),
            Set(8),
            Wait(6),
            Policies(-5, 8),
            Wait(594),
            Policies(-5, 7),
        ],
    );
    run(
        "a user set fewer after policies had removed: what they removed may come back, and one more",
        8,
        (rate(Some(1), None, 600), None),
        &[
            Policies(-4, 4),
            Set(1),
            Policies(20, 6),
            Policies(20, 6),
            Wait(600),
            Policies(20, 7),
        ],
    );
    run(
        "a user set fewer after policies had added",
        1,
        up(4),
        &[
            Policies(9, 5),
            Set(1),
            Policies(9, 1),
            Wait(599),
            Policies(9, 1),
            Wait(1),
            Policies(9, 5),
        ],
    );
    run(
        "a user set more after policies had added",
        1,
        up(4),
        &[Policies(3, 4), Set(50), Policies(9, 51), Policies(9, 51)],
    );
    run(
        "a user set none before policies changed anything",
        8,
        one(),
        &[Set(0), Set(5), Policies(-3, 4), Policies(-3, 4)],
    );
}

/// "Scaling policies": of 80, 10 per cent are 8 within a minute, then of 72 again 8, rounded up. Removed in parts, it is of
/// what there was before those within the minute.
#[test]
fn per_cent_are_of_what_the_period_began_with() {
    let limits = || (rate(None, Some(100), 60), rate(Some(4), Some(10), 60));
    run(
        "alone",
        80,
        limits(),
        &[
            Policies(-5, 75),
            Wait(20),
            Policies(-5, 72),
            Wait(39),
            Policies(-70, 72),
            Wait(1),
            Policies(-70, 67),
            Wait(20),
            Policies(-70, 64),
        ],
    );
    run(
        "a user adds",
        80,
        limits(),
        &[
            Policies(-70, 72),
            Set(92),
            Policies(-70, 90),
            Policies(-70, 90),
            Wait(60),
            Policies(-70, 81),
        ],
    );
    run(
        "to and fro",
        10,
        limits(),
        &[Policies(10, 20), Policies(-15, 6), Policies(50, 20)],
    );
}

#[test]
fn what_holds_says_what_policies_did_and_until_when() {
    let mut stage = Stage::of(10).policy("p", wishing(-9)).is("p", 10.0);
    stage.group.spec.min_size = 0;
    stage.group.spec.scaling.scale_in_rate = rate(Some(2), Some(10), 60);
    let begun = stage.now;
    let said = |stage: &Stage| {
        let decided = stage.decided();
        let reason = decided.decision.clamps[0].reason.clone();
        (clamps(&decided.decision), reason, decided.recheck)
    };
    let limits = "at most 2 instances or 10 % of 10 within 60 s";
    assert_eq!(
        said(&stage),
        (vec!["rate 1 -> 8".to_owned()], limits.to_owned(), None)
    );
    stage.step();
    stage.wait(10);
    let reason = format!("{limits}, in which policies removed 2");
    let until = Some(begun + Duration::from_secs(60));
    assert_eq!(said(&stage), (vec!["rate 0 -> 8".to_owned()], reason, until));
}

/// What policies added, less what they removed, within so many seconds before now.
fn net(changes: &[(u64, i64)], period: u64, now: u64) -> i64 {
    let within = changes.iter().filter(|(at, _)| now < at + period);
    within.map(|(_, by)| by).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn policies_change_no_more_than_the_rate_within_any_period_whatever_others_set(
        (out, less) in (1_u32..6, 1_u32..6),
        (out_period, in_period) in (1_u32..2_000, 1_u32..2_000),
        steps in prop::collection::vec((0_u64..40, -9..9_i32, prop::option::weighted(0.3, 0_u32..60)), 1..60),
    ) {
        let mut stage = Stage::of(20);
        stage.group.spec.min_size = 0;
        stage.group.spec.scaling.scale_out_rate = rate(Some(out), None, out_period);
        stage.group.spec.scaling.scale_in_rate = rate(Some(less), None, in_period);
        let (mut now, mut changes) = (0, Vec::new());
        for (wait, by, others) in steps {
            stage.wait(wait);
            now += wait;
            if let Some(desired) = others {
                set(&mut stage, desired);
            }
            stage.policies.clear();
            let figure = if by > 0 { 90.0 } else { 10.0 };
            stage = stage.policy("p", wishing(by)).is("p", figure);
            let decision = stage.step().decision;
            let change = i64::from(decision.after) - i64::from(decision.before);
            changes.push((now, change));
            if change > 0 {
                prop_assert!(net(&changes, out_period.into(), now) <= i64::from(out), "{changes:?}");
            } else if change < 0 {
                prop_assert!(net(&changes, in_period.into(), now) >= -i64::from(less), "{changes:?}");
            }
        }
    }
}
