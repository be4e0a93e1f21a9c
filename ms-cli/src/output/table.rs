//! Tables: a line of titles, a line for each row, nothing drawn around them.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Map, Value};

use super::column::{Column, show, title_of};

/// A document shown as a row.
pub type Row = Map<String, Value>;

/// A table of these columns; `detailed` adds one for every other field that a row has.
pub fn table(columns: &[Column], rows: &[Row], detailed: bool) -> String {
    let others = if detailed {
        other_fields(columns, rows)
    } else {
        Vec::new()
    };
    let titles = columns
        .iter()
        .map(Column::title)
        .chain(others.iter().map(|f| title_of(f)));
    let cells = rows.iter().map(|row| cells(columns, &others, row)).collect();
    plain(titles.collect(), cells)
}

fn cells(columns: &[Column], others: &[&str], row: &Row) -> Vec<String> {
    let value = |field: &str| row.get(field).unwrap_or(&Value::Null);
    let known = columns.iter().map(|column| column.show(value(column.field)));
    known
        .chain(others.iter().map(|field| show(value(field))))
        .collect()
}

/// The fields that no column shows, in the order in which rows bring them.
fn other_fields<'a>(columns: &[Column], rows: &'a [Row]) -> Vec<&'a str> {
    let mut others: Vec<&str> = Vec::new();
    for field in rows.iter().flat_map(Map::keys) {
        if !others.contains(&field.as_str()) && !columns.iter().any(|c| c.field == field) {
            others.push(field);
        }
    }
    others
}

/// A table of texts. On a terminal too narrow for it, long cells wrap; elsewhere a row is always one line.
fn plain(titles: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if table.is_tty() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(titles);
    for row in rows {
        table.add_row(row.into_iter().map(one_line).collect::<Vec<_>>());
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// A cell's line ends become blanks.
fn one_line(cell: String) -> String {
    if cell.contains(['\n', '\r']) {
        cell.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        cell
    }
}
