//! Over TLS, with certificates on both sides.

use domain::InstallationId;
use engine::{ContainerEngine, Docker, DockerOptions, EngineTls};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::certificates::Certificates;
use super::dockerd::Dockerd;
use super::{refused, text};
use crate::rig::RealEngine;
use crate::suite;

#[tokio::test]
async fn an_engine_over_tls_is_an_engine() {
    let dockerd = Dockerd::start().await;
    let reached = dockerd.options(dockerd.named, Some(dockerd.certificates.client()));
    let rig = RealEngine::at(&text(&dockerd.socket()), reached).await;
    // This one looks at all that there is, so it comes first.
    suite::others_are_invisible_and_untouched(&rig).await;
    suite::create_adopts_its_own_and_refuses_strangers(&rig).await;
    suite::remove_is_once(&rig).await;
    suite::an_exit_is_reported_with_its_code(&rig).await;
    suite::a_missing_image_says_why(&rig).await;
}

#[tokio::test]
async fn certificates_decide_who_talks_to_whom() {
    let dockerd = Dockerd::start().await;
    let ours = dockerd.certificates.client();
    let others = Certificates::of(&[&dockerd.named.to_string()]);
    let theirs = others.client();
    let tls = |address, files: EngineTls| dockerd.options(address, Some(files));

    let engine = Docker::connect(tls(dockerd.named, ours.clone())).unwrap();
    assert!(engine.info().await.unwrap().cpus > 0);

    let said = refused(dockerd.options(dockerd.named, None)).await;
    assert!(
        said.contains("no Docker engine answers there") && said.contains("400"),
        "{said}"
    );
    assert!(said.contains(&format!("http://{}:2376", dockerd.named)), "{said}");

    let foreign = EngineTls {
        ca: ours.ca.clone(),
        ..theirs.clone()
    };
    let said = refused(tls(dockerd.named, foreign)).await;
    let cert = text(&theirs.cert);
    assert!(
        said.contains(&format!("the engine does not accept {cert}")),
        "{said}"
    );

    let said = refused(tls(dockerd.unnamed, ours.clone())).await;
    assert!(
        said.contains("not the engine that we trust") && said.contains("not valid for name"),
        "{said}"
    );

    let stranger = EngineTls {
        ca: theirs.ca.clone(),
        ..ours.clone()
    };
    let said = refused(tls(dockerd.named, stranger)).await;
    assert!(
        said.contains("not the engine that we trust") && said.contains("UnknownIssuer"),
        "{said}"
    );
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named_and_new_ones_serve_at_once() {
    let dockerd = Dockerd::start().await;
    let ours = dockerd.certificates.client();
    let theirs = Certificates::of(&["elsewhere"]);
    let own = theirs.file("own.pem");
    let files = EngineTls {
        key: own.clone(),
        ..ours.clone()
    };
    let options = dockerd.options(dockerd.named, Some(files));
    let engine = Docker::connect(options.clone()).unwrap();

    let said = refused(options.clone()).await;
    assert!(said.contains(&format!("{}: No such file", text(&own))), "{said}");
    std::fs::write(&own, "no key").unwrap();
    let said = refused(options.clone()).await;
    assert!(
        said.contains(&format!("{}: expected a private key in PEM", text(&own))),
        "{said}"
    );
    std::fs::copy(theirs.file("client-key.pem"), &own).unwrap();
    let said = refused(options).await;
    assert!(
        said.contains(&text(&ours.cert)) && said.contains(&text(&own)),
        "{said}"
    );

    assert!(engine.info().await.is_err());
    std::fs::copy(&ours.key, &own).unwrap();
    engine.info().await.unwrap();
}

#[tokio::test]
async fn what_does_not_speak_tls_is_told_from_what_nobody_trusts() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        stream
    };
    let made = Certificates::of(&[]);
    let options = DockerOptions {
        address: format!("https://127.0.0.1:{port}"),
        tls: Some(made.client()),
        ..DockerOptions::local(InstallationId(Uuid::now_v7()))
    };
    let (said, _stream) = tokio::join!(refused(options), plain);
    assert!(
        said.contains("no connection over TLS: received corrupt message"),
        "{said}"
    );
}
