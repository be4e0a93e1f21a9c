//! Launch configurations, load balancers and policies.

use serde_json::{Value, json};

use crate::rig::{Rig, asg, but, lb, lconf, policy};

#[tokio::test]
async fn each_kind_is_created_shown_listed_updated_and_deleted() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    let lb_shown = json!({"name": "b", "lb_port": 80, "instances_port": 9080, "availability_zones": ["docker01"],
        "protocol": "HTTP", "options": []});
    let lconf_shown = but(lconf("b"), "metadata", json!({}));
    let mut policy_shown = but(policy("b", "asg1"), "upper_threshold", json!(80.0));
    for (field, value) in [
        ("policy_type", json!("threshold")),
        ("source", json!("agent")),
        ("missing_data", json!("hold")),
        ("shadow", json!(false)),
        ("business_hours_only", json!(false)),
    ] {
        policy_shown[field] = value;
    }
    for (path, given, shown, field, value) in [
        ("/lbs", lb("b"), lb_shown, "lb_port", json!(81)),
        (
            "/lconfs",
            lconf("b"),
            lconf_shown,
            "metadata",
            json!({"a": [1, {"b": null}]}),
        ),
        (
            "/policies",
            policy("b", "asg1"),
            policy_shown,
            "upper_threshold",
            json!(90.0),
        ),
    ] {
        let (one, all) = (format!("{path}/b"), format!("GET {path}"));
        assert_eq!(
            rig.user01(&format!("POST {path}"), given.clone()).await.ok(),
            json!({"status": "OK"})
        );
        assert_eq!(
            rig.user01(&format!("POST {path}"), given.clone()).await.status,
            409
        );
        assert_eq!(rig.user01(&format!("GET {one}"), Value::Null).await.ok(), shown);
        rig.user01(&format!("POST {path}"), but(given, "name", json!("a")))
            .await
            .ok();
        let listed = rig.user01(&all, Value::Null).await.ok();
        let names: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|d| d["name"].clone())
            .collect();
        assert_eq!(names, ["a", "b"]);

        rig.user01(&format!("PUT {one}"), json!({field: value}))
            .await
            .ok();
        let changed = but(shown, field, value);
        assert_eq!(rig.user01(&format!("GET {one}"), Value::Null).await.ok(), changed);
        // A document as GET returned it is an update that changes nothing.
        rig.user01(&format!("PUT {one}"), changed.clone()).await.ok();
        assert_eq!(rig.user01(&format!("GET {one}"), Value::Null).await.ok(), changed);

        rig.user01(&format!("DELETE {one}"), Value::Null).await.ok();
        let gone = rig.user01(&format!("GET {one}"), Value::Null).await;
        assert_eq!(gone.status, 404);
        assert!(gone.message().contains("not found"));
        assert_eq!(
            rig.user01(&format!("DELETE {one}"), Value::Null).await.status,
            404
        );
        assert_eq!(rig.user01(&format!("PUT {one}"), json!({})).await.status, 404);
        assert_eq!(
            rig.user01(&all, Value::Null).await.ok().as_array().unwrap().len(),
            1
        );
    }
    rig.stop().await;
}

#[tokio::test]
async fn an_update_is_checked_as_a_whole_and_stores_nothing_when_refused() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /policies", policy("p", "asg1")).await.ok();
    let before = rig.user01("GET /policies/p", Value::Null).await.ok();
    rig.expect(&[
        (
            "PUT /lconfs/lconf1",
            json!({"name": "other"}),
            422,
            &["name", "other", "lconf1"],
        ),
        (
            "PUT /lconfs/lconf1",
            json!({"instances_type": "m1.smal"}),
            422,
            &["instances_type", "m1.smal", "m1.small"],
        ),
        (
            "PUT /policies/p",
            json!({"lower_threshold": 80}),
            422,
            &["lower_threshold", "80", "upper_threshold"],
        ),
        (
            "PUT /policies/p",
            json!({"auto_scaling_group": "none"}),
            422,
            &["auto_scaling_group", "none", "not found"],
        ),
        (
            "PUT /policies/p",
            json!({"metric": null}),
            422,
            &["metric", "null"],
        ),
        (
            "POST /policies",
            policy("q", "none"),
            422,
            &["auto_scaling_group", "none", "not found"],
        ),
    ])
    .await;
    assert_eq!(rig.user01("GET /policies/p", Value::Null).await.ok(), before);
    rig.stop().await;
}

#[tokio::test]
async fn a_changed_launch_configuration_counts_its_generations_and_an_unchanged_one_does_not() {
    let rig = Rig::start().await;
    rig.user01("POST /lconfs", lconf("c")).await.ok();
    let account = domain::AccountName::parse("user01").unwrap();
    for (update, generation) in [
        (json!({}), 1),
        (json!({"image_id": "cirros"}), 1),
        (json!({"image_id": "nginx"}), 2),
        (json!({"key": ""}), 3),
    ] {
        rig.user01("PUT /lconfs/c", update.clone()).await.ok();
        let stored = rig
            .store
            .document(domain::Kind::LaunchConfiguration, &account, "c")
            .await
            .unwrap();
        assert_eq!(stored.unwrap().value.generation.0, generation, "{update}");
    }
    rig.stop().await;
}
