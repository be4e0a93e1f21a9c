//! The Docker hosts, and what operators say of them.

use std::collections::BTreeMap;

use api::documents::scheduling;
use bus::Nudge;
use domain::{Host, HostName, HostState};
use telemetry::{HostState as Seen, HostStatus};

use super::Service;
use crate::auth::Operator;
use crate::error::{Refusal, Result};

/// A host as it is stored, with what the leading health manager told of it.
pub(crate) struct KnownHost {
    /// As it is stored, with the operators' word.
    pub(crate) host: Host,
    /// `None` while no health manager is heard of it.
    pub(crate) status: Option<HostStatus>,
}

impl Service {
    /// Every known host, by name.
    pub(crate) async fn hosts(&self) -> Result<Vec<KnownHost>> {
        let known = self.store().hosts().await?;
        let seen = self.deps.board.overall().hosts.into_iter();
        let mut seen: BTreeMap<String, HostStatus> = seen.map(|host| (host.name.clone(), host)).collect();
        let joined = known.into_iter().map(|host| KnownHost {
            status: seen.remove(host.name.as_str()),
            host,
        });
        Ok(joined.collect())
    }

    /// A host.
    pub(crate) async fn host(&self, name: &str) -> Result<KnownHost> {
        let hosts = self.hosts().await?;
        let found = hosts.into_iter().find(|known| known.host.name.as_str() == name);
        found.ok_or_else(|| Refusal::not_found("host", name))
    }

    /// Notes an operator's word about a host that is not removed, and wakes the health manager.
    pub(crate) async fn schedule(&self, by: &Operator, name: &str, to: HostState) -> Result<HostState> {
        let KnownHost { host, .. } = self.host(name).await?;
        let noted = match host.state {
            HostState::Removed => HostState::Removed,
            _ => self.note(by, &host, to).await?,
        };
        // Somebody else may have removed it in between.
        if noted == HostState::Removed {
            return Err(removed(&host.name));
        }
        Ok(noted)
    }

    /// Removes a host for good. Without `force` only one of which a health manager knows that nothing is lost with it.
    pub(crate) async fn remove_host(&self, by: &Operator, name: &str, force: bool) -> Result<HostState> {
        let known = self.host(name).await?;
        if !force && known.host.state != HostState::Removed {
            known.check_removable()?;
        }
        self.note(by, &known.host, HostState::Removed).await
    }

    async fn note(&self, by: &Operator, host: &Host, to: HostState) -> Result<HostState> {
        let name = &host.name;
        let noted = self.store().set_host_state(name, to).await?;
        let noted = noted.ok_or_else(|| Refusal::not_found("host", name))?;
        let (account, from, to) = (by.account(), scheduling(host.state), scheduling(noted));
        tracing::info!(host = %name, %account, from, to, "an operator changed a host");
        self.wake(Nudge::Hosts).await;
        Ok(noted)
    }
}

impl KnownHost {
    fn check_removable(&self) -> Result<()> {
        let name = &self.host.name;
        let Some(HostStatus { state, instances, .. }) = &self.status else {
            return Err(Refusal::Conflict(format!(
                "no health manager tells what runs on host {name}: wait for one, or remove it with force"
            )));
        };
        let why = match (state, instances) {
            (Seen::Up, 0) => {
                "still reports: stop its agent first. Removed with force it registers anew while its agent runs"
                    .to_owned()
            }
            (Seen::Up, count) => format!(
                "has {count} instance(s): drain it first, or remove it with force, which terminates them"
            ),
            (Seen::Silent | Seen::Lost, 0) => return Ok(()),
            (Seen::Silent | Seen::Lost, count) => format!(
                "is not heard of and has {count} instance(s), which may run: remove it with force, which counts them as gone"
            ),
        };
        Err(Refusal::Conflict(format!("host {name} {why}")))
    }
}

fn removed(name: &HostName) -> Refusal {
    Refusal::Conflict(format!(
        "host {name} is removed: when its last instance has ended it is forgotten, and registers anew if its agent runs"
    ))
}
