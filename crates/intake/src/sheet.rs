//! CSV for people: what every export writes, safe to open in a spreadsheet.

/// What a formula starts with; the full-width signs are signs to a spreadsheet, too.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Returns a cell that no spreadsheet takes for a formula: one that starts like a formula and is no number gets a quote
/// in front.
#[must_use]
pub fn safe_cell(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    if !is_number && cell.starts_with(FORMULA_STARTS) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Returns CSV of a header and rows, each cell safe to open in a spreadsheet; lines end as RFC 4180 has it.
#[must_use]
pub fn write<R: IntoIterator<Item = String>>(rows: impl IntoIterator<Item = R>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        let cells: Vec<String> = row.into_iter().map(|cell| safe_cell(&cell)).collect();
        // Writing to memory cannot fail.
        let _written = writer.write_record(&cells);
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{safe_cell, write};

    #[test]
    fn what_looks_like_a_formula_is_quoted_and_numbers_are_not() {
        for (cell, expected) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+49 30 1234", "'+49 30 1234"),
            ("\n=1", "'\n=1"),
            ("＝1", "'＝1"),
            ("-5", "-5"),
            ("-5.5", "-5.5"),
            ("Acme", "Acme"),
            ("", ""),
        ] {
            assert_eq!(safe_cell(cell), expected);
        }
        let rows = [
            vec!["Name".to_owned(), "Note".to_owned()],
            vec!["A, B".to_owned(), "=1".to_owned()],
        ];
        assert_eq!(
            String::from_utf8(write(rows)).unwrap(),
            "Name,Note\r\n\"A, B\",'=1\r\n"
        );
    }
}
