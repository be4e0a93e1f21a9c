//! What tests ask of the REST interface, in the words of the contract.

use std::time::Duration;

use api::client::path;
use api::documents::{Activity, Instance};
use serde_json::{Value, json};

use super::{DEADLINE, Image, within};

/// The REST interface as one account.
pub struct Rest {
    /// For calls that have no method here.
    pub client: api::Client,
}

impl Rest {
    pub(super) fn new(client: api::Client) -> Self {
        Self { client }
    }

    /// Creates a launch configuration of the smallest instance type.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn configuration(&self, name: &str, image: &str) {
        let body = json!({"name": name, "image_id": image, "instances_type": "t.test", "key": "key1"});
        self.client
            .post("lconfs", &body)
            .await
            .expect("a launch configuration is created");
    }

    /// Creates a stopped group of `desired` instances of a launch configuration, at most `max`, in these zones.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn group(&self, name: &str, configuration: &str, zones: &[&str], desired: u32, max: u32) {
        let body = json!({
            "name": name, "availability_zones": zones, "launch_configuration": configuration,
            "min_size": 0, "max_size": max, "desired_capacity": desired,
            "scale_out_cooldown": 60, "scale_in_cooldown": 60, "domain": "mydomain.net", "no_lb": true,
        });
        self.client.post("asgs", &body).await.expect("a group is created");
    }

    /// Creates and starts a group of an image, with a launch configuration of the group's name.
    ///
    /// # Panics
    /// When something of it is refused.
    pub async fn launch(&self, name: &str, image: Image, desired: u32) {
        self.configuration(name, image.name()).await;
        self.group(name, name, &["docker01"], desired, desired.max(8))
            .await;
        self.start(name).await;
    }

    /// Starts a group.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn start(&self, group: &str) {
        self.put(&path(&["asgs", group, "start"]), &json!({})).await;
    }

    /// Stops a group.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn stop(&self, group: &str) {
        self.put(&path(&["asgs", group, "stop"]), &json!({})).await;
    }

    /// Sets a group's desired capacity.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn desire(&self, group: &str, capacity: u32) {
        let body = json!({"desired_capacity": capacity});
        self.put(&path(&["asgs", group, "desired_capacity"]), &body).await;
    }

    async fn put(&self, path: &str, body: &Value) {
        let done = self.client.put(path, body).await;
        done.unwrap_or_else(|error| panic!("PUT {path}: {error}"));
    }

    /// A group's instances.
    ///
    /// # Panics
    /// When they cannot be read.
    pub async fn instances(&self, group: &str) -> Vec<Instance> {
        let read = self.client.get(&path(&["asgs", group, "instances"])).await;
        serde_json::from_value(read.expect("instances can be read")).expect("a list of instances")
    }

    /// A group's history, newest first.
    ///
    /// # Panics
    /// When it cannot be read.
    pub async fn activities(&self, group: &str) -> Vec<Activity> {
        let read = self.client.get(&path(&["asgs", group, "activities"])).await;
        serde_json::from_value(read.expect("activities can be read")).expect("a list of activities")
    }

    /// Waits until exactly these many instances are left of a group and all are RUNNING.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn in_service(&self, group: &str, count: usize) -> Vec<Instance> {
        self.settled(DEADLINE, group, count).await
    }

    /// As [`Self::in_service`], with a deadline of the caller's.
    ///
    /// # Panics
    /// When that takes too long.
    pub async fn settled(&self, deadline: Duration, group: &str, count: usize) -> Vec<Instance> {
        within(
            deadline,
            &format!("{group} has {count} instances in service"),
            async || {
                let instances = self.instances(group).await;
                let all = instances.len() == count && instances.iter().all(|i| i.status == "RUNNING");
                all.then_some(instances)
            },
        )
        .await
    }

    /// Waits for an activity of a group that says `text` in its description, cause or message.
    ///
    /// # Panics
    /// When none comes.
    pub async fn told(&self, group: &str, text: &str) -> Activity {
        within(
            DEADLINE,
            &format!("an activity of {group} says {text:?}"),
            async || {
                let says = |a: &Activity| {
                    [&a.description, &a.cause, &a.message]
                        .iter()
                        .any(|t| t.contains(text))
                };
                self.activities(group).await.into_iter().find(says)
            },
        )
        .await
    }
}
