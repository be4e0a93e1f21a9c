//! Policies tried on what was recorded.

use serde_json::{Value, json};

use crate::rig::Rig;

fn answer() -> Value {
    let capacity = |least: u32, most: u32, changes: u32| {
        json!({"least": least, "most": most, "mean": 3.456, "instance_hours": 580.61, "launched": changes,
            "terminated": changes, "changes": changes})
    };
    json!({
        "group": "a1", "policies": ["cpu", "track"], "from": 1_700_000_000, "to": 1_700_006_000, "step": 10, "start": 2,
        "capacity": capacity(2, 6, 7), "held": capacity(4, 4, 0),
        "loads": [{"source": "agent", "metric": "CPU", "instance_capacity": 100.0, "missed_percent": 0.1234,
            "missed_minutes": 3.5, "held_missed_percent": null, "held_missed_minutes": null, "recorded_minutes": 90.0,
            "saturated_minutes": 12.0}],
        "changes": [{"at": 1_700_000_010, "before": 2, "after": 3, "outcome": "desired capacity goes from 2 to 3"}],
        "series": [{"at": 1_700_000_000, "desired": [2, 3], "in_service": [2, 2], "held": null,
            "loads": [{"least": 100.0, "most": 210.0, "missed": 10.0}]}],
    })
}

async fn rig() -> Rig {
    let rig = Rig::logged_in().await;
    rig.answer("POST", "asgs/a1/replays", 200, answer()).await;
    rig
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[tokio::test]
async fn what_would_have_been_is_set_against_what_was() {
    let rig = rig().await;
    let out = rig.line("ms replay-policy -a a1 --policy cpu,track").out;
    assert_eq!(rig.last_asked().await.2, json!({"policies": ["cpu", "track"]}));
    let seen: Vec<_> = out.lines().map(words).filter(|words| !words.is_empty()).collect();
    let expected = [
        "group a1, policies cpu, track",
        "from 2023-11-14 22:13:20 UTC to 2023-11-14 23:53:20 UTC, a decision each 10 s, 2 at its begin",
        "LEAST MOST MEAN INSTANCE_HOURS LAUNCHED TERMINATED CHANGES",
        "replayed 2 6 3.46 580.6 7 7 7",
        "held 4 4 3.46 580.6 0 0 0",
        "METRIC SOURCE EACH_CARRIES MISSED MISSED_MINUTES MISSED_AS_HELD MINUTES_AS_HELD",
        "CPU agent 100.0 0.123 % 3.5 - -",
        "of CPU nothing is recorded in 10 of 100 minutes",
        "in 12 minutes the instances had as much CPU as they can: the load may have been more than is recorded",
    ];
    assert_eq!(seen, expected.map(words), "{out}");
    let detailed = rig.line("ms replay-policy -a a1 -p cpu --detailed-list").out;
    assert!(
        detailed.ends_with("2 -> 3   desired capacity goes from 2 to 3\n"),
        "{detailed}"
    );
    let json: Value = serde_json::from_str(&rig.line("ms replay-policy -a a1 -p cpu -o json").out).unwrap();
    assert_eq!(json, answer());
}

#[tokio::test]
async fn a_file_and_other_bounds_are_sent_along() {
    let rig = rig().await;
    let file = |name: &str| rig.home.path().join(name);
    std::fs::write(file("one.yml"), "name: new\ntarget_value: 50\n").unwrap();
    std::fs::write(file("two.json"), r#"[{"name": "a"}, {"name": "b"}]"#).unwrap();
    std::fs::write(file("none.yml"), "[]\n").unwrap();
    let line = |options: &str| format!("ms replay-policy -a a1 {options}");
    let one = file("one.yml").display().to_string();
    rig.line(&line(&format!(
        "-p cpu --from-file {one} --from 1700000000 --to 2023-11-15T00:00:00Z --step 60 --source traffic --start 3 \
         --launch-delay 5 --instance-capacity 12.5 --max-size 9 --instance-warmup 0 --scale-in-rate {{\"percent\":10,\"period\":60}}"
    )));
    assert_eq!(
        rig.last_asked().await.2,
        json!({
            "policies": ["cpu", {"name": "new", "target_value": 50}], "from": 1_700_000_000, "to": 1_700_006_400, "step": 60,
            "source": "traffic", "start": 3, "launch_delay": 5, "instance_capacity": 12.5, "max_size": 9, "instance_warmup": 0,
            "scale_in_rate": {"percent": 10, "period": 60},
        })
    );
    rig.line(&line(&format!(
        "--from-file {} --last 2d --to 1700000000",
        file("two.json").display()
    )));
    assert_eq!(
        rig.last_asked().await.2,
        json!({"policies": [{"name": "a"}, {"name": "b"}], "from": 1_700_000_000 - 2 * 86_400, "to": 1_700_000_000})
    );
    for (options, code, told) in [
        (String::new(), 2, "--policy"),
        (
            "-p cpu --plot a.gif".to_owned(),
            2,
            "end its name with .svg or .png",
        ),
        ("-p cpu --last week".to_owned(), 2, "use for example 30d"),
        (
            format!("--from-file {}", file("none.yml").display()),
            1,
            "there is no policy in it",
        ),
        (format!("--from-file {}", file("no.yml").display()), 1, "no.yml: "),
    ] {
        let ran = rig.ms(&words(&line(&options))[1..]);
        assert!(ran.code == code && ran.err.contains(told), "{options}: {ran:?}");
    }
}

#[tokio::test]
async fn it_is_drawn_where_it_is_to_be() {
    let rig = rig().await;
    let file = rig.home.path().join("replay.svg");
    rig.line(&format!(
        "ms replay-policy -a a1 -p cpu --plot {}",
        file.display()
    ));
    let svg = std::fs::read_to_string(&file).unwrap();
    assert!(
        svg.contains("a1: cpu, track") && svg.contains("CPU of agent, of which 0.123 % missed"),
        "{svg}"
    );
    let nowhere = rig.ms(&[
        "replay-policy",
        "-a",
        "a1",
        "-p",
        "cpu",
        "--plot",
        "/nowhere/a.png",
    ]);
    assert!(
        nowhere.code == 1 && nowhere.err.contains("cannot write: /nowhere/a.png: "),
        "{nowhere:?}"
    );
}
