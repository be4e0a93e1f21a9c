//! At every start of a container: the ceiling (I1), once per record (I7), and nothing without a record (I3).

use domain::{ContainerFacts, HostName};

use super::{Checks, OURS, State, lives};

impl Checks {
    /// The engine of `host` started a container; `alive` are those of its group that live there now.
    pub fn started(&self, host: &HostName, started: &ContainerFacts, alive: &[ContainerFacts]) {
        let mut state = self.state();
        if started.installation != OURS || state.by_hand.contains(&started.record) {
            return;
        }
        self.trace.say(host.as_str(), || {
            format!("starts {} {}", started.name, started.id.short())
        });
        state.counts.starts += 1;
        let starts = state.starts.entry(started.record).or_default();
        *starts += 1;
        if *starts > 1 {
            let what = format!("{} was started {starts} times", started.name);
            self.fail_in(&mut state, "I7", &what);
        }
        self.check_record(&mut state, host, started);
        self.check_ceiling(&mut state, host, started, alive);
    }

    fn check_record(&self, state: &mut State, host: &HostName, started: &ContainerFacts) {
        let kept = state.groups.get(&started.group);
        let record = kept.and_then(|kept| kept.group.instance(started.record));
        let wrong = match record {
            // The worker saw the record before its host was given up.
            None if state.hosts.written_off.contains(&started.record) => None,
            None => Some(format!("{} was started and has no record", started.name)),
            Some(record) if record.host != *host => Some(format!(
                "{} was started on {host}, not {}",
                started.name, record.host
            )),
            // Its host does not know yet that it was lost.
            Some(record) if state.lost.contains(&record.id) => None,
            Some(record) if !record.occupies_slot() => Some(format!(
                "{} was started and its record has no slot: {:?}",
                started.name, record.phase
            )),
            Some(_) => None,
        };
        if let Some(wrong) = wrong {
            self.fail_in(state, "I3", &wrong);
        }
    }

    fn check_ceiling(
        &self,
        state: &mut State,
        host: &HostName,
        started: &ContainerFacts,
        alive: &[ContainerFacts],
    ) {
        let elsewhere = self.engines().iter().filter(|(name, _)| name != host);
        let elsewhere = elsewhere.flat_map(|(_, engine)| engine.snapshot());
        let ours = |facts: &ContainerFacts| {
            facts.group == started.group
                && facts.installation == OURS
                && lives(facts)
                && !state.by_hand.contains(&facts.record)
                && !state.lost.contains(&facts.record)
                && !state.hosts.written_off.contains(&facts.record)
        };
        let living = alive.iter().filter(|facts| ours(facts)).count() + elsewhere.filter(ours).count();
        let Some(ceiling) = state.groups.get(&started.group).map(|kept| kept.ceiling) else {
            return;
        };
        if living > ceiling {
            let what = format!(
                "{living} containers live after {} was started, at most {ceiling} may",
                started.name
            );
            self.fail_in(state, "I1", &what);
        }
    }
}
