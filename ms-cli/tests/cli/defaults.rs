//! The defaults file: what it fills in, and how it is checked.

use serde_json::json;

use crate::rig::Rig;

const FILE: &str = "
# What our team uses.
load_balancer: {lb_port: '8080', instances_port: 9080, options: [a, b], protocol: }
launch_configuration:
  name: ignored
  image_id: cirros
  instances_type: m1.small
  key: 007
  metadata: {env: test, list: [1, {x: null}]}
autoscaling_group:
  availability_zones: docker01, docker02
  min_size: 1
  load_balancer: lb1
policy:
  upper_threshold: 80.5
  scale_in_step: -1
";

async fn loaded() -> Rig {
    let rig = Rig::logged_in().await;
    rig.accept_all().await;
    let file = rig.write("team.yml", FILE);
    assert_eq!(rig.line(&format!("ms load -f {file}")).out, "OK\n");
    rig
}

#[tokio::test]
async fn what_an_add_command_leaves_out_comes_from_the_file() {
    let rig = loaded().await;
    rig.line("ms add-lconf -c mine --lconf-image-id nginx");
    let metadata = json!({"env": "test", "list": [1, {"x": null}]});
    let expected = json!({"name": "mine", "image_id": "nginx", "instances_type": "m1.small", "key": "007", "metadata": metadata});
    assert_eq!(rig.last_asked().await.2, expected);

    rig.line("ms add-asg -a mine --asg-min-size 2");
    let expected = json!({"name": "mine", "min_size": 2, "availability_zones": ["docker01", "docker02"], "load_balancer": "lb1"});
    assert_eq!(rig.last_asked().await.2, expected);

    rig.line("ms add-policy -p mine");
    assert_eq!(
        rig.last_asked().await.2,
        json!({"name": "mine", "upper_threshold": 80.5, "scale_in_step": -1})
    );

    rig.get(
        "status",
        json!({"hosts": [{"zones": ["z2", "z1"]}, {"zones": []}, {"zones": ["z1", "z3"]}]}),
    )
    .await;
    rig.line("ms add-lb -b mine");
    let expected = json!({"name": "mine", "lb_port": 8080, "instances_port": 9080, "options": ["a", "b"],
        "protocol": "HTTP", "availability_zones": ["z1", "z2", "z3"]});
    assert_eq!(rig.last_asked().await.2, expected);
}

#[tokio::test]
async fn of_the_file_a_policy_takes_what_its_type_has() {
    let rig = Rig::logged_in().await;
    rig.accept_all().await;
    let file = "policy: {policy_type: step, sampling_window: 60, threshold: 70, cooldown: 5, scheduling_buffer_time: 60}\n";
    let file = rig.write("types.yml", file);
    rig.line(&format!("ms load -f {file}"));
    for (options, expected) in [
        // What is said leaves it open, and the file settles it.
        (
            "--policy-sampling-window 30",
            json!({"name": "mine", "policy_type": "step", "sampling_window": 30, "threshold": 70}),
        ),
        (
            "--policy-type predictive --policy-target-value 50",
            json!({"name": "mine", "policy_type": "predictive", "target_value": 50, "scheduling_buffer_time": 60}),
        ),
        (
            "--policy-scheduling-buffer-time 30",
            json!({"name": "mine", "scheduling_buffer_time": 30}),
        ),
        (
            "--policy-scaling-adjustment 1",
            json!({"name": "mine", "scaling_adjustment": 1, "sampling_window": 60, "threshold": 70, "cooldown": 5}),
        ),
    ] {
        rig.line(&format!("ms add-policy -p mine {options}"));
        assert_eq!(rig.last_asked().await.2, expected, "{options}");
    }
}

#[tokio::test]
async fn an_update_takes_nothing_from_the_file() {
    let rig = loaded().await;
    rig.line("ms update-asg -a mine --asg-max-size 2");
    assert_eq!(rig.last_asked().await.2, json!({"max_size": 2}));
}

#[tokio::test]
async fn the_command_line_keeps_out_the_default_that_contradicts_it() {
    let rig = loaded().await;
    rig.line("ms add-asg -a mine --asg-no-load-balancer --asg-availability-zones z");
    let expected = json!({"name": "mine", "min_size": 1, "availability_zones": ["z"], "no_lb": true});
    assert_eq!(rig.last_asked().await.2, expected);
    let file = rig.write("other.yml", "autoscaling_group: {no_lb: true}");
    rig.line(&format!("ms load --file {file}"));
    rig.line("ms add-asg -a mine --asg-load-balancer lb2");
    assert_eq!(
        rig.last_asked().await.2,
        json!({"name": "mine", "load_balancer": "lb2"})
    );
    rig.line("ms add-asg -a mine");
    assert_eq!(rig.last_asked().await.2, json!({"name": "mine", "no_lb": true}));
}

