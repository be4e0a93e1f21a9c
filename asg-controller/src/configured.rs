//! The settings as the configuration file says them.

use std::net::SocketAddr;
use std::sync::Arc;

use config::{ApiKey, Config, SourceKind};
use sources::Source;

use crate::{MetricSource, Settings, TlsFiles};

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        let controller = &config.controller;
        let files = controller.ssl_cert.clone().zip(controller.ssl_key.clone());
        let exposed = |key: &ApiKey| match key {
            ApiKey::Plain(secret) | ApiKey::Hashed(secret) => secret.expose().to_owned(),
        };
        let keys = config
            .auth
            .iter()
            .map(|(account, key)| (account.clone(), exposed(key)));
        let hosts = config.hosts.iter();
        let sources = || config.metric_sources.iter();
        let server = |source| Source::declared(source).map(Arc::new);
        let kind = |kind: &SourceKind| match kind {
            SourceKind::Prometheus(_) => MetricSource::Prometheus,
            SourceKind::Http { .. } => MetricSource::Http,
            SourceKind::Push => MetricSource::Push,
        };
        Self {
            listen: SocketAddr::new(controller.address, controller.port),
            tls: files
                .filter(|_| controller.ssl)
                .map(|(cert, key)| TlsFiles { cert, key }),
            keys: keys.collect(),
            token_life: config.authorization.token_expiration,
            autoscaler_token: config
                .autoscaler
                .authorization_token
                .as_ref()
                .map(|t| t.expose().to_owned()),
            metrics_token: controller.metrics_token.as_ref().map(|t| t.expose().to_owned()),
            balancer_domain: config.load_balancer.domain.clone(),
            hourly_billing: config.instances.hourly_billing,
            instance_types: config.instance_types.clone(),
            metric_sources: sources()
                .map(|(name, source)| (name.clone(), kind(&source.kind)))
                .collect(),
            servers: sources()
                .filter_map(|(name, source)| Some((name.clone(), server(source)?)))
                .collect(),
            operators: controller.operators.clone(),
            hosts_zones: hosts
                .map(|host| (host.name.clone(), host.zones.clone()))
                .collect(),
            ..Self::default()
        }
    }
}
