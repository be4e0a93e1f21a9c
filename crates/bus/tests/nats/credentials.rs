//! Servers of an operator, whose users come with a credentials file.

use bus::conformance::fixture::{host, launch, patiently, said, taken};
use bus::{Bus, BusError, Login, NatsBus, NatsOptions, Queue, Received};
use test_servers::nats::{Asks, Nats};

use super::{BOTH, options};

fn with(server: &Nats, file: &str) -> NatsOptions {
    NatsOptions {
        login: Login::CredentialsFile(server.file(file)),
        ..options(server)
    }
}

#[tokio::test]
async fn a_user_with_a_credentials_file_may_do_all_that_a_bus_does() {
    for server in BOTH
        .into_iter()
        .filter_map(|which| Nats::asking(which, Asks::Credentials))
    {
        let bus = NatsBus::connect(with(&server, "ours.creds")).await.unwrap();
        bus.ping().await.unwrap();
        let here = host("credentials.example.net");
        let mut messages = bus.messages().await.unwrap();
        let mut jobs = bus.jobs(&here, Queue::Launch).await.unwrap();
        let job = launch(&here);
        bus.send(&job).await.unwrap();
        let delivery = taken(&mut *jobs).await;
        assert_eq!(delivery.job(), &job);
        delivery.ack().await.unwrap();
        bus.publish(&said(&here, 1)).await.unwrap();
        assert_eq!(
            patiently(messages.next()).await,
            Some(Received::Item(said(&here, 1)))
        );
        drop(jobs);
        bus.forget_host(&here).await.unwrap();
    }
}

#[tokio::test]
async fn a_credentials_file_that_does_not_serve_is_named_with_the_reason() {
    for server in BOTH
        .into_iter()
        .filter_map(|which| Nats::asking(which, Asks::Credentials))
    {
        let whole = std::fs::read_to_string(server.file("ours.creds")).unwrap();
        std::fs::write(server.file("cut.creds"), &whole[..whole.len() / 2]).unwrap();
        for (file, expected) in [
            ("unknown.creds", "authorization violation"),
            ("poor.creds", "JetStream not enabled for account"),
            ("cut.creds", "JWT"),
            ("missing.creds", "os error 2"),
        ] {
            let why = match NatsBus::connect(with(&server, file)).await {
                Err(BusError::Unavailable(why)) => why,
                other => panic!("{file} was not refused: {other:?}"),
            };
            let names = format!("credentials file {}: ", server.file(file).display());
            assert!(why.starts_with(&names), "{file}: {why}");
            assert!(why.contains(expected), "{file}: {why}");
        }
        // Without any, or where the file is not the reason, nothing is said of files.
        let mut too_many = with(&server, "ours.creds");
        too_many.limits.replicas = 3;
        for options in [options(&server), too_many] {
            let error = NatsBus::connect(options).await.unwrap_err().to_string();
            assert!(!error.contains("file"), "{error}");
        }
    }
}
