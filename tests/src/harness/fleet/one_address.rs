//! One address before several controllers, as a load balancer or a DNS name is.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Passes connections on to each server in turn, to the next one where one refuses.
pub struct OneAddress {
    port: u16,
    task: JoinHandle<()>,
}

impl OneAddress {
    /// Makes one before servers on these ports of the loopback.
    ///
    /// # Panics
    /// When the loopback has no free port.
    pub async fn before(ports: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let task = tokio::spawn(async move {
            let turn = AtomicUsize::new(0);
            while let Ok((client, _)) = listener.accept().await {
                let first = turn.fetch_add(1, Ordering::Relaxed) % ports.len().max(1);
                let order: Vec<u16> = ports
                    .iter()
                    .cycle()
                    .skip(first)
                    .take(ports.len())
                    .copied()
                    .collect();
                tokio::spawn(pass(client, order));
            }
        });
        Self { port, task }
    }

    /// The base URL behind it.
    #[must_use]
    pub fn target(&self) -> String {
        format!("http://localhost:{}/asgcc", self.port)
    }
}

impl Drop for OneAddress {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(mut client: TcpStream, servers: Vec<u16>) {
    for port in servers {
        if let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await {
            let _ended = copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
