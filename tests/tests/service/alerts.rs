//! The alert rules of docs/alerts.yml: each fires when it should, on metrics that the service has.

use std::path::{Path, PathBuf};
use std::process::Command;

use scenarios::harness::{DEADLINE, Image, Service, Setup, told};

use super::policies::threshold;

/// What every metric of ours begins with.
const OURS: &str = "microscaler_";
/// A service alone shares nothing and has no such series; the tests of `telemetry` see it.
const OF_FLEETS: &str = "microscaler_cache_available";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn every_alert_fires_when_it_should_and_only_then() {
    let Some(promtool) = test_servers::program("promtool") else {
        return test_servers::absent("promtool");
    };
    for (words, checked) in [
        (["check", "rules"], file("../docs/alerts.yml")),
        (["test", "rules"], file("alerts/alerts.yml")),
    ] {
        let ended = Command::new(&promtool).args(words).arg(checked).output().unwrap();
        assert!(ended.status.success(), "{words:?}: {ended:?}");
    }
}

/// The series that the rules look at, each a name and what its labels have to be.
fn wanted(rules: &str) -> Vec<(&str, Vec<&str>)> {
    let expressions = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "));
    let mut wanted = Vec::new();
    for expression in expressions {
        for (at, _) in expression.match_indices(OURS) {
            let from_it = &expression[at..];
            let end = from_it.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let (name, rest) = from_it.split_at(end.unwrap_or(from_it.len()));
            let labels = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let labels = labels.map_or_else(Vec::new, |(labels, _)| labels.split(',').collect());
            let by_group = name.starts_with("microscaler_group_");
            let by_group = by_group.then_some(["account=\"user01\"", "group=\"web\""]);
            wanted.push((name, [labels, by_group.into_iter().flatten().collect()].concat()));
        }
    }
    wanted
}

#[tokio::test]
async fn the_rules_look_at_metrics_that_the_service_has() {
    let rules = std::fs::read_to_string(file("../docs/alerts.yml")).unwrap();
    let wanted = wanted(&rules);
    assert!(wanted.len() >= rules.matches("alert:").count(), "{wanted:?}");
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 1).await;
    rest.client.post("policies", &threshold(2.0)).await.unwrap();
    rest.in_service("web", 1).await;
    let metrics = format!("{}/metrics", service.root());
    told(
        DEADLINE,
        "every metric that a rule looks at is shown",
        async || {
            let text = reqwest::get(&metrics).await.map_err(|error| error.to_string())?;
            let text = text.text().await.map_err(|error| error.to_string())?;
            for (name, labels) in &wanted {
                let is_it = |line: &str| {
                    let (shown, rest) = line.split_once(['{', ' ']).unwrap_or((line, ""));
                    shown == *name && labels.iter().all(|label| rest.contains(label))
                };
                if *name != OF_FLEETS && !text.lines().any(is_it) {
                    return Err(format!("{name} {labels:?} is not in\n{text}"));
                }
            }
            Ok(())
        },
    )
    .await;
}
