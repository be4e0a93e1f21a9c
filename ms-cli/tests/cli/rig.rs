//! A home directory of its own, and a server that answers OK to every write.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub struct Rig {
    pub server: MockServer,
    pub home: tempfile::TempDir,
}

/// What one run of `ms` did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Rig {
    /// Nobody is logged in.
    pub async fn new() -> Self {
        Self {
            server: MockServer::start().await,
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Logged in with the token `t0`, at a server that accepts every write.
    pub async fn logged_in() -> Self {
        let rig = Self::new().await;
        rig.keep(&format!(
            "login: {{target: '{}', user: u, key: k, token: t0}}\n",
            rig.target()
        ));
        rig
    }

    pub fn target(&self) -> String {
        format!("{}/asgcc/", self.server.uri())
    }

    pub fn file(&self) -> PathBuf {
        self.home.path().join(".asg/.default_config.yml")
    }

    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Writes the defaults file.
    pub fn keep(&self, yaml: &str) {
        std::fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        std::fs::write(self.file(), yaml).unwrap();
    }

    pub fn kept(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    /// Writes any other file, and says where.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Answers a GET below the base with this.
    pub async fn get(&self, at: &str, answer: Value) {
        self.answer("GET", at, 200, answer).await;
    }

    pub async fn answer(&self, verb: &str, at: &str, status: u16, answer: Value) {
        Mock::given(method(verb))
            .and(path(format!("/asgcc/{at}")))
            .respond_with(ResponseTemplate::new(status).set_body_json(answer))
            .mount(&self.server)
            .await;
    }

    pub async fn refuse(&self, verb: &str, at: &str, status: u16, message: &str) {
        self.answer(verb, at, status, json!({"status": "ERROR", "message": message}))
            .await;
    }

    /// Answers OK to whatever nothing else answers.
    pub async fn accept_all(&self) {
        let ok = ResponseTemplate::new(200).set_body_json(json!({"status": "OK", "generation": 2}));
        Mock::given(any())
            .respond_with(ok)
            .with_priority(200)
            .mount(&self.server)
            .await;
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut ms = Command::new(env!("CARGO_BIN_EXE_ms"));
        ms.args(args)
            .env_remove("ASG_CLI_FILE")
            .env("HOME", self.home.path())
            .env("MICROSCALER_DATA_DIR", self.data_dir())
            .env("TZ", "UTC")
            .current_dir(self.home.path());
        ms
    }

    pub fn ms(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// Runs a line as a shell would, and demands that it was done.
    pub fn line(&self, line: &str) -> Ran {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ran = self.ms(words.get(1..).unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{line}");
        ran
    }

    /// What the server was asked: method, path with query, body (null when empty).
    pub async fn asked(&self) -> Vec<(String, String, Value)> {
        let requests = self.server.received_requests().await.unwrap();
        let asked = requests.iter().map(|r| {
            let query = r.url.query().map(|q| format!("?{q}")).unwrap_or_default();
            let body = serde_json::from_slice(&r.body).unwrap_or(Value::Null);
            (r.method.to_string(), format!("{}{query}", r.url.path()), body)
        });
        asked.collect()
    }

    pub async fn last_asked(&self) -> (String, String, Value) {
        self.asked().await.pop().expect("something was asked")
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Demands a failure whose message has all these parts.
    #[track_caller]
    pub fn fails_with(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in {self:?}");
        }
    }
}
