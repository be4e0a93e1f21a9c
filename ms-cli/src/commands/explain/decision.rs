//! One decision, in words and tables.

use serde_json::Value;

use crate::output::{Column, Row, column, show_value, table, time};

/// A query can be long.
const SHORTENED: &[Column] = &wish_columns(column("metric").shortened(METRIC));
const WHOLE: &[Column] = &wish_columns(column("metric"));

/// Characters of a metric in a table.
pub const METRIC: usize = 48;

const fn wish_columns(metric: Column) -> [Column; 7] {
    [
        column("policy"),
        column("policy_type").titled("TYPE"),
        column("source"),
        metric,
        column("value").one_decimal(),
        column("capacity").titled("WISHES_FOR"),
        column("reason"),
    ]
}

const CLAMPS: &[Column] = &[
    column("by").titled("HELD_BY"),
    column("from"),
    column("to"),
    column("reason"),
];

/// A decision as a row: when, what, why.
pub fn line(decision: &Row) -> Row {
    let mut row = Row::new();
    for field in ["at", "outcome"] {
        row.insert(field.to_owned(), decision.get(field).cloned().unwrap_or_default());
    }
    row.insert("desired".to_owned(), Value::from(desired(decision)));
    row
}

/// Desired capacity, and what it was before when that was another.
pub fn desired(decision: &Row) -> String {
    let (before, after) = (number(decision, "before"), number(decision, "after"));
    match before == after {
        true => after,
        false => format!("{before} -> {after}"),
    }
}

/// When it was decided.
pub fn at(decision: &Row) -> String {
    decision
        .get("at")
        .and_then(Value::as_i64)
        .map_or_else(String::new, time)
}

/// All that a decision rests on, long metrics shortened unless it is `detailed`.
pub fn block(decision: &Row, detailed: bool) -> String {
    let number = |field| number(decision, field);
    let head = format!(
        "{}  desired {}, within {} and {}; {} in service, {} warming up\n{}",
        at(decision),
        desired(decision),
        number("min_size"),
        number("max_size"),
        number("in_service"),
        number("warming"),
        text(decision, "outcome"),
    );
    let parts = [Some(head), wishes(decision, detailed), clamps(decision)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// What each policy wished for; long metrics are shortened unless it is `detailed`.
pub fn wishes(decision: &Row, detailed: bool) -> Option<String> {
    let rows: Vec<Row> = rows(decision, "wishes").into_iter().map(wish).collect();
    let columns = if detailed { WHOLE } else { SHORTENED };
    (!rows.is_empty()).then(|| table(columns, &rows, false))
}

/// What stood in the way.
pub fn clamps(decision: &Row) -> Option<String> {
    let rows = rows(decision, "clamps");
    (!rows.is_empty()).then(|| table(CLAMPS, &rows, false))
}

/// A wish as it is shown: one that moves nothing is told apart.
fn wish(mut wish: Row) -> Row {
    if wish.get("shadow").and_then(Value::as_bool) == Some(true) {
        let capacity = show_value(wish.get("capacity").unwrap_or(&Value::Null));
        wish.insert("capacity".to_owned(), Value::from(format!("{capacity} (shadow)")));
    }
    wish
}

fn rows(decision: &Row, field: &str) -> Vec<Row> {
    let items = decision
        .get(field)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    items.filter_map(Value::as_object).cloned().collect()
}

fn number(decision: &Row, field: &str) -> String {
    show_value(decision.get(field).unwrap_or(&Value::Null))
}

fn text<'a>(decision: &'a Row, field: &str) -> &'a str {
    decision.get(field).and_then(Value::as_str).unwrap_or_default()
}
