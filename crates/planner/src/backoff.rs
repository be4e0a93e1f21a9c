//! Backoff of groups whose launches fail (invariant I8), derived from the record of their failures.

use std::time::Duration;

use domain::{Group, HostName, LaunchHealth, Template, Timestamp};

/// The first pause.
const FIRST: Duration = Duration::from_secs(10);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(300);
/// So many hosts failing tell that the group is at fault, not a host.
const HOSTS_THAT_CONVICT: usize = 2;

/// What a group's failed launches mean for the next ones.
#[derive(Clone, Copy)]
pub(crate) struct Backoff<'a> {
    failures: Option<&'a LaunchHealth>,
    /// The end of the pause, while it lasts.
    until: Option<Timestamp>,
}

impl<'a> Backoff<'a> {
    pub(crate) fn of(group: &'a Group, template: &Template, now: Timestamp) -> Self {
        let health = &group.launches;
        let forgiven = template.generation > health.template || group.recovered_by(now);
        let failures = Some(health).filter(|_| !forgiven);
        let until = failures.and_then(|health| {
            let (last, pause) = (health.last_failure?, pause(health));
            last.is_recent(pause, now).then_some(last + pause)
        });
        Self { failures, until }
    }

    /// The end of the pause, while it lasts.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether launches of the group failed on the host since its failures were last forgiven.
    pub(crate) fn failed_on(&self, host: &HostName) -> bool {
        self.failures.is_some_and(|health| health.hosts.contains(host))
    }

    /// Whether nothing may be launched on the host now: the pause lasts, and either the group is at fault or
    /// this is the one host that failed, so that another may be tried at once.
    pub(crate) fn bars(&self, host: &HostName) -> bool {
        self.until.is_some()
            && self
                .failures
                .is_some_and(|health| health.hosts.len() >= HOSTS_THAT_CONVICT || health.hosts.contains(host))
    }

    /// The pause in words, the same ones while it lasts, and the failure that renewed it last.
    pub(crate) fn reason(&self) -> Option<(String, String)> {
        let health = self.failures.filter(|_| self.until.is_some())?;
        let hosts: Vec<&str> = health.hosts.iter().map(HostName::as_str).collect();
        let pause = format!(
            "launches back off for {} s from the last failure, after {} failed in a row on {}",
            pause(health).as_secs(),
            health.rounds,
            hosts.join(", ")
        );
        Some((pause, format!("the last failed launch: {}", health.reason)))
    }
}

/// 10 s doubling to 300 s by rounds. A first failure that another host was tried after does not count.
fn pause(health: &LaunchHealth) -> Duration {
    let free = u32::from(health.hosts.len() >= HOSTS_THAT_CONVICT);
    let doublings = health.rounds.saturating_sub(1).saturating_sub(free);
    let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
    FIRST.saturating_mul(factor).min(LONGEST)
}
