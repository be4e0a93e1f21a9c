//! Policies that act in business hours only, and pauses.

use std::time::Duration;

use planner::schedule::Hours;
use serde_json::{Value, json};

use super::stage::{Stage, clamps, closed_for, threshold};

const OPENS: Duration = Duration::from_secs(3600);

fn only(mut fields: Value) -> Value {
    fields["business_hours_only"] = json!(true);
    fields
}

/// A busy group of four, which opens in an hour.
fn closed(fields: Value) -> Stage {
    let stage = Stage::of(4).policy("p", fields).is("p", 90.0);
    stage.with(|stage| stage.hours = closed_for(stage.now, OPENS))
}

#[test]
fn outside_business_hours_a_policy_of_theirs_says_nothing_but_why() {
    let mut stage = closed(only(threshold(30.0, 80.0, 0)));
    let decided = stage.decided();
    let decision = &decided.decision;
    assert_eq!(
        (decision.after, clamps(decision)),
        (4, vec!["schedule 5 -> 4".to_owned()])
    );
    let why = "p acts in business hours only, which begin at nine";
    assert_eq!(decision.clamps[0].reason, why);
    assert_eq!(decision.wishes[0].capacity, None);
    assert!(
        decision.wishes[0].reason.ends_with(why),
        "{}",
        decision.wishes[0].reason
    );
    assert_eq!(decided.recheck, Some(stage.now + OPENS));
    stage.hours = Hours::Open;
    assert_eq!(stage.after(), 5);
}

#[test]
fn it_hinders_no_other_and_others_act_at_all_times() {
    assert_eq!(closed(threshold(30.0, 80.0, 0)).after(), 5);
    // Inside its hours it would wish for what there is.
    let both = closed(only(threshold(30.0, 95.0, 0)));
    let both = both.policy("q", threshold(30.0, 80.0, 0)).is("q", 10.0);
    assert_eq!(both.after(), 3);
    assert_eq!(both.with(|stage| stage.hours = Hours::Open).after(), 4);
}

#[test]
fn a_silent_metric_outside_business_hours_holds_nothing_back() {
    let stage = Stage::of(4)
        .policy("p", only(threshold(30.0, 80.0, 0)))
        .policy("q", threshold(30.0, 80.0, 0))
        .is("q", 10.0);
    let stage = stage.with(|stage| stage.hours = closed_for(stage.now, OPENS));
    assert_eq!((stage.after(), clamps(&stage.decision())), (3, vec![]));
    assert_eq!(stage.with(|stage| stage.hours = Hours::Open).after(), 4);
}

#[test]
fn hours_that_no_schedule_declares_never_begin() {
    let stage = closed(only(threshold(30.0, 80.0, 0))).with(|stage| stage.hours = Hours::Undeclared);
    let decided = stage.decided();
    let why = "p acts in business hours only, and no schedule of the group declares any";
    assert_eq!(clamps(&decided.decision), ["schedule 5 -> 4"]);
    assert_eq!(decided.decision.clamps[0].reason, why);
    assert_eq!(
        (decided.decision.wishes[0].capacity, decided.recheck),
        (None, None)
    );
    assert_eq!(
        closed(threshold(30.0, 80.0, 0))
            .with(|s| s.hours = Hours::Undeclared)
            .after(),
        5
    );
}

/// Nobody knows the hours of a group of four with this load.
fn unknown(fields: Value, load: f64) -> Stage {
    let stage = Stage::of(4).policy("p", fields).is("p", load);
    stage.with(|stage| stage.hours = Hours::Unknown("the schedules were not read".to_owned()))
}

#[test]
fn while_nobody_knows_the_hours_a_policy_of_theirs_moves_nothing_and_says_why() {
    let why = "p acts in business hours only, and the schedules were not read";
    for (load, expected) in [(90.0, "schedule 5 -> 4"), (10.0, "missing_data 3 -> 4")] {
        let stage = unknown(only(threshold(30.0, 80.0, 0)), load);
        let decision = stage.decision();
        assert_eq!(
            (decision.after, clamps(&decision)),
            (4, vec![expected.to_owned()])
        );
        let wish = &decision.wishes[0];
        assert_eq!(wish.capacity, Some(4));
        assert!(
            wish.reason.ends_with(&format!("but {why}: no change")),
            "{}",
            wish.reason
        );
    }
    assert_eq!(unknown(threshold(30.0, 80.0, 0), 90.0).after(), 5);
}

#[test]
fn while_nobody_knows_the_hours_no_other_removes_what_a_policy_of_theirs_may_want() {
    let with = |fields| {
        let stage = unknown(only(fields), 50.0);
        stage.policy("q", threshold(30.0, 80.0, 0)).is("q", 10.0)
    };
    let decision = with(threshold(30.0, 80.0, 0)).decision();
    let (after, clamps) = (decision.after, clamps(&decision));
    assert_eq!((after, clamps), (4, vec!["missing_data 3 -> 4".to_owned()]));
    assert_eq!(decision.clamps[0].reason, "missing data removes nothing: p");
    // One that would say nothing in its hours either hinders nobody.
    let step = json!({
        "threshold": 60, "comparison": "above", "adjustment_type": "ChangeInCapacity",
        "step_adjustments": [{"lower_bound": 0, "scaling_adjustment": 1}],
    });
    assert_eq!(with(step).after(), 3);
}

#[test]
fn a_paused_group_stays_as_it_is_and_says_what_would_have_been() {
    let mut stage = closed(threshold(30.0, 80.0, 0));
    stage.group.paused_until = Some(stage.now + OPENS);
    let decided = stage.decided();
    assert_eq!(clamps(&decided.decision), ["schedule 5 -> 4"]);
    let reason = "paused until 1970-01-12T14:46:40Z: desired capacity would be 5";
    assert_eq!(decided.decision.clamps[0].reason, reason);
    assert_eq!(decided.recheck, Some(stage.now + OPENS));
    stage.now = stage.now + OPENS;
    assert_eq!(stage.after(), 5);
}
