//! The smallest HTTP client that keeps its connection: what it costs itself is not in the figures.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to the service.
pub struct Connection {
    stream: TcpStream,
    token: String,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(port: u16, token: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .expect("the service accepts");
        stream.set_nodelay(true).expect("a TCP connection");
        Self {
            stream,
            token: token.to_owned(),
            buffer: Vec::with_capacity(64 * 1024),
        }
    }

    /// One call; anything but 200 ends the benchmark.
    pub async fn call(&mut self, method: &str, path: &str, body: &str) {
        let request = format!(
            "{method} /asgcc/{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("the service reads");
        self.buffer.clear();
        while !self.whole() {
            let read = self
                .stream
                .read_buf(&mut self.buffer)
                .await
                .expect("the service answers");
            assert!(
                read > 0,
                "the service hung up: {}",
                String::from_utf8_lossy(&self.buffer)
            );
        }
        assert!(
            self.buffer.starts_with(b"HTTP/1.1 200"),
            "{method} {path}: {}",
            String::from_utf8_lossy(&self.buffer)
        );
    }

    /// Whether the head and as much body as it announces have come.
    fn whole(&self) -> bool {
        let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
            return false;
        };
        let head = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        match length {
            Some(length) => self.buffer.len() >= end + 4 + length,
            None => self.buffer.ends_with(b"0\r\n\r\n"),
        }
    }
}
