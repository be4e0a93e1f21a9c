//! The service under its present settings, which may be replaced while it serves.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use arc_swap::ArcSwap;

use super::ServeError;
use super::tls::Certificate;
use crate::Settings;
use crate::error::Refusal;
use crate::service::Service;

/// The service as new requests find it. A clone is the same one.
#[derive(Clone)]
pub struct Live {
    service: Arc<ArcSwap<Service>>,
    /// `None` without TLS.
    certificate: Option<Certificate>,
}

impl Live {
    pub(super) fn new(service: Service, certificate: Option<Certificate>) -> Self {
        Self {
            service: Arc::new(ArcSwap::from_pointee(service)),
            certificate,
        }
    }

    pub(super) fn now(&self) -> Arc<Service> {
        self.service.load_full()
    }

    /// Serves new requests under other settings, and new connections with the certificate as its files hold it now;
    /// those under way end as they began. The address, whether there is TLS, and the limits of the server itself stay:
    /// `true` when all that changed has taken effect.
    ///
    /// # Errors
    /// [`ServeError::Tls`] when the certificate or its key cannot be used: then nothing changes.
    pub fn reload(&self, settings: Settings) -> Result<bool, ServeError> {
        let before = self.now();
        let old = before.settings();
        if let Some((certificate, files)) = self.certificate.as_ref().zip(settings.tls.as_ref()) {
            certificate.renew(files)?;
        }
        let fixed = |of: &Settings| (of.listen, of.tls.is_some(), of.body_limit);
        let whole = fixed(old) == fixed(&settings);
        self.service.store(Arc::new(before.under(settings)));
        Ok(whole)
    }
}

/// The service that a request began with.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Service>);

impl Shared {
    /// The service behind a request.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Refusal> {
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
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
