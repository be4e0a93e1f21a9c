//! The cache on a Redis server.

mod link;
mod loads;
mod tls;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ::redis::{Cmd, Pipeline, cmd, pipe};
use async_trait::async_trait;
use tokio::sync::watch;

use self::link::Link;
pub use self::tls::RedisTls;
use crate::client::network;
use crate::limiter::{Limiter, PER_MINUTE};
use crate::{Cache, CachedToken, Health, LONGEST_LIFE, Older, PastLoad, PastLoads};

/// How long an ended token stays ended: well beyond the life of a copy that was read before and put after.
const ENDED_FOR: Duration = LONGEST_LIFE.saturating_mul(2);

/// A client's debt is the life of its key, so that no clock but the server's counts: a failure adds `ARGV[1]`
/// milliseconds, and one that would exceed `ARGV[2]` makes it wait until there is room instead. One atomic step, which
/// `INCR` and `EXPIRE` would be too, but those forget a whole minute at once and let twenty through around that moment.
const COUNT_FAILURE: &str = "\
local debt = math.max(redis.call('PTTL', KEYS[1]), 0) + tonumber(ARGV[1])
local wait = debt - tonumber(ARGV[2])
if wait <= 0 then
  redis.call('SET', KEYS[1], '', 'PX', debt)
  return 0
end
redis.call('SET', KEYS[2], '', 'PX', wait)
return wait";

/// A minute, which a client's debt may reach, in milliseconds.
const MOST_DEBT: u32 = 60_000;

/// Which server.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]`, or `rediss://` for TLS.
    pub url: String,
    /// In front of every key, so that installations can share a server.
    pub prefix: String,
    /// Files for TLS.
    pub tls: RedisTls,
    /// For the server to answer.
    pub within: Duration,
}

impl RedisOptions {
    /// A read from the store takes a few milliseconds: who waits longer than this has lost already.
    pub const WITHIN: Duration = Duration::from_millis(250);
}

/// The configuration names a server that no connection can be made to.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// What it says of the server, or a file for TLS, is not what it has to be.
    #[error("redis: {0}")]
    Unusable(#[source] ::redis::RedisError),
    /// A file for TLS.
    #[error("redis: {0}: {1}")]
    File(PathBuf, #[source] std::io::Error),
}

/// Shares through a Redis server. While that is away it has no tokens, and limits hold in this process.
pub struct RedisCache {
    link: Link,
    prefix: String,
    /// Counts along, for the time when the server does not.
    limiter: Limiter,
}

impl RedisCache {
    /// Connects in the background: the server may come up later, and go whenever it likes.
    ///
    /// # Errors
    /// A URL that is none, and files that cannot be used.
    pub fn open(options: RedisOptions) -> Result<Self, CacheError> {
        let RedisOptions {
            url,
            prefix,
            tls,
            within,
        } = options;
        let client = tls.client(url)?;
        let link = Link::open(client, within, probe(&prefix));
        let limiter = Limiter::new();
        Ok(Self {
            link,
            prefix,
            limiter,
        })
    }

    /// A token's own key and that of its end. In a cluster the braces keep them on one server.
    fn keys(&self, hash: &str) -> [String; 2] {
        ["token", "ended"].map(|kind| format!("{}:{kind}:{{{hash}}}", self.prefix))
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn token(&self, hash: &str) -> Option<CachedToken> {
        let mut command = cmd("MGET");
        command.arg(&self.keys(hash));
        let found: (Option<String>, Option<String>) = self.link.ask(&command).await?;
        let (Some(token), None) = found else {
            return None;
        };
        // Of another version of this program, it is none.
        serde_json::from_str(&token).ok()
    }

    async fn put_token(&self, hash: &str, token: &CachedToken, life: Duration) {
        let life = milliseconds(life.min(LONGEST_LIFE));
        let Ok(text) = serde_json::to_string(token) else {
            return;
        };
        if life > 0 {
            let [key, _] = self.keys(hash);
            let _: Option<()> = self.link.ask(&set(&key, &text, life)).await;
        }
    }

    async fn drop_token(&self, hash: &str) {
        let [key, ended] = self.keys(hash);
        let mut both = pipe();
        both.atomic();
        both.add_command(set(&ended, "", milliseconds(ENDED_FOR)));
        both.del(key);
        let _: Option<()> = self.link.ask_all(&both).await;
    }

    async fn wait(&self, client: IpAddr) -> Option<Duration> {
        if let Some(left) = self.limiter.wait(client) {
            return Some(left);
        }
        let mut command = cmd("PTTL");
        command.arg(&client_keys(&self.prefix, network(client))[1]);
        // Negative: there is no such key.
        let left: i64 = self.link.ask(&command).await?;
        u64::try_from(left)
            .ok()
            .filter(|left| *left > 0)
            .map(Duration::from_millis)
    }

    async fn failed(&self, client: IpAddr) -> Option<Duration> {
        let here = self.limiter.failed(client);
        let command = count_failure(&client_keys(&self.prefix, network(client)));
        let everywhere: Option<u64> = self.link.ask(&command).await;
        let everywhere = everywhere.filter(|wait| *wait > 0).map(Duration::from_millis);
        here.max(everywhere)
    }

    async fn put_loads(&self, loads: &[PastLoad], life: Duration) -> bool {
        let kept = loads::keep(&loads::key(&self.prefix), loads, milliseconds(life));
        self.link.ask::<()>(&kept).await.is_some()
    }

    async fn loads(&self, older: Option<&Older>) -> Option<PastLoads> {
        let part = loads::read(&loads::key(&self.prefix), older);
        self.link.ask_all(&part).await.map(loads::part)
    }

    fn health(&self) -> Option<watch::Receiver<Health>> {
        Some(self.link.health())
    }
}

/// Keys of a client's debt and of its wait.
fn client_keys(prefix: &str, client: IpAddr) -> [String; 2] {
    ["failures", "wait"].map(|kind| format!("{prefix}:{kind}:{{{client}}}"))
}

fn count_failure(keys: &[String; 2]) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(COUNT_FAILURE).arg(2).arg(keys);
    command.arg(MOST_DEBT / PER_MINUTE).arg(MOST_DEBT);
    command
}

fn set(key: &str, value: &str, life: u64) -> Cmd {
    let mut command = cmd("SET");
    command.arg(key).arg(value).arg("PX").arg(life);
    command
}

/// Every kind of call that is made, so that a server which refuses one of them (a replica, one that is full, one whose
/// access rules forbid it) is away as a whole rather than coming and going.
fn probe(prefix: &str) -> Pipeline {
    let [key, other] = ["one", "two"].map(|name| format!("{prefix}:probe:{{probe}}:{name}"));
    let mut all = pipe();
    all.atomic();
    all.add_command(set(&key, "", 1000));
    all.cmd("MGET").arg(&key).arg(&other);
    all.cmd("PTTL").arg(&key);
    all.add_command(count_failure(&[key.clone(), other.clone()]));
    all.del(&[&key, &other]);
    all.add_command(loads::keep(&other, &[], 1000));
    all.add_command(loads::range(&other, None));
    all
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
