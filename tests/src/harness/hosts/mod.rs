//! A fleet over several Docker hosts: each with an engine of its own, behind a network that can be cut.

mod host;
mod network;
mod tally;

use std::collections::BTreeMap;

use domain::job::label;
use futures_util::future::join_all;
use serde_json::{Value, json};
use test_servers::Mongo;
use test_servers::nats::Nats;

use super::fleet::newest;
use super::{DEADLINE, Fleet, Rest, Setup, told};

pub use host::DockerHost;
pub use network::{Cut, Network};
pub use tally::{Happened, Tally};

/// The hosts and their zones.
pub const HOSTS: [(&str, &str); 3] = [("h1", "a"), ("h2", "a"), ("h3", "b")];
/// The health managers, beside which a controller runs.
pub const MANAGERS: [&str; 2] = ["health-manager", "second"];
/// Instances that each of them has room for.
const ROOM: u32 = 4;
/// Numbers of hosts in their network begin here.
const FIRST: u8 = 11;

/// A fleet: on this machine its servers, a controller and two health managers; an engine, an agent and workers on each
/// of three hosts. Dropped, it leaves nothing behind.
pub struct Site {
    hosts: Vec<DockerHost>,
    /// What runs on this machine.
    pub fleet: Fleet,
    /// What runs on the hosts, from the beginning on.
    pub tally: Tally,
    network: Network,
}

