//! The samples that one leader leaves for the next.

use scenarios::harness::{DEADLINE, Fleet, Image, Setup, within};

use super::exactly;

/// A figure of a process's metrics.
async fn figure(fleet: &Fleet, member: &str, name: &str) -> Option<f64> {
    let (_, metrics) = fleet.member(member).probe("/metrics").await?;
    let line = metrics.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

/// How many entries are left in Redis.
fn entries(fleet: &Fleet) -> Option<u32> {
    let keys = fleet.redis.command("KEYS *:loads");
    let key = keys.lines().find(|line| line.ends_with(":loads"))?;
    let count = fleet.redis.command(&format!("XLEN {key}"));
    count.lines().next()?.strip_prefix(':')?.parse().ok()
}

/// How many samples a process said that it took over.
fn taken_over(fleet: &Fleet, member: &str) -> Option<usize> {
    let log = fleet.member(member).log();
    let line = log
        .lines()
        .find(|line| line.contains("took over the recent samples"))?;
    let (_, count) = line.split_once("samples=")?;
    count
        .split(|other: char| !other.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[tokio::test]
async fn a_new_leader_looks_back_on_what_the_killed_one_heard() {
    let Some(mut fleet) = Fleet::start_with(Setup::new(), &[]).await else {
        return;
    };
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 2).await;
    exactly(&fleet, &rest, "web", 2).await;
    within(
        DEADLINE,
        "both are sampled, and left in Redis for a while",
        async || {
            let sampled = figure(&fleet, "health-manager", "microscaler_instances_sampled ").await;
            let entries = entries(&fleet);
            (sampled == Some(2.0) && entries >= Some(3)).then_some(())
        },
    )
    .await;
    assert_eq!(taken_over(&fleet, "health-manager"), Some(0));
    fleet.member_mut("health-manager").kill();
    // Nobody is left who could tell it anything.
    fleet.member_mut("host-agent").kill();
    fleet.add("successor", "health-manager");
    let taken = within(DEADLINE, "the successor takes over", async || {
        taken_over(&fleet, "successor")
    })
    .await;
    assert!(taken >= 4, "{taken} samples");
    // It says so when it has read them, and takes them in after that.
    within(DEADLINE, "both instances have their samples back", async || {
        let sampled = figure(&fleet, "successor", "microscaler_instances_sampled ").await;
        (sampled == Some(2.0)).then_some(())
    })
    .await;
    let newest = figure(
        &fleet,
        "successor",
        "microscaler_newest_sample_timestamp_seconds{} ",
    )
    .await;
    assert!(newest.is_some_and(|at| at > 1_700_000_000.0), "{newest:?}");
}
