//! What a schedule begins with, drawn from its seed: hosts, groups, images, and how the service is deployed.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Capacity, InstanceType, TypeName, ZoneName};
use engine::simulated::Behaviour;

use super::dice::Dice;
use super::faults::Rates;

/// Zones that hosts serve and groups name.
pub const ZONES: [&str; 2] = ["z1", "z2"];

/// A schedule's beginning.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Health managers that compete for the lease; with one, it may be the only one by configuration.
    pub managers: usize,
    /// One process that holds its store alone.
    pub exclusive: bool,
    /// The hosts.
    pub hosts: Vec<HostSetup>,
    /// How far the managers' clocks are off, in milliseconds.
    pub manager_errors: Vec<i64>,
    /// Names that groups may have.
    pub groups: usize,
    /// What goes wrong by chance.
    pub rates: Rates,
    /// How long things go wrong.
    pub trouble: Duration,
    /// Groups whose images cannot run stay so.
    pub stay_broken: bool,
    /// A host that is lost for good: which, when, and whether its containers die. Others are left, at least as many.
    pub gone: Option<(usize, Duration, bool)>,
}

/// A host.
#[derive(Clone, Debug)]
pub struct HostSetup {
    /// What its engine draws from.
    pub seed: u64,
    /// Zones that it serves; all when empty.
    pub zones: Vec<ZoneName>,
    /// Its limits.
    pub capacity: Capacity,
    /// How far its clock is off, in milliseconds.
    pub clock_error: i64,
    /// Used only when no other has room.
    pub control: bool,
}

/// How far clocks are off at most, in milliseconds.
pub const CLOCK_ERROR: i64 = 180_000;

fn error(dice: &Dice) -> i64 {
    let span = i64::try_from(dice.among(0..CLOCK_ERROR.unsigned_abs() * 2)).unwrap_or(0) - CLOCK_ERROR;
    if dice.chance(400) { span } else { span / 1_000 }
}

impl Setup {
    /// Draws a beginning.
    #[must_use]
    pub fn drawn(dice: &Dice) -> Self {
        let exclusive = dice.chance(350);
        let managers = if exclusive { 1 } else { dice.count(1..4) };
        let stay_broken = dice.chance(300);
        // A host filled by launches that fail would let others come and go: then nothing is ever at rest.
        let limited = !stay_broken && dice.chance(400);
        let hosts: Vec<_> = (0..dice.count(1..5))
            .map(|_| HostSetup::drawn(dice, limited))
            .collect();
        let trouble = dice.millis(20_000..150_000);
        let gone = (hosts.len() > 1 && dice.chance(300))
            .then(|| (dice.count(0..hosts.len()), trouble.mul_f64(0.6), dice.chance(500)));
        Self {
            managers,
            exclusive,
            hosts,
            gone,
            manager_errors: (0..managers).map(|_| error(dice)).collect(),
            groups: dice.count(1..5),
            rates: Rates::drawn(dice),
            trouble,
            stay_broken,
        }
    }
}

impl HostSetup {
    /// Whether it takes instances without end.
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.capacity == Capacity::default()
    }

    fn drawn(dice: &Dice, limited: bool) -> Self {
        let mut zones: Vec<ZoneName> = Vec::new();
        if dice.chance(400) {
            zones.extend(
                ZONES
                    .iter()
                    .filter(|_| dice.chance(700))
                    .filter_map(|zone| ZoneName::parse(zone).ok()),
            );
        }
        let capacity = Capacity {
            instances: (limited && dice.chance(600)).then(|| dice.figure(1..7)),
            memory_mib: (limited && dice.chance(300)).then(|| dice.among(1_024..8_192)),
            vcpus: (limited && dice.chance(200)).then(|| dice.figure(1..9)),
        };
        Self {
            seed: dice.number(),
            zones,
            capacity,
            clock_error: error(dice),
            control: dice.chance(150),
        }
    }
}

/// What containers do, by the image's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// Runs until it is stopped.
    Good,
    /// Runs, and heeds only SIGKILL.
    Stubborn,
    /// Has a HEALTHCHECK that passes after a while.
    Healthy,
    /// Has to be pulled first.
    Remote,
    /// Does not exist.
    Missing,
    /// Ends at once.
    Exits,
    /// Its HEALTHCHECK fails.
    Unhealthy,
}

impl Image {
    /// All of them, the good ones first.
    pub const ALL: [Self; 7] = [
        Self::Good,
        Self::Stubborn,
        Self::Healthy,
        Self::Remote,
        Self::Missing,
        Self::Exits,
        Self::Unhealthy,
    ];

    /// Its name, which is also that of its launch configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Stubborn => "stubborn",
            Self::Healthy => "healthy",
            Self::Remote => "remote",
            Self::Missing => "missing",
            Self::Exits => "exits",
            Self::Unhealthy => "unhealthy",
        }
    }

    /// The image of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|image| image.name() == name)
    }

    /// Whether its containers come into service and stay there.
    #[must_use]
    pub fn serves(self) -> bool {
        match self {
            Self::Good | Self::Stubborn | Self::Healthy | Self::Remote => true,
            Self::Missing | Self::Exits | Self::Unhealthy => false,
        }
    }

    /// What the simulated engine makes of it.
    #[must_use]
    pub fn behaviour(self) -> Behaviour {
        let mut behaviour = Behaviour::default();
        match self {
            Self::Good => {}
            Self::Stubborn => behaviour.ignores_sigterm = true,
            Self::Healthy => behaviour.health = Some((Duration::from_secs(3), true)),
            Self::Remote => behaviour.remote = true,
            Self::Missing => behaviour.missing = true,
            Self::Exits => behaviour.exits = Some((Duration::from_millis(150), 1)),
            Self::Unhealthy => behaviour.health = Some((Duration::from_secs(2), false)),
        }
        behaviour
    }
}

/// The instance types that launch configurations name.
#[must_use]
pub fn instance_types() -> BTreeMap<TypeName, InstanceType> {
    let types = [("small", 1, 512), ("large", 2, 1_024)];
    let named = |(name, vcpu, memory)| Some((TypeName::parse(name).ok()?, InstanceType { vcpu, memory }));
    types.into_iter().filter_map(named).collect()
}
