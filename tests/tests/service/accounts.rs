//! Another account's names, over every path of a single process.

use scenarios::harness::{HIDDEN, Service, Setup, strangers_are_shown_nothing};

#[tokio::test]
async fn nobody_reaches_what_another_account_named() {
    let service = Service::start(Setup::new().user("user02", "other")).await;
    let (rest, stranger) = (service.rest("user01").await, service.rest("user02").await);
    strangers_are_shown_nothing(&service.root(), &rest, &stranger.client).await;
    rest.in_service(HIDDEN, 1).await;
}
