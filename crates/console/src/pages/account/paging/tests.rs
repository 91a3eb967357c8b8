use super::*;

#[test]
fn pages_neither_skip_nor_repeat_entries_of_one_instant_and_what_comes_meanwhile_shifts_nothing() {
    // 250 entries newest first, 40 to an instant.
    let all: Vec<(i64, usize)> = (0..250)
        .map(|place| (100 - i64::try_from(place / 40).unwrap(), place))
        .collect();
    let at = |entry: &(i64, usize)| Timestamp::from_millis(entry.0);
    let mut seen: Vec<usize> = Vec::new();
    let mut cursor: Option<String> = None;
    let mut turned = 0;
    loop {
        let mut entries = all.clone();
        if turned > 0 {
            entries.insert(0, (200, 9_999));
        }
        let paged = page(entries, at, cursor.as_deref());
        assert_eq!(paged.further, turned > 0);
        seen.extend(paged.entries.iter().map(|entry| entry.1));
        turned += 1;
        cursor = paged.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(turned, 3);
    assert_eq!(seen, (0..250).collect::<Vec<_>>());
}

#[test]
fn a_cursor_that_is_none_is_the_first_page() {
    let paged = page(
        vec![3_i64, 2, 1],
        |at| Timestamp::from_millis(*at),
        Some("nonsense"),
    );
    assert_eq!(
        (paged.entries, paged.next, paged.further),
        (vec![3, 2, 1], None, false)
    );
    let nothing = page(Vec::<i64>::new(), |at| Timestamp::from_millis(*at), Some("5-1"));
    assert_eq!(nothing.entries.len(), 0);
}
