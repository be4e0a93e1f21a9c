//! What the leaders find in the store.

use domain::Epoch;
use futures_util::{StreamExt, stream};
use store::Store;

use super::super::installation::{GROUPS, HOSTS, group, host, template};

/// Instances of each group.
const EACH: u32 = 2;
/// As many as a store on a server has connections.
const AT_ONCE: usize = 5;

/// Stores the hosts of the large installation.
pub async fn add_hosts(store: &dyn Store) {
    for n in 0..HOSTS {
        store.put_host(&host(n)).await.expect("a host can be stored");
    }
}

/// Stores its groups, made its own by the leader of `epoch`.
pub async fn add_groups(store: &dyn Store, epoch: Epoch) {
    let template = template();
    stream::iter(0..GROUPS)
        .for_each_concurrent(AT_ONCE, |n| {
            let mut group = group(n, EACH, &template);
            group.epoch = epoch;
            async move {
                store.create_group(&group).await.expect("a group can be stored");
            }
        })
        .await;
}
