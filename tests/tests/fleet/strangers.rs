//! Another account's names, over every path of a fleet.

use scenarios::harness::{Fleet, HIDDEN, Setup, strangers_are_shown_nothing};

use super::exactly;

#[tokio::test]
async fn nobody_reaches_what_another_account_named() {
    let setup = Setup::new().user("user02", "other");
    let Some(fleet) = Fleet::start_with(setup, &[]).await else {
        return;
    };
    let rest = fleet.rest("asg-controller").await;
    let stranger = fleet.login("asg-controller", "user02", "other").await.unwrap();
    let target = fleet.target("asg-controller");
    strangers_are_shown_nothing(target.trim_end_matches("/asgcc"), &rest, &stranger).await;
    exactly(&fleet, &rest, HIDDEN, 1).await;
}
