//! What stands between wishes and outcome, and who counts.

use std::time::Duration;

use domain::{Cause, GroupState, Lost, Phase, Process, phase::Remains};
use planner::scaling::Memory;

use super::stage::{Figure, Stage, clamps, threshold};

fn busy(instances: u32) -> Stage {
    Stage::of(instances)
        .policy("p", threshold(30.0, 80.0, 0))
        .is("p", 90.0)
}

fn idle(instances: u32) -> Stage {
    busy(instances).is("p", 10.0)
}

#[test]
fn the_groups_cooldown_holds_and_says_until_when() {
    for (stage, after, name) in [
        (busy(4), 5, "scale_out_cooldown"),
        (idle(4), 3, "scale_in_cooldown"),
    ] {
        let mut stage = stage.with(|stage| {
            stage.group.spec.scale_out_cooldown = 60;
            stage.group.spec.scale_in_cooldown = 60;
            stage.group.last_scale_out = Some(stage.now);
        });
        stage.wait(20);
        let decided = stage.decided();
        assert_eq!(decided.decision.after, 4);
        assert_eq!(clamps(&decided.decision), [format!("cooldown {after} -> 4")]);
        let reason = format!("the last change was 20 s ago, less than the {name} of 60 s");
        assert_eq!(decided.decision.clamps[0].reason, reason);
        assert_eq!(
            decided.decision.outcome,
            format!("desired capacity stays 4: {reason}")
        );
        assert_eq!(decided.recheck, Some(stage.now + Duration::from_secs(40)));
        assert_eq!(decided.wished, after);
        stage.now = decided.recheck.unwrap();
        let decided = stage.decided();
        assert_eq!((decided.decision.after, decided.recheck), (after, None));
        let wish = &decided.decision.wishes[0];
        let followed = format!("policy {}: {}", wish.policy, wish.reason);
        assert_eq!(
            decided.decision.outcome,
            format!("desired capacity goes from 4 to {after}: {followed}")
        );
    }
}

#[test]
fn nothing_is_removed_on_figures_of_two_capacities() {
    let mut stage = idle(4).with(|stage| {
        (
            stage.group.spec.scale_out_cooldown,
            stage.group.spec.scale_in_cooldown,
        ) = (0, 0);
        stage.group.last_scale_in = Some(stage.now);
    });
    stage.wait(20);
    let decided = stage.decided();
    assert_eq!(clamps(&decided.decision), ["cooldown 3 -> 4"]);
    let reason = "the last change was 20 s ago, within the sampling window of 60 s";
    assert_eq!(decided.decision.clamps[0].reason, reason);
    // A change of an hour ahead, before the clock went back, hides it not.
    stage.group.last_scale_out = Some(stage.now + Duration::from_secs(3_600));
    assert_eq!(clamps(&stage.decision()), ["cooldown 3 -> 4"]);
    stage.now = decided.recheck.unwrap();
    assert_eq!(stage.decided().decision.after, 3);
}

#[test]
fn what_went_by_is_told_in_whole_seconds() {
    let changed = idle(4).with(|stage| stage.group.last_scale_in = Some(stage.now));
    let cooling = changed
        .clone()
        .with(|stage| stage.group.spec.scale_in_cooldown = 60);
    let wished = idle(4).with(|stage| {
        stage.group.spec.scaling.scale_in_stabilization = Some(60);
        stage.memory = Memory::begin(4, stage.now);
    });
    let own = serde_json::json!({
        "threshold": 30, "comparison": "below", "adjustment_type": "ChangeInCapacity", "scaling_adjustment": -1,
        "cooldown": 60,
    });
    let own = Stage::of(4).policy("p", own).is("p", 10.0);
    let own = own.with(|stage| stage.group.last_scale_in = Some(stage.now));
    for (mut stage, reason) in [
        (
            changed,
            "the last change was 12 s ago, within the sampling window of 60 s",
        ),
        (
            cooling,
            "the last change was 12 s ago, less than the scale_in_cooldown of 60 s",
        ),
        (
            wished,
            "within the last 60 s up to 4 were wished for, 12 s ago at last",
        ),
        (
            own,
            "policy p: the last change was 12 s ago, less than its cooldown of 60 s",
        ),
    ] {
        stage.now = stage.now + Duration::from_millis(12_999);
        assert_eq!(stage.decision().clamps[0].reason, reason);
    }
}

#[test]
fn sizes_bound_the_outcome() {
    let full = busy(4).with(|stage| stage.group.spec.max_size = 4);
    assert_eq!(clamps(&full.decision()), ["bounds 5 -> 4"]);
    assert_eq!(full.decision().outcome, "desired capacity stays 4: max_size is 4");
    let steps = serde_json::json!({
        "threshold": 30, "comparison": "below", "adjustment_type": "ChangeInCapacity", "scaling_adjustment": -3,
    });
    let least = Stage::of(4).policy("p", steps).is("p", 10.0);
    let least = least.with(|stage| stage.group.spec.min_size = 3);
    assert_eq!(clamps(&least.decision()), ["bounds 1 -> 3"]);
    assert_eq!(least.after(), 3);
}

