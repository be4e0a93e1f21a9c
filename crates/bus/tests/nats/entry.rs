//! Who is let in.

use bus::{Bus, BusError, Login, NatsBus, NatsOptions, NatsTls};
use test_servers::nats::{Asks, Nats};

use super::{BOTH, options};

fn bus_with(password: &str) -> Login {
    Login::Password {
        user: "bus".to_owned(),
        password: password.to_owned(),
    }
}

/// That it is refused, and what is said.
async fn refused(options: NatsOptions) -> String {
    match NatsBus::connect(options).await {
        Err(BusError::Unavailable(why)) => why,
        other => panic!("it was not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_right_password_enters_and_no_other() {
    for server in BOTH
        .into_iter()
        .filter_map(|which| Nats::asking(which, Asks::Password))
    {
        let with = |login| NatsOptions {
            login,
            ..options(&server)
        };
        for wrong in [Login::None, bus_with("guess"), Login::Token("s3cret".to_owned())] {
            let why = refused(with(wrong)).await;
            assert!(why.contains("authorization violation"), "{why}");
            assert!(!why.contains("guess"), "{why}");
        }
        let bus = NatsBus::connect(with(bus_with("s3cret"))).await.unwrap();
        bus.ping().await.unwrap();

        let named = |login: &str| NatsOptions {
            urls: vec![server.url().replace("://", &format!("://{login}@"))],
            ..options(&server)
        };
        refused(named("bus:guess")).await;
        let bus = NatsBus::connect(named("bus:s3cre%74")).await.unwrap();
        bus.ping().await.unwrap();

        let file = server.file("missing.creds");
        let why = refused(with(Login::CredentialsFile(file))).await;
        assert!(why.contains("missing.creds"), "{why}");
    }
}

#[tokio::test]
async fn tls_with_a_client_certificate_enters_and_nothing_less() {
    for server in BOTH
        .into_iter()
        .filter_map(|which| Nats::asking(which, Asks::Certificate))
    {
        let ca = Some(server.file("ca.pem"));
        let identity = Some((server.file("client.pem"), server.file("client.key")));
        let with = |ca, identity| NatsOptions {
            tls: NatsTls { ca, identity },
            ..options(&server)
        };
        refused(with(None, identity.clone())).await;
        refused(with(ca.clone(), None)).await;
        let bus = NatsBus::connect(with(ca, identity)).await.unwrap();
        bus.ping().await.unwrap();
    }
}
