//! A group of the demo's own web server follows the load that is put on it over HTTP, on the ports that it publishes.

use api::documents::Instance;
use scenarios::harness::{DEADLINE, Engine, Rest, Service, Setup, within};
use serde_json::json;

use super::policies::{decided, following_as, from_to};

/// Where an instance is reached from outside.
async fn published(service: &Service, instance: &Instance) -> String {
    let inspected = service.engine.inspect(&instance.instance_id).await.unwrap();
    let ports = inspected.network_settings.unwrap().ports.unwrap();
    let bound = ports["8080/tcp"].as_ref().unwrap()[0].host_port.clone();
    format!("http://127.0.0.1:{}", bound.unwrap())
}

/// Asks an instance to use all of its CPU for so many seconds.
async fn burn(service: &Service, instance: &Instance, seconds: u32) {
    let root = published(service, instance).await;
    let url = format!("{root}/burn?seconds={seconds}&percent=100");
    // In service is what runs: its server may need a moment more.
    let said = within(DEADLINE, "the web server answers", async || {
        let answer = reqwest::get(&url).await.ok()?;
        answer.error_for_status().unwrap().text().await.ok()
    })
    .await;
    let expected = format!("{} burns 100 % of its CPUs for {seconds} s\n", instance.hostname);
    assert_eq!(said, expected);
}

async fn typed(service: &Service, words: &[&str]) -> String {
    let ended = service.ms(words).await;
    assert_eq!(ended.code, Some(0), "{words:?}: {ended:?}");
    ended.stdout
}

/// The group's history tells of the change, and that the policy made it.
async fn moved(rest: &Rest, how: &str) {
    let told = rest.told("web", how).await;
    assert!(told.description.starts_with("Desired capacity from "), "{told:?}");
    assert!(
        told.cause.contains("policy burning: AVG CPU over 3 s is"),
        "{told:?}"
    );
}

/// `ms explain` tells of the change, and what it rests on.
async fn explained(service: &Service, change: &str) {
    let told = typed(service, &["explain", "--asg-name", "web"]).await;
    let line = told.lines().find(|line| line.contains(change));
    assert!(
        line.is_some_and(|line| line.contains("policy burning: AVG CPU")),
        "{told}"
    );
}

#[tokio::test]
async fn a_group_of_the_demos_web_server_grows_while_it_burns_and_shrinks_when_it_is_quiet() {
    let image = Engine::local().await.web_server().await;
    let policy = json!({
        "name": "burning", "auto_scaling_group": "web", "policy_type": "target_tracking", "metric": "CPU",
        "statistic": "AVG", "sampling_window": 3, "target_value": 5.0,
    });
    let (service, rest, first) = following_as(Setup::new(), image, policy).await;
    let target = service.target();
    typed(
        &service,
        &["login", "--target", &target, "--user", "user01", "--key", "key"],
    )
    .await;

    burn(&service, &first, 300).await;
    let all = rest.in_service("web", 3).await;
    assert_eq!(service.engine.running(service.installation).await.len(), 3);
    let out = decided(&rest, "it grew", |d| from_to(d).1 > from_to(d).0).await;
    let wish = &out[0]["wishes"][0];
    assert!(wish["value"].as_f64().unwrap() > 5.0, "{wish}");
    moved(&rest, "from 1 to ").await;

    // They share the load now, and none of them is too many.
    for instance in all.iter().filter(|instance| instance.guid != first.guid) {
        burn(&service, instance, 300).await;
    }
    let busy = |d: &serde_json::Value| {
        let value = d["wishes"][0]["value"].as_f64();
        from_to(d) == (3, 3) && d["in_service"] == 3 && value.is_some_and(|value| value > 5.0)
    };
    decided(&rest, "it stays as large as it may be", busy).await;
    explained(&service, "1 -> ").await;

    for instance in &all {
        burn(&service, instance, 0).await;
    }
    let left = rest.in_service("web", 1).await;
    within(
        DEADLINE,
        "the engine has one container of the group",
        async || {
            let containers = service.engine.containers(service.installation).await;
            let ids: Vec<_> = containers.into_iter().filter_map(|c| c.id).collect();
            (ids.len() == 1 && ids[0].starts_with(&left[0].instance_id)).then_some(())
        },
    )
    .await;
    decided(&rest, "it shrank", |d| from_to(d).1 == 1 && from_to(d).0 > 1).await;
    moved(&rest, " to 1").await;
    explained(&service, "-> 1 ").await;
}
