//! Sources of figures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::time::Duration;

use super::{config, refused};
use crate::{MetricSource, Secret, SourceKind, SourceLogin, SourceServer, TlsFiles};

const BOTH: &str = "a: {type: prometheus, url: 'http://p:9090'";

fn server(url: &str) -> SourceServer {
    SourceServer {
        url: url.to_owned(),
        authorization: None,
        tls: None,
    }
}

#[test]
fn sources_of_every_kind_load() {
    let text = "metric_sources:
  traffic: {type: prometheus, url: 'http://p:9090', authorization: {bearer: t}}
  queue:
    type: http
    url: https://q/stats?queue=mail
    pointer: /length
    timeout: 0.5
    interval: 10
    authorization: {user: u, password: p}
    tls: {ca: CA}
  app: {type: push, interval: 60}";
    // Any file that is there.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let text = text.replace("CA", file);
    let mut sources = config(&text).metric_sources;
    let mut source = |name: &str| sources.remove(name).unwrap();
    let (two, five) = (Duration::from_secs(2), Duration::from_secs(5));
    let traffic = MetricSource {
        kind: SourceKind::Prometheus(SourceServer {
            authorization: Some(SourceLogin::Bearer(Secret::new("t"))),
            ..server("http://p:9090")
        }),
        timeout: two,
        interval: five,
    };
    assert_eq!(source("traffic"), traffic);
    let login = SourceLogin::Basic {
        user: "u".to_owned(),
        password: Secret::new("p"),
    };
    let queue = MetricSource {
        kind: SourceKind::Http {
            server: SourceServer {
                authorization: Some(login),
                tls: Some(TlsFiles {
                    ca: Some(PathBuf::from(file)),
                    ..TlsFiles::default()
                }),
                ..server("https://q/stats?queue=mail")
            },
            pointer: "/length".to_owned(),
        },
        timeout: Duration::from_millis(500),
        interval: Duration::from_secs(10),
    };
    assert_eq!(source("queue"), queue);
    assert_eq!(source("app").kind, SourceKind::Push);
    assert!(sources.is_empty());
}

#[test]
fn what_is_wrong_with_a_source_is_named() {
    for (source, wrong) in [
        ("a: 5", "a: value 5: expected a mapping"),
        (
            "a: {}",
            "a.type: value missing: expected prometheus or http or push",
        ),
        (
            "a: {type: graphite}",
            "a.type: value graphite: expected prometheus or http or push",
        ),
        (
            "a: {type: prometheus}",
            "a.url: value missing: expected http://HOST:PORT or https://HOST:PORT",
        ),
        (
            "a: {type: http, url: 'ftp://p'}",
            "a.url: value \"ftp://p\": expected http://HOST:PORT or https://HOST:PORT",
        ),
        (
            "a: {type: http, url: 'http://u:secret@p'}",
            "a.url: value \"http://(hidden)@p\": expected an address without user and password: they belong in authorization",
        ),
        (
            "a: {type: http, url: 'http://p', pointer: length}",
            "a.pointer: value length: expected a JSON pointer, for example /queue/length",
        ),
        (
            "agent: {type: push}",
            "agent: value (a mapping): expected another name: agent is what agents sample of instances",
        ),
        (
            "rollups: {type: push}",
            "rollups: value (a mapping): expected another name: rollups is what replays call the groups' own minutes",
        ),
        (
            "a: {type: prometheus, url: 'http://p?x=1'}",
            "a.url: value \"http://p?x=1\": expected an address without a query: policies have the queries, in metric",
        ),
        (
            "a: {type: prometheus, url: 'http://p:9090/api/v1/query'}",
            "a.url: value \"http://p:9090/api/v1/query\": expected the server's address alone: /api/v1/query is put behind it",
        ),
        (
            "a: {type: http, url: 'https://p', tls: {ca: /no/such/file}}",
            "a.tls.ca: value /no/such/file: expected the path of a file that is there: No such file or directory (os error 2)",
        ),
        (
            "a: {type: prometheus, url: 'https://p', tls: {ca: /}}",
            "a.tls.ca: value /: expected the path of a file, which this is not",
        ),
        (
            "'a b': {type: push}",
            "a b: value (a mapping): expected a source whose name is 1 to 64 of the characters A-Z a-z 0-9 - _",
        ),
    ] {
        let message = refused(&format!("metric_sources: {{{source}}}"), None);
        assert!(
            message.ends_with(&format!(": metric_sources.{wrong}")),
            "{source}\n{message}"
        );
    }
    for (fields, wrong) in [
        (
            "interval: 0.5",
            "a.interval: value 0.5: expected seconds, from 1 to 300",
        ),
        (
            "interval: 301",
            "a.interval: value 301: expected seconds, from 1 to 300",
        ),
        (
            "timeout: 0",
            "a.timeout: value 0: expected seconds, above 0 and at most 60",
        ),
        (
            "timeout: 61",
            "a.timeout: value 61: expected seconds, above 0 and at most 60",
        ),
        (
            "authorization: {user: u}",
            "a.authorization.password: value missing: expected the password of user",
        ),
        (
            "authorization: {password: p}",
            "a.authorization.user: value missing: expected the user whose password it is",
        ),
        (
            "authorization: {bearer: t, user: u}",
            "a.authorization.bearer: value (hidden): expected either bearer, or user and password",
        ),
    ] {
        let message = refused(&format!("metric_sources: {{{BOTH}, {fields}}}}}"), None);
        assert!(
            message.ends_with(&format!(": metric_sources.{wrong}")),
            "{fields}\n{message}"
        );
    }
}
