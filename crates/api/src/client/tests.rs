#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use reqwest::Method;
use serde_json::json;
use wiremock::matchers::{body_json, header, method, path as at, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{Client, ClientError, path};

async fn answering(status: u16, body: &str) -> (MockServer, Client) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_string(body);
    Mock::given(wiremock::matchers::any())
        .respond_with(answer)
        .mount(&server)
        .await;
    let client = Client::new(&format!("{}/asgcc/", server.uri()), Some("t0")).unwrap();
    (server, client)
}

#[test]
fn targets_are_checked_and_end_in_one_slash() {
    for good in ["http://h:1/asgcc", "http://h:1/asgcc/", " http://h:1/asgcc//?q#f"] {
        assert_eq!(
            Client::new(good, None).unwrap().target(),
            "http://h:1/asgcc/",
            "{good:?}"
        );
    }
    for bad in ["", "localhost:56785/asgcc", "ftp://h/", "http://", "/asgcc"] {
        let error = Client::new(bad, None).unwrap_err();
        assert!(matches!(error, ClientError::Target { .. }), "{bad:?}: {error}");
        assert!(error.to_string().contains(&format!("{bad:?}")), "{error}");
    }
}

#[test]
fn an_odd_name_stays_one_segment() {
    assert_eq!(path(&["asgs", "a/b c?d", "start"]), "asgs/a%2Fb%20c%3Fd/start");
    assert_eq!(path(&["asgs", "web_1.blue-2~"]), "asgs/web_1.blue-2~");
}

#[tokio::test]
async fn login_gives_the_token_that_later_calls_send() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(at("/asgcc/login"))
        .and(body_json(json!({"user": "u", "key": "k"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"status": "OK", "token": "t1"})))
        .mount(&server)
        .await;
    Mock::given(method("PUT"))
        .and(at("/asgcc/asgs/a"))
        .and(header("authorization", "t1"))
        .and(header("if-match", "\"7\""))
        .and(query_param("q", "a b&c"))
        .and(body_json(json!({"max_size": 2})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"status": "OK"})))
        .mount(&server)
        .await;
    let mut client = Client::new(&format!("{}/asgcc", server.uri()), None).unwrap();
    assert_eq!(client.login("u", "k").await.unwrap(), "t1");
    let call = client.call(Method::PUT, "asgs/a").query("q", "a b&c").if_match(7);
    assert_eq!(
        call.body(&json!({"max_size": 2})).send().await.unwrap(),
        json!({"status": "OK"})
    );
}

#[tokio::test]
async fn a_refusal_has_the_servers_words() {
    let (_server, client) = answering(409, r#"{"status":"ERROR","message":"group a exists"}"#).await;
    let error = client.get("asgs/a").await.unwrap_err();
    assert_eq!(
        (error.status(), error.to_string().as_str()),
        (Some(409), "group a exists")
    );
}

#[tokio::test]
async fn answers_of_something_else_are_told_apart() {
    for (status, body) in [
        (200, "<html>hello"),
        (404, "not found"),
        (301, ""),
        (500, "{}"),
        (404, "[1]"),
    ] {
        let (_server, mut client) = answering(status, body).await;
        let error = client.get("asgs").await.unwrap_err();
        assert!(
            matches!(error, ClientError::NotMicroscaler { .. }),
            "{body:?}: {error}"
        );
        let error = client.login("u", "k").await.unwrap_err();
        assert!(
            matches!(error, ClientError::NotMicroscaler { .. }),
            "{body:?}: {error}"
        );
    }
}

#[tokio::test]
async fn a_login_answer_without_token_is_not_ours() {
    let (_server, mut client) = answering(200, r#"{"status":"OK"}"#).await;
    let error = client.login("u", "k").await.unwrap_err();
    assert!(matches!(error, ClientError::NotMicroscaler { .. }), "{error}");
}

#[tokio::test]
async fn nobody_there_is_said_with_the_target() {
    // Bound and dropped: a port of which nobody else will be given soon.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let client = Client::new(&format!("http://{free}/asgcc"), None).unwrap();
    let error = client.get("asgs").await.unwrap_err();
    assert!(matches!(error, ClientError::Connect { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains(&free.to_string()) && text.to_lowercase().contains("refused"),
        "{text}"
    );
}
