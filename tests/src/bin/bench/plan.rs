//! The decider alone, on an installation of 10,000 groups and 100,000 instances.

use std::time::{Duration, Instant};

use domain::Group;
use domain::report::Load;
use planner::{HostView, Ledger, Settings, World, plan};

use super::figures::Table;
use super::installation::{BEGUN, GROUPS, HOSTS, group, host, template};

const EACH: u32 = 10;

/// Measures settled groups, groups that lost an instance, and the ledger that both need first.
pub fn run(table: &mut Table) {
    let (template, settings) = (
        template(),
        Settings {
            launch_timeout: Duration::from_secs(60),
        },
    );
    let groups: Vec<Group> = (0..GROUPS).map(|n| group(n, EACH, &template)).collect();
    let begun = Instant::now();
    let mut ledger = Ledger::new((0..HOSTS).map(view).collect());
    groups.iter().for_each(|group| ledger.charge_group(group));
    table.figure(
        "ledger of 100,000 instances from nothing",
        format!("{:.0} ms", millis(begun.elapsed())),
    );

    let short: Vec<Group> = groups.iter().map(without_one).collect();
    for (what, groups, steps) in [("nothing to do", &groups, 0), ("one instance short", &short, 1)] {
        let begun = Instant::now();
        let mut intents = 0;
        for group in groups {
            let world = World {
                group,
                template: Ok(&template),
                ledger: &ledger,
                frozen: false,
                settings: &settings,
                now: BEGUN,
            };
            intents += plan(&world).intents.len();
        }
        let took = begun.elapsed();
        assert_eq!(intents, steps * groups.len(), "what is measured is what is meant");
        let per_group = took.as_secs_f64() * 1e6 / f64::from(u32::try_from(groups.len()).unwrap_or(u32::MAX));
        let figure = format!("{:.0} ms, {per_group:.1} us per group", millis(took));
        table.figure(&format!("plan of 10,000 groups, {what}"), figure);
    }
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

fn view(n: u32) -> HostView {
    HostView {
        host: host(n),
        load: Load::default(),
        suspect: false,
        silent: false,
        lost: false,
    }
}

fn without_one(group: &Group) -> Group {
    let mut group = group.clone();
    group.instances.pop();
    group
}
