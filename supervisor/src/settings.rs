//! Which configuration this process runs on.

use std::path::Path;

use anyhow::Context;
use config::{Backends, BusKind, Config, ConfigError, Deployment, StoreKind};

/// Reads the configuration file, where there is one, and says what is odd about it. Without one the service is for
/// this machine alone.
pub(crate) fn read(explicit: Option<&Path>) -> Result<Config, ConfigError> {
    let Some(path) = config::find(explicit) else {
        tracing::info!("no configuration file: listening on the loopback only");
        return Ok(Config::default());
    };
    let loaded = config::load_for(&path, Deployment::Single)?;
    tracing::info!(file = %path.display(), "configuration");
    for warning in &loaded.warnings {
        tracing::warn!(file = %path.display(), "{warning}");
    }
    Ok(loaded.config)
}

/// Refuses a configuration that this process cannot run on: rather than doing something else, or failing later.
pub(crate) fn require_usable(config: &Config) -> anyhow::Result<()> {
    let tls = [
        ("controller.ssl_cert", &config.controller.ssl_cert),
        ("controller.ssl_key", &config.controller.ssl_key),
    ];
    let named = tls.into_iter().filter(|_| config.controller.ssl);
    for (key, file) in named.chain([("docker.config_json", &config.docker.config_json)]) {
        if let Some(path) = file {
            let opened = std::fs::File::open(path);
            opened.with_context(|| format!("{key}: {}: expected a file that can be read", path.display()))?;
        }
    }
    require_embedded(config.backends(Deployment::Single)?)
}

fn require_embedded(backends: Backends) -> anyhow::Result<()> {
    match (backends.store, backends.bus) {
        (StoreKind::Embedded, BusKind::Memory) => Ok(()),
        (store, bus) => anyhow::bail!(
            "store {} with bus {}: this version has the embedded store and the memory bus only",
            store.as_str(),
            bus.as_str()
        ),
    }
}
