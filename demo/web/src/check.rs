//! `--check`: asks the server on this port for its health, since an image from scratch has no curl to do so.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For the whole question and answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// # Errors
/// What is wrong, for people.
pub async fn healthy(port: u16) -> Result<(), String> {
    let answer = timeout(PATIENCE, ask(port)).await;
    let answer = answer.map_err(|_| format!("nothing answered on port {port} within 2 s"))?;
    let answer = answer.map_err(|error| format!("port {port}: {error}"))?;
    let line = answer.lines().next().unwrap_or_default();
    if line == "HTTP/1.1 200 OK" {
        Ok(())
    } else {
        Err(format!("port {port} answered {line:?}"))
    }
}

async fn ask(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream
        .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
