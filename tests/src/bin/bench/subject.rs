//! A service under measurement, whatever it consists of.

use domain::InstallationId;
use domain::job::label;
use scenarios::harness::{Engine, Fleet, Rest, Service};

use super::events::Events;
use super::figures::Series;
use super::fleet::CONTROLLER;

/// Where it is called, and whose its containers are.
pub struct Subject {
    pub engine: Engine,
    pub installation: InstallationId,
    pub rest: Rest,
    pub port: u16,
    pub token: String,
}

impl Subject {
    /// Everything in one process.
    pub async fn embedded(service: &Service) -> Self {
        Self {
            engine: service.engine.clone(),
            installation: service.installation,
            rest: service.rest("user01").await,
            port: service.port(),
            token: service.token("user01").await,
        }
    }

    /// A process per component.
    pub async fn fleet(fleet: &Fleet) -> Self {
        let mut client = api::Client::new(&fleet.target(CONTROLLER), None).expect("a good target");
        let token = client
            .login("user01", "key")
            .await
            .expect("the account may log in");
        Self {
            engine: fleet.engine.clone(),
            installation: fleet.installation,
            rest: fleet.rest(CONTROLLER).await,
            port: fleet.member(CONTROLLER).port,
            token,
        }
    }

    /// Begins to measure what its containers do.
    pub async fn timed(self) -> Timed {
        let own = format!("{}={}", label::INSTALLATION, self.installation);
        Timed {
            events: Events::listen(&self.engine, &own).await,
            subject: self,
            took: Series::default(),
        }
    }
}

/// A service, the starts and ends of its containers, and how long it took so far.
pub struct Timed {
    pub subject: Subject,
    pub events: Events,
    pub took: Series,
}
