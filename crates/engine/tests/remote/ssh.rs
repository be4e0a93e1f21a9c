//! Over SSH, with keys.

use std::time::{Duration, Instant};

use engine::{ContainerEngine, Docker};

use super::refused;
use super::sshd::Sshd;
use crate::rig::{RealEngine, SOCKET};
use crate::suite;

/// Less than it takes to ask anybody for anything.
const AT_ONCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn an_engine_over_ssh_is_an_engine() {
    let sshd = Sshd::start(SOCKET);
    let rig = RealEngine::at(SOCKET, sshd.options("ssh://far")).await;
    suite::create_adopts_its_own_and_refuses_strangers(&rig).await;
    suite::events_tell_a_life_in_order(&rig).await;
    suite::remove_is_once(&rig).await;
    suite::usage_is_read(&rig).await;
}

#[tokio::test]
async fn user_and_port_may_stand_in_the_address() {
    let sshd = Sshd::start(SOCKET);
    let address = format!("ssh://{}@127.0.0.1:{}", sshd.user, sshd.port);
    let engine = Docker::connect(sshd.options(&address)).unwrap();
    assert!(engine.info().await.unwrap().cpus > 0);
}

#[tokio::test]
async fn what_fails_fails_at_once_and_says_why() {
    let sshd = Sshd::start(SOCKET);
    for (alias, why) in [
        ("keyless", "Permission denied"),
        ("unknown", "Host key verification failed"),
        ("dockerless", "docker"),
        ("no-such-host.invalid", "Could not resolve hostname"),
    ] {
        let began = Instant::now();
        let said = refused(sshd.options(&format!("ssh://{alias}"))).await;
        assert!(
            said.contains(why) && said.contains(&format!("ssh://{alias}: ")),
            "{said}\n{}",
            sshd.log()
        );
        assert!(began.elapsed() < AT_ONCE, "{alias}: {:?}", began.elapsed());
    }
    // A far end without an engine is not one without an answer.
    let nobody = Sshd::start("/nonexistent/docker.sock");
    let said = refused(nobody.options("ssh://far")).await;
    assert!(said.contains("/nonexistent/docker.sock"), "{said}");
    assert!(!sshd.log().contains("Failed password"), "{}", sshd.log());
}

#[tokio::test]
async fn connections_are_kept_and_end_with_their_client() {
    let sshd = Sshd::start(SOCKET);
    let engine = Docker::connect(sshd.options("ssh://far")).unwrap();
    for _ in 0..5 {
        engine.info().await.unwrap();
    }
    let config = sshd.config().display().to_string();
    assert_eq!(processes(&config), 1, "one connection serves call after call");
    drop(engine);
    let began = Instant::now();
    while processes(&config) > 0 {
        assert!(began.elapsed() < AT_ONCE, "ssh outlives its client");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// How many processes have a text in their command line.
fn processes(text: &str) -> usize {
    let proc = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = proc.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines
        .filter(|line| String::from_utf8_lossy(line).contains(text))
        .count()
}
