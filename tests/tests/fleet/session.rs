//! What users type, on a fleet.

use scenarios::harness::{DEADLINE, Fleet, within};
use serde_json::Value;

const SESSION: [&str; 7] = [
    "ms login --target TARGET/ --user user01 --key key",
    "ms add-lconf --lconf-name lconf1 --lconf-image-id cirros --lconf-instances-type m1.small --lconf-key key1",
    "ms add-asg --asg-name asg1 --asg-availability-zones docker02 --asg-launch-configuration lconf1 --asg-min-size 1 --asg-desired-capacity 1 --asg-max-size 4 --asg-scale-out-cooldown 60 --asg-scale-in-cooldown 60 --asg-domain mydomain.net --asg-no-load-balancer",
    "ms start-asg --asg-name asg1",
    "ms list-asgs",
    "ms list-instances --asg-name asg1",
    "ms list-lconfs",
];

async fn typed(fleet: &Fleet, line: &str) -> String {
    let line = line.replace("TARGET", &fleet.target("asg-controller"));
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let ended = fleet.ms(&words).await;
    assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
    ended.stdout
}

#[tokio::test]
async fn the_session_of_the_contract_works_and_what_is_killed_is_replaced() {
    let Some(fleet) = Fleet::start().await else { return };
    for line in SESSION {
        typed(&fleet, line).await;
    }
    let rest = fleet.rest("asg-controller").await;
    let first = rest.in_service("asg1", 1).await.remove(0);
    let listed = typed(&fleet, "ms list-instances --asg-name asg1").await;
    assert!(listed.contains(&first.instance_id), "{listed}");
    fleet.engine.kill(&first.instance_id, "SIGKILL").await;
    let second = within(DEADLINE, "the killed container is replaced", async || {
        let now = rest.instances("asg1").await;
        now.into_iter()
            .find(|i| i.guid != first.guid && i.status == "RUNNING")
    })
    .await;
    let inspected = fleet.engine.inspect(&second.instance_id).await.unwrap();
    assert_eq!(inspected.state.and_then(|state| state.running), Some(true));
    super::exactly(&fleet, &rest, "asg1", 1).await;
}

#[tokio::test]
async fn the_status_shows_every_process_and_the_host() {
    let Some(fleet) = Fleet::start().await else { return };
    // Rounds, and hosts with them, are told of once there is a group.
    for line in &SESSION[..4] {
        typed(&fleet, line).await;
    }
    let status = within(DEADLINE, "the status shows all", async || {
        let status: Value = serde_json::from_str(&typed(&fleet, "ms status -o json").await).unwrap();
        let components = status["components"].as_array().unwrap();
        let runs = |name: &str| {
            let is = |c: &&Value| c["name"].as_str().is_some_and(|told| told.starts_with(name));
            components
                .iter()
                .find(is)
                .is_some_and(|c| c["state"] == "running")
        };
        let names = [
            "controller",
            "health-manager",
            "worker-launch@",
            "worker-stop@",
            "host-agent@",
        ];
        let up = status["hosts"][0]["state"] == "up";
        (up && names.into_iter().all(runs)).then_some(status)
    })
    .await;
    let hosts = status["hosts"].as_array().unwrap();
    assert_eq!(hosts.len(), 1, "{status}");
    assert_eq!(
        (&hosts[0]["name"], &hosts[0]["state"]),
        (&Value::from(&*fleet.host), &Value::from("up"))
    );
    let table = typed(&fleet, "ms status").await;
    assert!(
        table.contains("host-agent@") && table.contains(&fleet.host),
        "{table}"
    );
}
