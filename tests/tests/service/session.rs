//! What users type.

use std::time::Duration;

use scenarios::harness::{DEADLINE, Image, Service, Setup, free_port, reserve, within};
use serde_json::Value;

/// The port of the contract.
const PORT: u16 = 56785;

/// The contract's session, word for word.
const SESSION: [&str; 7] = [
    "ms login --target http://localhost:56785/asgcc/ --user user01 --key key",
    "ms add-lconf --lconf-name lconf1 --lconf-image-id cirros --lconf-instances-type m1.small --lconf-key key1",
    "ms add-asg --asg-name asg1 --asg-availability-zones docker02 --asg-launch-configuration lconf1 --asg-min-size 1 --asg-desired-capacity 1 --asg-max-size 4 --asg-scale-out-cooldown 60 --asg-scale-in-cooldown 60 --asg-domain mydomain.net --asg-no-load-balancer",
    "ms start-asg --asg-name asg1",
    "ms list-asgs",
    "ms list-instances --asg-name asg1",
    "ms list-lconfs",
];

async fn typed(service: &Service, line: &str) -> String {
    let line = line.replace(&PORT.to_string(), &service.port().to_string());
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let ended = service.ms(&words).await;
    assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
    ended.stdout
}

/// The row of a table whose cells contain `text`, as its cells.
fn row(table: &str, text: &str) -> Option<Vec<String>> {
    let line = table.lines().find(|line| line.contains(text))?;
    let cells = line.split(|c: char| c.is_whitespace() || "|│┆".contains(c));
    Some(cells.filter(|cell| !cell.is_empty()).map(str::to_owned).collect())
}

fn assert_columns(table: &str, columns: &[&str]) {
    let found = row(table, columns[0]).unwrap_or_default();
    assert_eq!(found, columns, "{table}");
}

#[tokio::test]
async fn the_session_of_the_contract_works_word_for_word() {
    let reserved = reserve(PORT);
    let service = Service::start(Setup::new().port(reserved.port)).await;
    let mut told = Vec::new();
    for line in SESSION {
        told.push(typed(&service, line).await);
    }
    for (line, said) in SESSION.iter().zip(&told).take(4) {
        assert!(said.contains("OK"), "{line}: {said}");
    }
    let [groups, instances, configurations] = [&told[4], &told[5], &told[6]];
    let columns = [
        "NAME",
        "STATE",
        "AVAILABILITY_ZONES",
        "URL",
        "MIN_SIZE",
        "MAX_SIZE",
        "DESIRED_CAPACITY",
        "LAUNCH_CONFIGURATION",
    ];
    assert_columns(groups, &columns);
    let group = row(groups, "asg1").unwrap();
    assert_eq!(
        group,
        ["asg1", "started", "docker02", "N/A", "1", "4", "1", "lconf1"]
    );
    assert_columns(
        instances,
        &[
            "INSTANCE_ID",
            "STATUS",
            "AVAILABILITY_ZONE",
            "PRIVATE_IP_ADDRESS",
            "HOSTNAME",
        ],
    );
    assert_columns(
        configurations,
        &["NAME", "IMAGE_ID", "INSTANCES_TYPE", "KEY", "METADATA"],
    );
    assert_eq!(
        row(configurations, "lconf1").unwrap()[..4],
        ["lconf1", "cirros", "m1.small", "key1"]
    );

    let running = within(DEADLINE, "list-instances shows RUNNING", async || {
        let table = typed(&service, "ms list-instances --asg-name asg1").await;
        row(&table, "RUNNING")
    })
    .await;
    assert_eq!(running[2], "docker02");
    assert!(running[4].starts_with("asg1-"), "{running:?}");
    let containers = service.engine.running(service.installation).await;
    assert_eq!(containers.len(), 1);
    assert!(
        containers[0].starts_with(&running[0]),
        "{running:?} {containers:?}"
    );
}

/// Without a configuration file there is one account, whose key a plain login finds.
#[tokio::test]
async fn a_plain_start_makes_a_key_that_a_plain_login_finds() {
    let reserved = reserve(PORT);
    if reserved.port != PORT {
        eprintln!("skipped: somebody else listens on port {PORT}, which a plain start uses");
        return;
    }
    // Started for its directory, its programs and the removal of all traces.
    let mut service = Service::start(Setup::new().port(free_port())).await;
    service.kill().await;
    let mut plain = service.plain_command();
    let mut child = plain.spawn().unwrap();
    within(DEADLINE, "ms login without options", async || {
        let login = service.ms(&["login"]).await;
        (login.code == Some(0)).then_some(())
    })
    .await;
    let groups = service.ms(&["list-asgs", "-o", "json"]).await;
    assert_eq!(groups.code, Some(0), "{groups:?}");
    assert_eq!(
        serde_json::from_str::<Value>(&groups.stdout).unwrap(),
        Value::Array(Vec::new())
    );
    let key = std::fs::metadata(service.data_dir().join("api-key.yml")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&key.permissions()) & 0o777,
        0o600
    );
    child.kill().await.unwrap();
}

#[tokio::test]
async fn start_and_stop_can_be_waited_for() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["docker01"], 2, 4).await;
    let target = service.target();
    service
        .ms(&["login", "-t", &target, "-u", "user01", "-k", "key"])
        .await;
    let started = service.ms(&["start-asg", "--asg-name", "web", "--wait"]).await;
    assert_eq!(started.code, Some(0), "{started:?}");
    assert_eq!(service.engine.running(service.installation).await.len(), 2);
    let again = service.ms(&["start-asg", "--asg-name", "web"]).await;
    assert!(again.code != Some(0) && again.stderr.contains("web"), "{again:?}");
    let stopped = service.ms(&["stop-asg", "--asg-name", "web", "--wait"]).await;
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    // The engine's listing follows its events a moment later, and a dead container may still be on its way out.
    within(DEADLINE, "the containers are removed", async || {
        let left = service.engine.containers(service.installation).await;
        left.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn two_accounts_never_see_each_other() {
    let service = Service::start(Setup::new().user("user02", "other")).await;
    let (one, two) = (service.rest("user01").await, service.rest("user02").await);
    one.launch("web", Image::Stays, 1).await;
    two.launch("web", Image::Stays, 2).await;
    two.launch("mine", Image::Stays, 0).await;
    let (of_one, of_two) = (one.in_service("web", 1).await, two.in_service("web", 2).await);
    assert!(
        of_one
            .iter()
            .all(|i| of_two.iter().all(|other| other.guid != i.guid))
    );
    let listed = one.client.get("asgs").await.unwrap();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    for path in ["asgs/mine", "asgs/mine/instances", "lconfs/mine"] {
        let refused = one.client.get(path).await.unwrap_err();
        assert!(
            matches!(&refused, api::ClientError::Refused { status: 404, message } if message.contains("not found")),
            "{path}: {refused:?}"
        );
    }
    one.stop("web").await;
    one.settled(DEADLINE, "web", 0).await;
    // The other account's group of the same name goes on.
    let still = two.settled(Duration::from_secs(5), "web", 2).await;
    assert_eq!(super::ids(&still), super::ids(&of_two));
}
