//! Users and passwords.

use domain::Timestamp;
use mongodb::Client;
use mongodb::bson::doc;
use mongodb::options::{ClientOptions, Credential, ServerAddress};
use store::conformance::fixtures::{account, group};
use store::{Login, MongoOptions, MongoStore, Store, Token};
use test_servers::Mongo;

const ASG: &str = "asg_of_users";
const AUTH: &str = "auth_of_users";

fn login(database: &str, user: &str, password: &str) -> Login {
    Login {
        database: database.to_owned(),
        user: Some(user.to_owned()),
        password: Some(password.to_owned()),
    }
}

fn as_user(mongo: &Mongo, asg: Login, auth: Login) -> MongoOptions {
    MongoOptions {
        asg,
        auth,
        ..super::impatient(mongo.port())
    }
}

/// Past the store, as the user of the groups.
fn client(mongo: &Mongo) -> Client {
    let host = ServerAddress::Tcp {
        host: "127.0.0.1".to_owned(),
        port: Some(mongo.port()),
    };
    let user = Credential::builder()
        .username("im".to_owned())
        .password("s3cret".to_owned())
        .source(ASG.to_owned())
        .build();
    let options = ClientOptions::builder().hosts(vec![host]).credential(user);
    Client::with_options(options.build()).unwrap()
}

#[tokio::test]
async fn each_database_is_opened_by_its_own_user() {
    let Some(mongo) = Mongo::with_user("im", "s3cret", ASG) else {
        return;
    };
    let admin = client(&mongo);
    // FerretDB knows no roles: whoever is let in may do everything.
    let user = doc! { "createUser": "tokens", "pwd": "0ther", "roles": [] };
    admin.database(AUTH).run_command(user).await.unwrap();
    let logins = (login(ASG, "im", "s3cret"), login(AUTH, "tokens", "0ther"));
    let store = MongoStore::connect(&as_user(&mongo, logins.0, logins.1))
        .await
        .unwrap();
    let token = Token {
        hash: "hash".to_owned(),
        account: account("anna"),
        key_fingerprint: "fingerprint".to_owned(),
        expires: Timestamp::from_millis(10),
    };
    store.put_token(&token).await.unwrap();
    store.create_group(&group("anna", "web")).await.unwrap();
    store.ping().await.unwrap();

    assert_eq!(super::stored(&admin, AUTH, "tokens").await.len(), 1);
    assert_eq!(super::stored(&admin, ASG, "groups").await.len(), 1);
    assert_eq!(super::stored(&admin, AUTH, "groups").await, []);
    assert_eq!(super::stored(&admin, ASG, "tokens").await, []);
}

#[tokio::test]
async fn a_wrong_password_and_nobody_are_refused() {
    let Some(mongo) = Mongo::with_user("im", "s3cret", ASG) else {
        return;
    };
    let right = login(ASG, "im", "s3cret");
    let nobody = Login {
        user: None,
        ..right.clone()
    };
    for wrong in [login(ASG, "im", "wrong"), login(ASG, "him", "s3cret"), nobody] {
        for (asg, auth) in [(&wrong, &wrong), (&right, &wrong), (&wrong, &right)] {
            let said = super::unavailable(&as_user(&mongo, asg.clone(), auth.clone())).await;
            assert!(said.to_lowercase().contains("auth"), "{said}");
            assert!(!said.contains("s3cret"), "{said}");
        }
    }
    let options = as_user(&mongo, right.clone(), right);
    assert!(!format!("{options:?}").contains("s3cret"), "{options:?}");
    MongoStore::connect(&options).await.unwrap();
}
