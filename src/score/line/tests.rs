use super::*;

/// What a field says, whichever way it was read.
fn told(field: Field, text: &[u8]) -> String {
    match field {
        Field::Text(span) => format!("text {:?}", String::from_utf8_lossy(span.of_text(text))),
        Field::Number(number) => format!("number {:016x}", number.to_bits()),
        Field::Missing => "missing".to_owned(),
        Field::Other => "other".to_owned(),
    }
}

fn all(fields: &Fields, text: &[u8]) -> [String; 8] {
    [
        fields.id,
        fields.account,
        fields.contact,
        fields.kind,
        fields.occurred_at,
        fields.strength,
        fields.solution,
        fields.object,
    ]
    .map(|field| told(field, text))
}

/// Whatever the scanner says of a line, `serde_json` says too. Returns whether it said anything.
#[track_caller]
fn check(line: &[u8]) -> bool {
    let Some((fields, next)) = read_plain(line, 0) else {
        return false;
    };
    assert_eq!(next, line.len(), "the whole line is read");
    let mut text = Vec::new();
    let any = read_any(line, &mut text);
    let any = any.unwrap_or_else(|error| panic!("{}: {error}", String::from_utf8_lossy(line)));
    assert_eq!(
        all(&fields, line),
        all(&any, &text),
        "{}",
        String::from_utf8_lossy(line)
    );
    true
}

#[test]
fn plain_lines_are_read_by_the_scanner() {
    for line in [
        r#"{"id":"s-1","account":"a","contact":"c@a","kind":"page.view","occurred_at":"2026-08-14T09:12:33Z"}"#,
        r#"{"id": "s-1", "account": "a", "kind": "k", "occurred_at": "t", "strength": 69.0}"#,
        "  { \"id\" : \"s\" , \"strength\":0.125 }\t\r\n",
        r#"{"id":"first","id":"last","strength":1,"strength":null}"#,
        r#"{"unknown":"x","flag":true,"off":false,"nothing":null,"id":"s","count":12}"#,
        r#"{"strength":0}"#,
        r#"{"strength":123456789012345}"#,
        r#"{"strength":0.00000000000001}"#,
        r#"{"strength":true,"object":7}"#,
    ] {
        assert!(check(line.as_bytes()), "{line}");
    }
}

#[test]
fn everything_else_is_left_to_serde_json() {
    for line in [
        "{}",
        r#"{"id":"a\"b"}"#,
        r#"{"id":"M\u00fcller"}"#,
        r#"{"id":"Müller"}"#,
        r#"{"id":"s","properties":{"a":1}}"#,
        r#"{"id":"s","list":[]}"#,
        r#"{"strength":-1}"#,
        r#"{"strength":1e3}"#,
        r#"{"strength":01}"#,
        r#"{"strength":1.}"#,
        r#"{"strength":.5}"#,
        r#"{"strength":1.5.2}"#,
        r#"{"strength":0.1234567890123456}"#,
        r#"{"strength":NaN}"#,
        r#"{"id":"s""#,
        r#"{"id":"s"} x"#,
        r#"{"id":"s",}"#,
        r#"[{"id":"s"}]"#,
        "{\"id\":\"tab\tinside\"}",
        "{\"id\":\"cut",
        "",
        "nonsense",
    ] {
        assert!(!check(line.as_bytes()), "{line}");
    }
}

#[test]
fn changed_in_any_byte_a_line_never_reads_otherwise_than_serde_json_does() {
    let line = br#"{"id": "s-000001","account":"acc-00042.example","contact":null,"kind":"page.view","strength":12.75}"#;
    let mut read = 0;
    for place in 0..line.len() {
        for byte in 0..=255_u8 {
            if byte == b'\n' {
                // The line would end there, and `serde_json` sees lines one by one.
                continue;
            }
            let mut changed = line.to_vec();
            changed[place] = byte;
            read += usize::from(check(&changed));
        }
        check(&line[..place]);
    }
    assert!(read > 1_000, "the scanner reads most changed texts: {read}");
}

#[test]
fn every_byte_that_ends_plain_text_is_found_wherever_it_stands() {
    for byte in 0..=255_u8 {
        for place in 0..24 {
            let mut text = vec![b'x'; 24];
            text[place] = byte;
            text.push(b'"');
            let expected = match byte {
                b'"' => Some(place),
                b'\\' | 0..0x20 | 0x80.. => None,
                _ => Some(24),
            };
            assert_eq!(plain_text_end(&text, 0), expected, "byte {byte:#x} at {place}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_column() {
    let error = read_any(br#"{"id":"s" "kind":"k"}"#, &mut Vec::new()).unwrap_err();
    assert_eq!(error, "is no JSON object: expected `,` or `}` (column 11)");
}
