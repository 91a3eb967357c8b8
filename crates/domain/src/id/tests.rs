use super::*;

#[test]
fn an_id_is_text_without_control_characters() {
    for (text, expected) in [
        ("acme", Ok(())),
        ("Ünïcode id", Ok(())),
        ("", Err(IdError::Empty)),
        ("  ", Err(IdError::Empty)),
        ("a\nb", Err(IdError::Control)),
        ("a\0b", Err(IdError::Control)),
    ] {
        assert_eq!(AccountId::new(text).map(|_| ()), expected, "{text:?}");
    }
}

#[test]
fn an_id_has_a_greatest_length_in_bytes() {
    assert!(SignalId::new("x".repeat(ID_LENGTH_MAX)).is_ok());
    assert_eq!(
        SignalId::new("x".repeat(ID_LENGTH_MAX + 1)),
        Err(IdError::TooLong)
    );
    assert_eq!(
        SignalId::new("é".repeat(ID_LENGTH_MAX / 2 + 1)),
        Err(IdError::TooLong)
    );
}

#[test]
fn ids_are_case_sensitive() {
    assert_ne!(Kind::trusted("Page"), Kind::trusted("page"));
}

#[test]
fn unknown_is_the_absence_of_a_role() {
    assert!(Role::trusted("unknown").is_unknown());
    assert!(!Role::trusted("Unknown").is_unknown());
}
