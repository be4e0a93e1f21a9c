#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn lines(metrics: &Metrics, part: &str) -> Vec<String> {
    let text = metrics.encode();
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples
        .filter(|line| line.contains(part))
        .map(str::to_owned)
        .collect()
}

#[test]
fn everything_that_is_told_is_shown() {
    let metrics = Metrics::new();
    metrics.leading(true);
    metrics.frozen(true);
    metrics.commit_conflict();
    metrics.launch_ended(true);
    metrics.launch_ended(false);
    metrics.round(7, 2, Duration::from_millis(3));
    metrics.jobs_sent(4, 1);
    metrics.hosts(3, 1);
    metrics.host_load("docker01", 12.5, 40.0);
    metrics.http("GET", "/asgs/{name}", 200, Duration::from_millis(2));
    metrics.login("refused");
    metrics.orphan_removed();
    metrics.sampled(12, Some(Duration::from_millis(1_764_000_000_500)));
    metrics.samples_dropped(3);
    metrics.rollups_dropped(2);
    metrics.component_restarted("controller");
    let text = metrics.encode();
    for line in [
        "microscaler_leading 1",
        "microscaler_frozen 1",
        "microscaler_commit_conflicts_total 1",
        "microscaler_launches_total{outcome=\"ok\"} 1",
        "microscaler_launches_total{outcome=\"failed\"} 1",
        "microscaler_rounds_total 1",
        "microscaler_round_groups_total 7",
        "microscaler_round_changes_total 2",
        "microscaler_round_duration_seconds_bucket{le=\"0.0025\"} 0",
        "microscaler_round_duration_seconds_bucket{le=\"0.005\"} 1",
        "microscaler_jobs_sent_total{kind=\"launch\"} 4",
        "microscaler_jobs_sent_total{kind=\"stop\"} 1",
        "microscaler_hosts{state=\"up\"} 3",
        "microscaler_hosts{state=\"silent\"} 1",
        "microscaler_host_cpu_percent{host=\"docker01\"} 12.5",
        "microscaler_host_memory_percent{host=\"docker01\"} 40.0",
        "microscaler_http_requests_total{method=\"GET\",path=\"/asgs/{name}\",status=\"200\"} 1",
        "microscaler_http_request_duration_seconds_count{method=\"GET\",path=\"/asgs/{name}\"} 1",
        "microscaler_logins_total{outcome=\"refused\"} 1",
        "microscaler_orphans_removed_total 1",
        "microscaler_instances_sampled 12",
        "microscaler_newest_sample_timestamp_seconds{} 1764000000.5",
        "microscaler_samples_dropped_total 3",
        "microscaler_rollups_dropped_total 2",
        "microscaler_component_restarts_total{component=\"controller\"} 1",
    ] {
        assert!(
            text.lines().any(|shown| shown == line),
            "{line} is missing from\n{text}"
        );
    }
}

#[test]
fn what_alarms_look_for_the_rise_of_begins_with_zero() {
    let metrics = Metrics::new();
    metrics.component("controller");
    for line in [
        "microscaler_launches_total{outcome=\"failed\"} 0",
        "microscaler_component_restarts_total{component=\"controller\"} 0",
    ] {
        assert!(lines(&metrics, line).len() == 1, "{line}: {}", metrics.encode());
    }
    metrics.component_restarted("controller");
    metrics.component("controller");
    let restarts = ["microscaler_component_restarts_total{component=\"controller\"} 1"];
    assert_eq!(lines(&metrics, "restarts"), restarts);
}

#[test]
fn when_nothing_is_heard_nothing_is_the_newest() {
    let metrics = Metrics::new();
    metrics.sampled(1, Some(Duration::from_secs(5)));
    metrics.sampled(0, None);
    assert_eq!(lines(&metrics, "newest_sample"), [""; 0]);
    assert_eq!(
        lines(&metrics, "instances_sampled"),
        ["microscaler_instances_sampled 0"]
    );
}

