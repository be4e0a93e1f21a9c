//! Images: a look is cheap, a pull happens only when the image is absent.

use std::collections::BTreeMap;

use bollard::models::CreateImageInfo;
use bollard::query_parameters::CreateImageOptions;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::client::meaning;
use super::{Docker, credentials};
use crate::{EngineError, PullProgress, Result};

impl Docker {
    pub(super) async fn pull_when_absent(
        &self,
        image: &str,
        progress: &mpsc::Sender<PullProgress>,
    ) -> Result<()> {
        let look = |docker: bollard::Docker| async move { docker.inspect_image(image).await };
        match self.client.call("look for the image", look).await {
            Ok(_) => Ok(()),
            Err(EngineError::NotFound) => self.pull(image, progress).await,
            Err(EngineError::Refused(reason)) => Err(no_image(image, reason)),
            Err(error) => Err(error),
        }
    }

    async fn pull(&self, image: &str, progress: &mpsc::Sender<PullProgress>) -> Result<()> {
        let within = self.options.pull_timeout;
        match tokio::time::timeout(within, self.pull_layers(image, progress)).await {
            Ok(Err(error @ (EngineError::Unavailable(_) | EngineError::NoImage { .. }))) => Err(error),
            Ok(Err(EngineError::NotFound)) => Err(no_image(image, "not found".to_owned())),
            Ok(Err(EngineError::Refused(reason) | EngineError::Unknown(reason))) => {
                Err(no_image(image, reason))
            }
            Ok(outcome) => outcome,
            Err(_) => Err(no_image(
                image,
                format!("not pulled within {} s", within.as_secs()),
            )),
        }
    }

    async fn pull_layers(&self, image: &str, progress: &mpsc::Sender<PullProgress>) -> Result<()> {
        let options = CreateImageOptions {
            from_image: Some(with_tag(image)),
            ..Default::default()
        };
        let registry = registry_of(image);
        let credentials = self
            .options
            .config_json
            .as_deref()
            .and_then(|file| credentials::find(file, registry));
        let docker = self.client.get()?;
        let mut told = docker.create_image(Some(options), None, credentials);
        let mut layers = Layers::default();
        while let Some(item) = told.next().await {
            let item = item.map_err(|error| refusal(image, error))?;
            if let Some(news) = layers.note(item) {
                // Progress that nobody takes is not worth waiting for.
                let _ = progress.try_send(news);
            }
        }
        Ok(())
    }
}

fn no_image(image: &str, reason: String) -> EngineError {
    EngineError::NoImage {
        image: image.to_owned(),
        reason,
    }
}

/// A refused pull answers 404 with the reason in the message, which must not become a bare "not found".
fn refusal(image: &str, error: bollard::errors::Error) -> EngineError {
    match error {
        bollard::errors::Error::DockerResponseServerError { message, .. } => no_image(image, message),
        other => meaning(other),
    }
}

/// The reference with a tag: without one the engine would pull every tag of the repository.
fn with_tag(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    if last.contains(':') || last.contains('@') {
        image.to_owned()
    } else {
        format!("{image}:latest")
    }
}

/// The registry that an image reference names.
fn registry_of(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => credentials::DOCKER_HUB,
    }
}

/// How far each layer is, in bytes.
#[derive(Default)]
struct Layers {
    bytes: BTreeMap<String, (i64, i64)>,
    told: Option<u8>,
}

impl Layers {
    /// Takes one message of the engine; tells when the figure changed.
    fn note(&mut self, item: CreateImageInfo) -> Option<PullProgress> {
        let status = item.status.unwrap_or_default();
        let id = item.id?;
        let known = self.bytes.get(&id).copied();
        match status.as_str() {
            "Downloading" => {
                let detail = item.progress_detail?;
                self.bytes.insert(id, (detail.current?, detail.total?));
            }
            "Pulling fs layer" | "Waiting" => {
                self.bytes.entry(id).or_insert((0, 1));
            }
            "Download complete" | "Pull complete" | "Already exists" => {
                let total = known.map_or(1, |(_, total)| total);
                self.bytes.insert(id, (total, total));
            }
            _ => return None,
        }
        let percent = self.percent();
        (self.told.replace(percent) != Some(percent)).then_some(PullProgress {
            percent,
            message: status,
        })
    }

    fn percent(&self) -> u8 {
        let sum = |pick: fn(&(i64, i64)) -> i64| self.bytes.values().map(pick).sum::<i64>();
        let (done, total) = (sum(|layer| layer.0), sum(|layer| layer.1).max(1));
        u8::try_from(done.saturating_mul(100) / total)
            .unwrap_or(100)
            .min(100)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use bollard::models::ProgressDetail;

    use super::*;

    fn said(id: &str, status: &str, bytes: Option<(i64, i64)>) -> CreateImageInfo {
        CreateImageInfo {
            id: Some(id.to_owned()),
            status: Some(status.to_owned()),
            progress_detail: bytes.map(|(current, total)| ProgressDetail {
                current: Some(current),
                total: Some(total),
            }),
            error_detail: None,
        }
    }

    #[test]
    fn progress_is_counted_over_all_layers() {
        let mut layers = Layers::default();
        let mut percent = |item| layers.note(item).map(|news| news.percent);
        assert_eq!(percent(said("a", "Downloading", Some((50, 100)))), Some(50));
        assert_eq!(percent(said("b", "Downloading", Some((0, 300)))), Some(12));
        assert_eq!(percent(said("b", "Downloading", Some((1, 300)))), None);
        assert_eq!(percent(said("a", "Download complete", None)), Some(25));
        assert_eq!(percent(said("b", "Pull complete", None)), Some(100));
    }

    #[test]
    fn references_get_a_tag_and_a_registry() {
        assert_eq!(with_tag("cirros"), "cirros:latest");
        assert_eq!(with_tag("h:5000/a/b"), "h:5000/a/b:latest");
        assert_eq!(with_tag("a@sha256:1"), "a@sha256:1");
        assert_eq!(registry_of("h:5000/a"), "h:5000");
        assert_eq!(registry_of("quay.io/a/b:1"), "quay.io");
        assert_eq!(registry_of("library/a"), credentials::DOCKER_HUB);
    }
}
