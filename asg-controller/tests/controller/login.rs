//! Logins and tokens.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use store::MemoryStore;

use crate::rig::{Rig, send, settings};

async fn status(rig: &Rig, token: &str) -> (u16, String) {
    let answer = send(rig.request("GET /asgcc/asgs").header("Authorization", token)).await;
    (answer.status, answer.text)
}

#[tokio::test]
async fn a_login_gives_a_token_that_opens_every_other_call() {
    let rig = Rig::start().await;
    let answer = send(
        rig.request("POST /asgcc/login")
            .json(&json!({"user": "user01", "key": "key"})),
    )
    .await
    .ok();
    assert_eq!(answer["status"], "OK");
    let token = answer["token"].as_str().unwrap();
    assert_eq!(token.len(), 64);
    for header in [
        token.to_owned(),
        format!("Bearer {token}"),
        format!("bearer  {token}"),
    ] {
        assert_eq!(status(&rig, &header).await.0, 200, "{header}");
    }
    // Another login leaves earlier tokens valid, and each is its own.
    let second = rig.login("user01", "key").await;
    assert_ne!(second, token);
    assert_eq!(status(&rig, token).await.0, 200);
    let flipped = if token.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{flipped}", &token[..63]);
    for header in ["", "Bearer ", "x", wrong.as_str(), "Basic dXNlcjAxOmtleQ=="] {
        let (code, text) = status(&rig, header).await;
        assert_eq!(code, 401, "{header}: {text}");
    }
    let none = send(rig.request("GET /asgcc/asgs")).await;
    assert_eq!(
        (none.status, &none.headers["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
    assert!(none.message().contains("no token"));
    rig.stop().await;
}

#[tokio::test]
async fn a_wrong_login_does_not_tell_what_was_wrong() {
    let rig = Rig::start().await;
    let login = async |body: Value| {
        let answer = send(rig.request("POST /asgcc/login").json(&body)).await;
        (answer.status, answer.message())
    };
    let wrong_key = login(json!({"user": "user01", "key": "kex"})).await;
    let wrong_user = login(json!({"user": "nobody", "key": "key"})).await;
    let odd_user = login(json!({"user": "../x", "key": "key"})).await;
    let others_key = login(json!({"user": "user01", "key": "key2"})).await;
    assert_eq!(wrong_key.0, 401);
    assert_eq!(wrong_key, wrong_user);
    assert_eq!(wrong_key, odd_user);
    assert_eq!(wrong_key, others_key);
    for (body, fragments) in [
        (json!({"user": "user01"}), ["key", "required"]),
        (json!({"user": 1, "key": "key"}), ["user", "1 is not a string"]),
        (json!({"user": "user01", "key": ""}), ["key", "too short"]),
        (
            json!({"user": "user01", "key": "key", "keey": "x"}),
            ["keey", "did you mean \"key\""],
        ),
    ] {
        let (code, message) = login(body).await;
        assert_eq!(code, 422, "{message}");
        assert!(
            fragments.iter().all(|fragment| message.contains(fragment)),
            "{message}"
        );
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_token_ends_when_it_is_not_used_and_each_use_renews_it() {
    let rig = Rig::start().await;
    let (used, unused) = (rig.login("user01", "key").await, rig.login("user01", "key").await);
    for _ in 0..4 {
        rig.clock.pass(Duration::from_secs(3600));
        assert_eq!(status(&rig, &used).await.0, 200);
    }
    let (code, text) = status(&rig, &unused).await;
    assert_eq!(code, 401);
    assert!(text.contains("expired"), "{text}");
    rig.clock.pass(Duration::from_millis(7_199_999));
    assert_eq!(status(&rig, &used).await.0, 200);
    rig.clock.pass(Duration::from_secs(7200));
    assert_eq!(status(&rig, &used).await.0, 401);
    rig.stop().await;
}

#[tokio::test]
async fn a_token_is_renewed_in_the_store_once_per_twentieth_of_its_life() {
    let puts = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = puts.clone();
    let hook = Arc::new(move |method: &'static str| {
        if method == "put_token" {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
        store::faulty::Fault::None
    });
    let store = store::faulty::FaultyStore::new(Arc::new(MemoryStore::new()), hook);
    let rig = Rig::with(settings(), Arc::new(store)).await;
    let before = puts.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(before, 2, "two logins");
    for _ in 0..100 {
        rig.clock.pass(Duration::from_secs(36));
        assert_eq!(status(&rig, rig.token("user01")).await.0, 200);
    }
    // 3,600 s have passed, a twentieth of the life is 360 s.
    assert_eq!(puts.load(std::sync::atomic::Ordering::SeqCst) - before, 10);
    rig.stop().await;
}

#[tokio::test]
async fn tokens_survive_a_restart_and_end_with_their_key() {
    let rig = Rig::start().await;
    let same = rig.again(settings());
    assert_eq!(status(&same, rig.token("user01")).await.0, 200);
    same.stop().await;
    let mut changed = settings();
    for key in changed.keys.values_mut() {
        key.push('x');
    }
    let mut removed = settings();
    removed.keys.clear();
    // A token that ended with its key stays ended when the key comes back.
    for (settings, account, why) in [
        (changed, "user01", "changed or removed"),
        (removed, "User02", "changed or removed"),
        (settings(), "user01", "expired"),
        (settings(), "User02", "expired"),
    ] {
        let other = rig.again(settings);
        let (code, text) = status(&other, rig.token(account)).await;
        assert_eq!(code, 401);
        assert!(text.contains(why), "{text}");
        other.stop().await;
    }
    rig.stop().await;
}

#[tokio::test]
async fn the_store_holds_no_token() {
    let rig = Rig::start().await;
    let token = rig.token("user01");
    assert!(rig.store.token(token).await.unwrap().is_none());
    rig.stop().await;
}

#[tokio::test]
async fn failed_logins_are_limited_and_the_right_key_waits_too() {
    let rig = Rig::start().await;
    let login = async |key: &str| {
        send(
            rig.request("POST /asgcc/login")
                .json(&json!({"user": "user01", "key": key})),
        )
        .await
    };
    let mut failures = 0;
    let limited = loop {
        let answer = login("wrong").await;
        match answer.status {
            401 => failures += 1,
            _ => break answer,
        }
        assert!(failures <= 20, "no limit");
    };
    assert!((10..=12).contains(&failures), "{failures}");
    assert_eq!(limited.status, 429);
    let wait: u64 = limited.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=7).contains(&wait), "{wait}");
    assert!(limited.message().contains("try again"));
    assert_eq!(login("key").await.status, 429);
    // Who is logged in is not concerned.
    assert_eq!(status(&rig, rig.token("user01")).await.0, 200);
    rig.stop().await;
}
