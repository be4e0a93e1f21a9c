//! Which configuration this process runs on.

use std::path::Path;

use config::{Backends, BusKind, Config, ConfigError, Deployment, StoreKind};

use crate::files;

/// Reads the configuration file, where there is one, and says what is odd about it. Without one the service is for
/// this machine alone.
pub(crate) fn read(explicit: Option<&Path>, deployment: Deployment) -> Result<Config, ConfigError> {
    let Some(path) = config::find(explicit) else {
        tracing::info!("no configuration file: listening on the loopback only");
        return Ok(Config::default());
    };
    let loaded = config::load_for(&path, deployment)?;
    tracing::info!(file = %path.display(), "configuration");
    for warning in &loaded.warnings {
        tracing::warn!(file = %path.display(), "{warning}");
    }
    Ok(loaded.config)
}

/// Reads the configuration and refuses one that this process cannot run on.
pub(crate) fn usable(explicit: Option<&Path>, deployment: Deployment) -> anyhow::Result<Config> {
    let config = read(explicit, deployment)?;
    require_usable(&config, deployment)?;
    Ok(config)
}

/// Refuses a configuration that this process cannot run on: rather than doing something else, or failing later.
pub(crate) fn require_usable(config: &Config, deployment: Deployment) -> anyhow::Result<()> {
    files::check(config)?;
    let Backends { store, bus } = config.backends(deployment)?;
    if (store, bus) == (StoreKind::Embedded, BusKind::Nats) {
        tracing::info!("the bus is a NATS server, and the store this process's own");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn why_a_file_cannot_be_read_is_told_once() {
        let missing = Path::new("/nonexistent/microscaler.yml");
        let error = usable(Some(missing), Deployment::Single).unwrap_err();
        let said = format!("{error:#}");
        assert!(said.starts_with("/nonexistent/microscaler.yml: "), "{said}");
        assert_eq!(said.matches("os error 2").count(), 1, "{said}");
    }
}
