//! Resource use of containers: from cgroup files, from the engine where those cannot be read.

use std::sync::Arc;
use std::time::Duration;

use bollard::models::ContainerStatsResponse;
use bollard::query_parameters::StatsOptions;
use domain::ContainerId;
use futures_util::StreamExt;

use super::Docker;
use crate::{Result, Traffic, Usage};

/// The engine computes a second for each; more at once would slow its starts down.
const ASKED_AT_ONCE: usize = 8;

impl Docker {
    pub(super) async fn measure(&self, ids: &[ContainerId]) -> Result<Vec<(ContainerId, Usage)>> {
        let (mut known, unread) = if self.client.is_local() {
            self.read_cgroups(ids.to_vec()).await
        } else {
            (Vec::new(), ids.to_vec())
        };
        let asked = futures_util::stream::iter(unread).map(|id| async {
            let usage = self.ask_usage(&id).await;
            usage.map(|usage| (id, usage))
        });
        let asked: Vec<_> = asked.buffer_unordered(ASKED_AT_ONCE).collect().await;
        known.extend(asked.into_iter().flatten());
        Ok(known)
    }

    async fn read_cgroups(&self, ids: Vec<ContainerId>) -> (Vec<(ContainerId, Usage)>, Vec<ContainerId>) {
        let cgroups = Arc::clone(&self.cgroups);
        let read = move || {
            let (mut known, mut unread) = (Vec::new(), Vec::new());
            for id in ids {
                match cgroups.read(&id) {
                    Some(usage) => known.push((id, usage)),
                    None => unread.push(id),
                }
            }
            (known, unread)
        };
        tokio::task::spawn_blocking(read).await.unwrap_or_default()
    }

    async fn ask_usage(&self, id: &ContainerId) -> Option<Usage> {
        let options = StatsOptions {
            stream: false,
            one_shot: true,
        };
        let ask = |docker: bollard::Docker| async move {
            Ok(docker.stats(id.as_str(), Some(options)).next().await)
        };
        match self.client.call("stats", ask).await {
            Ok(Some(Ok(stats))) => of_stats(&stats),
            Ok(Some(Err(error))) => {
                tracing::debug!(container = id.short(), %error, "no usage");
                None
            }
            Ok(None) => None,
            Err(error) => {
                tracing::debug!(container = id.short(), %error, "no usage");
                None
            }
        }
    }
}

fn of_stats(stats: &ContainerStatsResponse) -> Option<Usage> {
    let time = stats.cpu_stats.as_ref()?.cpu_usage.as_ref()?.total_usage?;
    let memory = stats.memory_stats.as_ref()?;
    let droppable = memory.stats.as_ref().and_then(|stats| {
        let figure = stats
            .get("total_inactive_file")
            .or_else(|| stats.get("inactive_file"));
        figure.copied()
    });
    Some(Usage {
        cpu: Duration::from_nanos(time),
        memory: memory.usage?.saturating_sub(droppable.unwrap_or(0)),
        network: stats.networks.as_ref().map(|networks| {
            let all = networks.values();
            all.fold(Traffic::default(), |so_far, one| {
                so_far.and(one.rx_bytes.unwrap_or(0), one.tx_bytes.unwrap_or(0))
            })
        }),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// As Docker 20.10 answers, what is not read left out.
    const STATS: &str = r#"{
        "cpu_stats": {"cpu_usage": {"total_usage": 5000000000}},
        "memory_stats": {"usage": 1000, "stats": {"total_inactive_file": 400, "inactive_file": 1}},
        "networks": {"eth0": {"rx_bytes": 5338, "tx_bytes": 36}, "eth1": {"rx_bytes": 4641, "tx_bytes": 2}}
    }"#;

    fn read(stats: &str) -> Option<Usage> {
        of_stats(&serde_json::from_str(stats).unwrap())
    }

    #[test]
    fn the_engine_s_figures_are_those_of_the_files() {
        let usage = Usage {
            cpu: Duration::from_secs(5),
            memory: 600,
            network: Some(Traffic {
                received: 9_979,
                sent: 38,
            }),
        };
        assert_eq!(read(STATS), Some(usage));
        let alone = STATS.replace("networks", "others");
        assert_eq!(
            read(&alone),
            Some(Usage {
                network: None,
                ..usage
            })
        );
        assert_eq!(read("{}"), None);
    }
}
