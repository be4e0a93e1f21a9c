//! What a group needs of the hosts and documents around it.

use domain::{AccountName, Group, GroupSpec, GroupState, HostState, Kind, ZoneName};

use super::Service;
use super::references::Reference;
use crate::error::{Refusal, Result};

impl Service {
    /// Refuses a zone that no known host serves; a removed one serves none. While no host is known, every zone may
    /// yet be served.
    pub(super) async fn check_zones(&self, zones: &[ZoneName]) -> Result<()> {
        let registered = self.store().hosts().await?;
        let (removed, present): (Vec<_>, Vec<_>) = registered
            .iter()
            .partition(|host| host.state == HostState::Removed);
        let configured = self.settings().hosts_zones.iter();
        let configured = configured.filter(|(name, _)| !removed.iter().any(|host| host.name == **name));
        let hosts: Vec<&[ZoneName]> = present
            .iter()
            .map(|host| host.zones.as_slice())
            .chain(configured.map(|(_, zones)| zones.as_slice()))
            .collect();
        let serves = |zones: &&[ZoneName], zone: &ZoneName| zones.is_empty() || zones.contains(zone);
        let unserved = |zone: &&ZoneName| !hosts.is_empty() && !hosts.iter().any(|zones| serves(zones, zone));
        match zones.iter().find(unserved) {
            None => Ok(()),
            Some(zone) => Err(Refusal::field(
                "availability_zones",
                format!("{:?} is served by no known host", zone.as_str()),
            )),
        }
    }

    /// Checks what a change brings in: zones that are new or about to be used, and, for a group that is to run,
    /// the documents that it did not rest on before.
    pub(super) async fn check_surroundings(&self, before: &Group, after: &Group) -> Result<()> {
        let starts = runs(after) && !runs(before);
        if starts || before.spec.availability_zones != after.spec.availability_zones {
            self.check_zones(&after.spec.availability_zones).await?;
        }
        let (old, new) = (Reference::all(before), Reference::all(after));
        for reference in new.difference(&old) {
            self.check_document(&after.account, reference).await?;
        }
        Ok(())
    }

    async fn check_document(&self, account: &AccountName, reference: &Reference) -> Result<()> {
        let (kind, name) = (reference.kind, &reference.name);
        let found = self.store().document(kind, account, name).await?;
        let found = found.ok_or_else(|| reference.missing())?;
        let domain::Body::LaunchConfiguration(body) = found.value.body else {
            return Ok(());
        };
        if self.settings().instance_types.contains_key(&body.instances_type) {
            return Ok(());
        }
        Err(Refusal::field(
            "launch_configuration",
            format!(
                "{name:?} has instances_type {:?}, which is not known (any more)",
                body.instances_type.as_str()
            ),
        ))
    }
}

/// Whether a group's instances are wanted or kept, so that it rests on documents.
pub(super) fn runs(group: &Group) -> bool {
    !group.deleted && group.state != GroupState::Stopped
}

/// The documents that a specification names.
pub(super) fn named(spec: &GroupSpec) -> impl Iterator<Item = (Kind, &str)> {
    let configuration = (Kind::LaunchConfiguration, spec.launch_configuration.as_str());
    let balancer = spec.load_balancer.as_ref();
    std::iter::once(configuration).chain(balancer.map(|name| (Kind::LoadBalancer, name.as_str())))
}
