//! What an instance is made of.

use std::collections::BTreeSet;

use scenarios::harness::{DEADLINE, Image, Service, Setup, within};
use serde_json::{Value, json};

const MIB: i64 = 1024 * 1024;

fn setup() -> Setup {
    Setup::new()
        .user("Team01", "secret")
        .section("instance_types", json!({"big": {"vcpu": 64, "memory": 48}}))
        .section("load_balancer", json!({"domain": "lb.example.net"}))
        .section(
            "docker",
            json!({"container_dns": "10.9.8.7", "container_dns_search": ["a.example", "b.example"]}),
        )
        .section("instances", json!({"hourly_billing": false}))
}

#[tokio::test]
async fn an_instance_is_made_as_the_contract_says() {
    let service = Service::start(setup()).await;
    let rest = service.rest("Team01").await;
    let balancer =
        json!({"name": "lb1", "lb_port": "80", "instances_port": "9080", "availability_zones": ["z1"]});
    rest.client.post("lbs", &balancer).await.unwrap();
    let configuration = json!({
        "name": "lconf1", "image_id": Image::Stays.name(), "instances_type": "big", "key": "key1",
        "metadata": {"colour": "blue", "n": 3},
    });
    rest.client.post("lconfs", &configuration).await.unwrap();
    let group = json!({
        "name": "web_1.Blue", "availability_zones": ["z1"], "launch_configuration": "lconf1",
        "min_size": 1, "max_size": 1, "desired_capacity": 1, "scale_out_cooldown": 1, "scale_in_cooldown": 1,
        "domain": "mydomain.net", "load_balancer": "lb1",
    });
    rest.client.post("asgs", &group).await.unwrap();
    rest.start("web_1.Blue").await;
    let instance = rest.in_service("web_1.Blue", 1).await.remove(0);
    let made = service.engine.inspect(&instance.instance_id).await.unwrap();

    let name = made.name.unwrap();
    let name = name.trim_start_matches('/');
    let digits = name
        .strip_prefix("web-1.Blue-")
        .unwrap_or_else(|| panic!("{name}"));
    assert!(
        digits.len() == 10 && digits.chars().all(|c| c.is_ascii_hexdigit()),
        "{name}"
    );
    let config = made.config.unwrap();
    assert_eq!(config.hostname.as_deref(), Some(name));
    assert_eq!(config.domainname.as_deref(), Some("mydomain.net"));
    assert_eq!(config.tty, Some(true));
    let env = config.env.unwrap();
    let told = env
        .iter()
        .find_map(|line| line.strip_prefix("user_data="))
        .unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(told).unwrap(),
        json!({
            "asg_name": "web_1.Blue", "account": "Team01", "domain": "team01.lb.example.net",
            "local_http_port": 9080, "metadata": {"colour": "blue", "n": 3}, "az_name": "z1",
        })
    );
    let labels = config.labels.unwrap();
    assert_eq!(labels[domain::job::label::RECORD], instance.guid);
    assert_eq!(
        labels[domain::job::label::INSTALLATION],
        service.installation.to_string()
    );
    assert_eq!(labels[domain::job::label::ACCOUNT], "Team01");

    let limits = made.host_config.unwrap();
    let cpus = service.engine.raw.info().await.unwrap().ncpu.unwrap();
    assert_eq!(limits.memory, Some(48 * MIB));
    assert_eq!(
        limits.nano_cpus,
        Some(cpus * 1_000_000_000),
        "64 vcpus are all that there are"
    );
    assert_eq!(limits.dns, Some(vec!["10.9.8.7".to_owned()]));
    let search = limits.dns_search.unwrap_or_default();
    assert_eq!(search, ["a.example", "b.example"]);
    let ports = made.network_settings.unwrap();
    let published = ports.ports.unwrap();
    assert!(
        published["8080/tcp"]
            .as_ref()
            .is_some_and(|bound| !bound.is_empty()),
        "{published:?}"
    );

    assert_eq!(
        (
            instance.name.as_str(),
            instance.kind.as_str(),
            instance.hostname.as_str()
        ),
        ("web_1.Blue", "container", name)
    );
    assert_eq!((instance.max_memory, instance.hourly_billing), (48, false));
    assert_eq!(
        (instance.availability_zone.as_str(), instance.domain.as_str()),
        ("z1", "mydomain.net")
    );
    assert_eq!(instance.instance_id.len(), 12);
    assert!(
        instance.private_ip_address.parse::<std::net::IpAddr>().is_ok(),
        "{instance:?}"
    );
    let read = rest.client.get("asgs/web_1.Blue").await.unwrap();
    assert_eq!(read["url"], "web_1.Blue.team01.lb.example.net");
}

/// Without a load balancer, and with what a stop leaves of it.
#[tokio::test]
async fn an_instance_without_extras_and_its_volumes_after_the_stop() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.launch("web", Image::Checked, 1).await;
    let instance = rest.in_service("web", 1).await.remove(0);
    let made = service.engine.inspect(&instance.instance_id).await.unwrap();
    let volumes: BTreeSet<_> = made
        .mounts
        .unwrap_or_default()
        .into_iter()
        .filter_map(|m| m.name)
        .collect();
    assert_eq!(volumes.len(), 1);
    let env = made.config.unwrap().env.unwrap();
    let told = env
        .iter()
        .find_map(|line| line.strip_prefix("user_data="))
        .unwrap();
    let told: Value = serde_json::from_str(told).unwrap();
    assert_eq!(told["local_http_port"], "");
    assert_eq!(told["metadata"], json!({}));
    assert_eq!(told["domain"], "mydomain.net");

    rest.stop("web").await;
    within(DEADLINE, "the container is removed", async || {
        service
            .engine
            .containers(service.installation)
            .await
            .is_empty()
            .then_some(())
    })
    .await;
    for volume in volumes {
        assert!(
            service.engine.raw.inspect_volume(&volume).await.is_err(),
            "{volume} is left behind"
        );
    }
}
