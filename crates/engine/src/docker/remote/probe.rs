//! The first question on a new connection: is there an engine, and does it talk to us?
//!
//! A handshake does not tell. A TLS 1.3 server judges our certificate after it, and ssh is silent until it fails.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// To be answered with a head alone, so that nothing is left on the connection.
const QUESTION: &[u8] = b"HEAD /_ping HTTP/1.1\r\nHost: docker\r\n\r\n";
const END: &[u8] = b"\r\n\r\n";
/// Heads are a few hundred bytes.
const LONGEST: usize = 16 * 1024;

/// Waits for the engine's answer, or says why there is none.
pub(super) async fn answers(link: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> Result<(), String> {
    let head = ask(link).await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&head);
    let first = text.lines().next().unwrap_or_default();
    match first.split(' ').nth(1) {
        Some("200") if head.ends_with(END) => Ok(()),
        _ => Err(format!("no Docker engine answers there, but: {first:?}")),
    }
}

async fn ask(link: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> std::io::Result<Vec<u8>> {
    link.write_all(QUESTION).await?;
    link.flush().await?;
    let mut head = Vec::new();
    while !head.windows(END.len()).any(|part| part == END) && head.len() < LONGEST {
        if link.read_buf(&mut head).await? == 0 {
            let closed = std::io::ErrorKind::UnexpectedEof;
            return Err(std::io::Error::new(
                closed,
                "the connection was closed before an answer",
            ));
        }
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    async fn judged(answer: &str) -> Result<(), String> {
        let (mut near, mut far) = tokio::io::duplex(64);
        let mut question = vec![0; QUESTION.len()];
        let answering = async {
            far.read_exact(&mut question).await.unwrap();
            far.write_all(answer.as_bytes()).await.unwrap();
            drop(far);
        };
        tokio::join!(answers(&mut near), answering).0
    }

    #[tokio::test]
    async fn only_an_engine_will_do() {
        assert_eq!(
            judged("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n\r\n").await,
            Ok(())
        );
        for (answer, said) in [
            ("", "closed before an answer"),
            ("HTTP/1.1 200 OK\r\n", "closed before an answer"),
            ("HTTP/1.0 400 Bad Request\r\n\r\nhttps, please", "400 Bad Request"),
            ("HTTP/1.1 200 OK\r\n\r\nwelcome", "200 OK"),
            ("220 mail.example.net\r\n\r\n", "220 mail.example.net"),
        ] {
            let why = judged(answer).await.unwrap_err();
            assert!(why.contains(said), "{answer:?}: {why}");
        }
    }
}
