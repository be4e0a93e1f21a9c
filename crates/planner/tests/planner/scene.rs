//! A group, its hosts and a time: what stories and properties are made of.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::aggregate::intend::Launching;
use domain::phase::{Event, Remains};
use domain::report::Load;
use domain::{
    Capacity, Cause, Generation, Group, GroupId, GroupSpec, GroupState, Host, HostState, Ids, Instance,
    InstanceId, InstanceType, Intent, Observation, Phase, Template, Timestamp, ZoneName,
};
use planner::{HostView, Ledger, Plan, Settings, World, plan};
use uuid::Uuid;

pub const TIMEOUT: Duration = Duration::from_secs(60);
pub const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

/// Ids counted up, so that a failing scene reads the same each time.
struct Counted(AtomicU64);

impl Ids for Counted {
    fn fresh(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1))
    }
}

#[derive(Clone, Debug)]
pub struct Scene {
    pub group: Group,
    pub others: Vec<Group>,
    pub hosts: Vec<HostView>,
    pub template: Result<Template, String>,
    pub frozen: bool,
    pub now: Timestamp,
    /// The last id given.
    last: u64,
}

pub fn zone(name: &str) -> ZoneName {
    ZoneName::parse(name).unwrap()
}

pub fn template(memory: u64, vcpu: u32) -> Template {
    Template {
        configuration: "lconf1".parse().unwrap(),
        generation: Generation(1),
        image_id: "web".into(),
        type_name: "m1.small".parse().unwrap(),
        limits: InstanceType { vcpu, memory },
        key: "key".into(),
        metadata: serde_json::Map::new(),
        http_port: None,
        service_domain: String::new(),
    }
}

pub fn group(zones: &[&str], desired: u32, max: u32) -> Group {
    let spec = GroupSpec {
        availability_zones: zones.iter().map(|z| zone(z)).collect(),
        launch_configuration: "lconf1".parse().unwrap(),
        min_size: 0,
        max_size: max,
        desired_capacity: desired,
        scale_out_cooldown: 60,
        scale_in_cooldown: 120,
        domain: String::new(),
        load_balancer: None,
        no_lb: true,
        scaling: domain::Scaling::default(),
    };
    spec.check().unwrap();
    let (account, name) = ("user01".parse().unwrap(), "asg1".parse().unwrap());
    let mut group = Group::new(GroupId(Uuid::from_u128(1)), account, name, spec);
    group.state = GroupState::Started;
    group
}

pub fn host(name: &str) -> HostView {
    HostView {
        host: Host {
            name: name.parse().unwrap(),
            zones: Vec::new(),
            engine: domain::EngineId::new(name),
            capacity: Capacity::default(),
            labels: BTreeMap::new(),
            control: false,
            cpus: 4,
            memory_mib: 8_192,
            state: HostState::Active,
        },
        load: Load::default(),
        suspect: false,
        silent: false,
        lost: false,
    }
}

/// One record; `at` is its host and its zone.
pub fn record(id: u128, slot: u32, at: (&str, &str), created: Timestamp, phase: Phase) -> Instance {
    let id = InstanceId(Uuid::from_u128(id));
    Instance {
        id,
        slot,
        host: at.0.parse().unwrap(),
        zone: zone(at.1),
        hostname: format!("asg1-{id}"),
        template: template(1_024, 1),
        created,
        reason: String::new(),
        phase,
        container: None,
        lost: None,
    }
}

