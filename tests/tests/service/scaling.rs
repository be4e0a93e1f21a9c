//! Groups that change their size, stop, and go.

use std::collections::BTreeMap;

use api::documents::Instance;
use scenarios::harness::{DEADLINE, Image, Service, Setup, within};
use serde_json::json;

use super::{ids, short};

fn by_zone(instances: &[Instance]) -> BTreeMap<&str, usize> {
    let mut count = BTreeMap::new();
    for instance in instances {
        *count.entry(instance.availability_zone.as_str()).or_default() += 1;
    }
    count
}

#[tokio::test]
async fn growing_spreads_over_zones_and_shrinking_takes_the_oldest_of_the_fullest() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["z1", "z2"], 2, 8).await;
    rest.start("web").await;
    let two = rest.in_service("web", 2).await;
    assert_eq!(by_zone(&two), BTreeMap::from([("z1", 1), ("z2", 1)]));

    rest.desire("web", 3).await;
    let three = rest.in_service("web", 3).await;
    assert!(ids(&two).is_subset(&ids(&three)), "growing replaces nothing");
    let zones = by_zone(&three);
    let fullest = zones
        .iter()
        .max_by_key(|(_, count)| **count)
        .map(|(zone, _)| (*zone).to_owned())
        .unwrap();
    let oldest = two.iter().find(|i| i.availability_zone == fullest).unwrap();

    rest.desire("web", 2).await;
    let left = rest.in_service("web", 2).await;
    assert_eq!(by_zone(&left), BTreeMap::from([("z1", 1), ("z2", 1)]));
    assert!(
        !ids(&left).contains(&oldest.instance_id),
        "{oldest:?} stayed of {three:?}"
    );
    rest.told("web", "more than the desired capacity").await;

    let terminated = left[0].guid.clone();
    let path = format!("asgs/web/instances/{terminated}");
    let call = rest
        .client
        .call(reqwest::Method::DELETE, &path)
        .query("decrement", "true");
    call.send().await.unwrap();
    let last = rest.in_service("web", 1).await;
    assert_eq!(last[0].guid, left[1].guid);
    assert_eq!(rest.client.get("asgs/web").await.unwrap()["desired_capacity"], 1);
}

#[tokio::test]
async fn a_stopped_group_is_deleted_while_its_containers_go_and_its_name_is_free() {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    // A shell is deaf to SIGTERM: it goes only when it is killed, five seconds later.
    rest.launch("web", Image::Shell, 2).await;
    let old = rest.in_service("web", 2).await;
    rest.stop("web").await;
    assert_eq!(rest.client.get("asgs/web").await.unwrap()["state"], "stopped");
    rest.client.delete("asgs/web").await.unwrap();
    assert_eq!(
        service.engine.running(service.installation).await.len(),
        2,
        "they still go"
    );
    rest.client
        .put("lconfs/web", &json!({"image_id": Image::Stays.name()}))
        .await
        .unwrap();
    rest.group("web", "web", &["docker01"], 2, 4).await;
    rest.start("web").await;
    let new = rest.in_service("web", 2).await;
    assert!(ids(&new).is_disjoint(&ids(&old)));
    within(DEADLINE, "the old group's containers are gone", async || {
        let left = service.engine.containers(service.installation).await;
        (left.len() == 2).then_some(())
    })
    .await;
    assert_eq!(
        short(&service.engine.running(service.installation).await),
        ids(&new)
    );
    assert_eq!(
        ids(&rest.instances("web").await),
        ids(&new),
        "nothing of the old group hit the new one"
    );
}
