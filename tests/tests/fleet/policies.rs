//! Policies on a fleet: the load is followed whoever leads, and what is not known removes nothing.

use scenarios::harness::{DEADLINE, Fleet, Image, Rest, Setup, told};
use serde_json::{Value, json};

use super::{exactly, leaders};

/// The group's newest decision that satisfies `wanted`, once there is one.
async fn decided(rest: &Rest, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    told(DEADLINE, what, async || {
        let call = rest.client.call(reqwest::Method::GET, "asgs/web/decisions");
        let all: Value = call
            .query("limit", "100")
            .send()
            .await
            .map_err(|error| error.to_string())?;
        let found = all.as_array().into_iter().flatten().find(|d| wanted(d));
        found.cloned().ok_or_else(|| all.to_string())
    })
    .await
}

/// A decision of after `then` whose policy had no figure.
fn is_blind(decision: &Value, then: i64) -> bool {
    let later = decision["at"].as_i64().is_some_and(|at| at > then);
    later && decision["wishes"][0]["value"].is_null()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_silence_and_its_leaders_death_remove_nothing() {
    let more = [(leaders::TWO[1], leaders::TWO[0])];
    let Some(mut fleet) = Fleet::start_with(Setup::new(), &more).await else {
        return;
    };
    let rest = fleet.rest("asg-controller").await;
    rest.configuration("web", Image::Busy.name()).await;
    rest.group("web", "web", &["docker01"], 1, 3).await;
    let quick = json!({
        "min_size": 1, "scale_out_cooldown": 1, "scale_in_cooldown": 1, "instance_warmup": 1,
        "scale_in_stabilization": 0,
    });
    rest.client.put("asgs/web", &quick).await.unwrap();
    let policy = json!({
        "name": "cpu", "auto_scaling_group": "web", "metric": "CPU", "statistic": "AVG", "sampling_window": 2,
        "breach_duration": 0, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 4.0, "lower_threshold": 2.0,
    });
    rest.client.post("policies", &policy).await.unwrap();
    rest.start("web").await;
    let first = rest.in_service("web", 1).await.remove(0);
    fleet.engine.touch(&first.instance_id, "/busy").await;
    exactly(&fleet, &rest, "web", 3).await;

    // The load ends while nobody is there to tell it.
    fleet.member_mut("host-agent").kill();
    fleet.engine.erase(&first.instance_id, "/busy").await;
    let blind = decided(&rest, "the policy says that it sees nothing", |d| is_blind(d, 0)).await;
    let (leader, successor) = leaders::roles(&fleet).await;
    fleet.member_mut(leader).kill();
    told(DEADLINE, "the other one leads", async || {
        let leads = fleet.member(successor).leads().await;
        leads.then_some(()).ok_or_else(|| fleet.member(successor).log())
    })
    .await;
    let at = blind["at"].as_i64().unwrap();
    decided(&rest, "its successor sees nothing either", |d| is_blind(d, at)).await;
    assert_eq!(
        fleet.engine.running(fleet.installation).await.len(),
        3,
        "what is not known removes nothing"
    );
    assert_eq!(rest.client.get("asgs/web").await.unwrap()["desired_capacity"], 3);

    fleet.member_mut("host-agent").restart();
    exactly(&fleet, &rest, "web", 1).await;
}
