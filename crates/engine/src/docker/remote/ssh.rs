//! SSH, by the machine's own `ssh`, with its configuration, its known hosts and its keys: as the docker command does it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, Command};

use super::super::address::Login;
use super::link::Link;
use super::probe;

/// Keys alone, no question ever asked, and an end that is noticed.
const OPTIONS: [&str; 5] = [
    "BatchMode=yes",
    "PreferredAuthentications=publickey",
    "ConnectTimeout=10",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
];
/// For ssh to say why it failed, once its connection is closed.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A connection through a process of ssh, on which the engine at the far end has answered.
pub(super) async fn connect(login: &Login, config: Option<&Path>) -> Result<Link, String> {
    let mut child = command(login, config)
        .spawn()
        .map_err(|error| format!("ssh cannot be started: {error}"))?;
    let (Some(stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("ssh has no pipes".to_owned());
    };
    let mut link = Link::carried(tokio::io::join(stdout, stdin), child);
    match probe::answers(&mut link).await {
        Ok(()) => {
            tokio::spawn(log(stderr, login.host.clone()));
            Ok(link)
        }
        Err(why) => Err(last_words(stderr).await.unwrap_or(why)),
    }
}

fn command(login: &Login, config: Option<&Path>) -> Command {
    let mut ssh = Command::new("ssh");
    ssh.arg("-T");
    for option in OPTIONS {
        ssh.args(["-o", option]);
    }
    if let Some(config) = config {
        ssh.arg("-F").arg(config);
    }
    if let Some(user) = &login.user {
        ssh.args(["-l", user]);
    }
    if let Some(port) = login.port {
        ssh.args(["-p", &port.to_string()]);
    }
    ssh.args(["--", &login.host, "docker", "system", "dial-stdio"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    ssh
}

/// What ssh, or the shell at the far end, said before it ended.
async fn last_words(stderr: ChildStderr) -> Option<String> {
    let mut said = String::new();
    let mut bounded = stderr.take(4096);
    let _ended = tokio::time::timeout(LAST_WORDS, bounded.read_to_string(&mut said)).await;
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// Takes what is said later, which would block ssh when nobody did.
async fn log(stderr: ChildStderr, host: String) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        tracing::debug!(host, "ssh: {line}");
    }
}
