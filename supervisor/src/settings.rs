//! Which configuration this process runs on.

use std::path::Path;

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

/// Refuses what this process cannot do yet, rather than doing something else.
pub(crate) fn require_embedded(backends: Backends) -> anyhow::Result<()> {
    match (backends.store, backends.bus) {
        (StoreKind::Embedded, BusKind::Memory) => Ok(()),
        (store, bus) => anyhow::bail!(
            "store {} with bus {}: this version has the embedded store and the memory bus only",
            store.as_str(),
            bus.as_str()
        ),
    }
}
