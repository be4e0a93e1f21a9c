//! Activities as rows of a table. One failure stands in several of them: a failed launch's message is the cause of
//! the container's removal. The table tells it once.

use serde_json::Value;

use super::lists::documents;
use crate::output::Row;

/// What stands in a cell for a failure that another row tells.
const ELSEWHERE: &str = "its launch failed";

/// The rows of a group's activities.
pub(super) fn rows(answer: &Value) -> Vec<Row> {
    let mut rows = documents(answer);
    let failures: Vec<(String, String)> = rows.iter().filter_map(failure).collect();
    for row in &mut rows {
        let (cause, message) = (text(row, "cause"), text(row, "message"));
        let told = |(instance, why): &&(String, String)| {
            *instance == text(row, "instance") && cause.contains(why.as_str())
        };
        if !message.is_empty() && cause.contains(&message) {
            row.insert("message".to_owned(), Value::Null);
        } else if failures.iter().any(|failure| told(&failure)) {
            row.insert("cause".to_owned(), Value::from(ELSEWHERE));
        }
    }
    rows
}

/// The instance whose launch failed, and why.
fn failure(row: &Row) -> Option<(String, String)> {
    let failed = text(row, "kind") == "launch" && text(row, "status") == "failed";
    let found = (text(row, "instance"), text(row, "message"));
    (failed && !found.0.is_empty() && !found.1.is_empty()).then_some(found)
}

fn text(row: &Row, field: &str) -> String {
    row.get(field)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
