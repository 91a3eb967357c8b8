use super::{Admin, Ingest, KeyText, Need, Read, Scope, Write};

#[test]
fn a_drawn_key_reads_back_and_hides_its_secret() {
    let key = KeyText::draw().unwrap();
    let text = key.reveal();
    assert_eq!(KeyText::parse(&text), Some(key.clone()));
    assert_eq!(text.len(), "qk_".len() + 12 + 1 + 64);
    assert_eq!(format!("{key:?}"), format!("qk_{}_***", key.id()));
    assert_ne!(KeyText::draw().unwrap(), key);
}

#[test]
fn what_is_no_key_is_none() {
    for text in [
        "",
        "qk_",
        "qk_a_b",
        "qk_000000000000_zz",
        "Bearer qk_000000000000_00",
    ] {
        assert_eq!(KeyText::parse(text), None, "{text:?}");
    }
}

#[test]
fn scopes_have_the_names_they_are_read_by() {
    for scope in Scope::ALL {
        assert_eq!(Scope::parse(scope.as_str()), Some(scope));
    }
}

#[test]
fn an_ingest_key_may_send_signals_and_nothing_else() {
    assert!(Ingest::ANY_OF.contains(&Scope::Ingest));
    for need in [Read::ANY_OF, Write::ANY_OF, Admin::ANY_OF] {
        assert!(!need.contains(&Scope::Ingest));
        assert!(need.contains(&Scope::Admin));
    }
    assert!(!Write::ANY_OF.contains(&Scope::Read));
}
