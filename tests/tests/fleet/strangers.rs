//! Another account's names, over every path that takes one.

use api::client::Method;
use scenarios::harness::{Fleet, Image, Setup};
use serde_json::{Value, json};

use super::exactly;

const NAME: &str = "web";
const KINDS: [&str; 4] = ["/asgs/", "/lconfs/", "/lbs/", "/policies/"];

#[tokio::test]
async fn nobody_reaches_what_another_account_named() {
    let setup = Setup::new().user("user02", "other");
    let Some(fleet) = Fleet::start_with(setup, &[]).await else {
        return;
    };
    let rest = fleet.rest("asg-controller").await;
    rest.launch(NAME, Image::Stays, 1).await;
    let balancer =
        json!({"name": NAME, "lb_port": 80, "instances_port": 8080, "availability_zones": ["docker01"]});
    rest.client.post("lbs", &balancer).await.unwrap();
    let policy = json!({
        "name": NAME, "auto_scaling_group": NAME, "metric": "CPU", "statistic": "AVG", "sampling_window": 60,
        "breach_duration": 60, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 80, "lower_threshold": 20,
    });
    rest.client.post("policies", &policy).await.unwrap();
    exactly(&fleet, &rest, NAME, 1).await;
    let guid = rest.instances(NAME).await[0].guid.clone();
    let stranger = fleet.login("asg-controller", "user02", "other").await.unwrap();
    let root = api::Client::new(fleet.target("asg-controller").trim_end_matches("/asgcc"), None).unwrap();
    let document = root.get("openapi.json").await.unwrap();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/asgcc").unwrap_or(path);
        if !KINDS.iter().any(|kind| path.starts_with(kind)) {
            continue;
        }
        let path = path.replace("{name}", NAME).replace("{instance}", &guid);
        for method in methods.as_object().unwrap().keys() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            if ![Method::GET, Method::PUT, Method::POST, Method::DELETE].contains(&method) {
                continue;
            }
            let body = match path.ends_with("/desired_capacity") {
                true => json!({"desired_capacity": 0}),
                false => json!({}),
            };
            let mut call = stranger.call(method.clone(), path.trim_start_matches('/'));
            if method != Method::GET && method != Method::DELETE {
                call = call.body(&body);
            }
            let refused = call.send().await.unwrap_err();
            assert_eq!(refused.status(), Some(404), "{method} {path}: {refused}");
            tried += 1;
        }
    }
    // Three for each kind, and those of a group besides.
    assert!(tried >= 18, "{tried} calls");
    for list in ["asgs", "lconfs", "lbs", "policies"] {
        assert_eq!(
            stranger.get(list).await.unwrap(),
            Value::Array(Vec::new()),
            "{list}"
        );
    }
    exactly(&fleet, &rest, NAME, 1).await;
}