#[tokio::test]
async fn without_any_known_zone_a_load_balancer_needs_its_own() {
    let rig = Rig::logged_in().await;
    rig.get("status", json!({"hosts": [{"name": "local", "zones": []}]}))
        .await;
    let ran = rig.ms(&["add-lb", "-b", "lb1", "--lb-instances-port", "80"]);
    ran.fails_with(
        1,
        &[
            "no availability_zones given",
            "--lb-availability-zones",
            "load_balancer",
        ],
    );
    assert_eq!(rig.asked().await.len(), 1, "only the status was asked");
}

#[tokio::test]
async fn what_is_wrong_in_a_file_is_named_with_its_line() {
    let rig = Rig::logged_in().await;
    let before = rig.kept();
    for (text, parts) in [
        (
            "login: {}\nlogins: {}\n",
            [
                "bad.yml: line 2: unknown section \"logins\"",
                "login, load_balancer",
            ],
        ),
        (
            "autoscaling_group:\n  min_size: 1\n  maxsize: 2\n",
            ["bad.yml: line 3: unknown field \"maxsize\"", "min_size"],
        ),
        ("login:\n  tokens: x\n", ["unknown field \"tokens\"", "line 2"]),
        (
            "policy:\n\n  sampling_window: soon\n",
            ["sampling_window: expected a whole number, not \"soon\"", "line 3"],
        ),
        (
            "load_balancer:\n  availability_zones: {a: b}\n",
            ["names separated by commas for availability_zones", "line 2"],
        ),
        (
            "launch_configuration:\n  metadata: [1]\n",
            ["JSON object", "line 2"],
        ),
        ("policy:\n  metric: CPU\n  metric: MEM\n", ["metric", "line 3"]),
        ("policy: [a]\n", ["fields", "line 1"]),
        ("- a\n", ["sections", "login"]),
        ("policy: {\n", ["bad.yml", "line"]),
    ] {
        let file = rig.write("bad.yml", text);
        let ran = rig.ms(&["load", "-f", &file]);
        ran.fails_with(1, &parts);
        ran.fails_with(1, &[&file]);
        assert!(!ran.err.contains(" at line "), "{}", ran.err);
    }
    rig.ms(&["load", "-f", "nowhere.yml"])
        .fails_with(1, &["nowhere.yml", "No such file"]);
    assert_eq!(rig.kept(), before);
}

#[tokio::test]
async fn errors_in_a_file_do_not_show_its_secrets() {
    let rig = Rig::new().await;
    let file = rig.write("bad.yml", "login:\n  key: sesame\n  tokn: opens\n");
    let ran = rig.ms(&["load", "-f", &file]);
    ran.fails_with(1, &["tokn"]);
    assert!(
        !ran.err.contains("sesame") && !ran.err.contains("opens"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn a_kept_file_that_is_wrong_is_said_and_can_be_replaced() {
    let rig = Rig::new().await;
    rig.keep("nonsense: 1\n");
    rig.ms(&["list-asgs"])
        .fails_with(1, &["nonsense", ".default_config.yml", "ms load -f FILE"]);
    let file = rig.write("good.yml", "# nothing yet\n");
    rig.line(&format!("ms load -f {file}"));
    rig.ms(&["list-asgs"])
        .fails_with(1, &["not logged in", "ms login"]);
}

#[tokio::test]
async fn loading_keeps_the_login_unless_the_file_names_another() {
    let rig = loaded().await;
    assert!(rig.kept().contains("t0"), "{}", rig.kept());
    let file = rig.write("other.yml", "login: {user: somebody}\n");
    rig.line(&format!("ms load -f {file}"));
    assert!(!rig.kept().contains("t0"), "{}", rig.kept());
}

#[tokio::test]
async fn asg_cli_file_says_where_the_file_is() {
    let rig = Rig::new().await;
    let file = rig.write("good.yml", "policy: {metric: CPU}\n");
    let kept = rig.home.path().join("elsewhere/kept.yml");
    let done = rig
        .command(&["load", "-f", &file])
        .env("ASG_CLI_FILE", &kept)
        .status()
        .unwrap();
    assert!(done.success());
    assert!(std::fs::read_to_string(kept).unwrap().contains("metric: CPU"));
    assert!(!rig.file().exists());
}
