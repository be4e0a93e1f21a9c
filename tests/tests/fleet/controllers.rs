//! Two controllers on one store.

use api::client::Method;
use scenarios::harness::{Fleet, Image, Setup};
use serde_json::{Value, json};

use super::exactly;

const SECOND: &str = "second";

#[tokio::test]
async fn two_controllers_share_tokens_and_settle_who_was_first() {
    let Some(fleet) = Fleet::start_with(Setup::new(), &[(SECOND, "asg-controller")]).await else {
        return;
    };
    let one = fleet.login("asg-controller", "user01", "key").await.unwrap();
    let token = {
        let mut client = api::Client::new(&fleet.target("asg-controller"), None).unwrap();
        client.login("user01", "key").await.unwrap()
    };
    let two = api::Client::new(&fleet.target(SECOND), Some(&token)).unwrap();
    assert_eq!(
        two.get("asgs").await.unwrap(),
        json!([]),
        "a token of one works at the other"
    );

    let rest = fleet.rest(SECOND).await;
    rest.launch("web", Image::Stays, 0).await;
    for round in 1..=5_u64 {
        let generation = one.get("asgs/web").await.unwrap()["generation"].as_u64().unwrap();
        let write = |client: api::Client, max: u64| async move {
            let body = json!({"max_size": max});
            client
                .call(Method::PUT, "asgs/web")
                .body(&body)
                .if_match(generation)
                .send()
                .await
        };
        let (mine, other) = (10 * round, 10 * round + 1);
        let (first, second) = tokio::join!(write(one.clone(), mine), write(two.clone(), other));
        let won: Vec<u64> = [(&first, mine), (&second, other)]
            .iter()
            .filter_map(|(answer, max)| answer.is_ok().then_some(*max))
            .collect();
        let refused = [&first, &second]
            .into_iter()
            .find_map(|a| a.as_ref().err()?.status());
        assert_eq!((won.len(), refused), (1, Some(409)), "{first:?} {second:?}");
        for client in [&one, &two] {
            assert_eq!(
                client.get("asgs/web").await.unwrap()["max_size"],
                Value::from(won[0])
            );
        }
    }
    // Without a condition both are done.
    let put = |client: api::Client, body: Value| async move { client.put("asgs/web", &body).await };
    let (first, second) = tokio::join!(
        put(one.clone(), json!({"max_size": 7})),
        put(two.clone(), json!({"desired_capacity": 2}))
    );
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    let group = two.get("asgs/web").await.unwrap();
    assert_eq!(
        (&group["max_size"], &group["desired_capacity"]),
        (&json!(7), &json!(2))
    );
    exactly(&fleet, &rest, "web", 2).await;
}
