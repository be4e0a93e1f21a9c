//! The suite against a real Docker engine, and what only that one can show. Fails where no engine answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod remote;
mod rig;
mod suite;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{ContainerId, ContainerState};
use engine::{ContainerEngine, Docker, DockerOptions, EngineError, EngineEvent};
use rig::proxy::Proxy;
use rig::{RealEngine, image, options};
use suite::{Image, Rig, await_fact, exited, launch, running, spec};
use tokio::sync::mpsc;

macro_rules! stories {
    ($($story:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $story() {
            suite::$story(&RealEngine::new().await).await;
        }
    )*};
}

stories!(
    create_adopts_its_own_and_refuses_strangers,
    start_is_once_and_never_again_after_an_exit,
    remove_is_once,
    others_are_invisible_and_untouched,
    events_tell_a_life_in_order,
    an_exit_is_reported_with_its_code,
    health_is_told,
    a_missing_image_says_why,
    usage_is_read,
);

/// The contract's container: name, host name, domain, limits, environment, terminal, ports, no restart.
#[tokio::test]
async fn a_container_is_made_as_the_contract_says() {
    let rig = RealEngine::new().await;
    let engine = Docker::connect(DockerOptions {
        dns: vec!["10.9.8.7".to_owned()],
        dns_search: vec!["a.example".to_owned(), "b.example".to_owned()],
        ..options(rig.installation)
    })
    .unwrap();
    let (_, spec) = spec(&rig, rig.installation, "made", Image::Stays);
    let id = engine.create(&spec).await.unwrap();
    engine.start(&id).await.unwrap();
    let made = rig.raw.inspect_container(id.as_str(), None).await.unwrap();
    assert_eq!(made.name, Some(format!("/{}", spec.name)));
    let config = made.config.unwrap();
    assert_eq!(config.hostname.as_deref(), Some(spec.name.as_str()));
    assert_eq!(config.domainname.as_deref(), Some("example.net"));
    assert_eq!(config.tty, Some(true));
    let env = config.env.unwrap_or_default();
    assert!(
        env.contains(&r#"user_data={"asg_name":"g"}"#.to_owned()),
        "{env:?}"
    );
    let host = made.host_config.unwrap();
    assert_eq!(host.memory, Some(32 * 1024 * 1024));
    let cpus = i64::from(engine.info().await.unwrap().cpus);
    assert_eq!(
        host.nano_cpus,
        Some(cpus * 1_000_000_000),
        "64 vcpus are all of them"
    );
    assert_eq!(host.dns, Some(vec!["10.9.8.7".to_owned()]));
    assert_eq!(host.dns_search.map(|domains| domains.len()), Some(2));
    assert_eq!(host.auto_remove, Some(false));
    let ports = made.network_settings.unwrap().ports.unwrap();
    assert!(
        ports["8080/tcp"].as_ref().is_some_and(|bound| !bound.is_empty()),
        "{ports:?}"
    );
}

/// An image whose command is a shell stays up, because it has a terminal.
#[tokio::test]
async fn a_shell_stays_up() {
    let rig = RealEngine::new().await;
    let engine = rig.engine();
    let mut events = engine.events(rig.installation).await.unwrap();
    let (_, mut shell) = spec(&rig, rig.installation, "shell", Image::Stays);
    shell.image = image("shell");
    let (_, mut late) = spec(&rig, rig.installation, "late", Image::Exits);
    late.image = image("exits");
    let (shell, late) = (
        engine.create(&shell).await.unwrap(),
        engine.create(&late).await.unwrap(),
    );
    engine.start(&shell).await.unwrap();
    engine.start(&late).await.unwrap();
    // By the time that a later container has come and gone, a shell without input would have ended too.
    await_fact(&mut events, &late, exited).await;
    assert!(rig.runs(&shell).await);
}

/// SIGTERM first: the container's own exit code shows that it was asked; a deaf one is killed after its grace.
#[tokio::test]
async fn a_stop_asks_first_and_kills_after_the_grace() {
    let rig = RealEngine::new().await;
    let engine = rig.engine();
    let mut events = engine.events(rig.installation).await.unwrap();
    let (_, polite) = launch(&rig, "polite", Image::Stays).await;
    engine.remove(&polite, Duration::from_secs(30)).await.unwrap();
    let ended = await_fact(&mut events, &polite, exited).await;
    assert_eq!(
        ended.state,
        ContainerState::Exited {
            code: Some(0),
            oom: false
        }
    );

    let (_, mut deaf) = spec(&rig, rig.installation, "deaf", Image::Stays);
    deaf.image = image("shell");
    let deaf = engine.create(&deaf).await.unwrap();
    engine.start(&deaf).await.unwrap();
    let began = Instant::now();
    engine.remove(&deaf, Duration::from_millis(1_500)).await.unwrap();
    let ended = await_fact(&mut events, &deaf, exited).await;
    assert_eq!(
        ended.state,
        ContainerState::Exited {
            code: Some(137),
            oom: false
        }
    );
    assert!(began.elapsed() >= Duration::from_secs(2), "grace is rounded up");
}

/// A container that takes more memory than its limit is told as such.
#[tokio::test]
async fn out_of_memory_is_told() {
    let rig = RealEngine::new().await;
    let engine = rig.engine();
    let mut events = engine.events(rig.installation).await.unwrap();
    let (_, mut hungry) = spec(&rig, rig.installation, "hungry", Image::Stays);
    hungry.image = image("hungry");
    let id = engine.create(&hungry).await.unwrap();
    engine.start(&id).await.unwrap();
    let oom =
        |facts: &domain::ContainerFacts| matches!(facts.state, ContainerState::Exited { oom: true, .. });
    await_fact(&mut events, &id, oom).await;
}

/// A stream that breaks resumes, tells what happened meanwhile once, and says that it was interrupted.
#[tokio::test]
async fn events_resume_after_a_broken_connection() {
    let rig = RealEngine::new().await;
    let proxy = Proxy::new();
    let engine = through(&proxy, &rig, Duration::from_secs(30));
    let mut events = engine.events(rig.installation).await.unwrap();
    let (_, before) = launch(&rig, "before", Image::Stays).await;
    await_fact(&mut events, &before, running).await;
    proxy.cut();
    let (record, during) = launch(&rig, "during", Image::Exits).await;
    while !rig
        .engine()
        .find(record)
        .await
        .unwrap()
        .is_some_and(|facts| exited(&facts))
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    proxy.reopen();
    rig.engine().remove(&before, Duration::ZERO).await.unwrap();
    let (mut resumed, mut told) = (0, Vec::new());
    while !told.contains(&(before.clone(), ContainerState::Removed)) {
        match tokio::time::timeout(Duration::from_secs(30), events.recv())
            .await
            .unwrap()
        {
            Some(EngineEvent::Resumed) => resumed += 1,
            Some(EngineEvent::Container(facts)) => told.push((facts.id, facts.state)),
            None => panic!("the stream ended"),
        }
    }
    assert_eq!(resumed, 1);
    let code = ContainerState::Exited {
        code: Some(7),
        oom: false,
    };
    assert_eq!(
        told.iter()
            .filter(|(id, state)| *id == during && *state == code)
            .count(),
        1 + started_late(&told, &during)
    );
    assert_eq!(
        told.iter()
            .filter(|(id, state)| *id == before && exited_state(*state))
            .count(),
        1
    );
    assert!(
        !told
            .iter()
            .any(|(id, state)| *id == before && matches!(state, ContainerState::Running(_)))
    );
}

fn exited_state(state: ContainerState) -> bool {
    matches!(state, ContainerState::Exited { .. })
}

/// A start that is told after its container's end shows the end, too.
fn started_late(told: &[(ContainerId, ContainerState)], id: &ContainerId) -> usize {
    told.iter()
        .filter(|(of, state)| of == id && exited_state(*state))
        .count()
        .saturating_sub(1)
}

/// One container whose calls hang keeps no other waiting, and its own call ends at the deadline.
#[tokio::test]
async fn a_call_that_hangs_blocks_no_other() {
    let rig = RealEngine::new().await;
    let proxy = Proxy::new();
    let engine = Arc::new(through(&proxy, &rig, Duration::from_secs(3)));
    let (_, stuck) = launch(&rig, "stuck", Image::Stays).await;
    let (_, free) = launch(&rig, "free", Image::Stays).await;
    proxy.hold(stuck.as_str());
    let began = Instant::now();
    let hanging = {
        let (engine, stuck) = (Arc::clone(&engine), stuck.clone());
        tokio::spawn(async move { engine.remove(&stuck, Duration::ZERO).await })
    };
    engine.remove(&free, Duration::ZERO).await.unwrap();
    engine.list(rig.installation).await.unwrap();
    assert!(!hanging.is_finished(), "it hangs for {:?}", began.elapsed());
    assert!(matches!(hanging.await.unwrap(), Err(EngineError::Unknown(_))));
    assert!(began.elapsed() < Duration::from_secs(10));
}

/// An engine that goes away is unavailable, and back without a new client.
#[tokio::test]
async fn an_engine_that_is_away_is_unavailable_until_it_is_back() {
    let rig = RealEngine::new().await;
    let path = std::env::temp_dir().join(format!("microscaler-test-{}.sock", rig.installation));
    let engine = Docker::connect(DockerOptions {
        address: format!("unix://{}", path.display()),
        ..options(rig.installation)
    })
    .unwrap();
    assert!(matches!(engine.info().await, Err(EngineError::Unavailable(_))));
    assert!(matches!(
        engine.events(rig.installation).await,
        Err(EngineError::Unavailable(_))
    ));
    std::os::unix::fs::symlink(rig::SOCKET, &path).unwrap();
    let info = engine.info().await.unwrap();
    assert!(info.cpus > 0 && info.memory_mib > 0 && !info.id.as_str().is_empty());
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(engine.info().await, Err(EngineError::Unavailable(_))));
}

