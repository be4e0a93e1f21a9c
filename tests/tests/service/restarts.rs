//! The service ends and comes back: nothing is lost, nothing is doubled.

use std::collections::BTreeSet;

use scenarios::harness::{DEADLINE, Image, Output, Rest, Service, Setup, within};
use tokio::process::Command;

use super::{ids, short};

async fn ended(mut command: Command) -> Output {
    command
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let ended = tokio::time::timeout(DEADLINE, command.output()).await;
    let ended = ended.expect("it ends").unwrap();
    Output {
        code: ended.status.code(),
        stdout: String::from_utf8_lossy(&ended.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
    }
}

#[tokio::test]
async fn a_stop_leaves_the_containers_and_a_start_takes_them_back() {
    let mut service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Stays, 3).await;
    let before = rest.in_service("web", 3).await;
    let status = service.terminate().await;
    assert_eq!(status.code(), Some(0), "{}", service.log());
    let running = service.engine.running(service.installation).await;
    assert_eq!(short(&running), ids(&before), "an orderly stop leaves what runs");
    // What dies meanwhile is found out.
    service.engine.kill(&before[0].instance_id, "SIGKILL").await;
    service.start_again().await;
    // The token is of the service's former life.
    let after = within(DEADLINE, "the dead one is replaced", async || {
        let now = rest.instances("web").await;
        let done = now.len() == 3 && !ids(&now).contains(&before[0].instance_id);
        (done && now.iter().all(|i| i.status == "RUNNING")).then_some(now)
    })
    .await;
    let kept: BTreeSet<_> = ids(&before[1..]);
    assert!(ids(&after).is_superset(&kept), "{after:?}");
    assert_eq!(
        short(&service.engine.running(service.installation).await),
        ids(&after)
    );
}

/// Killed when the engine shows `when` containers of a scale-out, the service finishes it after its restart.
async fn crash_while_growing(service: &mut Service, rest: &Rest, to: u32, when: usize) {
    rest.desire("web", to).await;
    within(DEADLINE, "the scale-out is under way", async || {
        (service.engine.containers(service.installation).await.len() >= when).then_some(())
    })
    .await;
    service.kill().await;
    service.start_again().await;
    let count = usize::try_from(to).unwrap();
    let instances = rest.in_service("web", count).await;
    let containers = service.engine.containers(service.installation).await;
    assert_eq!(containers.len(), count, "{containers:?}");
    let records: BTreeSet<_> = containers
        .iter()
        .filter_map(|c| c.labels.as_ref()?.get(domain::job::label::RECORD).cloned())
        .collect();
    let guids: BTreeSet<_> = instances.iter().map(|i| i.guid.clone()).collect();
    assert_eq!(
        records, guids,
        "each record has its container, each container its record"
    );
}

#[tokio::test]
async fn a_crash_during_a_scale_out_doubles_nothing_and_loses_nothing() {
    let mut service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["docker01"], 0, 12).await;
    rest.start("web").await;
    crash_while_growing(&mut service, &rest, 6, 1).await;
    let first = rest.instances("web").await;
    crash_while_growing(&mut service, &rest, 12, 9).await;
    assert!(ids(&rest.instances("web").await).is_superset(&ids(&first)));
}

/// Every write that was answered is there after kill -9.
#[tokio::test]
async fn acknowledged_writes_survive_a_crash() {
    let mut service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    let acknowledged = std::sync::Mutex::new(BTreeSet::new());
    let writing = async {
        for n in 0..u32::MAX {
            let name = format!("lconf{n}");
            let body =
                serde_json::json!({"name": name, "image_id": "a", "instances_type": "t.test", "key": "k"});
            match rest.client.post("lconfs", &body).await {
                Ok(_) => acknowledged.lock().unwrap().insert(name),
                Err(_) => break,
            };
        }
    };
    let crashing = async {
        within(DEADLINE, "some writes are answered", async || {
            (acknowledged.lock().unwrap().len() >= 50).then_some(())
        })
        .await;
        service.kill().await;
    };
    tokio::join!(writing, crashing);
    service.start_again().await;
    let listed = rest.client.get("lconfs").await.unwrap();
    let names: BTreeSet<String> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|c| c["name"].as_str().map(str::to_owned))
        .collect();
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(
        names.is_superset(&acknowledged),
        "{:?} are lost",
        acknowledged.difference(&names)
    );
    assert!(
        names.len() <= acknowledged.len() + 1,
        "at most the one on its way is there besides"
    );
}

#[tokio::test]
async fn a_second_copy_on_the_same_data_is_refused() {
    let service = Service::start(Setup::new()).await;
    let refused = ended(service.command()).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("in use"), "{refused:?}");
    let pid = service.pid().unwrap().to_string();
    assert!(refused.stderr.contains(&pid), "{refused:?}");
    // The first one is none the worse for it.
    service.rest("user01").await.launch("web", Image::Stays, 0).await;
}

#[tokio::test]
async fn a_broken_configuration_is_refused_with_its_place() {
    let service = Service::start(Setup::new()).await;
    let cases = [
        (
            "controller:\n  port: many\n",
            ["broken.yml:2:", "controller.port"],
        ),
        (
            "auth:\n  user01: key\nhealth_manager:\n  updater_interval: -3\n",
            ["broken.yml:4:", "health_manager.updater_interval"],
        ),
        (
            "instance_types:\n  m1.small:\n    vcpu: 1\n",
            ["broken.yml:3:", "instance_types.m1.small.memory"],
        ),
        ("controller: {port: 80\n", ["broken.yml:1:", "bracket"]),
    ];
    let file = service.directory().join("broken.yml");
    for (text, says) in cases {
        std::fs::write(&file, text).unwrap();
        let start = ended(service.command_with(&file)).await;
        let check = ended(service.check_command(&file)).await;
        for refused in [start, check] {
            assert_eq!(refused.code, Some(2), "{text}: {refused:?}");
            assert!(refused.stderr.contains("broken.yml"), "{text}: {refused:?}");
            for part in says {
                assert!(
                    refused.stderr.contains(part),
                    "{text}: {part:?} is not in {refused:?}"
                );
            }
        }
    }
    std::fs::write(&file, "auth: {user01: key}\ncontroler: {port: 80}\n").unwrap();
    let warned = ended(service.check_command(&file)).await;
    assert!(
        warned.code == Some(0) && warned.stderr.contains("controler"),
        "{warned:?}"
    );
}
