//! The demo's web server: says who it is, that it is well, and burns CPU on request.
//!
//! `/` tells the host name and the instance's `user_data`, `/health` answers OK, and `/burn?seconds=N&percent=P`
//! uses P per cent of the instance's CPUs for N seconds, so that scaling can be seen at work. It listens on port
//! 8080, or on `PORT`. With `--check` it asks the server on that port for its health and exits 0 or 1.

mod burn;
mod check;
mod http;
mod pages;
mod server;

use std::io::Write;
use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Where it listens unless `PORT` says otherwise.
const DEFAULT_PORT: u16 = 8080;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let ended = match (port(), std::env::args().nth(1).as_deref()) {
        (Err(why), _) => Err(why),
        (Ok(port), None) => serve(port).await,
        (Ok(port), Some("--check")) => check::healthy(port).await,
        (_, Some(other)) => Err(format!("unknown option {other:?}; the only one is --check")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "demo-web: {why}");
            ExitCode::FAILURE
        }
    }
}

fn port() -> Result<u16, String> {
    match std::env::var("PORT") {
        Err(_) => Ok(DEFAULT_PORT),
        Ok(text) => text
            .parse()
            .map_err(|_| format!("PORT is {text:?}, expected a number from 0 to 65535")),
    }
}

/// Serves until SIGTERM or SIGINT. The first process of a container gets no default handling of signals, so that
/// without this a stop would take the whole grace period.
async fn serve(port: u16) -> Result<(), String> {
    let told = |error: std::io::Error| format!("signals cannot be received: {error}");
    let mut terminate = signal(SignalKind::terminate()).map_err(told)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(told)?;
    let listening = TcpListener::bind(("0.0.0.0", port)).await;
    let listener = listening.map_err(|error| format!("port {port} cannot be listened on: {error}"))?;
    if let Ok(address) = listener.local_addr() {
        say(&format!("listening on {address}"));
    }
    tokio::select! {
        () = server::run(listener) => {}
        _ = terminate.recv() => say("SIGTERM: ending"),
        _ = interrupt.recv() => say("SIGINT: ending"),
    }
    Ok(())
}

/// To the container's log; that nobody reads it is no reason to fail.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
