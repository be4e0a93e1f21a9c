//! Listening, TLS, stopping.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use asg_controller::{Deps, ServeError, Server, Settings, TlsFiles};
use serde_json::{Value, json};
use store::MemoryStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::rig::{Rig, client, settings};

fn pem(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/controller/tls")
        .join(name)
}

#[tokio::test]
async fn a_taken_address_is_an_error_that_names_it() {
    let rig = Rig::start().await;
    let taken = Settings {
        listen: rig.address,
        ..settings()
    };
    let deps = Deps {
        settings: Arc::new(taken),
        ..rig.deps.clone()
    };
    let error = Server::bind(deps).err().unwrap();
    assert!(matches!(error, ServeError::Bind { .. }));
    let said = error.to_string();
    assert!(said.contains(&rig.address.to_string()), "{said}");
    assert!(said.contains("controller.port"), "{said}");
    // The programs print the chain: a cause that the text had too would be there twice.
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.contains("in use") && !said.contains(&cause),
        "{said}: {cause}"
    );
    rig.stop().await;
}

#[tokio::test]
async fn tls_is_served_and_broken_files_are_named() {
    let rig = Rig::start().await;
    let secure = |cert: &str, key: &str| Deps {
        settings: Arc::new(Settings {
            tls: Some(TlsFiles {
                cert: pem(cert),
                key: pem(key),
            }),
            ..settings()
        }),
        ..rig.deps.clone()
    };
    for (cert, key, named) in [
        ("none.pem", "key.pem", "none.pem"),
        ("cert.pem", "cert.pem", "cert.pem"),
        ("key.pem", "key.pem", "key.pem"),
    ] {
        let error = Server::bind(secure(cert, key)).err().unwrap();
        assert!(error.to_string().contains(named), "{error}");
    }
    let server = Server::bind(secure("cert.pem", "key.pem")).unwrap();
    let (address, shutdown) = (server.addr(), CancellationToken::new());
    let task = tokio::spawn(server.run(shutdown.clone()));
    let answer = client()
        .get(format!("https://{address}/health"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(
        client()
            .get(format!("http://{address}/health"))
            .send()
            .await
            .is_err()
    );
    shutdown.cancel();
    task.await.unwrap().unwrap();
    rig.stop().await;
}

/// The certificate that a new connection is shown.
async fn shown(address: std::net::SocketAddr) -> Vec<u8> {
    let client = reqwest::Client::builder()
        .tls_danger_accept_invalid_certs(true)
        .tls_info(true)
        .build()
        .unwrap();
    let answer = client
        .get(format!("https://{address}/health"))
        .send()
        .await
        .unwrap();
    let info = answer.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
    info.peer_certificate().unwrap().to_vec()
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_after_a_reload_and_a_broken_one_changes_nothing() {
    let rig = Rig::start().await;
    let files = tempfile::tempdir().unwrap();
    let tls = TlsFiles {
        cert: files.path().join("cert.pem"),
        key: files.path().join("key.pem"),
    };
    let lay = |cert: &str, key: &str| {
        std::fs::copy(pem(cert), &tls.cert).unwrap();
        std::fs::copy(pem(key), &tls.key).unwrap();
    };
    lay("cert.pem", "key.pem");
    let secure = Settings {
        tls: Some(tls.clone()),
        ..settings()
    };
    let deps = Deps {
        settings: Arc::new(secure.clone()),
        ..rig.deps.clone()
    };
    let server = Server::bind(deps).unwrap();
    let (address, live, shutdown) = (server.addr(), server.live(), CancellationToken::new());
    let task = tokio::spawn(server.run(shutdown.clone()));
    let first = shown(address).await;

    lay("renewed.pem", "renewed-key.pem");
    assert!(live.reload(secure.clone()).unwrap(), "all takes effect");
    let renewed = shown(address).await;
    assert_ne!(renewed, first);

    // The key of another certificate.
    lay("cert.pem", "renewed-key.pem");
    let refused = live.reload(secure).unwrap_err();
    assert!(refused.to_string().contains("cert.pem"), "{refused}");
    assert_eq!(shown(address).await, renewed);
    shutdown.cancel();
    task.await.unwrap().unwrap();
    rig.stop().await;
}

#[tokio::test]
async fn a_graceful_stop_finishes_what_was_accepted() {
    let rig = Rig::start().await;
    let body = json!({"name": "c", "image_id": "x", "instances_type": "m1.small", "key": ""}).to_string();
    let mut stream = TcpStream::connect(rig.address).await.unwrap();
    let head = format!(
        "POST /asgcc/lconfs HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nContent-Length: {}\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
        rig.token("user01"),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body: it has accepted the request.
    let mut seen = [0; 25];
    stream.read_exact(&mut seen).await.unwrap();
    assert!(seen.starts_with(b"HTTP/1.1 100"), "{seen:?}");
    let (address, store) = (rig.address, rig.store.clone());
    rig.shutdown.cancel();
    // New connections are refused while the accepted request is still open.
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    rig.ended().await;
    let account = domain::AccountName::parse("user01").unwrap();
    let stored = store
        .document(domain::Kind::LaunchConfiguration, &account, "c")
        .await
        .unwrap();
    assert!(stored.is_some());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_idle_connections() {
    let rig = Rig::with(settings(), Arc::new(MemoryStore::new())).await;
    rig.user01("GET /asgs", Value::Null).await.ok();
    let began = std::time::Instant::now();
    rig.stop().await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}
