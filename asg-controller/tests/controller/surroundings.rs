//! What stands around a group: its policies, the configured hosts, and updates that change nothing.

use std::sync::Arc;

use domain::{HostName, ZoneName};
use serde_json::{Value, json};
use store::MemoryStore;

use crate::rig::{Rig, asg, but, policy, settings};

#[tokio::test]
async fn a_group_s_policies_go_with_it_and_no_others() {
    let rig = Rig::start().await;
    rig.expect(&[
        ("POST /asgs", asg("gone"), 200, &[]),
        ("POST /asgs", asg("stays"), 200, &[]),
        ("POST /policies", policy("p1", "gone"), 200, &[]),
        ("POST /policies", policy("p2", "stays"), 200, &[]),
        ("DELETE /asgs/gone", Value::Null, 200, &[]),
        ("GET /policies/p1", Value::Null, 404, &["not found"]),
        ("GET /policies/p2", Value::Null, 200, &[]),
    ])
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn a_configured_host_s_zones_count_before_its_agent_reports() {
    let mut settings = settings();
    let zones = vec![ZoneName::parse("docker02").unwrap()];
    settings
        .hosts_zones
        .insert(HostName::parse("host1").unwrap(), zones);
    let rig = Rig::with(settings, Arc::new(MemoryStore::new())).await;
    let group = |zone: &str| but(asg("a"), "availability_zones", json!([zone]));
    rig.expect(&[
        ("POST /asgs", group("mars"), 422, &["availability_zones", "mars"]),
        ("POST /asgs", group("docker02"), 200, &[]),
    ])
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn an_update_that_changes_nothing_leaves_the_generation() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("a")).await.ok();
    let same = rig.user01("PUT /asgs/a", asg("a")).await.ok();
    assert_eq!(same, json!({"status": "OK", "generation": 1}));
    let more = rig.user01("PUT /asgs/a", json!({"max_size": 9})).await.ok();
    assert_eq!(more, json!({"status": "OK", "generation": 2}));
    rig.stop().await;
}