#[test]
fn what_is_suspended_or_frozen_says_what_would_have_been() {
    let suspended = busy(4).with(|stage| {
        stage.group.suspended.insert(Process::AlarmNotification);
    });
    let decision = suspended.decision();
    assert_eq!(
        (decision.after, clamps(&decision)),
        (4, vec!["suspended 5 -> 4".to_owned()])
    );
    let reason = "AlarmNotification is suspended: desired capacity would be 5";
    assert_eq!(decision.clamps[0].reason, reason);
    let frozen = idle(4).with(|stage| stage.frozen = true);
    let decision = frozen.decision();
    assert_eq!(
        (decision.after, clamps(&decision)),
        (4, vec!["frozen 3 -> 4".to_owned()])
    );
}

#[test]
fn the_policies_of_a_group_that_is_not_started_are_off() {
    for change in [
        (|stage: &mut Stage| stage.group.state = GroupState::Stopped) as fn(&mut Stage),
        |stage| stage.group.state = GroupState::Paused,
        |stage| stage.group.deleted = true,
    ] {
        let decision = busy(4).with(change).decision();
        assert_eq!((decision.after, decision.wishes.len()), (4, 0));
        assert!(
            decision.outcome.starts_with("policies are off: the group is "),
            "{}",
            decision.outcome
        );
    }
}

#[test]
fn a_shadow_tells_its_wish_and_moves_nothing() {
    let shadow = busy(4).with(|stage| stage.policies[0].shadow = true);
    let decision = shadow.decision();
    assert_eq!((decision.after, decision.wishes[0].capacity), (4, Some(5)));
    assert!(decision.clamps.is_empty() && decision.wishes[0].shadow);
    let beside = idle(4)
        .policy("shadow", threshold(30.0, 80.0, 0))
        .is("shadow", 50.0);
    assert_eq!(beside.after(), 4);
    let beside = beside.with(|stage| stage.policies[1].shadow = true);
    assert_eq!(beside.after(), 3, "it hinders nobody either");
    let blind = beside.sees("shadow", Figure::Nothing);
    assert_eq!(blind.after(), 3, "nor does what it does not see");
}

#[test]
fn those_count_that_are_in_service_and_warm() {
    let mut stage = Stage::of(3);
    let warm = stage.now - Duration::from_secs(30);
    stage.add(Phase::InService { since: warm });
    stage.add(Phase::InService {
        since: warm + Duration::from_millis(1),
    });
    stage.add(Phase::Pending {
        deadline: stage.now + Duration::from_secs(1),
    });
    stage.add(Phase::Pending { deadline: stage.now });
    stage.add(Phase::Terminating {
        cause: Cause::Unhealthy,
        since: stage.now,
        remains: Remains::MayRun,
    });
    let lost = Lost {
        since: stage.now,
        returned: false,
    };
    stage.group.instances[0].lost = Some(lost);
    let slots: Vec<u32> = stage.members().iter().map(|i| i.slot).collect();
    assert_eq!(slots, [1, 2, 3]);
    let decision = stage.decision();
    assert_eq!((decision.in_service, decision.warming), (3, 2));
    stage.group.spec.scaling.instance_warmup = Some(0);
    assert_eq!(stage.members().len(), 4);
    stage.now = stage.now - Duration::from_secs(60);
    assert_eq!(stage.members().len(), 4, "a clock that went back blinds nobody");
}

#[test]
fn wishes_are_kept_as_long_as_the_window() {
    let keep = |stage: Stage| stage.decided().keep.as_secs();
    assert_eq!(keep(busy(4)), 0);
    let tracks = busy(4).policy("t", super::stage::target(50.0)).is("t", 50.0);
    assert_eq!(keep(tracks.clone()), 300);
    let longer = tracks.with(|stage| stage.group.spec.scaling.scale_in_stabilization = Some(600));
    assert_eq!(keep(longer), 600);
}

#[test]
fn what_somebody_else_wished_for_holds_as_long_as_a_policys_wish() {
    let mut stage = Stage::of(6)
        .policy("p", serde_json::json!({"target_value": 50}))
        .is("p", 25.0);
    stage.memory = Memory::begin(2, stage.now);
    stage.wait(400);
    let since = stage.now;
    stage.memory.wish(6, since);
    stage.wait(100);
    assert_eq!(clamps(&stage.decision()), ["stabilization 3 -> 6"]);
    stage.now = since + Duration::from_secs(301);
    assert_eq!(stage.after(), 3);
}
