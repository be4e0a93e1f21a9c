//! The connection to the server: made, watched and made anew in the background, so that nobody waits for it.
//!
//! A call that fails or is late takes the connection away from all, and the keeper makes a new one a second later, when
//! the server does again what is asked of it. Between the two nothing is asked. The library's own ConnectionManager
//! makes a new connection when one breaks, but keeps one whose far end vanished without a word.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, RedisResult};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::Health;

/// Between two looks at the server, and after a failure until it is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// A connection that is there or not.
pub(super) struct Link {
    shared: Arc<Shared>,
    keeper: AbortHandle,
}

struct Shared {
    client: Client,
    /// For the server to answer.
    within: Duration,
    connection: ArcSwapOption<MultiplexedConnection>,
    health: watch::Sender<Health>,
    lost: Notify,
}

impl Link {
    /// Connects, in the background, to a server that does all of `probe`.
    pub(super) fn open(client: Client, within: Duration, probe: Pipeline) -> Self {
        let shared = Arc::new(Shared {
            client,
            within,
            connection: ArcSwapOption::empty(),
            health: watch::Sender::new(Health::Starting),
            lost: Notify::new(),
        });
        let keeper = tokio::spawn(Arc::clone(&shared).keep(probe)).abort_handle();
        Self { shared, keeper }
    }

    pub(super) fn health(&self) -> watch::Receiver<Health> {
        self.shared.health.subscribe()
    }

    /// The answer to a command, if there is one.
    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let mut connection = self.connection()?;
        let answer = self.shared.timely(command.query_async(&mut connection)).await;
        self.shared.heard(answer)
    }

    /// The answers to several commands, if there are any.
    pub(super) async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Option<T> {
        let mut connection = self.connection()?;
        let answer = self.shared.timely(commands.query_async(&mut connection)).await;
        self.shared.heard(answer)
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.shared.connection.load().as_deref().cloned()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Shared {
    fn heard<T>(&self, answer: Result<T, String>) -> Option<T> {
        answer.map_err(|why| self.away(why)).ok()
    }

    /// Asks nothing more of the server; says so once.
    fn away(&self, why: String) {
        self.connection.store(None);
        self.lost.notify_one();
        let first = self.health.send_if_modified(|health| {
            let first = !matches!(health, Health::Away(_));
            if first {
                *health = Health::Away(why.clone());
            }
            first
        });
        if first {
            tracing::warn!(
                server = %self.client.get_connection_info().addr(), why,
                "redis is away: tokens are checked in the store, login limits hold per process, a new leader looks back on nothing"
            );
        }
    }

    fn back(&self, connection: MultiplexedConnection) {
        self.connection.store(Some(Arc::new(connection)));
        let before = self.health.send_replace(Health::Available);
        let server = self.client.get_connection_info().addr();
        match before {
            Health::Away(_) => tracing::info!(%server, "redis is back"),
            Health::Starting => tracing::info!(%server, "redis answers"),
            Health::Available => {}
        }
    }

    /// Looks after the connection as long as there is somebody to use it.
    async fn keep(self: Arc<Self>, probe: Pipeline) {
        loop {
            let held = self.connection.load().as_deref().cloned();
            let fresh = held.is_none();
            let tried = match held {
                Some(held) => Ok(held),
                None => self.connect().await,
            };
            let tried = match tried {
                Ok(connection) => self.prove(connection, &probe).await,
                Err(why) => Err(why),
            };
            match tried {
                Ok(connection) if fresh => self.back(connection),
                Ok(_) => {}
                Err(why) => self.away(why),
            }
            self.pause().await;
        }
    }

    /// Until the next look: a second, which a loss begins anew.
    async fn pause(&self) {
        while timeout(PAUSE, self.lost.notified()).await.is_ok() {}
    }

    async fn connect(&self) -> Result<MultiplexedConnection, String> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.within))
            .set_response_timeout(Some(self.within));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config);
        self.timely(connection).await
    }

    async fn prove(
        &self,
        mut connection: MultiplexedConnection,
        probe: &Pipeline,
    ) -> Result<MultiplexedConnection, String> {
        self.timely(probe.exec_async(&mut connection)).await?;
        Ok(connection)
    }

    async fn timely<T>(&self, answer: impl Future<Output = RedisResult<T>>) -> Result<T, String> {
        match timeout(self.within, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {} ms", self.within.as_millis())),
        }
    }
}
