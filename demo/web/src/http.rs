//! As much of HTTP as the demo needs: a bounded head, a request line, an answer that closes the connection.

use std::collections::BTreeMap;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes of a request line and its headers.
pub const LONGEST_HEAD: usize = 8 * 1024;

/// A request, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Without the query.
    pub path: String,
    /// Names and values of the query, undecoded: numbers need no escapes.
    pub query: BTreeMap<String, String>,
    /// Only the headers are wanted.
    pub head_only: bool,
}

/// An answer of plain text.
#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Send the headers alone.
    pub head_only: bool,
}

impl Response {
    /// Plain text.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
            head_only: false,
        }
    }

    /// As it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let (status, reason) = (self.status, reason(self.status));
        let length = self.body.len();
        let allow = if status == 405 { "Allow: GET, HEAD\r\n" } else { "" };
        let body = if self.head_only { "" } else { &self.body };
        format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\n{allow}\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        431 => "Request Header Fields Too Large",
        _ => "Bad Request",
    }
}

/// Reads up to the empty line that ends a head, or until it is too long; `None` when the client said nothing.
///
/// # Errors
/// The connection's.
pub async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    let mut limited = stream.take(LONGEST_HEAD as u64 + 1);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() <= LONGEST_HEAD {
        if limited.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok((!head.is_empty()).then_some(head))
}

/// Understands a head.
///
/// # Errors
/// The answer that refuses it.
pub fn parse(head: &[u8]) -> Result<Request, Response> {
    if head.len() > LONGEST_HEAD {
        return Err(Response::text(431, "the request's head is longer than 8 KiB\n"));
    }
    let malformed = || Response::text(400, "this is not an HTTP request\n");
    let text = std::str::from_utf8(head).map_err(|_| malformed())?;
    let line = text.lines().next().ok_or_else(malformed)?;
    let mut words = line.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(malformed());
    };
    if !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return Err(malformed());
    }
    if method != "GET" && method != "HEAD" {
        return Err(Response::text(405, "only GET and HEAD are answered here\n"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Request {
        path: path.to_owned(),
        query: query.split('&').filter_map(pair).collect(),
        head_only: method == "HEAD",
    })
}

fn pair(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_request_line_becomes_path_and_query() {
        let request = parse(b"HEAD /burn?seconds=3&percent=50&&x HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let query = [("percent", "50"), ("seconds", "3"), ("x", "")];
        assert_eq!(request.path, "/burn");
        assert_eq!(
            request.query,
            query.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
        );
        assert!(request.head_only);
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for bad in [
            "",
            "GET",
            "GET /",
            "GET / SMTP",
            "GET nowhere HTTP/1.1",
            "GET / HTTP/1.1 x",
        ] {
            assert_eq!(parse(bad.as_bytes()).unwrap_err().status, 400, "{bad:?}");
        }
    }

    #[test]
    fn a_head_request_is_answered_without_body() {
        let mut response = Response::text(200, "hello");
        response.head_only = true;
        let sent = String::from_utf8(response.bytes()).unwrap();
        assert!(
            sent.contains("Content-Length: 5\r\n") && sent.ends_with("\r\n\r\n"),
            "{sent}"
        );
    }
}
