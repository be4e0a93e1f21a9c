//! What controllers share through Redis, and that nothing is refused when it goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asg_controller::Settings;
use cache::{Cache, Health, RedisCache, RedisOptions, RedisTls};
use serde_json::{Value, json};
use store::faulty::{Fault, FaultyStore};
use store::{MemoryStore, Store};
use test_servers::Redis;
use tokio::time::timeout;

use crate::rig::{Rig, send, settings};

/// Counts the store's token calls.
#[derive(Default)]
struct Calls {
    reads: AtomicUsize,
    writes: AtomicUsize,
}

impl Calls {
    fn store(self: &Arc<Self>) -> Arc<dyn Store> {
        let calls = Arc::clone(self);
        let hook = move |method: &'static str| {
            match method {
                "token" => calls.reads.fetch_add(1, Ordering::SeqCst),
                "put_token" => calls.writes.fetch_add(1, Ordering::SeqCst),
                _ => 0,
            };
            Fault::None
        };
        Arc::new(FaultyStore::new(Arc::new(MemoryStore::new()), Arc::new(hook)))
    }

    /// Reads and writes since the last look.
    fn take(&self) -> (usize, usize) {
        (
            self.reads.swap(0, Ordering::SeqCst),
            self.writes.swap(0, Ordering::SeqCst),
        )
    }
}

async fn cache(server: &Redis, within: Duration) -> Arc<RedisCache> {
    let options = RedisOptions {
        url: server.url(),
        prefix: "microscaler".to_owned(),
        tls: RedisTls::default(),
        within,
    };
    let cache = Arc::new(RedisCache::open(options).unwrap());
    until(&cache, |health| *health == Health::Available).await;
    cache
}

async fn until(cache: &RedisCache, wanted: impl Fn(&Health) -> bool) {
    let mut health = cache.health().unwrap();
    let seen = timeout(Duration::from_secs(20), health.wait_for(|health| wanted(health))).await;
    seen.expect("it changes in time").unwrap();
}

/// A controller with a connection of its own, on a store that all of a test share.
async fn controller(server: &Redis, store: &Arc<dyn Store>, settings: Settings) -> Rig {
    // Machines that run tests are busy.
    let cache = cache(server, Duration::from_secs(10)).await;
    Rig::sharing(settings, Arc::clone(store), cache).await
}

async fn status(rig: &Rig, token: &str) -> u16 {
    send(rig.request("GET /asgcc/asgs").header("Authorization", token))
        .await
        .status
}

async fn login(rig: &Rig, key: &str) -> u16 {
    let body = json!({"user": "user01", "key": key});
    send(rig.request("POST /asgcc/login").json(&body)).await.status
}

fn other_keys() -> Settings {
    let mut settings = settings();
    for key in settings.keys.values_mut() {
        key.push('x');
    }
    settings
}

