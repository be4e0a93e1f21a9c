//! Logging in: what comes from where, and what is kept.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use wiremock::matchers::{body_json, path};
use wiremock::{Mock, ResponseTemplate};

use crate::rig::Rig;

async fn accept_login(rig: &Rig, user: &str, key: &str) {
    Mock::given(path("/asgcc/login"))
        .and(body_json(json!({"user": user, "key": key})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"status": "OK", "token": "fresh"})))
        .with_priority(1)
        .mount(&rig.server)
        .await;
    rig.refuse("POST", "login", 401, "wrong user or key").await;
}

fn mode(rig: &Rig) -> u32 {
    rig.file().metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn options_are_kept_with_the_token_for_the_owner_alone() {
    let rig = Rig::new().await;
    accept_login(&rig, "alice", "s3").await;
    assert_eq!(
        rig.ms(&["login", "-t", &rig.target(), "-u", "alice", "-k", "s3"])
            .out,
        "OK\n"
    );
    assert_eq!(mode(&rig), 0o600);
    for part in ["alice", "s3", "fresh", &rig.target()] {
        assert!(rig.kept().contains(part), "{part} is not in {}", rig.kept());
    }
    rig.get("asgs", json!([])).await;
    rig.line("ms list-asgs");
    let requests = rig.server.received_requests().await.unwrap();
    assert_eq!(
        requests.last().unwrap().headers.get("authorization").unwrap(),
        "fresh"
    );
}

#[tokio::test]
async fn what_options_leave_out_comes_from_the_file_and_other_sections_stay() {
    let rig = Rig::new().await;
    accept_login(&rig, "bob", "k").await;
    rig.keep(&format!(
        "login: {{target: '{}', user: alice, key: k}}\nautoscaling_group: {{min_size: 7}}\n",
        rig.target()
    ));
    rig.line("ms login --user bob");
    assert!(
        rig.kept().contains("bob") && rig.kept().contains("min_size: 7"),
        "{}",
        rig.kept()
    );
    assert_eq!(mode(&rig), 0o600, "a file that others could read is closed");
}

#[tokio::test]
async fn a_digits_key_stays_as_it_is_written() {
    let rig = Rig::new().await;
    accept_login(&rig, "true", "0123").await;
    rig.keep(&format!(
        "login: {{target: '{}', user: true, key: 0123}}\n",
        rig.target()
    ));
    rig.line("ms login");
    rig.line("ms login");
}

#[tokio::test]
async fn without_anything_else_the_local_key_is_found() {
    let rig = Rig::new().await;
    accept_login(&rig, "local", "made").await;
    rig.write(
        "data/api-key.yml",
        &format!("target: {}\nuser: local\nkey: made\n", rig.target()),
    );
    rig.line("ms login");
    // Made anew: the kept key is refused, the new one is found.
    rig.server.reset().await;
    accept_login(&rig, "local", "remade").await;
    rig.write(
        "data/api-key.yml",
        &format!("target: {}\nuser: local\nkey: remade\n", rig.target()),
    );
    rig.line("ms login");
    assert!(rig.kept().contains("remade"), "{}", rig.kept());
}

#[tokio::test]
async fn the_local_key_is_never_sent_to_another_target() {
    let (rig, other) = (Rig::new().await, Rig::new().await);
    rig.write(
        "data/api-key.yml",
        &format!("target: {}\nuser: local\nkey: made\n", rig.target()),
    );
    rig.ms(&["login", "--target", &other.target()])
        .fails_with(1, &["no user given", "--user"]);
    rig.ms(&["login", "--user", "eve"])
        .fails_with(1, &["no target given"]);
    assert_eq!((rig.asked().await, other.asked().await), (vec![], vec![]));
}

#[tokio::test]
async fn a_refused_login_keeps_what_was_kept() {
    let rig = Rig::logged_in().await;
    rig.refuse("POST", "login", 401, "wrong user or key").await;
    let before = rig.kept();
    rig.ms(&["login", "--key", "bad"])
        .fails_with(1, &["wrong user or key", "--key"]);
    assert_eq!(rig.kept(), before);
}

#[tokio::test]
async fn a_linked_file_stays_a_link() {
    let rig = Rig::new().await;
    accept_login(&rig, "u", "k").await;
    let real = rig.write("dotfiles/ms.yml", "policy: {metric: CPU}\n");
    std::fs::create_dir_all(rig.file().parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&real, rig.file()).unwrap();
    rig.ms(&["login", "-t", &rig.target(), "-u", "u", "-k", "k"]);
    assert!(rig.file().is_symlink());
    assert!(std::fs::read_to_string(real).unwrap().contains("fresh"));
}

#[tokio::test]
async fn a_wrong_base_is_told_from_a_wrong_key() {
    let rig = Rig::new().await;
    rig.refuse("POST", "login", 404, "path /login not found").await;
    let ran = rig.ms(&["login", "-t", &rig.target(), "-u", "u", "-k", "k"]);
    ran.fails_with(1, &["path /login not found", "http://localhost:56785/asgcc"]);
}
