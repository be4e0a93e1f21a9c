//! The description lists what is served, and what it lists is served.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::rig::{Rig, send};

/// Every path and method of the contract and of what stands beside it.
const SERVED: &[&str] = &[
    "POST /asgcc/login",
    "GET /asgcc/lbs",
    "POST /asgcc/lbs",
    "GET /asgcc/lbs/{name}",
    "PUT /asgcc/lbs/{name}",
    "DELETE /asgcc/lbs/{name}",
    "GET /asgcc/lconfs",
    "POST /asgcc/lconfs",
    "GET /asgcc/lconfs/{name}",
    "PUT /asgcc/lconfs/{name}",
    "DELETE /asgcc/lconfs/{name}",
    "GET /asgcc/policies",
    "POST /asgcc/policies",
    "GET /asgcc/policies/{name}",
    "PUT /asgcc/policies/{name}",
    "DELETE /asgcc/policies/{name}",
    "GET /asgcc/schedules",
    "POST /asgcc/schedules",
    "GET /asgcc/schedules/{name}",
    "PUT /asgcc/schedules/{name}",
    "DELETE /asgcc/schedules/{name}",
    "GET /asgcc/asgs",
    "POST /asgcc/asgs",
    "GET /asgcc/asgs/{name}",
    "PUT /asgcc/asgs/{name}",
    "DELETE /asgcc/asgs/{name}",
    "PUT /asgcc/asgs/{name}/start",
    "PUT /asgcc/asgs/{name}/stop",
    "PUT /asgcc/asgs/{name}/desired_capacity",
    "GET /asgcc/asgs/{name}/instances",
    "DELETE /asgcc/asgs/{name}/instances/{instance}",
    "GET /asgcc/asgs/{name}/activities",
    "GET /asgcc/asgs/{name}/decisions",
    "GET /asgcc/asgs/{name}/rollups",
    "POST /asgcc/asgs/{name}/replays",
    "PUT /asgcc/asgs/{name}/suspend",
    "PUT /asgcc/asgs/{name}/resume",
    "PUT /asgcc/asgs/{name}/pause_until",
    "PUT /asgcc/metrics/{source}/{metric}",
    "GET /asgcc/instance_types",
    "GET /asgcc/hosts",
    "GET /asgcc/hosts/{name}",
    "DELETE /asgcc/hosts/{name}",
    "PUT /asgcc/hosts/{name}/cordon",
    "PUT /asgcc/hosts/{name}/drain",
    "PUT /asgcc/hosts/{name}/uncordon",
    "GET /asgcc/status",
    "GET /asgcc/{account}/asgs",
    "GET /asgcc/{account}/asgs/{name}/instances",
    "PUT /asgcc/{account}/asgs/{name}/instances",
    "GET /health",
    "GET /metrics",
];

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                found.insert(name.to_owned());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_description_lists_every_route() {
    let rig = Rig::start().await;
    let description = send(rig.request("GET /openapi.json")).await.ok();
    let mut listed = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            listed.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let served: BTreeSet<String> = SERVED.iter().map(ToString::to_string).collect();
    assert_eq!(listed, served);

    let mut names = BTreeSet::new();
    references(&description, &mut names);
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let schema = description.pointer(name.strip_prefix('#').unwrap());
        assert!(schema.is_some(), "{name} is not described");
    }
    let remove = &description["paths"]["/asgcc/hosts/{name}"]["delete"];
    assert_eq!(remove["parameters"][1]["name"], "force", "{remove}");
    assert!(
        remove["summary"].as_str().unwrap().contains("operators"),
        "{remove}"
    );
    let update = &description["paths"]["/asgcc/asgs/{name}"]["put"];
    assert_eq!(
        update["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Group"
    );
    let parameters = update["parameters"].as_array().unwrap();
    assert!(
        parameters.iter().any(|parameter| parameter["name"] == "If-Match"),
        "{parameters:?}"
    );
    rig.stop().await;
}

#[test]
fn no_account_is_named_as_a_path_begins() {
    let paths = SERVED.iter().filter_map(|route| route.split_once(" /asgcc/"));
    let words = paths.filter_map(|(_, path)| path.split('/').next());
    let begins: BTreeSet<&str> = words.filter(|word| !word.starts_with('{')).collect();
    assert_eq!(begins, BTreeSet::from(config::RESERVED_ACCOUNTS));
}

#[tokio::test]
async fn what_is_listed_is_served_and_asks_for_a_token() {
    let rig = Rig::start().await;
    for route in SERVED {
        let request = route
            .replace("{name}", "x")
            .replace("{instance}", "x")
            .replace("{account}", "y");
        let answer = send(rig.request(&request)).await;
        let expected = match *route {
            "POST /asgcc/login" => 400,
            "GET /health" | "GET /metrics" => 200,
            _ => 401,
        };
        assert_eq!(answer.status, expected, "{route}: {}", answer.text);
    }
    rig.stop().await;
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let rig = Rig::start().await;
    let page = send(rig.request("GET /docs/")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("swagger-ui"), "{}", page.text);
    assert!(!page.text.contains("https://"), "{}", page.text);
    let script = send(rig.request("GET /docs/swagger-ui-bundle.js")).await;
    assert_eq!(script.status, 200);
    let set_up = send(rig.request("GET /docs/swagger-initializer.js")).await;
    assert!(set_up.text.contains("/openapi.json"), "{}", set_up.text);
    assert_eq!(
        send(rig.request("GET /docs")).await.status,
        200,
        "leads to /docs/"
    );
    let root = send(rig.request("GET /")).await;
    assert_eq!((root.status, root.text), (200, page.text), "leads to /docs/");
    rig.stop().await;
}