/// The cgroup files and the engine's own figures agree.
#[tokio::test]
async fn usage_agrees_with_the_engine_s_figures() {
    let rig = RealEngine::new().await;
    let (_, id) = launch(&rig, "usage", Image::Stays).await;
    // A socket elsewhere reads the same cgroups; an engine by TCP would be asked.
    let read = rig.engine().usage(std::slice::from_ref(&id)).await.unwrap();
    let [(_, usage)] = read.as_slice() else {
        panic!("{read:?}")
    };
    assert!(
        usage.cpu > Duration::ZERO && usage.cpu < Duration::from_secs(20),
        "{usage:?}"
    );
    assert!(usage.memory > 0 && usage.memory <= 32 * 1024 * 1024, "{usage:?}");
    assert!(usage.network.is_some(), "{usage:?}");
    let load = rig.engine().host_load().await.unwrap();
    assert!(load.memory > 0.0 && load.memory < 100.0, "{load:?}");
}

/// Pulls fail with the engine's reason, within their deadline.
#[tokio::test]
async fn a_pull_ends_at_its_deadline() {
    let rig = RealEngine::new().await;
    let proxy = Proxy::new();
    proxy.hold("/images/create");
    let engine = Docker::connect(DockerOptions {
        address: proxy.address(),
        pull_timeout: Duration::from_secs(1),
        ..options(rig.installation)
    })
    .unwrap();
    let (progress, _told) = mpsc::channel(1);
    let pulled = engine
        .ensure_image("localhost:1/microscaler-missing:1", progress)
        .await;
    assert!(
        matches!(&pulled, Err(EngineError::NoImage { reason, .. }) if reason.contains("not pulled within 1 s")),
        "{pulled:?}"
    );
}

/// Forty launches at once all come up, each once.
#[tokio::test]
async fn many_at_once_all_come_up() {
    let rig = RealEngine::new().await;
    let engine = rig.engine();
    let names: Vec<String> = (0..8).map(|n| format!("many{n}")).collect();
    let launches = names.iter().map(|name| launch(&rig, name, Image::Stays));
    let launched: BTreeSet<_> = futures_util::future::join_all(launches)
        .await
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    let listed = engine.list(rig.installation).await.unwrap();
    assert!(listed.iter().all(running), "{listed:?}");
    assert_eq!(
        listed.into_iter().map(|facts| facts.id).collect::<BTreeSet<_>>(),
        launched
    );
}

fn through(proxy: &Proxy, rig: &RealEngine, call_timeout: Duration) -> Docker {
    Docker::connect(DockerOptions {
        address: proxy.address(),
        call_timeout,
        ..options(rig.installation)
    })
    .unwrap()
}
