//! What is to be followed: what the policies of started groups look at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::sources::Series;
use domain::{GroupId, GroupState};
use tokio_util::task::AbortOnDropHandle;

use super::read::Reader;
use super::{Followed, Key, Sources};
use crate::manager::Manager;

impl Sources {
    /// Follows these from now on, and no others.
    pub(super) fn follow(&mut self, wanted: BTreeMap<Key, BTreeSet<GroupId>>) {
        self.followed.retain(|key, _| wanted.contains_key(key));
        for (key, groups) in wanted {
            match self.followed.get_mut(&key) {
                Some(followed) => followed.groups = groups,
                None => {
                    let reader = self.reader(&key).map(|reader| tokio::spawn(reader.run()));
                    let followed = Followed {
                        series: Series::default(),
                        groups,
                        _reader: reader.map(AbortOnDropHandle::new),
                    };
                    self.followed.insert(key, followed);
                }
            }
        }
    }

    fn reader(&self, key: &Key) -> Option<Reader> {
        let declared = self.declared.get(&key.source)?;
        Some(Reader {
            key: key.clone(),
            server: declared.server.clone()?,
            every: declared.interval,
            turns: [Arc::clone(&declared.turns), Arc::clone(&self.turns)],
            tell: self.tell.clone(),
        })
    }
}

impl Manager {
    /// Begins to follow what policies look at now, and ends to follow what none looks at any more.
    pub(in crate::scaling) fn watch_sources(&mut self) {
        let scaling = &mut self.scaling;
        if scaling.sources.declared.is_empty() {
            return;
        }
        let mut wanted: BTreeMap<Key, BTreeSet<GroupId>> = BTreeMap::new();
        let started = |group: &&domain::Group| group.state == GroupState::Started && !group.deleted;
        for group in self.cache.groups().filter(started) {
            let policies = scaling.policies.of(group).unwrap_or_default();
            for policy in policies.iter().filter(|policy| !policy.is_sampled()) {
                if let Some((key, _)) = scaling.sources.key(&group.account, policy) {
                    wanted.entry(key).or_default().insert(group.id);
                }
            }
        }
        scaling.sources.follow(wanted);
    }
}
