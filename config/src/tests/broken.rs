//! Wrong files, and what is said about each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::refused;
use crate::{Config, Deployment, load};

const SECONDS: &str = "seconds, above 0 and at most 315360000 (ten years)";
const ENGINE: &str = "unix:///PATH, tcp://HOST:PORT, http://HOST:PORT, https://HOST:PORT or ssh://USER@HOST";

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_was_expected() {
    for (text, message) in [
        ("driver: lxc", "FILE:1:9: driver: value lxc: expected docker"),
        (
            "controller: 5",
            "FILE:1:13: controller: value 5: expected a mapping",
        ),
        (
            "controller: [a]",
            "FILE:1:13: controller: value (a list): expected a mapping",
        ),
        (
            "- controller",
            "FILE:1:1: (the file): value (a list): expected a mapping",
        ),
        (
            "controller:\n  port: 70000",
            "FILE:2:9: controller.port: value 70000: expected a port from 1 to 65535",
        ),
        (
            "controller:\n  port: \"0\"",
            "FILE:2:9: controller.port: value \"0\": expected a port from 1 to 65535",
        ),
        (
            "controller:\n  port: eighty",
            "FILE:2:9: controller.port: value eighty: expected a port from 1 to 65535",
        ),
        (
            "controller: {port: [1]}",
            "FILE:1:20: controller.port: value (a list): expected a port from 1 to 65535",
        ),
        (
            "controller:\n  ssl: maybe",
            "FILE:2:8: controller.ssl: value maybe: expected true or false",
        ),
        (
            "controller:\n  address: localhost",
            "FILE:2:12: controller.address: value localhost: expected an IP address",
        ),
        (
            "controller:\n  ssl: true\n  ssl_cert: a.pem",
            "FILE:2:3: controller.ssl_key: value missing: expected the path of a PEM file, because controller.ssl is true",
        ),
        (
            "store: redis",
            "FILE:1:8: store: value redis: expected embedded or mongodb",
        ),
        (
            "bus: kafka",
            "FILE:1:6: bus: value kafka: expected memory or nats",
        ),
        (
            "redis: localhost",
            "FILE:1:8: redis: value localhost: expected redis://HOST:PORT or rediss://HOST:PORT",
        ),
        (
            "redis: redis://user:secret@host:99999",
            "FILE:1:8: redis: value redis://(hidden)@host:99999: expected redis://HOST:PORT or rediss://HOST:PORT",
        ),
        (
            "agent:\n  sample_interval: 901",
            "FILE:2:20: agent.sample_interval: value 901: expected seconds, above 0 and at most 900: policies look back 15 minutes",
        ),
        (
            "history:\n  rollups_kept: 60",
            "FILE:2:17: history.rollups_kept: value 60: expected seconds, from 172800 (two days: forecasts take a day, and are compared with the day before) to 315360000 (ten years)",
        ),
        (
            "agent:\n  sample_interval: 0",
            "FILE:2:20: agent.sample_interval: value 0: expected seconds, above 0 and at most 900: policies look back 15 minutes",
        ),
        (
            "agent:\n  nats: http://x:4222",
            "FILE:2:9: agent.nats: value http://x:4222: expected nats://HOST:PORT or tls://HOST:PORT",
        ),
        (
            "database:\n  pool_size: 0",
            "FILE:2:14: database.pool_size: value 0: expected a whole number from 1 to 10000",
        ),
        (
            "database:\n  uri: mongo+db://host",
            "FILE:2:8: database.uri: value mongo+db://host: expected a connection string that begins with mongodb:// or mongodb+srv://",
        ),
        (
            "database:\n  ip-address: ''",
            "FILE:2:15: database.ip-address: value \"\": expected text that is not empty",
        ),
    ] {
        assert_eq!(refused(text, None), message, "{text}");
    }
}

#[test]
fn times_must_be_above_zero() {
    for (section, key) in [
        ("health_manager", "updater_interval"),
        ("health_manager", "reconciler_interval"),
        ("health_manager", "max_age_stale"),
        ("health_manager", "max_age_from_launch"),
        ("health_manager", "leader_lease"),
        ("instance_manager", "stalled"),
        ("instance_manager", "lease_duration"),
        ("agent", "poller_interval"),
        ("authorization", "token_expiration"),
        ("database", "pool_timeout"),
        ("history", "retention"),
    ] {
        for value in ["0", "-1", "0.0", "1e-12", "10s", "1e30", "{a: 1}"] {
            let said = refused(&format!("{section}:\n  {key}: {value}"), None);
            let shown = if value == "{a: 1}" { "(a mapping)" } else { value };
            let column = key.len() + 5;
            assert_eq!(
                said,
                format!("FILE:2:{column}: {section}.{key}: value {shown}: expected {SECONDS}")
            );
        }
    }
}

