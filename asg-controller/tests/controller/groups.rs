//! Groups: their documents, their states, what they rest on.

use std::time::Duration;

use bus::{Bus, Nudge, Received};
use domain::{Capacity, EngineId, Host, HostName, HostState, ZoneName};
use serde_json::{Value, json};

use crate::rig::{Rig, asg, but, lb, lconf, send, without};

async fn group(rig: &Rig, name: &str) -> Value {
    rig.user01(&format!("GET /asgs/{name}"), Value::Null).await.ok()
}

async fn register(rig: &Rig, name: &str, zones: &[&str]) {
    let host = Host {
        name: HostName::parse(name).unwrap(),
        zones: zones.iter().map(|zone| ZoneName::parse(zone).unwrap()).collect(),
        engine: EngineId::new(name),
        capacity: Capacity::default(),
        labels: std::collections::BTreeMap::new(),
        control: false,
        cpus: 2,
        memory_mib: 1024,
        state: HostState::Active,
    };
    rig.store.put_host(&host).await.unwrap();
}

#[tokio::test]
async fn a_group_lives_from_creation_to_deletion() {
    let rig = Rig::start().await;
    let mut nudges = rig.bus.nudges().await.unwrap();
    let written = rig.user01("POST /asgs", asg("asg1")).await.ok();
    assert_eq!(written, json!({"status": "OK", "generation": 1}));
    let shown = group(&rig, "asg1").await;
    for (field, value) in asg("asg1").as_object().unwrap() {
        assert_eq!(&shown[field], value, "{field}");
    }
    for (field, value) in [
        ("state", json!("stopped")),
        ("url", json!("N/A")),
        ("last_scale_out_ts", json!(0)),
        ("last_scale_in_ts", json!(0)),
        ("generation", json!(1)),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let id = shown["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(nudges.next().await, Some(Received::Item(Nudge::Group(id))));

    rig.expect(&[
        ("POST /asgs", asg("asg1"), 409, &["asg1", "already exists"]),
        (
            "PUT /asgs/asg1/start",
            Value::Null,
            422,
            &["launch_configuration", "lconf1", "not found"],
        ),
        ("POST /lconfs", lconf("lconf1"), 200, &[]),
        ("PUT /asgs/asg1/stop", Value::Null, 409, &["asg1", "stopped"]),
        ("PUT /asgs/asg1/start", Value::Null, 200, &[]),
        ("PUT /asgs/asg1/start", Value::Null, 409, &["asg1", "started"]),
        (
            "DELETE /asgs/asg1",
            Value::Null,
            409,
            &["asg1", "started", "stop it"],
        ),
        (
            "DELETE /lconfs/lconf1",
            Value::Null,
            409,
            &["lconf1", "in use", "asg1"],
        ),
    ])
    .await;
    assert_eq!(nudges.next().await, Some(Received::Item(Nudge::Group(id))));
    assert_eq!(group(&rig, "asg1").await["state"], "started");

    rig.expect(&[
        ("PUT /asgs/asg1/stop", Value::Null, 200, &[]),
        ("DELETE /asgs/asg1", Value::Null, 200, &[]),
        ("GET /asgs/asg1", Value::Null, 404, &["asg1", "not found"]),
        (
            "PUT /asgs/asg1",
            json!({"max_size": 5}),
            404,
            &["asg1", "not found"],
        ),
        ("PUT /asgs/asg1/start", Value::Null, 404, &["not found"]),
        ("DELETE /asgs/asg1", Value::Null, 404, &["not found"]),
        // The name is free at once, and so is what the group rested on.
        ("POST /asgs", asg("asg1"), 200, &[]),
        ("DELETE /lconfs/lconf1", Value::Null, 200, &[]),
    ])
    .await;
    assert_ne!(group(&rig, "asg1").await["id"], shown["id"]);
    rig.stop().await;
}

#[tokio::test]
async fn an_update_merges_the_given_fields() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    rig.clock.pass(Duration::from_secs(100));
    rig.user01("PUT /asgs/asg1", json!({"max_size": 9, "desired_capacity": 7}))
        .await
        .ok();
    let shown = group(&rig, "asg1").await;
    assert_eq!(
        (&shown["max_size"], &shown["desired_capacity"], &shown["min_size"]),
        (&json!(9), &json!(7), &json!(1))
    );
    assert_eq!(shown["last_scale_out_ts"], json!(1_700_000_100));
    rig.clock.pass(Duration::from_secs(1));
    rig.user01("PUT /asgs/asg1/desired_capacity", json!({"desired_capacity": 2}))
        .await
        .ok();
    let shown = group(&rig, "asg1").await;
    assert_eq!(
        (&shown["desired_capacity"], &shown["last_scale_in_ts"]),
        (&json!(2), &json!(1_700_000_101))
    );
    // As GET returned it, with what the service added.
    rig.user01("PUT /asgs/asg1", shown.clone()).await.ok();
    let again = group(&rig, "asg1").await;
    assert_eq!(but(again, "generation", shown["generation"].clone()), shown);
    rig.stop().await;
}

#[tokio::test]
async fn no_lb_and_load_balancer_clear_each_other() {
    let rig = Rig::start().await;
    let url = "asg1.user01.lb.example";
    let both = but(
        but(asg("both"), "load_balancer", json!("lb1")),
        "no_lb",
        json!(true),
    );
    rig.user01("POST /asgs", both).await.ok();
    let shown = group(&rig, "both").await;
    assert_eq!(
        (&shown["no_lb"], &shown["load_balancer"], &shown["url"]),
        (&json!(true), &Value::Null, &json!("N/A"))
    );
    rig.user01("POST /asgs", without(asg("neither"), "no_lb"))
        .await
        .ok();
    assert_eq!(group(&rig, "neither").await["no_lb"], json!(false));

    rig.user01("POST /asgs", asg("asg1")).await.ok();
    for (update, no_lb, balancer, url) in [
        (json!({"load_balancer": "lb1"}), false, json!("lb1"), url),
        (json!({"domain": "other.net"}), false, json!("lb1"), url),
        (json!({"no_lb": false}), false, json!("lb1"), url),
        (json!({"no_lb": true}), true, Value::Null, "N/A"),
        (
            json!({"load_balancer": "lb2", "no_lb": false}),
            false,
            json!("lb2"),
            url,
        ),
        (
            json!({"load_balancer": "lb3", "no_lb": true}),
            true,
            Value::Null,
            "N/A",
        ),
        (json!({"load_balancer": "lb1"}), false, json!("lb1"), url),
        (json!({"load_balancer": null}), true, Value::Null, "N/A"),
    ] {
        rig.user01("PUT /asgs/asg1", update.clone()).await.ok();
        let shown = group(&rig, "asg1").await;
        let seen = (&shown["no_lb"], &shown["load_balancer"], &shown["url"]);
        assert_eq!(seen, (&json!(no_lb), &balancer, &json!(url)), "{update}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_started_group_keeps_what_it_rests_on_and_frees_what_it_left() {
    let rig = Rig::start().await;
    for name in ["lconf1", "lconf2"] {
        rig.user01("POST /lconfs", lconf(name)).await.ok();
    }
    let with_lb = but(without(asg("asg1"), "no_lb"), "load_balancer", json!("lb1"));
    rig.user01("POST /asgs", with_lb).await.ok();
    rig.expect(&[
        (
            "PUT /asgs/asg1/start",
            Value::Null,
            422,
            &["load_balancer", "lb1", "not found"],
        ),
        // The refused start holds nothing.
        ("DELETE /lconfs/lconf1", Value::Null, 200, &[]),
        ("POST /lconfs", lconf("lconf1"), 200, &[]),
        ("POST /lbs", lb("lb1"), 200, &[]),
        ("PUT /asgs/asg1/start", Value::Null, 200, &[]),
        (
            "DELETE /lbs/lb1",
            Value::Null,
            409,
            &["load balancer lb1", "in use"],
        ),
        (
            "PUT /asgs/asg1",
            json!({"launch_configuration": "none"}),
            422,
            &["launch_configuration", "none", "not found"],
        ),
        (
            "PUT /asgs/asg1",
            json!({"load_balancer": "none"}),
            422,
            &["load_balancer", "none", "not found"],
        ),
        ("DELETE /lconfs/lconf1", Value::Null, 409, &["in use"]),
        (
            "PUT /asgs/asg1",
            json!({"launch_configuration": "lconf2"}),
            200,
            &[],
        ),
        ("DELETE /lconfs/lconf1", Value::Null, 200, &[]),
        ("DELETE /lconfs/lconf2", Value::Null, 409, &["in use"]),
        ("PUT /asgs/asg1", json!({"no_lb": true}), 200, &[]),
        ("DELETE /lbs/lb1", Value::Null, 200, &[]),
        ("PUT /asgs/asg1/stop", Value::Null, 200, &[]),
        ("DELETE /lconfs/lconf2", Value::Null, 200, &[]),
        // A stopped group may name what does not exist yet.
        (
            "PUT /asgs/asg1",
            json!({"launch_configuration": "later", "load_balancer": "later"}),
            200,
            &[],
        ),
    ])
    .await;
    rig.stop().await;
}

#[tokio::test]
async fn zones_are_checked_once_hosts_are_known() {
    let rig = Rig::start().await;
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /asgs", asg("early")).await.ok();
    register(&rig, "host1", &["docker01", "docker03"]).await;
    rig.expect(&[
        (
            "PUT /asgs/early/start",
            Value::Null,
            422,
            &["availability_zones", "docker02", "no known host"],
        ),
        (
            "POST /asgs",
            asg("asg1"),
            422,
            &["availability_zones", "docker02"],
        ),
        (
            "POST /asgs",
            but(asg("asg1"), "availability_zones", json!(["docker01"])),
            200,
            &[],
        ),
        ("PUT /asgs/asg1/start", Value::Null, 200, &[]),
        (
            "PUT /asgs/asg1",
            json!({"availability_zones": ["docker01", "docker02"]}),
            422,
            &["docker02"],
        ),
        (
            "PUT /asgs/asg1",
            json!({"availability_zones": ["docker03"]}),
            200,
            &[],
        ),
        (
            "POST /lbs",
            but(lb("lb1"), "availability_zones", json!(["anywhere"])),
            200,
            &[],
        ),
    ])
    .await;
    // A host without zones serves every zone.
    register(&rig, "host2", &[]).await;
    rig.user01("PUT /asgs/early/start", Value::Null).await.ok();
    rig.stop().await;
}

#[tokio::test]
async fn every_update_honours_if_match() {
    let rig = Rig::start().await;
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    let read = rig.user01("GET /asgs/asg1", Value::Null).await;
    assert_eq!(read.headers["etag"], "\"1\"");
    let call = async |request: &str, body: Value, tag: &str| {
        let request = rig
            .with_token("user01", request)
            .header("If-Match", tag.to_owned());
        send(if body.is_null() {
            request
        } else {
            request.json(&body)
        })
        .await
    };
    let capacity = json!({"desired_capacity": 2});
    let writes = [
        ("PUT /asgs/asg1", json!({"max_size": 5})),
        ("PUT /asgs/asg1/desired_capacity", capacity),
        ("PUT /asgs/asg1/start", Value::Null),
        ("PUT /asgs/asg1/stop", Value::Null),
        ("DELETE /asgs/asg1", Value::Null),
    ];
    for (older, (request, body)) in (0u64..).zip(writes) {
        let stale = call(request, body.clone(), &format!("\"{older}\"")).await;
        assert_eq!(stale.status, 409, "{request}: {}", stale.text);
        assert!(stale.message().contains("If-Match"), "{request}");
        assert_eq!(
            call(request, body.clone(), "newest").await.status,
            400,
            "{request}"
        );
        let tag = if older % 2 == 0 {
            format!("\"{}\"", older + 1)
        } else {
            (older + 1).to_string()
        };
        let done = call(request, body, &tag).await.ok();
        assert_eq!(done["generation"], json!(older + 2), "{request}");
    }
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    call("PUT /asgs/asg1", json!({}), "*").await.ok();
    rig.stop().await;
}