impl Scene {
    /// A started group whose zones are all served by its hosts as they come.
    pub fn of(zones: &[&str], desired: u32, max: u32) -> Self {
        Self {
            group: group(zones, desired, max),
            others: Vec::new(),
            hosts: Vec::new(),
            template: Ok(template(1_024, 1)),
            frozen: false,
            now: NOW,
            last: 0,
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// A host that serves the given zones; none: every zone.
    pub fn host(self, name: &str, zones: &[&str]) -> Self {
        self.host_as(name, zones, |_| ())
    }

    pub fn host_as(mut self, name: &str, zones: &[&str], change: impl FnOnce(&mut HostView)) -> Self {
        let mut view = host(name);
        view.host.zones = zones.iter().map(|z| zone(z)).collect();
        change(&mut view);
        self.hosts.push(view);
        self
    }

    pub fn on(&mut self, name: &str) -> &mut HostView {
        self.hosts
            .iter_mut()
            .find(|view| view.host.name.as_str() == name)
            .unwrap()
    }

    /// One more instance in service, recorded a second after the one before.
    pub fn serving(self, host: &str, zone: &str) -> Self {
        let since = NOW - Duration::from_secs(1_000);
        self.in_phase(host, zone, Phase::InService { since })
    }

    /// One more launch under way, with a minute left.
    pub fn pending(self, host: &str, zone: &str) -> Self {
        let deadline = NOW + TIMEOUT;
        self.in_phase(host, zone, Phase::Pending { deadline })
    }

    pub fn terminating(self, host: &str, zone: &str, remains: Remains) -> Self {
        let (cause, since) = (Cause::Requested, NOW);
        self.in_phase(
            host,
            zone,
            Phase::Terminating {
                cause,
                since,
                remains,
            },
        )
    }

    pub fn in_phase(mut self, host: &str, zone: &str, phase: Phase) -> Self {
        self.last += 1;
        let slot = u32::try_from(self.last - 1).unwrap();
        let created = NOW - Duration::from_secs(10_000) + Duration::from_secs(u64::from(slot));
        self.group
            .instances
            .push(record(u128::from(self.last), slot, (host, zone), created, phase));
        self
    }

    pub fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::new(self.hosts.clone());
        for group in self.others.iter().chain([&self.group]) {
            ledger.charge_group(group);
        }
        ledger
    }

    pub fn plan(&self) -> Plan {
        let ledger = self.ledger();
        plan(&World {
            group: &self.group,
            template: self.template.as_ref().map_err(String::as_str),
            ledger: &ledger,
            frozen: self.frozen,
            settings: &Settings {
                launch_timeout: TIMEOUT,
            },
            now: self.now,
        })
    }

    /// Records a plan as the health manager does.
    pub fn record(&mut self, plan: &Plan) -> Result<(), String> {
        let ids = Counted(AtomicU64::new(self.last.max(1_000)));
        let launching = self.template.as_ref().ok().map(|template| Launching {
            template,
            stalled: TIMEOUT,
            ids: &ids,
        });
        let done = self.group.intend(&plan.intents, launching.as_ref(), self.now);
        self.last = ids.0.into_inner();
        done.map_err(|error| error.to_string())
    }

    pub fn step(&mut self) -> Plan {
        let plan = self.plan();
        self.record(&plan).unwrap();
        plan
    }

    /// Everything launched comes up, everything terminating goes.
    ///
    /// Nothing is heard of lost hosts.
    pub fn settle(&mut self) {
        let now = self.now;
        let ending: Vec<_> = self
            .group
            .instances
            .iter()
            .filter(|i| matches!(i.phase, Phase::Terminating { .. }) && !i.is_lost())
            .map(|i| i.id)
            .collect();
        for id in ending {
            self.group.observe(id, &Observation::Gone, now).unwrap();
        }
        for instance in &mut self.group.instances {
            if matches!(instance.phase, Phase::Pending { .. }) {
                instance.phase = instance.phase.clone().on(Event::Ready, now).unwrap();
            }
        }
    }

    /// The launch of the record fails, and its container is gone.
    pub fn fail(&mut self, id: InstanceId, reason: &str) {
        let failed = Observation::LaunchFailed {
            reason: reason.into(),
            host_full: false,
        };
        self.group.observe(id, &failed, self.now).unwrap();
        self.group.observe(id, &Observation::Gone, self.now).unwrap();
    }

    /// All launches under way fail, a second after they began.
    pub fn fail_all(&mut self, reason: &str) {
        self.wait(1);
        let pending = self.group.instances.iter();
        let pending: Vec<_> = pending
            .filter(|i| matches!(i.phase, Phase::Pending { .. }))
            .map(|i| i.id)
            .collect();
        for id in pending {
            self.fail(id, reason);
        }
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }
}

/// A plan's steps in one line each: `launch 0 on h1 for a`, `end 3: the group was stopped`.
pub fn steps(plan: &Plan) -> Vec<String> {
    let step = |intent: &Intent| match intent {
        Intent::Launch { slot, host, zone, .. } => format!("launch {slot} on {host} for {zone}"),
        Intent::Terminate { instance, cause } => format!("end {}: {cause}", instance.0.as_u128()),
        Intent::Lose { instance } => format!("lose {}", instance.0.as_u128()),
        Intent::WriteOff { instance } => format!("write off {}", instance.0.as_u128()),
        Intent::Keep { instance } => format!("keep {}", instance.0.as_u128()),
        Intent::Adopt { .. } => panic!("plans adopt nothing"),
    };
    plan.intents.iter().map(step).collect()
}

/// The hosts that a plan launches on, in its order.
pub fn hosts_of(plan: &Plan) -> Vec<String> {
    let host = |intent: &Intent| match intent {
        Intent::Launch { host, .. } => Some(host.to_string()),
        _ => None,
    };
    plan.intents.iter().filter_map(host).collect()
}
