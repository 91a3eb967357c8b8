use super::{Error, Limits, Table, read};

#[track_caller]
fn table(bytes: &[u8]) -> Table {
    read(bytes, &Limits::default()).unwrap()
}

#[track_caller]
fn refused(bytes: &[u8]) -> Error {
    read(bytes, &Limits::default()).unwrap_err()
}

fn cells(table: &Table) -> Vec<(usize, Vec<&str>)> {
    table
        .rows
        .iter()
        .map(|row| (row.number, row.cells.iter().map(String::as_str).collect()))
        .collect()
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    let text = "Name,Street\n\"Acme\",\"1 Main St\nSuite 4\"\n\nBeta,x\n,\nGamma,y\n";
    let table = table(text.as_bytes());
    assert_eq!(table.header, ["Name", "Street"]);
    // Row 2 has a line break inside; row 3 is empty, row 5 has only a comma.
    assert_eq!(
        cells(&table),
        [
            (2, vec!["Acme", "1 Main St\nSuite 4"]),
            (4, vec!["Beta", "x"]),
            (6, vec!["Gamma", "y"]),
        ]
    );
    assert_eq!(table.blank_rows, 1);
}

#[test]
fn the_delimiter_is_the_one_of_the_header() {
    for (text, delimiter) in [
        ("a,b\n1,2\n", ','),
        ("a;b\n1,5;2\n", ';'),
        ("a\tb\n1\t2\n", '\t'),
        ("a|b\n1|2\n", '|'),
        ("\"a;b;c\",d\n1,2\n", ','),
        ("sep=;\r\na;b\r\n1;2\r\n", ';'),
        ("name\nAcme\n", ','),
    ] {
        assert_eq!(table(text.as_bytes()).delimiter, delimiter, "{text:?}");
    }
}

#[test]
fn the_encoding_is_found() {
    let text = "Name;Ort\nM\u{fc}ller & S\u{f6}hne;K\u{f6}ln\n";
    let wide = |little: bool, mark: bool| -> Vec<u8> {
        let mark = mark.then_some('\u{feff}');
        let units = mark
            .into_iter()
            .chain(text.chars())
            .map(|c| u16::try_from(u32::from(c)).unwrap());
        units
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    };
    let latin: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let marked = format!("\u{feff}{text}");
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), "UTF-8"),
        (marked.into_bytes(), "UTF-8"),
        (wide(true, true), "UTF-16LE"),
        (wide(false, true), "UTF-16BE"),
        (wide(true, false), "UTF-16LE"),
        (latin, "windows-1252"),
    ] {
        let table = table(&bytes);
        assert_eq!(table.encoding, encoding);
        assert_eq!(table.header.first().unwrap(), "Name", "{encoding}");
        assert_eq!(
            table.rows[0].cells,
            ["M\u{fc}ller & S\u{f6}hne", "K\u{f6}ln"],
            "{encoding}"
        );
    }
}

#[test]
fn a_file_that_is_none_is_refused_with_what_to_do() {
    assert_eq!(refused(b""), Error::Empty);
    assert_eq!(refused(b"\xef\xbb\xbf \r\n\r\n"), Error::Empty);
    assert_eq!(refused(b"Name,Domain\n"), Error::NoRows);
    assert_eq!(refused(b"Name,Domain\n,\n\n"), Error::NoRows);
    assert_eq!(refused(b"PK\x03\x04rest of a zip"), Error::Workbook);
    assert_eq!(refused(b"Name\nAcme\nBe\0ta\n"), Error::Nul { row: 3 });
    assert_eq!(
        refused(b"Name,City\nAcme,Oslo\n\"Beta,Bergen\nGamma,Voss\n"),
        Error::UnclosedQuote { line: 3 }
    );
    assert_eq!(
        refused(b"Name,Domain,Name\na,b,c\n"),
        Error::DuplicateHeader {
            name: "Name".to_owned(),
            first: 1,
            second: 3
        }
    );
}

#[test]
fn quotes_inside_a_bare_cell_are_letters() {
    let table = table(b"Name,Note\nJoe's \"Best\" Pizza,\"he said \"\"no\"\"\"\n");
    assert_eq!(table.rows[0].cells, ["Joe's \"Best\" Pizza", "he said \"no\""]);
}

#[test]
fn limits_are_told_by_name() {
    let limits = Limits {
        rows_max: 2,
        columns_max: 3,
        cell_bytes_max: 10,
    };
    assert_eq!(read(b"a\n1\n2\n3\n", &limits), Err(Error::TooManyRows { max: 2 }));
    assert_eq!(
        read(b"a,b,c,d\n1,2,3,4\n", &limits),
        Err(Error::TooManyColumns { max: 3, found: 4 })
    );
    assert_eq!(
        read(b"a,b\n1,12345678901\n", &limits),
        Err(Error::CellTooLong {
            row: 2,
            column: 2,
            max: 10
        })
    );
    assert!(
        read(b"a,b,c,,,\n1,2,3,,,\n", &limits).is_ok(),
        "empty columns behind the last"
    );
}

#[test]
fn rows_of_another_length_are_kept_as_they_are() {
    let table = table(b"a,b,c\n1,2\n1,2,3,4\n");
    assert_eq!(
        cells(&table),
        [(2, vec!["1", "2"]), (3, vec!["1", "2", "3", "4"])]
    );
}
