//! Liveness, readiness and figures of a process, for monitoring.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};

use actix_web::http::header;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context;
use telemetry::{ComponentState, Metrics};

use crate::parts::Shared;
use crate::servers::{bus_fault, store_fault};

/// What the probes look at; empty until the process is connected.
#[derive(Clone, Default)]
pub(super) struct Probes(Arc<OnceLock<Shared>>);

impl Probes {
    /// Answers on `address` as long as the process runs.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub(super) fn serve(&self, address: SocketAddr) -> anyhow::Result<()> {
        let listener = TcpListener::bind(address).with_context(|| format!("--probes {address}"))?;
        tracing::info!(address = %listener.local_addr()?, "answering probes");
        let probes = Data::new(self.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(probes.clone())
                .route("/live", web::get().to(HttpResponse::Ok))
                .route("/ready", web::get().to(ready))
                .route("/metrics", web::get().to(metrics))
        });
        let server = server.workers(1).disable_signals().listen(listener)?.run();
        tokio::spawn(server);
        Ok(())
    }

    /// From now on there is something to look at.
    pub(super) fn watch(&self, shared: Shared) {
        let _ = self.0.set(shared);
    }

    /// Why the process is not ready, if it is not.
    async fn fault(&self) -> Option<String> {
        let Some(shared) = self.0.get() else {
            return Some("not connected yet; the log says why".to_owned());
        };
        if let Ok(store) = shared.store()
            && store_fault(&*store).await.is_some()
        {
            return Some("the store does not answer".to_owned());
        }
        if let Some(why) = bus_fault(&*shared.bus()).await {
            return Some(format!("the bus does not answer: {why}"));
        }
        let components = shared.watch.board.snapshot().components;
        let ill = components
            .into_iter()
            .find(|c| c.state == ComponentState::Failed)?;
        Some(format!("{}: {}", ill.name, ill.message))
    }
}

async fn ready(probes: Data<Probes>) -> HttpResponse {
    match probes.fault().await {
        None => HttpResponse::Ok().body("ready\n"),
        Some(fault) => HttpResponse::ServiceUnavailable().body(fault + "\n"),
    }
}

async fn metrics(probes: Data<Probes>) -> HttpResponse {
    match probes.0.get() {
        Some(shared) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, Metrics::CONTENT_TYPE))
            .body(shared.watch.metrics.encode()),
        None => HttpResponse::ServiceUnavailable().body("not connected yet\n"),
    }
}
