//! Figures that accounts tell.

use bus::{Bus, Received};
use domain::{AccountName, Message};
use serde_json::{Value, json};

use crate::rig::Rig;

#[tokio::test]
async fn a_figure_reaches_the_health_manager_with_its_account() {
    let rig = Rig::start().await;
    let mut messages = rig.bus.messages().await.unwrap();
    rig.user01("PUT /metrics/app/jobs%20waiting", json!({"value": -2.5}))
        .await
        .ok();
    let figure = Message::Figure {
        account: AccountName::parse("user01").unwrap(),
        source: "app".to_owned(),
        metric: "jobs waiting".to_owned(),
        value: -2.5,
    };
    assert_eq!(messages.next().await, Some(Received::Item(figure)));
    rig.stop().await;
}

#[tokio::test]
async fn what_is_no_figure_of_a_push_source_is_refused() {
    let rig = Rig::start().await;
    let long = format!("PUT /metrics/app/{}", "x".repeat(65));
    rig.expect(&[
        (
            "PUT /metrics/nosuch/jobs",
            json!({"value": 1}),
            404,
            &["metric source", "nosuch"],
        ),
        (
            "PUT /metrics/traffic/jobs",
            json!({"value": 1}),
            409,
            &["source traffic takes no figures"],
        ),
        (
            &long,
            json!({"value": 1}),
            422,
            &["metric: ", "at most 64 characters"],
        ),
        ("PUT /metrics/app/jobs", json!({"value": "many"}), 422, &["value"]),
        ("PUT /metrics/app/jobs", json!({}), 422, &["value: is required"]),
        ("GET /metrics/app/jobs", Value::Null, 405, &[]),
    ])
    .await;
    rig.stop().await;
}
