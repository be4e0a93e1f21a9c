#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! What the tests of a leader are made of.

use std::sync::{Arc, Mutex};

use domain::policy::{AGENT, OnMissing, Rule};
use domain::{
    Body, Clock, Document, Group, GroupState, InstallationId, Instance, Phase, Policy, PolicyName,
    SystemClock, SystemIds, Timestamp,
};
use store::Store;
use store::conformance::fixtures;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{Deps, Settings};

/// When [`Wall`] begins: ten seconds after a minute began.
pub(crate) const BEGUN: Timestamp = Timestamp::from_millis(1_764_000_010_000);

/// The wall's clock, which goes on with the paused one, and jumps when it is told to.
pub(crate) struct Wall {
    from: Instant,
    jumped: Mutex<i64>,
}

pub(crate) fn clock() -> Arc<Wall> {
    Arc::new(Wall {
        from: Instant::now(),
        jumped: Mutex::default(),
    })
}

impl Wall {
    /// So many seconds ahead of how it began.
    pub(crate) fn jump_to(&self, seconds: i64) {
        *self.jumped.lock().unwrap() = seconds * 1_000;
    }
}

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        let jumped = *self.jumped.lock().unwrap();
        Timestamp::from_millis(BEGUN.millis() + jumped) + self.from.elapsed()
    }
}

/// The surroundings of a leader with this store, by the wall's clock.
pub(crate) fn deps(store: Arc<dyn Store>) -> Deps {
    Deps {
        store,
        bus: Arc::new(bus::MemoryBus::new()),
        cache: Arc::new(::cache::NoCache::new()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        installation: InstallationId(Uuid::nil()),
        metrics: telemetry::Metrics::new(),
        board: telemetry::StatusBoard::default(),
        settings: Arc::new(Settings::default()),
    }
}

/// The group `web` of `anna`: started, with so many instances that have been in service for long.
pub(crate) fn started(desired: u32) -> Group {
    let mut group = fixtures::group("anna", "web");
    group.state = GroupState::Started;
    group.spec.desired_capacity = desired;
    group.spec.max_size = desired + 4;
    let serving = |slot| Instance {
        phase: Phase::InService {
            since: Timestamp::from_millis(1_000),
        },
        lost: None,
        ..fixtures::instance(&group, slot, "")
    };
    group.instances = (0..desired).map(serving).collect();
    group
}

/// A policy of that group that looks at its CPU.
pub(crate) fn policy(name: &str, rule: Rule) -> Policy {
    Policy {
        name: PolicyName::parse(name).unwrap(),
        auto_scaling_group: domain::GroupName::parse("web").unwrap(),
        source: AGENT.to_owned(),
        metric: "CPU".to_owned(),
        statistic: "AVG".to_owned(),
        sampling_window: 10,
        breach_duration: 0,
        missing_data: OnMissing::Hold,
        shadow: false,
        business_hours_only: false,
        rule,
    }
}

/// As `anna` stores it.
pub(crate) fn document(body: Body) -> Document {
    Document {
        body,
        ..fixtures::configuration("anna", "unused")
    }
}
