//! How each program starts, tells how it is, and ends.

use scenarios::harness::{DEADLINE, Fleet, Setup, within};

use super::ENDS_WITHIN;

const PROGRAMS: [&str; 5] = [
    "asg-controller",
    "health-manager",
    "worker-launch",
    "worker-stop",
    "host-agent",
];

#[tokio::test]
async fn every_program_waits_for_its_servers_and_ends_in_order() {
    let Some(mut fleet) = Fleet::prepare(Setup::new()).await else {
        return;
    };
    if !fleet.mongo.is_ours() {
        test_servers::skipped("it ends a MongoDB server of its own");
        return;
    }
    fleet.nats.kill();
    fleet.mongo.kill();
    fleet.add_all();
    for program in PROGRAMS {
        within(DEADLINE, &format!("{program} lives"), async || {
            fleet
                .member(program)
                .probe("/live")
                .await
                .filter(|(status, _)| *status == 200)
        })
        .await;
        let (status, why) = fleet.member(program).probe("/ready").await.unwrap();
        assert!(
            status == 503 && why.contains("not connected yet"),
            "{program}: {status} {why}"
        );
    }
    // In the order in which one server alone makes nobody ready but for what needs the bus alone.
    fleet.nats.restart();
    let (status, _) = fleet.member("asg-controller").probe("/ready").await.unwrap();
    assert_eq!(status, 503, "without the store");
    fleet.mongo.restart();
    fleet.works().await;
    // Readiness follows the servers while it runs.
    fleet.mongo.kill();
    let told = within(
        DEADLINE,
        "the controller is not ready without its store",
        async || {
            let answer = fleet.member("asg-controller").probe("/ready").await;
            answer.filter(|(status, _)| *status == 503)
        },
    )
    .await;
    assert!(told.1.contains("the store"), "{told:?}");
    fleet.mongo.restart();
    fleet.works().await;
    for program in PROGRAMS {
        let begun = std::time::Instant::now();
        let ended = fleet.member_mut(program).terminate(ENDS_WITHIN);
        let code = ended
            .unwrap_or_else(|| panic!("{program} did not end on SIGTERM"))
            .code();
        assert_eq!(code, Some(0), "{program}: {}", fleet.member(program).log());
        eprintln!("{program} ended {:?} after SIGTERM", begun.elapsed());
    }
}

#[tokio::test]
async fn a_process_that_waits_for_its_servers_ends_in_order_too() {
    let Some(mut fleet) = Fleet::prepare(Setup::new()).await else {
        return;
    };
    if !fleet.mongo.is_ours() {
        test_servers::skipped("it ends a MongoDB server of its own");
        return;
    }
    fleet.nats.kill();
    fleet.mongo.kill();
    fleet.add_all();
    for program in PROGRAMS {
        within(DEADLINE, &format!("{program} waits"), async || {
            fleet
                .member(program)
                .log()
                .contains("cannot be used yet")
                .then_some(())
        })
        .await;
        let ended = fleet.member_mut(program).terminate(ENDS_WITHIN);
        assert_eq!(ended.and_then(|status| status.code()), Some(0), "{program}");
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_be_used_is_refused_with_its_place() {
    let Some(fleet) = Fleet::prepare(Setup::new()).await else {
        return;
    };
    let file = fleet.directory().join("broken.yml");
    let path = file.display().to_string();
    let cases = [
        (
            "controller:\n  port: many\n",
            ["broken.yml:2:", "controller.port", "many"],
        ),
        (
            "auth:\n  user01: key\nhealth_manager:\n  leader_lease: -3\n",
            ["broken.yml:4:", "health_manager.leader_lease", "-3"],
        ),
        (
            "auth: {user01: key}\nstore: embedded\n",
            ["broken.yml:2:", "store", "embedded"],
        ),
    ];
    for (text, says) in cases {
        std::fs::write(&file, text).unwrap();
        for program in PROGRAMS {
            let refused = fleet.run(program, &["--config", &path]).await;
            assert_eq!(refused.code, Some(2), "{program}, {text}: {refused:?}");
            for part in says {
                assert!(
                    refused.stderr.contains(part),
                    "{program}, {text}: {part:?} is not in {refused:?}"
                );
            }
        }
    }
    // Nobody could log in.
    std::fs::write(&file, "controller: {port: 1}\n").unwrap();
    let refused = fleet.run("asg-controller", &["--config", &path]).await;
    assert!(
        refused.code == Some(2) && refused.stderr.contains("auth:"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn every_program_tells_its_options_and_version() {
    let Some(fleet) = Fleet::prepare(Setup::new()).await else {
        return;
    };
    for program in PROGRAMS {
        let version = fleet.run(program, &["--version"]).await;
        assert_eq!(
            (version.code, version.stdout.split(' ').next()),
            (Some(0), Some(program))
        );
        let help = fleet.run(program, &["--help"]).await;
        assert_eq!(help.code, Some(0));
        for option in ["--config", "--probes", "--log-format"] {
            assert!(help.stdout.contains(option), "{program}: {}", help.stdout);
        }
        assert_eq!(
            help.stdout.contains("--host"),
            !["asg-controller", "health-manager"].contains(&program)
        );
    }
}
