//! `ms replay-policy` on what a real service kept of a group.

use scenarios::harness::Service;
use serde_json::Value;

use super::forecasts::remembering;

/// A policy that does not exist, of a group that was loaded for two hours each day.
const POLICY: &str = "
name: half
metric: CPU
statistic: AVG
sampling_window: 10
target_value: 50
panic_window: 0
";

/// What `ms` says when it succeeds, its words after `replay-policy`.
async fn tried(service: &Service, words: &[&str]) -> String {
    let all = [["replay-policy", "-a", "web"].as_slice(), words].concat();
    let ended = service.ms(&all).await;
    assert_eq!(ended.code, Some(0), "{all:?}: {ended:?}");
    ended.stdout
}

#[tokio::test]
async fn a_policy_is_tried_on_what_was_kept_before_it_is_added() {
    let (service, rest) = remembering().await;
    let file = |name: &str| service.directory().join(name).display().to_string();
    std::fs::write(file("policy.yml"), POLICY).unwrap();
    assert_eq!(
        service
            .ms(&["login", "-t", &service.target(), "-u", "user01", "-k", "key"])
            .await
            .code,
        Some(0)
    );
    let (policy, picture) = (file("policy.yml"), file("replay.png"));
    let words = [
        "--from-file",
        &policy,
        "--last",
        "3d",
        "--max-size",
        "6",
        "--plot",
        &picture,
    ];
    let table = tried(&service, &words).await;
    // 250 per cent take five at 50 each; the 40 between take the one that there is at least.
    let line = |first: &str| {
        let found = table.lines().find(|line| line.starts_with(first));
        let words = found
            .unwrap_or_else(|| panic!("no {first} in {table}"))
            .split_whitespace();
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("replayed")[1..3], ["1", "5"], "{table}");
    assert_eq!(line("held")[1..3], ["4", "4"], "{table}");
    assert_eq!(line("CPU")[..3], ["CPU", "agent", "100.0"], "{table}");
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));

    let words = [
        "--from-file",
        &policy,
        "--last",
        "1d",
        "-o",
        "json",
        "--step",
        "60",
    ];
    let shown: Value = serde_json::from_str(&tried(&service, &words).await).unwrap();
    assert_eq!(
        (&shown["policies"][0], &shown["capacity"]["most"]),
        (&"half".into(), &4.into())
    );
    assert_eq!(
        rest.client.get("policies").await.unwrap(),
        Value::Array(Vec::new())
    );
    let refused = service.ms(&["replay-policy", "-a", "web", "-p", "half"]).await;
    assert!(
        refused.code == Some(1) && refused.stderr.contains("policies: policy \"half\" not found"),
        "{refused:?}"
    );
}