#[test]
fn engines_and_name_servers_must_be_addresses() {
    for url in [
        "/var/run/docker.sock",
        "unix://docker.sock",
        "unix:///",
        "https://x:port",
        "npipe://x",
        "ssh://",
        "ssh://-oProxyCommand=x",
        "ssh://h/run/docker.sock",
        "tcp://",
        "tcp://h:0",
        "tcp://a b",
    ] {
        let said = refused(&format!("docker:\n  daemon_url: {url}"), None);
        assert_eq!(
            said,
            format!("FILE:2:15: docker.daemon_url: value {url}: expected {ENGINE}")
        );
    }
    assert_eq!(
        refused("docker:\n  container_dns: [172.17.42.1, dns.example.net]", None),
        "FILE:2:18: docker.container_dns: value (a list): expected the IP address of a DNS server"
    );
    assert_eq!(
        refused("docker:\n  container_dns: 1.2.3", None),
        "FILE:2:18: docker.container_dns: value 1.2.3: expected the IP address of a DNS server"
    );
}

#[test]
fn engines_elsewhere_must_be_safe() {
    let plain = "expected TLS (tls: ca, cert, key), SSH, or insecure: true: plain TCP is neither encrypted nor \
                 authenticated: whoever reaches it controls that host";
    for engine in ["tcp://h:2375", "http://h:2375"] {
        assert_eq!(
            refused(&format!("hosts:\n  - name: a\n    engine: {engine}"), None),
            format!("FILE:3:13: hosts[0].engine: value {engine}: {plain}")
        );
    }
    let http = "docker: {cert_path: /tls}\nhosts:\n  - name: a\n    engine: http://h:2375";
    assert!(
        refused(http, None).ends_with(plain),
        "http says plain, whatever files there are"
    );
    for (text, message) in [
        (
            "hosts:\n  - name: a\n    engine: https://h:2376\n    insecure: true",
            "FILE:2:5: hosts[0].tls: value missing: expected ca, cert and key, because engine is https://h:2376",
        ),
        (
            "docker:\n  daemon_url: https://h:2376",
            "FILE:2:3: docker.tls: value missing: expected ca, cert and key, because daemon_url is https://h:2376",
        ),
        (
            "docker:\n  tls: {ca: a, cert: b}",
            "FILE:2:8: docker.tls.key: value missing: expected the path of a PEM file: tls needs ca, cert and key",
        ),
        (
            "hosts:\n  - name: a\n    tls: {ca: a}",
            "FILE:3:10: hosts[0].tls.cert: value missing: expected the path of a PEM file: tls needs ca, cert and key",
        ),
        (
            "docker:\n  daemon_url: ssh://me:secret@h",
            "FILE:2:15: docker.daemon_url: value ssh://(hidden)@h: expected ssh://USER@HOST without a password: only \
             SSH keys are used",
        ),
    ] {
        assert_eq!(refused(text, None), message, "{text}");
    }
}

