//! kill -9 of a fleet's leading health manager, while a second one stands by.

use std::time::{Duration, Instant};

use domain::GroupId;
use scenarios::harness::{DEADLINE, Fleet, Image, Member, Rest, within};

use super::super::fleet::{CONTROLLER, Measured};
use super::hosts::Hosts;
use super::{ENOUGH, FIRST, LOOK_EVERY, PATIENCE, ROUNDS, Taken, commits, epoch, raised, stored};

const MANAGERS: [&str; 2] = ["health-manager", "second"];
/// The one group that is asked for something.
const ASKED: &str = "asked";

/// Measures it; with the server's name.
pub(super) async fn run() -> Option<(String, Taken)> {
    let mut measured = Measured::prepare().await?;
    stored::add_hosts(&measured.store).await;
    let _hosts = Hosts::speak(measured.bus().await, measured.fleet.installation);
    measured.fleet.add_all();
    measured.fleet.add(MANAGERS[1], MANAGERS[0]);
    measured.fleet.works().await;
    let rest = measured.fleet.rest(CONTROLLER).await;
    rest.launch(ASKED, Image::Stays, 0).await;
    let asked = id_of(&rest, ASKED).await;
    // Only now: a leader may need longer to begin with so much than a start is given.
    stored::add_groups(&measured.store, FIRST).await;
    let (mut taken, begun) = (Taken::default(), Instant::now());
    for round in 1..=ROUNDS {
        let (leader, successor) = roles(&measured.fleet).await;
        let before = epoch(&measured.store).await;
        measured.fleet.member_mut(leader).kill();
        let ended = Instant::now();
        rest.desire(ASKED, round).await;
        let leads = leads(measured.fleet.member(successor), ended);
        let commits = commits(&measured.store, asked, before, ended);
        let (leads, commits) = tokio::join!(leads, commits);
        taken.leads.push(leads);
        let Some(commits) = commits else { break };
        taken.commits.push(commits);
        if round == ROUNDS || begun.elapsed() > ENOUGH {
            let of = measured.database.raised(0).await;
            let count = async || measured.database.raised(before.next().0).await;
            taken.raised = Some(raised(of, ended, count).await);
            break;
        }
        rest.settled(PATIENCE, ASKED, usize::try_from(round).unwrap_or_default())
            .await;
        measured.fleet.member_mut(leader).restart();
        measured.fleet.member(leader).ready().await;
    }
    Some((measured.database.server.clone(), taken))
}

async fn id_of(rest: &Rest, group: &str) -> GroupId {
    let read = rest.client.get(&api::client::path(&["asgs", group])).await;
    let id = read.expect("a group can be read")["id"].as_str().map(str::parse);
    id.expect("a group has an id").expect("which is a UUID")
}

/// Who leads, and who stands by.
async fn roles(fleet: &Fleet) -> (&'static str, &'static str) {
    within(DEADLINE, "exactly one leads", async || {
        let [one, other] = MANAGERS;
        match [fleet.member(one).leads().await, fleet.member(other).leads().await] {
            [true, false] => Some((one, other)),
            [false, true] => Some((other, one)),
            _ => None,
        }
    })
    .await
}

/// How long after the end the successor holds the lease, by its own word.
async fn leads(successor: &Member, ended: Instant) -> Duration {
    while !successor.leads().await {
        assert!(ended.elapsed() < PATIENCE, "nobody leads");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    ended.elapsed()
}
