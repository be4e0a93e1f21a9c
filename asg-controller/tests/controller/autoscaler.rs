//! The paths of the autoscaler.

use serde_json::{Value, json};

use crate::rig::{AUTOSCALER, Answer, Rig, asg, lconf, send, settings};

async fn call(rig: &Rig, token: &str, request: &str, body: &Value) -> Answer {
    let request = rig.request(request).header("Authorization", token);
    send(if body.is_null() {
        request
    } else {
        request.json(body)
    })
    .await
}

#[tokio::test]
async fn the_autoscaler_sees_and_sets_the_groups_of_any_account() {
    let rig = Rig::start().await;
    for user in ["user01", "User02"] {
        rig.call(user, "POST /lconfs", &lconf("lconf1")).await.ok();
        rig.call(user, "POST /asgs", &asg(&format!("{user}-asg")))
            .await
            .ok();
    }
    let listed = call(&rig, AUTOSCALER, "GET /asgcc/User02/asgs", &Value::Null)
        .await
        .ok();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["name"], "User02-asg");
    let bearer = format!("Bearer {AUTOSCALER}");
    let instances = call(
        &rig,
        &bearer,
        "GET /asgcc/User02/asgs/User02-asg/instances",
        &Value::Null,
    )
    .await
    .ok();
    assert_eq!(instances, json!([]));
    let path = "PUT /asgcc/User02/asgs/User02-asg/instances";
    let written = call(&rig, AUTOSCALER, path, &json!({"n_instances": 3}))
        .await
        .ok();
    assert_eq!(written, json!({"status": "OK", "generation": 2}));
    let shown = rig
        .call("User02", "GET /asgs/User02-asg", &Value::Null)
        .await
        .ok();
    assert_eq!(shown["desired_capacity"], 3);
    for (body, code, fragment) in [
        (json!({"n_instances": 5}), 422, "desired_capacity: 5"),
        (json!({"n_instances": -1}), 422, "n_instances: -1"),
        (json!({"n_instances": "2"}), 422, "n_instances: \"2\""),
        (json!({"n_instance": 2}), 422, "did you mean \"n_instances\""),
        (json!({}), 422, "n_instances: is required"),
        (Value::Null, 400, "not JSON"),
    ] {
        let answer = call(&rig, AUTOSCALER, path, &body).await;
        assert_eq!(answer.status, code, "{body}: {}", answer.text);
        assert!(answer.message().contains(fragment), "{body}: {}", answer.text);
    }
    rig.stop().await;
}

#[tokio::test]
async fn only_the_autoscaler_may() {
    let rig = Rig::start().await;
    let body = json!({"n_instances": 1});
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    for (request, body) in [
        ("GET /asgcc/user01/asgs", &Value::Null),
        ("GET /asgcc/user01/asgs/asg1/instances", &Value::Null),
        ("PUT /asgcc/user01/asgs/asg1/instances", &body),
    ] {
        for (token, code) in [
            (rig.token("user01"), 403),
            (rig.token("User02"), 403),
            ("nonsense", 401),
        ] {
            let answer = call(&rig, token, request, body).await;
            assert_eq!(answer.status, code, "{request}: {}", answer.text);
        }
        assert_eq!(send(rig.request(request)).await.status, 401, "{request}");
    }
    for (request, fragment) in [
        ("GET /asgcc/nobody/asgs", "nobody not found"),
        ("GET /asgcc/user01/asgs/none/instances", "none not found"),
        ("GET /asgcc/User02/asgs/asg1/instances", "asg1 not found"),
    ] {
        let answer = call(&rig, AUTOSCALER, request, &Value::Null).await;
        assert_eq!(answer.status, 404, "{request}: {}", answer.text);
        assert!(answer.message().contains(fragment), "{}", answer.text);
    }
    // Its token is no login token.
    assert_eq!(
        call(&rig, AUTOSCALER, "GET /asgcc/asgs", &Value::Null)
            .await
            .status,
        401
    );
    let mut none = settings();
    none.autoscaler_token = None;
    let without = rig.again(none);
    assert_eq!(
        call(&without, AUTOSCALER, "GET /asgcc/user01/asgs", &Value::Null)
            .await
            .status,
        401
    );
    without.stop().await;
    rig.stop().await;
}
