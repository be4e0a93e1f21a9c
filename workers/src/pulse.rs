//! The engine's pulse: a host whose agent is away is not lost while a worker reaches its engine.

use std::convert::Infallible;

use domain::Message;
use tokio::time::{MissedTickBehavior, interval};

use crate::Deps;

/// Says at every interval that the engine answers, as long as it does.
pub(crate) async fn tell(deps: &Deps) -> Infallible {
    let mut beats = interval(deps.settings.pulse);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        match deps.engine.info().await {
            Ok(info) => say(deps, info.id).await,
            Err(error) => tracing::debug!(host = %deps.host, %error, "the engine has no pulse"),
        }
    }
}

async fn say(deps: &Deps, engine: domain::EngineId) {
    let message = Message::Engine {
        host: deps.host.clone(),
        engine,
    };
    if let Err(error) = deps.bus.publish(&message).await {
        tracing::debug!(host = %deps.host, %error, "the engine's pulse was not told");
    }
}
