//! The sections of the file, one module each: what it holds, its defaults, and how it is read.

pub(crate) mod agent;
pub(crate) mod authorization;
pub(crate) mod autoscaler;
pub(crate) mod controller;
pub(crate) mod database;
pub(crate) mod docker;
pub(crate) mod engine;
pub(crate) mod health_manager;
pub(crate) mod history;
pub(crate) mod hosts;
pub(crate) mod instance_manager;
pub(crate) mod instance_types;
pub(crate) mod instances;
pub(crate) mod load_balancer;
pub(crate) mod login_keys;
pub(crate) mod metric_sources;
pub(crate) mod nats;

use std::collections::BTreeMap;

use domain::{AccountName, InstanceType, TypeName};

use crate::backends::{self, Backends, BusKind, Clash, Deployment, StoreKind};
use crate::yaml::{Document, Section, values};
use crate::{
    Agent, ApiKey, Authorization, Autoscaler, ConfigError, Controller, Database, Docker, DockerHost,
    HealthManager, History, InstanceManager, Instances, LoadBalancer, Loaded, MetricSource, Nats,
};

/// What runs instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// Docker engines.
    #[default]
    Docker,
}

/// The whole configuration, named as the file names it. The default is that of a start without a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What runs instances.
    pub driver: Driver,
    /// The REST service.
    pub controller: Controller,
    /// Where the truth is kept; `None` leaves it to the deployment. See [`Config::backends`].
    pub store: Option<StoreKind>,
    /// What carries jobs and reports; `None` is what the store needs. See [`Config::backends`].
    pub bus: Option<BusKind>,
    /// The MongoDB server, when it is the store.
    pub database: Database,
    /// Who we are to the NATS server, when it is the bus.
    pub nats: Nats,
    /// Address of the Redis server of a distributed service.
    pub redis: String,
    /// Files for TLS to the Redis server, where its address begins with `rediss://`.
    pub redis_tls: Option<nats::TlsFiles>,
    /// Login tokens.
    pub authorization: Authorization,
    /// What groups with a load balancer share.
    pub load_balancer: LoadBalancer,
    /// The decider.
    pub health_manager: HealthManager,
    /// Launching and stopping.
    pub instance_manager: InstanceManager,
    /// What all instances share.
    pub instances: Instances,
    /// The local engine, and what containers get on every one.
    pub docker: Docker,
    /// The autoscaler that may set capacities of all accounts.
    pub autoscaler: Autoscaler,
    /// Accounts and their API keys.
    pub auth: BTreeMap<AccountName, ApiKey>,
    /// The agents on the hosts.
    pub agent: Agent,
    /// The types that launch configurations may name.
    pub instance_types: BTreeMap<TypeName, InstanceType>,
    /// The known Docker hosts; when empty, those whose agents register, else the local engine.
    pub hosts: Vec<DockerHost>,
    /// What is kept of the past.
    pub history: History,
    /// Where the figures of policies come from beside the agents, by name.
    pub metric_sources: BTreeMap<String, MetricSource>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            driver: Driver::default(),
            controller: Controller::default(),
            store: None,
            bus: None,
            database: Database::default(),
            nats: Nats::default(),
            redis: "redis://localhost:6379".to_owned(),
            redis_tls: None,
            authorization: Authorization::default(),
            load_balancer: LoadBalancer::default(),
            health_manager: HealthManager::default(),
            instance_manager: InstanceManager::default(),
            instances: Instances::default(),
            docker: Docker::default(),
            autoscaler: Autoscaler::default(),
            auth: BTreeMap::new(),
            agent: Agent::default(),
            instance_types: instance_types::default_types(),
            hosts: Vec::new(),
            history: History::default(),
            metric_sources: BTreeMap::new(),
        }
    }
}

impl Config {
    /// The store and the bus of a deployment: those that are named, else its defaults.
    ///
    /// # Errors
    /// [`ConfigError::Combination`] when they cannot work together or not in this deployment.
    pub fn backends(&self, deployment: Deployment) -> Result<Backends, ConfigError> {
        Ok(backends::choose(self.store, self.bus, deployment)?)
    }
}

/// Reads a file and checks that its parts go together.
pub(crate) fn read(document: &Document, deployment: Option<Deployment>) -> Result<Loaded, ConfigError> {
    let (config, warnings) = Section::whole(document, |root| {
        let config = read_sections(root)?;
        let suits = match deployment {
            Some(deployment) => backends::choose(config.store, config.bus, deployment).map(drop),
            None => backends::suit(config.store, config.bus),
        };
        suits.map_err(|clash| located(root, clash))?;
        Ok(config)
    })?;
    Ok(Loaded { config, warnings })
}

fn located(root: &Section<'_>, clash: Clash) -> ConfigError {
    match root.get(clash.key) {
        Some(found) => found.refused(clash.expected),
        None => clash.into(),
    }
}

fn read_sections(root: &Section<'_>) -> Result<Config, ConfigError> {
    let default = Config::default();
    let docker = root.section("docker", docker::read)?;
    let tls = docker.tls.clone();
    let auth = login_keys::read(root)?;
    Ok(Config {
        driver: root.or(
            "driver",
            default.driver,
            values::one_of(&[("docker", Driver::Docker)]),
        )?,
        controller: root.section("controller", |section| controller::read(section, &auth))?,
        store: root.opt(
            "store",
            values::one_of(&[("embedded", StoreKind::Embedded), ("mongodb", StoreKind::MongoDb)]),
        )?,
        bus: root.opt(
            "bus",
            values::one_of(&[("memory", BusKind::Memory), ("nats", BusKind::Nats)]),
        )?,
        database: root.section("database", database::read)?,
        nats: root.section("nats", nats::read)?,
        redis: root.or("redis", default.redis, values::server(&["redis", "rediss"]))?,
        redis_tls: nats::read_tls(root, "redis_tls")?,
        authorization: root.section("authorization", authorization::read)?,
        load_balancer: root.section("load_balancer", load_balancer::read)?,
        health_manager: root.section("health_manager", health_manager::read)?,
        instance_manager: root.section("instance_manager", instance_manager::read)?,
        instances: root.section("instances", instances::read)?,
        docker,
        autoscaler: root.section("autoscaler", autoscaler::read)?,
        auth,
        agent: root.section("agent", agent::read)?,
        instance_types: instance_types::read(root)?,
        hosts: hosts::read(root, tls.as_ref())?,
        history: root.section("history", history::read)?,
        metric_sources: metric_sources::read(root)?,
    })
}
