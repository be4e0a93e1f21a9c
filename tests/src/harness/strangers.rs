//! What an account learns of and does to what another account named: nothing, over every path of the interface.

use std::collections::BTreeSet;

use api::client::Method;
use serde_json::{Value, json};

use super::{DEADLINE, Image, Rest, within};

/// What everything of the first account is called.
pub const HIDDEN: &str = "hidden";
/// Nothing is called so.
const NOTHING: &str = "nobody";
/// Lists of documents, which change only when somebody changes them.
const LISTS: [&str; 4] = ["lconfs", "lbs", "policies", "schedules"];

/// The first account makes a document of each kind and a group with an instance, all of them called [`HIDDEN`]; then
/// another account walks every path that the description at `root` lists. It must learn nothing and change nothing.
///
/// # Panics
/// When it does.
pub async fn strangers_are_shown_nothing(root: &str, owner: &Rest, stranger: &api::Client) {
    let instance = furnish(owner).await;
    let before = documents(owner).await;
    let root = api::Client::new(root, None).expect("a good target");
    let walk = Walk {
        stranger,
        root: &root,
        instance: &instance,
    };
    let described = root.get("openapi.json").await.expect("a description");
    let paths = described["paths"].as_object().expect("paths").iter();
    let (mut named, mut plain) = (0, 0);
    for (path, item) in paths {
        let methods = item.as_object().expect("methods").keys();
        let methods: BTreeSet<String> = methods.map(|method| method.to_uppercase()).collect();
        if path.contains('{') {
            named += walk.with_names(path, &methods).await;
        } else if methods.contains("GET") && path != "/metrics" {
            // The figures have names of groups and a token of their own.
            walk.without_names(path).await;
            plain += 1;
        }
    }
    // Three for each of five kinds, those of a group besides, those of hosts and of the autoscaler; five lists, types,
    // hosts, status and health.
    assert!(named >= 31 && plain >= 9, "{named} calls and {plain} paths");
    assert_eq!(documents(owner).await, before, "a stranger changed something");
}

/// The instance of the first account's group, once the status tells of it.
async fn furnish(owner: &Rest) -> String {
    owner.launch(HIDDEN, Image::Stays, 1).await;
    let balancer =
        json!({"name": HIDDEN, "lb_port": 80, "instances_port": 8080, "availability_zones": ["docker01"]});
    let policy = json!({
        "name": HIDDEN, "auto_scaling_group": HIDDEN, "metric": "CPU", "statistic": "AVG", "sampling_window": 60,
        "breach_duration": 60, "scale_out_step": 1, "scale_in_step": -1, "upper_threshold": 100, "lower_threshold": 0,
    });
    let schedule = json!({
        "name": HIDDEN, "auto_scaling_group": HIDDEN, "start_time": later(), "max_size": 9,
    });
    for (list, body) in [("lbs", balancer), ("policies", policy), ("schedules", schedule)] {
        let made = owner.client.post(list, &body).await;
        made.unwrap_or_else(|error| panic!("{list}: {error}"));
    }
    let instance = owner.in_service(HIDDEN, 1).await.remove(0).guid;
    within(DEADLINE, "the status tells its owner of the group", async || {
        let status = owner.client.get("status").await.ok()?;
        let told = status["rounds"]["reasons"].to_string();
        told.contains(HIDDEN).then_some(())
    })
    .await;
    instance
}

/// A time that no test lives to see, and that is near enough to be taken.
fn later() -> String {
    let month = jiff::Timestamp::now().as_second() + 30 * 24 * 3600;
    jiff::Timestamp::from_second(month)
        .expect("a good time")
        .to_string()
}

async fn documents(owner: &Rest) -> Vec<Value> {
    let mut all = Vec::new();
    for list in LISTS {
        let seen = owner.client.get(list).await.expect("a list");
        assert_eq!(seen[0]["name"], HIDDEN, "{list}");
        all.push(seen);
    }
    all
}

/// Another account on its way.
struct Walk<'a> {
    stranger: &'a api::Client,
    root: &'a api::Client,
    instance: &'a str,
}

impl Walk<'_> {
    /// What has a name is answered as if nothing had it, by every method; how many of them are documented.
    async fn with_names(&self, path: &str, documented: &BTreeSet<String>) -> usize {
        let methods = [
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ];
        for method in methods {
            let expected = match (documented.contains(method.as_str()), path.contains("{account}")) {
                // The autoscaler's paths take its token alone.
                (_, true) => 403,
                (true, false) => 404,
                (false, false) => 405,
            };
            let (status, text) = self.refused(&method, path, HIDDEN).await;
            assert_eq!(status, Some(expected), "{method} {path}: {text}");
            let nothing = self.refused(&method, path, NOTHING).await;
            assert_eq!(
                (status, text.replace(HIDDEN, NOTHING)),
                nothing,
                "{method} {path}"
            );
        }
        documented.len()
    }

    /// How a call is refused, with a body that is right where one is taken.
    async fn refused(&self, method: &Method, path: &str, name: &str) -> (Option<u16>, String) {
        let body = match path.rsplit('/').next() {
            Some("desired_capacity") => json!({"desired_capacity": 0}),
            Some("replays") => json!({"policies": [name]}),
            Some("pause_until") => json!({"until": later()}),
            Some("{metric}") => json!({"value": 1}),
            _ => json!({}),
        };
        let segments = path.trim_start_matches("/asgcc/").split('/');
        let given: Vec<&str> = segments
            .map(|segment| match segment {
                "{account}" => "user01",
                "{instance}" => self.instance,
                _ if segment.starts_with('{') => name,
                _ => segment,
            })
            .collect();
        let given = given.join("/");
        let call = self.stranger.call(method.clone(), &given);
        let call = match *method {
            Method::GET | Method::DELETE => call,
            _ => call.body(&body),
        };
        match call.send().await {
            Ok(answer) => panic!("{method} {given} answers a stranger: {answer}"),
            Err(refusal) => (refusal.status(), refusal.to_string()),
        }
    }

    /// What has no name shows nothing of the first account's.
    async fn without_names(&self, path: &str) {
        let seen = match path.strip_prefix("/asgcc/") {
            Some(below) => self.stranger.get(below).await,
            None => self.root.get(path.trim_start_matches('/')).await,
        };
        let seen = seen.unwrap_or_else(|error| panic!("{path}: {error}")).to_string();
        assert!(!seen.contains(HIDDEN), "{path}: {seen}");
    }
}