#[test]
fn clones_count_together() {
    let metrics = Metrics::new();
    metrics.clone().commit_conflict();
    metrics.commit_conflict();
    assert_eq!(
        lines(&metrics, "conflicts"),
        ["microscaler_commit_conflicts_total 2"]
    );
}

#[test]
fn a_forgotten_group_leaves_no_series_and_its_namesake_stays() {
    let metrics = Metrics::new();
    metrics.group("user01", "web", 3, &[("RUNNING", 2), ("STARTING", 1)]);
    metrics.group("user02", "web", 1, &[("RUNNING", 1)]);
    assert_eq!(lines(&metrics, "group=\"web\"").len(), 5);
    metrics.group("user01", "web", 2, &[("RUNNING", 2)]);
    assert_eq!(
        lines(&metrics, "account=\"user01\""),
        [
            "microscaler_group_desired_capacity{account=\"user01\",group=\"web\"} 2",
            "microscaler_group_instances{account=\"user01\",group=\"web\",status=\"RUNNING\"} 2",
        ]
    );
    metrics.forget_group("user01", "web");
    metrics.forget_group("user01", "web");
    assert!(lines(&metrics, "account=\"user01\"").is_empty());
    assert_eq!(lines(&metrics, "account=\"user02\"").len(), 2);
}

#[test]
fn a_group_with_policies_tells_how_they_moved_it_and_what_they_cannot_see() {
    let metrics = Metrics::new();
    metrics.group("user01", "web", 3, &[]);
    metrics.blind_policies("user01", "web", 1);
    metrics.scaled("user01", "web", true);
    assert_eq!(
        lines(&metrics, "group=\"web\""),
        [
            "microscaler_group_desired_capacity{account=\"user01\",group=\"web\"} 3",
            "microscaler_group_scaled_total{account=\"user01\",group=\"web\",direction=\"out\"} 1",
            "microscaler_group_scaled_total{account=\"user01\",group=\"web\",direction=\"in\"} 0",
            "microscaler_group_policies_without_data{account=\"user01\",group=\"web\"} 1",
        ]
    );
    metrics.forget_group("user01", "web");
    assert!(lines(&metrics, "group=\"web\"").is_empty());
}

#[test]
fn who_leads_no_more_tells_nothing_that_only_a_leader_knows() {
    let metrics = Metrics::new();
    metrics.leading(true);
    metrics.frozen(true);
    metrics.hosts(3, 1);
    metrics.host_load("docker01", 12.5, 40.0);
    metrics.group("user01", "web", 3, &[("RUNNING", 3)]);
    metrics.blind_policies("user01", "web", 1);
    metrics.commit_conflict();
    metrics.leading(false);
    for part in ["_host", "_group_"] {
        assert_eq!(lines(&metrics, part), [""; 0]);
    }
    assert_eq!(lines(&metrics, "frozen"), ["microscaler_frozen 0"]);
    assert_eq!(lines(&metrics, "leading"), ["microscaler_leading 0"]);
    let counted = ["microscaler_commit_conflicts_total 1"];
    assert_eq!(
        lines(&metrics, "conflicts"),
        counted,
        "what this process did stays"
    );
}

#[test]
fn methods_that_clients_invent_share_one_series() {
    let metrics = Metrics::new();
    for method in ["BREW", "POUR", "get"] {
        metrics.http(method, "/health", 405, Duration::ZERO);
    }
    assert_eq!(
        lines(&metrics, "http_requests_total"),
        ["microscaler_http_requests_total{method=\"OTHER\",path=\"/health\",status=\"405\"} 3"]
    );
}

#[test]
fn a_cache_has_a_series_where_there_is_one() {
    let metrics = Metrics::new();
    assert_eq!(lines(&metrics, "cache_available"), [""; 0]);
    metrics.cache_available(false);
    assert_eq!(
        lines(&metrics, "cache_available"),
        ["microscaler_cache_available{} 0"]
    );
}
