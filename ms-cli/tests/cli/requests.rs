//! Every command's request.

use serde_json::{Value, json};

use crate::rig::Rig;

/// A command line, and the method, path and body that it sends.
fn cases() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    vec![
        (
            "ms add-lb --lb-name lb1 --lb-instances-port 9080 --lb-port 8080 --lb-availability-zones docker01,docker02 --lb-protocol TCP",
            "POST",
            "lbs",
            json!({"name": "lb1", "instances_port": 9080, "lb_port": 8080, "availability_zones": ["docker01", "docker02"], "protocol": "TCP"}),
        ),
        (
            "ms add-lb -b lb1 --lb-instances-port 9080 --lb-availability-zones z",
            "POST",
            "lbs",
            json!({"name": "lb1", "instances_port": 9080, "lb_port": 80, "availability_zones": ["z"], "protocol": "HTTP"}),
        ),
        (
            "ms update-lb -b lb1 --lb-port 81",
            "PUT",
            "lbs/lb1",
            json!({"lb_port": 81}),
        ),
        ("ms delete-lb --lb-name lb1", "DELETE", "lbs/lb1", Value::Null),
        (
            r#"ms add-lconf -c l1 --lconf-image-id cirros --lconf-instances-type m1.small --lconf-key key1 --lconf-metadata {"a":{"b":[1,null]}}"#,
            "POST",
            "lconfs",
            json!({"name": "l1", "image_id": "cirros", "instances_type": "m1.small", "key": "key1", "metadata": {"a": {"b": [1, null]}}}),
        ),
        (
            "ms update-lconf --lconf-name l1 --lconf-instances-type m1.large",
            "PUT",
            "lconfs/l1",
            json!({"instances_type": "m1.large"}),
        ),
        ("ms delete-lconf -c l1", "DELETE", "lconfs/l1", Value::Null),
        (
            "ms add-asg -a a1 --asg-availability-zones z1 -c l1 --asg-min-size 0 --asg-max-size 4 --asg-desired-capacity 1 --asg-scale-out-cooldown 60 --asg-scale-in-cooldown 61 --asg-load-balancer lb1 --asg-domain d.net",
            "POST",
            "asgs",
            json!({"name": "a1", "availability_zones": ["z1"], "launch_configuration": "l1", "min_size": 0, "max_size": 4,
                "desired_capacity": 1, "scale_out_cooldown": 60, "scale_in_cooldown": 61, "load_balancer": "lb1", "domain": "d.net"}),
        ),
        (
            "ms add-asg -a a1 -x",
            "POST",
            "asgs",
            json!({"name": "a1", "no_lb": true}),
        ),
        (
            "ms update-asg -a a1 --asg-launch-configuration l2 --asg-min-size -1 -x",
            "PUT",
            "asgs/a1",
            json!({"launch_configuration": "l2", "min_size": -1, "no_lb": true}),
        ),
        (
            "ms update-asg -a a/b?c --asg-max-size 9",
            "PUT",
            "asgs/a%2Fb%3Fc",
            json!({"max_size": 9}),
        ),
        ("ms delete-asg -a a1", "DELETE", "asgs/a1", Value::Null),
        ("ms start-asg -a a1", "PUT", "asgs/a1/start", json!({})),
        ("ms stop-asg --asg-name a1", "PUT", "asgs/a1/stop", json!({})),
        (
            "ms add-policy -p p1 -a a1 --policy-metric CPU --policy-statistic AVG --policy-sampling-window 60 --policy-breach-duration 120 --policy-scale-out-step 1 --policy-scale-in-step -1 --policy-upper-threshold 80 --policy-lower-threshold 20.5",
            "POST",
            "policies",
            json!({"name": "p1", "auto_scaling_group": "a1", "metric": "CPU", "statistic": "AVG", "sampling_window": 60, "breach_duration": 120,
                "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 80, "lower_threshold": 20.5}),
        ),
        (
            "ms update-policy -p p1 --policy-scale-in-step=-2",
            "PUT",
            "policies/p1",
            json!({"scale_in_step": -2}),
        ),
        (
            "ms update-policy -p p1 --policy-asg a2",
            "PUT",
            "policies/p1",
            json!({"auto_scaling_group": "a2"}),
        ),
        (
            "ms add-policy -p p1 -a a1 --policy-type target_tracking --policy-source agent --policy-metric CPU --policy-statistic p90 --policy-sampling-window 60 --policy-target-value 50.5 --policy-tolerance 5 --policy-disable-scale-in --policy-panic-window 6 --policy-panic-threshold 150 --policy-missing-data=scale_out --policy-shadow",
            "POST",
            "policies",
            json!({"name": "p1", "auto_scaling_group": "a1", "policy_type": "target_tracking", "source": "agent", "metric": "CPU", "statistic": "p90",
                "sampling_window": 60, "target_value": 50.5, "tolerance": 5, "disable_scale_in": true, "panic_window": 6, "panic_threshold": 150,
                "missing_data": "scale_out", "shadow": true}),
        ),
        (
            "ms add-policy -p p1 -a a1 --policy-type predictive --policy-metric CPU --policy-statistic AVG --policy-target-value 50 --policy-scheduling-buffer-time 600",
            "POST",
            "policies",
            json!({"name": "p1", "auto_scaling_group": "a1", "policy_type": "predictive", "metric": "CPU", "statistic": "AVG",
                "target_value": 50, "scheduling_buffer_time": 600}),
        ),
        (
            r#"ms add-policy -p p1 -a a1 --policy-threshold 60 --policy-comparison above --policy-adjustment-type PercentChangeInCapacity --policy-min-adjustment-magnitude 2 --policy-step-adjustments [{"lower_bound":0,"scaling_adjustment":10}]"#,
            "POST",
            "policies",
            json!({"name": "p1", "auto_scaling_group": "a1", "threshold": 60, "comparison": "above", "adjustment_type": "PercentChangeInCapacity",
                "min_adjustment_magnitude": 2, "step_adjustments": [{"lower_bound": 0, "scaling_adjustment": 10}]}),
        ),
        (
            "ms update-policy -p p1 --policy-scaling-adjustment -1 --policy-cooldown 0 --policy-shadow=false --policy-disable-scale-in=false",
            "PUT",
            "policies/p1",
            json!({"scaling_adjustment": -1, "cooldown": 0, "shadow": false, "disable_scale_in": false}),
        ),
        (
            r#"ms update-asg -a a1 --asg-instance-warmup 20 --asg-scale-in-stabilization 0 --asg-scale-out-rate {"instances":4,"period":60} --asg-scale-in-rate none"#,
            "PUT",
            "asgs/a1",
            json!({"instance_warmup": 20, "scale_in_stabilization": 0, "scale_out_rate": {"instances": 4, "period": 60}, "scale_in_rate": null}),
        ),
        (
            "ms suspend-processes -a a1 --processes AlarmNotification,Launch",
            "PUT",
            "asgs/a1/suspend",
            json!({"processes": ["AlarmNotification", "Launch"]}),
        ),
        (
            "ms pause-asg -a a1 --until 2030-01-01T09:00:00+01:00",
            "PUT",
            "asgs/a1/pause_until",
            json!({"until": "2030-01-01T09:00:00+01:00"}),
        ),
        (
            "ms pause-asg -a a1 --until 1900000000",
            "PUT",
            "asgs/a1/pause_until",
            json!({"until": 1_900_000_000}),
        ),
        (
            "ms push-metric --source app --metric jobs --value -1.5",
            "PUT",
            "metrics/app/jobs",
            json!({"value": -1.5}),
        ),
        (
            "ms pause-asg -a a1 --until none",
            "PUT",
            "asgs/a1/pause_until",
            json!({"until": null}),
        ),
        (
            "ms add-schedule -s s1 -a a1 --schedule-time-zone Europe/Berlin --schedule-recurrence @daily --schedule-start-time 2030-01-01T00:00:00Z --schedule-end-time 2031-01-01T00:00:00Z --schedule-min-size 1 --schedule-max-size 9 --schedule-desired-capacity 4",
            "POST",
            "schedules",
            json!({"name": "s1", "auto_scaling_group": "a1", "time_zone": "Europe/Berlin", "recurrence": "@daily", "start_time": "2030-01-01T00:00:00Z",
                "end_time": "2031-01-01T00:00:00Z", "min_size": 1, "max_size": 9, "desired_capacity": 4}),
        ),
        (
            r#"ms update-schedule -s s1 --schedule-hours 22:00-06:00 --schedule-days sat,sun --schedule-exceptions 2030-12-25 --schedule-inside {"min_size":2} --schedule-outside {"min_size":0}"#,
            "PUT",
            "schedules/s1",
            json!({"hours": {"start": "22:00", "end": "06:00"}, "days": ["sat", "sun"], "exceptions": ["2030-12-25"],
                "inside": {"min_size": 2}, "outside": {"min_size": 0}}),
        ),
        (
            "ms update-policy -p p1 --policy-business-hours-only",
            "PUT",
            "policies/p1",
            json!({"business_hours_only": true}),
        ),
        (
            "ms resume-processes --asg-name a1",
            "PUT",
            "asgs/a1/resume",
            json!({"processes": []}),
        ),
        ("ms delete-policy -p p1", "DELETE", "policies/p1", Value::Null),
        (
            "ms set-desired-capacity -a a1 --desired-capacity 3",
            "PUT",
            "asgs/a1/desired_capacity",
            json!({"desired_capacity": 3}),
        ),
        (
            "ms terminate-instance -a a1 --instance a1-0123456789",
            "DELETE",
            "asgs/a1/instances/a1-0123456789?decrement=false",
            Value::Null,
        ),
        (
            "ms terminate-instance -a a1 --instance i --decrement",
            "DELETE",
            "asgs/a1/instances/i?decrement=true",
            Value::Null,
        ),
        (
            "ms cordon-host --host-name docker01",
            "PUT",
            "hosts/docker01/cordon",
            json!({}),
        ),
        ("ms uncordon-host -n h1", "PUT", "hosts/h1/uncordon", json!({})),
        ("ms drain-host h1", "PUT", "hosts/h1/drain", json!({})),
        (
            "ms remove-host h/1",
            "DELETE",
            "hosts/h%2F1?force=false",
            Value::Null,
        ),
        (
            "ms remove-host --force -n h1",
            "DELETE",
            "hosts/h1?force=true",
            Value::Null,
        ),
        ("ms cordon h1", "PUT", "hosts/h1/cordon", json!({})),
        // Abbreviated while unambiguous, options and commands; the last of two counts.
        (
            "ms add-asg --asg-na a1 --asg-no",
            "POST",
            "asgs",
            json!({"name": "a1", "no_lb": true}),
        ),
        (
            "ms update-asg --asg-na a1 --asg-la l --asg-de 2",
            "PUT",
            "asgs/a1",
            json!({"launch_configuration": "l", "desired_capacity": 2}),
        ),
        (
            "ms update-asg -a a1 --asg-max-size 1 --asg-max-size 2",
            "PUT",
            "asgs/a1",
            json!({"max_size": 2}),
        ),
        ("ms sto -a a1", "PUT", "asgs/a1/stop", json!({})),
    ]
}

#[tokio::test]
async fn every_command_sends_what_it_should() {
    let rig = Rig::logged_in().await;
    rig.accept_all().await;
    for (line, method, path, body) in cases() {
        let ran = rig.line(line);
        assert_eq!(ran.out, "OK\n", "{line}");
        assert_eq!(
            rig.last_asked().await,
            (method.to_owned(), format!("/asgcc/{path}"), body),
            "{line}"
        );
    }
    assert_eq!(
        rig.asked().await.len(),
        cases().len(),
        "one call for each command"
    );
}

#[tokio::test]
async fn the_token_goes_with_every_call() {
    let rig = Rig::logged_in().await;
    rig.accept_all().await;
    rig.line("ms delete-asg -a a1");
    let requests = rig.server.received_requests().await.unwrap();
    assert_eq!(
        requests.first().unwrap().headers.get("authorization").unwrap(),
        "t0"
    );
}

#[tokio::test]
async fn ambiguous_and_senseless_options_are_refused_before_anything_is_sent() {
    let rig = Rig::logged_in().await;
    for (line, part) in [
        ("add-lb -b x --lb-p 80", "--lb-p"),
        ("update-asg -a a --asg-m 3", "--asg-m"),
        ("add-lconf -c x --lconf-metadata [1]", "JSON object"),
        ("add-lconf -c x --lconf-metadata {", "EOF"),
        ("update-asg -a a --asg-min-size many", "many"),
        (
            "update-asg -a a --asg-availability-zones a,,b",
            "names separated by commas",
        ),
        ("update-policy -p p --policy-upper-threshold NaN", "a number"),
        ("update-asg -a a --asg-scale-out-rate 4/60s", "or none"),
        ("update-policy -p p --policy-step-adjustments {}", "JSON list"),
        ("update-policy -p p --policy-shadow=perhaps", "true or false"),
        ("delete-asg", "--asg-name"),
        ("delete-asg -a ..", "no name"),
        ("delete-asg --asg-name=", "asg-name"),
        ("start-asg -a a --timeout 3", "--wait"),
        ("cordon-host", "--host-name"),
        ("drain-host -n a b", "cannot be used with"),
        ("drain-host a --timeout 3", "--wait"),
        ("cordon-host a b", "unexpected argument 'b'"),
        ("remove-host ..", "no name"),
        ("list-asgs -o xml", "xml"),
        ("list-activities -a a --limit 0", "0"),
        ("frobnicate", "frobnicate"),
        ("sta", "sta"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        rig.ms(&words).fails_with(2, &[part]);
    }
    rig.ms(&["update-asg", "-a", "a"])
        .fails_with(1, &["nothing to change", "update-asg --help"]);
    assert_eq!(rig.asked().await, []);
}

#[tokio::test]
async fn a_word_without_its_option_brings_the_option() {
    let rig = Rig::new().await;
    for (line, tip) in [
        ("start-asg web", "'--asg-name web'"),
        ("stop web", "'--asg-name web'"),
        ("delete-lb lb1", "'--lb-name lb1'"),
        ("add-lconf c1 --lconf-key k", "'--lconf-name c1'"),
        ("update-policy p1", "'--policy-name p1'"),
        ("list-instances web", "'--asg-name web'"),
        ("terminate-instance -a web i1", "'--instance i1'"),
        ("set-desired-capacity --asg-n=web 3", "'--desired-capacity 3'"),
        ("load team.yml", "'--file team.yml'"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        rig.ms(&words).fails_with(2, &["unexpected argument", tip]);
    }
    let ran = rig.ms(&["list-asgs", "web"]);
    ran.fails_with(2, &["unexpected argument 'web'"]);
    assert!(!ran.err.contains("give it as"), "{}", ran.err);
}

#[tokio::test]
async fn the_nearest_commands_come_first() {
    let rig = Rig::new().await;
    for (typed, nearest) in [("lst-asgs", "'list-asgs'"), ("strt-asg", "'start-asg'")] {
        let ran = rig.ms(&[typed]);
        let tip = ran.err.lines().find(|line| line.contains("tip:")).unwrap();
        let first = tip.split_whitespace().find(|word| word.starts_with('\''));
        assert_eq!(first.unwrap().trim_end_matches(','), nearest, "{tip}");
        assert!(tip.matches('\'').count() <= 6, "at most three: {tip}");
    }
}

/// The session of the contract, word for word.
const SESSION: &str = "\
ms login --target http://localhost:56785/asgcc/ --user user01 --key key
ms add-lconf --lconf-name lconf1 --lconf-image-id cirros --lconf-instances-type m1.small --lconf-key key1
ms add-asg --asg-name asg1 --asg-availability-zones docker02 --asg-launch-configuration lconf1 --asg-min-size 1 --asg-desired-capacity 1 --asg-max-size 4 --asg-scale-out-cooldown 60 --asg-scale-in-cooldown 60 --asg-domain mydomain.net --asg-no-load-balancer
ms start-asg --asg-name asg1
ms list-asgs
ms list-instances --asg-name asg1
ms list-lconfs";

#[tokio::test]
async fn the_session_of_the_contract_is_understood() {
    let rig = Rig::new().await;
    rig.answer("POST", "login", 200, json!({"status": "OK", "token": "t1"}))
        .await;
    for list in ["asgs", "asgs/asg1/instances", "lconfs"] {
        rig.get(list, json!([])).await;
    }
    rig.accept_all().await;
    let session = SESSION.replace("http://localhost:56785/asgcc/", &rig.target());
    session.lines().for_each(|line| drop(rig.line(line)));
    let asked: Vec<String> = rig
        .asked()
        .await
        .into_iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(
        asked,
        [
            "POST /asgcc/login",
            "POST /asgcc/lconfs",
            "POST /asgcc/asgs",
            "PUT /asgcc/asgs/asg1/start",
            "GET /asgcc/asgs",
            "GET /asgcc/asgs/asg1/instances",
            "GET /asgcc/lconfs",
        ]
    );
    let (_, _, group) = rig.asked().await.swap_remove(2);
    assert_eq!(
        group,
        json!({"name": "asg1", "availability_zones": ["docker02"], "launch_configuration": "lconf1", "min_size": 1,
            "desired_capacity": 1, "max_size": 4, "scale_out_cooldown": 60, "scale_in_cooldown": 60,
            "domain": "mydomain.net", "no_lb": true})
    );
}
