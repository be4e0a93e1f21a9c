//! A passage to a MongoDB server that can be closed to changes, with changes in it.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What a change begins with: the name of its command, a string.
const CHANGE: &[u8] = b"\x02update\0";
/// What a commit begins with: a change of the groups' collection.
const COMMIT: &[u8] = b"\x02update\0\x07\0\0\0groups\0";
/// How an answer tells the number of documents that matched: a 32-bit integer named `n`.
const MATCHED: &[u8] = b"\x10n\0";

/// Passes on what clients of a server say. While it is closed, it takes the changes that they ask for and keeps them;
/// opened again, it delivers those, also when nobody waits for the answer any more.
pub struct Strait {
    address: String,
    open: watch::Sender<bool>,
    held: Arc<Mutex<Held>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Held {
    commits: usize,
    matched: Vec<i32>,
}

impl Strait {
    /// Makes one before a server, open.
    ///
    /// # Panics
    /// When the loopback has no free port.
    pub async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let open = watch::Sender::new(true);
        let (held, gate) = (Arc::<Mutex<Held>>::default(), open.subscribe());
        let noted = Arc::clone(&held);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let passage = pass(client, server.clone(), gate.clone(), Arc::clone(&noted));
                tokio::spawn(passage);
            }
        });
        Self {
            address,
            open,
            held,
            task,
        }
    }

    /// Where its clients connect.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Closes it.
    pub fn close(&self) {
        self.open.send_replace(false);
    }

    /// Opens it: what was held is delivered.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// The commits that it held.
    #[must_use]
    pub fn commits(&self) -> usize {
        self.held().commits
    }

    /// How many documents each of them matched, of those that are answered.
    #[must_use]
    pub fn matched(&self) -> Vec<i32> {
        self.held().matched.clone()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Strait {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(
    client: TcpStream,
    server: String,
    gate: watch::Receiver<bool>,
    held: Arc<Mutex<Held>>,
) -> io::Result<()> {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = TcpStream::connect(server).await?.into_split();
    let late = Arc::new(Mutex::new(false));
    let questions = tokio::spawn(questions(
        from_client,
        to_server,
        gate,
        Arc::clone(&held),
        Arc::clone(&late),
    ));
    let mut answer = vec![0; 64 * 1024];
    loop {
        let read = from_server.read(&mut answer).await?;
        let answer = answer.get(..read).unwrap_or_default();
        if read == 0 {
            break;
        }
        if std::mem::take(&mut *late.lock().unwrap_or_else(PoisonError::into_inner)) {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            held.matched.extend(matched(answer));
        }
        // A client that gave up still gets its answer noted.
        let _gone = to_client.write_all(answer).await;
    }
    questions.abort();
    Ok(())
}

/// What the client says, until it has no more and nothing is held.
async fn questions(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    mut gate: watch::Receiver<bool>,
    held: Arc<Mutex<Held>>,
    late: Arc<Mutex<bool>>,
) -> io::Result<()> {
    let mut said = vec![0; 64 * 1024];
    loop {
        let read = client.read(&mut said).await.unwrap_or(0);
        let said = said.get(..read).unwrap_or_default();
        if !*gate.borrow() && contains(said, CHANGE).is_some() {
            if contains(said, COMMIT).is_some() {
                held.lock().unwrap_or_else(PoisonError::into_inner).commits += 1;
                *late.lock().unwrap_or_else(PoisonError::into_inner) = true;
            }
            let _sender_is_gone = gate.wait_for(|open| *open).await;
        }
        if read == 0 {
            // Its last question may not be answered yet: the server ends the connection.
            return server.shutdown().await;
        }
        server.write_all(said).await?;
    }
}

fn contains(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn matched(answer: &[u8]) -> Option<i32> {
    let number = answer.get(contains(answer, MATCHED)? + MATCHED.len()..)?;
    Some(i32::from_le_bytes(number.first_chunk().copied()?))
}
