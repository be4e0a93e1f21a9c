//! How a group lets policies move it, what is suspended, and what was decided.

use domain::{Clamp, ClampKind, Decision, DecisionId, GroupId, Ids, PolicyName, SystemIds, Timestamp, Wish};
use serde_json::{Value, json};

use crate::rig::{Rig, asg, but, send};

async fn group(rig: &Rig) -> Value {
    rig.user01("GET /asgs/a", Value::Null).await.ok()
}

#[tokio::test]
async fn bounds_of_what_policies_do_are_set_shown_kept_and_taken_back() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    let plain = group(&rig).await;
    for field in [
        "instance_warmup",
        "scale_in_stabilization",
        "scale_out_rate",
        "scale_in_rate",
    ] {
        assert_eq!(plain.get(field), None, "{field}");
    }
    let out = json!({"instances": 4, "percent": 100, "period": 60});
    let bounds = json!({"instance_warmup": 0, "scale_in_stabilization": 600, "scale_out_rate": out,
        "scale_in_rate": {"percent": 10, "period": 300}});
    rig.user01("PUT /asgs/a", bounds.clone()).await.ok();
    let set = group(&rig).await;
    for (field, value) in bounds.as_object().unwrap() {
        assert_eq!(set[field], *value, "{field}");
    }
    rig.user01("PUT /asgs/a", json!({"max_size": 5, "instance_warmup": 20}))
        .await
        .ok();
    let kept = but(but(set, "instance_warmup", json!(20)), "max_size", json!(5));
    assert_eq!(group(&rig).await, but(kept.clone(), "generation", json!(3)));
    // As it was shown it is a new group, too.
    rig.user01("POST /asgs", but(kept, "name", json!("b"))).await.ok();
    assert_eq!(
        rig.user01("GET /asgs/b", Value::Null).await.ok()["scale_out_rate"],
        out
    );

    let none = json!({"instance_warmup": null, "scale_in_stabilization": null, "scale_out_rate": null, "scale_in_rate": null});
    rig.user01("PUT /asgs/a", none).await.ok();
    assert_eq!(
        group(&rig).await,
        but(but(plain, "max_size", json!(5)), "generation", json!(4))
    );
    rig.stop().await;
}

#[tokio::test]
async fn bounds_that_cannot_be_meant_are_refused_with_the_field() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    for (field, value, fragments) in [
        ("instance_warmup", json!(3601), &["3601 is above 3600"] as &[&str]),
        ("instance_warmup", json!("30"), &["\"30\" is not an integer"]),
        ("scale_in_stabilization", json!(-1), &["-1 is below 0"]),
        (
            "scale_out_rate",
            json!("4/60s"),
            &["\"4/60s\" is not a JSON object"],
        ),
        (
            "scale_out_rate",
            json!({"instances": 4}),
            &["period: is required"],
        ),
        (
            "scale_in_rate",
            json!({"period": 60}),
            &["instances or percent is required"],
        ),
        (
            "scale_in_rate",
            json!({"percent": 0, "period": 0}),
            &["percent: 0 is below 1", "period: 0 is below 1"],
        ),
        (
            "scale_in_rate",
            json!({"instance": 4, "period": 60}),
            &["\"instance\": no field of a rate", "instances"],
        ),
        ("suspended_process", json!([]), &["no field of a group"]),
    ] {
        let mut fragments = fragments.to_vec();
        fragments.push(field);
        rig.expect(&[
            ("PUT /asgs/a", json!({field: value}), 422, &fragments),
            ("POST /asgs", but(asg("b"), field, value), 422, &fragments),
        ])
        .await;
    }
    assert_eq!(group(&rig).await["generation"], 1);
    rig.stop().await;
}

#[tokio::test]
async fn processes_are_suspended_and_resumed_by_name_or_all() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    assert_eq!(group(&rig).await["suspended_processes"], json!([]));
    let all = json!([
        "Launch",
        "Terminate",
        "HealthCheck",
        "ReplaceUnhealthy",
        "AZRebalance",
        "AlarmNotification",
        "ScheduledActions"
    ]);
    for (how, body, left, generation) in [
        (
            "suspend",
            json!({"processes": ["AlarmNotification", "launch", "azrebalance"]}),
            json!(["Launch", "AZRebalance", "AlarmNotification"]),
            2,
        ),
        (
            "suspend",
            json!({"processes": ["Launch"]}),
            json!(["Launch", "AZRebalance", "AlarmNotification"]),
            2,
        ),
        (
            "resume",
            json!({"processes": ["Launch", "Terminate", "AZRebalance"]}),
            json!(["AlarmNotification"]),
            3,
        ),
        ("suspend", json!({"processes": []}), all.clone(), 4),
        ("resume", Value::Null, json!([]), 5),
        ("suspend", json!({}), all, 6),
    ] {
        let written = rig.user01(&format!("PUT /asgs/a/{how}"), body.clone()).await.ok();
        assert_eq!(
            written,
            json!({"status": "OK", "generation": generation}),
            "{how} {body}"
        );
        assert_eq!(group(&rig).await["suspended_processes"], left, "{how} {body}");
    }
    // What was shown is no update of it.
    let shown = group(&rig).await;
    rig.user01(
        "PUT /asgs/a",
        but(shown.clone(), "suspended_processes", json!([])),
    )
    .await
    .ok();
    assert_eq!(group(&rig).await, shown);
    rig.stop().await;
}

