//! The controller: authenticates, validates, stores, nudges. What it serves is in [`routes`], each with its
//! documentation; what requests may hold is in [`validate`]; what they do is in [`service`].

mod auth;
mod configured;
mod error;
mod http;
mod routes;
mod service;
mod settings;
mod validate;

use std::sync::Arc;

use bus::Bus;
use cache::Cache;
use domain::{Clock, Ids};
use store::Store;
use tokio_util::sync::CancellationToken;

pub use http::{Live, ServeError, Server};
pub use settings::{MetricSource, Settings, TlsFiles};

/// A controller's surroundings.
#[derive(Clone)]
pub struct Deps {
    /// The truth.
    pub store: Arc<dyn Store>,
    /// Where the health manager is woken.
    pub bus: Arc<dyn Bus>,
    /// What is shared with other controllers for a short time.
    pub cache: Arc<dyn Cache>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// Source of identifiers.
    pub ids: Arc<dyn Ids>,
    /// Figures for operators.
    pub metrics: telemetry::Metrics,
    /// How the components of this process are.
    pub board: telemetry::StatusBoard,
    /// Addresses, keys, limits.
    pub settings: Arc<Settings>,
}

/// Binds and serves until `shutdown`, then finishes the requests it accepted.
///
/// # Errors
/// [`ServeError`] when it cannot listen, or ended by itself.
pub async fn run(deps: Deps, shutdown: CancellationToken) -> Result<(), ServeError> {
    Server::bind(deps)?.run(shutdown).await
}
