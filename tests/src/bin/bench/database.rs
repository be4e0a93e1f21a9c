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

/// `FerretDB` says which `MongoDB` it stands in for, and itself beside it.
fn named(told: &Document) -> String {
    let version = |document: &Document| document.get_str("version").unwrap_or("of no version").to_owned();
    match told.get_document("ferretdb") {
        Ok(itself) => format!("FerretDB {}", version(itself)),
        Err(_) => format!("MongoDB {}", version(told)),
    }
}
