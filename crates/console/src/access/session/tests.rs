use super::*;

#[test]
fn a_session_is_found_by_its_token_until_it_is_closed_or_old() {
    let (sessions, start) = (Sessions::default(), Instant::now());
    let token = sessions.open(Arc::from("key"), start).unwrap();
    let found = sessions.find(&token, start).map(|session| session.key_id);
    assert_eq!(found, Some(Arc::from("key")));
    assert!(sessions.find("another", start).is_none());
    assert!(sessions.find(&token, start + LIFE).is_none());
    sessions.close(&token);
    assert!(sessions.find(&token, start).is_none());
}

#[test]
fn one_session_too_many_ends_the_oldest() {
    let (sessions, start) = (Sessions::default(), Instant::now());
    let first = sessions.open(Arc::from("first"), start).unwrap();
    let later = start + Duration::from_secs(1);
    let mut last = String::new();
    for _ in 0..SESSIONS_MAX {
        last = sessions.open(Arc::from("later"), later).unwrap();
    }
    assert!(sessions.find(&first, later).is_none());
    assert!(sessions.find(&last, later).is_some());
    assert_eq!(sessions.lock().len(), SESSIONS_MAX);
}
