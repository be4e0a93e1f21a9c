//! Failures, and what they say to do next.

use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::rig::Rig;

#[tokio::test]
async fn without_a_login_it_says_how() {
    let rig = Rig::new().await;
    rig.ms(&["list-asgs"])
        .fails_with(1, &["not logged in", "ms login --target"]);
}

#[tokio::test]
async fn an_expired_token_says_to_log_in_again() {
    let rig = Rig::logged_in().await;
    rig.refuse("GET", "asgs", 401, "the token is unknown").await;
    rig.ms(&["list-asgs"])
        .fails_with(1, &["the token is unknown", "expired", "ms login"]);
}

#[tokio::test]
async fn nobody_there_says_how_to_start() {
    let rig = Rig::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    rig.keep(&format!("login: {{target: 'http://{free}/asgcc', token: t}}"));
    let ran = rig.ms(&["list-asgs"]);
    ran.fails_with(
        1,
        &[
            "cannot connect",
            &free.to_string(),
            "is microscaler running?",
            "`microscaler`",
        ],
    );
}

#[tokio::test]
async fn something_else_that_answers_is_told() {
    let rig = Rig::logged_in().await;
    let page = ResponseTemplate::new(404).set_body_string("<html>");
    Mock::given(any()).respond_with(page).mount(&rig.server).await;
    rig.ms(&["list-asgs"])
        .fails_with(1, &["is not microscaler", "http://localhost:56785/asgcc"]);
}

#[tokio::test]
async fn a_refusal_is_the_servers_message() {
    let rig = Rig::logged_in().await;
    rig.refuse("POST", "lconfs", 409, "launch configuration \"l1\" exists")
        .await;
    let ran = rig.ms(&["add-lconf", "-c", "l1"]);
    ran.fails_with(1, &["launch configuration \"l1\" exists"]);
    assert_eq!(ran.out, "");
}

async fn populated() -> Rig {
    let rig = Rig::logged_in().await;
    rig.get("asgs", json!([{"name": "web"}, {"name": "worker"}]))
        .await;
    rig.get("lconfs", json!([{"name": "small"}, {"name": "large"}]))
        .await;
    rig.get("instance_types", json!({"m1.small": {}, "m1.large": {}}))
        .await;
    rig.get("status", json!({"hosts": [{"zones": ["docker01", "docker02"]}]}))
        .await;
    rig
}

#[tokio::test]
async fn an_unknown_name_comes_with_the_nearest_one() {
    let rig = populated().await;
    rig.refuse("DELETE", "asgs/wbe", 404, "group not found").await;
    rig.ms(&["delete-asg", "-a", "wbe"])
        .fails_with(1, &["group not found", "did you mean the group \"web\"?"]);
    rig.refuse(
        "GET",
        "asgs/databases/instances",
        404,
        "group \"databases\" not found",
    )
    .await;
    rig.ms(&["list-instances", "-a", "databases"])
        .fails_with(1, &["known groups: web, worker"]);
    rig.refuse(
        "PUT",
        "asgs/web/start",
        422,
        "launch configuration \"smal\" not found",
    )
    .await;
    rig.get("asgs/web", json!({"name": "web", "launch_configuration": "smal"}))
        .await;
    rig.ms(&["start-asg", "-a", "web"])
        .fails_with(1, &["did you mean the launch configuration \"small\"?"]);
    rig.refuse(
        "POST",
        "lconfs",
        422,
        "instances_type: \"m1.smal\" is not an instance type",
    )
    .await;
    let args = ["add-lconf", "-c", "x", "--lconf-instances-type", "m1.smal"];
    rig.ms(&args)
        .fails_with(1, &["did you mean the instance type \"m1.small\"?"]);
}

#[tokio::test]
async fn an_unknown_zone_comes_with_the_nearest_one() {
    let rig = populated().await;
    rig.refuse(
        "POST",
        "asgs",
        422,
        "availability_zones: no host serves \"docker2\"",
    )
    .await;
    let ran = rig.ms(&[
        "add-asg",
        "-a",
        "new",
        "--asg-availability-zones",
        "docker01,docker2",
    ]);
    ran.fails_with(1, &["no host serves", "did you mean the zone \"docker02\"?"]);
}

#[tokio::test]
async fn an_unknown_instance_comes_with_the_known_ones() {
    let rig = populated().await;
    rig.get(
        "asgs/web/instances",
        json!([{"instance_id": "0123456789ab", "hostname": "web-aaaa"}]),
    )
    .await;
    rig.refuse(
        "DELETE",
        "asgs/web/instances/web-aaab",
        404,
        "instance \"web-aaab\" not found",
    )
    .await;
    let ran = rig.ms(&["terminate-instance", "-a", "web", "--instance", "web-aaab"]);
    ran.fails_with(1, &["did you mean the instance \"web-aaaa\"?"]);
    rig.refuse("DELETE", "asgs/web/instances/x", 404, "instance \"x\" not found")
        .await;
    let ran = rig.ms(&["terminate-instance", "-a", "web", "--instance", "x"]);
    ran.fails_with(1, &["`ms list-instances -a web` shows them"]);
}

#[tokio::test]
async fn a_known_name_brings_no_guess() {
    let rig = populated().await;
    rig.refuse("DELETE", "asgs/web", 409, "group \"web\" is started")
        .await;
    let ran = rig.ms(&["delete-asg", "-a", "web"]);
    assert_eq!(ran.err, "ms: group \"web\" is started\n");
}

#[tokio::test]
async fn what_is_missing_could_come_from_two_places() {
    let rig = Rig::logged_in().await;
    rig.refuse(
        "POST",
        "asgs",
        422,
        "min_size: is required; other: is required; domain: \"\" is too short",
    )
    .await;
    let ran = rig.ms(&["add-asg", "-a", "x"]);
    ran.fails_with(
        1,
        &[
            "--asg-min-size (min_size) is required; other: is required; domain: \"\" is too short",
            "ms add-asg --help",
            "section autoscaling_group",
        ],
    );
}

#[tokio::test]
async fn a_type_that_is_like_none_does_not_list_all_of_them() {
    let rig = populated().await;
    let args = ["add-lconf", "-c", "x", "--lconf-instances-type", "enormous"];
    rig.refuse("POST", "lconfs", 422, "instances_type: \"enormous\" is wrong")
        .await;
    let said = rig.ms(&args).err;
    assert!(said.contains("`ms list-instance-types` shows them"), "{said}");
    assert!(!said.contains("m1.small"), "{said}");
    let rig = populated().await;
    let whole = "\"enormous\" is none; the nearest is \"m1.large\", and list-instance-types shows them all";
    rig.refuse("POST", "lconfs", 422, whole).await;
    assert_eq!(rig.ms(&args).err, format!("ms: {whole}\n"));
}

#[tokio::test]
async fn a_guess_of_the_service_is_not_repeated() {
    let rig = populated().await;
    rig.refuse(
        "DELETE",
        "asgs/wbe",
        404,
        "group wbe not found; did you mean web?",
    )
    .await;
    let ran = rig.ms(&["delete-asg", "-a", "wbe"]);
    assert_eq!(ran.err, "ms: group wbe not found; did you mean web?\n");
}
