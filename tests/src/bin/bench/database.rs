//! The database server itself, past the store: who it is, and what it holds.

use mongodb::bson::{Document, doc};
use mongodb::{Client, Collection};

/// A database of groups.
pub struct Database {
    /// Its server, by name and version.
    pub server: String,
    groups: Collection<Document>,
}

impl Database {
    /// Connects, and asks the server what it is.
    pub async fn open(uri: &str, name: &str) -> Self {
        let client = Client::with_uri_str(uri).await.expect("a server's address");
        let database = client.database(name);
        let told = database.run_command(doc! { "buildInfo": 1 }).await;
        Self {
            server: named(&told.expect("the server says what it is")),
            groups: database.collection("groups"),
        }
    }

    /// How many groups a leader of `epoch` or a later one has made its own.
    pub async fn raised(&self, epoch: u64) -> usize {
        let epoch = i64::try_from(epoch).unwrap_or(i64::MAX);
        let counted = self
            .groups
            .count_documents(doc! { "epoch": { "$gte": epoch } })
            .await;
        usize::try_from(counted.expect("the server counts")).unwrap_or(usize::MAX)
    }
}

/// `FerretDB` gives the version of the `MongoDB` that it stands in for, and its own beside it.
fn named(told: &Document) -> String {
    match (told.get_str("ferretdbVersion"), told.get_str("version")) {
        (Ok(own), _) => format!("FerretDB {}", own.trim_start_matches('v')),
        (Err(_), Ok(version)) => format!("MongoDB {version}"),
        (Err(_), Err(_)) => "a server of no version".to_owned(),
    }
}
