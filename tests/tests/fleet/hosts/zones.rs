//! Scaling out and in over zones and hosts.

use super::{ALL, assert_balanced, group, site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zones_and_their_hosts_stay_balanced_while_a_group_grows_and_shrinks() {
    let Some(site) = site().await else { return };
    let rest = site.rest().await;
    group(&rest, "web", 3, 9).await;
    for desired in [3, 9, 6, 2] {
        rest.desire("web", desired).await;
        let count = usize::try_from(desired).unwrap();
        let begun = std::time::Instant::now();
        let per_host = site.exactly(&rest, "web", count, &ALL).await;
        eprintln!("{desired} after {:?}: {per_host:?}", begun.elapsed());
        assert_balanced(&per_host);
    }
    assert_eq!(site.tally.most(), 9, "alive at once, of at most 9");
}