#[test]
fn types_hosts_and_accounts_are_checked_one_by_one() {
    for (text, message) in [
        (
            "instance_types: {}",
            "FILE:1:17: instance_types: value (a mapping): expected at least one instance type",
        ),
        (
            "instance_types:\n  m1.small: {vcpu: 0, memory: 5}",
            "FILE:2:20: instance_types.m1.small.vcpu: value 0: expected a whole number from 1 to 65536",
        ),
        (
            "instance_types:\n  m1.small: {vcpu: 1, memory: 0.5}",
            "FILE:2:31: instance_types.m1.small.memory: value 0.5: expected a whole number from 1 to 1073741824",
        ),
        (
            "instance_types:\n  m1.small:\n    vcpu: 1",
            "FILE:3:5: instance_types.m1.small.memory: value missing: expected a whole number of MiB",
        ),
        (
            "instance_types:\n  m1/small: 5",
            "FILE:2:13: instance_types.m1/small: value 5: expected a type whose name is right ('/' is not allowed: \
             use letters, digits, '-', '_' and '.', starting with a letter or digit)",
        ),
        (
            "hosts: docker01",
            "FILE:1:8: hosts: value docker01: expected a list",
        ),
        (
            "hosts:\n  - zones: [a]",
            "FILE:2:5: hosts[0].name: value missing: expected the host's name",
        ),
        (
            "hosts:\n  - name: a\n  - name: ../b",
            "FILE:3:11: hosts[1].name: value ../b: expected a name (begins with '.': start with a letter or \
             digit)",
        ),
        (
            "hosts:\n  - name: a\n  - name: a",
            "FILE:3:11: hosts[1].name: value a: expected a name that no other host has",
        ),
        (
            "hosts:\n  - name: a\n    capacity: {vcpus: -1}",
            "FILE:3:23: hosts[0].capacity.vcpus: value -1: expected a whole number from 0 to 1000000",
        ),
        (
            "controller:\n  operators: user01\nauth: {user01: key}",
            "FILE:2:14: controller.operators: value user01: expected a list",
        ),
        (
            "controller:\n  operators: [user01, user02]\nauth: {user01: key, user2: key}",
            "FILE:2:23: controller.operators[1]: value user02: expected an account of auth",
        ),
        (
            "controller:\n  operators:\n    - us er\nauth: {user01: key}",
            "FILE:3:7: controller.operators[0]: value us er: expected a name (' ' is not allowed: use letters, digits, \
             '-', '_' and '.', starting with a letter or digit)",
        ),
        (
            "auth: [user01]",
            "FILE:1:7: auth: value (a list): expected a mapping",
        ),
        (
            "auth:\n  us er: secret",
            "FILE:2:10: auth.us er: value (hidden): expected an account whose name is right (' ' is not allowed: use \
             letters, digits, '-', '_' and '.', starting with a letter or digit)",
        ),
        (
            "auth: {user01: key, hosts: secret}",
            "FILE:1:28: auth.hosts: value (hidden): expected an account that is not named as a path of the interface begins \
             (asgs, hosts, instance_types, lbs, lconfs, login, metrics, policies, schedules, status)",
        ),
        (
            "auth:\n  user01: ''",
            "FILE:2:11: auth.user01: value (hidden): expected an API key, or its argon2 hash ($argon2id$...)",
        ),
        (
            "auth:\n  user01: $argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ",
            "FILE:2:11: auth.user01: value (hidden): expected a whole argon2 hash (its last part is missing)",
        ),
    ] {
        assert_eq!(refused(text, None), message, "{text}");
    }
}

#[test]
fn stores_and_buses_that_cannot_work_are_refused() {
    let needs_nats = "expected nats, because a store that processes share needs a bus between them";
    let mongodb = "store: mongodb\nbus: memory";
    for deployment in [None, Some(Deployment::Single), Some(Deployment::Split)] {
        assert_eq!(
            refused(mongodb, deployment),
            format!("FILE:2:6: bus: value memory: {needs_nats}")
        );
    }
    assert_eq!(
        refused("store: embedded", Some(Deployment::Split)),
        "FILE:1:8: store: value embedded: expected mongodb, because processes cannot share an embedded store"
    );
    assert_eq!(
        refused("bus: memory", Some(Deployment::Split)),
        format!("FILE:1:6: bus: value memory: {needs_nats}")
    );
    let config = super::config("store: embedded");
    assert_eq!(
        config.backends(Deployment::Split).unwrap_err().to_string(),
        "store: value embedded: expected mongodb, because processes cannot share an embedded store"
    );
    assert!(Config::default().backends(Deployment::Split).is_ok());
}

#[test]
fn what_is_no_yaml_is_refused_where_it_stops_being_it() {
    for (text, message) in [
        ("controller:\n  port: 1\n port: 2", "FILE:3:2: "),
        ("auth: {user01: key", "FILE:1:"),
        (
            "controller:\n  port: 1\n  port: 2",
            "FILE:3:3: duplicate mapping key: port",
        ),
        (
            "a: 1\n---\nb: 2",
            "FILE:3:1: a second YAML document begins here: expected one",
        ),
        ("a: *nowhere", "FILE:1:4: "),
        ("\u{0}", "FILE:1:"),
        ("controller:\n\tport: 1", "FILE:2:"),
        ("auth: {? [a] : b}", "FILE:1:"),
        (
            "just words",
            "FILE:1:1: (the file): value just words: expected a mapping",
        ),
    ] {
        let said = refused(text, None);
        assert!(said.starts_with(message), "{text:?}: {said}");
        assert!(!said.contains('\n') && !said.contains(" at line "), "{said}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = std::path::Path::new("/nonexistent/microscaler.yml");
    let error = load(missing).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("/nonexistent/microscaler.yml: cannot be read: "),
        "{said}"
    );
    // The text has the cause already: a chain would repeat it.
    assert!(std::error::Error::source(&error).is_none());
}
