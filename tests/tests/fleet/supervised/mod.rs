//! `make fleet` and `make fleet-down`: the scripts themselves.

mod made;

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use domain::InstallationId;
use domain::job::label;
use scenarios::harness::{DEADLINE, Engine, Image, script, within};
use uuid::Uuid;

use made::{Made, lives, succeeded};

#[tokio::test]
async fn the_fleet_of_make_runs_under_supervisord_and_leaves_nothing() {
    let engine = Engine::local().await;
    let Some(made) = Made::up() else { return };
    made.all_run().await;
    let told = std::fs::read_to_string(made.home().join("installation")).unwrap();
    let installation = InstallationId(told.trim().parse().unwrap());

    let image = Image::Stays.name();
    made.ms(&format!(
        "add-lconf --lconf-name web --lconf-image-id {image} --lconf-instances-type t1.micro --lconf-key k"
    ));
    made.ms(
        "add-asg --asg-name web --asg-availability-zones zone-a --asg-launch-configuration web --asg-min-size 1 \
         --asg-desired-capacity 2 --asg-max-size 4 --asg-scale-out-cooldown 60 --asg-scale-in-cooldown 60 \
         --asg-domain demo.internal --asg-no-load-balancer",
    );
    made.ms("start-asg --asg-name web --wait");
    let first = made.two_run("").await;

    leave_alone_what_shares_its_mongodb(&made);
    assert_eq!(made.two_run("").await, first, "another fleet's end");

    let restarted = ["controller", "healthmanager", "worker-launch", "worker-stop"];
    let before = restarted.map(|name| made.pid(name));
    made.control(&[&["restart"], &restarted[..]].concat());
    made.all_run().await;
    let after = restarted.map(|name| made.pid(name));
    assert!(
        before.iter().zip(&after).all(|(old, new)| old != new),
        "{before:?} {after:?}"
    );
    assert_eq!(made.two_run("").await, first, "a restart loses nothing");

    // Killed, it comes back by itself, and works.
    let killed = Command::new("kill").args(["-KILL", &after[1]]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    within(
        DEADLINE,
        "supervisord starts the health manager again",
        async || {
            let now = made.pid("healthmanager");
            (now != "0" && now != after[1]).then_some(())
        },
    )
    .await;
    made.all_run().await;
    let victim = first.first().unwrap();
    engine.kill(victim, "KILL").await;
    made.two_run(victim).await;
    assert_eq!(engine.running(installation).await.len(), 2);

    // What is not its own stays: a container of another installation, of the same image.
    let others = HashMap::from([(label::INSTALLATION.to_owned(), Uuid::now_v7().to_string())]);
    let other = engine.run(&format!("{}-other", made.name()), image, others).await;
    let (pids, home) = (made.pids(), made.home());
    let ended = made.run(&script("fleet-down.sh"), &[]);
    let is_there = engine.inspect(&other).await.is_some();
    engine.remove(&other).await;
    succeeded("fleet-down.sh", &ended);
    assert!(is_there, "a container of somebody else was removed");
    assert!(!home.exists(), "{}", home.display());
    assert!(engine.containers(installation).await.is_empty());
    assert!(engine.raw.inspect_image(made.name()).await.is_err(), "its image");
    let alive: Vec<_> = pids.iter().filter(|pid| lives(pid)).collect();
    assert!(alive.is_empty(), "processes {alive:?} of {pids:?}");
}

/// Makes another fleet on this one's MongoDB server, and ends it.
fn leave_alone_what_shares_its_mongodb(made: &Made) {
    let other = made.beside();
    let groups = other.ms("list-asgs");
    assert!(!groups.contains("web"), "the groups of another: {groups}");
    let databases = std::fs::read_to_string(other.home().join("databases")).unwrap();
    let said = succeeded("fleet-down.sh", &other.run(&script("fleet-down.sh"), &[]));
    let names: Vec<&str> = databases.split_whitespace().collect();
    assert!(
        names.len() == 2 && names.iter().all(|name| said.contains(name)),
        "{databases}: {said}"
    );
}

/// Runs a script for a directory; its exit code and what it complains of.
fn run_for(name: &str, home: &Path, engine: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(script(name));
    command.env("FLEET_HOME", home).env("MS_ENGINE_STATE", engine);
    command.envs(["FLEET_NAME", "DEMO_IMAGE"].map(|key| (key, "microscaler-test-none")));
    let ended = command.output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

#[test]
fn a_directory_that_is_no_fleet_is_neither_used_nor_removed() {
    let directory = tempfile::tempdir().unwrap();
    let engine = directory.path().join("engine");
    let home = directory.path().join("home");
    let letter = home.join("letter");
    std::fs::create_dir(&home).unwrap();
    std::fs::write(&letter, "of somebody's").unwrap();
    // Debian's own file of that name is nobody's fleet either.
    let of_debian = "[unix_http_server]\nfile=/var/run/supervisor.sock\n";
    std::fs::write(home.join("supervisord.conf"), of_debian).unwrap();
    for (name, why) in [
        ("fleet-down.sh", "holds no fleet"),
        ("fleet.sh", "is not a fleet"),
    ] {
        let (code, said) = run_for(name, &home, &engine);
        assert!(code == Some(1) && said.contains(why), "{name}: {code:?} {said}");
        for odd in [Path::new("home"), &directory.path().join("a b")] {
            let (code, said) = run_for(name, odd, &engine);
            assert!(
                code == Some(1) && said.contains("FLEET_HOME: expected"),
                "{name}: {code:?} {said}"
            );
        }
    }
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "of somebody's");
    assert!(!home.join(".microscaler-fleet").exists());
}