#[tokio::test]
async fn what_is_no_process_or_an_older_generation_suspends_nothing() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    let known = "Launch, Terminate, HealthCheck, ReplaceUnhealthy, AZRebalance, AlarmNotification, \
                 ScheduledActions";
    rig.expect(&[
        (
            "PUT /asgs/a/suspend",
            json!({"processes": ["Launch", "Lunch"]}),
            422,
            &["processes: \"Lunch\" is none of", known],
        ),
        (
            "PUT /asgs/a/suspend",
            json!({"processes": ["Launch", "instancerefresh"]}),
            422,
            &[
                "\"instancerefresh\" is nothing to suspend or resume, for what runs is not replaced here",
                known,
            ],
        ),
        (
            "PUT /asgs/a/resume",
            json!({"processes": ["AddToLoadBalancer"]}),
            422,
            &["\"AddToLoadBalancer\" is nothing to suspend or resume, for instances are not attached"],
        ),
        (
            "PUT /asgs/a/resume",
            json!({"processes": "Launch"}),
            422,
            &["processes", "list"],
        ),
        (
            "PUT /asgs/a/suspend",
            json!({"process": ["Launch"]}),
            422,
            &["process", "did you mean \"processes\""],
        ),
        ("PUT /asgs/a/suspend", json!([]), 400, &["object"]),
        (
            "PUT /asgs/none/suspend",
            Value::Null,
            404,
            &["group none not found"],
        ),
    ])
    .await;
    let with = |tag: &str| {
        rig.with_token("user01", "PUT /asgs/a/suspend")
            .header("If-Match", tag.to_owned())
    };
    let stale = send(with("\"7\"")).await;
    assert_eq!(stale.status, 409);
    assert!(stale.message().contains("If-Match"));
    assert_eq!(group(&rig).await["suspended_processes"], json!([]));
    assert_eq!(send(with("\"1\"")).await.ok()["generation"], 2);
    rig.stop().await;
}

fn decision(group: GroupId, at: i64, (before, after): (u32, u32)) -> Decision {
    Decision {
        id: DecisionId(SystemIds.fresh()),
        group,
        account: domain::AccountName::parse("user01").unwrap(),
        group_name: domain::GroupName::parse("a").unwrap(),
        at: Timestamp::from_millis(at * 1000 + 250),
        before,
        after,
        min_size: 1,
        max_size: 4,
        in_service: 2,
        warming: 1,
        wishes: vec![Wish {
            policy: PolicyName::parse("p").unwrap(),
            policy_type: "threshold".to_owned(),
            shadow: false,
            source: "agent".to_owned(),
            metric: "AVG CPU over 60 s".to_owned(),
            value: Some(91.5),
            reported: 2,
            capacity: Some(5),
            reason: "91.5 is above 80".to_owned(),
        }],
        clamps: vec![Clamp {
            by: ClampKind::Bounds,
            from: 5,
            to: after,
            reason: "max_size is 4".to_owned(),
        }],
        outcome: format!("from {before} to {after}"),
    }
}

#[tokio::test]
async fn decisions_are_shown_newest_first_and_to_their_account_alone() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    assert_eq!(
        rig.user01("GET /asgs/a/decisions", Value::Null).await.ok(),
        json!([])
    );
    let id: GroupId = GroupId(group(&rig).await["id"].as_str().unwrap().parse().unwrap());
    let taken: Vec<_> = (1..=30).map(|at| decision(id, at, (2, 4))).collect();
    rig.store.put_decisions(&taken).await.unwrap();
    let newest = rig
        .user01("GET /asgs/a/decisions?limit=1", Value::Null)
        .await
        .ok();
    let expected = json!([{
        "id": taken.last().unwrap().id.0.to_string(), "group": id.to_string(), "account": "user01", "group_name": "a", "at": 30,
        "before": 2, "after": 4, "min_size": 1, "max_size": 4, "in_service": 2, "warming": 1,
        "wishes": [{"policy": "p", "policy_type": "threshold", "shadow": false, "source": "agent",
            "metric": "AVG CPU over 60 s", "value": 91.5, "reported": 2, "capacity": 5, "reason": "91.5 is above 80"}],
        "clamps": [{"by": "bounds", "from": 5, "to": 4, "reason": "max_size is 4"}],
        "outcome": "from 2 to 4",
    }]);
    assert_eq!(newest, expected);
    let usual = rig.user01("GET /asgs/a/decisions", Value::Null).await.ok();
    let times: Vec<_> = usual
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["at"].as_i64().unwrap())
        .collect();
    assert_eq!(times, (11..=30).rev().collect::<Vec<_>>());
    rig.expect(&[
        (
            "GET /asgs/a/decisions?limit=0",
            Value::Null,
            422,
            &["limit: 0 is outside 1 to 1000"],
        ),
        (
            "GET /asgs/a/decisions?limit=1001",
            Value::Null,
            422,
            &["limit: 1001"],
        ),
        (
            "GET /asgs/a/decisions?limit=x",
            Value::Null,
            422,
            &["limit", "\"x\""],
        ),
        ("GET /asgs/a/decisions?skip=1", Value::Null, 422, &["skip"]),
        ("GET /asgs/none/decisions", Value::Null, 404, &["not found"]),
    ])
    .await;
    assert_eq!(
        rig.call("User02", "GET /asgs/a/decisions", &Value::Null)
            .await
            .status,
        404
    );
    rig.stop().await;
}
