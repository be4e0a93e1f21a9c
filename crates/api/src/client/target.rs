//! URLs: the base that users give, and the paths below it.

use reqwest::Url;

use super::ClientError;

/// Reads a base URL and gives it the slash at its end that joining needs.
pub(super) fn parse(target: &str) -> Result<Url, ClientError> {
    let wrong = |reason: String| ClientError::Target {
        target: target.to_owned(),
        reason,
    };
    let mut url = Url::parse(target.trim()).map_err(|e| wrong(e.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("it has to start with http:// or https://".to_owned()));
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

/// The URL of a path below the base.
pub(super) fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{}", base.path(), path.trim_start_matches('/')));
    url
}

/// Whether the base is on this machine's loopback.
pub(super) fn is_local(base: &Url) -> bool {
    match base.host_str() {
        Some(host) => {
            let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|a| a.is_loopback())
        }
        None => false,
    }
}

/// A relative path of these segments, each encoded so that a name with odd characters stays one segment:
/// the server then refuses it by name, instead of taking it for another path.
#[must_use]
pub fn path(segments: &[&str]) -> String {
    let encoded: Vec<String> = segments.iter().map(|s| encode(s)).collect();
    encoded.join("/")
}

/// Encodes all bytes but RFC 3986's unreserved characters.
fn encode(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
