//! Two accounts never see each other's names.

use serde_json::{Value, json};

use crate::rig::{Rig, asg, lb, lconf, policy};

async fn furnish(rig: &Rig, user: &str) {
    for (path, body) in [
        ("POST /lconfs", lconf("lconf1")),
        ("POST /lbs", lb("lb1")),
        ("POST /asgs", asg("asg1")),
        ("POST /policies", policy("p1", "asg1")),
    ] {
        rig.call(user, path, &body).await.ok();
    }
}

#[tokio::test]
async fn every_path_hides_the_other_accounts_names() {
    let rig = Rig::start().await;
    furnish(&rig, "user01").await;
    for list in ["/lbs", "/lconfs", "/asgs", "/policies"] {
        let seen = rig
            .call("User02", &format!("GET {list}"), &Value::Null)
            .await
            .ok();
        assert_eq!(seen, json!([]), "{list}");
    }
    let capacity = json!({"desired_capacity": 2});
    let mut matrix = vec![
        ("PUT /asgs/asg1/start".to_owned(), Value::Null),
        ("PUT /asgs/asg1/stop".to_owned(), Value::Null),
        ("PUT /asgs/asg1/desired_capacity".to_owned(), capacity),
        ("GET /asgs/asg1/instances".to_owned(), Value::Null),
        ("GET /asgs/asg1/activities".to_owned(), Value::Null),
        ("DELETE /asgs/asg1/instances/x".to_owned(), Value::Null),
    ];
    for (path, change) in [
        ("/lbs/lb1", json!({"lb_port": 81})),
        ("/lconfs/lconf1", json!({"image_id": "x"})),
        ("/asgs/asg1", json!({"max_size": 5})),
        ("/policies/p1", json!({"metric": "MEM"})),
    ] {
        matrix.push((format!("GET {path}"), Value::Null));
        matrix.push((format!("PUT {path}"), change));
        matrix.push((format!("DELETE {path}"), Value::Null));
    }
    for (request, body) in &matrix {
        let answer = rig.call("User02", request, body).await;
        assert_eq!(answer.status, 404, "{request}: {}", answer.text);
        assert!(
            answer.message().contains("not found"),
            "{request}: {}",
            answer.text
        );
    }
    // Nor may a policy name the other's group, or a group start on the other's launch configuration.
    rig.call("User02", "POST /asgs", &asg("asg2")).await.ok();
    for (request, body) in [
        ("POST /policies", policy("p", "asg1")),
        ("PUT /asgs/asg2/start", Value::Null),
    ] {
        let answer = rig.call("User02", request, &body).await;
        assert_eq!(answer.status, 422, "{request}");
        assert!(answer.message().contains("not found"), "{request}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn two_accounts_use_the_same_names() {
    let rig = Rig::start().await;
    furnish(&rig, "user01").await;
    furnish(&rig, "User02").await;
    rig.call("User02", "DELETE /lconfs/lconf1", &Value::Null)
        .await
        .ok();
    rig.call(
        "User02",
        "PUT /asgs/asg1",
        &json!({"max_size": 9, "load_balancer": "lb1"}),
    )
    .await
    .ok();
    rig.user01("GET /lconfs/lconf1", Value::Null).await.ok();
    assert_eq!(
        rig.user01("GET /asgs/asg1", Value::Null).await.ok()["max_size"],
        4
    );
    let other = rig.call("User02", "GET /asgs/asg1", &Value::Null).await.ok();
    assert_eq!(other["url"], "asg1.user02.lb.example");
    rig.stop().await;
}
