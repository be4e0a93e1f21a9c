//! SIGHUP: what can be read anew is, and a broken file changes nothing.

use scenarios::harness::{DEADLINE, Fleet, Setup, within};

const CONTROLLER: &str = "asg-controller";

#[tokio::test]
async fn a_controller_reads_its_keys_anew_and_keeps_them_when_the_file_is_broken() {
    let setup = Setup::new().user("user02", "other");
    let Some(fleet) = Fleet::start_with(setup, &[]).await else {
        return;
    };
    let old = fleet.login(CONTROLLER, "user01", "key").await.unwrap();
    let untouched = fleet.login(CONTROLLER, "user02", "other").await.unwrap();
    let controller = fleet.member(CONTROLLER);

    let changed = fleet.setup.clone().user("user01", "fresh");
    controller.configure(&fleet.text(CONTROLLER, &changed));
    controller.signal("HUP");
    let new = within(DEADLINE, "the new key works", async || {
        fleet.login(CONTROLLER, "user01", "fresh").await.ok()
    })
    .await;
    let refused = fleet.login(CONTROLLER, "user01", "key").await.unwrap_err();
    assert_eq!(refused.status(), Some(401), "the old key");
    assert_eq!(
        old.get("asgs").await.unwrap_err().status(),
        Some(401),
        "the old key's token"
    );
    untouched.get("asgs").await.unwrap();
    new.get("asgs").await.unwrap();

    controller.configure("controller:\n  port: many\n");
    controller.signal("HUP");
    within(DEADLINE, "the log says why", async || {
        let log = controller.log();
        let line = log.lines().find(|line| line.contains("not reloaded"))?;
        ["microscaler.yml:2:", "controller.port"]
            .iter()
            .all(|part| line.contains(part))
            .then_some(())
    })
    .await;
    new.get("asgs").await.unwrap();
    fleet.login(CONTROLLER, "user01", "fresh").await.unwrap();
}
