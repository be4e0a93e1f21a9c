//! What each way to an engine costs, side by side on one engine. The figures in `docs/hosts.md` are from here.

use std::time::{Duration, Instant};

use domain::InstallationId;
use engine::{ContainerEngine, Docker, DockerOptions};
use uuid::Uuid;

use super::dockerd::Dockerd;
use super::sshd::Sshd;
use super::text;
use crate::rig::RealEngine;
use crate::suite::{Image, Rig, spec};

const LAUNCHES: usize = 10;
const QUESTIONS: u32 = 300;

#[tokio::test]
#[ignore = "a measurement, not a test"]
async fn the_ways_to_an_engine() {
    let dockerd = Dockerd::start().await;
    let socket = text(&dockerd.socket());
    let sshd = Sshd::start(&socket);
    let local = DockerOptions {
        address: format!("unix://{socket}"),
        ..DockerOptions::local(InstallationId(Uuid::now_v7()))
    };
    for (way, options) in [
        ("socket", local),
        (
            "tls",
            dockerd.options(dockerd.named, Some(dockerd.certificates.client())),
        ),
        ("ssh", sshd.options("ssh://far")),
    ] {
        let began = Instant::now();
        Docker::connect(options.clone()).unwrap().info().await.unwrap();
        let first = began.elapsed();
        let rig = RealEngine::at(&socket, options).await;
        let launch = launches(&rig).await;
        let question = questions(&rig).await;
        eprintln!("{way}: first call {first:?}, create+start+inspect {launch:?}, inspect {question:?}");
    }
}

/// The median of a launch.
async fn launches(rig: &RealEngine) -> Duration {
    let engine = rig.engine();
    let mut took = Vec::new();
    for n in 0..LAUNCHES {
        let (_, spec) = spec(rig, rig.installation(), &format!("m{n}"), Image::Stays);
        let began = Instant::now();
        let id = engine.create(&spec).await.unwrap();
        engine.start(&id).await.unwrap();
        engine.inspect(&id).await.unwrap().unwrap();
        took.push(began.elapsed());
        engine.remove(&id, Duration::ZERO).await.unwrap();
    }
    took.sort();
    took[LAUNCHES / 2]
}

/// The mean of a call that costs the engine little.
async fn questions(rig: &RealEngine) -> Duration {
    let (_, id) = crate::suite::launch(rig, "asked", Image::Stays).await;
    let engine = rig.engine();
    let began = Instant::now();
    for _ in 0..QUESTIONS {
        engine.inspect(&id).await.unwrap().unwrap();
    }
    began.elapsed() / QUESTIONS
}
