//! A socket in front of the engine's, whose connections a test can cut or hold up.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::SOCKET;

/// The proxy; dropped, it is gone.
pub struct Proxy {
    path: PathBuf,
    cut: Arc<Notify>,
    open: watch::Sender<bool>,
    hold: watch::Sender<String>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("microscaler-test-{}.sock", Uuid::now_v7()));
        let listener = UnixListener::bind(&path).unwrap();
        let (open, opened) = watch::channel(true);
        let (hold, held) = watch::channel(String::new());
        let cut = Arc::new(Notify::new());
        let accepting = tokio::spawn(accept(listener, Arc::clone(&cut), opened, held));
        Self {
            path,
            cut,
            open,
            hold,
            accepting,
        }
    }

    pub fn address(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    /// Cuts every connection, and each new one at once until [`Self::reopen`].
    pub fn cut(&self) {
        self.open.send_replace(false);
        self.cut.notify_waiters();
    }

    pub fn reopen(&self) {
        self.open.send_replace(true);
    }

    /// Passes requests whose first line contains the text to the engine no more: they wait for ever.
    pub fn hold(&self, text: &str) {
        self.hold.send_replace(text.to_owned());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn accept(
    listener: UnixListener,
    cut: Arc<Notify>,
    open: watch::Receiver<bool>,
    hold: watch::Receiver<String>,
) {
    while let Ok((client, _)) = listener.accept().await {
        if !*open.borrow() {
            continue;
        }
        let (cut, hold) = (Arc::clone(&cut), hold.borrow().clone());
        tokio::spawn(async move {
            tokio::select! {
                biased;
                () = cut.notified() => {}
                () = pass(client, hold) => {}
            }
        });
    }
}

async fn pass(mut client: UnixStream, hold: String) {
    let mut first = vec![0; 64 * 1024];
    let Ok(length) = client.read(&mut first).await else {
        return;
    };
    let request = String::from_utf8_lossy(&first[..length]);
    let line = request.lines().next().unwrap_or_default();
    if !hold.is_empty() && line.contains(&hold) {
        std::future::pending::<()>().await;
    }
    let mut engine = UnixStream::connect(SOCKET).await.unwrap();
    if engine.write_all(&first[..length]).await.is_ok() {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut engine).await;
    }
}
