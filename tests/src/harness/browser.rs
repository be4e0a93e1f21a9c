//! Chromium without a window, driven over WebDriver.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use test_servers::{Process, absent, program};

use super::{DEADLINE, free_port};

/// A browser with a profile of its own. Dropped, it is killed; [`Browser::close`] lets it end by itself.
pub struct Browser {
    /// Its only tab.
    pub tab: Client,
    _driver: Process,
}

impl Browser {
    /// Starts one; `None`, said aloud, where there is none.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start() -> Option<Self> {
        let (Some(chromedriver), Some(chromium)) = (program("chromedriver"), program("chromium")) else {
            absent("chromium or chromedriver");
            return None;
        };
        let port = free_port();
        let mut driver = driver(&chromedriver, port);
        let chromium = ended_with_its_parent(&chromium, driver.directory());
        driver.start(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        let tab = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&chromium, driver.directory()))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        match tab {
            Ok(tab) => Some(Self { tab, _driver: driver }),
            Err(why) => panic!("chromium does not come up: {why}: {}", driver.log()),
        }
    }

    /// Waits for an element of the page, named by a CSS selector.
    ///
    /// # Panics
    /// When it does not appear.
    pub async fn shown(&self, selector: &str) -> Element {
        let wait = self.tab.wait().at_most(DEADLINE);
        let found = wait.for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|why| panic!("{selector} is not shown: {why}"))
    }

    /// The errors that the console got since it was asked last.
    ///
    /// # Panics
    /// When the browser does not answer.
    pub async fn errors(&self) -> Vec<Value> {
        let logged = self.tab.issue_cmd(ConsoleLog).await;
        let Ok(Value::Array(mut entries)) = logged else {
            panic!("the console cannot be read: {logged:?}");
        };
        entries.retain(|entry| entry["level"] == "SEVERE");
        entries
    }

    /// Ends it as a user does.
    ///
    /// # Panics
    /// When it does not.
    pub async fn close(self) {
        self.tab.close().await.expect("the browser can be closed");
    }
}

/// What it and its browser write, they write to its directory.
fn driver(chromedriver: &Path, port: u16) -> Process {
    Process::new(PathBuf::from("env"), |directory| {
        let directory = directory.display();
        vec![
            format!("HOME={directory}"),
            format!("TMPDIR={directory}"),
            chromedriver.display().to_string(),
            format!("--port={port}"),
        ]
    })
}

/// The command that runs `program`: chromedriver, killed, would leave its browser behind.
fn ended_with_its_parent(program: &Path, directory: &Path) -> PathBuf {
    let file = directory.join("chromium");
    let text = format!(
        "#!/bin/sh\nexec setpriv --pdeathsig KILL -- '{}' \"$@\"\n",
        program.display()
    );
    std::fs::write(&file, text).expect("a directory of our own can be written");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&file, mode).expect("a file of our own can be made a program");
    file
}

fn capabilities(chromium: &Path, directory: &Path) -> Capabilities {
    let arguments = [
        "--headless=new".to_owned(),
        "--window-size=1280,1600".to_owned(),
        // Its sandbox does not work for root, nor in most containers; the page is our own.
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        format!("--user-data-dir={}", directory.join("profile").display()),
    ];
    Capabilities::from_iter([
        (
            "goog:chromeOptions".to_owned(),
            json!({"binary": chromium, "args": arguments}),
        ),
        ("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"})),
    ])
}

/// What Chromium's driver offers beside the standard: the console's lines since the last call.
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}
