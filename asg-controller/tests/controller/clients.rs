//! What existing clients send, and must go on working.

use serde_json::{Value, json};

use crate::rig::{Rig, asg, lb, lconf, send};

#[tokio::test]
async fn repeated_slashes_count_as_one() {
    let rig = Rig::start().await;
    let body = json!({"user": "user01", "key": "key"});
    for path in [
        "/asgcc//login",
        "//asgcc/login",
        "/asgcc/login/",
        "/asgcc///login",
    ] {
        send(rig.request(&format!("POST {path}")).json(&body)).await.ok();
    }
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    for path in [
        "/asgs//asg1",
        "//asgs/asg1",
        "/asgs/asg1/",
        "/asgs/asg1//instances",
        "/asgs/asg1/activities/?limit=1",
    ] {
        rig.user01(&format!("GET {path}"), Value::Null).await.ok();
    }
    rig.stop().await;
}

#[tokio::test]
async fn start_and_stop_take_nothing_null_or_any_object() {
    let rig = Rig::start().await;
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    for body in ["", "null", "{}", "{\"name\":\"asg1\",\"anything\":[1]}", " \n"] {
        for verb in ["start", "stop"] {
            let request = rig.with_token("user01", &format!("PUT /asgs/asg1/{verb}"));
            send(request.header("Content-Type", "application/json").body(body))
                .await
                .ok();
        }
    }
    for body in ["[]", "1", "{", "\"x\""] {
        let request = rig.with_token("user01", "PUT /asgs/asg1/start");
        assert_eq!(send(request.body(body)).await.status, 400, "{body}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn json_is_read_whatever_clients_call_it() {
    let rig = Rig::start().await;
    for (n, kind) in [
        None,
        Some("application/json"),
        Some("application/json; charset=utf-8"),
        Some("APPLICATION/JSON"),
        Some("application/vnd.api+json"),
        Some("application/x-www-form-urlencoded"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = rig
            .with_token("user01", "POST /lconfs")
            .body(lconf(&format!("c{n}")).to_string());
        let request = match kind {
            Some(kind) => request.header("Content-Type", kind),
            None => request,
        };
        let answer = send(request).await;
        assert_eq!(answer.status, 200, "{kind:?}: {}", answer.text);
    }
    rig.stop().await;
}

#[tokio::test]
async fn ports_come_as_numbers_and_as_numeric_strings() {
    let rig = Rig::start().await;
    rig.user01("POST /lbs", lb("lb1")).await.ok();
    assert_eq!(
        rig.user01("GET /lbs/lb1", Value::Null).await.ok()["instances_port"],
        json!(9080)
    );
    rig.user01("PUT /lbs/lb1", json!({"lb_port": "443"})).await.ok();
    assert_eq!(
        rig.user01("GET /lbs/lb1", Value::Null).await.ok()["lb_port"],
        json!(443)
    );
    rig.stop().await;
}

#[tokio::test]
async fn an_update_repeats_the_name_and_every_field() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    rig.user01("PUT /asgs/asg1", asg("asg1")).await.ok();
    rig.user01("POST /lbs", lb("lb1")).await.ok();
    rig.user01("PUT /lbs/lb1", lb("lb1")).await.ok();
    rig.stop().await;
}

#[tokio::test]
async fn instance_types_are_an_object_by_name() {
    let rig = Rig::start().await;
    let shown = rig.user01("GET /instance_types", Value::Null).await.ok();
    let expected = json!({"m1.small": {"vcpu": 1, "memory": 1024}, "m1.medium": {"vcpu": 1, "memory": 2048}});
    assert_eq!(shown, expected);
    rig.stop().await;
}
