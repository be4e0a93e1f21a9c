//! The store, the bus and the cache that the configuration chooses.

use std::sync::Arc;

use bus::{Bus, MemoryBus, NatsBus, NatsLimits, NatsOptions, NatsTls};
use cache::{Cache, Health, NoCache, RedisCache, RedisOptions, RedisTls};
use config::{Backends, BusKind, Config, Database, Secret, StoreKind};
use store::{EmbeddedStore, MongoOptions, MongoStore, Store};

use telemetry::ComponentState;
use tokio::sync::watch;

use crate::datadir::DataDir;
use crate::supervise::Watch;

/// Opens the MongoDB server of the configuration, whatever store it chooses.
pub(crate) async fn mongodb(config: &Config) -> anyhow::Result<MongoStore> {
    Ok(MongoStore::connect(&mongo(&config.database)).await?)
}

/// Opens the store.
pub(crate) async fn store(
    config: &Config,
    backends: Backends,
    data: Option<&DataDir>,
) -> anyhow::Result<Arc<dyn Store>> {
    match (backends.store, data) {
        (StoreKind::Embedded, Some(data)) => Ok(Arc::new(EmbeddedStore::open(&data.store())?)),
        (StoreKind::Embedded, None) => anyhow::bail!("an embedded store needs a data directory"),
        (StoreKind::MongoDb, _) => Ok(Arc::new(mongodb(config).await?)),
    }
}

/// Connects to the bus.
pub(crate) async fn bus(config: &Config, backends: Backends) -> anyhow::Result<Arc<dyn Bus>> {
    match backends.bus {
        BusKind::Memory => Ok(Arc::new(MemoryBus::new())),
        BusKind::Nats => Ok(Arc::new(NatsBus::connect(nats(config)).await?)),
    }
}

/// What is shared with other processes; one that is `alone` with its store shares nothing.
pub(crate) fn cache(config: &Config, alone: bool, watch: &Watch) -> anyhow::Result<Arc<dyn Cache>> {
    if alone {
        return Ok(Arc::new(NoCache::new()));
    }
    let files = config.redis_tls.clone().unwrap_or_default();
    let cache = RedisCache::open(RedisOptions {
        url: config.redis.clone(),
        prefix: config.nats.prefix.clone(),
        tls: RedisTls {
            identity: files.identity(),
            ca: files.ca,
        },
        within: RedisOptions::WITHIN,
    })?;
    if let Some(health) = cache.health() {
        tokio::spawn(tell(health, watch.clone()));
    }
    Ok(Arc::new(cache))
}

/// Tells how the cache is, as long as there is one.
async fn tell(mut health: watch::Receiver<Health>, watch: Watch) {
    loop {
        let (state, message) = match &*health.borrow_and_update() {
            Health::Starting => (ComponentState::Starting, String::new()),
            Health::Available => (ComponentState::Running, String::new()),
            Health::Away(why) => (ComponentState::Degraded, format!("away: {why}")),
        };
        watch.metrics.cache_available(state == ComponentState::Running);
        watch.board.component("redis", state, message);
        if health.changed().await.is_err() {
            return;
        }
    }
}

fn mongo(database: &Database) -> MongoOptions {
    let login = |login: &config::Login| store::Login {
        database: login.db.clone(),
        user: login.user.clone(),
        password: exposed(login.password.as_ref()),
    };
    MongoOptions {
        address: database.ip_address.clone(),
        port: database.port,
        uri: exposed(database.uri.as_ref()),
        pool_size: database.pool_size,
        pool_timeout: database.pool_timeout,
        auth: login(&database.auth),
        asg: login(&database.asg),
        tls: database.tls.clone().map(|files| store::Tls {
            ca: files.ca,
            cert: files.cert,
            key: files.key,
        }),
    }
}

fn nats(config: &Config) -> NatsOptions {
    let nats = &config.nats;
    let login = match (&nats.user, &nats.token, &nats.credentials) {
        (Some(user), _, _) => bus::Login::Password {
            user: user.clone(),
            password: exposed(nats.password.as_ref()).unwrap_or_default(),
        },
        (None, Some(token), _) => bus::Login::Token(token.expose().to_owned()),
        (None, None, Some(file)) => bus::Login::CredentialsFile(file.clone()),
        (None, None, None) => bus::Login::None,
    };
    let files = nats.tls.clone().unwrap_or_default();
    NatsOptions {
        login,
        tls: NatsTls {
            identity: files.identity(),
            ca: files.ca,
        },
        prefix: nats.prefix.clone(),
        urls: config.agent.nats.clone(),
        limits: NatsLimits {
            replicas: nats.replicas,
            ..NatsLimits::default()
        },
    }
}

fn exposed(secret: Option<&Secret>) -> Option<String> {
    secret.map(|secret| secret.expose().to_owned())
}
