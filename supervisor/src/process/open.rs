//! The connections of a process, waited for: servers may come up after us, in any order.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use config::{Backends, Config, Deployment};
use domain::{Ids, InstallationId, SystemIds};
use tokio::time::sleep;

use super::beacon;
use crate::backends;
use crate::part::Part;
use crate::parts::Opened;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Opens what the component needs, trying again until every server answers. A server that must not be used, such as
/// one with a newer schema, is refused again at each attempt: the log says why, and readiness tells.
///
/// # Errors
/// A choice of back ends that cannot work.
pub(super) async fn patiently(part: Part, config: &Config) -> anyhow::Result<Opened> {
    let chosen = config.backends(Deployment::Split)?;
    let bus = again("the bus", || backends::bus(config, chosen)).await;
    if !part.needs_store() {
        let installation = again("the bus", || installation(&bus)).await;
        return Ok(opened(bus, None, installation));
    }
    let (store, installation) = again("the store", || store(config, chosen)).await;
    Ok(opened(bus, Some(store), installation))
}

fn opened(bus: Arc<dyn Bus>, store: Option<Arc<dyn store::Store>>, installation: InstallationId) -> Opened {
    Opened {
        bus,
        store,
        installation,
        alone: false,
    }
}

async fn store(config: &Config, chosen: Backends) -> anyhow::Result<(Arc<dyn store::Store>, InstallationId)> {
    let store = backends::store(config, chosen, None).await?;
    let installation = store.installation(InstallationId(SystemIds.fresh())).await?;
    Ok((store, installation))
}

/// An agent's own file knows no store: whoever opened it says whose containers these are.
async fn installation(bus: &Arc<dyn Bus>) -> anyhow::Result<InstallationId> {
    tracing::info!(
        "waiting for a controller, health manager or worker that tells which installation this is"
    );
    let told = beacon::installation(&**bus).await?;
    told.ok_or_else(|| anyhow::anyhow!("the bus closed"))
}

async fn again<T, F>(what: &str, mut attempt: impl FnMut() -> F) -> T
where
    F: Future<Output = anyhow::Result<T>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        match attempt().await {
            Ok(opened) => return opened,
            Err(error) => tracing::warn!(?pause, "{what} cannot be used yet: {error:#}"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
