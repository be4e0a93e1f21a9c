//! What bad input gets: the status, the field and the value; and nothing is stored.

use serde_json::{Value, json};

use crate::rig::{Rig, asg, but, lb, lconf, policy, send, without};

#[tokio::test]
async fn bad_fields_are_refused_by_name_and_value() {
    let rig = Rig::start().await;
    let deep = (0..32).fold(json!(1), |inner, _| json!({ "a": inner }));
    let deep = json!({ "a": deep });
    let nested = json!({"deep": "x".repeat(5000)});
    let many: Vec<_> = (0..65).map(|n| format!("zone{n}")).collect();
    rig.expect(&[
        // Unknown fields, with the one that was meant.
        (
            "POST /asgs",
            but(asg("a"), "max_siz", json!(9)),
            422,
            &["max_siz", "9", "did you mean \"max_size\"", "group"],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "image", json!("x")),
            422,
            &["image", "\"x\"", "image_id"],
        ),
        (
            "POST /lbs",
            but(lb("a"), "zzz", json!(1)),
            422,
            &["zzz", "the fields are name, lb_port"],
        ),
        // Wrong types.
        (
            "POST /asgs",
            but(asg("a"), "min_size", json!("1")),
            422,
            &["min_size", "\"1\"", "integer"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "min_size", json!(1.5)),
            422,
            &["min_size", "1.5", "integer"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "min_size", json!([1])),
            422,
            &["min_size", "[1]"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "availability_zones", json!("docker02")),
            422,
            &["availability_zones", "docker02", "list"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "availability_zones", json!([1])),
            422,
            &["availability_zones", "1 is not a string"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "no_lb", json!("yes")),
            422,
            &["no_lb", "yes", "true or false"],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "metadata", json!("{}")),
            422,
            &["metadata", "JSON object"],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "image_id", json!(7)),
            422,
            &["image_id", "7 is not a string"],
        ),
        (
            "POST /lbs",
            but(lb("a"), "options", json!(["a", 2])),
            422,
            &["options", "2 is not a string"],
        ),
        (
            "POST /policies",
            but(policy("a", "g"), "upper_threshold", json!("80")),
            422,
            &["upper_threshold", "\"80\""],
        ),
        // Missing fields, all of them at once.
        (
            "POST /asgs",
            without(without(asg("a"), "min_size"), "domain"),
            422,
            &["min_size: is required", "domain: is required"],
        ),
        (
            "POST /asgs",
            json!({}),
            422,
            &["name: is required", "launch_configuration: is required"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "domain", Value::Null),
            422,
            &["domain", "null"],
        ),
        (
            "POST /lconfs",
            without(lconf("a"), "key"),
            422,
            &["key: is required"],
        ),
        (
            "POST /lbs",
            without(lb("a"), "instances_port"),
            422,
            &["instances_port: is required"],
        ),
        // Bounds.
        (
            "POST /asgs",
            but(asg("a"), "min_size", json!(5)),
            422,
            &["min_size", "5", "max_size 4"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "desired_capacity", json!(0)),
            422,
            &["desired_capacity", "0", "min_size 1"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "desired_capacity", json!(5)),
            422,
            &["desired_capacity", "5", "max_size 4"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "max_size", json!(2001)),
            422,
            &["max_size", "2001", "2000"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "min_size", json!(-1)),
            422,
            &["min_size", "-1 is below 0"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "max_size", json!(99_999_999_999u64)),
            422,
            &["max_size", "99999999999", "above"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "max_size", json!(1e300)),
            422,
            &["max_size", "1e+300"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "scale_in_cooldown", json!(-5)),
            422,
            &["scale_in_cooldown", "-5"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "availability_zones", json!([])),
            422,
            &["availability_zones", "[]"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "availability_zones", json!(["z", "z"])),
            422,
            &["availability_zones", "z", "twice"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "availability_zones", json!(many)),
            422,
            &["availability_zones", "65", "64"],
        ),
        (
            "POST /lbs",
            but(lb("a"), "lb_port", json!(0)),
            422,
            &["lb_port", "0", "1 to 65535"],
        ),
        (
            "POST /lbs",
            but(lb("a"), "lb_port", json!(65536)),
            422,
            &["lb_port", "65536"],
        ),
        (
            "POST /lbs",
            but(lb("a"), "instances_port", json!("80x")),
            422,
            &["instances_port", "80x"],
        ),
        (
            "POST /lbs",
            but(lb("a"), "options", json!(vec!["o"; 65])),
            422,
            &["options", "65", "64"],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "metadata", nested),
            422,
            &["metadata", "4096"],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "metadata", deep),
            422,
            &["metadata", "32 levels"],
        ),
        (
            "POST /policies",
            but(policy("a", "g"), "scale_in_step", json!(1)),
            422,
            &["scale_in_step", "1 is above -1"],
        ),
        (
            "POST /policies",
            but(policy("a", "g"), "scale_out_step", json!(0)),
            422,
            &["scale_out_step", "0"],
        ),
        (
            "POST /policies",
            but(policy("a", "g"), "upper_threshold", json!(100.5)),
            422,
            &["upper_threshold", "100.5"],
        ),
        (
            "POST /policies",
            but(policy("a", "g"), "lower_threshold", json!(80)),
            422,
            &["lower_threshold", "80"],
        ),
        (
            "POST /policies",
            but(policy("a", "g"), "sampling_window", json!(0)),
            422,
            &["sampling_window", "0"],
        ),
        // Names and texts.
        ("POST /asgs", asg(""), 422, &["name", "\"\"", "must not be empty"]),
        (
            "POST /asgs",
            asg(&"a".repeat(53)),
            422,
            &["name", "aaa", "53", "52"],
        ),
        ("POST /asgs", asg("../a"), 422, &["name", "../a", "'.'"]),
        ("POST /asgs", asg("a/b"), 422, &["name", "a/b", "'/'"]),
        ("POST /lconfs", lconf("grün"), 422, &["name", "grün", "'ü'"]),
        ("POST /lconfs", lconf("a\u{0}"), 422, &["name"]),
        ("POST /lbs", lb("-a"), 422, &["name", "-a"]),
        (
            "POST /lbs",
            but(lb("a"), "availability_zones", json!(["a b"])),
            422,
            &["availability_zones", "a b"],
        ),
        ("POST /policies", policy("a b", "g"), 422, &["name", "a b"]),
        (
            "POST /asgs",
            but(asg("a"), "launch_configuration", json!("a/b")),
            422,
            &["launch_configuration", "a/b"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "domain", json!("my domain")),
            422,
            &["domain", "my domain"],
        ),
        (
            "POST /asgs",
            but(asg("a"), "domain", json!("")),
            422,
            &["domain", "\"\""],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "image_id", json!("a b")),
            422,
            &["image_id", "a b"],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "image_id", json!("")),
            422,
            &["image_id", "\"\""],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "key", json!("a\nb")),
            422,
            &["key"],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "instances_type", json!("m9.huge")),
            422,
            &[
                "instances_type: \"m9.huge\" is no known instance type; the nearest is \"m1.medium\", and list-instance-types shows them all",
            ],
        ),
        (
            "POST /lconfs",
            but(lconf("a"), "instances_type", json!("m1.smal")),
            422,
            &["\"m1.smal\" is no known instance type; did you mean \"m1.small\"?"],
        ),
    ])
    .await;
    for list in ["/lbs", "/lconfs", "/asgs", "/policies"] {
        let stored = rig.user01(&format!("GET {list}"), Value::Null).await.ok();
        assert_eq!(stored, json!([]), "{list}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn refused_updates_change_nothing() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    let before = rig.user01("GET /asgs/asg1", Value::Null).await.ok();
    rig.expect(&[
        (
            "PUT /asgs/asg1",
            json!({"max_size": 0}),
            422,
            &["min_size", "max_size 0"],
        ),
        (
            "PUT /asgs/asg1",
            json!({"desired_capacity": 9}),
            422,
            &["desired_capacity", "9"],
        ),
        (
            "PUT /asgs/asg1",
            json!({"name": "asg2"}),
            422,
            &["name", "asg2", "asg1"],
        ),
        (
            "PUT /asgs/asg1",
            json!({"maxsize": 9}),
            422,
            &["maxsize", "max_size"],
        ),
        (
            "PUT /asgs/asg1",
            json!({"min_size": null}),
            422,
            &["min_size", "null"],
        ),
        (
            "PUT /asgs/asg1/desired_capacity",
            json!({"desired_capacity": 5}),
            422,
            &["desired_capacity", "5"],
        ),
        (
            "PUT /asgs/asg1/desired_capacity",
            json!({"desired": 2}),
            422,
            &["desired"],
        ),
        (
            "PUT /asgs/asg1/desired_capacity",
            json!({}),
            422,
            &["desired_capacity: is required"],
        ),
    ])
    .await;
    assert_eq!(rig.user01("GET /asgs/asg1", Value::Null).await.ok(), before);
    rig.stop().await;
}

#[tokio::test]
async fn what_is_no_json_object_is_malformed() {
    let rig = Rig::start().await;
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    for (body, fragment) in [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("{\"name\": \"a\",}", "line 1"),
        ("name=a", "not JSON"),
        ("null", "null"),
        ("[1]", "a list"),
        ("\"a\"", "a string"),
        ("{} {}", "not JSON"),
        (deep.as_str(), "not JSON"),
        ("{\"a\": \u{feff}1}", "not JSON"),
    ] {
        for request in ["POST /lconfs", "POST /asgs", "PUT /asgs/none", "PUT /lconfs/none"] {
            let answer = send(rig.with_token("user01", request).body(body.to_owned())).await;
            assert_eq!(answer.status, 400, "{request} {body:.40}: {}", answer.text);
            assert!(
                answer.message().contains(fragment),
                "{request} {body:.40}: {}",
                answer.text
            );
        }
    }
    let bytes = send(rig.with_token("user01", "POST /lconfs").body(vec![0xff, 0xfe])).await;
    assert_eq!(bytes.status, 400);
    for kind in [
        "text/plain",
        "text/xml",
        "multipart/form-data; boundary=x",
        "application/yaml",
    ] {
        let request = rig
            .with_token("user01", "POST /lconfs")
            .header("Content-Type", kind);
        let answer = send(request.body(lconf("a").to_string())).await;
        assert_eq!(answer.status, 400, "{kind}");
        let message = answer.message();
        assert!(
            message.contains("Content-Type") && message.contains("application/json"),
            "{message}"
        );
    }
    assert_eq!(rig.user01("GET /lconfs", Value::Null).await.ok(), json!([]));
    rig.stop().await;
}

#[tokio::test]
async fn an_oversized_body_is_refused() {
    let rig = Rig::start().await;
    for size in [65 * 1024, 1024 * 1024, 8 * 1024 * 1024] {
        let body = but(lconf("a"), "key", json!("k".repeat(size))).to_string();
        let answer = send(rig.with_token("user01", "POST /lconfs").body(body)).await;
        assert_eq!(answer.status, 413, "{size}: {}", answer.text);
        assert!(answer.message().contains("65536"), "{}", answer.text);
    }
    // A login is as bounded as the rest.
    let body = format!("{{\"user\": \"{}\"}}", "u".repeat(70_000));
    assert_eq!(
        send(rig.request("POST /asgcc/login").body(body)).await.status,
        413
    );
    rig.user01("GET /lconfs", Value::Null).await.ok();
    rig.stop().await;
}

#[tokio::test]
async fn odd_paths_are_not_found_and_wrong_methods_not_allowed() {
    let rig = Rig::start().await;
    rig.expect(&[
        ("GET /asgs/..%2Fx", Value::Null, 404, &["not found"]),
        ("GET /asgs/gr%C3%BCn", Value::Null, 404, &["grün not found"]),
        ("GET /lconfs/a%20b", Value::Null, 404, &["a b not found"]),
        ("GET /lbs/%00", Value::Null, 404, &["not found"]),
        ("GET /policies/%FF", Value::Null, 404, &["not found"]),
        ("GET /nothing", Value::Null, 404, &["/asgcc/nothing", "not found"]),
        ("GET /asgs/a/b/c/d", Value::Null, 404, &["not found"]),
        ("PATCH /asgs/a", json!({}), 405, &["GET, PUT, DELETE"]),
        ("DELETE /lconfs", Value::Null, 405, &["GET, POST"]),
        ("GET /login", Value::Null, 405, &["POST"]),
        ("POST /asgs/a/start", json!({}), 405, &["PUT"]),
    ])
    .await;
    let long = format!("GET /asgs/{}", "a".repeat(4000));
    assert_eq!(rig.user01(&long, Value::Null).await.status, 404);
    let refused = rig.user01("PATCH /asgs/a", json!({})).await;
    assert_eq!(refused.headers["allow"], "GET, PUT, DELETE");
    let unknown = send(rig.request("GET /nowhere")).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.message().contains("not found"));
    rig.stop().await;
}
