//! The service under its present settings, which may be replaced while it serves.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use arc_swap::ArcSwap;

use crate::Settings;
use crate::error::{Refusal, Result};
use crate::service::Service;

/// The service as new requests find it. A clone is the same one.
#[derive(Clone)]
pub struct Live(Arc<ArcSwap<Service>>);

impl Live {
    pub(super) fn new(service: Service) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(service)))
    }

    pub(super) fn now(&self) -> Arc<Service> {
        self.0.load_full()
    }

    /// Serves new requests under other settings; those under way end as they began. The address, TLS and limits of
    /// the server itself stay: `true` when all that changed has taken effect.
    pub fn reload(&self, settings: Settings) -> bool {
        let before = self.now();
        let old = before.settings();
        let whole =
            (old.listen, &old.tls, old.body_limit) == (settings.listen, &settings.tls, settings.body_limit);
        self.0.store(Arc::new(before.under(settings)));
        whole
    }
}

/// The service that a request began with.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Service>);

impl Shared {
    /// The service behind a request.
    pub(super) fn of(request: &HttpRequest) -> Result<Self> {
        let live = request.app_data::<Data<Live>>();
        live.map(|live| Self(live.now()))
            .ok_or_else(|| Refusal::Internal("the service is not set up".to_owned()))
    }
}

impl Deref for Shared {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.0
    }
}

impl FromRequest for Shared {
    type Error = Refusal;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
