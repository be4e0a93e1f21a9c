//! Policies that act in business hours only, and pauses.

use std::time::Duration;

use serde_json::{Value, json};

use super::stage::{Stage, clamps, threshold};

const OPENS: Duration = Duration::from_secs(3600);

fn only(mut fields: Value) -> Value {
    fields["business_hours_only"] = json!(true);
    fields
}

/// A busy group of four, which opens in an hour.
fn closed(fields: Value) -> Stage {
    let stage = Stage::of(4).policy("p", fields).is("p", 90.0);
    stage.with(|stage| stage.opens = Some(stage.now + OPENS))
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
    let why = "p acts in business hours only, which begin in 3600 s";
    assert_eq!(decision.clamps[0].reason, why);
    assert_eq!(decision.wishes[0].capacity, None);
    assert!(
        decision.wishes[0].reason.ends_with(why),
        "{}",
        decision.wishes[0].reason
    );
    assert_eq!(decided.recheck, Some(stage.now + OPENS));
    stage.opens = None;
    assert_eq!(stage.after(), 5);
}

#[test]
fn it_hinders_no_other_and_others_act_at_all_times() {
    assert_eq!(closed(threshold(30.0, 80.0, 0)).after(), 5);
    // Inside its hours it would wish for what there is.
    let both = closed(only(threshold(30.0, 95.0, 0)));
    let both = both.policy("q", threshold(30.0, 80.0, 0)).is("q", 10.0);
    assert_eq!(both.after(), 3);
    assert_eq!(both.with(|stage| stage.opens = None).after(), 4);
}

#[test]
fn a_silent_metric_outside_business_hours_holds_nothing_back() {
    let stage = Stage::of(4)
        .policy("p", only(threshold(30.0, 80.0, 0)))
        .policy("q", threshold(30.0, 80.0, 0))
        .is("q", 10.0);
    let stage = stage.with(|stage| stage.opens = Some(stage.now + OPENS));
    assert_eq!((stage.after(), clamps(&stage.decision())), (3, vec![]));
    assert_eq!(stage.with(|stage| stage.opens = None).after(), 4);
}

#[test]
fn a_paused_group_stays_as_it_is_and_says_what_would_have_been() {
    let mut stage = closed(threshold(30.0, 80.0, 0));
    stage.group.paused_until = Some(stage.now + OPENS);
    let decided = stage.decided();
    assert_eq!(clamps(&decided.decision), ["schedule 5 -> 4"]);
    let reason = "paused for 3600 s more: desired capacity would be 5";
    assert_eq!(decided.decision.clamps[0].reason, reason);
    assert_eq!(decided.recheck, Some(stage.now + OPENS));
    stage.now = stage.now + OPENS;
    assert_eq!(stage.after(), 5);
}
