//! After a crash of everything: what the store acknowledged is there (I5).

use domain::{Group, Kind};
use store::{GroupQuery, Store};

use super::Checks;

impl Checks {
    /// Compares what the store holds with every write that it acknowledged.
    pub async fn compare(&self, store: &dyn Store) {
        if let Err(wrong) = self.differences(store).await {
            self.fail("I5", &wrong);
        }
    }

    async fn differences(&self, store: &dyn Store) -> Result<(), String> {
        let query = GroupQuery {
            deleted: true,
            limit: 1_000,
            ..GroupQuery::default()
        };
        let stored = store.groups(&query).await.map_err(|error| error.to_string())?;
        let documents = store
            .documents(Kind::LaunchConfiguration, None)
            .await
            .map_err(|error| error.to_string())?;
        let hosts = store.hosts().await.map_err(|error| error.to_string())?;
        let state = self.state();
        if let Some(host) = hosts
            .iter()
            .find(|host| state.hosts.part(&host.name) != Some(host.state))
        {
            return Err(format!(
                "{} is {:?}, which nobody acknowledged",
                host.name, host.state
            ));
        }
        if stored.len() != state.groups.len() {
            return Err(format!(
                "{} groups are stored, {} were acknowledged",
                stored.len(),
                state.groups.len()
            ));
        }
        for read in &stored {
            let same = |group: &Group| group.commits == read.value.commits && *group == read.value;
            let kept = state.groups.get(&read.value.id);
            if !kept.is_some_and(|kept| kept.revision == read.revision && same(&kept.group)) {
                return Err(format!("group {} is not as it was acknowledged", read.value.name));
            }
        }
        let mut stored = documents.iter().map(|read| &read.value);
        if documents.len() != state.documents.len()
            || !stored.all(|read| state.documents.values().any(|kept| kept == read))
        {
            return Err("a launch configuration is not as it was acknowledged".to_owned());
        }
        Ok(())
    }
}
