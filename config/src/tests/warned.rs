//! What is accepted with a warning.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::read;

#[test]
fn unknown_keys_are_named_with_the_nearest_one() {
    let text = "
health_manager:
  reconciller_interval: 5
  zebra: 1
controler: {port: 1}
hosts:
  - name: a
    zone: [b]
    capacity: {memory: 5}
instance_types:
  m1.small: {vcpu: 1, memory: 512, disk: 40, colour: red}
auth: {anybody: key}
";
    let loaded = read(text).unwrap();
    assert_eq!(
        loaded.warnings,
        [
            "health_manager.reconciller_interval: not a known key (did you mean reconciler_interval?)",
            "health_manager.zebra: not a known key",
            "instance_types.m1.small.colour: not a known key",
            "hosts[0].capacity.memory: not a known key (did you mean memory_mib?)",
            "hosts[0].zone: not a known key (did you mean zones?)",
            "controler: not a known key (did you mean controller?)",
        ]
    );
}

#[test]
fn engines_that_anybody_can_use_are_warned_about() {
    let danger = "is neither encrypted nor authenticated: whoever reaches it controls that host";
    let text = "docker: {daemon_url: 'http://172.17.42.1:4243'}\nhosts: [{name: a, engine: 'tcp://[::1]:2375', insecure: true}]";
    let loaded = read(text).unwrap();
    assert_eq!(
        loaded.warnings,
        [
            format!("docker.daemon_url: http://172.17.42.1:4243 {danger}"),
            format!("hosts[0].engine: tcp://[::1]:2375 of host a {danger}"),
        ]
    );
    assert_eq!(loaded.config.docker.daemon_url, "http://172.17.42.1:4243");
}
