//! Health managers whose clocks are minutes apart, and jump: who leads is settled by no wall clock.

use std::time::{Duration, Instant};

use scenarios::harness::{DEADLINE, Fleet, Image, Place, Rest, Setup, WallClock, within};

use super::{exactly, leaders};

/// Seconds from the machine's time.
const APART: i64 = 300;
const AN_HOUR: i64 = 3_600;
/// Several leases of 3 s, and longer than what counts as a launch that failed.
const A_WHILE: Duration = Duration::from_secs(11);
const OTHERS: [&str; 4] = ["worker-launch", "worker-stop", "host-agent", "asg-controller"];

async fn fleet(clocks: &[WallClock; 2]) -> Option<Fleet> {
    let mut fleet = Fleet::prepare(Setup::new()).await?;
    OTHERS.iter().for_each(|program| fleet.add(program, program));
    for (name, clock) in leaders::TWO.iter().zip(clocks) {
        let place = Place {
            clock: Some(clock.clone()),
            ..Place::here()
        };
        fleet.add_at(name, leaders::TWO[0], &place);
    }
    fleet.works().await;
    Some(fleet)
}

/// The leadership that did the newest round.
async fn epoch(rest: &Rest) -> u64 {
    let told = within(DEADLINE, "a round is told of", async || {
        rest.client.get("status").await.ok()?["rounds"]["epoch"].as_u64()
    });
    told.await
}

/// An instance is killed and replaced.
async fn heals(fleet: &Fleet, rest: &Rest) {
    let victim = rest.instances("web").await.remove(0);
    fleet.engine.kill(&victim.instance_id, "SIGKILL").await;
    within(
        leaders::TAKES_OVER * 2,
        "what was killed is replaced",
        async || {
            let now = rest.instances("web").await;
            let fresh = now.len() == 2 && now.iter().all(|i| i.guid != victim.guid && i.status == "RUNNING");
            fresh.then_some(())
        },
    )
    .await;
    exactly(fleet, rest, "web", 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_differ_and_jump_move_no_lease() {
    let (Some(ahead), Some(behind)) = (WallClock::ahead(APART), WallClock::ahead(-APART)) else {
        return;
    };
    let clocks = [ahead, behind];
    let Some(mut fleet) = fleet(&clocks).await else {
        return;
    };
    let rest = fleet.rest("asg-controller").await;
    rest.launch("web", Image::Stays, 2).await;
    exactly(&fleet, &rest, "web", 2).await;
    let (leader, other) = leaders::roles(&fleet).await;
    let first = epoch(&rest).await;
    let [its, others] = match leader == leaders::TWO[0] {
        true => [&clocks[0], &clocks[1]],
        false => [&clocks[1], &clocks[0]],
    };

    for (clock, to) in [
        (its, AN_HOUR),
        (others, AN_HOUR),
        (its, -AN_HOUR),
        (others, 2 * AN_HOUR),
    ] {
        clock.jump(to);
        tokio::time::sleep(A_WHILE).await;
        heals(&fleet, &rest).await;
        assert_eq!(
            leaders::roles(&fleet).await,
            (leader, other),
            "after a jump to {to}"
        );
        assert_eq!(epoch(&rest).await, first, "after a jump to {to}");
    }
    let log = fleet.member(leader).log();
    assert!(!log.contains("leadership was lost"), "{log}");

    fleet.member_mut(leader).kill();
    let killed = Instant::now();
    rest.desire("web", 3).await;
    within(leaders::TAKES_OVER, "the successor commits", async || {
        (rest.instances("web").await.len() == 3).then_some(())
    })
    .await;
    eprintln!(
        "from kill -9 of the leader to the successor's first commit: {:?}",
        killed.elapsed()
    );
    exactly(&fleet, &rest, "web", 3).await;
    assert!(fleet.member(other).leads().await);
    // Told with its next beacon.
    within(DEADLINE, "the rounds are the successor's", async || {
        (epoch(&rest).await > first).then_some(())
    })
    .await;
}