#[tokio::test]
async fn a_cached_token_saves_the_store_its_reading_and_is_renewed_as_seldom() {
    let Some(server) = Redis::start() else { return };
    let calls = Arc::new(Calls::default());
    let store = calls.store();
    let (one, two) = (
        controller(&server, &store, settings()).await,
        controller(&server, &store, settings()).await,
    );
    calls.take();
    for _ in 0..20 {
        assert_eq!(status(&one, one.token("user01")).await, 200);
        assert_eq!(status(&two, one.token("user01")).await, 200);
    }
    assert_eq!(calls.take(), (1, 0));
    for _ in 0..100 {
        one.clock.pass(Duration::from_secs(36));
        two.clock.pass(Duration::from_secs(36));
        assert_eq!(status(&one, one.token("user01")).await, 200);
        assert_eq!(status(&two, one.token("user01")).await, 200);
    }
    // 3,600 s have passed, a twentieth of the life is 360 s; whoever renews reads first.
    assert_eq!(calls.take(), (10, 10));
    one.clock.pass(Duration::from_secs(7200));
    assert_eq!(
        status(&one, one.token("user01")).await,
        401,
        "a cached token expires"
    );
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_token_that_ends_at_one_controller_has_ended_at_all() {
    let Some(server) = Redis::start() else { return };
    let calls = Arc::new(Calls::default());
    let store = calls.store();
    let old = controller(&server, &store, settings()).await;
    let (used, unused) = (old.token("user01"), old.token("User02"));
    for token in [used, unused] {
        assert_eq!(status(&old, token).await, 200);
        assert_eq!(status(&old, token).await, 200);
    }
    // Cached, and made with a key that this controller does not have any more.
    let new = old.again(other_keys());
    calls.take();
    assert_eq!(status(&new, used).await, 401);
    assert_eq!(
        calls.take(),
        (0, 1),
        "told by the cached fingerprint, ended in the store"
    );
    assert_eq!(status(&old, used).await, 401, "the other still has the key");
    assert_eq!(status(&old, unused).await, 200);
    // Still ended when the key comes back.
    let back = old.again(settings());
    assert_eq!(status(&back, used).await, 401);
    for rig in [old, new, back] {
        rig.stop().await;
    }
}

#[tokio::test]
async fn failed_logins_count_at_all_controllers() {
    let Some(server) = Redis::start() else { return };
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (one, two) = (
        controller(&server, &store, settings()).await,
        controller(&server, &store, settings()).await,
    );
    for count in 0..10 {
        let rig = if count % 2 == 0 { &one } else { &two };
        assert_eq!(login(rig, "wrong").await, 401, "{count}");
    }
    // One failure more becomes possible every six seconds, which a busy machine may take for ten.
    let mut more = 0;
    while login(&one, "wrong").await == 401 {
        more += 1;
        assert!(more < 5, "no common limit");
    }
    assert_eq!(login(&two, "key").await, 429, "right, but it has to wait as well");
    assert_eq!(status(&two, two.token("user01")).await, 200);
    one.stop().await;
    two.stop().await;
}

/// Reads and logs in while `fault` happens, and once after; nothing may be refused.
async fn at_work(rig: &Rig, fault: impl AsyncFnOnce()) {
    let done = std::cell::Cell::new(false);
    let work = async {
        let mut longest = Duration::ZERO;
        loop {
            let last = done.get();
            let begun = Instant::now();
            assert_eq!(status(rig, rig.token("user01")).await, 200);
            assert_eq!(login(rig, "key").await, 200);
            longest = longest.max(begun.elapsed());
            if last {
                return longest;
            }
        }
    };
    let ((), longest) = tokio::join!(
        async {
            fault().await;
            done.set(true);
        },
        work
    );
    // Two calls, of which one may have waited for the server, on a machine that may be busy.
    assert!(longest < Duration::from_secs(1), "{longest:?}");
}

#[tokio::test]
async fn nothing_is_refused_while_redis_dies_comes_back_is_flushed_and_is_paused() {
    let Some(mut server) = Redis::start() else { return };
    let cache = cache(&server, RedisOptions::WITHIN).await;
    let rig = Rig::sharing(settings(), Arc::new(MemoryStore::new()), cache.clone()).await;
    let away = |health: &Health| matches!(health, Health::Away(_));
    let back = |health: &Health| *health == Health::Available;
    at_work(&rig, async || {
        server.kill();
        until(&cache, away).await;
    })
    .await;
    at_work(&rig, async || {
        server.restart();
        until(&cache, back).await;
    })
    .await;
    at_work(&rig, async || {
        server.command("FLUSHALL");
    })
    .await;
    at_work(&rig, async || {
        server.signal("STOP");
        until(&cache, away).await;
        server.signal("CONT");
        until(&cache, back).await;
    })
    .await;
    assert_eq!(rig.user01("GET /asgs", Value::Null).await.status, 200);
    rig.stop().await;
}
