//! Whether the servers that a process uses answer, as readiness and the status board tell.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use store::Store;
use telemetry::{ComponentState, StatusBoard};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::parts::Shared;

/// For a server to answer.
const WITHIN: Duration = Duration::from_secs(2);
/// Between an answer and the next question.
const EVERY: Duration = Duration::from_secs(2);

/// What is wrong with the store.
pub(crate) async fn store_fault(store: &dyn Store) -> Option<String> {
    fault(store.ping()).await
}

/// What is wrong with the bus.
pub(crate) async fn bus_fault(bus: &dyn Bus) -> Option<String> {
    fault(bus.ping()).await
}

async fn fault<E: Display>(ping: impl Future<Output = Result<(), E>>) -> Option<String> {
    match timeout(WITHIN, ping).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("it does not answer".to_owned()),
    }
}

/// Tells on the board how the servers of this process are, until the tasks are dropped.
pub(crate) fn watch(shared: &Shared) -> JoinSet<()> {
    let (config, board) = (shared.config(), shared.watch.board.clone());
    let mut tasks = JoinSet::new();
    if let Ok(store) = shared.store() {
        let database = &config.database;
        let server = match &database.uri {
            Some(uri) => format!("MongoDB at {}", address(uri.expose())),
            None => format!("MongoDB at {}:{}", database.ip_address, database.port),
        };
        let ask = move || {
            let store = Arc::clone(&store);
            async move { store_fault(&*store).await }
        };
        tasks.spawn(tell("store", server, board.clone(), ask));
    }
    let addresses: Vec<_> = config.agent.nats.iter().map(|url| address(url)).collect();
    let (bus, server) = (shared.bus(), format!("NATS at {}", addresses.join(", ")));
    let ask = move || {
        let bus = Arc::clone(&bus);
        async move { bus_fault(&*bus).await }
    };
    tasks.spawn(tell("bus", server, board, ask));
    tasks
}

async fn tell<F>(name: &'static str, server: String, board: StatusBoard, ask: impl Fn() -> F)
where
    F: Future<Output = Option<String>>,
{
    loop {
        match ask().await {
            None => board.component(name, ComponentState::Running, ""),
            Some(why) => board.component(name, ComponentState::Degraded, format!("away: {server}: {why}")),
        }
        sleep(EVERY).await;
    }
}

/// The hosts of an address, without the user and the password that it may have.
fn address(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let hosts = rest.split(['/', '?']).next().unwrap_or_default();
    hosts.rsplit_once('@').map_or(hosts, |(_, hosts)| hosts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn an_address_is_told_without_who_logs_in() {
        for (url, told) in [
            ("nats://127.0.0.1:4222", "127.0.0.1:4222"),
            ("tls://user:s3cret@nats1:4222/", "nats1:4222"),
            ("mongodb://u:p@db1:1,db2:2/asg?tls=true", "db1:1,db2:2"),
            ("mongodb+srv://db.example?w=1", "db.example"),
            ("nats1:4222", "nats1:4222"),
        ] {
            assert_eq!(address(url), told, "{url}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_board_names_a_server_that_is_away_and_that_it_is_back() {
        let (board, asked) = (StatusBoard::new(), Arc::new(AtomicUsize::new(0)));
        let ask = move || {
            let turn = asked.fetch_add(1, Ordering::SeqCst);
            fault(async move {
                match turn {
                    0 | 3.. => Ok(()),
                    1 => Err("not connected"),
                    _ => std::future::pending().await,
                }
            })
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(tell("bus", "NATS at nats1:4222".to_owned(), board.clone(), ask));
        let mut seen = Vec::new();
        for _ in 0..12 {
            sleep(Duration::from_secs(1)).await;
            let bus = board.snapshot().components.remove(0);
            seen.push((bus.state, bus.message));
        }
        seen.dedup();
        let away = |why: &str| {
            (
                ComponentState::Degraded,
                format!("away: NATS at nats1:4222: {why}"),
            )
        };
        let well = (ComponentState::Running, String::new());
        let all = [
            well.clone(),
            away("not connected"),
            away("it does not answer"),
            well,
        ];
        assert_eq!(seen, all);
    }

    #[tokio::test]
    async fn a_database_that_is_away_is_named_without_what_the_driver_knows_of_it() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut config = config::Config::default();
        config.database.ip_address = "127.0.0.1".to_owned();
        config.database.port = port;
        config.database.pool_timeout = Duration::from_millis(300);
        let refused = crate::backends::mongodb(&config)
            .await
            .map(drop)
            .unwrap_err()
            .to_string();
        let named = format!("MongoDB does not answer at 127.0.0.1:{port}");
        assert!(
            refused.contains(&named) && refused.contains("refused"),
            "{refused}"
        );
        assert!(
            !refused.contains("Topology") && !refused.contains('{'),
            "{refused}"
        );
    }
}
