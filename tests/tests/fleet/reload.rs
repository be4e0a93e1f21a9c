//! SIGHUP: what can be read anew is, and a broken file changes nothing.

use std::time::{Duration, Instant};

use bus::{Bus, NatsBus, Received};
use domain::{FromHost, Message};
use scenarios::harness::{DEADLINE, Fleet, Image, Setup, within};
use serde_json::json;

const CONTROLLER: &str = "asg-controller";
const BROKEN: &str = "controller:\n  port: many\n";

/// Gives a process a file that cannot be used, and waits until its log tells where and why.
async fn break_the_file_of(fleet: &Fleet, name: &str) {
    let member = fleet.member(name);
    member.configure(BROKEN);
    member.signal("HUP");
    within(DEADLINE, &format!("the log of {name} says why"), async || {
        let log = member.log();
        let line = log.lines().find(|line| line.contains("not reloaded"))?;
        let parts = ["ERROR", "microscaler.yml:2:", "controller.port"];
        parts.iter().all(|part| line.contains(part)).then_some(())
    })
    .await;
}

/// Gives a process another file, and waits until its log tells that it was read.
async fn change_the_file_of(fleet: &Fleet, name: &str, setup: &Setup) {
    let member = fleet.member(name);
    member.configure(&fleet.text(name, setup));
    member.signal("HUP");
    within(DEADLINE, &format!("{name} read its file again"), async || {
        member
            .log()
            .contains("the configuration was read again")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_controller_reads_its_keys_anew_and_keeps_them_when_the_file_is_broken() {
    let setup = Setup::new().user("user02", "other");
    let Some(fleet) = Fleet::start_with(setup, &[]).await else {
        return;
    };
    let old = fleet.login(CONTROLLER, "user01", "key").await.unwrap();
    let untouched = fleet.login(CONTROLLER, "user02", "other").await.unwrap();
    let controller = fleet.member(CONTROLLER);

    let changed = fleet.setup.clone().user("user01", "fresh");
    controller.configure(&fleet.text(CONTROLLER, &changed));
    controller.signal("HUP");
    let new = within(DEADLINE, "the new key works", async || {
        fleet.login(CONTROLLER, "user01", "fresh").await.ok()
    })
    .await;
    let refused = fleet.login(CONTROLLER, "user01", "key").await.unwrap_err();
    assert_eq!(refused.status(), Some(401), "the old key");
    assert_eq!(
        old.get("asgs").await.unwrap_err().status(),
        Some(401),
        "the old key's token"
    );
    untouched.get("asgs").await.unwrap();
    new.get("asgs").await.unwrap();

    break_the_file_of(&fleet, CONTROLLER).await;
    new.get("asgs").await.unwrap();
    fleet.login(CONTROLLER, "user01", "fresh").await.unwrap();
}

#[tokio::test]
async fn a_health_manager_learns_an_instance_type_and_knows_it_still_when_the_file_is_broken() {
    let Some(fleet) = Fleet::start().await else { return };
    let late = json!({"vcpu": 1, "memory": 28});
    let changed = fleet.setup.clone().entry("instance_types", "t.late", late);
    // The controller knows the type first.
    change_the_file_of(&fleet, CONTROLLER, &changed).await;
    let rest = fleet.rest(CONTROLLER).await;
    let configuration = json!({
        "name": "web", "image_id": Image::Stays.name(), "instances_type": "t.late", "key": "key1",
    });
    rest.client.post("lconfs", &configuration).await.unwrap();
    rest.group("web", "web", &["docker01"], 1, 8).await;
    rest.start("web").await;
    rest.told("web", "instance type t.late is not known").await;
    assert!(rest.instances("web").await.is_empty());

    change_the_file_of(&fleet, "health-manager", &changed).await;
    let first = rest.in_service("web", 1).await.remove(0);
    let inspected = fleet.engine.inspect(&first.instance_id).await.unwrap();
    let memory = inspected.host_config.and_then(|host| host.memory);
    assert_eq!(memory, Some(28 << 20));

    break_the_file_of(&fleet, "health-manager").await;
    rest.desire("web", 2).await;
    super::exactly(&fleet, &rest, "web", 2).await;
}

#[tokio::test]
async fn workers_go_on_and_launch_with_other_name_servers_and_keep_them_when_the_file_is_broken() {
    let Some(fleet) = Fleet::start().await else { return };
    let rest = fleet.rest(CONTROLLER).await;
    rest.launch("web", Image::Stays, 1).await;
    let first = rest.in_service("web", 1).await.remove(0);
    let servers = async |id: &str| {
        let inspected = fleet.engine.inspect(id).await.unwrap();
        inspected
            .host_config
            .and_then(|host| host.dns)
            .unwrap_or_default()
    };
    assert!(servers(&first.instance_id).await.is_empty());

    let changed = fleet
        .setup
        .clone()
        .entry("docker", "container_dns", json!("192.0.2.53"));
    change_the_file_of(&fleet, "worker-launch", &changed).await;
    let grown = async || {
        let before = rest.instances("web").await;
        rest.desire("web", u32::try_from(before.len()).unwrap() + 1).await;
        let now = rest.in_service("web", before.len() + 1).await;
        let fresh = now
            .into_iter()
            .find(|i| before.iter().all(|old| old.guid != i.guid));
        servers(&fresh.unwrap().instance_id).await
    };
    // It may have taken the first job while it read.
    let mut told = Vec::new();
    while told.len() < 4 && told.last().is_none_or(|dns| dns != &["192.0.2.53"]) {
        told.push(grown().await);
    }
    assert!(
        told.len() < 4,
        "it goes on with the name servers of before: {told:?}"
    );

    break_the_file_of(&fleet, "worker-launch").await;
    assert_eq!(grown().await, ["192.0.2.53"]);
    // The others have another use for their file, and go on as well.
    for name in ["worker-stop", "host-agent"] {
        change_the_file_of(&fleet, name, &changed).await;
        break_the_file_of(&fleet, name).await;
    }
    rest.stop("web").await;
    super::exactly(&fleet, &rest, "web", 0).await;
}

type Is = fn(&Message) -> bool;

/// Waits until five messages of a kind came within `limit`.
async fn rhythm(bus: &NatsBus, what: &str, limit: Duration, wanted: Is) {
    let mut messages = bus.messages().await.unwrap();
    let listen = async {
        let mut heard: Vec<Instant> = Vec::new();
        while heard.len() < 5 || heard[heard.len() - 5].elapsed() > limit {
            match messages.next().await {
                Some(Received::Item(message)) if wanted(&message) => heard.push(Instant::now()),
                Some(_) => {}
                None => panic!("the message server is gone"),
            }
        }
    };
    let heard = tokio::time::timeout(DEADLINE, listen).await;
    heard.unwrap_or_else(|_| panic!("{what}: not five times in {limit:?}"));
}

fn is_pulse(message: &Message) -> bool {
    matches!(message, Message::Engine { .. })
}

fn is_report(message: &Message) -> bool {
    matches!(
        message,
        Message::Host {
            body: FromHost::Report { .. },
            ..
        }
    )
}

#[tokio::test]
async fn workers_and_agents_tell_as_often_as_their_file_says_now_whatever_a_broken_one_says() {
    let Some(mut fleet) = Fleet::prepare(Setup::new()).await else {
        return;
    };
    let bus = fleet.bus().await;
    let agent = |fleet: &Fleet, poller: f64| {
        let agent = json!({"nats": fleet.nats.url(), "poller_interval": poller, "sample_interval": 1});
        fleet.setup.clone().section("agent", agent)
    };
    fleet.setup = agent(&fleet, 600.0);
    // An agent asks the others which installation theirs is, so that it comes while one of them runs.
    let programs: [(&str, Is); 3] = [
        ("worker-launch", is_pulse),
        ("worker-stop", is_pulse),
        ("host-agent", is_report),
    ];
    for (program, kind) in programs {
        fleet.add(program, program);
        fleet.member(program).ready().await;
        let often = agent(&fleet, 0.1).section("redis", json!("redis://127.0.0.1:1"));
        change_the_file_of(&fleet, program, &often).await;
        let fast = Duration::from_secs(2);
        rhythm(&bus, program, fast, kind).await;
        let told = async |times: usize| {
            within(DEADLINE, "what only a start can change is told", async || {
                let log = fleet.member(program).log();
                let told = log.matches("redis: changed, and takes effect with the next start");
                (told.count() == times).then_some(())
            })
            .await;
        };
        told(1).await;
        // Again each time: the process goes on with what it started with. The file is whole until this was read.
        fleet.member(program).signal("HUP");
        told(2).await;

        break_the_file_of(&fleet, program).await;
        rhythm(&bus, program, fast, kind).await;
        assert!(
            fleet
                .member(program)
                .probe("/ready")
                .await
                .is_some_and(|(status, _)| status == 200)
        );
        if program == "worker-launch" {
            fleet.member_mut(program).kill();
        }
    }
    bus.close().await;
}
