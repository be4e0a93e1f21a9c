//! Registry credentials out of a Docker `config.json`, read anew for each pull so that a fresh login counts.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde::Deserialize;

/// The registry of references that name none, as `docker login` writes it.
pub(super) const DOCKER_HUB: &str = "index.docker.io";

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ConfigFile {
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
}

/// The credentials for a registry; none when the file cannot be read or does not name it, which a public image
/// does without.
pub(super) fn find(file: &Path, registry: &str) -> Option<DockerCredentials> {
    let text = std::fs::read_to_string(file)
        .inspect_err(|error| tracing::warn!(file = %file.display(), %error, "no registry credentials"))
        .ok()?;
    let config: ConfigFile = serde_json::from_str(&text)
        .inspect_err(|error| tracing::warn!(file = %file.display(), %error, "no registry credentials"))
        .ok()?;
    if config.creds_store.is_some() || config.cred_helpers.contains_key(registry) {
        tracing::warn!(file = %file.display(), registry, "credential helpers are not supported, only `auths`");
    }
    let (server, entry) = config
        .auths
        .into_iter()
        .find(|(key, _)| host_of(key) == registry)?;
    Some(entry.credentials(server))
}

/// `https://index.docker.io/v1/` is `index.docker.io`.
fn host_of(key: &str) -> &str {
    let bare = key.split_once("://").map_or(key, |(_, rest)| rest);
    bare.split('/').next().unwrap_or(bare)
}

impl Entry {
    fn credentials(self, server: String) -> DockerCredentials {
        let decoded = self.auth.as_deref().and_then(decode);
        let (username, password) = decoded.map_or((self.username, self.password), |(user, key)| {
            (Some(user), Some(key))
        });
        DockerCredentials {
            username,
            password: if self.identitytoken.is_some() {
                None
            } else {
                password
            },
            serveraddress: Some(server),
            identitytoken: self.identitytoken,
            ..Default::default()
        }
    }
}

fn decode(auth: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(auth.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn credentials_are_found_by_registry_host() {
        let file = std::env::temp_dir().join(format!("engine-credentials-{}.json", std::process::id()));
        let auth = STANDARD.encode("user:pass:word");
        let text = format!(
            r#"{{"auths":{{"https://index.docker.io/v1/":{{"auth":"{auth}"}},"r.example:5000":{{"auth":"{auth}","identitytoken":"t"}}}}}}"#
        );
        std::fs::write(&file, text).unwrap();
        let hub = find(&file, DOCKER_HUB).unwrap();
        assert_eq!(
            (hub.username.as_deref(), hub.password.as_deref()),
            (Some("user"), Some("pass:word"))
        );
        let own = find(&file, "r.example:5000").unwrap();
        assert_eq!((own.password, own.identitytoken.as_deref()), (None, Some("t")));
        assert!(find(&file, "quay.io").is_none());
        std::fs::remove_file(&file).unwrap();
        assert!(find(&file, DOCKER_HUB).is_none());
    }
}
