//! Who may use an installation whose configuration names nobody.

use config::{ApiKey, Config, Secret};
use domain::AccountName;

use crate::apikey;
use crate::datadir::DataDir;

/// The configuration with the installation's own account when it has no other.
pub(crate) fn complete(mut config: Config, data: &DataDir) -> anyhow::Result<Config> {
    if config.auth.is_empty() {
        let path = data.api_key();
        let made = apikey::load_or_make(&path, &target(&config))?;
        tracing::info!(user = made.user, file = %path.display(), "no accounts are configured: this one is ours");
        let account = AccountName::parse(&made.user)?;
        config.auth.insert(account, ApiKey::Plain(Secret::new(made.key)));
    }
    Ok(config)
}

/// Where `ms login` on this machine finds the controller.
fn target(config: &Config) -> String {
    let scheme = if config.controller.ssl { "https" } else { "http" };
    format!("{scheme}://localhost:{}/asgcc", config.controller.port)
}
