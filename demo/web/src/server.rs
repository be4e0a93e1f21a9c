//! Connections: one request each, bounded in number and in time, so that a slow client harms only itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::http::{self, Response};
use crate::pages::Pages;

/// Connections served at once; further ones wait in the kernel's queue.
const CONNECTIONS: usize = 256;
/// For a client to send its request, and again to take the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// After an accept that failed, usually for want of file descriptors.
const BREATH: Duration = Duration::from_millis(50);
/// What is read of a request that was refused before its end, so that the refusal arrives.
const LEFTOVER: usize = 64 * 1024;

/// Serves for ever.
pub async fn run(listener: TcpListener) {
    let pages = Arc::new(Pages::new());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(BREATH).await;
            continue;
        };
        let pages = Arc::clone(&pages);
        tokio::spawn(async move {
            // A client that went away, or took too long, needs no answer.
            let _ = converse(stream, &pages).await;
            drop(place);
        });
    }
}

async fn converse(mut stream: TcpStream, pages: &Pages) -> std::io::Result<()> {
    let response = match timeout(PATIENCE, http::read_head(&mut stream)).await {
        Err(_) => Response::text(408, "the request did not arrive in time\n"),
        Ok(Err(error)) => return Err(error),
        Ok(Ok(None)) => return Ok(()),
        Ok(Ok(Some(head))) => match http::parse(&head) {
            Ok(request) => pages.answer(&request),
            Err(refusal) => refusal,
        },
    };
    timeout(PATIENCE, send(&mut stream, &response)).await?
}

/// Sends, and reads on for a while: closing with unread bytes would reset the connection under the answer.
async fn send(stream: &mut TcpStream, response: &Response) -> std::io::Result<()> {
    stream.write_all(&response.bytes()).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(LEFTOVER as u64);
    let mut buffer = [0; 4096];
    while rest.read(&mut buffer).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    async fn started() -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(run(listener));
        address
    }

    async fn told(address: std::net::SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn good_and_bad_requests_are_answered() {
        let address = started().await;
        let first = |answer: String| answer.lines().next().unwrap_or_default().to_owned();
        let ask = |request: &'static [u8]| async move { first(told(address, request).await) };
        assert_eq!(ask(b"GET /health HTTP/1.1\r\n\r\n").await, "HTTP/1.1 200 OK");
        assert_eq!(
            ask(b"GET /nowhere HTTP/1.1\r\n\r\n").await,
            "HTTP/1.1 404 Not Found"
        );
        assert_eq!(
            ask(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").await,
            "HTTP/1.1 405 Method Not Allowed"
        );
        assert_eq!(ask(b"\xff\xfe\x00\r\n\r\n").await, "HTTP/1.1 400 Bad Request");
        assert_eq!(
            ask(b"GET /burn?seconds=301 HTTP/1.1\r\n\r\n").await,
            "HTTP/1.1 400 Bad Request"
        );
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused_and_others_are_served() {
        let address = started().await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(b"GET / HT").await.unwrap();
        let endless = vec![b'x'; http::LONGEST_HEAD * 4];
        assert!(told(address, &endless).await.starts_with("HTTP/1.1 431 "));
        let answer = told(address, b"GET / HTTP/1.0\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }
}
