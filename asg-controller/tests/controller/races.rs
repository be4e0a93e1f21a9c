//! Changes at the same time, and stores and buses that fail.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::SystemIds;
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use store::faulty::{Fault, FaultyStore};
use store::update::{self, Verdict};
use store::{MemoryStore, Store};

use crate::rig::{Rig, asg, lconf, settings};

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_updates_lose_none() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    let fields = ["max_size", "scale_out_cooldown", "scale_in_cooldown", "domain"];
    let update = |n: usize| {
        let field = fields[n % fields.len()];
        let value = if field == "domain" {
            json!(format!("d{n}.net"))
        } else {
            json!(100 + n)
        };
        let body = json!({ field: value });
        let rig = &rig;
        async move {
            rig.user01("PUT /asgs/asg1", body).await.ok()["generation"]
                .as_u64()
                .unwrap()
        }
    };
    let mut generations = join_all((0..24).map(update)).await;
    generations.sort_unstable();
    generations.dedup();
    assert_eq!(
        generations.len(),
        24,
        "each change has its own generation: {generations:?}"
    );
    let shown = rig.user01("GET /asgs/asg1", Value::Null).await.ok();
    assert_eq!(shown["generation"], json!(25));
    for field in &fields[..3] {
        assert!(shown[field].as_u64().unwrap() >= 100, "{field}: {shown}");
    }
    assert_ne!(shown["domain"], "mydomain.net");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_starts_one_wins_and_of_many_guarded_updates_too() {
    let rig = Rig::start().await;
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    let starts = join_all((0..10).map(|_| rig.user01("PUT /asgs/asg1/start", Value::Null))).await;
    let codes: Vec<_> = starts.iter().map(|answer| answer.status).collect();
    assert_eq!(codes.iter().filter(|code| **code == 200).count(), 1, "{codes:?}");
    assert!(codes.iter().all(|code| matches!(code, 200 | 409)), "{codes:?}");
    let guarded = |n: usize| {
        let request = rig
            .with_token("user01", "PUT /asgs/asg1")
            .header("If-Match", "\"2\"");
        crate::rig::send(request.json(&json!({"scale_in_cooldown": n})))
    };
    let answers = join_all((0..10).map(guarded)).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1, "{answers:?}");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_started_group_never_loses_its_launch_configuration() {
    let rig = Rig::start().await;
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    for round in 0..30 {
        rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
        let (started, deleted) = tokio::join!(
            rig.user01("PUT /asgs/asg1/start", Value::Null),
            rig.user01("DELETE /lconfs/lconf1", Value::Null)
        );
        let codes = (started.status, deleted.status);
        assert!(
            matches!(codes, (200, 409) | (422, 200)),
            "round {round}: {codes:?}"
        );
        if started.status == 200 {
            rig.user01("PUT /asgs/asg1/stop", Value::Null).await.ok();
            rig.user01("DELETE /lconfs/lconf1", Value::Null).await.ok();
        }
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_one_whose_answer_is_lost_is_asked_again() {
    let (down, lossy) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (is_down, is_lossy) = (down.clone(), lossy.clone());
    let hook = Arc::new(move |method: &'static str| match method {
        _ if is_down.load(Ordering::SeqCst) => Fault::Unavailable,
        "replace_group" if is_lossy.swap(false, Ordering::SeqCst) => Fault::LostAnswer,
        _ => Fault::None,
    });
    let store = FaultyStore::new(Arc::new(MemoryStore::new()), hook);
    let rig = Rig::with(settings(), Arc::new(store)).await;
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    lossy.store(true, Ordering::SeqCst);
    rig.user01("PUT /asgs/asg1/start", Value::Null).await.ok();
    assert!(!lossy.load(Ordering::SeqCst), "the fault was met");
    assert_eq!(
        rig.user01("GET /asgs/asg1", Value::Null).await.ok()["state"],
        "started"
    );

    down.store(true, Ordering::SeqCst);
    for (request, body) in [
        ("GET /asgs", Value::Null),
        ("PUT /asgs/asg1/stop", Value::Null),
        ("POST /lconfs", lconf("x")),
    ] {
        let answer = rig.user01(request, body).await;
        assert_eq!(answer.status, 503, "{request}: {}", answer.text);
        assert!(answer.message().contains("unavailable"), "{}", answer.text);
    }
    let health = crate::rig::send(rig.request("GET /health")).await;
    assert_eq!(
        (health.status, &health.json()["status"]),
        (503, &json!("DEGRADED"))
    );
    down.store(false, Ordering::SeqCst);
    rig.user01("PUT /asgs/asg1/stop", Value::Null).await.ok();
    rig.stop().await;
}

#[tokio::test]
async fn a_bus_that_is_away_fails_no_write() {
    let rig = Rig::start().await;
    rig.bus.close();
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    rig.user01("PUT /asgs/asg1", json!({"max_size": 7})).await.ok();
    assert_eq!(
        rig.user01("GET /asgs/asg1", Value::Null).await.ok()["max_size"],
        7
    );
    rig.stop().await;
}

#[tokio::test]
async fn a_start_checks_again_what_changed_while_it_was_on_its_way() {
    let inner = Arc::new(MemoryStore::new());
    let (behind, armed) = (inner.clone(), Arc::new(AtomicBool::new(false)));
    let is_armed = armed.clone();
    // When the start comes to its commit, somebody else has just made the group name another launch configuration.
    let hook = Arc::new(move |method: &'static str| {
        if method == "replace_group" && is_armed.swap(false, Ordering::SeqCst) {
            let renamed = rename(behind.as_ref()).now_or_never();
            renamed.expect("the memory store answers at once");
        }
        Fault::None
    });
    let rig = Rig::with(settings(), Arc::new(FaultyStore::new(inner, hook))).await;
    rig.user01("POST /lconfs", lconf("lconf1")).await.ok();
    rig.user01("POST /asgs", asg("asg1")).await.ok();
    armed.store(true, Ordering::SeqCst);
    rig.expect(&[
        (
            "PUT /asgs/asg1/start",
            Value::Null,
            422,
            &["launch_configuration", "other", "not found"],
        ),
        ("DELETE /lconfs/lconf1", Value::Null, 200, &[]),
    ])
    .await;
    assert!(!armed.load(Ordering::SeqCst), "the start came to its commit");
    assert_eq!(
        rig.user01("GET /asgs/asg1", Value::Null).await.ok()["state"],
        "stopped"
    );
    rig.stop().await;
}

async fn rename(store: &MemoryStore) {
    let (account, name) = ("user01".parse().unwrap(), "asg1".parse().unwrap());
    let stored = store.group_named(&account, &name).await.unwrap().unwrap();
    let renamed = update::group::<Infallible>(store, stored.value.id, &SystemIds, |group| {
        group.spec.launch_configuration = "other".parse().unwrap();
        Ok(Verdict::Commit)
    });
    renamed.await.unwrap();
}
