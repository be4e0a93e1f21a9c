//! The page that shows the interface, in a browser.

use scenarios::harness::{Browser, Service, Setup};

const START: &str = "/asgcc/asgs/{name}/start";

/// The heading of an operation: what is clicked to open it.
fn heading(path: &str) -> String {
    format!(".opblock-summary:has([data-path='{path}'])")
}

#[tokio::test]
async fn the_page_shows_every_operation_and_asks_nobody_else() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let service = Service::start(Setup::new()).await;
    let origin = service.root();
    browser.tab.goto(&format!("{origin}/docs/")).await.unwrap();

    browser.shown(&heading("/asgcc/login")).await;
    browser.shown(".btn.authorize").await;
    assert_eq!(browser.tab.title().await.unwrap(), "microscaler");
    let name = browser.shown(".info .title").await.text().await.unwrap();
    assert!(name.starts_with("microscaler"), "{name}");

    browser.shown(&heading(START)).await.click().await.unwrap();
    let body = browser.shown(".opblock.is-open .opblock-body").await;
    let told = body.text().await.unwrap();
    assert!(told.contains("If-Match"), "{told}");

    let asked = "return performance.getEntriesByType('resource').map(entry => entry.name)";
    let asked = browser.tab.execute(asked, vec![]).await.unwrap();
    let asked: Vec<String> = serde_json::from_value(asked).unwrap();
    assert!(asked.contains(&format!("{origin}/openapi.json")), "{asked:?}");
    let elsewhere = |url: &&String| !url.starts_with(&format!("{origin}/"));
    assert_eq!(asked.iter().find(elsewhere), None);
    assert_eq!(browser.errors().await, Vec::<serde_json::Value>::new());
    browser.close().await;
}

#[tokio::test]
async fn the_page_calls_what_it_shows() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let service = Service::start(Setup::new()).await;
    let address = format!("{}/docs/", service.root());
    browser.tab.goto(&address).await.unwrap();

    browser.shown(".btn.authorize").await.click().await.unwrap();
    let token = service.token("user01").await;
    let field = browser.shown(".auth-container input").await;
    field.send_keys(&token).await.unwrap();
    for button in [".auth-btn-wrapper .authorize", ".auth-btn-wrapper .btn-done"] {
        browser.shown(button).await.click().await.unwrap();
    }

    let get = ".opblock-get:has([data-path='/asgcc/asgs'])";
    for button in [".opblock-summary", ".try-out__btn", ".execute"] {
        let button = browser.shown(&format!("{get} {button}")).await;
        button.click().await.unwrap();
    }
    let answer = browser
        .shown(&format!("{get} .live-responses-table .response"))
        .await;
    let told = answer.text().await.unwrap();
    assert!(told.starts_with("200"), "{told}");
    browser.close().await;
}
