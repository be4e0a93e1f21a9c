//! A relay before a server that answers chosen commands as a primary does that steps down.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mongodb::bson::{Document, doc};
use store::MongoOptions;
use test_servers::Mongo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A message of commands and answers; older ones are passed on as they are.
const OP_MSG: i32 = 2_013;
/// Length, id, id of what is answered, kind of message.
const HEADER: usize = 16;
/// Header, flags, and the kind of the section that the document is in.
const BEFORE_DOCUMENT: usize = HEADER + 4 + 1;
/// The byte of the flags that allows several answers to one request: one is enough.
const MANY_ANSWERS: usize = HEADER + 2;

/// An error of a server, by code and name.
pub type Told = (i32, &'static str);

/// What becomes of a command.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// The server never sees it, and the client is told an error.
    Refused(Told),
    /// The server carries it out, and the client is told an error.
    Interrupted(Told),
    /// The server carries it out, and its answer says that others did not confirm it.
    Unconfirmed(Told),
    /// The connection breaks.
    Broken,
    /// The server sees it so much later.
    Late(Duration),
}

/// Between clients and a server.
pub struct Relay {
    port: u16,
    plan: Arc<Mutex<Plan>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Plan {
    faults: BTreeMap<String, (usize, Fault)>,
    seen: BTreeMap<String, usize>,
}

impl Plan {
    fn meets(&mut self, command: &str) -> Option<Fault> {
        *self.seen.entry(command.to_owned()).or_default() += 1;
        let (left, fault) = self.faults.get_mut(command)?;
        *left = left.checked_sub(1)?;
        Some(*fault)
    }
}

impl Relay {
    /// One before a server of our own; `None`, with a line that says so, where there is only another's.
    pub async fn before(mongo: &Mongo) -> Option<Self> {
        if !mongo.is_ours() {
            test_servers::skipped("it stands before a MongoDB server, whose address has to be known");
            return None;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (server, plan) = (mongo.port(), Arc::<Mutex<Plan>>::default());
        let planned = Arc::clone(&plan);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let planned = Arc::clone(&planned);
                tokio::spawn(async move {
                    // It ends when either side does.
                    let _ = relay(client, server, &planned).await;
                });
            }
        });
        Some(Self { port, plan, task })
    }

    /// How a store comes through it.
    pub fn options(&self) -> MongoOptions {
        MongoOptions {
            pool_size: 20,
            pool_timeout: Duration::from_secs(5),
            ..super::impatient(self.port)
        }
    }

    /// The next so many commands of a name meet a fault.
    pub fn plan(&self, command: &str, times: usize, fault: Fault) {
        self.planned().faults.insert(command.to_owned(), (times, fault));
    }

    /// Nothing goes wrong from now on.
    pub fn calm(&self) {
        self.planned().faults.clear();
    }

    /// Whether commands met everything that was planned.
    pub fn is_over(&self) -> bool {
        self.planned().faults.values().all(|(left, _)| *left == 0)
    }

    /// How many commands of a name came by so far.
    pub fn seen(&self, command: &str) -> usize {
        self.planned().seen.get(command).copied().unwrap_or_default()
    }

    fn planned(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn relay(mut client: TcpStream, server: u16, plan: &Mutex<Plan>) -> io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
    loop {
        let mut request = message(&mut client).await?;
        let fault = match name(&request) {
            Some(name) => {
                request[MANY_ANSWERS] &= !1;
                plan.lock().unwrap().meets(&name)
            }
            None => None,
        };
        let answer = match fault {
            None => pass(&mut server, &request).await?,
            Some(Fault::Late(time)) => {
                tokio::time::sleep(time).await;
                pass(&mut server, &request).await?
            }
            Some(Fault::Refused(told)) => answer(&request, &error(told)),
            Some(Fault::Interrupted(told)) => {
                pass(&mut server, &request).await?;
                answer(&request, &error(told))
            }
            Some(Fault::Unconfirmed(told)) => {
                let mut said = document(&pass(&mut server, &request).await?).unwrap_or_default();
                said.insert("writeConcernError", error(told));
                answer(&request, &said)
            }
            Some(Fault::Broken) => return Ok(()),
        };
        client.write_all(&answer).await?;
    }
}

async fn pass(server: &mut TcpStream, request: &[u8]) -> io::Result<Vec<u8>> {
    server.write_all(request).await?;
    message(server).await
}

async fn message(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let mut message = vec![0; usize::try_from(i32::from_le_bytes(length)).unwrap()];
    message[..4].copy_from_slice(&length);
    stream.read_exact(&mut message[4..]).await?;
    Ok(message)
}

/// The name of the command in a message.
fn name(message: &[u8]) -> Option<String> {
    document(message)?.into_iter().next().map(|(name, _)| name)
}

/// The document of a message, whose kind of section is 0; others are lists beside it.
fn document(message: &[u8]) -> Option<Document> {
    let kind = message.get(12..HEADER)?;
    let is_newer = i32::from_le_bytes(kind.try_into().unwrap()) == OP_MSG;
    let begins = is_newer && message.get(BEFORE_DOCUMENT - 1) == Some(&0);
    begins.then(|| Document::from_reader(&message[BEFORE_DOCUMENT..]).unwrap())
}

fn error((code, name): Told) -> Document {
    doc! { "ok": 0.0, "code": code, "codeName": name, "errmsg": "told by a test" }
}

fn answer(request: &[u8], said: &Document) -> Vec<u8> {
    let said = said.to_vec().unwrap();
    let length = i32::try_from(BEFORE_DOCUMENT + said.len()).unwrap();
    let header = [
        &length.to_le_bytes()[..],
        &[0; 4],
        &request[4..8],
        &OP_MSG.to_le_bytes(),
    ];
    [&header.concat()[..], &[0; 5], &said].concat()
}
