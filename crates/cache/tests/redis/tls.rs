//! A server that speaks TLS alone, with clients that have a certificate.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cache::conformance::{past_loads, tokens};
use cache::{Cache, Health, RedisCache, RedisOptions, RedisTls};
use tempfile::TempDir;
use test_servers::Redis;

use crate::{available, until};

/// An authority's, and what it signed for the loopback.
fn certificates() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/setup_certs.sh");
    let made = Command::new(script)
        .arg(directory.path())
        .arg("127.0.0.1")
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    directory
}

fn files(certificates: &Path, client: &Path) -> RedisTls {
    RedisTls {
        ca: Some(certificates.join("ca.pem")),
        identity: Some((client.join("client-cert.pem"), client.join("client-key.pem"))),
    }
}

fn open(url: String, tls: RedisTls) -> Result<RedisCache, cache::CacheError> {
    RedisCache::open(RedisOptions {
        url,
        prefix: "microscaler".to_owned(),
        tls,
        within: Duration::from_secs(10),
    })
}

#[tokio::test]
async fn a_server_behind_tls_is_used_by_those_whom_both_sides_can_verify() {
    // As each of our programs does.
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    let (ours, strange) = (certificates(), certificates());
    let Some(mut server) = Redis::with_tls(ours.path()) else {
        return;
    };
    let url = server.url();
    assert!(url.starts_with("rediss://"), "{url}");
    let cache = open(url.clone(), files(ours.path(), ours.path())).unwrap();
    available(&cache).await;
    tokens(&cache).await;
    past_loads(&cache).await;
    server.kill();
    until(&cache, |health| matches!(health, Health::Away(_))).await;
    server.restart();
    available(&cache).await;

    let without = RedisTls {
        identity: None,
        ..files(ours.path(), ours.path())
    };
    let machine = RedisTls {
        ca: None,
        ..files(ours.path(), ours.path())
    };
    let refused = [
        (files(strange.path(), ours.path()), "certificate"),
        (machine, "certificate"),
        (files(ours.path(), strange.path()), ""),
        (without, ""),
    ];
    for (tls, why) in refused {
        let cache = open(url.clone(), tls.clone()).unwrap();
        until(
            &cache,
            |health| matches!(health, Health::Away(said) if said.to_lowercase().contains(why)),
        )
        .await;
        assert_eq!(cache.token("a").await, None, "{tls:?}");
    }
    let plain = open(url.replace("rediss", "redis"), RedisTls::default()).unwrap();
    until(&plain, |health| matches!(health, Health::Away(_))).await;
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let missing = RedisTls {
        ca: Some(PathBuf::from("/nonexistent/ca.pem")),
        identity: None,
    };
    let refused = open("rediss://localhost".to_owned(), missing)
        .err()
        .unwrap()
        .to_string();
    assert!(refused.starts_with("redis: /nonexistent/ca.pem: "), "{refused}");
}
