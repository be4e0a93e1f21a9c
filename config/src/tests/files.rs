//! Files that load: ours, those of older installations, the agent's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{AccountName, Capacity, HostName, InstanceType, TypeName, ZoneName};

use super::{config, read};
use crate::yaml::ASKED;
use crate::{ApiKey, Config, Deployment, DockerHost, Loaded, Secret, default_types, load, load_for};

fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn quietly(loaded: Loaded) -> Config {
    assert_eq!(loaded.warnings, Vec::<String>::new());
    loaded.config
}

#[test]
fn the_file_of_defaults_says_what_the_code_does() {
    let loaded = quietly(load(&ours("microscaler.yml")).unwrap());
    assert_eq!(loaded.auth.len(), 1);
    let expected = Config {
        auth: loaded.auth.clone(),
        ..Config::default()
    };
    assert_eq!(loaded, expected);
}

#[test]
fn the_file_of_defaults_names_every_key() {
    let text = std::fs::read_to_string(ours("microscaler.yml")).unwrap();
    read("hosts: [{name: a, capacity: {}}]\ninstance_types: {a: {vcpu: 1, memory: 1}}").unwrap();
    read("metric_sources: {a: {type: http, url: 'http://a'}}").unwrap();
    let words: BTreeSet<_> = text.split([' ', '#', '{', ',', '\n']).collect();
    let missing = |key: &&str| !words.contains(format!("{key}:").as_str());
    let keys = ASKED.with_borrow(|asked| asked.clone());
    assert!(keys.len() > 60, "{keys:?}");
    assert_eq!(
        keys.into_iter().filter(missing).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
}

#[test]
fn the_examples_load_quietly_in_their_deployments() {
    for (file, deployment) in [
        ("microscaler.yml", Deployment::Single),
        ("microscaler.yml", Deployment::Split),
        ("examples/one-machine.yml", Deployment::Single),
        ("examples/many-hosts.yml", Deployment::Split),
        ("agent.yml", Deployment::Split),
    ] {
        let config = quietly(load_for(&ours(file), deployment).unwrap());
        assert!(config.backends(deployment).is_ok(), "{file}");
    }
    let many = load(&ours("examples/many-hosts.yml")).unwrap().config;
    assert!(many.hosts[2].control && !many.hosts[0].control);
    assert_eq!(many.hosts[0].tls, many.docker.tls);
    assert!(many.docker.tls.is_some());
}

#[test]
fn a_file_of_an_older_installation_loads_unchanged() {
    let config = quietly(load(&ours("src/tests/legacy.yml")).unwrap());
    assert_eq!(
        config.controller.address.to_string(),
        "0.0.0.0",
        "others reach it"
    );
    assert_eq!((config.controller.port, config.database.port), (56_785, 27_018));
    assert_eq!(config.database.ip_address, "10.0.0.5");
    assert_eq!(config.database.asg.user.as_deref(), Some("asguser"));
    assert_eq!(
        config.database.asg.password,
        Some(Secret::new("0123")),
        "no number"
    );
    assert_eq!(config.load_balancer.domain, "lb.example.net");
    assert!(!config.instances.hourly_billing);
    assert_eq!(config.health_manager.reconciler_interval, Duration::from_secs(25));
    assert_eq!(config.health_manager.max_age_stale, Duration::from_secs(60));
    assert_eq!(
        config.health_manager.leader_lease,
        Duration::from_secs(3),
        "lease_duration is another"
    );
    assert_eq!(config.instance_manager.stalled, Duration::from_secs(90));
    assert_eq!(
        config.docker.container_dns,
        ["172.17.42.1".parse::<std::net::IpAddr>().unwrap()]
    );
    assert_eq!(
        config.docker.container_dns_search,
        ["auth-service.dev.docker", "domain1", "domain2"]
    );
    assert_eq!(config.agent.nats, ["nats://172.17.0.4:4222"]);
    let keys = [("user01", "key"), ("user02", "1e3"), ("user03", "yes")];
    let keys = keys.map(|(user, key)| (AccountName::parse(user).unwrap(), ApiKey::Plain(Secret::new(key))));
    assert_eq!(config.auth, BTreeMap::from(keys));
    let small = TypeName::parse("m1.small").unwrap();
    assert_eq!(config.instance_types.len(), 2, "a file's types are all there are");
    assert_eq!(
        config.instance_types[&small],
        InstanceType {
            vcpu: 1,
            memory: 1_024
        }
    );
    let backends = config.backends(Deployment::Single).unwrap();
    assert_eq!(
        backends.store,
        crate::StoreKind::Embedded,
        "a database section does not choose it"
    );
}

#[test]
fn a_file_that_says_nothing_has_the_defaults_but_listens_for_all() {
    for text in [
        "",
        "---\n",
        "# nothing\n",
        "controller:\nauth:\nhosts: ~\ninstance_types: null\n",
    ] {
        let mut config = config(text);
        assert_eq!(config.controller.address.to_string(), "0.0.0.0", "{text:?}");
        config.controller.address = Config::default().controller.address;
        assert_eq!(config, Config::default(), "{text:?}");
    }
}

#[test]
fn one_value_stands_for_a_list_of_one() {
    let config = config(
        "docker:\n  container_dns: 8.8.8.8\n  container_dns_search: one\nhosts: [{name: a, zones: z}]",
    );
    assert_eq!(config.docker.container_dns.len(), 1);
    assert_eq!(config.docker.container_dns_search, ["one"]);
    assert_eq!(config.hosts[0].zones, [ZoneName::parse("z").unwrap()]);
    let config = super::config("docker:\n  container_dns: [8.8.8.8, '::1']");
    assert_eq!(config.docker.container_dns.len(), 2);
    assert!(config.docker.container_dns_search.is_empty());
}

#[test]
fn a_host_is_read_whole() {
    let text = "hosts:\n- name: docker01\n  zones: [a, b]\n  engine: unix:///run/one.sock\n  capacity: {instances: 3, vcpus: 0}\n  labels: {disk: ssd, rack: 07}\n  control: yes\n";
    let expected = DockerHost {
        name: HostName::parse("docker01").unwrap(),
        zones: vec![ZoneName::parse("a").unwrap(), ZoneName::parse("b").unwrap()],
        engine: Some("unix:///run/one.sock".to_owned()),
        tls: None,
        capacity: Capacity {
            instances: Some(3),
            memory_mib: None,
            vcpus: Some(0),
        },
        labels: [("disk", "ssd"), ("rack", "07")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        control: true,
    };
    assert_eq!(config(text).hosts, [expected]);
}

#[test]
fn keys_may_be_hashed_and_never_show() {
    let hash =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$5vBeK1Tqwl0IpyHu2Vu6EqL3ytyrSfJbZUAg5Nv2UUU";
    let config = config(&format!(
        "auth:\n  a: {hash}\n  b: $plain\ndatabase:\n  asg_password: $plain"
    ));
    let key = |name: &str| config.auth[&AccountName::parse(name).unwrap()].clone();
    assert_eq!(key("a"), ApiKey::Hashed(Secret::new(hash)));
    assert_eq!(key("b"), ApiKey::Plain(Secret::new("$plain")));
    let shown = format!("{config:?}");
    assert!(!shown.contains("$plain") && !shown.contains("argon2"), "{shown}");
}

#[test]
fn times_may_have_a_fraction_and_anchors_stand_for_what_they_name() {
    let config = config("health_manager:\n  updater_interval: &half 0.5\n  leader_lease: *half\n");
    assert_eq!(config.health_manager.updater_interval, Duration::from_millis(500));
    assert_eq!(config.health_manager.leader_lease, Duration::from_millis(500));
}

#[test]
fn all_default_types_are_there() {
    assert_eq!(default_types().len(), 18);
    assert!(
        default_types()
            .values()
            .all(|kind| kind.vcpu >= 1 && kind.memory >= 512)
    );
}

#[test]
fn operators_are_those_that_are_named_or_every_account() {
    let operators = |text: &str| {
        let config = config(&format!("auth: {{user01: key, user02: key}}\ncontroller: {text}"));
        let names = config.controller.operators?;
        Some(names.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let names = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(operators("{port: 1}"), None);
    assert_eq!(operators("{operators: }"), None);
    assert_eq!(operators("{operators: []}"), names(&[]));
    assert_eq!(operators("{operators: [user02]}"), names(&["user02"]));
}
