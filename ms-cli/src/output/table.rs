//! Tables: a line of titles, a line for each row, nothing drawn around them.

use comfy_table::{ContentArrangement, Table, presets};
use console::Term;
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
    let titles: Vec<String> = columns
        .iter()
        .map(Column::title)
        .chain(others.iter().map(|f| title_of(f)))
        .collect();
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(columns, &others, row)).collect();
    match terminal_width() {
        Some(width) if detailed && !fits(&titles, &cells, width) => blocks(&titles, &cells),
        width => lines(&titles, &cells, width),
    }
}

fn terminal_width() -> Option<u16> {
    let terminal = Some(Term::stdout()).filter(Term::is_term)?;
    terminal.size_checked().map(|(_, width)| width)
}

fn cells(columns: &[Column], others: &[&str], row: &Row) -> Vec<String> {
    let value = |field: &str| row.get(field).unwrap_or(&Value::Null);
    let known = columns.iter().map(|column| column.show(value(column.field)));
    let cells = known.chain(others.iter().map(|field| show(value(field))));
    cells.map(one_line).collect()
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

/// A line for each row. On a terminal too narrow for it, long cells wrap; elsewhere a row is always one line.
fn lines(titles: &[String], rows: &[Vec<String>], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.set_header(titles);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

fn fits(titles: &[String], rows: &[Vec<String>], width: u16) -> bool {
    let text = lines(titles, rows, None);
    text.lines()
        .all(|line| console::measure_text_width(line) <= usize::from(width))
}

/// A block of lines for each row, a line for each field: what a terminal too narrow for all columns shows.
fn blocks(titles: &[String], rows: &[Vec<String>]) -> String {
    let widest = titles.iter().map(String::len).max().unwrap_or_default();
    let line = |(title, cell): (&String, &String)| format!("{title:widest$}  {cell}\n");
    let block = |row: &Vec<String>| titles.iter().zip(row).map(line).collect::<String>();
    rows.iter()
        .map(block)
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end()
        .to_owned()
}

/// A cell's line ends become blanks.
fn one_line(cell: String) -> String {
    if cell.contains(['\n', '\r']) {
        cell.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::{blocks, fits, lines};

    fn example() -> (Vec<String>, Vec<Vec<String>>) {
        let texts = |row: [&str; 2]| row.map(str::to_owned).to_vec();
        (
            texts(["ID", "MESSAGE"]),
            vec![texts(["1", "all is well here"]), texts(["22", "-"])],
        )
    }

    #[test]
    fn rows_are_lines_that_wrap_only_on_a_narrow_terminal() {
        let (titles, rows) = example();
        let wide = "ID  MESSAGE\n1   all is well here\n22  -";
        assert_eq!(lines(&titles, &rows, None), wide);
        assert_eq!(lines(&titles, &rows, Some(40)), wide);
        assert!(fits(&titles, &rows, 20) && !fits(&titles, &rows, 19));
        let narrow = lines(&titles, &rows, Some(16));
        assert!(
            narrow.lines().count() > 3 && narrow.lines().all(|l| l.len() <= 16),
            "{narrow}"
        );
    }

    #[test]
    fn blocks_have_a_line_for_each_field() {
        let (titles, rows) = example();
        assert_eq!(
            blocks(&titles, &rows),
            "ID       1\nMESSAGE  all is well here\n\nID       22\nMESSAGE  -"
        );
    }
}
