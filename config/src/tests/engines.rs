//! Engines on other machines, and the files that are named for them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use super::read;
use crate::{Config, EngineTls};

fn quietly(text: &str) -> Config {
    let loaded = read(text).unwrap();
    assert_eq!(loaded.warnings, Vec::<String>::new(), "{text}");
    loaded.config
}

fn files(ca: &str, cert: &str, key: &str) -> Option<EngineTls> {
    Some(EngineTls {
        ca: ca.into(),
        cert: cert.into(),
        key: key.into(),
    })
}

#[test]
fn what_a_host_does_not_name_is_that_of_all() {
    let config = quietly(
        "docker: {cert_path: /tls, tls: {key: /own/key.pem}, daemon_url: 'tcp://here:2376', ssh_config: /s}\n\
         hosts:\n\
         - {name: a, engine: 'tcp://a:2376'}\n\
         - {name: b, engine: 'https://b', tls: {ca: /b.pem}}\n\
         - {name: c, engine: 'ssh://me@c:22/'}\n\
         - {name: d, tls: {ca: x, cert: y, key: z}}\n\
         - {name: e, engine: 'unix:///e.sock'}\n",
    );
    let all = files("/tls/ca.pem", "/tls/client-cert.pem", "/own/key.pem");
    assert_eq!(config.docker.tls, all);
    assert_eq!(config.docker.ssh_config.as_deref(), Some(Path::new("/s")));
    let hosts: Vec<_> = config.hosts.iter().map(|host| host.tls.clone()).collect();
    let b = files("/b.pem", "/tls/client-cert.pem", "/own/key.pem");
    assert_eq!(hosts, [all.clone(), b, all.clone(), files("x", "y", "z"), all]);
    assert_eq!(config.hosts[2].engine.as_deref(), Some("ssh://me@c:22/"));
}

#[test]
fn one_host_may_have_files_of_its_own_where_all_others_have_none() {
    let config =
        quietly("hosts: [{name: a, engine: 'https://a:1', tls: {ca: x, cert: y, key: z}}, {name: b}]");
    assert_eq!(config.docker.tls, None);
    assert_eq!(config.hosts[0].tls, files("x", "y", "z"));
    assert_eq!(config.hosts[1].tls, None);
}

#[test]
fn every_file_is_named_once_with_its_key() {
    let config = quietly(
        "controller: {ssl_cert: /not/used.pem}\n\
         database: {tls: {ca: /db.pem}}\n\
         nats: {credentials: /nats.creds, tls: {cert: /n.pem, key: /n.key}}\n\
         redis_tls: {ca: /redis.pem}\n\
         docker: {config_json: /auth.json, cert_path: /tls, ssh_config: /ssh}\n\
         hosts: [{name: a}, {name: b, tls: {ca: /b.pem}}]\n",
    );
    let named: Vec<String> = config
        .files()
        .into_iter()
        .map(|(key, file)| format!("{key} {}", file.display()))
        .collect();
    assert_eq!(
        named,
        [
            "nats.credentials /nats.creds",
            "database.tls.ca /db.pem",
            "nats.tls.cert /n.pem",
            "nats.tls.key /n.key",
            "redis_tls.ca /redis.pem",
            "docker.config_json /auth.json",
            "docker.ssh_config /ssh",
            "docker.tls.ca /tls/ca.pem",
            "docker.tls.cert /tls/client-cert.pem",
            "docker.tls.key /tls/client-key.pem",
            "hosts[1].tls.ca /b.pem",
        ]
    );
    let secured = quietly("controller: {ssl: true, ssl_cert: a, ssl_key: b}");
    assert_eq!(secured.files().len(), 2);
    assert_eq!(Config::default().files(), []);
}
