//! A NATS cluster: several addresses, who we are there, and how many servers keep a job.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{config, refused};

#[test]
fn several_addresses_are_a_list_or_one_text_with_commas() {
    let all = ["nats://n1:4222", "tls://u:p@n2:4222", "nats://n3"];
    for text in [
        "[nats://n1:4222, 'tls://u:p@n2:4222', nats://n3]",
        "nats://n1:4222,tls://u:p@n2:4222,nats://n3",
        "'nats://n1:4222, tls://u:p@n2:4222 , nats://n3'",
        "['nats://n1:4222,tls://u:p@n2:4222', nats://n3]",
    ] {
        assert_eq!(
            config(&format!("agent: {{nats: {}}}", quoted(text))).agent.nats,
            all,
            "{text}"
        );
    }
    assert_eq!(config("agent: {nats: 'nats://n1'}").agent.nats, ["nats://n1"]);
}

/// In a flow mapping a comma ends a value.
fn quoted(text: &str) -> String {
    match text.starts_with(['[', '\'']) {
        true => text.to_owned(),
        false => format!("'{text}'"),
    }
}

#[test]
fn the_address_that_is_wrong_is_named_without_its_password() {
    let form = "expected nats://HOST:PORT or tls://HOST:PORT";
    for (value, place, shown) in [
        ("[nats://n1, 'http://n2']", "2:21: agent.nats[1]", "\"http://n2\""),
        ("[nats://n1, 5]", "2:21: agent.nats[1]", "5"),
        ("[nats://n1, [nats://n2]]", "2:21: agent.nats[1]", "(a list)"),
        ("{a: nats://n1}", "2:9: agent.nats", "(a mapping)"),
        ("nats://n1,", "2:9: agent.nats", "nats://n1,"),
        ("nats://n1,n2:4222", "2:9: agent.nats", "nats://n1,n2:4222"),
        (
            "nats://n1,nats://n2:0",
            "2:9: agent.nats",
            "nats://n1,nats://n2:0",
        ),
        (
            "nats://u:s3cret@n1,nats://n2:x",
            "2:9: agent.nats",
            "nats://(hidden)@n1,nats://n2:x",
        ),
        (
            "nats://n1:x,nats://u:s3cret@n2",
            "2:9: agent.nats",
            "nats://(hidden)@n2",
        ),
        ("nats://u:s3,cret@n1", "2:9: agent.nats", "nats://(hidden)@n1"),
        ("u:s3cret@n1", "2:9: agent.nats", "(hidden)@n1"),
        (
            "[nats://n1, 'nats://u:s3cret@n2:x']",
            "2:21: agent.nats[1]",
            "\"nats://(hidden)@n2:x\"",
        ),
    ] {
        let said = refused(&format!("agent:\n  nats: {value}"), None);
        assert_eq!(said, format!("FILE:{place}: value {shown}: {form}"), "{value}");
    }
    assert_eq!(
        refused("agent:\n  nats: []", None),
        "FILE:2:9: agent.nats: value (a list): expected at least one address"
    );
}

#[test]
fn a_job_is_kept_by_one_server_or_up_to_five() {
    assert_eq!(config("nats: {prefix: a}").nats.replicas, 1);
    assert_eq!(config("nats: {replicas: '3'}").nats.replicas, 3);
    for value in ["0", "6", "-1", "three", "[3]"] {
        let said = refused(&format!("nats:\n  replicas: {value}"), None);
        let shown = if value == "[3]" { "(a list)" } else { value };
        let expected = "expected a whole number from 1 to 5";
        assert_eq!(
            said,
            format!("FILE:2:13: nats.replicas: value {shown}: {expected}")
        );
    }
}

#[test]
fn who_we_are_is_said_once() {
    for (text, refusal) in [
        (
            "user: u\n  token: s3cret",
            "3:10: nats.token: value (hidden): expected it without nats.user",
        ),
        (
            "credentials: /c\n  user: u\n  password: s3cret",
            "2:16: nats.credentials: value (hidden): expected it without nats.user",
        ),
        (
            "credentials: /c\n  token: s3cret",
            "2:16: nats.credentials: value (hidden): expected it without nats.token",
        ),
    ] {
        let said = refused(&format!("nats:\n  {text}"), None);
        let which = "user, token or credentials, one of them";
        assert_eq!(said, format!("FILE:{refusal}: {which}"), "{text}");
    }
    for other in ["", "  token: t\n", "  credentials: /c\n"] {
        let said = refused(&format!("nats:\n  password: s3cret\n{other}"), None);
        let refusal = "FILE:2:13: nats.password: value (hidden): expected nats.user with it";
        assert_eq!(said, refusal, "{other}");
    }
    let one = config("nats: {user: u, password: p, token: , credentials: }").nats;
    assert_eq!(one.user.as_deref(), Some("u"));
    assert!(config("nats: {user: u}").nats.password.is_none());
}

#[test]
fn a_key_without_its_certificate_is_refused() {
    for (text, place) in [
        ("database:\n  tls: {key: k.pem}", "2:14: database.tls.key"),
        ("nats:\n  tls: {ca: c, key: k.pem}", "2:21: nats.tls.key"),
        ("redis_tls:\n  key: k.pem", "2:8: redis_tls.key"),
    ] {
        let refusal =
            format!("FILE:{place}: value k.pem: expected cert with it: the certificate of this key");
        assert_eq!(refused(text, None), refusal, "{text}");
    }
}