impl Site {
    /// Builds it; `None`, said aloud, where there are no servers. `health_manager` is that section of its configuration.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start(health_manager: Value) -> Option<Self> {
        let network = Network::new();
        let address = network.address();
        let (mongo, nats) = (Mongo::start_on(&address)?, Nats::start_on(&address, newest())?);
        let numbered = (FIRST..).zip(HOSTS);
        let mut hosts: Vec<DockerHost> = numbered
            .map(|(number, (name, zone))| DockerHost::new(&network, number, name, zone))
            .collect();
        join_all(hosts.iter_mut().map(|host| host.boot(&network))).await;
        let known: Vec<_> = HOSTS
            .iter()
            .map(|(name, zone)| json!({"name": name, "zones": [zone], "capacity": {"instances": ROOM}}))
            .collect();
        let url = nats.url();
        let engine = hosts.first()?.engine.clone();
        let mut fleet = Fleet::prepare_on(Setup::new(), engine, mongo, nats).await?;
        fleet.setup = fleet
            .setup
            .clone()
            .section("hosts", json!(known))
            .section("health_manager", health_manager)
            // Samples decide nothing here.
            .section(
                "agent",
                json!({"nats": url, "poller_interval": 1, "sample_interval": 60}),
            );
        fleet.add("asg-controller", "asg-controller");
        for name in MANAGERS {
            fleet.add(name, "health-manager");
        }
        let mut tally = Tally::new(fleet.installation);
        for host in &mut hosts {
            tally.watch(&host.name, &host.engine);
            host.join(&fleet);
        }
        let site = Self {
            fleet,
            tally,
            hosts,
            network,
        };
        site.ready().await;
        Some(site)
    }

    async fn ready(&self) {
        for name in self.fleet.names() {
            self.fleet.member(&name).ready().await;
        }
        for host in &self.hosts {
            host.ready().await;
        }
        let rest = self.rest().await;
        for (name, _) in HOSTS {
            self.shown(&rest, name, "up").await;
        }
    }

    /// The REST interface as the first account.
    ///
    /// # Panics
    /// When nothing answers.
    pub async fn rest(&self) -> Rest {
        self.fleet.rest("asg-controller").await
    }

    /// Waits until the status shows a host in a state.
    ///
    /// # Panics
    /// When it does not.
    pub async fn shown(&self, rest: &Rest, host: &str, state: &str) {
        told(DEADLINE, &format!("{host} is shown {state}"), async || {
            let status = rest.client.get("status").await.map_err(|e| e.to_string())?;
            let hosts = status["hosts"].as_array().ok_or("no hosts")?.iter();
            let is = |shown: &&Value| shown["name"] == host && shown["state"] == state;
            hosts.clone().find(is).map(|_| ()).ok_or_else(|| {
                let each = hosts.map(|h| format!("{} {}", h["name"], h["state"]));
                each.collect::<Vec<_>>().join(", ")
            })
        })
        .await;
    }

    /// A host.
    ///
    /// # Panics
    /// When none has that name.
    #[must_use]
    pub fn host(&self, name: &str) -> &DockerHost {
        self.hosts
            .iter()
            .find(|host| host.name == name)
            .expect("a host of this site")
    }

    /// A host, to be changed.
    ///
    /// # Panics
    /// When none has that name.
    pub fn host_mut(&mut self, name: &str) -> &mut DockerHost {
        self.hosts
            .iter_mut()
            .find(|host| host.name == name)
            .expect("a host of this site")
    }

    /// Cuts a host off; what runs there does not count any more.
    pub fn cut(&self, host: &str, cut: Cut) {
        self.host(host).cut(&self.network, cut);
        self.tally.excuse(host);
    }

    /// Connects a host again; what runs there counts again once [`Tally::readmit`] says so.
    pub fn heal(&self, host: &str) {
        self.host(host).heal(&self.network);
    }

    /// Ends all that runs on a host.
    pub fn power_off(&mut self, host: &str) {
        self.host_mut(host).power_off();
        self.tally.killed(host);
    }

    /// Switches a host on again, with what its disk has, and waits until its agent and workers are there.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn power_on(&mut self, host: &str) {
        let known = self.hosts.iter_mut().find(|known| known.name == host);
        let known = known.expect("a host of this site");
        known.boot(&self.network).await;
        self.tally.watch(host, &known.engine);
        known.join(&self.fleet);
        known.ready().await;
    }

    /// Waits until a group has exactly these many instances, each running as a container of its own, and until there are
    /// no other containers on `hosts`; how many run on each of those.
    ///
    /// # Panics
    /// When it does not come to that.
    pub async fn exactly(
        &self,
        rest: &Rest,
        group: &str,
        count: usize,
        hosts: &[&str],
    ) -> BTreeMap<String, usize> {
        told(
            DEADLINE,
            &format!("{count} instances of {group} on {hosts:?}, and no other container"),
            async || self.counted(rest, group, count, hosts).await,
        )
        .await
    }

    async fn counted(
        &self,
        rest: &Rest,
        group: &str,
        count: usize,
        hosts: &[&str],
    ) -> Result<BTreeMap<String, usize>, String> {
        let of = self.fleet.installation;
        let (mut found, mut per_host) = (Vec::new(), BTreeMap::new());
        for host in hosts {
            let engine = &self.host(host).engine;
            let containers = engine.containers(of).await;
            per_host.insert((*host).to_owned(), engine.running(of).await.len());
            found.extend(
                containers
                    .into_iter()
                    .filter_map(|c| c.labels?.remove(label::RECORD)),
            );
        }
        let listed = rest.client.get(&format!("asgs/{group}/instances")).await;
        let listed = listed.map_err(|error| error.to_string())?;
        let everywhere = listed.as_array().ok_or("no list")?.iter();
        // Those of a host that is not looked at are lost, and shown until it is back.
        let listed = everywhere.filter(|i| i["host"].as_str().is_some_and(|host| hosts.contains(&host)));
        let shown: Vec<String> = listed
            .clone()
            .map(|i| format!("{} {} on {}", i["hostname"], i["status"], i["host"]))
            .collect();
        let running = listed.filter(|i| i["status"] == "RUNNING");
        let mut records: Vec<_> = running.filter_map(|i| i["guid"].as_str()).collect();
        records.sort_unstable();
        found.sort();
        let alive: usize = per_host.values().sum();
        let settled = [found.len(), alive, records.len(), shown.len()] == [count; 4] && found == records;
        if settled {
            return Ok(per_host);
        }
        Err(format!(
            "containers: {} in all, running {per_host:?}; records: {shown:#?}",
            found.len()
        ))
    }
}
